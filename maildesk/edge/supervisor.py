"""Keeps one thinking process alive, and kills it when a mail takes too long.

A mail that had to be killed for is quarantined at once. A worker that died by itself while it was
at a mail counts as one failure of that mail: it may have been somebody else's SIGKILL.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

_LINE = 65536  # octets of a worker's line


@dataclass(frozen=True, slots=True)
class Reports:
    """What the supervisor tells the daemon."""

    queued: Callable[[], None]  # mails may have been queued
    hung: Callable[[int, str], Awaitable[None]]  # this mail had to be killed for: quarantine it
    died: Callable[[int, str], Awaitable[None]]  # the worker died at this mail: one failure
    trouble: Callable[[str], None]  # the store cannot be written
    well: Callable[[], None]


class Supervisor:
    """``limit`` is in seconds for one mail; all methods belong to one event loop."""

    def __init__(self, config: Path, reports: Reports, limit: float) -> None:
        self.config, self.reports, self.limit = config, reports, limit
        self._process: asyncio.subprocess.Process | None = None
        self._mail: int | None = None
        self._since = 0.0
        self._stopping = False
        self._ready = asyncio.Event()

    async def run(self) -> None:
        """Until `stop`: starts a worker, listens to it, starts the next one when it is gone."""
        delay = 0.1
        while not self._stopping:
            began = asyncio.get_running_loop().time()
            try:
                await self._one_life()
            except Exception:  # noqa: BLE001 - supervises a leg
                log.error("the worker cannot be started", extra={"trace": traceback.format_exc()})
            lived = asyncio.get_running_loop().time() - began
            delay = 0.1 if lived > 10 else min(delay * 2, 10.0)
            if not self._stopping:
                await asyncio.sleep(delay)

    def tell(self, word: str) -> None:
        """ "wake" or "reload"; a worker that is just starting needs neither."""
        process = self._process
        if process and process.stdin and not process.stdin.is_closing():
            process.stdin.write(word.encode() + b"\n")

    async def ready(self) -> None:
        await self._ready.wait()

    async def stop(self, timeout: float) -> None:  # noqa: ASYNC109 - the deadline of the drain
        """Lets the worker end what it is at, then ends it."""
        self._stopping = True
        process = self._process
        if process is None or process.returncode is not None:
            return
        if process.stdin:
            process.stdin.close()
        try:
            async with asyncio.timeout(timeout):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _one_life(self) -> None:
        self._mail = None
        process = self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "maildesk.edge.worker", str(self.config)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_LINE,
        )
        watch = asyncio.create_task(self._watch(process))
        try:
            assert process.stdout is not None
            async for line in process.stdout:
                self._hear(line)
            await process.wait()
        finally:
            watch.cancel()
            if process.returncode is None:
                process.kill()
        if not self._stopping:
            log.warning("the worker is gone", extra={"status": process.returncode, "mail": self._mail})
            if self._mail is not None:
                await self.reports.died(self._mail, f"the thinking process died ({process.returncode})")

    def _hear(self, line: bytes) -> None:
        word = json.loads(line)
        self._mail = word.get("mail")
        self._since = asyncio.get_running_loop().time()
        if "ready" in word:
            self._ready.set()
            log.info("worker ready", extra={"pid": word["ready"]})
        elif "trouble" in word:
            self.reports.trouble(word["trouble"])
        elif "unusable" in word:
            log.error("the worker finds the files unusable", extra={"problems": word["unusable"]})
        elif self._mail is None:
            self.reports.well()
            if "done" in word:
                self.reports.queued()

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        """Kills the worker when it has been at one mail for longer than the limit."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(min(self.limit / 4, 0.5))
            mail = self._mail
            if mail is None or loop.time() - self._since < self.limit:
                continue
            log.error("killing the worker", extra={"mail": mail, "seconds": round(loop.time() - self._since, 1)})
            self._mail = None
            process.kill()
            await self.reports.hung(mail, f"understanding it took longer than {self.limit:g} s")
            return
