"""The SQLite engine: connections, transactions, time as text. The only place that opens the file.

WAL with ``synchronous=FULL``, because a 250 is a promise: a commit that returned has been synced. But the thinking
process keeps the lock for no sync: what it has done counts from the next sync on, whoever's it is (`Store.sync`).
Writers say BEGIN IMMEDIATE: a deferred transaction that reads first and writes later fails with
SQLITE_BUSY_SNAPSHOT at once, whatever the timeout. A connection belongs to one thread.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from sqlite_utils import Database

from maildesk.store import copies, forward
from maildesk.store.forward import Unfit
from maildesk.store.times import to_text, to_time, to_time_or_none

__all__ = ["BUSY_TIMEOUT", "CHECKPOINT", "Row", "Store", "Unfit", "Value", "to_text", "to_time", "to_time_or_none"]

log = logging.getLogger(__name__)

Row = sqlite3.Row
Value = str | int | float | bytes | None
Meanwhile = Callable[[], bool]  # does a little; False when there was nothing to do
BUSY_TIMEOUT = 5.0  # seconds to wait for another writer before the mail is put off with 451
CHECKPOINT = 1000  # pages; SQLite's own
_IMPATIENT = "PRAGMA busy_timeout = 0"
_SETTINGS = (
    "journal_mode=WAL",
    "temp_store=MEMORY",  # else a savepoint writes each page that it changes, as it was, to a file: a hundred a mail
    "journal_size_limit=67108864",
)


def _nothing() -> bool:
    return False


class Store:
    """One connection to the desk's database, for one thread."""

    def __init__(self, connection: sqlite3.Connection, timeout: float = BUSY_TIMEOUT) -> None:
        connection.row_factory = sqlite3.Row
        self.connection = connection
        self._timeout = timeout
        self.blocked: Callable[[], object] = _nothing
        """Called again and again while another writer has the lock."""
        self._patience = f"PRAGMA busy_timeout = {timeout * 1000:.0f}"
        self._hands = ThreadPoolExecutor(1, "commits")  # begins a thread when it is first given work

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        timeout: float = BUSY_TIMEOUT,
        checkpoint: int = CHECKPOINT,
        upgrade: bool = False,
        lent: bool = False,
        synced: bool = True,
        patient: bool = True,
    ) -> Self:
        """Opens for writing, and makes the file where there is none. sqlite3.Error, OSError (Unfit is one).

        ``upgrade`` brings a store of an older maildesk forward: for the daemon, that holds the store's lock. The commit
        that makes the WAL as long as ``checkpoint`` (pages) also copies it to where it belongs.
        ``lent``: a thread of its own may run the commits. Not ``synced``: when the power fails, the newest commits may
        never have been; those before them have (sqlite.org/pragma.html#pragma_synchronous).
        Not ``patient``: what is no transaction, and finds the store busy, fails at once (SQLITE_BUSY).
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = not path.exists()
        if aside := copies.set_aside_foreign_log(path):
            log.warning("the log of the store that was here before is set aside", extra={"file": str(aside)})
        connection = sqlite3.connect(
            path, timeout=timeout, isolation_level=None, cached_statements=512, check_same_thread=not lent
        )
        store = cls(connection, timeout)
        try:
            if fresh:
                path.chmod(0o600)  # people's mail is in it
            sync = f"synchronous={'FULL' if synced else 'NORMAL'}"
            for setting in (*_SETTINGS, sync, f"wal_autocheckpoint={checkpoint}"):
                store.execute(f"PRAGMA {setting}")
            forward.bring(store, path, upgrade=upgrade)
            store.execute("PRAGMA foreign_keys=ON")  # a migration may have to make a table anew
            if not patient:
                store._patience = _IMPATIENT
                store.execute(_IMPATIENT)
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def read_only(cls, path: Path, *, timeout: float = BUSY_TIMEOUT, any_version: bool = False) -> Self:
        """Opens for reading; sqlite3.OperationalError where there is no such file, Unfit for another version's."""
        uri = f"{path.resolve().as_uri()}?mode=ro"
        store = cls(sqlite3.connect(uri, uri=True, timeout=timeout, isolation_level=None), timeout)
        try:
            store.execute("PRAGMA query_only=ON")
            if not any_version:
                forward.check(store, path)
        except BaseException:
            store.close()
            raise
        return store

    @property
    def db(self) -> Database:
        """For migrations."""
        return Database(self.connection)

    def close(self) -> None:
        self._hands.shutdown()
        self.connection.close()

    def sync(self) -> None:
        """All commits that can be seen, whoever's, are on disk once it returns. OSError."""
        file = self.value("SELECT file FROM pragma_database_list WHERE name = 'main'")
        try:
            descriptor = os.open(f"{file}-wal", os.O_RDONLY)
        except FileNotFoundError:  # all is in the store itself, which was synced for that
            return
        try:
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)

    def execute(self, sql: str, values: Sequence[Value] | dict[str, Value] = ()) -> sqlite3.Cursor:
        return self.connection.execute(sql, values)

    def rows(self, sql: str, values: Sequence[Value] | dict[str, Value] = ()) -> list[Row]:
        return self.connection.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Value] | dict[str, Value] = ()) -> Row | None:
        found: Row | None = self.connection.execute(sql, values).fetchone()
        return found

    def value(self, sql: str, values: Sequence[Value] | dict[str, Value] = ()) -> Any:
        found = self.connection.execute(sql, values).fetchone()
        return found[0] if found else None

    def insert(self, sql: str, values: Sequence[Value] | dict[str, Value]) -> int:
        """Runs an INSERT and returns the new row's id."""
        return int(self.connection.execute(sql, values).lastrowid or 0)

    @contextmanager
    def transaction(self, meanwhile: Meanwhile | None = None) -> Iterator[None]:
        """All or nothing, and durable when it ends; inside another one it is a savepoint.

        ``meanwhile`` is done again and again while the lock is waited for, and while the commit is synced, until it
        says that there is nothing to do; for that, the store was opened ``lent``.
        """
        inner = self.connection.in_transaction
        if inner:
            self.execute("SAVEPOINT inside")  # the newest of that name is meant, so they may stand in each other
        else:
            self._lock(meanwhile or _nothing)
        try:
            yield
            if inner:
                self.execute("RELEASE inside")
            else:
                self._commit(meanwhile)
        except BaseException:
            if self.connection.in_transaction:  # a full disk may have ended it
                self.execute("ROLLBACK TO inside" if inner else "ROLLBACK")
                if inner:
                    self.execute("RELEASE inside")
            raise

    def _commit(self, meanwhile: Meanwhile | None) -> None:
        if meanwhile is None:
            self.execute("COMMIT")
            return
        syncing = self._hands.submit(self.execute, "COMMIT")
        try:
            while not syncing.done() and meanwhile():
                pass
        finally:
            wait([syncing])  # whatever has happened here, the connection is in use until then
        syncing.result()

    def _lock(self, meanwhile: Meanwhile) -> None:
        """Becomes the one writer. SQLite by itself looks for the lock ever less often, up to ten times a second, and
        whoever waits for a 250 would wait for that.
        """
        ends = time.monotonic() + self._timeout
        now = self._patience
        try:
            if now != _IMPATIENT:
                self.execute(now := _IMPATIENT)
            while not self._begun():
                if time.monotonic() > ends:
                    raise sqlite3.OperationalError("database is locked")
                self.blocked()
                if not meanwhile() and now == _IMPATIENT:
                    self.execute(now := "PRAGMA busy_timeout = 1")  # sleeps so long between two looks
        finally:
            if now != self._patience:  # SQLite compiles such a line anew each time
                self.execute(self._patience)

    def _begun(self) -> bool:
        try:
            self.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:  # the rest says why
                raise
            return False
        return True

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Reads that all see the same moment."""
        self.execute("BEGIN")
        try:
            yield
        finally:
            self.execute("ROLLBACK")

    def keys(self) -> tuple[bytes, ...]:
        """The secrets that sign agents' addresses, newest first."""
        return tuple(row[0] for row in self.rows("SELECT secret FROM keys ORDER BY id DESC"))

    def version(self) -> int:
        """A number that changes when another connection has committed; costs microseconds."""
        return int(self.value("PRAGMA data_version"))

    def backup(self, target: Path, step: copies.Step = lambda done, of: None) -> None:
        """A consistent copy while others write; see `copies.write`."""
        copies.write(self.connection, target, step)
