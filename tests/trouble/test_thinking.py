"""Thinking that hangs, eats memory, fails or dies: that mail alone pays for it, and no other one waits."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.trouble.rig import ADMIN, ANN, Desk, letter, read, rig, until

# A pattern that an admin might write. On a mail of many a's without an end it takes longer than the sun will shine.
HASTY = [{"when": {"body": "(a+)+$"}, "set": {"tags": ["a"]}}]
CHANGES = {"routes": HASTY, "limits": {"think_time": "1s"}}
ENDLESS = letter("Endless", "a" * 60 + "!")


def test_a_mail_that_hangs_is_quarantined_alone_and_at_once(desk: Desk) -> None:
    worker = desk.worker()
    id = desk.send(ENDLESS)
    until(lambda: working(worker))
    began = time.monotonic()
    others = [desk.send(letter(f"Other {n}", "b")) for n in range(3)]
    assert time.monotonic() - began < 1  # receiving knows nothing of it
    row = desk.becomes(id, "quarantined")
    assert (row["attempts"], row["reason"]) == (1, "understanding it took longer than 1 s")
    assert [desk.becomes(other, "ticketed")["attempts"] for other in others] == [0, 0, 0]
    assert f"quarantine show {id}" in read(desk.gets(ADMIN, f"Mail {id} is in quarantine"))
    desk.adds_up()


def working(process: int) -> bool:
    """Whether it is busy, as far as others on this machine let it be, or was until it was killed for it."""
    try:
        before = ticks(process)
        time.sleep(0.2)
        return ticks(process) - before >= 4
    except (FileNotFoundError, ProcessLookupError):
        return True


def ticks(process: int) -> int:
    """Hundredths of a second that a process has computed for."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_a_worker_that_dies_at_a_mail_is_one_failure_of_that_mail(tmp_path: Path) -> None:
    with rig(tmp_path, routes=HASTY, limits={"think_time": "1m"}) as desk:
        worker = desk.worker()
        id = desk.send(ENDLESS)
        until(lambda: working(worker))
        os.kill(worker, signal.SIGKILL)
        assert "died (-9)" in until(lambda: desk.mail(id)["trouble"])
        assert (desk.mail(id)["state"], desk.mail(id)["attempts"]) == ("received", 1)


@pytest.fixture(scope="module", autouse=True)
def silent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, int, int]]:
    """A desk whose worker has stopped at no mail, and a mail that waits for it.

    Begun with the first test of this file: it takes eight seconds, that others can use.
    """
    with rig(tmp_path_factory.mktemp("silent"), limits={"think_time": "1s"}) as desk:
        worker = desk.stop_thinking()
        yield desk, worker, desk.send(letter())


def test_a_worker_that_does_not_answer_is_replaced(silent: tuple[Desk, int, int]) -> None:
    desk, worker, id = silent
    row = desk.becomes(id, "ticketed")
    assert row["attempts"] == 0
    assert desk.worker() != worker


def test_a_mail_whose_thinking_fails_is_tried_three_times_then_shown_retried_and_dropped(desk: Desk) -> None:
    first = letter("First", "hello", ANN, "Message-ID: <first@customer.test>")
    ticket = desk.becomes(desk.send(first), "ticketed")["ticket_id"]
    desk.change(f"UPDATE tickets SET created_at = 'yesterday' WHERE id = {ticket}")  # a row that was damaged
    began = time.monotonic()
    answers = [
        desk.send(letter("Re: First", body, ANN, "In-Reply-To: <first@customer.test>")) for body in ("one", "two")
    ]
    other = desk.send(letter("Other", "hello", "zoe@customer.test"))
    assert desk.becomes(other, "ticketed")
    assert time.monotonic() - began < 5
    for id in answers:
        assert desk.becomes(id, "quarantined")["reason"] == "thinking about it failed 3 times"
    assert 6 < time.monotonic() - began < 20
    shown = desk.shell("quarantine", "show", str(answers[0]))
    assert "Traceback" in shown
    assert "ValueError: Invalid isoformat string: 'yesterday'" in shown
    assert "Subject: Re: First" in shown
    desk.gets(ADMIN, f"quarantine show {answers[0]}")

    desk.change(f"UPDATE tickets SET created_at = updated_at WHERE id = {ticket}")
    desk.shell("quarantine", "retry", str(answers[0]))
    assert desk.becomes(answers[0], "ticketed")["ticket_id"] == ticket
    desk.shell("quarantine", "drop", str(answers[1]))
    assert desk.mail(answers[1])["state"] == "ignored"
    assert desk.mail(answers[1])["reason"].startswith("dropped by an admin")
    desk.adds_up()


def test_a_damaged_row_of_the_inbox_holds_nobody_up(desk: Desk) -> None:
    worker = desk.stop_thinking()
    damaged, lost, whole = (desk.send(letter(subject)) for subject in ("Damaged", "Lost", "Whole"))
    desk.change(f"UPDATE inbox SET received_at = 'long ago' WHERE id = {damaged}")
    desk.change(f"UPDATE inbox SET attempts = 2 WHERE id IN ({damaged}, {lost})")
    desk.change(f"DELETE FROM raw WHERE id = (SELECT raw_id FROM inbox WHERE id = {lost})")
    os.kill(worker, signal.SIGCONT)
    assert desk.becomes(whole, "ticketed")
    assert "long ago" in desk.becomes(damaged, "quarantined")["trouble"]
    assert "lost its octets" in desk.becomes(lost, "quarantined")["trouble"]
    assert desk.worker() == worker


_TIGHT = """
import resource, sys
from pathlib import Path
from maildesk.store import intake
from tests.office import Office
from maildesk.model import RawMail

office = Office(Path(sys.argv[1]))
head = b"From: ann@customer.test\\r\\nTo: support@acme.test\\r\\nContent-Type: text/plain; charset=utf-8\\r\\n"
words = "hello, 1 \\U0001f600\\r\\n".encode() * 1_000_000
large = RawMail(head + b"Subject: Large\\r\\n\\r\\n" + words, "smtp", office.now)
small = RawMail(head + b"Subject: Small\\r\\n\\r\\nhello\\r\\n", "smtp", office.now)
intake.accept(office.store, [large, small])
del large, words
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 48 * 2**20, resource.RLIM_INFINITY))
while office.thinker.mails():
    pass
for mail in office.ledger():
    print(mail["state"], mail["reason"])
print(*office.alarms())
"""


def test_a_mail_that_needs_too_much_memory_is_quarantined_at_once(tmp_path: Path) -> None:
    """As the worker limits itself: the limit stands close above what the process uses, whatever that is."""
    ran = subprocess.run([sys.executable, "-c", _TIGHT, str(tmp_path)], capture_output=True, text=True, timeout=50)
    large, small, alarm = ran.stdout.splitlines() or [ran.stderr] * 3
    assert large == "quarantined it needs too much memory", ran.stderr[-500:]
    assert small.startswith("ticketed")
    assert "Mail 1 is in quarantine" in alarm
