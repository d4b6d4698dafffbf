"""A throw-away Postfix on a free loopback port, without systemd, for tests that want a true MTA around a desk.

    with running({"help.test": smtp(desk.port), "users.test": lmtp(dovecot.lmtp)}) as postfix:
        postfix.port                   # where everybody hands mail in: customers' MX, and the desk's smarthost
        postfix.log()                  # what became of it
        postfix.queue()                # what still waits, a line each

Mail to any other domain is refused. What is put off is tried again within seconds. It needs Debian's postfix and
root; ``installed()`` says whether both are there.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

POSTFIX = shutil.which("postfix", path="/usr/sbin:/usr/local/sbin")

_MAIN = """\
compatibility_level = 3.6
config_directory = {dir}/etc
queue_directory = {dir}/spool
data_directory = {dir}/data
maillog_file = {dir}/postfix.log
maillog_file_prefixes = {dir}
import_environment = MAIL_CONFIG MAIL_LOGTAG TZ LANG POSTLOG_SERVICE POSTLOG_HOSTNAME
myhostname = mx.users.test
mydestination =
myorigin = users.test
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
local_recipient_maps =
local_transport = error:no local delivery
default_transport = error:5.4.4 no route off this machine
relay_domains = {domains}
relay_recipient_maps =
transport_maps = inline:{{ {transports} }}
smtpd_relay_restrictions = permit_mynetworks reject_unauth_destination
smtp_dns_support_level = disabled
smtp_tls_security_level = may
smtputf8_enable = yes
strict_rfc821_envelopes = no
recipient_delimiter = +
message_size_limit = 52428800
mailbox_size_limit = 0
# A mail that is put off is tried again within seconds, so that a test sees 4xx, another try, 250. Not within one:
# on a loaded machine it then may find the mail still locked by its first try, and leaves it for many minutes.
queue_run_delay = 3s
minimal_backoff_time = 3s
maximal_backoff_time = 6s
maximal_queue_lifetime = 10m
bounce_queue_lifetime = 10m
smtp_connect_timeout = 5s
lmtp_connect_timeout = 5s
smtp_destination_concurrency_limit = 20
"""

#: No chroot: its libraries are not in there.
_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
smtp      unix - - n - - smtp
relay     unix - - n - - smtp
virtual   unix - n n - - virtual
lmtp      unix - - n - - lmtp
showq     unix n - n - - showq
error     unix - - n - - error
retry     unix - - n - - error
discard   unix - - n - - discard
tlsmgr    unix - - n 1000? 1 tlsmgr
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""


def installed() -> bool:
    return POSTFIX is not None and os.geteuid() == 0


def smtp(port: int) -> str:
    """The transport of a domain whose MX is on this machine."""
    return f"smtp:[127.0.0.1]:{port}"


def lmtp(port: int) -> str:
    """The transport of a domain whose mailboxes are on this machine."""
    return f"lmtp:inet:[127.0.0.1]:{port}"


class Postfix:
    """One server in ``directory``, which everybody must be able to enter; ``transports`` says where a domain is.

    ``more`` is further configuration.
    """

    def __init__(self, directory: Path, transports: Mapping[str, str], more: str = "") -> None:
        self.directory = directory
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self._etc = directory / "etc"
        for name in ("etc", "spool", "data"):
            (directory / name).mkdir()
        shutil.chown(directory / "data", "postfix")
        table = " ".join(f"{{ {domain} = {where} }}" for domain, where in transports.items())
        main = _MAIN.format(dir=directory, domains=" ".join(transports), transports=table)
        (self._etc / "main.cf").write_text(main + more)
        (self._etc / "master.cf").write_text(_MASTER.format(port=self.port))

    def start(self) -> None:
        """Returns once it greets; OSError when it does not within ten seconds, with its log."""
        # Its output goes to a file: the daemon would keep a captured pipe open for ever.
        with (self.directory / "start.log").open("w") as log:
            subprocess.run(
                [POSTFIX or "", "-c", str(self._etc), "start"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=True,
            )
        deadline = time.monotonic() + 10
        while not self._greets():
            if time.monotonic() > deadline:
                raise OSError(f"Postfix does not greet: {self.log()}")
            time.sleep(0.02)

    def _greets(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as greeting:
                return greeting.recv(100).startswith(b"220")
        except OSError:
            return False

    def stop(self) -> None:
        """Ends it, and whatever it has begun."""
        pid_file = self.directory / "spool" / "pid" / "master.pid"
        if not pid_file.exists():
            return
        master = int(pid_file.read_text())
        os.kill(master, signal.SIGTERM)  # the whole process group goes with the master
        deadline = time.monotonic() + 10
        while _runs(master) and time.monotonic() < deadline:
            time.sleep(0.02)

    def log(self) -> str:
        file = self.directory / "postfix.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def queue(self) -> list[str]:
        """What waits: a JSON object a mail, as `postqueue -j` has them."""
        command = ["postqueue", "-c", str(self._etc), "-j"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    def flush(self) -> None:
        """Tries at once what waits."""
        subprocess.run(["postqueue", "-c", str(self._etc), "-f"], stdin=subprocess.DEVNULL, check=True)


def _runs(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()  # nobody may reap it for a while
    except FileNotFoundError:
        return False


@contextmanager
def running(transports: Mapping[str, str], more: str = "") -> Iterator[Postfix]:
    """A server for a while; in /tmp itself, where its users may enter each folder on the way."""
    with tempfile.TemporaryDirectory(prefix="postfix-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        directory.chmod(0o755)
        server = Postfix(directory, transports, more)
        server.start()
        try:
            yield server
        finally:
            server.stop()
