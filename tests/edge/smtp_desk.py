"""A desk's SMTP door for tests: a real listener on a free port, and clients that speak octets."""

from __future__ import annotations

import asyncio
import socket
import textwrap
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

from maildesk.edge.smtp_in import Listener, Listening, listen
from maildesk.model import RawMail

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
ENVELOPE = "MAIL FROM:<ann@cust.test>\r\nRCPT TO:<support@desk.test>\r\nDATA\r\n"


@dataclass
class Inbox:
    """Keeps mails in a list; ``before`` runs first, to be slow or to fail."""

    mails: list[RawMail] = field(default_factory=list)
    before: Callable[[], Awaitable[None]] | None = None

    async def accept(self, mail: RawMail) -> int:
        if self.before is not None:
            await self.before()
        self.mails.append(mail)
        return len(self.mails)

    def fails_with(self, error: BaseException) -> None:
        async def fail() -> None:
            raise error

        self.before = fail


class Client:
    """One raw connection. ``talk`` plays a dialogue, ``send`` and ``reply`` do it by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, octets: bytes) -> None:
        self.writer.write(octets)
        await self.writer.drain()

    async def reply(self) -> str:
        """One whole reply, its lines joined by newlines; "" when the other side has closed."""
        lines = []
        async with asyncio.timeout(20):
            while True:
                line = (await self.reader.readline()).decode()
                lines.append(line.rstrip("\r\n"))
                if line[3:4] != "-":
                    return "\n".join(lines)

    async def say(self, line: str) -> str:
        await self.send(line.encode() + b"\r\n")
        return await self.reply()

    async def talk(self, dialogue: str) -> None:
        """Lines of `C: what the client says` and `S: how the reply begins`, as RFC 5321 has them."""
        for line in textwrap.dedent(dialogue).strip().splitlines():
            who, _, words = line.partition(": ") if ": " in line else (line.rstrip(":"), "", "")
            if who == "C":
                await self.send(words.encode() + b"\r\n")
            else:
                reply = await self.reply()
                assert reply.startswith(words), f"expected {words!r}, was told {reply!r}"

    async def hello(self) -> Client:
        await self.talk("S: 220\nC: EHLO client.test\nS: 250")
        return self

    async def mail(self, content: bytes, sender: str = "ann@cust.test") -> str:
        """Sends one mail, its content ready for the wire but for the final dot; the last reply."""
        for command in (f"MAIL FROM:<{sender}>", "RCPT TO:<support@desk.test>", "DATA"):
            reply = await self.say(command)
            if reply[0] in "45":
                return reply
        await self.send(content + b".\r\n")
        return await self.reply()


@dataclass
class Desk:
    inbox: Inbox
    listening: Listening
    address: tuple[str, int] | str
    clients: list[Client] = field(default_factory=list)

    async def visit(self) -> Client:
        """A new connection, of which nothing has been read."""
        if isinstance(self.address, str):
            streams = await asyncio.open_unix_connection(self.address)
        else:
            streams = await asyncio.open_connection(*self.address)
        self.clients.append(Client(*streams))
        return self.clients[-1]

    async def client(self) -> Client:
        """A new connection that was greeted."""
        return await (await self.visit()).hello()


def listener(inbox: Inbox, **changes: Any) -> Listener:
    usual: dict[str, Any] = {
        "hostname": "mx.desk.test",
        "takes": lambda address: address.casefold().endswith("@desk.test"),
        "accept": inbox.accept,
        "clock": lambda: NOON,
    }
    return Listener(**(usual | changes))


@asynccontextmanager
async def desk(sock: socket.socket | None = None, **changes: Any) -> AsyncIterator[Desk]:
    """A desk that listens on a free port, or on ``sock``; ``changes`` are the listener's fields."""
    inbox = Inbox()
    sock = sock or socket.create_server(("127.0.0.1", 0))
    address = sock.getsockname()
    listening = await listen(listener(inbox, **changes), [sock])
    place = Desk(inbox, listening, address)
    try:
        yield place
    finally:
        for client in place.clients:
            client.writer.close()
        await listening.stop(grace=1)
