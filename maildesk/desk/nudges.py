"""Mails to a customer who does not answer, and the end of a ticket on which nobody says anything any more.

It writes to nobody whom RFC 3834 would not have us answer: machines and lists, addresses from which a mail came
back, those who only once wrote what nobody has checked. There the time passes without a word, and where a mail
came back, nobody was silent: the ticket stays as it is, for its agents.
"""

from __future__ import annotations

from collections.abc import Iterator

from maildesk.desk import letters, silence
from maildesk.desk.addresses import classify
from maildesk.desk.commands.status import change
from maildesk.desk.letters import Parcel
from maildesk.mail.compose import ComposeError, sendable
from maildesk.model import Participant, Purpose, RecordEvent, SetTimer, Status, Step, Ticket, Timer, TimerKind


def nudge(desk: letters.Desk, timer: Timer, ticket: Ticket) -> Iterator[Step]:
    """One more mail, or the last one, which solves the ticket; nothing once they have written."""
    config, now = desk.policy.config, desk.moment.now
    if silence.is_over(config, timer, ticket):
        return
    at = silence.due(config, timer, ticket, desk.facts.answered_at)
    if at > now:
        yield SetTimer(TimerKind.NUDGE, at, ticket.id, label=timer.label)
        return
    last = silence.solves(config, timer)
    purpose = Purpose.FAREWELL if last else Purpose.NUDGE
    yield from unasked(desk, ticket, Parcel(purpose, ticket.language, {}, serial=timer.id))
    if desk.facts.reach.bounced:
        return
    if last:
        yield from change(ticket, Status.SOLVED, desk.moment, config)
    else:
        yield from silence.after(config, timer, ticket, now)


def close(desk: letters.Desk, ticket: Ticket) -> Iterator[Step]:
    """What was solved so long ago is closed, and nobody hears of it."""
    if ticket.status is Status.SOLVED:
        yield from change(ticket, Status.CLOSED, desk.moment, desk.policy.config)


def unasked(desk: letters.Desk, ticket: Ticket, parcel: Parcel) -> Iterator[Step]:
    """A mail to the requester that they did not ask for, if there may be one; an event says so, or why not."""
    person = ticket.participant(ticket.requester.email)
    why = _refusal(desk, person)
    if person is not None and not why:
        try:
            yield letters.to_customer(desk, ticket, person, parcel)
        except ComposeError as error:
            why = str(error)
    yield RecordEvent(ticket.id, str(parcel.purpose), {"refused": why} if why else {"to": ticket.requester.email})


def _refusal(desk: letters.Desk, person: Participant | None) -> str:
    config = desk.policy.config
    if person is None or not sendable(person.email) or person.email.casefold().endswith("@invalid"):
        return "there is no address"
    if classify(person.email, config.desk) is not None or config.agent_by_email(person.email) is not None:
        return "it is an address of the desk's"
    return desk.facts.reach.refusal
