"""What pydantic found wrong, in words for the person who wrote the file."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from maildesk.config.sections import Config

Loc = tuple[int | str, ...]

_WORDS = {
    "string_type": "must be text; put it in quotes",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "tuple_type": "must be a list: [one, another], or a line each after a dash",
    "path_type": "must be a path",
    "too_short": "must hold at least one",
    "string_too_short": "must not be empty",
}


def complaints(error: ValidationError) -> list[tuple[Loc, str]]:
    """Where each thing is wrong, and a sentence on it. A value is told only where its own parser tells it."""
    errors = error.errors(include_url=False, include_input=False)
    within = {details["loc"][:-depth] for details in errors for depth in range(1, len(details["loc"]))}
    # pydantic counts a list's bad items as absent: that they are bad is enough to know
    return [
        _complaint(details) for details in errors if not (details["type"] == "too_short" and details["loc"] in within)
    ]


def _complaint(error: ErrorDetails) -> tuple[Loc, str]:
    loc = tuple(step for step in error["loc"] if step != "[key]")
    name = ".".join(str(step) for step in loc)
    match error["type"]:
        case "missing":
            return loc, f"{name} is missing: {_help(loc)}"
        case "extra_forbidden":
            close = difflib.get_close_matches(str(loc[-1])[:100], _keys(loc[:-1]), 1)
            return loc, f"unknown key {name[:200]}; " + (
                f"did you mean {close[0]}?" if close else f"known here: {', '.join(_keys(loc[:-1]))}"
            )
        case "model_type" | "model_attributes_type" | "mapping_type" | "dict_type":
            return loc, f"{name} must hold keys of its own: {', '.join(_keys(loc))}"
        case "value_error":
            return loc, f"{name}: {error['ctx']['error']}"
        case type_ if type_ in _WORDS:
            return loc, f"{name} {_WORDS[type_]}"
        case _:
            return loc, f"{name} {error['msg'].replace('Input should', 'must', 1)}"


def _help(loc: Loc) -> str:
    """The documentation of the field at ``loc``."""
    section = _section(loc[:-1])
    found = [f for name, f in section.model_fields.items() if (f.alias or name) == loc[-1]] if section else []
    return (found[0].description or "") if found else ""


def _keys(loc: Loc) -> list[str]:
    """The keys that the section at ``loc`` knows."""
    section = _section(loc)
    return [field.alias or name for name, field in section.model_fields.items()] if section else []


def _section(loc: Loc) -> type[BaseModel] | None:
    model: type[BaseModel] | None = Config
    for step in loc:
        if isinstance(step, int) or model is None:
            continue
        found = model.model_fields.get(step)
        if found is not None:
            model = next(_models(found.annotation), None)
        # else the step is a key of a mapping, such as by_priority's: its section is the one that we stand in
    return model


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
