"""Mails are read ahead while the store is being locked or synced; none is lost by it, nor overtaken."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from maildesk.edge.pulse import Pulse
from maildesk.edge.think import Thinker
from maildesk.model import RawMail
from maildesk.store import intake
from maildesk.store.engine import Store
from tests.office import SUPPORT, Office


class Desk:
    """A thinker with eyes of its own, and what it was at: each mail once when it is read, and when it is settled."""

    def __init__(self, folder: Path) -> None:
        self.office = Office(folder)
        self.file = folder / "desk.db"
        self.store, self.eyes = Store.open(self.file, lent=True, timeout=0.3), Store.read_only(self.file)
        self.at: list[int] = []
        self.thinker = Thinker(
            self.store, self.office.thinker.policy, clock=lambda: self.office.now, begin=self.begin, eyes=self.eyes
        )
        self.ids = [self.comes(number) for number in range(4)]

    def begin(self, mail: int | None) -> None:
        if mail is not None:
            self.at.append(mail)

    def comes(self, number: int) -> int:
        head = f"From: ann@customer.test\r\nTo: {SUPPORT}\r\nMessage-ID: <{number}@customer.test>\r\n"
        raw = f"{head}Subject: Mail {number}\r\n\r\nHello.\r\n"
        return intake.accept(self.office.store, [RawMail(raw.encode(), "smtp", self.office.now)])[0]

    def fails(self) -> list[int]:
        """What it was at while the store failed it."""
        with pytest.raises(sqlite3.OperationalError):
            self.thinker.mails(budget=0.0)
        return self.thinks(rounds=0)

    def thinks(self, rounds: int = 100) -> list[int]:
        """What it was at until nothing was left."""
        while rounds and self.thinker.mails(budget=0.0):
            rounds -= 1
        at, self.at = self.at, []
        return at

    def tickets(self) -> list[str]:
        return [row["subject"] for row in self.office.store.rows("SELECT subject FROM tickets ORDER BY id")]


SUBJECTS = [f"Mail {number}" for number in range(4)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    for store in (desk.office.store, desk.store, desk.eyes):
        store.close()


@contextmanager
def locked(file: Path) -> Iterator[None]:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def test_the_mails_of_a_commit_go_into_the_search_in_one_piece(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maildesk.edge.think._LONGEST", 60.0)
    assert desk.thinker.mails(budget=60.0) == len(SUBJECTS)
    assert desk.store.value("SELECT count(DISTINCT segid) FROM search_idx") == 1
    assert desk.store.value("SELECT count(*) FROM search WHERE search MATCH 'hello'") == len(SUBJECTS)


def test_mails_are_read_on_while_somebody_else_has_the_lock(desk: Desk) -> None:
    with locked(desk.file):
        assert desk.fails() == desk.ids  # there was time for one before
    assert desk.thinks() == desk.ids  # to settle them: none is read again
    assert desk.tickets() == SUBJECTS


def test_what_was_read_by_an_old_policy_is_read_again(desk: Desk) -> None:
    with locked(desk.file):
        desk.fails()
    desk.thinker.policy = replace(desk.thinker.policy)
    assert sorted(desk.thinks()) == sorted(desk.ids * 2)
    assert desk.tickets() == SUBJECTS


def test_a_store_that_cannot_be_written_changes_no_order(desk: Desk) -> None:
    desk.store.execute("PRAGMA query_only=ON")
    desk.fails()
    desk.store.execute("PRAGMA query_only=OFF")
    desk.thinks()
    assert desk.tickets() == SUBJECTS


def test_mails_are_read_on_while_the_disk_syncs(desk: Desk) -> None:
    read: list[bool] = []
    with desk.store.transaction(lambda: len(read) < 3 and not read.append(True)):
        desk.store.execute("INSERT INTO alarms (at, title) VALUES ('2026', 'x')")
    assert len(read) <= 3
    assert desk.office.store.value("SELECT count(*) FROM alarms") == 1  # committed, by another thread


def test_what_goes_wrong_meanwhile_undoes_no_commit(desk: Desk) -> None:
    def stumble() -> bool:
        raise ValueError

    def sometimes() -> None:
        with desk.store.transaction(stumble):
            desk.store.execute("INSERT INTO alarms (at, title) VALUES ('2026', 'x')")

    for _ in range(5):  # a quick disk leaves no time to stumble in
        with suppress(ValueError):
            sometimes()
    assert not desk.store.connection.in_transaction
    assert desk.office.store.value("SELECT count(*) FROM alarms") == 5


def test_the_store_is_kept_for_more_mails_while_nobody_else_wants_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("maildesk.edge.think._LOCKED", 0.0)
    wanted = iter([True, False, False, False])
    monkeypatch.setattr(desk.thinker, "_wanted", lambda: next(wanted))
    assert desk.thinker.mails(budget=10) == 1
    assert desk.thinker.mails(budget=10) == 3


def test_what_shares_a_commit_with_a_mail_that_fails_is_done_once(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """It fails with its ticket half made: of that nothing is kept, nor of what was done before it in that commit."""
    poison = "BEFORE INSERT ON messages WHEN new.subject = 'Mail 2' BEGIN SELECT RAISE(ABORT, 'poison'); END"
    desk.office.store.execute(f"CREATE TRIGGER poison {poison}")
    with caplog.at_level(logging.INFO, "maildesk"):
        while desk.thinker.mails(budget=10):
            pass
    good = [desk.ids[number] for number in (0, 1, 3)]
    assert desk.tickets() == ["Mail 0", "Mail 1", "Mail 3"]
    assert [vars(record)["mail"] for record in caplog.records if record.message == "thought"] == good
    assert desk.office.store.value("SELECT count(*) FROM outbox WHERE kind LIKE 'auto_reply%'") == 3
    row = desk.office.store.row("SELECT * FROM inbox WHERE state = 'received'")
    assert row is not None
    assert (row["id"], row["attempts"]) == (desk.ids[2], 1)
    assert "poison" in row["trouble"]


def test_whoever_waits_for_the_lock_is_heard_on_the_page_that_both_share(desk: Desk) -> None:
    daemons = Pulse()
    workers = Pulse(os.dup(daemons.descriptor))
    desk.store.blocked = daemons.want
    assert not workers.wanted()
    with locked(desk.file), pytest.raises(sqlite3.OperationalError), desk.store.transaction():
        pass
    assert workers.wanted()
    assert not workers.wanted()
    workers.beat(7)
    last = daemons.last()
    assert last.mail == 7
    workers.close()
    daemons.close()
