"""Templates from disk: the desk's own folder, and the ones that come with maildesk.

Reads and nothing else: what a file means, and what is wrong with it, is `mail.compile`'s affair.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from maildesk.mail.sheets import MAX_FILE, Source

_DEPTH = 3  # <language>/canned/<name>.yaml

Stamp = tuple[str, int, int, int]


def sources(folder: Path) -> list[Source]:
    """Every .yaml (and .yml, so that it is told) of the language folders, in order of path.

    What is not UTF-8 is kept as lone surrogates, for `mail.sheets` to point at. A file that goes
    away meanwhile (editors rename) is left out. Raises OSError where a folder or file can't be read.
    """
    return list(_sources(folder, ""))


def shipped() -> list[Source]:
    """The templates that come with maildesk, in a checkout, an editable install or a wheel."""
    return list(_sources(resources.files("maildesk") / "templates", ""))


def fingerprint(paths: Iterable[Path]) -> tuple[Stamp, ...]:
    """Changes whenever a file in ``paths`` or anywhere below them does; reads no content.

    Made of times (nanoseconds), sizes and inodes. What is missing is left out.
    """
    return tuple(sorted(stamp for path in paths for stamp in _stamps(os.fspath(path), 1 + _DEPTH)))


def _sources(folder: Traversable, prefix: str) -> Iterator[Source]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        path = f"{prefix}{entry.name}"
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            if path.count("/") + 1 < _DEPTH:
                yield from _sources(entry, f"{path}/")
        elif prefix and entry.name.endswith((".yaml", ".yml")):
            try:
                with entry.open("rb") as file:
                    content = file.read(4 * MAX_FILE + 1)
            except FileNotFoundError:
                continue
            yield Source(path, content.decode("utf-8-sig", "surrogateescape"))


def _stamps(path: str, depth: int) -> Iterator[Stamp]:
    try:
        found = os.stat(path)
        yield path, found.st_mtime_ns, found.st_size, found.st_ino
        names = os.listdir(path) if depth else []
    except (FileNotFoundError, NotADirectoryError):
        return
    for name in names:
        yield from _stamps(os.path.join(path, name), depth - 1)
