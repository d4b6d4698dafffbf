"""The mail inside a forwarded mail: whose it was, its subject and its words, in any language of ``mail/phrases``.

Knows what clients write above it ("---------- Forwarded message ---------", "Begin forwarded message:"), Outlook's
bare block of fields where the subject says that it was forwarded, and a mail that hangs on it whole (RFC 2046
§5.2.1). Of mails forwarded in turn, the outermost is meant: whoever wrote to the one who forwards. Refuses what
names no address: Outlook leaves it out for colleagues. One pass; never raises.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from maildesk.mail import addresses, language, parse, trim
from maildesk.mail.trim.header import LONGEST_HEADER, header_at
from maildesk.mail.trim.phrases import PHRASES, Rule, fold
from maildesk.mail.trim.recognise import announces, is_rule, visible
from maildesk.model import Address, Attachment, Mail, Reply

_LINES = 5_000  # of a mail, above its forwarded part
_SUBJECT = 300
# "Fwd:" as clients of many languages write it. Not "VS:", which is an answer in Finnish and a forward in Danish.
_FORWARDED = re.compile(
    r"\s*(?:fwd?|wg|tr|rv|enc|i|vb|vl|pd|doorst|ilt|i̇lt|továbbítás|πρθ|пересл|转发|轉寄|전달)\s*(?:\[\d+\])?\s*[:：]",
    re.IGNORECASE,
)
# "Jo [mailto:jo@customer.example]"
_OUTLOOK = re.compile(r"\[(?:mailto:)?([^\[\]\s@]{1,64}@[^\[\]\s@]{1,255})\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Original:
    """The mail that was forwarded, and what stands above it (``above``) of who forwards it."""

    author: Address
    subject: str
    text: str
    above: str = ""
    message_id: str = ""  # known only where it hangs on the mail whole
    language: str = ""
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()


def read(mail: Mail, named: Address | None = None) -> Original | None:
    """What ``mail`` forwards, pasted or attached; None when it forwards nothing, or names nobody.

    ``named`` is who its author is where what was pasted does not tell.
    """
    return _attached(mail) or original(mail.text, mail.subject, mail.attachments, named)


# --- attached ------------------------------------------------------------------------------------------------


def _attached(mail: Mail) -> Original | None:
    """The one mail that hangs on it. Its files keep their numbers in the mail around it (RFC 3501 §6.4.5)."""
    messages = [a for a in mail.attachments if a.media_type == "message/rfc822"]
    if len(messages) != 1 or mail.bounce is not None:
        return None
    inner = parse.read(parse.attachment(mail.raw, messages[0].part))
    if "@" not in inner.author.email:
        return None
    shown_alone = mail.text.split() == inner.text.split()  # it has no words of its own
    return Original(
        author=inner.author,
        subject=inner.subject,
        text=inner.reply.text or inner.text,
        above="" if shown_alone else mail.reply.text.strip(),
        message_id=inner.message_id,
        language=inner.language,
        html=trim.html(inner),
        attachments=tuple(replace(a, part=f"{messages[0].part}.{a.part}") for a in inner.attachments),
    )


# --- pasted --------------------------------------------------------------------------------------------------


def original(
    text: str, subject: str, attachments: tuple[Attachment, ...] = (), named: Address | None = None
) -> Original | None:
    """The mail pasted into ``text``; ``subject`` is that of who forwards it."""
    lines = text.replace("\r\n", "\n").split("\n", _LINES)
    seen = [line.strip() for line in visible("\n".join(lines)).split("\n", _LINES)]
    found = _block(seen, bare=_FORWARDED.match(subject) is not None)
    if found is None:
        return None
    above, start = found
    if seen[start].startswith(">"):  # Apple Mail quotes what it forwards
        lines[start:] = [_unquoted(line) for line in lines[start:]]
        seen[start:] = [_unquoted(line).strip() for line in seen[start:]]
    header = header_at(seen, start)
    if header is None:
        return None
    fields = _fields(seen[start : header.end])
    written = _OUTLOOK.sub(r"<\1>", fields.get("from", "")[:1000])
    told = next((address for address in addresses.parse(written) if "@" in address.email), None)
    author = told or named
    if author is None:
        return None
    words = trim.reply("\n".join(lines[header.end :]).strip("\n"), None).text
    return Original(
        author=author,
        subject=(fields.get("subject") or _FORWARDED.sub("", subject, count=1)).strip()[:_SUBJECT],
        text=words,
        above=trim.reply("\n".join(lines[:above]), None).text.strip(),
        language=language.detect(words),
        attachments=attachments,
    )


def _block(seen: Sequence[str], bare: bool) -> tuple[int, int] | None:
    """Where the forwarded part begins, and where in it the block of fields does."""
    for number, line in enumerate(seen):
        if not line:
            continue
        if announces(line) is Rule.FORWARDED:
            start = next((at for at in range(number + 1, min(number + 4, len(seen))) if seen[at].strip("> ")), None)
            return None if start is None else (number, start)
        if bare and ":" in line and (header := header_at(seen, number)) and header.sure:
            drawn = number > 0 and _is_divider(seen[number - 1])
            return number - drawn, number
    return None


def _is_divider(line: str) -> bool:
    return is_rule(line) or (bool(line) and announces(line) is not None)


def _unquoted(line: str) -> str:
    return re.sub(r"^\s*> ?", "", line)


def _fields(lines: Sequence[str]) -> Mapping[str, str]:
    """The fields of a block by their kind, whatever the language; a line that is none goes on with the last."""
    found: dict[str, str] = {}
    last = ""
    for line in lines[:LONGEST_HEADER]:
        name, colon, value = line.partition(":")
        kind = PHRASES.fields.get(fold(name.strip("*_ \t|"))) if colon and len(name) < 40 else None
        if kind is not None and kind not in found:
            last, found[kind] = kind, value.strip("*_ \t")
        elif kind is None and last and line:
            found[last] = f"{found[last]} {line}"
    return found


def as_written_by(mail: Mail, found: Original) -> Mail:
    """The forwarding mail read as its original: who wrote it, what they said; the octets stay the forwarder's."""
    return replace(
        mail,
        message_id=found.message_id,
        in_reply_to=(),
        references=(),
        from_=(found.author,),
        sender=mail.from_,
        reply_to=(),
        to=(),
        cc=(),
        subject=found.subject,
        text=found.text,
        html=found.html,
        reply=Reply(found.text),
        language=found.language,
        attachments=found.attachments,
    )
