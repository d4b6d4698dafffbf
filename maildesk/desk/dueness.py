"""What due timers lead to: reminders, and the mails that gather an agent's notices. Pure, like `decide`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from maildesk.desk import letters, reminders
from maildesk.desk.letters import Parcel
from maildesk.desk.when import say
from maildesk.mail.slots import Words
from maildesk.model import (
    Gathered,
    Plan,
    Purpose,
    Reason,
    RecordEvent,
    SetTimer,
    Step,
    TakeGathered,
    Ticket,
    Timer,
    TimerKind,
    Verdict,
)

GATHERED = 200  # notices in one mail
_ALL = 2**62


def fire(desk: letters.Desk, timer: Timer, ticket: Ticket | None, gathered: Sequence[Gathered] = ()) -> Plan:
    """A timer whose time has come. What it was about may be over: then nothing is done, and that is the reason."""
    if timer.kind is TimerKind.GATHER:
        return _gather(desk, timer, gathered)
    if ticket is None or not reminders.still_due(timer, ticket):
        return _plan((), ticket, f"{timer.kind} of a ticket that needs none any more")
    return _plan(tuple(_remind(desk, timer, ticket)), ticket, f"{timer.kind} of ticket {ticket.id}")


def _plan(steps: tuple[Step, ...], ticket: Ticket | None, why: str) -> Plan:
    return Plan(Verdict.NOTE, "desk", steps, (Reason("timer", why),), ticket.id if ticket else None)


def _remind(desk: letters.Desk, timer: Timer, ticket: Ticket) -> Iterator[Step]:
    config, entry = desk.policy.config, desk.facts.entry
    deadline = reminders.deadline(config, timer, ticket)
    overdue = timer.kind in (TimerKind.FIRST_REPLY_DUE, TimerKind.DUE)
    what = "first_reply" if timer.kind in reminders.FIRST_REPLY else "due"
    yield RecordEvent(ticket.id, "reminder", {"kind": timer.kind})
    for agent in desk.policy.told_of(ticket):
        values = {
            "what": what,
            "overdue": overdue,
            "deadline": say(deadline, config.zone(agent)),
            "author": {"name": ticket.requester.name, "email": ticket.requester.email, "proof": ""},
            "words": Words(entry.text if entry else "", entry.html if entry else None),
        }
        # The timer's own id makes the Message-ID: two reminders of one ticket are two mails.
        yield letters.to_agent(
            desk, agent, ticket, Parcel(Purpose.REMINDER, desk.policy.language_of(agent), values, serial=timer.id)
        )


def _gather(desk: letters.Desk, timer: Timer, items: Sequence[Gathered]) -> Plan:
    agent = desk.policy.config.agent(timer.agent)
    items, more = items[:GATHERED], len(items) > GATHERED
    if agent is None or not items:
        return _plan((TakeGathered(timer.agent or "", _ALL),), None, "nothing to gather")
    why = f"{len(items)} notices to {agent.id} beyond notice_limit, in one mail"
    steps: list[Step] = [letters.gathered(desk, agent, items), TakeGathered(agent.id, items[-1].id)]
    if more:
        per = desk.policy.config.desk.notice_limit.per
        steps.append(SetTimer(TimerKind.GATHER, desk.moment.now + per, agent=agent.id))
    return _plan(tuple(steps), None, why)
