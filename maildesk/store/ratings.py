"""What customers thought of how their tickets went."""

from __future__ import annotations

from datetime import datetime

from maildesk.model import Purpose, Rate, Rating, mailbox_of
from maildesk.store.engine import Store, to_time_or_none


def keep(store: Store, step: Rate, at: str) -> int | None:
    """The rating of a ticket is this one; the score that it had before."""
    old = store.value("SELECT score FROM ratings WHERE ticket_id = ? ORDER BY at DESC", (step.ticket_id,))
    store.execute("DELETE FROM ratings WHERE ticket_id = ?", (step.ticket_id,))
    sql = "INSERT INTO ratings (ticket_id, score, scale, comment, at) VALUES (?, ?, ?, ?, ?)"
    store.execute(sql, (step.ticket_id, step.score, step.scale, step.comment, at))
    return int(old) if old is not None else None


def of(store: Store, ticket_id: int, email: str) -> Rating:
    """What is known of this ticket, for a mail by this person that may rate it."""
    score = store.value("SELECT score FROM ratings WHERE ticket_id = ?", (ticket_id,))
    return Rating(asked_here(store, ticket_id), score, _asked(store, Purpose.REVIEW, email) is not None)


def asked_here(store: Store, ticket_id: int) -> bool:
    sql = "SELECT 1 FROM outbox WHERE ticket_id = ? AND kind = ? AND state != 'dropped' LIMIT 1"
    return store.value(sql, (ticket_id, Purpose.RATING)) is not None


def asked_at(store: Store, email: str) -> datetime | None:
    """When this person was last asked for a rating, of whatever ticket."""
    return _asked(store, Purpose.RATING, email)


def _asked(store: Store, purpose: Purpose, email: str) -> datetime | None:
    sql = (
        "SELECT max(created_at) FROM outbox INDEXED BY outbox_recent"
        " WHERE kind = ? AND mailbox = ? AND state != 'dropped'"
    )
    return to_time_or_none(store.value(sql, (purpose, mailbox_of(email))))
