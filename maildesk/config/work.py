"""The sections on people and work: `agents`, `teams`, `routes`, `origins`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from maildesk.config.section import Section
from maildesk.config.time import Hours
from maildesk.config.values import Domains, Email, Id, Language, Name, Pattern, Spellings, WeekHours, Zone
from maildesk.model import Priority

Role = Literal["agent", "lead", "admin"]
ROLES: tuple[Role, ...] = ("agent", "lead", "admin")  # each may do what those before it may


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
    role: Role = Field("agent", description="what they may do: each may do what the one before may")
    hours: Hours | None = Field(
        None, description="when they work, by their own clock; left out: as their team, or the desk"
    )

    @property
    def first_name(self) -> str:
        return self.name.split()[0]


class Team(Section):
    id: Id = Field(description="short name, as in #team billing", examples=["billing"])
    name: Name = Field(description="as people see it", examples=["Billing"])
    assign: Literal["nobody", "round_robin", "least_loaded"] = Field(
        "nobody",
        description="who of them gets a ticket that comes to it: nobody, round_robin (each in turn) or least_loaded "
        "(who has the fewest); whoever is away is left out",
    )
    escalate_to: Id | None = Field(
        None, description="the team that #escalate gives its tickets to when it names none", examples=["technical"]
    )
    hours: Hours | None = Field(None, description="when it works; left out: as the desk")


class When(Section):
    """What a mail is. All that are given must match; regular expressions, searched, ignoring case."""

    subject: Pattern | None = Field(None, description="the subject", examples=["invoice|fattura"])
    sender: Pattern | None = Field(None, description="the From address", examples=[r"@bank\.example$"])
    domain: Domains = Field(
        (),
        description="the From address's domain, one of these; .acme.example is that and all in it",
        examples=[".edu"],
    )
    recipient: Pattern | None = Field(None, description="an address that the mail was sent to", examples=["^billing@"])
    body: Pattern | None = Field(None, description="the new words", examples=["refund"])
    language: Pattern | None = Field(None, description="their language", examples=["^it$"])
    attachment: Pattern | None = Field(
        None, description="the name or the type of an attached file", examples=[r"\.pdf$|^image/"]
    )
    automatic: bool | None = Field(None, description="whether a machine wrote it", examples=[True])
    through_list: bool | None = Field(
        None, alias="list", description="whether it came through a mailing list", examples=[True]
    )


class RouteWhen(When):
    """The same, and what is known of a new ticket alone."""

    field: Mapping[str, Pattern] = Field(
        {},
        description="what a contact form asked for, or the name, email and language that the sender is known by",
        examples=[{"Product": "drill"}],
    )
    hour: WeekHours | None = Field(
        None, description="when it came, by the desk's clock", examples=["Mon-Fri 18:00-09:00, Sat-Sun"]
    )
    closed: bool | None = Field(None, description="whether it came outside of the desk's hours", examples=[True])


class Set(Section):
    team: Id | None = Field(None, description="the team that gets it", examples=["billing"])
    assignee: Id | None = Field(None, description="the agent who gets it", examples=["alice"])
    category: str | None = Field(None, description="what it is about", examples=["billing"])
    priority: Priority | None = Field(None, description="how urgent it is", examples=["high"])
    tags: tuple[str, ...] = Field((), description="added to its tags", examples=[["money"]])
    language: Language | None = Field(None, description="what its customer is answered in", examples=["it"])
    watchers: tuple[Id, ...] = Field((), description="agents who hear of all that happens on it", examples=[["bob"]])


class Route(Section):
    when: RouteWhen = Field(description="all of these must match: regular expressions, searched, ignoring case")
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
