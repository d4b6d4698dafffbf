"""Whose turn it is, in teams that share their work: each in turn, or who has the fewest tickets.

Deterministic: by the order of the agents in the configuration, whose turn it was last, and what each has now.
Who is away is passed over; where everybody is, nobody gets the ticket.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from maildesk.config import Agent, Team
from maildesk.desk.letters import Desk
from maildesk.model import Field, Reason, RecordEvent, SetField, Step, TakeTurn, Ticket


@dataclass(frozen=True, slots=True)
class Turn:
    """The agent who gets a ticket, if anybody is there; why; and what remembers it."""

    agent: str | None
    reason: Reason
    steps: tuple[Step, ...] = ()


def turn(desk: Desk, ticket: Ticket) -> Turn | None:
    """Who of the ticket's team gets it; None where it is somebody's, or the team does not share its work."""
    team = desk.policy.config.team(ticket.team)
    if team is None or team.assign == "nobody" or ticket.assignee is not None:
        return None
    present = [agent for agent in _in_order(desk, team) if agent.id not in desk.facts.away]
    if not present:
        return Turn(None, Reason("turn", f"everybody in team {team.id} is away: nobody gets it"))
    loads = desk.facts.loads
    chosen, why = present[0], f"it is {present[0].id}'s turn in team {team.id}"
    if team.assign == "least_loaded":
        chosen = min(present, key=lambda agent: loads.get(agent.id, 0))  # the first of equals: by turn
        why = f"{chosen.id} has the fewest tickets in team {team.id} ({loads.get(chosen.id, 0)})"
    event = RecordEvent(ticket.id, "turn", {"agent": chosen.id, "team": team.id, "why": why})
    return Turn(chosen.id, Reason("turn", why), (TakeTurn(team.id, chosen.id), event))


def moved(desk: Desk, ticket: Ticket) -> tuple[Step, ...]:
    """Whose a ticket is once it is with another team: its agent keeps it who is in that team, too; else by turn."""
    config = desk.policy.config
    kept = config.agent(ticket.assignee)
    if kept is not None and ticket.team in kept.teams:
        return ()
    found = turn(desk, replace(ticket, assignee=None))
    agent = found.agent if found is not None else None
    changed = (SetField(ticket.id, Field.ASSIGNEE, agent),) if agent != ticket.assignee else ()
    return (*changed, *(found.steps if found is not None else ()))


def _in_order(desk: Desk, team: Team) -> list[Agent]:
    """The team's agents, who comes after the one whose turn it was last first."""
    agents = [agent for agent in desk.policy.config.agents if team.id in agent.teams]
    last = desk.facts.turns.get(team.id)
    after = next((index + 1 for index, agent in enumerate(agents) if agent.id == last), 0)
    return agents[after:] + agents[:after]
