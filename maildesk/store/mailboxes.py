"""How far each IMAP folder has been read, and which of its mails are safe but not yet moved or flagged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from maildesk.model import RawMail
from maildesk.store import intake
from maildesk.store.engine import Store, to_text, to_time


@dataclass(frozen=True, slots=True)
class Place:
    """Where we are in a folder (RFC 3501 §2.3.1.1); ``baseline_at`` is when it was first seen."""

    uidvalidity: int
    baseline_uid: int
    baseline_at: datetime
    last_uid: int


@dataclass(frozen=True, slots=True)
class MailboxUid:
    """What names a mail in a mailbox for good."""

    account: str
    folder: str
    uidvalidity: int
    uid: int


def place(store: Store, account: str, folder: str) -> Place | None:
    row = store.row("SELECT * FROM imap_folders WHERE account = ? AND folder = ?", (account, folder))
    if row is None:
        return None
    return Place(row["uidvalidity"], row["baseline_uid"], to_time(row["baseline_at"]), row["last_uid"])


def remember(store: Store, account: str, folder: str, place: Place) -> None:
    with store.transaction():
        store.execute(
            "INSERT OR REPLACE INTO imap_folders (account, folder, uidvalidity, baseline_uid, baseline_at, last_uid)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (account, folder, place.uidvalidity, place.baseline_uid, to_text(place.baseline_at), place.last_uid),
        )


def accept(store: Store, mails: Sequence[tuple[MailboxUid, RawMail]]) -> None:
    """Makes mails durable and marks their UIDs as taken, in one commit; a UID taken before is skipped."""
    with store.transaction():
        for uid, mail in mails:
            key = (uid.account, uid.folder, uid.uidvalidity, uid.uid)
            if store.value(
                "SELECT 1 FROM imap_mails WHERE account = ? AND folder = ? AND uidvalidity = ? AND uid = ?", key
            ):
                continue
            (inbox_id,) = intake.accept(store, [mail])
            store.execute(
                "INSERT INTO imap_mails (account, folder, uidvalidity, uid, inbox_id) VALUES (?, ?, ?, ?, ?)",
                (*key, inbox_id),
            )
            store.execute(
                "UPDATE imap_folders SET last_uid = max(last_uid, ?)"
                " WHERE account = ? AND folder = ? AND uidvalidity = ?",
                (uid.uid, uid.account, uid.folder, uid.uidvalidity),
            )


def unsettled(store: Store, account: str, folder: str, uidvalidity: int) -> list[int]:
    found = store.rows(
        "SELECT uid FROM imap_mails WHERE account = ? AND folder = ? AND uidvalidity = ? AND settled = 0 ORDER BY uid",
        (account, folder, uidvalidity),
    )
    return [row["uid"] for row in found]


def settle(store: Store, account: str, folder: str, uidvalidity: int, uids: Sequence[int]) -> None:
    with store.transaction():
        for uid in uids:
            store.execute(
                "UPDATE imap_mails SET settled = 1 WHERE account = ? AND folder = ? AND uidvalidity = ? AND uid = ?",
                (account, folder, uidvalidity, uid),
            )
