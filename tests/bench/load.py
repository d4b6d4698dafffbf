"""Sends a folder of mails by SMTP, over several sessions at once: ``python -m tests.bench.load FOLDER PORT``.

A process of its own, so that it shares a core with nobody's work but by the kernel's leave; all mails are read, and
ready for the wire, before the first connection. One command at a time, as most senders have it. Prints one JSON object:
when it began (seconds since 1970), how long it took, what was refused, and for each mail the seconds from its DATA
command to the 250 that ends it.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.bench.postbag import DESK

_ROOT = Path(__file__).parents[2]
_SENDER = re.compile(rb"(?mi)^return-path: *<([^>]*)>")


@dataclass(frozen=True, slots=True)
class Report:
    """``refused`` holds the last words of whoever did not take a mail."""

    began: float
    seconds: float
    answers: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def send(folder: Path, port: int, sessions: int = 10) -> Report:
    """In a process of its own; waits for its end."""
    command = [sys.executable, "-m", "tests.bench.load", str(folder), str(port), "--sessions", str(sessions)]
    done = subprocess.run(command, cwd=_ROOT, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    return Report(**json.loads(done.stdout))


@dataclass(frozen=True, slots=True)
class _Mail:
    envelope: tuple[bytes, ...]  # the commands up to DATA
    content: bytes


class _Session(asyncio.Protocol):
    """One connection: greets, sends mails until none is left, says goodbye. A refusal ends it."""

    def __init__(self, mails: Iterator[_Mail], report: Report) -> None:
        self._mails, self._report = mails, report
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._dialogue = self._talk()
        self._heard = b""
        self._wire = asyncio.Transport()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._wire = transport
        next(self._dialogue)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        last = self._heard.rsplit(b"\r\n", 2)[-2:]
        if len(last) < 2 or last[1] or last[0][3:4] == b"-":
            return  # the reply goes on
        reply, self._heard = last[0], b""
        try:
            self._wire.write(self._dialogue.send(reply))
        except StopIteration:
            self._wire.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def _talk(self) -> Iterator[bytes]:
        reply = yield b""
        reply = yield b"EHLO load.example\r\n"
        for mail in self._mails:
            for command in mail.envelope:
                began = time.perf_counter()
                reply = yield command
            if reply.startswith(b"354"):
                reply = yield mail.content
            if not reply.startswith(b"250"):
                self._report.refused.append(reply.decode("latin-1"))
                return
            self._report.answers.append(time.perf_counter() - began)
        yield b"QUIT\r\n"


def _ready(raw: bytes) -> _Mail:
    """With CRLF line ends and stuffed dots (RFC 5321 §4.5.2)."""
    sender = _SENDER.search(raw)
    address = sender[1] if sender else b"somebody@customer.example"
    wire = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n").replace(b"\r\n.", b"\r\n..")
    end = b".\r\n" if wire.endswith(b"\r\n") else b"\r\n.\r\n"
    envelope = (b"MAIL FROM:<%s> BODY=8BITMIME\r\n" % address, b"RCPT TO:<%s>\r\n" % DESK.encode(), b"DATA\r\n")
    return _Mail(envelope, wire + end)


async def _send_all(mails: Sequence[_Mail], port: int, sessions: int) -> Report:
    todo, report = iter(mails), Report(time.time(), 0.0)
    loop = asyncio.get_running_loop()
    began = loop.time()
    pairs = [await loop.create_connection(lambda: _Session(todo, report), "127.0.0.1", port) for _ in range(sessions)]
    await asyncio.gather(*(session.done for _, session in pairs))
    return Report(report.began, loop.time() - began, report.answers, report.refused)


def main() -> None:
    asked = ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("folder", type=Path)
    asked.add_argument("port", type=int)
    asked.add_argument("--sessions", type=int, default=10)
    given = asked.parse_args()
    mails = [_ready(path.read_bytes()) for path in sorted(given.folder.glob("*.eml"))]
    print(json.dumps(asdict(asyncio.run(_send_all(mails, given.port, given.sessions)))))


if __name__ == "__main__":
    main()
