"""The thinking process: reads what waits, decides, applies. It may be killed at any moment.

It talks to the daemon by lines of JSON on its standard output (which mail it is at, that mails
were queued) and hears single words on its standard input (wake, reload; end of file means stop).
Nothing of what it does is in memory alone, so the daemon kills it when one mail takes too long.
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
from pathlib import Path

from maildesk.edge import logs, policies
from maildesk.edge.think import Thinker
from maildesk.store.engine import Store

log = logging.getLogger(__name__)

_NAP = 0.25  # seconds; how soon mail is seen that another process put into the store
_TROUBLE_NAP = 1.0


class Parent:
    """The daemon, from the worker's side."""

    def __init__(self) -> None:
        self._out = os.dup(1)
        os.dup2(2, 1)  # whatever prints, prints to the log
        os.set_blocking(0, False)

    def say(self, **words: object) -> None:
        os.write(self._out, json.dumps(words).encode() + b"\n")

    def begin(self, mail: int) -> None:
        os.write(self._out, b'{"mail": %d}\n' % mail)

    def listen(self, seconds: float) -> set[str] | None:
        """The words said within that time; None once the daemon is gone or wants us to stop."""
        ready, _, _ = select.select([0], [], [], seconds)
        if not ready:
            return set()
        try:
            heard = os.read(0, 65536)
        except BlockingIOError:
            return set()
        return set(heard.decode().split()) if heard else None


def main(config: str) -> int:
    """The process's main: the path of the configuration; 0 when it was told to stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the daemon decides
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    parent = Parent()
    logs.set_up()
    read = policies.read(Path(config))
    if read.policy is None:
        parent.say(unusable=[str(problem) for problem in read.problems])
        return 2
    _limit_memory(read.policy.config.limits.think_memory)
    store = Store.open(read.policy.config.desk.store)
    parent.say(ready=os.getpid())
    gc.freeze()
    _work(parent, Thinker(store, read.policy, begin=parent.begin), Path(config))
    store.close()
    return 0


def _limit_memory(octets: int) -> None:
    """A mail that needs more than this fails with MemoryError, and is quarantined at once."""
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (octets, resource.RLIM_INFINITY))


def _work(parent: Parent, thinker: Thinker, config: Path) -> None:
    seen = -1
    nap = 0.0
    while (heard := parent.listen(nap)) is not None:
        if "reload" in heard:
            _reload(thinker, config)
        version = thinker.store.version()
        if nap and not heard and version == seen:
            continue
        seen = version
        nap = _round(parent, thinker)


def _round(parent: Parent, thinker: Thinker) -> float:
    """Everything that is due now; how long to rest after it."""
    try:
        thought = thinker.mails()
        done = thinker.timers() + thinker.failures() + thinker.alarms()
    except sqlite3.OperationalError as error:
        parent.say(trouble=str(error))
        log.error("the store cannot be written", extra={"error": str(error)})
        return _TROUBLE_NAP
    if thought or done:
        parent.say(done=thought + done)
        return 0.0
    parent.say(idle=True)
    return _NAP


def _reload(thinker: Thinker, config: Path) -> None:
    """The daemon has found the files good; should they have changed again, the last good ones stay."""
    read = policies.read(config)
    if read.policy is not None:
        thinker.policy = read.policy
        log.info("reloaded")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
