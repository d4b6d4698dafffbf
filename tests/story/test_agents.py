"""The agents' desk is a mailbox: what they do there, over real sockets, with a real daemon."""

from __future__ import annotations

import email.policy
import re
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

import pytest

from tests.office import Letter
from tests.story.conftest import DeskMaker
from tests.story.desk import Desk, until
from tests.story.people import Person
from tests.story.smarthost import Smarthost

ALICE = {"id": "alice", "name": "Alice Rossi", "email": "alice@people.test", "teams": ["billing"], "role": "lead"}
BOB = {"id": "bob", "name": "Bob Verdi", "email": "bob@people.test", "teams": ["tech"]}
TEAMS = [{"id": "billing", "name": "Billing"}, {"id": "tech", "name": "Tech", "assign": "round_robin"}]


@pytest.fixture
def office(make_desk: DeskMaker, smarthost: Smarthost) -> Desk:
    """Two agents, two teams, and a moment to think again."""
    routes = [{"when": {"subject": "drill"}, "set": {"team": "tech"}}]
    desk = make_desk(smarthost.port, agents=[ALICE, BOB], teams=TEAMS, routes=routes)
    desk.start()
    return desk


@pytest.fixture
def people(office: Desk, smarthost: Smarthost) -> dict[str, Person]:
    def person(name: str, email: str) -> Person:
        return Person(name, email, office.port, smarthost.mailbox)

    return {
        "ann": person("Ann Bianchi", "ann@customer.test"),
        "carl": person("Carl Neri", "carl@customer.test"),
        "alice": person("Alice Rossi", "alice@people.test"),
        "bob": person("Bob Verdi", "bob@people.test"),
        "supplier": person("Drills Ltd", "sales@drills.test"),
        "mallory": person("Alice Rossi", "mallory@evil.test"),
    }


def test_whoever_steals_an_agent_s_address_gets_nothing_done_and_the_agent_decides(
    office: Desk, people: dict[str, Person]
) -> None:
    ann, alice, mallory = people["ann"], people["alice"], people["mallory"]
    ann.writes(office.address, "Invoice 77", "It has the wrong total.")
    notice = alice.gets("wrong total")
    mallory.answers(notice, "#close\nGo away.")
    asked = alice.gets("Go away.")
    assert "mallory@evil.test" in asked.text
    mallory.answers(asked, "yes")
    office.settles()
    assert ann.got("Go away.") == 0
    assert office.ticket()["status"] == "new"
    alice.answers(asked, "No!")
    office.settles()
    assert (ann.got("Go away."), office.ticket()["deferred"]) == (0, [])


def test_two_agents_do_not_answer_over_one_another(office: Desk, people: dict[str, Person]) -> None:
    ann, alice, bob = people["ann"], people["alice"], people["bob"]
    ann.writes(office.address, "Hello", "What does it cost?")
    alices, bobs = alice.gets("What does it cost?"), bob.gets("What does it cost?")
    bob.answers(bobs, "Ten euros.")
    ann.gets("Ten euros.")
    alice.answers(alices, "#close\nIt is free.")
    held = alice.gets("Ten euros.", but=alices)
    office.settles()
    assert ann.got("It is free.") == 0
    alice.answers(held, "#send")
    ann.gets("It is free.")
    office.becomes("closed")


def test_a_preview_an_answer_for_later_and_an_undo(make_desk: DeskMaker, smarthost: Smarthost) -> None:
    desk = make_desk(smarthost.port, desk={"undo_window": "3s"})
    desk.start()
    ann = Person("Ann Bianchi", "ann@customer.test", desk.port, smarthost.mailbox)
    alice = Person("Alice Rossi", "alice@people.test", desk.port, smarthost.mailbox)
    ann.writes(desk.address, "Hello", "What does it cost?")
    notice = alice.gets("What does it cost?")
    alice.answers(notice, "#preview #close\nTen euros.")
    alice.gets("Ten euros.", "Preview")
    alice.answers(notice, "#close\nNine euros.")
    desk.becomes("closed")
    alice.answers(notice, "#undo")
    alice.gets(subject="Taken back")
    desk.becomes("new")
    alice.answers(notice, "#later 4s #solve\nEight euros.")
    desk.becomes("solved")
    ann.gets("Eight euros.")
    assert (ann.got("Nine euros."), ann.got("Ten euros.")) == (0, 0)


def test_the_desk_is_seen_from_a_mail_client(office: Desk, people: dict[str, Person]) -> None:
    ann, alice = people["ann"], people["alice"]
    ann.writes(office.address, "Invoice 77", "It has the wrong total.")
    ann.writes(office.address, "Invoice 78", "So has this one.")
    notice = alice.gets("wrong total")
    alice.answers(notice, "#list all")
    listing = alice.gets("Invoice 78", but=notice)
    assert "Invoice 77" in listing.text
    assert "mailto:" in listing.html
    alice.answers(notice, "#show 2")
    alice.gets("So has this one.")
    alice.answers(notice, "#search total")
    alice.answers(notice, "#stats")
    alice.answers(notice, "#why")
    until(lambda: len(office.outbox(agent="alice", state="sent")) >= 7, "an answer to each")
    office.settles()
    assert len(ann.inbox) == 2  # two confirmations and nothing else


def test_a_team_s_tickets_go_round_and_a_mention_stays_inside(office: Desk, people: dict[str, Person]) -> None:
    ann, alice, bob = people["ann"], people["alice"], people["bob"]
    ann.writes(office.address, "My drill", "It does not start.")
    told = bob.gets("does not start")
    assert office.ticket()["assignee"] == "bob"
    bob.answers(told, "#note\n@alice has she paid?")
    asked = alice.gets("has she paid?")
    alice.answers(asked, "Not since May.")
    bob.gets("Not since May.")
    bob.answers(told, "Change its battery.")
    ann.gets("Change its battery.")
    office.settles()
    assert (ann.got("has she paid"), ann.got("since May")) == (0, 0)


def test_tickets_are_merged_and_split_and_both_customers_addresses_go_on_working(
    office: Desk, people: dict[str, Person]
) -> None:
    ann, alice = people["ann"], people["alice"]
    ann.writes(office.address, "Invoice 77", "It has the wrong total.")
    first = ann.gets(subject="[#1]")
    alice.gets("wrong total")
    ann.writes(office.address, "Invoice 77 again", "And the wrong date.")
    second = alice.gets("wrong date")
    alice.answers(second, "#merge 1")
    until(lambda: office.ticket(2)["merged_into"] == 1, "ticket 2 is merged into 1")
    ann.answers(ann.gets(subject="[#2]"), "Is anybody there?")
    asked = alice.gets("Is anybody there?")
    assert "[#1]" in asked["Subject"]
    alice.answers(asked, "#split")
    until(lambda: len(office.tickets()) == 3, "a third ticket")
    ann.answers(first, "Still the total.")
    alice.gets("Still the total.")
    office.settles()
    assert [m["text"].strip() for m in office.ticket(1)["messages"] if m["kind"] == "customer"] == [
        "It has the wrong total.",
        "And the wrong date.",
        "Still the total.",
    ]
    assert [m["text"].strip() for m in office.ticket(3)["messages"]] == ["Is anybody there?"]


def test_a_third_party_is_asked_and_sees_nothing_of_the_customer(office: Desk, people: dict[str, Person]) -> None:
    ann, alice, supplier = people["ann"], people["alice"], people["supplier"]
    ann.writes(office.address, "Invoice 77", "My secret words.")
    notice = alice.gets("My secret words.")
    alice.answers(notice, "#ask sales@drills.test\nWhen do new drills come?")
    asked = supplier.gets("When do new drills come?")
    for private in ("ann@", "Ann", "secret", "Invoice 77", "alice@people.test"):
        assert private not in asked.whole, private
    supplier.answers(asked, "In June, for our price of three euros.")
    alice.gets("In June")
    office.settles()
    assert ann.got("June") == 0
    assert [m["kind"] for m in office.ticket()["messages"]] == ["customer", "note", "note"]


def test_a_call_is_an_invitation_and_its_answer_stands_on_the_ticket(office: Desk, people: dict[str, Person]) -> None:
    ann, alice = people["ann"], people["alice"]
    ann.writes(office.address, "Invoice 77", "Please call me.")
    alice.answers(alice.gets("Please call me."), "#call tomorrow 15:00 30m\nI shall call you.")
    invited = ann.gets("I shall call you.")
    calendar = _calendar(invited)
    assert "METHOD:REQUEST" in calendar
    assert "alice@people.test" not in invited.whole
    accepted = calendar.replace("METHOD:REQUEST", "METHOD:REPLY").replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED")
    _send_calendar(ann, invited, accepted)
    alice.gets("Ann")
    until(lambda: "accept" in str(office.ticket()["messages"][-1]["text"]).lower(), "the answer is on the ticket")


def _calendar(letter: Letter) -> str:
    part = next(part for part in letter.message.walk() if part.get_content_type() == "text/calendar")
    return str(part.get_content()).replace("\r\n ", "").replace("\n ", "")


def _send_calendar(person: Person, letter: Letter, calendar: str) -> None:
    """What a calendar program writes when somebody accepts."""
    message = EmailMessage(email.policy.SMTP)
    message["From"], message["To"] = f"{person.name} <{person.email}>", letter.reply_to
    message["Subject"], message["Date"] = f"Accepted: {letter['Subject']}", formatdate()
    message["Message-ID"], message["In-Reply-To"] = make_msgid(domain="customer.test"), letter["Message-ID"]
    message.set_content("Ann Bianchi has accepted this invitation.")
    message.add_alternative(calendar.encode(), "text", "calendar", params={"method": "REPLY"})
    person.sends(message, letter.reply_to)


def test_an_agent_opens_a_ticket_for_somebody_who_called(office: Desk, people: dict[str, Person]) -> None:
    ann, alice, carl = people["ann"], people["alice"], people["carl"]
    ann.writes(office.address, "Invoice 77", "It has the wrong total.")
    alice.answers(alice.gets("wrong total"), "#help")
    found = re.search(r"support\+d\w+@[\w.]+", alice.gets(subject="Commands").text)
    assert found
    alice.writes(found.group(), "Carl's drill", "#from carl@customer.test #assign me\nHe called: it smokes.")
    until(lambda: len(office.tickets()) == 2, "a ticket for Carl")
    office.settles()
    ticket = office.ticket(2)
    assert (ticket["participants"][0]["email"], ticket["assignee"]) == ("carl@customer.test", "alice")
    assert carl.inbox == []


def test_a_canned_answer_and_a_macro_whose_questions_come_first(office: Desk, people: dict[str, Person]) -> None:
    ann, alice, bob = people["ann"], people["alice"], people["bob"]
    ann.writes(office.address, "Invoice 77", "It has the wrong total.")
    notice = alice.gets("wrong total")
    alice.answers(notice, "#canned more-info\nDear Ann,")
    assert "Dear Ann," in ann.gets("Dear Ann,").text
    alice.answers(notice, "#macro escalate\nPlease look at this, Bob.")
    form = alice.gets("Product and version")
    office.settles()
    assert office.ticket()["priority"] == "normal"
    alice.answers(form, "1. Drill 2000")
    again = alice.gets("How to make it happen again", but=form)
    assert office.ticket()["priority"] == "normal"
    alice.answers(again, "2. press the knob\n3. another battery")
    office.settles()
    assert office.ticket()["priority"] == "high"
    assert ann.got("Drill 2000") == ann.got("Please look at this") == 0
    assert bob.got("Please look at this") == 1
