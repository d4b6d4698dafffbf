"""The daemon's one writer: what goes into which commit, and for whom the lock is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from maildesk.edge.counts import Counts
from maildesk.edge.writer import Writer
from maildesk.model import RawMail
from maildesk.store.engine import Store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MAIL = RawMail(b"Subject: x\r\n\r\nx\r\n", "smtp", NOON, "ann@customer.test", ("support@acme.test",), True, None)


class Desk:
    """A writer, how often it asked for the lock, and how many commits it made."""

    def __init__(self, path: Path) -> None:
        self.asked = 0
        self.counts = Counts()
        self.writer = Writer(path, self.counts, self._ask)
        self.writer.start()

    def _ask(self) -> None:
        self.asked += 1

    def record(self, secret: bytes) -> asyncio.Future[int]:
        """Something that nobody waits for."""
        sql = "INSERT INTO keys (secret, created_at) VALUES (?, '')"
        return self.writer.ask(lambda store: store.insert(sql, (secret,)), patient=True)

    @property
    def commits(self) -> int:
        return self.counts.commit_time.count


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "desk.db")
    yield desk
    desk.writer.stop()


@pytest.fixture
def worker(desk: Desk, tmp_path: Path) -> Iterator[Store]:
    """Somebody else, who writes."""
    with closing(Store.open(tmp_path / "desk.db")) as store:
        yield store


async def test_what_nobody_waits_for_shares_a_commit(desk: Desk) -> None:
    first = desk.record(b"1")
    await asyncio.sleep(0.002)
    assert not first.done()
    await asyncio.gather(first, desk.record(b"2"))
    assert desk.commits == 1


async def test_and_a_mail_takes_it_along_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maildesk.edge.writer._PATIENCE", 60.0)
    record = desk.record(b"1")
    await asyncio.wait_for(desk.writer.accept(MAIL), 5)
    assert record.done()
    assert desk.commits == 1


async def test_the_lock_is_asked_for_where_somebody_waits(desk: Desk, worker: Store) -> None:
    with worker.transaction():
        record = desk.record(b"1")
        await asyncio.sleep(0.1)
        assert not desk.asked
        mail = desk.writer.accept(MAIL)
        await asyncio.sleep(0.1)
        assert desk.asked
        assert not mail.done()
    await asyncio.gather(record, mail)
    assert desk.commits == 1, "what came while the lock was waited for went along"


async def test_what_was_asked_for_is_done_before_the_end(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "desk.db")
    records = [desk.record(bytes([number])) for number in range(3)]
    await asyncio.to_thread(desk.writer.stop)
    await asyncio.gather(*records)
    with closing(Store.read_only(tmp_path / "desk.db")) as store:
        assert store.value("SELECT count(*) FROM keys WHERE created_at = ''") == 3
