"""A store of an older maildesk is brought forward: whole or not at all, after a copy of it was made beside it.

Refuses a store of a newer maildesk, whose tables may mean what this one does not know; and to bring one
forward for anybody but the daemon, which alone knows that no older daemon is at work on it.
"""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from maildesk.store import copies
from maildesk.store.schema import migrations, names
from maildesk.store.times import to_text

if TYPE_CHECKING:
    from maildesk.store.engine import Store

log = logging.getLogger(__name__)


class Unfit(OSError):
    """The store is of another version of maildesk, or could not be brought forward; the message says what to do."""


def check(store: Store, path: Path) -> int:
    """The store's schema, by how many migrations made it. Raises Unfit unless it is this version's."""
    schema = _schema(store, path)
    if schema and migrations.pending(store.db):
        raise Unfit(f"{path} is the store of an older maildesk; the daemon (maildesk serve) brings it forward")
    return schema


def bring(store: Store, path: Path, *, upgrade: bool) -> None:
    """Makes the tables of an empty store; with ``upgrade`` those of an older one, too. Unfit, sqlite3.Error."""
    if not upgrade:
        check(store, path)
    if not migrations.pending(store.db):
        _schema(store, path)
        return
    with store.transaction():  # one process does it; another one waits, and finds nothing to do
        schema = _schema(store, path)
        pending = migrations.pending(store.db)
        if not pending:
            return
        if schema:
            _upgrade(store, path, schema)
        else:
            _run(store)
            store.execute(
                "INSERT INTO keys (secret, created_at) VALUES (?, ?)",
                (secrets.token_bytes(32), to_text(datetime.now(UTC))),
            )


def _schema(store: Store, path: Path) -> int:
    """0 for an empty file. Unfit for a newer one."""
    applied = migrations.applied(store.db)
    unknown = {migration.name for migration in applied}.difference(names())
    if unknown:
        raise Unfit(
            f"{path} is the store of a newer maildesk (schema {len(applied)}: {', '.join(sorted(unknown))}): use that"
            f" one, or put a copy of the store from before in its place ({path.name}.schema-… beside it, or a backup)"
        )
    return len(applied)


def _upgrade(store: Store, path: Path, schema: int) -> None:
    """Within the transaction: nobody writes between the copy and the change."""
    copy = path.with_name(f"{path.name}.schema-{schema}")
    _copy(path, copy)
    to = len(names())
    try:
        _run(store)
        if broken := store.row("SELECT * FROM pragma_foreign_key_check LIMIT 1"):
            raise Unfit(f"a row of {broken[0]} would refer to nothing in {broken[2]}")
        what = f"The store was brought forward from schema {schema} to {to}"
        details = f"As it was before, it is at {copy}. Once you are content, delete that: it holds people's mail."
        store.execute(
            "INSERT INTO alarms (at, title, details) VALUES (?, ?, ?)", (to_text(datetime.now(UTC)), what, details)
        )
    except (sqlite3.Error, Unfit) as error:
        copy.unlink(missing_ok=True)
        raise Unfit(
            f"{path} could not be brought forward from schema {schema} to {to}: {error}; it was left as it was"
        ) from error
    log.warning("store brought forward", extra={"schema": schema, "to": to, "copy": str(copy)})


def _run(store: Store) -> None:
    for migration in migrations.pending(store.db):
        migrations.ensure_migrations_table(store.db)
        migration.fn(store.db)
        store.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, ?, ?)",
            (migrations.name, migration.name, to_text(datetime.now(UTC))),
        )


def _copy(path: Path, target: Path) -> None:
    """The store as it is on disk, beside it; an older such copy gives way."""
    needed, free = path.stat().st_size, shutil.disk_usage(path.parent).free
    no_room = (
        f"{path} is the store of an older maildesk, and there is no room for the copy that is made before it is"
        f" brought forward: {needed:,} octets are needed in {path.parent}, {free:,} are free; it was left as it was"
    )
    if free < needed:
        raise Unfit(no_room)
    fresh = target.with_name(f"{target.name}.new")
    fresh.unlink(missing_ok=True)
    log.warning("copying the store before it is brought forward", extra={"to": str(target), "octets": needed})
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)) as source:
            copies.write(source, fresh)
    except (sqlite3.Error, OSError) as error:
        raise Unfit(f"{no_room} ({error})") from error
    os.replace(fresh, target)
