"""The desk as the customers of one ticket see it: under its own name, or under a brand's.

Which, the address says that they wrote to (`tickets.mailbox`). Agents see all brands under the desk's own address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from maildesk.config import Agent, Brand, Desk
from maildesk.mail.render import Templates


@dataclass(frozen=True, slots=True)
class Face:
    """A name, an address, and the templates and signature that go with them."""

    name: str
    address: str  # mails to its customers come from here
    reply_form: str
    language: str
    templates: Templates
    url: str = ""
    brand: str = ""  # its name, again; "" for the desk itself
    signature: str = ""  # in place of the agents' own; "": theirs

    def language_for(self, *wishes: str) -> str:
        """The first of these languages that there are templates for, else its own."""
        known = self.templates.languages
        return next((wish for wish in wishes if wish in known), self.language)

    def signed(self, agent: Agent) -> str:
        """The signature under an agent's answer."""
        if not self.signature:
            return agent.signature
        return self.signature.replace("{first_name}", agent.first_name).replace("{name}", agent.name)


def face(desk: Desk, mailbox: str | None, templates: Templates, branded: Mapping[str, Templates]) -> Face:
    """The desk as seen by who wrote to ``mailbox``; ``branded`` are the templates of brands that have their own."""
    house = desk.house_of(mailbox) if mailbox else desk
    address = desk.addresses.get(mailbox.casefold(), house.address) if mailbox else house.address
    if not isinstance(house, Brand):
        return Face(desk.name, address, desk.reply_form, desk.language, templates, desk.url or "")
    return Face(
        name=house.name,
        address=address,
        reply_form=house.reply_form,
        language=house.language or desk.language,
        templates=branded.get(house.id, templates),
        url=house.url or desk.url or "",
        brand=house.name,
        signature=house.signature,
    )
