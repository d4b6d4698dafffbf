"""No mail of 1 MB costs more than 1 s or 200 MB to read, whatever is in it; each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from maildesk.mail import parse
from tests.mail.hostile import MAILS

SECONDS = 2.5  # 1 s on a machine with nothing else to do; who shares a core may need twice as long
MEGABYTES = 200


@pytest.fixture(scope="module")
def costs() -> dict[str, list[str]]:
    """What each costs, told by a small process that forks."""
    root = Path(__file__).parents[2]
    told = subprocess.run(
        [sys.executable, "-m", "tests.mail.hostile"], cwd=root, capture_output=True, text=True, check=True
    )
    return {name: cost for name, *cost in (line.split("\t") for line in told.stdout.splitlines())}


@pytest.mark.parametrize("name", MAILS)
def test_a_megabyte_is_read_soon_and_in_little_room(costs: dict[str, list[str]], name: str) -> None:
    seconds, size, status = costs[name]
    assert status == "0"
    assert float(seconds) < SECONDS
    assert int(size) < MEGABYTES


def test_a_thousand_attachments_are_opened_as_soon_as_one() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: image/png\n\nx\n" * 999 + b"--b--"
    mail = parse.read(raw)
    assert len(mail.attachments) == 999
    began = time.process_time()
    assert {parse.attachment(raw, attachment.part) for attachment in mail.attachments} == {b"x"}
    assert time.process_time() - began < SECONDS
