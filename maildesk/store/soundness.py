"""Is the store whole? Asked of the file, within a time; and of what the last process left beside it."""

from __future__ import annotations

import sqlite3
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Event, Thread

from maildesk.store.engine import Store, to_time

_LOOK = 0.1  # seconds between two looks at the clock
_HEADER = 48  # octets of the wal-index's header, which stands there twice (sqlite.org/walformat.html §2.1)


@dataclass(frozen=True, slots=True)
class Soundness:
    """What is wrong with the file; ``whole`` says that all of it was read."""

    problems: tuple[str, ...]
    whole: bool


def check(store: Store, seconds: float, stop: Event | None = None) -> Soundness:
    """Reads the tables for so long, or until it shall stop. The raw mails last: most of a large store is theirs."""
    tables = store.rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY name = 'raw'")
    found: list[str] = []
    with _interrupted(store, seconds, stop or Event()) as over:
        for table in tables:
            if over.is_set():
                return Soundness(tuple(found), whole=False)
            try:
                found += [f"{table['name']}: {words}" for words in _of_table(store, table["name"])]
            except _OutOfTime:
                return Soundness(tuple(found), whole=False)
    return Soundness(tuple(found), whole=True)


@contextmanager
def _interrupted(store: Store, seconds: float, stop: Event) -> Iterator[Event]:
    """Ends what the connection is at once the time is over: a progress handler is not asked within a table."""
    done, over, ends = Event(), Event(), time.monotonic() + seconds

    def watch() -> None:
        while True:
            if stop.is_set() or time.monotonic() >= ends:
                over.set()
                store.connection.interrupt()
            if done.wait(_LOOK):
                return

    watcher = Thread(target=watch, name="check", daemon=True)
    watcher.start()
    try:
        yield over
    finally:
        done.set()
        watcher.join()


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
