"""Mail on standard input, from an MTA's alias: its octets mended, its envelope found.

The envelope comes from what the caller says, else from the variables that Postfix's local(8), Exim
and qmail set for a command, else from the fields that a delivering server writes on top. Knows no
store, and never raises on what is in a mail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from maildesk.edge import imap_envelope
from maildesk.model import RawMail


@dataclass(frozen=True, slots=True)
class Told:
    """What the caller says of the envelope; None and () are what it leaves unsaid."""

    sender: str | None = None
    recipients: tuple[str, ...] = ()


def mail(octets: bytes, told: Told, variables: Mapping[str, str], now: datetime) -> RawMail:
    """The mail with its envelope. Who runs us is trusted to have checked it."""
    raw = mended(octets)
    sender, recipients = _from_variables(variables)
    wrote_sender, wrote_recipients = imap_envelope.envelope(raw)
    known = (address for address in (told.sender, sender, wrote_sender) if address is not None)
    return RawMail(
        raw=raw,
        source="pipe",
        received_at=now,
        envelope_from=next(known, None),
        envelope_to=told.recipients or recipients or wrote_recipients,
        relay=True,
    )


def mended(octets: bytes) -> bytes:
    """Without the mbox "From " line that some MTAs put above, and with CRLF at every line's end."""
    if octets.startswith((b"From ", b">From ")):
        octets = octets.partition(b"\n")[2]
    return octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _from_variables(variables: Mapping[str, str]) -> tuple[str | None, tuple[str, ...]]:
    """SENDER counts only where a RECIPIENT says that an MTA is at work."""
    original, recipient = variables.get("ORIGINAL_RECIPIENT", ""), variables.get("RECIPIENT", "")
    found = tuple(dict.fromkeys(a for a in (original, _extended(recipient, variables)) if "@" in a and _bare(a)))
    if not recipient:
        return None, found
    sender = variables.get("SENDER")
    if sender is None or not _bare(sender):
        return None, found
    # Postfix names the null sender so.
    return "" if sender in ("<>", "") or sender.casefold() == "mailer-daemon" else sender, found


def _extended(recipient: str, variables: Mapping[str, str]) -> str:
    """With the extension that an alias took away: support+t… arrives as support and EXTENSION."""
    extension, (local, at, domain) = variables.get("EXTENSION", ""), recipient.rpartition("@")
    if not extension or not at or local.casefold().endswith(f"+{extension}".casefold()):
        return recipient
    return f"{local}+{extension}@{domain}"


def _bare(address: str) -> bool:
    """Whether it can stand in the store's list, which has a space between addresses."""
    return address.isprintable() and " " not in address
