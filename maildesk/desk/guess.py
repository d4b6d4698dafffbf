"""A hint at how a customer feels, from the words of their first mail. A guess is kept as one, and never as their word.

Phrases of one language (`guess_words`), not behind a "not"; or a mail that is shouted. Of several moods the gravest.
It refuses to read more than the beginning of a mail: who is angry says so early, and mail may be long.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from maildesk.config.moods import URGENT
from maildesk.desk.folding import words
from maildesk.desk.guess_words import NOT, WORDS
from maildesk.desk.moods import Feeling

_READ = 1_500  # characters
_GRAVEST = ("angry", "worried", "confused", "happy")
_UPSET = frozenset({"angry", "worried"})
_NOT = frozenset(words(NOT))
_CAPITALS = bytes(range(ord("A"), ord("Z") + 1))
_ASCII = bytes(range(128))
_SHOUTED, _LETTERS = 0.7, 40  # the share of capitals, among so many letters at least


def guess(subject: str, text: str, language: str) -> Feeling:
    """How they may feel; of a language that nobody wrote phrases of, nothing is guessed from words."""
    read = f"{subject}\n{text}"[:_READ]
    said = set[str]()
    found = _phrases(language)
    if found is not None:
        read_words = words(read)
        if not found.beginnings.isdisjoint(read_words):  # as in most mails it is
            squeezed = " ".join(read_words)
            hits = found.pattern.finditer(squeezed)
            said = {found.moods[hit[0]] for hit in hits if not _denied(squeezed[: hit.start()])}
    if _shouts(text[:_READ]):
        said.add("angry")
    return Feeling(next((mood for mood in _GRAVEST if mood in said), None), URGENT in said)


def worries(feeling: Feeling) -> bool:
    """Whether they had better not be told that we are busy."""
    return feeling.urgent or feeling.mood in _UPSET


def _denied(before: str) -> bool:
    return not _NOT.isdisjoint(before.split()[-2:])


def _shouts(text: str) -> bool:
    octets = text.encode("utf-8", "surrogatepass")
    capitals = len(octets) - len(octets.translate(None, _CAPITALS))
    if not text.isascii():
        capitals += sum(map(str.isupper, octets.translate(None, _ASCII).decode("utf-8", "surrogatepass")))
    return capitals >= _SHOUTED * _LETTERS and capitals > _SHOUTED * max(sum(map(str.isalpha, text)), _LETTERS)


@dataclass(frozen=True, slots=True)
class _Phrases:
    """A language's phrases, as `folding.words` leaves them."""

    beginnings: frozenset[str]  # the first word of each
    pattern: re.Pattern[str]
    moods: Mapping[str, str]  # of each phrase


@lru_cache(maxsize=16)
def _phrases(language: str) -> _Phrases | None:
    moods: dict[str, str] = {}
    for row in WORDS.strip().splitlines():
        spoken, mood, phrases = (cell.strip() for cell in row.split("|"))
        if spoken == language:
            moods |= {" ".join(words(phrase)): mood for phrase in phrases.split(";")}
    if not moods:
        return None
    longest_first = sorted(moods, key=len, reverse=True)
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b")
    return _Phrases(frozenset(phrase.partition(" ")[0] for phrase in moods), pattern, moods)
