"""What a page of HTML may ask of a parser: every parser we know takes quadratic time for some page.

Deep nesting, thousands of attributes in one tag, a million ampersands: :func:`bounded` makes a page that reads the
same to a person and costs linear time and little memory. A page that no mail client writes loses its tags. Refuses
more than a million characters. Never raises.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape

LIMIT = 1_000_000  # characters read: as many as are kept of a text, and a page of so many takes a second
DEPTH = 500  # open elements; what is below is read as if it stood there
_CROWD = 20_000  # "<" or "&": fewer cannot take long, however they nest
_LONG = _CROWD // 10
_TAGS = 60_000  # of one page; what stands in those beyond is read as plain words
_ATTRIBUTES = 300  # of one tag

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,30})[^<>]*>")
_LONG_TAG = re.compile(r"<[a-zA-Z][^\s<>/\"']*(?:[\s/\"'][^\s<>/\"']*){1000,}")
_ANGLE_IN_VALUE = re.compile(r"=[\"'][^\"'<>]*[<>]")
_QUOTED_VALUE = re.compile(r"\"[^\"]*\"|'[^']*'")
_SEPARATORS = re.compile(r"[\s/]+")
_BARE_AMPERSAND = re.compile(r"&(?![a-zA-Z0-9#])")
_VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
})  # fmt: skip
_CLOSED_BY_THE_NEXT = frozenset({
    "p", "li", "dt", "dd", "option", "tr", "td", "th", "thead", "tbody", "tfoot", "html", "body",
    "head",
})  # fmt: skip


@lru_cache(maxsize=2)  # who trims, shows or compares a page bounds it each time
def bounded(html: str) -> str:
    """``html`` such that any parser takes linear time: cut to size, tags beyond ``DEPTH`` dropped."""
    html = html[:LIMIT]
    if "\0" in html:  # to look for it takes a tenth of the time of taking it out
        html = html.replace("\0", "")
    if len(html) <= _CROWD:
        return html
    if html.count("&") > _CROWD:
        *read, rest = html.split("&", _CROWD)
        html = _BARE_AMPERSAND.sub("&amp;", "&".join((*read, rest.replace("&", " "))))
    if _has_crowded_tag(html):
        return escape(_TAG.sub(" ", html))
    return _flattened(html) if html.count("<") > _CROWD else html


def _has_crowded_tag(html: str) -> bool:
    """Whether one tag has so many attributes that comparing each with each takes long."""
    if len(html) > 5 * _CROWD and len(_ANGLE_IN_VALUE.findall(html)) > _CROWD // 10:
        return True
    if not _has_long_piece(html):
        return False
    long = (piece for piece in html.split(">") if len(piece) > _LONG)
    return any(_attributes(tag[0]) > _ATTRIBUTES for piece in long for tag in _LONG_TAG.finditer(piece))


def _has_long_piece(html: str) -> bool:
    """Whether there is one between two ">": looks at a few places of a page that has none."""
    begins = 0
    while begins + _LONG < len(html):
        last = html.rfind(">", begins, begins + _LONG + 1)
        if last < 0:
            return True
        begins = last + 1
    return False


def _attributes(tag: str) -> int:
    return len(_SEPARATORS.split(_QUOTED_VALUE.sub(" ", tag)))


def _flattened(html: str) -> str:
    depth = count = 0

    def keep(tag: re.Match[str]) -> str:
        nonlocal depth, count
        if (count := count + 1) > _TAGS:
            return " "
        name = tag[2].lower()
        if name in _VOID or name in _CLOSED_BY_THE_NEXT:
            return tag[0]
        if not tag[1]:
            depth += 1
            return tag[0] if depth <= DEPTH else " "
        depth = max(depth - 1, 0)
        return tag[0] if depth < DEPTH else " "

    return _TAG.sub(keep, html)
