"""The store's surroundings fail: it is locked, its disk is full, refuses to sync or to be written, its files are gone.

No 250 is given for what is not durable, nothing that was accepted is lost, and all is well again once it can be.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from maildesk.store.copies import GAP
from maildesk.store.engine import Store
from tests.trouble.rig import ADMIN, Desk, letter, read, rig, until

CHANGES = {"limits": {"think_time": "2s"}}  # less than the store may keep a worker waiting
root = pytest.mark.skipif(os.geteuid() != 0, reason="takes root, to mount a disk of its own")


@contextmanager
def disk(folder: Path, size: str) -> Iterator[Path]:
    """A small disk."""
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=False)
    if mounted.returncode:
        pytest.skip("no disk may be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(file: Path) -> None:
    """Takes what room there is."""
    with file.open("wb", buffering=0) as filler, suppress(OSError):
        while True:
            filler.write(bytes(4096))


# --- it cannot be written ----------------------------------------------------------------------------------


def test_a_locked_database_is_451_and_blames_no_mail_and_is_well_again(desk: Desk) -> None:
    worker = desk.stop_thinking()
    before = desk.send(letter("Before"))
    with closing(sqlite3.connect(desk.store, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        os.kill(worker, signal.SIGCONT)
        assert desk.refuses(letter("Meanwhile")) == 451
        assert "database is locked" in until(lambda: re.search("cannot be used.*", desk.log()), desk.log)[0]
    after = desk.send(letter("Meanwhile"))
    for id in (before, after):
        assert desk.becomes(id, "ticketed")["attempts"] == 0
    assert desk.worker() == worker  # waiting was not taken for thinking
    assert "the store is well again" in read(desk.gets(ADMIN, "It could not be written: database is locked"))


@root
def test_a_full_disk_is_452_and_what_was_accepted_is_answered_once_there_is_room(tmp_path: Path) -> None:
    with disk(tmp_path / "var", "3m"), rig(tmp_path, limits={"free_space": "0KiB"}) as desk:
        worker = desk.stop_thinking()
        accepted = desk.send(letter("Accepted", "hello", "zoe@customer.test"))
        filler = tmp_path / "var" / "filler"
        fill(filler)
        assert desk.refuses(letter("Too late", "x" * 100_000)) == 452
        os.kill(worker, signal.SIGCONT)
        until(lambda: "cannot be used" in desk.log(), desk.log)
        assert desk.refuses(letter("Too late", "x" * 100_000)) == 452
        assert desk.mail(accepted)["attempts"] == 0
        filler.unlink()
        assert desk.becomes(accepted, "ticketed")
        desk.gets("zoe@customer.test", "[#1]")
        assert desk.becomes(desk.send(letter("In time", "x" * 100_000)), "ticketed")
        desk.gets(ADMIN, "the store is well again")
        desk.adds_up()


@pytest.mark.skipif(shutil.which("strace") is None, reason="takes strace")
def test_no_250_is_given_for_what_the_disk_did_not_sync(desk: Desk) -> None:
    desk.worker()
    with failing(desk, "fsync,fdatasync", "EIO") as calls:
        assert desk.refuses(letter("Unsynced")) == 451
        assert "EIO" in calls.read_text()
    id = desk.send(letter("Synced"))
    assert desk.becomes(id, "ticketed")["subject"] == "Synced"
    desk.adds_up()


@contextmanager
def failing(desk: Desk, calls: str, error: str) -> Iterator[Path]:
    """These system calls of the daemon fail; gives the record of them."""
    assert desk.process is not None
    record = desk.folder / "calls"
    command = ["strace", "-f", "-o", str(record), "-e", f"trace={calls}", "-e", f"inject={calls}:error={error}"]
    tracer = subprocess.Popen([*command, "-p", str(desk.process.pid)], stderr=subprocess.PIPE, text=True)
    assert tracer.stderr is not None
    if "attached" not in tracer.stderr.readline():
        pytest.skip("this process may not be traced here")
    try:
        yield record
    finally:
        tracer.terminate()
        tracer.communicate()


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nobody can write into a folder, not even root."""
    if os.geteuid():
        folder.chmod(0o500)
        yield
        folder.chmod(0o700)
        return
    subprocess.run(["mount", "--bind", folder, folder], check=True)
    subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_store_that_cannot_be_written_is_told_at_the_start(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.configure()
    Store.open(desk.store).close()
    with read_only(desk.store.parent):
        status, said = desk.refuses_to_start()
    assert status in (1, 2)
    assert re.search("read-?only|not permitted|denied", said, re.IGNORECASE)
    assert "Traceback" not in said


# --- its files ---------------------------------------------------------------------------------------------


def test_a_file_that_is_no_database_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.configure()
    desk.store.parent.mkdir()
    garbage = b"this is somebody's thesis\n" * 10_000
    desk.store.write_bytes(garbage)
    status, said = desk.refuses_to_start()
    assert status in (1, 2)
    assert "not a database" in said
    assert "Traceback" not in said
    assert desk.store.read_bytes() == garbage
    assert {file.name for file in desk.store.parent.iterdir()} <= {"desk.db", "desk.db.lock"}


def test_without_the_files_beside_it_it_starts_with_what_is_in_the_others(tmp_path: Path) -> None:
    with rig(tmp_path) as desk:
        desk.becomes(desk.send(letter("First")), "ticketed")
        desk.change("PRAGMA wal_checkpoint(TRUNCATE)")  # moves everything from the log into the database
        id = desk.send(letter("Second"))
        desk.stop(signal.SIGKILL)
        desk.store.with_name("desk.db-shm").unlink()
        desk.start()  # the log is whole
        desk.becomes(id, "ticketed")
        desk.adds_up()
        desk.stop(signal.SIGKILL)
        desk.store.with_name("desk.db-wal").unlink()
        desk.start()
        assert "ends in -wal is gone" in read(desk.gets(ADMIN, "The store lacks mail that was accepted"))
        assert desk.rows("SELECT subject FROM tickets WHERE id = 1") == [{"subject": "First"}]
        assert (
            desk.becomes(desk.send(letter("Third")), "ticketed")["ticket_id"] > GAP
        )  # the second one's is not given again
        assert desk.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]


def test_a_second_daemon_on_the_same_store_is_refused_and_the_first_goes_on(desk: Desk) -> None:
    second = Desk(desk.folder, begun=9)
    status, said = second.refuses_to_start()
    assert status == 2
    assert "another maildesk serves" in said
    assert "Traceback" not in said
    assert desk.becomes(desk.send(letter("To the first")), "ticketed")
