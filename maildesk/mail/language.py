"""Which language new words are in: ISO 639-1, or "" when too few of them speak.

A script of its own (Cyrillic, Greek, Hangul, kana, ...) tells most; Latin and Cyrillic languages are told apart by
their function words, weighed by how few languages share them, and by letters that only some have. Refuses to
guess: two common words more than the next language, or nothing. Pure tables, no statistics, no model to load.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from maildesk.mail.language_words import LETTERS, WORDS

SAMPLE = 1000  # characters looked at

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SCRIPTS = (
    ("ja", re.compile("[\u3041-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7a3\u1100-\u11ff]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("el", re.compile("[\u0370-\u03ff\u1f00-\u1fff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("ka", re.compile("[\u10a0-\u10ff]")),
    ("hy", re.compile("[\u0530-\u058f]")),
)
_NOT_LATIN = re.compile("[^\x00-\u024f\u2000-\u20bf]")
_PERSIAN = re.compile("[پچژگکی]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")


def detect(text: str) -> str:
    """The language of ``text``, two letters in lower case; "" when it cannot be told."""
    words = text[:SAMPLE].lower().split()
    text = " ".join([word for word in words if "@" not in word and "/" not in word and word[0] != "#"])
    text = unicodedata.normalize("NFC", text)
    if not _NOT_LATIN.search(text):
        return _by_words(text)
    return _by_script(text, sum(map(str.isalpha, text))) or _by_words(text)


def _by_script(text: str, letters: int) -> str:
    """The language whose script half the letters are in; kana tell Japanese from Chinese."""
    for language, script in _SCRIPTS:
        found = len(script.findall(text))
        # A Chinese or Korean character says as much as two letters of an ASCII name beside it.
        if found * (3 if language in ("ja", "ko", "zh") else 2) >= letters and found >= 2:
            if language == "ja" and len(_SCRIPTS[2][1].findall(text)) > 20 * found:
                return "zh"
            return "fa" if language == "ar" and len(_PERSIAN.findall(text)) * 12 > found else language
    return ""


def _by_words(text: str) -> str:
    scores: dict[str, float] = {}
    words = _WORD.findall(text.replace("’", "'"))
    speakers = _speakers()
    for word in words:
        for language, weight in speakers.get(word, ()):
            scores[language] = scores.get(language, 0.0) + weight
    if not scores:
        return ""
    for letter in set(text) & LETTERS.keys():
        for language in LETTERS[letter]:
            scores[language] = scores.get(language, 0.0) + min(text.count(letter), 3) * 0.4
    (best, score), second = _top_two(scores)
    cyrillic = bool(_CYRILLIC.search(text))
    enough = 1.0 if cyrillic or len(words) < 12 else 2.0
    return best if score >= max(enough, 1.15 * second) and score >= second + 0.35 else ""


def _top_two(scores: dict[str, float]) -> tuple[tuple[str, float], float]:
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    return ranked[0], ranked[1][1] if len(ranked) > 1 else 0.0


@lru_cache(maxsize=1)
def _speakers() -> dict[str, tuple[tuple[str, float], ...]]:
    """The languages each function word belongs to, and what it says for each.

    A word that one language alone has says most; one letter alone says little.
    """
    speakers: dict[str, list[str]] = {}
    for language, words in WORDS.items():
        for word in words.split():
            speakers.setdefault(word, []).append(language)
    return {
        word: tuple((language, (0.4 if len(word) == 1 else 1.0) / len(shared)) for language in shared)
        for word, shared in speakers.items()
    }
