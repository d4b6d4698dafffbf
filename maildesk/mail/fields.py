"""Header fields as they are really written (RFC 5322 §2.2, §3.6.8), not as they should be.

Finds the header block of a mail or part, mends what real mail does (mbox "From " lines, junk between
fields, a missing empty line), and decodes a field only when somebody asks for it. Refuses to read more
than 256 KB of a header block. Never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, KeysView, Sequence
from dataclasses import dataclass
from functools import lru_cache

from maildesk.mail import charset, words
from maildesk.model import Problem

LIMIT = 256 * 1024  # octets of one header block
_USUAL = 120  # octets of one that others may well have, too

# Possessive (*+): white space is never given back, for a value of nothing else would take quadratic time.
_FIELD = re.compile(r"^([!-9;-~]{1,200})[ \t]*+:[ \t]*+(.*[^ \t\r\n\x0b\x0c]|)", re.MULTILINE)
_FIELD_ENDS = re.compile(
    r"(?<!\r)\r*+\n(?![ \t])"
)  # the look behind: a run of CRs is tried once, not from each of them
_NAME = re.compile(r"[!-9;-~]{1,200}[ \t]*:")
_BLANK_LINE = re.compile(rb"\n\r*\n")
_LEADING_BLANK = re.compile(rb"[ \t\r\n]+(?=[!-9;-~]{1,200}[ \t]*:)")
_CHARSET = re.compile(r"charset\*?\s*=\s*\"?'?([\w.:-]{1,40})", re.IGNORECASE | re.ASCII)
_MARK = b"\xef\xbb\xbf"  # a byte order mark: some editor saved the mail
_MBOX_LINE = re.compile(rb">?From (?![ \t]*:)")
_SPACE = " \t\n\r\x0b\x0c"  # str.strip() alone takes octets of UTF-8 for spaces: A0, 85

# What a line of junk between fields must be followed by, to be junk and not the body.
_WELL_KNOWN = re.compile(
    r"^(?:from|to|cc|subject|date|message-id|mime-version|content-[a-z-]+|received|reply-to|sender|"
    r"return-path|delivered-to|in-reply-to|references|x-[a-z0-9-]+|dkim-signature|list-[a-z-]+)[ \t]*:",
    re.IGNORECASE | re.MULTILINE | re.ASCII,
)

Items = Sequence[tuple[str, str]]  # name and value, unfolded; each character is one octet


@dataclass(frozen=True, slots=True)
class HeaderField:
    """One field: ``name`` as written; ``value`` unfolded, RFC 2047 decoded, free of controls."""

    name: str
    value: str


class Fields:
    """The fields of one header, top first; names compare without case. Values decode on access."""

    __slots__ = ("_charset", "_decodings", "_every", "_first", "_items", "_plain")

    def __init__(self, items: Items = (), *, plain: bool = True) -> None:
        """``plain``: no value has an octet above 127 or an escape, so that all are text as they are."""
        self._items = items
        self._plain = plain
        self._first = {name.lower(): value for name, value in reversed(items)}
        self._every: dict[str, list[str]] | None = None  # made when somebody asks for more than the first
        self._charset: str | None = None
        self._decodings: dict[str, str] = {}  # many rules ask for the same few fields

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._first

    def __iter__(self) -> Iterator[HeaderField]:
        for name, value in self._items:
            yield HeaderField(name, self._decoded(value))

    def get(self, name: str, default: str = "") -> str:
        """The topmost field of this name, decoded."""
        found = self._first.get(name.lower())
        return default if found is None else self._decoded(found)

    def all(self, name: str) -> tuple[str, ...]:
        """All fields of this name, decoded, top first."""
        return tuple([self._decoded(value) for value in self._values(name.lower())])

    def raw(self, name: str, default: str = "") -> str:
        """The topmost field with its encoded words as they are.

        Structure (addresses, parameters) is read from this one: what an encoded word holds is never
        structure (RFC 2047 §5).
        """
        found = self._first.get(name.lower())
        if found is None:
            return default
        return found if self._plain else self._characters(found)

    def raw_all(self, name: str) -> tuple[str, ...]:
        """All fields of this name as :meth:`raw` gives them, top first."""
        found = self._values(name.lower())
        return tuple(found) if self._plain else tuple(map(self._characters, found))

    def _values(self, key: str) -> Sequence[str]:
        first = self._first.get(key)
        if first is None or len(self._first) == len(self._items):
            return () if first is None else (first,)
        if self._every is None:
            self._every = {}
            for name, value in self._items:
                self._every.setdefault(name.lower(), []).append(value)
        return self._every[key]

    def only(self, *names: str) -> tuple[tuple[str, str], ...]:
        """The fields of these names (in lower case): name as written, value decoded, in the order of the mail."""
        if self._first.keys().isdisjoint(names):
            return ()
        return tuple([(name, self._decoded(value)) for name, value in self._items if name.lower() in names])

    def names(self) -> KeysView[str]:
        """The names there are, in lower case."""
        return self._first.keys()

    def _decoded(self, value: str) -> str:
        if self._plain and "=?" not in value and value.isprintable():
            return value
        decoded = self._decodings.get(value)
        if decoded is None:
            decoded = self._decodings[value] = words.tidy(words.decode(self._characters(value)))
        return decoded

    def _characters(self, value: str) -> str:
        if value.isascii() and "\x1b" not in value:
            return value
        return charset.decode(value.encode("latin-1"), self._hint())

    def _hint(self) -> str:
        """The charset that raw 8-bit octets in this header may be in: that of the body."""
        if self._charset is None:
            declared = _CHARSET.search(self._first.get("content-type", ""))
            self._charset = declared[1] if declared else ""
        return self._charset


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
    fields, broken_at = _fields(block) if len(block) > _USUAL else _usual_fields(block)
    if broken_at >= 0:
        body = start + broken_at
        problems += (Problem("header", "no empty line between header and body"),)
    return Header(fields, body, problems)


@lru_cache(maxsize=200)  # the headers of parts: type, charset and encoding, of which there are few
def _usual_fields(block: bytes) -> tuple[Fields, int]:
    return _fields(block)


def _fields(block: bytes) -> tuple[Fields, int]:
    text = block.decode("latin-1")
    items, broken_at = _split(text)
    return Fields(items, plain=text.isascii() and "\x1b" not in text), broken_at


def _skip_junk_above(raw: bytes, start: int, end: int) -> int:
    """Passes a byte order mark, empty lines, an mbox line ("From a@b Mon Jan ...", or with ">" before it)."""
    start += len(_MARK) if raw.startswith(_MARK, start, end) else 0
    leading = _LEADING_BLANK.match(raw, start, end)
    start = leading.end() if leading else start
    if _MBOX_LINE.match(raw, start, end):
        line_end = raw.find(b"\n", start, end)
        start = line_end + 1 if line_end >= 0 else start
    return start


def _split(block: str) -> tuple[Items, int]:
    """The fields of a block, and the offset at which it turns out to be a body, or -1."""
    text = _unfolded(block).rstrip("\r\n")
    items = _FIELD.findall(text)
    if len(items) == text.count("\n") + 1:  # every line is a field, as nearly always: 4 µs instead of 30
        return items, -1
    return _split_with_junk(block)


def _unfolded(text: str) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    return text.replace("\n\t", " ").replace("\n ", " ")


def _split_with_junk(block: str) -> tuple[Items, int]:
    """The same where some line is no field: it is passed over when well-known fields come after it."""
    items: list[tuple[str, str]] = []
    at, last_known = 0, -1
    for line in _FIELD_ENDS.split(block):
        if _NAME.match(line):
            name, _, value = line.partition(":")
            items.append((name.rstrip(" \t"), _unfolded(value).strip(_SPACE)))
        elif line.strip(_SPACE):
            if last_known < 0:
                last_known = max((known.start() for known in _WELL_KNOWN.finditer(block)), default=0)
            if at >= last_known:
                return items, at
        at = block.find("\n", at + len(line)) + 1
    return items, -1
