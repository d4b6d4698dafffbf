"""The stage of the demo: a real daemon on a free loopback port, whose mail goes into a Maildir.

Everything passes through the same doors as in earnest: SMTP in, the store, the outbox. It reaches
nobody: nothing listens beyond loopback, and nothing is sent beyond the folder.
"""

from __future__ import annotations

import json
import os
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import TypeVar

from maildesk.cli.premises import Wrong
from maildesk.mail import parse
from maildesk.model import Mail

T = TypeVar("T")

DESK = "support@acme.example"
_PATIENCE = 10.0  # seconds for anything to happen
_NAP = 0.05

CONFIGURATION: dict[str, object] = {
    "desk": {
        "name": "Acme Support",
        "address": DESK,
        "timezone": "UTC",
        "store": "../maildesk.db",
        "admins": ["ops@acme.example"],
    },
    "receive": {"smtp": {"listen": "127.0.0.1:0", "trust_authserv": ["mx.acme.example"]}},
    "send": {"maildir": "../outgoing"},
    "agents": [
        {
            "id": "alice",
            "name": "Alice Rossi",
            "email": "alice@staff.example",
            "teams": ["billing"],
            "signature": "Alice Rossi\nAcme Support",
        },
        {"id": "bob", "name": "Bob Verdi", "email": "bob@staff.example"},
    ],
    "teams": [{"id": "billing", "name": "Billing"}],
    "routes": [{"when": {"subject": "invoice"}, "set": {"team": "billing", "tags": ["money"]}}],
}


@dataclass
class Stage:
    """A folder with a configuration, and the daemon that serves it."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[str] | None = None
    _seen: set[str] = field(default_factory=set)

    @property
    def config(self) -> Path:
        return self.folder / "config" / "maildesk.yaml"

    @property
    def outgoing(self) -> Path:
        return self.folder / "outgoing"

    @property
    def log(self) -> Path:
        return self.folder / "daemon.log"

    # --- the daemon --------------------------------------------------------------------------------------

    def start(self) -> None:
        """Starts the daemon, and waits until it listens. Raises Wrong."""
        self.config.parent.mkdir(parents=True)
        self.config.write_text(json.dumps(CONFIGURATION, indent=2) + "\n")  # JSON is YAML
        with self.log.open("w") as log:
            self.process = subprocess.Popen(  # noqa: S603 - ourselves
                [sys.executable, "-m", "maildesk", "-c", str(self.config), "serve"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,  # Ctrl-C is for us; the daemon hears of it by SIGTERM
            )
        assert self.process.stdout is not None  # it is a pipe
        said = self.process.stdout.readline()
        if not said.startswith("listening smtp "):
            raise Wrong(f"the daemon did not start; its log is {self.log}")
        self.port = int(said.rpartition(":")[2])

    def stop(self) -> None:
        """Lets the daemon finish what is begun."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        finally:
            if self.process.stdout:
                self.process.stdout.close()

    # --- mail --------------------------------------------------------------------------------------------

    def write(self, sender: str, to: str, subject: str, text: str, answers: str = "", **fields: str) -> EmailMessage:
        """Sends a mail to the desk by SMTP, as anybody's mail program does. Raises Wrong."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, to, subject
        mail["Date"], mail["Message-ID"] = format_datetime(datetime.now(UTC)), make_msgid(domain="client.example")
        if answers:
            mail["In-Reply-To"] = mail["References"] = answers
        for name, value in fields.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        try:
            with smtplib.SMTP("127.0.0.1", self.port, timeout=_PATIENCE) as session:
                session.send_message(mail)
        except (OSError, smtplib.SMTPException) as error:
            raise Wrong(f"the desk did not take the mail: {error}; the daemon's log is {self.log}") from error
        return mail

    def letter(self, to: str, what: str) -> Mail:
        """The next mail that the desk sends to somebody. Raises Wrong when none comes in time."""
        return self.wait(lambda: self._next(to), what)

    def _next(self, to: str) -> Mail | None:
        new = self.outgoing / "new"
        for name in sorted(os.listdir(new)) if new.is_dir() else ():
            if name in self._seen:
                continue
            mail = parse.read((new / name).read_bytes())
            if mail.delivered_to[:1] == (to,):
                self._seen.add(name)
                return mail
        return None

    def wait(self, look: Callable[[], T | None], what: str) -> T:
        """What ``look`` finds, as soon as it finds something. Raises Wrong."""
        ends = time.monotonic() + _PATIENCE
        while time.monotonic() < ends:
            if (found := look()) is not None:
                return found
            time.sleep(_NAP)
        raise Wrong(f"{what} did not come within {_PATIENCE:g} s; the daemon's log is {self.log}")
