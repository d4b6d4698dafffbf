"""Cuts a plain text down to its author's new words.

:class:`Page` has marked the lines; what stays is decided here on runs of equal marks: a quote at
the end goes, quotes with answers between them stay, for the answers mean nothing without them.

It refuses to guess: where new words could be lost they are kept, and the cut is called doubtful.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from maildesk.mail.trim.attribution import attribution_ending, may_end_attribution
from maildesk.mail.trim.page import BLANK, DROPPED, QUOTE, SURE, TEXT, UNQUOTED, WEAK, Page
from maildesk.mail.trim.phrases import PHRASES
from maildesk.mail.trim.recognise import DRAWN, first_marker, visible
from maildesk.mail.trim.signature import without_footers, without_signature

MOST_LINES = 20_000  # all below counts as one line: no person wrote it

WHOLE_QUOTED = "all of it is quoted"
TOO_LONG = "too long to be read to its end"
WORDS_BELOW_MARKER = "words stand among or below the quoted mail"
NOTHING_ABOVE_MARKER = "nothing stands above the line that asks for an answer above it"

# A line that is indented, or begins with a drawn sign or like a marker.
_TOLD_LINE = re.compile(rf"\n(?:[^\S\n]|[{re.escape(DRAWN)}]|{PHRASES.above_starts})")
_QUOTED = frozenset({QUOTE, SURE, WEAK, DROPPED})
_RUN = re.compile(r"(?P<said>[sw]+) *(?P<quote>q[q ]*)|(?P<bare>q[q ]*)|(?P<text>t[t ]*)")


class Cut(NamedTuple):
    """The new words, and why they may not be all or only these ("" when they are)."""

    text: str
    doubtful: str = ""


@dataclass(frozen=True, slots=True)
class _Run:
    """Lines of one mark. ``said`` is the mark of the attribution above a quote, "" without one."""

    start: int
    end: int
    quoted: bool
    said: str
    blank_below: bool


def _runs(page: Page) -> list[_Run]:
    runs = []
    for found in _RUN.finditer("".join(page.marks)):
        start = found.start("quote") if found["quote"] else found.start()
        end = found.start() + len(found[0].rstrip(BLANK))
        said = found["said"][-1] if found["said"] else ""
        runs.append(_Run(start, end, not found["text"], said, end < found.end()))
    return runs


def _said_inside(lines: Sequence[str], quote: _Run) -> bool:
    """Whether the quote begins with its attribution, inside the quote signs (Apple Mail)."""
    inner = [line.lstrip("> ") for line in lines[quote.start : min(quote.start + 4, quote.end)]]
    ends = (index for index, line in enumerate(inner) if line and may_end_attribution(line))
    return any((found := attribution_ending(inner, index)) and found.sure for index in ends)


def _kept_quotes(page: Page, runs: Sequence[_Run]) -> list[_Run]:
    """The quotes that are answered in place, or that the author put there by hand."""
    if page.doubtful == UNQUOTED:
        return [run for run in runs if run.quoted]
    answered = [run for run, below in pairwise(runs) if run.quoted and not below.quoted]
    split = runs[-1].quoted and not runs[-1].said  # one long quote, with the answer in its midst
    if len(answered) != 1 or split:
        return answered
    quote = answered[0]
    said = quote.said == SURE or (quote.said == WEAK and quote is runs[0])
    return [] if said or (not quote.said and _said_inside(page.lines, quote)) else answered


def _join(lines: Sequence[str], runs: Sequence[_Run], quotes: Sequence[_Run]) -> str:
    parts: list[str] = []
    kept = {quote.start for quote in quotes}
    gap = ""
    for index, run in enumerate(runs):
        if run.quoted and run.start not in kept:
            gap = gap and "\n\n"
            continue
        content = lines[run.start : run.end]
        answers = index + 1 < len(runs) and runs[index + 1].start in kept
        if not run.quoted and not answers:
            content = without_signature(content, words_above=bool(parts))
        if content:
            parts += [gap, "\n".join(content)]
            gap = "\n\n" if run.blank_below else "\n"
    return "".join(parts)


def _new_words(lines: Sequence[str], page: Page) -> Cut:
    marks = "".join(page.marks)
    last = marks.rfind(TEXT)
    if _QUOTED.isdisjoint(marks[:last] if last >= 0 else marks):  # all of it stands above the quotes, as nearly always
        return Cut("\n".join(without_signature(lines[max(marks.find(TEXT), 0) : last + 1])), page.doubtful)
    runs = _runs(page)
    if not runs:
        return Cut("", page.doubtful)
    if all(run.quoted for run in runs):
        said = any(run.said or _said_inside(page.lines, run) for run in runs)
        return Cut("" if said else _join(lines, runs, runs), WHOLE_QUOTED)
    return Cut(_join(lines, runs, _kept_quotes(page, runs)), page.doubtful)


def _is_prose(text: str) -> bool:
    """Whether plain words are all there is: no line can be a quote, an attribution, a header, a divider, a marker.

    Half of all mails are; to read their lines one by one takes three times as long.
    """
    if not text or text[0] in DRAWN or text[0].isspace() or len(text) > MOST_LINES:
        return False
    return not (":" in text or "<" in text or ">" in text or _TOLD_LINE.search(f"\n{text}"))


def _answers_below(seen: Sequence[str], marker: int) -> bool:
    """Whether somebody wrote between or below the lines of a quoted notice: a paragraph without quote marks.

    A line that a client wrapped without them follows a quoted one directly; a signature may stand below the quote.
    """
    if not seen[marker].startswith(">"):
        return False  # the whole notice stands there without quote marks (Outlook): nobody can tell
    before = ""
    for line in seen[marker:]:
        if line == "--":
            return False
        if line and not before and not line.startswith(">"):
            return True
        before = line
    return False


def cut(text: str, ended: bool = False) -> Cut:
    """The new words of a mail's whole text. Never raises; its time grows with the text's length.

    ``ended`` says that somebody else's words were cut off below this text already.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    shown = visible(text)
    if _is_prose(shown):
        return Cut("\n".join(without_footers(text.split("\n"))).rstrip())
    lines = text.split("\n", MOST_LINES)
    seen = list(map(str.strip, lines if shown is text else shown.split("\n", MOST_LINES)))
    end = first_marker(shown, seen)
    page = Page(seen[:end] if end < len(seen) else seen, ended=ended or end < len(seen))
    words = _new_words(lines, page)
    new = words.text
    if page.kept_from < end and (kept := "\n".join(lines[page.kept_from : end])).strip():
        new = f"{new}\n\n{kept}" if new.strip() else kept
    if end < len(seen) and not new.strip():
        return Cut("", NOTHING_ABOVE_MARKER)
    below = WORDS_BELOW_MARKER if end < len(seen) and _answers_below(seen, end) else ""
    too_long = TOO_LONG if len(page.marks) > MOST_LINES else ""
    return Cut(new.strip("\n").rstrip(), words.doubtful or below or too_long)
