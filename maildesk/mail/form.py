"""Values behind labels, in a mail that a program wrote of what somebody typed: "E-mail: ann@customer.example".

Programs put a value behind a colon, on the lines below its label, or in the table cell beside it. A label
counts once, where it stands first: what a person types below it can say "E-mail:" as often as they like.
Refuses to judge: who may be believed is not known here. One pass over the text; never raises.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from maildesk.mail.bounds import bounded
from maildesk.mail.html import to_text

_LINES = 5_000  # of a text, and rows of a page's tables
_LONGEST_LABEL = 100  # characters before a value on its line
_LONGEST = 100_000  # characters of one value
_DRAWN = " \t\xa0*_#|•·–-"  # what forms draw around a label
_SEPARATORS = ":：=\t|"


@dataclass(frozen=True, slots=True)
class Form:
    """What was found: the values in the order of their labels, "" where there is none.

    ``loose`` are lines that stand below a value of one line, and under no label: nobody asked for them, but
    somebody may have written them.
    """

    values: tuple[str, ...]
    loose: str = ""


def read(text: str, page: str | None, labels: Sequence[Sequence[str]], short: int = 0) -> Form:
    """The values behind ``labels``, each given in all its spellings; the first ``short`` values are one line."""
    names = {_key(spelling): index for index, spellings in reversed([*enumerate(labels)]) for spelling in spellings}
    names.pop("", None)
    found = _in_cells(page, names) if page and "<t" in page.lower() else {}
    loose = ""
    if len(found) < len(set(names.values())):
        lines, loose = _in_lines(text, {n: i for n, i in names.items() if i not in found}, short)
        found = lines | found
    return Form(tuple(found.get(index, "")[:_LONGEST] for index in range(len(labels))), loose[:_LONGEST])


def _key(label: str) -> str:
    return " ".join(label.strip(_DRAWN + ":： ").split()).casefold()


# --- tables --------------------------------------------------------------------------------------------------


def _in_cells(page: str, names: Mapping[str, int]) -> dict[int, str]:
    """Values in the cell beside their label."""
    root = LexborHTMLParser(bounded(page).encode("utf-8", "replace"))
    found: dict[int, str] = {}
    for row in root.css("tr")[:_LINES]:
        cells = [cell for cell in row.iter() if cell.tag in ("td", "th")]
        if len(cells) < 2 or (index := names.get(_key(_words(cells[0])))) is None:
            continue
        value = "\n".join(filter(None, (to_text(cell.html or "").strip() for cell in cells[1:])))
        if value:
            found.setdefault(index, value)
    return found


def _words(cell: LexborNode) -> str:
    """A cell's words, if they are few enough for a label."""
    text = cell.text(deep=True)
    return text if len(text) <= _LONGEST_LABEL * 3 else ""


# --- lines ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    line: int
    index: int  # of the label
    value: str  # on the label's own line


def _in_lines(text: str, names: Mapping[str, int], short: int) -> tuple[dict[int, str], str]:
    """Values behind a colon or below their label, and the lines that are nobody's."""
    lines = text.split("\n", _LINES)
    end = next((number for number, line in enumerate(lines) if line.rstrip() == "--"), len(lines))
    places = [*_places(lines[:end], names)]
    found: dict[int, str] = {}
    loose: list[str] = []
    stops = [*(place.line for place in places), end][1:]
    for place, stop in zip(places, stops, strict=True):
        value = "\n".join((place.value, *lines[place.line + 1 : stop])).strip("\n").rstrip()
        if place.index < short:
            value, _, rest = value.strip().partition("\n")
            loose += [rest.strip()] if rest.strip() else []
        found[place.index] = value.strip()
    return found, "\n".join(loose)


def _places(lines: Sequence[str], names: Mapping[str, int]) -> Iterator[_Place]:
    seen: set[int] = set()
    for number, line in enumerate(lines):
        label, value = _label(line, names)
        index = names.get(label)
        if index is not None and index not in seen:
            seen.add(index)
            yield _Place(number, index, value)


def _label(line: str, names: Mapping[str, int]) -> tuple[str, str]:
    """The label that a line begins with, and what stands behind it on the line."""
    start = line[:_LONGEST_LABEL].lstrip(_DRAWN)
    if not start:
        return "", ""
    for separator in _SEPARATORS:
        at = start.find(separator)
        if at > 0 and (label := _key(start[:at])) in names:
            return label, line.lstrip(_DRAWN)[at + 1 :].strip().lstrip("*_").strip()
    return (_key(start), "") if len(line) <= _LONGEST_LABEL else ("", "")
