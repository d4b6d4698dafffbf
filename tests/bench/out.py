"""The way out: queued mails to a smarthost over a few kept connections, and to one that is slow for a domain.

The desk starts with a full outbox. Then again with half of the mails to a domain for which the smarthost never answers,
and these first in the queue: how soon have all others left? Prints seconds, and how many connections there were.
"""

from __future__ import annotations

import asyncio
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

from maildesk.model import Plan, Purpose, QueueMail, Verdict
from maildesk.store.apply import apply
from maildesk.store.engine import Store
from tests.bench import postbag
from tests.bench.measure import Row, folder, machine, table, until
from tests.bench.serving import Desk

DEAD = "dead.example"  # nobody answers for it


@dataclass(slots=True)
class Smarthost:
    """Takes mails on a port of its own, in a thread; never says the last word on one to `DEAD`."""

    port: int = 0
    taken: int = 0
    first: float = 0.0  # when the first connection came
    last: float = 0.0  # when the last mail was taken
    connections: set[int] = field(default_factory=set)  # over which a mail came

    def start(self) -> Smarthost:
        Thread(target=lambda: asyncio.run(self._serve()), daemon=True).start()
        until(lambda: self.port)
        return self

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, limit=2**20)
        self.port = server.sockets[0].getsockname()[1]
        await server.serve_forever()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.first = self.first or time.time()
        writer.write(b"220 smarthost.example ESMTP\r\n")
        dead = False
        while line := await reader.readline():
            command = line[:4].upper()
            dead = DEAD.encode() in line if command == b"RCPT" else dead
            if command == b"EHLO":
                writer.write(b"250-smarthost.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n")
            elif command == b"DATA":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                if dead:
                    await asyncio.sleep(3600)
                self.connections.add(id(writer))
                self.taken, self.last = self.taken + 1, time.time()
                writer.write(b"250 2.0.0 taken\r\n")
            else:
                writer.write(b"250 2.0.0 fine\r\n")


def fill(store: Path, recipients: Sequence[str]) -> None:
    """Queues one mail to each of them."""
    raw = postbag.text(1)[0].replace(b"\n", b"\r\n")
    now = datetime.now(UTC)
    sender = postbag.DESK
    mails = tuple(
        QueueMail(raw, f"<{number}@desk.example>", sender, recipient, Purpose.AUTO_REPLY)
        for number, recipient in enumerate(recipients)
    )
    opened = Store.open(store)
    with opened.transaction():
        apply(opened, Plan(Verdict.NOTE, "desk", mails), now)
    opened.close()


def send(home: Path, recipients: Sequence[str], awaited: int) -> Smarthost:
    """Returns once so many mails have been taken."""
    smarthost = Smarthost().start()
    way: dict[str, Any] = {"smtp": {"host": "127.0.0.1", "port": smarthost.port, "tls": "none"}}
    desk = Desk(home, send=way)
    fill(desk.store, recipients)
    with desk:
        until(lambda: smarthost.taken >= awaited)
    return smarthost


def main(given: Sequence[str] | None = None) -> None:
    asked = ArgumentParser("out", description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("--mails", type=int, default=500)
    count = asked.parse_args(given).mails
    people = [f"user{number}@customer{number % 30}.example" for number in range(count)]
    stuck = [f"user{number}@{DEAD}" for number in range(count)]
    with folder() as home:
        plain = send(home / "plain", people, count)
        beside = send(home / "beside", [*stuck, *people], count)
    rows = [
        Row(f"{count} queued mails", _told(plain), "", "3 s"),
        Row(f"the same, behind {count} to a domain that never answers", _told(beside), "", "3 s"),
    ]
    print(machine())
    print(table(rows))


def _told(smarthost: Smarthost) -> str:
    seconds = smarthost.last - smarthost.first
    return f"{seconds:.2f} s, {smarthost.taken / seconds:.0f} a second, {len(smarthost.connections)} connections"


if __name__ == "__main__":
    main()
