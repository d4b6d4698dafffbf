"""Address lists (RFC 5322 §3.4) and Message-IDs (§3.6.4) as mail really writes them.

Reads groups, comments, source routes, quoted names with commas, and what the RFC forbids: missing brackets,
commas in bare names (Exchange), semicolons between addresses (Outlook), encoded words in quotes. Refuses more
than 1,000 addresses of a field. One pass without backtracking; never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from maildesk.mail import words
from maildesk.model import Address

LIMIT = 1000  # addresses of one field, Message-IDs of one mail

_TOKEN = re.compile(
    r"(?P<word>=\?[^?\s]{1,60}\?[bBqQ]\?[^?<>\"@]*\?=)"
    r"|(?P<plain>[^\s\"(<>,;:=]+|=)"
    r"|(?P<space>\s+)"
    r"|(?P<sign>.)",
    re.DOTALL,
)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_PARENTHESIS = re.compile(r"\\.|[()]", re.DOTALL)
# "Ann Lee <ann@example.org>", "<ann@example.org>": nearly all fields. What can be taken amiss goes the long way.
_USUAL = re.compile(r"([^\"(<>,;:@\\]*)<([\w.+-]{1,64}@[\w.-]{1,255})>", re.ASCII)
_USUAL_LENGTH = 150  # characters of a field that others may well have, too
_USUAL_ID = re.compile(r"<[!-;=?-~]+>")
_ID = re.compile(r"<([^<>]+)>")


def parse(value: str) -> tuple[Address, ...]:
    """The mailboxes of an address field as :meth:`Fields.raw` gives it; groups are opened."""
    if not value:
        return ()
    return _parse_usual(value) if len(value) <= _USUAL_LENGTH else tuple(_Reader(value).read())


@lru_cache(maxsize=1000)  # the desk's own address stands in each mail, and correspondents come back
def _parse_usual(value: str) -> tuple[Address, ...]:
    usual = _USUAL.fullmatch(value)
    if usual:
        return (_named(words.tidy(words.decode(usual[1].strip())), usual[2].removesuffix(".")),)
    return tuple(_Reader(value).read())


def parse_all(values: Sequence[str]) -> tuple[Address, ...]:
    """The mailboxes of fields that should be one but were written twice."""
    if len(values) == 1:
        return parse(values[0])
    found = [address for value in values for address in parse(value)]
    return tuple(found[:LIMIT])


def message_ids(value: str) -> tuple[str, ...]:
    """The Message-IDs in a field, with brackets and without the white space that folding puts in.

    Where nothing has brackets, each word with an "@" is one; failing these, the first word.
    """
    if not value or _USUAL_ID.fullmatch(value):
        return (value,) if value else ()
    value = words.tidy(value)
    found = ["".join(identity.split()) for identity in _ID.findall(value)]
    if not found:
        bare = [word.strip("<>,;\"'") for word in value.split()]
        found = [word for word in bare if "@" in word] or bare[:1]
    return tuple(f"<{identity}>" for identity in dict.fromkeys(filter(None, found)))[:LIMIT]


class _Reader:
    """One pass over a field. What stands before a comma waits until it is clear what it was."""

    def __init__(self, value: str) -> None:
        self._value = value
        self._found: list[Address] = []
        self._name: list[str] = []  # of the mailbox being read
        self._at = False  # whether an "@" stands in it
        self._comments: list[str] = []
        self._angle: str | None = None
        self._waiting = ""  # a bare word before a comma: "Doe" of "Doe, John <john@...>"
        self._closed = {'"': True, "(": True, ">": True}  # whether a later one can still be closed

    def read(self) -> list[Address]:
        at = 0
        while at < len(self._value) and len(self._found) < LIMIT:
            token = _TOKEN.match(self._value, at)
            if token is None:
                break
            at = token.end()
            if token["sign"]:
                at = self._sign(token["sign"], token.start())
            else:
                self._name.append(token[0])
                self._at = self._at or "@" in token[0]
        self._end_mailbox(last=True)
        return self._found[:LIMIT]

    def _sign(self, sign: str, at: int) -> int:
        """Reads what a special character begins; gives where to go on."""
        if sign == '"':
            return self._quoted(at)
        if sign == "(":
            return self._comment(at)
        if sign == "<":
            return self._bracket(at)
        if sign == ",":
            self._end_mailbox()
        elif sign == ";":
            self._end_mailbox(last=True)
        elif sign == ":":
            self._colon()
        return at + 1

    def _colon(self) -> None:
        if self._angle is None and not self._at:
            self._waiting, self._name, self._comments = "", [], []  # the name of a group, or "mailto"
        else:
            self._name.append(":")

    def _quoted(self, at: int) -> int:
        quoted = _QUOTED.match(self._value, at) if self._closed['"'] else None
        if not quoted:
            self._closed['"'] = False
            return at + 1
        if self._value.startswith("@", quoted.end()):
            self._name.append(quoted[0].replace(" ", "\ue000"))  # a local part may be quoted, and hold spaces
        else:
            self._name.append(_ESCAPE.sub(r"\1", quoted[1]))
        self._at = self._at or "@" in self._name[-1]
        return quoted.end()

    def _comment(self, at: int) -> int:
        depth = 0
        for sign in _PARENTHESIS.finditer(self._value, at) if self._closed["("] else ():
            depth += {"(": 1, ")": -1}.get(sign[0], 0)
            if depth == 0:
                self._comments.append(_ESCAPE.sub(r"\1", self._value[at + 1 : sign.start()]))
                self._name.append(" ")
                return sign.end()
        self._closed["("] = False
        return at + 1

    def _bracket(self, at: int) -> int:
        if self._angle is not None:
            self._end_mailbox(last=True)  # two mailboxes without a comma
        stop = self._value.find(">", at) if self._closed[">"] else -1
        if stop < 0:
            self._closed[">"] = False
            comma = self._value.find(",", at)
            stop = comma - 1 if comma >= 0 else len(self._value)
            self._angle = self._value[at + 1 : stop + 1]
        else:
            self._angle = self._value[at + 1 : stop]
        return stop + 1

    def _end_mailbox(self, *, last: bool = False) -> None:
        name = words.tidy(words.decode("".join(self._name).strip()))
        angle, comments = self._angle, self._comments
        self._name, self._at, self._comments, self._angle = [], False, [], None
        if angle is not None and angle.strip():
            whole = f"{self._waiting}, {name}" if self._waiting and name else name or self._waiting
            self._waiting = ""
            self._add(whole or _comment(comments), angle)
            return
        if self._waiting and (last or name):
            self._add_bare(self._waiting)
        self._waiting = ""
        if "@" in name:
            self._add_unbracketed(name, comments)
        elif last:
            self._add_bare(name, comments)
        else:
            self._waiting = name

    def _add_unbracketed(self, text: str, comments: list[str]) -> None:
        """ "a@b", "Ann a@b", "a@b c@d": the words with an "@" are addresses, the others a name."""
        text = re.sub(r" ?@ ?", "@", text) if " @" in text or "@ " in text else text
        pieces = text.split()
        mailboxes = [piece for piece in pieces if "@" in piece]
        name = " ".join(piece for piece in pieces if "@" not in piece)
        for mailbox in mailboxes if not name else mailboxes[-1:]:
            self._add(name or _comment(comments), mailbox)

    def _add_bare(self, name: str, comments: Iterable[str] = ()) -> None:
        """One word without an "@" is a local mailbox (root, MAILER-DAEMON); several are none."""
        if name and not any(map(str.isspace, name)) and "recipients" not in name.lower():
            self._add(_comment(comments), name)

    def _add(self, name: str, email: str) -> None:
        email = _mailbox(email)
        if email:
            self._found.append(_named(name.replace("\ue000", " "), email))


def _named(name: str, email: str) -> Address:
    if len(name) > 1 and name[0] == name[-1] == "'":
        name = name[1:-1]  # Outlook
    return Address("" if name.lower() == email.lower() else name, email)


def _comment(comments: Iterable[str]) -> str:
    return words.tidy(words.decode(" ".join(comments)))


def _mailbox(text: str) -> str:
    """An addr-spec without what surrounds it: a source route, "mailto:", brackets, quotes, spaces."""
    text = words.tidy(words.decode(text.replace("\ue000", " "))).strip("<>'; ")
    if text.startswith("@") and ":" in text:
        text = text.rpartition(":")[2]  # a source route (RFC 5322 §4.4)
    text = text.removeprefix("mailto:")
    if text.endswith("]") and "[" not in text:  # Outlook's "Ann [mailto:ann@example.org]"
        text = text[:-1]
    if not text.startswith('"'):
        text = "".join(text.split()).strip('"')
    return text.removesuffix(".")
