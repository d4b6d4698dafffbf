"""What the desk leans on goes away and comes back: nothing is lost, and the admins hear of it once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.edge import dovecot
from tests.edge.dovecot import Dovecot
from tests.story.conftest import DeskMaker
from tests.story.desk import Desk, desk_mailbox, until
from tests.story.people import Person
from tests.story.smarthost import Smarthost


def test_while_the_smarthost_is_down_mail_waits_and_the_admins_are_told_once_when_it_is_back(
    make_desk: DeskMaker, smarthost: Smarthost
) -> None:
    desk = make_desk(smarthost.port)
    ann = Person("Ann Bianchi", "ann@customer.test", desk.port, smarthost.mailbox)
    ops = Person("Ops", Desk.ADMIN, desk.port, smarthost.mailbox)
    smarthost.down()
    desk.start()
    ann.writes(desk.address, "Invoice 77", "It has the wrong total.")
    until(lambda: sum(row["attempts"] for row in desk.outbox()) >= 3, "three probes that reached nobody")
    ann.writes(desk.address, "Invoice 78", "This one too.")
    until(lambda: len(desk.outbox(kind="notice", state="queued")) == 2, "mail is taken all the while")
    queued = [row["message_id"] for row in desk.outbox(state="queued")]
    assert len(queued) == len(desk.outbox()) == 5  # two answers, two notices, one alarm
    smarthost.up()
    ops.gets(subject="lost")
    ops.gets(subject="well again")
    desk.settles()
    assert sorted(letter["Message-ID"] for letter in smarthost.taken if "well" not in letter["Subject"]) == sorted(
        queued
    )
    assert len(ops.inbox) == 2


@pytest.fixture
def mailboxes() -> Iterator[Dovecot]:
    """A Dovecot that may be stopped."""
    with dovecot.running() as server:
        yield server


@pytest.mark.servers("dovecot")
def test_while_the_imap_server_is_down_mail_waits_there_and_the_admins_are_told_once_that_it_went_and_came(
    make_desk: DeskMaker, smarthost: Smarthost, mailboxes: Dovecot
) -> None:
    user = "support@help.test"
    desk = _desk_on_a_mailbox(make_desk, smarthost, mailboxes, user)
    alice = Person("Alice Rossi", "alice@people.test", 0, smarthost.mailbox)
    ops = Person("Ops", Desk.ADMIN, 0, smarthost.mailbox)
    mailboxes.save(user, _mail(user, 77))
    alice.gets("about invoice 77")
    mailboxes.stop()
    ops.gets(subject="lost")
    mailboxes.fill(user, [_mail(user, 78)])
    mailboxes.start()
    ops.gets(subject="well again")
    alice.gets("about invoice 78")
    mailboxes.save(user, _mail(user, 79))
    alice.gets("about invoice 79")
    until(lambda: mailboxes.count(user, "Processed") == 3, "all three were moved")
    desk.settles()
    assert len(ops.inbox) == 2
    counts = desk.ledger_adds_up()
    assert counts["ticketed"] == counts["total"] == 3


def _desk_on_a_mailbox(make_desk: DeskMaker, smarthost: Smarthost, mailboxes: Dovecot, user: str) -> Desk:
    """One that has no other way in, and watches it already."""
    mailboxes.add_user(user)
    imap = [desk_mailbox(mailboxes, user)]
    desk = make_desk(smarthost.port, desk={"address": user}, receive={"smtp": None, "imap": imap})
    desk.start()
    until(lambda: "watching INBOX" in desk.log(), "the desk watches its mailbox")
    return desk


def _mail(to: str, number: int) -> bytes:
    return (
        f"From: Ann <ann@customer.test>\r\nTo: {to}\r\nSubject: Invoice {number}\r\n"
        f"Message-ID: <{number}@customer.test>\r\n\r\nIt is about invoice {number}.\r\n"
    ).encode()


@pytest.mark.servers("dovecot")
def test_a_desk_that_is_killed_just_after_it_took_mail_from_a_mailbox_takes_none_twice_and_leaves_none(
    make_desk: DeskMaker, smarthost: Smarthost, mailboxes: Dovecot
) -> None:
    user = "support@help.test"
    desk = _desk_on_a_mailbox(make_desk, smarthost, mailboxes, user)
    for number in (10, 20, 30):
        before = len(desk.rows("SELECT id FROM inbox"))
        mailboxes.fill(user, [_mail(user, number + n) for n in range(10)])
        until(lambda: len(desk.rows("SELECT id FROM inbox")) > before, "some are durable")  # noqa: B023 - called at once
        desk.kill()
        desk.start()
    until(lambda: mailboxes.count(user, "Processed") == 30, "all were moved")
    desk.settles()
    assert mailboxes.count(user) == 0
    assert sorted(t["subject"] for t in desk.tickets()) == [f"Invoice {number}" for number in range(10, 40)]
    assert desk.ledger_adds_up()["total"] == 30
