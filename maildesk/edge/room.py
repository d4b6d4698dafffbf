"""Room on the store's disk: below the configured floor no mail is taken in, so that what was taken is answered."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

_ASKED = 1.0  # seconds that an answer of the system's is good for


class Room:
    """Asks the system at most once a second; called from any thread."""

    def __init__(self, store: Path, floor: Callable[[], int]) -> None:
        """``floor`` is in octets."""
        self._folder, self.floor = store.parent, floor
        self._free, self._asked = 0, -_ASKED

    def free(self) -> int:
        """Octets; what SQLite may need to end what it is at is among them."""
        now = time.monotonic()
        if now - self._asked >= _ASKED:
            self._free, self._asked = shutil.disk_usage(existing(self._folder)).free, now
        return self._free

    def holds(self, octets: int) -> bool:
        """Whether so much may come in."""
        floor = self.floor()
        return not floor or self.free() - octets >= floor

    def claim(self, octets: int) -> None:
        """OSError (ENOSPC) where it may not: 452 by SMTP, and mail elsewhere stays where it is."""
        if not self.holds(octets):
            raise OSError(errno.ENOSPC, f"less than {self.floor():,} octets would be free", os.fspath(self._folder))


def existing(folder: Path) -> Path:
    """The folder, or the nearest above it that is there: where it would be made."""
    return next(nearest for nearest in (folder, *folder.parents) if nearest.exists())
