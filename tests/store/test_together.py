"""Merged and split tickets in the store: everything follows, nothing is lost, and whatever led there still does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from maildesk.model import (
    AddEntry,
    AddInquiry,
    AddParticipant,
    Address,
    AddTag,
    CreateTicket,
    Defer,
    Deferred,
    Entry,
    Field,
    GatherNotice,
    InboxState,
    Inquiry,
    Kind,
    LinkTickets,
    MergeTickets,
    MoveEntries,
    Participant,
    Plan,
    Priority,
    Purpose,
    Question,
    QueueMail,
    RawMail,
    RemoveParticipant,
    SetField,
    SetKind,
    SetRequester,
    SetTimer,
    Status,
    Ticket,
    TimerKind,
    Verdict,
    Wait,
    Watch,
)
from maildesk.store import due, facts, intake, rows, tickets
from maildesk.store.apply import apply
from maildesk.store.engine import Store

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ANN, BRUNO = "ann@customer.test", "bruno@customer.test"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "desk.db")
    yield store
    store.close()


def do(store: Store, *steps: object, now: datetime = NOW, actor: str = "alice") -> None:
    with store.transaction():
        apply(store, Plan(Verdict.NOTE, actor, steps), now)  # type: ignore[arg-type]


def ticket(id: int, email: str = ANN, *others: Participant, **changes: object) -> CreateTicket:
    first = Participant(email, "requester", f"t{id}-{email}")
    fields: dict[str, object] = {
        "id": id,
        "token": f"t{id}",
        "subject": f"Ticket {id}",
        "status": Status.NEW,
        "priority": Priority.NORMAL,
        "created_at": NOW,
        "updated_at": NOW,
        "contact_id": 0,
        "requester": Address("", email),
        "participants": (first, *others),
    }
    return CreateTicket(Ticket(**{**fields, **changes}))  # type: ignore[arg-type]


def entry(id: int, on: int, kind: Kind = Kind.CUSTOMER, author: str = ANN, **more: object) -> AddEntry:
    made = Entry(id, on, kind, author, "Subject", f"words of {id}", NOW, message_id=f"<m{id}@customer.test>", **more)  # type: ignore[arg-type]
    return AddEntry(made)


def found(store: Store, id: int) -> Ticket:
    ticket = rows.ticket(store, id)
    assert ticket is not None
    return ticket


def whole(store: Store, id: int) -> dict[str, object]:
    shown = tickets.whole(store, id)
    assert shown is not None
    return shown


def events(store: Store, id: int, kind: str) -> list[dict[str, object]]:
    return [event["data"] for event in whole(store, id)["events"] if event["kind"] == kind]  # type: ignore[attr-defined]


def test_every_table_that_names_a_ticket_is_thought_of_where_tickets_are_merged(store: Store) -> None:
    """Who adds such a table decides here what becomes of its rows, and sees to it in `store.together`."""
    follow = {"messages", "outbox", "inbox", "gathered", "deferred", "ratings", "participants", "inquiries", "fields",
              "watchers", "tags", "links", "timers"}  # fmt: skip
    stay = {"events", "faq"}  # a ticket's own log; where an answer was found once
    named = {
        table["name"]
        for table in store.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")
        for column in store.rows("SELECT name FROM pragma_table_info(?)", (table["name"],))
        if column["name"] == "ticket_id"
    }
    assert named == follow | stay


def test_messages_mails_and_the_ledger_go_to_the_survivor(store: Store) -> None:
    (inbox,) = intake.accept(store, [RawMail(b"x", "smtp", NOW)])
    do(store, ticket(1), ticket(2), entry(1, 1, inbox_id=inbox), entry(2, 2))
    do(store, QueueMail(b"x", "<to-ann@acme.test>", "", ANN, Purpose.REPLY, 1, entry_id=1))
    do(store, GatherNotice("alice", 1, 1), Defer(Deferred(Wait.LATER, "alice", inbox, 1, at=NOW)))
    store.execute("INSERT INTO ratings (ticket_id, score, at) VALUES (1, 5, '')")
    intake.settle(store, inbox, InboxState.TICKETED, 1, "new", ("", "", ""))
    do(store, MergeTickets(1, 2))
    assert [m["id"] for m in whole(store, 2)["messages"]] == [1, 2]  # type: ignore[attr-defined]
    for table in ("inbox", "outbox", "gathered", "deferred", "ratings"):
        assert {row["ticket_id"] for row in store.rows(f"SELECT ticket_id FROM {table}")} == {2}, table
    (found_,) = tickets.listing(store, tickets.Filter(words="words of 1"))
    assert found_["id"] == 2
    (gathered,) = due.gathered(store, "alice", 10)
    assert (gathered.ticket.id, gathered.entry.id) == (2, 1)


def test_what_was_merged_is_closed_and_both_logs_tell_of_it(store: Store) -> None:
    do(store, ticket(1), ticket(2), entry(1, 1), entry(2, 1, Kind.NOTE, "alice"))
    do(store, MergeTickets(1, 2))
    old = whole(store, 1)
    assert (old["status"], old["merged_into"], old["messages"]) == ("closed", 2, [])
    assert old["closed_at"] is not None
    assert events(store, 1, "status")[-1] == {"old": "new", "new": "closed"}
    assert events(store, 1, "merged") == [{"into": 2, "messages": 2, "entries": "1", "revision": 1}]
    assert events(store, 2, "merged_in") == [{"from": 1, "messages": 2, "entries": "1", "revision": 1}]
    assert [t["id"] for t in tickets.listing(store, tickets.Filter())] == [2]


def test_people_keep_their_addresses_and_roles_where_both_tickets_have_them(store: Store) -> None:
    carl = Participant("Carl@customer.test", "cc", "t1-carl")
    do(store, ticket(1, ANN, carl), ticket(2, BRUNO, Participant(ANN, "cc", "t2-ann")))
    do(store, MergeTickets(1, 2))
    people = {p.email: (p.role, p.token) for p in found(store, 2).participants}
    assert people == {
        BRUNO: ("requester", f"t2-{BRUNO}"),
        ANN: ("cc", "t2-ann"),
        "Carl@customer.test": ("cc", "t1-carl"),
    }
    for token in (f"t1-{ANN}", "t2-ann", "t1-carl", f"t2-{BRUNO}"):
        by_token = facts.gather(store, Question(customer_tokens=(token,))).by_token
        assert by_token is not None
        assert by_token.id == 2, token


def test_the_requester_of_the_merged_ticket_is_one_of_the_others_now(store: Store) -> None:
    do(store, ticket(1), ticket(2, BRUNO))
    do(store, MergeTickets(1, 2))
    assert [(p.email, p.role) for p in found(store, 2).participants] == [(BRUNO, "requester"), (ANN, "cc")]
    assert found(store, 2).requester.email == BRUNO


def test_who_is_taken_off_the_survivor_has_no_address_left_on_what_was_merged(store: Store) -> None:
    do(store, ticket(1), ticket(2, BRUNO, Participant(ANN, "cc", "t2-ann")))
    do(store, MergeTickets(1, 2))
    do(store, RemoveParticipant(2, ANN))
    assert facts.gather(store, Question(customer_tokens=(f"t1-{ANN}",))).by_token is None


def test_whose_ticket_it_was_leaves_with_all_their_addresses_when_it_becomes_another_s(store: Store) -> None:
    do(store, ticket(1), ticket(2, ANN, Participant(BRUNO, "cc", "t2-bruno")))
    do(store, MergeTickets(1, 2), SetRequester(2, Participant(BRUNO, "requester", "ignored")))
    assert [(p.email, p.role, p.token) for p in found(store, 2).participants] == [(BRUNO, "requester", "t2-bruno")]
    for token in (f"t1-{ANN}", f"t2-{ANN}"):
        assert facts.gather(store, Question(customer_tokens=(token,))).by_token is None, token
    assert (
        store.value("SELECT email FROM contacts JOIN tickets ON contact_id = contacts.id WHERE tickets.id = 2") == BRUNO
    )


def test_tags_watchers_fields_and_third_parties_are_there_once(store: Store) -> None:
    do(
        store,
        ticket(1, tags=frozenset({"vip", "money"}), fields=(("Product", "drill"), ("Order", "7"))),
        ticket(2, tags=frozenset({"vip"}), fields=(("Product", "saw"),)),
        *(Watch(id, "bob") for id in (1, 2)),
        AddInquiry(Inquiry(1, "supplier@parts.test", "i1", "alice")),
        AddInquiry(Inquiry(2, "supplier@parts.test", "i2", "bob")),
        MergeTickets(1, 2),
    )
    survivor = found(store, 2)
    assert survivor.tags == {"vip", "money"}
    assert survivor.watchers == {"bob"}
    assert dict(survivor.fields) == {"Product": "saw", "Order": "7"}
    assert whole(store, 1)["fields"] == {"Product": "drill"}  # what the survivor has no room for stays readable
    for token in ("i1", "i2"):
        asked = facts.gather(store, Question(customer_tokens=(token,)))
        assert asked.by_inquiry is not None, token
        assert asked.by_inquiry.id == 2, token


def test_links_lead_to_the_survivor_and_none_of_them_to_itself(store: Store) -> None:
    do(store, *(ticket(id) for id in (1, 2, 3, 4)))
    do(
        store,
        LinkTickets(1, 2, "relates"),
        LinkTickets(1, 3, "duplicates"),
        LinkTickets(2, 3, "duplicates"),
        LinkTickets(4, 1, "blocks"),
    )
    do(store, MergeTickets(1, 2))
    assert whole(store, 2)["links"] == [{"other_id": 3, "kind": "duplicates"}, {"other_id": 4, "kind": "blocked_by"}]
    assert whole(store, 3)["links"] == [{"other_id": 2, "kind": "duplicated_by"}]
    assert whole(store, 1)["links"] == []


def test_agents_own_reminders_come_along_and_deadlines_are_the_survivor_s(store: Store) -> None:
    soon, late = NOW + timedelta(hours=1), NOW + timedelta(hours=5)
    do(
        store,
        ticket(1),
        ticket(2),
        SetTimer(TimerKind.REMIND, soon, 1, "alice"),
        SetTimer(TimerKind.REMIND, late, 2, "alice"),
        SetTimer(TimerKind.REMIND, late, 1, "bob"),
        SetTimer(TimerKind.DUE, soon, 1),
        SetTimer(TimerKind.DUE, late, 2),
        MergeTickets(1, 2),
    )
    found_ = (*due.reminders(store, late, 9), *due.timers(store, late, 9))
    timers = [(t.kind, t.at, t.ticket_id, t.agent) for t in found_]
    assert sorted(timers, key=str) == sorted(
        [
            (TimerKind.REMIND, soon, 2, "alice"),
            (TimerKind.REMIND, late, 2, "bob"),
            (TimerKind.DUE, late, 2, None),
        ],
        key=str,
    )


def test_a_chain_of_merges_is_one_step_long_and_all_of_it_leads_to_its_end(store: Store) -> None:
    do(store, *(ticket(id) for id in range(1, 31)), *(entry(id, id) for id in range(1, 31)))
    for id in range(1, 30):
        do(store, MergeTickets(id, id + 1))
    assert {row[0] for row in store.rows("SELECT merged_into FROM tickets WHERE id < 30")} == {30}
    for id in (1, 15, 29):
        assert found(store, id).id == 30
        known = facts.gather(store, Question(references=(f"<m{id}@customer.test>",), tag=id))
        assert known.by_reference is not None
        assert known.by_tag is not None
        assert (known.by_reference.id, known.by_tag.id) == (30, 30)
    assert found(store, 1).revision == 30


def test_what_a_plan_does_after_a_merge_is_done_to_the_survivor(store: Store) -> None:
    do(store, *(ticket(id) for id in (1, 2, 3)))
    do(
        store,
        MergeTickets(1, 2),
        SetField(1, Field.ASSIGNEE, "bob"),
        AddTag(1, "late"),
        entry(1, 1),
        MergeTickets(1, 3),
        AddParticipant(1, Participant(BRUNO, "cc", "late")),
        MergeTickets(2, 3),
    )
    assert [m["id"] for m in whole(store, 3)["messages"]] == [1]  # type: ignore[attr-defined]
    assert {row["merged_into"] for row in store.rows("SELECT merged_into FROM tickets WHERE id < 3")} == {3}
    assert found(store, 3).tags == {"late"}
    assert whole(store, 2)["assignee"] == "bob"
    assert found(store, 3).participant(BRUNO) is not None
    assert found(store, 3).status is Status.NEW


def test_the_customer_who_waits_longer_counts(store: Store) -> None:
    early = NOW - timedelta(hours=3)
    do(store, ticket(1), entry(1, 1), now=early)
    store.execute("UPDATE tickets SET waiting_since = ? WHERE id = 1", ("2026-03-02T07:00:00.000Z",))
    do(store, ticket(2), entry(2, 2), entry(3, 2, Kind.AGENT, "alice"))
    do(store, MergeTickets(1, 2))
    assert found(store, 2).waiting_since == early  # though an answer went to the other one since


# --- what an agent has seen ----------------------------------------------------------------------------------


def since(store: Store, ticket: int, revision: int) -> list[int]:
    """What an agent has not seen who answers a notice of this ticket with this revision."""
    asked = Question(signed_ticket=ticket, seen_revision=revision, agent="alice")
    return [entry.id for entry in facts.gather(store, asked).since]


def test_an_old_notice_of_either_ticket_shows_all_of_the_other_one_as_new(store: Store) -> None:
    do(store, ticket(1), ticket(2), entry(1, 1), entry(2, 2), entry(3, 1, Kind.AGENT, "bob"), entry(4, 2))
    do(store, MergeTickets(1, 2))
    assert since(store, 1, 2) == [2, 4]
    assert since(store, 1, 1) == [2, 3, 4]
    assert since(store, 2, 2) == [1, 3]
    assert since(store, 2, 1) == [1, 3, 4]
    assert since(store, 2, found(store, 2).revision) == []
    do(store, entry(5, 2))
    assert since(store, 2, found(store, 2).revision - 1) == [5]


def test_a_message_that_became_a_note_before_the_merge_hides_none_that_came_after(store: Store) -> None:
    do(store, ticket(1), ticket(2), entry(1, 1), entry(2, 1, Kind.AGENT, "bob"), entry(3, 2))
    do(store, SetKind(2, Kind.NOTE), MergeTickets(1, 2))
    told = found(store, 2).revision
    do(store, entry(4, 2))
    assert since(store, 2, told) == [4]


def test_what_was_let_in_was_shown_before(store: Store) -> None:
    do(store, ticket(1), entry(1, 1), entry(2, 1, Kind.HELD, BRUNO), SetKind(2, Kind.CUSTOMER))
    assert since(store, 1, 1) == []
    do(store, ticket(2), MergeTickets(1, 2), entry(3, 2))
    assert since(store, 2, found(store, 2).revision - 1) == [3]


# --- moved messages --------------------------------------------------------------------------------------------


def test_moved_messages_take_along_what_leads_to_them(store: Store) -> None:
    (inbox,) = intake.accept(store, [RawMail(b"x", "smtp", NOW)])
    do(store, ticket(1), entry(1, 1), entry(2, 1, inbox_id=inbox), entry(3, 1, Kind.NOTE, "bob"))
    do(
        store,
        QueueMail(b"x", "<reply@acme.test>", "", ANN, Purpose.REPLY, 1, entry_id=2),
        QueueMail(b"x", "<notice@acme.test>", "", "alice@acme.test", Purpose.NOTICE, 1, entry_id=2, agent="alice"),
        QueueMail(b"x", "<first@acme.test>", "", ANN, Purpose.AUTO_REPLY, 1),
        GatherNotice("bob", 1, 2),
    )
    intake.settle(store, inbox, InboxState.TICKETED, 1, "reply", ("", "", ""))
    do(store, ticket(2), MoveEntries((2, 3), 1, 2), LinkTickets(2, 1, "split"))
    assert [m["id"] for m in whole(store, 2)["messages"]] == [2, 3]  # type: ignore[attr-defined]
    assert store.value("SELECT ticket_id FROM inbox") == 2
    assert store.value("SELECT ticket_id FROM gathered") == 2
    for reference, on in (("<m1@customer.test>", 1), ("<m2@customer.test>", 2), ("<reply@acme.test>", 2),
                          ("<first@acme.test>", 1)):  # fmt: skip
        by_reference = facts.gather(store, Question(references=(reference,))).by_reference
        assert by_reference is not None
        assert by_reference.id == on, reference
    assert (found(store, 1).revision, found(store, 2).revision) == (3, 1)  # an older notice of 1 is an old one now
    assert events(store, 1, "moved_out") == [{"to": 2, "messages": 2, "entries": "2"}]
    assert whole(store, 1)["links"] == [{"other_id": 2, "kind": "split_into"}]


def test_messages_of_another_ticket_do_not_move(store: Store) -> None:
    do(store, ticket(1), ticket(2), ticket(3), entry(1, 1), entry(2, 3), MoveEntries((1, 2), 1, 2))
    assert [m["id"] for m in whole(store, 3)["messages"]] == [2]  # type: ignore[attr-defined]


def test_the_notice_of_a_moved_message_is_answered_where_it_stands_now(store: Store) -> None:
    do(store, ticket(1), entry(1, 1), entry(2, 1), entry(3, 1))
    do(store, QueueMail(b"x", "<n2@acme.test>", "", "a@acme.test", Purpose.NOTICE, 1, entry_id=2, agent="alice"))
    do(store, ticket(2), MoveEntries((2, 3), 1, 2), LinkTickets(2, 1, "split"))

    def answer(agent: str, reference: str) -> tuple[int, list[int]]:
        asked = Question(references=(reference,), signed_ticket=1, seen_revision=2, agent=agent)
        known = facts.gather(store, asked)
        assert known.signed_for is not None
        assert known.signed_as == 1
        return known.signed_for.id, [entry.id for entry in known.since]

    assert answer("alice", "<n2@acme.test>") == (2, [3])
    assert answer("bob", "<n2@acme.test>") == (1, [])  # it is not his notice
    assert answer("alice", "<unknown@x.test>") == (1, [])


def test_the_new_ticket_s_notices_know_what_moved_there(store: Store) -> None:
    do(store, ticket(1), entry(1, 1), entry(2, 1), entry(3, 1))
    do(store, ticket(2), MoveEntries((2, 3), 1, 2))
    assert since(store, 2, 2) == []
    do(store, entry(4, 2))
    assert since(store, 2, 2) == [4]


def test_the_shell_finds_of_a_merged_ticket_all_that_the_survivor_has(store: Store) -> None:
    do(store, ticket(1), ticket(2), entry(1, 1), entry(2, 2, Kind.HELD, BRUNO), MergeTickets(1, 2))
    known = facts.of_ticket(store, 1, Question(now=NOW))
    assert known.signed_for is not None
    assert known.signed_for.id == 2
    assert [entry.id for entry in known.held] == [2]
    assert known.entry is not None
    assert ANN in known.threads
