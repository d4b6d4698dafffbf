"""Of what kind tickets are: their labels.

Tickets of one kind have all labels but their tags in common: a large desk has some thousand kinds of a million
tickets. Counting by kinds, and summing up kinds by a label in the end, is what makes a report quick.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from maildesk.desk.figures.rows import Cases

GROUPS = ("category", "tag", "team", "agent", "brand", "language")
_OF_KINDS = ("category", "team", "agent", "brand", "language")

Times = Mapping[int, int]
"""How often each number of minutes came."""


@dataclass(frozen=True, slots=True)
class Tags:
    """Which tickets have tags, by their places in a piece, and which these are."""

    places: Sequence[int]
    numbers: Sequence[int]

    def of(self, chosen: Sequence[object]) -> list[int]:
        """The tags of those that are chosen: their places hold something true."""
        return [tag for place, tag in zip(self.places, self.numbers, strict=True) if chosen[place]]

    def at(self, places: Sequence[int]) -> Tags:
        """Those of some tickets alone, by their places among these."""
        here = {place: n for n, place in enumerate(places)}
        found = [(here[place], tag) for place, tag in zip(self.places, self.numbers, strict=True) if place in here]
        return Tags([place for place, _ in found], [tag for _, tag in found])


class Kinds:
    """A number for every kind and every tag that comes."""

    def __init__(self) -> None:
        numbers = count().__next__
        self._kinds: defaultdict[tuple[str | None, ...], int] = defaultdict(numbers)
        self._tags: defaultdict[str, int] = defaultdict(numbers)

    def of(self, cases: Cases) -> list[int]:
        """The kind of each ticket."""
        labels = zip(cases.category, cases.team, cases.agent, cases.brand, cases.language, strict=True)
        return list(map(self._kinds.__getitem__, labels))

    def tags(self, cases: Cases) -> Tags:
        places = [place for place, tags in enumerate(cases.tags) for _ in tags]
        return Tags(places, [self._tags[tag] for tags in cases.tags for tag in tags])

    def kinds(self) -> list[int]:
        """The numbers that are not tags'."""
        return list(self._kinds.values())

    def names(self, group: str) -> dict[int, str | None]:
        """What a number is called in one of `GROUPS`."""
        if group == "tag":
            return {number: tag for tag, number in self._tags.items()}
        place = _OF_KINDS.index(group)
        return {number: labels[place] for labels, number in self._kinds.items()}


def counts(names: Mapping[int, str | None], found: Mapping[int, int]) -> Counter[str | None]:
    """So many of each number, as so many of each name."""
    total: Counter[str | None] = Counter()
    for number, name in names.items():
        if number in found:
            total[name] += found[number]
    return total


def times(names: Mapping[int, str | None], found: Mapping[int, Times]) -> dict[str | None, Times]:
    """The times of each number, as those of each name."""
    total: dict[str | None, Counter[int]] = {}
    for number, name in names.items():
        if number in found:
            total.setdefault(name, Counter()).update(found[number])
    return dict(total)
