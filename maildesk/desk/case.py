"""One mail with all that is known when it is decided about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from maildesk.config import Agent
from maildesk.desk.addresses import AddressKind, Recipient, classify
from maildesk.desk.origins import Origin
from maildesk.desk.policy import Policy
from maildesk.desk.routing import Incoming, Routed
from maildesk.mail import authentication
from maildesk.mail.forward import Original
from maildesk.model import Authentication, Deferred, Facts, Mail, Moment, RawMail

TAG = re.compile(r"\[#(\d{1,9})\]")
_REPLY_PREFIX = re.compile(r"(?:(?:re|aw|sv|vs|r|rif|antw?|odp|ynt)(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
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
    released: Deferred | None = None  # it was deferred, and its time has come
    routed: Routed | None = None  # where its ticket would go, if that was looked at already
    page: str | None = ""  # its new words as HTML that is safe to show; "": that was not looked at

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

    @property
    def incoming(self) -> Incoming:
        """What routes may look at."""
        contact = self.facts.contact
        known = contact if contact is not None and contact.email.casefold() == self.mail.author.key() else None
        return Incoming(
            mail=self.mail,
            recipients=tuple(recipient.address for recipient in self.recipients),
            automatic=self.automatic,
            fields=self.origin.fields if self.origin is not None else (),
            contact=known,
            at=self.when,
        )

    def recipient(self, *kinds: AddressKind) -> Recipient | None:
        return next((r for r in self.recipients if r.kind in kinds), None)

    @property
    def alone(self) -> bool:
        """Whether it can only open a ticket: what a form sends joins none, whatever it names."""
        return self.origin is not None and self.origin.understood

    @property
    def mailbox(self) -> str:
        """The plain address of the desk, or of a brand, that it was sent to; of several the first."""
        found = self.recipient(AddressKind.PLAIN) or next(iter(self.recipients), None)
        return found.home if found is not None and found.home else self.policy.config.desk.address

    @property
    def words(self) -> str:
        """The new words; the whole text where cutting left nothing of it."""
        return self.mail.reply.text.strip() or ("" if self.mail.reply.text else self.mail.text.strip())


def recipients(raw: RawMail, mail: Mail, policy: Policy) -> tuple[Recipient, ...]:
    """The desk's addresses among the envelope's, Delivered-To and the like, To and Cc; tokens first."""
    shown = (a.email for a in (*mail.to, *mail.cc))
    found: dict[str, Recipient] = {}
    for address in (*raw.envelope_to, *mail.delivered_to, *shown):
        key = address.casefold()  # one mailbox stands in the envelope, and in To again
        if key not in found and (recipient := classify(address, policy.config.desk)) is not None:
            found[key] = recipient
    return tuple(sorted(found.values(), key=lambda r: r.kind is AddressKind.PLAIN))


def authenticate(raw: RawMail, mail: Mail, policy: Policy) -> Authentication:
    """What a checker that we trust has said of the sender; from relays and our own mailboxes alone."""
    trusted = policy.config.trusted(raw.source) if raw.relay else ()
    return authentication.judge(mail.trace, mail.from_, trusted)


def without_tags(subject: str) -> str:
    """A subject without ticket numbers, ours or others', nor the "Re:" that clients put before it."""
    bare = " ".join(TAG.sub(" ", subject).split())
    return _REPLY_PREFIX.sub("", bare, count=1) if _REPLY_PREFIX.match(bare) else bare
