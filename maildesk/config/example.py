"""The commented maildesk.yaml to start from, made from the models: their descriptions are its comments.

It is a desk that works at once, for a trial: mail comes in on a loopback port and goes out into a Maildir.
What a real desk needs stands beside it behind a `#`. `python -m maildesk.config.example` rewrites the
files in config/.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from ruamel.yaml import YAML

from maildesk.config.schema import json_schema
from maildesk.config.section import Section
from maildesk.config.sections import Config

__all__ = ["commented_yaml", "files", "json_schema"]

_WIDTH = 120
_COLUMN = 44  # where comments begin
_GLUE = "\N{NO-BREAK SPACE}"  # keeps words of a comment in one line

_OPENING = """\
# yaml-language-server: $schema=maildesk.schema.json

# The configuration of maildesk. As it stands, it works for a trial: mail comes in on a port of this machine,
# and goes out into a folder. A key behind a # is optional: it shows its default, or an example. Lengths of time
# are written 30s, 10m, 4h, 2h30m, 3d; sizes 500KiB, 25MiB. `maildesk check` tells what is wrong with this file,
# and a running daemon takes a change of it at once.
"""

#: Before which keys of a section a blank line and a heading stand.
_HEADINGS = {
    "desk.store": "files",
    "desk.undo_window": "tickets",
    "desk.auto_reply_limit": "automatic replies (RFC 3834)",
    "desk.notice_limit": "what agents and admins get",
    "desk.reply_address": "reply addresses",
    "receive.lmtp": "instead, or as well: from a local MTA, without SMTP's one answer for all recipients",
    "receive.imap": "instead, or as well: mailboxes elsewhere",
    "send.smtp": "for real mail, in place of the Maildir",
}

#: Optional keys that are not behind a #, or are not once their section no longer is.
_SHOWN_KEYS = """
    desk.admins desk.language desk.timezone desk.store desk.templates
    receive.smtp receive.smtp.listen
    receive.imap.password_file receive.imap.port receive.imap.tls receive.imap.folder receive.imap.after
    send.maildir send.smtp.port send.smtp.tls send.smtp.user send.smtp.password_file
    agents.teams agents.languages agents.signature
    teams
    routes routes.when.subject routes.set.team routes.set.category routes.set.tags
    origins.when.sender origins.when.subject origins.name origins.labels origins.labels.email origins.labels.name
    origins.labels.words origins.fields
    targets targets.first_reply targets.next_reply targets.solve targets.warn
    hours.holidays digest.at
    escalations.set escalations.set.priority escalations.tell
    silence.remind silence.solve_after silence.close_after
    recurring.team
    auto_reply.answer_time auto_reply.faq auto_reply.open_tickets
    mood.ask
    ratings.after ratings.every ratings.on_bad
    canary.every canary.within metrics.listen
    limits.think_time limits.think_memory limits.free_space
"""
_SHOWN = frozenset(_SHOWN_KEYS.split())

#: Further items of a list, after the one whose keys are explained.
_MORE: Mapping[str, tuple[Mapping[str, object], ...]] = {
    "agents": (
        {
            "id": "bob",
            "name": "Bob Chen",
            "email": "bob@acme.example",
            "teams": ["technical", "billing"],
            "languages": ["en"],
        },
    ),
    "teams": ({"id": "technical", "name": "Technical"},),
    "routes": ({"when": {"subject": "error|crash|errore"}, "set": {"team": "technical"}},),
    "origins": (
        {
            "name": "voicemail",
            "when": {"sender": r"^pbx@acme\.example$"},
            "find": r"call from (?P<phone>\+?[0-9 ]{5,20})",
        },
    ),
}


@dataclass(frozen=True, slots=True)
class _Line:
    """A key with its value, and its documentation."""

    text: str
    comment: str = ""

    def indented(self, by: str) -> _Line:
        return _Line(by + self.text, self.comment) if self.text else self

    def written(self) -> Iterator[str]:
        if not self.comment:
            yield self.text
            return
        column = max(_COLUMN, len(self.text) + 2)
        first, *rest = textwrap.wrap(self.comment, _WIDTH - column - 2, break_on_hyphens=False)
        yield f"{self.text:<{column}}# {first}".replace(_GLUE, " ")
        yield from (f"{'':<{column}}# {line}".replace(_GLUE, " ") for line in rest)


def commented_yaml() -> str:
    """The example: a valid configuration with every key explained."""
    blocks = [
        "\n".join(text for line in _key(Config, name, name) for text in line.written()) for name in _names(Config)
    ]
    return _OPENING + "".join(f"\n{block}\n" for block in blocks)


def files() -> dict[str, str]:
    """What belongs into a configuration folder, by file name."""
    schema = json.dumps(json_schema(), indent=2, ensure_ascii=False)
    return {"maildesk.yaml": commented_yaml(), "maildesk.schema.json": schema + "\n"}


# --- from a model to lines ------------------------------------------------------------------------------------


def _section(model: type[BaseModel], path: str) -> Iterator[_Line]:
    """The keys of a section, the required ones first."""
    for name in _names(model):
        if heading := _HEADINGS.get(f"{path}.{name}"):
            yield _Line("")
            yield _Line(f"# {heading}")
        yield from _key(model, name, f"{path}.{name}")


def _names(model: type[BaseModel]) -> list[str]:
    """The required keys first; a login before its password, which its base class declares."""
    fields = model.model_fields
    return sorted(fields, key=lambda name: 0 if fields[name].is_required() else 1 if name == "user" else 2)


def _key(model: type[BaseModel], name: str, path: str) -> Iterator[_Line]:
    """One key of a section with all that it holds, behind a # unless it is shown."""
    field = model.model_fields[name]
    key, inner = field.alias or name, _model(field.annotation)
    if inner is None or _shows(field):
        lines = [_Line(f"{key}: {_flow(_value(field))}", _comment(field))]
    elif _is_list(field.annotation):
        lines = [_Line(f"{key}:", field.description or ""), *_items(inner, path)]
    else:
        lines = [_Line(f"{key}:", field.description or "")]
        lines += [line.indented("  ") for line in _section(inner, path)]
    if not (field.is_required() or path in _SHOWN):
        lines = [line.indented("#") for line in lines]
    return iter(lines)


def _items(model: type[BaseModel], path: str) -> Iterator[_Line]:
    """A list's first item with every key explained, and the others in a line each."""
    first, *rest = _section(model, path)
    yield _Line(f"  - {first.text}", first.comment)
    yield from (line.indented("    ") for line in rest)
    yield from (_Line(f"  - {_flow(item)}") for item in _MORE.get(path, ()))


def _model(annotation: Any) -> type[Section] | None:
    """The section that a field holds, or a list of."""
    if isinstance(annotation, type):
        return annotation if issubclass(annotation, Section) else None
    if getattr(annotation, "__origin__", None) not in (None, tuple):
        return None  # by_priority is a mapping, written in one line
    return next(filter(None, map(_model, get_args(annotation))), None)


def _is_list(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) is tuple


def _shows(field: FieldInfo) -> bool:
    """Whether the section in this field is short enough to stand in one line."""
    return bool(field.examples or field.default not in (PydanticUndefined, None, (), {}))


def _value(field: FieldInfo) -> object:
    return field.examples[0] if field.examples else field.default


def _comment(field: FieldInfo) -> str:
    """The description, and the default where another value is shown."""
    words = field.description or ""
    if not field.examples or field.is_required() or field.default in (None, (), {}, ""):
        return words
    return words + f" (default: {_flow(field.default)})".replace(" ", _GLUE).replace(_GLUE, " ", 1)


# --- YAML in one line -------------------------------------------------------------------------------------------


def _flow(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_flow, value)) + "]"
        case _:
            return _scalar(str(value), isinstance(value, str))


def _scalar(text: str, is_text: bool) -> str:
    """Quoted only where YAML would read something else, or a reader might stumble."""
    if not is_text or (_is_plain(text) and YAML(typ="safe").load(f"[{text}]") == [text]):
        return text
    if "\\" in text and text.isprintable() and "'" not in text:
        return f"'{text}'"  # a regular expression
    return json.dumps(text, ensure_ascii=False)


def _is_plain(text: str) -> bool:
    return bool(text) and text.isprintable() and not set(text) & set(",[]{}#\"'&*!`\\") and text[0] not in "@%|>:?-"


def _main() -> None:
    folder = Path(__file__).resolve().parents[2] / "config"
    for name, content in files().items():
        (folder / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    _main()
