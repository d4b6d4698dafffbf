"""#note #canned #help: what becomes of the words."""

from __future__ import annotations

from difflib import get_close_matches

from maildesk.desk.commands.effects import Call, Canned, Effects, Refusal, Verb


def _note(call: Call) -> Effects:
    return Effects(private=True)


def _canned(call: Call) -> Effects:
    name, pairs = call.arguments[0], call.arguments[1:]
    known = call.desk.policy.templates.canned(call.ticket.language)
    if name.text not in known:
        close = get_close_matches(name.text, known, 1)
        there = ", ".join(known) or "none"
        raise Refusal(
            f"there is no canned answer {name.text}; there are: {there}", name, f"#canned {close[0]}" if close else ""
        )
    values: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.text.partition("=")
        if not equals or not key.isidentifier():
            raise Refusal(f"{pair.text!r} is not of the form key=value", pair)
        values[key] = value
    return Effects(canned=Canned(name.text, values))


def _help(call: Call) -> Effects:
    return Effects(help=True)


VERBS = (
    Verb("note", "#note", "keeps the words among agents: the customer gets nothing", _note, example="#note"),
    Verb("canned", "#canned NAME [key=value…]", "answers with a canned text, your words above it", _canned, 1, 20,
         example="#canned more-info"),
    Verb("help", "#help", "mails you this list", _help, example="#help"),
)  # fmt: skip
