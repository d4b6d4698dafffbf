"""The envelope that a mail in a mailbox had, from the fields the delivering server wrote on top.

Looks at the first header block alone, at no more than 64 KiB of it, and never raises. It does not
say whom to believe: anyone can write these fields. RFC 5321 §4.4 (Return-Path), RFC 9228
(Delivered-To); X-Original-To is Postfix's, Envelope-To Exim's.
"""

from __future__ import annotations

from collections.abc import Iterator

LIMIT = 64 * 1024
RECIPIENTS = 20
_TO = frozenset({b"delivered-to", b"x-original-to", b"envelope-to"})


def envelope(raw: bytes) -> tuple[str | None, tuple[str, ...]]:
    """Sender ("" for the null one, None when unsaid or unreadable) and recipients, top first."""
    sender: str | None = None
    unsaid = True
    recipients: dict[str, None] = {}
    for name, value in _fields(raw):
        if name == b"return-path" and unsaid:
            sender, unsaid = _sender(value), False
        elif name in _TO:
            for part in value.split(b","):
                address = _address(part)
                if address and len(recipients) < RECIPIENTS:
                    recipients[address] = None
    return sender, tuple(recipients)


def _fields(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Unfolded fields of the top header block; an mbox "From " line or rubbish has no name."""
    name, lines = b"", list[bytes]()
    for line in raw[:LIMIT].splitlines():
        if not line:
            break
        if line[:1] in b" \t":
            lines.append(line)
            continue
        if name:
            yield name, b"".join(lines)
        name, colon, value = line.partition(b":")
        name, lines = name.strip().lower() if colon else b"", [value]
    if name:
        yield name, b"".join(lines)


def _sender(value: bytes) -> str | None:
    # qmail bounces its bounces from <#@[]>, which nobody has.
    if value.strip() in (b"<>", b"<#@[]>"):
        return ""
    return _address(value) or None


def _address(value: bytes) -> str:
    """The address between angle brackets or alone; "" for local users, ezmlm's "mailing list x@y"."""
    text = value.decode("utf-8", "replace").strip()
    if text.startswith("<") and text.endswith(">"):
        text = text[1:-1]
    if text.startswith("@"):  # a source route, RFC 5321 §4.1.1.3
        text = text.rpartition(":")[2]
    local, at, domain = text.rpartition("@")
    if not (local and at and domain) or len(text) > 320 or "\ufffd" in text:
        return ""
    return text if text.isprintable() and not any(c in text for c in " <>") else ""
