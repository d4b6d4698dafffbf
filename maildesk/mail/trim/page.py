"""Reads a page top to bottom and marks each line: text, quote, attribution.

Where the client's own words show that all below is somebody else's, reading ends. A mail that is
passed on (forwarded) is content: from its first line on, the page is kept as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from maildesk.mail.trim.attribution import Attribution, attribution_ending, may_end_attribution
from maildesk.mail.trim.header import LONGEST_HEADER, header_at
from maildesk.mail.trim.phrases import Rule
from maildesk.mail.trim.recognise import RULE, announces, is_groupwise, is_rule
from maildesk.mail.trim.signature import leaves_words

MOST_ATTRIBUTIONS = 500  # lines weighed as attributions in one mail

TEXT = "t"
QUOTE = "q"
SURE = "s"  # an attribution above a quote
WEAK = "w"  # the same, if it is one
DROPPED = "-"  # an attribution with no quote below it
BLANK = " "
LOOK = "?"

NOTHING_ABOVE_MAIL = "nothing is typed above the copied mail"
UNQUOTED = "it begins with an attribution, and no quote sign tells whose words follow"
LIKE_HEADER = "lines like a copied header may be the mail's own"

_ABOVE_QUOTE = re.compile(f"{TEXT}(?={BLANK}{{0,2}}{QUOTE})")
# Quote signs other than ">" count only below an attribution: a "|" may be a table, "JD>" The Bat!.
_OTHER_SIGN = re.compile(r"\||\u2502|\u00bb|[A-Z]{1,3}>")


def _sketch(lines: Sequence[str]) -> str:
    """A mark for each line that can be told by itself; ``LOOK`` where more must be looked at.

    Most lines are plain words: what is told apart later has one of these signs, or a quote below it.
    """
    marks = "".join(
        [
            BLANK
            if not line
            else QUOTE
            if line[0] == ">" and not (line[-1] == ">" and is_groupwise(line))
            else LOOK
            if ":" in line or "<" in line or line[0] in RULE
            else TEXT
            for line in lines
        ]
    )
    return _ABOVE_QUOTE.sub(LOOK, marks) if QUOTE in marks else marks


class Page:
    """The lines of a page with a mark for each down to where the new words end.

    ``kept_from`` is the line on which a forwarded mail begins. ``ended`` says that somebody else's
    words were cut off below already: then even a weak attribution at the end was theirs.
    """

    def __init__(self, lines: Sequence[str], ended: bool = False) -> None:
        self.lines = lines
        self.marks: list[str] = []
        self.kept_from = len(lines)
        self.doubtful = ""
        self._ended = ended
        self._weighed = 0
        self._read()

    def _read(self) -> None:
        lines, sketch = self.lines, _sketch(self.lines)
        header_end = 0
        while (index := sketch.find(LOOK, len(self.marks))) >= 0:
            self.marks += sketch[len(self.marks) : index]
            line = lines[index]
            if line[0] == ">":  # GroupWise's attribution: what is below it has no quote signs
                self._others_from(index)
                return
            if (line[0] in RULE or line[-1] == ":") and self._divider(index):
                return
            if index >= header_end and ":" in line[:40] and (header := header_at(lines, index)):
                if header.sure:
                    self._others_from(index)
                    return
                header_end = header.end
                if header.fields > 2:
                    self.doubtful = self.doubtful or LIKE_HEADER
            if self._text_or_attribution(index):
                return
        self.marks += sketch[len(self.marks) :]

    def _divider(self, index: int) -> bool:
        rule = announces(self.lines[index])
        if rule is None and is_rule(self.lines[index]) and self._is_quoted_header(index + 1):
            rule = Rule.ORIGINAL
        if rule is Rule.FORWARDED:
            self.kept_from = index
        elif rule is Rule.ORIGINAL:
            self._others_from(index)
        return rule is not None

    def _is_quoted_header(self, index: int) -> bool:
        """Whether a copied header stands there with quote signs, and what it is of below it without (Centrum)."""
        below = self.lines[index : index + LONGEST_HEADER]
        quoted = [line.lstrip("> ") for line in takewhile(lambda line: line[:1] == ">", below)]
        header = header_at(quoted, 0) if quoted and quoted[0] else None
        return header is not None and header.sure and not any(quoted[header.end :])

    def _others_from(self, index: int) -> None:
        """Leaves out all from line ``index`` on, unless nothing but a footer is typed above it."""
        if leaves_words(self._typed()):
            return
        self.marks.clear()
        self.kept_from, self.doubtful = 0, NOTHING_ABOVE_MAIL

    def _typed(self) -> list[str]:
        return [line for line, mark in zip(self.lines, self.marks, strict=False) if mark == TEXT]

    def _text_or_attribution(self, index: int) -> bool:
        """Marks line ``index`` with those it is wrapped over; whether the new words end there."""
        self.marks.append(TEXT)
        if self._weighed == MOST_ATTRIBUTIONS:
            return False
        below = self._line_below(index)
        sign = self.lines[below][:4] if below else ""
        quoted = sign[:1] == ">"
        if not quoted:
            if not may_end_attribution(self.lines[index]):
                return False
            quoted = _OTHER_SIGN.match(sign) is not None
        self._weighed += 1
        found = attribution_ending(self.lines, index)
        if found is None:
            return False
        if quoted:
            self._mark(found, SURE if found.sure else WEAK)
            self._mark_other_signs(below)
        elif found.sure or (self._ended and not below):
            return self._unquoted(found, bool(below))
        return False

    def _line_below(self, index: int) -> int:
        """The next line that is not empty, if it is near; else 0."""
        for below in range(index + 1, min(index + 4, len(self.lines))):
            if self.lines[below]:
                return below
        return 0

    def _unquoted(self, found: Attribution, words_below: bool) -> bool:
        self._mark(found, DROPPED)
        if not words_below:
            return True
        if self.doubtful != UNQUOTED and leaves_words(self._typed()):
            return True
        self.doubtful = UNQUOTED
        return False

    def _mark(self, found: Attribution, mark: str) -> None:
        self.marks[found.start : found.end] = mark * (found.end - found.start)

    def _mark_other_signs(self, index: int) -> None:
        sign = _OTHER_SIGN.match(self.lines[index])
        while sign and index < len(self.lines) and (line := self.lines[index])[: sign.end()] in (sign[0], ""):
            self.marks += BLANK * (index - len(self.marks))
            self.marks.append(QUOTE if line else BLANK)
            index += 1
