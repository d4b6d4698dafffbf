"""How long the report on a year of a large desk takes.

    python -m tests.bench.year [--tickets 1000000] [--years 3] [--store FILE]

Builds the desk, with a progress bar, or takes the one in FILE; reports on its last year, and prints how long that took.
"""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from rich.progress import track

from maildesk.config import Config
from maildesk.desk.figures import Period, summarise
from maildesk.edge.figures import report
from maildesk.store.engine import Store, to_text
from tests.bench.made import BEGIN, ZONE, Made, morning, tickets

_BATCH = 2000
_WORDS = "Hello, the printer does not work since yesterday; could you look into it, please? Thank you, Ann. "


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
    people = sorted({_customer(ticket) for ticket in batch})
    many = store.connection.executemany
    many(
        "INSERT OR IGNORE INTO contacts (email, created_at) VALUES (?, ?)",
        [(p, to_text(morning(BEGIN))) for p in people],
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


def _customer(ticket: Made) -> str:
    return ticket.mails[0][2] if ticket.mails else "nobody@example.test"


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
        ids[_customer(ticket)],
        ticket.mood,
        int(ticket.urgent is not None and ticket.urgent[1] is not False),
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
        for at, clock in ticket.breaches:
            data = {"kind": f"{clock}_due", "to": ticket.agent, "of": at.isoformat(timespec="seconds")}
            yield at, ticket.id, "desk", "reminder", data
        if ticket.urgent:
            at, right = ticket.urgent
            yield at, ticket.id, "somebody@example.test", "urgent", {"old": 0, "new": 1}
            if right is not None:
                yield at, ticket.id, "agent0", "urgent_verdict", {"right": int(right)}


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
    period = Period(end - timedelta(days=365), end - timedelta(days=1), ZONE, morning(end))
    for _ in range(given.rounds):
        began = time.perf_counter(), time.process_time()
        found = report(store, configuration(), period)
        taken = time.perf_counter() - began[0], time.process_time() - began[1]
        print(f"a year's report: {taken[0]:.2f} s, {taken[1]:.2f} s of the processor")
    for line in summarise(found):
        print(f"  {line.title:16} {line.value}")


if __name__ == "__main__":
    main()
