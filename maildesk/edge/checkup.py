"""What a desk should know of itself when it starts: is its store sound, is there room, is the clock right?

Mends nothing. The daemon looks once it serves, in a thread: a large store takes its time; and
`check --online` looks when somebody asks.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from maildesk.config import Config
from maildesk.edge.room import Room, existing
from maildesk.store import soundness
from maildesk.store.engine import Store

_BUILT = datetime(2026, 1, 1, tzinfo=UTC)  # no desk can be earlier
_BEHIND = timedelta(minutes=2)  # between the clocks of machines, or of one machine before and after
_AHEAD = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: ``ok`` is None where it could not be looked at."""

    what: str
    ok: bool | None
    detail: str = ""

    def __str__(self) -> str:
        said = {True: "ok", False: "fails", None: "cannot look"}[self.ok]
        return f"{self.what}: {said}" + (f": {self.detail}" if self.detail else "")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to look at the store, in seconds; ``stop`` ends that."""

    seconds: float = 20.0
    stop: Event = field(default_factory=Event)


def look(config: Config, now: datetime, patience: Patience) -> Iterator[Finding]:
    """One after the other, as each is found."""
    yield from _folders(config)
    yield _disk(config)
    if config.desk.store.exists():
        yield from _store(config.desk.store, now, patience)
    else:
        yield clock(None, now)


def _folders(config: Config) -> Iterator[Finding]:
    """Whether a file can really be made there: rights tell less than trying does."""
    wanted = [config.desk.store.parent]
    if config.send.maildir is not None:
        wanted.append(config.send.maildir)
    for folder in wanted:
        nearest = existing(folder)
        try:
            with tempfile.TemporaryFile(dir=nearest) as file:
                file.write(b"x")
        except OSError as error:
            yield Finding(f"folder {folder}", False, f"no file can be made in {nearest}: {error.strerror}")
        else:
            yield Finding(f"folder {folder}", True)


def _disk(config: Config) -> Finding:
    room = Room(config.desk.store, lambda: config.limits.free_space)
    what = f"disk of {config.desk.store.parent}"
    free = f"{room.free() // 2**20:,} MiB are free"
    if room.holds(0):
        return Finding(what, True, free)
    floor = config.limits.free_space // 2**20
    return Finding(what, False, f"{free}: below limits.free_space ({floor:,} MiB) no mail is taken in")


def _store(path: Path, now: datetime, patience: Patience) -> Iterator[Finding]:
    what = f"store {path}"
    try:
        with closing(Store.read_only(path)) as store:
            yield clock(soundness.newest(store), now)
            found = soundness.check(store, patience.seconds, patience.stop)
    except (sqlite3.Error, OSError) as error:
        yield Finding(what, False, str(error))
        return
    if found.problems:
        words = "; ".join(found.problems)[:2000]
        yield Finding(what, False, f"it is damaged: {words}; keep the file, and put a backup in its place")
    else:
        yield Finding(what, True, "" if found.whole else f"as far as was read within {patience.seconds:g} s")


def clock(newest: datetime | None, now: datetime) -> Finding:
    """``newest`` is when the last mail came, by this clock."""
    shown = f"it is {now:%Y-%m-%d %H:%M:%S} UTC by this machine's clock"
    if now < _BUILT:
        return Finding("clock", False, f"{shown}, and that cannot be")
    if newest is not None and newest - now > _BEHIND:
        late = f"{shown}, and the newest mail came at {newest:%Y-%m-%d %H:%M:%S}: until then nothing is due"
        return Finding("clock", False, late)
    if newest is not None and now - newest > _AHEAD:
        return Finding("clock", False, f"{shown}, and the newest mail came {(now - newest).days:,} days ago")
    return Finding("clock", True, shown)
