"""The machine's half of a delivery report: message/delivery-status (RFC 3464, and RFC 6533 beyond ASCII).

Reads what systems make of it: fields without types, a recipient's fields in the message's block, prose in
the fields' place (InterMail). Refuses to read more than 64 KB of it. Never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from maildesk.mail import fields
from maildesk.mail.bounce import diagnosis
from maildesk.model import Bounce

_LIMIT = 64 * 1024
_BLOCKS = 200
_ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")
_BETWEEN = re.compile(rb"\n[ \t\r]*\n\s*")
_TYPE = re.compile(r"^[\w.-]{1,40}\s*;\s*")
_HEX = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_OF_RECIPIENT = ("final-recipient", "original-recipient", "action", "status", "diagnostic-code", "x-actual-recipient")

Block = Mapping[str, str]


def read(content: bytes, notice: str) -> Bounce | None:
    """The first failed recipient of a report, else the first; None where it names none.

    ``notice`` is the text beside it, which tells what its codes leave open.
    """
    found = list(_recipients(content[:_LIMIT]))
    if not found:
        return None
    block = min(found, key=lambda block: _ACTIONS.index(_action(block)))
    action = _action(block)
    diagnostic = _untyped(block.get("diagnostic-code", "")) or _untyped(block.get("x-notes", ""))
    status = diagnosis.status(diagnostic or notice, block.get("status", ""))
    return Bounce(
        recipient=_recipient(block),
        status=status,
        action=action,
        diagnostic=" ".join(diagnostic.split())[:1000],
        permanent=action == "failed" and status.startswith("5"),
    )


def _recipients(content: bytes) -> Iterator[Block]:
    """The per-recipient groups of fields (RFC 3464 §2.3)."""
    for octets in _BETWEEN.split(content.strip(), maxsplit=_BLOCKS)[:_BLOCKS]:
        header = fields.read(octets + b"\n\n", 0, len(octets) + 2, top=False).fields
        block = {name: header.get(name) for name in _OF_RECIPIENT if name in header}
        if block:
            yield block


def _action(block: Block) -> str:
    """The action; where it is missing or unheard of, what the status says."""
    words = block.get("action", "").lower().split()
    word = words[0].strip("();,.") if words else ""
    if word in _ACTIONS:
        return word
    if word.startswith("deliver") or block.get("status", "").lstrip().startswith("2."):
        return "delivered"
    return "delayed" if word.startswith(("delay", "warn")) else "failed"


def _recipient(block: Block) -> str:
    """The original recipient, which is what we wrote, before the final one (RFC 3464 §2.3.1)."""
    names = ("original-recipient", "final-recipient", "x-actual-recipient")
    written = [_address(block[name]) for name in names if name in block]
    return next((address for address in written if "@" in address), next(filter(None, written), ""))


def _address(value: str) -> str:
    address = _untyped(value).strip().strip("<>\"' ")
    if "\\x{" in address:  # utf-8-addr-xtext, RFC 6533 §3
        address = _HEX.sub(lambda match: _character(match[1]), address)
    return address.split()[0][:320] if address else ""


def _character(code: str) -> str:
    point = int(code, 16)
    return chr(point) if 0x20 < point < 0x110000 and not 0xD800 <= point < 0xE000 else ""


def _untyped(value: str) -> str:
    return _TYPE.sub("", value.strip(), count=1)
