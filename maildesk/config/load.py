"""Reads and validates maildesk.yaml. Errors are data with `file:line:column`, all shown at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from maildesk.config.sections import Config, Secret
from maildesk.config.values import LONGEST_TOKEN
from maildesk.model import Problem

Loc = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of reading a file: a configuration, or every problem that it has."""

    config: Config | None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def load(path: Path) -> Loaded:
    """Reads and validates ``path``; never raises for what the file says."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        return Loaded(
            None, (Problem(str(path), f"cannot be read: {reason}; `maildesk init` writes one to start from"),)
        )
    try:
        tree = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        return Loaded(None, (Problem(where, f"not YAML: {error.problem or error.context}"),))
    except (YAMLError, RecursionError, ValueError) as error:
        return Loaded(None, (Problem(f"{path}:1:1", f"not YAML: {str(error).splitlines()[0]}"),))
    if not isinstance(tree, Mapping):
        return Loaded(
            None, (Problem(f"{path}:1:1", "the file must hold sections such as desk:, receive:, send:"),)
        )
    try:
        config = Config.model_validate(_plain(tree), context={"base": path.resolve().parent})
    except ValidationError as error:
        return Loaded(None, tuple(sorted({_problem(path, tree, e) for e in error.errors()}, key=_by_place)))
    config.remember_path(path)
    problems = tuple(Problem(_where(path, tree, loc), what) for loc, what in _cross_check(config))
    warnings = tuple(Problem(_where(path, tree, loc), what) for loc, what in _warnings(config))
    return Loaded(None if problems else config, problems, warnings)


def _plain(node: Any) -> Any:
    """ruamel's round-trip tree as plain values, so that the types are pydantic's alone."""
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    for plain in (bool, int, float, str):
        if isinstance(node, plain):
            return plain(node)
    return None if node is None else str(node)


def _by_place(problem: Problem) -> tuple[int, int]:
    line, column = problem.where.rsplit(":", 2)[1:]
    return int(line), int(column)


def _where(path: Path, tree: Any, loc: tuple[int | str, ...]) -> str:
    line, column, node = 0, 0, tree
    for step in loc:
        try:
            find = node.lc.key if isinstance(step, str) else node.lc.item
            line, column = find(step)
            node = node[step]
        except (KeyError, IndexError, TypeError, AttributeError):
            break
    return f"{path}:{line + 1}:{column + 1}"


def _problem(path: Path, tree: Any, error: Any) -> Problem:
    loc = tuple(part for part in error["loc"])
    name = ".".join(str(part) for part in loc)
    where = _where(path, tree, loc)
    match error["type"]:
        case "missing":
            return Problem(where, f"{name} is missing")
        case "extra_forbidden":
            close = difflib.get_close_matches(str(loc[-1]), _keys(loc[:-1]), 1)
            return Problem(where, f"unknown key {name}" + (f"; did you mean {close[0]}?" if close else ""))
        case "value_error":
            return Problem(where, f"{name}: {error['ctx']['error']}")
        case _:
            return Problem(where, f"{name}: {error['msg'][:1].lower()}{error['msg'][1:]}")


def _keys(loc: tuple[int | str, ...]) -> list[str]:
    """The keys that the section at ``loc`` knows."""
    model: Any = Config
    for step in loc:
        if isinstance(step, int) or not hasattr(model, "model_fields"):
            continue
        found = model.model_fields.get(step)
        model = next(_models(found.annotation), None) if found else None
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _cross_check(config: Config) -> Iterator[tuple[Loc, str]]:
    """What no field can see alone: names that must exist, addresses that must differ."""
    teams, agents = {team.id for team in config.teams}, {agent.id for agent in config.agents}
    seen: dict[str, str] = {}
    for index, agent in enumerate(config.agents):
        for key in (agent.id, agent.email.casefold()):
            if key in seen:
                yield ("agents", index), f"agents {seen[key]} and {agent.id} share {key}"
            seen[key] = agent.id
        if agent.email.casefold() in config.desk.addresses:
            yield (
                ("agents", index, "email"),
                f"{agent.email} is the desk's own address; an agent needs one of their own",
            )
        for team in agent.teams:
            if team not in teams:
                yield ("agents", index, "teams"), f"team {team} is not in teams:" + _close(team, teams)
    for index, route in enumerate(config.routes):
        if route.set.team is not None and route.set.team not in teams:
            yield (
                ("routes", index, "set", "team"),
                f"team {route.set.team} is not in teams:" + _close(route.set.team, teams),
            )
        if route.set.assignee is not None and route.set.assignee not in agents:
            who = route.set.assignee
            yield ("routes", index, "set", "assignee"), f"{who} is not in agents:" + _close(who, agents)
    local = config.desk.reply_form.partition("@")[0].replace("{token}", "")
    if config.desk.reply_address is None and 64 - len(local) < LONGEST_TOKEN:
        yield (
            ("desk", "address"),
            "too long for reply addresses before its @; set desk.reply_address to a shorter one",
        )


def _close(name: str, names: set[str]) -> str:
    close = difflib.get_close_matches(name, names, 1)
    return f"; did you mean {close[0]}?" if close else ""


def _warnings(config: Config) -> Iterator[tuple[Loc, str]]:
    secrets: list[tuple[Loc, Secret]] = [
        (("receive", "imap", i), a) for i, a in enumerate(config.receive.imap)
    ]
    if config.send.smtp:
        secrets.append((("send", "smtp"), config.send.smtp))
    for loc, section in secrets:
        if section.password is not None:
            yield (
                (*loc, "password"),
                "a password in the file: whoever reads the file has it; password_file is safer",
            )
    if not config.desk.admins:
        yield ("desk",), "desk.admins is empty: nobody is told when the desk is unwell"
