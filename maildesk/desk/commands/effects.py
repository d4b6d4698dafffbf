"""What a command is, and what it asks for. A family of commands is one file; `table` lists them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from maildesk.config import Agent, Config
from maildesk.config.work import ROLES, Role
from maildesk.desk.commands.grammar import Argument
from maildesk.desk.letters import Desk, Parcel
from maildesk.mail.compose import Enclosure
from maildesk.mail.slots import Words
from maildesk.model import (
    AddParticipant,
    Address,
    AddTag,
    Field,
    Look,
    Participant,
    RemoveParticipant,
    RemoveTag,
    SetField,
    SetRequester,
    Status,
    Step,
    Ticket,
    Watch,
)


class Refusal(Exception):
    """A command that cannot be carried out, in a person's words; ``argument`` is where the caret goes."""

    def __init__(self, what: str, argument: Argument | None = None, suggestion: str = "") -> None:
        super().__init__(what)
        self.what, self.argument, self.suggestion = what, argument, suggestion


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the past a command must know: the tickets that it names, and what it asks to see."""

    tickets: tuple[int, ...] = ()
    looks: tuple[Look, ...] = ()


def wants_nothing(asker: Asker) -> Wanted:
    return Wanted()


@dataclass(frozen=True, slots=True)
class Asker:
    """Who calls a command, on which ticket, before anybody is believed or any ticket is known."""

    agent: Agent | None
    ticket_id: int | None
    arguments: Sequence[Argument]
    config: Config

    @property
    def numbers(self) -> tuple[int, ...]:
        """The arguments that are ticket numbers: `12` or `#12`."""
        bare = (argument.text.removeprefix("#") for argument in self.arguments)
        return tuple(int(text) for text in bare if text.isascii() and text.isdigit() and len(text) < 12)


@dataclass(frozen=True, slots=True)
class Canned:
    """A canned answer that was asked for, with the agent's key=value pairs."""

    name: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """An agent's mail once its commands are known: what deeds work with."""

    desk: Desk
    agent: Agent
    ticket: Ticket | None  # as the commands leave it
    words: Words
    files: Sequence[Enclosure] = ()
    entry_id: int | None = None  # as which the words stand on the ticket
    in_reply_to: str = ""  # the agent's mail
    private: bool = False  # the words went to no customer
    inbox_id: int = 0  # of the agent's mail


Dress = Callable[[Parcel], Parcel]
"""Makes another letter of the answer to the customers: an invitation, with the same words."""
Deed = Callable[[Said], Iterator[Step]]
"""What a command does with the words: it may mail something. Raises ComposeError, Unrenderable or Refusal."""

Last = Callable[[Ticket], Iterator[Step]]
"""What a command does when all else is done, to the ticket as that leaves it; Refusal where it cannot be."""


@dataclass(frozen=True, slots=True)
class Effects:
    """What commands ask for: steps on the ticket, and what becomes of the words below them."""

    steps: tuple[Step, ...] = ()
    status: Status | None = None
    private: bool = False  # the words go to no customer
    canned: Canned | None = None
    given_to: str | None = None  # the agent who is to be told that the ticket is theirs
    given_to_team: str | None = None
    escalates: bool = False  # who is told of it hears why
    deeds: tuple[Deed, ...] = ()
    last: tuple[Last, ...] = ()
    alone: str = ""  # the verb, where no other verb of its kind may stand beside it
    help: bool = False
    send: bool = False  # what waits for their word goes now
    undo: bool = False
    preview: bool = False  # nothing is done: the agent is mailed what would be
    later: datetime | None = None  # when all of this is to be done
    confirm: str = ""  # why the agent is asked once more before any of this is done
    opens_for: Address | None = None  # without a ticket: the words open one for this person
    heading: str = ""  # stands above the words on the ticket, not in any mail
    dress: Dress | None = None

    def __add__(self, other: Effects) -> Effects:
        """Both; Refusal where they contradict each other."""
        _agree(self.steps, other.steps)
        _readers(self, other)
        return Effects(
            steps=self.steps + other.steps,
            status=_one(self.status, other.status, "status"),
            private=self.private or other.private,
            canned=_one(self.canned, other.canned, "canned answer"),
            given_to=other.given_to or self.given_to,
            given_to_team=other.given_to_team or self.given_to_team,
            escalates=self.escalates or other.escalates,
            deeds=self.deeds + tuple(deed for deed in other.deeds if deed not in self.deeds),
            last=self.last + other.last,
            alone=_only(self.alone, other.alone),
            help=self.help or other.help,
            send=self.send or other.send,
            undo=self.undo or other.undo,
            preview=self.preview or other.preview,
            later=_one(self.later, other.later, "time to send it"),
            confirm=self.confirm or other.confirm,
            opens_for=_one(self.opens_for, other.opens_for, "customer"),
            heading="\n".join(filter(None, (self.heading, other.heading))),
            dress=_one(self.dress, other.dress, "call"),
        )


_T = TypeVar("_T")


def _one(first: _T | None, second: _T | None, what: str) -> _T | None:
    if first is not None and second is not None and first != second:
        raise Refusal(f"an earlier command has set another {what}")
    return first if first is not None else second


_CHOICES = {
    Field.SUBJECT: "subject",
    Field.PRIORITY: "priority",
    Field.ASSIGNEE: "agent",
    Field.TEAM: "team",
    Field.CATEGORY: "category",
    Field.DUE_AT: "deadline",
    Field.URGENT: "word on whether it is urgent",
}


def _agree(first: Sequence[Step], second: Sequence[Step]) -> None:
    """Refusal where two commands choose two values for one thing."""
    chosen = {(step.ticket_id, step.field): step.value for step in first if isinstance(step, SetField)}
    for step in second:
        match step:
            case SetField(ticket_id=id, field=what, value=value) if what in _CHOICES:
                if chosen.get((id, what), value) != value:
                    raise Refusal(f"an earlier command has set another {_CHOICES[what]}")
            case AddTag(tag=tag) | RemoveTag(tag=tag):
                other = RemoveTag if isinstance(step, AddTag) else AddTag
                if any(isinstance(s, other) and s.tag == tag and s.ticket_id == step.ticket_id for s in first):
                    raise Refusal(f"the tag {tag} is both set and taken away")
            case _:
                pass


def _readers(first: Effects, second: Effects) -> None:
    """Refusal where the words are to stay among agents, and to be mailed to somebody whom the desk asks."""
    kept = [effects.private and not effects.heading for effects in (first, second)]
    asked = [bool(effects.heading) for effects in (first, second)]
    if any(kept) and any(asked):
        raise Refusal("#note keeps the words among agents, and #ask mails them: which of the two?")


def _only(first: str, second: str) -> str:
    if first and second:
        raise Refusal(f"which comes first, #{first} or #{second}? One of them is enough in a mail")
    return first or second


@dataclass(frozen=True, slots=True)
class Call:
    """One command's call: on which ticket, by whom, with what."""

    desk: Desk
    actor: str  # an agent's id, or "admin" for the shell
    agent: Agent | None
    on: Ticket | None
    arguments: Sequence[Argument] = ()
    table: Mapping[str, Verb] = field(default_factory=dict)  # all commands: for one that calls others

    @property
    def ticket(self) -> Ticket:
        """The ticket; Refusal where the mail was sent to no ticket's address."""
        if self.on is None:
            raise Refusal("this needs a ticket: answer one of its notices")
        return self.on

    @property
    def opening(self) -> bool:
        """Whether there is no ticket yet: the mail opens one for somebody else."""
        return self.on is None or self.on.id >= self.desk.facts.next_ticket

    @property
    def words(self) -> list[str]:
        return [argument.text for argument in self.arguments]


@dataclass(frozen=True, slots=True)
class Verb:
    """One row of the table: `#help`, the README's page and the tests' parameters are made of it."""

    name: str
    usage: str
    help: str
    run: Callable[[Call], Effects]
    least: int = 0  # arguments
    most: int = 0
    example: str = ""
    asks: Callable[[Asker], Wanted] = wants_nothing
    reads: bool = False  # changes nothing and mails the agent alone: an expired address is good enough
    role: Role = "agent"  # the least that may call it

    def call(self, call: Call) -> Effects:
        """What the call asks for; Refusal where it may not be made, or cannot be carried out.

        The shell is the admin's; in mail it is the agent's role that counts, at the time it is carried out.
        """
        agent, given = call.agent, call.arguments
        if agent is not None and ROLES.index(agent.role) < ROLES.index(self.role):
            raise Refusal(f"#{self.name} is for {self.role}s: your role is {agent.role}")
        if len(given) < self.least:
            raise Refusal(f"#{self.name} needs more: {self.usage}", suggestion=self.example)
        if len(given) > self.most:
            what = f"#{self.name} takes no more than {self.most} words" if self.most else f"#{self.name} stands alone"
            raise Refusal(
                f"{what}: {self.usage}. A line of words for people must not begin with a command", given[self.most]
            )
        return self.run(call)


def after(ticket: Ticket, steps: Sequence[Step]) -> Ticket:
    """The ticket as it will be once these steps are applied."""
    for step in steps:
        match step:
            case SetField(field=Field.STATUS, value=str(value)):
                ticket = replace(ticket, status=Status(value))
            case SetField(field=changed, value=value):
                known: dict[str, Any] = {changed.value: value}
                ticket = replace(ticket, **known)
            case AddTag(tag=tag):
                ticket = replace(ticket, tags=ticket.tags | {tag})
            case RemoveTag(tag=tag):
                ticket = replace(ticket, tags=ticket.tags - {tag})
            case AddParticipant(participant=person) if ticket.participant(person.email) is None:
                ticket = replace(ticket, participants=(*ticket.participants, person))
            case RemoveParticipant(email=email):
                ticket = replace(ticket, participants=tuple(p for p in ticket.participants if not _is(p, email)))
            case SetRequester(participant=person):
                others = tuple(p for p in ticket.participants if p.role != "requester" and not _is(p, person.email))
                requester = Address(person.name, person.email)
                readers = (person, *others)
                ticket = replace(ticket, requester=requester, participants=readers, revision=ticket.revision + 1)
            case Watch(agent=agent, on=on):
                ticket = replace(ticket, watchers=ticket.watchers | {agent} if on else ticket.watchers - {agent})
            case _:
                pass
    return ticket


def _is(person: Participant, email: str) -> bool:
    return person.email.casefold() == email.casefold()
