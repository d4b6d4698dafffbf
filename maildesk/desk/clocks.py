"""A ticket's timers follow the ticket: whatever changes it, a mail, a command, a timer, this is what it means for them.

One place looks at every plan before it is applied, and compares each ticket in it as it is with what it will be:
a timer is set where its time changes, and called off where what it waits for has come. So no command has to think
of timers, and none can forget them. What has been told is not told again: a deadline that lies in the past
already sets its timer only where the wait for it is new, or it lay ahead until now.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from maildesk.config import Config
from maildesk.desk import hours, silence
from maildesk.desk.calendars import calendar
from maildesk.desk.commands.effects import after
from maildesk.desk.promises import GRACE, OVER, WARN, Key, Milestone, begun, milestones
from maildesk.model import (
    AddEntry,
    CancelTimers,
    CreateTicket,
    Entry,
    Facts,
    Field,
    Kind,
    MergeTickets,
    Plan,
    SetField,
    SetKind,
    SetTimer,
    Status,
    Step,
    Ticket,
    TimerKind,
)

DUE = (TimerKind.DUE_WARN, TimerKind.DUE)
_DONE = frozenset({Status.SOLVED, Status.CLOSED})
_WARNINGS = frozenset(WARN.values())


@dataclass(frozen=True, slots=True)
class _Turn:
    """A ticket before and after a plan."""

    config: Config
    before: Ticket | None  # None: it is new
    after: Ticket
    steps: Sequence[Step]  # on this ticket
    now: datetime

    def entered(self, kind: Kind) -> bool:
        return any(isinstance(step, AddEntry) and step.entry.kind is kind for step in self.steps)


def follow(plan: Plan, facts: Facts, config: Config, now: datetime) -> Plan:
    """The plan, with what it means for the timers of its tickets."""
    more = [step for turn in _turns(plan, facts, config, now) for step in _timers(turn)]
    return replace(plan, steps=(*plan.steps, *more)) if more else plan


def _turns(plan: Plan, facts: Facts, config: Config, now: datetime) -> Iterator[_Turn]:
    created = {step.ticket.id: step.ticket for step in plan.steps if isinstance(step, CreateTicket)}
    about: dict[int, list[Step]] = {}
    for step in plan.steps:
        if (of := _ticket_of(step, plan)) is not None:
            about.setdefault(of, []).append(step)
    for id, steps in about.items():
        before = _known(facts, id)
        first = created.get(id) or before
        if first is not None:
            yield _Turn(config, None if id in created else before, _changed(first, steps, facts, now), steps, now)


def _ticket_of(step: Step, plan: Plan) -> int | None:
    match step:
        case CreateTicket(ticket=ticket):
            return ticket.id
        case AddEntry(entry=entry):
            return entry.ticket_id
        case MergeTickets(into=into):
            return into
        case SetKind():
            return plan.ticket_id
        case _:
            found: int | None = getattr(step, "ticket_id", None)
            return found


def _known(facts: Facts, id: int) -> Ticket | None:
    found = (facts.signed_for, facts.by_token, facts.by_reference, facts.by_tag, facts.by_answer, facts.follow_up)
    return next((t for t in (*found, *facts.also, *facts.others.values()) if t is not None and t.id == id), None)


def _changed(ticket: Ticket, steps: Sequence[Step], facts: Facts, now: datetime) -> Ticket:
    """The ticket as the store will have it: its fields, who waits since when, and when its status changed."""
    status, since = ticket.status, ticket.waiting_since
    for step in steps:
        ticket = after(ticket, (step,))
        since = _waits(since, step, facts) if ticket.status not in OVER else None
    if ticket.status is not status:
        return replace(ticket, waiting_since=since, statuses=(*ticket.statuses, (now, ticket.status)))
    return ticket if since == ticket.waiting_since else replace(ticket, waiting_since=since)


def _waits(since: datetime | None, step: Step, facts: Facts) -> datetime | None:
    """Since when somebody waits after that step, as `store.waiting` keeps it."""
    match step:
        case AddEntry(entry=Entry(kind=Kind.AGENT)):
            since = None
        case AddEntry(entry=Entry(kind=Kind.CUSTOMER, created_at=at)) if since is None:
            since = at
        case SetKind(kind=Kind.CUSTOMER, entry_id=id) if since is None:  # #admit
            since = next((entry.created_at for entry in facts.held if entry.id == id), None)
        case SetKind(kind=Kind.NOTE, entry_id=id) if facts.entry and id not in {entry.id for entry in facts.held}:
            since = facts.entry.created_at  # an answer that was taken back
        case MergeTickets(ticket_id=other):
            joined = _known(facts, other)
            since = min((at for at in (since, joined and joined.waiting_since) if at), default=None)
        case _:
            pass
    return since


def _timers(turn: _Turn) -> Iterator[Step]:
    yield from _promised(turn)
    yield from _own_date(turn)
    yield from _asleep(turn)
    yield from _silent(turn)
    yield from _rated(turn)


def _promised(turn: _Turn) -> Iterator[Step]:
    """First reply, next reply, solution: warnings, deadlines, escalations."""
    if turn.after is turn.before:  # then so is all that was promised on it
        return
    before = milestones(turn.config, turn.before) if turn.before else {}
    now = milestones(turn.config, turn.after)
    for key in dict.fromkeys((*before, *now)):
        kind, label = key
        was, will = before.get(key), now.get(key)
        if _done(key, was, will, turn):
            continue
        if will is None or will.at is None:
            if was is not None and was.at is not None:
                yield CancelTimers(turn.after.id, (kind,), label)
        elif was is None or was.at != will.at:
            if turn.before is not None:  # an agent's own, that waits for the morning, too
                yield CancelTimers(turn.after.id, (kind,), label)
            if will.at > turn.now - GRACE or kind not in _WARNINGS:
                yield SetTimer(kind, will.at, turn.after.id, label=label)


def _done(key: Key, was: Milestone | None, will: Milestone | None, turn: _Turn) -> bool:
    """Whether it has been told in this wait: then it stays so, and what waits for an agent's morning, too.

    A rule has acted, though it matches no longer; a deadline has passed, though it would have been another one.
    """
    if was is None or begun(turn.after, was.clock) != was.since or turn.after.status in OVER:
        return False
    if key[0] is TimerKind.ESCALATE:
        return was.at is not None and was.at <= turn.now
    past = will is not None and will.at is not None and will.at <= turn.now
    return past and (was.at is None or was.at <= turn.now)


def _own_date(turn: _Turn) -> Iterator[Step]:
    """The date that an agent set (`#due`): wall time, for people mean the hour they name."""
    old, due = turn.before.due_at if turn.before else None, turn.after.due_at
    over, was_over = turn.after.status in OVER, turn.before is not None and turn.before.status in OVER
    if (old, over) == (due, was_over):
        return
    if old is not None:
        yield CancelTimers(turn.after.id, DUE)
    if due is not None and due > turn.now and not over:
        yield SetTimer(TimerKind.DUE_WARN, turn.now + (due - turn.now) * turn.config.targets.warn, turn.after.id)
        yield SetTimer(TimerKind.DUE, due, turn.after.id)


def _asleep(turn: _Turn) -> Iterator[Step]:
    """Snoozed until a time, or until the customer writes, or it is over."""
    before, until, id = turn.before, turn.after.snoozed_until, turn.after.id
    if until is not None and (turn.entered(Kind.CUSTOMER) or turn.after.status in OVER):
        yield SetField(id, Field.SNOOZED_UNTIL, None)
        yield CancelTimers(id, (TimerKind.SNOOZE,))
    elif before is not None and before.snoozed_until != until and not _wakes(turn):
        yield CancelTimers(id, (TimerKind.SNOOZE,))
        if until is not None:
            yield SetTimer(TimerKind.SNOOZE, until, id)


def _wakes(turn: _Turn) -> bool:
    """Whether its own timer has ended the snooze, and told agents: theirs are to stay."""
    return any(isinstance(step, SetTimer) and step.kind is TimerKind.SNOOZE for step in turn.steps)


def _silent(turn: _Turn) -> Iterator[Step]:
    """What becomes of a ticket on which nobody says anything any more."""
    status, old, id = turn.after.status, turn.before.status if turn.before else None, turn.after.id
    if (old is Status.PENDING and status is not old) or (old is not None and turn.entered(Kind.CUSTOMER)):
        yield CancelTimers(id, (TimerKind.NUDGE,))
    elif status is Status.PENDING and turn.entered(Kind.AGENT) and turn.config.silence.begins == "answer":
        yield from silence.begin(turn.config, turn.after, turn.now)
    if status is Status.SOLVED and old is not status and turn.config.silence.close_after is not None:
        yield SetTimer(TimerKind.CLOSE, turn.now + turn.config.silence.close_after, id)
    elif old is Status.SOLVED and status is not old:
        yield CancelTimers(id, (TimerKind.CLOSE,))


def _rated(turn: _Turn) -> Iterator[Step]:
    """Once it is solved, or closed at once, its customer is asked how it was; not of one that is open again."""
    ratings, before = turn.config.ratings, turn.before
    if ratings is None or before is None:  # history is closed from the beginning on
        return
    done, was_done = turn.after.status in _DONE, before.status in _DONE
    if done and not was_done:
        at = hours.next_open(turn.now + ratings.after, calendar(turn.config, turn.after.team))
        yield SetTimer(TimerKind.RATING, at, turn.after.id)
    elif was_done and not done:
        yield CancelTimers(turn.after.id, (TimerKind.RATING,))
