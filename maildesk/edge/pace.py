"""How patiently the desk sends: a mail's retries, and the pauses of the whole leg.

A mail that was put off waits by itself (RFC 5321 §4.5.4.1). A smarthost that cannot be reached is
nobody's fault: then all wait, one mail probes after each pause, and the admins are told once.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Protocol


class Wellness(Protocol):
    """Where the admins learn, by other means than this leg, that it cannot send. Never raises."""

    def lost(self, what: str, error: str) -> None: ...

    def well(self, what: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Pace:
    """How many at once, and how patiently; plain numbers are seconds."""

    in_flight: int = 4
    first_retry: float = 20.0  # greylisting wants a few minutes, a hiccup wants none
    longest_retry: float = 7200.0
    first_pause: float = 1.0
    longest_pause: float = 60.0
    give_up: timedelta = timedelta(days=5)  # RFC 5321 §4.5.4.1: "at least 4-5 days"

    @property
    def patience(self) -> str:
        """``give_up`` in words: "five days", "36 hours"."""
        if self.give_up == timedelta(days=5):
            return "five days"
        hours, rest = divmod(self.give_up.total_seconds(), 3600)
        return f"{rest:.0f} seconds" if not hours else f"{hours:.0f} hours"

    def retry(self, attempts: int, dice: Random) -> timedelta:
        """How long a mail waits after ``attempts`` earlier deferrals: doubling, ±20% of jitter."""
        doubled = self.first_retry * 2.0 ** min(attempts, 30)
        return timedelta(seconds=min(doubled, self.longest_retry) * dice.uniform(0.8, 1.2))

    def pause(self, failures: int) -> float:
        """How long the whole leg waits after that many probes in a row reached nobody."""
        return min(self.first_pause * 2.0 ** min(failures - 1, 30), self.longest_pause)


class Line:
    """Whether anything can be sent at all, as far as the last mails could tell.

    Several mails may be in flight when it breaks, and some that began before may still end well:
    only a mail that began in the present ``era`` says something new.
    """

    def __init__(self, pace: Pace, wellness: Wellness) -> None:
        self._pace = pace
        self._wellness = wellness
        self._failures = 0
        self._probe_at = 0.0  # on the loop's clock
        self._what = ""  # that the admins were told of
        self.era = 0

    @property
    def lost(self) -> bool:
        return self._failures > 0

    def pause_left(self) -> float:
        """Seconds until the next probe; 0 when there is no pause."""
        return max(0.0, self._probe_at - asyncio.get_running_loop().time()) if self.lost else 0.0

    def broke(self, era: int, what: str, error: str) -> None:
        if era != self.era:
            return
        if not self.lost:
            self._what = what
            self._wellness.lost(what, error)
        self.era += 1
        self._failures += 1
        self._probe_at = asyncio.get_running_loop().time() + self._pace.pause(self._failures)

    def held(self, era: int) -> None:
        if era == self.era and self.lost:
            self.era += 1
            self._failures = 0
            self._wellness.well(self._what)

    def renewed(self) -> None:
        """Another transport: what the old one still tells is no news, and the next probe is now."""
        self.era += 1
        self._probe_at = 0.0
