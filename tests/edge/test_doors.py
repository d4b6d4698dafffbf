"""What goes out was synced before."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from maildesk.edge.counts import Counts
from maildesk.edge.doors import OutboxQueue
from maildesk.edge.writer import Writer
from maildesk.model import Plan, Purpose, QueueMail, Verdict
from maildesk.store.apply import apply
from maildesk.store.engine import Store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def test_no_mail_goes_out_that_the_power_could_still_take_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thinking process syncs nothing: were its ticket lost after the answer went, another would get its number."""
    path = tmp_path / "desk.db"
    writer = Writer(path)
    writer.start()
    queue = OutboxQueue(writer, lambda: NOON, lambda: None, Counts())
    with closing(Store.open(path, synced=False)) as store:
        assert store.value("PRAGMA synchronous") == 1  # NORMAL
        mail = QueueMail(b"x", "<1@acme.test>", "", "ann@customer.test", Purpose.AUTO_REPLY)
        with store.transaction():
            apply(store, Plan(Verdict.NOTE, "desk", (mail,)), NOON)
    with monkeypatch.context() as broken:
        broken.setattr("os.fdatasync", _broken)
        with pytest.raises(OSError, match="the disk"):
            await queue.due(NOON, 10, ())
    (found,) = await queue.due(NOON, 10, ())
    assert found.raw == b"x"
    writer.stop()


def test_what_must_last_is_synced_by_its_own_commit(tmp_path: Path) -> None:
    with closing(Store.open(tmp_path / "desk.db")) as store:
        assert store.value("PRAGMA synchronous") == 2  # FULL


def _broken(descriptor: int) -> None:
    raise OSError("the disk is gone")
