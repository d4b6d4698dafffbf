"""Configuration and templates are read once, and an edit that comes meanwhile is not missed."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from maildesk.edge import policies
from maildesk.edge.policies import Briefing
from maildesk.model import Purpose

CONFIG = {
    "desk": {
        "name": "Acme",
        "address": "support@acme.test",
        "store": "desk.db",
        "admins": ["ops@acme.test"],
        "templates": "templates",
    },
    "receive": {"smtp": {"listen": "127.0.0.1:0"}},
    "send": {"smtp": {"host": "localhost", "tls": "none"}},
    "agents": [{"id": "alice", "name": "Alice", "email": "alice@acme.test"}],
}


def written(folder: Path) -> Path:
    (folder / "templates" / "en" / "canned").mkdir(parents=True)
    config = folder / "maildesk.yaml"
    config.write_text(json.dumps(CONFIG))
    return config


def test_an_edit_that_comes_while_the_files_are_read_is_noticed_afterwards(tmp_path: Path) -> None:
    config, slow = written(tmp_path), tmp_path / "templates" / "en" / "canned" / "slow.yaml"
    os.mkfifo(slow)
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(policies.read, config)
        with slow.open("wb") as pipe:  # opens once it is read: the configuration was read before
            config.write_text(json.dumps(CONFIG, indent=1))
            pipe.write(b"text: x\n")
        read = reading.result()
    assert read.good is not None, read.problems
    now = policies.stamp(config, read.good.policy.config)
    assert str(config) in {path for path, *_ in set(now) - set(read.good.stamp)}


def test_what_was_read_is_what_another_process_is_handed_whatever_the_files_say_by_now(tmp_path: Path) -> None:
    config, template = written(tmp_path), tmp_path / "templates" / "en" / "canned" / "thanks.yaml"
    template.write_text("text: Thank you.\n")
    good = policies.read(config).good
    assert good is not None
    template.write_text("text: '{{ nonsense }}'\n")
    handed = Briefing(tmp_path / "desk.db", good.policy.config, good.sources).packed()
    templates = Briefing.unpacked(handed).policy().templates
    assert templates.canned("en") == good.policy.templates.canned("en")
    assert "thanks" in templates.canned("en")
    assert ("en", Purpose.NOTICE) in templates.mails
