"""A mail's octets to what they say: the one door from bytes to :class:`Mail`.

Puts the readers of this room together and decides nothing. Refuses to raise: what could not be read stands in
``Mail.problems``, and whatever was sent some Mail comes back.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache

from maildesk.mail import addresses, attachments, automatic, body, bounce, dates, language, mime, trim
from maildesk.mail.fields import Fields
from maildesk.mail.mime import Part
from maildesk.model import Address, Mail, Problem

_TRACE_LIMIT = 200  # Received and Authentication-Results kept

# What relays put above a mail on its way (RFC 5321 §4.4, RFC 8601), up to the first field of its own.
_LARGE = 2**20  # octets of a file that are not worth being in memory all at once
_ABOVE = re.compile(
    rb"(?:(?:received|return-path|delivered-to|x-original-to|envelope-to|authentication-results|"
    rb"arc-[a-z-]{1,40}|received-spf|x-received|x-envelope-[a-z]{1,9}|x-spam-[a-z-]{1,40}|x-google-smtp-source)"
    rb"[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*|>?from [^\n]*\n)*",
    re.IGNORECASE,
)


def read(raw: bytes) -> Mail:
    """What ``raw`` says, whatever it is."""
    root, problems = mime.split(raw)
    fields = root.fields
    contents = mime.Contents(raw)
    content = body.read(contents, root)
    text = _with_events(content)
    if len(text) >= body.TEXT_LIMIT:
        problems += (Problem("body", f"longer than {body.TEXT_LIMIT} characters: the rest was not read"),)
    reply = trim.reply(content.text or "\n\n".join(content.events), content.html)
    date = dates.parse(fields.get("date")) or next(filter(None, map(dates.parse, fields.all("date")[1:])), None)
    if date is None and "date" in fields:
        problems += (Problem("Date", "names no date that could be read"),)
    message_id = next(iter(addresses.message_ids(fields.raw("message-id"))), "")
    authors = addresses.parse(fields.raw("from"))
    head = (message_id, *[author.key() for author in authors], int(date.timestamp()) if date else None)
    return Mail(
        raw=raw,
        message_id=message_id,
        in_reply_to=addresses.message_ids(fields.raw("in-reply-to")),
        references=addresses.message_ids(" ".join(fields.raw_all("references"))),
        date=date,
        from_=authors,
        sender=addresses.parse(fields.raw("sender")),
        reply_to=_mailboxes(fields, "reply-to"),
        to=_mailboxes(fields, "to"),
        cc=_mailboxes(fields, "cc"),
        delivered_to=_delivered_to(fields),
        return_path=_return_path(fields),
        subject=fields.get("subject"),
        text=text,
        html=content.html,
        reply=reply,
        language=language.detect(reply.text),
        attachments=content.attachments,
        automatic=automatic.why(fields),
        mailing_list=automatic.mailing_list(fields),
        bounce=bounce.read(raw, root, fields),
        spam=automatic.spam(fields),
        desk_mark=fields.get("x-maildesk-desk"),
        trace=fields.only("received", "authentication-results")[:_TRACE_LIMIT],
        digest=_digest(head, contents, root) if message_id else _digest_of_octets(raw),
        problems=problems,
    )


def attachment(raw: bytes, part: str) -> bytes:
    """The octets of an :class:`Attachment` by its ``part``; raises KeyError when there is no such part."""
    return attachments.octets(raw, _tree(raw), part)


@lru_cache(maxsize=1)  # who opens one attachment opens the next: a mail of a thousand parts is split once
def _tree(raw: bytes) -> Part:
    return mime.split(raw)[0]


def fingerprint(mail: Mail) -> str:
    """The same for the same mail, however it came: hexadecimal.

    With a Message-ID that is the Message-ID, From, Date and the decoded content, so that a relay's other transfer
    encoding or a second recipient's trace makes no other mail; without, the octets below the trace fields.
    """
    return mail.digest


def _digest(head: tuple[str | int | None, ...], contents: mime.Contents, root: Part) -> str:
    digest = hashlib.sha256("".join([f"{word}\n" for word in head]).encode())
    for part in root.walk():
        if not part.children:
            size, pieces = _content(contents, part)
            digest.update(b"%d\n" % size)
            for piece in pieces:
                digest.update(piece)
    return digest.hexdigest()


def _content(contents: mime.Contents, part: Part) -> tuple[int, Iterable[bytes | memoryview]]:
    """What a leaf means, however it is encoded: its length, and its octets in pieces."""
    if part.end - part.start > _LARGE and not part.media_type.startswith("text/"):
        return mime.measured(contents.raw, part)
    octets = contents.octets(part)
    content = _as_any_relay_has_it(octets) if part.media_type.startswith("text/") else octets
    return len(content), (content,)


def _as_any_relay_has_it(text: bytes) -> bytes | memoryview:
    """With newlines for line ends, and without white space at its end: that without copying a large page."""
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n")
    last = text[-100:]
    kept = len(last.rstrip())
    return memoryview(text)[: len(text) - len(last) + kept] if kept else text.rstrip()


def _digest_of_octets(raw: bytes) -> str:
    raw = raw.replace(b"\r\n", b"\n")
    above = _ABOVE.match(raw)
    return hashlib.sha256(raw[above.end() if above else 0 :]).hexdigest()


def _with_events(content: body.Body) -> str:
    """All there is to read, and below it the events of its calendar parts that it does not tell itself."""
    text = content.whole()
    told = [event for event in content.events if event and event.split("\n")[0] not in text]
    return "\n\n".join(filter(None, (text, *told))) if told else text


def _mailboxes(fields: Fields, name: str) -> tuple[Address, ...]:
    return addresses.parse_all(fields.raw_all(name)) if name in fields else ()


def _delivered_to(fields: Fields) -> tuple[str, ...]:
    found = fields.only("delivered-to", "x-original-to", "envelope-to")
    return tuple([address.email for _, value in found for address in addresses.parse(value)])[: addresses.LIMIT]


def _return_path(fields: Fields) -> str | None:
    """The envelope sender as the last relay wrote it: "" for the null sender, None when it did not."""
    if "return-path" not in fields:
        return None
    found = addresses.parse(fields.raw("return-path"))
    return found[0].email if found else ""
