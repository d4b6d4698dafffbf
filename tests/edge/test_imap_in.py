"""An IMAP mailbox becomes the desk's: what is taken, what is left, and what becomes of it, on a true Dovecot."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest

from maildesk.edge.imap_in import Delete, Flag, Move, Pace
from tests.edge.dovecot import Dovecot, installed, running
from tests.edge.imap_desk import MemoryLedger, account_of, mail, until, watching

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(not installed(), reason="needs Dovecot, openssl and root"),
]


# --- what is taken ---------------------------------------------------------------------------------------


def test_what_was_there_before_is_left_alone_and_the_admins_are_told_how_much(dovecot: Dovecot, user: str) -> None:
    dovecot.fill(user, [mail("old one"), mail("old two")])
    with watching(account_of(dovecot, user)) as desk:
        until(lambda: desk.told.words)
        dovecot.save(user, mail("new"))
        until(lambda: desk.ledger.subjects() == ["new"])
        assert desk.told.words == [("note", "INBOX: mails that were there before, and are left alone: 2")]


def test_backlog_becomes_tickets_where_it_shall(dovecot: Dovecot, user: str) -> None:
    dovecot.fill(user, [mail("old one"), mail("old two")])
    with watching(account_of(dovecot, user, backlog="tickets")) as desk:
        until(lambda: sorted(desk.ledger.subjects()) == ["old one", "old two"])
        assert desk.told.words == []


def test_an_empty_mailbox_is_no_news_and_its_first_mail_is_taken(dovecot: Dovecot, user: str) -> None:
    with watching(account_of(dovecot, user)) as desk:
        until(lambda: desk.ledger.states)
        dovecot.save(user, mail("first"))
        until(lambda: desk.ledger.subjects() == ["first"])
        assert desk.told.words == []


def test_a_mail_arrives_by_idle_within_a_second_and_a_half_as_its_bytes_are(dovecot: Dovecot, user: str) -> None:
    raw = mail("now", head="Return-Path: <carla@customer.test>\r\nDelivered-To: help@imap.test\r\n")
    with watching(account_of(dovecot, user, poll=600.0)) as desk:
        until(lambda: desk.ledger.states)
        for n in range(1, 4):
            dovecot.save(user, raw)
            assert until(partial(desk.has, n)) < 1.5
        taken = next(iter(desk.ledger.mails.values()))
        assert taken.raw == raw
        assert taken.source == f"imap:{user}@127.0.0.1"
        assert (taken.envelope_from, taken.envelope_to) == ("carla@customer.test", ("help@imap.test",))
        assert taken.relay
        assert taken.internal_date is not None
        assert abs((taken.received_at - taken.internal_date).total_seconds()) < 5


def test_it_is_taken_though_another_client_has_read_it_and_stays_unread_by_us(dovecot: Dovecot, user: str) -> None:
    account = account_of(dovecot, user, after=Flag("Desk"))
    with watching(account) as desk:
        until(lambda: desk.ledger.states)
    dovecot.fill(user, [mail("read elsewhere"), mail("unread")])
    dovecot.doveadm("flags", "add", "-u", user, "\\Seen", "mailbox", "INBOX", "subject", "read elsewhere")
    with watching(account, desk.ledger):
        until(lambda: sorted(desk.ledger.subjects()) == ["read elsewhere", "unread"] and desk.settled())
    assert dovecot.count(user, "INBOX", "unseen") == 1


def test_five_hundred_mails_are_taken_in_batches(dovecot: Dovecot, user: str) -> None:
    dovecot.fill(user, [mail(f"n{n}") for n in range(499)] + [mail("large", "x" * 5_000)] * 3)
    account = account_of(dovecot, user, backlog="tickets", after=Flag("\\Seen"))
    account = replace(account, pace=replace(account.pace, batch_octets=8_000))
    with watching(account) as desk:
        until(lambda: len(desk.ledger.mails) == 502 and desk.settled(), 20)
        assert max(desk.ledger.batches) == 50
        assert sum(desk.ledger.batches) == 502
        assert 1 in desk.ledger.batches  # two of the large ones are too much together
    assert dovecot.count(user, "INBOX", "unseen") == 0


# --- what stays ------------------------------------------------------------------------------------------


def test_a_mail_that_is_too_large_stays_and_the_admins_are_told_once(dovecot: Dovecot, user: str) -> None:
    account = account_of(dovecot, user, max_size=2_000, poll=0.2, after=Delete())
    with watching(account) as desk:
        until(lambda: desk.ledger.states)
        dovecot.save(user, mail("huge", "x" * 3_000))
        until(lambda: desk.told.words)
        dovecot.save(user, mail("small"))
        until(lambda: desk.ledger.subjects() == ["small"] and desk.settled())
    with watching(account, desk.ledger) as again:
        dovecot.save(user, mail("later"))
        until(lambda: "later" in again.ledger.subjects() and again.settled())
        assert again.told.words == []
    assert desk.told.kinds == ["note"]
    assert "too large to take (over 0.0 MiB), left where they are: UID 1 (0.0 MiB of 20" in desk.told.words[0][1]
    assert dovecot.count(user, "INBOX", "subject", "huge") == dovecot.count(user) == 1


# --- what becomes of it ----------------------------------------------------------------------------------


def test_a_mail_is_moved_to_a_folder_that_is_made_for_it(dovecot: Dovecot, user: str) -> None:
    with watching(account_of(dovecot, user, after=Move("Desk/Erledigt für heute"))) as desk:
        until(lambda: desk.ledger.states)
        dovecot.save(user, mail("done"))
        until(lambda: desk.ledger.mails and desk.settled())
    assert dovecot.count(user) == 0
    assert dovecot.count(user, "Desk/Erledigt für heute") == 1


@pytest.mark.parametrize(("flag", "query"), [("\\Seen", ["seen"]), ("Desk", ["keyword", "Desk"])])
def test_a_mail_is_flagged(dovecot: Dovecot, user: str, flag: str, query: list[str]) -> None:
    with watching(account_of(dovecot, user, after=Flag(flag))) as desk:
        until(lambda: desk.ledger.states)
        dovecot.save(user, mail("done"))
        until(lambda: desk.ledger.mails and desk.settled())
        assert desk.told.words == []
    assert dovecot.count(user, "INBOX", *query) == 1


def test_a_mail_is_deleted_and_what_people_marked_themselves_is_not(dovecot: Dovecot, user: str) -> None:
    dovecot.save(user, mail("somebody's own"))
    dovecot.doveadm("flags", "add", "-u", user, "\\Deleted", "mailbox", "INBOX", "all")
    with watching(account_of(dovecot, user, after=Delete())) as desk:
        until(lambda: desk.ledger.states)
        dovecot.save(user, mail("done"))
        until(lambda: desk.ledger.mails and desk.settled())
    assert dovecot.count(user) == dovecot.count(user, "INBOX", "deleted") == 1


@pytest.fixture(scope="module")
def old() -> Iterator[Dovecot]:
    """A server of long ago: no IDLE, MOVE, or UIDPLUS."""
    with running("imap_capability = IMAP4rev1 SASL-IR LITERAL+ ID ENABLE NAMESPACE UNSELECT") as server:
        yield server


def test_an_old_server_is_polled_and_its_mail_moved_by_copying(old: Dovecot) -> None:
    old.add_user("one@imap.test")
    with watching(account_of(old, "one@imap.test", poll=0.3, after=Move("Processed"))) as desk:
        until(lambda: desk.ledger.states)
        old.save("one@imap.test", mail("in time"))
        until(lambda: desk.ledger.subjects() == ["in time"] and desk.settled())
    assert (old.count("one@imap.test"), old.count("one@imap.test", "Processed")) == (0, 1)


def test_an_old_server_is_not_asked_to_expunge_what_others_marked(old: Dovecot) -> None:
    old.add_user("two@imap.test")
    old.save("two@imap.test", mail("somebody's own"))
    old.doveadm("flags", "add", "-u", "two@imap.test", "\\Deleted", "mailbox", "INBOX", "all")
    with watching(account_of(old, "two@imap.test", poll=0.3, after=Delete())) as desk:
        until(lambda: desk.ledger.states)
        old.save("two@imap.test", mail("done"))
        until(lambda: desk.ledger.mails and desk.settled())
    assert old.count("two@imap.test", "INBOX", "deleted") == 2


# --- crashes, and servers that begin anew ----------------------------------------------------------------


def test_a_crash_between_accepting_and_moving_is_made_good_at_the_next_start(dovecot: Dovecot, user: str) -> None:
    account = account_of(dovecot, user, after=Move("Processed"))
    ledger = MemoryLedger()
    with watching(replace(account, pace=Pace(first_retry=30.0)), ledger):
        until(lambda: ledger.states)
        ledger.interruption = RuntimeError("a power failure, the moment after")
        dovecot.fill(user, [mail("one"), mail("two")])
        until(lambda: len(ledger.open) == 2)
    assert dovecot.count(user) == 2
    # What another client takes away meanwhile must not stand in the way of the rest.
    dovecot.doveadm("expunge", "-u", user, "mailbox", "INBOX", "subject", "one")
    ledger.interruption = None
    with watching(account, ledger) as desk:
        until(desk.settled)
    assert sorted(ledger.subjects()) == ["one", "two"]
    assert (dovecot.count(user), dovecot.count(user, "Processed")) == (0, 1)


def test_a_full_disk_touches_nothing_and_all_is_taken_once_there_is_room(dovecot: Dovecot, user: str) -> None:
    ledger = MemoryLedger()
    with watching(account_of(dovecot, user, after=Delete()), ledger) as desk:
        until(lambda: ledger.states)
        ledger.trouble = OSError(28, "No space left on device")
        dovecot.save(user, mail("patient"))
        until(lambda: "lost" in desk.told.kinds)
        assert dovecot.count(user) == 1
        ledger.trouble = None
        until(lambda: ledger.subjects() == ["patient"] and desk.settled())
        until(lambda: desk.told.kinds == ["lost", "well"])
        assert "No space left on device" in desk.told.words[0][1]
    assert dovecot.count(user) == 0


def test_when_the_server_numbers_anew_all_since_the_first_sight_is_read_again(dovecot: Dovecot, user: str) -> None:
    dovecot.fill(user, [mail("old")], at=time.time() - 2 * 86_400)
    dovecot.fill(user, [mail("of the same day")], at=time.time() - 300)
    with watching(account_of(dovecot, user)) as desk:
        until(lambda: desk.ledger.states)
        dovecot.save(user, mail("before"))
        until(lambda: desk.ledger.mails)
    dovecot.renumber(user)
    dovecot.save(user, mail("meanwhile"))
    with watching(account_of(dovecot, user), desk.ledger) as again:
        until(lambda: len(again.ledger.mails) == 3)
        dovecot.save(user, mail("after"))
        until(lambda: len(again.ledger.mails) == 4)
        assert sorted(again.ledger.subjects()) == ["after", "before", "before", "meanwhile"]
        assert len(desk.told.words) == len(again.told.words) == 1
        assert "numbered its mails anew" in again.told.words[0][1]
