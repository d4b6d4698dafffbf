"""TXT records, asked of the system's resolvers (RFC 1035, RFC 6604 §2.1 for the answer's status).

For `check --online` alone, which looks at a handful of records and shows them: nothing is believed
because of what it says. Knows no cache, no DNSSEC, no search list.
"""

from __future__ import annotations

import secrets
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_TXT, _IN = 16, 1
_NAME_ERROR = 3
_HEADER = struct.Struct(">6H")


class NoAnswer(Exception):
    """No resolver could be asked, or none of them answered with sense."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``exists`` is false where neither the name nor anything below it is there (RFC 8020)."""

    exists: bool
    texts: tuple[str, ...] = ()


def resolvers(path: Path = Path("/etc/resolv.conf")) -> tuple[tuple[str, int], ...]:
    """The system's resolvers; none where it names none."""
    try:
        lines = path.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return ()
    words = (line.split() for line in lines)
    return tuple((found[1].partition("%")[0], 53) for found in words if len(found) > 1 and found[0] == "nameserver")


def txt(name: str, servers: Sequence[tuple[str, int]], timeout: float = 3.0) -> Answer:
    """The TXT records of a name; ``timeout`` in seconds for each server. Raises NoAnswer."""
    trouble = "the system names no resolver"
    for server in servers:
        try:
            return _ask(name, server, timeout)
        except (OSError, ValueError, IndexError, struct.error) as error:
            trouble = f"{server[0]}: {error or type(error).__name__}"
    raise NoAnswer(trouble)


def _ask(name: str, server: tuple[str, int], timeout: float) -> Answer:
    query = _query(name)
    family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(timeout)
        sock.connect(server)
        sock.send(query)
        message = sock.recv(4096)
    if _HEADER.unpack_from(message)[1] & 0x0200:  # cut short: RFC 7766 §5 sends us to TCP
        message = _by_tcp(query, server, timeout)
    return _read(message, query)


def _by_tcp(query: bytes, server: tuple[str, int], timeout: float) -> bytes:
    with socket.create_connection(server, timeout) as sock, sock.makefile("rb") as stream:
        sock.sendall(struct.pack(">H", len(query)) + query)
        return stream.read(int.from_bytes(stream.read(2)))


def _query(name: str) -> bytes:
    labels = name.rstrip(".").encode("idna").split(b".")
    encoded = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    return _HEADER.pack(secrets.randbits(16), 0x0100, 1, 0, 0, 0) + encoded + struct.pack(">2H", _TXT, _IN)


def _read(message: bytes, query: bytes) -> Answer:
    """Raises ValueError, IndexError or struct.error for what is no answer to the query."""
    number, flags, questions, answers, _, _ = _HEADER.unpack_from(message)
    if number != _HEADER.unpack_from(query)[0] or not flags & 0x8000 or questions != 1:
        raise ValueError("its answer is to another question")
    if flags & 0xF not in (0, _NAME_ERROR):
        raise ValueError(f"it refuses (status {flags & 0xF})")
    at = _after_name(message, _HEADER.size) + 4
    texts: list[str] = []
    for _ in range(answers):
        at = _after_name(message, at)
        kind, _, _, length = struct.unpack_from(">2HLH", message, at)
        at += 10
        if kind == _TXT:
            texts.append(_strings(message[at : at + length]))
        at += length
    return Answer(flags & 0xF != _NAME_ERROR, tuple(texts))


def _after_name(message: bytes, at: int) -> int:
    """Where a name ends: at its empty label, or behind a pointer (RFC 1035 §4.1.4)."""
    while (length := message[at]) and length < 0xC0:
        at += 1 + length
    return at + (2 if length else 1)


def _strings(data: bytes) -> str:
    """A record is several strings of at most 255 octets, read as one (RFC 7208 §3.3)."""
    parts, at = [], 0
    while at < len(data):
        parts.append(data[at + 1 : at + 1 + data[at]])
        at += 1 + data[at]
    return b"".join(parts).decode("utf-8", "replace")
