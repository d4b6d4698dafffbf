"""Tickets that agents open for somebody else: calls and letters by `#from`, forwarded mails with commands above."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from maildesk.desk import addresses
from maildesk.desk.addresses import AddressKind
from tests.desk.corpus import corpus, deliver
from tests.desk.record import events, people, said
from tests.office import ALICE, ANN, BOB, FAILED, PROVEN, SUPPORT, Letter, Office, configuration

CARL, DORA = "carl@customer.example", "dora@customer.test"
PROVEN_LINE = "Authentication-Results: mx.acme.test; dmarc=pass header.from=acme.test"


def address(office: Office, agent: str = "alice", days: int = 10) -> str:
    """An agent's address for the desk, without a ticket."""
    claim = addresses.Claim(0, 0, (office.now + timedelta(days=days)).date())
    token = addresses.sign(office.store.keys()[0], agent, AddressKind.DESK, claim)
    return addresses.address(office.config.desk, AddressKind.DESK, token)


def call(office: Office, body: str, subject: str = "Call", *headers: tuple[str, str], **more: Any) -> None:
    """Alice writes to her own address of the desk."""
    office.mail(ALICE, subject, body, address(office), *headers, **more)


def nothing_but_a_transcript(office: Office) -> str:
    assert office.tickets() == []
    (transcript,) = office.letters()
    assert (transcript.to, transcript.kind) == (ALICE, "command_error")
    return transcript.text


# --- calls and letters ------------------------------------------------------------------------------------------


def test_what_somebody_said_on_the_phone_becomes_a_ticket_of_theirs(office: Office) -> None:
    call(office, f'#from "Dora Lee <{DORA}>"\nMy drill does not start.\n\nIt is a red one.', "Drill")
    ticket = office.ticket()
    assert people(office, 1) == {DORA: "requester"}
    assert ticket["participants"][0]["name"] == "Dora Lee"
    assert (ticket["subject"], ticket["status"], ticket["mailbox"]) == ("Drill", "new", SUPPORT)
    (message,) = ticket["messages"]
    assert (message["kind"], message["author"]) == ("customer", DORA)
    assert message["text"] == "My drill does not start.\n\nIt is a red one."
    assert ticket["events"][0]["actor"] == "alice"
    assert "alice opens it for dora@customer.test" in office.ledger()[0]["reason"]


def test_nobody_answers_them_by_machine_and_nobody_s_private_things_are_in_the_answer(office: Office) -> None:
    call(office, f"#from {DORA}\nMy drill does not start.")
    assert office.letters(DORA) == []
    office.reply(office.last(BOB, "notice"), BOB, "A new one is on its way.")
    (answer,) = office.letters(DORA)
    for private in (ALICE, BOB, "<1@client.test>", "#from"):
        assert private not in answer.whole
    office.reply(answer, DORA, "Thank you.")
    assert said(office, 1)[-1] == ("customer", "Thank you.")


def test_the_agent_is_told_nothing_of_their_own_act_but_the_others_are(office: Office) -> None:
    call(office, f"#from {DORA}\nMy drill does not start.")
    assert office.letters(ALICE) == []
    notice = office.last(BOB, "notice")
    assert "My drill does not start." in notice.text
    assert DORA in notice.text


@pytest.mark.parametrize(
    ("commands", "told"),
    [("#take", [ALICE]), ("#assign bob", [BOB]), ("#team tech", [BOB]), ("#team billing", [ALICE])],
)
def test_whose_it_is_is_told_even_if_they_opened_it(office: Office, commands: str, told: list[str]) -> None:
    call(office, f"#from {DORA} {commands}\nMy drill does not start.")
    assert [letter.to for letter in office.letters()] == told
    office.reply(office.letters()[0], told[0], "#priority high")  # with an address that acts
    assert office.ticket()["priority"] == "high"


def test_other_commands_are_carried_out_on_the_new_ticket(office: Office) -> None:
    office.mail(ANN, "The saw", "It is blunt.")
    call(
        office,
        f"#assign bob #priority high #tag +phone\n#from {DORA} #due 2h #link 1\n#cc {CARL} #category tools\nHello.",
    )
    ticket = office.ticket(2)
    assert (ticket["assignee"], ticket["priority"], ticket["tags"]) == ("bob", "high", ["phone"])
    assert (ticket["due_at"], ticket["category"]) == ("2026-03-02T12:00:00.000Z", "tools")
    assert people(office, 2) == {DORA: "requester", CARL: "cc"}
    assert ticket["links"] == [{"other_id": 1, "kind": "relates"}]
    assert {t["kind"] for t in ticket["timers"]} >= {"due_warn", "due"}
    assert office.letters(CARL) == []
    office.later(hours=2)
    assert "[#2]" in office.last(BOB, "reminder")["Subject"]


def test_routes_and_promises_hold_for_it_as_for_any_ticket(office: Office) -> None:
    office.use(configuration(targets={"first_reply": "1h"}))
    call(office, f"#from {DORA}\nThe total is wrong.", "Invoice 77")
    ticket = office.ticket()
    assert (ticket["team"], ticket["tags"]) == ("billing", ["money"])
    assert office.letters(BOB) == []
    office.later(hours=1)
    assert office.last(ALICE, "reminder")["Subject"].startswith("[#1]")


def test_nobody_s_turn_is_over_where_the_agent_says_whose_it_is(office: Office) -> None:
    teams = [{"id": "tech", "name": "Tech", "assign": "round_robin"}]
    agents = [
        {"id": name, "name": name.title(), "email": f"{name}.private@acme.test", "teams": ["tech"]}
        for name in ("alice", "bob")
    ]
    routes = [{"when": {"subject": "drill"}, "set": {"team": "tech"}}]
    office.use(configuration(teams=teams, agents=agents, routes=routes))
    call(office, f"#from {DORA} #assign bob\nHello.", "Drill 1")
    call(office, f"#from {DORA}\nHello.", "Drill 2")
    call(office, f"#from {DORA}\nHello.", "Drill 3")
    assert [t["assignee"] for t in office.tickets()] == ["bob", "alice", "bob"]


def test_what_was_settled_on_the_phone_is_no_news(office: Office) -> None:
    call(office, f"#from {DORA} #solve\nShe had forgotten the plug.")
    assert office.ticket()["status"] == "solved"
    assert office.letters() == []


def test_the_words_of_a_note_are_the_agent_s_own(office: Office) -> None:
    call(office, f"#from {DORA} #note\nShe was furious: the cousin of the minister.")
    (message,) = office.ticket()["messages"]
    assert (message["kind"], message["author"]) == ("note", "alice")
    notice = office.last(BOB, "notice")
    office.reply(notice, BOB, "I know her.")  # among agents: a plain answer to a note is one
    assert office.letters(DORA) == []
    answers = next(word for word in notice.text.split() if word.startswith("support+a")).strip(".")
    office.mail(BOB, "x", "Dear Dora, we are on it.", answers)
    assert "furious" not in office.last(DORA, "reply").whole


def test_files_and_language_are_theirs(office: Office) -> None:
    words = "Guten Tag, mein Bohrer ist seit gestern kaputt und ich brauche bitte bald einen neuen."
    call(office, f"#from {DORA}\n{words}", "Brief", files={"letter.pdf": b"%PDF-"})
    assert [f["name"] for f in office.ticket()["messages"][0]["attachments"]] == ["letter.pdf"]
    assert office.last(BOB, "notice").files == {"letter.pdf": b"%PDF-"}


def test_a_known_customer_s_language_is_used_where_the_words_are_too_few(office: Office) -> None:
    office.mail(DORA, "Trapano", "Buongiorno, il mio trapano non funziona più da ieri, potete aiutarmi per favore?")
    call(office, f"#from {DORA}\nOK.")
    office.reply(office.last(BOB, "notice"), BOB, "Va bene.")
    assert "Per aggiungere" in office.last(DORA, "reply").text


def test_a_ticket_that_the_subject_names_is_linked(office: Office) -> None:
    office.mail(ANN, "The saw", "It is blunt.")
    call(office, f"#from {DORA}\nMine, too.", "Re: [#1] The saw")
    assert office.ticket(2)["links"] == [{"other_id": 1, "kind": "relates"}]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("#from carl\nHello", "carl is no e-mail address"),
        (f"#from {BOB}\nHello", "is an agent's: #assign bob"),
        (f"#from {SUPPORT}\nHello", "is the desk's own address"),
        (f"#from {DORA} {CARL}\nHello", "a ticket is of one person"),
        (f"#from {DORA} #from {CARL}\nHello", "another customer"),
        (f"#from {DORA} #assign nobody-here\nHello", "there is no agent nobody-here"),
        (f"#from {DORA} #asign bob\nHello", "#assign"),
        (f"#from {DORA}", "there are none"),
        (f"#from {DORA} #later 3h\nHello", "needs a ticket"),
        (f"#from {DORA} #preview\nHello", "needs a ticket"),
        (f"#from {DORA} #merge 1\nHello", "this needs a ticket"),
        (f"#from {DORA} #split\nHello", "this needs a ticket"),
        (f"#from {DORA} #canned received\nHello", "there is no canned"),
        (f"#from {DORA} #link 7\nHello", "there is no ticket 7"),
        (f"#from {DORA}\nHello\n#close\nGoodbye", "may be meant as a command"),
        ("#assign bob\nHello", "this needs a ticket"),
    ],
)
def test_on_any_trouble_no_ticket_is_opened_and_the_agent_has_their_words_back(
    office: Office, body: str, why: str
) -> None:
    call(office, body)
    text = nothing_but_a_transcript(office)
    if "canned" not in body:
        assert why in " ".join(text.split())
    assert body.splitlines()[-1] in text


def test_a_wrong_address_is_the_only_thing_that_is_told(office: Office) -> None:
    call(office, "#from carl #assign bob #priority high\nHello")
    assert "this needs a ticket" not in nothing_but_a_transcript(office)


@pytest.mark.parametrize(
    ("sender", "headers"), [(BOB, ()), ("eve@evil.test", ()), (ALICE, (FAILED,)), (f"{ALICE}, {BOB}", ())]
)
def test_a_forger_opens_nothing_for_anybody(office: Office, sender: str, headers: tuple[tuple[str, str], ...]) -> None:
    office.mail(sender, "Call", f"#from {DORA}\nHello", address(office), *headers)
    assert all(DORA not in people(office, t["id"]) for t in office.tickets())
    assert office.letters(DORA) == []


def test_an_expired_address_waits_for_a_word(office: Office) -> None:
    office.mail(ALICE, "Call", f"#from {DORA}\nHello", address(office, days=-1))
    assert office.tickets() == []
    office.reply(office.last(ALICE, "held"), ALICE, "yes")
    assert said(office, 1) == [("customer", "Hello")]
    assert people(office, 1) == {DORA: "requester"}


def test_a_customer_s_from_command_is_text(office: Office) -> None:
    office.mail(ANN, "Hello", f"#from {DORA}\nHello")
    assert people(office, 1) == {ANN: "requester"}
    assert said(office, 1) == [("customer", f"#from {DORA}\nHello")]


def test_an_agent_proven_by_their_domain_needs_no_address(office: Office) -> None:
    office.mail(ALICE, "Call", f"#from {DORA}\nHello", SUPPORT, PROVEN)
    assert people(office, 1) == {DORA: "requester"}


# --- commands above a forwarded mail ---------------------------------------------------------------------------------


_ABOVE = b"He called as well. #close is not meant here."


def forward(office: Office, above: str, *headers: str) -> None:
    """Alice forwards Carl's mail with this above it."""
    raw = corpus("forward-by-agent-gmail", *(headers or (PROVEN_LINE,)))
    deliver(office, raw.replace(_ABOVE, above.replace("\n", "\r\n").encode()))


def test_commands_above_a_forward_are_carried_out_on_the_new_ticket_and_the_words_are_a_note(office: Office) -> None:
    forward(office, "#assign bob #priority high\n#tag +urgent\nCarl is a regular.")
    ticket = office.ticket()
    assert people(office, 1) == {CARL: "requester"}
    assert (ticket["assignee"], ticket["priority"], ticket["tags"]) == ("bob", "high", ["urgent"])
    assert [kind for kind, _ in said(office, 1)] == ["customer", "note"]
    assert said(office, 1)[1][1] == "Carl is a regular."
    assert [letter.to for letter in office.letters()] == [BOB]
    office.reply(office.last(BOB), BOB, "A new one is on its way.")
    assert "#assign" not in office.last(CARL, "reply").whole
    assert "regular" not in office.last(CARL, "reply").whole


@pytest.mark.parametrize("above", ["#asign bob", "#assign nobody-here", "#assign bob #merge 1", "#from carl"])
def test_one_wrong_command_above_a_forward_and_nothing_at_all_is_done(office: Office, above: str) -> None:
    forward(office, f"{above}\nCarl is a regular.")
    assert "Carl is a regular." in nothing_but_a_transcript(office)
    assert office.letters(CARL) == []


def test_commands_alone_above_a_forward_leave_no_note(office: Office) -> None:
    forward(office, "#assign bob #note")
    assert [kind for kind, _ in said(office, 1)] == ["customer"]
    assert office.ticket()["assignee"] == "bob"


def test_whom_the_note_above_a_forward_mentions_hears_of_it(office: Office) -> None:
    forward(office, "#assign alice\n@bob, you know him.")
    assert sorted(letter.to for letter in office.letters()) == [ALICE, BOB]


def test_what_is_asked_of_somebody_else_above_a_forward_is_the_agent_s_words_alone(office: Office) -> None:
    forward(office, "#ask supplier@parts.test\nDo you have this one in red?")
    (question,) = office.letters("supplier@parts.test")
    assert "Do you have this one in red?" in question.text
    assert "since yesterday" not in question.whole
    assert CARL not in question.whole


def test_from_above_a_forward_says_whose_it_really_is(office: Office) -> None:
    forward(office, f'#from "Dora Lee <{DORA}>"\nCarl is her secretary.')
    assert people(office, 1) == {DORA: "requester"}
    assert [(m["kind"], m["author"]) for m in office.ticket()["messages"]] == [("customer", DORA), ("note", "alice")]
    assert "drill is broken" in said(office, 1)[0][1]


def test_commands_inside_the_forwarded_mail_are_words(office: Office) -> None:
    raw = corpus("forward-by-agent-gmail", PROVEN_LINE).replace(_ABOVE, b"See below.")
    deliver(office, raw.replace(b"Dear Alice,", b"#assign bob\r\n#close\r\n\r\nDear Alice,"))
    assert office.ticket()["status"] == "new"
    assert office.ticket()["assignee"] is None
    assert "#close" in said(office, 1)[0][1]


_HEAD = "-----Original Message-----\nFrom: Dora Lee\nSent: Monday, March 2, 2026\nTo: Alice\nSubject: Broken"


def test_a_forward_that_does_not_tell_whose_it_is_is_whose_the_agent_says(office: Office) -> None:
    call(office, f"#from {DORA} #tag +vip\nShe is a regular.\n\n{_HEAD}\n\nIt broke.", "FW: Broken")
    assert people(office, 1) == {DORA: "requester"}
    assert said(office, 1) == [("customer", "It broke."), ("note", "She is a regular.")]
    assert (office.ticket()["subject"], office.ticket()["tags"]) == ("Broken", ["vip"])


def test_what_an_agent_quotes_below_their_own_report_of_a_call_is_not_a_forward(office: Office) -> None:
    call(office, f"#from {DORA}\nMy drill does not start.\n\n{_HEAD}\n\nYour list of tickets.", "RE: Your list")
    assert said(office, 1) == [("customer", "My drill does not start.")]


def test_commands_above_a_forward_that_nobody_proved_wait_for_a_word(office: Office) -> None:
    forward(office, "#assign bob\nCarl is a regular.", "X-Nothing: 1")
    assert office.tickets() == []
    office.reply(office.last(ALICE, "held"), ALICE, "yes")
    assert people(office, 1) == {CARL: "requester"}
    assert office.ticket()["assignee"] == "bob"
    assert said(office, 1)[1] == ("note", "Carl is a regular.")


def test_a_forward_that_names_a_ticket_is_linked_with_its_commands_done(office: Office) -> None:
    office.mail(ANN, "The saw", "It is blunt.")
    raw = corpus("forward-by-agent-gmail", PROVEN_LINE).replace(b"Subject: Fwd: ", b"Subject: Fwd: [#1] ", 1)
    deliver(office, raw.replace(_ABOVE, b"#tag +twin"))
    assert office.ticket(2)["links"] == [{"other_id": 1, "kind": "relates"}]
    assert office.ticket(2)["tags"] == ["twin"]
    assert office.ticket(1)["tags"] == []
    assert events(office, 2, "created")


@pytest.fixture
def notice(office: Office) -> Letter:
    office.mail(ANN, "The drill", "It does not start.")
    return office.last(ALICE, "notice")


def test_a_ticket_can_be_opened_from_a_notice_s_list_of_commands(office: Office, notice: Letter) -> None:
    """With a ticket, `#from` is about that ticket, and opens none."""
    office.reply(notice, ALICE, f"#from {DORA}")
    assert len(office.tickets()) == 1
    assert people(office, 1) == {DORA: "requester"}
