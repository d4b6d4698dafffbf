"""Tickets that open by themselves, by a line of cron: the monthly check. What is to be done is a note, for agents.

Each has one timer, which the configuration's words label: with another line it is another timer. However many of its
times passed while nobody looked, it opens one ticket.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from maildesk.config import Config
from maildesk.config.cron import parse_cron
from maildesk.config.time import Recurring
from maildesk.desk import letters, notices, sharing
from maildesk.desk.notices import News
from maildesk.model import (
    AddEntry,
    Address,
    CreateTicket,
    Entry,
    Kind,
    Participant,
    Proof,
    RecordEvent,
    SetTimer,
    Status,
    Step,
    Ticket,
    Timer,
    TimerKind,
)


def timers(config: Config, now: datetime) -> Iterator[SetTimer]:
    """The timers that stand for what is configured."""
    for rule in config.recurring:
        at = parse_cron(rule.cron).next(now, config.zone())
        if at is not None:
            yield SetTimer(TimerKind.RECUR, at, agent=rule.name, label=_label(config, rule))


def _label(config: Config, rule: Recurring) -> str:
    """All that its times come from: as long as it is the same, the timer stands, whatever becomes of the clock."""
    return f"{rule.cron} {config.desk.timezone}"


def open_ticket(desk: letters.Desk, timer: Timer) -> tuple[Step, ...]:
    """The ticket, its notices, and the next timer; nothing for what is no longer configured so."""
    config, now = desk.policy.config, desk.moment.now
    rule = next((r for r in config.recurring if (r.name, _label(config, r)) == (timer.agent, timer.label)), None)
    if rule is None:
        return ()
    ticket = _ticket(desk, rule)
    turn = sharing.turn(desk, ticket)
    if turn is not None:
        ticket = replace(ticket, assignee=turn.agent)
    entry = Entry(desk.facts.next_entry, ticket.id, Kind.NOTE, "desk", rule.subject, rule.text, now)
    us = Address(config.desk.name, config.desk.address)
    news = News(ticket, entry, "new", us, Proof.PROVEN)
    return (
        CreateTicket(ticket),
        *(turn.steps if turn else ()),
        AddEntry(entry),
        RecordEvent(ticket.id, "recurring", {"name": rule.name}),
        *notices.tell(desk, desk.policy.told_of(ticket, desk.facts.away), news),
        *(timer for timer in timers(config, now) if timer.agent == rule.name),
    )


def _ticket(desk: letters.Desk, rule: Recurring) -> Ticket:
    """Of the customer it is for; else of nobody who could be mailed (RFC 2606 §2: .invalid)."""
    config, now, id = desk.policy.config, desk.moment.now, desk.facts.next_ticket
    who = Address("", rule.customer) if rule.customer else Address(config.desk.name, f"{rule.name}@invalid")
    person = Participant(who.email, "requester", desk.moment.token("participant", id, who.key()), who.name)
    return Ticket(
        id=id,
        token=desk.moment.token("ticket", id),
        subject=rule.subject,
        status=Status.NEW,
        priority=rule.priority,
        created_at=now,
        updated_at=now,
        contact_id=0,
        requester=who,
        language=config.desk.language,
        assignee=rule.assignee,
        team=rule.team,
        category=rule.category,
        mailbox=config.desk.address,
        participants=(person,) if rule.customer else (),
        tags=frozenset(tag.casefold() for tag in rule.tags),
    )
