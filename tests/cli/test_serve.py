"""`maildesk serve` as systemd sees it, and the commands that work beside it."""

from __future__ import annotations

import json
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.desk import ANN, SUPPORT, Desk, letter


class Served:
    def __init__(self, desk: Desk) -> None:
        self.log = (desk.folder / "log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "maildesk", "-c", str(desk.config), "serve"],
            stdout=subprocess.PIPE,
            stderr=self.log,
            env=desk.environment(),
            cwd=desk.folder,
            text=True,
        )
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline()

    @property
    def port(self) -> int:
        return int(self.said.rpartition(":")[2])

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=20)
        self.log.close()
        return self.process.returncode


@pytest.fixture
def served(desk: Desk) -> Iterator[Served]:
    daemon = Served(desk)
    yield daemon
    if daemon.process.returncode is None:
        daemon.end()


def ticketed(desk: Desk, count: int) -> dict[str, int]:
    for _ in range(40):
        counts: dict[str, int] = desk.run("ledger", "--json").json["counts"]
        if counts["ticketed"] >= count:
            break
        time.sleep(0.2)
    return counts


def test_the_port_that_it_took_is_printed_and_sigterm_ends_it_with_0(served: Served) -> None:
    assert served.said.startswith("listening smtp 127.0.0.1:")
    with smtplib.SMTP("127.0.0.1", served.port, timeout=10) as session:
        assert session.noop()[0] == 250
    assert served.end() == 0


def test_other_commands_work_while_it_runs(desk: Desk, served: Served, tmp_path: Path) -> None:
    with smtplib.SMTP("127.0.0.1", served.port, timeout=10) as session:
        session.sendmail(ANN, [SUPPORT], letter("By SMTP").replace(b"\n", b"\r\n"))
    assert desk.run("pipe", "--from", ANN, "--to", SUPPORT, stdin=letter("By pipe")).status == 0
    assert ticketed(desk, 2)["total"] == 2
    assert len(desk.run("tickets", "--json").json) == 2
    assert desk.run("do", "1", "#close").status == 0
    assert desk.run("backup", str(tmp_path / "copy.db")).status == 0
    (tmp_path / "old.eml").write_bytes(letter("An old one"))
    assert desk.run("import", str(tmp_path / "old.eml")).status == 0
    assert desk.run("ledger", "--json").json["counts"]["ticketed"] == 3


def test_a_second_daemon_on_the_same_store_is_refused(desk: Desk, served: Served) -> None:
    second = desk.run("serve")
    assert second.status == 2
    assert "another maildesk serves" in second.err
    assert second.out == ""
    assert served.end() == 0


def test_a_port_that_is_taken_is_told(desk: Desk, served: Served, tmp_path: Path) -> None:
    other = Desk(tmp_path / "other")
    other.folder.mkdir()
    other.configure(receive={"smtp": {"listen": f"127.0.0.1:{served.port}"}})
    run = other.run("serve")
    assert run.status == 1
    assert "in use" in run.err
    assert "Traceback" not in run.err


def test_a_bad_configuration_is_status_2_with_each_error_in_its_line(desk: Desk) -> None:
    desk.config.write_text(json.dumps({"desk": {"name": "Acme"}}))
    run = desk.run("serve")
    assert (run.status, run.out) == (2, "")
    assert all(line.startswith(f"{desk.config}:1:") for line in run.err.splitlines())


def test_the_store_of_a_newer_maildesk_is_refused_by_all_and_the_mail_of_a_pipe_is_kept_by_its_mta(desk: Desk) -> None:
    with desk.opened() as store:
        store.execute("UPDATE _sqlite_migrations SET name = 'first of another time' WHERE name = 'first'")
    for command, status in (("serve", 1), ("tickets", 1), ("pipe", 75)):
        run = desk.run(command, stdin=letter("Hello"))
        assert run.status == status, run.err
        assert "is the store of a newer maildesk (schema 2: first of another time): use that one" in run.err
        assert "Traceback" not in run.err
    copy = desk.folder / "copy.db"
    assert desk.run("backup", str(copy)).status == 0  # of whatever version
    assert copy.stat().st_size
