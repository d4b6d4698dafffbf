"""A desk for stories: a real daemon in a process of its own, that can be stopped, killed, and looked into.

    desk = Desk(folder, smarthost_port)
    desk.start()
    desk.ticket(1)["status"]       # read from the store, as `maildesk show 1 --json` prints it
    desk.kill()                    # SIGKILL to the daemon and its worker at once, as when the power fails

It changes nothing by itself but ``maildesk.yaml``: whatever happens on it was caused by mail.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from maildesk.store import due, intake, tickets
from maildesk.store.engine import Store
from tests.edge.dovecot import Dovecot

T = TypeVar("T")
SOON = 20.0  # seconds: patience for a loaded machine; a story that goes well waits much less
_ROOT = Path(__file__).parents[2]


def until(fact: Callable[[], T], what: str = "", seconds: float = SOON) -> T:
    """Polls until ``fact()`` is true and returns it; fails after ``seconds``."""
    ends = time.monotonic() + seconds
    while not (found := fact()):
        if time.monotonic() > ends:
            raise AssertionError(f"not within {seconds:g} s: {what or fact}")
        time.sleep(0.02)
    return found


def lasting_port() -> int:
    """A free port outside of the range that outgoing connections draw from: it stays free while a server is down."""
    while True:
        port = random.randrange(20_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def runs(pid: int) -> bool:
    """Whether a process lives; a dead one may wait for a while until somebody reaps it."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):  # the latter: it was reaped between opening and reading
        return False


def _thinks(pid: int) -> bool:
    """Whether it is a worker already: stopped before its exec(2), it would stop the daemon with it (vfork(2))."""
    try:
        return b"maildesk.edge.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


def merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """``changes`` over ``base``, mapping by mapping; None takes a key away."""
    found = dict(base)
    for key, value in changes.items():
        if value is None:
            found.pop(key, None)
        elif isinstance(value, dict) and isinstance(base.get(key), dict):
            found[key] = merged(base[key], value)
        else:
            found[key] = value
    return found


def desk_mailbox(server: Dovecot, user: str) -> dict[str, Any]:
    """An entry of `receive.imap`: whatever was taken is moved away. It polls so seldom that IDLE alone is quick."""
    where = {"host": "127.0.0.1", "port": server.imap, "tls": "none"}
    return {**where, "user": user, "password": server.PASSWORD, "after": {"move": "Processed"}, "poll": "5m"}


class Desk:
    """One desk in ``folder``; its mail goes out by the smarthost on port ``out``.

    ``domain`` and ``port`` are its own where mail servers know them. ``changes`` of the configuration are
    merged into the usual one.
    """

    ADMIN = "ops@people.test"

    def __init__(self, folder: Path, out: int, *, domain: str = "", port: int = 0, **changes: Any) -> None:
        folder.mkdir(exist_ok=True)
        self.folder, self.port = folder, port or lasting_port()
        self.domain = domain or f"desk{self.port}.test"
        self.file, self.store = folder / "maildesk.yaml", folder / "desk.db"
        self.process: subprocess.Popen[bytes] | None = None
        usual: dict[str, Any] = {
            "desk": {
                "name": "Acme Support",
                "address": f"support@{self.domain}",
                "store": "desk.db",
                "admins": [self.ADMIN],
                "notice_limit": {"count": 100, "per": "10m"},
            },
            "receive": {"smtp": {"listen": f"127.0.0.1:{self.port}"}},
            "send": {"smtp": {"host": "127.0.0.1", "port": out, "tls": "none"}},
            "agents": [{"id": "alice", "name": "Alice Rossi", "email": "alice@people.test"}],
        }
        self.write(merged(usual, changes))

    @property
    def address(self) -> str:
        return str(self.config["desk"]["address"])

    def write(self, config: dict[str, Any]) -> None:
        """Replaces the configuration as an editor does, whole. JSON is YAML."""
        self.config = config
        self.write_text(json.dumps(config, indent=1))

    def write_text(self, text: str) -> None:
        draft = self.file.with_suffix(".new")
        draft.write_text(text)
        draft.rename(self.file)

    def edit(self, **changes: Any) -> None:
        self.write(merged(self.config, changes))

    # --- the process -------------------------------------------------------------------------------------

    def start(self) -> None:
        """Serves when this returns."""
        self.begin()
        assert self.process is not None
        until(lambda: self._serves() or self.process.poll() is not None, "the daemon serves")  # type: ignore[union-attr]
        assert self.process.poll() is None, self.log()

    def begin(self) -> None:
        """Starts the process and waits for nothing."""
        self._heard = len(self.log())
        with (self.folder / "desk.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "maildesk", "-c", str(self.file), "serve"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd=_ROOT,
                start_new_session=True,
            )

    def _serves(self) -> bool:
        return '"event": "serving"' in self.log()[self._heard :]

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Ends it in good order; how many seconds that took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(number)
        assert self.process.wait(30) == 0, self.log()
        return time.monotonic() - began

    def kill(self) -> None:
        """The daemon and its worker at once."""
        assert self.process is not None
        workers = self._workers()
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        until(lambda: not any(runs(worker) for worker in workers), "the whole group is gone")

    def kill_worker(self) -> int:
        """The process that thinks, alone; its number."""
        worker = self.worker
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)
        return worker

    def end(self) -> None:
        """At the end of a story, whatever state it is in."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def hup(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)

    @property
    def worker(self) -> int:
        """The process that thinks."""
        return until(self._workers, "a worker runs")[0]

    def _workers(self) -> list[int]:
        assert self.process is not None
        if self.process.poll() is not None:
            return []
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(child) for child in children if _thinks(child)]

    @contextmanager
    def thinking_stopped(self) -> Iterator[None]:
        """Mail comes in and goes out meanwhile; nobody thinks. Over when the desk is killed, too."""
        worker = self.worker
        with self.locked():  # so it does not hold the lock while it is stopped
            os.kill(worker, signal.SIGSTOP)
            until(lambda: "State:\tT" in Path(f"/proc/{worker}/status").read_text(), "it stands still")
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGCONT)

    def log(self) -> str:
        file = self.folder / "desk.log"
        return file.read_text() if file.exists() else ""

    # --- the store ---------------------------------------------------------------------------------------

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else can commit meanwhile, as when the disk hangs."""
        connection = sqlite3.connect(self.store, timeout=20, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.close()

    @contextmanager
    def _reading(self) -> Iterator[Store]:
        store = Store.read_only(self.store)
        try:
            yield store
        finally:
            store.close()

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        with self._reading() as store:
            return [dict(row) for row in store.rows(sql, values)]

    def ticket(self, id: int = 1) -> dict[str, Any]:
        with self._reading() as store:
            return tickets.whole(store, id) or {}

    def tickets(self) -> list[dict[str, Any]]:
        with self._reading() as store:
            found = tickets.listing(store, tickets.Filter(status="all", limit=1000))
        return sorted(found, key=lambda ticket: ticket["id"])

    def waits(self) -> int:
        """How many mails are durable and not yet thought about."""
        return len(self.rows("SELECT id FROM inbox WHERE state = 'received'"))

    def outbox(self, **columns: str | int) -> list[dict[str, Any]]:
        rows = self.rows("SELECT * FROM outbox ORDER BY id")
        return [row for row in rows if all(row[name] == value for name, value in columns.items())]

    def becomes(self, status: str, id: int = 1) -> None:
        until(lambda: self.ticket(id).get("status") == status, f"ticket {id} becomes {status}")

    def settles(self) -> None:
        """Waits until nothing waits any more: every mail was thought about, everything queued has gone."""
        until(lambda: not self.waits() and not self.outbox(state="queued") and not self._untold(), "the desk settles")

    def _untold(self) -> bool:
        with self._reading() as store:
            return bool(due.alarms(store, 1)) or bool(store.value("SELECT count(*) FROM outbox WHERE told = 0"))

    def ledger_adds_up(self) -> dict[str, int]:
        """The ledger's counts, once their sum was compared with their total."""
        with self._reading() as store:
            counts, _ = intake.ledger(store, 0)
        assert sum(counts.values()) == 2 * counts["total"], counts
        return counts

    # --- the shell ---------------------------------------------------------------------------------------

    def says(self, *command: str) -> Any:
        """What `maildesk COMMAND --json` prints."""
        done = subprocess.run(
            [sys.executable, "-m", "maildesk", "-c", str(self.file), *command, "--json"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=_ROOT,
            check=False,
            timeout=30,
        )
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)
