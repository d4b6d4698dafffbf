"""Counts tickets, a piece of some hundred after the other: how many, how fast, and of which kinds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import compress
from typing import TypeVar

from maildesk.desk.figures.kinds import Kinds, Tags
from maildesk.desk.figures.rows import Cases, Found
from maildesk.desk.figures.terms import Promised, Terms
from maildesk.desk.figures.waits import Piece, Waits
from maildesk.desk.figures.worktime import Worktime, minutes_of
from maildesk.desk.hours import Calendar

_Value = TypeVar("_Value")


class Tickets:
    """All that is counted of tickets."""

    def __init__(self, terms: Terms, found: Found) -> None:
        self.since, self.until = span = minutes_of(terms.period.since, terms.period.until)
        self.kinds = Kinds()
        breached, nobody = found.breached, frozenset[int]()
        self.first_reply = Waits(span, breached.get("first_reply", nobody))
        self.solution = Waits(span, breached.get("solve", nobody))
        self.opened: list[int] = []  # the minutes, of all of them
        self.ended: list[int] = []
        self.new: Counter[int] = Counter()  # by kind or tag
        self.one_touch: Counter[int] = Counter()
        self.mood: Counter[str | None] = Counter()
        self.unanswered = 0
        self._terms = terms
        self._calendars: dict[str | None, Calendar | None] = {}  # of teams
        self._worktimes: dict[Calendar | None, Worktime] = {}

    def add(self, cases: Cases) -> None:
        kinds, tags = self.kinds.of(cases), self.kinds.tags(cases)
        self._count(cases, kinds, tags)
        promised = self._promised(cases)
        replies = None if promised is None else [each.first_reply for each in promised]
        solutions = None if promised is None else [each.solution for each in promised]
        for worktime, places in self._by_worktime(cases):
            opened = _at(places, cases.opened)
            theirs = tags if places is None else tags.at(places)
            piece = Piece(_at(places, cases.ids), _at(places, kinds), theirs, opened, worktime.at(opened), worktime)
            self.first_reply.add(piece, _at(places, cases.replied), replies and _at(places, replies))
            self.solution.add(piece, _at(places, cases.ended), solutions and _at(places, solutions))

    def _count(self, cases: Cases, kinds: Sequence[int], tags: Tags) -> None:
        since, until = self.since, self.until
        new = [minute >= since for minute in cases.opened]
        fates = zip(cases.once, cases.ended, strict=True)
        touched = [ended is not None and once == 1 and since <= ended < until for once, ended in fates]
        self.new.update(tags.chosen(kinds, new))
        self.one_touch.update(tags.chosen(kinds, touched))
        self.mood.update(compress(cases.mood, new))
        self.unanswered += sum(replied is None for replied in compress(cases.replied, new))
        self.opened += cases.opened
        self.ended += filter(None, cases.ended)

    def _promised(self, cases: Cases) -> list[Promised] | None:
        """None: everything to all of them."""
        always = self._terms.always
        if always == Promised(True, True):
            return None
        if always is not None:
            return [always] * len(cases.ids)
        keys = zip(cases.priority, cases.team, cases.tags, cases.customer, strict=True)
        return [self._terms.promised(*key) for key in keys]

    def _by_worktime(self, cases: Cases) -> Iterator[tuple[Worktime, Sequence[int] | None]]:
        """Each working time, with the places of the tickets that have it; None: all of them."""
        for team in {*cases.team} - self._calendars.keys():
            self._calendars[team] = calendar = self._terms.calendar(team)
            if calendar not in self._worktimes:
                self._worktimes[calendar] = Worktime(calendar, self.since, self.until)
        for calendar, worktime in self._worktimes.items():
            if len(self._worktimes) == 1:
                yield worktime, None
            elif places := [n for n, team in enumerate(cases.team) if self._calendars[team] == calendar]:
                yield worktime, places


def _at(places: Sequence[int] | None, column: Sequence[_Value]) -> Sequence[_Value]:
    return column if places is None else [column[place] for place in places]
