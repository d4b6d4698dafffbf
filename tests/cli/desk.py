"""A desk as the shell meets it: a configuration in a folder, the real command as a process of its own."""

from __future__ import annotations

import email.policy
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from maildesk.edge.policies import read
from maildesk.edge.think import Thinker
from maildesk.store.engine import Store

ROOT = Path(__file__).parents[2]
SUPPORT, ANN = "support@acme.test", "ann@customer.test"


def configuration(**changes: Any) -> dict[str, Any]:
    """As a file holds it; ``changes`` replace sections."""
    return {
        "desk": {
            "name": "Acme Support",
            "address": SUPPORT,
            "timezone": "Europe/Rome",
            "store": "../var/desk.db",
            "admins": ["ops@acme.test"],
        },
        "receive": {"smtp": {"listen": "127.0.0.1:0", "max_size": "64KiB", "trust_authserv": ["mx.acme.test"]}},
        "send": {"maildir": "../out"},
        "agents": [
            {"id": "alice", "name": "Alice Rossi", "email": "alice@staff.test", "teams": ["billing"]},
            {"id": "bob", "name": "Bob Verdi", "email": "bob@staff.test"},
        ],
        "teams": [{"id": "billing", "name": "Billing"}],
        "routes": [{"when": {"subject": "invoice"}, "set": {"team": "billing", "tags": ["money"]}}],
        **changes,
    }


@dataclass(frozen=True)
class Run:
    """A command that has ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its stdout, which must be one JSON document and nothing else."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Desk:
    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "config" / "maildesk.yaml"

    @property
    def store(self) -> Path:
        return self.folder / "var" / "desk.db"

    def configure(self, **changes: Any) -> None:
        self.config.parent.mkdir(exist_ok=True)
        self.config.write_text(json.dumps(configuration(**changes), indent=1))  # JSON is YAML

    def environment(self, **more: str) -> dict[str, str]:
        mail = ("SENDER", "RECIPIENT", "ORIGINAL_RECIPIENT", "EXTENSION", "MAILDESK_CONFIG", "NOTIFY_SOCKET")
        kept = {name: value for name, value in os.environ.items() if name not in mail}
        return {**kept, "PYTHONPATH": str(ROOT), **more}

    def run(self, *arguments: str, stdin: bytes = b"", **environment: str) -> Run:
        """One command on this desk's configuration."""
        return self.bare("-c", str(self.config), *arguments, stdin=stdin, **environment)

    def bare(self, *arguments: str, stdin: bytes = b"", **environment: str) -> Run:
        """One command, whose configuration is its own affair."""
        done = subprocess.run(
            [sys.executable, "-m", "maildesk", *arguments],
            input=stdin,
            capture_output=True,
            cwd=self.folder,
            env=self.environment(**environment),
            timeout=40,
        )
        return Run(done.returncode, done.stdout.decode(), done.stderr.decode())

    @contextmanager
    def opened(self) -> Iterator[Store]:
        store = Store.open(self.store)
        yield store
        store.close()

    def think(self) -> None:
        """What the daemon would do with the mails that wait."""
        good = read(self.config).good
        assert good is not None
        with self.opened() as store:
            thinker = Thinker(store, good.policy, begin=lambda mail: None)
            while thinker.mails():
                pass

    def take(self, subject: str, body: str = "Hello.", sender: str = ANN, **fields: str) -> Run:
        """A mail from a customer, through `pipe`, understood."""
        run = self.run("pipe", "--from", sender, "--to", SUPPORT, stdin=letter(subject, body, sender, **fields))
        assert run.status == 0, run.err
        self.think()
        return run


def letter(subject: str, body: str = "Hello.", sender: str = ANN, **fields: str) -> bytes:
    """A mail's octets, with LF at line ends; `Message_ID` and the like are fields."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Ann Bianchi <{sender}>", SUPPORT, subject
    given = {"Date": "Mon, 02 Mar 2026 10:00:00 +0100", "Message_ID": f"<{abs(hash(subject))}@client.test>"}
    for name, value in (given | fields).items():
        mail[name.replace("_", "-")] = value
    mail.set_content(body)
    return mail.as_bytes(policy=email.policy.default)
