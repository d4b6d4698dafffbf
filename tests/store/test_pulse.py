"""How the queues stand is read by indexes, however many rows there are."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from maildesk.model import RawMail
from maildesk.store import intake
from maildesk.store.engine import Store
from maildesk.store.pulse import _COUNTS, pulse

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def mail(at: datetime) -> RawMail:
    return RawMail(b"Subject: x\r\n\r\n", "smtp", at, "a@b.test", ("c@d.test",), relay=True)


def test_what_waits_is_counted_and_the_oldest_is_told(tmp_path: Path) -> None:
    with closing(Store.open(tmp_path / "desk.db")) as store:
        assert (pulse(store).mails, pulse(store).oldest_received) == (0, None)
        intake.accept(store, [mail(NOON + timedelta(seconds=n)) for n in range(3)])
        intake.quarantine(store, 1, "why", "trouble")
        found = pulse(store)
        assert (found.mails, found.received, found.quarantined) == (3, 2, 1)
        assert found.oldest_received == NOON + timedelta(seconds=1)


def test_no_table_is_scanned(tmp_path: Path) -> None:
    with closing(Store.open(tmp_path / "desk.db")) as store:
        plan = [row["detail"] for row in store.rows(f"EXPLAIN QUERY PLAN {_COUNTS}")]
    scans = [step for step in plan if step.startswith("SCAN") and "USING" not in step]
    assert scans == ["SCAN CONSTANT ROW", "SCAN sqlite_sequence", "SCAN sqlite_sequence", "SCAN alarms"]  # a few rows
    assert [step for step in plan if "inbox" in step or "outbox" in step]
