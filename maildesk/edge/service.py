"""The daemon's manners: systemd's readiness and watchdog, sockets handed over, one daemon a store.

sd_notify(3) and sd_listen_fds(3) are a datagram and two variables; no library is needed for them.
"""

from __future__ import annotations

import fcntl
import os
import socket
from dataclasses import dataclass
from pathlib import Path

_FIRST_FD = 3  # SD_LISTEN_FDS_START


class AlreadyRunning(Exception):
    """Another daemon serves this store."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A socket that systemd has opened for us; ``name`` is its FileDescriptorName=."""

    name: str
    socket: socket.socket


def notify(message: str) -> None:
    """Tells systemd ("READY=1", "WATCHDOG=1"); says nothing where nobody listens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
        try:
            sock.connect(address.replace("@", "\0", 1) if address.startswith("@") else address)
            sock.sendall(message.encode())
        except OSError:
            return  # a daemon does not fall over because nobody listens to it


def watchdog_seconds() -> float | None:
    """How often systemd wants to hear from us: half of WatchdogSec=."""
    own = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    usec = os.environ.get("WATCHDOG_USEC", "")
    return int(usec) / 2_000_000 if own and usec.isdigit() else None


def handed_sockets() -> tuple[Handed, ...]:
    """The sockets of a socket unit, so that port 25 needs no root."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return ()
    count = int(os.environ.get("LISTEN_FDS", "0"))
    names = os.environ.get("LISTEN_FDNAMES", "").split(":")
    handed = []
    for index in range(count):
        sock = socket.socket(fileno=_FIRST_FD + index)
        sock.set_inheritable(False)
        handed.append(Handed(names[index] if index < len(names) else "", sock))
    return tuple(handed)


def bind(listen: str) -> list[socket.socket]:
    """Sockets for an address of the configuration ("127.0.0.1:25", "unix:/path"); OSError says why not."""
    if listen.startswith("unix:"):
        path = Path(listen.removeprefix("unix:"))
        path.unlink(missing_ok=True)
        sock = socket.socket(socket.AF_UNIX)
        sock.bind(str(path))
        path.chmod(0o666)  # a local MTA delivers here; the folder's permissions say who may
        return [sock]
    host, _, port = listen.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.create_server((host.strip("[]"), int(port)), family=family, backlog=512)
    return [sock]


class Lock:
    """One daemon a store. Held by the process: a crash lets go of it. ``file`` is open for the logbook."""

    def __init__(self, store: Path) -> None:
        store.parent.mkdir(parents=True, exist_ok=True)
        self.file = os.open(store.with_name(store.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self.file)
            raise AlreadyRunning(f"another maildesk serves {store}") from error

    def release(self) -> None:
        os.close(self.file)
