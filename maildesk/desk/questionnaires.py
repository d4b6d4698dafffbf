"""Macros with questions: the ticket stays where it is until the agent who called one has answered them.

The questions stand on the ticket as a note, and go to the agent in a mail whose answer is private. What was answered
so far, and what the macro was called with, waits as a `Deferred`; `desk.forms` reads the answers. Nothing of it
reaches a customer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from maildesk.config import Agent
from maildesk.desk import letters
from maildesk.desk.commands.effects import Canned, Effects, Refusal, Said
from maildesk.desk.letters import Desk, Parcel
from maildesk.mail.macros import Macro
from maildesk.model import (
    AddEntry,
    Defer,
    Deferred,
    Entry,
    Forget,
    Kind,
    Purpose,
    Step,
    Ticket,
    Wait,
)


@dataclass(frozen=True, slots=True)
class Form:
    """A questionnaire that waits: of which macro, called with what, and what was answered so far, by the id."""

    macro: str
    values: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    words: str = ""  # what was written beside the answers
    note: int = 0  # as which the questions stand on the ticket

    def packed(self) -> str:
        parts = (self.macro, dict(self.values), dict(self.answers), self.words, self.note)
        return json.dumps(parts, ensure_ascii=False)

    @staticmethod
    def unpacked(text: str) -> Form:
        return Form(*json.loads(text))


def waiting(desk: Desk, macro: str = "") -> list[tuple[Deferred, Form]]:
    """The questionnaires that wait for this agent on the ticket, the newest first; of one macro, if it is named."""
    found = [(d, Form.unpacked(d.data)) for d in desk.facts.deferred if d.wait is Wait.FORM]
    return [(deferred, form) for deferred, form in found if macro in ("", form.macro)]


def begin(macro: Macro, values: Mapping[str, str]) -> Effects:
    """Notes and mails the questions; the words of the mail stay among agents."""
    says = Canned(macro.says, values) if macro.says else None
    return Effects(private=True, canned=says, deeds=(partial(_begin, macro, dict(values)),))


def _begin(macro: Macro, values: Mapping[str, str], said: Said) -> Iterator[Step]:
    """Called again, it begins anew, with what was answered before."""
    desk, ticket, agent = said.desk, said.ticket, said.agent
    if ticket is None:
        raise Refusal("this needs a ticket: answer one of its notices")
    before = waiting(desk, macro.name)
    known = before[0][1].answers if before else {}
    note = _note(desk, agent, ticket, macro)
    form = Form(macro.name, values, known, note=note.entry.id)
    yield note
    for deferred, _ in before:
        yield Forget(deferred.id)
    yield Defer(Deferred(Wait.FORM, agent.id, said.inbox_id, ticket.id, revision=ticket.revision, data=form.packed()))
    letter = letter_of(desk, agent, ticket, macro, form)
    yield letters.to_agent(desk, agent, ticket, replace(letter, serial=said.inbox_id, in_reply_to=said.in_reply_to))


def _note(desk: Desk, agent: Agent, ticket: Ticket, macro: Macro) -> AddEntry:
    text = written(macro, {}, desk.policy.language_of(agent))
    return AddEntry(Entry(desk.facts.next_entry, ticket.id, Kind.NOTE, agent.id, ticket.subject, text, desk.moment.now))


def written(macro: Macro, answers: Mapping[str, str], language: str) -> str:
    """The questions with their answers, as they stand on a ticket."""
    rows = [
        f"{number}. {asked(query.label(language))} {answers.get(query.id, '')}".rstrip()
        for number, query in enumerate(macro.questions, 1)
    ]
    title = f"#macro {macro.name}" + (f": {macro.description}" if macro.description else "")
    return "\n".join([title, "", *rows])


def asked(label: str) -> str:
    """A question as it stands before its answer."""
    return label if label.endswith((":", "?")) else f"{label}:"


def letter_of(desk: Desk, agent: Agent, ticket: Ticket, macro: Macro, form: Form, again: bool = False) -> Parcel:
    """The questions, for their agent to fill in."""
    policy = desk.policy
    language, team = policy.language_of(agent), policy.config.team(macro.team)
    values: dict[str, object] = {
        "macro": {"name": macro.name, "description": macro.description, "team": team.name if team else ""},
        "again": again,
        "questions": [
            {
                "number": number,
                "label": asked(query.label(language)),
                "answer": " ".join(form.answers.get(query.id, "").split()),
                "required": query.required,
            }
            for number, query in enumerate(macro.questions, 1)
        ],
    }
    return Parcel(Purpose.QUESTIONNAIRE, language, values, entry_id=form.note or None, private=True)
