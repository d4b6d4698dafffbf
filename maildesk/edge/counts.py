"""What the daemon counts while it runs; each begins at nought when it starts, as Prometheus' counters do."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

BOUNDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Upper ends of a histogram's steps, in seconds."""


@dataclass(slots=True)
class Histogram:
    """How long something took. One thread adds, others may read."""

    steps: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0  # seconds

    def add(self, seconds: float) -> None:
        self.steps[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds

    @property
    def count(self) -> int:
        return sum(self.steps)


@dataclass(slots=True)
class Counts:
    """Of one daemon's life."""

    accepted: Counter[str] = field(default_factory=Counter)  # mails, by source
    put_off: Counter[str] = field(default_factory=Counter)  # mails that could not be kept, by the reason's type
    thought: Counter[tuple[str, str]] = field(default_factory=Counter)  # mails, by source and verdict
    outgoing: Counter[str] = field(default_factory=Counter)  # attempts to send, by what came of them
    think_time: Histogram = field(default_factory=Histogram)
    commit_time: Histogram = field(default_factory=Histogram)
    alarms: int = 0

    def thoughts(self, found: Sequence[tuple[str, str, float]]) -> None:
        """Mails that were understood: source, verdict, seconds."""
        for source, verdict, seconds in found:
            self.thought[_kind(source), verdict] += 1
            self.think_time.add(seconds)

    def took_in(self, source: str, mails: int = 1) -> None:
        self.accepted[_kind(source)] += mails


def _kind(source: str) -> str:
    """Without the account of a mailbox, whose password's owner is nobody's business."""
    return source.partition(":")[0]
