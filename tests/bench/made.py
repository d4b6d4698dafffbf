"""Tickets of a desk, made with a fixed seed: as plain objects, for those who want to count them in a way of their own.

They come and go as at a real desk: in working hours mostly, some opened again, some never answered, some spam.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

BEGIN = date(2023, 1, 1)
ZONE = ZoneInfo("Europe/Rome")
_TEAMS = ("billing", "orders", "technical", "returns", "accounts", "partners")


@dataclass
class Made:
    """One ticket with all that happened to it."""

    id: int
    opened: datetime
    priority: str
    team: str
    category: str | None
    agent: str | None
    brand: str
    language: str
    tags: tuple[str, ...]
    mood: str | None
    mails: list[tuple[datetime, str, str]] = field(default_factory=list)  # when, kind, author
    statuses: list[tuple[datetime, str, str]] = field(default_factory=list)  # when, from, to
    replied: datetime | None = None
    solved: datetime | None = None
    closed: datetime | None = None
    urgent: tuple[datetime, bool | None] | None = None  # when the customer said so, and if the agents agreed
    rating: tuple[datetime, int] | None = None
    breaches: list[tuple[datetime, str]] = field(default_factory=list)  # when which deadline passed
    merged_into: int | None = None

    @property
    def status(self) -> str:
        return self.statuses[-1][2] if self.statuses else "new"

    def becomes(self, status: str, when: datetime) -> None:
        self.statuses.append((when, self.status, status))


def tickets(count: int, days: int, begin: date = BEGIN, seed: int = 5) -> Iterator[Made]:
    """In the order in which they came. Nothing happens after the last of the days."""
    dice = random.Random(seed)
    end = morning(begin + timedelta(days=days))
    for id, opened in enumerate(_openings(dice, count, begin, days), 1):
        yield _until(_life(dice, _opened(dice, id, opened)), end)


def morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)


def _openings(dice: random.Random, count: int, begin: date, days: int) -> list[datetime]:
    """Three in four by day, few at weekends, a little more each year."""
    chosen = dice.choices(
        range(days), [(1 + day / days) * (1 if day % 7 < 5 else 0.25) for day in range(days)], k=count
    )
    found = []
    for day in chosen:
        hour = dice.gauss(12.5, 3) % 24 if dice.random() < 0.75 else dice.uniform(0, 24)
        found.append(morning(begin + timedelta(days=day)) + timedelta(milliseconds=int(hour * 3_600_000)))
    return sorted(found)


def _opened(dice: random.Random, id: int, opened: datetime) -> Made:
    team = int(dice.triangular(0, 6, 0))
    category = f"{_TEAMS[team]}-{dice.randrange(5)}" if dice.random() < 0.9 else None
    customer = f"customer{dice.randrange(200_000)}@example.test"
    ticket = Made(
        id=id,
        opened=opened,
        priority=dice.choices(("low", "normal", "high", "urgent"), (10, 75, 12, 3))[0],
        team=_TEAMS[team],
        category=category,
        agent=f"agent{team * 4 + dice.randrange(4)}" if dice.random() < 0.95 else None,
        brand="help@acme.test" if team < 4 else "care@other.test",
        language=dice.choices(("en", "it", "de", "fr"), (50, 30, 15, 5))[0],
        tags=tuple(sorted({f"tag{team * 8 + dice.randrange(8)}" for _ in range(dice.choice((0, 0, 0, 1, 1, 2)))})),
        mood=dice.choice(("happy", "worried", "angry")) if dice.random() < 0.1 else None,
    )
    ticket.mails.append((opened, "customer", customer))
    return ticket


def _life(dice: random.Random, ticket: Made) -> Made:
    fate, now = dice.random(), ticket.opened
    if fate < 0.03:
        ticket.becomes("spam", _later(dice, now, 1))
        ticket.closed = ticket.statuses[-1][0]
    elif fate < 0.04 and ticket.id > 1:
        ticket.merged_into = dice.randrange(max(1, ticket.id - 50), ticket.id)
        ticket.closed = now + timedelta(minutes=dice.uniform(1, 300))
    elif fate < 0.93:
        now = _talk(dice, ticket, now, dice.choice((1, 1, 2, 2, 3, 3, 4)))
        _end(dice, ticket, now)
        if dice.random() < 0.06:
            now = ticket.statuses[-1][0] + timedelta(days=dice.uniform(0.5, 10))
            ticket.becomes("open", now)
            ticket.solved = None
            ticket.mails.append((now, "customer", ticket.mails[0][2]))
            _end(dice, ticket, _talk(dice, ticket, now, 1))
    elif fate < 0.97:  # nobody answers, somebody closes it
        ticket.becomes("closed", _later(dice, now, 24))
        ticket.closed = ticket.statuses[-1][0]
    if ticket.status != "spam" and ticket.merged_into is None:
        ticket.breaches = list(_breaches(dice, ticket))
    if dice.random() < 0.02:
        verdict = dice.random()
        ticket.urgent = (ticket.opened + timedelta(minutes=1), verdict < 0.6 if verdict < 0.9 else None)
    return ticket


def _talk(dice: random.Random, ticket: Made, now: datetime, answers: int) -> datetime:
    agent = ticket.agent or "agent0"
    for number in range(answers):
        now = _later(dice, now, 2)
        ticket.mails.append((now, "agent", agent))
        ticket.replied = ticket.replied or now
        if number < answers - 1:
            ticket.becomes("pending", now)
            now = _later(dice, now, 12)
            ticket.mails.append((now, "customer", ticket.mails[0][2]))
            ticket.becomes("open", now)
        if dice.random() < 0.2:
            ticket.mails.append((now + timedelta(minutes=3), "note", agent))
    return now


def _end(dice: random.Random, ticket: Made, now: datetime) -> None:
    ticket.solved = now + timedelta(minutes=dice.uniform(0, 90))
    ticket.becomes("solved", ticket.solved)
    if dice.random() < 0.08:
        ticket.rating = (_later(dice, ticket.solved, 5), dice.choice((1, 3, 4, 5, 5, 5)))


def _breaches(dice: random.Random, ticket: Made) -> Iterator[tuple[datetime, str]]:
    """What a desk would have told of, a little simpler: a first reply within 20 hours, a solution within ten days."""
    over = next((at for at, _, new in ticket.statuses if new in ("solved", "closed")), None)
    deadline = ticket.opened + timedelta(hours=20)
    if not any(at and at <= deadline for at in (ticket.replied, over)):
        yield deadline, "first_reply"
    if (over is None or over > ticket.opened + timedelta(days=10)) and dice.random() < 0.7:
        yield ticket.opened + timedelta(days=10), "solve"
    if len(ticket.mails) > 3 and dice.random() < 0.1:
        yield ticket.mails[2][0] + timedelta(hours=20), "next_reply"


def _later(dice: random.Random, now: datetime, hours: float) -> datetime:
    """Some hours later; what falls into the night is done in the morning, or on Monday."""
    then = now + timedelta(milliseconds=int(dice.lognormvariate(0, 1) * hours * 3_600_000))
    if 7 <= then.hour < 18 and then.weekday() < 5:
        return then
    then += timedelta(days=int(then.hour >= 18))
    then += timedelta(days=(7 - then.weekday()) * (then.weekday() > 4))
    return then.replace(hour=7 + dice.randrange(3), minute=dice.randrange(60))


def _until(ticket: Made, end: datetime) -> Made:
    """What would come after the end has not come yet; what was solved long before it is closed."""
    ticket.mails = [mail for mail in ticket.mails if mail[0] < end]
    ticket.statuses = [change for change in ticket.statuses if change[0] < end]
    ticket.breaches = [breach for breach in ticket.breaches if breach[0] < end]
    ticket.replied = ticket.replied if ticket.replied and ticket.replied < end else None
    ticket.solved = next((at for at, _, new in reversed(ticket.statuses) if new == "solved"), None)
    ticket.solved = ticket.solved if ticket.status == "solved" else None
    ticket.closed = ticket.closed if ticket.closed and ticket.closed < end else None
    ticket.urgent = ticket.urgent if ticket.urgent and ticket.urgent[0] < end else None
    ticket.rating = ticket.rating if ticket.rating and ticket.rating[0] < end else None
    if ticket.merged_into and ticket.closed:
        ticket.mails.clear()  # they stand on the survivor
    else:
        ticket.merged_into = None
    if ticket.solved and ticket.solved + timedelta(days=14) < end:
        ticket.closed = ticket.solved + timedelta(days=14)
        ticket.becomes("closed", ticket.closed)
    return ticket
