"""Tickets, the ledger, outbox and quarantine from the shell: what programs read and what people see."""

from __future__ import annotations

import pytest

from maildesk.store import intake
from tests.cli.desk import Desk, letter

_COLUMNS = """id token subject status priority assignee team category mailbox contact_id mood urgent due_at
    snoozed_until created_at updated_at first_reply_at solved_at closed_at merged_into tags"""
COLUMNS = frozenset(_COLUMNS.split())


def test_a_desk_without_a_store_is_an_empty_desk(desk: Desk) -> None:
    assert desk.run("tickets", "--json").json == []
    assert desk.run("outbox", "--json").json == []
    assert desk.run("quarantine", "--json").json == []
    ledger = desk.run("ledger", "--json").json
    assert ledger == {
        "counts": {"received": 0, "ticketed": 0, "ignored": 0, "quarantined": 0, "total": 0},
        "mails": [],
    }
    missing = desk.run("show", "1", "--json")
    assert (missing.status, missing.out) == (1, "")
    assert "there is no ticket 1" in missing.err


def test_tickets_are_listed_and_searched(desk: Desk) -> None:
    desk.take("Invoice 77 is wrong", "The total is too high.")
    desk.take("My printer is on fire", "It burns.", sender="ben@customer.test")
    rows = desk.run("tickets", "--json").json
    assert [row["subject"] for row in rows] == ["My printer is on fire", "Invoice 77 is wrong"]
    assert set(rows[0]) >= COLUMNS
    assert (rows[1]["team"], rows[1]["tags"], rows[1]["status"]) == ("billing", ["money"], "new")
    assert [row["id"] for row in desk.run("tickets", "total", "high", "--json").json] == [1]
    assert [row["id"] for row in desk.run("tickets", "--tag", "money", "--json").json] == [1]
    assert [row["id"] for row in desk.run("tickets", "--team", "billing", "--limit", "1", "--json").json] == [1]
    assert desk.run("tickets", "--status", "closed", "--json").json == []
    assert len(desk.run("tickets", "--status", "all", "--json").json) == 2
    assert desk.run("tickets", "--status", "lost").status == 2
    people = desk.run("tickets")
    assert "Invoice 77 is wrong" in people.out
    assert "Ann Bianchi" in people.out


def test_a_ticket_is_shown_whole(desk: Desk) -> None:
    desk.take("Invoice 77 is wrong", "The total is too high.")
    ticket = desk.run("show", "1", "--json").json
    assert set(ticket) >= COLUMNS | {"participants", "messages", "events", "outbox"}
    assert [m["text"].strip() for m in ticket["messages"]] == ["The total is too high."]
    assert {m["kind"] for m in ticket["outbox"]} == {"auto_reply_plain", "notice"}
    people = desk.run("show", "1").out
    for word in ("Invoice 77 is wrong", "The total is too high.", "created", "alice@staff.test", "queued"):
        assert word in people


def test_mails_of_agents_that_wait_are_shown_with_their_time(desk: Desk) -> None:
    desk.take("Hello")
    with desk.opened() as store:
        store.execute(
            "INSERT INTO deferred (wait, agent, inbox_id, ticket_id, at, created_at)"
            " VALUES ('later', 'alice', 1, 1, '2026-07-01T22:30:00.000Z', '2026-06-01T10:00:00.000Z')"
        )
    assert "mail 1 of alice waits (later), until 2026-07-02 00:30" in desk.run("show", "1").out
    assert [mail["wait"] for mail in desk.run("show", "1", "--json").json["deferred"]] == ["later"]


def test_times_are_told_in_the_desk_s_zone(desk: Desk) -> None:
    desk.take("Hello")
    with desk.opened() as store:
        store.execute("UPDATE tickets SET updated_at = '2026-07-01T22:30:00.000Z'")
    assert "2026-07-02 00:30" in desk.run("tickets").out
    assert desk.run("tickets", "--json").json[0]["updated_at"] == "2026-07-01T22:30:00.000Z"


def test_what_a_mail_says_is_shown_and_never_obeyed_by_the_terminal(desk: Desk) -> None:
    desk.take("Hello [red]there[/red]", "a\x1b]0;owned\x07b [bold]c[/bold]")
    shown = desk.run("show", "1").out + desk.run("tickets").out
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "[red]there[/red]" in shown
    assert "[bold]c[/bold]" in shown


# --- do ------------------------------------------------------------------------------------------------------


def test_commands_from_the_shell_are_the_admin_s(desk: Desk) -> None:
    desk.take("Invoice 77 is wrong")
    run = desk.run("do", "1", "#assign bob #tag +vip", "#priority high")
    assert run.status == 0, run.err
    ticket = desk.run("show", "1", "--json").json
    assert (ticket["assignee"], ticket["priority"], ticket["tags"]) == ("bob", "high", ["money", "vip"])
    assert {e["actor"] for e in ticket["events"] if e["kind"] in ("assignee", "tag", "priority")} == {"admin"}
    assert [m["envelope_to"] for m in ticket["outbox"]][-1] == "bob@staff.test"


def test_a_note_is_kept_for_agents(desk: Desk) -> None:
    desk.take("Invoice 77 is wrong")
    assert desk.run("do", "1", "#assign alice").status == 0
    assert desk.run("do", "1", "#note", "She called: it is urgent.").status == 0
    ticket = desk.run("show", "1", "--json").json
    assert [(m["kind"], m["author"]) for m in ticket["messages"]] == [
        ("customer", "ann@customer.test"),
        ("note", "admin"),
    ]
    assert "She called" in ticket["messages"][1]["text"]
    assert [m["envelope_to"] for m in ticket["outbox"]].count("ann@customer.test") == 1


@pytest.mark.parametrize(
    ("commands", "said"),
    [
        (["#clsoe"], "#close"),
        (["#close", "#assign nobody-here"], "there is no agent"),
        (["#close", "Dear Ann, it is done."], "not sent to customers from the shell"),
        (["#canned more-info"], "not sent to customers from the shell"),
        (["#take"], "the shell is no agent"),
        (["just words"], "no command"),
        (["#note"], "needs words"),
    ],
)
def test_a_command_that_cannot_be_carried_out_changes_nothing(desk: Desk, commands: list[str], said: str) -> None:
    desk.take("Invoice 77 is wrong")
    before = desk.run("show", "1", "--json").json
    run = desk.run("do", "1", *commands)
    assert run.status == 1
    assert said in run.err
    assert desk.run("show", "1", "--json").json == before


def test_do_says_what_is_wrong_with_the_call(desk: Desk) -> None:
    assert desk.run("do", "7", "#close").status == 1
    assert desk.run("do", "seven", "#close").status == 2
    assert desk.run("do", "1").status == 2
    helped = desk.run("do", "1", "#help")
    assert helped.status == 0
    assert "#assign WHO" in helped.out


# --- outbox, quarantine, ledger ------------------------------------------------------------------------------


def test_mails_that_wait_can_be_dropped_and_sent_after_all(desk: Desk) -> None:
    desk.take("Hello")
    waiting = desk.run("outbox", "--json").json
    assert {row["state"] for row in waiting} == {"queued"}
    id = str(waiting[0]["id"])
    assert desk.run("outbox", "drop", id).status == 0
    assert id not in {str(row["id"]) for row in desk.run("outbox", "--json").json}
    assert desk.run("outbox", "retry", id).status == 0
    assert len(desk.run("outbox", "--json").json) == len(waiting)
    assert waiting[0]["envelope_to"] in desk.run("outbox").out
    unknown = desk.run("outbox", "drop", "99")
    assert unknown.status == 1
    assert "no mail 99" in unknown.err


def test_a_quarantined_mail_tells_why_and_can_be_tried_again(desk: Desk) -> None:
    assert desk.run("pipe", stdin=letter("Hello")).status == 0
    with desk.opened() as store:
        intake.quarantine(store, 1, "thinking about it failed", "Traceback (most recent call last):\nValueError: no")
    assert [row["reason"] for row in desk.run("quarantine", "--json").json] == ["thinking about it failed"]
    shown = desk.run("quarantine", "show", "1")
    assert "ValueError: no" in shown.out
    assert "Subject: Hello" in shown.out
    assert desk.run("quarantine", "show", "1", "--json").json["trouble"].endswith("ValueError: no")
    assert desk.run("quarantine", "show", "1", "--raw").out.startswith("From: Ann Bianchi")
    assert desk.run("quarantine", "retry", "1").status == 0
    assert desk.run("quarantine", "--json").json == []
    assert desk.run("quarantine", "drop", "1").status == 1


def test_the_ledger_knows_every_mail_and_its_counts_add_up(desk: Desk) -> None:
    desk.take("Hello")
    desk.take("Hello")  # the same mail
    desk.take("Another")
    document = desk.run("ledger", "--json").json
    counts = dict(document["counts"])
    assert counts == {"received": 0, "ticketed": 2, "ignored": 1, "quarantined": 0, "total": 3}
    assert [row["reason"] for row in document["mails"]][1] == "same as 1"
    fields = ["id", "received_at", "source", "message_id", "subject", "state", "ticket_id", "reason"]
    assert list(document["mails"][0]) == fields
    newest = desk.run("ledger", "--limit", "1", "--json").json
    assert [row["id"] for row in newest["mails"]] == [3]
    assert newest["counts"]["total"] == 3
    assert "2 ticketed + 1 ignored + 0 quarantined = 3" in desk.run("ledger").out
