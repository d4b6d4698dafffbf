"""Reads mails: from octets to all that can be known of each without the past. The first half of the THINK leg.

Outside of any transaction, so that nobody waits for it; also while the store is being locked, or synced, by means of a
connection of its own. It refuses to write: what cannot be read is handed on as that.
"""

from __future__ import annotations

import secrets
import sqlite3
import time
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from maildesk.desk import customers, origins, routing
from maildesk.desk.addresses import Recipient
from maildesk.desk.case import Case, authenticate, recipients
from maildesk.desk.origins import Meant
from maildesk.desk.policy import Policy
from maildesk.desk.question import question
from maildesk.desk.routing import Routed
from maildesk.mail import parse
from maildesk.model import Authentication, Facts, Mail, Moment, Question, RawMail
from maildesk.store import intake, rows
from maildesk.store.engine import Store

_AT_ONCE = 8 * 2**20  # octets of mail that are in memory at once, about

Clock = Callable[[], datetime]


def now() -> datetime:
    return datetime.now(UTC)


def moment(at: datetime) -> Moment:
    return Moment(at, secrets.token_bytes(32))


@dataclass(frozen=True, slots=True)
class Thought:
    """A mail that was read and waits for its facts."""

    id: int
    raw: RawMail
    meant: Meant
    recipients: tuple[Recipient, ...]
    authentication: Authentication
    question: Question
    routed: Routed
    page: str | None
    took: float  # seconds, to read it

    @property
    def mail(self) -> Mail:
        """As it was received."""
        return self.meant.received

    def case(self, policy: Policy, facts: Facts, at: Moment) -> Case:
        """All that is known about the mail when it is decided about."""
        return Case(
            inbox_id=self.id,
            raw=self.raw,
            mail=self.meant.mail,
            recipients=self.recipients,
            authentication=self.authentication,
            policy=policy,
            moment=at,
            facts=facts,
            origin=self.meant.origin,
            forwarded=self.meant.forwarded,
            routed=self.routed,
            page=self.page,
        )


@dataclass(frozen=True, slots=True)
class Unread:
    """A mail that could not be understood, and why: as text, for the error itself would keep alive what it met."""

    id: int
    trace: str
    starved: bool  # of memory

    @classmethod
    def of(cls, id: int, error: Exception) -> Unread:
        return cls(id, trace(error), isinstance(error, MemoryError))


class Reading:
    """The mails that wait, the oldest first, as far as they have been read.

    ``begin`` is told each mail's inbox id before it is touched, and None once it has been read.
    """

    def __init__(self, store: Store, clock: Clock, begin: Callable[[int | None], None]) -> None:
        self._store, self._clock, self._begin = store, clock, begin
        self._policy: Policy | None = None
        self._ids: deque[int] = deque()  # not yet read
        self._read: deque[Thought | Unread] = deque()
        self._octets = 0  # of what was read since the last look

    def __len__(self) -> int:
        """How many have been read that nobody has taken."""
        return len(self._read)

    def look(self, policy: Policy, limit: int) -> None:
        """Sees which mails wait now, up to ``limit``.

        What was read by another policy is to be read again, and what would come before an older one: the store has
        failed while that was being settled.
        """
        waiting = intake.waiting(self._store, self._clock(), limit)
        if policy is not self._policy or (self._read and waiting[:1] < [self._read[0].id]):
            self._read.clear()
        self._policy = policy
        ahead = {each.id for each in self._read}
        self._ids = deque(id for id in waiting if id not in ahead)
        self._octets = sum(map(_octets, self._read))

    def next(self) -> bool:
        """Reads one more; False when it has read all that it saw, or as much as memory is meant for."""
        if not self._ids or self._octets > _AT_ONCE:
            return False
        id = self._ids.popleft()
        self._begin(id)
        try:
            each: Thought | Unread = self._thought(id)
        except sqlite3.OperationalError:
            raise  # the disk: not this mail's fault
        except Exception as error:  # noqa: BLE001 - the supervisor of one mail's reading
            each = Unread.of(id, error)
        self._begin(None)
        self._read.append(each)
        self._octets += _octets(each)
        return True

    def taken(self) -> Thought | Unread | None:
        """The oldest that has been read; it is the caller's now."""
        return self._read.popleft() if self._read else None

    def _thought(self, id: int) -> Thought:
        assert self._policy is not None  # look() comes first
        began, policy = time.perf_counter(), self._policy
        raw = intake.load(self._store, id)
        mail = parse.read(raw.raw)
        to = recipients(raw, mail, policy)
        # An admin's pattern may need ages for a hostile mail. If so, then here, where nobody waits for the lock.
        meant = origins.read(mail, to, policy.config)
        asked = question(id, meant, to, policy, self._clock())
        known = Facts(contact=rows.contact(self._store, asked.person or asked.author))
        case = case_of(id, raw, meant, to, known, policy, moment(self._clock()))
        routed, page = routing.route(case.incoming, policy.config), customers.page(case.mail)
        return Thought(id, raw, meant, to, case.authentication, asked, routed, page, time.perf_counter() - began)


def _octets(each: Thought | Unread) -> int:
    return len(each.raw.raw) if isinstance(each, Thought) else 0


def trace(error: BaseException) -> str:
    """The traceback, as text that a table and a mail can hold, whatever was in the error's message."""
    return "".join(traceback.format_exception(error)).encode("utf-8", "backslashreplace").decode()


def case_of(
    id: int, raw: RawMail, meant: Meant, to: tuple[Recipient, ...], known: Facts, policy: Policy, at: Moment
) -> Case:
    """All that is known about a mail when it is decided about, but for what reading it looked at already."""
    return Case(
        inbox_id=id,
        raw=raw,
        mail=meant.mail,
        recipients=to,
        authentication=origins.weigh(authenticate(raw, meant.received, policy), meant.origin),
        policy=policy,
        moment=at,
        facts=known,
        origin=meant.origin,
        forwarded=meant.forwarded,
    )
