"""The sections on time: `hours`, `targets`, `escalations`, `silence`, `recurring`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from maildesk.config.cron import CronLine
from maildesk.config.dates import DaysText, OpeningText, parse_days
from maildesk.config.section import Section
from maildesk.config.values import Country, Duration, Email, Id, Language, Name, Share, Week, Zone, parse_customer
from maildesk.model import Priority

Clock = Literal["first_reply", "next_reply", "solve"]
CLOCKS: tuple[Clock, ...] = ("first_reply", "next_reply", "solve")
LEAD, TEAM = "lead", "team"
"""Whom an escalation may tell, besides agents by their ids."""

Customer = Annotated[str, BeforeValidator(parse_customer)]


class Closed(Section):
    """Written as its days alone, too."""

    days: DaysText = Field(description="a day, of one year or of each, or from one to another", examples=["12-31"])
    name: Name | None = Field(None, description="what it is", examples=["New Year's Eve"])
    words: Mapping[Language, str] = Field(
        {}, description="what customers are told of it, per language", examples=[{"en": "We are at our summer party."}]
    )

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        days: dict[str, Any] = {"type": "string"}
        return {"anyOf": [days, handler(core)]}


def _written_alone(value: object) -> object:
    return {"days": value} if isinstance(value, str) else value


class Hours(Section):
    week: Week = Field(
        description="when people are there; 22:00-06:00 lasts over midnight",
        examples=["Mon-Fri 09:00-13:00 14:00-18:00, Sat 09:00-12:00"],
    )
    timezone: Zone | None = Field(
        None, description="whose clock that is; left out: the desk's, or the agent's", examples=["Europe/Rome"]
    )
    holidays: Country | None = Field(
        None, description="country (and region) whose public holidays are closed: IT, DE-BY", examples=["IT"]
    )
    closed: tuple[Annotated[Closed, BeforeValidator(_written_alone)], ...] = Field(
        (),
        description="further days on which nobody is there; with words: {en: …} customers are told more of it",
        examples=[["2026-12-24", {"days": "08-10/08-21", "name": "summer"}]],
    )
    open: tuple[OpeningText, ...] = Field(
        (), description="days on which people are there after all", examples=[["12-08", "2026-12-24 09:00-13:00"]]
    )

    def closed_on(self, day: date) -> Closed | None:
        """What is told of a day that was named as closed; None of any other day, of public holidays too."""
        return next((closed for closed in self.closed if day in parse_days(closed.days)), None)


class Target(Section):
    first_reply: Duration | None = Field(
        None, description="from the customer's first mail to an agent's answer", examples=["4h"]
    )
    next_reply: Duration | None = Field(
        None, description="from a customer's later mail to an agent's answer", examples=["8h"]
    )
    solve: Duration | None = Field(None, description="from the first mail to solved", examples=["3d"])

    def of(self, clock: Clock) -> Any:
        """How long that may take; None: nothing is said of it."""
        return getattr(self, clock)


class TicketWhen(Section):
    """What a ticket is. All that are given must match."""

    priority: Priority | None = Field(None, description="its priority", examples=["urgent"])
    team: Id | None = Field(None, description="its team", examples=["billing"])
    tag: str | None = Field(None, description="a tag that it has", examples=["vip"])
    customer: Customer | None = Field(
        None,
        description="whose it is: an address, a domain, or .acme.example for all in that domain",
        examples=["acme.example"],
    )


class TargetRule(Target):
    when: TicketWhen = Field(description="which tickets it is for", examples=[{"tag": "vip"}])


class Targets(Target):
    warn: Share = Field("75%", description="the first reminder comes at this share of the time", validate_default=True)
    by_priority: Mapping[Priority, Target] = Field(
        {}, description="other targets for some priorities", examples=[{"urgent": {"first_reply": "1h"}}]
    )
    rules: tuple[TargetRule, ...] = Field(
        (),
        description="other targets for some tickets: for each time the first rule that matches and names it, "
        "before by_priority",
        examples=[[{"when": {"customer": "acme.example"}, "first_reply": "2h"}]],
    )
    pause: Literal["pending", "never"] = Field(
        "pending", description="whether next_reply and solve stand still while we wait for the customer"
    )
    quiet: Literal["hours", "none"] = Field(
        "hours", description="whether reminders outside of an agent's hours wait until these begin"
    )
    loud: tuple[Priority, ...] = Field((), description="priorities that never wait so", examples=[["urgent"]])


class Change(Section):
    """What becomes of a ticket."""

    assignee: Id | None = Field(None, description="the agent who gets it", examples=["alice"])
    team: Id | None = Field(None, description="the team that gets it", examples=["technical"])
    priority: Priority | None = Field(None, description="how urgent it is then", examples=["urgent"])
    tags: tuple[str, ...] = Field((), description="added to its tags", examples=[["late"]])


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


_ONE_OR_MORE = WithJsonSchema({"type": ["string", "array"], "items": {"type": "string"}})


class Escalation(Section):
    of: Clock = Field(description="what has not come: first_reply, next_reply or solve", examples=["first_reply"])
    after: Duration = Field(
        description="in how long a time: from the same moment on as the target, which is shorter", examples=["6h"]
    )
    when: TicketWhen = Field({}, description="which tickets it is for; left out: all", validate_default=True)
    set: Change = Field({}, description="what becomes of the ticket", validate_default=True)
    tell: Annotated[tuple[Id, ...], BeforeValidator(_one_or_more), _ONE_OR_MORE] = Field(
        (), description="who hears of it: lead (the team's leads, else all), team, ids of agents", examples=["bob"]
    )
    name: Id | None = Field(None, description="told as the reason; left out: its place in the list", examples=["late"])


class Silence(Section):
    begins: Literal["pending", "answer"] = Field(
        "pending", description="when we begin to wait for a customer: at #pending, or at any answer"
    )
    remind: tuple[Duration, ...] = Field(
        (), description="they are asked again after so long without an answer of theirs", examples=[["3d", "7d"]]
    )
    solve_after: Duration | None = Field(
        None, description="after so long it is solved, with a friendly mail", examples=["10d"]
    )
    close_after: Duration | None = Field(
        None, description="what is solved is closed after so long without a word", examples=["14d"]
    )


class Recurring(Section):
    name: Id = Field(description="a name of its own", examples=["backup-check"])
    cron: CronLine = Field(
        description="when, by the desk's clock: minute, hour, day, month, weekday", examples=["0 9 1 * *"]
    )
    subject: Name = Field(description="the ticket's subject", examples=["Monthly check of the backups"])
    text: str = Field(
        min_length=1,
        description="what is to be done; agents read it, no customer does",
        examples=["Restore one file of each."],
    )
    customer: Email | None = Field(
        None,
        alias="for",
        description="the customer whose ticket it is; left out: nobody outside",
        examples=["ann@customer.example"],
    )
    team: Id | None = Field(None, description="the team that gets it", examples=["technical"])
    assignee: Id | None = Field(None, description="the agent who gets it", examples=["alice"])
    category: str | None = Field(None, description="what it is about", examples=["upkeep"])
    priority: Priority = Field(Priority.NORMAL, description="how urgent it is")
    tags: tuple[str, ...] = Field((), description="its tags", examples=[["check"]])
