"""How much working time lies between two minutes, for a million pairs of them.

`desk.hours` searches; here the openings are walked through once, and what has gone by at each minute is written down.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from maildesk.desk import hours
from maildesk.desk.hours import Calendar

_MINUTE = timedelta(minutes=1)
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FURTHER = 400 * 24 * 60  # minutes, so that it is not written down again and again


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

    def between(self, begin: int, end: int) -> int:
        """From one minute to the other; where it begins earlier than any before, more is written down."""
        if begin < self.first:
            self.first = begin - _FURTHER
            self.gone = _gone(self.calendar, self.first, self.last)
        return self.gone[end - self.first] - self.gone[begin - self.first]


def _gone(calendar: Calendar | None, first: int, last: int) -> Sequence[int]:
    """For the minutes from ``first`` to ``last``, both included."""
    if calendar is None:
        return range(last - first + 1)
    found, opened, minute = array("i", [0]), 0, first
    for begin, end in hours.spans(time_of(first), time_of(last), calendar):
        opens, closes = minute_of(begin), minute_of(end)  # hours change at whole minutes
        found.extend([opened] * (opens - minute))
        found.extend(range(opened + 1, opened + 1 + closes - opens))
        opened, minute = opened + closes - opens, closes
    found.extend([opened] * (last - minute))
    return found
