"""A template file as YAML: its texts, each of which knows the line and column it came from.

Values are text and nothing else: YAML's numbers, dates and booleans stay what the author typed.
Never raises for what a file says: problems are data, all of them at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from maildesk.model import Problem

MAX_FILE = 200_000

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
MAX_ITEMS = 50
"""Commands, questions or categories of one macro."""

TEXT = "text"
SPOKEN = "spoken"  # a text, or one for each language

Shape = str | Sequence["Shape"] | Mapping[str, "Shape"]
"""What may stand at a place: a text, a list of (the one item), or keys."""

_QUESTION: Mapping[str, Shape] = {"id": TEXT, "label": SPOKEN, "required": TEXT}
_SHAPES: Mapping[str, Mapping[str, Shape]] = {
    "template": dict.fromkeys(("subject", "text", "html", "extends"), TEXT),
    "canned": dict.fromkeys(("description", "subject", "text", "html"), TEXT),
    "layout": dict.fromkeys(("header", "signature", "footer", "html"), TEXT),
    "faq": dict.fromkeys(("question", "text"), TEXT),
    "macro": {
        **dict.fromkeys(("description", "canned", "note", "team"), TEXT),
        "text": SPOKEN,
        "categories": [TEXT],
        "commands": [TEXT],
        "questions": [_QUESTION],
    },
}
_NEEDED = {"template": ("subject", "text"), "canned": ("text",), "layout": (), "faq": ("question", "text"), "macro": ()}


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
    """A file that was read: what it is (template, canned, layout, faq, macro), whose, and its texts by key.

    What stands in a list or below a key has a longer key: "commands.0", "questions.1.label.en".
    """

    path: str
    kind: str
    language: str  # "" of a macro, which speaks several
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
        kind, language, name = place(source.path)
        root = _tree(source)
    except Unreadable as unreadable:
        return None, (unreadable.problem,)
    texts: dict[str, Scalar] = {}
    problems = list(_File(source.path, tuple(source.content.splitlines()), texts).keys(root, _SHAPES[kind], ""))
    for key in _NEEDED[kind]:
        if key not in texts:
            problems.append(Problem(f"{source.path}:1:1", f"{key} is missing"))
    complete = all(key in texts for key in _NEEDED[kind])
    return Sheet(source.path, kind, language, name, texts) if complete else None, tuple(problems)


def suggest(word: str, known: Iterable[str]) -> str:
    """ "; did you mean ...?", or nothing."""
    close = get_close_matches(word, list(known), 1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""


_FOLDERS = ("canned", "faq")  # of a language


def place(path: str) -> tuple[str, str, str]:
    """What a file is by where it lies: `<language>/<name>.yaml`, `<language>/faq/<name>.yaml`, `macros/<name>.yaml`.

    Raises Unreadable.
    """
    where = f"{path}:1:1"
    folder, _, file = path.rpartition("/")
    language, _, kind = folder.partition("/")
    name = file.removesuffix(".yaml")
    if name == file:
        raise Unreadable(where, "template files end in .yaml")
    if not _NAME.fullmatch(name):
        raise Unreadable(where, f"{name!r} is not a name of small letters, digits, - and _")
    if folder == "macros":
        return "macro", "", name
    if not _LANGUAGE.fullmatch(language):
        raise Unreadable(where, f"{language!r} is not a language such as en or pt-BR" + suggest(language, ["macros"]))
    if kind not in ("", *_FOLDERS):
        raise Unreadable(where, f"no templates are kept in {kind!r}" + suggest(kind, _FOLDERS))
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


@dataclass(frozen=True, slots=True)
class _File:
    """A file's lines, and the texts found in it so far. Its methods yield what is wrong."""

    path: str
    lines: tuple[str, ...]
    texts: dict[str, Scalar]

    def where(self, node: Node) -> str:
        return f"{self.path}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"

    def keys(self, node: MappingNode, shape: Mapping[str, Shape], above: str) -> Iterator[Problem]:
        seen = set[str]()
        for key_node, value in node.value:
            key = str(key_node.value)
            if key not in shape:
                yield Problem(self.where(key_node), f"unknown key {key!r}" + suggest(key, shape))
            elif key in seen:
                yield Problem(self.where(key_node), f"{key} stands here twice")
            else:
                seen.add(key)
                yield from self.value(value, shape[key], f"{above}{key}")

    def value(self, node: Node, shape: Shape, key: str) -> Iterator[Problem]:
        name = _spoken_of(key)
        match shape, node:
            case "text" | "spoken", ScalarNode():
                mark = node.start_mark
                own = self.lines[mark.line : node.end_mark.line + 1]
                self.texts[key] = Scalar(self.path, node.value, mark.line + 1, mark.column + 1, own, node.style == "|")
            case "spoken", MappingNode():
                languages = {k.value: TEXT for k, _ in node.value if _LANGUAGE.fullmatch(str(k.value))}
                yield from self.keys(node, languages, f"{key}.")
            case "text" | "spoken", _:
                yield Problem(self.where(node), f"{name} must be text: put it in quotes, or indented after |")
            case [inner], SequenceNode():
                for index, item in enumerate(node.value[:MAX_ITEMS]):
                    yield from self.value(item, inner, f"{key}.{index}")
                if len(node.value) > MAX_ITEMS:
                    yield Problem(self.where(node), f"{name} has more than {MAX_ITEMS} items")
            case dict(), MappingNode():
                yield from self.keys(node, shape, f"{key}.")
            case [_], _:
                yield Problem(self.where(node), f"{name} must be a list: each item on a line of its own, after a dash")
            case _:
                yield Problem(self.where(node), f"{name} needs keys: {', '.join(map(str, shape))}")


def _spoken_of(key: str) -> str:
    """How a person calls what stands at "commands.0": the first of the commands."""
    above, _, last = key.rpartition(".")
    return f"number {int(last) + 1} of {above}" if last.isdigit() else last
