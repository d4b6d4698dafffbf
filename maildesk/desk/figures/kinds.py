"""Of what kind tickets are: their labels.

Tickets of one kind have all labels but their tags in common: a large desk has some thousand kinds of a million
tickets. Counting by kinds, and summing up kinds by a label in the end, is what makes a report quick.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, compress, count
from typing import TypeVar

from maildesk.desk.figures.rows import Cases

GROUPS = ("category", "tag", "team", "agent", "brand", "language")
_OF_KINDS = ("category", "team", "agent", "brand", "language")

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Tags:
    """Which tickets have tags, by their places in a piece, and which these are; with several a ticket stands twice."""

    places: Sequence[int]
    numbers: Sequence[int]

    def of(self, column: Sequence[_Value]) -> list[_Value]:
        """What a column holds for these tickets."""
        return [column[place] for place in self.places]

    def chosen(self, kinds: Sequence[int], chosen: Sequence[bool]) -> Iterator[int]:
        """The kinds and the tags of chosen tickets."""
        return chain(compress(kinds, chosen), compress(self.numbers, self.of(chosen)))

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

    def names(self, group: str) -> Mapping[str | None, Sequence[int]]:
        """The names in one of `GROUPS`, with the numbers of each."""
        if group == "tag":
            return {tag: [number] for tag, number in self._tags.items()}
        place, found = _OF_KINDS.index(group), defaultdict[str | None, list[int]](list)
        for labels, number in self._kinds.items():
            found[labels[place]].append(number)
        return found


def counts(names: Mapping[str | None, Iterable[int]], found: Mapping[int, int]) -> Counter[str | None]:
    """So many of each number, as so many of each name."""
    return Counter({name: sum(found.get(number, 0) for number in numbers) for name, numbers in names.items()})
