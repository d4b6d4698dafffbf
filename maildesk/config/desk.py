"""The section `desk`: who we are, and how we treat those who write to us."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from maildesk.config.section import Rate, Section
from maildesk.config.values import (
    LONGEST_TOKEN,
    Duration,
    Email,
    FilePath,
    Language,
    Name,
    Size,
    Zone,
    check_address,
)


class Desk(Section):
    name: Name = Field(description="what customers see as the sender's name", examples=["Acme Support"])
    address: Email = Field(
        description="customers write here, and every mail to them comes from here",
        examples=["support@acme.example"],
    )
    aliases: tuple[Email, ...] = Field(
        (), description="further addresses that are this desk too", examples=[["help@acme.example"]]
    )
    admins: tuple[Email, ...] = Field(
        (), description="told when the desk itself is unwell", examples=[["ops@acme.example"]]
    )
    language: Language = Field("en", description="used where the customer's is unknown or has no templates")
    timezone: Zone = Field("UTC", description="of the desk, and of agents who name none", examples=["Europe/Rome"])
    url: str | None = Field(
        None, description="public address of the web part, when it is on", examples=["https://help.acme.example"]
    )
    store: FilePath = Field(
        Path("../var/maildesk.db"), description="the SQLite file; every path is relative to this file"
    )
    templates: FilePath | None = Field(
        None,
        description="a folder of templates; what it lacks comes from those that are shipped",
        examples=["../templates"],
    )
    undo_window: Duration = Field(
        "0s",
        description="hold mail to customers this long, so that #undo can take it back",
        examples=["30s"],
        validate_default=True,
    )
    follow_up_after: Duration = Field(
        "14d",
        description="an answer to a ticket closed longer ago than this opens a linked follow-up",
        validate_default=True,
    )
    auto_reply_limit: Rate = Field(
        {"count": 3, "per": "1h"},
        description="auto-replies to one customer address, whatever it sends us",
        validate_default=True,
    )
    auto_reply_desk_limit: Rate = Field(
        {"count": 10000, "per": "1h"}, description="auto-replies of the whole desk", validate_default=True
    )
    auto_reply_max_age: Duration = Field(
        "2d",
        description="IMAP mail older than this (by INTERNALDATE) becomes a ticket, unanswered",
        validate_default=True,
    )
    auto_reply_echo: Literal["verified", "always", "never"] = Field(
        "verified", description="use the sender's own words once who they are is proven; or always, never"
    )
    notice_limit: Rate = Field(
        {"count": 10, "per": "10m"},
        description="notices to one agent; what is beyond is gathered into one mail",
        validate_default=True,
    )
    notice_max_size: Size = Field(
        "10MiB", description="attachments up to this much in all go along in a notice", validate_default=True
    )
    alarm_command: str | None = Field(
        None,
        description="a second way to reach the admins when mail itself is broken; reads the alarm on stdin",
        examples=["/usr/local/bin/page"],
    )
    reply_address: str | None = Field(
        None,
        description='form of reply addresses; left out: address with +{token}; without {token}: no "+" ones',
        examples=["support+{token}@help.acme.example"],
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
            raise ValueError(f"reply_address: room for {room} characters before the @; a token needs {LONGEST_TOKEN}")
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

    def is_own(self, address: str) -> bool:
        """Whether mail to ``address`` comes back to this desk: a plain address, or any reply address."""
        before, token, after = self.reply_form.casefold().partition("{token}")
        key = address.casefold()
        reply = bool(token) and len(key) > len(before + after) and key.startswith(before) and key.endswith(after)
        return key in self.addresses or reply
