"""One mail with all that is known when it is decided about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from maildesk.config import Agent
from maildesk.desk.addresses import AGENTS, AddressKind, Recipient, classify, read
from maildesk.desk.origins import Meant, Origin
from maildesk.desk.policy import Policy
from maildesk.mail import authentication, parse
from maildesk.mail.forward import Original
from maildesk.model import Authentication, Facts, Mail, Moment, Question, RawMail

_TAG = re.compile(r"\[#(\d{1,9})\]")
_REPLY_PREFIX = re.compile(r"(?:(?:re|aw|sv|vs|r|rif|antw?|odp|ynt)(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_ANSWERED, _NEWEST, _OLDEST_IDS = 5, 10, 4  # Message-IDs that are looked up: In-Reply-To, References' end and start
_OLDEST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Case:
    """What `decide` looks at. Two equal cases get the same plan."""

    inbox_id: int
    raw: RawMail
    mail: Mail  # as it is meant: its author is who asks, whoever's address sent it
    recipients: tuple[Recipient, ...]  # the desk's addresses it was sent to, the telling ones first
    authentication: Authentication
    policy: Policy
    moment: Moment
    facts: Facts
    origin: Origin | None = None  # who is behind it, where somebody else's address sent it
    forwarded: Original | None = None  # what it forwards, if it says that an agent does

    @property
    def agent(self) -> Agent | None:
        """The agent named in From; their word alone proves nothing."""
        return self.policy.config.agent_by_email(self.mail.author.email)

    @property
    def history(self) -> bool:
        """Imported: threads are rebuilt, nobody is mailed."""
        return self.raw.source == "import"

    @property
    def when(self) -> datetime:
        """When it was written, for history; for anything else, when it reached us (its Date may say anything)."""
        if self.history and self.mail.date is not None:
            return min(max(self.mail.date, _OLDEST), self.moment.now)
        return self.raw.received_at

    @property
    def automatic(self) -> str:
        """Why this is a machine's mail, by its header or its empty envelope sender (RFC 3834 §2); "" if it is not."""
        return self.mail.automatic or ("its envelope sender is empty" if self.raw.envelope_from == "" else "")

    def recipient(self, *kinds: AddressKind) -> Recipient | None:
        return next((r for r in self.recipients if r.kind in kinds), None)

    @property
    def alone(self) -> bool:
        """Whether it can only open a ticket: what a form sends joins none, whatever it names."""
        return self.origin is not None and self.origin.understood

    @property
    def mailbox(self) -> str:
        """The plain address of the desk that it was sent to."""
        plain = self.recipient(AddressKind.PLAIN)
        desk = self.policy.config.desk
        return plain.address if plain and plain.address.casefold() in desk.addresses else desk.address

    @property
    def words(self) -> str:
        """The new words; the whole text where cutting left nothing of it."""
        return self.mail.reply.text.strip() or ("" if self.mail.reply.text else self.mail.text.strip())


def recipients(raw: RawMail, mail: Mail, policy: Policy) -> tuple[Recipient, ...]:
    """The desk's addresses among the envelope's, Delivered-To and the like, To and Cc; tokens first."""
    shown = (a.email for a in (*mail.to, *mail.cc))
    found: dict[str, Recipient] = {}
    for address in (*raw.envelope_to, *mail.delivered_to, *shown):
        recipient = classify(address, policy.config.desk)
        if recipient is not None:
            found.setdefault(address.casefold(), recipient)
    return tuple(sorted(found.values(), key=lambda r: r.kind is AddressKind.PLAIN))


def authenticate(raw: RawMail, mail: Mail, policy: Policy) -> Authentication:
    """What a checker that we trust has said of the sender; from relays and our own mailboxes alone."""
    trusted = policy.config.trusted(raw.source) if raw.relay else ()
    return authentication.judge(mail.trace, mail.from_, trusted)


def question(inbox_id: int, meant: Meant, to: tuple[Recipient, ...], policy: Policy, now: datetime) -> Question:
    """What of the past this mail makes us want to know."""
    desk, mail = policy.config.desk, meant.mail
    named = _named(mail, to)
    returned = [f"<{r.token}@{desk.domain}>" for r in to if r.kind is AddressKind.BOUNCE][:1]
    bounced = [mail.bounce.original_message_id] if mail.bounce else []
    return replace(
        named,
        inbox_id=inbox_id,
        digest=parse.fingerprint(mail),
        message_id=mail.message_id,
        author=mail.author.email,
        person=meant.forwarded.author.email if meant.forwarded else "",
        references=(*named.references, *returned),
        bounced_ids=tuple(m for m in (*returned, *bounced) if m),
        auto_replies_since=now - desk.auto_reply_limit.per,
        desk_since=now - desk.auto_reply_desk_limit.per,
        notices_since=now - desk.notice_limit.per,
        hour_ago=now - timedelta(hours=1),
    )


def _named(mail: Mail, to: tuple[Recipient, ...]) -> Question:
    """The tickets that a mail names in one way or another."""
    signed = next((claim for r in to if r.kind in AGENTS if (claim := read(r.token))), None)
    tag = _TAG.search(mail.subject)
    return Question(
        references=tuple(_references(mail)),
        tag=int(tag.group(1)) if tag else None,
        customer_tokens=tuple(dict.fromkeys(r.token for r in to if r.kind is AddressKind.CUSTOMER)),
        signed_ticket=signed.ticket if signed and signed.ticket else None,
        answered_early=mail.message_id,
    )


def _references(mail: Mail) -> Iterator[str]:
    """In-Reply-To, the newest References, and the oldest: clients trim a long thread in its midst (RFC 5322 §3.6.4)."""
    newest, oldest = mail.references[: -_NEWEST - 1 : -1], mail.references[:_OLDEST_IDS]
    for found in dict.fromkeys((*mail.in_reply_to[:_ANSWERED], *newest, *oldest)):
        if found != mail.message_id:
            yield found


def without_tags(subject: str) -> str:
    """A subject without ticket numbers, ours or others', nor the "Re:" that clients put before it."""
    bare = " ".join(_TAG.sub(" ", subject).split())
    return _REPLY_PREFIX.sub("", bare, count=1) if _REPLY_PREFIX.match(bare) else bare
