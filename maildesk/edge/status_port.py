"""Answers GET on a loopback port, for Prometheus and for whoever asks whether the desk is well.

A small part of HTTP/1.1 (RFC 9112): one request a connection, GET and HEAD, no body. Whoever says more than
8 KiB, or takes longer than five seconds, is cut off. Refuses a request under a name that is not this machine's
own: a web page in an admin's browser could otherwise read the figures (DNS rebinding).
"""

from __future__ import annotations

import asyncio
import logging
import re
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from maildesk.config.section import is_loopback

log = logging.getLogger(__name__)

_OCTETS = 8192  # of a request
_SECONDS = 5.0
_GUESTS = 32  # at once
_REQUEST = re.compile(rb"([A-Z]{1,16}) (/[!-~]{0,500}) HTTP/1\.[01]\r?\n")
_HOST = re.compile(rb"(?im)^host:[ \t]*(\[[0-9a-f:]+\]|[^:\s]+)")


@dataclass(frozen=True, slots=True)
class Page:
    """What is answered."""

    status: HTTPStatus
    type: str
    body: str

    def octets(self, *, head: bool) -> bytes:
        body = self.body.encode()
        lines = [
            f"HTTP/1.1 {self.status.value} {self.status.phrase}",
            f"Content-Type: {self.type}",
            f"Content-Length: {len(body)}",
            "Cache-Control: no-store",
            "X-Content-Type-Options: nosniff",
            "Connection: close",
        ]
        if self.status is HTTPStatus.METHOD_NOT_ALLOWED:
            lines.append("Allow: GET, HEAD")
        return "".join(f"{line}\r\n" for line in (*lines, "")).encode() + (b"" if head else body)


Pages = Mapping[str, Callable[[], Awaitable[Page]]]
"""By path: "/metrics"."""


class StatusPort:
    """All methods belong to one event loop."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._guests = 0
        self._server: asyncio.Server | None = None

    async def open(self, sockets: Sequence[socket.socket]) -> None:
        (sock,) = sockets
        start = asyncio.start_unix_server if sock.family == socket.AF_UNIX else asyncio.start_server
        self._server = await start(self._serve, sock=sock, limit=_OCTETS)

    def close(self) -> None:
        if self._server:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._guests += 1
        try:
            async with asyncio.timeout(_SECONDS):
                if self._guests <= _GUESTS:
                    writer.write(await self._answer(reader))
                    await writer.drain()
        except (OSError, TimeoutError):
            pass  # whoever asks may come again
        finally:
            self._guests -= 1
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> bytes:
        try:
            asked = await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            return _plain(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        except asyncio.IncompleteReadError:
            return b""
        found = _REQUEST.match(asked)
        if found is None:
            return _plain(HTTPStatus.BAD_REQUEST)
        method, path = found[1].decode(), found[2].decode().partition("?")[0]
        host = _HOST.search(asked)
        if host and not is_loopback(host[1].decode("latin-1")):
            return _plain(HTTPStatus.MISDIRECTED_REQUEST)
        if method not in ("GET", "HEAD"):
            return _plain(HTTPStatus.METHOD_NOT_ALLOWED)
        page = self._pages.get(path)
        if page is None:
            return _plain(HTTPStatus.NOT_FOUND, head=method == "HEAD")
        return (await page()).octets(head=method == "HEAD")


def _plain(status: HTTPStatus, *, head: bool = False) -> bytes:
    return Page(status, "text/plain; charset=utf-8", f"{status.phrase}\n").octets(head=head)
