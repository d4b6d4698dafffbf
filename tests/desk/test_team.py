"""Working together: turns, absence, watching, mentions, escalation, and who hears of what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from maildesk.config import load
from tests.config.conftest import SMALL
from tests.office import ALICE, ANN, BOB, SUPPORT, Letter, Office, configuration

CARLA = "carla.private@acme.test"
EVERYBODY = (ALICE, BOB, CARLA)
TEAM = [
    {"id": "alice", "name": "Alice Rossi", "email": ALICE, "teams": ["billing", "tech"]},
    {"id": "bob", "name": "Bob Verdi", "email": BOB, "teams": ["billing"]},
    {"id": "carla", "name": "Carla Neri", "email": CARLA, "teams": ["billing", "tech"]},
]


def desk(assign: str = "nobody", **more: Any) -> Any:
    teams = [
        {"id": "billing", "name": "Billing", "assign": assign, "escalate_to": "tech"},
        {"id": "tech", "name": "Tech", "assign": more.pop("tech", "nobody")},
    ]
    return configuration(agents=TEAM, teams=teams, **more)


@pytest.fixture
def office(tmp_path: Path) -> Any:
    """Three agents in billing, two of them in tech."""
    made = Office(tmp_path, desk())
    yield made
    made.close()


def invoices(office: Office, count: int = 1) -> list[str | None]:
    """Customers write about their invoices; to whom each ticket goes."""
    before = len(office.tickets())
    for number in range(before, before + count):
        office.mail(f"c{number}@customer.test", f"Invoice {number}", "The total is wrong.")
    return [ticket["assignee"] for ticket in office.tickets()[before:]]


def told(office: Office, since: int) -> list[tuple[str, str]]:
    """Which agents have been told something since then, and the headline of it."""
    found = []
    for letter in office.letters()[since:]:
        if letter.to in EVERYBODY:
            above = letter.text.partition("##-")[2].partition("-##")[2].strip()
            found.append((letter.to.partition(".")[0], above.splitlines()[0]))
    return found


def do(office: Office, agent: str, body: str, notice: Letter | None = None) -> list[tuple[str, str]]:
    """An agent answers the latest notice; what their colleagues hear of it."""
    before = len(office.letters())
    office.reply(notice or office.last(agent, "notice"), agent, body)
    return told(office, before)


def events(office: Office, kind: str) -> list[dict[str, Any]]:
    return [event for event in office.ticket()["events"] if event["kind"] == kind]


# --- turns -------------------------------------------------------------------------------------------------------


def test_each_gets_a_ticket_in_turn_and_hears_that_it_is_theirs(office: Office) -> None:
    office.use(desk("round_robin"))
    assert invoices(office, 5) == ["alice", "bob", "carla", "alice", "bob"]
    assert "New ticket: it is yours" in office.last(BOB).text
    assert len(office.letters(CARLA)) == 1
    assert "it is alice's turn in team billing" in office.ledger()[0]["reason"] + office.ledger()[-1]["reason"]


def test_the_turn_passes_over_who_is_away_and_comes_back_to_them_later(office: Office) -> None:
    office.use(desk("round_robin"))
    assert invoices(office, 1) == ["alice"]
    invoices(office, 1)
    do(office, BOB, "#away until tomorrow 9:00")
    assert invoices(office, 3) == ["carla", "alice", "carla"]
    office.later(days=1)
    assert invoices(office, 3) == ["alice", "bob", "carla"]


def test_who_has_the_fewest_gets_the_next_and_of_equals_whose_turn_it_is(office: Office) -> None:
    office.use(desk("least_loaded"))
    assert invoices(office, 4) == ["alice", "bob", "carla", "alice"]
    do(office, CARLA, "#close\nIt is mended.")
    assert invoices(office, 3) == ["carla", "bob", "carla"]
    assert "carla has the fewest tickets in team billing (0)" in " ".join(r["reason"] for r in office.ledger())


def test_where_everybody_is_away_nobody_gets_it_and_all_hear_of_it(office: Office) -> None:
    office.use(desk("round_robin"))
    invoices(office, 3)
    for agent in EVERYBODY:
        do(office, agent, "#away")
    before = len(office.letters())
    assert invoices(office) == [None]
    assert {name for name, _ in told(office, before)} == {"alice", "bob", "carla"}
    assert "everybody in team billing is away" in office.ledger()[0]["reason"] + office.ledger()[-1]["reason"]


def test_a_route_s_own_assignee_takes_no_turn(office: Office) -> None:
    routes = [
        {"when": {"subject": "Invoice 1$"}, "set": {"team": "billing", "assignee": "carla"}},
        {"when": {"subject": "Invoice"}, "set": {"team": "billing"}},
    ]
    office.use(desk("round_robin", routes=routes))
    assert invoices(office, 3) == ["alice", "carla", "bob"]


def test_neither_spam_nor_history_takes_a_turn(office: Office) -> None:
    office.use(desk("round_robin"))
    office.mail(ANN, "Invoice", "Buy!", SUPPORT, ("X-Spam-Flag", "YES"))
    office.receive(f"From: {ANN}\r\nTo: {SUPPORT}\r\nSubject: Invoice\r\n\r\nOld\r\n".encode(), ANN, source="import")
    assert [ticket["assignee"] for ticket in office.tickets()] == [None, None]
    assert invoices(office) == ["alice"]


def test_a_team_s_ticket_moved_by_hand_goes_to_whose_turn_it_is_there(office: Office) -> None:
    office.use(desk(tech="round_robin"))
    invoices(office)
    do(office, BOB, "#take")
    heard = do(office, BOB, "#team tech")
    assert (office.ticket()["team"], office.ticket()["assignee"]) == ("tech", "alice")
    assert ("alice", "This ticket is yours now") in heard
    assert events(office, "turn")[0]["data"]["why"] == "it is alice's turn in team tech"
    invoices(office)
    do(office, BOB, "#team tech")
    assert office.ticket(2)["assignee"] == "carla"


def test_who_is_not_in_the_new_team_has_the_ticket_no_longer(office: Office) -> None:
    invoices(office)
    do(office, BOB, "#take")
    heard = do(office, BOB, "#team tech")
    assert (office.ticket()["team"], office.ticket()["assignee"]) == ("tech", None)
    assert heard == [("alice", "This ticket is with your team now"), ("carla", "This ticket is with your team now")]
    assert [event["data"] for event in events(office, "assignee")][-1] == {"old": "bob", "new": None}


def test_who_is_in_the_new_team_too_keeps_the_ticket(office: Office) -> None:
    office.use(desk(tech="round_robin"))
    invoices(office)
    do(office, CARLA, "#take")
    assert do(office, CARLA, "#team tech") == []
    assert (office.ticket()["team"], office.ticket()["assignee"]) == ("tech", "carla")
    assert do(office, CARLA, "#team tech") == []


@pytest.mark.parametrize("line", ["#team tech #assign carla", "#assign carla #team tech"])
def test_an_agent_who_is_named_wins_over_the_turn_in_either_order(office: Office, line: str) -> None:
    office.use(desk(tech="round_robin"))
    invoices(office)
    do(office, BOB, line)
    assert (office.ticket()["team"], office.ticket()["assignee"]) == ("tech", "carla")
    assert events(office, "turn") == []


# --- absence ------------------------------------------------------------------------------------------------------


def test_the_team_hears_of_an_absent_agent_s_ticket_and_why(office: Office) -> None:
    invoices(office)
    do(office, BOB, "#take")
    do(office, BOB, "#away until fri")  # the second of March is a Monday
    before = len(office.letters())
    office.reply(office.last("c0@customer.test"), "c0@customer.test", "Is anybody there?")
    assert told(office, before) == [("alice", "New answer"), ("carla", "New answer")]
    assert "Assigned to Bob Verdi, who is away until 2026-03-06 09:00 CET." in office.last(ALICE).text
    assert office.ticket()["assignee"] == "bob"


def test_an_absence_ends_by_itself(office: Office) -> None:
    invoices(office)
    do(office, BOB, "#take\n")
    do(office, BOB, "#away tomorrow 9am")
    office.later(hours=23)
    before = len(office.letters())
    office.reply(office.last("c0@customer.test"), "c0@customer.test", "Is anybody there?")
    assert told(office, before) == [("bob", "New answer")]
    assert "away" not in office.last(BOB).text


def test_back_ends_an_absence_without_an_end(office: Office) -> None:
    invoices(office)
    do(office, BOB, "#take #away")
    before = len(office.letters())
    office.reply(office.last("c0@customer.test"), "c0@customer.test", "Hello?")
    assert {name for name, _ in told(office, before)} == {"alice", "carla"}
    assert "Assigned to Bob Verdi, who is away." in office.last(ALICE).text
    do(office, BOB, "#back")
    assert "Invoice 0" in office.last(BOB, "listing").text  # what lies there of theirs
    before = len(office.letters())
    office.reply(office.last("c0@customer.test"), "c0@customer.test", "Hello??")
    assert told(office, before) == [("bob", "New answer")]


def test_away_and_back_need_no_ticket(office: Office) -> None:
    invoices(office)
    do(office, BOB, "#take")
    desk_address = _desk_address(office, BOB)
    office.mail(BOB, "", "#away", desk_address)
    assert office.store.value("SELECT agent FROM absences") == "bob"
    office.mail(BOB, "", "#back", desk_address)
    assert office.store.value("SELECT count(*) FROM absences") == 0


def _desk_address(office: Office, agent: str) -> str:
    """The agent's own address of the desk, as a gathered mail shows it."""
    office.use(office.config.model_copy(update={"desk": _few_notices(office)}))
    for number in range(3):
        office.mail(f"d{number}@customer.test", f"Invoice d{number}", "?")
    office.later(minutes=11)
    return office.last(agent, "gathered").reply_to


def _few_notices(office: Office) -> Any:
    return configuration(desk={"notice_limit": {"count": 1, "per": "10m"}}).desk


@pytest.mark.parametrize(
    ("line", "says"),
    [("#away until", "until when?"), ("#away until yesterday", "yesterday"), ("#away until someday", "someday")],
)
def test_an_absence_until_nobody_knows_when_is_an_error(office: Office, line: str, says: str) -> None:
    invoices(office)
    do(office, BOB, line)
    assert says in office.last(BOB, "command_error").text
    assert office.store.value("SELECT count(*) FROM absences") == 0


def test_an_agent_s_out_of_office_message_makes_nobody_absent(office: Office) -> None:
    invoices(office)
    do(office, BOB, "#take")
    office.reply(office.last(BOB), BOB, "#away\nI am at the sea.", ("Auto-Submitted", "auto-replied"))
    assert office.store.value("SELECT count(*) FROM absences") == 0


def test_back_of_one_who_was_not_away_mails_nothing(office: Office) -> None:
    invoices(office)
    do(office, BOB, "#take")
    before = len(office.letters())
    office.reply(office.last(BOB), BOB, "#back")
    assert len(office.letters()) == before


def test_a_reminder_goes_to_those_who_are_there(office: Office) -> None:
    invoices(office)
    do(office, BOB, "#take #due 3h")
    do(office, BOB, "#away")
    office.later(hours=4)
    assert office.letters(ALICE, "reminder") or office.letters(ALICE, "reminders")
    assert not office.letters(BOB, "reminder")


# --- watching ------------------------------------------------------------------------------------------------------


def test_who_watches_hears_of_everything_on_it(office: Office) -> None:
    invoices(office)
    notice = office.last(CARLA, "notice")
    do(office, BOB, "#take")
    do(office, CARLA, "#watch", notice)
    before = len(office.letters())
    office.reply(office.last("c0@customer.test"), "c0@customer.test", "Hello?")
    assert told(office, before) == [("bob", "New answer"), ("carla", "New answer")]
    assert do(office, BOB, "It is mended.") == [("carla", "A colleague has answered the customer")]
    assert do(office, BOB, "#note\nShe is nice.") == [("carla", "Private note: customers do not see it")]
    do(office, CARLA, "#unwatch")
    assert do(office, BOB, "#note\nVery nice.") == []


def test_who_watches_a_ticket_of_nobody_hears_of_answers_too(office: Office) -> None:
    invoices(office)
    do(office, CARLA, "#watch")
    assert do(office, BOB, "It is mended.") == [("carla", "A colleague has answered the customer")]


def test_another_ticket_can_be_watched_by_its_number(office: Office) -> None:
    invoices(office, 2)
    notice = office.last(CARLA, "notice")
    do(office, CARLA, "#watch #1", notice)
    assert office.store.rows("SELECT ticket_id, agent FROM watchers")[0]["ticket_id"] == 1
    do(office, CARLA, "#watch 99", notice)
    assert "there is no ticket 99" in office.last(CARLA, "command_error").text
    do(office, CARLA, "#unwatch 1", notice)
    assert office.store.value("SELECT count(*) FROM watchers") == 0


# --- mentions ------------------------------------------------------------------------------------------------------


def test_a_mention_reaches_an_agent_who_is_not_on_the_ticket(office: Office) -> None:
    office.mail(ANN, "Invoice", "The total is wrong.")
    do(office, ALICE, "#assign alice")
    heard = do(office, ALICE, "#note\nWhat do you think, @Bob? And @nobody?")
    assert heard == [("bob", "A private note mentions you: customers do not see it")]
    assert "What do you think" in office.last(BOB).text
    assert office.letters(ANN, "reply") == []


def test_a_plain_answer_to_a_note_is_a_note_and_reaches_no_customer(office: Office) -> None:
    invoices(office)
    do(office, ALICE, "#note\nWhat do you think, @bob?")
    notice = office.last(BOB, "notice")
    assert "the customer gets nothing" in notice.text
    customers = len(office.letters("c0@customer.test"))
    do(office, BOB, "She is right, I think.", notice)
    assert office.ticket()["messages"][-1]["kind"] == "note"
    assert "She is right" in office.last(ALICE, "notice").text
    assert len(office.letters("c0@customer.test")) == customers


def test_nobody_hears_twice_of_a_note_that_names_them(office: Office) -> None:
    invoices(office)
    do(office, BOB, "#take")
    heard = do(office, ALICE, "#note\n@bob @BOB look at this, @alice too.")
    assert heard == [("bob", "A private note mentions you: customers do not see it")]


@pytest.mark.parametrize(
    "words",
    [
        "write to x@bob",
        "bob@bob.example",
        "@bob.example",
        "@bobby",
        "https://social.test/@bob",
        "me@bob.",
        "@bob@x.test",
    ],
)
def test_what_only_looks_like_a_mention_is_words(office: Office, words: str) -> None:
    office.mail(ANN, "Hello", "Hello?")
    do(office, ALICE, "#take")
    assert do(office, ALICE, f"#note\nSee {words} for it") == []


def test_a_mention_in_an_answer_to_the_customer_is_words(office: Office) -> None:
    invoices(office)
    do(office, ALICE, "#take")
    assert do(office, ALICE, "Ask @bob on our network.") == []
    assert "@bob" in office.last("c0@customer.test").text


# --- escalation ----------------------------------------------------------------------------------------------------


def test_an_escalation_goes_to_the_team_presses_more_and_its_words_stay_private(office: Office) -> None:
    invoices(office)
    do(office, BOB, "#take")
    customers = len(office.letters("c0@customer.test"))
    heard = do(office, BOB, "#escalate tech\nShe threatens to sue.")
    ticket = office.ticket()
    assert (ticket["team"], ticket["assignee"], ticket["priority"]) == ("tech", None, "high")
    assert ticket["messages"][-1]["kind"] == "note"
    assert ("alice", "Escalated: this ticket is with your team now") in heard
    assert ("carla", "Private note: customers do not see it") in heard
    assert len(office.letters("c0@customer.test")) == customers


def test_an_escalation_without_a_team_goes_where_the_team_s_go(office: Office) -> None:
    office.use(desk(tech="round_robin"))
    invoices(office)
    heard = do(office, BOB, "#escalate")
    assert (office.ticket()["team"], office.ticket()["assignee"]) == ("tech", "alice")
    assert ("alice", "Escalated: this ticket is yours now") in heard
    do(office, ALICE, "#escalate")
    assert "where team tech escalates to is not configured" in office.last(ALICE, "command_error").text
    do(office, ALICE, "#escalate tech")
    assert "with team tech already" in office.last(ALICE, "command_error").text


@pytest.mark.parametrize(
    ("line", "priority"),
    [
        ("#escalate tech", "high"),
        ("#priority low", "low"),
        ("#escalate tech #priority low", "low"),
        ("#priority urgent #escalate tech", "urgent"),
    ],
)
def test_a_priority_that_is_named_wins(office: Office, line: str, priority: str) -> None:
    invoices(office)
    do(office, BOB, line)
    assert office.ticket()["priority"] == priority


def test_what_is_urgent_stays_urgent(office: Office) -> None:
    invoices(office)
    do(office, BOB, "#priority urgent")
    do(office, BOB, "#escalate tech")
    assert office.ticket()["priority"] == "urgent"


# --- taking --------------------------------------------------------------------------------------------------------


def test_whoever_takes_a_ticket_the_others_hear_of_it_once_and_shortly(office: Office) -> None:
    invoices(office)
    heard = do(office, BOB, "#take\nIt is mended.")
    assert heard == [("alice", "Bob Verdi has this ticket now"), ("carla", "Bob Verdi has this ticket now")]
    assert "The total is wrong" not in office.last(ALICE).text
    assert do(office, BOB, "#take") == []


def test_who_never_heard_of_a_ticket_does_not_hear_that_it_is_taken(office: Office) -> None:
    invoices(office)
    do(office, CARLA, "#away")
    invoices(office)
    do(office, BOB, "#take", office.last(BOB, "notice"))
    assert [m for m in office.letters(CARLA) if "[#2]" in m["Subject"]] == []


def test_who_is_given_a_ticket_gets_the_words_and_the_others_the_news(office: Office) -> None:
    invoices(office)
    heard = do(office, ALICE, "#assign carla")
    assert heard == [("bob", "Carla Neri has this ticket now"), ("carla", "This ticket is yours now")]
    assert "The total is wrong" in office.last(CARLA).text


def test_the_news_that_it_is_taken_counts_as_a_notice(office: Office) -> None:
    office.use(desk(desk={"notice_limit": {"count": 1, "per": "10m"}}))
    invoices(office)
    before = len(office.letters())
    office.reply(office.last(BOB, "notice"), BOB, "#take")
    assert told(office, before) == []
    office.later(minutes=11)
    assert office.last(ALICE).kind == "gathered"


# --- mistakes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("team", "says"),
    [
        ("{id: a, name: A, escalate_to: a}", "team a would escalate to itself"),
        ("{id: a, name: A, escalate_to: billng}, {id: billing, name: B}", "team billng is not in teams; did you mean"),
        ("{id: a, name: A, assign: round_robin}", "nobody is in team a"),
        ("{id: a, name: A, assign: everybody}", "'nobody', 'round_robin' or 'least_loaded'"),
    ],
)
def test_a_mistake_in_a_team_is_told(tmp_path: Path, team: str, says: str) -> None:
    (tmp_path / "maildesk.yaml").write_text(f"{SMALL}teams: [{team}]\n")
    (problem,) = load(tmp_path / "maildesk.yaml").problems
    assert says in problem.what


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("#team billng", "Did you mean: #team billing"),
        ("#escalate teck", "Did you mean: #escalate tech"),
        ("#watch bob", "there is no ticket bob"),
        ("#assign alicia", "Did you mean: #assign alice"),
    ],
)
def test_a_mistyped_name_changes_nothing_and_comes_back(office: Office, line: str, says: str) -> None:
    invoices(office)
    do(office, BOB, f"#priority high {line}")
    assert says in office.last(BOB, "command_error").text
    assert (office.ticket()["priority"], office.ticket()["team"]) == ("normal", "billing")


# --- gathered ------------------------------------------------------------------------------------------------------


def test_a_gathered_note_s_reply_address_makes_a_note(office: Office) -> None:
    office.use(desk(desk={"notice_limit": {"count": 1, "per": "10m"}}))
    invoices(office)
    office.reply(office.last(ALICE, "notice"), ALICE, "#note\nPsst.")
    office.later(minutes=11)
    gathered = office.last(BOB, "gathered")
    address = next(word for word in gathered.text.replace(">", " ").replace("<", " ").split() if "+n" in word)
    office.mail(BOB, "Re", "Psst yourself.", address.strip("().,"))
    assert office.ticket()["messages"][-1]["kind"] == "note"
