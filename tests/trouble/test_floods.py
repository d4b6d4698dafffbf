"""Floods and loops: who sends too much is put off; robots that answer each other end, and the admins hear it once."""

from __future__ import annotations

import email.policy
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from tests.office import ALICE, ANN, Letter, Office, configuration
from tests.trouble.flood import GIB, from_one_sender, memory, one_large
from tests.trouble.rig import Desk, Refused, letter

# What is served here has no relays, and little patience.
CHANGES = {"receive": {"smtp": {"listen": "127.0.0.1:0", "relays": [], "sender_limit": {"count": 20, "per": "10m"}}}}
OTHER = "help@other.test"
MARKS = ("Auto-Submitted", "X-Maildesk-Desk", "X-Auto-Response-Suppress", "Precedence", "In-Reply-To", "References")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.close()


def told(office: Office) -> list[str]:
    """The subjects of what the admins are mailed."""
    before = len(office.letters(kind="alarm"))
    while office.thinker.alarms():
        pass
    return [letter["Subject"] for letter in office.letters(kind="alarm")[before:]]


# --- loops -------------------------------------------------------------------------------------------------------


def desk_at(folder: Path, address: str) -> Office:
    folder.mkdir()
    staff = f"staff-of-{address.rpartition('@')[2]}"
    agent = {"id": "alice", "name": "Alice", "email": f"alice@{staff}"}
    desk = {"address": address, "admins": [f"ops@{staff}"]}
    return Office(folder, configuration(desk=desk, agents=[agent], teams=[], routes=[]))


def written(sender: str, to: str, subject: str, number: int, *headers: str) -> bytes:
    """What a machine writes."""
    lines = (f"From: {sender}", f"To: {to}", f"Subject: {subject}", f"Message-ID: <{number}.{sender}>", *headers)
    return "\r\n".join((*lines, "", f"Thank you for your mail {number}. We will answer soon.", "")).encode()


def noisy(to: str, letter: Letter, number: int) -> bytes:
    return written("tickets@noisy.test", to, f"Case {number}", number)


def threading(to: str, letter: Letter, number: int) -> bytes:
    reference = f"In-Reply-To: {letter['Message-ID']}"
    return written("ack@threading.test", to, f"Re: {letter['Subject']}", number, reference)


def honest(to: str, letter: Letter, number: int) -> bytes:
    return written("out@honest.test", to, "Away", number, "Auto-Submitted: auto-replied")


def stripped(letter: Letter, number: int) -> bytes:
    """A desk's own mail, behind a gateway that leaves nothing of what it is."""
    message = letter.message
    for mark in (*MARKS, "Message-ID", "Subject"):
        del message[mark]
    message["Message-ID"], message["Subject"] = f"<{number}@gateway.test>", f"Message {number}"
    return message.as_bytes(policy=email.policy.SMTP)


class World:
    """Desks and robots, whose mail is carried to and fro until there is none left."""

    ROBOTS: ClassVar[dict[str, Callable[[str, Letter, int], bytes]]] = {
        "tickets@noisy.test": noisy,
        "ack@threading.test": threading,
        "out@honest.test": honest,
    }

    def __init__(self, *desks: Office) -> None:
        self.desks = {desk.config.desk.address: desk for desk in desks}
        self.carried: Counter[str] = Counter()
        self._seen: Counter[str] = Counter()

    def run(self, most: int = 500) -> None:
        while (posted := list(self._posted())) and self.carried.total() < most:
            for home, each in posted:
                self._deliver(home, each)

    def _posted(self) -> Iterator[tuple[str, Letter]]:
        for address, desk in self.desks.items():
            letters = desk.letters()
            new, self._seen[address] = letters[self._seen[address] :], len(letters)
            yield from ((address, letter) for letter in new)

    def _deliver(self, home: str, letter: Letter) -> None:
        number = 1000 + self.carried.total()
        if letter.to in self.ROBOTS:
            self.carried[letter.to] += 1
            self.desks[home].receive(self.ROBOTS[letter.to](home, letter, number), letter.to, home, relay=False)
        elif letter.to in self.desks:
            self.carried[letter.to] += 1
            self.desks[letter.to].receive(stripped(letter, number), home, letter.to, relay=False)


def test_two_desks_and_three_robots_end_after_the_cap_with_one_word_to_each_desk_s_admins(tmp_path: Path) -> None:
    desks = [desk_at(tmp_path / name, address) for name, address in (("a", "support@acme.test"), ("b", OTHER))]
    world = World(*desks)
    for home, other in ((desks[0], OTHER), (desks[1], "support@acme.test")):
        for begins in (*World.ROBOTS, other):
            home.receive(written(begins, home.config.desk.address, "Hello", 0), begins, home.config.desk.address)
    world.run()
    assert dict(world.carried) == {
        OTHER: 3,
        "support@acme.test": 3,
        "tickets@noisy.test": 6,  # three of each desk
        "ack@threading.test": 2,  # what answers an answer is none to be answered
        "out@honest.test": 2,
    }
    for desk in desks:
        (subject,) = told(desk)
        assert "Automatic answers to" in subject
        assert "have stopped" in subject
        desk.close()


def test_a_robot_that_goes_on_is_told_of_once_and_again_when_it_was_silent_for_a_day(office: Office) -> None:
    def writes(times: int) -> None:
        for _ in range(times):
            office.receive(written("tickets@noisy.test", "support", "Case", office.count), "tickets@noisy.test")
            office.count += 1

    writes(5)
    assert len(told(office)) == 1
    for _ in range(5):
        office.later(hours=20)
        writes(4)
    assert told(office) == []
    office.later(hours=25)
    writes(5)
    assert len(told(office)) == 1


def test_a_robot_that_takes_its_time_is_stopped_too(office: Office) -> None:
    for number in range(40):
        office.receive(written("tickets@slow.test", "support", f"Case {number}", number), "tickets@slow.test")
        office.later(minutes=25)
    assert len(office.letters("tickets@slow.test")) == 10
    assert len(told(office)) == 1


def test_a_mail_that_names_itself_as_its_parent_is_a_ticket_like_any_other(office: Office) -> None:
    headers = ("Message-ID: <self@x.test>", "In-Reply-To: <self@x.test>", "References: <self@x.test>")
    raw = "\r\n".join((f"From: {ANN}", "Subject: Ouroboros", *headers, "", "Hello.", "")).encode()
    office.receive(raw, ANN)
    office.receive(raw, ANN)
    office.mail(ANN, "Re: Ouroboros", "More.", "support@acme.test", ("In-Reply-To", "<self@x.test>"))
    assert [ticket["subject"] for ticket in office.tickets()] == ["Ouroboros"]
    assert [mail["state"] for mail in office.ledger()] == ["ticketed", "ignored", "ticketed"]
    assert len(office.ticket()["messages"]) == 2


# --- floods ------------------------------------------------------------------------------------------------------


def test_a_storm_of_bounces_is_answered_by_nothing_and_does_not_bury_the_agents(office: Office) -> None:
    """What comes back of mail that somebody sent in our name."""
    office.use(configuration(desk={"notice_limit": {"count": 5, "per": "10m"}}))
    office.mail(ANN, "Invoice", "Hello")
    before = len(office.letters())
    for number in range(100):
        head = f"From: MAILER-DAEMON@mx{number}.test\r\nSubject: Undelivered\r\nMessage-ID: <b{number}@mx.test>\r\n"
        report = (
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n\r\nSorry.\r\n'
        )
        status = f"--b\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; x{number}@y.test\r\n"
        office.receive(f"{head}{report}{status}Action: failed\r\nStatus: 5.1.1\r\n--b--\r\n".encode(), "")
    sent = office.letters()[before:]
    assert {letter.to for letter in sent} <= {ALICE, "bob.private@acme.test"}
    assert len(sent) <= 10
    counts = Counter(mail["state"] for mail in office.ledger())
    assert counts.total() == 101
    assert counts["quarantined"] == counts["received"] == 0
    assert office.ticket()["status"] == "new"


def test_a_sender_of_too_many_mails_is_put_off_and_nobody_else(desk: Desk) -> None:
    flood = from_one_sender(desk, 100, every=25)
    assert flood.replies == {250: 20, 450: 80}
    assert len(flood.others) == 4
    desk.adds_up()
    assert len(desk.rows("SELECT 1 FROM inbox WHERE state = 'ticketed'")) >= 24
    assert "450 4.7.1 Too many mails from this sender" in desk.log()


def test_a_mail_of_a_gigabyte_is_cut_off_and_never_held(desk: Desk) -> None:
    with desk.session() as session, pytest.raises(Refused, match="552"):
        session.say(f"MAIL FROM:<{ANN}> SIZE={GIB}")
    flood = one_large(desk, GIB)
    assert flood.octets < 100 * 2**20
    assert memory(desk) < 150
    assert desk.send(letter("After it"))
