"""Keeps one thinking process alive, and kills it when a mail takes too long.

A mail that had to be killed for is quarantined at once. A worker that died by itself while it was
at a mail counts as one failure of that mail: it may have been somebody else's SIGKILL. One that
does not answer at all, at no mail, is replaced.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from maildesk.edge.pulse import Beat, Pulse
from maildesk.edge.worker import BRIEFING
from maildesk.store.engine import BUSY_TIMEOUT

log = logging.getLogger(__name__)

_LINE = 65536  # octets of a worker's line
_PAUSE = 0.1  # seconds between two workers
_LONGEST_PAUSE = 10.0
_SILENCE = BUSY_TIMEOUT + 1  # seconds on top of the limit: longer than the store keeps it waiting


@dataclass(frozen=True, slots=True)
class Reports:
    """What the supervisor tells the daemon."""

    queued: Callable[[], None]  # mails may have been queued
    hung: Callable[[int, str], Awaitable[None]]  # this mail had to be killed for: quarantine it
    died: Callable[[int, str], Awaitable[None]]  # the worker died at this mail: one failure
    trouble: Callable[[str], None]  # the store cannot be written
    well: Callable[[], None]  # it was written
    thought: Callable[[Sequence[tuple[str, str, float]]], None]  # mails: source, verdict, seconds


@dataclass(slots=True)
class _Life:
    """One worker, from its start to its end; times are the loop's."""

    process: asyncio.subprocess.Process
    pulse: Pulse
    ready: bool = False
    seen: Beat | None = None  # when it was last looked at
    since: float = 0.0  # when that was new
    asked: float | None = None  # when it was first told something that it has not answered
    again: bool = False  # it is to be told to wake once more
    hung: int | None = None  # the mail that it was killed for

    @property
    def mail(self) -> int | None:
        """That it is at."""
        return self.pulse.last().mail

    def tell(self, line: str, now: float) -> None:
        stdin = self.process.stdin
        if stdin and not stdin.is_closing():
            stdin.write(line.encode() + b"\n")
            self.asked = now if self.asked is None else self.asked

    def wake(self, now: float) -> None:
        """Once is enough until it answers: what has come meanwhile, it is told of then."""
        self.again = self.asked is not None
        if not self.again:
            self.tell("wake", now)

    def answered(self, now: float) -> None:
        self.asked = None
        if self.again:
            self.wake(now)

    def overdue(self, now: float, limit: float) -> bool:
        """Too long at one mail, or without any sign of life."""
        beat = self.pulse.last()
        if beat != self.seen:
            self.seen, self.since = beat, now
        if beat.mail is not None:
            return now - self.since >= limit
        return self.ready and self.asked is not None and now - max(self.asked, self.since) >= limit + _SILENCE


class Supervisor:
    """``limit`` is in seconds for one mail; all methods belong to one event loop.

    ``briefing`` is what each worker starts with, packed; ``pulse`` it shares with all of them, one after the other.
    """

    def __init__(self, briefing: str, reports: Reports, limit: float, pulse: Pulse) -> None:
        self.briefing, self.reports, self.limit = briefing, reports, limit
        self._pulse = pulse
        self._life: _Life | None = None
        self._stopping = False
        self._ready = asyncio.Event()
        self.lives = 0  # workers that were started

    @property
    def alive(self) -> bool:
        """Whether there is a worker that thinks."""
        return self._life is not None and self._life.ready and self._life.process.returncode is None

    async def run(self) -> None:
        """Until `stop`: starts a worker, listens to it, starts the next one when it is gone."""
        loop, pause = asyncio.get_running_loop(), _PAUSE
        while not self._stopping:
            began, blamed = loop.time(), False
            try:
                blamed = await self._one_life()
            except Exception:  # noqa: BLE001 - supervises a leg
                log.error("the worker cannot be kept", extra={"trace": traceback.format_exc()})
            brief = loop.time() - began < 10 and not blamed
            pause = min(pause * 2, _LONGEST_PAUSE) if brief else _PAUSE
            if not self._stopping:
                await asyncio.sleep(pause)

    def wake(self) -> None:
        """Something may be due."""
        if self._life:
            self._life.wake(asyncio.get_running_loop().time())

    def brief(self, briefing: str, limit: float) -> None:
        """A new policy to think by, for this worker and all to come."""
        self.briefing, self.limit = briefing, limit
        if self._life:
            self._life.tell(BRIEFING + briefing, asyncio.get_running_loop().time())

    async def ready(self) -> None:
        await self._ready.wait()

    async def stop(self, timeout: float) -> None:  # noqa: ASYNC109 - the deadline of the drain
        """Lets the worker end what it is at, then ends it."""
        self._stopping = True
        if self._life is None or self._life.process.returncode is not None:
            return
        process = self._life.process
        if process.stdin:
            process.stdin.close()
        try:
            async with asyncio.timeout(timeout):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _one_life(self) -> bool:
        """Returns whether a mail was to blame for its end."""
        self._pulse.beat(None)  # the last worker may have died at a mail
        try:
            return await self._whole_life()
        finally:
            self._life = None

    async def _whole_life(self) -> bool:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "maildesk.edge.worker", str(self._pulse.descriptor)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_LINE,
            pass_fds=(self._pulse.descriptor,),
        )
        life = self._life = _Life(process, self._pulse)
        self.lives += 1
        life.tell(BRIEFING + self.briefing, asyncio.get_running_loop().time())
        if self._stopping and process.stdin:  # while it was being started
            process.stdin.close()
        watch = asyncio.create_task(self._watch(life))
        try:
            assert process.stdout is not None
            async for line in process.stdout:
                self._hear(life, line)
            await process.wait()
        finally:
            watch.cancel()
            if process.returncode is None:
                process.kill()
        return await self._mourn(life)

    async def _mourn(self, life: _Life) -> bool:
        """Before the next worker begins: it would come upon the same mail."""
        if life.hung is not None:
            await self.reports.hung(life.hung, f"understanding it took longer than {self.limit:g} s")
        elif not self._stopping:
            log.warning("the worker is gone", extra={"status": life.process.returncode, "mail": life.mail})
            if life.mail is not None:
                await self.reports.died(life.mail, f"the thinking process died ({life.process.returncode})")
        return life.hung is not None or life.mail is not None

    def _hear(self, life: _Life, line: bytes) -> None:
        word = json.loads(line)
        life.answered(asyncio.get_running_loop().time())
        if "ready" in word:
            life.ready = True
            self._ready.set()
            log.info("worker ready", extra={"pid": word["ready"]})
        elif "trouble" in word:
            self.reports.trouble(word["trouble"])
        elif "done" in word:
            self.reports.well()
            self.reports.thought(word.get("thoughts", ()))
            self.reports.queued()

    async def _watch(self, life: _Life) -> None:
        """Kills the worker when it is overdue."""
        loop = asyncio.get_running_loop()
        while not life.overdue(loop.time(), self.limit):  # noqa: ASYNC110 - it is time that is watched
            await asyncio.sleep(min(self.limit / 8, 0.5))
        life.hung = life.mail
        log.error("killing the worker", extra={"mail": life.mail})
        life.process.kill()
