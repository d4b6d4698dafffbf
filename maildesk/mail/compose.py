"""Makes mail: the only place that writes a header. What it made, it reads again before it is queued.

Standards: RFC 5322 (form), RFC 2045-2047 (content), RFC 3834 (automatic mail), RFC 6532 (UTF-8
addresses). All content is 7-bit, so that no relay has a reason to rewrite it. It refuses
(`ComposeError`) to make a mail that holds what its recipient must not see, whatever path led here.
"""

from __future__ import annotations

import email.headerregistry
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.errors import HeaderParseError, MessageError
from email.message import EmailMessage

from maildesk.model import Address

_REFERENCES = 20  # Message-IDs in References; longer ones are cut by Exchange anyway
_SUBJECT = 250  # characters
_NAME = 120
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
    headers: Sequence[tuple[str, str]] = field(default=())


Guard = Callable[[str], str]  # a text -> what in it the recipient must not see, or ""


def compose(letter: Letter, guard: Guard) -> bytes:
    """The letter as bytes with CRLF line ends; ComposeError when it may not be sent.

    ``guard`` is asked about every text of the mail that its reader can see.
    """
    _check(letter, guard)
    message = EmailMessage(policy=_policy(letter))
    try:
        _write_header(message, letter)
        _write_body(message, letter)
        raw = message.as_bytes()
    except (MessageError, HeaderParseError, ValueError, IndexError, LookupError) as error:
        raise ComposeError(f"this mail cannot be written: {error}") from error
    _read_again(raw, letter)
    return raw


def one_line(text: str, limit: int = _SUBJECT) -> str:
    """Text that is safe in a header: controls and line breaks become spaces, overlong is cut."""
    clean = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") else c for c in text[: limit * 4])
    clean = " ".join(clean.split())
    return clean if len(clean) <= limit else clean[: limit - 1].rstrip() + "…"


def _check(letter: Letter, guard: Guard) -> None:
    files = (e.content.decode("utf-8", "replace") for e in letter.enclosures if _is_text(e.media_type))
    names = (e.name for e in letter.enclosures)
    for text in (letter.subject, letter.text, letter.html or "", letter.sender.name, letter.to.name, *names, *files):
        if found := guard(text):
            raise ComposeError(found)
    for address in (letter.sender.email, letter.to.email, letter.reply_to):
        if address and (re.search(r"[\s\x00-\x1f\x7f<>,;]", address) or address.count("@") != 1):
            raise ComposeError(f"{one_line(address)!r} is not an address that mail can be sent to")


def _is_text(media_type: str) -> bool:
    return media_type.startswith(("text/", "message/"))


def _policy(letter: Letter) -> policy.EmailPolicy[EmailMessage]:
    plain = all(a.isascii() for a in (letter.to.email, letter.sender.email, letter.reply_to))
    return policy.SMTP if plain else policy.SMTPUTF8


def _write_header(message: EmailMessage, letter: Letter) -> None:
    message["From"] = _mailbox(letter.sender)
    message["To"] = _mailbox(letter.to)
    message["Subject"] = one_line(letter.subject)
    message["Date"] = letter.date
    message["Message-ID"] = letter.message_id
    if letter.reply_to:
        message["Reply-To"] = letter.reply_to
    thread = [m for m in letter.thread if _MESSAGE_ID.fullmatch(m)][-_REFERENCES:]
    answers = letter.in_reply_to if _MESSAGE_ID.fullmatch(letter.in_reply_to) else (thread[-1] if thread else "")
    if answers:
        message["In-Reply-To"] = answers
        message["References"] = " ".join([*(m for m in thread if m != answers), answers])
    if letter.auto_submitted:
        message["Auto-Submitted"] = letter.auto_submitted  # RFC 3834 §5
        message["X-Auto-Response-Suppress"] = "All"  # Exchange heeds this one alone
    if letter.desk:
        message["X-Maildesk-Desk"] = letter.desk
    for name, value in letter.headers:
        message[name] = one_line(value, 900)


def _mailbox(address: Address) -> email.headerregistry.Address:
    local, _, domain = address.email.rpartition("@")
    return email.headerregistry.Address(one_line(address.name, _NAME), local, domain)


def _write_body(message: EmailMessage, letter: Letter) -> None:
    message.set_content(_lines(letter.text), cte=_encoding(letter.text))
    if letter.html is not None:
        message.add_alternative(_lines(letter.html), subtype="html", cte=_encoding(letter.html))
        html = message.get_payload(1)
        assert isinstance(html, EmailMessage)
        for shown in (e for e in letter.enclosures if e.content_id):
            _enclose(html, shown)
    for file in letter.enclosures:
        if not file.content_id or letter.html is None:
            _enclose(message, file)


def _encoding(text: str) -> str:
    """Base64 where quoted-printable would be longer than it: mostly not Latin."""
    foreign = sum(1 for c in text if not c.isascii())
    return "base64" if foreign > len(text) // 6 else "quoted-printable"


def _lines(text: str) -> str:
    """No bare CR, no NUL, a newline at the end; lone surrogates cannot be written as UTF-8."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return text.encode("utf-8", "replace").decode().rstrip("\n") + "\n"


def _enclose(message: EmailMessage, file: Enclosure) -> None:
    main, _, sub = file.media_type.partition("/")
    if main in ("multipart", "message") or not re.fullmatch(r"[\w.+-]+/[\w.+-]+", file.media_type, re.ASCII):
        main, sub = "application", "octet-stream"  # a composite type may not be encoded, RFC 2046 §5
    name = file_name(file.name)
    if file.content_id and isinstance(message, EmailMessage):
        message.add_related(file.content, main, sub, cid=f"<{file.content_id}>", filename=name, disposition="inline")
    else:
        message.add_attachment(file.content, main, sub, filename=name)


def file_name(name: str) -> str:
    """A name that is only shown: no path, no controls, no invisible characters (T7)."""
    shown = "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"))
    shown = re.sub(r'[\\/:*?"<>|]+', "_", shown).strip(". ")
    return shown[-120:] or "attachment"


def _read_again(raw: bytes, letter: Letter) -> None:
    """What we made must say what we meant: one recipient, the headers we wrote, no more (T9)."""
    if b"\r" in raw.replace(b"\r\n", b"") or b"\n" in raw.replace(b"\r\n", b""):
        raise ComposeError("this mail would hold a bare CR or LF")
    head = message_from_bytes(raw[: raw.index(b"\r\n\r\n") + 4])
    allowed = {
        *("from", "to", "subject", "date", "message-id", "reply-to", "in-reply-to", "references"),
        *("auto-submitted", "x-auto-response-suppress", "x-maildesk-desk", "mime-version", "content-type"),
        *("content-transfer-encoding",),
        *(name.lower() for name, _ in letter.headers),
    }
    names = [name.lower() for name in head.keys()]  # noqa: SIM118 - a Message is no dict
    if len(set(names)) != len(names) or not set(names) <= allowed:
        raise ComposeError("this mail would hold a header that nobody wrote")
    if f"{letter.to.email}" not in (head["To"] or ""):
        raise ComposeError("this mail would not go to its recipient")
