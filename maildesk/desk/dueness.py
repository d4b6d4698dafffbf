"""What due timers lead to: one case a kind. Pure, like `decide`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from maildesk.config import Agent
from maildesk.desk import clocks, digests, frequent, keys, letters, nudges, ratings, recurring, reminders, usual
from maildesk.desk.policy import Policy
from maildesk.model import (
    Gathered,
    Plan,
    Reason,
    SetTimer,
    StandFrequent,
    StandTimers,
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
    plan = _fired(desk, timer, ticket, gathered)
    return clocks.follow(plan, desk.facts, desk.policy.config, desk.moment.now)


def stand(policy: Policy, now: datetime) -> Plan:
    """What stands by itself as the configuration wants it, at start-up and whenever that has changed: the timers of no
    ticket, and the questions that templates answer.
    """
    config = policy.config
    kinds = (TimerKind.RECUR, TimerKind.DIGEST, TimerKind.WEEKLY, TimerKind.USUAL, TimerKind.KEY)
    reckoned = (*recurring.timers(config, now), *digests.timers(config, now), *usual.timer(config, now))
    timers = (*reckoned, keys.timer(now))
    questions = frequent.of_templates(policy, letters.shared(policy.face(None)))
    return _plan((StandTimers(kinds, timers), StandFrequent(questions)), None, "start")


def _fired(desk: letters.Desk, timer: Timer, ticket: Ticket | None, gathered: Sequence[Gathered]) -> Plan:
    if timer.kind is TimerKind.GATHER:
        return _gather(desk, timer, gathered)
    steps = tuple(_of_desk(desk, timer) if ticket is None else _of_ticket(desk, timer, ticket))
    why = f"{timer.kind} of ticket {ticket.id}" if ticket else str(timer.kind)
    return _plan(steps, ticket, why if steps else f"{why}, which needs none any more")


def _of_desk(desk: letters.Desk, timer: Timer) -> Iterable[Step]:
    match timer.kind:
        case TimerKind.RECUR:
            return recurring.open_ticket(desk, timer)
        case TimerKind.DIGEST:
            return digests.morning(desk, timer)
        case TimerKind.WEEKLY:
            return digests.week(desk, timer)
        case TimerKind.KEY:
            return keys.renew(desk)
        case TimerKind.USUAL:
            return usual.reckon(desk.policy.config, desk.moment.now, desk.facts.waits)
        case _:
            return ()


def _of_ticket(desk: letters.Desk, timer: Timer, ticket: Ticket) -> Iterable[Step]:
    match timer.kind:
        case TimerKind.NUDGE:
            return nudges.nudge(desk, timer, ticket)
        case TimerKind.CLOSE:
            return nudges.close(desk, ticket)
        case TimerKind.RATING:
            return ratings.ask(desk, timer, ticket)
        case kind if kind in reminders.KINDS:
            return reminders.mail(desk, timer, ticket) if timer.agent else reminders.fire(desk, timer, ticket)
        case _:
            return ()


def remind(desk: letters.Desk, agent: Agent, items: Sequence[tuple[Timer, Ticket]]) -> Plan:
    """Many reminders that are due for one agent at the same time: one mail."""
    steps = tuple(reminders.together(desk, agent, items))
    return _plan(steps, None, f"{len(items)} reminders to {agent.id}, in one mail")


def _plan(steps: tuple[Step, ...], ticket: Ticket | None, why: str) -> Plan:
    return Plan(Verdict.NOTE, "desk", steps, (Reason("timer", why),), ticket.id if ticket else None)


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
