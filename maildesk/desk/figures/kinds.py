"""Of what kind tickets are: their labels.

Tickets of one kind have all labels but their tags in common: a large desk has some thousand kinds of a million tickets.
Counting by kinds and tags, and summing up kinds by a label in the end, is what makes a report quick.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from maildesk.desk.figures.waits import Waits
from maildesk.desk.figures.worktime import Worktime

GROUPS = ("category", "tag", "team", "agent", "brand", "language")


class Labels(NamedTuple):
    """All but the tags."""

    category: str | None
    team: str | None
    agent: str | None
    brand: str | None
    language: str


class Kind:
    """What was counted of the tickets of one kind, or with one tag."""

    __slots__ = ("first_reply", "new", "one_touch", "solution")

    def __init__(self) -> None:
        self.new = self.one_touch = 0
        self.first_reply, self.solution = Waits(), Waits()


@dataclass(frozen=True, slots=True)
class Labelled:
    """Where the tickets that have these labels count, and in which working time."""

    kinds: tuple[Kind, ...]  # their kind, and each of their tags
    worktime: Worktime
    team: str | None
    tags: tuple[str, ...]


class Kinds(dict[str, Labelled]):
    """By the labels of tickets, as JSON; those that were not there yet are made."""

    def __init__(self, worktime: Callable[[str | None], Worktime]) -> None:
        super().__init__()
        self._worktime = worktime  # of a team
        self._kinds: defaultdict[Labels, Kind] = defaultdict(Kind)
        self._tags: defaultdict[str, Kind] = defaultdict(Kind)

    def __missing__(self, text: str) -> Labelled:
        *others, tags = json.loads(text)
        labels = Labels(*others)
        kinds = (self._kinds[labels], *map(self._tags.__getitem__, tags))
        self[text] = found = Labelled(kinds, self._worktime(labels.team), labels.team, tuple(tags))
        return found

    def every(self) -> Sequence[Kind]:
        """Those that each ticket is in one of."""
        return list(self._kinds.values())

    def names(self, group: str) -> Mapping[str | None, Sequence[Kind]]:
        """The names in one of `GROUPS`, with the kinds of each."""
        if group == "tag":
            return {tag: [kind] for tag, kind in self._tags.items()}
        found = defaultdict[str | None, list[Kind]](list)
        for labels, kind in self._kinds.items():
            found[getattr(labels, group)].append(kind)
        return found

    def waits(self) -> Iterator[Waits]:
        for kind in (*self._kinds.values(), *self._tags.values()):
            yield kind.first_reply
            yield kind.solution
