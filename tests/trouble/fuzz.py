"""Throws mangled mail at the thinking leg and mangled dialogues at a daemon's port, and tells what fell.

    python -m tests.trouble.fuzz --minutes 60 --seed 1

Each round of the first half takes a mangled mail of ``tests.mail.fuzz``, sends it as a customer, an agent, a robot or
nobody, to the desk or to one of the reply addresses that the desk has given out, and looks: was there an exception, did
it take over two seconds, does the ledger add up, does memory grow? The second half is in ``dialogues``. What falls is
kept as a file, once for each place in the code.
"""

from __future__ import annotations

import argparse
import re
import resource
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

from maildesk.model import RawMail
from maildesk.store import due, intake
from tests.mail.fuzz import mangled, place, tell
from tests.office import ALICE, ANN, SUPPORT, Office
from tests.trouble.dialogues import Dialogues
from tests.trouble.rig import rig

LIMIT = 2.0  # seconds
_WARM = 1000  # mails, after which memory is looked at first
_GROWTH = 50  # MB from then on


def used() -> int:
    """How much memory this process has in use, in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 2**20


@dataclass
class Fuzz:
    """A desk under fire. ``found`` is what fell: where, and the mail that did it."""

    office: Office
    dice: Random
    count: int = 0
    slowest: float = 0.0
    growth: int = 0  # MB
    found: dict[str, bytes] = field(default_factory=dict)
    _early: int = 0

    def throw(self) -> None:
        """One mail, thought about, with everything that it makes due."""
        raw = mangled(self.dice)
        self.count += 1
        if self.count % _WARM == 0:
            self._early = self._early or used()
            self.growth = used() - self._early
            if self.growth > _GROWTH:
                self._note(f"memory grew by over {_GROWTH} MB", b"")
        began = time.process_time()
        self._receive(raw)
        spent = time.process_time() - began
        self.slowest = max(self.slowest, spent)
        if spent > LIMIT:
            self._note(f"took {spent:.1f} s", raw)
        if self.dice.random() < 0.02:
            self.office.now += timedelta(hours=self.dice.choice((1, 9, 100)))
        self._due(raw)

    def _receive(self, raw: bytes) -> None:
        office, dice = self.office, self.dice
        sender = dice.choice((ANN, ALICE, "zoe@customer.test", "", "", None))
        source = dice.choice(("smtp", "smtp", "smtp", "imap:x", "pipe", "import"))
        mail = RawMail(raw, source, office.now, sender, (self._recipient(),), dice.random() < 0.5)
        if dice.random() < 0.3 and sender:
            mail = RawMail(
                f"From: {sender}\r\n".encode() + raw, source, office.now, sender, mail.envelope_to, mail.relay
            )
        (id,) = intake.accept(office.store, [mail])
        while office.thinker.mails():
            pass
        trouble = office.store.value("SELECT trouble FROM inbox WHERE id = ?", (id,))
        if trouble:
            self._note(place(trouble), mail.raw)
            for _ in range(2):
                office.now += timedelta(seconds=6)
                office.thinker.mails()

    def _recipient(self) -> str:
        """The desk, or one of the addresses that it has given out lately."""
        if self.dice.random() < 0.4:
            return SUPPORT
        row = self.office.store.row(
            "SELECT bytes FROM outbox JOIN raw ON raw.id = raw_id ORDER BY outbox.id DESC LIMIT 1"
        )
        given = re.findall(rb"support\+[a-z0-9]+@acme\.test", row["bytes"]) if row else []
        return self.dice.choice(given).decode() if given else SUPPORT

    def _due(self, raw: bytes) -> None:
        thinker = self.office.thinker
        while thinker.timers():
            pass
        thinker.failures()
        for alarm in due.alarms(self.office.store, 100):
            if alarm.title.endswith(" failed"):
                self._note(place(alarm.details), raw)
        thinker.alarms()

    def _note(self, where: str, raw: bytes) -> None:
        if where not in self.found:
            print(f"mail {self.count}, {len(raw)} octets: {where}", file=sys.stderr)
            self.found[where] = raw

    def adds_up(self) -> bool:
        """Whether each mail stands in the ledger, in a state that is an end."""
        counts, _ = intake.ledger(self.office.store, 1)
        ended = counts["ticketed"] + counts["ignored"] + counts["quarantined"]
        return counts["total"] == ended == self.count


def run(folder: Path, seconds: float, seed: int) -> Fuzz:
    """Throws mails for so long; the same seed, the same mails."""
    office = Office(folder)
    fuzz = Fuzz(office, Random(seed))
    ends = time.monotonic() + seconds
    try:
        while time.monotonic() < ends:
            fuzz.throw()
        if not fuzz.adds_up():
            fuzz.found["the ledger does not add up"] = b""
    finally:
        office.close()
    return fuzz


def call(folder: Path, seconds: float, seed: int) -> Dialogues:
    """Calls at a daemon for so long."""
    with rig(folder) as desk:
        dialogues = Dialogues(desk, Random(seed))
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            dialogues.call()
        dialogues.ended()
    return dialogues


def main() -> int:
    """0 when nothing fell: half of the time mails, half of it dialogues."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for the mails that fell")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "office").mkdir()
        fuzz = run(Path(folder) / "office", chosen.minutes * 30, chosen.seed)
        print(f"{fuzz.count} mails; the slowest took {fuzz.slowest:.2f} s; memory grew by {fuzz.growth} MB")
    with tempfile.TemporaryDirectory() as folder:
        dialogues = call(Path(folder), chosen.minutes * 30, chosen.seed)
        print(
            f"{dialogues.calls} dialogues, {len(dialogues.kept)} mails kept; the slowest took {dialogues.slowest:.2f} s"
        )
        print("memory in MB: " + ", ".join(f"{name} {used}" for name, used in dialogues.most.items()))
    return tell(fuzz.found | dialogues.found, chosen.keep, chosen.seed)


if __name__ == "__main__":
    sys.exit(main())
