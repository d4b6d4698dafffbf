"""Days of a desk: a conversation, reminders over a restart, two desks that meet, mail from a pipe."""

from __future__ import annotations

import email
import email.policy
import os
import smtplib
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage

from tests.office import Letter
from tests.story.conftest import DeskMaker
from tests.story.desk import Desk, until
from tests.story.people import Person
from tests.story.smarthost import Smarthost


def test_a_conversation_reads_as_one_to_everybody_in_it(desk: Desk, ann: Person, alice: Person) -> None:
    first = ann.writes(desk.address, "Invoice 77", "It has the wrong total.")
    alice.answers(alice.gets("wrong total"), "#take\nIt is mended.")
    ann.answers(ann.gets("It is mended"), "It is not!")
    alice.answers(alice.gets("It is not!"), "#close\nNow it is, Ann.")
    ann.gets("Now it is, Ann")
    desk.becomes("closed")
    for letter in ann.inbox:
        assert first["Message-ID"] in letter["References"]
    for letter in alice.inbox[1:]:
        assert alice.inbox[0]["Message-ID"] in letter["References"]
    for letters in (ann.inbox[1:], alice.inbox):  # the confirmation says nothing that an unproven sender wrote
        assert {letter["Subject"].removeprefix("Re: ") for letter in letters} == {"[#1] Invoice 77"}
    assert desk.ledger_adds_up()["ticketed"] == 4


# --- time --------------------------------------------------------------------------------------------------


def test_a_deadline_is_reminded_of_once_before_and_once_at_its_end_over_a_restart_in_between(
    make_desk: DeskMaker, smarthost: Smarthost
) -> None:
    desk = make_desk(smarthost.port, targets={"warn": "30%"})
    desk.start()
    ann = Person("Ann Bianchi", "ann@customer.test", desk.port, smarthost.mailbox)
    alice = Person("Alice Rossi", "alice@people.test", desk.port, smarthost.mailbox)
    ann.writes(desk.address, "Invoice 77", "It has the wrong total.")
    alice.answers(alice.gets("wrong total"), "#take #due 3s")
    until(lambda: len(_sent(desk, "reminder")) == 1, "the reminder before the deadline")
    desk.stop()
    due = datetime.fromisoformat(desk.ticket()["due_at"])
    until(lambda: datetime.now(UTC) > due, "the deadline passes while the desk is down")
    desk.start()
    until(lambda: len(_sent(desk, "reminder")) == 2, "the reminder at the deadline")
    desk.settles()
    assert desk.rows("SELECT * FROM timers WHERE ticket_id != 0") == []  # and never again
    before, at = (letter for letter in alice.inbox if "reminder" in _purpose(desk, letter))
    assert before["Message-ID"] != at["Message-ID"]
    assert before["Subject"] != at["Subject"]
    for reminder in (before, at):
        assert alice.inbox[0]["Message-ID"] in reminder["References"]


def _sent(desk: Desk, kind: str) -> list[dict[str, object]]:
    return desk.outbox(kind=kind, state="sent")


def _purpose(desk: Desk, letter: Letter) -> str:
    return "".join(row["kind"] for row in desk.outbox(message_id=letter["Message-ID"]))


# --- two desks -----------------------------------------------------------------------------------------------


def test_two_desks_that_meet_exchange_one_answer(make_desk: DeskMaker, smarthost: Smarthost) -> None:
    here, there = _two_desks(make_desk, smarthost)
    _as_if_from(there, to=here)
    _carry(smarthost, here, there, lambda letter: letter.message)
    assert (len(_sent(here, "auto_reply_plain")), len(_sent(there, "auto_reply_plain"))) == (1, 0)


def test_two_desks_whose_mails_lose_every_mark_stop_at_three_each_an_hour(
    make_desk: DeskMaker, smarthost: Smarthost
) -> None:
    here, there = _two_desks(make_desk, smarthost)
    _as_if_from(there, to=here)
    _carry(smarthost, here, there, _anonymous)
    for desk in (here, there):
        assert len(_sent(desk, "auto_reply_plain")) == 3
        counts = desk.ledger_adds_up()
        assert counts["ticketed"] == counts["total"]
    assert len(here.tickets()) == 4  # the last one got no answer


def _two_desks(make_desk: DeskMaker, smarthost: Smarthost) -> tuple[Desk, Desk]:
    here, there = make_desk(smarthost.port), make_desk(smarthost.port)
    here.start()
    there.start()
    return here, there


def _as_if_from(sender: Desk, to: Desk) -> None:
    Person("", sender.address, to.port, lambda address: []).writes(to.address, "Hello", "We have a question.")


def _carry(smarthost: Smarthost, here: Desk, there: Desk, change: Callable[[Letter], EmailMessage]) -> None:
    """Carries the desks' mails to one another, until they have nothing more to say."""
    carried = 0
    for _ in range(20):
        here.settles()
        there.settles()
        letters = smarthost.taken[carried:]
        carried += len(letters)
        between = [(d, x) for d in (here, there) for x in letters if x.to.endswith(d.domain)]
        if not between:
            return
        for desk, letter in between:
            message = change(letter)
            marked = bool(message["Auto-Submitted"])
            sender = letter.sender if marked else email.utils.parseaddr(letter["From"])[1]
            to = letter.to if marked else desk.address
            with smtplib.SMTP("127.0.0.1", desk.port, "mx.test", timeout=20) as server:
                server.sendmail(sender, [to], message.as_bytes(policy=email.policy.SMTP))
    raise AssertionError("they never stop")


def _anonymous(letter: Letter) -> EmailMessage:
    """As some gateways leave a mail: of the header, who and what about; no thread, no mark of a machine."""
    message = EmailMessage(email.policy.SMTP)
    message["From"], message["To"] = letter["From"], letter["To"]
    message["Subject"] = f"Your mail no. {letter.id}"
    message.set_content(letter.text)
    return message


# --- a pipe --------------------------------------------------------------------------------------------------


def test_mail_from_an_alias_s_pipe_is_taken_whether_the_desk_serves_or_not(
    desk: Desk, ann: Person, alice: Person
) -> None:
    assert _piped(desk, "Invoice 77") == 0
    alice.gets("about Invoice 77")
    desk.stop()
    assert _piped(desk, "Invoice 78") == 0
    desk.start()
    alice.gets("about Invoice 78")
    answers = [ann.gets(subject="[#1]"), ann.gets(subject="[#2]")]
    assert [answer["Auto-Submitted"] for answer in answers] == ["auto-replied"] * 2
    assert {mail["source"] for mail in desk.says("ledger")["mails"]} == {"pipe"}


def _piped(desk: Desk, subject: str) -> int:
    """As Postfix starts the command of an alias (local(8)): LF alone, an mbox line, the envelope in variables."""
    raw = (
        "From ann@customer.test Mon Mar  2 10:00:00 2026\nFrom: Ann Bianchi <ann@customer.test>\n"
        f"To: {desk.address}\nSubject: {subject}\nMessage-ID: <{subject[-2:]}@customer.test>\n\n"
        f"It is about {subject}.\n"
    )
    variables = {"SENDER": "ann@customer.test", "RECIPIENT": desk.address, "ORIGINAL_RECIPIENT": desk.address}
    command = [sys.executable, "-m", "maildesk", "-c", str(desk.file), "pipe"]
    done = subprocess.run(command, input=raw.encode(), env=os.environ | variables, timeout=30, check=False)
    return done.returncode
