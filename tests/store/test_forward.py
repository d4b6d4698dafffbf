"""Stores of other versions: an older one is brought forward after a copy was made, a newer one is refused."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from maildesk.model import AddEntry, Entry, Kind, Plan, RawMail, Verdict
from maildesk.store import due, intake
from maildesk.store.apply import apply
from maildesk.store.engine import Store, Unfit
from maildesk.store.schema import migrations


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A store of the first schema that has taken a mail."""
    with closing(Store.open(tmp_path / "desk.db")) as store:
        mail = RawMail(b"Subject: kept\r\n\r\n", "smtp", datetime.now(UTC), "a@b.test", ("c@d.test",), relay=True)
        intake.accept(store, [mail])
    return tmp_path / "desk.db"


@pytest.fixture
def next_version() -> Iterator[list[str]]:
    """This maildesk knows a further schema, made by these statements."""
    statements = ["ALTER TABLE inbox ADD COLUMN colour TEXT NOT NULL DEFAULT 'grey'", "CREATE TABLE extra (a INTEGER)"]

    @migrations(name="made_up")
    def made_up(db: Database) -> None:
        for statement in statements:
            db.execute(statement)

    yield statements
    migrations._migrations.pop()


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}


def beside(path: Path) -> set[str]:
    return {file.name for file in path.parent.iterdir()} - {path.name, f"{path.name}-wal", f"{path.name}-shm"}


def test_an_older_store_is_brought_forward_and_its_copy_is_what_it_was(older: Path, next_version: list[str]) -> None:
    with closing(Store.open(older, upgrade=True)) as store:
        assert store.value("SELECT colour FROM inbox") == "grey"
        assert intake.load(store, 1).raw == b"Subject: kept\r\n\r\n"
        (alarm,) = due.alarms(store, 9)
        assert "from schema 2 to 3" in alarm.title
        assert f"{older}.schema-2" in alarm.details
    copy = older.with_name("desk.db.schema-2")
    assert beside(older) == {copy.name}
    assert copy.stat().st_mode & 0o077 == 0
    assert "extra" not in tables(copy)
    migrations._migrations.pop()  # the maildesk of before, on the copy
    try:
        with closing(Store.open(copy)) as store:
            assert store.value("SELECT count(*) FROM inbox") == 1
            assert store.value("PRAGMA integrity_check") == "ok"
    finally:
        migrations(name="made_up")(lambda db: None)


def test_of_a_store_that_put_messages_into_the_search_by_itself_none_stands_there_twice(older: Path) -> None:
    with closing(Store.open(older)) as store:
        store.execute("DELETE FROM _sqlite_migrations WHERE name = 'search_by_apply'")
        store.execute(
            "CREATE TRIGGER search_insert AFTER INSERT ON messages BEGIN"
            " INSERT INTO search(rowid, subject, text, author) VALUES (new.id, new.subject, new.text, new.author); END"
        )
    with closing(Store.open(older, upgrade=True)) as store:
        store.execute("PRAGMA foreign_keys=OFF")  # its ticket is not what this is about
        first = Entry(1, 1, Kind.CUSTOMER, "ann@customer.test", "Hello", "A printer.", datetime.now(UTC))
        apply(store, Plan(Verdict.NEW_TICKET, "ann", (AddEntry(first),)), datetime.now(UTC))
        store.execute("INSERT INTO search(search, rank) VALUES ('integrity-check', 1)")


def test_a_second_opening_finds_nothing_to_do(older: Path, next_version: list[str]) -> None:
    Store.open(older, upgrade=True).close()
    written = older.with_name("desk.db.schema-2").stat().st_mtime_ns
    Store.open(older, upgrade=True).close()
    assert older.with_name("desk.db.schema-2").stat().st_mtime_ns == written


def test_what_fails_in_the_middle_leaves_the_store_as_it_was(older: Path, next_version: list[str]) -> None:
    next_version.append("INSERT INTO nowhere VALUES (1)")
    with pytest.raises(Unfit, match=r"from schema 2 to 3: no such table: nowhere; it was left as it was"):
        Store.open(older, upgrade=True)
    assert "extra" not in tables(older)
    assert beside(older) == set()


def test_a_migration_that_leaves_a_row_without_what_it_refers_to_is_undone(
    older: Path, next_version: list[str]
) -> None:
    next_version.append("DELETE FROM raw")
    with pytest.raises(Unfit, match="a row of inbox would refer to nothing in raw"):
        Store.open(older, upgrade=True)
    with closing(sqlite3.connect(older)) as connection:
        assert connection.execute("SELECT count(*) FROM raw").fetchone() == (1,)


def test_nobody_but_the_daemon_brings_a_store_forward(older: Path, next_version: list[str]) -> None:
    for opening in (Store.open, Store.read_only):
        with pytest.raises(Unfit, match=r"older maildesk; the daemon \(maildesk serve\) brings it forward"):
            opening(older)
    assert "extra" not in tables(older)


def test_a_newer_store_is_refused_and_left_alone(older: Path, next_version: list[str]) -> None:
    Store.open(older, upgrade=True).close()
    migrations._migrations.pop()
    try:
        for opening in (Store.open, Store.read_only, lambda path: Store.open(path, upgrade=True)):
            with pytest.raises(Unfit, match=r"newer maildesk \(schema 3: made_up\): use that one, or put a copy"):
                opening(older)
    finally:
        migrations(name="made_up")(lambda db: None)


@pytest.mark.skipif(os.geteuid() != 0, reason="takes root, to mount a disk of its own")
def test_without_room_for_the_copy_it_says_so_and_changes_nothing(tmp_path: Path, next_version: list[str]) -> None:
    folder = tmp_path / "var"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], check=False).returncode:
        pytest.skip("no disk may be mounted here")
    try:
        migration = migrations._migrations.pop()
        Store.open(folder / "desk.db").close()
        migrations._migrations.append(migration)
        (folder / "filler").write_bytes(bytes(2_900_000 - (folder / "desk.db").stat().st_size))
        with pytest.raises(Unfit, match=r"no room for the copy .* octets are needed in .*var.* are free"):
            Store.open(folder / "desk.db", upgrade=True)
        assert beside(folder / "desk.db") == {"filler"}
        (folder / "filler").unlink()
        with closing(Store.open(folder / "desk.db", upgrade=True)) as store:
            assert store.value("SELECT count(*) FROM extra") == 0
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
