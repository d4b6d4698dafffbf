"""Large mails leave no memory behind: glibc keeps free blocks as large as any that was ever freed, unless it is told.

Elsewhere (musl, macOS) nothing is done.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress

_MMAP_THRESHOLD = -3  # mallopt(3)
_LARGE = 1 << 20  # octets


def give_back_large() -> None:
    """Blocks of a MiB or more go back to the system once they are free, in this process."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LARGE)
