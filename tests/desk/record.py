"""What stands on tickets, for tests that read as conversations; and what the shell does to them."""

from __future__ import annotations

import secrets
from typing import Any

from maildesk.desk import letters, shell
from maildesk.model import Moment
from maildesk.store import facts
from maildesk.store.apply import apply
from tests.office import ALICE, Letter, Office


def said(office: Office, ticket: int) -> list[tuple[str, str]]:
    return [(m["kind"], m["text"]) for m in office.ticket(ticket)["messages"]]


def people(office: Office, ticket: int) -> dict[str, str]:
    return {p["email"]: p["role"] for p in office.ticket(ticket)["participants"]}


def events(office: Office, ticket: int, kind: str) -> list[dict[str, Any]]:
    return [event["data"] for event in office.ticket(ticket)["events"] if event["kind"] == kind]


def do(office: Office, number: int, *lines: str) -> None:
    """`maildesk do`."""
    text = "\n".join(lines)
    policy, now = office.thinker.policy, office.now
    known = facts.of_ticket(office.store, number, shell.question(policy, now, number, text))
    assert known.signed_for is not None
    desk = letters.Desk(policy, Moment(now, secrets.token_bytes(32)), known)
    plan = shell.plan(desk, known.signed_for, text)
    with office.store.transaction():
        apply(office.store, plan, now)


def refused(office: Office, notice: Letter, body: str) -> str:
    """The transcript; nothing has changed, and no customer has got anything."""
    tickets = len(office.tickets())
    before = [office.ticket(n) for n in range(1, tickets + 1)]
    mailed = len([letter for letter in office.letters() if "private" not in letter.to])
    office.reply(notice, ALICE, body)
    transcript = office.last(ALICE)
    assert transcript.kind == "command_error"
    assert len(office.tickets()) == tickets
    for n, was in enumerate(before, 1):
        now = office.ticket(n)
        assert {**now, "outbox": [], "deferred": []} == {**was, "outbox": [], "deferred": []}
    assert len([letter for letter in office.letters() if "private" not in letter.to]) == mailed
    return transcript.text
