"""#close #solve #pending #reopen #spam: what state the ticket is in."""

from __future__ import annotations

from collections.abc import Iterator

from maildesk.config import Config
from maildesk.desk import silence
from maildesk.desk.commands.effects import Call, Effects, Verb
from maildesk.model import Field, Moment, SetField, Status, Step, Ticket

_OVER = (Status.SOLVED, Status.CLOSED, Status.SPAM)


def change(ticket: Ticket, status: Status, moment: Moment, config: Config) -> Iterator[Step]:
    """The steps to a status, with its times; timers follow by themselves (`desk.clocks`).

    None where it has that status: what is solved once more has been over since the first time.
    """
    if status is ticket.status:
        return
    yield SetField(ticket.id, Field.STATUS, status)
    if status is Status.SOLVED:
        yield SetField(ticket.id, Field.SOLVED_AT, moment.now)
    if status in (Status.CLOSED, Status.SPAM):
        yield SetField(ticket.id, Field.CLOSED_AT, moment.now)
    if status in _OVER:
        return
    if ticket.solved_at is not None:
        yield SetField(ticket.id, Field.SOLVED_AT, None)
    if ticket.closed_at is not None:
        yield SetField(ticket.id, Field.CLOSED_AT, None)


def _set(status: Status) -> Verb:
    name, help = _WORDS[status]

    def run(call: Call) -> Effects:
        config, now = call.desk.policy.config, call.desk.moment.now
        steps = tuple(change(call.ticket, status, call.desk.moment, config))
        waits = tuple(silence.begin(config, call.ticket, now)) if status is Status.PENDING else ()
        return Effects((*steps, *waits), status=status)

    return Verb(name, f"#{name}", help, run, example=f"#{name}")


_WORDS = {
    Status.CLOSED: ("close", "closes the ticket; a late answer opens a follow-up"),
    Status.SOLVED: ("solve", "marks it solved; the customer's answer opens it again"),
    Status.PENDING: ("pending", "waits for the customer"),
    Status.OPEN: ("reopen", "opens it again, or keeps it open while you answer"),
    Status.SPAM: ("spam", "marks it as spam: out of the lists, no more notices"),
}

VERBS = tuple(_set(status) for status in _WORDS)
