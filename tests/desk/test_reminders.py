"""Promises: warned of before, told at, escalated after; each once, by day, and one mail where they are many."""

from __future__ import annotations

from datetime import UTC, datetime
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from maildesk.config import Config
from maildesk.desk import promises
from maildesk.store import rows
from tests.office import ALICE, ANN, BOB, Letter, Office, configuration

ROME = ZoneInfo("Europe/Rome")
OFFICE_HOURS = {"week": "Mon-Fri 09:00-18:00"}
CARA = "cara.private@acme.test"
AGENTS = [
    {"id": "alice", "name": "Alice Rossi", "email": ALICE, "teams": ["billing"]},
    {"id": "bob", "name": "Bob Verdi", "email": BOB, "teams": ["tech"]},
    {"id": "cara", "name": "Cara Blu", "email": CARA, "teams": ["tech"], "role": "lead"},
]


def desk(**sections: Any) -> Config:
    return configuration(agents=AGENTS, **sections)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ROME).astimezone(UTC)


def until(office: Office, text: str) -> None:
    """Time passes, to this hour in Rome."""
    office.now = at(text)
    office.later()


def timers(office: Office, id: int = 1) -> list[tuple[str, str]]:
    found = [(timer["kind"], timer["at"]) for timer in office.ticket(id)["timers"]]
    return [(kind, datetime.fromisoformat(at).astimezone(ROME).strftime("%d %H:%M")) for kind, at in found]


def told(office: Office, to: str | None = None) -> list[str]:
    return [letter["Subject"] for letter in office.letters(to, "reminder")]


def ask(office: Office, subject: str = "Invoice", sender: str = ANN) -> Letter:
    """A customer writes; what alice was told."""
    office.mail(sender, subject, "It is missing.")
    return office.last(ALICE, "notice")


def answer(office: Office, body: str = "We look.", id: int = 1) -> None:
    notice = next(letter for letter in office.letters(ALICE, "notice") if f"[#{id}]" in letter["Subject"])
    office.reply(notice, ALICE, body)


def write_again(office: Office, body: str = "And?", id: int = 1) -> None:
    mails = [letter for letter in office.letters(ANN, "reply") if f"[#{id}]" in letter["Subject"]]
    office.reply(mails[-1], ANN, body)


# --- which target, and in whose time ---------------------------------------------------------------------------


@pytest.fixture
def office(office: Office) -> Office:
    office.now = at("2026-03-02 10:00")  # a Monday
    return office


def test_a_promise_is_kept_in_working_time(office: Office) -> None:
    office.use(desk(hours=OFFICE_HOURS, targets={"first_reply": "4h"}))
    until(office, "2026-03-06 16:00")  # a Friday
    ask(office)
    assert timers(office) == [("first_reply_warn", "09 10:00"), ("first_reply_due", "09 11:00")]
    until(office, "2026-03-09 10:59")
    assert told(office) == ["[#1] Due soon: Invoice"]
    until(office, "2026-03-09 11:00")
    assert told(office) == ["[#1] Due soon: Invoice", "[#1] Overdue: Invoice"]
    assert "2026-03-09 11:00 CET" in office.last(ALICE, "reminder").text


def test_a_team_s_own_hours_count_for_its_tickets(office: Office) -> None:
    teams = [
        {"id": "billing", "name": "Billing", "hours": {"week": "Mon-Sun 00:00-24:00"}},
        {"id": "tech", "name": "T"},
    ]
    office.use(desk(hours=OFFICE_HOURS, teams=teams, targets={"first_reply": "10h"}))
    ask(office)
    assert timers(office)[-1] == ("first_reply_due", "02 20:00")
    answer(office, "#team tech")
    assert timers(office)[-1] == ("first_reply_due", "03 11:00")


TARGETS = {
    "first_reply": "8h",
    "by_priority": {"urgent": {"first_reply": "1h"}, "low": {"next_reply": "9h"}},
    "rules": [
        {"when": {"customer": "ann@customer.test", "priority": "high"}, "first_reply": "2h"},
        {"when": {"tag": "VIP"}, "first_reply": "3h", "next_reply": "1h"},
        {"when": {"customer": ".big.test"}, "first_reply": "4h"},
        {"when": {"team": "tech", "customer": "big.test"}, "next_reply": "5h"},
    ],
}


@pytest.mark.parametrize(("sender", "commands", "due"), [
    (ANN, "", "02 18:00"),
    (ANN, "#priority urgent", "02 11:00"),
    (ANN, "#priority low", "02 18:00"),  # it says nothing of the first reply
    (ANN, "#priority high", "02 12:00"),
    (ANN, "#priority high #tag +vip", "02 12:00"),  # the first rule that matches counts, not the strictest
    (ANN, "#tag +vip", "02 13:00"),
    (ANN, "#tag +vip #priority urgent", "02 13:00"),  # rules come before priorities
    ("jo@big.test", "", "02 14:00"),
    ("jo@sub.big.test", "", "02 14:00"),
    ("jo@notbig.test", "", "02 18:00"),
    ("jo@big.test", "#team tech", "02 14:00"),  # a rule counts for what it names
])  # fmt: skip
def test_the_first_rule_that_matches_and_names_it_counts(office: Office, sender: str, commands: str, due: str) -> None:
    office.use(desk(targets=TARGETS))
    ask(office, sender=sender)
    if commands:
        answer(office, commands)
    assert timers(office)[-1] == ("first_reply_due", due)


def test_taking_the_tag_away_brings_the_old_promise_back(office: Office) -> None:
    office.use(desk(targets=TARGETS))
    ask(office)
    answer(office, "#tag +vip")
    answer(office, "#tag -vip")
    assert timers(office) == [("first_reply_warn", "02 16:00"), ("first_reply_due", "02 18:00")]


def test_a_shorter_promise_that_is_past_already_is_told_at_once_and_once(office: Office) -> None:
    office.use(desk(targets=TARGETS))
    ask(office)
    office.later(hours=3)
    answer(office, "#priority urgent")
    office.later()
    assert told(office) == ["[#1] Overdue: Invoice"]
    answer(office, "#priority low")
    answer(office, "#priority urgent")
    office.later(hours=12)
    assert told(office).count("[#1] Overdue: Invoice") == 1


# --- next reply, solution, pauses ------------------------------------------------------------------------------


def test_a_later_mail_waits_for_an_answer_of_its_own(office: Office) -> None:
    office.use(desk(targets={"first_reply": "4h", "next_reply": "8h"}))
    ask(office)
    answer(office)
    assert timers(office) == []
    until(office, "2026-03-02 12:00")
    write_again(office)
    assert timers(office) == [("next_reply_warn", "02 18:00"), ("next_reply_due", "02 20:00")]
    until(office, "2026-03-02 13:00")
    write_again(office, "Hello?")  # the first of the two is what waits
    assert timers(office)[-1] == ("next_reply_due", "02 20:00")
    answer(office, "Here.")
    assert timers(office) == []


def test_a_note_is_no_answer(office: Office) -> None:
    office.use(desk(targets={"next_reply": "8h"}))
    ask(office)
    answer(office)
    write_again(office)
    answer(office, "#note\nWho knows?")
    assert [kind for kind, _ in timers(office)] == ["next_reply_warn", "next_reply_due"]


def test_the_solution_stands_still_while_we_wait_for_the_customer(office: Office) -> None:
    office.use(desk(hours=OFFICE_HOURS, targets={"solve": "10h", "warn": "50%"}))
    ask(office)  # Monday 10:00
    until(office, "2026-03-02 12:00")
    answer(office)  # pending: 2 hours have passed
    assert timers(office) == []
    until(office, "2026-03-04 17:00")
    assert told(office) == []
    write_again(office)  # 8 hours are left, 3 until the warning
    assert timers(office) == [("solve_warn", "05 11:00"), ("solve_due", "05 16:00")]


def test_it_does_not_stand_still_where_that_is_not_wished(office: Office) -> None:
    office.use(desk(targets={"solve": "10h", "next_reply": "10h", "pause": "never"}))
    ask(office)
    answer(office)
    assert timers(office)[-1] == ("solve_due", "02 20:00")
    write_again(office)
    answer(office, "#pending")
    assert {kind for kind, _ in timers(office)} == {"next_reply_warn", "next_reply_due", "solve_warn", "solve_due"}


def test_what_was_told_is_not_told_again_after_a_pause(office: Office) -> None:
    office.use(desk(targets={"solve": "2h"}))
    ask(office)
    office.later(hours=3)
    answer(office)
    office.later(hours=1)
    write_again(office)
    office.later(hours=5)
    assert told(office) == ["[#1] Overdue: Invoice"]


def test_a_ticket_that_is_opened_again_goes_on_where_it_was(office: Office) -> None:
    office.use(desk(targets={"solve": "10h", "first_reply": "4h"}))
    ask(office)
    until(office, "2026-03-02 12:00")
    answer(office, "#solve")  # nobody has answered, and nobody waits
    assert timers(office) == []
    until(office, "2026-03-09 12:00")
    answer(office, "#reopen")
    assert timers(office) == [("solve_warn", "09 17:30"), ("solve_due", "09 20:00")]


def test_a_spam_s_promises_end_and_so_do_those_of_a_closed_ticket(office: Office) -> None:
    office.use(desk(targets={"solve": "10h", "first_reply": "4h"}))
    for subject, command in (("Invoice A", "#spam"), ("Invoice B", "#close")):
        ask(office, subject)
        answer(office, command, len(office.tickets()))
    office.later(days=1)
    assert told(office) == []


def test_a_mail_that_came_before_the_desk_was_up_is_told_of_at_once_if_it_is_late(office: Office) -> None:
    office.use(desk(targets={"first_reply": "1h"}))
    office.now = at("2026-03-02 08:00")
    mail, office.thinker.mails = office.thinker.mails, lambda *_: 0  # type: ignore[method-assign]
    office.mail(ANN, "Invoice", "It is missing.")
    office.thinker.mails = mail  # type: ignore[method-assign]
    until(office, "2026-03-02 10:00")
    assert told(office) == ["[#1] Overdue: Invoice"]


def test_who_is_let_in_waits_for_an_answer(office: Office) -> None:
    office.use(desk(targets={"next_reply": "4h"}))
    ask(office)
    answer(office, "#solve\nHere.")
    office.reply(office.last(ANN, "reply"), "jo@elsewhere.test", "And mine?")
    assert timers(office) == []
    office.reply(office.last(ALICE, "notice"), ALICE, "#admit")
    assert timers(office)[-1] == ("next_reply_due", "02 14:00")


def test_an_answer_that_was_taken_back_is_awaited_again(office: Office) -> None:
    office.use(desk(desk={"undo_window": "10m"}, targets={"first_reply": "4h"}))
    ask(office)
    office.later(minutes=1)
    answer(office)
    assert timers(office) == []
    office.later(minutes=1)
    answer(office, "#undo")
    assert timers(office)[-1] == ("first_reply_due", "02 14:00")


def test_a_merged_ticket_s_customer_still_waits(office: Office) -> None:
    office.use(desk(targets={"next_reply": "4h"}))
    ask(office, "Invoice A")
    answer(office)
    ask(office, "Invoice B")
    answer(office, "Hm.", 2)
    office.later(hours=1)
    write_again(office, "And?", 2)
    answer(office, "#merge 1", 2)
    assert [kind for kind, _ in timers(office)] == ["next_reply_warn", "next_reply_due"]


# --- who, when and how many --------------------------------------------------------------------------------------


def test_nobody_is_reminded_at_night_and_everybody_in_the_morning(office: Office) -> None:
    nightly = {"id": "tech", "name": "T", "hours": {"week": "Mon-Sun 00:00-24:00"}}
    teams = [{"id": "billing", "name": "Billing"}, nightly]
    agents = [AGENTS[0], {**AGENTS[1], "hours": {"week": "Mon-Fri 07:00-11:00"}}, AGENTS[2]]
    office.use(configuration(agents=agents, teams=teams, hours=OFFICE_HOURS, targets={"first_reply": "4h"}))
    until(office, "2026-03-02 18:30")
    ask(office)
    answer(office, "#team tech #watch")
    until(office, "2026-03-02 21:30")
    until(office, "2026-03-02 22:30")
    waiting = [timer for timer in timers(office) if timer[0] == "first_reply_due"]
    assert waiting == [("first_reply_due", "03 07:00"), ("first_reply_due", "03 09:00")]
    assert told(office, CARA) == ["[#1] Due soon: Invoice", "[#1] Overdue: Invoice"]  # her team has no night
    assert told(office, BOB) == told(office, ALICE) == []
    until(office, "2026-03-03 07:00")
    assert told(office, BOB) == ["[#1] Overdue: Invoice"]  # no warning any more
    until(office, "2026-03-03 09:00")
    assert told(office, ALICE) == ["[#1] Overdue: Invoice"]


@pytest.mark.parametrize(("targets", "priority"), [({"quiet": "none"}, "normal"), ({"loud": ["urgent"]}, "urgent")])
def test_reminders_come_by_night_where_that_is_asked_for(
    office: Office, targets: dict[str, Any], priority: str
) -> None:
    agents = [{**AGENTS[0], "hours": OFFICE_HOURS}]
    office.use(configuration(agents=agents, targets={"first_reply": "4h", **targets}))
    until(office, "2026-03-02 20:00")
    ask(office)
    answer(office, f"#priority {priority}")
    until(office, "2026-03-03 00:00")
    assert told(office) == ["[#1] Overdue: Invoice"]


def test_an_answer_in_the_night_ends_what_waits_for_the_morning(office: Office) -> None:
    office.use(configuration(agents=[{**AGENTS[0], "hours": OFFICE_HOURS}], targets={"first_reply": "1h"}))
    until(office, "2026-03-02 20:00")
    ask(office)
    until(office, "2026-03-02 21:00")
    assert timers(office) == [("first_reply_due", "03 09:00")]
    answer(office)
    assert timers(office) == []
    until(office, "2026-03-03 10:00")
    assert told(office) == []


def test_who_gave_the_ticket_away_is_not_reminded_of_it(office: Office) -> None:
    office.use(configuration(agents=[{**AGENTS[0], "hours": OFFICE_HOURS}, AGENTS[1]], targets={"first_reply": "1h"}))
    until(office, "2026-03-02 20:00")
    ask(office)
    until(office, "2026-03-02 21:00")
    answer(office, "#assign bob")
    until(office, "2026-03-03 10:00")
    assert told(office, ALICE) == []


def test_two_hours_of_downtime_are_one_mail_to_each_agent(office: Office) -> None:
    office.use(desk(targets={"first_reply": "1h"}))
    for number in range(50):
        ask(office, f"Invoice {number}")
    office.mail("bo@customer.test", "Hello", "For all of you.")
    office.later(hours=2)
    (mail,) = office.letters(ALICE, "reminders")
    assert mail["Subject"] == "Acme Support: 51 reminders"
    assert all(f"[#{id}]" in mail.text for id in range(1, 52))
    assert "first answer, overdue since 2026-03-02 11:00 CET" in mail.text
    assert [letter.kind for letter in office.letters(BOB)] == ["notice", "reminder"]
    office.later(hours=2)
    assert len(office.letters(ALICE, "reminders")) == 1
    assert told(office, ALICE) == []


def test_an_answer_to_a_row_of_the_one_mail_reaches_its_customer(office: Office) -> None:
    office.use(desk(targets={"first_reply": "1h"}))
    for number in range(5):
        ask(office, f"Invoice {number}")
    office.later(hours=2)
    mail = office.last(ALICE, "reminders")
    line = mail.text[mail.text.index("[#3]") :]
    address = next(word for word in line.split() if word.startswith("support+a"))
    office.mail(ALICE, "Re: [#3] Invoice 2", "Here it is.", address)
    assert "Here it is." in office.last(ANN, "reply").text
    assert "[#3]" in office.last(ANN, "reply")["Subject"]


def test_few_are_mails_of_their_own_and_what_is_settled_does_not_count(office: Office) -> None:
    office.use(desk(targets={"first_reply": "1h"}))
    for number in range(5):
        ask(office, f"Invoice {number}")
    for id in (1, 2):
        answer(office, "Here.", id)
    office.later(hours=2)
    assert told(office) == [f"[#{id}] Overdue: Invoice {id - 1}" for id in (3, 4, 5)]
    assert office.letters(ALICE, "reminders") == []


def test_a_timer_that_moved_meanwhile_fires_at_its_new_time(office: Office) -> None:
    office.use(desk(targets={"first_reply": "1h"}))
    ask(office)
    office.use(desk(targets={"first_reply": "3h"}))  # a reload
    office.later(hours=1)
    assert told(office) == []
    assert ("first_reply_due", "02 13:00") in timers(office)
    office.later(hours=2)
    assert "[#1] Overdue: Invoice" in told(office)


def test_a_promise_that_is_no_longer_made_is_not_reminded_of(office: Office) -> None:
    office.use(desk(targets={"first_reply": "1h"}))
    ask(office)
    office.use(desk())
    office.later(hours=2)
    assert told(office) == []


def test_a_clock_that_is_set_back_doubles_nothing(office: Office) -> None:
    office.use(desk(targets={"first_reply": "1h"}))
    ask(office)
    office.later(minutes=50)
    office.later(minutes=10)
    office.now = at("2026-03-02 09:00")
    office.later()
    office.later(hours=4)
    assert told(office) == ["[#1] Due soon: Invoice", "[#1] Overdue: Invoice"]


def test_an_event_tells_of_each_reminder_when_it_was_and_to_whom(office: Office) -> None:
    office.use(desk(targets={"first_reply": "1h"}))
    ask(office)
    office.later(hours=2)
    events = [event["data"] for event in office.ticket()["events"] if event["kind"] == "reminder"]
    assert events == [{"kind": "first_reply_due", "to": "alice", "of": "2026-03-02T10:00:00+00:00"}]


# --- escalations -------------------------------------------------------------------------------------------------


def escalations(office: Office) -> list[str]:
    return [event["data"]["rule"] for event in office.ticket()["events"] if event["kind"] == "escalated"]


def test_after_the_deadline_the_ticket_goes_on_and_the_lead_is_told(office: Office) -> None:
    rule = {"name": "late", "of": "first_reply", "after": "6h", "set": {"team": "tech", "priority": "urgent",
            "tags": ["Late"]}, "tell": "lead"}  # fmt: skip
    office.use(
        desk(targets={"first_reply": "4h", "by_priority": {"urgent": {"first_reply": "1h"}}}, escalations=[rule])
    )
    ask(office)
    answer(office, "#take")
    assert timers(office)[-1] == ("escalate", "02 16:00")
    office.later(hours=4)
    office.later(hours=2)
    ticket = office.ticket()
    assert (ticket["team"], ticket["priority"], ticket["assignee"]) == ("tech", "urgent", None)
    assert ticket["tags"] == ["late", "money"]
    assert told(office, CARA) == ["[#1] Escalated: Invoice"]
    assert "A rule has escalated this ticket." in office.last(CARA, "reminder").text
    assert "Escalated" in office.last(BOB, "notice").text
    office.later(days=1)
    assert escalations(office) == ["late"]
    assert told(office, CARA) == ["[#1] Escalated: Invoice"]  # overdue by the new priority was no news


def test_an_answer_in_time_escalates_nothing(office: Office) -> None:
    office.use(desk(escalations=[{"of": "first_reply", "after": "6h", "tell": "bob"}]))
    ask(office)
    office.later(hours=5)
    answer(office)
    assert timers(office) == []
    office.later(days=1)
    assert told(office) == []


def test_each_rule_that_matches_acts_in_its_turn(office: Office) -> None:
    rules = [
        {"of": "first_reply", "after": "2h", "tell": ["bob"]},
        {"of": "first_reply", "after": "3h", "tell": "team"},
        {"of": "first_reply", "after": "1h", "when": {"tag": "vip"}, "tell": "lead"},
        {"of": "solve", "after": "5h", "set": {"assignee": "cara"}},
    ]
    office.use(desk(escalations=rules))
    ask(office)
    for _ in range(6):
        office.later(hours=1)
    assert escalations(office) == ["1", "2", "4"]
    assert [letter.to for letter in office.letters(kind="reminder")] == [BOB, ALICE]
    assert office.ticket()["assignee"] == "cara"
    assert [letter["Subject"] for letter in office.letters(CARA)] == ["[#1] Invoice"]  # it is hers now: one mail


def test_a_rule_that_matches_late_acts_at_once_and_once(office: Office) -> None:
    office.use(desk(escalations=[{"of": "first_reply", "after": "1h", "when": {"tag": "vip"}, "tell": "lead"}]))
    ask(office)
    office.later(hours=5)
    answer(office, "#tag +vip")
    office.later()
    answer(office, "#tag -vip")
    answer(office, "#tag +vip #team tech")
    office.later(hours=5)
    assert told(office, CARA) == ["[#1] Escalated: Invoice"]


def test_an_escalation_waits_for_the_lead_s_morning_though_it_ends_its_own_match(office: Office) -> None:
    rule = {"of": "first_reply", "after": "1h", "when": {"team": "billing"}, "set": {"team": "tech"}, "tell": "lead"}
    agents = [*AGENTS[:2], {**AGENTS[2], "hours": OFFICE_HOURS}]
    office.use(configuration(agents=agents, escalations=[rule]))
    until(office, "2026-03-02 20:00")
    ask(office)
    until(office, "2026-03-02 21:00")
    assert office.ticket()["team"] == "tech"
    assert told(office, CARA) == []
    until(office, "2026-03-03 09:00")
    assert told(office, CARA) == ["[#1] Escalated: Invoice"]


# --- the pure part, and its price ----------------------------------------------------------------------------------


def test_a_ticket_s_timers_are_what_its_milestones_are(office: Office) -> None:
    rules = [{"of": "solve", "after": "20h", "tell": "lead"}]
    office.use(desk(hours=OFFICE_HOURS, targets={"first_reply": "4h", "solve": "10h"}, escalations=rules))
    ask(office)
    ticket = rows.ticket(office.store, 1)
    assert ticket
    found = promises.milestones(office.config, ticket)
    stored = {(t["kind"], t["at"]) for t in office.ticket()["timers"]}
    assert {(str(kind), m.at.strftime("%Y-%m-%dT%H:%M:%S.000Z")) for (kind, _), m in found.items() if m.at} == stored


def test_a_tick_among_a_hundred_thousand_timers_is_found_by_its_index(office: Office) -> None:
    with office.store.transaction():
        office.store.connection.executemany(
            "INSERT INTO timers (kind, at, ticket_id, agent) VALUES ('due', ?, ?, ?)",
            ((f"2027-01-01T00:00:{i % 60:02d}.000Z", i, "alice" if i % 3 else "") for i in range(1, 100_001)),
        )
    office.thinker.timers()
    begun = perf_counter()
    for _ in range(10):
        assert office.thinker.timers() == 0
    assert (perf_counter() - begun) / 10 < 0.02
    plan = office.store.rows("EXPLAIN QUERY PLAN SELECT * FROM timers WHERE at <= '' ORDER BY at, id LIMIT 100")
    assert "timers_at" in plan[0]["detail"]
