"""#dry-run #preview #send #later #undo: second thoughts, before and after."""

from __future__ import annotations

from maildesk.desk.commands.effects import Call, Effects, Refusal, Verb
from maildesk.desk.commands.time import moment
from maildesk.model import Wait


def _preview(call: Call) -> Effects:
    return Effects(preview=True)


def _send(call: Call) -> Effects:
    if all(deferred.wait is Wait.FORM for deferred in call.desk.facts.deferred):  # that waits for answers
        raise Refusal("nothing of yours waits on this ticket")
    return Effects(send=True)


def _later(call: Call) -> Effects:
    return Effects(later=moment(call, call.arguments))


def _undo(call: Call) -> Effects:
    if not (call.ticket and (call.desk.facts.deferred or call.desk.facts.change)):
        raise Refusal("there is nothing of yours to take back on this ticket")
    return Effects(undo=True)


VERBS: tuple[Verb, ...] = (
    Verb("preview", "#preview", "mails you exactly what the customer would get; nothing is done", _preview,
         example="#preview"),
    Verb("dry-run", "#dry-run", "the same as #preview", _preview, example="#dry-run"),
    Verb("later", "#later WHEN", "does all of this then, unless the customer writes first", _later, 1, 8,
         example="#later tomorrow 9:00"),
    Verb("send", "#send", "lets go what waits for your word", _send, example="#send"),
    Verb("undo", "#undo", "takes back your last change; a mail, too, while it has not left", _undo, example="#undo"),
)  # fmt: skip
