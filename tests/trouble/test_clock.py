"""Somebody sets the clock: no timer is lost, none fires twice, and mail is answered meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trouble.rig import letter, rig, until

LIBRARY = next(iter(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), None)


@pytest.mark.skipif(LIBRARY is None, reason="takes libfaketime")
def test_a_clock_that_jumps_back_an_hour_loses_no_reminder_and_doubles_none(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text("+0\n")
    environment = {
        "LD_PRELOAD": str(LIBRARY),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    with rig(tmp_path, environment=environment, targets={"first_reply": "4s", "warn": "25%"}) as desk:

        def reminders(ticket: int) -> int:
            return len(desk.rows(f"SELECT 1 FROM outbox WHERE kind = 'reminder' AND ticket_id = {ticket:d}"))

        desk.worker()
        assert desk.becomes(desk.send(letter("Before")), "ticketed")
        until(lambda: reminders(1) == 1)
        clock.write_text("-1h\n")
        id = desk.send(letter("After"))
        assert desk.becomes(id, "ticketed")
        assert desk.rows(
            "SELECT received_at < (SELECT min(received_at) FROM inbox WHERE id = 1) AS back FROM inbox WHERE id = 2"
        ) == [{"back": 1}]
        until(lambda: reminders(2) == 2, desk.log)
        assert reminders(1) == 1  # its time has not come again
        until(lambda: not desk.rows("SELECT 1 FROM outbox WHERE ticket_id = 2 AND state != 'sent'"), desk.log)
        clock.write_text("+0\n")
        until(lambda: reminders(1) == 2, desk.log)
        assert desk.rows("SELECT * FROM timers WHERE ticket_id != 0") == []
        until(lambda: not desk.rows("SELECT 1 FROM outbox WHERE state != 'sent'"), desk.log)
        assert (reminders(1), reminders(2)) == (2, 2)
