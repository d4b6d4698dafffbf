"""Since when a customer waits for an agent's word: `tickets.waiting_since`, kept in step with what is written.

Run inside the transaction that applies a plan. It records no events: those of the messages tell as much.
"""

from __future__ import annotations

from maildesk.model import Status
from maildesk.store.engine import Store

OVER = frozenset({Status.SOLVED, Status.CLOSED, Status.SPAM})
_OVER = "(status = 'solved' OR status = 'closed' OR status = 'spam')"
# What a customer's word makes of it: a wait begins where none is on, unless the word changes nothing (a thank-you). An
# agent's word ends every wait.
BY_CUSTOMER = f"CASE WHEN {_OVER} THEN waiting_since ELSE coalesce(waiting_since, :written) END"


def over(store: Store, ticket_id: int) -> None:
    """Nobody waits on a ticket that is over."""
    store.execute("UPDATE tickets SET waiting_since = NULL WHERE id = ?", (ticket_id,))


def counted_again(store: Store, ticket_id: int) -> None:
    """After messages have come, gone, or become something else: by those that are there now."""
    store.execute(
        f"UPDATE tickets SET waiting_since = CASE WHEN {_OVER} THEN NULL ELSE ("  # noqa: S608 - a fixed text
        " SELECT min(created_at) FROM messages WHERE ticket_id = ?1 AND kind = 'customer' AND id > coalesce("
        "  (SELECT max(id) FROM messages WHERE ticket_id = ?1 AND kind = 'agent'), 0)) END WHERE id = ?1",
        (ticket_id,),
    )
