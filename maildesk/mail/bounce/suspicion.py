"""The cheap question, asked of every mail's header: may this be a delivery failure at all?

A bounce has witnesses: who sent it, what its subject says, how it is built, and what its text says. Here
the first three are heard. Refuses people's answers and forwards: whoever quotes a bounce is no mail system.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from maildesk.mail.automatic import away
from maildesk.mail.bounce.vocabulary import CHALLENGES, OTHER_SUBJECTS, SUBJECT_MARKS, SUBJECTS
from maildesk.mail.fields import Fields
from maildesk.mail.mime import Part

STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
_OTHER_TYPES = ("message/disposition-notification", "message/feedback-report")
_REPORTS = ("multipart/report", *STATUS_TYPES)


class Sender(IntEnum):
    """How much the sender looks like a mail system."""

    PERSON = 0
    NULL = 1  # the null reverse-path of RFC 5321 §4.5.5, which responders have, too
    POSTMASTER = 2  # a mailbox that people and gateways share
    DAEMON = 3


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What speaks for a bounce before its text is read."""

    sender: Sender
    subject: bool
    report: bool  # multipart/report, or parts that only a report has
    failed: bool = False  # Exim and Gmail name them in X-Failed-Recipients


_DAEMON = re.compile(
    r"(?:^|[.+_-])(?:mailer[-_.]?daemon|mail[-_.]?daemon|mdaemon|daemon|mmdf|smtpd|esmtp|uucp|mail[-_.]?deliver\w*|"
    r"microsoftexchange[0-9a-f]{8,40}|\w{0,20}nondeliver\w*|undeliver\w*|non-?deliver\w*)(?:[.+_-].{0,60})?$",
    re.IGNORECASE,
)
_POSTMASTER = re.compile(
    r"(?:^|[.+_-])(?:post[-_.]?master|mail[-_.]?master|mail[-_.]?admin\w*|mail[-_.]?system|mail[-_.]?router|"
    r"mail[-_.]?gateway|mail[-_.]?server|mailgw|administrator|system|ndrs?|dsn|bounces?|bounced?mail|mailer|"
    r"[\w-]{1,40}-admin|complaints|exchange|virus\w*|mailsweeper|mailmarshal|mail[-_.]?security)(?:[.+_-].{0,60}|\d{1,4})?$",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"mailer[- ]?daemon|mail deliver|mail administrator|internet mail|mail (?:system|router|service|server)|"
    r"post ?master|system ?administrator|microsoft outlook|microsoft exchange|delivery (?:sub)?system|mail daemon|"
    r"message delivery|email gateway|mail gateway",
    re.IGNORECASE,
)
_TAGS = re.compile(r"(?:\[(?!bounce\])[^\]]{1,40}\]\s*|\*{2,5}[^*]{1,40}\*{2,5}\s*|[*\"'<「【!]\s*){0,3}")
_TAG_SIGNS = frozenset("[*\"'<「【!")
_ANSWERS = re.compile(
    r"(?:re|aw|sv|vs|antw|odp|rif|r|res|ynt|回复|回覆|答复|fwd?|fw|wg|tr|rv|enc|i|vb|vl|pd|doorst|转发|轉寄|転送)\s*(?:\[\d+\])?\s*[:：]",
    re.IGNORECASE,
)
_CLIENT = re.compile(
    r"thunderbird|outlook|apple mail|iphone|ipad|android|roundcube|evolution|k-?9|mutt|em client|kmail|claws|sylpheed|"
    r"horde|squirrelmail|rainloop|sogo|open-xchange|zimbra|gnus|the bat|becky|eudora|yahoomailweb|webmail",
    re.IGNORECASE,
)
_STARTS = {first: tuple(s for s in SUBJECTS if s[0] == first) for first in {subject[0] for subject in SUBJECTS}}
_REPORT_TYPE = re.compile(r"report-type\s*=\s*\"?\s*([\w-]+)")
_OTHER_REPORTS = ("disposition-notification", "feedback-report", "tlsrpt")


def suspect(fields: Fields, root: Part) -> Suspicion | None:
    """The witnesses in the header, or None when this is no bounce whatever its text says."""
    content_type = fields.raw("Content-Type")[:1000].lower()
    kind = _REPORT_TYPE.search(content_type) if "report" in content_type else None
    if (kind and kind[1].startswith(_OTHER_REPORTS)) or _has_part(root, _OTHER_TYPES):
        return None  # receipts (RFC 8098), complaints (RFC 5965), statistics (RFC 8460)
    sender = _sender(fields)
    subject = fields.get("Subject")[:300].casefold()
    bounced = _says_bounce(subject)
    report = _is_report(fields, root, content_type)
    failed = "x-failed-recipients" in fields
    if not (sender or bounced or report or failed):
        return None
    if not (report or bounced) and _says_otherwise(subject):
        return None
    if sender is Sender.PERSON and not content_type.startswith(_REPORTS) and _by_hand(fields, subject):
        return None
    return Suspicion(sender, bounced, report, failed)


def _sender(fields: Fields) -> Sender:
    """By the address in From, else by the name beside it, else by the reverse-path."""
    path = (fields.get("Return-Path") or fields.get("X-Envelope-From"))[:200]
    return _kind(fields.get("From")[:500].rstrip(), path.replace(" ", "").lower())


@lru_cache(maxsize=1000)  # correspondents come back
def _kind(author: str, path: str) -> Sender:
    at = author.rfind("@")
    local = re.split(r"[\s<\"'(:,;]", author[max(at - 100, 0) : at])[-1] if at > 0 else ""
    name = author[: max(at - len(local), 0)] if author.endswith(">") or at < 0 else author[at:]
    if _DAEMON.search(local) or (at < 0 and _DAEMON.search(author.strip("<> \"'"))):
        return Sender.DAEMON
    if _NAME.search(name) or _POSTMASTER.search(local):
        return Sender.POSTMASTER
    empty = path == "<>" or (author and not author.strip(" <>\"'"))
    return Sender.NULL if empty or "mailer-daemon" in path else Sender.PERSON


def _says_bounce(subject: str) -> bool:
    tags = _TAGS.match(subject) if subject[:1] in _TAG_SIGNS else None
    bare = subject[tags.end() :] if tags else subject
    if bare.startswith(_STARTS.get(bare[:1], ())):
        return True
    return not _ANSWERS.match(bare) and any(map(bare.__contains__, SUBJECT_MARKS))


def _by_hand(fields: Fields, subject: str) -> bool:
    """Whether somebody answers, forwards, or writes with a program for people."""
    return bool(_ANSWERS.match(subject) or _CLIENT.search((fields.get("User-Agent") or fields.get("X-Mailer"))[:100]))


def _says_otherwise(subject: str) -> bool:
    """Whether a machine tells of its absence, or of something else that is no failure."""
    return away.subject(subject) or any(mark in subject for mark in (*CHALLENGES, *OTHER_SUBJECTS))


def _is_report(fields: Fields, root: Part, content_type: str) -> bool:
    if content_type.startswith(_REPORTS) or _has_part(root, STATUS_TYPES):
        return True
    return "x-ms-exchange-message-is-ndr" in fields or fields.get("Content-Class").lower().endswith(":dsn")


def _has_part(root: Part, media_types: tuple[str, ...]) -> bool:
    return bool(root.children) and any(child.media_type in media_types for child in root.children[:10])
