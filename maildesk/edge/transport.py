"""What leaves the desk, how it may end, and what a way out must promise.

Shared by the sending leg (``outbox``) and the ways out (``smtp_out``, ``maildir_out``), so that
neither knows the other. The words of peers pass through here on their way to logs, tables and
mails: one printable line, never more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

LONGEST_ERROR = 500  # characters
LONGEST_ADDRESS = 254  # octets, RFC 5321 §4.5.3.1.3 less the angle brackets


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A due row of the outbox: one mail to one recipient; ``envelope_from`` "" is the null sender."""

    id: int
    envelope_from: str
    envelope_to: str
    raw: bytes
    attempts: int  # that ended in a deferral
    created_at: datetime
    message_id: str


@dataclass(frozen=True, slots=True)
class Sent:
    reply: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not now. ``connection`` says that no mail could have passed: this one is not to blame."""

    error: str
    connection: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """Never. ``reached`` is False where we refused by ourselves and asked nobody."""

    error: str
    reached: bool = True


Outcome = Sent | Deferred | Refused


class Transport(Protocol):
    """A way out. ``name`` is what the admins are told of: "smtp:mail.acme.example"."""

    @property
    def name(self) -> str: ...

    async def send(self, mail: Outgoing) -> Outcome:
        """Never raises for what a peer, a network or a disk does."""

    async def close(self) -> None:
        """Lets go of what is idle now, and of the rest as soon as its mail has ended."""


def one_line(text: str) -> str:
    """A peer's words made safe for a log, a table and a mail: one printable line, cut."""
    printable = "".join(char if char.isprintable() else " " for char in text[: 4 * LONGEST_ERROR])
    return " ".join(printable.split())[:LONGEST_ERROR]


def bad_envelope(mail: Outgoing) -> str:
    """Why no transport may be shown this envelope, or ""; a line break in it would be a command."""
    if not mail.envelope_to:
        return "no recipient"
    for address in (mail.envelope_from, mail.envelope_to):
        if not address.isprintable():
            return one_line(f"an address with control characters: {address!r}")
        if len(address.encode()) > LONGEST_ADDRESS:
            return one_line(f"an address of more than {LONGEST_ADDRESS} octets: {address[:40]!r}…")
    return ""
