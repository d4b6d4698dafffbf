"""First replies, or solutions: how long they took, and which came too late.

Made for a million tickets: what is done to each is one step of a list. Whether a deadline passed is not reckoned again:
the reminder that told of it stands among the ticket's events, by the hours and targets of that day.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from maildesk.desk.figures.kinds import Kinds, Tags, counts
from maildesk.desk.figures.report import Wait
from maildesk.desk.figures.worktime import Worktime

_ROOM = 1 << 32  # for minutes, between two numbers of kinds


@dataclass(frozen=True, slots=True)
class Piece:
    """Some tickets of one working time, by columns."""

    ids: Sequence[int]
    kinds: Sequence[int]
    tags: Tags
    opened: Sequence[int]
    begun: Sequence[int]  # the working time that had gone by when they were opened
    worktime: Worktime


@dataclass(frozen=True, slots=True)
class Some:
    """The first replies, or solutions, of one name."""

    count: int
    median: int | None
    kept: float | None


NONE = Some(0, None, None)


class Waits:
    """In the minutes from ``since`` to before ``until``; ``breached`` are the tickets on which a deadline passed."""

    def __init__(self, span: tuple[int, int], breached: frozenset[int]) -> None:
        (self.since, self.until), self._breached = span, breached
        self._worked: list[int] = []  # the number of a kind or tag, and minutes, in one
        self._wall: list[int] = []
        self._late: Counter[int] = Counter()  # of what came, by kind or tag
        self._free: Counter[int] = Counter()  # of what came, and was not promised

    def add(self, piece: Piece, done: Sequence[int | None], promised: Sequence[bool] | None) -> None:
        """``done`` is when it came, None for not yet. ``promised`` None: to all of them."""
        since, until, gone, first = self.since, self.until, piece.worktime.gone, piece.worktime.first
        rows = zip(done, piece.begun, piece.kinds, strict=True)
        self._worked += [gone[m - first] - b + n * _ROOM for m, b, n in rows if m is not None and since <= m < until]
        tags = zip(piece.tags.of(done), piece.tags.of(piece.begun), piece.tags.numbers, strict=True)
        self._worked += [gone[m - first] - b + n * _ROOM for m, b, n in tags if m is not None and since <= m < until]
        waits = zip(done, piece.opened, strict=True)
        self._wall += [m - opened for m, opened in waits if m is not None and since <= m < until]
        fates = zip(done, map(self._breached.__contains__, piece.ids), strict=True)
        late = [passed and m is not None and since <= m < until for m, passed in fates]
        if promised is not None:
            late = [here and due for here, due in zip(late, promised, strict=True)]
            free = [m is not None and not due and since <= m < until for m, due in zip(done, promised, strict=True)]
            self._free.update(piece.tags.chosen(piece.kinds, free))
        self._late.update(piece.tags.chosen(piece.kinds, late))

    # --- in the end --------------------------------------------------------------------------------------

    def all(self, every: Kinds, breaches: int) -> Wait:
        numbers, wall = every.kinds(), [sorted(self._wall)]
        worked = [self._runs[number] for number in numbers if number in self._runs]
        late, free = (sum(found[number] for number in numbers) for found in (self._late, self._free))
        return Wait(
            count=len(self._wall),
            median=percentile(worked, 50),
            p90=percentile(worked, 90),
            wall_median=percentile(wall, 50),
            wall_p90=percentile(wall, 90),
            kept=_kept(len(self._wall), late, free),
            breaches=breaches,
        )

    def by_name(self, names: Mapping[str | None, Iterable[int]]) -> dict[str | None, Some]:
        late, free = counts(names, self._late), counts(names, self._free)
        found = {}
        for name, numbers in names.items():
            runs = [self._runs[number] for number in numbers if number in self._runs]
            if count := sum(len(run) for run in runs):
                found[name] = Some(count, percentile(runs, 50), _kept(count, late[name], free[name]))
        return found

    @cached_property
    def _runs(self) -> dict[int, list[int]]:
        """The working times of each kind or tag, in order; once all tickets have been added."""
        found, ordered, begin = {}, sorted(self._worked), 0
        while begin < len(ordered):
            number = ordered[begin] // _ROOM
            base, end = number * _ROOM, bisect_left(ordered, (number + 1) * _ROOM, begin)
            found[number] = [key - base for key in ordered[begin:end]]
            begin = end
        return found


def percentile(runs: Sequence[Sequence[int]], share: int) -> int | None:
    """Of times in runs, each in order: the smallest that ``share`` percent of all do not exceed (nearest rank).

    None of none. It is searched for, which is quicker than to put millions into one order.
    """
    runs = [run for run in runs if run]
    if not runs:
        return None
    rank = -(-sum(map(len, runs)) * share // 100)
    times = range(max(run[-1] for run in runs) + 1)
    return bisect_left(times, rank, key=lambda minutes: sum(bisect_right(run, minutes) for run in runs))


def share(part: float, whole: int) -> float | None:
    """As a fraction of 1; None of nothing."""
    return part / whole if whole else None


def _kept(count: int, late: int, free: int) -> float | None:
    return share(count - free - late, count - free)
