"""The thinking process: reads what waits, decides, applies. It may be killed at any moment.

It talks to the daemon by lines of JSON on its standard output (that it is done, that nothing is left to do) and by a
`pulse` (which mail it is at), and hears lines on its standard input (wake; a briefing, which is the policy to think by;
end of file means stop). It reads no files, and nothing of what it does is in memory alone, so the daemon kills it when
one mail takes too long.
"""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import os
import resource
import select
import signal
import sqlite3
import sys
import time
import traceback

from maildesk.edge import logs, memory
from maildesk.edge.policies import Briefing
from maildesk.edge.pulse import Pulse
from maildesk.edge.think import Thinker
from maildesk.store.engine import Store

log = logging.getLogger(__name__)

BRIEFING = "briefing "  # begins such a line

_NAP = 0.25  # seconds; how soon mail is seen that another process put into the store
_TROUBLE_NAP = 1.0
_READING = 0.02  # seconds, before a transaction; more is read while that waits
_PIPE = 65_536  # octets that are read at once


class Parent:
    """The daemon, from the worker's side."""

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse
        self._out = os.dup(1)
        os.dup2(2, 1)  # whatever prints, prints to the log
        os.set_blocking(0, False)
        self._heard = bytearray()
        self._end = select.poll()
        self._end.register(self._out, 0)  # without being asked, poll(2) tells of nothing but the reader's end

    def say(self, **words: object) -> None:
        os.write(self._out, json.dumps(words).encode() + b"\n")

    def begin(self, mail: int | None) -> None:
        """At no mail, BrokenPipeError once the daemon is gone. Said before every commit, that is what keeps a worker
        which outlives its daemon from doing again what the next one has done.
        """
        self._pulse.beat(mail)
        if mail is None and self._end.poll(0):
            raise BrokenPipeError("the daemon is gone")

    def wanted(self) -> bool:
        """Whether the daemon waits for the store's lock, to answer who sends mail."""
        return self._pulse.wanted()

    def listen(self, seconds: float | None) -> list[str] | None:
        """The lines said within that time; None once the daemon is gone or wants us to stop.

        A line that is begun is heard to its end: a briefing is longer than a pipe, and no mail comes before it.
        """
        ready, _, _ = select.select([0], [], [], seconds)
        while ready:
            try:
                heard = os.read(0, _PIPE)
            except BlockingIOError:
                break
            if not heard:
                return None
            self._heard += heard
            if self._heard.endswith(b"\n"):
                break
            select.select([0], [], [])
        *lines, rest = bytes(self._heard).split(b"\n")
        self._heard = bytearray(rest)
        return [line.decode() for line in lines]


def main() -> int:
    """The process's main; 0 when it was told to stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the daemon decides
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    memory.give_back_large()
    parent = Parent(Pulse(int(sys.argv[1])))
    logs.set_up()
    briefing = None
    while briefing is None:
        heard = parent.listen(None)
        if heard is None:
            return 0
        briefing = _briefing(heard)
    store, eyes = Store.open(briefing.store, lent=True, synced=False), Store.read_only(briefing.store)
    thinker = Thinker(store, briefing.policy(), begin=parent.begin, eyes=eyes, wanted=parent.wanted)
    _limit_memory(briefing.config.limits.think_memory)
    parent.say(ready=os.getpid())
    gc.freeze()
    _work(parent, thinker)
    store.close()
    eyes.close()
    return 0


def _briefing(heard: list[str]) -> Briefing | None:
    """The newest one of what was said."""
    packed = [line.removeprefix(BRIEFING) for line in heard if line.startswith(BRIEFING)]
    return Briefing.unpacked(packed[-1]) if packed else None


def _limit_memory(octets: int) -> None:
    """A mail that needs more than this fails with MemoryError, and is quarantined at once."""
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (octets, resource.RLIM_INFINITY))


def _work(parent: Parent, thinker: Thinker) -> None:
    seen = -1
    nap = 0.0
    rounds = Rounds(parent, thinker)
    while (heard := parent.listen(nap)) is not None:
        if briefing := _briefing(heard):
            thinker.policy = briefing.policy()
            _limit_memory(briefing.config.limits.think_memory)
            log.info("reloaded")
        version = thinker.store.version()
        if nap and not heard and version == seen:
            continue
        seen = version
        nap = rounds.next()


class Rounds:
    """What is due, a little at a time: some mails, and what no mail asked for as often as it would be seen at rest."""

    def __init__(self, parent: Parent, thinker: Thinker) -> None:
        self._parent, self._thinker = parent, thinker
        self._looked_at = 0.0  # at what no mail asked for

    def next(self) -> float:
        """How long to rest after it."""
        try:
            done = self._thinker.mails(budget=_READING)
            thoughts = self._thinker.finished
            if not done or time.monotonic() - self._looked_at > _NAP:
                done += _due(self._thinker)
                self._looked_at = time.monotonic()
        except sqlite3.DatabaseError as error:
            self._parent.say(trouble=str(error))
            log.error("the store cannot be used", extra={"error": str(error)})
            return _TROUBLE_NAP
        if done:
            self._parent.say(done=done, thoughts=thoughts)
            return 0.0
        self._parent.say(idle=True)
        return _NAP


def _due(thinker: Thinker) -> int:
    """The work that no mail asked for. Whatever is wrong with it, mails are thought about."""
    done = 0
    for work in (thinker.stand, thinker.deferred, thinker.timers, thinker.failures, thinker.alarms):
        try:
            done += work()
        except sqlite3.DatabaseError:
            raise
        except Exception:  # noqa: BLE001 - supervises due work
            log.error("due work failed", extra={"trace": traceback.format_exc()})
    return done


if __name__ == "__main__":
    sys.exit(main())
