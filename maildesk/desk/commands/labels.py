"""#priority #urgent #tag #category #subject: what the ticket is about, and how much it presses."""

from __future__ import annotations

import re
from difflib import get_close_matches

from maildesk.desk import privacy
from maildesk.desk.case import without_tags
from maildesk.desk.commands.effects import Call, Effects, Refusal, Verb
from maildesk.mail.compose import one_line
from maildesk.model import AddTag, Field, Priority, RecordEvent, RemoveTag, SetField, Step

_TAG = re.compile(r"[\w][\w.:-]{0,39}")


def _priority(call: Call) -> Effects:
    wanted = call.arguments[0].text.casefold()
    if wanted not in set(Priority):
        close = get_close_matches(wanted, list(Priority), 1)
        known = ", ".join(Priority)
        raise Refusal(f"{wanted} is no priority: {known}", call.arguments[0], f"#priority {close[0]}" if close else "")
    return Effects((SetField(call.ticket.id, Field.PRIORITY, wanted),))


def _urgent(call: Call) -> Effects:
    """What a customer said, judged; or said by an agent in their place."""
    wanted = call.arguments[0].text.casefold() if call.arguments else "yes"
    if wanted not in ("yes", "no"):
        raise Refusal("is it urgent, yes or no?", call.arguments[0], "#urgent yes")
    id, right = call.ticket.id, int(wanted == "yes")
    return Effects((SetField(id, Field.URGENT, right), RecordEvent(id, "urgent_verdict", {"right": right})))


def _tag(call: Call) -> Effects:
    steps: list[Step] = []
    for argument in call.arguments:
        away = argument.text.startswith("-")
        tag = argument.text.lstrip("+-").casefold()
        if not _TAG.fullmatch(tag):
            raise Refusal(f"{argument.text!r} is no tag: letters, digits, - _ . and :, at most 40", argument)
        steps.append(RemoveTag(call.ticket.id, tag) if away else AddTag(call.ticket.id, tag))
    return Effects(tuple(steps))


def _category(call: Call) -> Effects:
    wanted = one_line(call.arguments[0].text, 60)
    return Effects((SetField(call.ticket.id, Field.CATEGORY, None if wanted == "none" else wanted),))


def _subject(call: Call) -> Effects:
    wanted = without_tags(one_line(" ".join(call.words), 250))
    if not wanted:
        raise Refusal("a subject needs words")
    if seen := privacy.guard(call.desk.policy.config)(wanted):
        raise Refusal(seen, call.arguments[0])
    return Effects((SetField(call.ticket.id, Field.SUBJECT, wanted),))


VERBS = (
    Verb("priority", "#priority low|normal|high|urgent", "sets how much it presses", _priority, 1, 1,
         example="#priority high"),
    Verb("urgent", "#urgent [yes|no]", "says whether it is urgent; of what a customer called so, whether it was",
         _urgent, 0, 1, example="#urgent no"),
    Verb("tag", "#tag +a -b", "adds and takes away tags", _tag, 1, 20, example="#tag +vip -later"),
    Verb("category", "#category C", "says what it is about; none takes it away", _category, 1, 1,
         example="#category billing"),
    Verb("subject", '#subject "…"', "gives the ticket another subject", _subject, 1, 50,
         example='#subject "Invoice 77"'),
)  # fmt: skip
