"""What a mailbox is watched by, and what the watcher must be handed: accounts, and the two doors out.

The IMAP way in knows nothing of the store or the desk. It keeps its place in a :class:`Ledger`,
tells of its troubles through a :class:`Wellness`, and both are implemented elsewhere. Nothing here
opens a connection.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Protocol

from maildesk.model import RawMail

MIB = 1024 * 1024

#: `baseline_at` of a mailbox whose backlog becomes tickets: since for ever.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


# --- what becomes of a mail in the mailbox, once it is durable here ---------------------------------


@dataclass(frozen=True, slots=True)
class Move:
    """Into ``folder``, which is created where it is missing.

    On Gmail a folder is a label: the mail stays in All Mail, as every mail there does.
    """

    folder: str


@dataclass(frozen=True, slots=True)
class Flag:
    r"""A system flag (`\Seen`, `\Flagged`) or a keyword (`Desk`, RFC 3501 §2.3.2)."""

    name: str


@dataclass(frozen=True, slots=True)
class Delete:
    """Out of the mailbox. Gmail's own settings may make it "archive" instead."""


@dataclass(frozen=True, slots=True)
class Leave:
    """As it is, unread."""


After = Move | Flag | Delete | Leave


# --- the account -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient the watcher is, in seconds, and how much it takes at a time."""

    connect: float = 15.0  # for TCP, TLS and the greeting
    answer: float = 60.0  # the longest silence of a server that owes an answer
    first_retry: float = 1.0
    last_retry: float = 60.0
    steady: float = 60.0  # a connection that held so long makes the next failure a first one
    batch_mails: int = 50
    batch_octets: int = 8 * MIB


@dataclass(frozen=True, slots=True)
class Account:
    """One entry of `receive.imap`.

    ``poll`` (seconds) is how often the folder is opened afresh, whatever IDLE says: where IDLE is
    missing it is the delay of new mail, and everywhere it bounds how long a connection that died
    without a word goes unnoticed. ``password`` is asked for at each login, so that a changed file
    counts. ``ca_file`` replaces the system's certificate authorities; the certificate is always
    verified. ``max_size`` is in octets.
    """

    host: str
    port: int
    tls: Literal["implicit", "starttls", "none"]
    user: str
    password: Callable[[], str]
    folder: str = "INBOX"
    after: After = Leave()
    poll: float = 60.0
    backlog: Literal["ignore", "tickets"] = "ignore"
    max_size: int = 25 * MIB
    ca_file: str | None = None
    pace: Pace = Pace()

    @property
    def name(self) -> str:
        """`user@host`; a mail's source is `imap:` and this."""
        return f"{self.user}@{self.host}"

    @property
    def most(self) -> int:
        """Octets of all the mails that are asked for at once, and half of that again: RFC822.SIZE is an estimate on
        Exchange and Gmail."""
        return max(self.max_size, self.pace.batch_octets) * 3 // 2


# --- the doors out -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Uid:
    """One mail of one mailbox, for ever: a UID means something under its UIDVALIDITY alone
    (RFC 3501 §2.3.1.1)."""

    account: str
    folder: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class FolderState:
    """Our place in a folder.

    What lies above ``baseline_uid`` is taken, whatever its date. Up to it only mails since
    ``baseline_at`` are: it is 0 or UIDNEXT-1 at first sight, and UIDNEXT-1 again when the server
    has numbered its mails anew. ``last_uid`` is the highest UID that was taken or left for good.
    """

    uidvalidity: int
    baseline_uid: int
    baseline_at: datetime
    last_uid: int


class Ledger(Protocol):
    """Where our place in each mailbox is kept. Each call is durable when it returns."""

    def folder(self, account: str, folder: str) -> FolderState | None: ...

    def remember(self, account: str, folder: str, state: FolderState) -> None: ...

    def accept(self, mails: Sequence[tuple[Uid, RawMail]]) -> None:
        """Keeps the raw mails, and their UIDs as not yet settled; a known UID is skipped."""
        ...

    def unsettled(self, account: str, folder: str, uidvalidity: int) -> list[int]:
        """What was accepted, but not yet moved, flagged or deleted."""
        ...

    def settle(self, account: str, folder: str, uidvalidity: int, uids: Sequence[int]) -> None: ...


class Wellness(Protocol):
    """Who tells the admins. Called from the mailbox's thread; should not block for long."""

    def lost(self, account: str, error: str) -> None:
        """The mailbox cannot be read; said once, until :meth:`well`."""
        ...

    def well(self, account: str) -> None: ...

    def note(self, account: str, text: str) -> None:
        """Something the admins should know, and nothing is broken by."""
        ...
