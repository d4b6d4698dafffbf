"""Copies of the store: consistent, whole or not there at all, and known as copies once they are served.

A copy is one file without a log beside it (its journal mode is not WAL), so that it can be read from a
medium that cannot be written; and so that a log of another store, found beside it, is known for what it is.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from maildesk.store.times import to_text

GAP = 10_000  # ticket numbers; more than a desk opens between two copies
_PAGES = 4096  # at a time

_WAL = 2  # the file's "read version", at octet 19 (sqlite.org/fileformat2.html §1.3.3)
_COPIED = (
    "Mail that was taken, and all that was done, after that time is not in it. What it still had to send then is"
    " sent now, perhaps for the second time. Mail on IMAP that came since is taken in again."
)

Step = Callable[[int, int], None]
"""Hears how many pages are done, and of how many."""


def write(source: sqlite3.Connection, target: Path, step: Step = lambda done, of: None) -> None:
    """Copies the store as it is now to ``target``, whoever writes meanwhile. FileExistsError, sqlite3.Error, OSError.

    One read transaction holds the moment: left alone, SQLite begins anew after each commit of others.
    """
    at = datetime.now(UTC)
    descriptor, name = tempfile.mkstemp(".part", f"{target.name}.", target.parent)  # nobody else's to read
    os.close(descriptor)
    draft = Path(name)
    try:
        with closing(sqlite3.connect(draft, isolation_level=None)) as copy:
            _fill(source, copy, step)
            copy.execute("PRAGMA journal_mode=DELETE")
            mark(copy, at)
        _sync(draft)
        _place(draft, target)
        _sync(target.parent)
    finally:
        draft.unlink(missing_ok=True)


def _fill(source: sqlite3.Connection, copy: sqlite3.Connection, step: Step) -> None:
    held = source.in_transaction
    if not held:
        source.execute("BEGIN")
    try:
        source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        source.backup(copy, pages=_PAGES, progress=lambda status, left, of: step(of - left, of))
    finally:
        if not held:
            source.execute("ROLLBACK")


def mark(copy: sqlite3.Connection, at: datetime) -> None:
    """Has the admins told, should this copy ever be served, and keeps its new tickets' numbers apart.

    A ticket that was opened after the copy was made may have had notices: an agent's answer to one of them
    would reach another customer, had that customer's ticket the same number.
    """
    title = f"The desk runs on a copy of its store that was made at {at:%Y-%m-%d %H:%M:%S} UTC"
    copy.execute("BEGIN IMMEDIATE")
    skip(copy)
    copy.execute("INSERT INTO alarms (at, title, details) VALUES (?, ?, ?)", (to_text(at), title, _COPIED))
    copy.execute("COMMIT")


def skip(connection: sqlite3.Connection, beyond: int = 0) -> None:
    """The next ticket has a number that none had before, up to ``beyond`` and those that nobody knows of."""
    connection.execute(
        "INSERT INTO sqlite_sequence (name, seq) SELECT 'tickets', 0"
        " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'tickets')"
    )
    connection.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) + ? WHERE name = 'tickets'", (beyond, GAP))


def _place(draft: Path, target: Path) -> None:
    """Under its name only once it is whole; overwrites nothing."""
    try:
        os.link(draft, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if target.exists():
            raise FileExistsError(target) from None
        draft.rename(target)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def set_aside_foreign_log(store: Path) -> Path | None:
    """Moves a log away that was left by the store that stood here before a copy was put in its place.

    SQLite would write it over the copy. A store that was ever served is in WAL mode, a copy is not:
    where a file that is not has a log, the log is another's. Gives the log's new name.

    The log is looked at first: one that another process has begun since is no concern of a header read before.
    """
    log = store.with_name(f"{store.name}-wal")
    try:
        if not log.stat().st_size:
            return None
        with store.open("rb") as file:
            header = file.read(20)
        if len(header) < 20 or header[18] == _WAL:
            return None
    except OSError:
        return None
    aside = log.with_name(f"{log.name}.{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    log.rename(aside)
    with suppress(FileNotFoundError):
        store.with_name(f"{store.name}-shm").unlink()
    return aside
