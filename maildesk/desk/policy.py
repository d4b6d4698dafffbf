"""What the desk is told by its admins, in one hand: configuration and templates, both immutable."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from maildesk.config import Agent, Config
from maildesk.desk import brands
from maildesk.desk.brands import Face
from maildesk.mail.render import Templates
from maildesk.model import Ticket


@dataclass(frozen=True, slots=True)
class Policy:
    config: Config
    templates: Templates
    branded: Mapping[str, Templates] = field(default_factory=dict)  # of brands with templates of their own, by id
    _faces: dict[str | None, Face] = field(default_factory=dict, init=False, compare=False, repr=False)

    @property
    def desk_mark(self) -> str:
        """X-Maildesk-Desk: names this desk to other desks without giving anything away."""
        return hashlib.sha256(self.config.desk.address.casefold().encode()).hexdigest()[:16]

    @property
    def admins(self) -> tuple[str, ...]:
        """Their addresses, each once however it is written."""
        return tuple({address.casefold(): address for address in self.config.desk.admins}.values())

    def face(self, mailbox: str | None) -> Face:
        """The desk as seen by who wrote to this address of it."""
        if mailbox not in self._faces:  # one of the desk's few own addresses
            self._faces[mailbox] = brands.face(self.config.desk, mailbox, self.templates, self.branded)
        return self._faces[mailbox]

    def brand(self, ticket: Ticket | None) -> Face:
        """The desk as the ticket's customers see it: under its own name, or a brand's."""
        return self.face(ticket.mailbox if ticket is not None else None)

    def language(self, *wishes: str) -> str:
        """The first of these languages that there are templates for, else the desk's."""
        known = self.templates.languages
        return next((wish for wish in wishes if wish in known), self.config.desk.language)

    def language_of(self, agent: Agent) -> str:
        return self.language(*agent.languages)

    def told_of(self, ticket: Ticket, away: Collection[str] = ()) -> tuple[Agent, ...]:
        """Who hears of a ticket: its assignee, or else its team's agents, or else all agents; and who watches it.

        Who is ``away`` hears of nothing, as long as there is somebody else to be told.
        """
        agents = self.config.agents
        assigned = [agent for agent in agents if agent.id == ticket.assignee]
        team = [agent for agent in agents if ticket.team and ticket.team in agent.teams]
        circles = ([agent for agent in circle if agent.id not in away] for circle in (assigned, team, agents))
        theirs = next((circle for circle in circles if circle), assigned or team or agents)
        told = {agent.id for agent in theirs}
        return (*theirs, *(agent for agent in self.watching(ticket, away) if agent.id not in told))

    def watching(self, ticket: Ticket, away: Collection[str] = ()) -> tuple[Agent, ...]:
        """Who of those present watches a ticket, whosever it is."""
        return tuple(a for a in self.config.agents if a.id in ticket.watchers and a.id not in away)
