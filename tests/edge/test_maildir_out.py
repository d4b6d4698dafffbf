"""The way out for trials: files in a Maildir, as a mail reader finds them."""

from __future__ import annotations

import asyncio
import errno
import itertools
import mailbox
import os
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from maildesk.edge.maildir_out import MaildirTransport
from maildesk.edge.transport import Deferred, Outgoing, Refused, Sent

MAIL = Outgoing(
    id=1,
    envelope_from="support+b1@acme.example",
    envelope_to="carla@customer.example",
    raw=b"From: desk@acme.example\r\nSubject: Hello\r\n\r\n.\r\nHello.\r\n",
    attempts=0,
    created_at=datetime(2026, 11, 22, tzinfo=UTC),
    message_id="<1@acme.example>",
)


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


async def test_a_mail_stands_in_new_with_its_envelope_above_its_very_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "outgoing"
    assert isinstance(await MaildirTransport(folder).send(MAIL), Sent)
    (file,) = files(folder)
    assert file.parent == folder / "new"
    assert file.read_bytes() == (
        b"Return-Path: <support+b1@acme.example>\r\nDelivered-To: carla@customer.example\r\n" + MAIL.raw
    )
    assert file.stat().st_mode & 0o077 == 0


async def test_the_folder_is_a_maildir_that_others_can_read(tmp_path: Path) -> None:
    transport = MaildirTransport(tmp_path / "outgoing")
    await transport.send(replace(MAIL, envelope_from=""))
    await transport.close()
    (message,) = mailbox.Maildir(tmp_path / "outgoing", create=False)
    assert message["Return-Path"] == "<>"
    assert message["Subject"] == "Hello"


async def test_mails_at_the_same_moment_have_files_of_their_own(tmp_path: Path) -> None:
    first, second = MaildirTransport(tmp_path / "out"), MaildirTransport(tmp_path / "out")
    sends = [transport.send(MAIL) for _ in range(25) for transport in (first, second)]
    outcomes = await asyncio.gather(*sends)
    assert len(files(tmp_path / "out" / "new")) == len(set(outcomes)) == 50


async def test_the_disk_is_at_all_mails_that_go_together_before_one_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other, each waits for the disk, and for the journal, by itself."""
    transport = MaildirTransport(tmp_path / "out")
    await transport.send(MAIL)  # which makes the folders
    seen: list[str] = []
    begin, sync = os.posix_fadvise, os.fsync

    def begun(descriptor: int, *rest: int) -> None:
        assert os.fstat(descriptor).st_size  # it is written by then
        seen.append("begun")
        begin(descriptor, *rest)

    def synced(descriptor: int) -> None:
        seen.append("synced" if stat.S_ISREG(os.fstat(descriptor).st_mode) else "folder")
        sync(descriptor)

    monkeypatch.setattr(os, "posix_fadvise", begun)
    monkeypatch.setattr(os, "fsync", synced)
    outcomes = await asyncio.gather(*(transport.send(MAIL) for _ in range(4)))
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert seen == ["begun"] * 4 + ["synced"] * 4 + ["folder"]


async def test_a_mail_that_cannot_be_synced_is_put_off_with_those_beside_it_and_none_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport = MaildirTransport(tmp_path / "out")
    await transport.send(MAIL)
    before, sync = files(tmp_path), os.fsync
    calls = itertools.count()

    def fails_once(descriptor: int) -> None:
        if next(calls) == 1:
            raise OSError(errno.EIO, "Input/output error")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fails_once)
    outcomes = await asyncio.gather(*(transport.send(MAIL) for _ in range(3)))
    assert all(isinstance(outcome, Deferred) and outcome.connection for outcome in outcomes)
    assert files(tmp_path) == before


async def test_letters_beyond_ascii_in_the_envelope_are_written_as_utf_8(tmp_path: Path) -> None:
    await MaildirTransport(tmp_path / "out").send(replace(MAIL, envelope_to="käthe@kunde.example"))
    (file,) = files(tmp_path / "out")
    assert "Delivered-To: käthe@kunde.example\r\n".encode() in file.read_bytes()


@pytest.mark.parametrize("address", ["a@x.example\r\nBcc: evil@x.example", "a\udc80@x.example", "a\0@x"])
async def test_an_envelope_that_would_add_header_lines_is_refused(tmp_path: Path, address: str) -> None:
    transport = MaildirTransport(tmp_path / "out")
    for mail in (replace(MAIL, envelope_to=address), replace(MAIL, envelope_from=address)):
        outcome = await transport.send(mail)
        assert isinstance(outcome, Refused)
        assert not outcome.reached
    assert files(tmp_path) == []


async def test_a_folder_that_cannot_be_is_a_lost_connection_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    outcome = await MaildirTransport(tmp_path / "file" / "out").send(MAIL)
    assert isinstance(outcome, Deferred)
    assert outcome.connection


async def test_a_full_disk_is_a_lost_connection_and_leaves_no_half_mail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = os.open

    def full(path: str | Path, flags: int, mode: int = 0o777) -> int:
        descriptor = opened(path, flags, mode)
        if not flags & os.O_CREAT:
            return descriptor
        os.close(descriptor)
        return opened("/dev/full", os.O_WRONLY)

    monkeypatch.setattr(os, "open", full)
    outcome = await MaildirTransport(tmp_path / "out").send(MAIL)
    assert isinstance(outcome, Deferred)
    assert outcome.connection
    assert "No space left" in outcome.error
    assert files(tmp_path) == []


async def test_its_name_says_where_the_mail_goes(tmp_path: Path) -> None:
    assert MaildirTransport(tmp_path).name == f"maildir:{tmp_path}"
