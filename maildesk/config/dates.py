"""Days as people write them: `2026-12-24`, each year's `12-31`, from one to another `2026-08-10/2026-08-21`.

A span of each year may go over its end (`12-24/01-06`); a 29th of February is there in leap years alone. Here is,
too, at which moment a clock on the wall shows a time on such a day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo

from maildesk.config.values import readable, text_schema

_DAY = timedelta(days=1)
_ONE = r"(?:[0-9]{4}-)?[0-9]{2}-[0-9]{2}"
_DAYS = rf"{_ONE}(?:/{_ONE})?"
_SPAN = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]-(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)"
_OPENING = rf"{_DAYS}(?: {_SPAN})*"
_LIKE_DAYS = "write it like 2026-12-24, 12-31 (of each year) or 2026-08-10/2026-08-21"
_LIKE_OPENING = "write it like 2026-12-08, 2026-12-24 09:00-13:00 or 12-31 09:00-12:00 14:00-16:00"
_LONGEST = 366  # days in a row
_LEAP = 2000  # a year that has every day

Clock = tuple[time, time]


@dataclass(frozen=True, slots=True)
class Days:
    """Days of one year, or of every year: then the years of ``first`` and ``last`` say nothing."""

    first: date
    last: date
    yearly: bool

    def of(self, year: int) -> Iterator[date]:
        """Those that lie in a year."""
        for first, last in self._spans(year):
            day = max(first, date(year, 1, 1))
            while day <= min(last, date(year, 12, 31)):
                yield day
                day += _DAY

    def _spans(self, year: int) -> Iterator[tuple[date, date]]:
        if not self.yearly:
            yield self.first, self.last
        elif self.first <= self.last:
            yield _in(year, self.first), _in(year, self.last, until=True)
        else:
            yield date(year, 1, 1), _in(year, self.last, until=True)
            yield _in(year, self.first), date(year, 12, 31)

    def __contains__(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self._spans(day.year))


def _in(year: int, day: date, *, until: bool = False) -> date:
    """The same day in a year; for a 29th of February that it has not, the day after, or the one before."""
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28) if until else date(year, 3, 1)


def parse_days(text: str) -> Days:
    """ValueError, and nothing else, says how to write it right."""
    how = f"{text[:80]!r} is no day; {_LIKE_DAYS}"
    if not re.fullmatch(_DAYS, text):
        raise ValueError(how)
    first, _, last = text.partition("/")
    yearly = len(first) == 5
    if last and (len(last) == 5) != yearly:
        raise ValueError(f"{how}; both with their year, or both without")
    try:
        begin, end = (date.fromisoformat(f"{_LEAP}-{day}" if yearly else day) for day in (first, last or first))
    except ValueError:
        raise ValueError(f"{text!r}: there is no such day") from None
    if not yearly and not timedelta() <= end - begin < _LONGEST * _DAY:
        raise ValueError(f"{text}: ends before it begins, or lasts for more than a year")
    return Days(begin, end, yearly)


@dataclass(frozen=True, slots=True)
class Opening:
    """Days on which people are there after all; without ``hours``, in those of that day of the week."""

    days: Days
    hours: tuple[Clock, ...]


def parse_opening(text: str) -> Opening:
    """ValueError, and nothing else, says how to write it right."""
    if not re.fullmatch(_OPENING, text):
        raise ValueError(f"{text[:80]!r} is no opening; {_LIKE_OPENING}")
    days, *spans = text.split()
    hours = tuple((_clock(span[:5]), _clock(span[6:])) for span in spans)
    if any(end <= begin for begin, end in hours):
        raise ValueError(f"{text}: ends before it begins; a night is written as two days")
    return Opening(parse_days(days), tuple(sorted(hours)))


def _clock(text: str) -> time:
    return time.max if text == "24:00" else time.fromisoformat(text)


def first_moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The first moment, in UTC, at which the clock on the wall shows ``clock`` on ``day``, or later."""
    local = datetime.combine(day, clock, zone)
    before, after = local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
    return before if before <= after else _jump(after, before, zone)  # in a gap the two stand the other way round


@lru_cache(maxsize=256)
def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The second at which the clocks are put forward: later than ``before``, not later than ``after``."""
    old = before.astimezone(zone).utcoffset()
    low, high = int(before.timestamp()), int(after.timestamp())
    while low < high:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == old:
            low = middle + 1
        else:
            high = middle
    return datetime.fromtimestamp(low, UTC)


DaysText = Annotated[str, readable(parse_days), text_schema(_DAYS, _LIKE_DAYS)]
OpeningText = Annotated[str, readable(parse_opening), text_schema(_OPENING, _LIKE_OPENING)]
