"""#due #snooze #wake #remind: when something must be done, and when somebody wants to hear of it.

The timers of `#due` and `#snooze` follow the ticket's fields by themselves (`desk.clocks`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from maildesk.desk import when
from maildesk.desk.commands.effects import Call, Effects, Refusal, Verb
from maildesk.desk.commands.grammar import Argument
from maildesk.desk.promises import OVER
from maildesk.mail.compose import one_line
from maildesk.model import Field, SetField, SetTimer, TimerKind

_WORDS = 8  # of a WHEN
_ASKED = 200  # characters of what somebody wants to be reminded of


def moment(call: Call, arguments: Sequence[Argument]) -> datetime:
    """The WHEN that these words are, in the agent's zone and languages. Raises Refusal, of no words too."""
    config, now = call.desk.policy.config, call.desk.moment.now
    languages = (call.agent.languages if call.agent else ()) or (config.desk.language,)
    try:
        return when.parse([argument.text for argument in arguments], now, config.zone(call.agent), languages)
    except ValueError as error:
        raise Refusal(str(error), (arguments or call.arguments)[0]) from error


def _due(call: Call) -> Effects:
    none = call.arguments[0].text.casefold() == "none"
    due = None if none else moment(call, call.arguments)
    return Effects((SetField(call.ticket.id, Field.DUE_AT, due),))


def _snooze(call: Call) -> Effects:
    if call.ticket.status in OVER:
        raise Refusal(f"the ticket is {call.ticket.status}: it is in nobody's way; #remind wakes you alone")
    return Effects((SetField(call.ticket.id, Field.SNOOZED_UNTIL, moment(call, call.arguments)),))


def _wake(call: Call) -> Effects:
    if call.ticket.snoozed_until is None:
        raise Refusal("the ticket is awake")
    return Effects((SetField(call.ticket.id, Field.SNOOZED_UNTIL, None),))


def _remind(call: Call) -> Effects:
    if call.agent is None:
        raise Refusal("the shell has no mailbox to be reminded in; #due reminds the ticket's agents")
    *words, last = call.arguments
    asked = one_line(last.text, _ASKED) if words and last.quoted else ""
    at = moment(call, words if asked else call.arguments)
    return Effects((SetTimer(TimerKind.REMIND, at, call.ticket.id, call.agent.id, asked),))


VERBS = (
    Verb("due", "#due WHEN|none", "sets a deadline: 3d, fri 17:00, 2026-12-24; you are reminded before and at it",
         _due, 1, _WORDS, example="#due 3d"),
    Verb("snooze", "#snooze WHEN", "keeps the ticket out of the lists until then, or until the customer writes",
         _snooze, 1, _WORDS, example="#snooze tomorrow 9am"),
    Verb("wake", "#wake", "ends the snooze now", _wake, example="#wake"),
    Verb("remind", '#remind WHEN ["what"]', "reminds you, and nobody else, then", _remind, 1, _WORDS + 1,
         example='#remind fri 9:00 "ask the bank"'),
)  # fmt: skip
