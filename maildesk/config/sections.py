"""The sections of maildesk.yaml: types, defaults, and each field's documentation as its description."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from maildesk.config.values import (
    LONGEST_TOKEN,
    Country,
    Duration,
    Email,
    FilePath,
    Id,
    Language,
    Listen,
    Network,
    Pattern,
    Share,
    Size,
    Week,
    Zone,
    check_address,
)
from maildesk.model import Priority


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class Rate(_Section):
    """So many in such a time."""

    count: int = Field(ge=0, description="how many")
    per: Duration = Field(description="in how long a time")


class Secret(_Section):
    """Where a password comes from; never in the file itself, if it can be helped."""

    password_file: FilePath | None = Field(None, description="a file that holds the password alone")
    password_env: str | None = Field(None, description="an environment variable that holds it")
    password_credential: str | None = Field(
        None, description="a systemd credential (LoadCredential=) that holds it"
    )
    password: str | None = Field(None, description="the password itself; works, with a warning")

    def secret(self) -> str:
        """The password, read now, so that a changed file counts. OSError or KeyError says what is missing."""
        if self.password_file:
            return self.password_file.read_text().strip("\r\n")
        if self.password_env:
            return os.environ[self.password_env]
        if self.password_credential:
            folder = os.environ["CREDENTIALS_DIRECTORY"]
            return (Path(folder) / self.password_credential).read_text().strip("\r\n")
        return self.password or ""


Tls = Literal["implicit", "starttls", "none"]


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


class Desk(_Section):
    name: str = Field(min_length=1, max_length=200, description="what customers see as the sender's name")
    address: Email = Field(description="customers write here, and every mail to them comes from here")
    aliases: tuple[Email, ...] = Field((), description="further addresses that are this desk too")
    language: Language = Field("en", description="used where the customer's is unknown or has no templates")
    timezone: Zone = Field("UTC", description="of the desk, and of agents who name none")
    store: FilePath = Field(
        Path("../var/maildesk.db"), description="the SQLite file; every path is relative to this file"
    )
    templates: FilePath | None = Field(
        None, description="a folder of templates; what it lacks comes from those that are shipped"
    )
    admins: tuple[Email, ...] = Field((), description="told when the desk itself is unwell")
    url: str | None = Field(None, description="public address of the web part, when it is on")
    undo_window: Duration = Field(
        timedelta(0), description="hold mail to customers this long, so that #undo can take it back"
    )
    follow_up_after: Duration = Field(
        timedelta(days=14),
        description="an answer to a ticket closed longer ago than this opens a linked follow-up",
    )
    auto_reply_limit: Rate = Field(
        Rate(count=3, per=timedelta(hours=1)),
        description="auto-replies to one customer address, whatever it sends us",
    )
    auto_reply_desk_limit: Rate = Field(
        Rate(count=10000, per=timedelta(hours=1)), description="auto-replies of the whole desk"
    )
    auto_reply_max_age: Duration = Field(
        timedelta(days=2),
        description="IMAP mail older than this (by INTERNALDATE) becomes a ticket, unanswered",
    )
    auto_reply_echo: Literal["verified", "always", "never"] = Field(
        "verified",
        description="use the sender's own words once who they are is proven; or always, never",
    )
    notice_limit: Rate = Field(
        Rate(count=10, per=timedelta(minutes=10)),
        description="notices to one agent; what is beyond is gathered into one mail",
    )
    notice_max_size: Size = Field(
        10 * 2**20, description="attachments up to this much in all go along in a notice"
    )
    alarm_command: str | None = Field(
        None,
        description="a second way to reach the admins when mail itself is broken; reads the alarm on stdin",
    )
    reply_address: str | None = Field(
        None,
        description='form of reply addresses; left out: address with +{token}; without {token}: no "+" ones',
    )
    agents_proof: Literal["token", "token+dmarc"] = Field(
        "token", description="what an agent's mail must show besides their own From"
    )

    @model_validator(mode="after")
    def _reply_form(self) -> Desk:
        form = self.reply_address
        if form is None:
            return self
        if form.count("{token}") > 1 or form.replace("{token}", "").count("{"):
            raise ValueError("reply_address may hold {token} once, and no other braces")
        check_address(form.replace("{token}", "x"))
        room = 64 - len(form.partition("@")[0].replace("{token}", ""))
        if "{token}" in form and room < LONGEST_TOKEN:
            raise ValueError(
                f"reply_address: room for {room} characters before the @; a token needs {LONGEST_TOKEN}"
            )
        return self

    @cached_property
    def reply_form(self) -> str:
        """The reply address with `{token}` in its place, or without one where `+` is not to be had."""
        local, _, domain = self.address.rpartition("@")
        return self.reply_address or f"{local}+{{token}}@{domain}"

    @cached_property
    def domain(self) -> str:
        return self.address.rpartition("@")[2].lower()

    @cached_property
    def addresses(self) -> frozenset[str]:
        """Every plain address of the desk, casefolded."""
        plain = {self.address, *self.aliases}
        if "{token}" not in self.reply_form:
            plain.add(self.reply_form)
        return frozenset(address.casefold() for address in plain)


class SmtpIn(_Section):
    listen: Listen = Field("127.0.0.1:8025", description="address and port (0: any free one), or unix:/path")
    hostname: str | None = Field(
        None, description="what we call ourselves in the greeting; left out: the desk's domain"
    )
    max_size: Size = Field(25 * 2**20, ge=1024, description="the largest mail that is taken")
    relays: tuple[Network, ...] = Field(
        (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1")),
        description="peers we trust to have checked the sender; they have no limit of rate",
    )
    trust_authserv: tuple[str, ...] = Field(
        (), description="names whose Authentication-Results are believed, from relays alone"
    )
    tls_cert: FilePath | None = Field(None, description="certificate chain; with it STARTTLS is offered")
    tls_key: FilePath | None = Field(None, description="its private key")
    bare_newline: Literal["refuse", "normalize"] = Field(
        "refuse", description="what to do with a lone CR or LF (SMTP smuggling)"
    )
    sender_limit: Rate = Field(
        Rate(count=1000, per=timedelta(minutes=10)), description="mails of one envelope sender, relays apart"
    )
    connections: int = Field(200, ge=1, description="at once")

    @model_validator(mode="after")
    def _pair(self) -> SmtpIn:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key go together")
        return self


class After(_Section):
    """What becomes of a mail in the mailbox once it is safe in the store."""

    move: str | None = Field(None, description="move it to this folder, made if it is missing")
    flag: str | None = Field(None, description=r"set this flag or keyword, such as \Seen")
    delete: bool = Field(False, description="delete it")

    @model_validator(mode="after")
    def _one(self) -> After:
        if sum((self.move is not None, self.flag is not None, self.delete)) > 1:
            raise ValueError("one of move, flag or delete")
        return self


class Imap(Secret):
    host: str = Field(min_length=1, description="the IMAP server")
    port: int = Field(993, ge=1, le=65535, description="993 for implicit TLS, 143 for STARTTLS")
    tls: Tls = Field("implicit", description="implicit, starttls, or none (loopback only)")
    ca_file: FilePath | None = Field(None, description="certificates to trust in place of the system's")
    user: str = Field(min_length=1, description="login name")
    folder: str = Field("INBOX", description="the folder that holds the desk's mail")
    after: After = Field(
        After(flag=r"\Seen"), description="what becomes of a mail once it is safe: move, flag or delete"
    )
    poll: Duration = Field(
        timedelta(seconds=60), description="how often the folder is looked at afresh, at the latest"
    )
    backlog: Literal["ignore", "tickets"] = Field(
        "ignore", description="mail that the folder holds when first seen"
    )
    max_size: Size = Field(
        25 * 2**20, ge=1024, description="a larger mail stays where it is, and the admins are told"
    )
    trust_authserv: tuple[str, ...] = Field((), description="names whose Authentication-Results are believed")

    @model_validator(mode="after")
    def _safe(self) -> Imap:
        if self.tls == "none" and not _loopback(self.host):
            raise ValueError(f"tls: none would send the password in clear text to {self.host}")
        return self

    @property
    def name(self) -> str:
        return f"{self.user}@{self.host}"


class Receive(_Section):
    smtp: SmtpIn | None = Field(None, description="listen for SMTP")
    lmtp: SmtpIn | None = Field(None, description="listen for LMTP (RFC 2033); same keys as smtp")
    imap: tuple[Imap, ...] = Field((), description="mailboxes to watch")

    @model_validator(mode="after")
    def _some(self) -> Receive:
        if not (self.smtp or self.lmtp or self.imap):
            raise ValueError("name a way for mail to come in: smtp, lmtp or imap")
        return self


class SmtpOut(Secret):
    host: str = Field(min_length=1, description="the smarthost")
    port: int = Field(587, ge=1, le=65535, description="587 for STARTTLS, 465 for implicit TLS")
    tls: Tls = Field("starttls", description="implicit, starttls, or none (loopback only)")
    ca_file: FilePath | None = Field(None, description="certificates to trust in place of the system's")
    user: str | None = Field(None, description="login name; left out: no login")
    hostname: str | None = Field(None, description="what we call ourselves; left out: the desk's domain")

    @model_validator(mode="after")
    def _safe(self) -> SmtpOut:
        if self.tls == "none" and not _loopback(self.host):
            raise ValueError(f"tls: none would send mail in clear text to {self.host}")
        return self


class Send(_Section):
    smtp: SmtpOut | None = Field(None, description="send through a smarthost")
    maildir: FilePath | None = Field(None, description="for trials and tests: put mail into this Maildir")
    null_sender: bool = Field(
        True, description="auto-replies have an empty envelope sender; false: a bounce address"
    )
    give_up_after: Duration = Field(
        timedelta(days=5), description="how long a mail is tried before it has failed"
    )

    @model_validator(mode="after")
    def _one(self) -> Send:
        if (self.smtp is None) == (self.maildir is None):
            raise ValueError("name one way for mail to go out: smtp or maildir")
        return self


class Agent(_Section):
    id: Id = Field(description="short name, as in #assign bob")
    name: str = Field(min_length=1, max_length=200, description="as customers see it")
    email: Email = Field(
        description="their own address: notices go there, answers come from there; customers never see it"
    )
    teams: tuple[Id, ...] = Field((), description="ids of the teams they are in")
    languages: tuple[Language, ...] = Field(
        (), description="that they speak; the first is that of their notices"
    )
    signature: str = Field("", description="under their answers")
    timezone: Zone | None = Field(None, description="left out: the desk's")
    role: Literal["agent", "lead", "admin"] = Field("agent", description="what they may do")

    @property
    def first_name(self) -> str:
        return self.name.split()[0]


class Team(_Section):
    id: Id = Field(description="short name, as in #team billing")
    name: str = Field(min_length=1, max_length=200, description="as people see it")


class Hours(_Section):
    week: Week = Field(description='such as "Mon-Fri 09:00-18:00"')
    holidays: Country | None = Field(
        None, description="country (and region) whose public holidays are closed: IT, DE-BY"
    )


class Target(_Section):
    first_reply: Duration | None = Field(
        None, description="from the customer's first mail to an agent's answer"
    )
    next_reply: Duration | None = Field(None, description="from a customer's later mail to an agent's answer")
    solve: Duration | None = Field(None, description="from the first mail to solved")


class Targets(Target):
    warn: Share = Field(0.75, description="the first reminder comes at this share of the time")
    by_priority: Mapping[Priority, Target] = Field({}, description="other targets for some priorities")


class When(_Section):
    """All that are given must match; regular expressions, searched, ignoring case."""

    subject: Pattern | None = Field(None, description="the subject")
    sender: Pattern | None = Field(None, description="the From address")
    recipient: Pattern | None = Field(None, description="an address that the mail was sent to")
    body: Pattern | None = Field(None, description="the new words")
    language: Pattern | None = Field(None, description="their language")
    attachment: Pattern | None = Field(None, description="the name of an attached file")


class Set(_Section):
    team: Id | None = Field(None, description="the team that gets it")
    assignee: Id | None = Field(None, description="the agent who gets it")
    category: str | None = Field(None, description="what it is about")
    priority: Priority | None = Field(None, description="how urgent it is")
    tags: tuple[str, ...] = Field((), description="added to its tags")


class Route(_Section):
    name: str | None = Field(None, description="told as the reason; left out: its place in the list")
    when: When = Field(description="what the mail must match")
    set: Set = Field(description="what the ticket gets")
    goes_on: bool = Field(False, alias="continue", description="look at the routes below, too")


class Limits(_Section):
    think_time: Duration = Field(
        timedelta(seconds=10), description="a mail that takes longer to understand is quarantined"
    )
    think_memory: Size = Field(
        768 * 2**20, ge=256 * 2**20, description="so is one that needs more memory than this"
    )


class Config(_Section):
    """The whole of maildesk.yaml."""

    desk: Desk = Field(description="who we are")
    receive: Receive = Field(description="how mail comes in")
    send: Send = Field(description="how mail goes out")
    agents: tuple[Agent, ...] = Field(min_length=1, description="the people who answer")
    teams: tuple[Team, ...] = Field((), description="groups of agents")
    hours: Hours | None = Field(None, description="when the desk is open; left out: always")
    targets: Targets = Field(Targets(), description="promises; reminders come before and at their end")
    routes: tuple[Route, ...] = Field(
        (), description="the first that matches wins, unless it says continue: true"
    )
    limits: Limits = Field(Limits(), description="what one mail may cost")

    _path: Path = PrivateAttr(default=Path())

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

    def trusted(self, source: str) -> tuple[str, ...]:
        """The authserv-ids believed for mail from this source (RFC 8601 §5)."""
        if source.startswith("imap:"):
            return next((a.trust_authserv for a in self.receive.imap if f"imap:{a.name}" == source), ())
        smtp = self.receive.lmtp if source == "lmtp" else self.receive.smtp
        return smtp.trust_authserv if smtp else ()
