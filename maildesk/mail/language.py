"""Which language new words are in: ISO 639-1, or "" when too few of them speak.

A script of its own (Cyrillic, Greek, Hangul, kana, ...) tells most; Latin and Cyrillic languages are told apart by
their function words, weighed by how few languages share them, and by letters that only some have. Refuses to
guess: two common words more than the next language, or nothing. Pure tables, no statistics, no model to load.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from struct import Struct

from maildesk.mail.language_words import LETTERS, WORDS

SAMPLE = 400  # characters looked at: five lines tell as surely as fifty
_FIRST = 120

# Between words: in ASCII, as a table of octets, for a pattern takes five times as long; and beyond.
_BETWEEN = bytes(octet if chr(octet).isalpha() or octet > 127 or octet == 0x27 else 0x20 for octet in range(256))
_SIGNS = "«»“”„…–—¿¡·•。、！？，：；（）「」"
_SCRIPTS = (
    ("ja", re.compile("[\u3041-\u30ff]+")),
    ("ko", re.compile("[\uac00-\ud7a3\u1100-\u11ff]+")),
    ("zh", re.compile("[\u4e00-\u9fff]+")),
    ("el", re.compile("[\u0370-\u03ff\u1f00-\u1fff]+")),
    ("he", re.compile("[\u0590-\u05ff]+")),
    ("ar", re.compile("[\u0600-\u06ff]+")),
    ("th", re.compile("[\u0e00-\u0e7f]+")),
    ("hi", re.compile("[\u0900-\u097f]+")),
    ("ka", re.compile("[\u10a0-\u10ff]+")),
    ("hy", re.compile("[\u0530-\u058f]+")),
)
_NOT_LATIN = re.compile("[^\x00-\u024f\u2000-\u20bf]")
# The scores of all languages are one number, 32 bits for each: to hear a word is one addition, not one a language.
_LANGUAGES = tuple(WORDS)
_SCORES = Struct(f"<{len(_LANGUAGES)}I")
_WORD = 1000  # the score of a word that one language alone has
_PERSIAN = re.compile("[پچژگکی]+")
_CYRILLIC = re.compile("[\u0400-\u04ff]")


def _says(languages: Iterable[str], share: float) -> int:
    """A score for each of these languages."""
    return sum(round(share * _WORD) << 32 * _LANGUAGES.index(language) for language in languages)


_LETTER = re.compile(f"[{''.join(LETTERS)}]")
_LETTERS = {letter: _says(languages, 0.4) for letter, languages in LETTERS.items()}


def detect(text: str) -> str:
    """The language of ``text``, two letters in lower case; "" when it cannot be told."""
    # The first lines mostly tell beyond doubt; where they do not, more is read.
    if len(text) > _FIRST and (found := _read(text[:_FIRST], clear=True)):
        return found
    return _read(text[:SAMPLE])


def _read(text: str, *, clear: bool = False) -> str:
    """The language of all of ``text``; by its words only where these are ``clear``, if they shall be."""
    text = text.lower()
    if "@" in text or "/" in text or "#" in text:
        text = " ".join([word for word in text.split() if "@" not in word and "/" not in word and word[0] != "#"])
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        if _NOT_LATIN.search(text, 0, _FIRST) and (found := _by_script(text[:_FIRST])):
            return found
    return _by_words(text, clear=clear)


def _by_script(text: str) -> str:
    """The language whose script half the letters are in; kana tell Japanese from Chinese."""
    letters = sum(map(str.isalpha, text))
    for language, script in _SCRIPTS:
        found = _count(script, text)
        # A Chinese or Korean character says as much as two letters of an ASCII name beside it.
        if found * (3 if language in ("ja", "ko", "zh") else 2) >= letters and found >= 2:
            if language == "ja" and _count(_SCRIPTS[2][1], text) > 20 * found:
                return "zh"
            return "fa" if language == "ar" and _count(_PERSIAN, text) * 12 > found else language
    return ""


def _count(letters: re.Pattern[str], text: str) -> int:
    return sum(map(len, letters.findall(text)))


def _by_words(text: str, *, clear: bool) -> str:
    """The language whose function words it holds; "" too where that is not ``clear``, if it shall be."""
    words = _words(text)
    said = sum(filter(None, map(_speakers().get, words)))  # to add a 0 takes as long as a score
    if not said:
        return ""
    if not text.isascii() and (letters := _LETTER.findall(text)):
        said += sum([_LETTERS[letter] * min(letters.count(letter), 3) for letter in {*letters}])
    scores = _SCORES.unpack(said.to_bytes(_SCORES.size, "little"))
    score, second = sorted(scores)[:-3:-1]
    best = _LANGUAGES[scores.index(score)]
    if clear:
        return best if score >= max(4 * _WORD, 3 * second) else ""
    enough = _WORD if len(words) < 12 or _CYRILLIC.search(text) else 2 * _WORD
    return best if score >= max(enough, 1.15 * second) and score >= second + 0.35 * _WORD else ""


def _words(text: str) -> list[str]:
    """The words of a text in lower case: letters, with an apostrophe inside."""
    if not text.isascii():
        text = text.replace("’", "'")
        for sign in _SIGNS:
            if sign in text:
                text = text.replace(sign, " ")
    words = text.encode("utf-8", "replace").translate(_BETWEEN).decode().split()
    return [stripped for word in words if (stripped := word.strip("'"))] if "'" in text else words


@lru_cache(maxsize=1)
def _speakers() -> dict[str, int]:
    """What each function word says for the languages that have it.

    A word that one language alone has says most; one letter alone says little.
    """
    speakers: dict[str, list[str]] = {}
    for language, words in WORDS.items():
        for word in words.split():
            speakers.setdefault(word, []).append(language)
    return {
        word: _says(languages, (0.4 if len(word) == 1 else 1.0) / len(languages))
        for word, languages in speakers.items()
    }
