"""Copies of the store, and what a store finds beside it."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from maildesk.model import RawMail
from maildesk.store import copies, due, facts, intake
from maildesk.store.engine import Store


def mail(octets: int = 100) -> RawMail:
    return RawMail(b"x" * octets, "smtp", datetime.now(UTC), "a@b.test", ("c@d.test",), relay=True)


def test_a_copy_ends_and_is_whole_however_much_is_written_meanwhile(tmp_path: Path) -> None:
    path, stop = tmp_path / "desk.db", threading.Event()
    with closing(Store.open(path)) as store:
        intake.accept(store, [mail(500_000) for _ in range(100)])

    def pour() -> None:
        with closing(Store.open(path)) as store:
            while not stop.is_set():
                intake.accept(store, [mail()])

    writer = threading.Thread(target=pour)
    writer.start()
    heard: list[tuple[int, int]] = []
    try:
        with closing(Store.read_only(path)) as store:
            store.backup(tmp_path / "copy.db", lambda done, of: heard.append((done, of)))
    finally:
        stop.set()
        writer.join()
    assert len(heard) > 2
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)  # it never began anew
    with closing(Store.read_only(tmp_path / "copy.db")) as copy:
        ids = [row["id"] for row in copy.rows("SELECT id FROM inbox")]
        assert ids == list(range(1, len(ids) + 1))
        assert copy.value("PRAGMA integrity_check") == "ok"
        assert copy.rows("PRAGMA foreign_key_check") == []
    assert sorted(f.name for f in tmp_path.iterdir()) == ["copy.db", "desk.db"]


def test_a_copy_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with closing(Store.open(tmp_path / "desk.db")) as store:
        (tmp_path / "copy.db").write_bytes(b"")
        with pytest.raises(FileExistsError):
            store.backup(tmp_path / "copy.db")
        with pytest.raises(OSError, match="No such file"):
            store.backup(tmp_path / "nowhere" / "copy.db")
    assert sorted(f.name for f in tmp_path.iterdir()) == ["copy.db", "desk.db"]


def test_a_copy_that_is_served_says_so_and_gives_no_number_out_again(tmp_path: Path) -> None:
    with closing(Store.open(tmp_path / "desk.db")) as store:
        store.backup(tmp_path / "copy.db")
        assert due.alarms(store, 9) == []
    with closing(Store.open(tmp_path / "copy.db")) as copy:
        (alarm,) = due.alarms(copy, 9)
        assert alarm.title.startswith("The desk runs on a copy of its store that was made at 20")
        assert facts._glance(copy).ticket == copies.GAP + 1
        assert copy.value("PRAGMA journal_mode") == "wal"


def test_a_log_of_another_store_is_not_written_over_a_copy(tmp_path: Path) -> None:
    """SQLite itself would: the copy of ten mails would be a store that is malformed, or has forty."""
    path = tmp_path / "desk.db"
    with closing(Store.open(path)) as store:
        intake.accept(store, [mail() for _ in range(10)])
        store.backup(tmp_path / "copy.db")
        intake.accept(store, [mail(5000) for _ in range(30)])
        left = path.with_name("desk.db-wal").read_bytes()  # as a kill leaves it
    path.write_bytes((tmp_path / "copy.db").read_bytes())
    path.with_name("desk.db-wal").write_bytes(left)
    with closing(Store.open(path)) as store:
        assert store.value("SELECT count(*) FROM inbox") == 10
        assert store.value("PRAGMA integrity_check") == "ok"
    (aside,) = tmp_path.glob("desk.db-wal.*")
    assert aside.read_bytes() == left


def test_a_store_keeps_the_log_that_is_its_own(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    store = Store.open(path)
    intake.accept(store, [mail()])
    files = {name: path.with_name(name).read_bytes() for name in ("desk.db", "desk.db-wal")}
    store.close()
    for name, content in files.items():  # as after a kill
        path.with_name(name).write_bytes(content)
    assert copies.set_aside_foreign_log(path) is None
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM inbox").fetchone() == (1,)
