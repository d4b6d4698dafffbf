"""The section `brands`: the same desk under further names, each with an address and templates of its own.

A brand's addresses are the desk's own everywhere. Which brand a ticket is of, the address says that its
customer wrote to.
"""

from __future__ import annotations

from functools import cached_property

from pydantic import Field, model_validator

from maildesk.config.section import Section
from maildesk.config.values import LONGEST_TOKEN, Email, FilePath, Id, Language, Name, check_address


def check_reply_address(form: str) -> None:
    """ValueError unless ``form`` is an address that may hold `{token}`, with room for one."""
    if form.count("{token}") > 1 or form.replace("{token}", "").count("{"):
        raise ValueError("reply_address may hold {token} once, and no other braces")
    check_address(form.replace("{token}", "x"))
    if "{token}" in form and room_for_token(form) < LONGEST_TOKEN:
        raise ValueError(
            f"reply_address: room for {room_for_token(form)} characters before the @; a token needs {LONGEST_TOKEN}"
        )


def room_for_token(form: str) -> int:
    """How many characters a local part has left (RFC 5321 §4.5.3.1.1)."""
    return 64 - len(form.partition("@")[0].replace("{token}", ""))


def with_token(address: str) -> str:
    """The form of reply addresses where none is configured."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{{token}}@{domain}"


class Brand(Section):
    id: Id = Field(description="short name, of which there is one", examples=["bolt"])
    name: Name = Field(description="what its customers see as the sender's name", examples=["Bolt Tools"])
    address: Email = Field(
        description="its customers write here, and every mail to them comes from here", examples=["help@bolt.example"]
    )
    aliases: tuple[Email, ...] = Field(
        (), description="further addresses that are this brand too", examples=[["sales@bolt.example"]]
    )
    language: Language | None = Field(
        None, description="where a customer's is unknown or has no templates; left out: the desk's", examples=["it"]
    )
    templates: FilePath | None = Field(
        None,
        description="a folder of templates for mails to its customers; what it lacks comes from the desk's",
        examples=["../brands/bolt"],
    )
    signature: str = Field(
        "",
        description="under its answers in place of the agent's own; {name} and {first_name} are the agent's",
        examples=["{first_name}\nBolt Tools"],
    )
    url: str | None = Field(
        None, description="its public web address; left out: the desk's", examples=["https://help.bolt.example"]
    )
    reply_address: str | None = Field(
        None,
        description="form of its reply addresses; left out: its address with +{token}",
        examples=["help+{token}@bolt.example"],
    )

    @model_validator(mode="after")
    def _reply_form(self) -> Brand:
        if self.reply_address is not None:
            check_reply_address(self.reply_address)
        return self

    @cached_property
    def reply_form(self) -> str:
        """The reply address with `{token}` in its place, or without one where `+` is not to be had."""
        return self.reply_address or with_token(self.address)
