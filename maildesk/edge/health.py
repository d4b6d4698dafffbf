"""Is the desk well, and how busy is it? The pages /health and /metrics of the status port.

Costs the desk nothing worth counting: counters are in memory, queues are read by their indexes. Shows no
address, no subject and no account's name.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from importlib.metadata import version

from maildesk.edge.canary import Canary
from maildesk.edge.counts import Counts
from maildesk.edge.exposition import TYPE, Family, Labels, counter, gauge, histogram, text
from maildesk.edge.room import Room
from maildesk.edge.status_port import Page, Pages
from maildesk.edge.supervisor import Supervisor
from maildesk.edge.writer import Writer
from maildesk.store.pulse import Pulse, pulse

_STORE = 4.0  # seconds that the store has to answer
_UNREAD = 60.0  # seconds that a mail may wait to be understood
_UNSENT = 300.0  # seconds that a due mail may wait to be sent, or a server may be lost


@dataclass(frozen=True, slots=True)
class Health:
    """Looks at the daemon's parts. ``store_trouble`` is "" while the store can be written."""

    writer: Writer
    supervisor: Supervisor
    counts: Counts
    room: Room
    canary: Canary
    clock: Callable[[], datetime]
    lost_since: Mapping[str, float]
    store_trouble: Callable[[], str]

    @property
    def pages(self) -> Pages:
        return {"/metrics": self.metrics, "/health": self.health}

    async def health(self) -> Page:
        """200 where nothing is wrong, else 503; JSON says what."""
        found, writable = await asyncio.gather(self._pulse(), self._writable())
        reasons = [*self._reasons(found), *(() if writable else (f"the store cannot be written for {_STORE:g} s",))]
        body = json.dumps({"ok": not reasons, "reasons": reasons})
        status = HTTPStatus.SERVICE_UNAVAILABLE if reasons else HTTPStatus.OK
        return Page(status, "application/json", f"{body}\n")

    async def metrics(self) -> Page:
        found = await self._pulse()
        families = [*self._of_daemon(), *(() if found is None else self._of_queues(found))]
        return Page(HTTPStatus.OK, TYPE, text(families))

    async def _pulse(self) -> Pulse | None:
        """None where the store does not answer."""
        try:
            async with asyncio.timeout(_STORE):
                return await self.writer.look(pulse)
        except (TimeoutError, sqlite3.Error):
            return None

    async def _writable(self) -> bool:
        """Whether a transaction can begin and end, behind whatever waits already."""
        try:
            async with asyncio.timeout(_STORE):
                return await self.writer.ask(lambda store: True)
        except (TimeoutError, sqlite3.Error):
            return False

    # --- what is wrong ---------------------------------------------------------------------------------

    def _reasons(self, found: Pulse | None) -> Iterator[str]:
        if not self.supervisor.alive:
            yield "the process that thinks is not running"
        if found is None:
            yield f"the store does not answer within {_STORE:g} s"
        if trouble := self.store_trouble():
            yield f"the store cannot be written: {trouble}"
        if not self.room.holds(0):
            yield f"{self.room.free() // 2**20:,} MiB are free: no mail is taken in"
        if found is not None:
            if (waited := self._age(found.oldest_received)) > _UNREAD:
                yield f"a mail has waited for {waited:.0f} s to be understood"
            if (waited := self._age(found.first_due)) > _UNSENT:
                yield f"a mail that is due has waited for {waited:.0f} s to be sent"
        lost = [since for since in self.lost_since.values() if time.monotonic() - since > _UNSENT]
        if lost:
            yield f"{len(lost)} mail server(s) out of reach, for {time.monotonic() - min(lost):.0f} s"
        if self.canary.flight is not None and self.canary.flight.late:
            yield "the canary did not come back in time"

    def _age(self, since: datetime | None) -> float:
        return (self.clock() - since).total_seconds() if since else 0.0

    # --- figures ---------------------------------------------------------------------------------------

    def _of_daemon(self) -> Iterator[Family]:
        counts = self.counts
        yield gauge("info", "Always 1; says which version this is.", {(("version", version("maildeskd")),): 1})
        yield counter("mails_accepted", "Mails made durable by the daemon.", _by("source", counts.accepted))
        yield counter("mails_put_off", "Mails that could not be kept, and will come again.", _by("why", counts.put_off))
        thought: dict[Labels, float] = {
            (("source", source), ("verdict", verdict)): n for (source, verdict), n in counts.thought.items()
        }
        yield counter("mails_thought", "Mails understood.", thought)
        yield histogram("think", "How long understanding a mail took.", counts.think_time)
        yield histogram("commit", "How long a commit of the daemon's took, with its sync.", counts.commit_time)
        yield counter("send_attempts", "What came of attempts to send.", _by("outcome", counts.outgoing))
        yield counter("worker_starts", "Thinking processes started; the first one too.", self.supervisor.lives)
        yield gauge("worker_up", "Whether there is one that thinks.", int(self.supervisor.alive))
        yield counter("alarms", "Times that the admins were told of something by the daemon.", counts.alarms)
        yield gauge("lost_servers", "Mail servers that are out of reach now.", len(self.lost_since))
        yield gauge("store_free_bytes", "Free on the store's disk.", self.room.free())
        flight = self.canary.flight
        yield gauge("canary_seconds", "How long the last canary that came back took.", flight.took if flight else None)
        yield gauge(
            "canary_late", "Whether one is late, and none came in time since.", int(flight.late) if flight else None
        )

    def _of_queues(self, found: Pulse) -> Iterator[Family]:
        yield counter("inbox", "Mails ever accepted, by whatever process: the ledger's last number.", found.mails)
        yield counter("tickets", "The number of the last ticket.", found.tickets)
        queues: dict[Labels, float] = {
            (("queue", "inbox"),): found.received,
            (("queue", "quarantine"),): found.quarantined,
            (("queue", "outbox"),): found.queued,
            (("queue", "held"),): found.held,
            (("queue", "failed"),): found.failed,
            (("queue", "alarms"),): found.alarms,
        }
        yield gauge("queue_mails", "How many wait.", queues)
        ages: dict[Labels, float] = {
            (("queue", "inbox"),): self._age(found.oldest_received),
            (("queue", "outbox"),): self._age(found.oldest_queued),
        }
        yield gauge("queue_oldest_seconds", "How long the oldest has waited; 0 where none does.", ages)


def _by(label: str, counts: Mapping[str, int]) -> dict[Labels, float]:
    return {((label, value),): n for value, n in counts.items()}
