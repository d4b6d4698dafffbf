"""How much working time lies between two minutes, for a million pairs of them.

`desk.hours` searches; here the openings are walked through once, and what has gone by at each minute is written down.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from maildesk.desk import hours
from maildesk.desk.hours import Calendar

_MINUTE = timedelta(minutes=1)
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 24 * 60  # minutes
_FURTHER = 400 * _DAY  # minutes, so that it is not written down again and again


def minute_of(when: datetime) -> int:
    """Whole minutes since 1970."""
    return (when - _EPOCH) // _MINUTE


def minutes_of(since: datetime, until: datetime) -> tuple[int, int]:
    """The first minute of a time, and the first after it: of the minute that is on, what has happened counts."""
    return minute_of(since), minute_of(until - _MICROSECOND) + 1


def time_of(minute: int) -> datetime:
    return _EPOCH + minute * _MINUTE


class Worktime:
    """``gone[i]`` is for how many minutes people were there in the first i minutes since ``first``."""

    def __init__(self, calendar: Calendar | None, first: int, last: int) -> None:
        self.calendar, self.first, self.last = calendar, first, last
        self.gone = _gone(calendar, first, last)

    def at(self, minutes: Sequence[int]) -> list[int]:
        """What has gone by at each of them; it begins earlier from now on, if one of them is earlier."""
        earliest = min(minutes)
        if earliest < self.first:
            self.first = earliest - _FURTHER
            self.gone = _gone(self.calendar, self.first, self.last)
        gone, first = self.gone, self.first
        return [gone[minute - first] for minute in minutes]


def _gone(calendar: Calendar | None, first: int, last: int) -> Sequence[int]:
    """For the minutes from ``first`` to ``last``, both included. Where it never opens again, it stays closed."""
    if calendar is None:
        return range(last - first + 1)
    found, opened, minute = array("i", [0]), 0, first
    while minute < last:
        begin = _opening(calendar, minute, last)
        end = _closing(calendar, begin, last)
        found.extend([opened] * (begin - minute))
        found.extend(range(opened + 1, opened + 1 + end - begin))
        opened, minute = opened + end - begin, end
    return found


def _opening(calendar: Calendar, minute: int, last: int) -> int:
    """The first minute from this one on that is worked; hours change at whole minutes."""
    try:
        return min(minute_of(hours.next_open(time_of(minute), calendar)), last)
    except ValueError:
        return last


def _closing(calendar: Calendar, begin: int, last: int) -> int:
    """The end of the time that is worked without a break; after a day at the latest."""

    def broken(end: int) -> bool:
        return hours.between(time_of(begin), time_of(end), calendar) < (end - begin) * _MINUTE

    return begin + bisect_left(range(begin, min(begin + _DAY, last) + 1), True, key=broken) - 1
