"""A small configuration to spoil in tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from maildesk.config import Loaded, load

SMALL = """\
desk:
  name: Acme Support
  address: support@acme.example
  admins: [ops@acme.example]
receive:
  smtp: {listen: "127.0.0.1:0"}
send:
  maildir: outgoing
agents:
  - {id: alice, name: Alice Rossi, email: alice@acme.example}
"""


@pytest.fixture
def small() -> str:
    return SMALL


@pytest.fixture
def loads(tmp_path: Path) -> Callable[[str], Loaded]:
    """Loads a text as maildesk.yaml, in a folder of its own."""

    def read(text: str) -> Loaded:
        (tmp_path / "maildesk.yaml").write_text(text, encoding="utf-8")
        return load(tmp_path / "maildesk.yaml")

    return read
