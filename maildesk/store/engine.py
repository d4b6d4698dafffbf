"""The SQLite engine: connections, transactions, time as text. The only place that opens the file.

WAL with ``synchronous=FULL``, because a 250 is a promise: a commit that returned has been synced.
Writers say BEGIN IMMEDIATE: a deferred transaction that reads first and writes later fails with
SQLITE_BUSY_SNAPSHOT at once, whatever the timeout. A connection belongs to one thread.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from sqlite_utils import Database

from maildesk.store.schema import migrations

Row = sqlite3.Row
Value = str | int | float | bytes | None
BUSY_TIMEOUT = 5.0  # seconds to wait for another writer before the mail is put off with 451


def to_text(when: datetime) -> str:
    """UTC ISO 8601 with milliseconds and a Z, so that text order is time order."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


def to_time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def to_time_or_none(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


class Store:
    """One connection to the desk's database, for one thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        connection.row_factory = sqlite3.Row
        self.connection = connection
        self.db = Database(connection)

    @classmethod
    def open(cls, path: Path, *, timeout: float = BUSY_TIMEOUT) -> Self:
        """Opens for writing; makes the file and runs migrations as needed. sqlite3.Error, OSError."""
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = not path.exists()
        store = cls(sqlite3.connect(path, timeout=timeout, isolation_level=None))
        if fresh:
            path.chmod(0o600)  # people's mail is in it
        store.execute("PRAGMA journal_mode=WAL")
        store.execute("PRAGMA synchronous=FULL")
        store.execute("PRAGMA foreign_keys=ON")
        store.execute("PRAGMA journal_size_limit=67108864")
        store.migrate()
        return store

    @classmethod
    def read_only(cls, path: Path, *, timeout: float = BUSY_TIMEOUT) -> Self:
        """Opens for reading; sqlite3.OperationalError where there is no such file."""
        uri = f"{path.resolve().as_uri()}?mode=ro"
        store = cls(sqlite3.connect(uri, uri=True, timeout=timeout, isolation_level=None))
        store.execute("PRAGMA query_only=ON")
        return store

    def migrate(self) -> None:
        if not migrations.pending(self.db):
            return
        with self.transaction():  # one process migrates; another one waits, and finds nothing to do
            for migration in migrations.pending(self.db):
                migrations.ensure_migrations_table(self.db)
                migration.fn(self.db)
                self.execute(
                    "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, ?, ?)",
                    (migrations.name, migration.name, to_text(datetime.now(UTC))),
                )
            if not self.value("SELECT count(*) FROM keys"):
                self.execute(
                    "INSERT INTO keys (secret, created_at) VALUES (?, ?)",
                    (secrets.token_bytes(32), to_text(datetime.now(UTC))),
                )

    def close(self) -> None:
        self.connection.close()

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
    def transaction(self) -> Iterator[None]:
        """All or nothing, and durable when it ends; inside another one it is a savepoint."""
        if self.connection.in_transaction:
            with self.db.atomic():
                yield
            return
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.execute("ROLLBACK")
            raise

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

    def backup(self, target: Path) -> None:
        """A consistent copy while others write (SQLite's online backup)."""
        with sqlite3.connect(target) as copy:
            self.connection.backup(copy, pages=1000, sleep=0.005)
        copy.close()
