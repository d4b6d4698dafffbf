"""The doors between the legs and the store: each leg's own idea of a table, kept by the one writer."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import TypeVar

from maildesk.edge.counts import Counts
from maildesk.edge.imap_account import FolderState, Uid
from maildesk.edge.room import Room
from maildesk.edge.transport import Outgoing
from maildesk.edge.writer import Writer
from maildesk.model import RawMail
from maildesk.store import due, mailboxes, outbox
from maildesk.store.engine import Store
from maildesk.store.mailboxes import MailboxUid, Place
from maildesk.store.outbox import Queued

log = logging.getLogger(__name__)

T = TypeVar("T")
Clock = Callable[[], datetime]


class OutboxQueue:
    """`edge.outbox.Queue`: the outbox table."""

    def __init__(self, writer: Writer, clock: Clock, failed: Callable[[], None], counts: Counts) -> None:
        """``failed`` is called once a mail has failed for good: somebody must be told."""
        self._writer, self._clock, self._failed, self._counts = writer, clock, failed, counts

    async def due(
        self, now: datetime, limit: int, excluding: Collection[int], without: Collection[str] = ()
    ) -> Sequence[Outgoing]:
        def look(store: Store) -> Sequence[Queued]:
            found = outbox.due(store, now, limit, excluding, without)
            if found:
                store.sync()  # what goes out was decided, whatever happens to the power
            return found

        found = await self._writer.look(look)
        return [
            Outgoing(q.id, q.envelope_from, q.envelope_to, q.raw, q.attempts, q.created_at, q.message_id) for q in found
        ]

    async def next_at(self) -> datetime | None:
        return await self._writer.look(outbox.next_at)

    async def sent(self, id: int) -> None:
        at = self._clock()
        await self._writer.ask(lambda store: outbox.sent(store, id, at), patient=True)
        self._counts.outgoing["sent"] += 1

    async def defer(self, id: int, error: str, next_at: datetime) -> None:
        await self._writer.ask(lambda store: outbox.defer(store, id, error, next_at))
        self._counts.outgoing["deferred"] += 1

    async def fail(self, id: int, error: str) -> None:
        await self._writer.ask(lambda store: outbox.fail(store, id, error))
        self._counts.outgoing["failed"] += 1
        self._failed()


class MailboxLedger:
    """`edge.imap_account.Ledger`: called from the mailboxes' threads, durable when a call returns."""

    def __init__(self, writer: Writer, accepted: Callable[[], None], room: Room, counts: Counts) -> None:
        self._writer, self._accepted, self._room, self._counts = writer, accepted, room, counts

    def _run(self, job: Callable[[Store], T]) -> T:
        return self._writer.call(job).result()

    def folder(self, account: str, folder: str) -> FolderState | None:
        place = self._run(lambda store: mailboxes.place(store, account, folder))
        if place is None:
            return None
        return FolderState(place.uidvalidity, place.baseline_uid, place.baseline_at, place.last_uid)

    def remember(self, account: str, folder: str, state: FolderState) -> None:
        place = Place(state.uidvalidity, state.baseline_uid, state.baseline_at, state.last_uid)
        self._run(lambda store: mailboxes.remember(store, account, folder, place))

    def accept(self, mails: Sequence[tuple[Uid, RawMail]]) -> None:
        """OSError where there is no room: they stay where they are."""
        self._room.claim(sum(len(mail.raw) for _, mail in mails))
        rows = [(MailboxUid(uid.account, uid.folder, uid.uidvalidity, uid.uid), mail) for uid, mail in mails]
        self._run(lambda store: mailboxes.accept(store, rows))
        self._counts.took_in("imap", len(rows))
        self._accepted()

    def unsettled(self, account: str, folder: str, uidvalidity: int) -> list[int]:
        return self._run(lambda store: mailboxes.unsettled(store, account, folder, uidvalidity))

    def settle(self, account: str, folder: str, uidvalidity: int, uids: Sequence[int]) -> None:
        self._run(lambda store: mailboxes.settle(store, account, folder, uidvalidity, uids))


class Alarms:
    """Tells the admins: by a row that becomes a mail, and by `desk.alarm_command` where there is one.

    Never waits and never raises: whoever is unwell has other things to do.
    """

    def __init__(self, writer: Writer, clock: Clock, command: Callable[[], str | None], counts: Counts) -> None:
        self._writer, self._clock, self._command, self._counts = writer, clock, command, counts
        self._loop = asyncio.get_running_loop()
        self._running: set[asyncio.Task[None]] = set()
        self.lost_since: dict[str, float] = {}
        """What is lost now, and since when, by the monotonic clock."""

    def lost(self, what: str, error: str) -> None:
        self.lost_since.setdefault(what, time.monotonic())
        self.ring(f"{what} is lost", error)

    def well(self, what: str) -> None:
        self.lost_since.pop(what, None)
        self.ring(f"{what} is well again", "")

    def note(self, what: str, text: str) -> None:
        self.ring(what, text)

    def ring(self, title: str, details: str) -> None:
        self._counts.alarms += 1
        log.warning("alarm", extra={"title": title, "details": details})
        at = self._clock()
        future: Future[None] = self._writer.call(lambda store: due.raise_alarm(store, at, title, details))
        future.add_done_callback(_log_failure)
        if command := self._command():
            self._loop.call_soon_threadsafe(self._start, command, f"{title}\n\n{details}\n")

    def _start(self, command: str, text: str) -> None:
        task = self._loop.create_task(_run_command(command, text))
        self._running.add(task)
        task.add_done_callback(self._running.discard)


def _log_failure(future: Future[None]) -> None:
    if error := future.exception():
        log.error("an alarm could not be kept", extra={"error": str(error)})


async def _run_command(command: str, text: str) -> None:
    try:
        process = await asyncio.create_subprocess_exec(command, stdin=asyncio.subprocess.PIPE)
        async with asyncio.timeout(30):
            await process.communicate(text.encode())
    except (OSError, TimeoutError) as error:
        log.error("alarm_command failed", extra={"error": str(error)})
