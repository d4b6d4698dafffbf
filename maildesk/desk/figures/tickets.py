"""Counts tickets, a piece of some hundred after the other: how many, how fast, and of which kinds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import compress
from typing import TypeVar

from maildesk.desk.figures.kinds import Kinds, Promise, Rules, Tags
from maildesk.desk.figures.rows import Cases, Found
from maildesk.desk.figures.waits import Course, Piece, Waits
from maildesk.desk.figures.worktime import Worktime
from maildesk.desk.hours import Calendar

_Value = TypeVar("_Value")


class Tickets:
    """All that is counted of tickets in the minutes from ``since`` to before ``until``."""

    def __init__(self, span: tuple[int, int], rules: Rules) -> None:
        self.since, self.until = span
        self.kinds = Kinds()
        self.first_reply, self.solution = Waits(span, rules.over), Waits(span, rules.still)
        self.opened: list[int] = []  # the minutes, of all of them
        self.ended: list[int] = []
        self.new: Counter[int] = Counter()  # by kind or tag
        self.one_touch: Counter[int] = Counter()
        self.mood: Counter[str | None] = Counter()
        self.unanswered = 0
        self._rules = rules
        self._promises: dict[tuple[object, ...], Promise] = {}
        self._calendars: dict[str | None, Calendar | None] = {}  # of teams
        self._worktimes: dict[Calendar | None, Worktime] = {}

    def add(self, cases: Cases, found: Found) -> None:
        kinds, tags = self.kinds.of(cases), self.kinds.tags(cases)
        self._count(cases, kinds, tags)
        promised = self._promised(cases)
        stops = [
            ended if replied is None or (ended is not None and ended < replied) else replied
            for replied, ended in zip(cases.replied, cases.ended, strict=True)
        ]
        replies = Course(cases.replied, stops, [promise.first_reply for promise in promised])
        solutions = Course(cases.ended, cases.ended, [promise.solution for promise in promised])
        for worktime, places in self._by_worktime(cases):
            opened = _at(places, cases.opened)
            piece = Piece(
                _at(places, cases.ids), _at(places, kinds), _tags(places, tags), opened, worktime.at(opened), worktime
            )
            self._wait(piece, _of(places, replies), _of(places, solutions), found)

    def _wait(self, piece: Piece, replies: Course, solutions: Course, found: Found) -> None:
        """Where a clock may have stood still, the history tells; else it ran from the beginning."""
        unanswered, unsolved = self.first_reply.add(piece, replies), self.solution.add(piece, solutions)
        unclear = {piece.ids[place] for place in (*unanswered, *unsolved)} & found.reopened
        if self._rules.still != self._rules.over:
            unclear |= {piece.ids[place] for place in unsolved}
        known = found.histories(sorted(unclear)) if unclear else {}
        self.first_reply.judge(piece, replies, unanswered, known)
        self.solution.judge(piece, solutions, unsolved, known)

    def _count(self, cases: Cases, kinds: Sequence[int], tags: Tags) -> None:
        since, until = self.since, self.until
        new = [minute >= since for minute in cases.opened]
        touched = [
            once and ended is not None and since <= ended < until
            for once, ended in zip(cases.once, cases.ended, strict=True)
        ]
        for chosen, into in ((new, self.new), (touched, self.one_touch)):
            into.update(compress(kinds, chosen))
            into.update(tags.of(chosen))
        self.mood.update(compress(cases.mood, new))
        self.unanswered += sum(replied is None for replied in compress(cases.replied, new))
        self.opened += cases.opened
        self.ended += filter(None, cases.ended)

    def _promised(self, cases: Cases) -> list[Promise]:
        keys = list(zip(cases.priority, cases.team, cases.tags, cases.customer, strict=True))
        for key in {*keys} - self._promises.keys():
            self._promises[key] = self._rules.promise(*key)
        return list(map(self._promises.__getitem__, keys))

    def _by_worktime(self, cases: Cases) -> Iterator[tuple[Worktime, Sequence[int] | None]]:
        """Each working time, with the places of the tickets that have it; None: all of them."""
        for team in {*cases.team} - self._calendars.keys():
            self._calendars[team] = calendar = self._rules.calendar(team)
            if calendar not in self._worktimes:
                self._worktimes[calendar] = Worktime(calendar, self.since, self.until)
        for calendar, worktime in self._worktimes.items():
            if len(self._worktimes) == 1:
                yield worktime, None
            elif places := [n for n, team in enumerate(cases.team) if self._calendars[team] is calendar]:
                yield worktime, places


def _at(places: Sequence[int] | None, column: Sequence[_Value]) -> Sequence[_Value]:
    return column if places is None else [column[place] for place in places]


def _tags(places: Sequence[int] | None, tags: Tags) -> Tags:
    if places is None:
        return tags
    here = {place: n for n, place in enumerate(places)}
    chosen = [(here[place], tag) for place, tag in zip(tags.places, tags.numbers, strict=True) if place in here]
    return Tags([place for place, _ in chosen], [tag for _, tag in chosen])


def _of(places: Sequence[int] | None, course: Course) -> Course:
    return Course(_at(places, course.done), _at(places, course.stops), _at(places, course.limits))
