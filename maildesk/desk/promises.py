"""What was promised on a ticket, and when the time of it is up: first reply, next reply, solution.

    first_reply   from the customer's first mail on, until an agent has answered
    next_reply    from their first mail since then that nobody has answered, until somebody has
    solve         from the beginning on, until it is solved; it goes on where it is opened again

All in the working time of the ticket's team. The last two stand still while we wait for the customer
(`targets.pause`). For each, the first of `targets.rules` that matches the ticket and names it counts, then
`by_priority`, then what `targets` says of all. Refuses to keep anything: it is all in the ticket and its events.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from maildesk.config import Config
from maildesk.config.time import CLOCKS, Clock, Escalation, TicketWhen
from maildesk.desk import hours
from maildesk.desk.calendars import calendar
from maildesk.desk.hours import Calendar
from maildesk.model import Status, Ticket, TimerKind

OVER = frozenset({Status.SOLVED, Status.CLOSED, Status.SPAM})
WARN: Mapping[Clock, TimerKind] = {
    "first_reply": TimerKind.FIRST_REPLY_WARN,
    "next_reply": TimerKind.NEXT_REPLY_WARN,
    "solve": TimerKind.SOLVE_WARN,
}
DUE: Mapping[Clock, TimerKind] = {
    "first_reply": TimerKind.FIRST_REPLY_DUE,
    "next_reply": TimerKind.NEXT_REPLY_DUE,
    "solve": TimerKind.SOLVE_DUE,
}
CLOCK_OF: Mapping[TimerKind, Clock] = {kind: clock for kinds in (WARN, DUE) for clock, kind in kinds.items()}

GRACE = timedelta(minutes=1)
"""A warning that is late by no more than this is still given, though its deadline may have come."""

Key = tuple[TimerKind, str]
"""A timer of a ticket: its kind, and of an escalation the rule."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something that comes when so much of a clock's time has passed."""

    clock: Clock
    since: datetime  # when it began
    at: datetime | None  # None: the clock stands still now, and had not come so far


def milestones(config: Config, ticket: Ticket) -> dict[Key, Milestone]:
    """All that is still to come, or has come, of what was promised, while it is awaited."""
    found: dict[Key, Milestone] = {}
    open_hours = calendar(config, ticket.team)
    for clock in CLOCKS:
        since = begun(ticket, clock)
        if since is not None:
            runs = tuple(_runs(config, ticket, clock, since))
            for key, span in _spans(config, ticket, clock):
                found[key] = Milestone(clock, since, _reached(ticket, runs, span, open_hours))
    return found


def deadline(config: Config, ticket: Ticket, clock: Clock) -> datetime | None:
    """The end of the time for what is awaited; None: nothing is, or nothing was promised, or it stands still."""
    found = milestones(config, ticket).get((DUE[clock], ""))
    return found.at if found else None


def target(config: Config, ticket: Ticket, clock: Clock) -> timedelta | None:
    """How much open time it may take; None: nothing was promised."""
    targets = config.targets
    rules = (rule.of(clock) for rule in targets.rules if rule.of(clock) is not None and matches(rule.when, ticket))
    special = targets.by_priority.get(ticket.priority)
    found: timedelta | None = next(rules, None) or (special.of(clock) if special else None) or targets.of(clock)
    return found


def escalations(config: Config, ticket: Ticket, clock: Clock) -> Iterator[tuple[str, Escalation]]:
    """The rules for a ticket on which this is awaited for too long, by name."""
    for number, rule in enumerate(config.escalations, 1):
        if rule.of == clock and matches(rule.when, ticket):
            yield rule.name or str(number), rule


def matches(when: TicketWhen, ticket: Ticket) -> bool:
    return (
        when.priority in (None, ticket.priority)
        and when.team in (None, ticket.team)
        and (when.tag is None or when.tag.casefold() in ticket.tags)
        and (when.customer is None or _is_customer(when.customer, ticket.requester.key()))
    )


def _is_customer(wanted: str, email: str) -> bool:
    """An address; a domain; ``.acme.example``: that domain and all in it."""
    if "@" in wanted:
        return wanted == email
    domain = email.rpartition("@")[2]
    return domain == wanted.removeprefix(".") or (wanted.startswith(".") and domain.endswith(wanted))


def begun(ticket: Ticket, clock: Clock) -> datetime | None:
    """Since when this is awaited; None: it is not."""
    if ticket.status is Status.SPAM:
        return None
    if clock == "solve":
        return ticket.created_at
    waiting = ticket.waiting_since
    if waiting is None or ticket.status in OVER:
        return None
    first = ticket.first_reply_at is None and not any(status in OVER for _, status in ticket.statuses)
    return waiting if first is (clock == "first_reply") else None


def _spans(config: Config, ticket: Ticket, clock: Clock) -> Iterator[tuple[Key, timedelta]]:
    span = target(config, ticket, clock)
    if span is not None:
        yield (WARN[clock], ""), span * config.targets.warn
        yield (DUE[clock], ""), span
    for name, rule in escalations(config, ticket, clock):
        yield (TimerKind.ESCALATE, name), rule.after


def _runs(config: Config, ticket: Ticket, clock: Clock, since: datetime) -> Iterator[tuple[datetime, datetime | None]]:
    """From when to when the clock ran; the last run ends with None if it still does."""
    stopping = OVER if config.targets.pause == "never" or clock == "first_reply" else OVER | {Status.PENDING}
    begin: datetime | None = since
    for at, status in ticket.statuses:
        if at <= since:
            begin = since if status not in stopping else None
        elif status in stopping and begin is not None:
            yield begin, at
            begin = None
        elif status not in stopping and begin is None:
            begin = at
    if begin is not None and ticket.status not in OVER:
        yield begin, None


def _reached(
    ticket: Ticket, runs: tuple[tuple[datetime, datetime | None], ...], span: timedelta, open_hours: Calendar | None
) -> datetime | None:
    if ticket.status in OVER:
        return None
    for begin, end in runs:
        passed = hours.between(begin, end, open_hours) if end is not None else None
        if passed is None or passed >= span:
            return hours.add(begin, span, open_hours)
        span -= passed
    return None
