"""When we begin to wait for a customer who does not answer, and when each mail to them is due.

They are asked again, a few times (`silence.remind`); then it is solved (`silence.solve_after`). One timer a ticket,
labelled with the number of the mail; each mail goes out while the desk is open. It ends when they write, or the
ticket is no longer pending (`desk.clocks`). What is mailed stands in `desk.nudges`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from maildesk.config import Config
from maildesk.desk import hours
from maildesk.desk.calendars import calendar
from maildesk.model import CancelTimers, SetTimer, Status, Step, Ticket, Timer, TimerKind


def begin(config: Config, ticket: Ticket, now: datetime) -> Iterator[Step]:
    """We wait for the customer from now on."""
    yield CancelTimers(ticket.id, (TimerKind.NUDGE,))
    yield from _next(config, ticket, 1, now)


def waits(config: Config) -> tuple[timedelta, ...]:
    """How long after we began to wait each mail goes out; the last one solves the ticket, where that is wished."""
    last = config.silence.solve_after
    return (*config.silence.remind, *([last] if last is not None else []))


def number(timer: Timer) -> int:
    """Which of the mails it is, the first is 1."""
    return int(timer.label) if timer.label.isdigit() else 1


def solves(config: Config, timer: Timer) -> bool:
    """Whether this is the end of the waiting, and not another reminder."""
    return number(timer) > len(config.silence.remind)


def is_over(config: Config, timer: Timer, ticket: Ticket) -> bool:
    """Whether we wait no longer, or the configuration knows of no such mail any more."""
    return ticket.status is not Status.PENDING or number(timer) > len(waits(config))


def due(config: Config, timer: Timer, ticket: Ticket, answered_at: datetime | None) -> datetime:
    """When it is due by what happened since: an agent's further answer puts it off."""
    pending = (at for at, status in reversed(ticket.statuses) if status is Status.PENDING)
    since = max((at for at in (next(pending, None), answered_at) if at is not None), default=None)
    return _open(config, ticket, since + waits(config)[number(timer) - 1]) if since is not None else timer.at


def after(config: Config, timer: Timer, ticket: Ticket, now: datetime) -> Iterator[Step]:
    """The timer of the next mail: as long after this one as they were to be apart, however late this one was."""
    past = waits(config)[number(timer) - 1]
    yield from _next(config, ticket, number(timer) + 1, now - past)


def _next(config: Config, ticket: Ticket, number: int, since: datetime) -> Iterator[Step]:
    spans = waits(config)
    if number <= len(spans):
        yield SetTimer(TimerKind.NUDGE, _open(config, ticket, since + spans[number - 1]), ticket.id, label=str(number))


def _open(config: Config, ticket: Ticket, at: datetime) -> datetime:
    return hours.next_open(at, calendar(config, ticket.team))
