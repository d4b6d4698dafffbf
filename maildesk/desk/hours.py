"""Working time: when the desk is open, and when so much open time has passed.

An opening time means the first moment at which the clock on the wall shows it or later: in the spring gap
that is the jump itself, in the autumn the first of the two. So spans never cross, whatever the zone does, and
a night has the 23 or 25 hours that it really has. A holiday is a whole local day. All results are in UTC.

It refuses to look further than a year for an open hour: a desk that is never open has no deadlines.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

ALWAYS = None
"""No calendar: the desk is open day and night."""

LONGEST = timedelta(days=3653)
"""Ten years: no more open time than this is added."""

_DAY = timedelta(days=1)
_NONE = timedelta(0)
_LONGEST_CLOSED = 366  # days
_NEVER = "the desk is never open: look at hours.week and hours.holidays"


@dataclass(frozen=True, slots=True)
class Calendar:
    """The week of a desk as `config.values.parse_week` reads it; ``time.max`` as an end means 24:00.

    ``holidays`` is a country, or country and region ("IT", "DE-BY"), on whose public holidays it is closed.
    """

    week: tuple[tuple[int, time, time], ...]  # weekday (Monday is 0), from, until
    zone: ZoneInfo
    holidays: str | None = None


def add(start: datetime, span: timedelta, calendar: Calendar | None) -> datetime:
    """The first moment at which ``span`` of open time has passed since ``start``.

    Raises ValueError when ``span`` is negative or over ``LONGEST``, or the desk is never open.
    """
    if not _NONE <= span <= LONGEST:
        raise ValueError(f"{span} of open time: only 0 to {LONGEST.days} days can be counted")
    start = start.astimezone(UTC)
    if calendar is None or not span:
        return start + span
    for begin, until in _open_spans(start, calendar):
        if span <= until - begin:
            return begin + span
        span -= until - begin
    raise ValueError(_NEVER)


def between(start: datetime, end: datetime, calendar: Calendar | None) -> timedelta:
    """The open time from ``start`` to ``end``; none when ``end`` is not later."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if end <= start:
        return _NONE
    if calendar is None:
        return end - start
    total = _NONE
    for begin, until in _open_spans(start, calendar):
        if begin >= end:
            break
        total += min(until, end) - begin
    return total


def is_open(when: datetime, calendar: Calendar | None) -> bool:
    """Whether the desk is open; at its closing time it no longer is. Raises ValueError if it is never open."""
    return next_open(when, calendar) == when


def next_open(when: datetime, calendar: Calendar | None) -> datetime:
    """``when`` itself if the desk is open then, else its next opening. Raises ValueError if it is never open."""
    when = when.astimezone(UTC)
    if calendar is None:
        return when
    for begin, _ in _open_spans(when, calendar):
        return begin
    raise ValueError(_NEVER)


@lru_cache(maxsize=256)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """The public holidays of "IT" or "DE-BY" in one year. Raises ValueError for a country nobody knows."""
    from holidays import country_holidays  # here, because its import takes 0.2 s

    name, _, region = country.partition("-")
    try:
        return frozenset(country_holidays(name, subdiv=region or None, years=year))
    except NotImplementedError as error:
        raise ValueError(f"the holidays of {country} are not known: {error}") from None


def _open_spans(start: datetime, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    """What is open from ``start`` on, in order and without overlap; it ends only where nothing ever is."""
    reached, closed = start, 0
    day = start.astimezone(calendar.zone).date()
    while closed <= _LONGEST_CLOSED:
        closed += 1
        for opens, until in _spans_of(day, calendar):
            begin = max(opens, reached)
            if begin < until:
                yield begin, until
                reached, closed = until, 0
        day += _DAY


def _spans_of(day: date, calendar: Calendar) -> list[tuple[datetime, datetime]]:
    today = [(begin, until) for weekday, begin, until in calendar.week if weekday == day.weekday()]
    if not today or (calendar.holidays and day in public_holidays(calendar.holidays, day.year)):
        return []
    return sorted((_moment(day, begin, calendar.zone), _end(day, until, calendar.zone)) for begin, until in today)


def _end(day: date, until: time, zone: ZoneInfo) -> datetime:
    return _moment(day + _DAY, time.min, zone) if until == time.max else _moment(day, until, zone)


def _moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The first moment at which the wall clock shows ``clock`` on ``day``, or later."""
    local = datetime.combine(day, clock, zone)
    before, after = local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
    return before if before <= after else _jump(after, before, zone)  # in a gap the two stand the other way round


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The second at which the clocks are put forward: later than ``before``, not later than ``after``."""
    old = before.astimezone(zone).utcoffset()
    seconds = range(int(before.timestamp()), int(after.timestamp()) + 1)
    index = bisect_left(seconds, True, key=lambda at: datetime.fromtimestamp(at, zone).utcoffset() != old)
    return datetime.fromtimestamp(seconds[index], UTC)
