"""`maildesk pipe`: durable and 0, or 75; there is no third."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from maildesk.cli import subcommand
from tests.cli.desk import ANN, SUPPORT, Desk, letter


def received(desk: Desk) -> list[dict[str, object]]:
    with desk.opened() as store:
        rows = store.rows("SELECT inbox.*, raw.bytes FROM inbox JOIN raw ON raw.id = raw_id ORDER BY inbox.id")
        return [dict(row) for row in rows]


def test_a_mail_is_durable_when_pipe_ends_with_0(desk: Desk) -> None:
    run = desk.run("pipe", "--from", ANN, "--to", SUPPORT, stdin=letter("Hello"))
    assert (run.status, run.out, run.err) == (0, "", "")
    (row,) = received(desk)
    assert (row["source"], row["state"], row["relay"]) == ("pipe", "received", 1)
    assert (row["envelope_from"], row["envelope_to"]) == (ANN, SUPPORT)
    assert row["bytes"] == letter("Hello").replace(b"\n", b"\r\n")


def test_the_envelope_comes_from_postfix_when_nobody_says_it(desk: Desk) -> None:
    postfix = {"SENDER": ANN, "RECIPIENT": SUPPORT, "ORIGINAL_RECIPIENT": SUPPORT, "EXTENSION": "tabc"}
    assert desk.run("pipe", stdin=letter("Hello"), **postfix).status == 0
    (row,) = received(desk)
    assert (row["envelope_from"], row["envelope_to"]) == (ANN, f"{SUPPORT} support+tabc@acme.test")


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (["-c", "nowhere.yaml", "pipe"], letter("x")),
        (["--no-such-option", "pipe"], letter("x")),
        (["-c", "config/maildesk.yaml", "pipe", "--no-such-option"], letter("x")),
        (["-c", "config/maildesk.yaml", "pipe", "too", "much"], letter("x")),
        (["-c", "config/maildesk.yaml", "pipe"], b""),
        (["-c", "config/maildesk.yaml", "pipe"], b"\n\n"),
        (["-c", "config/maildesk.yaml", "pipe"], letter("x", "y" * 70_000)),
        (["-c", "pipe", "pipe"], letter("x")),
    ],
)
def test_whatever_is_wrong_the_mta_keeps_the_mail(desk: Desk, arguments: list[str], stdin: bytes) -> None:
    run = desk.bare(*arguments, stdin=stdin)
    assert run.status == 75
    assert run.out == ""
    assert run.err
    assert "Traceback" not in run.err
    assert received(desk) == []


def test_a_bad_configuration_is_75(desk: Desk) -> None:
    desk.config.write_text("desk: {nmae: Acme}\n")
    assert desk.run("pipe", stdin=letter("x")).status == 75


def test_a_store_that_cannot_be_written_is_75(desk: Desk) -> None:
    desk.store.parent.mkdir()
    desk.store.write_bytes(b"this is no database, " * 100)
    run = desk.run("pipe", stdin=letter("x"))
    assert run.status == 75
    assert "Traceback" not in run.err


def test_a_store_that_somebody_else_holds_is_75(desk: Desk) -> None:
    with desk.opened() as store, store.transaction():
        assert desk.run("pipe", stdin=letter("x")).status == 75
    assert received(desk) == []


def test_an_installation_that_is_broken_is_75(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise ImportError('half installed')\n")
    run = desk.bare("pipe", stdin=letter("x"), PYTHONPATH=f"{tmp_path}:{desk.environment()['PYTHONPATH']}")
    assert run.status == 75
    assert "half installed" in run.err


def test_closed_outputs_change_nothing(desk: Desk) -> None:
    command = f"{sys.executable} -m maildesk -c {desk.config} pipe >&- 2>&-"
    taken = subprocess.run(["/bin/sh", "-c", command], input=letter("x"), env=desk.environment(), cwd=desk.folder)
    assert taken.returncode == 0
    refused = subprocess.run(["/bin/sh", "-c", command], input=b"", env=desk.environment(), cwd=desk.folder)
    assert refused.returncode == 75
    assert len(received(desk)) == 1


def test_pipe_killed_by_sigterm_before_the_mail_ends_is_75(desk: Desk) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "maildesk", "-c", str(desk.config), "pipe"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=desk.environment(),
        cwd=desk.folder,
    )
    assert process.stdin is not None
    process.stdin.write(b"Subject: half of\n")
    process.stdin.flush()
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(3)  # it waits for the rest
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode == 75
    assert received(desk) == []


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["pipe"], "pipe"),
        (["-c", "pipe", "tickets"], "tickets"),
        (["--config", "x", "pipe"], "pipe"),
        (["--config=pipe", "show"], "show"),
        (["-cpipe", "show"], "show"),
        (["-c"], ""),
        ([], ""),
    ],
)
def test_the_subcommand_is_found_behind_the_options(arguments: list[str], word: str) -> None:
    assert subcommand(arguments) == word
