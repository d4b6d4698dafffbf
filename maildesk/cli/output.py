"""What commands say: one JSON document for programs, tables and times for people.

Mail is other people's text, and a terminal obeys some of it: whatever is shown has no control
characters, no overrides of direction, and is never read as rich's markup.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

as_json = click.option("--json", "json_", is_flag=True, help="One JSON document, for programs.")
limited = click.option("--limit", type=click.IntRange(min=0), help="The newest N alone.")

_KEPT = "\u200c\u200d"  # Persian words and emoji need them
_WIDE = 200  # columns, where there is no terminal to ask


def emit(document: object, *, lines: bool = False) -> None:
    """Writes one JSON document to stdout, in one line of its own if ``lines``."""
    text = json.dumps(document, ensure_ascii=False, indent=None if lines else 2)
    # A lone surrogate from some mail's charset becomes the escape that JSON has for it.
    click.echo(text.encode("utf-8", "backslashreplace"))


def say(text: str = "") -> None:
    """To people, on stderr, where no program reads."""
    click.echo(text, err=True)


def plain(text: object) -> str:
    """Text that a terminal shows and does not obey; lines and tabs stay."""
    seen = str(text).replace("\r\n", "\n")
    unsafe = ("Cc", "Cf", "Cs", "Co")
    return "".join(c for c in seen if c in "\n\t" or c in _KEPT or unicodedata.category(c) not in unsafe)


def line(text: object, limit: int = 200) -> str:
    """The same in one line."""
    flat = " ".join(plain(text).split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def when(at: str | None, zone: ZoneInfo) -> str:
    """A time of the store, in the desk's time zone; "" for none."""
    return datetime.fromisoformat(at).astimezone(zone).strftime("%Y-%m-%d %H:%M") if at else ""


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]], empty: str) -> None:
    """A table on stdout; the sentence ``empty`` on stderr when there are no rows."""
    if not rows:
        say(empty)
        return
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    shown = Table(*columns, box=SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        shown.add_row(*(Text(line("" if cell is None else cell)) for cell in row))
    console().print(shown)


def console() -> Any:
    """rich's console on stdout: as wide as the terminal, and wide where there is none."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else _WIDE
    return Console(width=width, highlight=False, markup=False, emoji=False, soft_wrap=not sys.stdout.isatty())
