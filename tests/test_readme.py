"""The README's tables are generated; `python -m tests.test_readme` writes them anew."""

from __future__ import annotations

import re
from pathlib import Path

from maildesk.desk.commands import table
from maildesk.desk.figures import definitions
from maildesk.mail import variables

README = Path(__file__).parent.parent / "README.md"
TABLES = {
    "commands": table.markdown,
    "variables": variables.markdown_table,
    "figures": definitions.markdown,
    "rules": lambda: definitions.RULES,
}


def generated(text: str) -> str:
    for name, make in TABLES.items():
        block = rf"(<!-- {name}: [^\n]*-->\n).*?(<!-- /{name} -->)"
        text = re.sub(block, lambda m, make=make: m[1] + make().strip() + "\n" + m[2], text, flags=re.DOTALL)
    return text


def test_the_tables_say_what_the_code_says() -> None:
    text = README.read_text(encoding="utf-8")
    assert generated(text) == text, "run python -m tests.test_readme"


def test_the_readme_begins_with_the_two_commands() -> None:
    commands = re.findall(r"```sh\n(.*?)\n```", README.read_text(encoding="utf-8"), re.DOTALL)[:2]
    assert commands[0].endswith("maildesk demo")
    assert commands[1] == "bash tests/run"
    assert all("\n" not in command for command in commands)


if __name__ == "__main__":
    README.write_text(generated(README.read_text(encoding="utf-8")), encoding="utf-8")
