"""Is the store whole? Asked of the file, within a time; and of what the last process left beside it."""

from __future__ import annotations

import sqlite3
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from maildesk.store.engine import Store, to_time

_STEPS = 20_000  # of SQLite's machine, between two looks at the clock
_HEADER = 48  # octets of the wal-index's header, which stands there twice (sqlite.org/walformat.html §2.1)


@dataclass(frozen=True, slots=True)
class Soundness:
    """What is wrong with the file; ``whole`` says that all of it was read."""

    problems: tuple[str, ...]
    whole: bool


def check(store: Store, seconds: float, stop: Callable[[], bool] = lambda: False) -> Soundness:
    """Reads the tables for so long, or until it shall stop. The raw mails last: most of a large store is theirs."""
    tables = store.rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY name = 'raw'")
    ends = time.monotonic() + seconds
    store.connection.set_progress_handler(lambda: stop() or time.monotonic() > ends, _STEPS)
    found: list[str] = []
    try:
        for table in tables:
            found += [f"{table['name']}: {words}" for words in _of_table(store, table["name"])]
    except _OutOfTime:
        return Soundness(tuple(found), whole=False)
    finally:
        store.connection.set_progress_handler(None, 0)
    return Soundness(tuple(found), whole=True)


class _OutOfTime(Exception):
    pass


def _of_table(store: Store, table: str) -> list[str]:
    try:
        rows = store.rows("SELECT quick_check FROM pragma_quick_check(?)", (table,))
    except sqlite3.DatabaseError as error:
        if str(error) == "interrupted":
            raise _OutOfTime from error
        return [str(error)]
    return [row[0] for row in rows if row[0] != "ok"]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The last that were given out: of mails accepted, and of tickets."""

    mails: int
    tickets: int


def numbers(store: Store) -> Numbers:
    found = {row["name"]: row["seq"] for row in store.rows("SELECT name, seq FROM sqlite_sequence")}
    return Numbers(found.get("inbox", 0), found.get("tickets", 0))


def newest(store: Store) -> datetime | None:
    """When the last mail came in."""
    found = store.value("SELECT received_at FROM inbox ORDER BY id DESC LIMIT 1")
    return to_time(found) if found else None


def lost_log(path: Path) -> bool:
    """Whether commits were in a log (`-wal`) that is gone. To be asked before the store is opened.

    The wal-index (`-shm`) outlives the process that was killed: it says how many frames the log had, and how
    many of them the database has, too. Where both files are gone it cannot be known from them.
    """
    log, index = (path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm"))
    try:
        if log.exists() and log.stat().st_size:
            return False
        with index.open("rb") as file:
            octets = file.read(2 * _HEADER + 4)
    except OSError:
        return False
    if len(octets) < 2 * _HEADER + 4 or octets[:_HEADER] != octets[_HEADER : 2 * _HEADER] or not octets[12]:
        return False
    (frames,), (moved,) = struct.unpack_from("=I", octets, 16), struct.unpack_from("=I", octets, 2 * _HEADER)
    return bool(frames > moved)
