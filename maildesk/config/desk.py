"""The section `desk`: who we are, and how we treat those who write to us."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, PrivateAttr, model_validator

from maildesk.config.brands import Brand, check_reply_address, with_token
from maildesk.config.section import Rate, Section
from maildesk.config.values import Duration, Email, FilePath, Language, Name, Size, Zone


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
    unseen: Literal["send", "hold"] = Field(
        "send",
        description="an answer written before the customer's latest mail was seen: send it and keep the ticket open, "
        "or hold it until #send (a colleague's answer in between always holds it)",
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
    auto_reply_day_limit: Rate = Field(
        {"count": 10, "per": "1d"},
        description="the same over a longer time: for robots that answer slowly",
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

    _brands: tuple[Brand, ...] = PrivateAttr(())

    @model_validator(mode="after")
    def _reply_form(self) -> Desk:
        if self.reply_address is not None:
            check_reply_address(self.reply_address)
        return self

    def take_in(self, brands: tuple[Brand, ...]) -> None:
        """Told once, by the configuration that both are of: these brands' addresses are the desk's own."""
        self._brands = brands

    @cached_property
    def reply_form(self) -> str:
        """The reply address with `{token}` in its place, or without one where `+` is not to be had."""
        return self.reply_address or with_token(self.address)

    @property
    def houses(self) -> tuple[Desk | Brand, ...]:
        """The desk under its own name, and its brands."""
        return (self, *self._brands)

    @cached_property
    def domain(self) -> str:
        return self.address.rpartition("@")[2].lower()

    @cached_property
    def domains(self) -> Mapping[str, str]:
        """The desk's domain and its brands', and whose address is there."""
        return {house.address.rpartition("@")[2].casefold(): house.address for house in reversed(self.houses)}

    def house_of(self, address: str) -> Desk | Brand:
        """Whose plain or reply address this is; the desk itself for anything else."""
        key = address.casefold()
        owner = next((h for h in self.houses if any(key == plain.casefold() for plain in _plain(h))), None)
        return owner or next((h for h in self.houses if _is_reply(key, h.reply_form.casefold())), self)

    @cached_property
    def addresses(self) -> Mapping[str, str]:
        """Every plain address of the desk: casefolded, and as it is configured."""
        return {plain.casefold(): plain for house in reversed(self.houses) for plain in _plain(house)}

    @cached_property
    def reply_forms(self) -> tuple[str, ...]:
        """All forms that reply addresses have."""
        return tuple(dict.fromkeys(house.reply_form for house in self.houses if _has_token(house)))

    def is_own(self, address: str) -> bool:
        """Whether mail to ``address`` comes back to this desk: a plain address, or any reply address."""
        key = address.casefold()
        return key in self.addresses or any(_is_reply(key, form.casefold()) for form in self.reply_forms)


def _has_token(house: Desk | Brand) -> bool:
    return "{token}" in house.reply_form


def _plain(house: Desk | Brand) -> tuple[str, ...]:
    return (*(() if _has_token(house) else (house.reply_form,)), *house.aliases, house.address)


def _is_reply(key: str, form: str) -> bool:
    """Whether an address has this form, with a token in it."""
    before, token, after = form.partition("{token}")
    return bool(token) and len(key) > len(before + after) and key.startswith(before) and key.endswith(after)
