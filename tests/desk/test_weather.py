"""Threads in bad weather: what mail systems and people do to the fields that hold a conversation together."""

from __future__ import annotations

import pytest

from tests.desk.corpus import corpus, deliver, send
from tests.office import ALICE, BOB, PROVEN, SUPPORT, Letter, Office, configuration

ANN = "ann@customer.example"
BRUNO = "bruno@customer.example"


@pytest.fixture
def answer(office: Office) -> Letter:
    """Ann has written; this is the desk's answer to her."""
    send(office, "thread-first")
    return office.last(ANN)


def token(letter: Letter) -> str:
    return letter.reply_to.partition("+t")[2].partition("@")[0]


def joined(office: Office) -> bool:
    """Whether the last mail stands on Ann's ticket as her words."""
    messages = office.ticket(1)["messages"]
    return len(office.tickets()) == 1 and [m["kind"] for m in messages] == ["customer", "customer"]


def why(office: Office) -> str:
    """Why the last mail went where it did."""
    return str(max(office.ledger(), key=lambda mail: int(mail["id"]))["reason"])


# --- identifiers lost or broken ------------------------------------------------------------------------------


def test_the_reply_address_finds_the_ticket_where_ses_gave_our_mail_another_message_id(
    office: Office, answer: Letter
) -> None:
    send(office, "thread-message-id-rewritten-by-ses", TOKEN=token(answer))
    assert joined(office)
    assert "its reply address" in why(office)


@pytest.mark.parametrize("by", ["ses-tag-alone", "exchange"])
def test_the_number_and_the_sender_find_it_where_no_message_id_of_ours_is_left(
    office: Office, answer: Letter, by: str
) -> None:
    send(office, f"thread-message-id-rewritten-by-{by}")
    assert joined(office)
    assert "its number" in why(office)


@pytest.mark.parametrize(
    "odd",
    [
        "references-without-in-reply-to",
        "references-trimmed-to-the-first",
        "references-long-with-ours-first",
        "in-reply-to-with-junk",
        "in-reply-to-several",
    ],
)
def test_one_message_id_that_is_known_is_enough(office: Office, answer: Letter, odd: str) -> None:
    send(office, f"thread-{odd}")
    assert joined(office)
    assert "a Message-ID of it" in why(office)


# --- an old mail for a new matter ------------------------------------------------------------------------------


def test_an_old_mail_taken_for_a_new_matter_opens_a_linked_ticket(office: Office, answer: Letter) -> None:
    office.later(days=20)
    send(office, "thread-old-mail-for-a-new-matter")
    assert office.ticket(2)["links"] == [{"other_id": 1, "kind": "follow_up"}]
    assert office.ticket(1)["status"] == "new"
    assert "the number of ticket 1 alone, where nothing has happened for 20 days" in why(office)


def test_nobody_is_told_that_an_open_ticket_is_closed(office: Office, answer: Letter) -> None:
    office.later(days=20)
    send(office, "thread-old-mail-for-a-new-matter", PROVEN[0] + ": " + PROVEN[1].format(domain="customer.example"))
    assert office.last(ANN).kind == "auto_reply"


def test_whoever_goes_on_with_the_new_matter_stays_there(office: Office, answer: Letter) -> None:
    office.later(days=20)
    send(office, "thread-old-mail-for-a-new-matter")
    office.mail(ANN, "Re: [#1] The drill", "A red one, please.")
    assert len(office.tickets()) == 2
    assert [m["text"] for m in office.ticket(2)["messages"]][-1] == "A red one, please."


def test_a_number_joins_as_long_as_something_happens_on_the_ticket(office: Office, answer: Letter) -> None:
    office.later(days=12)
    office.reply(office.last(ALICE), ALICE, "We look for a new one.")
    office.later(days=12)
    send(office, "thread-old-mail-for-a-new-matter")
    assert len(office.tickets()) == 1


def test_a_message_id_joins_however_long_ago(office: Office, answer: Letter) -> None:
    office.later(days=60)
    send(office, "thread-references-without-in-reply-to")
    assert joined(office)


# --- other people ----------------------------------------------------------------------------------------------


def test_a_colleague_to_whom_the_thread_was_forwarded_has_a_linked_ticket_of_their_own(
    office: Office, answer: Letter
) -> None:
    send(office, "thread-forwarded-to-a-colleague-who-writes")
    assert len(office.ticket(1)["messages"]) == 1
    assert office.ticket(2)["links"] == [{"other_id": 1, "kind": "relates"}]
    assert f"{BRUNO} names ticket 1 (a Message-ID of it) but is not on it" in why(office)


def test_a_colleague_who_writes_to_her_reply_address_is_held(office: Office, answer: Letter) -> None:
    send(office, "thread-colleague-writes-to-her-reply-address", TOKEN=token(answer))
    assert [m["kind"] for m in office.ticket(1)["messages"]] == ["customer", "held"]
    assert len(office.tickets()) == 1
    assert f"{BRUNO} is not on ticket 1" in why(office)


# --- two addresses in one mail -----------------------------------------------------------------------------------


def test_a_mail_to_two_mailboxes_of_the_desk_is_one_ticket(office: Office) -> None:
    office.use(configuration(desk={"aliases": ["help@acme.test"]}))
    raw = corpus("thread-to-two-mailboxes")
    deliver(office, raw)
    office.receive(raw, ANN, "help@acme.test")  # and a relay that sends one copy to each
    (ticket,) = office.tickets()
    assert ticket["mailbox"] == SUPPORT
    assert [p["email"] for p in office.ticket()["participants"]] == [ANN]
    assert len(office.letters(ANN)) == 1
    assert why(office) == "same as 1"


def test_a_mail_to_two_tickets_stands_on_the_first_and_links_the_other(office: Office, answer: Letter) -> None:
    office.mail(ANN, "The saw", "It is blunt.")
    send(office, "thread-to-two-tickets", TOKEN=token(answer), OTHER=token(office.last(ANN)))
    assert [len(office.ticket(n)["messages"]) for n in (1, 2)] == [2, 1]
    assert office.ticket(1)["links"] == [{"other_id": 2, "kind": "relates"}]
    assert "it went to the address of ticket 2, too, which is linked" in why(office)


def test_of_two_tickets_the_one_is_meant_that_the_sender_is_on(office: Office, answer: Letter) -> None:
    office.mail("eve@evil.test", "Hello", "Hello")
    send(office, "thread-to-two-tickets", TOKEN=token(office.last("eve@evil.test")), OTHER=token(answer))
    assert [len(office.ticket(n)["messages"]) for n in (1, 2)] == [2, 1]
    assert office.ticket(1)["links"] == []
    assert "ticket 2, too, whose sender is not on it: nothing is kept there" in why(office)


def test_a_stranger_who_writes_to_two_tickets_is_held_on_one(office: Office, answer: Letter) -> None:
    office.mail(ANN, "The saw", "It is blunt.")
    both = f"{answer.reply_to}, {office.last(ANN).reply_to}"
    office.mail("eve@evil.test", "Hello", "Hello", both)
    assert [m["kind"] for n in (1, 2) for m in office.ticket(n)["messages"]] == ["customer", "held", "customer"]


# --- merged tickets --------------------------------------------------------------------------------------------


@pytest.fixture
def merged(office: Office, answer: Letter) -> Letter:
    """Ticket 1 was merged into ticket 2, and that into ticket 3; all are Ann's. The desk's answer on ticket 1."""
    office.mail(ANN, "The saw", "It is blunt.")
    office.mail(ANN, "The hammer", "It is soft.")
    office.store.execute("UPDATE tickets SET merged_into = id + 1, status = 'closed' WHERE id < 3")
    return answer


@pytest.mark.parametrize(
    "mail",
    ["message-id-rewritten-by-ses", "references-without-in-reply-to", "message-id-rewritten-by-exchange"],
)
def test_whatever_names_a_merged_ticket_is_followed_to_the_survivor(office: Office, merged: Letter, mail: str) -> None:
    send(office, f"thread-{mail}", TOKEN=token(merged))
    assert [len(office.ticket(n)["messages"]) for n in (1, 2, 3)] == [1, 1, 2]
    assert office.ticket(3)["messages"][-1]["text"] == "It still does not turn."


def test_an_agent_s_answer_to_a_notice_of_a_merged_ticket_goes_to_the_survivor(office: Office, merged: Letter) -> None:
    office.reply(office.letters(ALICE)[0], ALICE, "#take\nA new one is on its way.")
    assert office.ticket(3)["assignee"] == "alice"
    assert office.last(ANN, "reply")["Subject"].startswith("Re: [#3]")


def test_a_ring_of_merged_tickets_ends(office: Office, merged: Letter) -> None:
    office.store.execute("UPDATE tickets SET merged_into = 1 WHERE id = 3")
    send(office, "thread-message-id-rewritten-by-ses", TOKEN=token(merged))
    assert all(mail["state"] == "ticketed" for mail in office.ledger())


# --- an answer that overtakes what it answers ------------------------------------------------------------------


def test_a_mail_that_its_own_answer_overtook_joins_the_answer_s_ticket(office: Office) -> None:
    send(office, "thread-answer-overtakes-its-parent")
    send(office, "thread-parent-comes-after-its-answer")
    (ticket,) = office.tickets()
    assert [m["text"] for m in office.ticket(ticket["id"])["messages"]] == [
        "I forgot: it is the red one.",
        "The saw is broken.",
    ]
    assert "an answer to this mail came first" in why(office)
    assert len(office.letters(ANN)) == 1  # one auto-reply for one ticket


def test_a_stranger_whose_mail_was_answered_first_has_a_ticket_of_their_own(office: Office) -> None:
    send(office, "thread-answer-overtakes-its-parent")
    deliver(office, corpus("thread-parent-comes-after-its-answer").replace(ANN.encode(), b"eve@evil.test"))
    assert [len(office.ticket(n)["messages"]) for n in (1, 2)] == [1, 1]
    assert office.ticket(2)["links"] == [{"other_id": 1, "kind": "relates"}]


def test_a_thread_is_the_same_whichever_of_its_two_mails_comes_first(office: Office) -> None:
    for name in ("thread-parent-comes-after-its-answer", "thread-answer-overtakes-its-parent"):
        send(office, name)
    assert len(office.tickets()) == 1


# --- who sent it -----------------------------------------------------------------------------------------------


def people(office: Office, ticket: int = 1) -> dict[str, str]:
    return {p["email"]: p["role"] for p in office.ticket(ticket)["participants"]}


def test_whoever_wants_to_be_answered_elsewhere_is_answered_there_too_by_people(office: Office) -> None:
    send(office, "sender-reply-to-elsewhere")
    assert people(office) == {"ann@phone.example": "requester", ANN: "reply_to"}
    assert [letter.to for letter in office.letters() if letter.kind.startswith("auto")] == ["ann@phone.example"]
    office.reply(office.last(ALICE), ALICE, "Here it is.")
    assert {letter.to for letter in office.letters(kind="reply")} == {"ann@phone.example", ANN}


def test_a_reply_to_brings_nobody_onto_an_old_ticket_by_a_number_alone(office: Office, answer: Letter) -> None:
    office.mail(ANN, "Re: [#1] The drill", "To me!", SUPPORT, ("Reply-To", "evil@evil.test"))
    assert people(office) == {ANN: "requester"}
    assert "evil@evil.test" in office.last(ALICE).text


@pytest.mark.parametrize("address", [BOB, SUPPORT, ANN])
def test_a_reply_to_an_agent_the_desk_or_oneself_adds_nobody(office: Office, address: str) -> None:
    office.mail(ANN, "Hello", "Hello", SUPPORT, ("Reply-To", address))
    assert people(office) == {ANN: "requester"}


def test_a_list_that_writes_itself_into_reply_to_is_not_answered(office: Office) -> None:
    headers = (("Reply-To", "talk@lists.example"), ("List-Id", "<talk.lists.example>"))
    office.mail(ANN, "Hello", "Hello", SUPPORT, *headers)
    assert people(office) == {ANN: "requester"}


def test_a_website_without_an_origin_is_not_answered_but_its_visitor_can_be(office: Office) -> None:
    send(office, "sender-noreply-with-reply-to")
    assert people(office) == {"noreply@shop.example": "requester", "maria@customer.example": "reply_to"}
    assert [letter for letter in office.letters() if letter.kind.startswith("auto")] == []


def test_a_secretary_s_mail_is_its_author_s(office: Office) -> None:
    send(office, "sender-secretary-writes-for-author")
    assert people(office) == {ANN: "requester"}


def test_a_mail_that_an_agent_resent_is_its_author_s_and_gives_no_power(office: Office, answer: Letter) -> None:
    send(office, "sender-resent-by-agent", "Authentication-Results: mx.acme.test; dkim=pass header.d=acme.test")
    assert people(office, 2) == {ANN: "requester"}
    assert office.ticket(2)["messages"][0]["kind"] == "customer"


def test_an_address_with_a_plus_is_another_person(office: Office) -> None:
    office.mail("ann+shop@customer.example", "Hello", "Hello")
    office.mail(ANN, "Re: [#1] Hello", "Hello again")
    assert len(office.tickets()) == 2
