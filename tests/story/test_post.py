"""Whole conversations through true servers and true mail programs, from mailbox to mailbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.office import Letter
from tests.story.conftest import DeskMaker
from tests.story.desk import Desk, desk_mailbox, until
from tests.story.people import Person
from tests.story.town import Town

pytestmark = pytest.mark.servers("postfix", "dovecot")


@pytest.fixture
def alice(town: Town) -> Person:
    return town.person("Alice Rossi")


@pytest.fixture
def ann(town: Town) -> Person:
    return town.person("Ann Bianchi")


@pytest.fixture
def open_desk(town: Town, make_desk: DeskMaker, alice: Person) -> Iterator[Callable[..., Desk]]:
    """A desk that serves, in town, with Alice as its agent."""

    def open_one(**changes: Any) -> Desk:
        agent = {"id": "alice", "name": alice.name, "email": alice.email}
        usual: dict[str, Any] = {"domain": "help.test", "port": town.desk_port, "agents": [agent]}
        desk = make_desk(town.postfix.port, **(usual | changes))
        desk.start()
        return desk

    yield open_one
    print(f"--- Postfix\n{town.postfix.log()[-4000:]}")


def is_clean(letter: Letter, desk: Desk, alice: Person) -> None:
    """A mail to a customer: from the desk, with nothing of the agent's own or of the desk's inner life."""
    assert letter["From"] == f'"Alice Rossi (Acme Support)" <{desk.address}>'
    assert letter["Auto-Submitted"] == ""
    local = desk.address.partition("@")[0]
    for secret in (alice.email, f"{local}+a", f"{local}+n", "##-", "#take", "#tag", "write your answer above"):
        assert secret not in letter.whole
    assert not any(line.startswith(">") for line in letter.text.splitlines())


@pytest.mark.servers("postfix", "dovecot", "mutt")
def test_a_customer_writes_the_agent_answers_with_mutt_and_the_customer_s_answer_opens_the_ticket_again(
    open_desk: Callable[..., Desk], town: Town, ann: Person, alice: Person, tmp_path: Path
) -> None:
    desk = open_desk()
    first = ann.writes(desk.address, "Invoice 77 is wrong", "It has the wrong total.\n\nAnn")
    confirmation = ann.gets("received")
    assert confirmation["Auto-Submitted"] == "auto-replied"
    assert confirmation["In-Reply-To"] == first["Message-ID"]
    assert confirmation.sender == ""

    notice = alice.gets("wrong total")
    town.mutt_of(alice, tmp_path).answers("#take #tag +vip\n#priority high\n\nDear Ann,\n\nit is mended.")
    desk.becomes("pending")
    ticket = desk.says("show", "1")
    assert (ticket["assignee"], ticket["priority"], ticket["tags"]) == ("alice", "high", ["vip"])
    answer = ann.gets("it is mended")
    is_clean(answer, desk, alice)
    assert answer.text.splitlines()[:3] == ["Dear Ann,", "", "it is mended."]
    assert first["Message-ID"] in answer["References"]
    assert notice["Message-ID"] not in answer.whole

    town.mutt_of(ann, tmp_path).answers("But it is not!")
    desk.becomes("open")
    again = alice.gets("But it is not!")
    assert notice["Message-ID"] in again["References"]
    assert "it is mended" not in again.text  # her quote is not new
    assert [message["kind"] for message in desk.ticket()["messages"]] == ["customer", "agent", "customer"]
    assert len(desk.tickets()) == 1
    counts = desk.says("ledger")["counts"]
    assert counts["ticketed"] == counts["total"] == 3


@pytest.mark.servers("postfix", "dovecot", "mutt", "swaks")
def test_the_same_with_a_mailbox_as_the_way_in(
    open_desk: Callable[..., Desk], town: Town, ann: Person, alice: Person, tmp_path: Path
) -> None:
    user = town.person("Mail", "imapdesk.test").email
    desk = open_desk(desk={"address": user}, receive={"smtp": None, "imap": [desk_mailbox(town.dovecot, user)]})
    until(lambda: "watching INBOX" in desk.log(), "the desk watches its mailbox")
    ann.writes_with_swaks(user, "Invoice 77 is wrong", "It has the wrong total.")
    ann.gets("received")
    alice.gets("wrong total")
    town.mutt_of(alice, tmp_path).answers("#take\nIt is mended.")
    answer = ann.gets("It is mended")
    is_clean(answer, desk, alice)
    desk.becomes("pending")
    ann.answers(answer, "But it is not!")
    alice.gets("But it is not!")
    desk.becomes("open")
    until(lambda: town.dovecot.count(user, "Processed") == 3, "all three were moved")
    assert town.dovecot.count(user) == 0
    counts = desk.ledger_adds_up()
    assert counts["ticketed"] == counts["total"] == 3


@pytest.mark.servers("postfix", "dovecot", "swaks")
def test_lmtp_as_the_way_in(open_desk: Callable[..., Desk], town: Town, ann: Person, alice: Person) -> None:
    way = {"smtp": None, "lmtp": {"listen": f"127.0.0.1:{town.desk_port}"}}
    desk = open_desk(domain="lmtp.test", receive=way)
    ann.writes_with_swaks(desk.address, "Invoice 77 is wrong", "It has the wrong total.")
    alice.answers(alice.gets("wrong total"), "#solve\nIt is mended.")
    is_clean(ann.gets("It is mended"), desk, alice)
    desk.becomes("solved")
    assert {mail["source"] for mail in desk.says("ledger")["mails"]} == {"lmtp"}


def test_mail_that_comes_while_the_desk_is_down_waits_at_postfix(
    open_desk: Callable[..., Desk], town: Town, ann: Person, alice: Person
) -> None:
    desk = open_desk()
    desk.stop()
    ann.writes(desk.address, "Invoice 77 is wrong", "It has the wrong total.")
    until(lambda: town.postfix.queue(), "Postfix keeps it")
    desk.start()
    town.postfix.flush()
    alice.gets("wrong total")
    assert len(desk.tickets()) == 1


# --- what comes back -----------------------------------------------------------------------------------------


def test_an_answer_that_postfix_refuses_at_once_goes_back_to_its_agent(
    open_desk: Callable[..., Desk], town: Town, alice: Person
) -> None:
    desk = open_desk()
    stranger = town.person("Stranger", "nowhere.test")
    stranger.writes(desk.address, "Invoice 77 is wrong", "It has the wrong total.")
    alice.answers(alice.gets("wrong total"), "#take\nIt is mended.")
    told = alice.gets(stranger.email, but=alice.inbox[0])
    for words in ("It is mended.", "no route off this machine"):
        assert words in told.text
    desk.becomes("open")
    (failed,) = desk.outbox(kind="reply")
    assert failed["state"] == "failed"
    desk.settles()
    assert len(alice.inbox) == 2  # the auto-reply failed, too; nobody needs to know


def test_an_answer_that_bounces_later_is_shown_on_its_ticket_and_its_agent_is_told(
    open_desk: Callable[..., Desk], town: Town, alice: Person
) -> None:
    desk = open_desk()
    gone = Person("Gone", "gone@gone.test", town.postfix.port, town.mailbox)
    gone.writes(desk.address, "Invoice 77 is wrong", "It has the wrong total.")
    alice.answers(alice.gets("wrong total"), "#take\nIt is mended.")
    told = alice.gets("no such user")
    assert "It is mended." in told.text
    desk.becomes("open")
    events = [event for event in desk.ticket()["events"] if event["kind"] == "bounce"]
    assert [event["data"]["to"] for event in events] == ["gone@gone.test"]
    assert [row["state"] for row in desk.outbox(kind="reply")] == ["failed"]
    (bounce,) = (mail for mail in desk.says("ledger")["mails"] if mail["state"] == "ignored")
    assert "came back" in bounce["reason"]
    assert len(desk.tickets()) == 1


@pytest.mark.parametrize("way", ["smtp", "imap"])
def test_the_desks_own_canary_flies_the_whole_way_round_and_is_nobodys_ticket(
    open_desk: Callable[..., Desk], town: Town, way: str
) -> None:
    canary = {"every": "1h", "within": "1m"}
    if way == "imap":
        user = town.person("Mail", "imapdesk.test").email
        changes: dict[str, Any] = {"desk": {"address": user}}
        changes["receive"] = {"smtp": None, "imap": [{**desk_mailbox(town.dovecot, user), "backlog": "tickets"}]}
    else:
        changes = {}
    desk = open_desk(canary=canary, **changes)
    (flown,) = until(lambda: desk.rows("SELECT * FROM canaries WHERE back_at IS NOT NULL"), "it comes round")
    assert flown["missed"] == 0
    assert flown["back_at"] > flown["sent_at"]
    (mail,) = desk.says("ledger")["mails"]
    assert (mail["state"], mail["reason"]) == ("ignored", f"our canary {flown['outbox_id']} came round")
    assert mail["source"].startswith(way)
    assert desk.tickets() == []
    desk.stop()
    desk.start()
    desk.settles()
    assert [row["kind"] for row in desk.outbox()] == ["canary"]  # once an hour, whoever restarts it
