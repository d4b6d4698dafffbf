"""What `maildesk import` asks of the inbox: which mails of a history were taken in before."""

from __future__ import annotations

from collections.abc import Collection

from maildesk.store.engine import Store


def taken(store: Store) -> set[bytes]:
    """The SHA-256 of every mail that was imported ever, as octets."""
    rows = store.execute("SELECT sha256 FROM inbox WHERE source = 'import'")
    return {bytes.fromhex(row["sha256"]) for row in rows}


def waiting(store: Store, ids: Collection[int]) -> int:
    """How many mails from the first to the last of these ids are still to be understood."""
    if not ids:
        return 0
    sql = "SELECT count(*) FROM inbox WHERE state = 'received' AND source = 'import' AND id BETWEEN ? AND ?"
    return int(store.value(sql, (min(ids), max(ids))))
