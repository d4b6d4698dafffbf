"""Charts as SVG: lines, bars, a table of shades. They hold no script, fetch nothing, and follow light and dark.

Each is a fragment for a place of `WIDTH` by `HEIGHT`; `drawing` puts fragments together. Colours come from `STYLE` by
the classes of the elements, never from style attributes, which a strict Content-Security-Policy forbids.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil

WIDTH, HEIGHT = 420, 210
_LEFT, _TOP, _BOTTOM = 44, 34, 24  # room for numbers, the title, the labels below
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LABELS = 6
_NAME = 16  # characters of a bar's name

STYLE = """\
:root { --page: #ffffff; --ink: #1f2328; --soft: #59636e; --grid: #d8dee4; --one: #1f6fb5; --two: #c2571a }
@media (prefers-color-scheme: dark) {
  :root { --page: #0d1117; --ink: #e6edf3; --soft: #9198a1; --grid: #30363d; --one: #58a6ff; --two: #e8935a }
}
svg text { font: 11px system-ui, sans-serif; fill: var(--soft) }
svg .title { font-weight: 600; font-size: 13px; fill: var(--ink) }
svg .big { font-weight: 600; font-size: 18px; fill: var(--ink) }
svg .end { text-anchor: end } svg .middle { text-anchor: middle }
svg .grid { stroke: var(--grid); stroke-width: 1 }
svg .line { fill: none; stroke-width: 2; stroke-linejoin: round }
svg .line.one { stroke: var(--one) } svg .line.two { stroke: var(--two) }
svg .fill.one { fill: var(--one) } svg .fill.two { fill: var(--two) }
svg .page { fill: var(--page) }
"""


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    values: Sequence[int]


@dataclass(frozen=True, slots=True)
class Tile:
    title: str
    value: str
    below: str = ""


def drawing(width: int, height: int, fragments: Sequence[str], *, alone: bool = False, label: str = "") -> str:
    """One picture; ``alone`` in a file of its own, with its style and its page."""
    style = f'<style>{STYLE}</style><rect class="page" width="100%" height="100%"/>' if alone else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        f' aria-label="{escape(label)}">{style}{"".join(fragments)}</svg>'
    )


def moved(x: int, y: int, fragment: str) -> str:
    return f'<g transform="translate({x} {y})">{fragment}</g>'


# --- the charts ----------------------------------------------------------------------------------------------


def lines(title: str, labels: Sequence[str], series: Sequence[Series]) -> str:
    """One or two lines over the same days."""
    top = _round_up(max((max(each.values, default=0) for each in series), default=0))
    parts = [_text(0, 14, title, "title"), *_scale(top)]
    for number, (each, name) in enumerate(zip(series, ("one", "two"), strict=False)):
        points = " ".join(f"{_x(n, len(each.values))},{_y(value, top)}" for n, value in enumerate(each.values))
        parts.append(f'<polyline class="line {name}" points="{points}"/>')
        if len(series) > 1:
            x = WIDTH - 76 * (len(series) - number)
            parts.append(f'<rect class="fill {name}" x="{x}" y="6" width="10" height="8"/>')
            parts.append(_text(x + 14, 14, each.name))
    step = max(1, ceil(len(labels) / _LABELS))
    for n in range(0, len(labels), step):
        parts.append(_text(_x(n, len(labels)), HEIGHT - 8, labels[n], "middle"))
    return "".join(parts)


def shades(title: str, table: Sequence[Sequence[int]], *, hover: bool = False) -> str:
    """A cell for each hour of each weekday, the darker the more; with ``hover`` it tells its number."""
    most = max(map(max, table), default=0) or 1
    width, height = (WIDTH - _LEFT) / 24, (HEIGHT - _TOP - _BOTTOM) / 7
    parts = [_text(0, 14, title, "title")]
    for day, (name, row) in enumerate(zip(_WEEKDAYS, table, strict=True)):
        y = _TOP + day * height
        parts.append(_text(_LEFT - 8, y + height - 6, name, "end"))
        for hour, count in enumerate(row):
            told = f"<title>{name} {hour:02}:00: {count:,}</title>" if hover else ""
            parts.append(
                f'<rect class="fill one" x="{_number(_LEFT + hour * width)}" y="{_number(y)}"'
                f' width="{_number(width - 1)}" height="{_number(height - 1)}"'
                f' fill-opacity="{_number(0.06 + 0.94 * count / most)}"' + (f">{told}</rect>" if told else "/>")
            )
    for hour in range(0, 24, 6):
        parts.append(_text(_LEFT + hour * width, HEIGHT - 8, f"{hour:02}:00"))
    return "".join(parts)


def bars(title: str, rows: Sequence[tuple[str, int]]) -> str:
    """A bar for each name, up to seven of them."""
    rows, left = rows[:7], 112
    most = max((value for _, value in rows), default=0) or 1
    parts = [_text(0, 14, title, "title")]
    for n, (name, value) in enumerate(rows):
        y, width = _TOP + n * 23, (WIDTH - left - 50) * value / most
        shown = name if len(name) <= _NAME else name[: _NAME - 1] + "…"
        parts.append(_text(left - 8, y + 12, shown, "end"))
        parts.append(f'<rect class="fill one" x="{left}" y="{y}" width="{_number(width)}" height="16" rx="2"/>')
        parts.append(_text(left + width + 6, y + 12, f"{value:,}"))
    return "".join(parts)


def tiles(found: Sequence[Tile], width: int) -> str:
    """Figures side by side."""
    return "".join(
        moved(
            round(n * width / len(found)),
            0,
            _text(0, 12, tile.title) + _text(0, 36, tile.value, "big") + _text(0, 53, tile.below),
        )
        for n, tile in enumerate(found)
    )


def heading(text: str) -> str:
    return _text(0, 14, text, "title")


# --- their parts ---------------------------------------------------------------------------------------------


def _scale(top: int) -> list[str]:
    parts = []
    for value in (0, top // 2, top):
        y = _y(value, top)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH}" y1="{y}" y2="{y}"/>')
        parts.append(_text(_LEFT - 8, float(y) + 4, f"{value:,}", "end"))
    return parts


def _round_up(value: int) -> int:
    """The next 1, 2, 4, 6 or 8 with noughts behind it: half of it is whole, too."""
    unit = 1
    while unit * 8 < value:
        unit *= 10
    return next(n * unit for n in (1, 2, 4, 6, 8) if n * unit >= max(value, 2) and n * unit % 2 == 0)


def _x(n: int, count: int) -> str:
    return _number(_LEFT + (WIDTH - _LEFT - 12) * (n / (count - 1) if count > 1 else 0.5))


def _y(value: int, top: int) -> str:
    return _number(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * value / top)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0") if value >= 1 or not value else f"{value:.2f}"


def _text(x: float | str, y: float, text: str, kind: str = "") -> str:
    if not text:
        return ""
    place = x if isinstance(x, str) else _number(x)
    return f'<text x="{place}" y="{_number(y)}"' + (f' class="{kind}"' if kind else "") + f">{escape(text)}</text>"
