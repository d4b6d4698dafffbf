"""What an IMAP mailbox is handed in its tests: a ledger and a wellness in memory, and a watched mailbox."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from maildesk.edge.imap_in import Account, FolderState, Mailbox, Pace, Uid
from maildesk.model import RawMail
from tests.edge.dovecot import Dovecot

#: Patience enough for a loaded machine; a test that passes waits much less.
SOON = 10.0


def until(fact: Callable[[], Any], seconds: float = SOON) -> float:
    """Waits until ``fact()`` is true and returns how long that took; fails after ``seconds``."""
    began = time.monotonic()
    while not fact():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"not true within {seconds} s: {fact}")
        time.sleep(0.01)
    return time.monotonic() - began


def mail(subject: str, body: str = "Hello.", head: str = "") -> bytes:
    return f"{head}From: carla@customer.test\r\nTo: desk@imap.test\r\nSubject: {subject}\r\n\r\n{body}\r\n".encode()


@dataclass
class MemoryLedger:
    """Keeps the contract of ``Ledger``; as durable as the test that holds it.

    While they are set, :meth:`accept` raises ``trouble`` before it kept anything, and ``interruption`` after.
    ``batches`` are the sizes of what it took.
    """

    states: dict[tuple[str, str], FolderState] = field(default_factory=dict)
    mails: dict[Uid, RawMail] = field(default_factory=dict)
    open: set[Uid] = field(default_factory=set)
    batches: list[int] = field(default_factory=list)
    trouble: Exception | None = None
    interruption: Exception | None = None

    def folder(self, account: str, folder: str) -> FolderState | None:
        return self.states.get((account, folder))

    def remember(self, account: str, folder: str, state: FolderState) -> None:
        self.states[account, folder] = state

    def accept(self, mails: Sequence[tuple[Uid, RawMail]]) -> None:
        if self.trouble:
            raise self.trouble
        self.batches.append(len(mails))
        for uid, raw in mails:
            if uid not in self.mails:
                self.mails[uid] = raw
                self.open.add(uid)
        if self.interruption:
            raise self.interruption

    def unsettled(self, account: str, folder: str, uidvalidity: int) -> list[int]:
        of = (account, folder, uidvalidity)
        return sorted(uid.uid for uid in self.open if (uid.account, uid.folder, uid.uidvalidity) == of)

    def settle(self, account: str, folder: str, uidvalidity: int, uids: Sequence[int]) -> None:
        self.open -= {Uid(account, folder, uidvalidity, uid) for uid in uids}

    def subjects(self) -> list[str]:
        lines = [line for raw in self.mails.values() for line in raw.raw.splitlines() if line[:8] == b"Subject:"]
        return [line[8:].strip().decode() for line in lines]


@dataclass
class Told:
    """What the admins were told, in order: ("lost", error), ("well", ""), ("note", text)."""

    words: list[tuple[str, str]] = field(default_factory=list)

    def lost(self, account: str, error: str) -> None:
        self.words.append(("lost", error))

    def well(self, account: str) -> None:
        self.words.append(("well", ""))

    def note(self, account: str, text: str) -> None:
        self.words.append(("note", text))

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.words]


@dataclass
class Watched:
    """A running mailbox and all around it."""

    account: Account
    ledger: MemoryLedger
    told: Told
    mailbox: Mailbox

    def has(self, count: int) -> bool:
        return len(self.ledger.mails) == count

    def settled(self) -> bool:
        return bool(self.ledger.states) and not self.ledger.open


#: Hurried: retries within a fraction of a second, and no answer is waited for longer than 1 s.
PACE = Pace(connect=2.0, answer=1.0, first_retry=0.1, last_retry=0.4, steady=60.0)


def account_of(dovecot: Dovecot, user: str, **changes: Any) -> Account:
    plain = Account("127.0.0.1", dovecot.imap, "none", user, lambda: Dovecot.PASSWORD, pace=PACE)
    return replace(plain, **changes)


@contextmanager
def watching(account: Account, ledger: MemoryLedger | None = None) -> Iterator[Watched]:
    """The mailbox of ``account``, watched; on leaving it must stop within 2 s."""
    ledger, told = ledger or MemoryLedger(), Told()
    mailbox = Mailbox(account, ledger, told, lambda: datetime.now(UTC))
    mailbox.start()
    try:
        yield Watched(account, ledger, told, mailbox)
    finally:
        began = time.monotonic()
        assert mailbox.stop()
        assert time.monotonic() - began < 2.0
