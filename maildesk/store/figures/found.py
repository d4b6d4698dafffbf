"""What the figures of the desk are counted from: what is asked of the store, and what it finds. Clocks are first_reply,
next_reply and solve.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from maildesk.store.engine import Value, to_text


@dataclass(frozen=True, slots=True)
class Span:
    """From ``since`` on, to before ``until``."""

    since: datetime
    until: datetime

    @property
    def values(self) -> dict[str, Value]:
        return {"since": to_text(self.since), "until": to_text(self.until)}


@dataclass(frozen=True, slots=True)
class Asked:
    span: Span
    before: datetime  # from when to the span categories and tags are counted, too
    stretches: Sequence[Span]  # within each of which mails are counted
    customers: bool = False  # whether the cases tell their customers' addresses


Case = tuple[int, str, int, int | None, int | None, int | None, str | None, str, str]
"""A ticket; a plain tuple, for there may be a million of them. Times are minutes since 1970.

Its id. Its labels, as JSON: category, team, agent, brand and language, and a list of tags. When it was opened, when an
agent first answered, and when it was solved or closed (and not opened again); None where that has not happened. 1 where
no agent has answered after the first answer. Its mood, its priority, and its customer's address, "" where that was not
asked for.
"""


@dataclass(frozen=True, slots=True)
class Reopenings:
    """Tickets that were over for a while: the minutes in which each ended and was opened again, each in order."""

    over: Sequence[int]
    again: Sequence[int]


@dataclass(frozen=True, slots=True)
class Traffic:
    """Mails within one stretch of time."""

    incoming: int
    outgoing: int


@dataclass(frozen=True, slots=True)
class Hand:
    """What an agent wrote."""

    agent: str
    answers: int
    notes: int


@dataclass(frozen=True, slots=True)
class Rated:
    """So many ratings of one score, of tickets of one kind."""

    score: int
    category: str | None
    team: str | None
    agent: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Opened:
    """So many tickets with one category or tag."""

    by: str  # category, tag
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Urgency:
    """Tickets that their customers called urgent; of how many an agent said whether they were, and how many were."""

    said: int
    judged: int
    right: int


@dataclass(frozen=True, slots=True)
class Found:
    """``cases`` are read while they are counted: stay in the snapshot."""

    cases: Iterator[Case]
    breached: dict[str, frozenset[int]]  # by clock, the tickets on which a deadline ever passed
    breaches: dict[str, list[int]]  # by clock, when deadlines passed of which a reminder told since the span began
    reopenings: Reopenings  # that ended after the span began
    traffic: tuple[Traffic, ...]
    hands: tuple[Hand, ...]
    ratings: tuple[Rated, ...]
    before: tuple[Opened, ...]
    urgency: Urgency
    live: dict[str, int]  # tickets by status, now: new, open, pending
    spam: int
