"""A desk's store with the tickets of `made` in it, written with few statements: thousands a second.

Reports need no more than is written by default; a ``whole`` desk has what mail and people look at, too: the raw mails
and the ledger, who is on a ticket, what was mailed, timers, and the index of words.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path

from maildesk.store.engine import Store, to_text
from tests.bench.made import BEGIN, Made, morning

_BATCH = 2000
_LETTER = "Hello, the printer does not work since yesterday; could you look into it, please? Thank you, Ann. "
_DICE = random.Random(3)
VOCABULARY = ["".join(_DICE.choices("aeioubcdfglmnprstv", k=_DICE.randint(2, 9))) for _ in range(30_000)]
"""The most frequent word first: each is said as often as Zipf's law has it."""
_OFTEN = list(accumulate(1 / rank for rank in range(1, len(VOCABULARY) + 1)))

_TICKET = (
    "id, token, subject, status, priority, assignee, team, category, mailbox, contact_id, mood, urgent, created_at,"
    " updated_at, first_reply_at, replied_at, solved_at, closed_at, merged_into, language, revision"
)


def build(path: Path, made: Iterable[Made], *, whole: bool = False) -> None:
    """A new store with these tickets, in their order."""
    store = Store.open(path)
    store.execute("PRAGMA synchronous=OFF")
    store.execute("PRAGMA foreign_keys=OFF")
    store.execute("PRAGMA cache_size=-400000")
    triggers = [] if whole else store.rows("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    for name, _ in triggers:
        store.execute(f"DROP TRIGGER {name}")
    coming = iter(made)
    while batch := list(islice(coming, _BATCH)):
        with store.transaction():
            _write(store, batch, whole=whole)
    for _, sql in triggers:
        store.execute(sql)
    if whole:
        store.execute("INSERT INTO search(search) VALUES ('rebuild')")
        store.execute("INSERT INTO search(search) VALUES ('optimize')")
    store.close()


def words(dice: random.Random, count: int) -> str:
    """A text of so many words."""
    return " ".join(dice.choices(VOCABULARY, cum_weights=_OFTEN, k=count))


def _write(store: Store, batch: list[Made], *, whole: bool) -> None:
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
    if whole:
        _write_mails(store, batch, mails)
    else:
        many(
            "INSERT INTO messages (created_at, ticket_id, kind, author, text) VALUES (?, ?, ?, ?, ?)",
            [(to_text(at), *rest, _LETTER * (1 + at.second % 5)) for at, *rest in mails],
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


def _write_mails(store: Store, batch: list[Made], mails: Sequence[tuple[datetime, int, str, str]]) -> None:
    """Each message with the mail that brought it, or that took it to the customer."""
    many, dice = store.connection.executemany, random.Random(batch[0].id)
    first, customer = store.value("SELECT coalesce(max(id), 0) + 1 FROM messages"), {t.id: _customer(t) for t in batch}
    numbered = [(first + n, to_text(at), *rest, words(dice, 40)) for n, (at, *rest) in enumerate(mails)]
    many(
        "INSERT INTO raw (id, bytes) VALUES (?, ?)",
        [(id, f"From: {author}\r\nSubject: x\r\n\r\n{text}".encode()) for id, _, _, _, author, text in numbered],
    )
    many(
        "INSERT INTO inbox (id, received_at, source, envelope_from, envelope_to, sha256, raw_id, state, ticket_id,"
        " digest, message_id) VALUES (?, ?, 'smtp', ?, 'help@acme.test', ?, ?, 'ticketed', ?, ?, ?)",
        [
            (id, at, author, f"{id:064x}", id, ticket, f"{id:064x}", f"<{id}@example.test>")
            for id, at, ticket, kind, author, _ in numbered
            if kind == "customer"
        ],
    )
    many(
        "INSERT INTO messages (id, created_at, ticket_id, kind, author, message_id, subject, text, inbox_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                id,
                at,
                ticket,
                kind,
                author,
                f"<{id}@example.test>",
                words(dice, 4),
                text,
                id if kind == "customer" else None,
            )
            for id, at, ticket, kind, author, text in numbered
        ],
    )
    many(
        "INSERT INTO outbox (ticket_id, message_id, envelope_from, envelope_to, mailbox, raw_id, state, next_at, kind,"
        " entry_id, created_at, sent_at) VALUES (?, ?, '', ?, ?, ?, 'sent', ?, 'reply', ?, ?, ?)",
        [
            (ticket, f"<sent{id}@acme.test>", customer[ticket], customer[ticket], id, at, id, at, at)
            for id, at, ticket, kind, _, _ in numbered
            if kind == "agent"
        ],
    )
    many(
        "INSERT INTO participants (ticket_id, email, role, token, issued_at) VALUES (?, ?, 'requester', ?, ?)",
        [(t.id, customer[t.id], f"participant{t.id}", to_text(t.opened)) for t in batch],
    )
    live = [ticket for ticket in batch if ticket.status in ("new", "open", "pending") and not ticket.merged_into]
    many(
        "INSERT INTO timers (kind, at, ticket_id, agent, label) VALUES ('solve_due', ?, ?, '', '')",
        [(to_text(ticket.opened + timedelta(days=3650)), ticket.id) for ticket in live],
    )


def _customer(ticket: Made) -> str:
    return ticket.mails[0][2] if ticket.mails else "nobody@example.test"


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
            data: dict[str, object] = {
                "kind": f"{clock}_due",
                "to": ticket.agent,
                "of": at.isoformat(timespec="seconds"),
            }
            yield at, ticket.id, "desk", "reminder", data
        if ticket.urgent:
            at, right = ticket.urgent
            yield at, ticket.id, "somebody@example.test", "urgent", {"old": 0, "new": 1}
            if right is not None:
                yield at, ticket.id, "agent0", "urgent_verdict", {"right": int(right)}
