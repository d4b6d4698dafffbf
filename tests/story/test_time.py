"""A weekend with the change to summer time, a restart and a crash: each mail comes once, at its minute.

The daemon runs under libfaketime, whose clock is moved to just before each time that matters, and then to it.
"""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.trouble.rig import Desk, letter, rig, until

LIBRARY = next(iter(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), None)
ROME = ZoneInfo("Europe/Rome")
A_ROUND = 0.8  # seconds: long enough for everything that is due to be seen
CHECK = {"name": "check", "cron": "30 2 29 3 *", "subject": "Check the clocks", "text": "All of them."}


class Clock:
    """The daemon's clock, in Rome."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "clock"

    def set(self, wall: str) -> None:
        moment = datetime.fromisoformat(wall).replace(tzinfo=ROME)
        self.file.write_text(f"{moment.timestamp() - time.time():+.3f}\n")

    @property
    def environment(self) -> dict[str, str]:
        """Time as waiting is measured by (CLOCK_MONOTONIC) stays as it is."""
        return {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    clock = Clock(tmp_path)
    clock.set("2026-03-27 16:00")  # a Friday
    return clock


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    sections = {
        "desk": {"timezone": "Europe/Rome"},
        "hours": {"week": "Mon-Fri 09:00-18:00"},
        "targets": {"first_reply": "4h"},
        "silence": {"remind": ["2d"], "solve_after": "3d"},
        "recurring": [CHECK],
    }
    with rig(tmp_path, environment=clock.environment, **sections) as desk:
        yield desk


def mails(desk: Desk, kind: str) -> list[str]:
    """When mails of this kind were made, to the minute, by the clock in Rome."""
    made = desk.rows(f"SELECT created_at FROM outbox WHERE kind = '{kind}' ORDER BY id")
    local = (datetime.fromisoformat(row["created_at"]).astimezone(ROME) for row in made)
    return [f"{at:%a %H:%M}" for at in local]


def answer(desk: Desk, subject: str, words: str) -> None:
    """Alice answers the newest mail that she got about it."""
    notice = [mail for mail in desk.letters("alice@acme.test") if subject in str(mail["Subject"])][-1]
    (address,) = re.findall(r"support\+a[\w]+@acme\.test", str(notice["Reply-To"]))
    lines = ["From: alice@acme.test", f"To: {address}", f"Subject: Re: {notice['Subject']}", "", *words.splitlines()]
    with desk.session() as session:
        session.say("MAIL FROM:<alice@acme.test>")
        session.say(f"RCPT TO:<{address}>")
        session.say("DATA", "3")
        session.say("\r\n".join([*lines, "."]))


def nothing_happens(desk: Desk) -> None:
    before = desk.rows("SELECT count(*) AS n FROM outbox")
    time.sleep(A_ROUND)
    assert desk.rows("SELECT count(*) AS n FROM outbox") == before


def comes(desk: Desk, clock: Clock, before: str, at: str, kind: str) -> None:
    """Nothing comes up to a time, and then one mail more of this kind."""
    clock.set(before)
    nothing_happens(desk)
    count = len(mails(desk, kind))
    clock.set(at)
    until(lambda: len(mails(desk, kind)) > count, desk.log)


@pytest.mark.timeout(180)
@pytest.mark.skipif(LIBRARY is None, reason="takes libfaketime")
def test_a_weekend_the_summer_a_restart_and_a_crash(desk: Desk, clock: Clock) -> None:
    desk.worker()
    assert desk.becomes(desk.send(letter("Where is it?")), "ticketed")
    assert desk.becomes(desk.send(letter("And this?", sender="bo@customer.test")), "ticketed")
    until(lambda: len(desk.letters("alice@acme.test")) == 2, desk.log)
    answer(desk, "And this?", '#remind sun 3:30 "the clocks are put forward"')
    until(lambda: desk.rows("SELECT 1 FROM timers WHERE kind = 'remind'"), desk.log)

    # The night to Sunday has no half past two: what was meant for it comes at three.
    clock.set("2026-03-28 12:00")
    nothing_happens(desk)
    clock.set("2026-03-29 01:59:58")
    until(lambda: desk.rows("SELECT 1 FROM tickets WHERE subject = 'Check the clocks'"), desk.log)
    assert mails(desk, "notice")[2:] == ["Sun 03:00"]
    comes(desk, clock, "2026-03-29 03:29", "2026-03-29 03:30:01", "reminder")
    assert mails(desk, "reminder") == ["Sun 03:30"]

    # A restart in the night to Monday loses nothing, and does nothing again.
    clock.set("2026-03-29 23:00")
    assert desk.stop() == 0
    clock.set("2026-03-30 02:00")
    desk.start()
    desk.worker()
    answer(desk, "And this?", "#pending\nWhich one do you mean?")
    until(lambda: len(mails(desk, "reply")) == 1, desk.log)

    # Two of the four hours were on Friday; the others are on Monday.
    comes(desk, clock, "2026-03-30 09:59:30", "2026-03-30 10:00:01", "reminder")
    assert mails(desk, "reminder") == ["Sun 03:30", "Mon 10:00"]

    # It is down when the deadline passes: that is told as soon as it is up again.
    clock.set("2026-03-30 10:30")
    desk.stop(signal.SIGKILL)
    clock.set("2026-03-30 11:20")
    desk.start()
    until(lambda: len(mails(desk, "reminder")) == 3, desk.log)
    clock.set("2026-03-31 12:00")
    nothing_happens(desk)
    assert mails(desk, "reminder") == ["Sun 03:30", "Mon 10:00", "Mon 11:20"]

    # Nobody has proven that bo ever wrote: no mail asks again, but the time passes, and the ticket is solved.
    clock.set("2026-04-01 09:00:01")
    until(lambda: desk.rows("SELECT 1 FROM timers WHERE kind = 'nudge' AND label = '2'"), desk.log)
    clock.set("2026-04-02 09:00:30")
    until(lambda: desk.rows("SELECT 1 FROM tickets WHERE id = 2 AND status = 'solved'"), desk.log)
    assert mails(desk, "nudge") == mails(desk, "farewell") == []
    until(lambda: not desk.rows("SELECT 1 FROM outbox WHERE state != 'sent'"), desk.log)
    subjects = [str(mail["Subject"]) for mail in desk.letters("alice@acme.test")]
    assert subjects.count("[#1] Overdue: Where is it?") == 1
