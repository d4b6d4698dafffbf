"""What the daemon and the thinking process tell each other all the time, in a page of memory that both have.

The worker says at which mail it is; the daemon, that it waits for the store's lock. It costs neither side anything.
The page outlives the worker: whatever that died of, it says at which mail. Holds nothing that is not in the store, too.
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

    def want(self) -> None:
        """Said again and again by whoever waits for the store's lock."""
        self._numbers[2] = 1

    def wanted(self) -> bool:
        """Whether that was said since this was last asked."""
        wanted, self._numbers[2] = self._numbers[2], 0
        return bool(wanted)

    def close(self) -> None:
        self._numbers.release()
        self._page.close()
        os.close(self.descriptor)
