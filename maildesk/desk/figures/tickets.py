"""Counts tickets, one after the other: how many, how fast, and of which kinds. Made for a million of them."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable

from maildesk.desk.figures.kinds import Kinds
from maildesk.desk.figures.rows import Case, Found
from maildesk.desk.figures.terms import Terms
from maildesk.desk.figures.waits import in_order
from maildesk.desk.figures.worktime import Worktime, minutes_of
from maildesk.desk.hours import Calendar


class Tickets:
    """All that is counted of tickets; arrays are in order."""

    def __init__(self, terms: Terms, found: Found) -> None:
        self.since, self.until = minutes_of(terms.period.since, terms.period.until)
        self.kinds = Kinds(self._worktime)
        self.opened, self.ended = array("i"), array("i")  # the minutes, of all of them
        self.first_replies, self.solutions = array("i"), array("i")  # how long those of the period took on the wall
        self.mood: Counter[str] = Counter()
        self.unanswered = 0
        self._terms, self._breached = terms, found.breached
        self._worktimes: dict[Calendar | None, Worktime] = {}
        self._count(found.cases)
        for waits in self.kinds.waits():
            waits.sort()
        self.opened, self.ended = in_order(self.opened), in_order(self.ended)
        self.first_replies, self.solutions = in_order(self.first_replies), in_order(self.solutions)

    def _count(self, cases: Iterable[Case]) -> None:
        kinds, always, since, until = self.kinds, self._terms.always, self.since, self.until
        late_reply, late_solution = (self._breached.get(clock, frozenset()) for clock in ("first_reply", "solve"))
        for id, labels, opened, replied, ended, once, mood, priority, customer in cases:
            its = kinds[labels]
            self.opened.append(opened)
            if opened >= since:
                for kind in its.kinds:
                    kind.new += 1
                self.unanswered += replied is None
                if mood is not None:
                    self.mood[mood] += 1
            if replied is not None and since <= replied < until:
                promised = always or self._terms.promised(priority, its.team, its.tags, customer)
                worked, late = its.worktime.between(opened, replied), id in late_reply
                for kind in its.kinds:
                    kind.first_reply.add(worked, promised.first_reply, late)
                self.first_replies.append(replied - opened)
            if ended is None:
                continue
            self.ended.append(ended)
            if since <= ended < until:
                promised = always or self._terms.promised(priority, its.team, its.tags, customer)
                worked, late = its.worktime.between(opened, ended), id in late_solution
                for kind in its.kinds:
                    kind.solution.add(worked, promised.solution, late)
                    kind.one_touch += once == 1
                self.solutions.append(ended - opened)

    def _worktime(self, team: str | None) -> Worktime:
        calendar = self._terms.calendar(team)
        if calendar not in self._worktimes:
            self._worktimes[calendar] = Worktime(calendar, self.since, self.until)
        return self._worktimes[calendar]
