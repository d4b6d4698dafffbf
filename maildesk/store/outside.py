"""What a ticket has to do with people outside who are no customers of it: third parties that were asked, calls."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

from maildesk.model import Appointment, Entry, Inquiry, Question, SentMail, Ticket
from maildesk.store.engine import Row, Store, to_time

_TOKENS = 5  # reply addresses of ours that one mail may go to
_RECENT = 50  # events of a kind that are looked at


def inquiry(store: Store, question: Question, answered: SentMail | None, named: Ticket | None) -> Inquiry | None:
    """The third party who was asked and answers now: by their reply address, by the mail that they answer, or
    because they name the ticket about which they were asked.
    """
    for token in question.customer_tokens[:_TOKENS]:
        row = store.row("SELECT * FROM inquiries WHERE token = ?", (token,))
        if row is not None:
            return _inquiry(row)
    if answered is not None and answered.purpose == "ask":
        ticket_id, email = answered.ticket_id, answered.recipient
    elif named is not None and named.participant(question.author) is None:
        ticket_id, email = named.id, question.author
    else:
        return None
    row = store.row("SELECT * FROM inquiries WHERE ticket_id = ? AND email = ?", (ticket_id, email))
    return _inquiry(row) if row else None


def inquiries(store: Store, ticket_id: int) -> tuple[Inquiry, ...]:
    """Everybody who was asked about a ticket."""
    found = store.rows("SELECT * FROM inquiries WHERE ticket_id = ? ORDER BY issued_at", (ticket_id,))
    return tuple(_inquiry(row) for row in found)


def _inquiry(row: Row) -> Inquiry:
    issued_at = to_time(row["issued_at"])
    return Inquiry(row["ticket_id"], row["email"], row["token"], row["agent"], row["name"], issued_at)


def asked_instead(store: Store, ticket_id: int, held: Sequence[Entry]) -> dict[int, str]:
    """Of what is held: the messages that came to a third party's address from somebody else; and who that party is."""
    if not held:
        return {}
    sql = "SELECT data FROM events WHERE ticket_id = ? AND kind = 'held' ORDER BY id DESC LIMIT ?"
    found = [json.loads(row["data"]) for row in store.rows(sql, (ticket_id, _RECENT))]
    return {data["message"]: data["asked"] for data in found if "asked" in data}


def appointment(store: Store, ticket_id: int) -> Appointment | None:
    """The last call that was set on a ticket, called off or not."""
    sql = "SELECT data FROM events WHERE ticket_id = ? AND kind = 'call' ORDER BY id DESC LIMIT 1"
    row = store.row(sql, (ticket_id,))
    if row is None:
        return None
    data = json.loads(row["data"])
    return Appointment(
        uid=data["uid"],
        sequence=data["sequence"],
        start=to_time(data["start"]),
        length=timedelta(minutes=data["minutes"]),
        subject=data["subject"],
        agent=data["agent"],
        cancelled=bool(data["cancelled"]),
    )
