"""A call with a customer, from the command to the answers that calendars send."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
from icalendar import Calendar

from tests.desk.corpus import send
from tests.office import ALICE, ANN, BOB, FAILED, SUPPORT, Letter, Office, configuration

WORDS = "Hello,\n\nmy invoice 77 has the wrong total.\n\nAnn"
TOMORROW = "2026-03-03 15:00 CET"


@pytest.fixture
def notice(office: Office) -> Letter:
    """Ann has written, with Olga in Cc; Alice has the ticket."""
    cc = ("Cc", "olga@customer.test")
    token = ("Authentication-Results", "mx.acme.test; dmarc=pass header.from=customer.test")
    office.mail(f"Ann Bianchi <{ANN}>", "Invoice 77", WORDS, SUPPORT, cc, token)
    office.reply(office.last(ALICE), ALICE, "#take")
    return office.last(ALICE, "notice")


def card(letter: Letter) -> Any:
    """The event in a mail, as a calendar reads it; its method stands beside it."""
    (part,) = [p for p in letter.message.walk() if p.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(str(part.get_content()))
    (event,) = calendar.walk("VEVENT")
    assert part.get_param("method") == calendar["METHOD"]
    event["METHOD"] = calendar["METHOD"]
    return event


def respond(office: Office, to: Letter, sender: str, partstat: str = "ACCEPTED", **more: Any) -> None:
    """A calendar answers an invitation as RFC 5546 has it: to its organizer, without In-Reply-To."""
    event = card(to)
    organizer = str(event.pop("ORGANIZER")).removeprefix("mailto:")
    method = more.pop("method", "REPLY")
    event["ATTENDEE"].params["PARTSTAT"] = partstat
    event.pop("METHOD")
    calendar = Calendar()
    for name, value in (("prodid", "-//other//EN"), ("version", "2.0"), ("method", method)):
        calendar.add(name, value)
    event.add("organizer", f"mailto:{organizer}")
    calendar.add_component(event)
    office.count += 1
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, organizer, f"Accepted: {event['SUMMARY']}"
    mail["Message-ID"], mail["Date"] = f"<{office.count}@calendar.test>", office.now
    for name, value in more.pop("headers", ()):
        mail[name] = value
    mail.set_content(more.pop("words", "") or "\n")
    mail.add_alternative(calendar.to_ical().decode(), subtype="calendar", params={"method": method})
    office.receive(mail.as_bytes(policy=SMTP), sender=ANN, to=organizer, **more)


def last(office: Office) -> tuple[str, str]:
    message = office.ticket()["messages"][-1]
    return message["kind"], message["text"]


# --- invitations -------------------------------------------------------------------------------------------------


def test_customers_and_the_agent_are_invited_each_on_their_own(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, '#call tomorrow 15:00 45m "The invoice"\nDear Ann, let us look at it together.')
    for reader in (ANN, "olga@customer.test", ALICE):
        letter = office.last(reader, "call")
        event = card(letter)
        assert event["METHOD"] == "REQUEST"
        assert event["ATTENDEE"] == f"mailto:{reader}"
        assert event["ORGANIZER"] == f"mailto:{letter.reply_to}"
        assert event["DTSTART"].dt.isoformat() == "2026-03-03T14:00:00+00:00"
        assert event["DTEND"].dt.isoformat() == "2026-03-03T14:45:00+00:00"
        assert "let us look at it together" in letter.text
        assert TOMORROW in letter.text
        assert "invite.ics" in letter.files
        others = {ANN, "olga@customer.test", ALICE} - {reader}
        assert not [other for other in others if other in letter.whole.replace("ann@customer.test.", "")]
    assert office.last(ANN, "call").reply_to.startswith("support+t")
    assert office.last(ALICE, "call").reply_to.startswith("support+n")
    assert office.last(ANN, "call")["Auto-Submitted"] == ""


def test_the_words_go_once_and_are_the_answer(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#call tomorrow 15:00\nDear Ann, let us look at it together.")
    assert office.letters(ANN, "reply") == []
    assert len(office.letters(ANN, "call")) == 1
    assert last(office) == ("agent", "Dear Ann, let us look at it together.")
    ticket = office.ticket()
    assert (ticket["status"], ticket["first_reply_at"] is not None) == ("pending", True)


def test_a_call_needs_no_words_and_lasts_half_an_hour(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#call tomorrow 15:00")
    event = card(office.last(ANN, "call"))
    assert (event["DTEND"].dt - event["DTSTART"].dt).total_seconds() == 30 * 60
    assert event["SUMMARY"] == "[#1] Acme Support"
    assert office.ticket()["status"] == "new"
    assert "call" in [e["kind"] for e in office.ticket()["events"]]


def test_private_words_do_not_go_with_the_invitation(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#note #call tomorrow 15:00\nShe is difficult on the phone.")
    assert "difficult" not in office.last(ANN, "call").whole
    assert last(office) == ("note", "She is difficult on the phone.")


def test_an_invitation_says_nothing_that_a_customer_must_not_see(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, f"#call tomorrow 15:00\nCall me at {ALICE}.")
    sent = office.last(ANN, "call")
    assert ALICE not in sent.whole
    assert office.last(ALICE, "call").reply_to not in sent.whole


def test_calling_again_moves_the_same_call(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, '#call tomorrow 15:00 45m "The invoice"')
    office.reply(notice, ALICE, "#call wed 10:00")
    first, second = (card(letter) for letter in office.letters(ANN, "call"))
    assert first["UID"] == second["UID"]
    assert (first["SEQUENCE"], second["SEQUENCE"]) == (0, 1)
    assert second["SUMMARY"] == "[#1] The invoice"
    assert "has moved" in office.last(ANN, "call")["Subject"]


def test_a_call_that_is_over_is_not_moved(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#call tomorrow 15:00")
    office.later(days=3)
    office.reply(notice, ALICE, "#call tomorrow 15:00")
    first, second = (card(letter) for letter in office.letters(ANN, "call"))
    assert first["UID"] != second["UID"]


def test_a_colleague_who_moves_it_takes_it_over(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#call tomorrow 15:00\n#assign bob")
    office.reply(office.last(BOB, "notice"), BOB, "#call tomorrow 16:00")
    assert card(office.last(BOB, "call"))["METHOD"] == "REQUEST"
    assert card(office.last(ALICE, "call"))["METHOD"] == "CANCEL"
    assert card(office.last(ANN, "call"))["METHOD"] == "REQUEST"


def test_a_call_is_called_off(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#call tomorrow 15:00")
    office.reply(notice, ALICE, "#call cancel\nDear Ann, I am ill tomorrow.")
    for reader in (ANN, ALICE):
        event = card(office.last(reader, "call"))
        assert (event["METHOD"], event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 1)
    assert "I am ill tomorrow" in office.last(ANN, "call").text
    assert "cancelled" in office.last(ANN, "call")["Subject"]
    office.reply(notice, ALICE, "#call thu 15:00")
    assert card(office.last(ANN, "call"))["UID"] != event["UID"]


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("#call", "needs more"),
        ("#call cancel", "no call on this ticket lies ahead"),
        ("#call yesterday 15:00", "not understood"),
        ("#call 2026-01-01 15:00", "past"),
        ("#call tomorrow 15:00 13h", "5 minutes to 12 hours"),
        ("#call tomorrow 15:00 2m", "5 minutes to 12 hours"),
        ('#call "The invoice"', "no time is named"),
        ("#call tomorrow 15:00 #call wed 15:00", "another call"),
    ],
)
def test_a_call_that_cannot_be_is_told_and_nobody_is_invited(
    office: Office, notice: Letter, command: str, says: str
) -> None:
    office.reply(notice, ALICE, f"{command}\nDear Ann, let us talk.")
    assert says in office.last(ALICE, "command_error").text
    assert office.letters(ANN, "call") == office.letters(ALICE, "call") == []


@pytest.mark.parametrize(
    ("when", "start", "minutes"),
    [
        ("tomorrow 15:00", "2026-03-03T14:00", 30),
        ("tomorrow 15:00 1h", "2026-03-03T14:00", 60),
        ("tomorrow 15:00 1h30m", "2026-03-03T14:00", 90),
        ("2h", "2026-03-02T12:00", 30),
        ("in 2h 20min", "2026-03-02T12:20", 30),
        ("in 2h 1h", "2026-03-02T13:00", 30),
        ("fri 9:00 90", "2026-03-06T08:00", 90),
    ],
)
def test_when_and_how_long(office: Office, notice: Letter, when: str, start: str, minutes: int) -> None:
    office.reply(notice, ALICE, f"#call {when}")
    event = card(office.last(ANN, "call"))
    assert event["DTSTART"].dt.isoformat()[:16] == start
    assert (event["DTEND"].dt - event["DTSTART"].dt).total_seconds() == 60 * minutes


def test_an_undo_window_holds_the_invitation_too(office: Office, notice: Letter) -> None:
    office.use(configuration(desk={"undo_window": "30s"}))
    office.reply(notice, ALICE, "#call tomorrow 15:00\nDear Ann, let us talk.")
    at = office.store.value("SELECT next_at FROM outbox WHERE kind = 'call' AND envelope_to = ?", (ANN,))
    assert at.startswith("2026-03-02T10:00:30")


# --- answers -------------------------------------------------------------------------------------------------


@pytest.fixture
def invited(office: Office, notice: Letter) -> Letter:
    office.reply(notice, ALICE, "#call tomorrow 15:00")
    return office.last(ANN, "call")


@pytest.mark.parametrize(
    ("partstat", "says"),
    [
        ("ACCEPTED", "Ann Bianchi accepted the call of"),
        ("DECLINED", "Ann Bianchi declined the call of"),
        ("TENTATIVE", "Ann Bianchi may come to the call of"),
    ],
)
def test_an_answer_is_a_note_and_an_event_and_the_caller_hears_of_it(
    office: Office, invited: Letter, partstat: str, says: str
) -> None:
    before = len(office.letters(ANN))
    respond(office, invited, ANN, partstat)
    kind, text = last(office)
    assert kind == "note"
    assert text == f"{says} {TOMORROW}"
    assert says in office.last(ALICE, "notice").text
    answered = [e for e in office.ticket()["events"] if e["kind"] == "call_answer"]
    assert [e["actor"] for e in answered] == [ANN]
    assert len(office.letters(ANN)) == before
    assert office.ticket()["status"] == "new"


def test_an_answer_that_a_calendar_marks_automatic_counts_as_well(office: Office, invited: Letter) -> None:
    respond(office, invited, ANN, headers=[("Auto-Submitted", "auto-generated")])
    assert last(office)[1].startswith("Ann Bianchi accepted")


def test_an_answer_opens_nothing_again(office: Office, notice: Letter, invited: Letter) -> None:
    office.reply(notice, ALICE, "#solve")
    respond(office, invited, ANN)
    assert office.ticket()["status"] == "solved"


def test_words_with_an_answer_are_kept(office: Office, invited: Letter) -> None:
    respond(office, invited, ANN, "DECLINED", words="Could it be on Friday?\n")
    assert "Could it be on Friday?" in last(office)[1]
    assert "Could it be on Friday?" in office.last(ALICE, "notice").text


def test_another_time_that_is_proposed_is_told(office: Office, invited: Letter) -> None:
    respond(office, invited, ANN, "TENTATIVE", method="COUNTER")
    assert "proposes another time for the call of" in last(office)[1]


def test_the_agent_s_own_calendar_may_answer_too(office: Office, invited: Letter) -> None:
    before = len(office.letters())
    respond(office, office.last(ALICE, "call"), ALICE)
    assert last(office)[1].startswith("Alice Rossi accepted")
    assert len(office.letters()) == before


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("calendar-answer-google-with-a-note", f"Ann accepted the call of {TOMORROW}\n\nPlease call my mobile."),
        (
            "calendar-answer-exchange-for-a-delegator",
            f"Ann declined the call of {TOMORROW}\n\nDomani sono in viaggio, va bene giovedì?",
        ),
    ],
)
def test_real_calendars_answers_are_understood(office: Office, name: str, says: str) -> None:
    office.mail("Ann <ann@customer.example>", "Invoice 77", WORDS)
    office.reply(office.last(ALICE), ALICE, "#call tomorrow 15:00")
    invited = office.last("ann@customer.example", "call")
    send(office, name, TOKEN=invited.reply_to, CALLUID=str(card(invited)["UID"]))
    assert last(office) == ("note", says)


def test_an_answer_to_an_earlier_call_says_that_it_is(office: Office, notice: Letter, invited: Letter) -> None:
    office.reply(notice, ALICE, "#call cancel")
    office.reply(notice, ALICE, "#call thu 15:00")
    respond(office, invited, ANN)
    assert last(office)[1] == "Ann Bianchi accepted an earlier call"


def test_a_stranger_s_answer_is_held_like_any_mail_of_theirs(office: Office, invited: Letter) -> None:
    respond(office, invited, "eve@evil.test")
    assert office.ticket()["messages"][-1]["kind"] == "held"


def test_a_forged_answer_is_held(office: Office, invited: Letter) -> None:
    name, value = FAILED
    respond(office, invited, ANN, headers=[(name, value.format(domain="customer.test"))])
    assert office.ticket()["messages"][-1]["kind"] == "held"


def test_an_invitation_of_their_own_is_an_ordinary_answer(office: Office, invited: Letter) -> None:
    respond(office, invited, ANN, method="REQUEST", words="Let us meet.\n")
    assert last(office)[0] == "customer"


def test_the_answer_to_somebody_else_s_invitation_is_an_ordinary_answer(office: Office, invited: Letter) -> None:
    other = Letter(0, invited.to, "", "call", invited.raw.replace(b"call-1-", b"lunch-"))
    respond(office, other, ANN)
    assert last(office)[0] == "customer"


def test_without_plus_addresses_the_ticket_is_found_by_the_subject(tmp_path) -> None:  # type: ignore[no-untyped-def]
    office = Office(tmp_path, configuration(desk={"reply_address": SUPPORT}))
    office.mail(f"Ann Bianchi <{ANN}>", "Invoice 77", WORDS)
    office.reply(office.last(ALICE), ALICE, "#call tomorrow 15:00")
    respond(office, office.last(ANN, "call"), ANN)
    assert last(office)[1].startswith("Ann Bianchi accepted")
    office.close()
