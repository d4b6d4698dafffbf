"""Calls with a ticket's customers: invitations that calendars understand, moved and called off (RFC 5546 §3.2).

Everybody gets one of their own (`mail.invitation`): customers from their reply address, the agent from that for notes.
There is one call at a time; setting another moves it, by a higher SEQUENCE (RFC 5546 §2.1.4). `desk.attendance` reads
the answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from maildesk.config import Agent
from maildesk.desk import letters
from maildesk.desk.commands.effects import Call, Effects, Refusal, Said
from maildesk.desk.letters import Desk, Parcel
from maildesk.desk.when import say
from maildesk.mail.compose import sendable
from maildesk.mail.invitation import Invitation
from maildesk.mail.slots import Words
from maildesk.model import (
    Appointment,
    Participant,
    Purpose,
    RecordEvent,
    Step,
    Ticket,
)

_MINUTE = timedelta(minutes=1)


# --- setting one ---------------------------------------------------------------------------------------------


def set_up(call: Call, start: datetime, length: timedelta, subject: str) -> Effects:
    """A call with the ticket's customers; the one that still lies ahead is moved."""
    before = _ahead(call)
    agent = _agent(call)
    if before is not None:
        after = replace(before, sequence=before.sequence + 1, start=start, length=length, agent=agent.id)
        return _effects(call, replace(after, subject=subject or before.subject), before)
    secret = call.desk.moment.token("call", call.ticket.id)
    uid = f"call-{call.ticket.id}-{secret}@{call.desk.policy.config.desk.domain}"
    return _effects(call, Appointment(uid, 0, start, length, subject, agent.id), None)


def call_off(call: Call) -> Effects:
    before = _ahead(call)
    if before is None:
        raise Refusal("no call on this ticket lies ahead", call.arguments[0])
    return _effects(call, replace(before, sequence=before.sequence + 1, cancelled=True), before)


def _agent(call: Call) -> Agent:
    if call.agent is None:
        raise Refusal("the shell calls nobody; say it in a mail, as an agent")
    return call.agent


def _ahead(call: Call) -> Appointment | None:
    last = call.desk.facts.appointment
    return last if last is not None and not last.cancelled and last.end > call.desk.moment.now else None


def _effects(call: Call, appointment: Appointment, before: Appointment | None) -> Effects:
    plan = _Plan(call.desk, call.ticket, appointment, moved=before is not None and not appointment.cancelled)
    data: dict[str, str | int | None] = {
        "uid": appointment.uid,
        "sequence": appointment.sequence,
        "start": appointment.start.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "minutes": appointment.length // _MINUTE,
        "subject": appointment.subject,
        "agent": appointment.agent,
        "cancelled": int(appointment.cancelled),
    }
    deed = partial(_invite, plan, before)
    return Effects((RecordEvent(call.ticket.id, "call", data),), deeds=(deed,), dress=plan.dress)


@dataclass(frozen=True, slots=True)
class _Plan:
    """A call as it shall be, and what each reader gets of it."""

    desk: Desk
    ticket: Ticket
    appointment: Appointment
    moved: bool

    def dress(self, parcel: Parcel) -> Parcel:
        """The invitation for a customer in the place of an answer, with its words."""
        house = self.desk.policy.brand(self.ticket)
        summary = f"[#{self.ticket.id}] {self.appointment.subject or house.name}"
        return replace(self._parcel(parcel, summary, None), not_before=parcel.not_before)

    def for_agent(self, agent: Agent, words: Words) -> Parcel:
        who = self.ticket.requester.name or self.ticket.requester.email
        summary = f"[#{self.ticket.id}] {who}: {self.appointment.subject or self.ticket.subject}"
        bare = Parcel(Purpose.CALL, self.desk.policy.language_of(agent), {"words": words}, private=True)
        return self._parcel(bare, summary, agent)

    def _parcel(self, parcel: Parcel, summary: str, reader: Agent | None) -> Parcel:
        it, words = self.appointment, parcel.values["words"]
        values = {
            "start": say(it.start, self.desk.policy.config.zone(reader)),
            "minutes": it.length // _MINUTE,
            "subject": it.subject,
            "moved": self.moved,
            "cancelled": it.cancelled,
        }
        card = Invitation(
            it.uid, it.sequence, it.start, it.end, self.desk.moment.now, summary, str(words), cancelled=it.cancelled
        )
        return replace(parcel, purpose=Purpose.CALL, values={**parcel.values, "call": values}, invitation=card)


def _invite(plan: _Plan, before: Appointment | None, said: Said) -> Iterator[Step]:
    """Mails to the agent, and to the customers too where no words of the agent's go to them."""
    desk, ticket = said.desk, said.ticket or plan.ticket
    if said.entry_id is None or said.private:
        people = [person for person in ticket.participants if _has_mail(person)]
        if not people:
            raise Refusal("this ticket has no address to invite")
        bare = Parcel(Purpose.CALL, ticket.language, {"words": Words("")})
        parcel = plan.dress(replace(bare, not_before=letters.hold(desk.policy, desk.moment.now)))
        for person in people:
            yield letters.to_customer(desk, ticket, person, parcel, said.agent)
    words = Words("") if said.private else said.words
    yield letters.to_agent(desk, said.agent, ticket, plan.for_agent(said.agent, words))
    former = desk.policy.config.agent(before.agent) if before is not None else None
    if former is not None and former != said.agent:  # somebody else calls now
        gone = replace(plan, appointment=replace(plan.appointment, cancelled=True), moved=False)
        yield letters.to_agent(desk, former, ticket, gone.for_agent(former, words))


def _has_mail(person: Participant) -> bool:
    return sendable(person.email) and not person.email.endswith("@invalid")
