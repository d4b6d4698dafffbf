"""Routes: every condition, alone and together, in order; and why each decided as it did."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from maildesk.config import Config, load
from maildesk.desk import routing
from maildesk.desk.routing import Incoming
from maildesk.model import Address, Attachment, Contact, Mail, Reply
from tests.config.conftest import SMALL
from tests.office import ANN, BOB, PROVEN, SUPPORT, Office, configuration

FRIDAY_EVENING = datetime(2026, 3, 6, 18, 30, tzinfo=UTC)  # 19:30 in Rome
SATURDAY_NIGHT = datetime(2026, 3, 7, 2, 0, tzinfo=UTC)  # 3:00
MONDAY_NOON = datetime(2026, 3, 9, 11, 0, tzinfo=UTC)

MAIL = Mail(
    b"",
    subject="The drill 2000 smokes",
    from_=(Address("Ann Bianchi", "Ann@shop.customer.test"),),
    text="It smokes. Is this a guarantee case?",
    reply=Reply("It smokes. Is this a guarantee case?"),
    language="en",
    attachments=(Attachment("2", "smoke.JPG", "image/jpeg", 9),),
)
INCOMING = Incoming(
    MAIL, ("support@acme.test",), fields=(("Product", "Drill 2000"), ("Country", "Italy")), at=FRIDAY_EVENING
)


def desk(*whens: dict[str, Any], **more: Any) -> Config:
    """Each route gives its own number as a tag."""
    routes = [{"when": when, "set": {"tags": [str(number)]}} for number, when in enumerate(whens, 1)]
    return configuration(routes=routes, **more)


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ({"subject": "drill +2000"}, "its subject says “drill 2000”"),
        ({"sender": "^ann@"}, "it is from Ann@shop.customer.test"),
        ({"domain": "shop.customer.test"}, "it is from Ann@shop.customer.test"),
        ({"domain": ["other.test", ".Customer.test"]}, "it is from Ann@shop.customer.test"),
        ({"domain": ".shop.customer.test"}, "it is from Ann@shop.customer.test"),
        ({"recipient": "^support@"}, "it was sent to support@acme.test"),
        ({"body": "guarantee|warranty"}, "it says “guarantee”"),
        ({"language": "en|it"}, "its language is en"),
        ({"attachment": r"\.jpe?g$"}, "“smoke.JPG” is attached"),
        ({"attachment": "^image/"}, "“image/jpeg” is attached"),
        ({"field": {"product": "drill"}}, "product is “Drill 2000”"),
        ({"field": {"Product": "drill", "Country": "^italy$"}}, "Product is “Drill 2000”; Country is “Italy”"),
        ({"field": {"name": "bianchi", "language": "^en$"}}, "name is “Ann Bianchi”; language is “en”"),
        ({"hour": "Mon-Fri 18:00-09:00"}, "it came on Fri 19:30"),
        ({"hour": "17:00-20:00"}, "it came on Fri 19:30"),
        ({"automatic": False, "list": False}, "no machine wrote it; it came through no list"),
        ({"subject": "smokes", "body": "guarantee"}, "its subject says “smokes”; it says “guarantee”"),
    ],
)
def test_a_condition_that_is_met_says_so(when: dict[str, Any], why: str) -> None:
    found = routing.route(INCOMING, desk(when))
    assert found.tags == {"1"}
    assert [reason.text for reason in found.reasons] == [f"route 1 matched: {why}"]


@pytest.mark.parametrize(
    "when",
    [
        {"subject": "invoice"},
        {"domain": "customer.test"},
        {"domain": ".hop.customer.test"},
        {"domain": "test"},
        {"recipient": "^sales@"},
        {"body": "smoked"},
        {"language": "^it$"},
        {"attachment": r"\.pdf$|^application/"},
        {"field": {"Product": "saw"}},
        {"field": {"Colour": "."}},
        {"field": {"Product": "drill", "Country": "france"}},
        {"hour": "Mon-Fri 09:00-18:00, Sat-Sun"},
        {"automatic": True},
        {"list": True},
        {"subject": "drill", "body": "invoice"},
    ],
)
def test_one_condition_that_is_not_met_is_enough_to_go_on(when: dict[str, Any]) -> None:
    assert routing.route(INCOMING, desk(when)).reasons == ()


def test_a_machine_s_mail_and_a_list_s_are_told_with_the_sign_of_it() -> None:
    mail = Mail(b"", from_=MAIL.from_, automatic="Auto-Submitted: auto-generated", mailing_list="List-Id: <x>")
    incoming = Incoming(mail, automatic=mail.automatic)
    (reason,) = routing.route(incoming, desk({"automatic": True, "list": True})).reasons
    assert reason.text == (
        "route 1 matched: a machine wrote it (Auto-Submitted: auto-generated); it came through a list (List-Id: <x>)"
    )


@pytest.mark.parametrize(
    ("at", "closed"), [(FRIDAY_EVENING, True), (SATURDAY_NIGHT, True), (MONDAY_NOON, False)], ids=str
)
def test_the_desk_s_hours_say_whether_it_is_closed(at: datetime, closed: bool) -> None:
    config = desk({"closed": True}, {"closed": False}, hours={"week": "Mon-Fri 09:00-18:00"})
    found = routing.route(Incoming(MAIL, at=at), config)
    assert found.tags == {"1" if closed else "2"}
    assert found.reasons[0].text.endswith(f"it came {'outside of' if closed else 'within'} the desk's hours")


def test_a_desk_without_hours_is_never_closed() -> None:
    assert routing.route(Incoming(MAIL, at=SATURDAY_NIGHT), desk({"closed": True})).reasons == ()


def test_what_is_known_of_a_contact_counts_where_the_mail_says_nothing() -> None:
    bare = Mail(b"", from_=(Address("", ANN),), text="?")
    known = Contact(1, ANN, "Ann Bianchi", "it")
    config = desk({"field": {"Language": "^it$", "NAME": "bianchi", "email": "^ann@"}})
    assert routing.route(Incoming(bare, contact=known), config).tags == {"1"}
    assert routing.route(Incoming(bare), config).tags == frozenset()


def test_the_first_route_wins_and_continue_goes_on_without_taking_back() -> None:
    routes: list[dict[str, Any]] = [
        {"name": "no", "when": {"subject": "invoice"}, "set": {"team": "billing"}},
        {"name": "drills", "when": {"subject": "drill"}, "continue": True, "set": {"team": "tech", "tags": ["drill"]}},
        {"when": {}, "set": {"team": "billing", "priority": "high", "tags": ["any"], "language": "it"}},
        {"when": {}, "set": {"tags": ["never"]}},
    ]
    found = routing.route(INCOMING, configuration(routes=routes))
    assert (found.team, found.priority, found.tags, found.language) == ("tech", "high", {"drill", "any"}, "it")
    assert [reason.text for reason in found.reasons] == [
        "route 2 (drills) matched: its subject says “drill”",
        "route 3 matches every mail",
    ]


def test_an_earlier_route_s_priority_stands_however_low_it_is() -> None:
    routes: list[dict[str, Any]] = [
        {"when": {}, "continue": True, "set": {"priority": "low"}},
        {"when": {}, "set": {"priority": "urgent"}},
    ]
    assert routing.route(INCOMING, configuration(routes=routes)).priority == "low"


def test_a_reason_shows_what_matched_on_one_short_line() -> None:
    mail = Mail(b"", subject="x", from_=MAIL.from_, reply=Reply("a\r\n" + "b " * 500))
    (reason,) = routing.route(Incoming(mail), desk({"body": r"a[\s\S]*"})).reasons
    assert "\n" not in reason.text
    assert len(reason.text) < 100


@pytest.mark.parametrize(
    ("route", "says"),
    [
        ("when: {hour: Mon 25:00-26:00}, set: {}", "'Mon 25:00-26:00' is no week"),
        ("when: {domain: ann@acme.example}, set: {}", "'ann@acme.example' is no domain"),
        ("when: {field: {Product: '('}}, set: {}", "no regular expression"),
        ("when: {}, set: {watchers: [alicia]}", "alicia is not in agents; did you mean alice?"),
        ("when: {list: perhaps}, set: {}", "must be true or false"),
    ],
)
def test_a_mistake_in_a_route_is_told_with_its_place(tmp_path: Path, route: str, says: str) -> None:
    (tmp_path / "maildesk.yaml").write_text(f"{SMALL}routes: [{{{route}}}]\n")
    (problem,) = load(tmp_path / "maildesk.yaml").problems
    assert says in problem.what
    assert problem.where.startswith(f"{tmp_path}/maildesk.yaml:11:")


@pytest.mark.parametrize("condition", ["field: {a: b}", "hour: Sat-Sun", "closed: true"])
def test_what_is_known_of_tickets_alone_is_no_condition_of_an_origin(tmp_path: Path, condition: str) -> None:
    origin = f"{{when: {{sender: x, {condition}}}, person: reply_to}}"
    (tmp_path / "maildesk.yaml").write_text(f"{SMALL}origins: [{origin}]\n")
    (problem,) = load(tmp_path / "maildesk.yaml").problems
    assert "unknown key" in problem.what


# --- on a desk ---------------------------------------------------------------------------------------------------


def test_a_route_sets_everything_a_ticket_begins_with(office: Office) -> None:
    given = {
        "team": "tech", "assignee": "alice", "priority": "high", "category": "guarantee", "tags": ["drill"],
        "language": "it", "watchers": ["bob"],
    }  # fmt: skip
    office.use(configuration(routes=[{"name": "drills", "when": {"subject": "drill"}, "set": given}]))
    office.mail(ANN, "My drill", "It smokes, and that is not what I have bought it for.")
    ticket = office.ticket()
    told = {name: ticket[name] for name in ("team", "assignee", "priority", "category", "tags")}
    assert told == {name: given[name] for name in told}
    assert office.store.value("SELECT language FROM tickets") == "it"
    assert "richiesta" in office.last(ANN).text or "messaggio" in office.last(ANN).text
    assert "It smokes" in office.last(BOB, "notice").text  # he watches
    assert "route 1 (drills) matched: its subject says “drill”" in office.ledger()[0]["reason"]


def test_a_contact_form_s_field_routes_its_ticket(office: Office) -> None:
    origins = [{"when": {"sender": "^form@"}, "labels": {"email": "E-mail", "words": "Message"}, "fields": ["Product"]}]
    routes = [{"when": {"field": {"Product": "^drill"}}, "set": {"team": "tech"}}]
    office.use(configuration(origins=origins, routes=routes))
    office.mail("form@shop.test", "Form", f"E-mail: {ANN}\nProduct: Drill 2000\nMessage: It smokes.\n")
    assert office.ticket()["team"] == "tech"
    office.mail("form@shop.test", "Form", "E-mail: eve@x.test\nProduct: Saw\nMessage: It smokes.\n")
    assert office.ticket(2)["team"] is None


def test_a_customer_known_to_speak_a_language_is_routed_by_it_later(office: Office) -> None:
    office.use(desk({"field": {"language": "^it$"}}))
    office.mail(ANN, "Fattura", "Buongiorno, la fattura che ho ricevuto ieri non è giusta. Potete controllare?")
    office.mail(ANN, "?", "?")
    assert office.ticket(2)["tags"] == ["1"]


def test_a_forwarded_mail_is_routed_by_who_wrote_it_first(office: Office) -> None:
    office.use(desk({"subject": "^Fwd"}, {"sender": "^ann@", "subject": "^Drill$"}))
    head = f"---------- Forwarded message ---------\nFrom: Ann <{ANN}>\nDate: Mon, 2 Mar 2026\nSubject: Drill"
    office.mail(BOB, "Fwd: Drill", f"{head}\nTo: Bob <{BOB}>\n\nIt smokes.\n", SUPPORT, PROVEN)
    assert office.ticket()["tags"] == ["2"]
