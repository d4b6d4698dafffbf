"""What is known of a ticket's requester, for mail that they did not ask for."""

from __future__ import annotations

from datetime import datetime

from maildesk.model import Reach, Ticket
from maildesk.store import ratings
from maildesk.store.engine import Store, to_time_or_none


def of(store: Store, ticket: Ticket) -> Reach:
    """By the mails on the ticket, theirs and ours."""
    email = ticket.requester.email
    row = store.row(
        "SELECT count(*) AS mails, coalesce(max(proof = 'proven'), 0) AS proven,"
        " coalesce(max(automatic), 0) AS automatic FROM messages"
        " WHERE ticket_id = ? AND kind = 'customer' AND author = ? COLLATE NOCASE",
        (ticket.id, email),
    )
    sql = "SELECT 1 FROM outbox WHERE ticket_id = ? AND envelope_to = ? AND state = 'failed' LIMIT 1"
    bounced = store.value(sql, (ticket.id, email)) is not None
    asked = (ratings.asked_at(store, email), ratings.asked_here(store, ticket.id))
    return Reach(row["mails"], bool(row["proven"]), bool(row["automatic"]), bounced, *asked) if row else Reach()


def answered_at(store: Store, ticket_id: int) -> datetime | None:
    """When an agent last answered on it."""
    sql = "SELECT created_at FROM messages WHERE ticket_id = ? AND kind = 'agent' ORDER BY id DESC LIMIT 1"
    return to_time_or_none(store.value(sql, (ticket_id,)))
