"""What customers, forgers, robots and clumsy agents have tried on a desk that can do much, and what must not happen."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest

from tests.office import ALICE, ANN, BOB, PROVEN, SUPPORT, Letter, Office, configuration

CARL = "carl@customer.test"


@pytest.fixture
def office(tmp_path: Path) -> Any:
    """A desk where both agents hear of all tickets."""
    made = Office(tmp_path, configuration(routes=[]))
    yield made
    made.close()


@pytest.fixture
def notice(office: Office) -> Letter:
    office.mail(f"Ann Bianchi <{ANN}>", "Invoice 77", "It is wrong.")
    return office.letters(ALICE)[0]


def answers(office: Office, to: str = ANN) -> list[str]:
    return [letter.text for letter in office.letters(to, "reply")]


# --- commands in disguise --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line", ["*#note*", "_#note_", "**#note**", "`#note`", "• #note", "- #note", '"#note"', "# note"]
)
def test_an_adorned_command_above_private_words_keeps_them_from_the_customer(
    office: Office, notice: Letter, line: str
) -> None:
    office.reply(notice, ALICE, f"{line}\nShe never pays.")
    assert answers(office) == []
    assert "may be meant as a command" in office.last(ALICE, "command_error").text


@pytest.mark.parametrize("line", ["- first, the cable", "*Important*", "# Steps", "* #77 is paid", "-- #1"])
def test_adorned_words_that_are_no_command_go_out(office: Office, notice: Letter, line: str) -> None:
    office.reply(notice, ALICE, f"{line}\nThe rest.")
    assert len(answers(office)) == 1


# --- confirmations ---------------------------------------------------------------------------------------------


def test_a_confirmed_answer_that_a_colleague_has_overtaken_waits_for_send(office: Office, notice: Letter) -> None:
    office.mail(ALICE, "Re: [#1] Invoice 77", "We refund it.", SUPPORT)
    asked = office.last(ALICE, "held")
    office.reply(office.letters(BOB)[0], BOB, "We refund nothing.")
    office.reply(asked, ALICE, "yes")
    assert len(answers(office)) == 1
    shown = office.last(ALICE, "collision")
    assert "We refund nothing." in shown.text
    office.reply(shown, ALICE, "#send")
    assert "We refund it." in answers(office)[-1]
    assert [m["kind"] for m in office.ticket()["messages"]].count("held") == 0


def test_a_confirmed_answer_that_the_customer_has_overtaken_leaves_the_ticket_open(
    office: Office, notice: Letter
) -> None:
    office.mail(ALICE, "Re: [#1] Invoice 77", "We refund it.", SUPPORT)
    asked = office.last(ALICE, "held")
    office.reply(office.last(ANN), ANN, "Wait, it was my mistake.")
    office.reply(asked, ALICE, "yes")
    assert len(answers(office)) == 1
    assert office.ticket()["status"] == "open"
    assert "my mistake" in office.last(ALICE, "collision").text


ABSENT = "Hi,\n\nI am on holiday until 12 March, with little access to e-mail. For anything urgent please write to Bob."


def test_an_unmarked_absence_message_lets_no_forged_mail_go(office: Office, notice: Letter) -> None:
    office.mail(ALICE, "Re: [#1] Invoice 77", "Pay to IBAN XX.", SUPPORT)
    asked = office.last(ALICE, "held")
    office.reply(asked, ALICE, ABSENT)
    assert answers(office) == []
    office.reply(asked, ALICE, "Yes, that was me; I wrote it on the train, from my telephone, and forgot the address.")
    assert len(answers(office)) == 1


def test_a_signature_below_an_empty_answer_still_confirms(office: Office, notice: Letter) -> None:
    office.mail(ALICE, "Re: [#1] Invoice 77", "It is mended.", SUPPORT)
    office.reply(office.last(ALICE, "held"), ALICE, "Alice Rossi\nAcme Support, Rome")
    assert len(answers(office)) == 1


# --- what waits, and a ticket that is another's by then -------------------------------------------------------


def test_what_was_to_go_later_does_not_go_to_whom_the_ticket_was_given(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#later tomorrow 9:00\nDear Ann, your code is 4711.")
    office.reply(office.letters(BOB)[0], BOB, f"#from {CARL}")
    office.later(days=1)
    assert answers(office, CARL) == answers(office) == []
    late = office.last(ALICE, "collision")
    assert CARL in late.text
    assert "your code is 4711" in late.text


def test_what_was_to_go_later_does_not_answer_spam(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#later tomorrow 9:00\nDear Ann, we look into it.")
    office.reply(office.letters(BOB)[0], BOB, "#spam")
    office.later(days=1)
    assert answers(office) == []
    assert office.ticket()["status"] == "spam"
    assert "we look into it" in office.last(ALICE, "command_error").text


# --- an old notice, and a ticket that is another's by now ------------------------------------------------------

OURS = "Dear Ann, your code is 4711."


def _second_ticket(office: Office, who: str) -> Letter:
    office.mail(who, "The saw", "It is blunt.")
    return office.last(ALICE, "notice")


def test_an_answer_to_an_old_notice_does_not_go_to_whom_the_ticket_was_given(office: Office, notice: Letter) -> None:
    office.reply(office.letters(BOB)[0], BOB, f"#from {CARL}")
    office.reply(notice, ALICE, OURS)
    assert answers(office, CARL) == answers(office) == []
    held = office.last(ALICE, "collision")
    assert CARL in held.text
    office.reply(held, ALICE, "#send")
    assert "4711" in answers(office, CARL)[0]


def test_nor_to_those_with_whom_the_ticket_was_merged(office: Office, notice: Letter) -> None:
    _second_ticket(office, CARL)
    office.reply(office.letters(BOB)[0], BOB, "#merge 2")
    if office.letters(BOB, "confirm"):
        office.reply(office.last(BOB, "confirm"), BOB, "yes")
    assert office.ticket(1)["merged_into"] == 2
    office.reply(notice, ALICE, OURS)
    assert answers(office, CARL) == answers(office) == []
    assert CARL in office.last(ALICE, "collision").text


def test_nor_in_the_ticket_that_stayed(office: Office, notice: Letter) -> None:
    other = _second_ticket(office, CARL)
    office.reply(office.letters(BOB)[0], BOB, "#merge 2")
    if office.letters(BOB, "confirm"):
        office.reply(office.last(BOB, "confirm"), BOB, "yes")
    office.reply(other, ALICE, "Dear Carl, your code is 4712.")
    assert answers(office, CARL) == answers(office) == []
    assert office.letters(ALICE, "collision")


def test_two_tickets_of_one_customer_may_be_merged_behind_an_agent_s_back(office: Office, notice: Letter) -> None:
    _second_ticket(office, ANN)
    office.reply(office.letters(BOB)[0], BOB, "#merge 2")
    if office.letters(BOB, "confirm"):
        office.reply(office.last(BOB, "confirm"), BOB, "yes")
    office.reply(notice, ALICE, OURS)
    assert "4711" in answers(office)[0]


def test_who_gave_the_ticket_away_knows_it(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, f"#from {CARL}")
    office.reply(notice, ALICE, "Dear Carl, it is on its way.")
    assert "on its way" in answers(office, CARL)[0]


def test_a_notice_of_what_was_split_off_answers_nobody_else(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, f"#cc {CARL}\nDear Ann, Carl helps you.")
    office.reply(office.last(CARL, "reply"), CARL, "My saw is blunt, too.")
    blunt = office.last(ALICE, "notice")
    office.reply(office.last(BOB, "notice"), BOB, "#split")
    assert office.ticket(2)["status"] == "new"
    before = len(answers(office))
    office.mail(ALICE, "Re: The saw", "Dear Carl, your code is 4712.", blunt.reply_to)  # In-Reply-To was lost
    assert len(answers(office)) == before
    assert office.letters(ALICE, "collision")


# --- floods ----------------------------------------------------------------------------------------------------


def test_a_flood_of_held_mail_hides_neither_a_colleague_s_answer_nor_a_note(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#note\nThe customer has a criminal record.")
    old, address = office.letters(ALICE)[0], office.letters(ANN)[0].reply_to
    office.reply(office.letters(BOB)[0], BOB, "We refund nothing.")
    for number in range(60):
        office.mail("eve@evil.test", "x", f"Flood {number}", address)
    office.reply(old, ALICE, "We refund it.")
    assert len(answers(office)) == 1
    office.reply(office.last(ALICE, "collision"), ALICE, "You know: the customer has a criminal record.")
    assert len(answers(office)) == 1
    assert "private note" in office.last(ALICE, "command_error").text


# --- answers to invitations ------------------------------------------------------------------------------------


def calendar_answer(office: Office, body: str, *, file: bytes = b"") -> None:
    invited = office.last(ANN, "call")
    uid = next(line for line in invited.whole.splitlines() if line.startswith("UID:"))
    answer = EmailMessage()
    answer["From"], answer["To"], answer["Subject"] = ANN, invited.reply_to, "Accepted: a call"
    answer["Message-ID"] = "<accepted@client.test>"
    answer.set_content(body)
    lines = ("BEGIN:VCALENDAR", "VERSION:2.0", "METHOD:REPLY", "BEGIN:VEVENT", uid, "SEQUENCE:0",
             f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ANN}", "END:VEVENT", "END:VCALENDAR", "")  # fmt: skip
    answer.add_alternative("\r\n".join(lines).encode(), "text", "calendar", params={"method": "REPLY"})
    if file:
        answer.add_attachment(file, "application", "pdf", filename="invoice.pdf")
    office.receive(answer.as_bytes(policy=SMTP), ANN, invited.reply_to)


@pytest.mark.parametrize(("body", "file"), [("My machine burns. " * 100 + "THE END", b""), ("See here.", b"%PDF-")])
def test_a_mail_of_its_own_beside_a_calendar_s_answer_is_a_customer_s_answer_and_whole(
    office: Office, notice: Letter, body: str, file: bytes
) -> None:
    office.reply(notice, ALICE, "#call tomorrow 15:00")
    office.reply(office.letters(BOB)[0], BOB, "Until then.")
    calendar_answer(office, body, file=file)
    last = office.ticket()["messages"][-1]
    assert last["kind"] == "customer"
    assert last["text"].split()[-2:] == body.split()[-2:]
    assert office.ticket()["status"] == "open"


# --- what is kept for others to read -----------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["Ask Weber, he knows.", f"Write to {CARL}.", "The customer has a criminal record."])
def test_an_answer_kept_for_others_names_nobody_on_the_ticket_and_repeats_no_note(office: Office, words: str) -> None:
    office.mail(f"Ann Bianchi <{ANN}>", "Invoice 77", "It is wrong.", SUPPORT, ("Cc", f"Carl Weber <{CARL}>"))
    notice = office.letters(ALICE)[0]
    office.reply(notice, ALICE, "#note\nThe customer has a criminal record.")
    office.reply(notice, ALICE, f'#note #faq "How?"\n{words}')
    assert office.store.rows("SELECT * FROM faq") == []


# --- whom it is written to -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", [CARL, BOB])
@pytest.mark.parametrize("threaded", [True, False])
def test_a_proven_agent_s_mail_to_somebody_else_with_the_desk_in_copy_reaches_no_customer(
    office: Office, notice: Letter, to: str, threaded: bool
) -> None:
    headers = (("In-Reply-To", notice["Message-ID"]),) if threaded else ()
    subject = "About her" if threaded else "Re: [#1] Invoice 77"
    office.mail(ALICE, subject, "This Ann is a pest.", SUPPORT, PROVEN, ("To", to), ("Cc", SUPPORT), *headers)
    assert answers(office) == []
    held = office.last(ALICE, "held")
    assert to in held.text
    office.reply(held, ALICE, "yes", PROVEN)
    assert len(answers(office)) == 1


@pytest.mark.parametrize("to", [CARL, BOB])
def test_nor_does_one_with_the_ticket_s_own_address_in_copy(office: Office, notice: Letter, to: str) -> None:
    copy = (("To", to), ("Cc", notice.reply_to), ("In-Reply-To", notice["Message-ID"]))
    office.mail(ALICE, "About her", "This Ann is a pest.", notice.reply_to, *copy)
    assert answers(office) == []
    assert to in office.last(ALICE, "held").text
    office.mail(ALICE, "Re: Invoice 77", "It is mended.", notice.reply_to, ("Cc", to))
    assert len(answers(office)) == 1


def test_a_customer_s_answer_to_all_with_a_confirmation_s_address_in_it_is_not_lost(
    office: Office, notice: Letter
) -> None:
    office.mail(ALICE, "Re: [#1] Invoice 77", "We refund it.", SUPPORT)
    asked = office.last(ALICE, "held")
    office.mail(ANN, "Re: Invoice 77", "Please help.", office.letters(ANN)[0].reply_to, ("Cc", asked.reply_to))
    assert office.ticket()["messages"][-1]["text"] == "Please help."
    assert answers(office) == []


# --- brands --------------------------------------------------------------------------------------------------------


def test_tickets_of_two_brands_are_merged_only_after_a_second_word(office: Office) -> None:
    office.use(configuration(routes=[], brands=[{"id": "bolt", "name": "Bolt Tools", "address": "help@bolt.test"}]))
    office.mail(ANN, "Drill", "It smokes.", "help@bolt.test")
    office.mail(ANN, "Invoice", "It is wrong.")
    office.reply(office.last(ALICE, "notice"), ALICE, "#merge 1")
    assert "would be answered by Bolt Tools" in office.last(ALICE, "confirm").text


# --- the same, where the host has no + addresses ------------------------------------------------------------------


@pytest.fixture
def plain(tmp_path: Path) -> Any:
    office = Office(tmp_path, configuration(routes=[], desk={"reply_address": SUPPORT}))
    yield office
    office.close()


@pytest.mark.parametrize("given", [f"#from {CARL}", "#merge 2"])
def test_without_plus_addresses_an_old_notice_answers_nobody_else_either(plain: Office, given: str) -> None:
    plain.mail(ANN, "Invoice 77", "It is wrong.")
    alices, bobs = plain.letters(ALICE, "notice")[0], plain.letters(BOB, "notice")[0]
    plain.mail(CARL, "The saw", "It is blunt.")
    plain.later(minutes=1)
    plain.reply(bobs, BOB, given)
    if plain.letters(BOB, "confirm"):
        plain.reply(plain.last(BOB, "confirm"), BOB, "yes")
    plain.reply(alices, ALICE, OURS)
    assert [text for text in answers(plain, CARL) if "4711" in text] == []
    assert CARL in plain.last(ALICE, "collision").text
    plain.reply(plain.last(ALICE, "collision"), ALICE, "#send")
    assert "4711" in answers(plain, CARL)[-1]


def test_a_colleague_s_old_notice_that_was_passed_on_answers_nobody_else_either(plain: Office) -> None:
    plain.mail(ANN, "Invoice 77", "It is wrong.")
    bobs = plain.letters(BOB, "notice")[0]
    plain.later(minutes=1)
    plain.reply(bobs, BOB, f"#from {CARL}")
    plain.reply(bobs, ALICE, OURS, PROVEN)
    assert [text for text in answers(plain, CARL) if "4711" in text] == []
    assert CARL in plain.last(ALICE, "collision").text
