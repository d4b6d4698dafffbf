"""The outbox: mails of ours, complete as bytes, until each is sent, failed or dropped."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from maildesk.model import SentMail
from maildesk.store import rows
from maildesk.store.engine import Row, Store, to_text, to_time

_LOOKED_AT = 50_000  # mails that wait, of which some may go
_AT_ONCE = 4 * 2**20  # octets of mail in one answer, about


@dataclass(frozen=True, slots=True)
class Queued:
    """A mail that is due: what is sent, however often it is tried, is ``raw``."""

    id: int
    envelope_from: str
    envelope_to: str
    raw: bytes
    attempts: int
    created_at: datetime
    message_id: str


def due(
    store: Store, now: datetime, limit: int, excluding: Collection[int] = (), without: Collection[str] = ()
) -> list[Queued]:
    """The mails whose time has come, in that order: neither those that are under way, nor any to the domains
    ``without`` (in small letters). Fewer than ``limit`` where they are large.
    """
    found: list[Queued] = []
    octets = 0
    waiting = store.execute(
        "SELECT id, envelope_to FROM outbox WHERE state = 'queued' AND next_at <= ? ORDER BY next_at, id LIMIT ?",
        (to_text(now), _LOOKED_AT),
    )
    for id, recipient in waiting:
        if id in excluding or recipient.rpartition("@")[2].lower() in without:
            continue
        found.append(_queued(store, id))
        octets += len(found[-1].raw)
        if len(found) == limit or octets > _AT_ONCE:
            break
    waiting.close()
    return found


def _queued(store: Store, id: int) -> Queued:
    row = store.row("SELECT outbox.*, raw.bytes FROM outbox JOIN raw ON raw.id = raw_id WHERE outbox.id = ?", (id,))
    assert row is not None  # found in the same statement's snapshot
    return Queued(
        row["id"],
        row["envelope_from"],
        row["envelope_to"],
        row["bytes"],
        row["attempts"],
        to_time(row["created_at"]),
        row["message_id"],
    )


def next_at(store: Store) -> datetime | None:
    """When the first queued mail is due."""
    found = store.value("SELECT min(next_at) FROM outbox WHERE state = 'queued'")
    return to_time(found) if found else None


def sent(store: Store, id: int, now: datetime) -> None:
    store.execute(
        "UPDATE outbox SET state = 'sent', attempts = attempts + 1, error = '', sent_at = ? WHERE id = ?",
        (to_text(now), id),
    )


def defer(store: Store, id: int, error: str, until: datetime) -> None:
    """Not now: it stays queued. A mail dropped by an admin meanwhile stays dropped."""
    store.execute(
        "UPDATE outbox SET attempts = attempts + 1, error = ?, next_at = ? WHERE id = ? AND state = 'queued'",
        (error, to_text(until), id),
    )


def fail(store: Store, id: int, error: str) -> None:
    """Never: those concerned are told by :func:`untold`'s reader."""
    store.execute(
        "UPDATE outbox SET state = 'failed', attempts = attempts + 1, error = ?, told = 0 WHERE id = ?", (error, id)
    )


def untold(store: Store, limit: int) -> list[tuple[SentMail, str]]:
    """Failed mails of which nobody has been told yet, with the error."""
    found = store.rows("SELECT * FROM outbox WHERE told = 0 ORDER BY id LIMIT ?", (limit,))
    return [(rows.sent_mail(row), row["error"]) for row in found]


def told(store: Store, id: int) -> None:
    store.execute("UPDATE outbox SET told = 1 WHERE id = ?", (id,))


def recent_alarms(store: Store, since: datetime) -> int:
    """How many alarms were mailed since then, to all admins together."""
    return int(store.value("SELECT count(*) FROM outbox WHERE kind = 'alarm' AND created_at > ?", (to_text(since),)))


# --- what people may do with it --------------------------------------------------------------------


def listing(store: Store, limit: int) -> list[Row]:
    """What waits or failed, oldest first."""
    return store.rows(
        "SELECT id, ticket_id, kind, message_id, envelope_from, envelope_to, state, attempts, next_at, error,"
        " created_at FROM outbox WHERE state IN ('queued', 'held', 'failed') ORDER BY id LIMIT ?",
        (limit,),
    )


def retry(store: Store, id: int, now: datetime) -> bool:
    """Sends a waiting, failed or dropped mail now; False when there is no such mail."""
    return bool(
        store.execute(
            "UPDATE outbox SET state = 'queued', next_at = ?, told = 1 WHERE id = ? AND state != 'sent'",
            (to_text(now), id),
        ).rowcount
    )


def drop(store: Store, id: int) -> bool:
    """Gives a waiting or failed mail up."""
    return bool(
        store.execute("UPDATE outbox SET state = 'dropped', told = 1 WHERE id = ? AND state != 'sent'", (id,)).rowcount
    )
