"""First replies, or solutions: how long they took, and which broke a promise.

Made for a million tickets: what is done to each is one step of a list. Only those that took longer than promised are
looked at one by one: their clock may have stood still meanwhile, as `desk.promises` has it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from math import inf

from maildesk.desk.figures import kinds
from maildesk.desk.figures.kinds import Kinds, Tags, Times
from maildesk.desk.figures.report import Wait
from maildesk.desk.figures.rows import History
from maildesk.desk.figures.worktime import Worktime

_ROOM = 1 << 32  # for minutes, between two numbers of kinds
_NOT = -1


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
class Course:
    """What became of the same tickets."""

    done: Sequence[int | None]  # when it came
    stops: Sequence[int | None]  # when it came, or nobody waited for it any more
    limits: Sequence[float]  # within how many minutes of working time it was promised; inf: it was not


@dataclass(frozen=True, slots=True)
class Some:
    """The first replies, or solutions, of one name."""

    count: int
    median: int | None
    kept: float | None


NONE = Some(0, None, None)


class Waits:
    """In the minutes from ``since`` to before ``until``. The clock stands still while a status is in ``still``."""

    def __init__(self, span: tuple[int, int], still: frozenset[str]) -> None:
        (self.since, self.until), self.still = span, still
        self.breaches: list[int] = []  # the minutes at which a deadline passed
        self._worked: Counter[int] = Counter()  # by kind or tag, and minutes, in one number
        self._wall: Counter[int] = Counter()
        self._late: Counter[int] = Counter()  # of what came, by kind or tag
        self._free: Counter[int] = Counter()  # of what came, and was not promised

    def add(self, piece: Piece, course: Course) -> list[int]:
        """Measures what came. The places of those that took longer than promised: `judge` them."""
        since, until, gone, first = self.since, self.until, piece.worktime.gone, piece.worktime.first
        came = [minute is not None and since <= minute < until for minute in course.done]
        rows = zip(came, course.done, piece.begun, strict=True)
        worked = [gone[m - first] - begun if m is not None and here else _NOT for here, m, begun in rows]
        self._worked.update(
            [minutes + n * _ROOM for minutes, n in zip(worked, piece.kinds, strict=True) if minutes >= 0]
        )
        tagged = zip(map(worked.__getitem__, piece.tags.places), piece.tags.numbers, strict=True)
        self._worked.update([minutes + n * _ROOM for minutes, n in tagged if minutes >= 0])
        waits = zip(came, course.done, piece.opened, strict=True)
        self._wall.update([m - opened for here, m, opened in waits if m is not None and here])
        if inf in course.limits:
            self._count(
                [here and limit == inf for here, limit in zip(came, course.limits, strict=True)], piece, self._free
            )
        ends = [stop if stop is not None and stop < until else until for stop in course.stops]
        longer = zip(ends, piece.begun, course.limits, strict=True)
        return [place for place, (end, begun, limit) in enumerate(longer) if gone[end - first] - begun > limit]

    def judge(self, piece: Piece, course: Course, suspects: Sequence[int], known: Mapping[int, History]) -> None:
        """Whether the promises to these were broken."""
        late = [False] * len(piece.ids)
        for place in suspects:
            came, stop = course.done[place], course.stops[place]
            end = self.until if stop is None else min(stop, self.until)
            clock = _Clock(piece.worktime, self.still, known.get(piece.ids[place], ()))
            deadline = clock.deadline(piece.opened[place], end, course.limits[place])
            if deadline is not None:
                late[place] = came is not None and self.since <= came < self.until
                if deadline >= self.since:
                    self.breaches.append(deadline)
        if suspects:
            self._count(late, piece, self._late)

    def _count(self, chosen: Sequence[bool], piece: Piece, into: Counter[int]) -> None:
        into.update(compress(piece.kinds, chosen))
        into.update(piece.tags.of(chosen))

    # --- in the end --------------------------------------------------------------------------------------

    def all(self, every: Kinds) -> Wait:
        worked: Counter[int] = Counter()
        numbers = every.kinds()
        for number in numbers:
            worked.update(self._times.get(number, {}))
        count = self._wall.total()
        late, free = (sum(found[number] for number in numbers) for found in (self._late, self._free))
        return Wait(
            count=count,
            median=percentile(worked, 50),
            p90=percentile(worked, 90),
            wall_median=percentile(self._wall, 50),
            wall_p90=percentile(self._wall, 90),
            kept=_kept(count, late, free),
            breaches=len(self.breaches),
        )

    def by_name(self, names: Mapping[int, str | None]) -> dict[str | None, Some]:
        late, free = kinds.counts(names, self._late), kinds.counts(names, self._free)
        found = {}
        for name, times in kinds.times(names, self._times).items():
            count = sum(times.values())
            found[name] = Some(count, percentile(times, 50), _kept(count, late[name], free[name]))
        return found

    @cached_property
    def _times(self) -> dict[int, Times]:
        """All working times, by kind or tag, once all tickets have been added."""
        found: defaultdict[int, dict[int, int]] = defaultdict(dict)
        for key, count in self._worked.items():
            number, minutes = divmod(key, _ROOM)
            found[number][minutes] = count
        return dict(found)


@dataclass(frozen=True, slots=True)
class _Clock:
    """Measures one ticket's time, which stands still while its status is in ``still``."""

    worktime: Worktime
    still: frozenset[str]
    history: History

    def deadline(self, opened: int, end: int, limit: float) -> int | None:
        """When the time was used up; None if it was not, up to ``end``."""
        gone, first = self.worktime.gone, self.worktime.first
        begin, runs = opened, True
        for minute, status in (*self.history, (end, "")):
            if runs and (status in self.still or not status):
                ran = gone[max(begin, min(minute, end)) - first] - gone[begin - first]
                if ran > limit:
                    return self.worktime.when(gone[begin - first] + limit)
                limit, runs = limit - ran, False
            elif not runs and status not in self.still:
                begin, runs = min(minute, end), True
        return None


def percentile(times: Times, share: int) -> int | None:
    """The smallest number of minutes that ``share`` percent of all do not exceed (nearest rank); None of none."""
    rank = -(-sum(times.values()) * share // 100)
    for minutes in sorted(times):
        rank -= times[minutes]
        if rank <= 0:
            return minutes
    return None


def share(part: float, whole: int) -> float | None:
    """As a fraction of 1; None of nothing."""
    return part / whole if whole else None


def _kept(count: int, late: int, free: int) -> float | None:
    return share(count - free - late, count - free)
