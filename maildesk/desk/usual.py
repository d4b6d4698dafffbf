"""How long a first answer usually takes at this hour, by what the desk did in the last 30 days.

Reckoned once an hour by a timer and kept, for it is told in every auto-reply: on the wall, as the customer waits. Of
the tickets opened at this hour of this weekday; where these are few, of those opened about this hour on days of the
same kind (workdays, or weekends). Where these are too few, too, nothing is known, and nothing is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from maildesk.config import Config
from maildesk.config.dates import first_moment
from maildesk.model import KeepUsual, SetTimer, Step, TimerKind

DAYS = 30
FEW = 10  # tickets: of fewer nothing is told
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_SATURDAY = 5

Span = tuple[datetime, datetime]


def timer(config: Config, now: datetime) -> Iterator[SetTimer]:
    """It is reckoned at once when the daemon starts, and then each hour."""
    if config.auto_reply.answer_time:
        yield SetTimer(TimerKind.USUAL, now)


def spans(config: Config, now: datetime) -> tuple[tuple[Span, ...], ...]:
    """The stretches of time to look at: at first those most like now, then more."""
    zone = config.zone()
    today, hour = now.astimezone(zone).date(), now.astimezone(zone).hour
    days = [today - ago * _DAY for ago in range(1, DAYS + 1)]
    same = (day for day in days if day.weekday() == today.weekday())
    alike = (day for day in days if (day.weekday() < _SATURDAY) is (today.weekday() < _SATURDAY))
    exact = tuple(_span(day, hour, hour + 1, zone) for day in same)
    return exact, tuple(_span(day, max(hour - 1, 0), min(hour + 2, 24), zone) for day in alike)


def reckon(config: Config, now: datetime, waits: tuple[tuple[int, ...], ...]) -> Iterator[Step]:
    """Keeps what the first of ``waits`` that are enough tell, until the next hour; and sets its timer."""
    if not config.auto_reply.answer_time:
        yield KeepUsual(None, now)
        return
    upcoming = now.replace(minute=0, second=0, microsecond=0) + _HOUR
    enough = next((sorted(those) for those in waits if len(those) >= FEW), None)
    median = enough[(len(enough) - 1) // 2] if enough else None  # the nearest rank, as in reports
    yield KeepUsual(median, upcoming + _HOUR)  # an hour more: the next one may be late
    yield SetTimer(TimerKind.USUAL, upcoming)


def said(minutes: int | None) -> dict[str, int]:
    """In whole hours, or in days where it is more than one; rounded up: who waits longer is disappointed."""
    if minutes is None:
        return {"hours": 0, "days": 0}
    hours = max(1, ceil(minutes / 60))
    return {"hours": hours, "days": 0} if hours <= 24 else {"hours": 0, "days": ceil(minutes / 1440)}


def _span(day: date, begin: int, end: int, zone: ZoneInfo) -> Span:
    until = first_moment(day + _DAY, time.min, zone) if end == 24 else first_moment(day, time(end), zone)
    return first_moment(day, time(begin), zone).astimezone(UTC), until.astimezone(UTC)
