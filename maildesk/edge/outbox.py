"""The sending leg: claims an outbox row, hands its bytes to a transport, settles the row.

It knows neither SQL nor tickets nor SMTP: the rows come through a ``Queue``, the bytes leave
through a ``Transport``. A mail is sent as it was stored, however often (RFC 5321 §4.5.4.1 asks
for retries over days, the same Message-ID lets the receiver see that it is the same mail).
It refuses to hold due work in memory alone: a row stays queued until its end is recorded, so a
crash between the peer's 250 and that record doubles this one mail and loses none (RFC 1047).

A mail that is refused, slow or hanging costs only its own place among the few in flight (``lanes``). A
smarthost that cannot be reached is nobody's fault: the leg pauses and probes with one mail.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from maildesk.edge.lanes import Lanes, domain_of
from maildesk.edge.pace import Line, Pace, Wellness
from maildesk.edge.transport import Deferred, Outcome, Outgoing, Refused, Sent, Transport, one_line

log = logging.getLogger(__name__)

NAP = 1.0  # seconds; another process may have changed a row, or somebody the clock
_CLAIM = 32  # rows that are read at once, to be sent within a nap or read anew
_UNSETTLED = 48  # mails that have landed and whose end is being recorded


class Queue(Protocol):
    """The outbox table, from the only sender's side."""

    async def due(
        self, now: datetime, limit: int, excluding: Collection[int], without: Collection[str]
    ) -> Sequence[Outgoing]:
        """Queued mails whose time has come, the longest due first; none to the domains ``without``."""

    async def next_at(self) -> datetime | None:
        """When the next queued mail becomes due; in the past for one that is due or in flight."""

    async def sent(self, id: int) -> None: ...

    async def defer(self, id: int, error: str, next_at: datetime) -> None:
        """Counts the attempt."""

    async def fail(self, id: int, error: str) -> None: ...


class Outbox:
    """Sends what is due until it is drained.

    ``clock`` tells UTC; ``dice`` spreads the retries. All methods belong to one event loop.
    """

    def __init__(
        self,
        queue: Queue,
        transport: Transport,
        clock: Callable[[], datetime],
        *,
        wellness: Wellness,
        dice: Random,
        pace: Pace,
    ) -> None:
        self._queue = queue
        self._transport = transport
        self._clock = clock
        self._dice = dice
        self._pace = pace
        self._line = Line(pace, wellness)
        self._claims: deque[Outgoing] = deque()  # are due, and have not taken off
        self._claimed_at = 0.0
        self._flights: dict[int, asyncio.Task[None]] = {}  # until their end is recorded
        self._landed: set[int] = set()  # of those, the ones whose outcome is known
        self._lanes = Lanes(pace.in_flight)
        self._stir = asyncio.Event()
        self._draining = False

    async def run(self) -> None:
        """Sends until :meth:`drain`. The store's trouble is logged and outlived."""
        async with asyncio.TaskGroup() as flights:
            while not self._draining:
                self._stir.clear()
                try:
                    await self._launch(flights)
                    nap = await self._nap()
                except Exception:
                    log.exception("the outbox cannot be read")
                    nap = NAP
                await self._rest(nap)

    def wake(self) -> None:
        """Says that the outbox has changed; without it, the leg sees that within a second."""
        self._stir.set()

    async def use(self, transport: Transport) -> None:
        """Sends through another transport from now on (a reload); mails in flight end on the old."""
        old, self._transport = self._transport, transport
        self._line.renewed()
        self.wake()
        await old.close()

    async def drain(self, timeout: float) -> None:  # noqa: ASYNC109  (the deadline of others' work)
        """Starts no more mails, gives those in flight ``timeout`` seconds, and closes the transport.

        What has not ended then stays queued. A mail cut off here in its last moment may arrive twice.
        """
        self._draining = True
        self._stir.set()
        await self._wait_for_flights(timeout)
        for id in self._flights.keys() - self._landed:
            self._flights[id].cancel()
        await self._wait_for_flights(NAP)  # an outcome that is known gets its record
        for flight in self._flights.values():
            flight.cancel()
        await self._transport.close()

    async def _wait_for_flights(self, timeout: float) -> None:  # noqa: ASYNC109
        if self._flights:
            await asyncio.wait(self._flights.values(), timeout=timeout)

    def _room(self) -> int:
        """How many mails may start now; while the line is lost, one probe after each pause."""
        if not self._line.lost:
            settling = len(self._flights) - len(self._lanes)
            return min(self._pace.in_flight - len(self._lanes), _UNSETTLED - settling)
        return 0 if self._flights or self._line.pause_left() else 1

    async def _launch(self, flights: asyncio.TaskGroup) -> None:
        room = self._room()
        if room > 0 and not self._can_start():
            await self._claim()
        while room > 0 and not self._draining and (mail := self._next()) is not None:
            self._lanes.took_off(mail.id, domain_of(mail.envelope_to), self._time())
            self._flights[mail.id] = flights.create_task(self._carry(mail))
            room -= 1

    def _can_start(self) -> bool:
        """Whether a claim is at hand that is fresh and whose lane is open: an admin may have dropped an older one."""
        if self._time() - self._claimed_at >= NAP:
            self._claims.clear()
        closed = self._lanes.closed(self._time())
        return any(domain_of(mail.envelope_to) not in closed for mail in self._claims)

    async def _claim(self) -> None:
        self._claims.clear()
        self._claimed_at = self._time()
        closed = self._lanes.closed(self._claimed_at)
        self._claims.extend(await self._queue.due(self._clock(), _CLAIM, tuple(self._flights), closed))

    def _next(self) -> Outgoing | None:
        """The first claim whose lane is open."""
        closed = self._lanes.closed(self._time())
        found = next((mail for mail in self._claims if domain_of(mail.envelope_to) not in closed), None)
        if found is not None:
            self._claims.remove(found)
        return found

    def _time(self) -> float:
        return asyncio.get_running_loop().time()

    async def _nap(self) -> float | None:
        """Seconds to rest unless something stirs; None: until then."""
        if self._room() <= 0:
            return None if self._flights else self._line.pause_left()
        if self._flights or self._claims:
            return NAP  # whatever lands stirs
        next_at = await self._queue.next_at()
        if next_at is None:
            return NAP
        wait = (next_at - self._clock()).total_seconds()
        return min(wait, NAP) if wait > 0 else NAP

    async def _rest(self, nap: float | None) -> None:
        try:
            async with asyncio.timeout(nap):
                await self._stir.wait()
        except TimeoutError:
            return

    async def _carry(self, mail: Outgoing) -> None:
        """One mail's way from claim to settlement, whatever happens to the others."""
        transport, era = self._transport, self._line.era
        try:
            try:
                outcome = await self._send(transport, mail)
            finally:
                self._lanes.landed(mail.id, self._time())
            self._landed.add(mail.id)
            self._stir.set()
            self._learn(outcome, era, transport.name)
            _tell(mail, outcome)
            await self._settle(mail, outcome)
        finally:
            self._landed.discard(mail.id)
            del self._flights[mail.id]
            self._stir.set()

    async def _send(self, transport: Transport, mail: Outgoing) -> Outcome:
        try:
            return await transport.send(mail)
        except Exception as error:  # this flight's supervisor: our fault costs neither leg nor mail
            log.exception("mail %d could not be sent", mail.id)
            return Deferred(f"internal error: {type(error).__name__}", connection=False)

    def _learn(self, outcome: Outcome, era: int, what: str) -> None:
        match outcome:
            case Deferred(error=error, connection=True):
                self._line.broke(era, what, error)
            case Refused(reached=False):
                pass  # nobody was asked
            case _:
                self._line.held(era)

    async def _settle(self, mail: Outgoing, outcome: Outcome) -> None:
        """Records the end of a mail, however long the store needs to be able to.

        Until then it keeps its place among the unsettled: were it let go with a full disk, the same mail would be
        sent again every second; as it is, a few more are sent, and then no more.
        """
        while True:
            try:
                await self._record(mail, outcome)
            except Exception:
                log.exception("the end of mail %d cannot be recorded", mail.id)
                await asyncio.sleep(NAP)
            else:
                return

    async def _record(self, mail: Outgoing, outcome: Outcome) -> None:
        match outcome:
            case Sent():
                await self._queue.sent(mail.id)
            case Refused(error=error):
                await self._queue.fail(mail.id, error)
            case Deferred(error=error) if self._is_too_old(mail, outcome):
                await self._queue.fail(mail.id, one_line(f"tried for {self._pace.patience}: {error}"))
            case Deferred(error=error):
                await self._queue.defer(mail.id, error, self._clock() + self._delay(mail, outcome))

    def _is_too_old(self, mail: Outgoing, outcome: Deferred) -> bool:
        """Out of patience; but a desk that was down so long may find the network not yet up."""
        untried = outcome.connection and mail.attempts == 0
        return self._clock() - mail.created_at >= self._pace.give_up and not untried

    def _delay(self, mail: Outgoing, outcome: Deferred) -> timedelta:
        """Behind the others, if the line is lost: so the next probe is with another mail."""
        if outcome.connection:
            return timedelta(seconds=self._line.pause_left())
        return self._pace.retry(mail.attempts, self._dice)


def _tell(mail: Outgoing, outcome: Outcome) -> None:
    words = outcome.reply if isinstance(outcome, Sent) else outcome.error
    level = logging.INFO if isinstance(outcome, Sent) else logging.WARNING
    name = type(outcome).__name__.lower()
    fields = {
        "outbox_id": mail.id,
        "outcome": name,
        "recipient": one_line(mail.envelope_to),
        "message_id": mail.message_id,
        "attempts": mail.attempts,
        "reply": words,
    }
    log.log(level, "mail %d to %s %s: %s", mail.id, fields["recipient"], name, words, extra=fields)
