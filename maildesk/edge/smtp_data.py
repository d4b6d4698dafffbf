"""The content of a mail as it comes after DATA: where it ends, what it is, what is wrong with it.

Takes the pieces that TCP delivers, of any size, and knows no socket. A mail ends at CRLF.CRLF and
nowhere else (RFC 5321 §4.1.1.4): LF.LF, LF.CRLF, CR.CR and their kin stay text, so that no mail
can hide a second one ("SMTP smuggling", CVE-2023-51764). Lines may be of any length, as Postfix
takes them, and hold any octet. Refuses to hold more than the limit, whatever comes.
"""

from __future__ import annotations

import re

END = b"\r\n.\r\n"
_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n")


class Content:
    """One mail's content while it comes; :meth:`take` hands it over once :meth:`feed` saw its end.

    Never scans an octet twice for the end, and holds at most ``limit`` octets and one piece.
    """

    __slots__ = ("_data", "_limit", "received", "too_large")

    def __init__(self, limit: int) -> None:
        # The CRLF of the DATA line counts as the one before the final dot: ".CRLF" alone is an
        # empty mail, and a dot that begins the first line was stuffed.
        self._data = bytearray(b"\r\n")
        self._limit = limit
        self.received = 0  # octets from the wire, kept or not
        self.too_large = False

    def feed(self, piece: bytes) -> bytes | None:
        """None while the mail goes on; at its end, the octets after the final dot's line."""
        data = self._data
        looked_at = max(0, len(data) - len(END) + 1)
        data += piece
        self.received += len(piece)
        end = data.find(END, looked_at)
        rest = None
        if end >= 0:
            rest = bytes(data[end + len(END) :])
            del data[end + 2 :]  # its last line keeps its CRLF
        # Before its end is known, data may hold the dot's line, which is no part of the mail.
        if len(data) - 2 > self._limit + (len(END) if rest is None else 0):
            self.too_large = True
        if self.too_large:
            del data[: 1 - len(END)]
        return rest

    def take(self) -> bytes:
        """The mail: line ends as they came, stuffed dots removed (RFC 5321 §4.5.2). Only once.

        Costs one more copy for a moment: the pieces are let go before the dots are looked for.
        """
        with memoryview(self._data) as view:
            raw = bytes(view[3 if self._data.startswith(b"\r\n.") else 2 :])
        self._data.clear()
        return raw.replace(b"\r\n.", b"\r\n")


def has_bare_newline(raw: bytes) -> bool:
    """Whether a CR or LF stands alone, which RFC 5321 §2.3.8 forbids."""
    pairs = raw.count(b"\r\n")
    return raw.count(b"\n") != pairs or raw.count(b"\r") != pairs


def mend_newlines(raw: bytes) -> bytes:
    """Each lone CR or LF made CRLF, for senders that cannot be mended (`bare_newline: normalize`)."""
    return _BARE.sub(b"\r\n", raw)
