"""Mail from an IMAP mailbox: one thread an account, that never gives up.

IDLE where the server has it, polling everywhere; what is taken, and in which order, stands in
``imap_folder``. Every fault (the line, the server, the login, our own disk) ends the connection and
is answered by a new one, after 1 s, doubling to 60 s. Refuses to judge a mail: it hands over bytes.
RFC 3501, 2177.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from datetime import datetime
from threading import Event, Thread

from maildesk.edge.imap_account import (
    EPOCH,
    Account,
    After,
    Delete,
    Flag,
    FolderState,
    Leave,
    Ledger,
    Move,
    Pace,
    Uid,
    Wellness,
)
from maildesk.edge.imap_folder import Follower
from maildesk.edge.imap_session import Session

__all__ = [
    "EPOCH",
    "Account",
    "After",
    "Delete",
    "Flag",
    "FolderState",
    "Leave",
    "Ledger",
    "Mailbox",
    "Move",
    "Pace",
    "Uid",
    "Wellness",
]

log = logging.getLogger(__name__)

#: How long a stop waits for the connection's own end, and then for the thread's, in seconds.
GRACE = 1.5


class Mailbox:
    """Watches one account. ``clock`` gives the time (UTC) that mails are received at.

    The first failure after a connection that held is not told: servers end connections as they
    please (Gmail after some minutes of IDLE, Exchange Online after half an hour, every server at
    its restart). The second in a row is, once.
    """

    def __init__(self, account: Account, ledger: Ledger, wellness: Wellness, clock: Callable[[], datetime]) -> None:
        self._account = account
        self._wellness = wellness
        self._follower = Follower(account, ledger, wellness, clock)
        self._session: Session | None = None
        self._stop = Event()
        self._thread: Thread | None = None
        self._failures = 0
        self._last_error = ""
        self._told = False
        self._well_since: float | None = None

    # --- the thread ----------------------------------------------------------------------------------

    def start(self) -> None:
        self._stop = Event()
        # A daemon: a connect(2) that hangs cannot be called back, and holds nothing of ours.
        self._thread = Thread(target=self.run, args=(self._stop,), name=f"imap {self._account.name}", daemon=True)
        self._thread.start()

    def stop(self) -> bool:
        """Whether the thread has ended; takes at most 3 s. It accepts no mail halfway."""
        self._stop.set()
        if self._thread is None:
            return True
        self._thread.join(GRACE)
        if self._thread.is_alive() and (session := self._session):
            session.cut()
            self._thread.join(GRACE)
        return not self._thread.is_alive()

    def run(self, stop: Event) -> None:
        """Serves the mailbox until ``stop`` is set; raises nothing."""
        while not stop.is_set():
            try:
                self._attempt(stop)
            except Exception as fault:  # noqa: BLE001 - supervises a leg: no fault may end it
                if not stop.is_set():
                    delay = self._failed(fault)
                    self._tell_lost()
                    stop.wait(delay)
            finally:
                self._session = None

    def _attempt(self, stop: Event) -> None:
        with Session(self._account) as session:
            self._session = session
            self._watch(session, stop)

    def _watch(self, session: Session, stop: Event) -> None:
        while not stop.is_set():
            due = time.monotonic() + self._account.poll
            self._follower.open(session)
            self._follower.take(session, stop)
            self._tell_well()
            while session.news(due, stop):
                self._follower.take(session, stop)

    # --- well and unwell -----------------------------------------------------------------------------

    def _failed(self, fault: Exception) -> float:
        """Counts a failure; the seconds to wait before the next attempt."""
        pace, now = self._account.pace, time.monotonic()
        if self._well_since is not None and now - self._well_since >= pace.steady:
            self._failures = 0
        self._well_since = None
        self._failures += 1
        self._last_error = f"{type(fault).__name__}: {fault}"[:300]
        log.warning("imap %s: %s", self._account.name, self._last_error)
        delay: float = min(pace.last_retry, pace.first_retry * 2 ** min(self._failures - 1, 16))
        return delay * random.uniform(0.75, 1.0)  # noqa: S311 - no secret: keeps many desks apart

    def _tell_lost(self) -> None:
        if self._failures > 1 and not self._told:
            try:
                self._wellness.lost(self._account.name, self._last_error)
                self._told = True
            except Exception:  # belongs to the loop in run(): a full disk must not end the leg
                log.exception("imap %s: the admins could not be told", self._account.name)

    def _tell_well(self) -> None:
        if self._well_since is None:
            self._well_since = time.monotonic()
            log.info("imap %s: watching %s", self._account.name, self._account.folder)
        if self._told:
            self._wellness.well(self._account.name)
            self._told = False
