"""The way out for trials and tests: each mail becomes a file in a Maildir.

It delivers as qmail's maildir(5) says: written to ``tmp``, synced, renamed into ``new``, the folder
synced; a reader never sees half a mail. The envelope, which a Maildir has no place for, stands in
Return-Path (RFC 5321 §4.4) and Delivered-To (RFC 9228) above the mail, whose bytes are untouched.
It refuses an envelope with control characters: it would add header lines of its own.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import socket
import time
from pathlib import Path

from maildesk.edge.transport import Deferred, Outcome, Outgoing, Refused, Sent, bad_envelope, one_line

PARTS = ("tmp", "new", "cur")


class MaildirTransport:
    """Delivers everything into one folder, made (with cur, new and tmp) when the first mail comes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._serial = itertools.count()
        self._host = socket.gethostname().replace("/", "\\057").replace(":", "\\072")

    @property
    def name(self) -> str:
        return f"maildir:{self._folder}"

    async def send(self, mail: Outgoing) -> Outcome:
        """A disk that is full or gone is a lost connection: every other mail would meet the same."""
        if error := bad_envelope(mail):
            return Refused(error, reached=False)
        try:
            return Sent(await asyncio.to_thread(self._deliver, mail))
        except OSError as trouble:
            return Deferred(one_line(str(trouble)), connection=True)

    async def close(self) -> None:
        """Holds nothing open."""

    def _deliver(self, mail: Outgoing) -> str:
        """Returns the name of the file, which is durable; raises OSError, and then leaves none."""
        self._make_folders()
        name = self._unique_name()
        draft, place = self._folder / "tmp" / name, self._folder / "new" / name
        try:
            _write(draft, _envelope(mail) + mail.raw)
            draft.rename(place)
            _sync(place.parent)
        except OSError:
            draft.unlink(missing_ok=True)
            place.unlink(missing_ok=True)
            raise
        return name

    def _make_folders(self) -> None:
        if all((self._folder / part).is_dir() for part in PARTS):
            return
        for part in PARTS:
            (self._folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
        _sync(self._folder)
        _sync(self._folder.parent)

    def _unique_name(self) -> str:
        """The time, the process and a count of its deliveries, as maildir(5) proposes."""
        seconds, rest = divmod(time.time_ns(), 1_000_000_000)
        return f"{seconds}.M{rest // 1000:06}P{os.getpid()}Q{next(self._serial)}.{self._host}"


def _envelope(mail: Outgoing) -> bytes:
    lines = f"Return-Path: <{mail.envelope_from}>\r\nDelivered-To: {mail.envelope_to}\r\n"
    return lines.encode()


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
