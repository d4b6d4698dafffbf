"""What was last known of the store while it was served, kept beside it: in the file that is its lock.

Written each second without a sync: it outlives the process, and after a power failure it may be older than
the store, which then is no reason for an alarm. With it the next daemon sees that mails are missing which
were accepted: because a copy stands in the store's place, or its log was deleted.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime

from maildesk.store.soundness import Numbers

_SIZE = 200  # octets; always as many, so that an entry replaces the one before


@dataclass(frozen=True, slots=True)
class Entry:
    at: str
    numbers: Numbers
    closed: bool = False  # in good order: the store has all that there was


@dataclass(frozen=True, slots=True)
class Missing:
    """Why the store is not what it was, for the admins."""

    title: str
    details: str


class Logbook:
    """In an open file; one daemon writes, whoever has the lock."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._last: Numbers | None = None

    def read(self) -> Entry | None:
        """What the daemon before wrote; None where there was none, or it cannot be read."""
        try:
            found = json.loads(os.pread(self._file, _SIZE, 0))
            return Entry(str(found["at"]), Numbers(**found["numbers"]), bool(found["closed"]))
        except (ValueError, KeyError, TypeError):
            return None

    def write(self, numbers: Numbers, now: datetime) -> None:
        """Does nothing where nothing has changed."""
        if numbers != self._last:
            self._last = numbers
            self._put(Entry(now.isoformat(timespec="seconds"), numbers))

    def close(self, now: datetime) -> None:
        """The store was closed in good order."""
        if self._last is not None:
            self._put(Entry(now.isoformat(timespec="seconds"), self._last, closed=True))

    def _put(self, entry: Entry) -> None:
        os.pwrite(self._file, json.dumps(asdict(entry)).encode().ljust(_SIZE), 0)


def missing(before: Entry | None, now: Numbers, log_lost: bool) -> Missing | None:
    """What the store lacks, by what was known of it; None while nothing speaks for that."""
    lacking = before.numbers.mails - now.mails if before else 0
    if not log_lost and lacking <= 0:
        return None
    said = ["The file that ends in -wal is gone, and with it what was committed last."] if log_lost else []
    if before and lacking > 0:
        said.append(
            f"At {before.at} it had taken {before.numbers.mails:,} mails; it knows of {now.mails:,}. Either a copy of"
            " it was put in its place, or its file that ends in -wal was deleted."
        )
    said.append(
        "Mails that are missing were answered with 250, so their senders keep no copy for us: look for them in the logs"
        " of the MTA before us, in its archive, or in the IMAP folder that mails are moved to."
    )
    return Missing("The store lacks mail that was accepted", "\n\n".join(said))
