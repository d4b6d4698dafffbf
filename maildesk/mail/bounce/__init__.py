"""Delivery failures: what mail systems send back when a mail of ours did not arrive.

Reads reports by their structure first (RFC 3464, RFC 6533), then the plain-text kinds that hundreds of mail
systems write. Refuses what is no failure although a machine sent it: absence notes, receipts (RFC 8098),
complaints (RFC 5965), challenges; and a bounce that a person quotes or forwards. Never raises. What it says
may be forged: whether a bounce is about a mail of ours is for others to check.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

from maildesk.mail import fields as header
from maildesk.mail import mime
from maildesk.mail.bounce import diagnosis, prose, report
from maildesk.mail.bounce.suspicion import STATUS_TYPES, Sender, Suspicion, suspect
from maildesk.mail.fields import Fields
from maildesk.mail.mime import Part
from maildesk.model import Bounce

_HEADER_TYPES = ("text/rfc822-headers", "text/rfc822-header", "message/rfc822-headers", "message/global-headers")
_COPY_TYPES = (*mime.MESSAGES, *_HEADER_TYPES)
_MESSAGE_ID = re.compile(r"(<[^<>\s]{1,900}>)")
_MESSAGE_ID_FIELD = re.compile(
    r"^[ \t>|*]{0,20}message-id[ \t]{0,9}:\s{0,9}(<[^<>\s]{1,900}>)", re.IGNORECASE | re.MULTILINE
)
_HEADER = re.compile(
    r"^[A-Z][A-Za-z0-9-]{1,60}[ \t]{0,9}:[^\n]*\n(?:[ \t]+\S|[A-Za-z][A-Za-z0-9-]{1,60}[ \t]{0,9}:)", re.MULTILINE
)
_LIMIT = 64 * 1024


def read(raw: bytes, root: Part, fields: Fields) -> Bounce | None:
    """The delivery failure (or delay, or receipt of delivery) that a mail reports; None when it is none.

    ``root`` is ``raw``'s tree and ``fields`` its header. Of several recipients it is the first that failed.
    """
    suspicion = suspect(fields, root)
    if suspicion is None:
        return None
    parts = list(_notice_parts(root))
    said, below = prose.notice(_text(raw, parts))
    copy = _copied_header(raw, parts, below)
    found = _from_status(raw, parts, said)
    if found is None:
        if not _is_bounce(suspicion, said, copy):
            return None
        found = _from_prose(said, fields)
    recipient = found.recipient or _recipient(said, fields, copy)
    return dataclasses.replace(
        found,
        recipient=recipient,
        diagnostic=found.diagnostic or prose.diagnostic(said, recipient),
        original_message_id=_message_id(copy, f"{below}\n{said}", fields),
    )


def _is_bounce(suspicion: Suspicion, said: str, copy: Fields | None) -> bool:
    """Whether the witnesses suffice: a mail system's word needs a second one, a person's two more."""
    if suspicion.report or suspicion.failed:
        return True
    if not suspicion.subject and prose.is_challenge(said):
        return False
    returned = copy is not None and ("received" in copy or "message-id" in copy)  # no mere quotation
    evident = returned or diagnosis.has_code(said)
    named = evident or bool(prose.addresses(said))
    sender, subject = suspicion.sender, suspicion.subject
    if sender is Sender.DAEMON:
        return subject or named or prose.speaks_of_failure(said)
    if sender is Sender.PERSON:  # who pastes a bounce says so first
        return subject and named and prose.speaks_of_mail(said.strip()[:400]) and not prose.is_letter(said)
    if subject:
        told = prose.speaks_of_mail(said) or (named and prose.speaks_of_failure(said))
        return not said.strip() or evident or told
    sure = evident if sender is Sender.NULL else named and not prose.is_letter(said)
    return sure and prose.speaks_of_mail(said)


def _from_status(raw: bytes, parts: list[Part], said: str) -> Bounce | None:
    """What the parts for machines say; of InterMail's two the first is prose."""
    for part in parts[:20]:
        if part.media_type in STATUS_TYPES:
            found = report.read(mime.content(raw, part), said)
            if found:
                return found
    return None


def _from_prose(said: str, fields: Fields) -> Bounce:
    delayed = diagnosis.is_delay(f"{fields.get('Subject')}\n{said}")
    status = diagnosis.status(said)
    return Bounce(
        recipient="",
        status=f"4{status[1:]}" if delayed and status else status,
        action="delayed" if delayed else "failed",
        diagnostic="",
        permanent=status.startswith("5") and not delayed,
    )


def _recipient(said: str, fields: Fields, copy: Fields | None) -> str:
    """Who was not reached, from the header, the notice, or the mail that came back."""
    failed = prose.recipient(fields.get("X-Failed-Recipients")[:1000], frozenset())
    ours = prose.addresses("".join(fields.raw(name)[:1000] for name in ("To", "From", "Reply-To", "Delivered-To")))
    written = prose.recipient(copy.raw("To")[:1000], frozenset()) if copy else ""
    return failed or prose.recipient(said, ours) or written or prose.only_address(said, ours)


def _copied_header(raw: bytes, parts: list[Part], below: str) -> Fields | None:
    """The header of the mail that came back: as a part of its own, or as text below the notice."""
    for part in parts[:20]:
        if part.media_type in mime.MESSAGES and part.children:
            return part.children[0].fields
        if part.media_type in _COPY_TYPES:
            data = mime.content(raw, part)[:_LIMIT].replace(b"\r", b"")
            return header.read(data, 0, len(data)).fields
    start = _HEADER.search(below)
    if not start:
        return None
    data = below[start.start() :].encode("utf-8", "replace")
    return header.read(data, 0, len(data)).fields


def _message_id(copy: Fields | None, text: str, fields: Fields) -> str:
    """That of the mail that came back; Gmail and Exchange tell it in In-Reply-To when they return nothing."""
    for written in (copy.raw("Message-ID") if copy else "", fields.raw("In-Reply-To")):
        found = _MESSAGE_ID.search(written[:1000])
        if found:
            return found[1]
    loose = _MESSAGE_ID_FIELD.search(text)
    return loose[1] if loose else ""


def _notice_parts(part: Part, depth: int = 0) -> Iterator[Part]:
    """The leaves of the report itself; a returned mail is one leaf."""
    if part.media_type.startswith("multipart/") and depth < 10:
        for child in part.children[:20]:
            yield from _notice_parts(child, depth + 1)
    else:
        yield part


def _text(raw: bytes, parts: list[Part]) -> str:
    """What there is to read above the returned mail: plain text, else HTML, else InterMail's prose."""
    readable = [part for part in parts if part.media_type.startswith("text/") and part.media_type not in _COPY_TYPES]
    plain = [mime.text(raw, part)[: prose.LIMIT] for part in readable[:3] if part.media_type != "text/html"]
    if "".join(plain).strip():
        return "\n\n".join(plain)
    marked_up = [prose.untag(mime.text(raw, part)) for part in readable[:3] if part.media_type == "text/html"]
    status = [mime.text(raw, part)[: prose.LIMIT] for part in parts[:3] if part.media_type in STATUS_TYPES]
    return "\n\n".join(marked_up or status[:1])
