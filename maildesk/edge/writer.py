"""The daemon's one writer: a thread with its own connection, through which every leg commits.

Group commit: whatever has gathered while the last commit was synced, and while the store's lock is waited for, goes
into the next one, so ten sessions cost one fsync and not ten. A job's future is resolved only after the commit.
Looks at the store are no jobs: they have a thread and a connection of their own, and wait for nobody.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from maildesk.edge.counts import Counts
from maildesk.model import RawMail
from maildesk.store import intake
from maildesk.store.engine import CHECKPOINT, Store

log = logging.getLogger(__name__)

T = TypeVar("T")
_JOBS = 200  # in one commit
_OCTETS = 32 * 2**20  # of mail in one commit, about
_PATIENCE = 0.02  # seconds
_CHECKPOINT = 16 * CHECKPOINT  # whoever waits for a 250 shall not wait for that, too: the worker is there to do it


@dataclass(frozen=True, slots=True)
class _Job:
    run: Callable[[Store], Any]
    future: Future[Any] | asyncio.Future[Any]
    size: int = 0
    patient: bool = False


@dataclass(slots=True)
class _Batch:
    """What goes into one commit."""

    jobs: list[_Job] = field(default_factory=list)
    size: int = 0
    urgent: bool = False  # somebody waits for it

    @property
    def full(self) -> bool:
        return len(self.jobs) >= _JOBS or self.size >= _OCTETS

    def add(self, job: _Job) -> None:
        self.jobs.append(job)
        self.size += job.size
        self.urgent = self.urgent or not job.patient


@dataclass(frozen=True, slots=True)
class _End:
    """What became of a job."""

    job: _Job
    result: Any = None
    error: BaseException | None = None


class Writer:
    """Runs jobs on the store in its own thread; their futures resolve once they are durable."""

    def __init__(self, path: Path, counts: Counts | None = None, blocked: Callable[[], None] = lambda: None) -> None:
        """``blocked`` is called again and again, in the thread, while somebody waits for what the store's lock keeps
        from being done.
        """
        self._path = path
        self._blocked = blocked
        self._counts = counts or Counts()
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._ended = False  # no job comes any more
        self._store: Store | None = None
        self._ready: Future[None] = Future()
        self._lookout = ThreadPoolExecutor(1, "lookout")
        self._seen: Store | None = None  # the lookout's

    def start(self) -> None:
        """Opens the store; sqlite3.Error or OSError when it cannot be."""
        self._thread.start()
        self._ready.result()

    def stop(self) -> None:
        """Finishes what was asked for, then ends."""
        self._lookout.submit(self._close_lookout)
        self._lookout.shutdown()
        self._jobs.put(None)
        self._thread.join()

    # --- what may be asked for -----------------------------------------------------------------------

    def call(self, run: Callable[[Store], T], size: int = 0) -> Future[T]:
        """Runs a job in a transaction, for any thread; its result, or what it or the commit raised.

        A job may be run twice: what it does, it does to the store alone.
        """
        future: Future[T] = Future()
        self._jobs.put(_Job(run, future, size))
        return future

    def ask(self, run: Callable[[Store], T], size: int = 0, *, patient: bool = False) -> asyncio.Future[T]:
        """The same for an event loop, from within it: all that one commit settles wakes it once.

        Nobody waits for a ``patient`` one: a moment later it goes with others of the kind, or with the first that is
        not. A commit more is a sync more, and it keeps whoever thinks from the lock.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put(_Job(run, future, size, patient))
        return future

    def accept(self, mail: RawMail) -> asyncio.Future[int]:
        """Makes a mail durable: resolves with its inbox id after the commit, or with sqlite3.Error."""
        return self.ask(lambda store: intake.insert(store, mail), len(mail.raw))

    def look(self, run: Callable[[Store], T]) -> asyncio.Future[T]:
        """Reads the store as it was committed last: no transaction, and no wait for anybody's."""
        return asyncio.get_running_loop().run_in_executor(self._lookout, lambda: run(self._lookout_store()))

    def _lookout_store(self) -> Store:
        if self._seen is None:
            self._seen = Store.read_only(self._path)
        return self._seen

    def _close_lookout(self) -> None:
        if self._seen is not None:
            self._seen.close()

    # --- the thread ----------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._store = Store.open(self._path, checkpoint=_CHECKPOINT, upgrade=True, patient=False)
        except (sqlite3.Error, OSError) as error:
            self._ready.set_exception(error)
            return
        self._ready.set_result(None)
        while self._turn(self._store):
            pass
        self._store.close()

    def _turn(self, store: Store) -> bool:
        """One commit; False once the writer is to end. Between two turns nothing keeps a mail in memory."""
        batch = self._gather()
        if batch.jobs:
            store.blocked = lambda: self._wait(batch)
            _resolve(self._timed(store, batch))
            store.blocked = self._blocked  # and no longer what holds the batch
        return not self._ended

    def _timed(self, store: Store, batch: _Batch) -> list[_End]:
        """A commit, counted where there was something to be made durable."""
        began, before = time.perf_counter(), store.connection.total_changes
        ends = _commit(store, batch.jobs)
        if store.connection.total_changes != before:
            self._counts.commit_time.add(time.perf_counter() - began)
        return ends

    def _gather(self) -> _Batch:
        """The next job, and whatever else has come meanwhile, or comes while all are patient."""
        batch = _Batch()
        self._take(batch, None)
        ends = time.monotonic() + _PATIENCE
        while self._take(batch, 0.0 if batch.urgent else max(ends - time.monotonic(), 0.0)):
            pass
        return batch

    def _take(self, batch: _Batch, seconds: float | None) -> bool:
        """Adds the next job that comes within that time (None: ever); False where there is none."""
        if self._ended or batch.full:
            return False
        try:
            job = self._jobs.get(timeout=seconds)
        except Empty:
            return False
        if job is None:
            self._ended = True
            return False
        batch.add(job)
        return True

    def _wait(self, batch: _Batch) -> None:
        """For the store's lock: what comes meanwhile goes along."""
        while self._take(batch, 0.0):
            pass
        if batch.urgent:
            self._blocked()


def _commit(store: Store, batch: Sequence[_Job]) -> list[_End]:
    """All of them in one transaction, however they end. Whatever is wrong with the store is every job's error."""
    try:
        try:
            with store.transaction():
                return [_End(job, job.run(store)) for job in batch]
        except sqlite3.OperationalError:
            raise
        except Exception:  # noqa: BLE001 - one job is at fault: each by itself will show which
            return _commit_each_by_itself(store, batch)
    except Exception as error:  # noqa: BLE001 - supervises the one writer: whoever waits must hear of it
        log.error("commit failed", extra={"jobs": len(batch), "error": repr(error)})
        return [_End(job, error=error) for job in batch]


def _commit_each_by_itself(store: Store, batch: Sequence[_Job]) -> list[_End]:
    ends: list[_End] = []
    with store.transaction():
        for job in batch:
            try:
                with store.transaction():
                    ends.append(_End(job, job.run(store)))
            except sqlite3.OperationalError:
                raise
            except Exception as error:  # noqa: BLE001 - handed to whoever asked
                ends.append(_End(job, error=error))
    return ends


def _resolve(ends: Sequence[_End]) -> None:
    loops: dict[asyncio.AbstractEventLoop, list[_End]] = defaultdict(list)
    for end in ends:
        if isinstance(end.job.future, asyncio.Future):
            loops[end.job.future.get_loop()].append(end)
        else:
            _tell(end)
    for loop, told in loops.items():
        with contextlib.suppress(RuntimeError):  # closed: nobody is there any more
            loop.call_soon_threadsafe(_tell_all, told)


def _tell_all(ends: Sequence[_End]) -> None:
    for end in ends:
        _tell(end)


def _tell(end: _End) -> None:
    """Whoever asked may have gone away: their mail is durable all the same."""
    with contextlib.suppress(InvalidStateError, asyncio.InvalidStateError):
        if end.error is not None:
            end.job.future.set_exception(end.error)
        else:
            end.job.future.set_result(end.result)
