"""Canned answers, macros, and macros with questions: an agent's mail does much with few words, or nothing at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from maildesk.desk import macros
from maildesk.desk.commands import checks
from maildesk.desk.commands.effects import Call, Refusal
from maildesk.desk.commands.grammar import Argument
from maildesk.desk.commands.table import BY_NAME
from maildesk.desk.letters import Desk
from maildesk.desk.policy import Policy
from maildesk.edge.files import shipped
from maildesk.edge.policies import with_templates
from maildesk.edge.think import Thinker
from maildesk.mail.compile import compile_all
from maildesk.mail.questionnaire import read
from maildesk.mail.render import Templates
from maildesk.mail.sheets import Source
from maildesk.model import Address, Facts, Moment, Priority, Problem, Status, Ticket
from tests.office import ALICE, ANN, BOB, Letter, Office, configuration

WORDS = "Hello,\n\nmy drill makes smoke.\n\nAnn"

REFUND = """
description: Gives the money back
categories: [billing]
commands: ["#tag +refund #priority high", "#assign {{ who|default('bob') }}", "#solve"]
text:
  en: |
    {% if words %}{{ words }}{% else %}Hello {{ customer.first_name }},{% endif %}

    you get {{ amount }} back.
  it: |
    Gentile {{ customer.first_name }}, le rimborsiamo {{ amount }}.
"""
HANDOVER = """
commands: ["#team tech"]
note: "Handed over: {{ why }}"
"""
ESCALATE = """
description: Passes it on to Tech
team: tech
commands: ["#priority high", "#tag +{{ product|default('drill') }}"]
questions:
  - {id: serial, label: {en: Serial number, it: Numero di serie}}
  - id: version
    label: Which version of the software?
  - {id: tried, label: What was tried, required: no}
"""


SPOKEN = [source for source in shipped() if source.path.startswith(("en/", "it/"))]


@cache
def compiled(*files: tuple[str, str]) -> tuple[Templates, tuple[Problem, ...]]:
    """The templates of two languages, with these in their place or besides."""
    return compile_all([*SPOKEN, *(Source(path, text) for path, text in files)], "en")


def equip(office: Office, **named: str) -> None:
    """The office with these macros."""
    templates, problems = compiled(*((f"macros/{name}.yaml", text) for name, text in named.items()))
    policy = Policy(office.config, templates)
    assert [*problems, *checks.check(policy)] == []
    office.thinker = Thinker(office.store, policy, clock=lambda: office.now, begin=lambda mail: None)


def wrong(content: str) -> list[str]:
    """What `maildesk check` says of a macro's file."""
    few = [source for source in SPOKEN if "/canned/" in source.path]
    templates, problems = compile_all([*few, Source("macros/x.yaml", content)], "en")
    found = (*problems, *checks.check(Policy(configuration(), templates)))
    return [str(problem) for problem in found if problem.where.startswith("macros/")]


@pytest.fixture
def notice(office: Office) -> Letter:
    equip(office, refund=REFUND, handover=HANDOVER, escalate=ESCALATE)
    office.mail(f"Ann Bianchi <{ANN}>", "My drill smokes", WORDS)
    office.reply(office.last(ALICE), ALICE, "#take #category billing")
    return office.last(ALICE, "notice")


def notes(office: Office) -> list[str]:
    return [message["text"] for message in office.ticket()["messages"] if message["kind"] == "note"]


def state(office: Office) -> tuple[str, str, str | None, str | None, list[str]]:
    ticket = office.ticket()
    return ticket["status"], ticket["priority"], ticket["assignee"], ticket["team"], ticket["tags"]


UNTOUCHED: tuple[object, ...] = ("new", "normal", "alice", None, [])


# --- canned answers ----------------------------------------------------------------------------------------------


def canned(office: Office, text: str, **more: str) -> None:
    body = "".join(f"  {line}\n" for line in text.splitlines())
    templates, problems = compiled(("en/canned/own.yaml", f"text: |\n{body}"), *more.items())
    assert problems == ()
    office.thinker = Thinker(office.store, Policy(office.config, templates), clock=lambda: office.now, begin=print)


def test_a_canned_answer_stands_in_the_words_place_with_header_signature_and_footer(
    office: Office, notice: Letter
) -> None:
    agents = [{**agent.model_dump(), "signature": "Alice at Acme"} for agent in office.config.agents]
    office.use(configuration(agents=agents))
    layout = (
        "header: A word from {{ desk.name }}\nsignature: '{{ agent.signature }}'\nfooter: See you, {{ ticket.tag }}"
    )
    canned(office, "Hello {{ customer.first_name }}, all is well.", **{"en/layout.yaml": layout})
    office.reply(notice, ALICE, "#canned own")
    text = office.last(ANN, "reply").text.replace("\r", "")
    assert text == "A word from Acme Support\n\nHello Ann, all is well.\n\nAlice at Acme\n\nSee you, [#1]\n"


def test_all_variables_of_a_ticket_can_be_said(office: Office, notice: Letter) -> None:
    office.use(configuration(targets={"next_reply": "8h"}, hours={"week": "Mon-Fri 09:00-18:00"}))
    office.reply(notice, ALICE, "#due 2026-03-06 12:00")
    canned(
        office,
        "{{ customer.first_name }}|{{ ticket.subject }}|{{ ticket.number }}|{{ ticket.status }}|{{ ticket.due }}|"
        "{{ expected }}\n{% for entry in faq %}\n- {{ entry.question }}\n{% endfor %}",
    )
    office.reply(notice, ALICE, "#canned own #solve")
    text = office.last(ANN, "reply").text
    assert "Ann|My drill smokes|1|solved|2026-03-06 12:00 CET|2026-03-03 10:00 CET" in text
    assert "- How do I add something to my request?" in text


def test_without_targets_nothing_is_expected(office: Office, notice: Letter) -> None:
    canned(office, "({{ expected }})")
    office.reply(notice, ALICE, "#canned own")
    assert "()" in office.last(ANN, "reply").text


def test_the_typed_words_stand_above_or_where_the_canned_answer_wants_them(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#canned more-info question='Which drill?'\nDear Ann,".replace("'", '"'))
    text = office.last(ANN, "reply").text
    assert text.index("Dear Ann,") < text.index("Which drill?")
    assert "step by step" not in text


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("#canned more-inf", "#canned more-info"),
        ('#canned more-info qestion="Which drill?"', "it knows question"),
        ("#canned more-info question", "not of the form key=value"),
        ("#canned more-info #canned password", "another canned answer"),
        ("#canned macro/refund amount=5", "there is no canned answer"),
    ],
)
def test_a_slip_in_a_canned_answer_is_told_and_nothing_goes_out(
    office: Office, notice: Letter, command: str, says: str
) -> None:
    office.reply(notice, ALICE, command)
    assert says in office.last(ALICE, "command_error").text
    assert office.letters(ANN, "reply") == []


# --- macros ------------------------------------------------------------------------------------------------------


def test_a_macro_carries_out_its_commands_and_answers_together(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#macro refund amount=5€")
    assert state(office) == ("solved", "high", "bob", None, ["refund"])
    answer = office.last(ANN, "reply")
    assert "Hello Ann,\n\nyou get 5€ back." in answer.text.replace("\r", "")
    assert "#" not in answer.text.replace("[#1]", "")
    assert "smoke" in office.last(BOB, "notice").text


def test_its_text_takes_the_typed_words(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#macro refund amount=5€\nDear Ann, I am sorry:")
    assert "Dear Ann, I am sorry:\n\nyou get 5€ back." in office.last(ANN, "reply").text.replace("\r", "")


def test_its_text_is_in_the_customer_s_language(office: Office, notice: Letter) -> None:
    office.mail("Olga Neri <olga@altra.test>", "Rimborso", "Buongiorno, vorrei un rimborso per la fattura di maggio.")
    office.reply(office.last(ALICE, "notice"), ALICE, "#category billing")
    office.reply(office.last(ALICE, "notice"), ALICE, "#macro refund amount=5€")
    assert "Gentile Olga, le rimborsiamo 5€." in office.last("olga@altra.test", "reply").text


def test_a_macro_s_note_goes_to_no_customer(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, '#macro handover why="needs a spare part"\nShe called twice.')
    assert state(office)[3] == "tech"
    assert notes(office) == ["She called twice.\n\nHanded over: needs a spare part"]
    assert office.letters(ANN, "reply") == []


def test_what_an_agent_gives_is_an_argument_and_never_a_command(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, '#macro refund amount=5€ who="bob #close"')
    assert state(office) == UNTOUCHED
    assert "there is no agent bob #close" in office.last(ALICE, "command_error").text


@pytest.mark.parametrize(
    ("mail", "says"),
    [
        ("#macro refnd amount=5", "#macro refund"),
        ("#macro refund", "refund needs amount=…"),
        ("#macro refund amount=5 whom=bob", "it knows amount, who"),
        ("#macro refund amount=5 who=carl", "there is no agent carl"),
        ("#macro refund amount=5 #close", "another status"),
        ("#macro refund amount=5 #assign alice", "another agent"),
        ("#macro refund amount=5 #tag -refund", "both set and taken away"),
        ("#macro refund amount=5 #canned password", "another canned answer"),
        ("#macro refund amount=5 #asign alice", "there is no command #asign"),
        ("#macro handover why=x #team billing", "another team"),
        ("#macro", "#macro needs more"),
    ],
)
def test_a_macro_is_carried_out_with_all_of_the_mail_or_not_at_all(
    office: Office, notice: Letter, mail: str, says: str
) -> None:
    office.reply(notice, ALICE, f"{mail}\nDear Ann, here it is.")
    assert says in office.last(ALICE, "command_error").text
    assert state(office) == UNTOUCHED
    assert office.letters(ANN, "reply") == []


def test_a_macro_for_some_categories_is_refused_for_others(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#category printing")
    office.reply(notice, ALICE, "#macro refund amount=5€")
    assert "the category billing; this one's is printing" in office.last(ALICE, "command_error").text
    assert office.letters(ANN, "reply") == []


def test_a_macro_needs_its_caller_s_rights_for_each_command() -> None:
    policy = Policy(configuration(), compiled(("macros/junk.yaml", 'commands: ["#tag +x", "#spam"]'))[0])
    at = datetime(2026, 3, 2, tzinfo=UTC)
    ticket = Ticket(1, "", "", Status.OPEN, Priority.NORMAL, at, at, 1, Address("", ANN))
    alice, name = policy.config.agents[0], Argument("junk", False, 7)
    table = {**BY_NAME, "spam": replace(BY_NAME["spam"], role="lead")}
    call = Call(Desk(policy, Moment(at, b"0" * 16), Facts()), "alice", alice, ticket, (name,), BY_NAME)
    assert macros.carry_out(call, policy.templates.macros["junk"], {}).status is Status.SPAM
    with pytest.raises(Refusal, match="#spam is for leads"):
        macros.carry_out(replace(call, table=table), policy.templates.macros["junk"], {})


def test_a_macro_may_name_other_tickets(office: Office, notice: Letter) -> None:
    equip(office, same='commands: ["#link {{ other }}"]')
    office.mail(f"Ann Bianchi <{ANN}>", "The drill again", "It smokes more and more.")
    office.reply(notice, ALICE, "#macro same other=2")
    assert office.store.rows("SELECT * FROM links")


def test_a_preview_of_a_macro_changes_nothing(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#macro refund amount=5€ #preview")
    assert "you get 5€ back" in office.last(ALICE, "preview").text
    assert state(office) == UNTOUCHED


# --- what `maildesk check` says ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('commands: ["#asign bob"]', "macros/x.yaml:1:14: there is no command #asign; did you mean #assign?"),
        ('commands:\n  - "#take"\n  - "#tag +a #asign bob"', "macros/x.yaml:3:15: there is no command #asign"),
        ('commands: ["#assign carl"]', "macros/x.yaml:1:21: #assign: there is no agent carl; there are alice, bob"),
        ('commands: ["#team tecnical"]', "macros/x.yaml:1:19: #team: there is no team tecnical"),
        ('commands: ["#assign"]', "#assign needs more"),
        ('commands: ["#close now"]', "#close stands alone"),
        ('commands: ["#macro other"]', "macros/x.yaml:1:14: #macro cannot stand in a macro"),
        ('commands: ["#undo"]', "#undo cannot stand in a macro"),
        ('commands: ["#later 3d"]', "#later cannot stand in a macro"),
        ('commands: ["Dear customer"]', "is no command"),
        ('commands: ["#close", "#solve"]', "another status"),
        ('commands: ["#tag +{{ ticket.number }}"]', "macros/x.yaml:1:22: ticket.number cannot stand in a command"),
        ('commands: ["#tag +{{ x"]', "macros/x.yaml:1:12"),
        ('commands: "#close"', "macros/x.yaml:1:11: commands must be a list"),
        ("commands: [[a]]", "number 1 of commands must be text"),
        ("canned: more-inf", "macros/x.yaml:1:9: there is no canned answer more-inf; did you mean more-info?"),
        ("text: hello {{ customr.name }}", "unknown variable customr.name; did you mean customer.name?"),
        ("text: {fi: Hei}", "text needs en"),
        ("text: {en: Hi}\nnote: x", "one of canned, text and note"),
        ('text: {en: Hi}\ncommands: ["#note"]', "write note: instead of text:"),
        ("description: x", "this macro does nothing"),
        ("comands: []", "macros/x.yaml:1:1: unknown key 'comands'; did you mean commands?"),
        ("team: tech\ncommands: ['#close']", "macros/x.yaml:1:7: team is for macros with questions"),
        ("team: tecnical\nquestions: [{id: a, label: A}]", "macros/x.yaml:1:7: there is no team tecnical"),
        ("questions: [{id: a, label: A}]\ntext: Hi", "says nothing to the customer"),
        ("questions: [{id: A-1, label: A}]", "macros/x.yaml:1:18: question 1: it needs an id"),
        ("questions: [{id: a, label: A}, {id: a, label: B}]", "question 2: two have the id a"),
        ("questions: [{id: a, label: A}, {id: b, label: A}]", "question 2: another has the same label"),
        ("questions: [{id: a}]", "it needs a label"),
        ("questions: [{id: a, label: A, required: perhaps}]", "required is yes or no"),
        ("questions: [{id: a, label: A, requird: no}]", "unknown key 'requird'; did you mean required?"),
        ("questions: [a]", "needs keys: id, label, required"),
        ("questions: [{id: a, label: A}]\ncommands: ['#merge 12']", "#merge looks at more than its ticket"),
    ],
)
def test_what_is_wrong_in_a_macro_is_told_with_its_place(content: str, says: str) -> None:
    assert [problem for problem in wrong(content) if says in problem]


@pytest.mark.parametrize("content", [REFUND, HANDOVER, ESCALATE, "canned: more-info", 'commands: ["#assign me"]'])
def test_a_macro_that_is_right_has_no_problem(content: str) -> None:
    assert wrong(content) == []


def test_a_desk_s_own_macros_are_checked_with_their_commands(tmp_path: Path) -> None:
    (tmp_path / "macros").mkdir()
    (tmp_path / "macros" / "mine.yaml").write_text('commands: ["#team tecnical"]')
    _, problems = with_templates(configuration(desk={"templates": str(tmp_path)}))
    assert f"{tmp_path}/macros/mine.yaml:1:19" in [problem.where for problem in problems]


def test_a_question_that_is_often_asked_is_checked_as_well() -> None:
    def faq(content: str) -> list[str]:
        return [str(p) for p in compiled(("en/faq/x.yaml", content))[1]]

    assert faq("question: How?\ntext: Like {{ desk.name }} does.") == []
    assert faq("question: How?\ntext: Like {{ customer.name }} does.") == [
        "en/faq/x.yaml:2:15: customer.name is not known in faq"
    ]
    assert faq("text: So.") == ["en/faq/x.yaml:1:1: question is missing"]


# --- macros with questions -----------------------------------------------------------------------------------------


@pytest.fixture
def form(office: Office, notice: Letter) -> Letter:
    office.reply(notice, ALICE, "#macro escalate product=saw")
    return office.last(ALICE, "questionnaire")


def quoted(letter: Letter, **answers: str) -> str:
    """The questionnaire as a client quotes it, with answers behind the questions."""
    text = letter.text
    for question, answer in answers.items():
        asked = {"serial": "Serial number:", "version": "software?", "tried": "What was tried:"}[question]
        text = text.replace(asked, f"{asked} {answer}")
    return "On Monday, Acme wrote:\n" + "\n".join(f"> {line}".rstrip() for line in text.splitlines()) + "\n"


MOVED = ("new", "high", None, "tech", ["saw"])


def test_a_macro_with_questions_mails_them_to_the_agent_and_the_ticket_stays(office: Office, form: Letter) -> None:
    assert state(office) == UNTOUCHED
    for line in ("1. Serial number:", "2. Which version of the software?", "3. What was tried:", "Tech"):
        assert line in form.text
    assert form.reply_to.startswith("support+n")
    assert notes(office) == [
        "#macro escalate: Passes it on to Tech\n\n"
        "1. Serial number:\n2. Which version of the software?\n3. What was tried:"
    ]
    assert office.letters(ANN, "reply") == []


def test_words_with_it_stay_among_agents(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#macro escalate\nI do not understand this one.")
    assert notes(office)[0] == "I do not understand this one."
    assert len(notes(office)) == 2
    assert office.letters(ANN, "reply") == []


@pytest.mark.parametrize(
    "answer",
    [
        lambda form: quoted(form, serial="A-4711", version="2.5"),
        lambda form: "Serial number: A-4711\nWhich version of the software? 2.5\n\n" + quoted(form),
        lambda form: "1. A-4711\n2) 2.5\n\n" + quoted(form),
        lambda form: quoted(form, version="2.5").replace("Serial number:", "Serial number:\nA-4711"),
        lambda form: "serial  NUMBER : A-4711\n\n" + quoted(form, version="2.5"),
        lambda form: form.text.replace("number:", "number: A-4711").replace("software?", "software? 2.5"),
    ],
    ids=["behind the questions", "above, with labels", "above, by number", "between the lines", "mixed", "unquoted"],
)
def test_once_all_is_answered_the_ticket_moves(office: Office, form: Letter, answer) -> None:  # type: ignore[no-untyped-def]
    office.reply(form, ALICE, answer(form))
    assert state(office) == MOVED
    lines = notes(office)[-1].splitlines()
    assert lines[2:4] == ["1. Serial number: A-4711", "2. Which version of the software? 2.5"]
    assert "A-4711" in "".join(letter.text for letter in office.letters(BOB, "notice"))
    assert "A-4711" not in "".join(letter.whole for letter in office.letters(ANN))
    assert office.store.rows("SELECT * FROM deferred") == []


def test_missing_answers_are_asked_for_again_with_those_given_filled_in(office: Office, form: Letter) -> None:
    office.reply(form, ALICE, quoted(form, serial="A-4711"))
    assert state(office) == UNTOUCHED
    again = office.last(ALICE, "questionnaire")
    assert again.id != form.id
    assert "still missing" in again.text
    assert "1. Serial number: A-4711" in again.text
    office.reply(again, ALICE, "2. 2.5")
    assert state(office) == MOVED
    assert "A-4711" in notes(office)[-1]


def test_an_empty_answer_gets_the_questions_again(office: Office, form: Letter) -> None:
    office.reply(form, ALICE, quoted(form))
    assert len(office.letters(ALICE, "questionnaire")) == 2
    assert state(office) == UNTOUCHED


def test_what_is_written_beside_the_answers_is_kept_in_the_note(office: Office, form: Letter) -> None:
    office.reply(form, ALICE, f"She is in a hurry.\n\n{quoted(form, serial='A-4711', version='2.5')}")
    assert notes(office)[-1].endswith("She is in a hurry.")


def test_the_only_question_is_answered_by_any_words(office: Office, notice: Letter) -> None:
    equip(office, why="questions: [{id: why, label: Why}]\ncommands: ['#close']")
    office.reply(notice, ALICE, "#macro why")
    office.reply(office.last(ALICE, "questionnaire"), ALICE, "She asked me to.")
    assert state(office)[0] == "closed"
    assert notes(office)[-1] == "#macro why\n\n1. Why: She asked me to."


def test_commands_do_not_go_with_answers(office: Office, form: Letter) -> None:
    office.reply(form, ALICE, "#close\nSerial number: 1\n2. 2.5")
    assert "mail of their own" in office.last(ALICE, "command_error").text
    assert state(office) == UNTOUCHED


def test_undo_drops_the_questions(office: Office, form: Letter) -> None:
    office.reply(form, ALICE, "#undo")
    assert office.store.rows("SELECT * FROM deferred") == []
    office.reply(form, ALICE, quoted(form, serial="A-4711", version="2.5"))
    assert state(office) == UNTOUCHED


def test_send_is_no_answer_to_questions(office: Office, form: Letter) -> None:
    office.reply(form, ALICE, "#send")
    assert "nothing of yours waits" in office.last(ALICE, "command_error").text


def test_a_colleague_s_answers_do_not_count(office: Office, form: Letter) -> None:
    office.reply(form, BOB, quoted(form, serial="A-4711", version="2.5"))
    assert state(office) == UNTOUCHED


def test_a_customer_who_got_hold_of_it_changes_nothing(office: Office, form: Letter) -> None:
    office.reply(form, ANN, quoted(form, serial="A-4711", version="2.5"))
    assert state(office)[1:] == UNTOUCHED[1:]
    assert "A-4711" not in "".join(letter.whole for letter in office.letters(ANN))


def test_called_again_it_begins_anew_with_what_was_answered(office: Office, notice: Letter, form: Letter) -> None:
    office.reply(form, ALICE, quoted(form, serial="A-4711"))
    office.reply(notice, ALICE, "#macro escalate product=saw")
    assert "A-4711" in office.last(ALICE, "questionnaire").text
    assert len(office.store.rows("SELECT * FROM deferred")) == 1


def test_a_macro_that_cannot_be_carried_out_asks_no_questions(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, '#macro escalate product="no tag: %"')
    assert office.letters(ALICE, "questionnaire") == []
    assert office.letters(ALICE, "command_error")


def test_an_out_of_office_message_answers_no_questions(office: Office, form: Letter) -> None:
    before = len(office.letters())
    office.reply(form, ALICE, quoted(form, serial="1", version="2"), ("Auto-Submitted", "auto-replied"))
    assert len(office.letters()) == before
    assert state(office) == UNTOUCHED


# --- how answers are written ------------------------------------------------------------------------------------------

LABELS = ["Serial number", "What happens, step by step?", "Name"]


@pytest.mark.parametrize(
    ("own", "whole", "found"),
    [
        ("Serial number: 1", "", {0: "1"}),
        ("SERIAL NUMBER : 1\nName:x", "", {0: "1", 2: "x"}),
        ("- Serial number: 1\n* Name: Ann", "", {0: "1", 2: "Ann"}),
        ("1. one\n(2) two\n3) three", "", {0: "one", 1: "two", 2: "three"}),
        ("4. four\n0. none", "", {}),
        ("", "> 1. Serial number: 1\n> goes on\n>\n> 3. Name:\n", {0: "1\ngoes on"}),
        ("", "> > 1. Serial number:\n> 1\n> > 3. Name:\nAnn\n\nBye", {0: "1", 2: "Ann"}),
        ("", "> 2. What happens, step\n> by step? It smokes", {1: "It smokes"}),
        ("", "> 2. What happens, step\n> by step?\nIt smokes", {1: "It smokes"}),
        ("Name: Ann", "> Name: Olga", {2: "Ann"}),
        ("", "Name: Ann\n> Name: Olga", {2: "Ann"}),
        ("", "> Name:\n> > Name: Olga", {2: "Olga"}),
        ("The name is long", "Names: none", {}),
        ("", "> 3. *Name:* Ann", {2: "Ann"}),
        ("", "1.\xa0Serial\xa0number：\xa01", {0: "1"}),
        ("", "> 1. Serial number: ___\n> 3. Name: …", {}),
        ("", "> 3. Name:\n>\n> ---\n>\n> For the team only", {}),
    ],
)
def test_answers_are_found_wherever_they_stand(own: str, whole: str, found: dict[int, str]) -> None:
    assert dict(read(own, whole, LABELS).found) == found


def test_words_that_are_no_answer_are_given_back() -> None:
    assert read("Hello,\n\nName: Ann\n\nBye", "", LABELS).rest == "Hello,\n\n\nBye"


def test_hostile_mail_costs_little_time() -> None:
    for text in ("1. " * 300_000, "> " * 300_000, "Serial number" + " \t*" * 300_000, "Serial \n" * 300_000):
        read(text, text, [f"{label} {number}" for label in LABELS for number in range(16)])
