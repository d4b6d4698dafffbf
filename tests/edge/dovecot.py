"""A throw-away Dovecot on free loopback ports, without systemd, for tests that want a true IMAP server.

    dovecot = Dovecot(Path(directory))
    dovecot.start()
    dovecot.add_user("desk@imap.test")         # password: Dovecot.PASSWORD
    dovecot.save("desk@imap.test", raw)        # delivers into INBOX
    dovecot.imap, dovecot.imaps, dovecot.lmtp, dovecot.certificate

It needs Debian's dovecot-imapd (and dovecot-lmtpd for ``lmtp``) and root; ``installed()`` says whether both
are there.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.edge import certificates

MASTER = shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin:/usr/bin")
DOVEADM = shutil.which("doveadm", path="/usr/bin:/usr/local/bin:/usr/sbin")

CONFIG = """
base_dir = {dir}/run
state_dir = {dir}/state
log_path = {dir}/dovecot.log
protocols = {protocols}
listen = 127.0.0.1
hostname = localhost
mail_location = maildir:{dir}/mail/%u
mail_fsync = never
mailbox_idle_check_interval = 1 secs
first_valid_uid = 1
first_valid_gid = 1
auth_failure_delay = 0
disable_plaintext_auth = no
ssl = {ssl}
ssl_cert = <{dir}/cert.pem
ssl_key = <{dir}/key.pem
shutdown_clients = yes
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={dir}/mail/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  process_min_avail = 1
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
# Without this a failed login slows down the next ones from the same address, by up to 15 s.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
{more}
"""


def installed() -> bool:
    return bool(MASTER and DOVEADM and certificates.POSSIBLE) and os.geteuid() == 0


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [taken.getsockname()[1] for taken in sockets]
    for taken in sockets:
        taken.close()
    return ports


class Dovecot:
    """One server in ``directory``, which everybody must be able to enter. ``more`` is further configuration."""

    PASSWORD = "secret"  # every user's

    def __init__(self, directory: Path, more: str = "") -> None:
        self.directory = directory
        self.imap, self.imaps, self.lmtp = free_ports(3)
        self.certificate = directory / "cert.pem"
        self._config = directory / "dovecot.conf"
        self._saved = 0
        (directory / "mail").mkdir()
        shutil.chown(directory / "mail", "mail", "mail")
        certificates.self_signed(directory, "DNS:localhost", "IP:127.0.0.1")
        self._config.write_text(
            CONFIG.format(
                dir=directory,
                protocols="imap lmtp" if Path("/usr/lib/dovecot/lmtp").exists() else "imap",
                ssl="yes",
                password=self.PASSWORD,
                imap=self.imap,
                imaps=self.imaps,
                lmtp=self.lmtp,
                more=more,
            )
        )

    def _run(self, *command: str, stdin: bytes = b"") -> str:
        done = subprocess.run(command, input=stdin, capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode()

    # --- the server --------------------------------------------------------------------------------------

    def start(self) -> None:
        # Its output goes to a file: the daemon would keep a captured pipe open for ever.
        with (self.directory / "start.log").open("w") as log:
            subprocess.run(
                [MASTER or "", "-c", str(self._config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True
            )
        deadline = time.monotonic() + 10
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.imap), timeout=1) as greeting:
                    greeting.recv(100)
                    return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def stop(self) -> None:
        """Ends it, and every connection to it."""
        master = self.directory / "run" / "master.pid"
        if not master.exists():
            return
        pid = master.read_text().strip()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        os.kill(int(pid), signal.SIGTERM)
        for child in children:  # left to itself, imap-login takes five seconds
            with suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)
        deadline = time.monotonic() + 10
        while _runs(pid) and time.monotonic() < deadline:
            time.sleep(0.02)

    def doveadm(self, *arguments: str, stdin: bytes = b"") -> str:
        return self._run(DOVEADM or "", "-c", str(self._config), *arguments, stdin=stdin)

    def log(self) -> str:
        return (self.directory / "dovecot.log").read_text()

    # --- users and their mail ----------------------------------------------------------------------------

    def add_user(self, user: str) -> None:
        """Makes the INBOX; the password is ``PASSWORD``."""
        self.doveadm("mailbox", "status", "-u", user, "messages", "INBOX")

    def save(self, user: str, raw: bytes, folder: str = "INBOX") -> None:
        self.doveadm("save", "-u", user, "-m", folder, stdin=raw)

    def fill(self, user: str, mails: Sequence[bytes], at: float | None = None) -> None:
        """Many mails at once into INBOX, as a delivery agent writes a Maildir; the user must exist.

        ``at`` is their INTERNALDATE in seconds since 1970; now, when left out.
        """
        maildir = self.directory / "mail" / user
        for raw in mails:
            self._saved += 1
            name = f"{time.time():.6f}.M{self._saved}.fill"
            (maildir / "tmp" / name).write_bytes(raw)
            shutil.chown(maildir / "tmp" / name, "mail", "mail")
            if at is not None:
                os.utime(maildir / "tmp" / name, (at, at))
            (maildir / "tmp" / name).rename(maildir / "new" / name)

    def count(self, user: str, folder: str = "INBOX", *query: str) -> int:
        """How many mails a folder holds, or how many of them match a `doveadm search` query."""
        found = self.doveadm("search", "-u", user, "mailbox", folder, *(query or ["all"]))
        return len(found.splitlines())

    def folders(self, user: str) -> list[str]:
        return self.doveadm("mailbox", "list", "-u", user).splitlines()

    def renumber(self, user: str, folder: str = "INBOX") -> None:
        """Gives the folder a new UIDVALIDITY and its mails new UIDs, as after a restored backup."""
        for stray in (self.directory / "mail" / user).glob("dovecot*"):
            stray.unlink()
        newer = int(time.time()) + self._saved + 1000
        self._saved += 1
        self.doveadm("mailbox", "update", "-u", user, "--uid-validity", str(newer), folder)


def _runs(pid: str) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()  # nobody may reap it for a while
    except FileNotFoundError:
        return False


@contextmanager
def running(more: str = "") -> Iterator[Dovecot]:
    """A server for a while; in /tmp itself, for the paths of its sockets must stay under 108 characters."""
    with tempfile.TemporaryDirectory(prefix="dovecot-") as name:
        directory = Path(name)
        directory.chmod(0o711)
        server = Dovecot(directory, more)
        server.start()
        try:
            yield server
        finally:
            server.stop()
