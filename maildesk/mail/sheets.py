"""A template file as YAML: its texts, each of which knows the line and column it came from.

Values are text and nothing else: YAML's numbers, dates and booleans stay what the author typed.
Never raises for what a file says: problems are data, all of them at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode

from maildesk.model import Problem

MAX_FILE = 200_000

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_KEYS = {
    "template": ("subject", "text", "html", "extends"),
    "canned": ("description", "subject", "text", "html"),
    "layout": ("header", "signature", "footer", "html"),
}
_NEEDED = {"template": ("subject", "text"), "canned": ("text",), "layout": ()}


@dataclass(frozen=True, slots=True)
class Source:
    """A template file. ``path`` is relative to the templates folder: "en/auto_reply.yaml"."""

    path: str
    content: str


@dataclass(frozen=True, slots=True)
class Scalar:
    """One text of a file, and the lines of the file in which it stands."""

    path: str
    text: str
    line: int  # of its beginning, from 1; for a block (| or >) the line of that sign
    column: int
    lines: tuple[str, ...]  # of the file, from ``line`` to the text's end
    block: bool  # literal: line n of the text is line n below ``line``

    def where(self, line: int = 0, name: str = "") -> str:
        """`path:line:column` of a line of the text and, where it can be found, a variable on it."""
        rows = range(line, line + 1) if self.block and line else range(len(self.lines))
        spelt = re.compile(r"(?<!\w)" + r"\s*\.\s*".join(map(re.escape, name.split("."))) + r"(?!\w)")
        for row in rows:
            found = spelt.search(self.lines[row]) if name and row < len(self.lines) else None
            if found:
                return f"{self.path}:{self.line + row}:{found.start() + 1}"
        if self.block and 0 < line < len(self.lines):
            indent = len(self.lines[line]) - len(self.lines[line].lstrip())
            return f"{self.path}:{self.line + line}:{indent + 1}"
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that was read: what it is (template, canned, layout), whose, and its texts by key."""

    path: str
    kind: str
    language: str
    name: str
    texts: Mapping[str, Scalar]


class Unreadable(ValueError):
    """Why a file is no sheet."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(what)
        self.problem = Problem(where, what)


def read(source: Source) -> tuple[Sheet | None, tuple[Problem, ...]]:
    """The sheet, as far as it could be read, and everything wrong with its form."""
    try:
        kind, language, name = _place(source.path)
        root = _tree(source)
    except Unreadable as unreadable:
        return None, (unreadable.problem,)
    texts: dict[str, Scalar] = {}
    problems = list(_entries(source, root, _KEYS[kind], texts))
    for key in _NEEDED[kind]:
        if key not in texts:
            problems.append(Problem(f"{source.path}:1:1", f"{key} is missing"))
    complete = all(key in texts for key in _NEEDED[kind])
    return Sheet(source.path, kind, language, name, texts) if complete else None, tuple(problems)


def suggest(word: str, known: Iterable[str]) -> str:
    """ "; did you mean ...?", or nothing."""
    close = get_close_matches(word, list(known), 1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""


def _place(path: str) -> tuple[str, str, str]:
    """What a file is by where it lies: `<language>/<name>.yaml`, `<language>/canned/<name>.yaml`."""
    where = f"{path}:1:1"
    folder, _, file = path.rpartition("/")
    language, _, kind = folder.partition("/")
    name = file.removesuffix(".yaml")
    if name == file:
        raise Unreadable(where, "template files end in .yaml")
    if not _LANGUAGE.fullmatch(language):
        raise Unreadable(where, f"{language!r} is not a language such as en or pt-BR")
    if kind not in ("", "canned"):
        raise Unreadable(where, f"no templates are kept in {kind!r}" + suggest(kind, ["canned"]))
    if not _NAME.fullmatch(name):
        raise Unreadable(where, f"{name!r} is not a name of small letters, digits, - and _")
    return kind or ("layout" if name.startswith("layout") else "template"), language, name


def _tree(source: Source) -> MappingNode:
    start = f"{source.path}:1:1"
    if len(source.content) > MAX_FILE:
        raise Unreadable(start, f"the file is longer than {MAX_FILE // 1000} KB")
    if stray := re.search(r"[\ud800-\udfff]", source.content):  # from surrogateescape
        before = source.content[: stray.start()]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise Unreadable(f"{source.path}:{line}:{column}", "this character is not UTF-8")
    try:
        root = YAML(typ="safe", pure=True).compose(source.content)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if error.context_mark and mark and mark.line >= source.content.count("\n"):
            mark = error.context_mark  # what was opened and never closed, not the file's end
        where = f"{source.path}:{mark.line + 1}:{mark.column + 1}" if mark else start
        what = f"{error.problem or error.context}"
        raise Unreadable(where, f"not YAML: {what} (texts stand in quotes, or indented after |)") from error
    except (YAMLError, RecursionError, ValueError) as error:
        raise Unreadable(start, f"not YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(root, MappingNode):
        raise Unreadable(start, "the file holds no keys such as subject: and text:")
    return root


def _entries(source: Source, root: MappingNode, known: tuple[str, ...], texts: dict[str, Scalar]) -> Iterator[Problem]:
    """Puts the texts of ``root`` into ``texts`` and yields what is wrong with the others."""
    lines = source.content.splitlines()
    for key_node, node in root.value:
        key, mark = str(key_node.value), node.start_mark
        where = f"{source.path}:{key_node.start_mark.line + 1}:{key_node.start_mark.column + 1}"
        if key not in known:
            yield Problem(where, f"unknown key {key!r}" + suggest(key, known))
        elif key in texts:
            yield Problem(where, f"{key} stands here twice")
        elif not isinstance(node, ScalarNode):
            yield Problem(
                f"{source.path}:{mark.line + 1}:{mark.column + 1}",
                f"{key} must be text: put it in quotes, or indented after |",
            )
        else:
            own = tuple(lines[mark.line : node.end_mark.line + 1])
            texts[key] = Scalar(source.path, node.value, mark.line + 1, mark.column + 1, own, node.style == "|")
