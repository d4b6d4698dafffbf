"""Floods a daemon, and looks how the others fare meanwhile.

    python -m tests.trouble.flood

Ten thousand mails from one sender, through a relay and as a stranger; two hundred sessions that say nothing, and as
many that trickle; one mail of a gigabyte. Each with a daemon of its own; while it lasts, somebody else's mail is to be
taken at once, and answered.
"""

from __future__ import annotations

import socket
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.trouble.rig import SUPPORT, Desk, Refused, Session, letter, rig, until

BOMBER = "bomber@flood.test"
GIB = 2**30
_LINE = b"x" * 98 + b"\r\n"


@dataclass
class Flood:
    """What a flood came to; ``replies`` are the codes that it was answered with, times are seconds."""

    replies: Counter[int] = field(default_factory=Counter)
    octets: int = 0  # that the daemon took off a too large mail
    others: list[float] = field(default_factory=list)  # how long others waited for their 250
    took: float = 0.0

    def __str__(self) -> str:
        codes = ", ".join(f"{count} times {code}" for code, count in sorted(self.replies.items()))
        waited = f"; others' 250 came after {max(self.others):.3f} s at most" if self.others else ""
        return f"{codes} in {self.took:.1f} s{waited}"


def memory(desk: Desk) -> int:
    """The most memory that the daemon ever had in use, in MB."""
    assert desk.process is not None
    status = Path(f"/proc/{desk.process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1000


def passes(desk: Desk, flood: Flood) -> int:
    """Somebody else's mail in the midst of it; its number."""
    number = len(flood.others)
    began = time.monotonic()
    while True:
        with suppress(Refused, ConnectionError):  # as any mail server does, it comes again
            id = desk.send(letter(f"Other {began}", sender=f"other{number}@customer.test"))
            flood.others.append(time.monotonic() - began)
            return id
        time.sleep(0.1)


def from_one_sender(desk: Desk, count: int, every: int = 500) -> Flood:
    """So many mails from one sender, and after every so many one from somebody else."""
    flood = Flood()
    began = time.monotonic()
    session = Session(desk.address)
    for number in range(count):
        try:
            session.send(letter(f"Flood {number}", f"This is number {number}.", BOMBER), BOMBER)
            flood.replies[250] += 1
        except Refused as refused:
            flood.replies[refused.code] += 1
            if refused.code == 421:  # it has had enough of us
                session.close()
                session = Session(desk.address)
        if number % every == every - 1:
            passes(desk, flood)
    session.close()
    flood.took = time.monotonic() - began
    return flood


def silent(desk: Desk, count: int, trickle: bytes = b"") -> Flood:
    """So many sessions that say nothing; or, a little at a time, what never becomes a mail."""
    flood = Flood()
    began = time.monotonic()
    with ExitStack() as sessions:
        idle = [sessions.enter_context(socket.create_connection(desk.address, timeout=60)) for _ in range(count)]
        flood.replies.update(int(client.recv(3) or b"0") for client in idle)
        if trickle:
            envelope = f"EHLO x\r\nMAIL FROM:<{BOMBER}>\r\nRCPT TO:<{SUPPORT}>\r\nDATA\r\n".encode()
            for client in idle:
                with suppress(OSError):
                    client.sendall(envelope)
        desk.becomes(passes(desk, flood), "ticketed")
    flood.took = time.monotonic() - began
    return flood


def one_large(desk: Desk, size: int) -> Flood:
    """One mail of so many octets, of which nothing was said beforehand."""
    flood, session = Flood(), Session(desk.address)
    began = time.monotonic()
    try:
        for line, code in (("MAIL FROM:<large@flood.test>", "2"), (f"RCPT TO:<{SUPPORT}>", "2"), ("DATA", "3")):
            session.say(line, code)
        piece = _LINE * 10_000
        while flood.octets < size:
            session.send_raw(piece)
            flood.octets += len(piece)
        flood.replies[int(session.reply()[:3])] += 1
    except OSError:  # cut off in its midst
        flood.replies[0] += 1
    finally:
        session.close()
    flood.took = time.monotonic() - began
    return flood


def _show(what: str, flood: Flood, desk: Desk) -> None:
    print(f"{what}: {flood}; the daemon needed {memory(desk)} MB at most")


def _sent(desk: Desk) -> str:
    until(lambda: not desk.rows("SELECT 1 FROM inbox WHERE state = 'received'"), desk.log, 600)
    until(lambda: not desk.rows("SELECT 1 FROM outbox WHERE state = 'queued'"), desk.log, 600)
    desk.adds_up()
    sent = desk.rows("SELECT kind, count(*) AS n FROM outbox WHERE envelope_to NOT LIKE 'other%' GROUP BY kind")
    return "sent: " + ", ".join(f"{row['n']} {row['kind']}" for row in sent)


def main() -> int:
    stranger: dict[str, Any] = {"listen": "127.0.0.1:0", "relays": [], "connections_per_client": 1000}
    usual: dict[str, Any] = {
        "auto_reply_limit": {"count": 3, "per": "1h"},
        "notice_limit": {"count": 10, "per": "10m"},
    }
    with tempfile.TemporaryDirectory() as folder, rig(Path(folder), desk=usual) as desk:
        _show("10,000 mails of one sender through a relay", from_one_sender(desk, 10_000), desk)
        print("  " + _sent(desk))
    with tempfile.TemporaryDirectory() as folder, rig(Path(folder), desk=usual, receive={"smtp": stranger}) as desk:
        _show("10,000 mails of one sender, a stranger", from_one_sender(desk, 10_000), desk)
        print("  " + _sent(desk))
        _show("200 sessions that say nothing", silent(desk, 200), desk)
        _show("200 sessions that trickle", silent(desk, 200, b"x"), desk)
        large = one_large(desk, GIB)
        _show(f"a mail of 1 GiB, cut off after {large.octets / 2**20:.0f} MiB", large, desk)
    return 0


if __name__ == "__main__":
    sys.exit(main())
