"""What an opaque S/MIME signature signs: a walk over the DER or BER of CMS SignedData (RFC 5652 §5.1).

Refuses to verify anything: it only finds the signed octets, so that a person can read their mail. Encrypted
content stays closed. Never raises; at most 20 levels and 10,000 elements.
"""

from __future__ import annotations

from collections.abc import Iterator

_SEQUENCE, _OID, _OCTETS, _OCTETS_BUILT, _CONTEXT_0 = 0x30, 0x06, 0x04, 0x24, 0xA0
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_DATA = bytes.fromhex("2a864886f70d010701")
_DEPTH = 20

Element = tuple[int, bytes]  # its tag; its content


def content(data: bytes) -> bytes:
    """The signed octets, or b"" when these are not SignedData with its content inside."""
    info = _children(_first(data, _SEQUENCE))
    if len(info) < 2 or info[0] != (_OID, _SIGNED_DATA):
        return b""
    signed = _children(_first(info[1][1], _SEQUENCE))
    for tag, body in signed:
        inner = _children(body) if tag == _SEQUENCE else []
        if len(inner) >= 2 and inner[0] == (_OID, _DATA) and inner[1][0] == _CONTEXT_0:
            return _joined(inner[1][1], 0)
    return b""


def _first(data: bytes, tag: int) -> bytes:
    return next((body for found, body in _elements(data) if found == tag), b"")


def _children(data: bytes) -> list[Element]:
    return list(_elements(data))


def _joined(data: bytes, depth: int) -> bytes:
    """An OCTET STRING, which BER may have cut in pieces."""
    if depth > _DEPTH:
        return b""
    pieces = []
    for tag, body in _elements(data):
        if tag == _OCTETS:
            pieces.append(body)
        elif tag == _OCTETS_BUILT:
            pieces.append(_joined(body, depth + 1))
    return b"".join(pieces)


def _elements(data: bytes) -> Iterator[Element]:
    at = 0
    for _ in range(10_000):
        if at + 2 > len(data) or data[at : at + 2] == b"\0\0":
            return
        tag, start, length = data[at], *_length(data, at + 1)
        if length < 0:  # the indefinite form of BER: up to its end-of-contents
            end = _end_of_contents(data, start)
            yield tag, data[start:end]
            at = end + 2
        else:
            yield tag, data[start : start + length]
            at = start + length


def _length(data: bytes, at: int) -> tuple[int, int]:
    """Where the content starts, and its length; -1 when it is indefinite."""
    first = data[at]
    if first < 0x80:
        return at + 1, first
    if first == 0x80:
        return at + 1, -1
    size = first & 0x7F
    return at + 1 + size, int.from_bytes(data[at + 1 : at + 1 + min(size, 8)], "big")


def _end_of_contents(data: bytes, at: int) -> int:
    open_elements = 1
    for _ in range(100_000):
        if at + 2 > len(data):
            break
        if data[at : at + 2] == b"\0\0":
            open_elements -= 1
            if not open_elements:
                return at
            at += 2
            continue
        start, length = _length(data, at + 1)
        open_elements += length < 0
        at = start + max(length, 0)
    return len(data)
