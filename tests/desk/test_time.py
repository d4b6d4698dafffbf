"""#due #snooze #wake #remind: agents say when, and hear of it then, once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.office import ALICE, ANN, BOB, Letter, Office, configuration

WORDS = "The invoice of May is missing."


@pytest.fixture
def notice(office: Office) -> Letter:
    """A customer has written, to alice's team; what she was told."""
    office.mail(ANN, "Invoice", WORDS)
    return office.last(ALICE, "notice")


def timers(office: Office, id: int = 1) -> list[tuple[str, str]]:
    return [(timer["kind"], timer["at"][:16]) for timer in office.ticket(id)["timers"]]


def reminders(office: Office, to: str = ALICE) -> list[str]:
    return [letter["Subject"] for letter in office.letters(to, "reminder")]


def errors(office: Office) -> list[str]:
    return [letter.text for letter in office.letters(ALICE, "command_error")]


# --- #due ------------------------------------------------------------------------------------------------------


def test_a_date_stands_in_rows_with_its_warning_before_it(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#due 4h")
    assert timers(office) == [("due_warn", "2026-03-02T13:00"), ("due", "2026-03-02T14:00")]
    office.later(hours=3)
    office.later(hours=1)
    assert reminders(office) == ["[#1] Due soon: Invoice", "[#1] Overdue: Invoice"]
    assert timers(office) == []


def test_a_new_date_takes_the_place_of_the_old_one(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#due 4h")
    office.reply(notice, ALICE, "#due 2d")
    assert timers(office) == [("due_warn", "2026-03-03T22:00"), ("due", "2026-03-04T10:00")]
    office.later(hours=5)
    assert reminders(office) == []


def test_none_takes_the_date_and_its_reminders_away(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#due 4h")
    office.reply(notice, ALICE, "#due none")
    assert office.ticket()["due_at"] is None
    assert timers(office) == []


def test_a_date_ends_with_its_ticket_and_comes_back_with_it_if_it_lies_ahead(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#due 4h #close")
    assert timers(office) == []
    office.reply(notice, ALICE, "#reopen")
    assert [kind for kind, _ in timers(office)] == ["due_warn", "due"]
    office.reply(notice, ALICE, "#close")
    office.later(hours=5)
    office.reply(notice, ALICE, "#reopen")
    assert timers(office) == []


def test_undo_brings_the_old_date_back_with_its_reminders(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#due 4h")
    office.now = office.now.replace(minute=1)
    office.reply(notice, ALICE, "#due 2d")
    office.now = office.now.replace(minute=2)
    office.reply(notice, ALICE, "#undo")
    assert ("due", "2026-03-02T14:00") in timers(office)


@pytest.mark.parametrize("when", ["yesterday", "2020-01-01", "soon", "10y"])
def test_what_is_no_time_to_come_changes_nothing(office: Office, notice: Letter, when: str) -> None:
    for verb in ("due", "snooze", "remind"):
        office.reply(notice, ALICE, f"#tag +x #{verb} {when}")
    assert office.ticket()["tags"] == ["money"]
    assert timers(office) == []
    assert len(errors(office)) == 3


# --- #snooze and #wake -----------------------------------------------------------------------------------------


def test_a_snoozed_ticket_wakes_at_its_time_and_its_agents_are_told(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#snooze tomorrow 9am")
    assert office.ticket()["snoozed_until"] == "2026-03-03T08:00:00.000Z"
    assert timers(office) == [("snooze", "2026-03-03T08:00")]
    office.later(hours=21, minutes=59)
    assert reminders(office) == []
    office.later(minutes=1)
    assert office.ticket()["snoozed_until"] is None
    assert reminders(office) == ["[#1] Awake again: Invoice"]
    assert "The snooze of this ticket is over." in office.last(ALICE, "reminder").text
    office.later(days=2)
    assert len(reminders(office)) == 1


def test_a_snoozed_ticket_is_in_no_list(office: Office, notice: Letter) -> None:
    office.mail(ANN, "Fattura", "And another one.")
    office.reply(notice, ALICE, "#snooze 3d")
    office.reply(notice, ALICE, "#list")
    listed = office.last(ALICE, "listing").text
    assert "[#2]" in listed
    assert "[#1]" not in listed


def test_the_customer_s_word_wakes_it(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#snooze 3d")
    office.mail(ANN, "Re: [#1] Invoice", "Are you there?", "support@acme.test", ("In-Reply-To", "<1@client.test>"))
    assert office.ticket()["snoozed_until"] is None
    assert timers(office) == []
    office.later(days=4)
    assert reminders(office) == []


def test_a_machine_s_mail_and_a_stranger_s_do_not_wake_it(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "I will look. ")
    office.reply(notice, ALICE, "#snooze 3d")
    answer = office.last(ANN, "reply")
    office.reply(answer, ANN, "I am away.", ("Auto-Submitted", "auto-replied"))
    office.reply(answer, "evil@elsewhere.test", "Me too.")
    assert office.ticket()["snoozed_until"] is not None


def test_wake_ends_the_snooze_at_once(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#snooze 3d")
    office.reply(notice, ALICE, "#wake")
    assert office.ticket()["snoozed_until"] is None
    assert timers(office) == []


def test_closing_ends_the_snooze(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#snooze 3d")
    office.reply(notice, ALICE, "#close")
    assert office.ticket()["snoozed_until"] is None
    assert timers(office) == []


@pytest.mark.parametrize(("before", "command", "why"), [
    ("#tag +x", "#wake", "the ticket is awake"),
    ("#solve", "#snooze 3d", "the ticket is solved"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(office: Office, notice: Letter, before: str, command: str, why: str) -> None:
    office.reply(notice, ALICE, before)
    office.reply(notice, ALICE, f"#priority high {command}")
    assert why in errors(office)[-1]
    assert office.ticket()["priority"] == "normal"


def test_the_promise_to_the_customer_does_not_sleep(office: Office) -> None:
    office.use(configuration(targets={"first_reply": "4h"}))
    office.mail(ANN, "Invoice", WORDS)
    office.reply(office.last(ALICE, "notice"), ALICE, "#snooze 3d")
    office.later(hours=3)
    office.later(hours=1)
    assert len(reminders(office)) == 2


# --- #remind ---------------------------------------------------------------------------------------------------


def test_a_reminder_reaches_the_agent_who_asked_for_it_and_nobody_else(office: Office) -> None:
    office.mail(ANN, "Hello", "Nobody's team's.")
    notice = office.last(BOB, "notice")
    office.reply(notice, BOB, '#remind fri 9:00 "ask the bank"')
    assert timers(office) == [("remind", "2026-03-06T08:00")]
    office.now = datetime(2026, 3, 6, 7, 59, tzinfo=UTC)
    office.later()
    assert reminders(office, BOB) == []
    office.later(minutes=1)
    assert reminders(office, BOB) == ["[#1] Reminder: Hello"]
    assert "ask the bank" in office.last(BOB, "reminder").text
    assert reminders(office, ALICE) == []
    assert ANN not in {letter.to for letter in office.letters(kind="reminder")}


def test_several_reminders_of_one_ticket_come_each_at_its_time(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, '#remind 1h "first"')
    office.reply(notice, ALICE, '#remind 2h "second"')
    office.reply(notice, ALICE, '#remind 3h "second"')  # the same again: it is put off
    office.later(hours=1)
    office.later(hours=1)
    assert [("first" in r.text, "second" in r.text) for r in office.letters(ALICE, "reminder")] == [(True, False)]
    office.later(hours=1)
    assert "second" in office.last(ALICE, "reminder").text


def test_a_reminder_outlives_the_ticket_but_not_spam(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#close #remind 3d")
    office.later(days=3)
    assert reminders(office) == ["[#1] Reminder: Invoice"]
    office.reply(notice, ALICE, "#spam #remind 3d")
    office.later(days=3)
    assert len(reminders(office)) == 1


def test_a_reminder_comes_at_its_hour_whatever_the_hours(office: Office) -> None:
    office.use(configuration(hours={"week": "Mon-Fri 09:00-18:00"}))
    office.mail(ANN, "Invoice", WORDS)
    office.reply(office.last(ALICE, "notice"), ALICE, "#remind 23:30")
    office.now = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
    office.later()
    assert len(reminders(office)) == 1
