"""The figures of the year that `tests.desk.year` lives through, and the same counted from what happened alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from maildesk.desk.figures import Period, Report
from maildesk.edge.figures import report
from tests.desk.year import END, Case, Naive, Year

ROME = ZoneInfo("Europe/Rome")
PERIOD = Period(date(2026, 3, 10), date(2026, 10, 31), ROME, END)  # the clocks change twice in it

Figures = dict[str, object]


def found(year: Year) -> Figures:
    """What the report says, without what does not happen in such a year."""
    told = report(year.office.store, year.config, PERIOD)
    names = ("mail_in", "mail_out", "new", "solved", "reopened", "unanswered", "one_touch", "replies", "mail_in_hours",
             "next_reply_breaches")  # fmt: skip
    figures: Figures = {name: getattr(told, name) for name in names}
    for clock in ("first_reply", "solution"):
        wait = getattr(told, clock)
        figures[clock] = (wait.count, wait.median, wait.p90, wait.wall_median, wait.wall_p90, wait.kept, wait.breaches)
    return figures | dict(_days(told)) | {f"team {each.name}": _team(each) for each in told.groups["team"]}


def _days(told: Report) -> Iterator[tuple[str, object]]:
    for day in told.days:
        breaches = day.first_reply_breaches, day.next_reply_breaches, day.solution_breaches
        yield str(day.day), (day.mail_in, day.mail_out, day.new, day.solved, day.backlog, *breaches)


def _team(group: object) -> tuple[object, ...]:
    names = ("new", "solved", "first_reply", "first_reply_kept", "solution", "solution_kept", "one_touch")
    return tuple(getattr(group, name) for name in names)


@dataclass
class Life:
    """What became of a ticket."""

    case: Case
    breached: dict[str, list[datetime]]  # the deadlines that passed, by their clocks

    def __post_init__(self) -> None:
        self.opened = self.case.happened[0][0]
        self.changes = [(self.opened, "new")]
        for at, what in self.case.happened[1:]:
            before = self.changes[-1][1]
            after = {"answer": "pending", "solve": "solved"}.get(what) or ("new" if before == "new" else "open")
            if after != before:
                self.changes.append((at, after))
        self.answers = [at for at, what in self.case.happened if what == "answer"]
        self.replied = min(self.answers, default=None)
        self.ended = self.changes[-1][0] if self.changes[-1][1] == "solved" else None

    def live(self, when: datetime) -> bool:
        return self.opened < when and [status for at, status in self.changes if at < when][-1] != "solved"


@dataclass
class Count:
    """The same as `found`, one by one."""

    naive: Naive
    period: Period = PERIOD

    def figures(self) -> Figures:
        mails_in, mails_out = self._mails("customer"), self._mails("answer")
        teams = {"billing": "alice", "tech": "bob"}
        again = [at for life in self.lives for (at, _), (_, old) in zip(life.changes[1:], life.changes, strict=False)
                 if old == "solved"]  # fmt: skip
        new = [life for life in self.lives if self._within(life.opened)]
        return {
            "mail_in": len(mails_in),
            "mail_out": len(mails_out),
            "new": len(new),
            "solved": len(self._solved(self.lives)),
            "reopened": sum(map(self._within, again)),
            "unanswered": sum(life.replied is None for life in new) / len(new),
            "one_touch": self._one_touch(self.lives),
            "replies": len(mails_out) / len(self._solved(self.lives)),
            "mail_in_hours": self._hours(mails_in),
            "next_reply_breaches": len(self._breaches("next_reply")),
            "first_reply": self._wait(self._replied(self.lives), "first_reply"),
            "solution": self._wait(self._solved(self.lives), "solve"),
            **dict(self._days(mails_in, mails_out)),
            **{f"team {name}": self._team([each for each in self.lives if each.case.agent == agent])
               for name, agent in teams.items()},
        }  # fmt: skip

    @cached_property
    def lives(self) -> list[Life]:
        return [Life(case, self.naive.breached(case)) for case in self.naive.year.cases]

    def _within(self, when: datetime) -> bool:
        return self.period.since <= when < self.period.until

    def _mails(self, what: str) -> list[datetime]:
        return [at for life in self.lives for at, kind in life.case.happened if kind == what and self._within(at)]

    def _breaches(self, clock: str) -> list[datetime]:
        return [at for life in self.lives for at in life.breached[clock] if self._within(at)]

    def _replied(self, lives: Iterable[Life]) -> list[tuple[Life, datetime]]:
        return [(life, life.replied) for life in lives if life.replied and self._within(life.replied)]

    def _solved(self, lives: Iterable[Life]) -> list[tuple[Life, datetime]]:
        return [(life, life.ended) for life in lives if life.ended and self._within(life.ended)]

    def _one_touch(self, lives: Iterable[Life]) -> float:
        solved = self._solved(lives)
        return sum(bool(life.answers) and max(life.answers) == life.replied for life, _ in solved) / len(solved)

    def _worked(self, waits: list[tuple[Life, datetime]]) -> list[int]:
        return sorted(self.naive.promised.passed(life.opened, end) for life, end in waits)

    def _kept(self, waits: list[tuple[Life, datetime]], clock: str) -> float:
        return (len(waits) - sum(bool(life.breached[clock]) for life, _ in waits)) / len(waits)

    def _wait(self, waits: list[tuple[Life, datetime]], clock: str) -> tuple[object, ...]:
        worked, wall = self._worked(waits), sorted((end - life.opened) // timedelta(minutes=1) for life, end in waits)
        times = (_rank(worked, 50), _rank(worked, 90), _rank(wall, 50), _rank(wall, 90))
        return (len(waits), *times, self._kept(waits, clock), len(self._breaches(clock)))

    def _team(self, lives: list[Life]) -> tuple[object, ...]:
        replied, solved = self._replied(lives), self._solved(lives)
        new = sum(self._within(life.opened) for life in lives)
        replies = _rank(self._worked(replied), 50), self._kept(replied, "first_reply")
        solutions = _rank(self._worked(solved), 50), self._kept(solved, "solve")
        return (new, len(solved), *replies, *solutions, self._one_touch(lives))

    def _hours(self, mails: list[datetime]) -> tuple[tuple[int, ...], ...]:
        table = [[0] * 24 for _ in range(7)]
        for at in mails:
            table[at.astimezone(ROME).weekday()][at.astimezone(ROME).hour] += 1
        return tuple(map(tuple, table))

    def _days(self, mails_in: list[datetime], mails_out: list[datetime]) -> Iterator[tuple[str, object]]:
        times = [
            mails_in,
            mails_out,
            [life.opened for life in self.lives],
            [end for _, end in self._solved(self.lives)],
        ]
        times += [self._breaches(clock) for clock in ("first_reply", "next_reply", "solve")]
        by_day = [Counter(str(at.astimezone(ROME).date()) for at in each) for each in times]
        day = self.period.first
        while day <= self.period.last:
            end = datetime(day.year, day.month, day.day, tzinfo=ROME) + timedelta(days=1)
            counts = [each[str(day)] for each in by_day]
            yield str(day), (*counts[:4], sum(life.live(end) for life in self.lives), *counts[4:])
            day += timedelta(days=1)


def _rank(ordered: list[int], percent: int) -> int:
    return next(value for n, value in enumerate(ordered, 1) if 100 * n >= percent * len(ordered))
