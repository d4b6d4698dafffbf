"""Watches over the store of a daemon: what it lacks when it is opened, how it is, and whether there is room."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from maildesk.config import Config
from maildesk.edge import checkup, logbook, service
from maildesk.edge.canary import Bell
from maildesk.edge.checkup import Finding, Patience
from maildesk.edge.logbook import Logbook, Missing
from maildesk.edge.room import Room
from maildesk.edge.writer import Writer
from maildesk.store import copies, soundness
from maildesk.store.engine import Store
from maildesk.store.soundness import Numbers

log = logging.getLogger(__name__)

T = TypeVar("T")
_PATIENCE = 10.0  # seconds, of systemd's, that are asked for again and again
_AFTER_GOOD_ORDER = 5.0  # seconds for the store, where nothing speaks against it: a large one is read from the disk
_MORE_ROOM = 1.1  # times the floor, until it is said that there is room again


class Watch:
    """All methods belong to one event loop."""

    def __init__(self, logbook: Logbook, writer: Writer, store: Path, clock: Callable[[], datetime]) -> None:
        self._logbook, self._writer, self._store, self._clock = logbook, writer, store, clock
        self._missing: Missing | None = None
        self._cramped = False
        self._patience = Patience()

    # --- from the opening to the end -------------------------------------------------------------------

    async def opened(self) -> None:
        """Opens the store, whatever time its being brought forward takes. OSError (Unfit), sqlite3.Error."""
        new, log_lost, before = not self._store.exists(), soundness.lost_log(self._store), self._logbook.read()
        waiting = asyncio.create_task(_ask_for_time())
        try:
            await asyncio.to_thread(self._writer.start)
        finally:
            waiting.cancel()
        if before and before.closed:
            self._patience = Patience(_AFTER_GOOD_ORDER)
        numbers = await self._ask(soundness.numbers)
        self._missing = logbook.missing(before, numbers, log_lost)
        beyond = before.numbers.tickets if before else 0
        if self._missing and not new and (log_lost or numbers.tickets <= beyond):  # a new one has keys of its own
            await self._ask(lambda store: copies.skip(store.connection, beyond))
        self._logbook.write(numbers, self._clock())

    def stop(self) -> None:
        """Ends a look that goes on."""
        self._patience.stop.set()

    def closed(self) -> None:
        self._logbook.close(self._clock())

    async def look(self, config: Config, bell: Bell) -> None:
        """Tells what is amiss. A large store takes seconds, in which everything else goes on."""
        if self._missing:
            bell.ring(self._missing.title, self._missing.details)
        try:
            findings = await asyncio.to_thread(self._findings, config)
        except Exception as error:  # noqa: BLE001 - a look that fails (no memory, no thread) stops no desk
            log.error("the desk could not be checked", extra={"error": repr(error)})
            return
        for finding in findings:
            log.log(logging.INFO if finding.ok else logging.WARNING, "checked", extra={"finding": str(finding)})
            if finding.ok is False:
                bell.ring(f"Something is wrong with the {finding.what}", finding.detail)

    def _findings(self, config: Config) -> list[Finding]:
        return list(checkup.look(config, self._clock(), self._patience))

    # --- each second -----------------------------------------------------------------------------------

    def tick(self, room: Room, bell: Bell) -> None:
        self._writer.look(soundness.numbers).add_done_callback(self._note)
        with suppress(OSError):
            self._mind(room, bell)

    def _note(self, future: asyncio.Future[Numbers]) -> None:
        if not future.cancelled() and not future.exception():
            self._logbook.write(future.result(), self._clock())

    def _mind(self, room: Room, bell: Bell) -> None:
        free, floor = room.free() // 2**20, room.floor() // 2**20
        if not self._cramped and not room.holds(0):
            self._cramped = True
            details = f"{free:,} MiB are free, and limits.free_space is {floor:,} MiB. What was taken in is answered."
            bell.ring("The store's disk is nearly full: no mail is taken in (452)", details)
        elif self._cramped and room.free() >= room.floor() * _MORE_ROOM:
            self._cramped = False
            bell.ring("There is room again on the store's disk", f"{free:,} MiB are free.")

    async def _ask(self, job: Callable[[Store], T]) -> T:
        return await self._writer.ask(job)


async def _ask_for_time() -> None:
    """Of systemd, which would take a daemon that copies a large store for one that hangs (sd_notify(3))."""
    while True:
        service.notify(f"EXTEND_TIMEOUT_USEC={round(_PATIENCE * 3_000_000)}")
        await asyncio.sleep(_PATIENCE)
