"""The sections on people and work: `agents`, `teams`, `hours`, `targets`, `routes`, `origins`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from maildesk.config.section import Section
from maildesk.config.values import Country, Duration, Email, Id, Language, Name, Pattern, Share, Spellings, Week, Zone
from maildesk.model import Priority


class Agent(Section):
    id: Id = Field(description="short name, as in #assign bob", examples=["alice"])
    name: Name = Field(description="as customers see it", examples=["Alice Rossi"])
    email: Email = Field(
        description="their own address: notices go there, answers come from there; customers never see it",
        examples=["alice@acme.example"],
    )
    teams: tuple[Id, ...] = Field((), description="ids of the teams they are in", examples=[["billing"]])
    languages: tuple[Language, ...] = Field(
        (), description="that they speak; the first is that of their notices", examples=[["en", "it"]]
    )
    signature: str = Field("", description="under their answers", examples=["Alice\nAcme Support"])
    timezone: Zone | None = Field(None, description="left out: the desk's", examples=["Europe/Rome"])
    role: Literal["agent", "lead", "admin"] = Field("agent", description="what they may do")

    @property
    def first_name(self) -> str:
        return self.name.split()[0]


class Team(Section):
    id: Id = Field(description="short name, as in #team billing", examples=["billing"])
    name: Name = Field(description="as people see it", examples=["Billing"])


class Hours(Section):
    week: Week = Field(description="when people are there, by the desk's clock", examples=["Mon-Fri 09:00-18:00"])
    holidays: Country | None = Field(
        None,
        description="country (and region) whose public holidays are closed: IT, DE-BY",
        examples=["IT"],
    )


class Target(Section):
    first_reply: Duration | None = Field(
        None, description="from the customer's first mail to an agent's answer", examples=["4h"]
    )
    next_reply: Duration | None = Field(
        None, description="from a customer's later mail to an agent's answer", examples=["8h"]
    )
    solve: Duration | None = Field(None, description="from the first mail to solved", examples=["3d"])


class Targets(Target):
    warn: Share = Field("75%", description="the first reminder comes at this share of the time", validate_default=True)
    by_priority: Mapping[Priority, Target] = Field(
        {}, description="other targets for some priorities", examples=[{"urgent": {"first_reply": "1h"}}]
    )


class When(Section):
    """All that are given must match; regular expressions, searched, ignoring case."""

    subject: Pattern | None = Field(None, description="the subject", examples=["invoice|fattura"])
    sender: Pattern | None = Field(None, description="the From address", examples=[r"@bank\.example$"])
    recipient: Pattern | None = Field(None, description="an address that the mail was sent to", examples=["^billing@"])
    body: Pattern | None = Field(None, description="the new words", examples=["refund"])
    language: Pattern | None = Field(None, description="their language", examples=["^it$"])
    attachment: Pattern | None = Field(None, description="the name of an attached file", examples=[r"\.pdf$"])


class Set(Section):
    team: Id | None = Field(None, description="the team that gets it", examples=["billing"])
    assignee: Id | None = Field(None, description="the agent who gets it", examples=["alice"])
    category: str | None = Field(None, description="what it is about", examples=["billing"])
    priority: Priority | None = Field(None, description="how urgent it is", examples=["high"])
    tags: tuple[str, ...] = Field((), description="added to its tags", examples=[["money"]])


class Route(Section):
    when: When = Field(description="all of these must match: regular expressions, searched, ignoring case")
    set: Set = Field(description="what the ticket gets")
    name: str | None = Field(
        None, description="told as the reason; left out: its place in the list", examples=["invoices"]
    )
    goes_on: bool = Field(False, alias="continue", description="look at the routes below, too")


class Labels(Section):
    """Words that stand before a value in the body: before a colon, on the line above it, in the cell beside it."""

    email: Spellings = Field((), description="of their address", examples=[["E-mail", "Email"]])
    name: Spellings = Field((), description="of their name", examples=["Name"])
    subject: Spellings = Field((), description="of the subject; left out: the mail's own", examples=["Topic"])
    words: Spellings = Field(
        (), description="of what they say, to the next label or the end; left out: the whole text", examples=["Message"]
    )


class Origin(Section):
    when: When = Field(description="mail that it is about; it names the sender or the recipient at least")
    name: Name | None = Field(
        None, description="told as the reason; left out: its place in the list", examples=["contact form"]
    )
    person: Literal["body", "reply_to"] = Field("body", description="where their address stands: body or reply_to")
    labels: Labels = Field(
        {}, description="what stands before each value in the body; several spellings as a list", validate_default=True
    )
    fields: tuple[Spellings, ...] = Field(
        (), description="labels of further values: they are kept with the ticket", examples=[["Product", "Error log"]]
    )
    find: Pattern | None = Field(
        None,
        description="a regular expression, searched in the subject, then the body: its groups named email, name, "
        "subject and words are the person's, any other is kept with the ticket",
        examples=[r"call from (?P<phone>\+?[0-9 ]{5,20})"],
    )
