"""What an auto-reply tells a customer to expect: hours, the usual time, incidents, the FAQ, their own open tickets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from maildesk.desk import usual
from maildesk.desk.spoken_days import spoken
from maildesk.store import usual as kept
from maildesk.store.engine import to_text
from tests.office import ALICE, ANN, FAILED, PROVEN, SUPPORT, Letter, Office, configuration

CARL = "carl@customer.test"
WEEK = {"week": "Mon-Fri 09:00-18:00"}
AUTOMATIC = ("auto_reply", "auto_reply_plain")


def greeted(office: Office, subject: str = "Printer", body: str = "It does not print.", *headers: Any) -> Letter:
    """The automatic answer to a new mail of Ann's, who is proven unless ``headers`` say otherwise."""
    had = len(office.letters(ANN))
    office.mail(f"Ann Bianchi <{ANN}>", subject, body, SUPPORT, *(headers or (PROVEN,)))
    (letter,) = office.letters(ANN)[had:]
    assert letter.kind in AUTOMATIC
    return letter


def desk(office: Office, **sections: Any) -> None:
    unlimited = {"auto_reply_limit": {"count": 1000, "per": "1h"}, **sections.pop("desk", {})}
    office.use(configuration(desk=unlimited, **sections))


# --- hours --------------------------------------------------------------------------------------------------------


def test_an_open_desk_says_nothing_of_its_hours(office: Office) -> None:
    desk(office, hours=WEEK)
    assert "closed" not in greeted(office).text


def test_a_closed_desk_says_when_it_opens_in_its_own_zone(office: Office) -> None:
    desk(office, hours=WEEK)
    office.now = datetime(2026, 3, 28, 10, tzinfo=UTC)  # Saturday; on Sunday the clocks go forward
    text = greeted(office).text
    assert "We are closed at the moment and open again on Monday 30 March at 09:00 (CEST)." in text
    assert "One of us will read it then" in text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("it", "riapriamo lunedì 30 marzo alle 09:00 (CEST)"),
        ("ro", "redeschidem luni, 30 martie, la ora 09:00 (CEST)"),
        ("fr", "rouvrons lundi 30 mars à 09:00 (CEST)"),
        ("fi", "avautuu jälleen maanantaina 30. maaliskuuta klo 09.00 (CEST)"),
    ],
)
def test_it_says_so_in_the_customer_s_language(office: Office, language: str, words: str) -> None:
    desk(office, hours=WEEK, desk={"language": language})
    office.now = datetime(2026, 3, 28, 10, tzinfo=UTC)
    assert words in greeted(office, "77", "77").text


def test_a_language_without_names_of_days_gets_the_plain_form() -> None:
    zone = configuration().zone()
    assert spoken(datetime(2026, 3, 30, 7, tzinfo=UTC), zone, "hu") == "2026-03-30 09:00 CEST"


def test_the_hours_are_those_of_the_ticket_s_team(office: Office) -> None:
    teams = [{"id": "billing", "name": "Billing", "hours": {"week": "Tue 10:00-12:00"}}, {"id": "tech", "name": "Tech"}]
    desk(office, teams=teams)
    assert "open again on Tuesday 3 March at 10:00 (CET)" in greeted(office, "Invoice 7").text
    assert "closed" not in greeted(office, "Printer").text


def test_a_day_with_a_wording_of_its_own_tells_it_in_the_customer_s_language(office: Office) -> None:
    party = {"days": "2026-03-02", "words": {"en": "We are at our summer party.", "it": "Siamo in festa."}}
    desk(office, hours={**WEEK, "closed": [party]})
    assert "We are at our summer party." in greeted(office).text
    assert "open again on Tuesday 3 March" in office.last(ANN).text
    assert "Siamo in festa." in greeted(office, "Stampante", "Buongiorno, la stampante non funziona più. Grazie").text
    office.now += timedelta(days=1)
    assert "party" not in greeted(office).text


def test_a_public_holiday_is_a_closed_day_without_words(office: Office) -> None:
    desk(office, hours={**WEEK, "holidays": "IT"})
    office.now = datetime(2026, 4, 6, 10, tzinfo=UTC)  # Easter Monday
    assert "open again on Tuesday 7 April" in greeted(office).text


def test_hours_that_never_come_again_name_no_day(office: Office) -> None:
    years = ["2026-03-01/2027-02-28", "2027-03-01/2028-02-28", "2028-02-29/2029-02-27", "2029-02-28/2030-02-27"]
    desk(office, hours={"week": "Mon 09:00-10:00", "closed": years})
    assert "We are closed at the moment. One of us" in greeted(office).text


# --- an incident --------------------------------------------------------------------------------------------------


def test_one_line_tells_everybody_of_an_incident_and_its_end_ends_it(office: Office) -> None:
    desk(office, incident="Payments are slow today.")
    assert "Payments are slow today." in greeted(office).text
    assert "Payments are slow today." in greeted(office, "P", "It.", ("Subject", "P")).text  # nobody has proven it
    desk(office)
    assert "Payments" not in greeted(office).text


def test_an_incident_is_told_in_the_customer_s_language_or_the_desk_s(office: Office) -> None:
    desk(office, incident={"en": "Payments are slow.", "it": "Pagamenti lenti."})
    italian = greeted(office, "Stampante", "Buongiorno, la stampante non funziona più. Grazie")
    assert "Pagamenti lenti." in italian.text
    french = greeted(office, "Imprimante", "Bonjour, mon imprimante ne marche pas. Merci de votre aide.")
    assert "Bonjour" in french.text
    assert "Payments are slow." in french.text


def test_an_agent_s_address_in_an_incident_keeps_no_auto_reply_back(office: Office) -> None:
    desk(office, incident=f"Write to {ALICE} instead.")
    letter = greeted(office)
    assert ALICE not in letter.whole
    assert f"Write to {SUPPORT} instead." in letter.text


# --- the usual time -----------------------------------------------------------------------------------------------


def answered(office: Office, opened: datetime, minutes: int, **more: Any) -> None:
    """A ticket of the past, as the table has it."""
    row = {"status": "open", "merged_into": None, **more}
    office.store.execute("INSERT OR IGNORE INTO contacts (id, email, created_at) VALUES (999, 'x@y.test', '')")
    office.store.execute(
        "INSERT INTO tickets (token, contact_id, status, merged_into, created_at, updated_at, first_reply_at)"
        " VALUES (hex(randomblob(8)), 999, ?, ?, ?, ?, ?)",
        (row["status"], row["merged_into"], *map(to_text, (opened, opened, opened + timedelta(minutes=minutes)))),
    )


MONDAY = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)  # 11:30 in Rome


def four_mondays(office: Office, *minutes: int) -> None:
    """As many answers as given on each of the last four Mondays, at this hour."""
    office.now = MONDAY
    for weeks in range(1, 5):
        for wait in minutes:
            answered(office, MONDAY - timedelta(weeks=weeks), wait)


def test_the_usual_time_of_this_hour_is_told(office: Office) -> None:
    four_mondays(office, 10, 150, 9000)
    office.later(minutes=1)
    assert "at this hour, usually within 3 hours." in greeted(office).text


def test_it_is_told_to_who_is_not_proven_too(office: Office) -> None:
    four_mondays(office, 10, 60, 9000)
    office.later(minutes=1)
    letter = greeted(office, "P", "It.", ("Subject", "P"))
    assert letter.kind == "auto_reply_plain"
    assert "usually within an hour." in letter.text


def test_nothing_is_told_where_too_few_were_answered(office: Office) -> None:
    four_mondays(office, 10, 20)
    office.later(minutes=1)
    assert "as soon as possible" in greeted(office).text


def test_where_this_hour_has_too_few_those_about_it_on_such_days_tell(office: Office) -> None:
    office.now = MONDAY
    for days in (3, 4, 5, 6, 10, 11, 12, 13, 17, 18):  # workdays, an hour before
        answered(office, MONDAY - timedelta(days=days, hours=1), 50 * 60)
    for days in (1, 2, 8, 9, 15, 16, 22, 23, 29, 30):  # weekends
        answered(office, MONDAY - timedelta(days=days), 5)
    office.later(minutes=1)
    assert "usually within 3 days." in greeted(office).text


def test_what_is_older_than_thirty_days_or_from_another_time_of_day_tells_nothing(office: Office) -> None:
    office.now = MONDAY
    for _ in range(20):
        answered(office, MONDAY - timedelta(days=35), 10)
        answered(office, MONDAY - timedelta(days=7, hours=4), 10)
        answered(office, MONDAY - timedelta(days=7), 10, merged_into=1)
    office.later(minutes=1)
    assert "as soon as possible" in greeted(office).text


def test_it_is_reckoned_again_each_hour_and_is_not_believed_for_longer(office: Office) -> None:
    four_mondays(office, 10, 20, 30)
    office.later(minutes=1)
    assert kept.now(office.store, office.now) == 20
    timers = office.store.rows("SELECT at FROM timers WHERE kind = 'usual'")
    assert [row["at"] for row in timers] == ["2026-03-02T11:00:00.000Z"]
    office.later(minutes=29)  # and at noon, there are the hours beside it
    assert kept.now(office.store, office.now) == 20
    office.later(hours=8)
    assert kept.now(office.store, office.now) is None
    office.now += timedelta(hours=5)  # the daemon was down
    assert kept.now(office.store, office.now) is None


def test_a_restart_reckons_at_once_and_a_switch_ends_it(office: Office) -> None:
    four_mondays(office, 10, 20, 30)
    desk(office)
    office.later(seconds=1)
    assert "usually within" in greeted(office).text
    desk(office, auto_reply={"answer_time": False})
    office.later(seconds=1)
    assert "usually within" not in greeted(office).text
    assert office.store.rows("SELECT * FROM timers WHERE kind = 'usual'") == []


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(None, (0, 0)), (0, (1, 0)), (60, (1, 0)), (61, (2, 0)), (1440, (24, 0)), (1441, (0, 2)), (2881, (0, 3))],
)
def test_a_time_is_rounded_up(minutes: int | None, said: tuple[int, int]) -> None:
    assert tuple(usual.said(minutes).values()) == said


def test_the_hours_looked_at_are_those_of_the_desk_s_clock_over_a_change_of_it() -> None:
    config = configuration()
    now = datetime(2026, 4, 6, 7, 30, tzinfo=UTC)  # 09:30 in summer
    exact, wide = usual.spans(config, now)
    assert [since.isoformat() for since, _ in exact] == [
        "2026-03-30T07:00:00+00:00", "2026-03-23T08:00:00+00:00", "2026-03-16T08:00:00+00:00",
        "2026-03-09T08:00:00+00:00",
    ]  # fmt: skip
    assert len(wide) == 20  # Mondays to Fridays; Easter is a weekend
    midnight, _ = usual.spans(config, datetime(2026, 3, 29, 22, 30, tzinfo=UTC))
    assert all(until - since == timedelta(hours=1) for since, until in midnight)


# --- the FAQ ------------------------------------------------------------------------------------------------------

ADDING = "How do I add something to my request?"


def test_a_question_that_is_surely_asked_is_answered_at_once(office: Office) -> None:
    letter = greeted(office, "A question", "I forgot a photo. How can I add it to the request I sent?")
    assert ADDING in letter.text
    assert "Simply answer any of our mails" in letter.text
    assert f"<strong>{ADDING}</strong>" in letter.html


@pytest.mark.parametrize(
    "words",
    [
        "It does not print.", "I have a request.", "Please add me.", "Hello", "", "?" * 500,
        'printer" OR question:* NEAR(add) -- ; DROP TABLE faq',
        "We request that you add the tax. The invoice of August lacks totals, dates, names, units, prices, codes.",
    ],
)  # fmt: skip
def test_nothing_is_offered_that_may_not_be_meant(office: Office, words: str) -> None:
    assert "Perhaps this helps" not in greeted(office, "Printer", words or " ").text


def test_an_answer_that_an_agent_kept_helps_the_next_customer(office: Office) -> None:
    office.mail(CARL, "Export", "Where do I find the export of my invoices?", SUPPORT, PROVEN)
    office.reply(
        office.last(ALICE, "notice"), ALICE, '#faq "Where is the export of invoices?"\nUnder Reports, at the top.'
    )
    letter = greeted(office, "Exports", "Hi, I am looking for the exports of an invoice, but cannot see where they are")
    assert "Where is the export of invoices?" in letter.text
    assert "Under Reports, at the top." in letter.text
    assert CARL not in letter.whole


def test_only_so_many_and_none_where_none_are_wanted(office: Office) -> None:
    for number in range(5):
        office.store.execute(
            "INSERT INTO faq (language, question, answer, agent, created_at) VALUES ('en', ?, 'So.', 'alice', '')",
            (f"Can the printer jam number {number} be cleared?",),
        )
    words = "The printer jam is back, can it be cleared at once?"
    assert greeted(office, "Paper", words).text.count("So.") == 3
    desk(office, auto_reply={"faq": 0})
    assert "So." not in greeted(office, "Paper", words).text


def test_an_answer_in_another_language_is_not_offered(office: Office) -> None:
    letter = greeted(office, "Una domanda", "Buongiorno, come posso add something to my request? Non funziona, grazie.")
    assert "Buongiorno" in letter.text or "Gentile" in letter.text
    assert ADDING not in letter.text


def test_who_is_not_proven_gets_none_for_it_would_be_chosen_by_their_words(office: Office) -> None:
    letter = greeted(office, "Q", "How can I add something to my request?", ("Subject", "Q"))
    assert (letter.kind, ADDING in letter.text) == ("auto_reply_plain", False)


def test_an_answer_that_names_an_agent_who_came_later_is_left_out(office: Office) -> None:
    office.store.execute(
        "INSERT INTO faq (language, question, answer, agent, created_at)"
        f" VALUES ('en', 'Who repairs a broken printer?', 'Ask {ALICE}.', 'bob', '')"
    )
    letter = greeted(office, "Repair", "Who repairs the printer? It is broken.")
    assert ALICE not in letter.whole
    assert "Who repairs" not in letter.text


def test_a_template_that_was_taken_away_is_not_found_any_more(office: Office) -> None:
    assert office.store.value("SELECT count(*) FROM faq_search WHERE name = 'add'") == 5
    from maildesk.model import Plan, StandFrequent, Verdict
    from maildesk.store.apply import apply

    apply(office.store, Plan(Verdict.NOTE, "desk", (StandFrequent(()),)), office.now)
    assert ADDING not in greeted(office, "A question", "How can I add it to the request I sent?").text


# --- their own open tickets ---------------------------------------------------------------------------------------


def test_a_proven_customer_sees_their_other_open_tickets(office: Office) -> None:
    greeted(office, "A broken drill")
    office.reply(office.last(ALICE, "notice"), ALICE, "#pending\nWhich one?")
    greeted(office, "A late parcel")
    office.mail(CARL, "Carl's own secret", "Please.", SUPPORT, PROVEN)
    text = greeted(office, "Third").text
    assert "- [#1] A broken drill (we wait for your answer)" in text
    assert "- [#2] A late parcel" in text.splitlines()
    assert "secret" not in text
    assert "Third" not in text.partition("open with us")[2]


@pytest.mark.parametrize("echo", ["verified", "always", "never"])
def test_nobody_else_does_whatever_may_be_echoed(office: Office, echo: str) -> None:
    greeted(office, "A broken drill")
    desk(office, desk={"auto_reply_echo": echo})
    letter = greeted(office, "Any news", "Of mine?", ("Subject", "Any news"))
    assert "drill" not in letter.whole


def test_who_failed_the_check_gets_nothing_at_all(office: Office) -> None:
    greeted(office, "A broken drill")
    office.mail(ANN, "Any news", "Of mine?", SUPPORT, FAILED)
    assert len(office.letters(ANN)) == 1


def test_what_is_over_merged_or_beyond_the_number_is_not_told(office: Office) -> None:
    desk(office, auto_reply={"open_tickets": 2})
    for name in ("First", "Second", "Third", "Fourth"):
        greeted(office, name)
    office.store.execute("UPDATE tickets SET status = 'solved' WHERE id = 4")
    text = greeted(office, "Fifth").text
    assert [name for name in ("First", "Second", "Third", "Fourth") if name in text] == ["Second", "Third"]
    desk(office, auto_reply={"open_tickets": 0})
    assert "open with us" not in greeted(office, "Sixth").text


def test_an_agent_s_address_in_a_subject_is_not_shown_to_its_customer(office: Office) -> None:
    greeted(office, f"Write to {ALICE}")
    letter = greeted(office, "Second")
    assert ALICE not in letter.whole
    assert f"Write to {SUPPORT}" in letter.text


# --- who is worried -----------------------------------------------------------------------------------------------


def test_a_worried_customer_is_not_told_that_we_are_busy(office: Office) -> None:
    four_mondays(office, 10, 9000, 9000)
    office.later(minutes=1)
    calm, worried = greeted(office).text, greeted(office, "Data", "I am very worried: is all of it lost?").text
    assert "usually within 7 days" in calm
    assert "usually" not in worried
    assert "We understand that it presses." in worried


def test_nor_is_who_is_not_proven(office: Office) -> None:
    four_mondays(office, 10, 9000, 9000)
    office.later(minutes=1)
    letter = greeted(office, "Data", "I am very worried: is all of it lost?", ("Subject", "Data"))
    assert (letter.kind, "usually" in letter.text) == ("auto_reply_plain", False)


def test_nor_is_who_wrote_what_a_route_calls_urgent(office: Office) -> None:
    desk(office, routes=[{"when": {"subject": "outage"}, "set": {"priority": "urgent"}}])
    assert "We understand that it presses." in greeted(office, "Outage", "Nothing goes.").text


def test_a_closed_desk_is_closed_for_the_worried_too(office: Office) -> None:
    desk(office, hours=WEEK)
    office.now = datetime(2026, 3, 1, 10, tzinfo=UTC)
    text = greeted(office, "Data", "I am very worried: is all of it lost?").text
    assert "open again on Monday 2 March" in text
    assert "as soon as we are back" in text


# --- what it costs ------------------------------------------------------------------------------------------------


def test_the_usual_time_is_reckoned_by_an_index_alone(tmp_path: Path) -> None:
    office = Office(tmp_path)
    plan = office.store.rows(
        "EXPLAIN QUERY PLAN SELECT created_at, first_reply_at FROM tickets"
        " WHERE first_reply_at IS NOT NULL AND merged_into IS NULL AND created_at >= 'a' AND created_at < 'b'"
    )
    assert [row["detail"] for row in plan] == [
        "SEARCH tickets USING COVERING INDEX tickets_answered (created_at>? AND created_at<?)"
    ]
    office.close()
