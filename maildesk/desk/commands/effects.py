"""What a command is, and what it asks for. A family of commands is one file; `table` lists them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from maildesk.config import Agent
from maildesk.desk.commands.grammar import Argument
from maildesk.desk.letters import Desk
from maildesk.model import AddTag, Field, RemoveTag, SetField, Status, Step, Ticket


class Refusal(Exception):
    """A command that cannot be carried out, in a person's words; ``argument`` is where the caret goes."""

    def __init__(self, what: str, argument: Argument | None = None, suggestion: str = "") -> None:
        super().__init__(what)
        self.what, self.argument, self.suggestion = what, argument, suggestion


@dataclass(frozen=True, slots=True)
class Canned:
    """A canned answer that was asked for, with the agent's key=value pairs."""

    name: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Effects:
    """What commands ask for: steps on the ticket, and what becomes of the words below them."""

    steps: tuple[Step, ...] = ()
    status: Status | None = None
    private: bool = False
    canned: Canned | None = None
    given_to: str | None = None  # the agent who is to be told that the ticket is theirs
    given_to_team: str | None = None
    help: bool = False

    def __add__(self, other: Effects) -> Effects:
        """Both; Refusal where they contradict each other."""
        for one, two, what in ((self.status, other.status, "status"), (self.canned, other.canned, "canned answer")):
            if one is not None and two is not None and one != two:
                raise Refusal(f"an earlier command has set another {what}")
        return Effects(
            steps=self.steps + other.steps,
            status=self.status or other.status,
            private=self.private or other.private,
            canned=self.canned or other.canned,
            given_to=other.given_to or self.given_to,
            given_to_team=other.given_to_team or self.given_to_team,
            help=self.help or other.help,
        )


@dataclass(frozen=True, slots=True)
class Call:
    """One command's call: on which ticket, by whom, with what."""

    desk: Desk
    actor: str  # an agent's id, or "admin" for the shell
    agent: Agent | None
    on: Ticket | None
    arguments: Sequence[Argument] = ()

    @property
    def ticket(self) -> Ticket:
        """The ticket; Refusal where the mail was sent to no ticket's address."""
        if self.on is None:
            raise Refusal("this needs a ticket: answer one of its notices")
        return self.on

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
            case _:
                pass
    return ticket
