"""What maildesk is compared with, each in a folder of its own: Postfix as Debian has it, Roundup from PyPI.

Postfix accepts by SMTP and delivers into a Maildir: it understands nothing, and is what a mail server can do on this
machine. Roundup is the fastest of the other help desks: a whole mailbox in one process, its senders known beforehand.
"""

from __future__ import annotations

import email
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from email.utils import parseaddr
from pathlib import Path

from tests.bench.load import Report, send
from tests.bench.measure import until
from tests.bench.postbag import DESK
from tests.servers import postfix

ROUNDUP = "roundup==2.6.0"
_HOME = Path(__file__).parents[2] / "var" / "bench"  # what is installed once, for all runs

_DELIVERY = """
virtual_mailbox_base = {mail}
virtual_mailbox_maps = static:support/
virtual_mailbox_limit = 0
virtual_minimum_uid = 1
virtual_uid_maps = static:5000
virtual_gid_maps = static:5000
virtual_destination_concurrency_limit = 20
virtual_destination_recipient_limit = 1
"""


# --- Postfix ------------------------------------------------------------------------------------------------


class Postfix:
    """Mails that it was given are files in ``delivered``."""

    def __init__(self, server: postfix.Postfix, mail: Path) -> None:
        self._server = server
        self._delivered = mail / "support" / "new"

    def takes(self, folder: Path, sessions: int = 10) -> tuple[float, Report]:
        """Mails a second, from the first connection until the last one is delivered; and the sender's report."""
        shutil.rmtree(self._delivered.parent, ignore_errors=True)
        count = sum(1 for _ in folder.glob("*.eml"))
        report = send(folder, self._server.port, sessions)
        until(lambda: self._delivered.exists() and sum(1 for _ in self._delivered.iterdir()) >= count)
        return count / (time.time() - report.began), report


@contextmanager
def running_postfix(folder: Path) -> Iterator[Postfix]:
    """``folder`` must be one that everybody may enter."""
    mail = folder / "postfix-mail"
    mail.mkdir()
    shutil.chown(mail, 5000, 5000)
    domain = DESK.partition("@")[2]
    with postfix.running({domain: "virtual:"}, _DELIVERY.format(mail=mail)) as server:
        yield Postfix(server, mail)


# --- Roundup ------------------------------------------------------------------------------------------------


_USERS = """
import sys, roundup.instance
from roundup import password
db = roundup.instance.open(sys.argv[1]).open("admin")
secret = password.Password("x", scheme="PBKDF2S5", config=db.config)
for address in sys.stdin.read().split():
    db.user.create(username=address, address=address, roles="User", password=secret)
db.commit()
db.close()
"""


def roundup(folder: Path, mails: list[bytes]) -> float:
    """Mails a second; each must have become a message. CalledProcessError when it cannot be installed."""
    tracker, box = folder / "roundup", folder / "roundup.mbox"
    _run("roundup-admin", "-i", str(tracker), "install", "classic", "sqlite", _settings(folder))
    _configure(tracker / "config.ini", folder)
    _run("roundup-admin", "-i", str(tracker), "initialise", "secret")
    senders = sorted({parseaddr(str(email.message_from_bytes(mail)["From"]))[1] for mail in mails})
    _run("python", "-c", _USERS, str(tracker), said="\n".join(senders))
    box.write_bytes(b"".join(_boxed(mail) for mail in mails))
    began = time.perf_counter()
    _run("roundup-mailgw", str(tracker), "mailbox", str(box))
    seconds = time.perf_counter() - began
    with closing(sqlite3.connect(tracker / "db" / "db")) as connection:
        found = connection.execute("SELECT count(*) FROM _msg").fetchone()[0]
    assert found == len(mails), f"Roundup has taken {found} of {len(mails)} mails"
    return len(mails) / seconds


def _settings(folder: Path) -> str:
    sent = folder / "roundup-sent.mbox"
    return f"mail_domain=desk.example,mail_host=127.0.0.1,tracker_web=http://127.0.0.1:1/,admin_email=admin@desk.example,mail_debug={sent}"


def _configure(file: Path, folder: Path) -> None:
    """What `install` leaves to its admins."""
    wanted = {
        "[main] admin_email": "admin@desk.example",
        "[tracker] web": "http://127.0.0.1:1/",
        "[tracker] email": "support",
        "[mail] domain": "desk.example",
        "[mail] host": "127.0.0.1",
        "[mail] debug": str(folder / "roundup-sent.mbox"),  # what it mails, it adds to this file
    }
    section, lines = "", []
    for line in file.read_text().splitlines():
        section = line.strip() if line.startswith("[") else section
        key = re.match(r"#?\s?(\w+) =", line)
        value = wanted.get(f"{section} {key[1]}") if key else None
        lines.append(f"{key[1]} = {value}" if key and value is not None else line)
    file.write_text("\n".join(lines) + "\n")


def _boxed(mail: bytes) -> bytes:
    """As an mbox has it."""
    return b"From bench@desk.example Mon Mar  3 08:00:00 2025\n" + re.sub(rb"(?m)^From ", b">From ", mail) + b"\n"


def _run(program: str, *arguments: str, said: str = "") -> None:
    home = _HOME / "roundup"
    if not (home / "bin" / "roundup-mailgw").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([home / "bin" / "pip", "install", "--quiet", ROUNDUP], check=True)
    command = [str(home / "bin" / program), *arguments]
    subprocess.run(command, input=said, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
