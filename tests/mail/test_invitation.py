"""Invitations as calendars read them: written by us, read by a library that is not ours, and answered by others."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from maildesk.mail import parse
from maildesk.mail.compose import ComposeError, Letter, compose
from maildesk.mail.invitation import Answer, Invitation, answer
from maildesk.model import Address

START, END = datetime(2026, 3, 3, 14, tzinfo=UTC), datetime(2026, 3, 3, 14, 30, tzinfo=UTC)
DESK = Address("Alice Rossi (Acme Support)", "support+t23456723456723456723456723@acme.test")
ANN = Address("Ann Bianchi", "ann@customer.test")
CALL = Invitation("call-1-x@acme.test", 0, START, END, START, "[#1] The invoice", "We look at it together.")


def event(invitation: Invitation, organizer: Address = DESK, attendee: Address = ANN) -> tuple[Calendar, object]:
    found = Calendar.from_ical(invitation.write(organizer, attendee))
    (only,) = found.walk("VEVENT")
    return found, only


def letter(invitation: Invitation, **changes: object) -> Letter:
    values: dict[str, object] = {
        "message_id": "<1@acme.test>",
        "date": START,
        "sender": Address("Acme Support", "support@acme.test"),
        "to": ANN,
        "subject": "Invitation",
        "text": "Invitation",
        "html": "<p>Invitation</p>",
        "reply_to": DESK.email,
        "calendar": invitation.write(DESK, ANN),
        "method": invitation.method,
    }
    return Letter(**{**values, **changes})  # type: ignore[arg-type]


def nobody_sees(text: str) -> str:
    return "a token" if "support+t" in text or "secret" in text else ""


# --- written --------------------------------------------------------------------------------------------------


def test_an_invitation_says_who_when_and_what_in_utc() -> None:
    calendar, found = event(CALL)
    assert calendar["METHOD"] == "REQUEST"
    assert found["DTSTART"].dt == START  # type: ignore[index]
    assert found["DTEND"].dt == END  # type: ignore[index]
    assert b"DTSTART:20260303T140000Z" in found.to_ical()  # type: ignore[attr-defined]
    assert (found["UID"], found["SEQUENCE"], found["STATUS"]) == (CALL.uid, 0, "CONFIRMED")  # type: ignore[index]
    assert found["SUMMARY"] == "[#1] The invoice"  # type: ignore[index]
    assert found["ORGANIZER"] == f"mailto:{DESK.email}"  # type: ignore[index]


def test_its_reader_is_its_one_attendee_and_is_asked_to_answer() -> None:
    _, found = event(CALL)
    assert found["ATTENDEE"] == f"mailto:{ANN.email}"  # type: ignore[index]
    assert found["ATTENDEE"].params["RSVP"] == "TRUE"  # type: ignore[index]
    assert found["ATTENDEE"].params["PARTSTAT"] == "NEEDS-ACTION"  # type: ignore[index]


def test_one_that_is_called_off_says_so_and_asks_nothing() -> None:
    off = Invitation("x@acme.test", 2, START, END, START, "[#1] The invoice", cancelled=True)
    calendar, found = event(off)
    assert (calendar["METHOD"], found["STATUS"], found["SEQUENCE"]) == ("CANCEL", "CANCELLED", 2)  # type: ignore[index]
    assert "RSVP" not in found["ATTENDEE"].params  # type: ignore[index]


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_words_become_another_line_of_the_calendar(summary: str, name: str) -> None:
    hostile = Invitation("x@acme.test", 0, START, END, START, f"a\r\nATTENDEE:mailto:eve@evil.test {summary}", summary)
    written = hostile.write(Address(f'x"\r\nBCC:{name}', DESK.email), Address(name, ANN.email))
    found = Calendar.from_ical(written)
    assert [e["ATTENDEE"] for e in found.walk("VEVENT")] == [f"mailto:{ANN.email}"]
    unfolded = written.replace("\r\n ", "")
    assert not [line for line in unfolded.split("\r\n") if line.upper().startswith("BCC")]


def test_a_mail_carries_it_as_an_alternative_with_its_method_and_as_a_file() -> None:
    made = email.message_from_bytes(compose(letter(CALL), lambda text: ""), policy=email.policy.default)
    assert made.get_content_type() == "multipart/mixed"
    alternative, file = made.iter_parts()
    kinds = [part.get_content_type() for part in alternative.iter_parts()]
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    *_, calendar = alternative.iter_parts()
    assert calendar.get_content_type() == "text/calendar"
    assert calendar.get_param("method") == "REQUEST"
    assert (file.get_content_type(), file.get_filename()) == ("application/ics", "invite.ics")
    for part in (calendar.get_content(), file.get_content().decode()):
        assert Calendar.from_ical(part).walk("VEVENT")[0]["UID"] == CALL.uid


def test_its_reader_s_own_reply_address_is_no_secret_to_them_and_anything_else_is() -> None:
    compose(letter(CALL), nobody_sees)
    for words in ("the secret of another", f"also {DESK.email.replace('2', '3')}"):
        bad = Invitation("x@acme.test", 0, START, END, START, "x", words)
        with pytest.raises(ComposeError, match="in the invitation"):
            compose(letter(bad), nobody_sees)


def test_our_own_reader_shows_what_we_wrote() -> None:
    read = parse.read(compose(letter(CALL), lambda text: ""))
    assert "2026-03-03 14:00 – 14:30 UTC" in read.text
    assert {a.media_type for a in read.attachments} == {"text/calendar", "application/ics"}


# --- answered --------------------------------------------------------------------------------------------------


def reply(partstat: str, method: str = "REPLY", more: str = "") -> str:
    attendee = f'ATTENDEE;CN="Ann: B";CUTYPE=INDIVIDUAL;PARTSTAT={partstat}:mailto:ann@customer.test'
    lines = ["BEGIN:VCALENDAR", f"METHOD:{method}", "BEGIN:VEVENT", "UID:call-1-x@acme.test", attendee, more,
             "DTSTART:20260304T090000Z", "DTEND:20260304T093000Z", "END:VEVENT", "END:VCALENDAR"]  # fmt: skip
    return "\r\n".join(filter(None, lines)) + "\r\n"


@pytest.mark.parametrize("says", ["accepted", "declined", "tentative"])
def test_an_answer_says_yes_no_or_perhaps(says: str) -> None:
    assert answer(reply(says.upper())) == Answer("call-1-x@acme.test", says)


def test_an_answer_may_come_with_a_comment() -> None:
    found = answer(reply("DECLINED", more="COMMENT:Sorry\\, I am\r\n  on a plane"))
    assert found == Answer("call-1-x@acme.test", "declined", "Sorry, I am on a plane")


def test_another_time_may_be_proposed() -> None:
    found = answer(reply("TENTATIVE", "COUNTER"))
    assert found == Answer("call-1-x@acme.test", "proposed", when="2026-03-04 09:00 – 09:30 UTC")


@pytest.mark.parametrize(
    "ics",
    [
        "",
        "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR",
        reply("ACCEPTED", "REQUEST"),
        reply("NEEDS-ACTION"),
        reply("ACCEPTED").replace("UID:", "XUID:"),
        reply("ACCEPTED").replace("call-1", "c" * 999),
    ],
)
def test_anything_else_is_no_answer(ics: str) -> None:
    assert answer(ics) is None


@given(st.text())
def test_reading_never_raises(ics: str) -> None:
    answer(ics)
    answer(f"METHOD:REPLY\nBEGIN:VEVENT\nUID:x\n{ics}")


@pytest.mark.parametrize("partstat", ["ACCEPTED", "DECLINED"])
def test_what_a_calendar_library_answers_is_understood(partstat: str) -> None:
    ours = Calendar.from_ical(CALL.write(DESK, ANN))
    ours["METHOD"] = "REPLY"
    ours.walk("VEVENT")[0]["ATTENDEE"].params["PARTSTAT"] = partstat
    found = answer(ours.to_ical().decode())
    assert found is not None
    assert (found.uid, found.says) == (CALL.uid, partstat.lower())
