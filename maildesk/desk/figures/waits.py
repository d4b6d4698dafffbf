"""First replies, or solutions: how long they took, and which came too late.

Made for a million tickets: what is done to each is one step of a list. Whether a deadline passed is not reckoned again:
the reminder that told of it stands among the ticket's events, by the hours and targets of that day.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress

from maildesk.desk.figures import kinds
from maildesk.desk.figures.kinds import Kinds, Tags, Times
from maildesk.desk.figures.report import Wait
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
        self._worked: Counter[int] = Counter()  # by kind or tag, and minutes, in one number
        self._wall: Counter[int] = Counter()
        self._late: Counter[int] = Counter()  # of what came, by kind or tag
        self._free: Counter[int] = Counter()  # of what came, and was not promised

    def add(self, piece: Piece, done: Sequence[int | None], promised: Sequence[bool] | None) -> None:
        """``done`` is when it came, None for not yet. ``promised`` None: to all of them."""
        since, until, gone, first = self.since, self.until, piece.worktime.gone, piece.worktime.first
        came = [minute is not None and since <= minute < until for minute in done]
        rows = zip(came, done, piece.begun, strict=True)
        worked = [gone[m - first] - begun if m is not None and here else _NOT for here, m, begun in rows]
        kinds = zip(worked, piece.kinds, strict=True)
        self._worked.update([minutes + kind * _ROOM for minutes, kind in kinds if minutes >= 0])
        tags = zip(map(worked.__getitem__, piece.tags.places), piece.tags.numbers, strict=True)
        self._worked.update([minutes + tag * _ROOM for minutes, tag in tags if minutes >= 0])
        waits = zip(came, done, piece.opened, strict=True)
        self._wall.update([m - opened for here, m, opened in waits if m is not None and here])
        breached = map(self._breached.__contains__, piece.ids)
        if promised is None:
            self._count([here and late for here, late in zip(came, breached, strict=True)], piece, self._late)
        else:
            fates = list(zip(came, breached, promised, strict=True))
            self._count([here and late and due for here, late, due in fates], piece, self._late)
            self._count([here and not due for here, _, due in fates], piece, self._free)

    def _count(self, chosen: Sequence[bool], piece: Piece, into: Counter[int]) -> None:
        into.update(compress(piece.kinds, chosen))
        into.update(piece.tags.of(chosen))

    # --- in the end --------------------------------------------------------------------------------------

    def all(self, every: Kinds, breaches: int) -> Wait:
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
            breaches=breaches,
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
