"""Throws mangled mail at the reader, and tells what fell.

    python -m tests.mail.fuzz --mails 100000 --seed 1

Every mail of the corpus is a seed. Each round mangles one and reads all there is to read in it: the mail, who wrote it,
its forwarded part, its HTML as it would be shown, its attachments, what ``explain`` says of it. What raises or takes
over a second falls, and is kept as a file, once for each place in the code. Tells also the slowest, and the peak of
memory.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from maildesk.cli import meaning
from maildesk.mail import forward, html, parse, trim

CORPUS = Path(__file__).parents[1] / "corpus"
LIMIT = 1.0  # seconds of the processor, for the reading of one mail
_LARGEST = 300_000  # octets

# --- mangling ----------------------------------------------------------------------------------------------

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


# --- reading -----------------------------------------------------------------------------------------------


def read(raw: bytes) -> None:
    """Reads all there is to read in a mail."""
    mail = parse.read(raw)
    assert parse.fingerprint(mail)
    forward.read(mail)
    html.sanitize(trim.html(mail) or "")
    for attachment in mail.attachments[:20]:
        parse.attachment(raw, attachment.part)
    assert json.dumps(meaning.of_mail(raw, mail, None))


@dataclass
class Fallen:
    """What fell of so many mails, by where and why; ``slowest`` is in seconds of the processor."""

    found: dict[str, bytes] = field(default_factory=dict)
    slowest: float = 0.0


def fallen(mails: int, seed: int) -> Fallen:
    """The same seed, the same mails."""
    dice = Random(seed)
    told = Fallen()
    found = told.found
    for _ in range(mails):
        raw = mangled(dice)
        began = time.process_time()
        where = ""
        try:
            read(raw)
        except Exception:  # noqa: BLE001 - whatever it is, it fell
            where = place(traceback.format_exc())
        spent = time.process_time() - began
        told.slowest = max(told.slowest, spent)
        where = where or ("" if spent < LIMIT else f"took {spent:.1f} s")
        if where and where not in found:
            print(f"{len(raw)} octets: {where}", file=sys.stderr)
            found[where] = raw
    return told


def place(trouble: str) -> str:
    """Where in our code it happened, and what."""
    lines = [line.strip() for line in trouble.splitlines() if "/maildesk/" in line]
    where = lines[-1].rpartition("/maildesk/")[2] if lines else ""
    return f"{where}: {trouble.strip().splitlines()[-1][:200]}"


def tell(found: dict[str, bytes], folder: Path | None, seed: int) -> int:
    """Prints what fell, and writes the mails to files where a folder is given; 0 when nothing fell."""
    print(f"{len(found)} fell")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    for number, (where, raw) in enumerate(found.items(), 1):
        print(f"{number}  {where}")
        if folder is not None:
            (folder / f"{seed}-{number}.eml").write_bytes(raw)
    return 1 if found else 0


def main() -> int:
    """0 when nothing fell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for the mails that fell")
    chosen = parser.parse_args()
    told = fallen(chosen.mails, chosen.seed)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{chosen.mails} mails; the slowest took {told.slowest:.2f} s; {peak} MB at the peak")
    return tell(told.found, chosen.keep, chosen.seed)


if __name__ == "__main__":
    sys.exit(main())
