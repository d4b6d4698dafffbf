"""Histories on disk: mbox files, Maildir folders, files of one mail; found, put in order of time, read.

First only the headers' dates are read, so that an archive larger than memory can be put in order:
an answer must come after what it answers, though both lie in different folders. It opens files for
reading alone, locks nothing, and skips in a folder what is no mail.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from maildesk.edge.pipe_in import mended
from maildesk.mail import dates
from maildesk.model import RawMail

_HEAD = 64 * 1024  # octets of a mail in which its Date is looked for
_DATE = re.compile(rb"^date:([^\n]*(?:\n[ \t][^\n]*)*)", re.IGNORECASE | re.MULTILINE)
# RFC 4155 wants a timestamp there; without it, a paragraph that begins with "From " is words.
_FROM = re.compile(rb"From [^\n]{0,300}\d\d:\d\d[^\n]{0,100}\n?")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a mail lies, and when it was written; in the order of time. ``size`` -1 is to the file's end."""

    date: datetime
    path: str
    start: int = 0
    size: int = -1

    def read(self, now: datetime) -> RawMail:
        """The mail, as history. Raises OSError where the file has gone."""
        with open(self.path, "rb") as file:
            file.seek(self.start)
            octets = file.read(self.size)
        if self.size >= 0:
            # An mbox: its "From " line goes, and the ">" that kept other lines from being one.
            octets = _QUOTED_FROM.sub(rb"\1", octets.partition(b"\n")[2])
        return RawMail(mended(octets), "import", now)


def find(paths: Iterable[Path]) -> list[Place]:
    """Every mail in these files and folders, the oldest first. Raises OSError for a path that is not there."""
    return sorted(place for path in paths for file in _files(path) for place in _mails(file))


def _files(path: Path) -> Iterator[Path]:
    """A file that was named, or what is mail in a folder and the folders below."""
    if not path.is_dir():
        yield path
        return
    for folder, names, files in os.walk(path):
        here = Path(folder)
        maildir = {"cur", "new"} <= set(names)
        names[:] = sorted(name for name in names if not (maildir and name == "tmp"))
        in_maildir = here.name in ("cur", "new") and (here.parent / "cur").is_dir() and (here.parent / "new").is_dir()
        for name in sorted(files):
            if name.startswith("."):
                continue
            if in_maildir or name.lower().endswith(".eml") or _is_mbox(here / name):
                yield here / name


def _is_mbox(path: Path) -> bool:
    with path.open("rb") as file:
        return bool(_FROM.match(file.read(500)))


def _mails(path: Path) -> Iterator[Place]:
    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    if _is_mbox(path):
        yield from _in_mbox(path, changed)
        return
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.strip():
        yield Place(_date(head) or changed, os.fspath(path))


def _in_mbox(path: Path, changed: datetime) -> Iterator[Place]:
    """A mail begins at a "From " line at the top or below an empty line."""
    with path.open("rb") as file:
        start, at, blank = 0, 0, True
        head = bytearray()
        for line in file:
            if blank and line.startswith(b"From ") and _FROM.match(line):
                if at > start:
                    yield Place(_date(head) or changed, os.fspath(path), start, at - start)
                start, head = at, bytearray()
            elif len(head) < _HEAD:
                head += line
            blank = not line.strip(b"\r\n")
            at += len(line)
        if at > start:
            yield Place(_date(head) or changed, os.fspath(path), start, at - start)


def _date(head: bytes | bytearray) -> datetime | None:
    """When it says it was written; in UTC, so that dates compare."""
    top = re.split(rb"\r?\n\r?\n", bytes(head[:_HEAD]), maxsplit=1)[0].replace(b"\r\n", b"\n")
    found = _DATE.search(top)
    date = dates.parse(found[1].decode("latin-1").strip()) if found else None
    return date.astimezone(UTC) if date else None
