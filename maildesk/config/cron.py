"""A line of cron as crontab(5) has it: minute, hour, day of month, month, day of week.

    0 9 1 * *        */15 8-18 * * mon-fri        30 7 * 1,7 *        @monthly

Sunday is 0 or 7. Where both days are restricted, either will do. Not APScheduler's reading of such a line, whose
weeks begin with a Monday that is 0, and whose lines fire twice in the night that has an hour twice: here that is
the first of the two, and a time that the spring skips comes at the jump.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo

from maildesk.config.dates import first_moment
from maildesk.config.values import readable

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_WEEK = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_NAMES = {
    "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
}  # fmt: skip
_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of the month", 1, 31), ("month", 1, 12), ("day of the week", 0, 7))
_PART = re.compile(r"(?:(\*)|([a-z]{3}|[0-9]{1,2})(?:-([a-z]{3}|[0-9]{1,2}))?)(?:/([0-9]{1,2}))?")
_DAY = timedelta(days=1)
_FURTHEST = 366 * 8 + 2  # days: a 29th of February may be eight years away (1896 to 1904, 2096 to 2104)


@dataclass(frozen=True, slots=True)
class Cron:
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]  # Monday is 0
    either: bool  # both days are restricted: one of them is enough

    def next(self, after: datetime, zone: ZoneInfo) -> datetime | None:
        """The first time later than ``after``, in UTC; None when there never is one."""
        day = after.astimezone(zone).date()
        for ahead in range(_FURTHEST):
            for moment in self._of(day + ahead * _DAY, zone) if self.on(day + ahead * _DAY) else ():
                if moment > after:
                    return moment
        return None

    def on(self, day: date) -> bool:
        """Whether it is for that day."""
        if day.month not in self.months:
            return False
        of_month, of_week = day.day in self.days, day.weekday() in self.weekdays
        return of_month or of_week if self.either else of_month and of_week

    def _of(self, day: date, zone: ZoneInfo) -> Iterator[datetime]:
        for hour in self.hours:
            for minute in self.minutes:
                yield first_moment(day, time(hour, minute), zone)


@lru_cache(maxsize=256)
def parse_cron(line: str) -> Cron:
    """ValueError, and nothing else, says how to write it right."""
    fields = _NAMES.get(line.strip().lower(), line).lower().split()
    if len(fields) != len(_FIELDS):
        raise ValueError(f"{line[:80]!r} is no cron line: minute, hour, day, month, weekday, as in 0 9 1 * *")
    minutes, hours, days, months, weekdays = (_field(text, *known) for text, known in zip(fields, _FIELDS, strict=True))
    cron = Cron(
        minutes=tuple(sorted(minutes)),
        hours=tuple(sorted(hours)),
        days=frozenset(days),
        months=frozenset(months),
        weekdays=frozenset((day - 1) % 7 for day in weekdays),
        either=not fields[2].startswith("*") and not fields[4].startswith("*"),
    )
    if not any(cron.on(date(2000, 1, 1) + ahead * _DAY) for ahead in range(_FURTHEST)):
        raise ValueError(f"{line}: never comes, there is no such day")
    return cron


def _field(text: str, name: str, least: int, most: int) -> set[int]:
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if not match:
            raise ValueError(f"{part[:40]!r} is no {name}; write 5, 1-5, 1,15 or */2")
        star, first, last, step = match.groups()
        begin, end = (least, most) if star else (_number(first, name), _number(last or first, name))
        if last and most == 7 and end == 0:
            end = 7  # sat-sun
        if step and not (star or last):
            end = most
        if not (least <= begin <= end <= most) or step == "0":
            raise ValueError(f"{part!r}: a {name} lies between {least} and {most}, the first before the last")
        found.update(range(begin, end + 1, int(step or 1)))
    return found


def _number(text: str, name: str) -> int:
    names = {"month": _MONTHS, "day of the week": _WEEK}.get(name, [])
    if text.isdigit():
        return int(text)
    if text not in names:
        raise ValueError(f"{text!r} is no {name}")
    return names.index(text) + (1 if name == "month" else 0)


CronLine = Annotated[str, readable(parse_cron)]
