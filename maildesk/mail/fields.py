"""Header fields as they are really written (RFC 5322 §2.2, §3.6.8), not as they should be.

Finds the header block of a mail or part, mends what real mail does (mbox "From " lines, junk between
fields, a missing empty line), and decodes a field only when somebody asks for it. Refuses to read more
than 256 KB of a header block. Never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from maildesk.mail import charset, words
from maildesk.model import Problem

LIMIT = 256 * 1024  # octets of one header block

_FOLD = re.compile(rb"\r*\n(?=[ \t])")
_FIELD_ENDS = re.compile(rb"\r*\n(?![ \t])")
_NAME = re.compile(rb"[!-9;-~]{1,200}[ \t]*:")
_BLANK_LINE = re.compile(rb"\n\r*\n")
_LEADING_BLANK = re.compile(rb"[ \t\r\n]*")
_CHARSET = re.compile(rb"charset\*?\s*=\s*\"?'?([\w.:-]{1,40})", re.IGNORECASE)

# What a line of junk between fields must be followed by, to be junk and not the body.
_WELL_KNOWN = re.compile(
    rb"^(?:from|to|cc|subject|date|message-id|mime-version|content-[a-z-]+|received|reply-to|sender|"
    rb"return-path|delivered-to|in-reply-to|references|x-[a-z0-9-]+|dkim-signature|list-[a-z-]+)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class HeaderField:
    """One field: ``name`` as written; ``value`` unfolded, RFC 2047 decoded, free of controls."""

    name: str
    value: str


class Fields:
    """The fields of one header, top first; names compare without case. Values decode on access."""

    __slots__ = ("_charset", "_decodings", "_index", "_items")

    def __init__(self, items: tuple[tuple[bytes, bytes], ...] = ()) -> None:
        """``items`` are name and value as raw octets, the value still folded."""
        self._items = items
        index: dict[bytes, list[bytes]] = {}
        for name, value in items:
            index.setdefault(name.lower(), []).append(value)
        self._index = index
        self._charset: str | None = None
        self._decodings: dict[bytes, str] = {}  # many rules ask for the same few fields

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._index

    def __iter__(self) -> Iterator[HeaderField]:
        for name, value in self._items:
            yield HeaderField(name.decode("ascii", "replace"), self._decoded(value))

    def get(self, name: str, default: str = "") -> str:
        """The topmost field of this name, decoded."""
        found = self._index.get(_key(name))
        return self._decoded(found[0]) if found else default

    def all(self, name: str) -> tuple[str, ...]:
        """All fields of this name, decoded, top first."""
        return tuple(self._decoded(value) for value in self._index.get(_key(name), ()))

    def raw(self, name: str, default: str = "") -> str:
        """The topmost field unfolded but with its encoded words as they are.

        Structure (addresses, parameters) is read from this one: what an encoded word holds is never
        structure (RFC 2047 §5).
        """
        found = self._index.get(_key(name))
        return self._unfolded(found[0]) if found else default

    def raw_all(self, name: str) -> tuple[str, ...]:
        """All fields of this name as :meth:`raw` gives them, top first."""
        return tuple(self._unfolded(value) for value in self._index.get(_key(name), ()))

    def only(self, *names: str) -> Iterator[HeaderField]:
        """The fields of these names, decoded, in the order of the mail."""
        wanted = {_key(name) for name in names}
        for name, value in self._items:
            if name.lower() in wanted:
                yield HeaderField(name.decode("ascii", "replace"), self._decoded(value))

    def names(self) -> frozenset[str]:
        """The names there are, in lower case."""
        return frozenset(name.decode("ascii", "replace") for name in self._index)

    def _decoded(self, value: bytes) -> str:
        decoded = self._decodings.get(value)
        if decoded is None:
            decoded = self._decodings[value] = words.tidy(words.decode(self._unfolded(value)))
        return decoded

    def _unfolded(self, value: bytes) -> str:
        if b"\n" in value:
            value = _FOLD.sub(b"", value)
        value = value.strip()
        if value.isascii() and b"\x1b" not in value:
            return value.decode("ascii")
        return charset.decode(value, self._hint())

    def _hint(self) -> str:
        """The charset that raw 8-bit octets in this header may be in: that of the body."""
        if self._charset is None:
            declared = _CHARSET.search(self._index.get(b"content-type", [b""])[0])
            self._charset = declared[1].decode("ascii", "replace") if declared else ""
        return self._charset


def _key(name: str) -> bytes:
    return name.lower().encode("ascii", "replace")


@dataclass(frozen=True, slots=True)
class Header:
    """A header block that was read: its fields, where the body starts, what was wrong."""

    fields: Fields
    body: int
    problems: tuple[Problem, ...] = ()


def read(raw: bytes, start: int, end: int, *, top: bool = True) -> Header:
    """The header block at ``start``. ``top``: of a mail, which may have junk above its fields."""
    if top:
        start = _skip_junk_above(raw, start, end)
    elif raw[start : start + 1] == b"\n":
        return Header(Fields(), start + 1)
    elif raw[start : start + 2] == b"\r\n":
        return Header(Fields(), start + 2)
    blank = _BLANK_LINE.search(raw, start, end)
    stop, body = (blank.start(), blank.end()) if blank else (end, end)
    problems: tuple[Problem, ...] = ()
    block = raw[start : min(stop, start + LIMIT)]
    if stop - start > LIMIT:
        block = block[: block.rfind(b"\n") + 1]
        problems = (Problem("header", f"longer than {LIMIT} octets: the rest was not read"),)
    items, broken_at = _split(block)
    if broken_at >= 0:
        body = start + broken_at
        problems += (Problem("header", "no empty line between header and body"),)
    return Header(Fields(tuple(items)), body, problems)


def _skip_junk_above(raw: bytes, start: int, end: int) -> int:
    """Passes empty lines and an mbox line ("From a@b Mon Jan ...", or with ">" before it)."""
    leading = _LEADING_BLANK.match(raw, start, end)
    after = leading.end() if leading else start
    if after > start and _NAME.match(raw, after, end):
        start = after
    if raw.startswith((b"From ", b">From "), start):
        line_end = raw.find(b"\n", start, end)
        start = line_end + 1 if line_end >= 0 else start
    return start


def _split(block: bytes) -> tuple[list[tuple[bytes, bytes]], int]:
    """The fields of a block, and the offset at which it turns out to be a body, or -1."""
    items: list[tuple[bytes, bytes]] = []
    at, last_known = 0, -1
    for line in _FIELD_ENDS.split(block):
        if _NAME.match(line):
            name, _, value = line.partition(b":")
            items.append((name.rstrip(), value))
        elif line.strip():
            if last_known < 0:
                last_known = max((known.start() for known in _WELL_KNOWN.finditer(block)), default=0)
            if at >= last_known:
                return items, at
        at = block.find(b"\n", at + len(line)) + 1
    return items, -1
