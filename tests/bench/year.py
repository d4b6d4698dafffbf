"""A desk's tickets, made with a fixed seed, and how long a report on them takes.

    python -m tests.bench.year [--tickets 1000000] [--years 3] [--store FILE]

Builds the desk (or takes the one in FILE), with a progress bar, then reports on its last year and prints how long that
took. `tickets` alone makes the same ones as plain objects, for those who want to count them in another way. They come
and go as at a real desk: in working hours mostly, some opened again, some never answered, some spam.
"""

from __future__ import annotations

import json
import random
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.progress import track

from maildesk.config import Config
from maildesk.desk.figures import Period, summarise
from maildesk.edge.figures import report
from maildesk.store.engine import Store, to_text

BEGIN = date(2023, 1, 1)
ZONE = ZoneInfo("Europe/Rome")
_TEAMS = ("billing", "orders", "technical", "returns", "accounts", "partners")
_BATCH = 2000
_WORDS = "Hello, the printer does not work since yesterday; could you look into it, please? Thank you, Ann. "


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
    urgent: tuple[datetime, bool] | None = None  # when the customer said so, and if the agents agreed
    rating: tuple[datetime, int] | None = None
    merged_into: int | None = None

    @property
    def status(self) -> str:
        return self.statuses[-1][2] if self.statuses else "new"

    def becomes(self, status: str, when: datetime) -> None:
        self.statuses.append((when, self.status, status))


def tickets(count: int, days: int, begin: date = BEGIN, seed: int = 5) -> Iterator[Made]:
    """In the order in which they came. Nothing happens after the last of the days."""
    dice = random.Random(seed)
    end = _morning(begin + timedelta(days=days))
    for id, opened in enumerate(_openings(dice, count, begin, days), 1):
        yield _until(_life(dice, _opened(dice, id, opened)), end)


def _morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)


def _openings(dice: random.Random, count: int, begin: date, days: int) -> list[datetime]:
    """Three in four by day, few at weekends, a little more each year."""
    chosen = dice.choices(
        range(days), [(1 + day / days) * (1 if day % 7 < 5 else 0.25) for day in range(days)], k=count
    )
    found = []
    for day in chosen:
        hour = dice.gauss(12.5, 3) % 24 if dice.random() < 0.75 else dice.uniform(0, 24)
        found.append(_morning(begin + timedelta(days=day)) + timedelta(milliseconds=int(hour * 3_600_000)))
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
    if dice.random() < 0.02:
        ticket.urgent = (ticket.opened + timedelta(minutes=1), dice.random() < 0.7)
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


def _later(dice: random.Random, now: datetime, hours: float) -> datetime:
    """Some hours later; what falls into the night is done in the morning."""
    then = now + timedelta(milliseconds=int(dice.lognormvariate(0, 1) * hours * 3_600_000))
    return then if 7 <= then.hour < 18 else then.replace(hour=7) + timedelta(days=then.hour >= 18)


def _until(ticket: Made, end: datetime) -> Made:
    """What would come after the end has not come yet; what was solved long before it is closed."""
    ticket.mails = [mail for mail in ticket.mails if mail[0] < end]
    ticket.statuses = [change for change in ticket.statuses if change[0] < end]
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


# --- into a store ------------------------------------------------------------------------------------------------


def build(path: Path, made: Iterable[Made]) -> None:
    """A desk with these tickets. What is not reported on is left out: raw mails, and the index of words."""
    store = Store.open(path)
    store.execute("PRAGMA synchronous=OFF")
    store.execute("PRAGMA foreign_keys=OFF")
    triggers = store.rows("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    for name, _ in triggers:
        store.execute(f"DROP TRIGGER {name}")
    coming = iter(made)
    while batch := list(islice(coming, _BATCH)):
        with store.transaction():
            _write(store, batch)
    for _, sql in triggers:
        store.execute(sql)
    store.close()


def _write(store: Store, batch: list[Made]) -> None:
    people = sorted({ticket.mails[0][2] for ticket in batch if ticket.mails} | {"nobody@example.test"})
    many = store.connection.executemany
    many(
        "INSERT OR IGNORE INTO contacts (email, created_at) VALUES (?, ?)",
        [(p, to_text(_morning(BEGIN))) for p in people],
    )
    marks = ", ".join("?" * len(people))
    ids = dict(store.execute(f"SELECT email, id FROM contacts WHERE email IN ({marks})", people))
    many(f"INSERT INTO tickets ({_TICKET}) VALUES ({', '.join('?' * 21)})", [_row(ticket, ids) for ticket in batch])
    many("INSERT INTO tags VALUES (?, ?)", [(ticket.id, tag) for ticket in batch for tag in ticket.tags])
    mails = sorted((at, ticket.id, kind, author) for ticket in batch for at, kind, author in ticket.mails)
    many(
        "INSERT INTO messages (created_at, ticket_id, kind, author, text) VALUES (?, ?, ?, ?, ?)",
        [(to_text(at), *rest, _WORDS * (1 + at.second % 5)) for at, *rest in mails],
    )
    many(
        "INSERT INTO events (at, ticket_id, actor, kind, data) VALUES (?, ?, ?, ?, ?)",
        [
            (to_text(at), id, actor, kind, json.dumps(data))
            for at, id, actor, kind, data in sorted(_events(batch), key=lambda e: e[:4])
        ],
    )
    rated = [(ticket.id, ticket.rating) for ticket in batch if ticket.rating]
    many(
        "INSERT INTO ratings (ticket_id, score, at) VALUES (?, ?, ?)",
        [(id, score, to_text(at)) for id, (at, score) in rated],
    )


_TICKET = (
    "id, token, subject, status, priority, assignee, team, category, mailbox, contact_id, mood, urgent, created_at,"
    " updated_at, first_reply_at, replied_at, solved_at, closed_at, merged_into, language, revision"
)


def _row(ticket: Made, ids: dict[str, int]) -> tuple[object, ...]:
    answers = [at for at, kind, _ in ticket.mails if kind == "agent"]
    times = (ticket.replied, max(answers, default=None), ticket.solved, ticket.closed)
    changed = max(ticket.opened, *filter(None, times), *(at for at, *_ in (*ticket.mails, *ticket.statuses)))
    return (
        ticket.id,
        f"token{ticket.id}",
        "Printer does not work",
        "closed" if ticket.merged_into else ticket.status,
        ticket.priority,
        ticket.agent,
        ticket.team,
        ticket.category,
        ticket.brand,
        ids[ticket.mails[0][2] if ticket.mails else "nobody@example.test"],
        ticket.mood,
        int(ticket.urgent is not None and ticket.urgent[1]),
        to_text(ticket.opened),
        to_text(changed),
        *(to_text(at) if at else None for at in times),
        ticket.merged_into,
        ticket.language,
        len(ticket.mails),
    )


def _events(batch: list[Made]) -> Iterator[tuple[datetime, int, str, str, dict[str, object]]]:
    for ticket in batch:
        yield ticket.opened, ticket.id, "desk", "created", {"team": ticket.team}
        for at, kind, author in ticket.mails:
            yield at, ticket.id, author, "message", {"kind": kind, "author": author}
        for at, old, new in ticket.statuses:
            yield at, ticket.id, "desk", "status", {"old": old, "new": new}
        if ticket.urgent:
            at, right = ticket.urgent
            yield at, ticket.id, "somebody@example.test", "urgent", {"old": 0, "new": 1}
            if not right:
                yield at, ticket.id, "agent0", "urgent", {"old": 1, "new": 0}


# --- the benchmark -----------------------------------------------------------------------------------------------


def configuration() -> Config:
    """Hours, holidays and targets, as such a desk has them."""
    return Config.model_validate(
        {
            "desk": {"name": "Acme", "address": "help@acme.test", "timezone": ZONE.key},
            "receive": {"smtp": {}},
            "send": {"maildir": "out"},
            "agents": [{"id": "agent0", "name": "Alice Rossi", "email": "alice@staff.test"}],
            "hours": {"week": "Mon-Fri 09:00-18:00", "holidays": "IT"},
            "targets": {"first_reply": "4h", "solve": "27h", "by_priority": {"urgent": {"first_reply": "1h"}}},
        }
    )


def main() -> None:
    asked = ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("--tickets", type=int, default=1_000_000)
    asked.add_argument("--years", type=int, default=3)
    asked.add_argument("--store", type=Path, default=Path("var/bench/desk.db"))
    asked.add_argument("--rounds", type=int, default=3)
    given = asked.parse_args()
    if not given.store.exists():
        made = tickets(given.tickets, given.years * 365)
        build(given.store, track(made, "Building", given.tickets, disable=not sys.stdout.isatty()))
    store = Store.read_only(given.store)
    end = BEGIN + timedelta(days=given.years * 365)
    period = Period(end - timedelta(days=365), end - timedelta(days=1), ZONE, _morning(end))
    for _ in range(given.rounds):
        began = time.perf_counter(), time.process_time()
        found = report(store, configuration(), period)
        print(
            f"a year's report: {time.perf_counter() - began[0]:.2f} s, of the processor {time.process_time() - began[1]:.2f} s"
        )
    for line in summarise(found):
        print(f"  {line.title:16} {line.value}")


if __name__ == "__main__":
    main()
