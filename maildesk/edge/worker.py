"""The thinking process: reads what waits, decides, applies. It may be killed at any moment.

It talks to the daemon by lines of JSON on its standard output (which mail it is at, that mails
were queued) and hears lines on its standard input (wake; a briefing, which is the policy to think by;
end of file means stop). It reads no files, and nothing of what it does is in memory alone, so the
daemon kills it when one mail takes too long.
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
import traceback

from maildesk.edge import logs
from maildesk.edge.policies import Briefing
from maildesk.edge.think import Thinker
from maildesk.store.engine import Store

log = logging.getLogger(__name__)

BRIEFING = "briefing "  # begins such a line

_NAP = 0.25  # seconds; how soon mail is seen that another process put into the store
_TROUBLE_NAP = 1.0
_PIPE = 65_536  # octets that are read at once


class Parent:
    """The daemon, from the worker's side."""

    def __init__(self) -> None:
        self._out = os.dup(1)
        os.dup2(2, 1)  # whatever prints, prints to the log
        os.set_blocking(0, False)
        self._heard = bytearray()

    def say(self, **words: object) -> None:
        os.write(self._out, json.dumps(words).encode() + b"\n")

    def begin(self, mail: int | None) -> None:
        """BrokenPipeError once the daemon is gone. Said within every transaction, that is what keeps a worker
        which outlives its daemon from doing again what the next one has done.
        """
        os.write(self._out, b'{"mail": %d}\n' % mail if mail is not None else b'{"mail": null}\n')

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
    parent = Parent()
    logs.set_up()
    briefing = None
    while briefing is None:
        heard = parent.listen(None)
        if heard is None:
            return 0
        briefing = _briefing(heard)
    store = Store.open(briefing.store)
    thinker = Thinker(store, briefing.policy(), begin=parent.begin)
    _limit_memory(briefing.config.limits.think_memory)
    parent.say(ready=os.getpid())
    gc.freeze()
    _work(parent, thinker)
    store.close()
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
    while (heard := parent.listen(nap)) is not None:
        if briefing := _briefing(heard):
            thinker.policy = briefing.policy()
            _limit_memory(briefing.config.limits.think_memory)
            log.info("reloaded")
        version = thinker.store.version()
        if nap and not heard and version == seen:
            continue
        seen = version
        nap = _round(parent, thinker)


def _round(parent: Parent, thinker: Thinker) -> float:
    """Everything that is due now; how long to rest after it."""
    try:
        thought = thinker.mails()
        done = _due(thinker)
    except sqlite3.DatabaseError as error:
        parent.say(trouble=str(error))
        log.error("the store cannot be used", extra={"error": str(error)})
        return _TROUBLE_NAP
    if thought or done:
        parent.say(done=thought + done, thoughts=thinker.finished if thought else [])
        return 0.0
    parent.say(idle=True)
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
