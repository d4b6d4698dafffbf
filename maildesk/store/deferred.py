"""Agents' mails that wait: for a confirmation, for `#send`, for their time. Their words stay in the raw mail."""

from __future__ import annotations

from datetime import datetime, timedelta

from maildesk.model import Deferred, Wait
from maildesk.store.engine import Row, Store, to_text, to_time_or_none

LIFETIME = timedelta(days=30)  # of what nobody says a word about


def add(store: Store, new: Deferred, now: datetime) -> None:
    store.execute(
        "INSERT INTO deferred (wait, agent, inbox_id, ticket_id, entry_id, revision, at, secret, data, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new.wait,
            new.agent,
            new.inbox_id,
            new.ticket_id,
            new.entry_id,
            new.revision,
            to_text(new.at) if new.at else None,
            new.secret,
            new.data,
            to_text(now),
        ),
    )


def release(store: Store, id: int, at: datetime) -> None:
    """Its time is known now. Its one-time token has been used."""
    store.execute("UPDATE deferred SET at = ?, secret = '' WHERE id = ?", (to_text(at), id))


def put_off(store: Store, id: int, until: datetime) -> int:
    """Carrying it out failed: it is tried again later. How often it has failed now."""
    store.execute("UPDATE deferred SET at = ?, attempts = attempts + 1 WHERE id = ?", (to_text(until), id))
    return int(store.value("SELECT attempts FROM deferred WHERE id = ?", (id,)) or 0)


def forget(store: Store, id: int) -> None:
    store.execute("DELETE FROM deferred WHERE id = ?", (id,))


def ripe(store: Store, now: datetime, limit: int) -> list[Deferred]:
    """Those whose time has come, the longest overdue first."""
    found = store.rows("SELECT * FROM deferred WHERE at <= ? ORDER BY at, id LIMIT ?", (to_text(now), limit))
    return [_deferred(row) for row in found]


def next_at(store: Store) -> datetime | None:
    return to_time_or_none(store.value("SELECT min(at) FROM deferred WHERE at IS NOT NULL"))


def of_agent(store: Store, agent: str, ticket_id: int, since: datetime) -> tuple[Deferred, ...]:
    """An agent's on a ticket, the newest first."""
    found = store.rows(
        "SELECT * FROM deferred WHERE ticket_id = ? AND agent = ? AND (created_at > ? OR at IS NOT NULL)"
        " ORDER BY id DESC LIMIT 20",
        (ticket_id, agent, to_text(since)),
    )
    return tuple(_deferred(row) for row in found)


def of_ticket(store: Store, ticket_id: int) -> tuple[Deferred, ...]:
    """All that wait on a ticket, whoever's, the oldest first."""
    found = store.rows("SELECT * FROM deferred WHERE ticket_id = ? ORDER BY id LIMIT 50", (ticket_id,))
    return tuple(_deferred(row) for row in found)


def by_secret(store: Store, secret: str, since: datetime) -> Deferred | None:
    """The one whose one-time token has this hash, if the token is not too old."""
    found = store.row(
        "SELECT * FROM deferred WHERE secret = ? AND secret != '' AND created_at > ?", (secret, to_text(since))
    )
    return _deferred(found) if found else None


def _deferred(row: Row) -> Deferred:
    return Deferred(
        wait=Wait(row["wait"]),
        agent=row["agent"],
        inbox_id=row["inbox_id"],
        ticket_id=row["ticket_id"],
        entry_id=row["entry_id"],
        revision=row["revision"],
        at=to_time_or_none(row["at"]),
        secret=row["secret"],
        data=row["data"],
        id=row["id"],
    )
