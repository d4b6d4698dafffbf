"""The daemon's one writer: a thread with its own connection, through which every leg commits.

Group commit: whatever has gathered while the last commit was synced goes into the next one, so
ten sessions cost one fsync and not ten. A job's future is resolved only after the commit.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from maildesk.edge.counts import Counts
from maildesk.model import RawMail
from maildesk.store import intake
from maildesk.store.engine import Store

log = logging.getLogger(__name__)

T = TypeVar("T")
_JOBS = 200  # in one commit
_OCTETS = 32 * 2**20  # of mail in one commit, about


@dataclass(frozen=True, slots=True)
class _Job:
    run: Callable[[Store], Any]
    future: Future[Any]
    size: int = 0


class Writer:
    """Runs jobs on the store in its own thread; their futures resolve once they are durable."""

    def __init__(self, path: Path, counts: Counts | None = None) -> None:
        self._path = path
        self._counts = counts or Counts()
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._store: Store | None = None
        self._ready: Future[None] = Future()

    def start(self) -> None:
        """Opens the store; sqlite3.Error or OSError when it cannot be."""
        self._thread.start()
        self._ready.result()

    def stop(self) -> None:
        """Finishes what was asked for, then ends."""
        self._jobs.put(None)
        self._thread.join()

    def call(self, run: Callable[[Store], T], size: int = 0) -> Future[T]:
        """Runs a job in a transaction; its result, or what it or the commit raised."""
        future: Future[T] = Future()
        self._jobs.put(_Job(run, future, size))
        return future

    def accept(self, mail: RawMail) -> Future[int]:
        """Makes a mail durable: resolves with its inbox id after the commit, or with sqlite3.Error."""
        return self.call(lambda store: intake.accept(store, [mail])[0], len(mail.raw))

    def _run(self) -> None:
        try:
            self._store = Store.open(self._path, upgrade=True)
        except (sqlite3.Error, OSError) as error:
            self._ready.set_exception(error)
            return
        self._ready.set_result(None)
        going = True
        while going:
            batch, going = self._gather()
            if batch:
                self._commit(self._store, batch)
        self._store.close()

    def _gather(self) -> tuple[list[_Job], bool]:
        """The next job, and whatever else has come meanwhile; False once the writer is to end."""
        batch: list[_Job] = []
        size, job = 0, self._jobs.get()
        while job is not None:
            batch.append(job)
            size += job.size
            if len(batch) >= _JOBS or size >= _OCTETS:
                return batch, True
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return batch, True
        return batch, False

    def _commit(self, store: Store, batch: list[_Job]) -> None:
        done: list[tuple[_Job, Any]] = []
        began, before = time.perf_counter(), store.connection.total_changes
        try:
            with store.transaction():
                for job in batch:
                    _run_one(store, job, done)
        except Exception as error:  # noqa: BLE001 - supervises the one writer: whoever waits must hear of it
            log.error("commit failed", extra={"jobs": len(batch), "error": repr(error)})
            for job in batch:
                _resolve(job.future, error=error)
            return
        if store.connection.total_changes != before:
            self._counts.commit_time.add(time.perf_counter() - began)
        for job, result in done:
            _resolve(job.future, result=result)


def _run_one(store: Store, job: _Job, done: list[tuple[_Job, Any]]) -> None:
    """One job; what is wrong with it alone fails it alone, what is wrong with the store fails the batch."""
    try:
        with store.transaction():
            done.append((job, job.run(store)))
    except sqlite3.OperationalError:
        raise
    except Exception as error:  # noqa: BLE001 - handed to whoever asked
        _resolve(job.future, error=error)


def _resolve(future: Future[Any], result: Any = None, error: BaseException | None = None) -> None:
    """Whoever asked may have gone away: their mail is durable all the same."""
    with contextlib.suppress(InvalidStateError):
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)
