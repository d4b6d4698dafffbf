"""Attribution lines: "On Monday, Jo wrote:", in any language and wrapped over several lines.

A line is weighed by its evidence (a verb of writing, a date, a time, an address), not matched against
a pattern of each client: so most languages are read without a table, and only few sentences by mistake.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from maildesk.mail.trim.phrases import PHRASES, fold

LONGEST_LINE = 400  # characters; no client writes a longer attribution or header line on one line
LONGEST_ATTRIBUTION = 4  # lines that a client wraps one over
LONGEST_OPENING = 60  # characters in which an attribution that begins with its date has told it

_MAILBOX = re.compile(r"<\s*(?:mailto:)?[^\s<>@]+@[^\s<>@]+>?")
# From the start of a word on: where that is no address, none of its ends is.
_ADDRESS = re.compile(r"(?<![^\s<>@,;:()\"])[^\s<>@,;:()\"]++@[^\s<>@,;:()\"]+")
_DATE = re.compile(
    r"(?<![\w.@+-])(?:(?:19|20|25)\d\d(?![\w@])|\d{1,4}[./-] ?\d{1,2}[./-](?: ?\d{2,4})?(?![\w@])"
    r"|\d{4}[年년]|\d{1,2}[月월]|\d{1,2}[.,]?(?: de| d')? ?[^\W\d_]{3,12}\.?,?(?: de)? ?\d{4}"
    r"|[^\W\d_]{3,12}\.? \d{1,2}(?:st|nd|rd|th)?,)"
    r"|\d{4}年"
)
# All of them begin with a digit, so that a search looks for digits alone.
_TIME = re.compile(r"\d(?:(?<![\d:.]\d)\d?[:.h]\d\d(?!\d)|\d? ?[AaPp]\.?[Mm]\b|[時时시点點])")
_MAY_END_SENTENCE = re.compile(r"[.!?] ")  # looked for in a tenth of the time of what follows
_SENTENCE_END = re.compile(r"(?:[!?]|[^\W\d_]{4}\.) ")
_TELLING = re.compile(r"[@\d]")


@dataclass(frozen=True, slots=True)
class Attribution:
    """The lines ``start`` to ``end`` (the first after it), like "On Monday, Jo wrote:".

    ``sure`` where it can be nothing else; else it counts only above quoted lines.
    """

    start: int
    end: int
    sure: bool


class _Evidence:
    """What speaks for a line: a verb of writing (looked for last, in 150 words), a date, a time, an address."""

    __slots__ = ("_rest", "_verb", "address", "date", "mailbox", "time")

    def __init__(self, line: str) -> None:
        self._rest, addresses = _ADDRESS.subn(" ", line) if "@" in line else (line, 0)
        self._verb: bool | None = None
        self.address = addresses > 0
        self.mailbox = self.address and _MAILBOX.search(line) is not None  # an address between angle brackets
        self.date = _DATE.search(self._rest) is not None
        self.time = _TIME.search(self._rest) is not None

    @property
    def verb(self) -> bool:
        if self._verb is None:
            folded = fold(self._rest)
            self._verb = PHRASES.wrote.stand_in(folded) and not PHRASES.prose.stand_in(folded)
        return self._verb

    def exceeds(self, known: int) -> bool:
        seen = self.date + self.time + self.mailbox + self.address
        return seen > known or (seen == known and self.verb)

    def count(self) -> int:
        return self.verb + self.date + self.time + self.mailbox + self.address

    def sure(self) -> bool:
        if self.date and self.time and self.address:
            return True
        if not self.verb:
            return False
        return (self.date and self.time) or (self.address and (self.mailbox or self.date or self.time))

    def full(self) -> bool:
        return self.date and self.time and self.mailbox and self.verb

    def possible(self) -> bool:
        return self.mailbox or (self.address and (self.date or self.time)) or self.verb


def _complete(line: str, evidence: _Evidence) -> bool:
    """Whether an attribution begins where this text does: with its date or with a name."""
    if not evidence.sure() or line[0] in "<(":
        return False
    if line[0].islower() and PHRASES.wrote.begin(line):
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
        evidence = _Evidence(text)
        if evidence.exceeds(known) and (index == last or _may_open(line)):
            found, start = evidence, index
            if _complete(text, evidence):
                break
            known = evidence.count()
    if found is None or not found.possible():
        return None
    # "Thanks! On Monday, Jo wrote:" on one line, a flattened page: the line is kept, not to lose the thanks.
    if _MAY_END_SENTENCE.search(lines[start], 0, LONGEST_OPENING):
        date = _DATE.search(lines[start], 0, LONGEST_OPENING)
        start += date is not None and _SENTENCE_END.search(lines[start], 0, date.start()) is not None
    return Attribution(start, last + 1, found.sure() if _ends(lines[last]) else found.full())


def _ends(line: str) -> bool:
    return line[-1] == ":" or line.rstrip("*_ ")[-1:] == ":" or line[:2] == line[-2:] == "--"


def may_end_attribution(line: str) -> bool:
    """A cheap test that all attributions pass but those known by the quoted lines below them."""
    if _ends(line):
        return len(line) < 20 or _TELLING.search(line) is not None or PHRASES.wrote.stand_in(fold(line))
    # No colon at its end: text goes on behind it (a flattened page), or Gmail wrote it before 2014.
    return "@" in line and "<" in line and (line[-1] == ">" or PHRASES.wrote.stand_in(fold(line)))
