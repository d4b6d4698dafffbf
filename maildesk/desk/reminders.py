"""Deadlines as timers: one reminder before, one at the end of the time. What is due stands in rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from maildesk.config import Config
from maildesk.config.values import parse_week
from maildesk.desk import hours
from maildesk.desk.hours import Calendar
from maildesk.model import CancelTimers, Priority, SetTimer, Status, Step, Ticket, Timer, TimerKind

FIRST_REPLY = (TimerKind.FIRST_REPLY_WARN, TimerKind.FIRST_REPLY_DUE)
DUE = (TimerKind.DUE_WARN, TimerKind.DUE)
_OVER = (Status.SOLVED, Status.CLOSED, Status.SPAM)


def calendar(config: Config) -> Calendar | None:
    """The desk's working time; None: it is always open."""
    if config.hours is None:
        return None
    return Calendar(parse_week(config.hours.week), config.zone(), config.hours.holidays)


def first_reply_target(config: Config, priority: Priority) -> timedelta | None:
    special = config.targets.by_priority.get(priority)
    return (special.first_reply if special else None) or config.targets.first_reply


def await_first_reply(config: Config, ticket: Ticket, now: datetime) -> Iterator[Step]:
    """Timers towards the promised first reply, in working time since the customer's mail; none for what is past."""
    target = first_reply_target(config, ticket.priority)
    if target is None or ticket.first_reply_at is not None:
        yield CancelTimers(ticket.id, FIRST_REPLY)
        return
    open_hours = calendar(config)
    warn = hours.add(ticket.created_at, target * config.targets.warn, open_hours)
    due = hours.add(ticket.created_at, target, open_hours)
    for kind, at in ((TimerKind.FIRST_REPLY_WARN, warn), (TimerKind.FIRST_REPLY_DUE, due)):
        yield SetTimer(kind, at, ticket.id) if at > now else CancelTimers(ticket.id, (kind,))


def await_due(config: Config, ticket_id: int, due: datetime, now: datetime) -> Iterator[Step]:
    """Timers towards a date that an agent set: wall time, for people mean the hour they name."""
    yield SetTimer(TimerKind.DUE_WARN, now + (due - now) * config.targets.warn, ticket_id)
    yield SetTimer(TimerKind.DUE, due, ticket_id)


def again(config: Config, ticket: Ticket, now: datetime) -> Iterator[Step]:
    """The deadlines of a ticket that is opened again: those that were called off and still lie ahead."""
    if ticket.status not in _OVER:
        return
    if ticket.due_at is not None and ticket.due_at > now:
        yield from await_due(config, ticket.id, ticket.due_at, now)
    if ticket.first_reply_at is None:
        yield from await_first_reply(config, ticket, now)


def still_due(timer: Timer, ticket: Ticket) -> bool:
    """Whether a timer that fires still means anything."""
    if ticket.status in _OVER:
        return False
    if timer.kind in FIRST_REPLY:
        return ticket.first_reply_at is None
    return ticket.due_at is not None


def deadline(config: Config, timer: Timer, ticket: Ticket) -> datetime:
    """The end of the time that a reminder is about."""
    if timer.kind in DUE:
        return ticket.due_at or timer.at
    target = first_reply_target(config, ticket.priority)
    return hours.add(ticket.created_at, target, calendar(config)) if target else timer.at
