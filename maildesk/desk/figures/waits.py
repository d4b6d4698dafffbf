"""First replies, or solutions: how long they took, and which came too late.

Whether a deadline passed is not reckoned again: the reminder that told of it stands among the ticket's events, by the
hours and targets of that day.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from maildesk.desk.figures.report import Wait


class Waits:
    """Those of some tickets."""

    __slots__ = ("free", "late", "worked")

    def __init__(self) -> None:
        self.worked = array("i")  # the working time that each took
        self.late = 0
        self.free = 0  # of so many no time was promised

    def add(self, worked: int, promised: bool, late: bool) -> None:
        self.worked.append(worked)
        if not promised:
            self.free += 1
        elif late:
            self.late += 1

    def sort(self) -> None:
        self.worked = in_order(self.worked)


@dataclass(frozen=True, slots=True)
class Some:
    """The first replies, or solutions, of one name."""

    count: int
    median: int | None
    kept: float | None


def some(waits: Sequence[Waits]) -> Some:
    """Of all these, each of them in order."""
    return Some(_count(waits), _percentile(waits, 50), _kept(waits))


def every(waits: Sequence[Waits], wall: Sequence[int], breaches: int) -> Wait:
    """``wall`` is how long they took on the wall, in order."""
    return Wait(
        count=_count(waits),
        median=_percentile(waits, 50),
        p90=_percentile(waits, 90),
        wall_median=percentile([wall], 50),
        wall_p90=percentile([wall], 90),
        kept=_kept(waits),
        breaches=breaches,
    )


def _count(waits: Sequence[Waits]) -> int:
    return sum(len(each.worked) for each in waits)


def _kept(waits: Sequence[Waits]) -> float | None:
    due = _count(waits) - sum(each.free for each in waits)
    return share(due - sum(each.late for each in waits), due)


def _percentile(waits: Sequence[Waits], share: int) -> int | None:
    return percentile([each.worked for each in waits], share)


def in_order(minutes: array[int]) -> array[int]:
    """Arrays, not lists: they take a tenth of the room, and Python does not look for garbage in them."""
    return array(minutes.typecode, sorted(minutes))


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
