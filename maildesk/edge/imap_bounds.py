"""imaplib, with an end to what it believes: whatever a server says, it costs so much memory and no more.

By itself imaplib makes room for a literal of any size that is announced, and keeps every untagged response until
somebody asks for its kind; only a line has an end, of 1,000,000 octets. Here lines and literals have an allowance,
which each command grants anew. Who goes beyond it is not listened to any longer: what follows is no answer.
Knows nothing of what is said. RFC 3501 §4.3 (literals), §7 (responses).
"""

from __future__ import annotations

import imaplib
from typing import Any

from imapclient.imap4 import IMAP4WithTimeout
from imapclient.tls import IMAP4_TLS

LINES = 4 * 2**20  # octets of all the lines between two commands: a SEARCH is one line, a FETCH of sizes 500 short ones
_KEPT = 64  # octets that a line costs, however short


class Excess(OSError):
    """More than the server may say; the connection is of no use any more. No error of imaplib's, which it wraps."""


class Oversized(Excess):
    """It announced a literal that there is no room for."""


class _Bounded(imaplib.IMAP4):
    """``literals`` is how many octets the literals between two commands may have, together."""

    def __init__(self, literals: int, *arguments: Any) -> None:
        self._most = literals
        self._lines_left, self._literals_left = LINES, literals
        super().__init__(*arguments)

    def _new_tag(self) -> bytes:
        """A command begins; what was said before, and nobody has asked for, counts as long as it is kept."""
        self._lines_left, self._literals_left = LINES, self._most
        for said in self.untagged_responses.values():
            for line in said:
                before, literal = line if isinstance(line, tuple) else (line or b"", b"")
                self._lines_left -= len(before) + _KEPT
                self._literals_left -= len(literal)
        return super()._new_tag()  # type: ignore[misc, no-any-return]

    def readline(self) -> bytes:
        try:
            line = super().readline()
        except self.abort:
            raise
        except self.error as error:
            raise Excess(f"a line without an end: {error}") from error
        self._lines_left -= len(line) + _KEPT
        if self._lines_left < 0:
            raise Excess(f"an answer without an end: over {LINES} octets of lines")
        return line

    def read(self, size: int) -> bytes:
        self._literals_left -= size
        if self._literals_left < 0:
            raise Oversized(f"a literal of {size} octets, where all together may have {self._most}")
        return super().read(size)


class Clear(_Bounded, IMAP4WithTimeout):  # type: ignore[misc]
    """Without TLS, or before STARTTLS."""


class Encrypted(_Bounded, IMAP4_TLS):  # type: ignore[misc]
    """With TLS from the first octet on."""
