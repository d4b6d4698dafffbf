"""The way out for trials and tests: each mail becomes a file in a Maildir.

It delivers as qmail's maildir(5) says: written to ``tmp``, synced, renamed into ``new``, the folder
synced; a reader never sees half a mail. Whatever has gathered while the last mails were synced goes
together: the disk is at all their files before the first one's sync is waited for, so that the file system's journal
takes them as one, and one sync of the folder is enough for all. The envelope, which a Maildir has no place for, stands
in Return-Path (RFC 5321 §4.4) and Delivered-To (RFC 9228) above the mail, whose bytes are untouched.
It refuses an envelope with control characters: it would add header lines of its own.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import socket
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from maildesk.edge.transport import Deferred, Outcome, Outgoing, Refused, Sent, bad_envelope, one_line

PARTS = ("tmp", "new", "cur")


@dataclass(frozen=True, slots=True)
class _Delivery:
    mail: Outgoing
    done: asyncio.Future[Outcome]


class MaildirTransport:
    """Delivers everything into one folder, made (with cur, new and tmp) when the first mail comes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._serial = itertools.count()
        self._host = socket.gethostname().replace("/", "\\057").replace(":", "\\072")
        self._waiting: list[_Delivery] = []
        self._delivering: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        return f"maildir:{self._folder}"

    async def send(self, mail: Outgoing) -> Outcome:
        """A disk that is full or gone is a lost connection: every other mail would meet the same."""
        if error := bad_envelope(mail):
            return Refused(error, reached=False)
        delivery = _Delivery(mail, asyncio.get_running_loop().create_future())
        self._waiting.append(delivery)
        if self._delivering is None or self._delivering.done():
            self._delivering = asyncio.create_task(self._deliver_all())
        return await delivery.done

    async def close(self) -> None:
        """Holds nothing open: what is being delivered ends as it would have."""

    async def _deliver_all(self) -> None:
        while self._waiting:
            together, self._waiting = self._waiting, []
            try:
                outcomes = await asyncio.to_thread(self._deliver, [delivery.mail for delivery in together])
                for delivery, outcome in zip(together, outcomes, strict=True):
                    if not delivery.done.done():  # cancelled: at a drain's end nobody waits any more
                        delivery.done.set_result(outcome)
            finally:
                for delivery in together:
                    delivery.done.cancel()  # nothing, where there is an outcome
        self._delivering = None

    def _deliver(self, mails: Sequence[Outgoing]) -> list[Outcome]:
        """Each mail's file is durable when this returns, or is not there."""
        names = [self._unique_name() for _ in mails]
        drafts, places = ([self._folder / part / name for name in names] for part in ("tmp", "new"))
        try:
            self._make_folders()
            _write(drafts, mails)
            for draft, place in zip(drafts, places, strict=True):
                draft.rename(place)
            _sync(self._folder / "new")
        except OSError as trouble:
            for path in (*drafts, *places):
                with suppress(OSError):  # not made, or made and the disk is gone
                    path.unlink()
            return [Deferred(one_line(str(trouble)), connection=True) for _ in mails]
        return [Sent(name) for name in names]

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


def _write(paths: Sequence[Path], mails: Sequence[Outgoing]) -> None:
    """All of them are on disk when it returns. OSError where one cannot be."""
    with ExitStack() as files:
        descriptors = []
        for path, mail in zip(paths, mails, strict=True):
            descriptors.append(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            files.callback(os.close, descriptors[-1])
            left = memoryview(_envelope(mail) + mail.raw)
            while left:
                left = left[os.write(descriptors[-1], left) :]
            # "is not needed in memory": Linux begins to write it, and does not wait
            os.posix_fadvise(descriptors[-1], 0, 0, os.POSIX_FADV_DONTNEED)
        for descriptor in descriptors:
            os.fsync(descriptor)


def _envelope(mail: Outgoing) -> bytes:
    lines = f"Return-Path: <{mail.envelope_from}>\r\nDelivered-To: {mail.envelope_to}\r\n"
    return lines.encode()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
