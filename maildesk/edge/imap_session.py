"""One visit to one folder: what is there, what is in it, and what becomes of it.

Speaks of UIDs alone, never of sequence numbers, and reads with BODY.PEEK[], which leaves a mail
unread. Knows nothing of what was taken before. RFC 3501, 2177 (IDLE), 4315 (UIDPLUS), 6851 (MOVE).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event
from types import TracebackType
from typing import Any, TypeVar

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from maildesk.edge.imap_account import EPOCH, Account, Leave
from maildesk.edge.imap_after import Disposal
from maildesk.edge.imap_wire import Wire, is_refusal

#: How soon IDLE notices that it shall stop, in seconds.
TICK = 0.5
#: imaplib refuses a line of more than 1,000,000 octets: so many UIDs of ten digits always fit.
WINDOW = 80_000
#: The highest UID that there can be (RFC 3501 §2.3.1.1: 32 bits).
MOST = 2**32 - 1
#: UIDs named in one command.
SET = 200

T = TypeVar("T")


class Refused(Exception):
    """The server refused to hand out what was asked for, and is well otherwise."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What SELECT told."""

    uidvalidity: int
    uidnext: int
    exists: int


@dataclass(frozen=True, slots=True)
class Size:
    """RFC822.SIZE in octets, and INTERNALDATE (UTC; None where the server's was unreadable)."""

    octets: int
    internal_date: datetime | None


def chunks(items: Sequence[T], count: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), count):
        yield items[start : start + count]


class Session:
    """A logged-in connection; a context manager. Any OSError or IMAPClientError ends its use."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._wire = Wire(account)
        self._idles = bool(self._wire.has_capability("IDLE"))
        self.uidnext = 0  # as the folder said when it was opened
        self.disposal = Disposal(self._wire, account.after)

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._wire.leave(politely=error is None)

    def cut(self) -> None:
        """Ends every wait on this connection at once; may be called from another thread."""
        self._wire.cut()

    # --- looking -------------------------------------------------------------------------------------

    def open(self) -> Opened:
        """SELECTs the folder, again too: NOOP does not show new mail on every server, and this also
        shows a UIDVALIDITY that changed. SELECT expunges nothing (RFC 3501 §6.3.1)."""
        looks_only = isinstance(self._account.after, Leave)
        told = self._wire.select_folder(self._account.folder, readonly=looks_only)
        if b"UIDVALIDITY" not in told:
            raise IMAPClientError(f"{self._account.folder} has no UIDVALIDITY: its UIDs cannot be relied on")
        self.disposal.permitted = tuple(told.get(b"PERMANENTFLAGS", ()))
        # Old servers do not say UIDNEXT: then the highest UID tells (RFC 3501 §7.1). Exchange calls
        # "*" invalid in an empty folder.
        self.uidnext = told.get(b"UIDNEXT") or (max(self._search("*")) + 1 if told[b"EXISTS"] else 1)
        return Opened(told[b"UIDVALIDITY"], self.uidnext, told[b"EXISTS"])

    def uids(self, first: int, last: int | None = None, since: datetime | None = None) -> list[int]:
        """UIDs from ``first`` to ``last`` (or the end), ascending; ``since`` only to the day before.

        As soon as there are ``WINDOW`` of them, the rest is left for another time.
        """
        self._wire.heard_exists()  # what came until now, this search will see
        found: set[int] = set()
        for span in self._spans(first, last):
            found.update(self._search(span, since))
            if len(found) >= WINDOW:
                break
        # "n:*" names the last mail even when it is older than n (RFC 3501 §6.4.8).
        return sorted(uid for uid in found if first <= uid <= (MOST if last is None else last))

    def _spans(self, first: int, last: int | None) -> Iterator[str]:
        end = self.uidnext if last is None else last
        while end - first > WINDOW:
            yield f"{first}:{first + WINDOW - 1}"
            first += WINDOW
        yield f"{first}:{'*' if last is None else last}"

    def present(self, uids: Sequence[int]) -> list[int]:
        """Those of them that are still there."""
        found: set[int] = set()
        for some in chunks(uids, SET):
            found.update(self._search(",".join(map(str, some))))
        return [uid for uid in uids if uid in found]

    def _search(self, uids: str, since: datetime | None = None) -> list[int]:
        criteria: list[object] = ["UID", uids]
        if since is not None and since > EPOCH:
            # SINCE compares days, in whatever zone the server wrote them (RFC 3501 §6.4.4).
            criteria += ["SINCE", (since - timedelta(days=1)).date()]
        return list(self._wire.search(criteria, charset=None))  # Exchange refuses CHARSET

    # --- reading -------------------------------------------------------------------------------------

    def sizes(self, uids: Sequence[int]) -> dict[int, Size]:
        """Raises Refused. A mail that vanished is absent."""
        return {
            uid: Size(told[b"RFC822.SIZE"], _utc(told.get(b"INTERNALDATE")))
            for uid, told in self._fetch(uids, ["RFC822.SIZE", "INTERNALDATE"]).items()
            if isinstance(told.get(b"RFC822.SIZE"), int)
        }

    def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
        """Raises Refused, and Oversized. A mail that vanished is absent, and one that came back as NIL
        or empty: iCloud and Exchange send that for what they cannot read just now."""
        return {uid: told[b"BODY[]"] for uid, told in self._fetch(uids, ["BODY.PEEK[]"]).items() if told.get(b"BODY[]")}

    def _fetch(self, uids: Sequence[int], items: list[str]) -> dict[int, dict[bytes, Any]]:
        try:
            return dict(self._wire.fetch(list(uids), items))
        except IMAPClientError as error:
            if is_refusal(error):
                raise Refused(str(error)) from error
            raise

    # --- waiting -------------------------------------------------------------------------------------

    def news(self, due: float, stop: Event) -> bool:
        """Waits for new mail; True when there may be some, False when `time.monotonic()` is ``due``
        or ``stop`` is set. Without IDLE it only waits."""
        if self._wire.heard_exists():  # it came along with the answer to something else
            return True
        if self._idles:
            try:
                self._wire.idle()
            except IMAPClientAbortError:
                raise
            except IMAPClientError:  # advertised, yet refused
                self._idles = False
            else:
                return self._listen(due, stop)
        stop.wait(max(0.0, due - time.monotonic()))
        return False

    def _listen(self, due: float, stop: Event) -> bool:
        heard = self._wire.heard_exists() or _tells_of_mail(self._wire.idle_check(timeout=0))
        while not heard and not stop.is_set() and (left := due - time.monotonic()) > 0:
            tick, began = min(TICK, left), time.monotonic()
            lines = self._wire.idle_check(timeout=tick)
            # An empty answer at once is a connection that died, or a TLS record without words (a
            # session ticket): the end of IDLE proves which, by raising or not.
            heard = _tells_of_mail(lines) or (not lines and time.monotonic() - began < tick / 2)
        if stop.is_set():
            self._wire.hurry()
        self._wire.idle_done()
        return heard


def _tells_of_mail(lines: Sequence[tuple[object, ...]]) -> bool:
    if any(line[:1] == (b"BYE",) for line in lines):
        raise IMAPClientAbortError("BYE " + " ".join(str(word) for word in lines[-1][1:]))
    return any(line[1:2] == (b"EXISTS",) for line in lines)


def _utc(value: object) -> datetime | None:
    if not isinstance(value, datetime):
        return None
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
