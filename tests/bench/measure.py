"""What all benches measure by: medians and percentiles, the memory of a family of processes, a free port, a folder."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
PATIENCE = 600.0  # seconds for whatever is waited for


def percentile(values: Sequence[float], share: float) -> float:
    """0.99: the one that 99 of 100 are not above."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def until(fact: Callable[[], T], nap: float = 0.02) -> T:
    """Waits for ``fact()`` to be true, and returns it; TimeoutError after ten minutes."""
    ends = time.monotonic() + PATIENCE
    while not (found := fact()):
        if time.monotonic() > ends:
            raise TimeoutError("this takes too long")
        time.sleep(nap)
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def free_memory() -> int:
    """Octets that nobody needs, as the kernel reckons."""
    words = Path("/proc/meminfo").read_text().partition("MemAvailable:")[2].split()
    return int(words[0]) * 1024


@contextmanager
def folder() -> Iterator[Path]:
    """For a server's users, too: everybody may enter it."""
    with tempfile.TemporaryDirectory(prefix="maildesk-bench-", ignore_cleanup_errors=True) as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


@dataclass(frozen=True, slots=True)
class Size:
    """Octets in memory of several processes: what each of them sees, and with what they share counted once."""

    resident: int = 0
    proportional: int = 0


def family(pid: int) -> list[int]:
    """A process and all that it has started, and so on."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [pid, *(one for child in children for one in family(child))]


def size(pid: int) -> Size:
    """Of the family of a process, now."""
    resident = proportional = 0
    for one in family(pid):
        try:
            text = Path(f"/proc/{one}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        words = text.split()
        resident += int(words[words.index("Rss:") + 1]) * 1024
        proportional += int(words[words.index("Pss:") + 1]) * 1024
    return Size(resident, proportional)


class Gauge:
    """The most memory that a family of processes had while it was watched."""

    def __init__(self, pid: int, every: float = 0.1) -> None:
        self._pid, self._every = pid, every
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.most = Size()

    def __enter__(self) -> Gauge:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._end.wait(self._every):
            now = size(self._pid)
            self.most = Size(max(self.most.resident, now.resident), max(self.most.proportional, now.proportional))


def mib(octets: float) -> str:
    return f"{octets / 2**20:.0f} MiB"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a bench's table."""

    what: str
    ours: str
    peers: str
    aim: str


def table(rows: Sequence[Row]) -> str:
    """As Markdown has it, so that it can be pasted into the README."""
    head = Row("", "maildesk", "peers", "aim")
    cells = [(row.what, row.ours, row.peers, row.aim) for row in (head, *rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(4)]
    lines = ["| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in cells]
    return "\n".join([lines[0], "| " + " | ".join("-" * width for width in widths) + " |", *lines[1:]])


def machine() -> str:
    """Which machine this is, when, and how busy it was with other things: figures are worth no more than that."""
    words = Path("/proc/cpuinfo").read_text()
    model = words.partition("model name")[2].partition(":")[2].partition("\n")[0].strip()
    load = Path("/proc/loadavg").read_text().split()[1]
    python = sys.version.split()[0]
    return f"{date.today()}, {os.cpu_count()} cores ({model}), Python {python}, load of the last 5 minutes {load}"
