"""The inbox: every mail ever accepted, durable before anyone said 250, and what became of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from maildesk.model import InboxState, RawMail
from maildesk.store.engine import Row, Store, to_text, to_time, to_time_or_none

_LARGE = 8 << 20  # octets
_PIECE = 1 << 20


def accept(store: Store, mails: Sequence[RawMail]) -> list[int]:
    """Makes the mails durable in one commit and returns their inbox ids.

    When this returns they are on disk; when it raises (sqlite3.Error) none of them is.
    """
    with store.transaction():
        return [insert(store, mail) for mail in mails]


def insert(store: Store, mail: RawMail) -> int:
    """One mail, in the transaction of whoever calls: durable once that has committed. Returns its inbox id."""
    raw_id = _keep(store, mail.raw)
    return store.insert(
        "INSERT INTO inbox (received_at, source, envelope_from, envelope_to, relay, internal_date, sha256, raw_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            to_text(mail.received_at),
            mail.source,
            mail.envelope_from,
            " ".join(mail.envelope_to),
            int(mail.relay),
            to_text(mail.internal_date) if mail.internal_date else None,
            hashlib.sha256(mail.raw).hexdigest(),
            raw_id,
        ),
    )


def _keep(store: Store, raw: bytes) -> int:
    """Large ones are written in place, piece by piece: as a value of a row, SQLite would copy them twice."""
    if len(raw) < _LARGE:
        return store.insert("INSERT INTO raw (bytes) VALUES (?)", (raw,))
    raw_id = store.insert("INSERT INTO raw (bytes) VALUES (zeroblob(?))", (len(raw),))
    with store.connection.blobopen("raw", "bytes", raw_id) as octets, memoryview(raw) as view:
        for start in range(0, len(raw), _PIECE):
            octets.write(view[start : start + _PIECE])
    return raw_id


def waiting(store: Store, now: datetime, limit: int) -> list[int]:
    """The ids of the oldest mails that may be thought about now."""
    found = store.rows(
        "SELECT id FROM inbox WHERE state = 'received' AND next_at <= ? ORDER BY id LIMIT ?", (to_text(now), limit)
    )
    return [row["id"] for row in found]


def load(store: Store, id: int) -> RawMail:
    """A mail with its octets. Raises ValueError, TypeError or LookupError for a row that was damaged."""
    row = store.row(
        "SELECT inbox.*, CASE WHEN length(bytes) < ? THEN bytes END AS bytes"
        " FROM inbox JOIN raw ON raw.id = raw_id WHERE inbox.id = ?",
        (_LARGE, id),
    )
    if row is None:
        raise LookupError(f"mail {id} has lost its octets")
    return RawMail(
        raw=row["bytes"] if row["bytes"] is not None else _large(store, row["raw_id"]),
        source=row["source"],
        received_at=to_time(row["received_at"]),
        envelope_from=row["envelope_from"],
        envelope_to=tuple(row["envelope_to"].split()),
        relay=bool(row["relay"]),
        internal_date=to_time_or_none(row["internal_date"]),
    )


def _large(store: Store, raw_id: int) -> bytes:
    """Read in place: as a value of a row, SQLite would hold it once more."""
    with store.connection.blobopen("raw", "bytes", raw_id, readonly=True) as octets:
        return octets.read()


def settle(
    store: Store, id: int, state: InboxState, ticket_id: int | None, reason: str, read: tuple[str, str, str]
) -> None:
    """What became of a mail; and what the ledger shows of it once it was ``read``: Message-ID, subject, digest."""
    store.execute(
        "UPDATE inbox SET state = ?, ticket_id = ?, reason = ?, trouble = '', message_id = ?, subject = ?, digest = ?"
        " WHERE id = ?",
        (state, ticket_id, reason, *read, id),
    )


def attempts(store: Store, id: int) -> int | None:
    """How often thinking about a waiting mail has failed; None when it waits no more."""
    found = store.value("SELECT attempts FROM inbox WHERE id = ? AND state = 'received'", (id,))
    return int(found) if found is not None else None


def put_off(store: Store, id: int, until: datetime, trouble: str) -> None:
    """Thinking about it failed: it is tried again later."""
    store.execute(
        "UPDATE inbox SET attempts = attempts + 1, next_at = ?, trouble = ? WHERE id = ?",
        (to_text(until), trouble, id),
    )


def quarantine(store: Store, id: int, reason: str, trouble: str) -> bool:
    """Sets a waiting mail apart; False when it waits no more."""
    return bool(
        store.execute(
            "UPDATE inbox SET state = 'quarantined', attempts = attempts + 1, reason = ?, trouble = ?"
            " WHERE id = ? AND state = 'received'",
            (reason, trouble, id),
        ).rowcount
    )


# --- what people may do with it --------------------------------------------------------------------


def quarantined(store: Store) -> list[Row]:
    return store.rows(
        "SELECT id, received_at, source, envelope_from, envelope_to, message_id, subject, reason, attempts"
        " FROM inbox WHERE state = 'quarantined' ORDER BY id"
    )


def quarantined_mail(store: Store, id: int) -> Row | None:
    """One quarantined row with its traceback (`trouble`) and raw bytes."""
    return store.row(
        "SELECT inbox.*, raw.bytes FROM inbox JOIN raw ON raw.id = raw_id WHERE inbox.id = ? AND state = 'quarantined'",
        (id,),
    )


def retry(store: Store, id: int) -> bool:
    """Lets a quarantined mail be thought about afresh; False when there is no such mail."""
    return bool(
        store.execute(
            "UPDATE inbox SET state = 'received', attempts = 0, next_at = '', reason = ''"
            " WHERE id = ? AND state = 'quarantined'",
            (id,),
        ).rowcount
    )


def drop(store: Store, id: int) -> bool:
    """Gives a quarantined mail up: it is ignored from now on, its bytes stay."""
    return bool(
        store.execute(
            "UPDATE inbox SET state = 'ignored', reason = 'dropped by an admin; ' || reason"
            " WHERE id = ? AND state = 'quarantined'",
            (id,),
        ).rowcount
    )


def ledger(store: Store, limit: int) -> tuple[dict[str, int], list[Row]]:
    """The counts by state, with their total, and the newest mails, oldest first."""
    counts = {str(state): 0 for state in InboxState}
    with store.snapshot():
        for row in store.rows("SELECT state, count(*) AS n FROM inbox GROUP BY state"):
            counts[row["state"]] = row["n"]
        mails = store.rows(
            "SELECT id, received_at, source, message_id, subject, state, ticket_id, reason"
            " FROM inbox ORDER BY id DESC LIMIT ?",
            (limit,),
        )
        counts["total"] = int(store.value("SELECT count(*) FROM inbox"))
    return counts, mails[::-1]


def raw_of(store: Store, inbox_id: int) -> bytes | None:
    found = store.value("SELECT bytes FROM raw JOIN inbox ON raw.id = raw_id WHERE inbox.id = ?", (inbox_id,))
    return bytes(found) if found is not None else None
