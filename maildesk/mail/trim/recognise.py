"""Recognises, line by line, what a mail client wrote around somebody else's words.

Lines come here as :class:`Page` prepares them: stripped, without invisible characters. Each test
looks at a few lines and at no more than a fixed number of characters of each, so that a page is
read in time that grows with its length alone. Nothing is decided here about what is cut.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from unicodedata import normalize

from maildesk.mail.trim.phrases import ABOVE_START, PHRASES, Rule, fold

LONGEST_LINE = 400  # characters; no client writes a longer attribution or header line on one line
LONGEST_ATTRIBUTION = 4  # lines that a client wraps one over
LONGEST_OPENING = 60  # characters in which an attribution that begins with its date has told it
LONGEST_HEADER = 40  # lines
LONGEST_MARKER = 160  # characters
LONGEST_FOOTER = 120
RULE = "-_=*~#\u2010\u2011\u2012\u2013\u2014\u2015\u2500\u2501"  # what lines and dividers are drawn with
_DRAWN = RULE + " .!:[]()|<>\u2026\u2191^"

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_MAILBOX = re.compile(r"<\s*(?:mailto:)?[^\s<>@]+@[^\s<>@]+>?")
_ADDRESS = re.compile(r"(?<![^\s<>@,;:()\"])[^\s<>@,;:()\"]+@[^\s<>@,;:()\"]+")
_DATE = re.compile(
    r"(?<![\w.@+-])(?:(?:19|20|25)\d\d(?![\w@])|\d{1,4}[./-] ?\d{1,2}[./-](?: ?\d{2,4})?(?![\w@])"
    r"|\d{4}[年년]|\d{1,2}[月월]|\d{1,2}[.,]?(?: de| d')? ?[^\W\d_]{3,12}\.?,?(?: de)? ?\d{4}"
    r"|[^\W\d_]{3,12}\.? \d{1,2}(?:st|nd|rd|th)?,)"
    r"|\d{4}年"
)
_TIME = re.compile(r"(?<![\d:.])\d{1,2}[:.h]\d\d(?!\d)|\d{1,2} ?[AaPp]\.?[Mm]\b|\d[時时시点點]")
_SENTENCE_END = re.compile(r"(?:[!?]|[^\W\d_]{4}\.) ")
_TELLING = re.compile(r"[@\d]")
_NAME_CLOSING = re.compile(r"(?:[-\u2013\u2014~]|--|/ ?)[^\W\d_a-z][\w.'\u2019-]*(?: [^\W\d_a-z][\w.'\u2019-]*){0,2}")
_LINK_MARKS = re.compile(r"\s*[<(\[](?:https?|mailto):[^\s<>()\[\]]*[>)\]]|[\[\]]")


@dataclass(frozen=True, slots=True)
class Attribution:
    """The lines ``start`` to ``end`` (the first after it), like "On Monday, Jo wrote:".

    ``sure`` where it can be nothing else; else it counts only above quoted lines.
    """

    start: int
    end: int
    sure: bool


@dataclass(frozen=True, slots=True)
class Header:
    """A copied header block; ``end`` is the first line after its last field.

    Not ``sure`` where it may be the mail's own words (a booking's "From: … To: … Date: …").
    """

    end: int
    fields: int
    sure: bool


def visible(text: str) -> str:
    """The text as tests see it: one line for each of its lines, odd spaces and signs made plain."""
    if not text.isascii():
        text = normalize("NFC", text)  # Apple's clients send decomposed letters
        text = _INVISIBLE.sub("", text)
        for odd, plain in (("\xa0", " "), ("\u202f", " "), ("\u3000", " "), ("：", ":"), ("＜", "<"), ("＞", ">")):
            text = text.replace(odd, plain)
    if "&" in text:  # a client that quotes HTML source as text (Yahoo, Zoho)
        text = text.replace("&lt;", "<").replace("&gt;", ">")
    return text


# --- lines of their own ----------------------------------------------------------------------------


def is_marker(line: str) -> bool:
    """Whether a help desk asks here for the answer above this line ("##- … -##" in any language)."""
    if line[0] == ">":
        line = line.lstrip("> ")
    if not line or (line[0] not in _DRAWN and line[:ABOVE_START].casefold() not in PHRASES.above_starts):
        return False
    if line.startswith("##-") and line.rstrip("# ").endswith("-"):
        return True
    if len(line) > LONGEST_MARKER:
        return False
    core = fold(line.strip(_DRAWN))
    if core.startswith(PHRASES.above) or core.removeprefix("please ").startswith(PHRASES.above):
        return True
    drawn = len(line) - len(line.lstrip(_DRAWN)) > 1
    return drawn and any(phrase in core for phrase in PHRASES.above)


def announces(line: str) -> Rule | None:
    """What a divider announces: "-----Original Message-----", "Begin forwarded message:"."""
    if len(line) > 120:
        return None
    core = fold(line.strip(RULE + "> :."))
    rule = PHRASES.rules.get(core)
    drawn = line[0] in RULE and line[-1] in RULE + ":>."
    return rule if drawn or (rule is Rule.FORWARDED and line[-1] == ":") else None


def is_rule(line: str) -> bool:
    """A line that is drawn: at least three of the same sign and nothing else."""
    return len(line) > 2 and line[0] in RULE and not line.strip(RULE + " ")


def is_footer(line: str) -> bool:
    """A device's or product's own line: "Sent from my iPhone", "Get Outlook for iOS<link>"."""
    if len(line) > LONGEST_LINE:
        return False
    line = _LINK_MARKS.sub("", line).strip("*_ \t\u2022\"'\u201c\u201d.!")
    if not 1 < len(line) <= LONGEST_FOOTER:
        return False
    return _is_footer(line) or (". " in line and all(map(_is_footer, line.split(". "))))


def _is_footer(line: str) -> bool:
    folded = fold(line)
    if any(footer.matches(line, folded) for footer in PHRASES.footers.get(folded[:1], ())):
        return True
    ends = folded.endswith(PHRASES.footer_ends)
    return ends and any(footer.matches(line, folded) for footer in PHRASES.footers[""])


def is_name_closing(line: str) -> bool:
    """A name with a dash or a slash before it, as some sign: "-Jo Meyer", "/Jo"."""
    return len(line) < 40 and _NAME_CLOSING.fullmatch(line) is not None


# --- attribution lines -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Evidence:
    verb: bool
    date: bool
    time: bool
    mailbox: bool  # an address between angle brackets
    address: bool

    def count(self) -> int:
        return self.verb + self.date + self.time + self.mailbox + self.address

    def sure(self) -> bool:
        if self.verb and (self.mailbox or self.address):
            return self.mailbox or self.date or self.time
        return self.date and self.time and (self.verb or self.address)

    def full(self) -> bool:
        return self.verb and self.date and self.time and self.mailbox

    def possible(self) -> bool:
        return self.verb or self.mailbox or (self.address and (self.date or self.time))


def _weigh(line: str) -> _Evidence:
    address = _ADDRESS.search(line) is not None
    rest = _ADDRESS.sub(" ", line) if address else line
    folded = fold(rest)
    verb = PHRASES.wrote.search(folded) is not None and PHRASES.prose.search(folded) is None
    date, time = _DATE.search(rest) is not None, _TIME.search(rest) is not None
    return _Evidence(verb, date, time, address and _MAILBOX.search(line) is not None, address)


def _complete(line: str, evidence: _Evidence) -> bool:
    """Whether an attribution begins where this text does: with its date or with a name."""
    if not evidence.sure() or line[0] in "<(":
        return False
    if line[0].islower() and PHRASES.wrote.match(line):
        return False
    date = _DATE.search(line, 0, LONGEST_OPENING)
    return date is not None or (evidence.mailbox and evidence.verb and evidence.date)


def _may_open(line: str) -> bool:
    return "<" in line or "@" in line or _DATE.search(line, 0, LONGEST_OPENING) is not None


def attribution_ending(lines: Sequence[str], last: int) -> Attribution | None:
    """The attribution whose last line is ``last``, which may be wrapped over lines above."""
    text, start, known = "", last, 0
    found: _Evidence | None = None
    for index in range(last, max(last - LONGEST_ATTRIBUTION, -1), -1):
        line = lines[index]
        if not line or (line[0] == ">" and index != last) or len(line) > LONGEST_LINE:
            break
        if found is not None and found.sure() and line[-1] in ".!?" and text[0] != "<":
            break  # a sentence ended there
        text = f"{line} {text}" if text else line
        if len(text) > LONGEST_LINE + LONGEST_OPENING:
            break
        evidence = _weigh(text)
        if evidence.count() > known and (index == last or _may_open(line)):
            found, start, known = evidence, index, evidence.count()
            if _complete(text, evidence):
                break
    if found is None or not found.possible():
        return None
    # "Thanks! On Monday, Jo wrote:" on one line, a flattened page: the line is kept, not to lose the thanks.
    date = _DATE.search(lines[start], 0, LONGEST_OPENING)
    if date is not None and _SENTENCE_END.search(lines[start], 0, date.start()):
        start += 1
    return Attribution(start, last + 1, found.sure() if _ends(lines[last]) else found.full())


def _ends(line: str) -> bool:
    return line[-1] == ":" or line.rstrip("*_ ")[-1:] == ":" or line[:2] == line[-2:] == "--"


def may_end_attribution(line: str) -> bool:
    """A cheap test that all attributions pass but those known by the quoted lines below them."""
    if _ends(line):
        return len(line) < 20 or _TELLING.search(line) is not None or PHRASES.wrote.search(fold(line)) is not None
    # No colon at its end: text goes on behind it (a flattened page), or Gmail wrote it before 2014.
    return "@" in line and "<" in line and (line[-1] == ">" or PHRASES.wrote.search(fold(line)) is not None)


# --- copied headers --------------------------------------------------------------------------------


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
