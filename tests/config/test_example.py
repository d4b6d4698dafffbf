"""The example configuration: up to date, valid, and every word in it true."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from pydantic import BaseModel
from ruamel.yaml import YAML

from maildesk.config import Config, load
from maildesk.config.complaints import _models
from maildesk.config.example import commented_yaml, files, json_schema

ROOT = Path(__file__).parents[2]
EXAMPLE = commented_yaml()

_COMMENTED = re.compile(r"^( *)#(?=\S)(?!.*\$schema)")


def plain(text: str) -> Any:
    return YAML(typ="safe").load(text)


@pytest.mark.parametrize("name", files())
def test_the_files_in_config_are_up_to_date(name: str) -> None:
    written = (ROOT / "config" / name).read_text(encoding="utf-8")
    assert written == files()[name], "run python -m maildesk.config.example"


def test_the_package_carries_them() -> None:
    for name in files():
        assert (ROOT / "maildesk" / "config_default" / name).samefile(ROOT / "config" / name)


def test_the_example_works_as_it_stands(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "maildesk.yaml").write_text(EXAMPLE)
    loaded = load(folder / "maildesk.yaml")
    assert (loaded.problems, loaded.warnings) == ((), ())
    assert loaded.config
    assert loaded.config.receive.smtp
    assert loaded.config.receive.smtp.listen == "127.0.0.1:8025"
    assert loaded.config.send.maildir == tmp_path / "var" / "outgoing"
    assert len(loaded.config.agents) == len(loaded.config.teams) == 2
    assert loaded.config.routes
    assert loaded.config.targets.warn == 0.75


def test_no_line_is_wider_than_a_screen() -> None:
    assert [line for line in EXAMPLE.splitlines() if len(line) > 120] == []


# --- what stands behind a # -----------------------------------------------------------------------------------


def optional_blocks() -> Iterator[tuple[str, str]]:
    """Each commented-out key with what belongs to it, and the example in which it alone is uncommented."""
    lines = EXAMPLE.splitlines()
    for number, line in enumerate(lines):
        found = _COMMENTED.match(line)
        if found is None or line[found.end()] == " " or not re.match(r"[a-z_]+:", line[found.end() :]):
            continue
        inside = re.compile(rf"^{found[1]}#  ")
        end = number + 1
        while end < len(lines) and (inside.match(lines[end]) or re.match(r"^ {44}#", lines[end])):
            end += 1
        bare = [re.sub(rf"^({found[1]})#", r"\1", text) for text in lines[number:end]]
        yield f"{number + 1}: {line.split(':')[0].strip()}", "\n".join(lines[:number] + bare + lines[end:])


BLOCKS = dict(optional_blocks())
TOGETHER = {"#tls_cert": "#tls_key", "#tls_key": "#tls_cert", "#smtp": None}


def test_the_optional_keys_are_found() -> None:
    found = {name.partition(" ")[2] for name in BLOCKS}
    assert {"#undo_window", "#lmtp", "#imap", "#smtp", "#hours", "#limits", "#continue"} <= found
    assert len(BLOCKS) > 30


@pytest.mark.parametrize("name", BLOCKS)
def test_an_optional_key_is_valid_once_its_mark_is_gone(tmp_path: Path, name: str) -> None:
    text, key = BLOCKS[name], name.partition(" ")[2]
    if key == "#smtp":  # the one or the other
        text = text.replace("  maildir: ../var/outgoing", "  # the Maildir")
    if other := TOGETHER.get(key):
        text = text.replace(other, other[1:])
    (tmp_path / "maildesk.yaml").write_text(text)
    assert load(tmp_path / "maildesk.yaml").problems == ()
    assert plain(text) != plain(EXAMPLE)
    assert [e.message for e in Draft7Validator(json_schema()).iter_errors(plain(text))] == []


# --- completeness -----------------------------------------------------------------------------------------------


def sections(model: type[BaseModel] = Config) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        for inner in _models(field.annotation):
            yield from sections(inner)


@pytest.mark.parametrize("section", sorted(set(sections()), key=lambda model: model.__name__))
def test_every_key_is_documented(section: type[BaseModel]) -> None:
    for name, field in section.model_fields.items():
        assert field.description, f"{section.__name__}.{name} has no description"
        assert not field.description.endswith("."), name


def test_every_key_of_every_section_that_has_lines_of_its_own_stands_in_the_example() -> None:
    inline = {"Rate", "After", "Target", "TargetRule", "Closed"}  # shown as one value: {count: 3, per: 1h}
    words = " ".join(EXAMPLE.replace("#", " ").split())
    for section in sections():
        if section.__name__ not in inline:
            for name, field in section.model_fields.items():
                assert f"{field.alias or name}: " in words
                assert " ".join((field.description or "").split("#")[0].split()) in words


def test_defaults_are_shown_as_they_are() -> None:
    """What stands behind a # without "(default: …)" and has no example is the default itself."""
    assert Config.model_validate(plain(EXAMPLE)) == Config.model_validate(plain(_with_defaults()))


def _with_defaults() -> str:
    keys = ["follow_up_after", "auto_reply_limit", "auto_reply_desk_limit", "auto_reply_max_age", "auto_reply_echo"]
    keys += ["notice_limit", "notice_max_size", "agents_proof", "max_size", "relays", "bare_newline", "sender_limit"]
    keys += ["connections", "null_sender", "give_up_after", "role", "continue"]
    text = EXAMPLE
    for key in keys:
        assert len(re.findall(rf"^ *#{key}: ", text, re.MULTILINE)) == 1
        text = re.sub(rf"^( *)#({key}: )", r"\1\2", text, flags=re.MULTILINE)
    return text.replace("#limits:", "limits:").replace("#  think_", "  think_")


# --- the schema -------------------------------------------------------------------------------------------------


def test_the_schema_is_a_schema_of_draft_7() -> None:
    schema = json_schema()
    Draft7Validator.check_schema(schema)
    text = json.dumps(schema)
    assert "$defs" not in text
    assert "prefixItems" not in text
    assert "#/definitions/Desk" in text


def test_the_schema_takes_the_example_and_tells_mistakes() -> None:
    validator = Draft7Validator(json_schema())
    tree = plain(EXAMPLE)
    assert list(validator.iter_errors(tree)) == []
    tree["desk"]["adress"] = "x"
    tree["desk"]["undo_window"] = "soon"
    tree["targets"]["by_priority"] = {"never": {}}
    tree["agents"][0]["id"] = "Alice"
    assert {".".join(map(str, error.absolute_path)) for error in validator.iter_errors(tree)} == {
        "desk",
        "desk.undo_window",
        "targets.by_priority",
        "agents.0.id",
    }


def test_descriptions_reach_the_editor_for_keys_that_refer_to_a_section() -> None:
    """Draft 7 ignores what stands beside a $ref."""

    def bare(node: Any) -> Iterator[Any]:
        if isinstance(node, dict):
            if "$ref" in node and len(node) > 1:
                yield node
            for value in node.values():
                yield from bare(value)
        elif isinstance(node, list):
            for value in node:
                yield from bare(value)

    schema = json_schema()
    assert list(bare(schema)) == []
    assert schema["properties"]["desk"]["description"] == "who we are"


def test_defaults_stand_in_the_schema_as_people_write_them() -> None:
    definitions = json_schema()["definitions"]
    assert definitions["SmtpIn"]["properties"]["max_size"]["default"] == "25MiB"
    assert definitions["Desk"]["properties"]["auto_reply_limit"]["default"] == {"count": 3, "per": "1h"}
    assert definitions["Desk"]["properties"]["store"]["default"] == "../var/maildesk.db"
