"""Words that say thank you, or nothing at all: greetings, endings, thanks, the names of those who write to each other.

Only when sure: every word must belong to one language's thanks and what goes with them (`courtesy_words`), or to those
names. A question mark, a digit, a link, one word too many, and they are words like any other: better one ticket too
many open, or one answer too many stopped, than one "but" unheard.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product

from maildesk.desk.courtesy_words import WORDS
from maildesk.desk.folding import words as words_of

_LONGEST = 600  # characters
_WORDS = 60
_UNSURE = re.compile(r"[?¿؟;\d@#%$€£/\\<>=+*_{}\[\]|~^…]|\.\.\.|https?:")
_SMILEYS = re.compile(r"(?<!\w)[:;=8xX]['’]?-?[)dDpP](?!\w)|<3|\^\^")
_PART = re.compile(r"\[([^\]]*)\](\?)?|(\S+?)(\?)?(?=\s|$)")

Phrase = tuple[str, ...]


def is_thanks(text: str, names: Sequence[str] = ()) -> bool:
    """Whether ``text`` is nothing but thanks, greetings, and these people's names."""
    return any(thanked for thanked in _said(text, names))


def is_courtesy(text: str, names: Sequence[str] = ()) -> bool:
    """The same, be there thanks among it or not."""
    return any(True for _ in _said(text, names))


def _said(text: str, names: Sequence[str]) -> Iterator[bool]:
    """For each language in which it is nothing more: whether thanks are among it."""
    text = _SMILEYS.sub(" ", text)
    if len(text) > _LONGEST or _UNSURE.search(text):
        return
    words = words_of(text)
    if not 0 < len(words) <= _WORDS:
        return
    known = frozenset(part for name in names for part in words_of(name))
    covered = (_covered(words, language, known) for language in WORDS)
    yield from (thanked for thanked in covered if thanked is not None)


def _covered(words: Phrase, language: str, names: frozenset[str]) -> bool | None:
    """Whether thanks are among the known phrases that cover all the words; None: they do not cover them all."""
    phrases, longest = _phrases(language)
    reached: dict[int, bool] = {0: False}  # how far the words are covered, and whether thanks are among these
    for place in range(len(words)):
        if place not in reached:
            continue
        thanked = reached[place]
        if words[place] in names:
            reached[place + 1] = reached.get(place + 1, False) or thanked
        for length in range(1, min(longest, len(words) - place) + 1):
            kind = phrases.get(words[place : place + length])
            if kind is not None:
                end = place + length
                reached[end] = reached.get(end, False) or thanked or kind
    return reached.get(len(words))


@lru_cache(maxsize=64)
def _phrases(language: str) -> tuple[dict[Phrase, bool], int]:
    """A language's phrases as words, and whether each is one of thanks; and how long the longest is."""
    known = WORDS[language]
    found = {phrase: False for written in known.with_them.split(",") for phrase in _written_out(written)}
    found |= {phrase: True for written in known.thanks.split(",") for phrase in _written_out(written)}
    return found, max(map(len, found))


def _written_out(phrase: str) -> Iterator[Phrase]:
    """A phrase with its choices, as each of the phrases that it stands for."""
    parts = []
    for choice, may_miss, word, word_may_miss in _PART.findall(" ".join(phrase.split())):
        options = choice.split("|") if choice else [word]
        parts.append([*options, ""] if may_miss or word_may_miss else options)
    for chosen in product(*parts):
        words = words_of(" ".join(chosen))
        if words:
            yield words
