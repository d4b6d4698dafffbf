"""The machine is short of memory: no mail is half taken, what was accepted is answered, and all is well again."""

from __future__ import annotations

import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.trouble.rig import ANN, SUPPORT, Desk, letter

CHANGES = {"receive": {"smtp": {"listen": "127.0.0.1:0", "max_size": "100MiB"}}}
_SOME = 2 * 2**20  # octets that the daemon may still get
_LINES = "\r\n".join(["x" * 76] * 12_000)  # nearly 1 MiB
_BIG = "\r\n".join([_LINES] * 90)  # more than the 64 MiB that the C library may have put aside


@contextmanager
def short_of_memory(desk: Desk) -> Iterator[None]:
    """The daemon gets hardly any more than it has."""
    assert desk.process is not None
    status = Path(f"/proc/{desk.process.pid}/status").read_text()
    has = int(re.findall(r"VmSize:\s+(\d+) kB", status)[0]) * 1024
    soft, hard = resource.prlimit(desk.process.pid, resource.RLIMIT_AS)
    resource.prlimit(desk.process.pid, resource.RLIMIT_AS, (has + _SOME, hard))
    yield
    resource.prlimit(desk.process.pid, resource.RLIMIT_AS, (soft, hard))


def put_off(desk: Desk, raw: bytes) -> int:
    """The code that it is put off with; 421 where the session is just cut, as it may be in the midst of a mail."""
    try:
        return desk.refuses(raw)
    except (OSError, ValueError):
        return 421


def test_a_mail_that_there_is_no_memory_for_is_put_off_and_its_rest_is_not_taken_for_commands(desk: Desk) -> None:
    desk.worker()
    assert desk.becomes(desk.send(letter("First")), "ticketed")
    desk.gets(ANN, "[#1]")
    hidden = f"RSET\r\nMAIL FROM:<evil@evil.test>\r\nRCPT TO:<{SUPPORT}>\r\nDATA\r\nSubject: smuggled\r\n"
    with short_of_memory(desk):
        for _ in range(2):
            assert put_off(desk, letter("Big", f"{_BIG}\r\n{hidden}")) in (421, 451, 452)
        small = desk.send(letter("Small", "hello", "zoe@customer.test"))
        assert desk.becomes(small, "ticketed")
        desk.gets("zoe@customer.test", "[#")
    assert "no memory for a mail" in desk.log()
    assert "cut off after" not in desk.log()  # as whoever says one wrong command after the other
    big = desk.send(letter("Big, again", _LINES))
    assert desk.becomes(big, "ticketed")
    assert desk.rows("SELECT id FROM inbox WHERE envelope_from = 'evil@evil.test'") == []
    assert {row["envelope_from"] for row in desk.rows("SELECT envelope_from FROM inbox")} == {ANN}
    desk.adds_up()
