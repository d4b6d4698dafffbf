"""The mails that the desk and its peers are sent: always the same ones, as a desk's post really is.

Four in ten answer an earlier one, two thirds of these by whoever wrote it. ``text`` is short plain mail and HTML, three
to one; of ``mixed`` one in twelve has files of 20 to 300 KB, and one in fifty a file of some megabytes. `write` puts
them in a folder as .eml files with LF line ends, which is what all benches and peers read.
"""

from __future__ import annotations

import base64
import random
from pathlib import Path

from tests.bench import corpus

DESK = "support@desk.example"
MIX = "mixed"
MIB = 2**20

_SMALL, _LARGE = 8 / 100, 2 / 100  # of all mails
_FILES = (
    ("screenshot.png", "image/png", b"\x89PNG\r\n\x1a\n"),
    ("Rechnung.pdf", "application/pdf", b"%PDF-1.4\n"),
    ("report.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK\x03\x04"),
)


def text(count: int) -> list[bytes]:
    return corpus.make(count, html=0.25, loyal=2 / 3)


def mixed(count: int) -> list[bytes]:
    dice = random.Random(corpus.SEED)
    return [_perhaps_with_files(dice, mail) for mail in text(count)]


def _perhaps_with_files(dice: random.Random, mail: bytes) -> bytes:
    fate = dice.random()
    if fate < _LARGE:
        return with_files(mail, [_file(dice, dice.randint(2 * MIB, 5 * MIB))], dice)
    if fate < _LARGE + _SMALL:
        number = dice.randint(1, 3)
        size = dice.randint(20_000, 300_000)
        return with_files(mail, [_file(dice, size // number) for _ in range(number)], dice)
    return mail


def huge(count: int, octets: int) -> list[bytes]:
    """Mails of nearly so many octets on the wire each."""
    dice = random.Random(corpus.SEED)
    room = octets - 64 * 1024  # for their words, and their lines' CR
    return [with_files(mail, [_file(dice, room * 72 // 100)], dice) for mail in text(count)]


def with_files(mail: bytes, files: list[bytes], dice: random.Random) -> bytes:
    """The mail as the first part of one that has files, too."""
    head, _, body = mail.partition(b"\n\n")
    own = b"\n".join(line for line in head.split(b"\n") if not line.startswith((b"Content-", b"MIME-")))
    content = b"\n".join(line for line in head.split(b"\n") if line.startswith(b"Content-"))
    mark = f"=_{dice.getrandbits(60):x}".encode()
    kind = b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="' + mark + b'"'
    parts = b"".join(b"\n--" + mark + b"\n" + part for part in (content + b"\n\n" + body, *files))
    return own + b"\n" + kind + b"\n" + parts + b"\n--" + mark + b"--\n"


def _file(dice: random.Random, size: int) -> bytes:
    name, media_type, magic = dice.choice(_FILES)
    disposition = f'Content-Disposition: attachment; filename="{name}"'
    head = f"Content-Type: {media_type}\nContent-Transfer-Encoding: base64\n{disposition}\n\n"
    return head.encode() + base64.encodebytes(magic + dice.randbytes(size))


def write(mails: list[bytes], folder: Path) -> Path:
    """The folder, with a file for each mail."""
    folder.mkdir(parents=True)
    for number, mail in enumerate(mails):
        (folder / f"{number:06}.eml").write_bytes(mail)
    return folder
