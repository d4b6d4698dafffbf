"""Throws mangled mail at the thinking leg, and tells what fell.

    python -m tests.trouble.fuzz --seconds 600 --seed 1

Every mail of the corpus is a seed. Each round mangles one, sends it as a customer, an agent, a robot or nobody, to
the desk or to one of the reply addresses that the desk has given out, and looks: was there an exception, did it take
over two seconds, does the ledger add up? What falls is kept as a file, once for each place in the code.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

from maildesk.model import RawMail
from maildesk.store import due, intake
from tests.office import ALICE, ANN, SUPPORT, Office

CORPUS = Path(__file__).parents[1] / "corpus"
LIMIT = 2.0  # seconds
_LARGEST = 300_000  # octets

_MAGIC = tuple(
    written.encode().decode("unicode_escape").encode("latin-1")
    for line in r"""
    \r\n | \r\n\r\n | \n | \r | \0 | \xff | \xed\xa0\x80 | \xe2\x80\xae | -- | . | \x1b$B | +AAA-
    < | > | ( | " | ; | , | : | @
    =?utf-8?B? | =?iso-2022-jp?Q?=1B$B?= | ?= | = | =0D=0A | % | &#0; | [#1] | [#999999999] | >\x20 | --\x20\r\n
    Content-Type: multipart/mixed; boundary=b\r\n | Content-Type: message/rfc822\r\n\r\n | charset=utf-16 | boundary=""
    Content-Transfer-Encoding: base64\r\n | Content-Transfer-Encoding: quoted-printable\r\n
    Content-Type: text/html\r\n
    <blockquote> | <div class=gmail_quote> | <!-- | <style> | <img src=x> | Content-Type: text/calendar\r\n
    Content-Type: message/delivery-status\r\n | Content-Type: multipart/report\r\n | \r\nOn x wrote:\r\n
    #close\r\n | #assign "\r\n | #due \xd9\xa3d\r\n | #tag +a -\r\n | #\xef\xbc\x83\r\n | \r\n#note #take\r\n
    From: alice.private@acme.test\r\n | Auto-Submitted: auto-replied\r\n | Date: Mon, 31 Feb 0000\r\n
    """.strip().splitlines()
    for written in line.strip().split(" | ")
)


# --- mangling ----------------------------------------------------------------------------------------------


def _flip(raw: bytearray, dice: Random) -> None:
    for _ in range(dice.choice((1, 3, 30))):
        raw[dice.randrange(len(raw))] = dice.randrange(256)


def _cut(raw: bytearray, dice: Random) -> None:
    start, end = _span(raw, dice)
    del raw[start:end]


def _end(raw: bytearray, dice: Random) -> None:
    del raw[dice.randrange(len(raw)) :]


def _repeat(raw: bytearray, dice: Random) -> None:
    start, end = _span(raw, dice)
    piece = bytes(raw[start:end])
    raw[start:start] = piece * min(dice.choice((1, 2, 100, 10_000)), _LARGEST // max(len(piece), 1))


def _move(raw: bytearray, dice: Random) -> None:
    start, end = _span(raw, dice)
    piece = raw[start:end]
    del raw[start:end]
    at = dice.randrange(len(raw) + 1)
    raw[at:at] = piece


def _insert(raw: bytearray, dice: Random) -> None:
    for _ in range(dice.choice((1, 1, 5, 50))):
        at = dice.randrange(len(raw) + 1)
        raw[at:at] = dice.choice(_MAGIC) * dice.choice((1, 1, 1, 2, 1000))


def _shuffle(raw: bytearray, dice: Random) -> None:
    lines = bytes(raw).splitlines(keepends=True)
    start = dice.randrange(len(lines))
    some = lines[start : start + dice.choice((3, 10, 100))]
    dice.shuffle(some)
    lines[start : start + len(some)] = some
    raw[:] = b"".join(lines)


def _splice(raw: bytearray, dice: Random) -> None:
    other = dice.choice(_seeds())
    start, end = _span(bytearray(other), dice)
    at = dice.randrange(len(raw) + 1)
    raw[at:at] = other[start:end]


def _new_value(raw: bytearray, dice: Random) -> None:
    """Another value for one of the header's fields."""
    fields = list(re.finditer(rb"(?m)^[\w-]+:(.*)$", bytes(raw[:5000])))
    if fields:
        found = dice.choice(fields)
        raw[found.start(1) : found.end(1)] = b" " + dice.choice(_MAGIC) * dice.choice((0, 1, 1000)) + found[1].strip()


_MANGLERS: tuple[Callable[[bytearray, Random], None], ...] = (
    *(_flip, _cut, _end, _repeat, _move, _insert, _insert, _shuffle, _splice, _new_value, _new_value),
)


def _span(raw: bytearray, dice: Random) -> tuple[int, int]:
    start = dice.randrange(len(raw))
    return start, start + dice.choice((1, 10, 100, 1000))


def _seeds(kept: list[bytes] = []) -> list[bytes]:  # noqa: B006 - read once
    kept += () if kept else [file.read_bytes() for file in sorted(CORPUS.glob("*.eml"))]
    return kept


def mangled(dice: Random) -> bytes:
    """One of the corpus, no longer what it was."""
    raw = bytearray(dice.choice(_seeds()))
    for _ in range(dice.choice((1, 1, 2, 3, 6))):
        if raw:
            dice.choice(_MANGLERS)(raw, dice)
    return bytes(raw[:_LARGEST])


# --- throwing ----------------------------------------------------------------------------------------------


@dataclass
class Fuzz:
    """A desk under fire. ``found`` is what fell: where, and the mail that did it."""

    office: Office
    dice: Random
    count: int = 0
    slowest: float = 0.0
    found: dict[str, bytes] = field(default_factory=dict)

    def throw(self) -> None:
        """One mail, thought about, with everything that it makes due."""
        raw = mangled(self.dice)
        self.count += 1
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
            self._note(_place(trouble), mail.raw)
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
            if "quarantine" not in alarm.title:
                self._note(_place(alarm.details), raw)
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


def _place(trouble: str) -> str:
    """Where in our code it happened, and what."""
    lines = [line.strip() for line in trouble.splitlines() if "/maildesk/" in line]
    place = lines[-1].rpartition("/maildesk/")[2] if lines else ""
    return f"{place}: {trouble.strip().splitlines()[-1][:200]}"


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


def main() -> int:
    """0 when nothing fell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for the mails that fell")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fuzz = run(Path(folder), chosen.seconds, chosen.seed)
    print(f"{fuzz.count} mails; the slowest took {fuzz.slowest:.2f} s; {len(fuzz.found)} fell")
    for number, (where, raw) in enumerate(fuzz.found.items(), 1):
        print(f"{number}  {where}")
        if chosen.keep:
            chosen.keep.mkdir(parents=True, exist_ok=True)
            (chosen.keep / f"{chosen.seed}-{number}.eml").write_bytes(raw)
    return 1 if fuzz.found else 0


if __name__ == "__main__":
    sys.exit(main())
