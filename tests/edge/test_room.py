"""Below the floor no mail comes in, by whatever way."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from maildesk.edge.counts import Counts
from maildesk.edge.doors import MailboxLedger
from maildesk.edge.imap_account import Uid
from maildesk.edge.room import Room
from maildesk.edge.writer import Writer
from maildesk.model import RawMail
from maildesk.store.pulse import pulse


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    writer = Writer(tmp_path / "desk.db")
    writer.start()
    yield writer
    writer.stop()


def test_mail_in_a_mailbox_stays_there_without_room_and_is_taken_once_there_is(tmp_path: Path, writer: Writer) -> None:
    floor = [10**18]
    ledger = MailboxLedger(writer, lambda: None, Room(tmp_path / "desk.db", lambda: floor[0]), Counts())
    mail = RawMail(b"Subject: x\r\n\r\n", "imap:x", datetime.now(UTC), None, ("c@d.test",), relay=True)
    mails = [(Uid("x", "INBOX", 1, 1), mail)]
    with pytest.raises(OSError, match="would be free") as raised:
        ledger.accept(mails)
    assert raised.value.errno == errno.ENOSPC
    assert writer.call(pulse).result().mails == 0
    floor[0] = 0
    ledger.accept(mails)
    assert writer.call(pulse).result().mails == 1


def test_a_folder_that_is_yet_to_be_made_has_the_room_of_the_one_above(tmp_path: Path) -> None:
    assert Room(tmp_path / "new" / "desk.db", lambda: 1).holds(0)


def test_the_floor_counts_what_is_to_come(tmp_path: Path) -> None:
    room = Room(tmp_path / "desk.db", lambda: 1)
    assert room.holds(room.free() - 1)
    assert not room.holds(room.free())
