"""Reminders to agents: of what was promised, of dates they set, of what they asked to be reminded of.

In two steps, each of which happens exactly once: when a ticket's timer fires, each agent who is to hear of it gets
a timer of their own, due at once, or when their hours begin (`targets.quiet`); when that fires, and it is still
so, the mail is written. What is due for one agent at the same time, if it is much, is one mail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from maildesk.config import Agent, Config
from maildesk.desk import escalation, hours, letters
from maildesk.desk.calendars import of_agent
from maildesk.desk.letters import Parcel
from maildesk.desk.promises import CLOCK_OF, DUE, GRACE, OVER, WARN, begun, deadline, milestones
from maildesk.desk.when import say
from maildesk.mail.slots import Words
from maildesk.model import (
    Field,
    Purpose,
    QueueMail,
    RecordEvent,
    SetField,
    SetTimer,
    Status,
    Step,
    Ticket,
    Timer,
    TimerKind,
)

FEW = 3
"""Reminders to an agent that come as mails of their own; more than these are one mail."""

LISTED = 200  # in one mail; what is beyond is counted
KINDS = frozenset({*CLOCK_OF, TimerKind.DUE_WARN, TimerKind.DUE, TimerKind.ESCALATE, TimerKind.SNOOZE,
                   TimerKind.REMIND})  # fmt: skip
_WARNINGS = frozenset({*WARN.values(), TimerKind.DUE_WARN})
_ASKED = frozenset({TimerKind.SNOOZE, TimerKind.REMIND})  # an agent named the hour
_SLACK = timedelta(milliseconds=1)  # the store keeps no more


# --- whether it is so ------------------------------------------------------------------------------------------


def comes_at(config: Config, timer: Timer, ticket: Ticket, now: datetime) -> datetime | None:
    """When a reminder is due by what the ticket is now; None: there is nothing to remind anybody of."""
    if timer.kind is TimerKind.REMIND:
        return timer.at if ticket.status is not Status.SPAM else None
    if ticket.status in OVER:
        return None
    match timer.kind:
        case TimerKind.SNOOZE:
            return timer.at if timer.agent else ticket.snoozed_until
        case TimerKind.DUE:
            return ticket.due_at
        case TimerKind.DUE_WARN:
            due = ticket.due_at
            return timer.at if due and not _too_late(timer.at, due, now) else None
        case TimerKind.ESCALATE if timer.agent:  # what it did to the ticket may have ended its match
            clock = escalation.clock_of(config, timer.label)
            return timer.at if clock and begun(ticket, clock) else None
        case _:
            return _promised(config, timer, ticket, now)


def _promised(config: Config, timer: Timer, ticket: Ticket, now: datetime) -> datetime | None:
    found = milestones(config, ticket)
    mine = found.get((timer.kind, timer.label))
    if mine is not None and mine.at is not None and timer.kind in _WARNINGS:
        end = found.get((DUE[CLOCK_OF[timer.kind]], ""))
        return None if end and end.at and _too_late(mine.at, end.at, now) else mine.at
    return mine.at if mine else None


def _too_late(at: datetime, end: datetime, now: datetime) -> bool:
    """Whether nobody needs a warning any more, which lay about while nobody looked: the deadline has its own."""
    return end <= now and at < now - GRACE


def live(config: Config, items: Iterable[tuple[Timer, Ticket | None]], now: datetime) -> list[tuple[Timer, Ticket]]:
    """Those of an agent's timers that are worth a mail."""
    found = [(timer, ticket, comes_at(config, timer, ticket, now)) for timer, ticket in items if ticket is not None]
    return [(timer, ticket) for timer, ticket, at in found if at is not None and at <= now + _SLACK]


# --- a ticket's timer fires --------------------------------------------------------------------------------------


def fire(desk: letters.Desk, timer: Timer, ticket: Ticket) -> Iterator[Step]:
    """Nothing, where it is over; the same timer for later, where its time has moved; else a timer for each agent."""
    config, now = desk.policy.config, desk.moment.now
    at = comes_at(config, timer, ticket, now)
    if at is None:
        return
    if at > now + _SLACK:
        yield SetTimer(timer.kind, at, ticket.id, label=timer.label)
        return
    of = at.isoformat(timespec="seconds")
    if (timer.label or str(timer.kind), of) in desk.facts.told:
        return  # it came to the same time again, by another way: a priority that was changed, and changed back
    agents = desk.policy.told_of(ticket, desk.facts.away)
    if timer.kind is TimerKind.SNOOZE:
        yield SetField(ticket.id, Field.SNOOZED_UNTIL, None)
    rule = escalation.rule_of(config, timer.label) if timer.kind is TimerKind.ESCALATE else None
    if rule is not None:
        yield RecordEvent(ticket.id, "escalated", {"rule": timer.label, "of": of})
        yield from escalation.carry_out(desk, rule, ticket)
        agents = escalation.told(desk, rule, ticket)
    else:
        to = " ".join(agent.id for agent in agents)
        yield RecordEvent(ticket.id, "reminder", {"kind": timer.kind, "to": to, "of": of})
    for agent in agents:
        yield SetTimer(timer.kind, _morning(config, agent, timer, ticket, now), ticket.id, agent.id, timer.label)


def _morning(config: Config, agent: Agent, timer: Timer, ticket: Ticket, now: datetime) -> datetime:
    """Now, or when the agent's hours begin."""
    loud = config.targets.quiet == "none" or ticket.priority in config.targets.loud or timer.kind in _ASKED
    return now if loud else hours.next_open(now, of_agent(config, agent))


# --- an agent's timer fires --------------------------------------------------------------------------------------


def mail(desk: letters.Desk, timer: Timer, ticket: Ticket) -> Iterator[Step]:
    """One reminder, in a mail of its own; nothing where it is no longer so, or no longer this agent's."""
    agent = desk.policy.config.agent(timer.agent)
    if agent is None or not _concerns(desk, agent, timer, ticket):
        return
    entry = desk.facts.entry
    values = {
        **_said(desk, agent, timer, ticket),
        "author": {"name": ticket.requester.name, "email": ticket.requester.email, "proof": ""},
        "words": Words(entry.text if entry else "", entry.html if entry else None),
    }
    # The timer's own id makes the Message-ID: two reminders of one ticket are two mails.
    parcel = Parcel(Purpose.REMINDER, desk.policy.language_of(agent), values, serial=timer.id)
    yield letters.to_agent(desk, agent, ticket, parcel)


def together(desk: letters.Desk, agent: Agent, items: Sequence[tuple[Timer, Ticket]]) -> Iterator[QueueMail]:
    """All that is due for an agent now, in one mail: the most urgent first, then what has waited longest."""
    found = [(timer, ticket) for timer, ticket in items if _concerns(desk, agent, timer, ticket)]
    found.sort(key=lambda item: (-_RANK[item[1].priority], item[0].at, item[0].id))
    rows = [{**letters.row(desk, agent, ticket), **_said(desk, agent, timer, ticket)} for timer, ticket in found]
    if rows:
        values = {"items": rows[:LISTED], "count": len(rows), "more": max(0, len(rows) - LISTED)}
        parcel = Parcel(Purpose.REMINDERS, desk.policy.language_of(agent), values, serial=found[0][0].id)
        yield letters.to_agent(desk, agent, None, parcel)


_RANK = {"low": 0, "normal": 1, "high": 2, "urgent": 3}


def _concerns(desk: letters.Desk, agent: Agent, timer: Timer, ticket: Ticket) -> bool:
    """Whether it is still so, and still this agent's to know: somebody else may have the ticket since."""
    if not live(desk.policy.config, [(timer, ticket)], desk.moment.now):
        return False
    if timer.kind in (TimerKind.REMIND, TimerKind.ESCALATE):
        return True
    return agent in desk.policy.told_of(ticket, desk.facts.away)


@dataclass(frozen=True, slots=True)
class _About:
    """What a reminder is about, and the end of its time."""

    what: str  # first_reply, next_reply, solve, due, snooze, remind
    until: datetime
    escalated: bool = False


def _about(config: Config, timer: Timer, ticket: Ticket) -> _About:
    match timer.kind:
        case TimerKind.DUE | TimerKind.DUE_WARN:
            return _About("due", ticket.due_at or timer.at)
        case TimerKind.SNOOZE | TimerKind.REMIND:
            return _About(str(timer.kind), timer.at)
        case _:
            clock = CLOCK_OF.get(timer.kind) or escalation.clock_of(config, timer.label) or "solve"
            return _About(clock, deadline(config, ticket, clock) or timer.at, timer.kind is TimerKind.ESCALATE)


def _said(desk: letters.Desk, agent: Agent, timer: Timer, ticket: Ticket) -> dict[str, object]:
    """The same, for the templates."""
    config = desk.policy.config
    about = _about(config, timer, ticket)
    return {
        "what": about.what,
        "overdue": timer.kind not in _WARNINGS and timer.kind not in _ASKED,
        "escalated": about.escalated,
        "deadline": say(about.until, config.zone(agent)),
        "asked": timer.label if timer.kind is TimerKind.REMIND else "",
    }
