"""Canaries: mails of the desk to itself, and whether each came back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from maildesk.store.engine import Row, Store, to_text, to_time, to_time_or_none

_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Canary:
    """``flown`` says that it has left the outbox, one way or another; ``missed`` that the admins wait for a better."""

    id: int  # of its row in the outbox
    sent_at: datetime  # when it was queued
    back_at: datetime | None
    flown: bool
    missed: bool

    @property
    def took(self) -> timedelta | None:
        return self.back_at - self.sent_at if self.back_at else None


def sent(store: Store, message_id: str, now: datetime) -> None:
    """It stands in the outbox; in the transaction that put it there."""
    store.execute(
        "INSERT INTO canaries (outbox_id, sent_at) SELECT id, ? FROM outbox WHERE message_id = ?",
        (to_text(now), message_id),
    )
    store.execute("DELETE FROM canaries WHERE sent_at < ?", (to_text(now - _KEPT),))


def back(store: Store, outbox_id: int, now: datetime) -> None:
    store.execute("UPDATE canaries SET back_at = ? WHERE outbox_id = ? AND back_at IS NULL", (to_text(now), outbox_id))


def newest(store: Store) -> Canary | None:
    found = store.row(
        "SELECT canaries.*, state FROM canaries JOIN outbox ON outbox.id = outbox_id ORDER BY outbox_id DESC LIMIT 1"
    )
    return _canary(found) if found else None


def newest_back(store: Store) -> Canary | None:
    """The last one sent of those that came back."""
    found = store.row(
        "SELECT canaries.*, state FROM canaries JOIN outbox ON outbox.id = outbox_id"
        " WHERE back_at IS NOT NULL ORDER BY outbox_id DESC LIMIT 1"
    )
    return _canary(found) if found else None


def miss(store: Store, outbox_id: int) -> None:
    """It is late."""
    store.execute("UPDATE canaries SET missed = 1 WHERE outbox_id = ?", (outbox_id,))


def last_missed(store: Store) -> int | None:
    """The newest that was late, while none came in time since."""
    found = store.value("SELECT max(outbox_id) FROM canaries WHERE missed = 1")
    return int(found) if found is not None else None


def well(store: Store) -> None:
    store.execute("UPDATE canaries SET missed = 2 WHERE missed = 1")


def _canary(row: Row) -> Canary:
    return Canary(
        id=row["outbox_id"],
        sent_at=to_time(row["sent_at"]),
        back_at=to_time_or_none(row["back_at"]),
        flown=row["state"] not in ("queued", "held"),
        missed=row["missed"] == 1,
    )
