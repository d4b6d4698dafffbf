"""Words as they are compared: in small letters, without accents, and nothing but letters."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LETTERS = re.compile(r"[^\W\d_]+")
_ASCII = {code: chr(code) if chr(code).isalpha() else " " for code in range(128)}
_FOREIGN = re.compile(r"[^\x00-\x7f]+")


def folded(text: str) -> str:
    """In small letters, without accents; what an apostrophe joins, apart."""
    bare = text.casefold()
    return bare if bare.isascii() else _FOREIGN.sub(lambda match: _without_accents(match[0]), bare)


@lru_cache(maxsize=256)  # mostly one letter, of which a language has few
def _without_accents(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


def words(text: str) -> tuple[str, ...]:
    """The words of a text, folded; digits and signs are none."""
    bare = folded(text)
    return tuple(bare.translate(_ASCII).split() if bare.isascii() else _LETTERS.findall(bare))  # the same, sooner
