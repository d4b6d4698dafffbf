"""Recognises the lines that a mail client or a help desk puts on a page: markers, dividers, footers.

Lines come here as :class:`Page` sees them: stripped, without invisible characters. Each test looks at
one line, and at no more than a fixed number of its characters, so that a page is read in time that
grows with its length alone. Nothing is decided here about what is cut.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from unicodedata import normalize

from maildesk.mail.trim.phrases import ABOVE_START, PHRASES, Rule, fold

LONGEST_MARKER = 160  # characters
LONGEST_FOOTER = 120
LONGEST_LINKED_FOOTER = 400  # with its links
RULE = "-_=*~#\u2010\u2011\u2012\u2013\u2014\u2015\u2500\u2501"  # what lines and dividers are drawn with
DRAWN = RULE + " .!:[]()|<>\u2026\u2191^"

_DRAWN = frozenset(DRAWN)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# Those, odd spaces, and what composes a letter of a phrase: accents, Hangul, voiced kana.
_ODD = re.compile(
    "[\xa0\u00ad\u0300-\u036f\u1100-\u11ff\u200b-\u200f\u202a-\u202f\u2060-\u2069\u3000\u3099\u309a\ufeff]"
)
_NAME_CLOSING = re.compile(r"(?:[-\u2013\u2014~]|--|/ ?)[^\W\d_a-z][\w.'\u2019-]*(?: [^\W\d_a-z][\w.'\u2019-]*){0,2}")
_GROUPWISE = re.compile(r"\d[./-]\d{1,4} .*\d:\d\d")
_LINK_MARKS = re.compile(r"\s*[<(\[](?:https?|mailto):[^\s<>()\[\]]*[>)\]]|[\[\]]")


def visible(text: str) -> str:
    """The text as tests see it: one line for each of its lines, odd spaces and signs made plain."""
    if not text.isascii():
        if _may_be_odd(text):
            text = normalize("NFC", text)  # Apple's clients send decomposed letters
            text = _INVISIBLE.sub("", text).replace("\xa0", " ").replace("\u202f", " ").replace("\u3000", " ")
        text = text.replace("：", ":").replace("＜", "<").replace("＞", ">")
    if "&" in text:  # a client that quotes HTML source as text (Yahoo, Zoho)
        text = text.replace("&lt;", "<").replace("&gt;", ">")
    return text


def _may_be_odd(text: str) -> bool:
    """A test that all texts pass which :func:`visible` would change: in half the time that this takes."""
    try:
        text.encode("latin-1")  # and to copy Latin letters a fiftieth
    except UnicodeEncodeError:
        return _ODD.search(text) is not None
    return "\xa0" in text or "\xad" in text


def first_marker(lines: Sequence[str]) -> int:
    """The first line on which a help desk asks for the answer above it, quoted or not; else ``len(lines)``."""
    # Nearly all lines begin neither like a marker nor with a drawn sign: all are asked at once.
    bare = [line.lstrip("> ") if line[:1] == ">" else line for line in lines]
    starts = [line[:ABOVE_START] for line in bare]
    folded = "\n".join(starts).casefold().split("\n")
    if PHRASES.above_starts.isdisjoint(folded) and _DRAWN.isdisjoint([start[:1] for start in folded]):
        return len(lines)
    for index, line in enumerate(bare):
        if line and (folded[index] in PHRASES.above_starts or line[0] in _DRAWN) and _is_marker(line):
            return index
    return len(lines)


def _is_marker(line: str) -> bool:
    """Whether the line asks for the answer above it ("##- … -##" in any language)."""
    if line.startswith("##-") and line.rstrip("# ").endswith("-"):
        return True
    if len(line) > LONGEST_MARKER:
        return False
    core = fold(line.strip(DRAWN))
    if not core or core in PHRASES.rules:
        return False
    if core.startswith(PHRASES.above) or core.removeprefix("please ").startswith(PHRASES.above):
        return True
    drawn = len(line) - len(line.lstrip(DRAWN)) > 1
    return drawn and any(phrase in core for phrase in PHRASES.above)


def announces(line: str) -> Rule | None:
    """What a divider announces: "-----Original Message-----", "Begin forwarded message:"."""
    if len(line) > 120:
        return None
    core = fold(line.strip(RULE + "> :."))
    rule = PHRASES.rules.get(core)
    drawn = line[0] in RULE and line[-1] in RULE + ":>."
    return rule if drawn or (rule is Rule.FORWARDED and line[-1] == ":") else None


def is_groupwise(line: str) -> bool:
    """GroupWise's attribution: ">>> Jo Meyer <jo@x.example> 11/16/2021 12:34 PM >>>"."""
    return line.startswith(">>> ") and line.endswith(" >>>") and _GROUPWISE.search(line, 0, LONGEST_MARKER) is not None


def is_rule(line: str) -> bool:
    """A line that is drawn: at least three of the same sign and nothing else."""
    return len(line) > 2 and line[0] in RULE and not line.strip(RULE + " ")


def is_footer(line: str) -> bool:
    """A device's or product's own line: "Sent from my iPhone", "Get Outlook for iOS<link>"."""
    if len(line) > LONGEST_LINKED_FOOTER:
        return False
    if "<" in line or "(" in line or "[" in line:
        line = _LINK_MARKS.sub("", line)
    line = line.strip("*_ \t\u2022\"'\u201c\u201d.!")
    if not 1 < len(line) <= LONGEST_FOOTER:
        return False
    return _is_footer(line) or (". " in line and all(map(_is_footer, line.split(". "))))


def _is_footer(line: str) -> bool:
    folded = fold(line)
    begins = folded.startswith(PHRASES.footer_starts.get(folded[:1], ()))
    if begins and any(footer.matches(line, folded) for footer in PHRASES.footers[folded[:1]]):
        return True
    ends = folded.endswith(PHRASES.footer_ends)
    return ends and any(footer.matches(line, folded) for footer in PHRASES.footers[""])


def is_name_closing(line: str) -> bool:
    """A name with a dash or a slash before it, as some sign: "-Jo Meyer", "/Jo"."""
    return len(line) < 40 and _NAME_CLOSING.fullmatch(line) is not None
