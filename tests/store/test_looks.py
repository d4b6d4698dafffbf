"""What agents ask to see is found in the queue's order, and through indexes: no look walks a whole table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from maildesk.model import (
    AddEntry,
    Address,
    AddTag,
    CreateTicket,
    Entry,
    Field,
    Kind,
    Look,
    MergeTickets,
    MoveEntries,
    Participant,
    Plan,
    Priority,
    RecordEvent,
    SetField,
    SetKind,
    SetTimer,
    StandTimers,
    Status,
    Step,
    Ticket,
    TimerKind,
    Verdict,
    View,
    Watch,
)
from maildesk.store import facts, looks, queue, rows
from maildesk.store.apply import apply
from maildesk.store.engine import Store, to_text
from maildesk.store.tickets import match
from tests.store.plans import plans

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
MINE = Look(View.LIST, assignee="alice")
TABLES = ("tickets", "t", "messages", "events", "outbox", "tags", "watchers", "inbox", "timers", "attachments", "links")


@pytest.fixture
def store(tmp_path: Path):
    store = Store.open(tmp_path / "desk.db")
    yield store
    store.close()


def does(store: Store, *steps: Step, at: datetime = NOW) -> None:
    with store.transaction():
        apply(store, Plan(Verdict.NOTE, "alice", steps), at)


def opens(store: Store, id: int, status: Status = Status.NEW, *, age: float = 0, **more: object) -> None:
    at = NOW - timedelta(hours=age)
    person = Participant("ann@customer.test", "requester", f"p{id}")
    fields: dict[str, object] = {
        "id": id,
        "token": f"t{id}",
        "subject": f"Ticket {id}",
        "status": status,
        "priority": Priority.NORMAL,
        "created_at": at,
        "updated_at": at,
        "contact_id": 0,
        "requester": Address("Ann", "ann@customer.test"),
        "participants": (person,),
    }
    does(store, CreateTicket(Ticket(**{**fields, **more})), at=at)  # type: ignore[arg-type]


def entry(store: Store, ticket: int, kind: Kind = Kind.AGENT, *, age: float = 0, text: str = "Words.") -> int:
    at = NOW - timedelta(hours=age)
    id = int(store.value("SELECT coalesce(max(id), 0) FROM messages")) + 1
    does(store, AddEntry(Entry(id, ticket, kind, "alice", "Subject", text, at)), at=at)
    return id


def seen(store: Store, look: Look, now: datetime = NOW) -> list[int]:
    found = looks.see(store, look, now)
    assert found.total >= len(found.tickets)
    return [ticket.id for ticket in found.tickets]


# --- the queue -------------------------------------------------------------------------------------------


def test_new_comes_first_then_open_then_pending_each_longest_since_the_last_answer(store: Store) -> None:
    for id, status in enumerate((Status.PENDING, Status.OPEN, Status.NEW, Status.OPEN, Status.NEW, Status.OPEN), 1):
        opens(store, id, status, age=100 - id)
    entry(store, 2, age=5)
    entry(store, 4, age=50)
    entry(store, 4, Kind.CUSTOMER, age=1)
    entry(store, 4, Kind.NOTE, age=1)
    assert seen(store, Look(View.LIST)) == [3, 5, 6, 4, 2, 1]


def test_what_is_over_comes_last_the_freshest_first(store: Store) -> None:
    for id, status in enumerate((Status.CLOSED, Status.SOLVED, Status.CLOSED, Status.NEW, Status.SPAM), 1):
        opens(store, id, status, age=100 - id)
    assert seen(store, Look(View.LIST)) == [4]
    assert seen(store, Look(View.LIST, status="all")) == [4, 2, 3, 1]
    assert seen(store, Look(View.LIST, status="closed")) == [3, 1]
    assert seen(store, Look(View.LIST, status="spam")) == [5]


def test_several_teams_are_one_queue_and_no_team_is_one_too(store: Store) -> None:
    for id, team in enumerate(("billing", None, "tech", "billing", "sales"), 1):
        opens(store, id, age=10 - id, team=team, assignee="bob" if id == 4 else None)
    assert seen(store, Look(View.LIST, teams=("billing", "", "tech"))) == [1, 2, 3, 4]
    assert seen(store, Look(View.LIST, unassigned=True, teams=("billing", ""))) == [1, 2]
    assert seen(store, Look(View.LIST, unassigned=True)) == [1, 2, 3, 5]
    assert seen(store, Look(View.LIST, assignee="bob", teams=("tech",))) == []


def test_every_narrowing_works_with_every_other_one(store: Store) -> None:
    for id in range(1, 9):
        opens(store, id, Status.OPEN, age=10 - id, assignee="alice" if id % 2 else None, team="billing",
              priority=Priority.HIGH if id > 4 else Priority.LOW)  # fmt: skip
        does(store, AddTag(id, "vip" if id % 3 else "old"))
    does(store, Watch(5, "bob"), Watch(6, "bob"))
    assert seen(store, Look(View.LIST, assignee="alice", priority="high")) == [5, 7]
    assert seen(store, Look(View.LIST, tag="vip", priority="high", teams=("billing",))) == [5, 7, 8]
    assert seen(store, Look(View.LIST, tag="old", assignee="alice", status="open")) == [3]
    assert seen(store, Look(View.LIST, watcher="bob", unassigned=True)) == [6]
    assert seen(store, Look(View.LIST, watcher="bob", tag="vip")) == [5]
    does(store, SetField(6, Field.SNOOZED_UNTIL, NOW + timedelta(hours=1)), AddTag(6, "vip"))
    assert seen(store, Look(View.LIST, watcher="bob", tag="vip", snoozed=True)) == [6]
    assert seen(store, Look(View.LIST, words="words", priority="high")) == []


def test_fifty_are_listed_and_all_of_them_counted(store: Store) -> None:
    for id in range(1, 61):
        opens(store, id, assignee="alice", team="billing")
    for look in (MINE, Look(View.LIST), Look(View.LIST, teams=("billing",)), Look(View.LIST, priority="normal")):
        found = looks.see(store, look, NOW)
        assert (len(found.tickets), found.total) == (queue.LISTED, 60)


def test_what_waits_for_us_does_not_wait_for_its_customer_unless_it_is_overdue(store: Store) -> None:
    opens(store, 1)
    opens(store, 2, Status.PENDING)
    opens(store, 3, Status.PENDING, due_at=NOW - timedelta(hours=1))
    assert seen(store, Look(View.LIST, waits=True)) == [1, 3]


def test_what_sleeps_is_in_no_list_but_in_that_of_all_and_in_its_own(store: Store) -> None:
    for id, status in enumerate((Status.NEW, Status.OPEN, Status.CLOSED), 1):
        opens(store, id, status, assignee="alice", team="billing", age=10 - id)
    does(store, SetField(1, Field.SNOOZED_UNTIL, NOW + timedelta(hours=1)))
    for look in (Look(View.LIST), MINE, Look(View.LIST, teams=("billing",)), Look(View.LIST, priority="normal")):
        assert seen(store, look) == [2]
        assert looks.see(store, look, NOW).total == 1
    assert seen(store, Look(View.LIST, status="all")) == [2, 1, 3]
    assert seen(store, Look(View.LIST, status="all", assignee="alice")) == [2, 1, 3]
    assert seen(store, Look(View.LIST, status="all", assignee="bob")) == []
    assert seen(store, Look(View.LIST, snoozed=True)) == [1]
    does(store, SetField(1, Field.SNOOZED_UNTIL, None))
    assert seen(store, Look(View.LIST)) == [1, 2]


# --- overdue ---------------------------------------------------------------------------------------------


def test_overdue_is_what_is_past_its_date_or_was_told_to_be_late(store: Store) -> None:
    opens(store, 1, due_at=NOW - timedelta(seconds=1))
    opens(store, 2, due_at=NOW + timedelta(seconds=1))
    opens(store, 3, Status.CLOSED, due_at=NOW - timedelta(hours=1))
    opens(store, 4, age=9)
    does(store, RecordEvent(4, "reminder", {"kind": "first_reply_due"}))
    opens(store, 5, age=9)
    does(store, RecordEvent(5, "reminder", {"kind": "first_reply_warn"}))
    assert seen(store, Look(View.LIST, overdue=True)) == [4, 1]
    assert looks.see(store, Look(View.LIST), NOW).overdue == {1, 4}
    does(store, SetField(4, Field.FIRST_REPLY_AT, NOW))
    assert seen(store, Look(View.LIST, overdue=True)) == [1]


# --- when an agent last answered -------------------------------------------------------------------------


def replied(store: Store, id: int) -> datetime | None:
    ticket = rows.ticket(store, id)
    assert ticket is not None
    return ticket.replied_at


def test_the_last_answer_is_known_through_undo_merging_and_splitting(store: Store) -> None:
    opens(store, 1)
    opens(store, 2)
    first, last, other = entry(store, 1, age=9), entry(store, 1, age=3), entry(store, 2, age=1)
    assert replied(store, 1) == NOW - timedelta(hours=3)
    does(store, SetKind(last, Kind.NOTE))
    assert replied(store, 1) == NOW - timedelta(hours=9)
    does(store, MoveEntries((other,), 2, 1))
    assert (replied(store, 1), replied(store, 2)) == (NOW - timedelta(hours=1), None)
    does(store, MoveEntries((first, other), 1, 2), MergeTickets(2, 1))
    assert replied(store, 1) == NOW - timedelta(hours=1)


def test_history_that_comes_late_does_not_make_an_answer_older(store: Store) -> None:
    opens(store, 1)
    entry(store, 1, age=1)
    entry(store, 1, age=100)
    assert replied(store, 1) == NOW - timedelta(hours=1)


# --- one ticket, and figures -----------------------------------------------------------------------------


def test_a_merged_ticket_is_in_no_list_and_found_through_its_survivor(store: Store) -> None:
    opens(store, 1)
    opens(store, 2)
    entry(store, 2, Kind.CUSTOMER, text="It burns.")
    does(store, MergeTickets(2, 1))
    assert seen(store, Look(View.LIST, status="all")) == [1]
    assert seen(store, Look(View.LIST, words="burns", status="all")) == [1]
    shown = looks.see(store, Look(View.SHOW, ticket_id=2), NOW)
    assert [ticket.id for ticket in shown.tickets] == [1]
    assert [each.text for each in shown.entries] == ["It burns."]
    assert (2, "merged") in shown.links


def test_there_is_nothing_to_see_where_there_is_nothing(store: Store) -> None:
    for look in (Look(View.SHOW, ticket_id=1), Look(View.WHY, entry_id=1), Look(View.SHOW), Look(View.LIST, words="")):
        found = looks.see(store, look, NOW)
        assert (found.tickets, found.total) == ((), 0)


def test_figures_count_each_ticket_and_mail_once(store: Store) -> None:
    opens(store, 1, team="billing", assignee="alice")
    opens(store, 2, Status.OPEN, age=30)
    opens(store, 3, Status.CLOSED, closed_at=NOW)
    opens(store, 4, Status.SPAM, closed_at=NOW)
    for kind, age in ((Kind.CUSTOMER, 0), (Kind.CUSTOMER, 30), (Kind.NOTE, 0), (Kind.AGENT, 30), (Kind.HELD, 0)):
        entry(store, 2, kind, age=age)
    found = looks.see(store, Look(View.STATS, zone="Europe/Rome"), NOW).counts
    assert {name: count for name, count in found.items() if count and not name.startswith(("agent", "team"))} == {
        "status:new": 1, "status:open": 1,
        "in:today": 1, "solved:today": 1, "in:week": 1, "solved:week": 1,
    }  # fmt: skip
    assert {name: count for name, count in found.items() if name.startswith(("agent", "team"))} == {
        "agent:alice:new": 1, "team:billing:new": 1, "team::open": 1,
    }  # fmt: skip


# --- timers that stand -----------------------------------------------------------------------------------


def test_timers_stand_as_wanted_and_what_is_due_stays_until_it_has_fired(store: Store) -> None:
    kinds = (TimerKind.DIGEST, TimerKind.WEEKLY)
    later, past = NOW + timedelta(hours=1), NOW - timedelta(hours=1)
    for agent, at in (("due", past), ("later", later), ("gone", later), ("gone_due", past)):
        does(store, SetTimer(TimerKind.DIGEST, at, agent=agent))
    does(store, SetTimer(TimerKind.GATHER, later, agent="alice"))
    tomorrow = NOW + timedelta(days=1)
    wanted = tuple(SetTimer(TimerKind.DIGEST, tomorrow, agent=agent) for agent in ("due", "later", "fresh"))
    for _ in range(2):
        does(store, StandTimers(kinds, wanted))
        found = store.rows("SELECT kind, agent, at FROM timers ORDER BY kind, agent")
        assert [tuple(row) for row in found] == [
            ("digest", "due", to_text(past)),
            ("digest", "fresh", to_text(tomorrow)),
            ("digest", "later", to_text(tomorrow)),
            ("gather", "alice", to_text(later)),
        ]


# --- speed -----------------------------------------------------------------------------------------------

ROWID = "INTEGER PRIMARY KEY"
LOOKS = [
    (Look(View.LIST), {"tickets_queue"}),
    (Look(View.LIST, status="all"), {"tickets_queue", "tickets_snoozed"}),
    (MINE, {"tickets_assigned"}),
    (Look(View.LIST, assignee="alice", status="closed"), {"tickets_queue"}),
    (Look(View.LIST, teams=("billing", "")), {"tickets_team"}),
    (Look(View.LIST, unassigned=True, teams=("billing", "")), {"tickets_team"}),
    (Look(View.LIST, unassigned=True), {"tickets_queue"}),
    (Look(View.LIST, priority="urgent"), {"tickets_queue"}),
    (Look(View.LIST, assignee="alice", waits=True), {"tickets_assigned"}),
    (Look(View.LIST, tag="vip"), set()),
    (Look(View.LIST, watcher="alice"), set()),
    (Look(View.LIST, snoozed=True), {"tickets_snoozed"}),
    (Look(View.LIST, overdue=True), {"tickets_due", "tickets_queue"}),
    (Look(View.LIST, words="invoice", status="all"), set()),
    (Look(View.SHOW, ticket_id=1), {"tickets_merged"}),
    (Look(View.WHY, ticket_id=1), set()),
    (Look(View.STATS, zone="UTC"), {"tickets_assigned", "tickets_team", "tickets_done", "tickets_queue"}),
]


@pytest.mark.parametrize(("look", "indexes"), LOOKS)
def test_a_look_finds_tickets_by_their_ids_and_the_indexes_made_for_it(
    store: Store, look: Look, indexes: set[str]
) -> None:
    opens(store, 1, team="billing", assignee="alice")
    entry(store, 1)
    used = set[str]()
    for sql, plan in plans(store, lambda: looks.see(store, look, NOW)).items():
        made = {step.split()[1] for step in plan if step.startswith(("CO-ROUTINE", "MATERIALIZE"))}
        for step in plan:
            words = step.split()
            if words[0] in ("SCAN", "SEARCH") and words[1] in TABLES and words[1] not in made:
                assert "USING" in words, sql  # or it walks the whole table
                used |= {step.partition("INDEX ")[2].split(" ")[0] or ROWID} if words[1] in ("t", "tickets") else set()
    assert used - {ROWID} == indexes


@pytest.mark.parametrize(
    ("words", "enough", "found"),
    [
        ("invoice", 2, {"the invoice", "an old invoice"}),  # enough say it as it stands
        ("invoice", 3, {"the invoice", "an old invoice", "old invoices"}),
        ("old invoice", 1, {"an old invoice"}),
        ("old invoice", 2, {"an old invoice", "old invoices"}),
        ("invo", 1, {"the invoice", "an old invoice", "old invoices"}),
        ("inv olds", 1, set()),  # of all words but the last the whole
    ],
)
def test_the_last_word_is_a_beginning_where_too_few_messages_say_it_as_it_stands(
    store: Store, words: str, enough: int, found: set[str]
) -> None:
    opens(store, 1)
    for text in ("the invoice", "an old invoice", "old invoices", "the bill"):
        entry(store, 1, text=text)
    sql = "SELECT text FROM messages WHERE id IN (SELECT rowid FROM search WHERE search MATCH ?)"
    assert {row["text"] for row in store.rows(sql, (match(store, words, enough),))} == found


def test_how_much_an_agent_was_shown_is_counted_apart_from_errors(store: Store) -> None:
    for number, kind in enumerate(("listing", "ticket", "command_error", "stats", "why", "notice")):
        raw = store.insert("INSERT INTO raw (bytes) VALUES (?)", (b"",))
        store.execute(
            "INSERT INTO outbox (message_id, envelope_from, envelope_to, mailbox, raw_id, next_at, kind, agent,"
            " created_at) VALUES (?, '', 'a@b.test', 'a@b.test', ?, ?, ?, 'alice', ?)",
            (f"<{number}@x>", raw, to_text(NOW), kind, to_text(NOW)),
        )
    since = NOW - timedelta(hours=1)
    assert (facts.shown(store, since), facts.answers(store, since)) == ({"alice": 4}, {"alice": 1})
