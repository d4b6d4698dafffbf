"""Which mail the thinking process is at, in a page of memory that it shares with the daemon.

Written a few times a mail and looked at a few times a second, so it costs neither side anything. It outlives
the worker: whatever that died of, the page says at which mail. Holds nothing that is not in the store, too.
"""

from __future__ import annotations

import mmap
import os
from dataclasses import dataclass

_NOTHING = 0  # no mail's number


@dataclass(frozen=True, slots=True)
class Beat:
    """What the worker said last; ``count`` tells two beats at the same mail apart."""

    mail: int | None
    count: int


class Pulse:
    """The page, in either process. Each number is written by one machine word's store."""

    def __init__(self, descriptor: int | None = None) -> None:
        """A new page, or the one that stands behind a descriptor that was inherited."""
        self.descriptor = os.memfd_create("maildesk-pulse") if descriptor is None else descriptor
        if descriptor is None:
            os.ftruncate(self.descriptor, mmap.PAGESIZE)
        self._page = mmap.mmap(self.descriptor, mmap.PAGESIZE)
        self._numbers = memoryview(self._page).cast("q")

    def beat(self, mail: int | None) -> None:
        self._numbers[0] = _NOTHING if mail is None else mail
        self._numbers[1] += 1

    def last(self) -> Beat:
        return Beat(self._numbers[0] or None, self._numbers[1])

    def close(self) -> None:
        self._numbers.release()
        self._page.close()
        os.close(self.descriptor)
