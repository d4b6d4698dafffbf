"""Makes mail: the only place that writes a header. What it made, it reads again before it is queued.

Standards: RFC 5322 (form), RFC 2045-2047 (content), RFC 3834 (automatic mail), RFC 6532 (UTF-8
addresses). All content is 7-bit, so that no relay has a reason to rewrite it. It refuses
(`ComposeError`) to make a mail that holds what its recipient must not see, whatever path led here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from maildesk.mail import fields, parse, wire
from maildesk.model import Address

_REFERENCES = 20  # Message-IDs in References; longer ones are cut by Exchange anyway
_SUBJECT = 250  # characters
_NAME = 120
_READ = 5 * 2**20  # octets of a file that are looked into
_WORDS = (".eml", ".ics", ".txt", ".htm", ".html", ".csv", ".md", ".json", ".xml", ".vcf")
_BINARY = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
_SENDABLE = re.compile(r"[^\s\x00-\x1f\x7f<>,;:@\"()\[\]\\]{1,64}@[^\s\x00-\x1f\x7f<>,;:@\"()\\]{1,255}")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")  # printable ASCII without angle brackets, RFC 5322 §3.6.4


class ComposeError(ValueError):
    """A mail that must not be made, in a person's words."""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes along; ``content_id`` is given when the HTML shows it."""

    name: str
    media_type: str
    content: bytes
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one recipient, before it is bytes."""

    message_id: str
    date: datetime
    sender: Address
    to: Address
    subject: str
    text: str
    html: str | None = None
    reply_to: str = ""
    thread: Sequence[str] = ()  # Message-IDs that the recipient's client knows, oldest first
    in_reply_to: str = ""
    auto_submitted: str = ""  # auto-replied, auto-generated; "" for a person's words
    desk: str = ""  # X-Maildesk-Desk, by which desks know each other (and stop)
    enclosures: Sequence[Enclosure] = ()
    calendar: str = ""  # an invitation for this reader alone (`invitation.Invitation`)
    method: str = ""  # of that: REQUEST, CANCEL


Guard = Callable[[str], str]  # a text -> what in it the recipient must not see, or ""


def compose(letter: Letter, guard: Guard) -> bytes:
    """The letter as bytes with CRLF line ends; ComposeError when it may not be sent.

    The same letter gives the same bytes. ``guard`` is asked about every text that its reader can see.
    """
    _check(letter, guard)
    raw = wire.header(_fields(letter)) + _body(letter)
    _read_again(raw, letter)
    return raw


def one_line(text: str, limit: int = _SUBJECT) -> str:
    """Text that is safe in a header: controls and line breaks become spaces, overlong is cut."""
    clean = text[: limit * 4]
    if not clean.isprintable():
        clean = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") else c for c in clean)
    clean = " ".join(clean.split())
    return clean if len(clean) <= limit else clean[: limit - 1].rstrip() + "…"


def _check(letter: Letter, guard: Guard) -> None:
    for text in (letter.subject, letter.text, letter.html or "", letter.sender.name, letter.to.name):
        if found := guard(text):
            raise ComposeError(found)
    if letter.calendar and (found := guard(_invited(letter))):
        raise ComposeError(f"{found}, in the invitation")
    for enclosure in letter.enclosures:
        for text in (enclosure.name, *_visible(enclosure)):
            if found := guard(text):
                raise ComposeError(f"{found}, in the file {file_name(enclosure.name)}")
    for address in (letter.sender.email, letter.to.email, letter.reply_to):
        if address and not sendable(address):
            raise ComposeError(f"{one_line(address)!r} is not an address that mail can be sent to")


def _invited(letter: Letter) -> str:
    """What an invitation says, but for its reader's own reply address, which stands in Reply-To as well."""
    whole = _unfolded(letter.calendar)
    return whole.replace(f"mailto:{letter.reply_to}", "") if letter.reply_to else whole


def sendable(address: str) -> bool:
    """Whether mail can be sent to an address: one @, something on both sides, nothing that needs quotes."""
    return bool(_SENDABLE.fullmatch(address))


def _visible(file: Enclosure) -> Iterator[str]:
    """A file's words, as far as they can be read without opening archives: text of any width, folded or not, mails."""
    if not _is_words(file):
        return
    words = file.content[:_READ].replace(b"\x00", b"").decode("utf-8", "replace")
    yield words
    yield _unfolded(words)
    if file.media_type.startswith("message/") or file.name.lower().endswith(".eml"):
        mail = parse.read(file.content)
        yield from (mail.subject, mail.text, mail.html or "")
        yield from (a.email for a in (*mail.from_, *mail.to, *mail.cc, *mail.reply_to, *mail.sender))


def _unfolded(text: str) -> str:
    """RFC 5545 §3.1 folds within a word."""
    return re.sub(r"\r?\n[ \t]", "", text)


def _is_words(file: Enclosure) -> bool:
    told = file.media_type.startswith(("text/", "message/")) or file.name.lower().endswith(_WORDS)
    return told or not _BINARY.search(file.content[:2000].replace(b"\x00", b""))


def _fields(letter: Letter) -> Iterator[tuple[str, str]]:
    """The header, field by field, each value encoded and folded."""
    plain = all(a.isascii() for a in (letter.to.email, letter.sender.email, letter.reply_to))
    yield "From", wire.mailbox(one_line(letter.sender.name, _NAME), letter.sender.email, plain)
    yield "To", wire.mailbox(one_line(letter.to.name, _NAME), letter.to.email, plain)
    yield "Subject", wire.unstructured("Subject", one_line(letter.subject))
    yield "Date", _date(letter.date)
    yield "Message-ID", letter.message_id
    if letter.reply_to:
        yield "Reply-To", letter.reply_to
    thread = [m for m in letter.thread if _MESSAGE_ID.fullmatch(m)][-_REFERENCES:]
    answers = letter.in_reply_to if _MESSAGE_ID.fullmatch(letter.in_reply_to) else (thread[-1] if thread else "")
    if answers:
        yield "In-Reply-To", answers
        yield "References", "\r\n ".join([*(m for m in thread if m != answers), answers])
    if letter.auto_submitted:
        yield "Auto-Submitted", letter.auto_submitted  # RFC 3834 §5
        yield "X-Auto-Response-Suppress", "All"  # Exchange heeds this one alone
    if letter.desk:
        yield "X-Maildesk-Desk", letter.desk
    yield "MIME-Version", "1.0"


def _date(when: datetime) -> str:
    """In UTC. `email.utils` takes four times as long unless it may call that GMT, as nobody does any more (§4.3)."""
    return format_datetime(when.astimezone(UTC), usegmt=True).removesuffix("GMT") + "+0000"


def _body(letter: Letter) -> bytes:
    """Text and HTML, what the HTML shows beside it, and the files around both (RFC 2046 §5.1)."""
    shown = [e for e in letter.enclosures if e.content_id and letter.html is not None]
    files = [e for e in letter.enclosures if e not in shown]
    boundary = wire.Boundaries(letter.message_id)
    ways = [wire.text("plain", _lines(letter.text))]
    if letter.html is not None:
        html = wire.text("html", _lines(letter.html))
        if shown:
            html = wire.multipart("related", [html, *(_enclosed(e) for e in shown)], boundary)
        ways.append(html)
    if letter.calendar:  # with its method in the type: so Outlook and Gmail offer to answer (RFC 6047 §2.4)
        ways.append(wire.text(f"calendar; method={letter.method}", letter.calendar.replace("\r\n", "\n")))
    whole = wire.multipart("alternative", ways, boundary) if len(ways) > 1 else ways[0]
    enclosed = [_enclosed(e) for e in files]
    if letter.calendar:  # once more as a file: Apple Mail on a phone, and whoever wants to keep it
        enclosed.append(wire.attachment("application/ics", "invite.ics", letter.calendar.encode(), ""))
    return wire.multipart("mixed", [whole, *enclosed], boundary) if enclosed else whole


def _lines(text: str) -> str:
    """No bare CR, no NUL, a newline at the end; lone surrogates cannot be written as UTF-8."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("\x00", "").rstrip("\n") + "\n"
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _enclosed(file: Enclosure) -> bytes:
    main = file.media_type.partition("/")[0]
    plain = re.fullmatch(r"[\w.+-]{1,60}/[\w.+-]{1,60}", file.media_type, re.ASCII)
    fits = plain and main not in ("multipart", "message")  # a composite type may not be encoded, RFC 2046 §5
    media_type = file.media_type if fits else "application/octet-stream"
    return wire.attachment(media_type, file_name(file.name), file.content, file.content_id)


def file_name(name: str) -> str:
    """A name that is only shown: no path, no controls, no invisible characters (T7)."""
    shown = "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"))
    shown = re.sub(r'[\\/:*?"<>|]+', "_", shown)
    return re.sub(r"^[._\s]+|[.\s]+$", "", shown)[-120:] or "attachment"


_WRITTEN = {
    *("from", "to", "subject", "date", "message-id", "reply-to", "in-reply-to", "references", "auto-submitted"),
    *("x-auto-response-suppress", "x-maildesk-desk", "mime-version", "content-type", "content-transfer-encoding"),
}


def _read_again(raw: bytes, letter: Letter) -> None:
    """What we made must say what we meant: one recipient, the fields we wrote, no more (T9)."""
    joined = raw.replace(b"\r\n", b"")
    if b"\r" in joined or b"\n" in joined:
        raise ComposeError("this mail would hold a bare CR or LF")
    head = fields.read(raw, 0, len(raw)).fields
    if len(head) != len(head.names()) or not head.names() <= _WRITTEN:
        raise ComposeError("this mail would hold a header field that nobody wrote")
    if not head.get("To").endswith((letter.to.email, f"<{letter.to.email}>")):
        raise ComposeError("this mail would not go to its recipient")
