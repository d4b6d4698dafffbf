"""A desk without sockets: mails go in as bytes, are thought about by the real code, and come out of the real outbox.

For tests that read as conversations. Everything but the wires is what runs in production.
"""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from maildesk.config import Config
from maildesk.desk.policy import Policy
from maildesk.edge.policies import with_templates
from maildesk.edge.think import Thinker
from maildesk.model import RawMail
from maildesk.store import due, intake, outbox, tickets
from maildesk.store.engine import Store

SUPPORT = "support@acme.test"
ALICE = "alice.private@acme.test"
BOB = "bob.private@acme.test"
ANN = "ann@customer.test"
PROVEN = ("Authentication-Results", "mx.acme.test; dmarc=pass header.from={domain}")
FAILED = ("Authentication-Results", "mx.acme.test; dmarc=fail header.from={domain}")

_templates: dict[str, Policy] = {}


def configuration(**changes: Any) -> Config:
    """The desk of the tests; ``changes`` replace whole sections or merge into `desk`."""
    desk = {
        "name": "Acme Support",
        "address": SUPPORT,
        "timezone": "Europe/Rome",
        "admins": ["ops@acme.test"],
        "notice_limit": {"count": 1000, "per": "10m"},
        **changes.pop("desk", {}),
    }
    sections: dict[str, Any] = {
        "desk": desk,
        "receive": {"smtp": {"trust_authserv": ["mx.acme.test"]}},
        "send": {"maildir": "/nowhere"},
        "agents": [
            {"id": "alice", "name": "Alice Rossi", "email": ALICE, "teams": ["billing"]},
            {"id": "bob", "name": "Bob Verdi", "email": BOB, "teams": ["tech"]},
        ],
        "teams": [{"id": "billing", "name": "Billing"}, {"id": "tech", "name": "Tech"}],
        "routes": [{"when": {"subject": "invoice|fattura"}, "set": {"team": "billing", "tags": ["money"]}}],
    }
    return Config.model_validate({**sections, **changes})


@dataclass(frozen=True)
class Letter:
    """A mail that the desk has queued."""

    id: int
    to: str
    sender: str
    kind: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        found = email.message_from_bytes(self.raw, policy=email.policy.default)
        assert isinstance(found, EmailMessage)
        return found

    def __getitem__(self, name: str) -> str:
        return str(self.message[name] or "")

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        return str(part.get_content()) if part else ""

    @property
    def html(self) -> str:
        part = self.message.get_body(("html",))
        return str(part.get_content()) if part else ""

    @property
    def whole(self) -> str:
        """Everything that its reader, or their client, can find in it."""
        found = [f"{name}: {value}" for name, value in self.message.items()]
        for part in self.message.walk():
            found += [f"{name}: {value}" for name, value in part.items()]
            if not part.is_multipart():
                found.append((part.get_payload(decode=True) or b"").decode("utf-8", "replace"))  # type: ignore[union-attr]
        return "\n".join(found)

    @property
    def reply_to(self) -> str:
        found = re.search(r"[\w.+=-]+@[\w.-]+", self["Reply-To"])
        return found.group(0) if found else SUPPORT

    @property
    def files(self) -> dict[str, bytes]:
        return {str(p.get_filename()): p.get_payload(decode=True) for p in self.message.walk() if p.get_filename()}  # type: ignore[misc]


@dataclass
class Office:
    """One desk in a folder, with a clock of its own."""

    folder: Path
    config: Config = field(default_factory=configuration)
    now: datetime = field(default_factory=lambda: datetime(2026, 3, 2, 10, 0, tzinfo=UTC))
    count: int = 0

    def __post_init__(self) -> None:
        self.store = Store.open(self.folder / "desk.db")
        if "shipped" not in _templates:
            _templates["shipped"], problems = with_templates(configuration())
            assert not problems, problems
        self.use(self.config)

    def use(self, config: Config) -> None:
        self.config = config
        policy = Policy(config, _templates["shipped"].templates)
        self.thinker = Thinker(self.store, policy, clock=lambda: self.now, begin=lambda mail: None)
        self.thinker.stand()

    def close(self) -> None:
        self.store.close()

    # --- in --------------------------------------------------------------------------------------------------

    def mail(
        self,
        sender: str,
        subject: str = "Hello",
        body: str = "Hello there.",
        to: str = SUPPORT,
        *headers: tuple[str, str],
        html: str | None = None,
        files: dict[str, bytes] | None = None,
        **envelope: Any,
    ) -> EmailMessage:
        """Writes and receives a mail; ``{domain}`` in a header is the sender's."""
        self.count += 1
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, to, subject
        message["Message-ID"] = f"<{self.count}@client.test>"
        message["Date"] = self.now
        domain = email.utils.parseaddr(sender)[1].rpartition("@")[2]
        for name, value in headers:
            del message[name]
            message[name] = value.format(domain=domain) if name == "Authentication-Results" else value
        message.set_content(body)
        if html is not None:
            message.add_alternative(html, subtype="html")
        for name, content in (files or {}).items():
            message.add_attachment(content, "application", "octet-stream", filename=name)
        self.receive(
            message.as_bytes(policy=email.policy.SMTP), sender=email.utils.parseaddr(sender)[1], to=to, **envelope
        )
        return message

    def receive(
        self,
        raw: bytes,
        sender: str | None = "",
        to: str = SUPPORT,
        source: str = "smtp",
        relay: bool = True,
        **more: Any,
    ) -> int:
        """Bytes from the wire: durable, then thought about. The inbox id."""
        mail = RawMail(raw, source, self.now, sender, (email.utils.parseaddr(to)[1],), relay, **more)
        (id,) = intake.accept(self.store, [mail])
        self.think()
        return id

    def think(self) -> None:
        while self.thinker.mails() or self.thinker.deferred():
            pass
        for row in self.store.rows("SELECT trouble FROM inbox WHERE trouble != '' AND state = 'received'"):
            raise AssertionError(row["trouble"])

    def reply(self, to: Letter, sender: str, body: str, *headers: tuple[str, str], **more: Any) -> EmailMessage:
        """Somebody answers a mail of the desk's as their client does."""
        threading = (
            ("In-Reply-To", to["Message-ID"]),
            ("References", f"{to['References']} {to['Message-ID']}".strip()),
        )
        subject = to["Subject"] if to["Subject"].startswith("Re:") else f"Re: {to['Subject']}"
        return self.mail(sender, subject, body, to.reply_to, *threading, *headers, **more)

    # --- time ------------------------------------------------------------------------------------------------

    def later(self, **span: float) -> None:
        """Time passes, and what is due happens."""
        self.now += timedelta(**span)
        self.think()
        while self.thinker.timers() or self.thinker.deferred():
            pass
        self.thinker.failures()

    # --- out -------------------------------------------------------------------------------------------------

    def letters(self, to: str | None = None, kind: str | None = None) -> list[Letter]:
        """What has been queued, oldest first."""
        found = self.store.rows("SELECT outbox.*, bytes FROM outbox JOIN raw ON raw.id = raw_id ORDER BY outbox.id")
        return [
            Letter(row["id"], row["envelope_to"], row["envelope_from"], row["kind"], row["bytes"])
            for row in found
            if (to is None or row["envelope_to"].lower() == to) and (kind is None or row["kind"] == kind)
        ]

    def last(self, to: str, kind: str | None = None) -> Letter:
        return self.letters(to, kind)[-1]

    def ticket(self, id: int = 1) -> dict[str, Any]:
        found = tickets.whole(self.store, id)
        assert found is not None, f"no ticket {id}"
        return found

    def tickets(self) -> list[dict[str, Any]]:
        return sorted(tickets.listing(self.store, tickets.Filter(status="all", limit=1000)), key=lambda t: t["id"])

    def ledger(self) -> list[dict[str, Any]]:
        return [dict(row) for row in intake.ledger(self.store, 1000)[1]]

    def fail(self, letter: Letter, error: str = "550 5.1.1 no such user") -> None:
        """The smarthost refuses a mail for good."""
        outbox.fail(self.store, letter.id, error)
        self.thinker.failures()

    def alarms(self) -> list[str]:
        return [alarm.title for alarm in due.alarms(self.store, 100)]
