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

from maildesk.mail.trim.attribution import attribution_ending, may_end_attribution
from maildesk.mail.trim.page import BLANK, SURE, UNQUOTED, WEAK, Page
from maildesk.mail.trim.recognise import is_marker, visible
from maildesk.mail.trim.signature import without_signature

MOST_LINES = 20_000  # all below counts as one line: no person wrote it

WHOLE_QUOTED = "all of it is quoted"
TOO_LONG = "too long to be read to its end"
NOTHING_ABOVE_MARKER = "nothing stands above the line that asks for an answer above it"

_RUN = re.compile(r"(?P<said>[sw]+) *(?P<quote>q[q ]*)|(?P<bare>q[q ]*)|(?P<text>t[t ]*)")


@dataclass(frozen=True, slots=True)
class Cut:
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
    runs = _runs(page)
    if not runs:
        return Cut("", page.doubtful)
    if all(run.quoted for run in runs):
        said = any(run.said or _said_inside(page.lines, run) for run in runs)
        return Cut("" if said else _join(lines, runs, runs), WHOLE_QUOTED)
    return Cut(_join(lines, runs, _kept_quotes(page, runs)), page.doubtful)


def cut(text: str, ended: bool = False) -> Cut:
    """The new words of a mail's whole text. Never raises; its time grows with the text's length.

    ``ended`` says that somebody else's words were cut off below this text already.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n", MOST_LINES)
    seen = [line.strip() for line in visible(text).split("\n", MOST_LINES)]
    end = next((index for index, line in enumerate(seen) if line and is_marker(line)), len(seen))
    page = Page(seen[:end], ended=ended or end < len(seen))
    words = _new_words(lines, page)
    new = "\n\n".join(part for part in (words.text, "\n".join(lines[page.kept_from : end])) if part.strip())
    if end < len(seen) and not new.strip():
        return Cut("", NOTHING_ABOVE_MARKER)
    too_long = TOO_LONG if len(page.marks) > MOST_LINES else ""
    return Cut(new.strip("\n").rstrip(), words.doubtful or too_long)
