"""How long customers usually wait for the first answer: what it is reckoned from, and what was reckoned last."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from maildesk.model import KeepUsual
from maildesk.store.engine import Store, to_text

# As in the index tickets_answered, which holds all that is asked here.
_WAITS = """
  SELECT CAST((julianday(first_reply_at) - julianday(created_at)) * 1440.0 + 0.5 AS INTEGER) FROM tickets
  WHERE first_reply_at IS NOT NULL AND merged_into IS NULL AND created_at >= ? AND created_at < ?"""


def waits(store: Store, spans: Iterable[tuple[datetime, datetime]]) -> tuple[int, ...]:
    """Whole minutes, of tickets that were opened in one of these spans and answered since."""
    found = (store.rows(_WAITS, (to_text(since), to_text(until))) for since, until in spans)
    return tuple(row[0] for rows in found for row in rows)


def keep(store: Store, step: KeepUsual) -> None:
    store.execute("DELETE FROM usual")
    if step.minutes is not None:
        store.execute("INSERT INTO usual (minutes, until) VALUES (?, ?)", (step.minutes, to_text(step.until)))


def now(store: Store, at: datetime) -> int | None:
    """In minutes; None: nobody can tell."""
    found = store.value("SELECT minutes FROM usual WHERE until > ?", (to_text(at),))
    return int(found) if found is not None else None
