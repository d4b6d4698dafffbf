"""Content-Transfer-Encodings (RFC 2045 §6) and their mending: base64, quoted-printable, uuencode.

Each function takes what stands in the mail and gives the octets it means; damage costs as little as can be
and never raises. Refuses nothing: an unknown encoding is the identity.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

_SPACE = b" \t\r\n\x0b\x0c"
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))
_BASE64_TEXT = _BASE64 + _SPACE + b"=-_"
_URLSAFE = bytes.maketrans(b"-_", b"+/")
_BASE64_BEGINS = re.compile(rb"\s*[A-Za-z0-9+/=_-]+[ \t\r]*(?:\n|\Z)")
_WORDS = re.compile(rb"[^\s][ \t]+[^\s]")
_BASE64_LINE = re.compile(
    rb"^(?:[A-Za-z0-9+/]{4})*[A-Za-z0-9+/]{2}(?:[A-Za-z0-9+/]{2}|==|[A-Za-z0-9+/]=)[ \t\r]*$", re.MULTILINE
)
_JOINED = 10_000  # signs of padding; what has more is not made of pieces that were encoded one by one
_PIECE = 1 << 20  # octets
_PADDED = 4096  # octets at an end: padding stands there, and lines that were padded show it
_SPACED_CRLF = re.compile(rb"\r(?<=[ \t]\r)")
_SPACED_SOFT_BREAK = re.compile(rb"=[ \t]+(?=\r?\n)")
_UU_BEGIN = re.compile(rb"^begin +[0-7]{3,4} +([^\r\n]{1,255})\r?\n", re.MULTILINE)
_UU_END = re.compile(rb"^end[ \t]*\r?$\n?", re.MULTILINE)


def decode(data: bytes, encoding: str) -> bytes:
    """``data`` decoded by the token of a Content-Transfer-Encoding field, in lower case."""
    if encoding == "base64":
        return base64(data) if _is_base64(data) else data
    if encoding == "quoted-printable":
        return quoted_printable(data)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        found = uuencoded(data)
        return found[0].data if found else data
    return data


def size(data: memoryview, encoding: str) -> int:
    """``len(decode(data, encoding))``; clean base64 is neither decoded nor copied."""
    if encoding not in ("base64", "quoted-printable", "x-uuencode", "uuencode", "x-uue", "uue"):
        return len(data)
    if encoding == "base64" and (digits := _digits(data)) is not None:
        return digits * 3 // 4
    return len(decode(bytes(data), encoding))


def measured(data: memoryview, encoding: str) -> tuple[int, Iterator[bytes]]:
    """``decode(data, encoding)``, as its length and its octets; those of clean base64 a piece at a time, so that a
    large file is never in memory whole.
    """
    digits = _digits(data) if encoding == "base64" else None
    if digits is not None:
        return digits * 3 // 4, _pieces(data)
    whole = decode(bytes(data), encoding)
    return len(whole), iter((whole,))


def _pieces(data: memoryview) -> Iterator[bytes]:
    left = b""
    for start in range(0, len(data), _PIECE):
        digits = left + bytes(data[start : start + _PIECE]).translate(None, _SPACE)
        whole = len(digits) - len(digits) % 4
        yield binascii.a2b_base64(digits[:whole])
        left = digits[whole:]
    yield base64(left)


def _digits(data: memoryview) -> int | None:
    """How many there are in base64 without any damage; None in any other text."""
    if not _is_base64(data):
        return None
    padding, spaces = b"", 0
    for start in range(0, len(data), _PIECE):
        piece = bytes(data[start : start + _PIECE])
        padding += piece.translate(None, _BASE64 + _SPACE)
        spaces += sum(piece.count(space) for space in _SPACE)
    if padding in (b"", b"=", b"==") and bytes(data[-_PADDED:]).rstrip(_SPACE).endswith(padding):
        return len(data) - len(padding) - spaces
    return None


def _is_base64(data: bytes | memoryview) -> bool:
    """Whether it is what it was declared; some clients declare base64 and send the words as they are."""
    return bool(_BASE64_BEGINS.match(data)) or not _WORDS.search(data, 0, 200)


def base64(data: bytes) -> bytes:
    """Octets of base64 with any damage: no padding, padding inside, foreign characters."""
    padding = data.find(b"=")
    if padding >= 0 and data[padding:].strip(b"=" + _SPACE) and data.count(b"=") <= _JOINED:
        return b"".join(base64(piece) for piece in data.split(b"=") if piece)  # joined encodings
    if b"+" not in data and b"/" not in data:
        data = data.translate(_URLSAFE)
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        digits = data.translate(None, _NOT_BASE64)
        whole = digits[: len(digits) - (len(digits) % 4 == 1)]
        return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


def has_footer(end: bytes) -> bool:
    """Whether the last octets of base64 show that something else stands below it."""
    return b" " in end or bool(end.translate(None, _BASE64_TEXT))


def base64_text(data: bytes) -> bytes:
    """Base64 of a text, with the plain footer that a list or a virus scanner has put below it."""
    last = None
    for line in _BASE64_LINE.finditer(data):
        last = line
    if last is None or not data[last.end() :].strip():
        return decode(data, "base64")
    return decode(data[: last.end()], "base64") + b"\n" + data[last.end() :].lstrip(b"\r\n")


def quoted_printable(data: bytes) -> bytes:
    """Octets of quoted-printable; what is not an escape stays as it stands (RFC 2045 §6.7)."""
    # What pads lines pads the first ones, too: to look through all of a page takes nearly as long as to decode it.
    head = data[:_PADDED]
    if b" \n" in head or (b"\t" in head and b"\t\n" in head) or (b"\r" in head and _SPACED_CRLF.search(head)):
        data = _SPACED_SOFT_BREAK.sub(b"=", data)
    return binascii.a2b_qp(data)


@dataclass(frozen=True, slots=True)
class Uuencoded:
    """A file unpacked from a text, and where it stood there."""

    name: bytes
    data: bytes
    start: int
    end: int


def uuencoded(data: bytes, limit: int = 100) -> tuple[Uuencoded, ...]:
    """The files in a text between "begin 644 name" and "end" (POSIX uuencode); at most ``limit``."""
    found: list[Uuencoded] = []
    at = 0
    while len(found) < limit and (begin := _UU_BEGIN.search(data, at)):
        end = _UU_END.search(data, begin.end())
        if not end:
            break
        at = end.end()
        unpacked = _uu_lines(data[begin.end() : end.start()])
        if unpacked is not None:
            found.append(Uuencoded(begin[1].strip(), unpacked, begin.start(), at))
    return tuple(found)


def _uu_lines(block: bytes) -> bytes | None:
    """The octets of uuencoded lines; None where the block is a person's words after all."""
    octets: list[bytes] = []
    for line in block.splitlines():
        if not line.strip(b"` \t"):
            continue
        length = (line[0] - 32) & 63
        needed = (length + 2) // 3 * 4
        body = line[1 : 1 + needed]
        if not 32 <= line[0] <= 96 or len(line) > needed + 3:
            return None
        try:
            octets.append(binascii.a2b_uu(line[:1] + body))
        except binascii.Error:
            return None
    return b"".join(octets)
