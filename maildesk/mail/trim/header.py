"""Header blocks copied above a quoted mail: Outlook's From, Sent, To and Subject, in any language.

One field proves nothing, for people begin lines with "From:" too: it takes several, and among them an
address or a date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from maildesk.mail.trim.phrases import PHRASES, fold

LONGEST_HEADER = 40  # lines


@dataclass(frozen=True, slots=True)
class Header:
    """A copied header block; ``end`` is the first line after its last field.

    Not ``sure`` where it may be the mail's own words (a booking's "From: … To: … Date: …").
    """

    end: int
    fields: int
    sure: bool


def _field(line: str) -> tuple[str, str] | None:
    """The kind and the value of a header field: "*From:* Jo <jo@x.example>"."""
    colon = line.find(":", 0, 40)
    if colon < 1:
        return None
    name = fold(line[:colon].strip("*_ \t|"))
    kind = PHRASES.fields.get(name) or PHRASES.fields.get(name.rstrip("0123456789/.- "))  # "Message du 1/2/21 12:34"
    return None if kind is None else (kind, line[colon + 1 :].strip("*_ \t"))


def _fields_of_one_line(line: str) -> dict[str, str]:
    """The fields of a block that lost its line breaks: "From: Jo Sent: Monday To: Al Subject: x"."""
    found: dict[str, str] = {}
    names = line[:1000].split(":")
    for name, value in pairwise(names):
        words = name.split()
        for count in (1, 2):
            kind = PHRASES.fields.get(fold(" ".join(words[-count:]).strip("*_")))
            if kind is not None and not words[-count:][0][0].islower():
                found.setdefault(kind, value)
    return found


def _sure_header(fields: dict[str, str]) -> bool:
    kinds = fields.keys() - {"other", "cc"}
    addressed = any("@" in value for value in fields.values())
    dated = "sent" in fields and any(sign.isdigit() for sign in fields["sent"])
    if len(kinds) > 2:
        return addressed or (dated and "subject" in kinds)
    return len(kinds) == 2 and addressed and (dated or "from" in kinds)


def header_at(lines: Sequence[str], start: int) -> Header | None:
    """The header block that begins on line ``start``, with at most one empty line between fields."""
    first = _field(lines[start])
    if first is None or first[0] == "other":
        return None
    fields = _fields_of_one_line(lines[start]) if len(lines[start]) > 60 else {}
    fields[first[0]] = first[1]
    end, wrapped = start + 1, 0
    for index in range(start + 1, min(start + LONGEST_HEADER, len(lines))):
        line = lines[index]
        field = _field(line) if line else None
        if field is not None:
            fields.setdefault(field[0], field[1])
            end, wrapped = index + 1, 0
        elif not lines[index - 1]:
            break  # after an empty line only another field goes on
        elif line and wrapped < (6 if "@" in line else 2):  # a long To or Subject, wrapped
            wrapped += 1
            if "@" in line:
                fields["other"] = line
    return Header(end, len(fields), _sure_header(fields))
