"""The power fails at each point of a mail's way: nothing is lost, nothing is done twice.

At one point alone, between the smarthost's 250 and our record of it, a mail is sent twice (RFC 1047).
"""

from __future__ import annotations

import os
import shutil
import signal
import smtplib
import socket
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest

from tests.story.desk import Desk, runs, until
from tests.story.people import Person
from tests.story.smarthost import Smarthost

RAW = (
    b"From: Ann Bianchi <ann@customer.test>\r\nTo: support\r\nSubject: Invoice 77\r\n"
    b"Message-ID: <77@customer.test>\r\nDate: Mon, 2 Mar 2026 10:00:00 +0100\r\n\r\nIt has the wrong total.\r\n"
)


def hand_over(desk: Desk, raw: bytes = RAW) -> None:
    """One mail from Ann, with its 250; SMTPException or OSError without."""
    with smtplib.SMTP("127.0.0.1", desk.port, "mx.customer.test", timeout=20) as server:
        server.sendmail("ann@customer.test", [desk.address], raw)


@contextmanager
def in_data(desk: Desk, said: bytes) -> Iterator[socket.socket]:
    """A client that has come as far as DATA, and has said this much of its mail."""
    with socket.create_connection(("127.0.0.1", desk.port), timeout=20) as client:
        for command in ("EHLO x", "MAIL FROM:<ann@customer.test>", f"RCPT TO:<{desk.address}>", "DATA"):
            client.recv(4096)
            client.sendall(command.encode() + b"\r\n")
        assert client.recv(4096).startswith(b"354")
        client.sendall(said)
        yield client


def last_words(client: socket.socket) -> bytes:
    with suppress(ConnectionResetError):
        return client.recv(4096)
    return b""


def sleeps(pid: int) -> bool:
    """Whether it waits for SQLite's lock, which is asked for again after each short sleep, and not for input."""
    return "nanosleep" in Path(f"/proc/{pid}/wchan").read_text()


def restarted(desk: Desk) -> None:
    desk.kill()
    desk.start()


def all_is_well(desk: Desk, ann: Person, alice: Person) -> None:
    """One ticket with one message, one auto-reply, one notice, and a ledger that adds up."""
    desk.settles()
    assert [ticket["subject"] for ticket in desk.tickets()] == ["Invoice 77"]
    assert [message["kind"] for message in desk.ticket()["messages"]] == ["customer"]
    assert len(ann.inbox) == len(alice.inbox) == 1
    counts = desk.ledger_adds_up()
    assert counts["received"] == counts["quarantined"] == 0


def test_killed_in_the_midst_of_data_it_owes_the_client_nothing(desk: Desk, ann: Person, alice: Person) -> None:
    with in_data(desk, RAW[:100]) as client:
        restarted(desk)
        assert last_words(client) == b""
    assert desk.rows("SELECT id FROM inbox") == []
    hand_over(desk)
    all_is_well(desk, ann, alice)


def test_killed_with_the_whole_mail_in_hand_and_not_yet_durable_it_has_not_said_250(
    desk: Desk, ann: Person, alice: Person
) -> None:
    with desk.locked(), in_data(desk, RAW + b".\r\n") as client:
        client.settimeout(1.0)
        with pytest.raises(TimeoutError):
            client.recv(4096)
        desk.kill()
        client.settimeout(20)
        assert last_words(client) == b""
    desk.start()
    assert desk.rows("SELECT id FROM inbox") == []
    hand_over(desk)
    all_is_well(desk, ann, alice)


def test_killed_after_the_commit_and_before_the_client_has_read_its_250_a_resend_is_the_same_mail(
    desk: Desk, ann: Person, alice: Person
) -> None:
    with in_data(desk, RAW + b".\r\n"):
        until(lambda: desk.rows("SELECT id FROM inbox"), "the mail is durable")
        restarted(desk)
    hand_over(desk)
    all_is_well(desk, ann, alice)
    assert desk.ledger_adds_up()["ignored"] == 1


def test_killed_after_the_250_and_before_thinking_it_thinks_when_it_is_back(
    desk: Desk, ann: Person, alice: Person
) -> None:
    with desk.thinking_stopped():
        hand_over(desk)
        assert desk.waits() == 1
        assert desk.tickets() == []
        desk.kill()
    desk.start()
    all_is_well(desk, ann, alice)
    assert desk.ledger_adds_up()["total"] == 1


def test_killed_between_plan_and_send_it_sends_each_mail_once(
    desk: Desk, ann: Person, alice: Person, smarthost: Smarthost
) -> None:
    smarthost.down()
    hand_over(desk)
    until(lambda: len(desk.outbox(state="queued", ticket_id=1)) == 2, "two mails are queued")
    queued = Counter(row["message_id"] for row in desk.outbox())
    restarted(desk)
    smarthost.up()
    all_is_well(desk, ann, alice)
    assert queued <= Counter(letter["Message-ID"] for letter in smarthost.taken)


def test_killed_while_the_smarthost_owes_its_answer_it_sends_each_mail_once(
    desk: Desk, ann: Person, alice: Person, smarthost: Smarthost
) -> None:
    smarthost.hold()
    hand_over(desk)
    until(lambda: len(smarthost.held) == 2, "both mails hang at the smarthost")
    desk.kill()
    until(lambda: not smarthost.held, "the smarthost has noticed")
    smarthost.release()
    desk.start()
    all_is_well(desk, ann, alice)


def test_killed_after_the_smarthost_s_250_and_before_its_own_record_it_doubles_those_mails_and_no_others(
    desk: Desk, ann: Person, alice: Person, smarthost: Smarthost
) -> None:
    smarthost.hold()
    hand_over(desk)
    until(lambda: len(smarthost.held) == 2, "both mails hang at the smarthost")
    with desk.locked():
        smarthost.release()
        until(lambda: len(smarthost.taken) == 2, "the smarthost has both")
        desk.kill()
    assert [row["state"] for row in desk.outbox()] == ["queued", "queued"]
    first = {letter["Message-ID"]: letter.raw for letter in smarthost.taken}
    smarthost.taken.clear()
    desk.start()
    all_is_well(desk, ann, alice)
    assert {letter["Message-ID"]: letter.raw for letter in smarthost.taken} == first  # to the octet: RFC 1047


def test_a_worker_that_is_killed_alone_is_replaced_and_the_listener_never_notices(
    desk: Desk, ann: Person, alice: Person
) -> None:
    with desk.thinking_stopped():
        hand_over(desk)
        gone = desk.worker
        os.kill(gone, signal.SIGKILL)
    until(lambda: desk.worker != gone, "another worker")
    hand_over(desk, RAW.replace(b"<77@", b"<78@").replace(b"77", b"78"))
    desk.settles()
    assert [ticket["subject"] for ticket in desk.tickets()] == ["Invoice 77", "Invoice 78"]
    assert len(ann.inbox) == len(alice.inbox) == 2


def test_a_worker_that_outlives_its_daemon_does_nothing_that_the_next_one_has_done(
    desk: Desk, ann: Person, alice: Person
) -> None:
    assert desk.process is not None
    with desk.thinking_stopped():
        hand_over(desk)
        worker = desk.worker
        with desk.locked():
            os.kill(worker, signal.SIGCONT)
            until(
                lambda: "nanosleep" in Path(f"/proc/{worker}/wchan").read_text(),
                "it has read the mail, and wants to write",
            )
            os.kill(worker, signal.SIGSTOP)
        desk.process.kill()  # the daemon alone, as the kernel does when memory is short
        desk.process.wait()
        desk.start()
        desk.settles()
    until(lambda: not runs(worker), "it has seen that it is alone")
    all_is_well(desk, ann, alice)


def test_killed_after_a_failure_was_recorded_and_before_its_agent_was_told_it_tells_her_once(
    desk: Desk, ann: Person, alice: Person, smarthost: Smarthost
) -> None:
    hand_over(desk)
    notice = alice.gets("It has the wrong total")
    desk.settles()
    smarthost.down()
    alice.answers(notice, "Here is the right one.")
    until(lambda: desk.outbox(kind="reply", state="queued"), "her answer is queued")
    smarthost.refused[ann.email] = "550 5.1.1 nobody of that name"
    with desk.thinking_stopped():
        smarthost.up()
        until(lambda: desk.outbox(kind="reply", state="failed", told=0), "it has failed, and nobody knows")
        desk.kill()
    desk.start()
    desk.settles()
    assert len([letter for letter in alice.inbox if "550 5.1.1 nobody of that name" in letter.text]) == 1
    assert desk.ticket()["status"] == "open"


@contextmanager
def killed_at(process: int, call: str, when: int) -> Iterator[None]:
    """A process that dies when it enters a system call for that manieth time; over when it has."""
    inject = f"inject={call}:signal=SIGKILL:when={when}"
    tracer = subprocess.Popen(["strace", "-e", inject, "-p", str(process)], stderr=subprocess.PIPE, text=True)
    assert tracer.stderr is not None
    if "attached" not in tracer.stderr.readline():
        pytest.skip("this process may not be traced here")
    yield
    tracer.communicate(timeout=20)
    assert not runs(process)


@pytest.mark.skipif(shutil.which("strace") is None, reason="takes strace")
def test_a_worker_killed_while_it_commits_what_is_due_has_done_it_once(desk: Desk, ann: Person, alice: Person) -> None:
    """At the first write of the transaction, and in their midst."""
    hand_over(desk)
    notice = alice.gets("It has the wrong total")
    for done, write in enumerate((1, 9), 1):
        alice.answers(notice, f"#later tomorrow 9:00\nHere is the right one, {write}.")
        alice.answers(notice, f'#remind tomorrow 9:00 "look at {write}"')
        until(lambda: desk.rows("SELECT 1 FROM deferred"), "her answer waits")
        until(lambda: desk.rows("SELECT 1 FROM timers WHERE kind = 'remind'"), "her reminder stands")
        desk.settles()
        with (
            killed_at(desk.worker, "pwrite64", write),
            closing(sqlite3.connect(desk.store, timeout=20)) as other,
            other,
        ):
            other.execute("UPDATE deferred SET at = '2026-01-01T00:00:00.000Z'")
            other.execute("UPDATE timers SET at = '2026-01-01T00:00:00.000Z' WHERE kind = 'remind'")
        ann.gets(f"Here is the right one, {write}.")
        alice.gets(f"look at {write}")
        desk.settles()
        assert len(desk.outbox(kind="reply")) == len(desk.outbox(kind="reminder")) == done
        assert desk.rows("SELECT 1 FROM deferred") == []


# --- stopping in good order --------------------------------------------------------------------------------


def test_sigterm_ends_within_ten_seconds_whatever_hangs(
    desk: Desk, ann: Person, alice: Person, smarthost: Smarthost
) -> None:
    smarthost.hold()
    hand_over(desk)
    until(lambda: len(smarthost.held) == 2, "both mails hang at the smarthost")
    with desk.thinking_stopped(), in_data(desk, RAW[:100]):
        took = desk.stop()
    assert took < 10
    assert [row["state"] for row in desk.outbox()] == ["queued", "queued"]
    smarthost.release()
    desk.start()
    all_is_well(desk, ann, alice)


def test_sigterm_lets_a_mail_that_is_under_way_arrive(desk: Desk, smarthost: Smarthost, ann: Person) -> None:
    smarthost.hold()
    hand_over(desk)
    until(lambda: len(smarthost.held) == 2, "both mails hang at the smarthost")

    def answer_late() -> None:
        until(lambda: '"stopping"' in desk.log(), "the desk stops")
        smarthost.release()

    Thread(target=answer_late).start()
    desk.stop()
    assert [row["state"] for row in desk.outbox()] == ["sent", "sent"]
