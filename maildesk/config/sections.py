"""The whole of maildesk.yaml: its sections, and what the rest of maildesk asks of them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, PrivateAttr, model_validator

from maildesk.config.brands import Brand
from maildesk.config.desk import Desk
from maildesk.config.digest import Digest
from maildesk.config.feedback import AutoReply, Mood, Ratings
from maildesk.config.health import Canary, Metrics
from maildesk.config.section import Section
from maildesk.config.spoken import Spoken
from maildesk.config.time import Escalation, Hours, Recurring, Silence, Targets
from maildesk.config.values import Duration, Size
from maildesk.config.ways import Receive, Send
from maildesk.config.work import Agent, Origin, Route, Team


class Limits(Section):
    think_time: Duration = Field(
        "10s",
        ge=timedelta(seconds=1),
        description="a mail that takes longer to understand is quarantined",
        validate_default=True,
    )
    think_memory: Size = Field(
        "768MiB",
        ge=256 * 2**20,
        description="so is one that needs more memory than this",
        validate_default=True,
    )
    free_space: Size = Field(
        "100MiB",
        description="with less on the store's disk no mail is taken in (452), and what was taken is still answered",
        validate_default=True,
    )


class Config(Section):
    """The whole of maildesk.yaml."""

    desk: Desk = Field(description="who we are")
    receive: Receive = Field(description="how mail comes in")
    send: Send = Field(description="how mail goes out")
    agents: tuple[Agent, ...] = Field(min_length=1, description="the people who answer")
    teams: tuple[Team, ...] = Field((), description="groups of agents")
    routes: tuple[Route, ...] = Field((), description="the first that matches wins, unless it says continue: true")
    origins: tuple[Origin, ...] = Field(
        (), description="mail that is really from somebody else (a contact form, a chat, a gateway); the first wins"
    )
    brands: tuple[Brand, ...] = Field(
        (), description="the same desk under further names; the address a customer writes to says which"
    )
    targets: Targets = Field({}, description="promises; reminders come before and at their end", validate_default=True)
    hours: Hours | None = Field(None, description="when the desk is open; left out: always")
    escalations: tuple[Escalation, ...] = Field(
        (), description="what is done once a target is long past; each that matches, each once"
    )
    silence: Silence = Field({}, description="what is done when a customer does not answer", validate_default=True)
    digest: Digest | None = Field(None, description="what waits, as a mail each morning; left out: none")
    auto_reply: AutoReply = Field(
        {}, description="what customers are told besides that their mail has arrived", validate_default=True
    )
    incident: Spoken | None = Field(
        None,
        description="told in every auto-reply as long as it stands here, alone or per language",
        examples=["Payments are slow."],
    )
    mood: Mood = Field({}, description="how customers feel, asked and not guessed", validate_default=True)
    ratings: Ratings | None = Field(None, description="how happy customers are once solved; left out: nobody is asked")
    recurring: tuple[Recurring, ...] = Field((), description="tickets that open by themselves, again and again")
    canary: Canary | None = Field(
        None, description="a mail of the desk to itself, out by send.smtp and in again; left out: none"
    )
    metrics: Metrics | None = Field(
        None, description="GET /metrics (Prometheus) and /health, on this machine alone; left out: none"
    )
    limits: Limits = Field({}, description="what a mail may cost, and mail in all", validate_default=True)

    _path: Path = PrivateAttr(default=Path())

    @model_validator(mode="after")
    def _tell_desk(self) -> Config:
        self.desk.take_in(self.brands)
        return self

    @property
    def path(self) -> Path:
        """The file this was read from; Path() for a configuration made in memory."""
        return self._path

    def remember_path(self, path: Path) -> None:
        self._path = path

    def agent(self, id: str | None) -> Agent | None:
        return next((agent for agent in self.agents if agent.id == id), None)

    def agent_by_email(self, email: str) -> Agent | None:
        """Exactly that address, in any case: agent@acme.test.evil is nobody (T4)."""
        return next((a for a in self.agents if a.email.casefold() == email.casefold()), None)

    def team(self, id: str | None) -> Team | None:
        return next((team for team in self.teams if team.id == id), None)

    def zone(self, agent: Agent | None = None) -> ZoneInfo:
        return ZoneInfo((agent and agent.timezone) or self.desk.timezone)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the desk, its agents and its teams."""
        return (self.desk.name, *(agent.name for agent in self.agents), *(team.name for team in self.teams))

    @property
    def shares_work(self) -> bool:
        """Whether a team gives its tickets to its agents in turn, or by load."""
        return any(team.assign != "nobody" for team in self.teams)

    def trusted(self, source: str) -> tuple[str, ...]:
        """The authserv-ids believed for mail from this source (RFC 8601 §5)."""
        if source.startswith("imap:"):
            return next((a.trust_authserv for a in self.receive.imap if f"imap:{a.name}" == source), ())
        smtp = self.receive.lmtp if source == "lmtp" else self.receive.smtp
        return smtp.trust_authserv if smtp else ()
