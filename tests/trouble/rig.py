"""A real daemon in a folder of its own, the ways to hurt it, and what can be seen of it from outside.

    with rig(tmp_path) as desk:
        desk.send(b"Subject: hello\\r\\n\\r\\nhello\\r\\n")
        desk.waits_for("SELECT 1 FROM tickets")

Mail goes in by SMTP, octet for octet, and comes out as files of a Maildir.
"""

from __future__ import annotations

import email
import email.policy
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
PATIENCE = 30.0  # seconds; a loaded machine needs many, a good day one
SUPPORT, ANN, ADMIN = "support@acme.test", "ann@customer.test", "ops@acme.test"


def configuration(**changes: Any) -> dict[str, Any]:
    """The desk of these tests; ``changes`` replace sections or merge into `desk`."""
    desk = {
        "name": "Acme",
        "address": SUPPORT,
        "store": "var/desk.db",
        "admins": [ADMIN],
        "auto_reply_limit": {"count": 10_000, "per": "1h"},
        "notice_limit": {"count": 10_000, "per": "10m"},
        **changes.pop("desk", {}),
    }
    usual: dict[str, Any] = {
        "receive": {"smtp": {"listen": "127.0.0.1:0"}},
        "send": {"maildir": "out"},
        "agents": [{"id": "alice", "name": "Alice", "email": "alice@acme.test"}],
    }
    return {"desk": desk, **usual, **changes}


def letter(subject: str = "Hello", body: str = "Hello there.", sender: str = ANN, *headers: str) -> bytes:
    """A customer's mail, as it stands on the wire."""
    lines = [f"From: {sender}", f"To: {SUPPORT}", f"Subject: {subject}", *headers, "", body, ""]
    return "\r\n".join(lines).encode()


class Refused(Exception):
    """What the desk said instead of 250."""

    def __init__(self, reply: str) -> None:
        super().__init__(reply)
        self.code = int(reply[:3])


class Session:
    """One SMTP client that says exactly what it is told to."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._socket = socket.create_connection(address, timeout=60)
        self._file = self._socket.makefile("rb")
        self.reply()
        self.say("EHLO client.test")

    def reply(self) -> str:
        lines = []
        while True:
            lines.append(self._file.readline().decode().rstrip())
            if not lines[-1]:
                raise ConnectionError("hung up")
            if lines[-1][3:4] != "-":
                return "\n".join(lines)

    def say(self, line: str, expect: str = "2") -> str:
        self._socket.sendall(line.encode() + b"\r\n")
        reply = self.reply()
        if not reply.startswith(expect):
            raise Refused(reply)
        return reply

    def send(self, raw: bytes, sender: str = ANN) -> int:
        """One mail; its number in the inbox, or Refused. Dots are stuffed, nothing else is touched."""
        self.say(f"MAIL FROM:<{sender}>")
        self.say(f"RCPT TO:<{SUPPORT}>")
        self.say("DATA", "3")
        return self.send_content(raw)

    def send_content(self, raw: bytes) -> int:
        """What comes after DATA, with its final dot; the mail's number in the inbox, or Refused."""
        stuffed = re.sub(rb"(?m)^\.", b"..", raw)
        end = b".\r\n" if not raw or raw.endswith(b"\r\n") else b"\r\n.\r\n"
        self._socket.sendall(stuffed + end)
        reply = self.reply()
        if not reply.startswith("250"):
            raise Refused(reply)
        return int(reply.rpartition(" ")[2])

    def send_raw(self, octets: bytes) -> None:
        self._socket.sendall(octets)

    def close(self) -> None:
        self._file.close()
        self._socket.close()


@dataclass
class Desk:
    """A folder with a configuration; a daemon, once started."""

    folder: Path
    wrapper: Sequence[str] = ()  # a command to start it under
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    address: tuple[str, int] = ("", 0)
    begun: int = 0

    @property
    def file(self) -> Path:
        return self.folder / "maildesk.yaml"

    @property
    def store(self) -> Path:
        return self.folder / "var" / "desk.db"

    def configure(self, **changes: Any) -> None:
        self.write(json.dumps(configuration(**changes)))

    def write(self, text: str) -> None:
        draft = self.folder / "draft"
        draft.write_text(text)
        draft.rename(self.file)

    # --- the process -------------------------------------------------------------------------------------

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "maildesk", "-c", str(self.file), *words]

    def shell(self, *words: str) -> str:
        """What a command of maildesk's prints; it must end with 0."""
        ran = subprocess.run(self.command(*words), capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def shell_fails(self, *words: str, stdin: bytes = b"") -> int:
        """A command's exit status, whatever that is."""
        ran = subprocess.run(self.command(*words), input=stdin, capture_output=True, cwd=ROOT, timeout=60, check=False)
        return ran.returncode

    def begin(self) -> None:
        """Starts the daemon and waits for nothing."""
        self.begun += 1
        with (self.folder / f"log{self.begun}").open("w") as log:
            self.process = subprocess.Popen(
                [*self.wrapper, *self.command("serve")],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=ROOT,
                env={**os.environ, **self.environment},
                start_new_session=True,
            )

    def start(self) -> None:
        """Starts the daemon, and waits until it listens."""
        self.begin()
        assert self.process is not None
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.fullmatch(r"listening smtp (.+):(\d+)\n", line)
        assert found, f"{line!r}\n{self.log()}"
        self.address = (found[1], int(found[2]))

    def refuses_to_start(self) -> tuple[int, str]:
        """Its exit status and what it said."""
        self.begin()
        assert self.process is not None
        self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, self.log()

    def stop(self, number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            if number == signal.SIGKILL:
                os.killpg(self.process.pid, number)
            else:
                self.process.send_signal(number)
        self.process.communicate(timeout=PATIENCE)
        return self.process.returncode

    def end(self) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.communicate()

    def log(self) -> str:
        return (self.folder / f"log{self.begun}").read_text()

    def worker(self) -> int:
        """The process that thinks, once it does."""
        until(lambda: '"worker ready"' in self.log(), self.log)
        return int(re.findall(r'"worker ready".*"pid": (\d+)', self.log())[-1])

    def stop_thinking(self) -> int:
        """Stops that process (SIGSTOP), at a moment when it does not hold the store's lock."""
        worker = self.worker()
        with closing(sqlite3.connect(self.store, timeout=20, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            os.kill(worker, signal.SIGSTOP)
            until(lambda: "State:\tT" in Path(f"/proc/{worker}/status").read_text())
        return worker

    # --- mail --------------------------------------------------------------------------------------------

    @contextmanager
    def session(self) -> Iterator[Session]:
        with closing(Session(self.address)) as session:
            yield session

    def send(self, raw: bytes, sender: str = ANN) -> int:
        with self.session() as session:
            return session.send(raw, sender)

    def refuses(self, raw: bytes) -> int:
        """The code that a mail is refused with."""
        try:
            id = self.send(raw)
        except Refused as refused:
            return refused.code
        raise AssertionError(f"it was taken, as mail {id}")

    def letters(self, to: str) -> list[EmailMessage]:
        """What was sent to somebody, oldest first."""
        found: list[EmailMessage] = []
        for file in sorted((self.folder / "out" / "new").glob("*"), key=lambda file: file.stat().st_mtime_ns):
            message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            if message["Delivered-To"] == to:
                assert isinstance(message, EmailMessage)
                found.append(message)
        return found

    def gets(self, to: str, words: str) -> EmailMessage:
        """Waits for a letter to somebody that says this, in its subject or text."""
        return until(lambda: next((m for m in self.letters(to) if words in read(m)), None), self.log)

    # --- the store ---------------------------------------------------------------------------------------

    def rows(self, sql: str) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=20)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql)]

    def change(self, sql: str) -> None:
        with closing(sqlite3.connect(self.store, timeout=20, isolation_level=None)) as connection:
            connection.execute(sql)

    def mail(self, id: int) -> dict[str, Any]:
        return self.rows(f"SELECT * FROM inbox WHERE id = {id:d}")[0]

    def becomes(self, id: int, state: str) -> dict[str, Any]:
        """Waits until a mail is in this state."""
        return until(lambda: found if (found := self.mail(id))["state"] == state else None, self.log)

    def adds_up(self) -> None:
        """Every mail has a number, none is missing, and none still waits."""
        until(lambda: not self.rows("SELECT 1 FROM inbox WHERE state = 'received'"), self.log)
        ids = [row["id"] for row in self.rows("SELECT id FROM inbox ORDER BY id")]
        assert ids == list(range(1, len(ids) + 1))


def read(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    return f"{message['Subject']}\n{part.get_content() if part else ''}"


def until(fact: Callable[[], T | None], else_: Callable[[], str] = lambda: "", patience: float = PATIENCE) -> T:
    """Waits until something is so and gives it; AssertionError with what ``else_`` says when it does not come."""
    ends = time.monotonic() + patience
    while not (found := fact()):
        if time.monotonic() > ends:
            raise AssertionError(else_() or "it did not happen")
        time.sleep(0.02)
    return found


@contextmanager
def rig(
    folder: Path, *, wrapper: Sequence[str] = (), environment: dict[str, str] | None = None, **changes: Any
) -> Iterator[Desk]:
    """A desk that is being served."""
    desk = Desk(folder, wrapper, environment or {})
    desk.configure(**changes)
    try:
        desk.start()
        yield desk
    finally:
        desk.end()
