"""winmail.dat: Outlook's own wrapping of a mail ([MS-OXTNEF], [MS-OXCMSG]).

Gives the files and, where the mail has no other body, its text. Refuses RTF bodies and embedded messages' insides.
Reads 200 files and 10,000 attributes. Never raises: damage ends the reading, what was read stays.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from maildesk.mail import charset, words

FILES = 200
_ATTRIBUTES = 10_000
_SIGNATURE = 0x223E9F78
_ATTACH_BEGINS, _ATTACH_TITLE, _ATTACH_DATA, _ATTACH_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_MESSAGE_PROPERTIES, _CODEPAGE = 0x9003, 0x9007
_BODY, _BODY_HTML = 0x1000, 0x1013
_LONG_NAME, _FILE_NAME, _DATA, _TYPE, _CONTENT_ID = 0x3707, 0x3704, 0x3701, 0x370E, 0x3712
_FIXED = {0x2: 4, 0x3: 4, 0x4: 4, 0x5: 8, 0x6: 8, 0x7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}


@dataclass(frozen=True, slots=True)
class File:
    """A file of a container; ``media_type`` is "" when Outlook did not say."""

    name: str
    media_type: str
    data: bytes
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Wrapped:
    """What a winmail.dat holds."""

    files: tuple[File, ...] = ()
    text: str = ""
    html: str = ""


@dataclass(slots=True)
class _Reading:
    codepage: str = "cp1252"
    files: list[dict[int, bytes | str]] = field(default_factory=list)
    message: dict[int, bytes | str] = field(default_factory=dict)


def read(data: bytes) -> Wrapped:
    """Opens a winmail.dat; an empty one when it is none."""
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != _SIGNATURE:
        return Wrapped()
    reading = _Reading()
    try:
        for identity, value in islice(_attributes(data), _ATTRIBUTES):
            if identity == _ATTACH_BEGINS and len(reading.files) == FILES:
                break
            _take(reading, identity, value)
    except (struct.error, IndexError):
        pass
    html = reading.message.get(_BODY_HTML, b"")
    return Wrapped(
        tuple(_file(properties, reading.codepage) for properties in reading.files),
        _text(reading.message.get(_BODY, b""), reading.codepage).replace("\r\n", "\n"),
        html if isinstance(html, str) else charset.decode(html, charset.of_html(html, reading.codepage)),
    )


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 6
    while at + 9 <= len(data):
        identity, length = struct.unpack_from("<HxxI", data, at + 1)
        yield identity, data[at + 9 : at + 9 + length]
        at += 9 + length + 2  # a checksum


def _take(reading: _Reading, identity: int, value: bytes) -> None:
    if identity == _CODEPAGE:
        reading.codepage = f"cp{struct.unpack_from('<I', value)[0]}"
    elif identity == _ATTACH_BEGINS:
        reading.files.append({})
    elif identity == _MESSAGE_PROPERTIES:
        reading.message.update(_properties(value))
    elif reading.files and identity == _ATTACH_TITLE:
        reading.files[-1].setdefault(_FILE_NAME, value)
    elif reading.files and identity == _ATTACH_DATA:
        reading.files[-1][_DATA] = value
    elif reading.files and identity == _ATTACH_PROPERTIES:
        reading.files[-1].update(_properties(value))


def _properties(data: bytes) -> dict[int, bytes | str]:
    """The properties of MAPI that are text or octets, by their number."""
    found: dict[int, bytes | str] = {}
    at = 4
    for _ in range(min(struct.unpack_from("<I", data)[0], 10_000)):
        kind, number = struct.unpack_from("<HH", data, at)
        at += 4
        if number >= 0x8000:
            at = _skip_name(data, at)
        count = 1
        if kind & 0x1000 or kind in (0xD, 0x1E, 0x1F, 0x102):
            (count,) = struct.unpack_from("<I", data, at)
            at += 4
        for _ in range(min(count, 10_000)):
            value, at = _value(data, at, kind & 0xFFF)
            if value is not None:
                found[number] = value
    return found


def _skip_name(data: bytes, at: int) -> int:
    (kind,) = struct.unpack_from("<I", data, at + 16)
    if kind == 0:
        return at + 24
    length = int(struct.unpack_from("<I", data, at + 20)[0])
    return at + 24 + length + -length % 4


def _value(data: bytes, at: int, kind: int) -> tuple[bytes | str | None, int]:
    if kind in _FIXED:
        return None, at + _FIXED[kind]
    (length,) = struct.unpack_from("<I", data, at)
    octets = data[at + 4 : at + 4 + length]
    after = at + 4 + length + -length % 4
    if kind == 0x1F:
        return octets.decode("utf-16-le", "replace").rstrip("\0"), after
    return octets, after


def _file(properties: dict[int, bytes | str], codepage: str) -> File:
    data = properties.get(_DATA, b"")
    return File(
        words.tidy(_text(properties.get(_LONG_NAME) or properties.get(_FILE_NAME, b""), codepage)),
        _text(properties.get(_TYPE, b""), codepage).strip().lower(),
        data if isinstance(data, bytes) else data.encode(),
        words.tidy(_text(properties.get(_CONTENT_ID, b""), codepage)).strip("<>"),
    )


def _text(value: bytes | str, codepage: str) -> str:
    return value if isinstance(value, str) else charset.decode(value.rstrip(b"\0"), codepage)
