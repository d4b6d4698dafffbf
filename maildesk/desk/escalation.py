"""What is done when a target is long past: the ticket goes to others, gets another priority, and somebody is told.

Each rule of `escalations` that matches a ticket acts once in a wait, when so much of the clock's time has passed.
What it changes may end its own match: it is done all the same, and does not begin again.
"""

from __future__ import annotations

from collections.abc import Iterator

from maildesk.config import Agent, Config
from maildesk.config.time import LEAD, TEAM, Clock, Escalation
from maildesk.desk import colleagues, letters
from maildesk.desk.colleagues import Act
from maildesk.desk.commands.effects import Effects, after
from maildesk.model import AddTag, Field, SetField, Step, Ticket


def rule_of(config: Config, name: str) -> Escalation | None:
    """The rule of that name, or of that place in the list."""
    rules = enumerate(config.escalations, 1)
    return next((rule for number, rule in rules if name == (rule.name or str(number))), None)


def clock_of(config: Config, name: str) -> Clock | None:
    rule = rule_of(config, name)
    return rule.of if rule else None


def carry_out(desk: letters.Desk, rule: Escalation, ticket: Ticket) -> Iterator[Step]:
    """What becomes of the ticket, and notices to those who get it."""
    steps = tuple(_changes(rule, ticket))
    yield from steps
    given = Effects(given_to=rule.set.assignee, given_to_team=rule.set.team, escalates=True)
    config = desk.policy.config
    yield from colleagues.handed(desk, Act("desk", config.desk.name, ticket, after(ticket, steps), given))


def _changes(rule: Escalation, ticket: Ticket) -> Iterator[Step]:
    new = rule.set
    if new.team is not None and new.team != ticket.team:
        yield SetField(ticket.id, Field.TEAM, new.team)
        if new.assignee is None and ticket.assignee is not None:
            yield SetField(ticket.id, Field.ASSIGNEE, None)  # or the other team would not hear of it
    if new.assignee is not None:
        yield SetField(ticket.id, Field.ASSIGNEE, new.assignee)
    if new.priority is not None:
        yield SetField(ticket.id, Field.PRIORITY, new.priority)
    for tag in new.tags:
        yield AddTag(ticket.id, tag.casefold())


def told(desk: letters.Desk, rule: Escalation, ticket: Ticket) -> tuple[Agent, ...]:
    """Who is told besides those who got the ticket: leads of its team, else all; its team; agents by name."""
    agents = desk.policy.config.agents
    found: list[Agent] = []
    for whom in rule.tell:
        if whom == LEAD:
            found += leads(desk.policy.config, ticket)
        elif whom == TEAM:
            found += [agent for agent in agents if ticket.team in agent.teams]
        else:
            found += [agent for agent in agents if agent.id == whom]
    return tuple(agent for agent in agents if agent in found and agent.id != rule.set.assignee)


def leads(config: Config, ticket: Ticket) -> tuple[Agent, ...]:
    """The first circle that there is: leads of the team, leads, admins."""
    leads = tuple(agent for agent in config.agents if agent.role == "lead")
    own = tuple(agent for agent in leads if ticket.team in agent.teams)
    return own or leads or tuple(agent for agent in config.agents if agent.role == "admin")
