"""#due: when something must be done."""

from __future__ import annotations

from maildesk.desk import reminders, when
from maildesk.desk.commands.effects import Call, Effects, Refusal, Verb
from maildesk.model import CancelTimers, Field, SetField


def _due(call: Call) -> Effects:
    if call.arguments[0].text.casefold() == "none":
        cancel = CancelTimers(call.ticket.id, reminders.DUE)
        return Effects((SetField(call.ticket.id, Field.DUE_AT, None), cancel))
    config, now = call.desk.policy.config, call.desk.moment.now
    languages = (call.agent.languages if call.agent else ()) or (config.desk.language,)
    try:
        due = when.parse(call.words, now, config.zone(call.agent), languages)
    except ValueError as error:
        raise Refusal(str(error), call.arguments[0]) from error
    steps = (SetField(call.ticket.id, Field.DUE_AT, due), *reminders.await_due(config, call.ticket.id, due, now))
    return Effects(steps)


VERBS = (
    Verb("due", "#due WHEN|none", "sets a deadline: 3d, fri 17:00, 2026-12-24; you are reminded before and at it",
         _due, 1, 8, example="#due 3d"),
)  # fmt: skip
