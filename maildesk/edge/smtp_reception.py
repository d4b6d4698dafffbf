"""What the sessions of one listener share: who may come in, how many, and where their mail goes.

Refuses more sessions than there is room for (421), more mails of one sender, or from one client's
address, than the limits allow (450: they come again), and to let a mail be forgotten because its
client hung up: once handed to `accept` it is kept, whatever becomes of the session. When all room
is taken, whoever has taken it for longest without a mail makes way for the next. Knows nothing of
tickets, nor of where mail is kept.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import sqlite3
import ssl
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Literal, Protocol

from maildesk.model import RawMail

log = logging.getLogger(__name__)

NO_ROOM = "452 4.3.1 No room for mail at present, try again later"
LOCAL = ""  # the peer of a Unix socket, whom the socket's file permissions let in
LARGE = 1 << 20  # octets; a mail beyond this waits for its turn
_CROWD = 50  # sessions; where there are more, a mail beyond an eighth of that does
_LARGE_AT_ONCE = 2  # for relays, and as many for all others: 4 * 25 MiB at the usual limit
_SLOTS = 10  # a limit's time is counted in this many pieces
_COUNTED = 10_000  # senders, or clients, that are counted in one such piece
_FOR_RELAYS = 10  # of so many sessions, one is kept for relays
_DAWDLES = 10.0  # seconds without a mail; with one begun, six times as long: then it makes way where there is no room


@dataclass(frozen=True, slots=True)
class Listener:
    """How to receive: what the daemon reads from the configuration, and its parts' doors.

    ``accept`` returns the mail's number in the inbox once it is durable; whatever it raises, the
    client is told to try again. ``takes`` says whether an address is the desk's. Times are seconds.
    """

    hostname: str
    takes: Callable[[str], bool]
    accept: Callable[[RawMail], Awaitable[int]]
    clock: Callable[[], datetime]
    max_size: int = 25 * 1024 * 1024  # octets
    relays: tuple[IPv4Network | IPv6Network, ...] = ()  # trusted to have checked; never slowed down
    tls: ssl.SSLContext | None = None
    protocol: Literal["smtp", "lmtp"] = "smtp"
    bare_newline: Literal["refuse", "normalize"] = "refuse"
    sender_limit: tuple[int, float] = (1000, 600.0)  # mails, per so many seconds
    client_limit: tuple[int, float] = (2000, 600.0)  # the same, from one address whoever the sender is
    connections: int = 200
    connections_per_client: int = 20
    recipients: int = 100
    errors: int = 20  # since the session's last mail
    commands: int = 1000  # since the session's last mail
    idle: float = 300.0
    mail_time: float = 600.0  # for one mail's content, however it trickles
    room: Callable[[int], bool] = lambda octets: True  # whether so much may come in now


class RateLimit:
    """How many mails each envelope sender, or each client, had accepted of late.

    Counts in slots of a tenth of the time, each with room for so many of them. One who comes when
    a slot is full goes uncounted: whoever makes up ten thousand senders gains nothing by it.
    """

    def __init__(self, mails: int, seconds: float) -> None:
        self._mails = mails
        self._slot = seconds / _SLOTS
        self._slots: deque[tuple[int, Counter[str]]] = deque()

    def reached(self, who: str, now: float) -> bool:
        oldest = int(now / self._slot) - _SLOTS
        while self._slots and self._slots[0][0] <= oldest:
            self._slots.popleft()
        return sum(count[who.casefold()] for _, count in self._slots) >= self._mails

    def count(self, who: str, now: float) -> None:
        slot = int(now / self._slot)
        if not self._slots or self._slots[-1][0] != slot:
            self._slots.append((slot, Counter()))
        counter, key = self._slots[-1][1], who.casefold()
        if key in counter or len(counter) < _COUNTED:
            counter[key] += 1


class Guest(Protocol):
    """A session, as the reception sees it."""

    peer: str
    relay: bool
    in_mail: bool
    since: float  # when it came, or when its last mail was taken; the loop's time

    def hang_up(self, last_word: str) -> None: ...


class Reception:
    """The state that sessions share."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.stopping = False
        self.keeping: set[asyncio.Future[int]] = set()
        self._senders = RateLimit(*listener.sender_limit)
        self._clients = RateLimit(*listener.client_limit)
        self._guests: dict[int, Guest] = {}
        self._homes: Counter[str] = Counter()
        self._large = {trusted: asyncio.Semaphore(_LARGE_AT_ONCE) for trusted in (True, False)}

    def use(self, listener: Listener) -> None:
        """Sessions that begin from now on see this one; a limit that is the same goes on counting."""
        if listener.sender_limit != self.listener.sender_limit:
            self._senders = RateLimit(*listener.sender_limit)
        if listener.client_limit != self.listener.client_limit:
            self._clients = RateLimit(*listener.client_limit)
        self.listener = listener

    def trusts(self, peer: str) -> bool:
        """Whether a peer, as `getpeername` gives it, is one of the relays."""
        return peer == LOCAL or any(_address(peer) in network for network in self.listener.relays)

    def enter(self, guest: Guest, now: float) -> str:
        """Counts a session in, or gives the reply that refuses it (RFC 5321 §3.8)."""
        if self.stopping:
            return "421 4.3.2 Going down, come back later"
        home = _home(guest.peer)
        if not guest.relay and self._homes[home] >= self.listener.connections_per_client:
            return "421 4.7.0 Too many connections from your address, come back later"
        if not self._has_room(guest) and not self._make_room(now):
            return "421 4.7.0 Too many connections, come back later"
        self._guests[id(guest)] = guest
        self._homes[home] += 1
        return ""

    def leave(self, guest: Guest) -> None:
        if self._guests.pop(id(guest), None) is not None:
            self._homes -= Counter([_home(guest.peer)])

    def _has_room(self, guest: Guest) -> bool:
        kept = 0 if guest.relay else self.listener.connections // _FOR_RELAYS
        return len(self._guests) < self.listener.connections - kept

    def _make_room(self, now: float) -> bool:
        """Sends away the stranger who has been here for longest without a mail; False if nobody dawdles."""

        def dawdled(guest: Guest) -> float:
            return (now - guest.since) / (6 if guest.in_mail else 1)

        strangers = [guest for guest in self._guests.values() if not guest.relay]
        slowest = max(strangers, key=dawdled, default=None)
        if slowest is None or dawdled(slowest) < _DAWDLES:
            return False
        log.warning("no room: %s makes way for others", slowest.peer, extra={"peer": slowest.peer})
        self.leave(slowest)
        slowest.hang_up("421 4.4.2 Others are waiting, come back later")
        return True

    def too_often(self, sender: str, guest: Guest, now: float) -> str:
        """The reply to a sender, or a client, with too many mails of late; "" to all others, and to relays."""
        if guest.relay:
            return ""
        if self._clients.reached(_home(guest.peer), now):
            return "450 4.7.1 Too many mails from your address, try again later"
        if self._senders.reached(sender, now):
            return "450 4.7.1 Too many mails from this sender, try again later"
        return ""

    @property
    def large(self) -> int:
        """Octets beyond which a mail waits for its turn: of the many sessions of a flood each may hold but a little."""
        return LARGE if len(self._guests) <= _CROWD else LARGE // 8

    def large_mail(self, relay: bool) -> AbstractAsyncContextManager[None]:
        """A large mail's turn, so that ten at once need the memory of a few.

        Relays have turns of their own: a stranger who trickles holds up strangers alone.
        """
        return self._large[relay]

    async def keep(self, mail: RawMail, peer: str) -> asyncio.Future[int]:
        """Waits until a mail is durable, or is not: the future is done and says which.

        When the session is cancelled meanwhile, for its client hung up, the mail is still kept: the
        client never saw the 250 and sends it again, which the desk will recognise.
        """
        keeping = self._begin(mail)
        self.keeping.add(keeping)
        told = keeping.get_loop().create_future()  # the session may give this one up, and not the mail
        keeping.add_done_callback(partial(self._kept, mail, peer, told))
        await told
        return keeping

    def _begin(self, mail: RawMail) -> asyncio.Future[int]:
        try:
            return asyncio.ensure_future(self.listener.accept(mail))
        except Exception as error:  # noqa: BLE001 - supervises a mail's keeping: the client is told as of any other end
            failed: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            failed.set_exception(error)
            return failed

    def _kept(self, mail: RawMail, peer: str, told: asyncio.Future[None], keeping: asyncio.Future[int]) -> None:
        self.keeping.discard(keeping)
        if not told.done():
            told.set_result(None)
        fields: dict[str, object] = {"peer": peer, "envelope_from": mail.envelope_from, "envelope_to": mail.envelope_to}
        error = None if keeping.cancelled() else keeping.exception()
        if error is not None:
            log.error("could not keep a mail from %s", peer, exc_info=error, extra=fields)
        elif not keeping.cancelled():
            if not mail.relay:
                now = keeping.get_loop().time()
                self._senders.count(mail.envelope_from or "", now)
                self._clients.count(_home(peer), now)
            fields |= {"inbox_id": keeping.result(), "octets": len(mail.raw), "source": mail.source}
            log.info("kept mail %d from <%s> at %s", keeping.result(), mail.envelope_from, peer, extra=fields)


def _address(peer: str) -> IPv4Address | IPv6Address:
    address = ip_address(peer)
    # ::ffff:192.0.2.1 is how a socket for both families sees IPv4.
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def _home(peer: str) -> str:
    """By what a peer is counted. Who has one IPv6 address has its whole /64 (RFC 6177)."""
    address = None if peer == LOCAL else _address(peer)
    return address.packed[:8].hex() if isinstance(address, IPv6Address) else str(address)


def apology(error: BaseException | None) -> str:
    """The reply to a client when we are in trouble: try again later, and nothing of the cause."""
    no_space = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    # "database or disk is full" (SQLITE_FULL) is an OperationalError among many others.
    if no_space or (isinstance(error, sqlite3.OperationalError) and "full" in str(error)):
        return NO_ROOM
    return "451 4.3.0 Trouble at our end, try again later"
