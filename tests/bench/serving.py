"""A desk as people run it: the installed program, `maildesk serve`, on a configuration in a folder of its own.

Everything is on: routes, working hours, targets with their reminders, notices to agents. Only the limits of automatic
answers are raised, so that each mail that may be answered is.
"""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.bench.measure import until
from tests.bench.postbag import DESK

_PROGRAM = Path(sys.executable).with_name("maildesk")
_PLENTY = {"count": 100_000_000, "per": "1h"}


def configuration(**sections: Any) -> dict[str, Any]:
    """As a file holds it; ``sections`` replace whole ones."""
    return {
        "desk": {
            "name": "Acme Support",
            "address": DESK,
            "timezone": "Europe/Rome",
            "store": "desk.db",
            "admins": ["ops@staff.example"],
            "auto_reply_limit": _PLENTY,
            "auto_reply_day_limit": _PLENTY,
            "auto_reply_desk_limit": _PLENTY,
        },
        "receive": {
            "smtp": {
                "listen": "127.0.0.1:0",
                "relays": ["127.0.0.0/8"],
                "trust_authserv": ["mx.desk.example"],
            }
        },
        "send": {"maildir": "out"},
        "agents": [
            {"id": "alice", "name": "Alice Rossi", "email": "alice@staff.example", "teams": ["billing"]},
            {"id": "bob", "name": "Bob Verdi", "email": "bob@staff.example", "teams": ["technical"]},
        ],
        "teams": [{"id": "billing", "name": "Billing"}, {"id": "technical", "name": "Technical"}],
        "hours": {"week": "Mon-Fri 09:00-18:00", "holidays": "IT"},
        "targets": {"first_reply": "4h", "solve": "3d"},
        "routes": [
            {"when": {"subject": "invoice|fattura|facture|rechnung"}, "set": {"team": "billing", "tags": ["money"]}},
            {"when": {"body": "printer|drucker|imprimante|stampante"}, "set": {"team": "technical"}},
        ],
        **sections,
    }


class Desk:
    """One desk in ``folder``; begins with the store that is there, if one is."""

    def __init__(self, folder: Path, **sections: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.file = folder / "maildesk.yaml"
        self.file.write_text(json.dumps(configuration(**sections), indent=1))  # JSON is YAML
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def store(self) -> Path:
        return self.folder / "desk.db"

    @property
    def sent(self) -> Path:
        """The Maildir's folder of delivered mail."""
        return self.folder / "out" / "new"

    # --- the process -------------------------------------------------------------------------------------

    def __enter__(self) -> Desk:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def command(self, *words: str) -> list[str]:
        program = [str(_PROGRAM)] if _PROGRAM.exists() else [sys.executable, "-m", "maildesk"]
        return [*program, "-c", str(self.file), *words]

    def start(self) -> None:
        """Returns once it serves and thinks; RuntimeError with its log when it does not."""
        with (self.folder / "desk.log").open("wb") as log:
            self.process = subprocess.Popen(
                self.command("serve"), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log, cwd=self.folder
            )
        until(lambda: (self._says("worker ready") and self._says("serving")) or self._ended(), 0.01)
        if self._ended():
            raise RuntimeError(self.log())

    def stop(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def _says(self, event: str) -> bool:
        return f'"event": "{event}"' in self.log()

    def _ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def log(self) -> str:
        return (self.folder / "desk.log").read_text()

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def port(self) -> int:
        """Where it takes mail by SMTP."""
        lines = (json.loads(line) for line in self.log().splitlines() if line.startswith("{"))
        return next(int(line["address"].rpartition(":")[2]) for line in lines if line["event"] == "listening")

    # --- what it has done ----------------------------------------------------------------------------------

    def count(self, sql: str) -> int:
        """A number from the store, whoever writes there."""
        with closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)) as connection:
            return int(connection.execute(sql).fetchone()[0])

    def is_done(self) -> bool:
        """Nothing waits: each mail was thought about, each answer has gone."""
        waits = "(SELECT count(*) FROM inbox WHERE state = 'received')"
        queued = "(SELECT count(*) FROM outbox WHERE state = 'queued' AND next_at <= strftime('%Y-%m-%dT%H:%M:%fZ'))"
        return not self.count(f"SELECT {waits} + {queued}")

    def waits_until_done(self) -> float:
        """When the last mail was delivered, in seconds since 1970."""
        until(self.is_done, 0.05)
        return max(file.stat().st_mtime for file in self.sent.iterdir())

    def adds_up(self, mails: int) -> None:
        """Raises AssertionError unless each of so many mails is on a ticket, can be found, and was answered if it began
        one."""
        ticketed = self.count("SELECT count(*) FROM inbox WHERE state = 'ticketed'")
        answered = self.count("SELECT count(*) FROM outbox WHERE kind LIKE 'auto_reply%' AND state = 'sent'")
        found = self.count("SELECT count(*) FROM search WHERE author MATCH 'example'")
        tickets, delivered = self.count("SELECT count(*) FROM tickets"), len(list(self.sent.iterdir()))
        assert ticketed == mails, f"{ticketed} of {mails} mails are on tickets"
        assert found >= mails, f"{found} of {mails} mails can be found"
        assert delivered >= answered == tickets, f"{tickets} tickets, {answered} answers, {delivered} files"
