"""Calls every so many seconds, by APScheduler, whatever becomes of the clock.

APScheduler reckons by the wall clock. Left alone it would not call for an hour once that was set back an
hour, and would count every second that was skipped once a machine without a clock of its own has learnt the
date. Holds no work: what is due stands in rows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

_LOOK = 1.0  # seconds between two looks at the clock


class _Steady(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """The next call is one interval from now, never in the past."""

    def __init__(self, seconds: float) -> None:
        self.interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        return now if previous is None else now + self.interval


class Ticks:
    """All methods belong to one event loop."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def every(self, seconds: float, call: Callable[..., object], *arguments: object) -> None:
        """``call`` may be a coroutine function; while one call lasts, the next is left out."""
        self._scheduler.add_job(call, _Steady(seconds), arguments, misfire_grace_time=None, coalesce=True)

    async def run(self) -> None:
        """Until it is cancelled."""
        self._scheduler.start()
        try:
            while True:
                await asyncio.sleep(_LOOK)
                now = datetime.now(UTC)
                for job in self._scheduler.get_jobs():
                    if job.next_run_time - now > job.trigger.interval:  # the clock was set back
                        job.modify(next_run_time=now)
        finally:
            self._scheduler.shutdown(wait=False)
