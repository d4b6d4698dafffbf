"""Working time: when people are there, and when so much open time has passed.

An opening time means the first moment at which the clock on the wall shows it or later: in the spring gap
that is the jump itself, in the autumn the first of the two. So spans never cross, whatever the zone does, and
a night has the 23 or 25 hours that it really has. A holiday is a whole local day. All results are in UTC.

A year's openings are reckoned once, with the sum of the open time before each: a sum or a deadline is then a
search in a list, however far apart its ends are. It refuses to wait for what is never open, or not before the
year 9000: ValueError.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from maildesk.config.dates import Days, Opening, first_moment

ALWAYS = None
"""No calendar: open day and night."""

LONGEST = timedelta(days=3653)
"""Ten years: no more open time than this is added."""

_DAY = timedelta(days=1)
_NONE = timedelta(0)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_LAST_YEAR = 9000
_NEVER = "never open: look at hours.week, holidays and closed"


@dataclass(frozen=True, slots=True, eq=False)  # its years are kept by it: what tells it from others must be cheap
class Calendar:
    """When a desk, a team or an agent is there.

    ``week`` is as `config.values.parse_week` reads it; ``time.max`` as an end means 24:00. ``holidays`` is a country,
    or country and region ("IT", "DE-BY"), on whose public holidays nobody is there; nor are they on those in
    ``closed``. What is ``opened`` comes before both.
    """

    week: tuple[tuple[int, time, time], ...]  # weekday (Monday is 0), from, until
    zone: ZoneInfo
    holidays: str | None = None
    closed: tuple[Days, ...] = ()
    opened: tuple[Opening, ...] = ()


def add(start: datetime, span: timedelta, calendar: Calendar | None) -> datetime:
    """The first moment at which ``span`` of open time has passed since ``start``.

    Raises ValueError when ``span`` is negative or over ``LONGEST``, or there is not so much open time.
    """
    if not _NONE <= span <= LONGEST:
        raise ValueError(f"{span} of open time: only 0 to {LONGEST.days} days can be counted")
    start = start.astimezone(UTC)
    if calendar is None or not span:
        return start + span
    rest = _ticks(span)
    for year in _years(start, calendar):
        rest += year.before(start)
        if rest <= year.total:
            return year.at(rest)
        rest -= year.total
    raise ValueError(_NEVER)


def between(start: datetime, end: datetime, calendar: Calendar | None) -> timedelta:
    """The open time from ``start`` to ``end``; none when ``end`` is not later."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if end <= start:
        return _NONE
    if calendar is None:
        return end - start
    last = end.astimezone(calendar.zone).year
    found = sum(_year(calendar, y).total for y in range(start.astimezone(calendar.zone).year, last))
    return (found + _year(calendar, last).before(end) - _of(start, calendar).before(start)) * _TICK


def is_open(when: datetime, calendar: Calendar | None) -> bool:
    """Whether anybody is there; at closing time they no longer are. Raises ValueError if they never are."""
    return next_open(when, calendar) == when


def next_open(when: datetime, calendar: Calendar | None) -> datetime:
    """``when`` itself if it is open then, else the next opening. Raises ValueError if it is never open."""
    when = when.astimezone(UTC)
    if calendar is None:
        return when
    for year in _years(when, calendar):
        if (opening := year.opening(when)) is not None:
            return opening
    raise ValueError(_NEVER)


def spans(start: datetime, end: datetime, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    """The openings between these two, in their order: when each begins and ends."""
    first, last = ((when - _EPOCH) // _TICK for when in (start, end))
    for number in range(start.astimezone(calendar.zone).year, end.astimezone(calendar.zone).year + 1):
        year = _year(calendar, number)
        for begins, ends in zip(year.begins, year.ends, strict=True):
            if first < ends and begins < last:
                yield _EPOCH + max(begins, first) * _TICK, _EPOCH + min(ends, last) * _TICK


@lru_cache(maxsize=256)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """The public holidays of "IT" or "DE-BY" in one year. Raises ValueError for a country nobody knows."""
    from holidays import country_holidays  # here, because its import takes 0.2 s

    name, _, region = country.partition("-")
    try:
        return frozenset(country_holidays(name, subdiv=region or None, years=year))
    except NotImplementedError as error:
        raise ValueError(f"the holidays of {country} are not known: {error}") from None


# --- a year ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Year:
    """The openings of a local year: when each begins and ends, and how much open time there was up to its end.

    All in microseconds, since 1970 or of open time.
    """

    begins: list[int]
    ends: list[int]
    sums: list[int]

    @property
    def total(self) -> int:
        return self.sums[-1] if self.sums else 0

    def before(self, when: datetime) -> int:
        """The year's open time before that moment."""
        at = _ticks(when - _EPOCH)
        index = bisect_right(self.begins, at)  # of these so many have begun
        return self.sums[index - 1] - max(0, self.ends[index - 1] - at) if index else 0

    def at(self, passed: int) -> datetime:
        """The first moment before which there was so much open time of the year."""
        index = bisect_left(self.sums, passed)
        return _EPOCH + (self.ends[index] - (self.sums[index] - passed)) * _TICK

    def opening(self, when: datetime) -> datetime | None:
        """That moment if it is open then, else the year's next opening, if there is one."""
        at = _ticks(when - _EPOCH)
        index = bisect_right(self.ends, at)
        return _EPOCH + max(at, self.begins[index]) * _TICK if index < len(self.ends) else None


def _ticks(span: timedelta) -> int:
    """``span // _TICK``, in a third of the time."""
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds


def _of(when: datetime, calendar: Calendar) -> _Year:
    return _year(calendar, when.astimezone(calendar.zone).year)


def _years(start: datetime, calendar: Calendar) -> Iterator[_Year]:
    """From that of ``start`` on; it ends once two in a row have nothing open."""
    empty = 0
    for number in range(start.astimezone(calendar.zone).year, _LAST_YEAR):
        year = _year(calendar, number)
        empty = 0 if year.sums else empty + 1
        if empty > 2:
            return
        yield year


@lru_cache(maxsize=512)
def _year(calendar: Calendar, number: int) -> _Year:
    year = _Year([], [], [])
    reached = total = 0
    for day, spans in _days(calendar, number):
        for begin, until in spans:
            opens = max(_at(day, begin, calendar.zone), reached)
            ends = _at(day + _DAY, time.min, calendar.zone) if until == time.max else _at(day, until, calendar.zone)
            if opens < ends:
                total, reached = total + ends - opens, ends
                year.begins.append(opens)
                year.ends.append(ends)
                year.sums.append(total)
    return year


def _at(day: date, clock: time, zone: ZoneInfo) -> int:
    return (first_moment(day, clock, zone) - _EPOCH) // _TICK


def _days(calendar: Calendar, year: int) -> Iterator[tuple[date, tuple[tuple[time, time], ...]]]:
    """The days on which people are there, and their hours."""
    closed = {day for days in calendar.closed for day in days.of(year)}
    if calendar.holidays:
        closed |= public_holidays(calendar.holidays, year)
    opened = {day: opening.hours for opening in calendar.opened for day in opening.days.of(year)}
    week = [tuple(sorted((b, u) for weekday, b, u in calendar.week if weekday == day)) for day in range(7)]
    day = date(year, 1, 1)
    while day.year == year:
        usual = week[day.weekday()]
        if day in opened:
            yield day, opened[day] or usual
        elif usual and day not in closed:
            yield day, usual
        day += _DAY
