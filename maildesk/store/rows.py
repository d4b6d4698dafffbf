"""Rows of the tables as the types of `model`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from maildesk.model import (
    Address,
    Contact,
    Entry,
    Event,
    Kind,
    OutboxState,
    Participant,
    Priority,
    Proof,
    Purpose,
    SentMail,
    Status,
    Ticket,
)
from maildesk.store.engine import Row, Store, to_time, to_time_or_none

_MERGES = 20  # in a row; a ring of them, which nothing here makes, ends there


def ticket(store: Store, id: int, merges: int = _MERGES) -> Ticket | None:
    """The ticket with who is on it and its tags; a merged one is followed to the survivor."""
    found = store.row(
        "SELECT tickets.*, contacts.email, contacts.name FROM tickets"
        " JOIN contacts ON contacts.id = contact_id WHERE tickets.id = ?",
        (id,),
    )
    if found is None:
        return None
    row = dict(zip(found.keys(), found, strict=True))  # a Row looks each of its many names up among all
    if row["merged_into"] is not None and merges:
        return ticket(store, row["merged_into"], merges - 1)
    return Ticket(
        id=row["id"],
        token=row["token"],
        subject=row["subject"],
        status=Status(row["status"]),
        priority=Priority(row["priority"]),
        created_at=to_time(row["created_at"]),
        updated_at=to_time(row["updated_at"]),
        contact_id=row["contact_id"],
        requester=Address(row["name"], row["email"]),
        language=row["language"],
        assignee=row["assignee"],
        team=row["team"],
        category=row["category"],
        mailbox=row["mailbox"],
        due_at=to_time_or_none(row["due_at"]),
        first_reply_at=to_time_or_none(row["first_reply_at"]),
        replied_at=to_time_or_none(row["replied_at"]),
        solved_at=to_time_or_none(row["solved_at"]),
        closed_at=to_time_or_none(row["closed_at"]),
        merged_into=row["merged_into"],
        snoozed_until=to_time_or_none(row["snoozed_until"]),
        mood=row["mood"],
        urgent=bool(row["urgent"]),
        revision=row["revision"],
        waiting_since=to_time_or_none(row["waiting_since"]),
        statuses=statuses(store, id),
        participants=participants(store, id),
        watchers=frozenset(agent for (agent,) in store.rows("SELECT agent FROM watchers WHERE ticket_id = ?", (id,))),
        tags=frozenset(tag for (tag,) in store.rows("SELECT tag FROM tags WHERE ticket_id = ?", (id,))),
        fields=fields(store, id),
    )


def statuses(store: Store, ticket_id: int) -> tuple[tuple[datetime, Status], ...]:
    """The statuses that a ticket came to, and when, oldest first."""
    found = store.rows(
        "SELECT at, json_extract(data, '$.new') AS status FROM events"
        " WHERE ticket_id = ? AND kind = 'status' ORDER BY id",
        (ticket_id,),
    )
    return tuple((to_time(at), Status(status)) for at, status in found)


def fields(store: Store, ticket_id: int) -> tuple[tuple[str, str], ...]:
    """What a contact form asked for, in its order."""
    rows = store.rows("SELECT name, value FROM fields WHERE ticket_id = ? ORDER BY rowid", (ticket_id,))
    return tuple((r["name"], r["value"]) for r in rows)


def participants(store: Store, ticket_id: int) -> tuple[Participant, ...]:
    """Who is on the ticket, the requester first."""
    rows = store.rows(
        "SELECT email, role, token, name, issued_at FROM participants WHERE ticket_id = ?"
        " ORDER BY role = 'requester' DESC, email",
        (ticket_id,),
    )
    return tuple(Participant(email, role, token, name, to_time(at)) for email, role, token, name, at in rows)


def entry(row: Row) -> Entry:
    return Entry(
        id=row["id"],
        ticket_id=row["ticket_id"],
        kind=Kind(row["kind"]),
        author=row["author"],
        subject=row["subject"],
        text=row["text"],
        created_at=to_time(row["created_at"]),
        message_id=row["message_id"],
        in_reply_to=row["in_reply_to"],
        html=row["html"],
        inbox_id=row["inbox_id"],
        proof=Proof(row["proof"]) if row["proof"] else None,
        automatic=bool(row["automatic"]),
    )


def entry_by_id(store: Store, id: int | None) -> Entry | None:
    row = store.row("SELECT * FROM messages WHERE id = ?", (id,)) if id is not None else None
    return entry(row) if row else None


_SHOWN = 50  # messages of a kind
_NEWEST = " UNION ALL ".join(
    f"SELECT * FROM (SELECT * FROM messages WHERE ticket_id = ?1 AND kind = '{kind}' ORDER BY id DESC LIMIT {_SHOWN})"  # noqa: S608
    for kind in (Kind.CUSTOMER, Kind.AGENT, Kind.NOTE, Kind.HELD)
)


def newest(store: Store, ticket_id: int) -> dict[Kind, list[Entry]]:
    """The last fifty messages of each kind that people write, newest first: no flood of another kind hides them."""
    found: dict[Kind, list[Entry]] = {kind: [] for kind in Kind}
    for row in store.rows(_NEWEST, (ticket_id,)):
        found[Kind(row["kind"])].append(entry(row))
    return found


def entries(store: Store, ticket_id: int, kinds: Iterable[Kind]) -> tuple[Entry, ...]:
    """The last fifty messages of these kinds together."""
    found = store.rows(
        "SELECT * FROM messages WHERE ticket_id = ? AND kind IN (SELECT value FROM json_each(?))"
        " ORDER BY id DESC LIMIT ?",
        (ticket_id, json.dumps([str(kind) for kind in kinds]), _SHOWN),
    )
    return tuple(entry(row) for row in found)


def event(row: Row) -> Event:
    return Event(
        id=row["id"],
        ticket_id=row["ticket_id"],
        at=to_time(row["at"]),
        actor=row["actor"],
        kind=row["kind"],
        data=json.loads(row["data"]),
    )


def sent_mail(row: Row) -> SentMail:
    return SentMail(
        id=row["id"],
        ticket_id=row["ticket_id"],
        message_id=row["message_id"],
        purpose=Purpose(row["kind"]),
        recipient=row["envelope_to"],
        agent=row["agent"],
        created_at=to_time(row["created_at"]),
        state=OutboxState(row["state"]),
        entry_id=row["entry_id"],
    )


_SENT = "SELECT id, ticket_id, message_id, kind, envelope_to, agent, created_at, state, entry_id FROM outbox"


def sent_by_message_id(store: Store, message_id: str) -> SentMail | None:
    row = store.row(f"{_SENT} WHERE message_id = ?", (message_id,))
    return sent_mail(row) if row else None


def contact(store: Store, email: str) -> Contact | None:
    row = store.row("SELECT id, email, name, language FROM contacts WHERE email = ?", (email,))
    return Contact(row["id"], row["email"], row["name"], row["language"]) if row else None
