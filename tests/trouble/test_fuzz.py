"""The fuzzer, for a few seconds: nothing falls. Who has time runs ``python -m tests.trouble.fuzz`` for longer."""

from __future__ import annotations

from pathlib import Path

from tests.trouble.fuzz import call, run


def test_mangled_mail_makes_nothing_fall(tmp_path: Path) -> None:
    fuzz = run(tmp_path, seconds=3, seed=5)
    assert list(fuzz.found) == []
    assert fuzz.count > 20


def test_mangled_dialogues_make_nothing_fall_and_smuggle_nothing(tmp_path: Path) -> None:
    dialogues = call(tmp_path, seconds=2, seed=5)
    assert list(dialogues.found) == []
    assert len(dialogues.kept) > 5
