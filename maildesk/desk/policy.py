"""What the desk is told by its admins, in one hand: configuration and templates, both immutable."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from maildesk.config import Agent, Config
from maildesk.mail.render import Templates
from maildesk.model import Ticket


@dataclass(frozen=True, slots=True)
class Policy:
    config: Config
    templates: Templates

    @property
    def desk_mark(self) -> str:
        """X-Maildesk-Desk: names this desk to other desks without giving anything away."""
        return hashlib.sha256(self.config.desk.address.casefold().encode()).hexdigest()[:16]

    @property
    def admins(self) -> tuple[str, ...]:
        """Their addresses, each once however it is written."""
        return tuple({address.casefold(): address for address in self.config.desk.admins}.values())

    def language(self, *wishes: str) -> str:
        """The first of these languages that there are templates for, else the desk's."""
        known = self.templates.languages
        return next((wish for wish in wishes if wish in known), self.config.desk.language)

    def language_of(self, agent: Agent) -> str:
        return self.language(*agent.languages)

    def told_of(self, ticket: Ticket) -> tuple[Agent, ...]:
        """Who hears of a ticket: its assignee, or else its team's agents, or else all agents."""
        assignee = self.config.agent(ticket.assignee)
        if assignee is not None:
            return (assignee,)
        team = tuple(agent for agent in self.config.agents if ticket.team and ticket.team in agent.teams)
        return team or self.config.agents
