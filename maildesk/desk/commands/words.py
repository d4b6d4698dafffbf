"""#note #canned #macro #help: what becomes of the words."""

from __future__ import annotations

from difflib import get_close_matches

from maildesk.desk import macros, questionnaires
from maildesk.desk.commands.effects import Call, Canned, Effects, Refusal, Verb


def _note(call: Call) -> Effects:
    return Effects(private=True)


def _canned(call: Call) -> Effects:
    name, templates = call.arguments[0], call.desk.policy.brand(call.ticket).templates
    known, answer = templates.canned(call.ticket.language), templates.answer(name.text, call.ticket.language)
    if name.text not in known or answer is None:
        close = get_close_matches(name.text, known, 1)
        there = ", ".join(known) or "none"
        raise Refusal(
            f"there is no canned answer {name.text}; there are: {there}", name, f"#canned {close[0]}" if close else ""
        )
    return Effects(canned=Canned(name.text, macros.given(call.arguments, answer.parameters, answer.options)))


def _macro(call: Call) -> Effects:
    macro, values = macros.called(call)
    effects = macros.carry_out(call, macro, values)
    if macro.questions:  # its commands wait for the answers; that they can be carried out is known now
        return questionnaires.begin(macro, values)
    says = Canned(macro.says, values) if macro.says else None
    return effects + Effects(canned=says, private=macro.private)


def _help(call: Call) -> Effects:
    return Effects(help=True)


VERBS: tuple[Verb, ...] = (
    Verb("note", "#note", "keeps the words among agents: the customer gets nothing", _note, example="#note"),
    Verb("canned", "#canned NAME [key=value…]", "answers with a canned text, your words above it", _canned, 1, 20,
         example="#canned more-info"),
    Verb("macro", "#macro NAME [key=value…]", "carries out a macro: its commands and its text; one with questions "
         "mails you these, and waits for your answers", _macro, 1, 20, example="#macro escalate"),
    Verb("help", "#help", "mails you this list", _help, example="#help", reads=True),
)  # fmt: skip
