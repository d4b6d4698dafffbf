"""An agent forwards a customer's mail to the desk: the customer asks, the agent's own words are a note."""

from __future__ import annotations

from datetime import timedelta

import pytest

from maildesk.desk import addresses
from maildesk.desk.addresses import AddressKind
from maildesk.mail import forward, parse
from tests.desk.corpus import corpus, deliver, send
from tests.office import ALICE, ANN, SUPPORT, Office

CARL = "carl@customer.example"
PROVEN = "Authentication-Results: mx.acme.test; dmarc=pass header.from=acme.test"
FAILED = "Authentication-Results: mx.acme.test; dmarc=fail header.from=acme.test"
KINDS = ["gmail", "apple", "attached"]


def said(office: Office, ticket: int = 1) -> list[tuple[str, str, str]]:
    return [(m["kind"], m["author"], m["text"]) for m in office.ticket(ticket)["messages"]]


def requester(office: Office, ticket: int = 1) -> str:
    return next(str(p["email"]) for p in office.ticket(ticket)["participants"] if p["role"] == "requester")


@pytest.mark.parametrize("client", KINDS)
def test_a_proven_agent_s_forward_is_a_ticket_of_whom_it_is_from(office: Office, client: str) -> None:
    send(office, f"forward-by-agent-{client}", PROVEN)
    ticket = office.ticket()
    assert requester(office) == CARL
    assert [p["email"] for p in ticket["participants"]] == [CARL]
    assert ticket["subject"] == "The drill is broken"
    (kind, author, words), note = said(office)
    assert (kind, author) == ("customer", CARL)
    assert "the drill is broken since yesterday" in words.lower()
    assert "Your order" not in words  # what Carl quoted
    assert note[:2] == ("note", "alice")


def test_outlook_s_forward_is_known_by_its_subject_and_the_language_is_the_customer_s(office: Office) -> None:
    send(office, "forward-by-agent-outlook-german", PROVEN)
    assert said(office)[0] == (
        "customer", CARL, "Der Bohrer ist seit gestern defekt. Können Sie mir bitte einen neuen schicken?",
    )  # fmt: skip
    assert said(office)[1] == ("note", "alice", "Zur Bearbeitung.")


def test_whom_an_agent_forwards_gets_no_auto_reply_but_the_agents_hear_of_it(office: Office) -> None:
    send(office, "forward-by-agent-gmail", PROVEN)
    assert office.letters(CARL) == []
    assert "since yesterday" in office.last(ALICE, "notice").text
    assert "alice forwards it" in office.ledger()[0]["reason"]


def test_a_command_in_the_midst_of_the_words_above_a_forwarded_mail_is_a_word_of_them(office: Office) -> None:
    send(office, "forward-by-agent-gmail", PROVEN)
    assert office.ticket()["status"] == "new"
    assert "#close" in said(office)[1][2]


def test_the_answer_goes_to_the_customer_without_a_word_of_the_note(office: Office) -> None:
    send(office, "forward-by-agent-attached", PROVEN)
    notice = office.last(ALICE, "notice")
    assert notice.files == {"drill.png": b"\x89PNG\r\n\x1a\n"}
    office.reply(notice, ALICE, "A new one is on its way.")
    answer = office.last(CARL, "reply")
    assert answer["In-Reply-To"] == "<carl-1@customer.example>"
    for private in ("agent-fwd-4", ALICE, "See the attached"):
        assert private not in answer.whole
    office.reply(answer, CARL, "Thank you!")
    assert said(office)[-1] == ("customer", CARL, "Thank you!")


def test_the_agent_s_own_desk_address_proves_as_much(office: Office) -> None:
    address = desk_address(office)
    raw = corpus("forward-by-agent-gmail").replace(f"To: {SUPPORT}".encode(), f"To: {address}".encode())
    office.receive(raw, ALICE, address)
    assert requester(office) == CARL
    assert said(office)[1][:2] == ("note", "alice")


def desk_address(office: Office) -> str:
    """Alice's address for the desk, without a ticket."""
    claim = addresses.Claim(0, 0, (office.now + timedelta(days=10)).date())
    token = addresses.sign(office.store.keys()[0], "alice", AddressKind.DESK, claim)
    return addresses.address(office.config.desk, AddressKind.DESK, token)


@pytest.mark.parametrize("header", ["X-Nothing: 1", FAILED])
def test_a_forward_that_nobody_proved_to_be_the_agent_s_is_an_ordinary_mail_of_that_address(
    office: Office, header: str
) -> None:
    send(office, "forward-by-agent-gmail", header)
    assert requester(office) == ALICE
    assert [kind for kind, _, _ in said(office)] == ["customer"]
    assert "is not proven" in office.ledger()[0]["reason"]
    assert office.letters(CARL) == []


def test_a_forger_with_the_agent_s_name_and_a_bad_address_gets_nothing(office: Office) -> None:
    address = desk_address(office)
    forged = address[:-20] + ("a" if address[-20] != "a" else "b") + address[-19:]
    raw = corpus("forward-by-agent-gmail").replace(f"To: {SUPPORT}".encode(), f"To: {forged}".encode())
    office.receive(raw, ALICE, forged)
    assert office.letters(CARL) == []
    assert all(requester(office, t["id"]) != CARL for t in office.tickets())


def test_a_customer_s_forward_is_their_own_mail(office: Office) -> None:
    raw = corpus("forward-by-agent-gmail").replace(b"Alice Rossi <alice.private@acme.test>", b"Ann <ann@acme.test>", 1)
    deliver(office, raw)
    assert requester(office) == "ann@acme.test"
    assert "Forwarded message" in said(office)[0][2]


def test_of_mails_forwarded_in_turn_the_one_who_wrote_to_the_agent_asks(office: Office) -> None:
    send(office, "forward-by-agent-of-two-mails", PROVEN)
    assert requester(office) == CARL
    assert "Mine is broken, too." in said(office)[0][2]
    assert len(said(office)) == 1  # the agent wrote nothing above


def test_a_forward_of_a_mail_that_names_a_ticket_is_linked_to_it(office: Office) -> None:
    office.mail(ANN, "Invoice", "Hello")
    raw = corpus("forward-by-agent-gmail", PROVEN).replace(b"Subject: Fwd: ", b"Subject: Fwd: [#1] ", 1)
    deliver(office, raw)
    assert requester(office, 2) == CARL
    assert office.ticket(2)["links"] == [{"other_id": 1, "kind": "relates"}]
    assert len(office.ticket(1)["messages"]) == 1


def test_a_notice_that_an_agent_forwards_to_the_desk_makes_the_desk_no_customer(office: Office) -> None:
    words = f"Look.\n\n---------- Forwarded message ---------\nFrom: Acme <{SUPPORT}>\nSubject: x\nDate: now\n\nHello"
    proven = ("Authentication-Results", "mx.acme.test; dmarc=pass header.from=acme.test")
    office.mail(ALICE, "Fwd: x", words, SUPPORT, proven)
    assert requester(office) == ALICE


def test_imported_forwards_are_history(office: Office) -> None:
    deliver(office, corpus("forward-by-agent-gmail", PROVEN), source="import")
    assert office.letters() == []


# --- reading -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("subject", ["Re: broken", "AW: kaputt", "Vs: rikki", "broken"])
def test_outlook_s_block_of_fields_below_an_answer_is_no_forward(subject: str) -> None:
    text = "Thanks.\n\nFrom: Al <al@x.example>\nSent: Monday, March 2, 2026 9:00 AM\nTo: Jo\nSubject: broken\n\nIt is."
    assert forward.original(text, subject) is None
    assert forward.original(text, "FW: broken") is not None


def test_a_colleague_without_an_address_is_nobody_to_answer() -> None:
    text = "x\n\n-----Forwarded Message-----\nFrom: Al Roe\nSent: Monday, March 2, 2026\nTo: Jo\nSubject: y\n\nz"
    assert forward.original(text, "FW: y") is None


def test_two_attached_mails_are_files() -> None:
    raw = corpus("forward-by-agent-attached")
    start = raw.index(b"--outer\r\nContent-Type: message/rfc822")
    end = raw.index(b"--outer--")
    assert forward.read(parse.read(raw)) is not None
    assert forward.read(parse.read(raw[:end] + raw[start:end] + raw[end:])) is None
