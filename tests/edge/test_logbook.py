"""The logbook beside the store: what the daemon before knew, and what the store lacks by that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from maildesk.edge.logbook import Entry, Logbook, missing
from maildesk.edge.service import Lock
from maildesk.edge.watch import Watch
from maildesk.edge.writer import Writer
from maildesk.model import RawMail
from maildesk.store import intake, soundness
from maildesk.store.copies import GAP
from maildesk.store.engine import Store
from maildesk.store.soundness import Numbers

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def lock(tmp_path: Path) -> Iterator[Lock]:
    lock = Lock(tmp_path / "desk.db")
    yield lock
    lock.release()


def test_the_last_entry_is_what_the_next_daemon_reads(lock: Lock) -> None:
    assert Logbook(lock.file).read() is None
    Logbook(lock.file).write(Numbers(1234, 56), NOON)
    Logbook(lock.file).write(Numbers(5, 6), NOON)
    assert Logbook(lock.file).read() == Entry("2026-03-02T12:00:00+00:00", Numbers(5, 6))
    book = Logbook(lock.file)
    book.write(Numbers(7, 8), NOON)
    book.close(NOON)
    assert Logbook(lock.file).read() == Entry("2026-03-02T12:00:00+00:00", Numbers(7, 8), closed=True)


@pytest.mark.parametrize(
    "torn", [b"", b"{", b"[]", b'{"at": 1}', b"\xff\xfe", b'{"at": "x", "numbers": 3, "closed": 0}']
)
def test_an_entry_that_is_torn_is_none(tmp_path: Path, torn: bytes) -> None:
    (tmp_path / "desk.db.lock").write_bytes(torn)
    lock = Lock(tmp_path / "desk.db")
    assert Logbook(lock.file).read() is None
    lock.release()


def test_what_the_store_lacks_is_told_and_nothing_where_it_lacks_nothing() -> None:
    before = Entry("noon", Numbers(10, 4))
    assert missing(None, Numbers(0, 0), log_lost=False) is None
    assert missing(before, Numbers(10, 4), log_lost=False) is None
    assert missing(before, Numbers(12, 5), log_lost=False) is None
    found = missing(before, Numbers(9, 4), log_lost=False)
    assert found is not None
    assert "At noon it had taken 10 mails; it knows of 9" in found.details
    gone = missing(before, Numbers(10, 4), log_lost=True)
    assert gone is not None
    assert "ends in -wal is gone" in gone.details


async def test_numbers_go_on_beyond_those_of_tickets_that_the_store_lacks(tmp_path: Path, lock: Lock) -> None:
    """Both files beside it are deleted, so nothing but the logbook knows."""
    path = tmp_path / "desk.db"
    with closing(Store.open(path)) as store:
        intake.accept(store, [RawMail(b"x", "smtp", NOON, "a@b.test", ("c@d.test",), relay=True)])
    Logbook(lock.file).write(Numbers(3, 2), NOON)
    writer = Writer(path)
    watch = Watch(Logbook(lock.file), writer, path, lambda: NOON)
    await watch.opened()
    writer.stop()
    with closing(Store.open(path)) as store:
        assert soundness.numbers(store) == Numbers(1, 2 + GAP)


async def test_a_store_that_is_gone_is_told_and_a_new_one_begins_at_one(tmp_path: Path, lock: Lock) -> None:
    path = tmp_path / "desk.db"
    Logbook(lock.file).write(Numbers(3, 2), NOON)
    writer = Writer(path)
    watch = Watch(Logbook(lock.file), writer, path, lambda: NOON)
    await watch.opened()
    assert watch._missing is not None
    assert "it knows of 0" in watch._missing.details
    writer.stop()
    with closing(Store.open(path)) as store:
        assert soundness.numbers(store) == Numbers(0, 0)
