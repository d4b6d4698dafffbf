"""One desk under several names: who writes to a brand hears from that brand alone, and loops know all of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from maildesk.config import load
from maildesk.desk import privacy
from maildesk.desk.addresses import AddressKind, classify
from maildesk.edge.policies import with_templates
from tests.config.conftest import SMALL
from tests.office import ALICE, ANN, BOB, PROVEN, SUPPORT, Office, configuration

BOLT = "help@bolt.test"
SALES = "sales@bolt.test"
NUTS = "ciao@nuts.test"
BRANDS: list[dict[str, Any]] = [
    {"id": "bolt", "name": "Bolt Tools", "address": BOLT, "aliases": [SALES], "url": "https://bolt.test",
     "signature": "{first_name} at Bolt"},
    {"id": "nuts", "name": "Nuts", "address": NUTS, "reply_address": "r.{token}@re.nuts.test"},
]  # fmt: skip
AGENTS = [
    {"id": "alice", "name": "Alice Rossi", "email": ALICE, "signature": "Alice\nAcme Support"},
    {"id": "bob", "name": "Bob Verdi", "email": BOB},
]


def desk(**more: Any) -> Any:
    return configuration(**{"brands": BRANDS, "agents": AGENTS, "routes": [], **more})


@pytest.fixture
def office(tmp_path: Path) -> Any:
    """A desk with two brands."""
    made = Office(tmp_path, desk())
    yield made
    made.close()


def to_customers(office: Office) -> str:
    return "\n".join(letter.whole for letter in office.letters() if letter.to not in (ALICE, BOB))


# --- a conversation ------------------------------------------------------------------------------------------------


def test_who_writes_to_a_brand_hears_from_the_brand_alone(office: Office) -> None:
    office.mail(f"Ann <{ANN}>", "My drill", "It smokes.", BOLT)
    auto = office.last(ANN)
    assert auto["From"] == "Bolt Tools <help@bolt.test>"
    assert auto.reply_to.startswith("help+t")
    assert auto.reply_to.endswith("@bolt.test")
    office.reply(office.last(ALICE, "notice"), ALICE, "It is mended.")
    answer = office.last(ANN, "reply")
    assert answer["From"] == '"Alice Rossi (Bolt Tools)" <help@bolt.test>'
    assert answer.sender.startswith("help+b")  # a bounce address in the domain that it says it is from
    assert "Alice at Bolt" in answer.text
    seen = to_customers(office).replace(answer["Message-ID"], "").replace(auto["Message-ID"], "")
    assert "acme" not in seen.replace("acme.test>", "").casefold()


def test_a_brand_s_reply_address_leads_back_to_its_ticket(office: Office) -> None:
    for address in (BOLT, NUTS):
        office.mail(ANN, "My drill", "It smokes.", address)
        answer = office.last(ANN)
        office.mail(ANN, "Other words", "It still smokes.", answer.reply_to)
    assert [ticket["mailbox"] for ticket in office.tickets()] == [BOLT, NUTS]
    assert [len(office.ticket(number)["messages"]) for number in (1, 2)] == [2, 2]
    assert "@re.nuts.test" in office.last(ANN)["Reply-To"]


def test_agents_see_which_brand_it_is_and_answer_to_the_desk(office: Office) -> None:
    office.mail("Ann Bianchi <ann@customer.test>", "My drill", "It smokes.", SALES)
    notice = office.last(BOB, "notice")
    assert "Brand: Bolt Tools" in notice.text
    assert notice["From"] == '"Ann Bianchi (Bolt Tools)" <support@acme.test>'
    assert notice.reply_to.endswith("@acme.test")
    office.mail(ANN, "My saw", "It smokes.", SUPPORT)
    assert "Brand:" not in office.last(BOB, "notice").text


def test_an_alias_of_a_brand_answers_as_itself(office: Office) -> None:
    office.mail(ANN, "My drill", "It smokes.", SALES)
    assert office.last(ANN)["From"] == "Bolt Tools <sales@bolt.test>"


def test_the_envelope_says_which_brand_where_a_mail_names_several(office: Office) -> None:
    office.mail(ANN, "My drill", "It smokes.", f"{SUPPORT}, {NUTS}, {BOLT}")
    raw = f"From: {ANN}\r\nTo: {SUPPORT}\r\nCc: {BOLT}\r\nSubject: x\r\nMessage-ID: <e@x>\r\n\r\nHello\r\n"
    office.receive(raw.encode(), ANN, BOLT)
    assert office.ticket(2)["mailbox"] == BOLT


@pytest.mark.parametrize("written", ["HELP@Bolt.test", "help+anything@bolt.test", "postmaster@bolt.test"])
def test_a_brand_is_known_however_its_address_is_written(office: Office, written: str) -> None:
    office.mail(ANN, "My drill", "It smokes.", written)
    assert office.ticket()["mailbox"] == BOLT
    assert office.last(ANN)["From"] == "Bolt Tools <help@bolt.test>"


def test_a_follow_up_by_an_old_reply_address_stays_with_its_brand(office: Office) -> None:
    office.mail(ANN, "My drill", "It smokes.", BOLT)
    office.reply(office.last(ALICE, "notice"), ALICE, "#close\nIt is mended.")
    office.now = office.now.replace(month=4)
    office.reply(office.last(ANN, "reply"), ANN, "It smokes again.")
    assert [ticket["mailbox"] for ticket in office.tickets()] == [BOLT, BOLT]
    assert office.last(ANN)["From"] == "Bolt Tools <help@bolt.test>"


def test_a_ticket_of_a_brand_that_is_gone_is_the_desk_s(office: Office) -> None:
    office.mail(ANN, "My drill", "It smokes.", BOLT)
    office.use(desk(brands=[]))
    office.reply(office.last(ALICE, "notice"), ALICE, "It is mended.")
    assert office.last(ANN, "reply")["From"] == '"Alice Rossi (Acme Support)" <support@acme.test>'


def test_routes_know_a_brand_by_its_recipient(office: Office) -> None:
    office.use(desk(routes=[{"when": {"recipient": r"@bolt\.test$"}, "set": {"tags": ["tools"]}}]))
    office.mail(ANN, "My drill", "It smokes.", BOLT)
    office.mail(ANN, "My drill", "It smokes.", SUPPORT)
    assert [ticket["tags"] for ticket in office.tickets()] == [["tools"], []]


# --- loops and secrets -----------------------------------------------------------------------------------------------


def test_a_mail_from_a_brand_s_own_address_is_not_answered(office: Office) -> None:
    office.mail(f"Bolt <{BOLT}>", "Hello", "Hello from ourselves.", SUPPORT)
    assert office.letters(BOLT) == []
    office.mail(ANN, "Hello", "Hello.", SUPPORT, ("Cc", f"{BOLT}, help+tabc@bolt.test"))
    assert [p["email"] for p in office.ticket(2)["participants"]] == [ANN]


def test_a_bounce_to_a_brand_s_address_reaches_its_ticket(office: Office) -> None:
    office.mail(ANN, "My drill", "It smokes.", BOLT)
    office.reply(office.last(ALICE, "notice"), ALICE, "It is mended.")
    answer = office.last(ANN, "reply")
    report = (
        f"From: mailer-daemon@customer.test\r\nTo: {answer.sender}\r\nSubject: Undelivered\r\nMessage-ID: <d@x>\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; {ANN}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        "--b--\r\n"
    )
    office.receive(report.encode(), "", answer.sender)
    assert "bounce" in [event["kind"] for event in office.ticket()["events"]]
    assert office.letters(ALICE, "failed")


def test_no_reply_address_of_any_brand_is_shown_to_a_customer(office: Office) -> None:
    office.mail(ANN, "My drill", "It smokes.", NUTS)
    secret = office.last(ANN).reply_to
    office.reply(office.last(ALICE, "notice"), ALICE, f"Write to {secret} or to {ALICE}.")
    text = office.last(ANN, "reply").text
    assert secret not in text
    assert f"Write to {NUTS} or to {NUTS}." in text
    guard = privacy.guard(office.config)
    for address in (
        "help+a" + "b" * 30 + "@bolt.test",
        "R.n" + "b" * 30 + "@re.nuts.test",
        "support+d" + "b" * 30 + "@acme.test",
    ):
        assert guard(f"see {address} there") != ""


def test_an_agent_s_address_is_seen_where_it_shares_letters_with_the_reader_s_own() -> None:
    own = "support+t" + "b" * 26 + "@acme.test"
    config = desk(agents=[{"id": "bob", "name": "Bob", "email": "bob@acme.support"}])
    guard = privacy.guard(config, own)
    assert guard(f"bob@acme.{own}") != ""
    assert guard(f"{own}bob@acme.support") != ""
    assert guard(f"write to {own}") == ""


def test_an_address_or_a_command_is_seen_however_it_is_escaped() -> None:
    own = "support+t" + "b" * 26 + "@acme.test"
    guard = privacy.guard(desk(agents=[{"id": "bob", "name": "Bob", "email": "bob@acme.support"}]), own)
    for address in ("bob%40acme.support", "%62ob@acme.support", "bob&#64;acme.support", "bo<b></b>b@acme.support"):
        assert guard(f"see <a href='mailto:{own}'>us</a>, or {address}") != ""
    for command in ("#close", "%23close", " %20\n%23close", "&#35;close", "<b></b>#close"):
        assert guard(command) != ""
        assert guard(f"Write {command}") == ""
    assert guard(f"mailto:{quote(own, safe='@')}?subject=%5B%2312%5D%20fine, 100 %") == ""


def test_the_desk_takes_mail_for_every_form_of_every_brand() -> None:
    config = desk().desk
    token = "t" + "a" * 26
    for address, home in {
        SALES: SALES, f"help+{token}@bolt.test": BOLT, f"r.{token}@re.nuts.test": NUTS,
        f"support+{token}@acme.test": SUPPORT, "Postmaster@nuts.test": NUTS,
    }.items():  # fmt: skip
        found = classify(address, config)
        assert found is not None
        assert found.home == home
        assert found.kind is (AddressKind.CUSTOMER if token in address else AddressKind.PLAIN)
    for address in ("help@acme.test", f"sale+{token}@bolt.test", "r.@re.nuts.test", "x@nuts.test"):
        assert classify(address, config) is None


def test_a_brand_without_plus_addresses_threads_by_reference(office: Office) -> None:
    office.use(desk(brands=[{"id": "bolt", "name": "Bolt", "address": BOLT, "reply_address": BOLT}]))
    office.mail(ANN, "My drill", "It smokes.", BOLT)
    answer = office.last(ANN)
    assert answer["Reply-To"] in ("", BOLT)
    office.reply(answer, ANN, "Still.")
    assert len(office.ticket()["messages"]) == 2


# --- mistakes ---------------------------------------------------------------------------------------------------------


def problems(tmp_path: Path, more: str) -> list[str]:
    path = tmp_path / "maildesk.yaml"
    path.write_text(f"{SMALL}{more}\n")
    return [re.sub(r"^.*?maildesk\.yaml:", "", str(problem)) for problem in load(path).problems]


ONE = "{id: bolt, name: Bolt, address: help@bolt.example"


@pytest.mark.parametrize(
    ("brands", "says"),
    [
        (f"{ONE}, aliases: [Support@acme.example]}}", "Support@acme.example is the address of the desk itself"),
        (
            f"{ONE}}}, {{id: nuts, name: N, address: HELP@bolt.example}}",
            "HELP@bolt.example is the address of brand bolt",
        ),
        (f"{ONE}}}, {{id: bolt, name: N, address: x@bolt.example}}", "two brands have the id bolt"),
        (f"{ONE}, reply_address: 'help+{{token}}{{token}}@bolt.example'}}", "reply_address may hold {token} once"),
        (
            "{id: bolt, name: Bolt, address: a-very-long-name-of-a-help-desk@bolt.example}",
            "too long for reply addresses",
        ),
        (f"{ONE}, colour: red}}", "unknown key brands.0.colour"),
        ("{id: bolt, name: Bolt, address: alice@acme.example}", "alice@acme.example is the desk's own address"),
        ("{id: bolt, name: Bolt, address: ops@acme.example}", "ops@acme.example is the desk's own address"),
    ],
)
def test_a_mistake_in_a_brand_is_told_with_its_place(tmp_path: Path, brands: str, says: str) -> None:
    (problem,) = problems(tmp_path, f"brands: [{brands}]")
    assert re.match(r"\d+:\d+: ", problem)
    assert says in problem


def test_a_good_brand_is_no_problem(tmp_path: Path) -> None:
    assert problems(tmp_path, f"brands: [{ONE}, aliases: [help@bolt.example, sales@bolt.example]}}]") == []


# --- templates -------------------------------------------------------------------------------------------------------

MAIL = 'subject: "{{ ticket.tag }} Bolt has your mail"\ntext: |\n  Bolt here, {{ desk.name }}, {{ desk.url }}.\n'


def folder(tmp_path: Path, **files: str) -> Path:
    (tmp_path / "bolt" / "en" / "canned").mkdir(parents=True)
    for name, content in files.items():
        (tmp_path / "bolt" / "en" / f"{name.replace('__', '/')}.yaml").write_text(content)
    return tmp_path / "bolt"


def layered(tmp_path: Path, **files: str) -> Any:
    return desk(brands=[{**BRANDS[0], "templates": folder(tmp_path, **files)}, BRANDS[1]])


def test_a_brand_s_templates_lie_over_the_desk_s(office: Office, tmp_path: Path) -> None:
    config = layered(tmp_path, auto_reply_plain=MAIL, canned__drill="text: Bolt's own words on drills.\n")
    office.use(config)
    office.thinker.policy, problems = with_templates(config)
    assert problems == ()
    office.mail(ANN, "My drill", "It smokes.", BOLT)
    auto = office.last(ANN)
    assert auto["Subject"] == "[#1] Bolt has your mail"
    assert "Bolt here, Bolt Tools, https://bolt.test." in auto.text
    office.reply(office.last(ALICE, "notice"), ALICE, "#canned drill")
    assert "Bolt's own words on drills." in office.last(ANN, "reply").text
    office.mail(ANN, "My saw", "It smokes.", NUTS)
    assert "We have received" in office.last(ANN)["Subject"]
    office.reply(office.last(ALICE, "notice"), ALICE, "#canned drill")
    assert "there is no canned answer drill" in office.last(ALICE, "command_error").text


def test_a_mistake_in_a_brand_s_template_is_told_with_its_place_and_once(tmp_path: Path) -> None:
    config = layered(tmp_path, auto_reply=MAIL.replace("desk.url", "desk.ulr"))
    (problem,) = with_templates(config)[1]
    assert problem.where.startswith(f"{tmp_path}/bolt/en/auto_reply.yaml:3:")
    assert "desk.ulr" in problem.what


def test_a_brand_s_language_is_used_where_its_customer_s_is_unknown(office: Office) -> None:
    config = desk(brands=[{**BRANDS[0], "language": "it"}])
    office.use(config)
    office.thinker.policy, problems = with_templates(config)
    assert problems == ()
    office.mail(ANN, "?", "?", BOLT)
    office.mail("eve@else.test", "?", "?", SUPPORT)
    assert [row["language"] for row in office.store.rows("SELECT language FROM tickets ORDER BY id")] == ["it", "en"]


def test_a_brand_s_missing_folder_is_a_problem(tmp_path: Path) -> None:
    (problem,) = with_templates(desk(brands=[{**BRANDS[0], "templates": tmp_path / "none"}]))[1]
    assert "brand bolt cannot be read" in problem.what


def test_a_proven_sender_is_greeted_by_the_brand(office: Office) -> None:
    office.mail(f"Ann Bianchi <{ANN}>", "My drill", "It smokes.", BOLT, PROVEN)
    assert office.last(ANN)["From"] == "Bolt Tools <help@bolt.test>"
    assert office.last(ANN)["Subject"] == "Re: [#1] My drill"
