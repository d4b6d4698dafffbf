"""Words as they are compared: in small letters, without accents, and nothing but letters."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LETTERS = re.compile(r"[^\W\d_]+")
_ASCII = {code: chr(code) if chr(code).isalpha() else " " for code in range(128)}
_OCTETS = bytes(range(128))
_FEW = 20  # letters with accents: more than a Latin language has


def folded(text: str) -> str:
    """In small letters, without accents; what an apostrophe joins, apart."""
    bare = text.casefold()
    if bare.isascii():
        return bare
    plain = {letter: without for letter in _foreign(bare) if (without := _without_accents(letter)) != letter}
    if len(plain) > _FEW:  # Korean: each syllable is taken apart
        return bare.translate({ord(letter): without for letter, without in plain.items()})
    for letter, without in plain.items():
        bare = bare.replace(letter, without)
    return bare


def _foreign(text: str) -> set[str]:
    """The letters beyond ASCII that are in a text."""
    return set(text.encode("utf-8", "surrogatepass").translate(None, _OCTETS).decode("utf-8", "surrogatepass"))


@lru_cache(maxsize=256)  # a language has few of them
def _without_accents(letter: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(char))


def words(text: str) -> tuple[str, ...]:
    """The words of a text, folded; digits and signs are none."""
    bare = folded(text)
    return tuple(bare.translate(_ASCII).split() if bare.isascii() else _LETTERS.findall(bare))  # the same, sooner
