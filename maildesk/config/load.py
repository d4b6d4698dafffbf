"""Reads maildesk.yaml. Errors are data with `file:line:column`, all shown at once; nothing is raised."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedBase
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from maildesk.config.agreement import disagreements, doubts
from maildesk.config.complaints import Loc, complaints
from maildesk.config.sections import Config
from maildesk.model import Problem

_MAX_FILE = 2**20  # octets
_MAX_NODES = 50_000  # aliases of aliases grow without end (the "billion laughs")
_MAX_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of reading a file: a configuration, or every problem that it has."""

    config: Config | None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


class _Unreadable(Exception):
    """The file holds no tree of YAML: where, and why."""

    def __init__(self, line: int, column: int, why: str) -> None:
        super().__init__(why)
        self.line, self.column = line, column


def load(path: Path) -> Loaded:
    """Reads and validates ``path``; never raises for what the file says."""
    try:
        tree = _tree(_text(path))
        plain = _plain(tree)
    except _Unreadable as trouble:
        return Loaded(None, (Problem(f"{path}:{trouble.line}:{trouble.column}", str(trouble)),))
    try:
        config = Config.model_validate(plain, context={"base": path.resolve().parent})
    except ValidationError as error:
        return Loaded(None, _placed(path, tree, complaints(error)))
    config.remember_path(path)
    problems = _placed(path, tree, disagreements(config))
    return Loaded(None if problems else config, problems, _placed(path, tree, doubts(config)))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_FILE + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its name is none"
        raise _Unreadable(1, 1, f"cannot be read: {reason}; `maildesk init` writes one to start from") from error
    if len(content) > _MAX_FILE:
        raise _Unreadable(1, 1, "over 1 MiB: this is no configuration")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        raise _Unreadable(line, column, "not UTF-8 text: save the file in that encoding") from error


def _tree(text: str) -> Mapping[str, Any]:
    """ruamel's round-trip tree, which knows where each key stands."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # ruamel's taste in anchors and numbers
            tree = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise _Unreadable(line, column, _syntax(error)) from error
    except YAMLError as error:
        line, column = _control_character(text)
        raise _Unreadable(line, column, f"not YAML: {str(error).splitlines()[0]}") from error
    except _RUAMEL_STUMBLES as error:
        raise _Unreadable(1, 1, "not YAML that can be read: look for stray tags (!), anchors (&) and ?") from error
    if not isinstance(tree, Mapping):
        raise _Unreadable(1, 1, "the file must hold sections such as desk:, receive:, send:")
    return tree


# What ruamel 0.19 raises on text that is no configuration: "!!bool x", "!!set x", "? ? a", ten thousand "[".
_RUAMEL_STUMBLES = (ValueError, TypeError, LookupError, AttributeError, AssertionError, RecursionError)


def _syntax(error: MarkedYAMLError) -> str:
    """ruamel's words, but for a key that stands twice: there they would hold its values, passwords too."""
    twice = re.match(r"found duplicate key ([^\n]*?) with value", error.problem or "")
    if twice:
        return f"the key {twice[1].strip(chr(34))} stands here a second time; only one can count"
    return f"not YAML: {error.problem or error.context or 'it cannot be read'}"


def _control_character(text: str) -> tuple[int, int]:
    """Where the first character stands that YAML 1.2 §5.1 forbids."""
    found = re.search(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    before = text[: found.start()] if found else ""
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _plain(tree: Mapping[str, Any]) -> Any:
    """ruamel's round-trip tree as plain values, so that the types are pydantic's alone."""
    nodes = 0

    def plain(node: Any, depth: int) -> Any:
        nonlocal nodes
        nodes += 1
        if nodes > _MAX_NODES or depth > _MAX_DEPTH:
            line, column = _place(node) or (1, 1)
            raise _Unreadable(line, column, "this nests, or repeats itself, further than any configuration")
        if isinstance(node, Mapping):
            return {str(key): plain(value, depth + 1) for key, value in node.items()}
        if isinstance(node, list):
            return [plain(value, depth + 1) for value in node]
        for type_ in (bool, int, float, str):
            if isinstance(node, type_):
                return type_(node)
        return None if node is None else str(node)

    return plain(tree, 0)


# --- where things stand ------------------------------------------------------------------------------------


def _placed(path: Path, tree: Any, found: Iterable[tuple[Loc, str]]) -> tuple[Problem, ...]:
    """Each once, in the order of the file."""
    placed = sorted(dict.fromkeys((*_where(tree, loc), what) for loc, what in found), key=lambda place: place[:2])
    return tuple(Problem(f"{path}:{line}:{column}", what) for line, column, what in placed)


def _where(tree: Any, loc: Loc) -> tuple[int, int]:
    """Line and column of what ``loc`` names, or of the nearest thing around it that is there."""
    line, column, node = 1, 1, tree
    for step in loc:
        try:
            row, col = (node.lc.key if isinstance(step, str) else node.lc.item)(step)
            node = node[step]
        except (KeyError, IndexError, TypeError, AttributeError):
            break
        line, column = row + 1, col + 1
    return line, column


def _place(node: Any) -> tuple[int, int] | None:
    return (node.lc.line + 1, node.lc.col + 1) if isinstance(node, CommentedBase) and node.lc.line is not None else None
