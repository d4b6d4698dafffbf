"""The time that a report is about, in the desk's time zone: its days, its hours, and as much time before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST = 3660  # days
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """From ``since`` on, to before ``until``; both in UTC."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Period:
    """From the beginning of the day ``first`` to the end of the day ``last``, or to ``now`` where that comes before.

    Raises ValueError where it has no day, more than `LONGEST` of them, or lies in the future.
    """

    first: date
    last: date
    zone: ZoneInfo
    now: datetime

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"{self.first} comes after {self.last}")
        if (self.last - self.first).days >= LONGEST:
            raise ValueError(f"no more than {LONGEST} days can be reported on at once")
        if self.since >= self.now:
            raise ValueError(f"{self.first} is still to come")

    @classmethod
    def latest(cls, days: int, zone: ZoneInfo, now: datetime) -> Period:
        """The last ``days`` days; today, as far as it has come, is one of them."""
        today = now.astimezone(zone).date()
        return cls(today - timedelta(days=days - 1), today, zone, now)

    @property
    def since(self) -> datetime:
        return self._midnight(self.first)

    @property
    def until(self) -> datetime:
        return min(self._midnight(self.last + _DAY), self.now.astimezone(UTC))

    @property
    def before(self) -> datetime:
        """Where as many days before it begin."""
        return self._midnight(self.first - (self.last - self.first) - _DAY)

    def days(self) -> list[tuple[date, Stretch]]:
        """Every day of it that has begun."""
        found = []
        day = self.first
        while day <= self.last and (since := self._midnight(day)) < self.until:
            found.append((day, Stretch(since, min(self._midnight(day + _DAY), self.until))))
            day += _DAY
        return found

    def hours(self) -> list[tuple[date, Stretch]]:
        """Every hour of it, with its day; an hour of the wall's clock where the zone is whole hours off UTC."""
        found = []
        for day, whole in self.days():
            since = whole.since
            while since < whole.until:
                found.append((day, Stretch(since, min(since + _HOUR, whole.until))))
                since += _HOUR
        return found

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, self.zone).astimezone(UTC)
