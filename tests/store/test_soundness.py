"""Whether a store is whole, asked within a time; and what a killed process left beside it."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from maildesk.model import RawMail
from maildesk.store import intake, soundness
from maildesk.store.engine import Store


def mail(octets: int = 100) -> RawMail:
    return RawMail(b"x" * octets, "smtp", datetime.now(UTC), "a@b.test", ("c@d.test",), relay=True)


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """What the kill of a process leaves: two mails, of which the database has one, and its log both."""
    with closing(Store.open(tmp_path / "desk.db")) as store:
        intake.accept(store, [mail()])
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(tmp_path / "desk.db-shm", tmp_path / "early-shm")
        intake.accept(store, [mail()])
        (tmp_path / "left").mkdir()
        for name in ("desk.db", "desk.db-wal", "desk.db-shm"):
            shutil.copy(tmp_path / name, tmp_path / "left" / name)
    return tmp_path / "left" / "desk.db"


def mails(path: Path) -> int:
    with closing(Store.open(path)) as store:
        assert store.value("PRAGMA integrity_check") == "ok"
        return int(store.value("SELECT count(*) FROM inbox"))


def test_a_log_that_is_there_or_was_moved_into_the_store_is_not_lost(killed: Path) -> None:
    assert not soundness.lost_log(killed)
    assert mails(killed) == 2
    assert not soundness.lost_log(killed)  # closed in good order: both files are gone
    assert mails(killed) == 2


def test_a_log_that_was_deleted_or_emptied_is_lost(killed: Path) -> None:
    killed.with_name("desk.db-wal").write_bytes(b"")
    assert soundness.lost_log(killed)
    killed.with_name("desk.db-wal").unlink()
    assert soundness.lost_log(killed)
    assert mails(killed) == 1


@pytest.mark.parametrize("index", ["none", "stale", "rubbish", "short"])
def test_the_logs_index_may_be_lost_or_stale_or_rubbish_and_nothing_else_is(killed: Path, index: str) -> None:
    file = killed.with_name("desk.db-shm")
    early = (killed.parents[1] / "early-shm").read_bytes()
    match index:
        case "none":
            file.unlink()
        case "stale":
            file.write_bytes(early)
        case "rubbish":
            file.write_bytes(b"\xa5" * 32768)
        case "short":
            file.write_bytes(b"\x01")
    assert not soundness.lost_log(killed)
    assert mails(killed) == 2


def test_a_look_at_a_large_store_ends_when_its_time_is_over_or_when_it_is_told_to(tmp_path: Path) -> None:
    with closing(Store.open(tmp_path / "desk.db")) as store:
        intake.accept(store, [mail(300_000) for _ in range(300)])
        assert soundness.check(store, 30) == soundness.Soundness((), whole=True)
        assert not soundness.check(store, 0).whole
        told = Event()
        told.set()
        assert not soundness.check(store, 30, told).whole
        assert store.value("SELECT count(*) FROM inbox") == 300  # the connection is as good as before
