"""Words for customers in the configuration: one wording for all, or one for each language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from maildesk.config.values import check_language

ANY = ""
"""The key of a wording that is for all languages."""
_LONGEST = 2_000  # characters
_LABEL = 40


def said(words: Mapping[str, str], *languages: str) -> str:
    """The wording for the first of these languages that there is one for, else that for all, else any; "" of none."""
    order = (*languages, *(language.partition("-")[0] for language in languages), ANY, *words)
    return next((words[language] for language in order if language in words), "")


def _alone(value: object) -> object:
    return {ANY: value} if isinstance(value, str) else value


def _alone_or_more(value: object) -> object:
    """A label, several spellings of it, or these for each language."""
    by_language = {ANY: value} if isinstance(value, str | list | tuple) else value
    if not isinstance(by_language, Mapping):
        return by_language
    return {key: (label,) if isinstance(label, str) else label for key, label in by_language.items()}


def _check_words(value: Mapping[str, str]) -> Mapping[str, str]:
    for language, words in value.items():
        if language != ANY:
            check_language(language)
        if not words.strip() or len(words) > _LONGEST:
            raise ValueError(f"words are wanted here, and at most {_LONGEST} characters")
    if not value:
        raise ValueError("words are wanted here: a text, or one for each language, as in {en: …, it: …}")
    return value


def _check_labels(value: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    for language, labels in value.items():
        if language != ANY:
            check_language(language)
        for label in labels:
            if not any(map(str.isalpha, label)) or len(label) > _LABEL or not label.isprintable() or "#" in label:
                raise ValueError(f"{label[:80]!r} is no label: a word or a few, of at most {_LABEL} characters")
        if not labels:
            raise ValueError("a label is wanted here: a word, or several spellings of which the first is shown")
    return value


_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
Spoken = Annotated[
    Mapping[str, str],
    BeforeValidator(_alone),
    AfterValidator(_check_words),
    WithJsonSchema({"anyOf": [_TEXT, {"type": "object", "additionalProperties": _TEXT}]}),
]
Labels = Annotated[
    Mapping[str, tuple[str, ...]],
    BeforeValidator(_alone_or_more),
    AfterValidator(_check_labels),
    WithJsonSchema({"anyOf": [_TEXT, _TEXTS, {"type": "object", "additionalProperties": {"anyOf": [_TEXT, _TEXTS]}}]}),
]
