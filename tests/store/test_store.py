"""The store keeps what it was given: mails before anyone said 250, plans whole or not at all."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from maildesk.model import (
    AddEntry,
    Address,
    AddTag,
    CancelTimers,
    CreateTicket,
    Entry,
    Field,
    InboxState,
    Kind,
    Participant,
    Plan,
    Priority,
    Purpose,
    Question,
    QueueMail,
    RawMail,
    SetField,
    SetTimer,
    Status,
    Ticket,
    TimerKind,
    Verdict,
)
from maildesk.store import due, facts, intake, mailboxes, outbox, rows, tickets
from maildesk.store.apply import apply
from maildesk.store.engine import Store, to_text, to_time
from maildesk.store.mailboxes import MailboxUid, Place

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path):
    store = Store.open(tmp_path / "desk.db")
    yield store
    store.close()


def raw(text: bytes = b"Subject: x\r\n\r\nhello\r\n") -> RawMail:
    return RawMail(text, "smtp", NOW, "ann@customer.test", ("support@acme.test",))


def ticket(id: int = 1, **changes: object) -> Ticket:
    fields: dict[str, object] = {
        "id": id,
        "token": f"token{id}",
        "subject": "Päivää, invoice",
        "status": Status.NEW,
        "priority": Priority.NORMAL,
        "created_at": NOW,
        "updated_at": NOW,
        "contact_id": 0,
        "requester": Address("Ann", "ann@customer.test"),
        "participants": (Participant("ann@customer.test", "requester", f"token{id}", "Ann"),),
    }
    return Ticket(**{**fields, **changes})  # type: ignore[arg-type]


def entry(id: int = 1, ticket_id: int = 1, text: str = "the total is wrong", kind: Kind = Kind.CUSTOMER) -> AddEntry:
    made = Entry(id, ticket_id, kind, "ann@customer.test", "Invoice", text, NOW, message_id=f"<m{id}@customer.test>")
    return AddEntry(made)


def do(store: Store, *steps: object, now: datetime = NOW) -> None:
    with store.transaction():
        apply(store, Plan(Verdict.NEW_TICKET, "ann", steps), now)  # type: ignore[arg-type]


def test_an_accepted_mail_is_there_for_another_connection(store: Store, tmp_path: Path) -> None:
    (id,) = intake.accept(store, [raw()])
    other = Store.open(tmp_path / "desk.db")
    assert intake.waiting(other, NOW, 10) == [id]
    assert intake.load(other, id) == raw()
    other.close()


def test_the_ledger_adds_up(store: Store) -> None:
    ids = intake.accept(store, [raw(), raw(b"a"), raw(b"b"), raw(b"c")])
    intake.settle(store, ids[1], InboxState.IGNORED, None, "same as 1", ("", "", ""))
    intake.quarantine(store, ids[2], "it fails", "Traceback")
    counts, mails = intake.ledger(store, 3)
    assert counts == {"received": 2, "ticketed": 0, "ignored": 1, "quarantined": 1, "total": 4}
    assert [mail["id"] for mail in mails] == ids[1:]


def test_a_mail_that_was_put_off_is_not_thought_about_before_its_time(store: Store) -> None:
    (id,) = intake.accept(store, [raw()])
    intake.put_off(store, id, NOW + timedelta(seconds=5), "Traceback")
    assert intake.waiting(store, NOW, 10) == []
    assert intake.waiting(store, NOW + timedelta(seconds=5), 10) == [id]
    assert intake.attempts(store, id) == 1


def test_a_plan_is_applied_whole_or_not_at_all(store: Store) -> None:
    broken = entry(ticket_id=99)  # no such ticket: the foreign key refuses it
    with pytest.raises(sqlite3.IntegrityError):
        do(store, CreateTicket(ticket()), AddTag(1, "money"), broken)
    assert store.value("SELECT count(*) FROM tickets") == 0
    assert store.value("SELECT count(*) FROM tags") == 0


def test_a_ticket_comes_back_as_it_was_made(store: Store) -> None:
    made = ticket(team="billing", tags=frozenset({"money", "vip"}), language="fi")
    do(store, CreateTicket(made), entry())
    found = rows.ticket(store, 1)
    assert found is not None
    assert (found.subject, found.team, found.tags, found.language) == (made.subject, "billing", made.tags, "fi")
    (person,) = found.participants
    assert (person.email, person.role, person.issued_at) == ("ann@customer.test", "requester", NOW)
    assert found.revision == 1  # one public message


def test_changing_a_field_records_the_old_and_the_new_value_once(store: Store) -> None:
    do(store, CreateTicket(ticket()))
    do(store, SetField(1, Field.STATUS, Status.OPEN), SetField(1, Field.STATUS, Status.OPEN))
    whole = tickets.whole(store, 1)
    assert whole is not None
    changes = [event["data"] for event in whole["events"] if event["kind"] == "status"]
    assert changes == [{"old": "new", "new": "open"}]


def test_search_finds_words_without_their_accents_and_takes_people_s_signs_as_words(store: Store) -> None:
    do(store, CreateTicket(ticket()), entry(text="La fattura è sbagliata: 100% NOT ok"))
    for words in ("fattura", "sbagliata e", 'e "sbagli', "NOT", "100%", "#1", "1"):
        assert [t["id"] for t in tickets.listing(store, tickets.Filter(words=words))] == [1], words
    assert tickets.listing(store, tickets.Filter(words="ricevuta")) == []


def test_a_search_narrowed_to_few_looks_behind_the_many_that_say_the_same(store: Store) -> None:
    others = [entry(id=id, ticket_id=2, text="The invoice.") for id in range(2, 2_100)]
    old, new = ticket(team="tech"), ticket(2, token="other", participants=(), team="billing", tags=frozenset({"x"}))
    do(store, CreateTicket(old), CreateTicket(new), entry(text="The invoice."), *others)
    assert [t["id"] for t in tickets.listing(store, tickets.Filter(words="invoice", team="tech"))] == [1]
    assert [t["id"] for t in tickets.listing(store, tickets.Filter(words="invoice", tag="x"))] == [2]
    assert [t["id"] for t in tickets.listing(store, tickets.Filter(tag="x", status="new"))] == [2]
    assert tickets.listing(store, tickets.Filter(words="invoice", tag="y")) == []


def test_closed_tickets_are_listed_only_when_asked_for(store: Store) -> None:
    do(store, CreateTicket(ticket()), CreateTicket(ticket(2, status=Status.CLOSED, token="other", participants=())))
    assert [t["id"] for t in tickets.listing(store, tickets.Filter())] == [1]
    assert {t["id"] for t in tickets.listing(store, tickets.Filter(status="all"))} == {1, 2}
    assert [t["id"] for t in tickets.listing(store, tickets.Filter(status="closed"))] == [2]


def test_a_queued_mail_is_due_at_its_time_and_not_while_it_is_under_way(store: Store) -> None:
    mail = QueueMail(b"bytes", "<1@acme.test>", "", "ann@customer.test", Purpose.AUTO_REPLY)
    later = QueueMail(b"held", "<2@acme.test>", "", "bo@customer.test", Purpose.REPLY, not_before=NOW + timedelta(30))
    do(store, mail, later)
    (queued,) = outbox.due(store, NOW, 10)
    assert queued.raw == b"bytes"
    assert outbox.due(store, NOW, 10, excluding={queued.id}) == []
    outbox.sent(store, queued.id, NOW)
    assert outbox.due(store, NOW, 10) == []


def test_a_failed_mail_is_untold_until_somebody_was_told(store: Store) -> None:
    do(store, QueueMail(b"x", "<1@acme.test>", "", "ann@customer.test", Purpose.REPLY, agent="alice"))
    outbox.fail(store, 1, "550 no such user")
    ((sent, error),) = outbox.untold(store, 10)
    assert (sent.recipient, error) == ("ann@customer.test", "550 no such user")
    outbox.told(store, sent.id)
    assert outbox.untold(store, 10) == []


def test_a_dropped_mail_stays_dropped_when_its_attempt_ends(store: Store) -> None:
    do(store, QueueMail(b"x", "<1@acme.test>", "", "ann@customer.test", Purpose.REPLY))
    assert outbox.drop(store, 1)
    outbox.defer(store, 1, "451", NOW)
    assert store.value("SELECT state FROM outbox") == "dropped"
    assert outbox.retry(store, 1, NOW)
    assert [q.id for q in outbox.due(store, NOW, 5)] == [1]


def test_a_ticket_has_one_timer_of_a_kind(store: Store) -> None:
    do(store, CreateTicket(ticket()), SetTimer(TimerKind.DUE, NOW, 1), SetTimer(TimerKind.DUE, NOW + timedelta(1), 1))
    assert due.timers(store, NOW, 10) == []
    (timer,) = due.timers(store, NOW + timedelta(1), 10)
    assert timer.ticket_id == 1
    do(store, CancelTimers(1, (TimerKind.DUE,)))
    assert due.timers(store, NOW + timedelta(9), 10) == []


def test_an_imap_uid_is_taken_once(store: Store) -> None:
    mailboxes.remember(store, "me", "INBOX", Place(7, 10, NOW, 10))
    uid = MailboxUid("me", "INBOX", 7, 11)
    mailboxes.accept(store, [(uid, raw())])
    mailboxes.accept(store, [(uid, raw()), (MailboxUid("me", "INBOX", 7, 12), raw(b"other"))])
    assert store.value("SELECT count(*) FROM inbox") == 2
    assert mailboxes.unsettled(store, "me", "INBOX", 7) == [11, 12]
    mailboxes.settle(store, "me", "INBOX", 7, [11])
    assert mailboxes.unsettled(store, "me", "INBOX", 7) == [12]
    place = mailboxes.place(store, "me", "INBOX")
    assert place is not None
    assert place.last_uid == 12


def test_threads_hold_what_a_recipient_knows_and_nothing_else(store: Store) -> None:
    people = (Participant("ann@customer.test", "requester", "t1"), Participant("bo@customer.test", "cc", "t2"))
    do(
        store,
        CreateTicket(ticket(participants=people)),
        entry(),
        entry(2, kind=Kind.NOTE, text="secret"),
        QueueMail(b"x", "<to-ann@acme.test>", "", "Ann@customer.test", Purpose.REPLY, 1),
        QueueMail(b"x", "<to-alice@acme.test>", "", "alice@acme.test", Purpose.NOTICE, 1),
    )
    ours = rows.ticket(store, 1)
    assert ours is not None
    threads = facts.threads(store, ours)
    assert threads["ann@customer.test"] == ("<m1@customer.test>", "<to-ann@acme.test>")
    assert threads["bo@customer.test"] == ("<m1@customer.test>",)
    assert threads["alice@acme.test"] == ("<to-alice@acme.test>",)


def test_gathered_facts_find_the_ticket_by_token_reference_and_number(store: Store) -> None:
    do(store, CreateTicket(ticket()), entry())
    for question in (
        Question(customer_tokens=("token1",)),
        Question(references=("<unknown@x>", "<m1@customer.test>")),
        Question(tag=1),
        Question(signed_ticket=1),
    ):
        known = facts.gather(store, question)
        found = known.by_token or known.by_reference or known.by_tag or known.signed_for
        assert found is not None, question
        assert found.id == 1
    assert facts.gather(store, Question(tag=2)).by_tag is None
    assert facts.gather(store, Question()).next_ticket == 2


def test_two_openings_migrate_once_and_share_the_key(tmp_path: Path) -> None:
    one, two = Store.open(tmp_path / "d.db"), Store.open(tmp_path / "d.db")
    assert one.keys() == two.keys()
    assert len(one.keys()) == 1
    assert (tmp_path / "d.db").stat().st_mode & 0o077 == 0  # people's mail is nobody else's
    one.close()
    two.close()


def test_a_backup_is_a_whole_store(store: Store, tmp_path: Path) -> None:
    intake.accept(store, [raw()])
    store.backup(tmp_path / "copy.db")
    copy = Store.read_only(tmp_path / "copy.db")
    assert copy.value("SELECT count(*) FROM inbox") == 1
    assert copy.value("PRAGMA integrity_check") == "ok"
    copy.close()


def test_time_survives_the_table(store: Store) -> None:
    assert to_text(datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)) == "2026-03-02T12:00:00.123Z"
    assert to_time("2026-03-02T12:00:00.123Z") == datetime(2026, 3, 2, 12, 0, 0, 123000, tzinfo=UTC)


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    rome = ZoneInfo("Europe/Rome")
    first = datetime(2026, 10, 25, 2, 30, tzinfo=rome)
    assert first == first.replace(fold=1)  # so says Python
    assert to_text(first) == "2026-10-25T00:30:00.000Z"
    assert to_text(first.replace(fold=1)) == "2026-10-25T01:30:00.000Z"
