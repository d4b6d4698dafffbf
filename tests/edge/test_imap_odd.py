"""An IMAP mailbox on servers with the faults of real ones; each fault names its server in the code it tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from maildesk.edge import imap_folder, imap_session
from maildesk.edge.imap_in import Account, Delete, Flag, Uid
from tests.edge.imap_desk import PACE, MemoryLedger, mail, until, watching
from tests.edge.odd_imap import FLOOD, OddImap, odd_imap


@pytest.fixture
def server() -> Iterator[OddImap]:
    with odd_imap() as odd:
        yield odd


def account(server: OddImap, **changes: Any) -> Account:
    settings: dict[str, Any] = {"backlog": "tickets", "poll": 600.0, "pace": PACE} | changes
    return Account("127.0.0.1", server.port, "none", "désk", lambda: "pässword", **settings)


@pytest.mark.parametrize("fault", ["exists_before_plus", "exists_with_plus"])
def test_a_mail_announced_around_the_very_start_of_idle_is_heard(server: OddImap, fault: str) -> None:
    server.faults = {fault}
    with watching(account(server)) as desk:
        assert until(lambda: desk.ledger.subjects() == ["untimely"]) < 3
        assert desk.told.words == []
    assert server.count("AUTHENTICATE") == 1


def test_nothing_is_taken_twice_though_every_open_range_names_the_last_mail(server: OddImap) -> None:
    server.mails = {1: mail("one")}
    with watching(account(server, poll=0.1)) as desk:
        until(lambda: server.count("UID SEARCH UID 2:*") > 2)
        assert desk.ledger.batches == [1]
    assert server.count("UID FETCH") == 2


def test_a_folder_of_any_size_is_taken_a_window_of_uids_at_a_time(
    server: OddImap, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in (imap_folder, imap_session):
        monkeypatch.setattr(room, "WINDOW", 2)  # as if five were 200,000
    server.mails = {uid: mail(f"n{uid}") for uid in range(1, 6)}
    with watching(account(server)) as desk:
        until(lambda: desk.ledger.subjects() == ["n1", "n2", "n3", "n4", "n5"])
        assert desk.ledger.batches == [2, 2, 1]


def test_a_mail_that_vanishes_between_search_and_fetch_is_passed_over(server: OddImap) -> None:
    server.mails = {1: mail("one"), 2: mail("gone"), 3: mail("three")}
    server.faults, server.uids = {"vanishing"}, {2}
    with watching(account(server)) as desk:
        until(lambda: desk.ledger.subjects() == ["one", "three"])
    assert server.count("AUTHENTICATE") == 1


def test_what_was_accepted_and_then_taken_away_by_others_is_settled_with_the_rest(server: OddImap) -> None:
    server.mails = {2: mail("two")}
    server.faults = {"strict"}
    here = account(server, after=Flag("\\Seen"))
    ledger = MemoryLedger(open={Uid(here.name, "INBOX", 7, uid) for uid in (1, 2)})
    with watching(here, ledger) as desk:
        until(desk.settled)
        assert desk.told.words == []
    assert "UID STORE 2 +FLAGS.SILENT (\\Seen)" in server.said


@pytest.mark.parametrize("fault", ["refused", "hidden", "nil"])
def test_a_mail_that_the_server_cannot_hand_out_is_passed_over_in_the_end_and_told(server: OddImap, fault: str) -> None:
    server.mails = {1: mail("one"), 2: mail("broken"), 3: mail("three")}
    server.faults, server.uids = {fault}, {2}
    with watching(account(server, after=Delete())) as desk:
        until(lambda: desk.ledger.subjects() == ["one", "three"])
        until(desk.settled)
        notes = [text for kind, text in desk.told.words if kind == "note"]
        assert len(notes) == 1
        assert "the mail with UID 2 stays where it is" in notes[0]
        server.deliver(mail("four"))
        desk.mailbox.stop()
    assert "UID STORE 1,3 +FLAGS.SILENT (\\Deleted)" in server.said


def test_a_mail_that_cannot_be_had_just_now_is_taken_a_little_later(server: OddImap) -> None:
    server.mails = {1: mail("one"), 2: mail("shy")}
    server.faults, server.uids = {"nil"}, {2}
    with watching(account(server)) as desk:
        until(lambda: any("BODY" in said for said in server.said))
        server.faults = set()
        until(lambda: sorted(desk.ledger.subjects()) == ["one", "shy"])
        assert "note" not in desk.told.kinds


@pytest.mark.parametrize("fault", ["throttled", "bye"])
def test_a_server_that_is_too_busy_is_waited_for_however_long(server: OddImap, fault: str) -> None:
    server.mails = {1: mail("one")}
    server.faults = {fault}
    with watching(account(server)) as desk:
        until(lambda: desk.told.words)
        if fault == "throttled":
            tried = server.count("UID FETCH")
            until(lambda: server.count("UID FETCH") > tried + 4)
        assert desk.told.kinds == ["lost"]
        server.faults = set()
        until(lambda: desk.ledger.subjects() == ["one"])
        until(lambda: desk.told.kinds == ["lost", "well"])


def test_a_server_that_says_garbage_is_asked_again_until_it_makes_sense(server: OddImap) -> None:
    server.mails = {1: mail("one")}
    at_search = (b"\0\xff\xfe\r\n\r\n)(", b"* SEARCH one two", b"* SEARCH " + b"9" * 40, b"* SEARCH 4000000000")
    size, literal = b'* 1 FETCH (UID 1 RFC822.SIZE "x" INTERNALDATE "soon")', b"* 1 FETCH (UID 1 BODY[] {99999999999}"
    at_fetch = (size, literal, b"x" * 2_000_000, b"* BYE")
    server.faults, server.garbage = {"garbage_at_search"}, at_search[0]
    with watching(account(server, poll=0.1)) as desk:
        for command, sayings in (("SEARCH", at_search), ("FETCH", at_fetch)):
            server.faults = {f"garbage_at_{command.lower()}"}
            for garbage in sayings:
                server.garbage = garbage
                said = server.count(f"UID {command}")
                until(lambda: server.count(f"UID {command}") > said)  # noqa: B023 - called at once
        assert desk.ledger.mails == {}
        server.faults = set()
        until(lambda: desk.ledger.subjects() == ["one"])


@pytest.mark.parametrize(
    ("at", "garbage", "flood", "says"),
    [
        ("fetch", b"* 1 FETCH (UID 1 BODY[] {4000000000}", b"x" * 2**16, "Oversized: a literal of 4000000000 octets"),
        ("fetch", b"* 1 FETCH (FLAGS (", b"x" * 2**16, "Excess: a line without an end"),
        ("fetch", b"", b"* 1 FETCH (FLAGS (x))\r\n" * 1000, "Excess: an answer without an end"),
        ("fetch", b"", b"* 1 FETCH (BODY[] {9}\r\nxxxxxxxxx)\r\n" * 1000, "Excess: an answer without an end"),
        ("search", b"* SEARCH {4000000000}", b"x" * 2**16, "Oversized: a literal of 4000000000 octets"),
        ("search", b"", b"* X-A\r\n" * 1000, "Excess: an answer without an end"),
        ("idle", b"", b"* OK Still here\r\n" * 1000, "Excess: an answer without an end"),
    ],
)
def test_a_server_that_never_stops_talking_is_not_listened_to_for_long(
    server: OddImap, caplog: pytest.LogCaptureFixture, at: str, garbage: bytes, flood: bytes, says: str
) -> None:
    server.faults, server.garbage, server.flood = {f"garbage_at_{at}"}, garbage, flood
    server.mails = {1: mail("one")} if at == "fetch" else {}
    with watching(account(server)) as desk:
        until(lambda: says in caplog.text)
        server.faults, server.flood = set(), b""
        if at != "fetch":
            server.deliver(mail("one"))
        until(lambda: desk.ledger.subjects() == ["one"])
    assert server.poured < FLOOD / 2


def test_a_mail_that_is_far_larger_than_the_server_says_is_passed_over_in_the_end_and_told(server: OddImap) -> None:
    server.mails = {1: mail("one"), 2: mail("large", "x" * 2**20), 3: mail("three")}
    server.faults, server.uids = {"understated"}, {2}
    here = account(server, max_size=2**16, pace=replace(PACE, batch_octets=2**16), after=Delete())
    with watching(here) as desk:
        until(lambda: desk.ledger.subjects() == ["one", "three"])
        until(desk.settled)
        server.deliver(mail("four"))
        desk.mailbox.stop()
    (note,) = [text for kind, text in desk.told.words if kind == "note"]
    assert "the mail with UID 2 stays where it is" in note
    assert "a literal of 1048" in note
    assert "UID STORE 1 +FLAGS.SILENT (\\Deleted)" in server.said
    assert not any(said.startswith("UID STORE 2") for said in server.said)


def test_a_mail_that_is_a_little_larger_than_the_server_says_is_told_as_too_large(server: OddImap) -> None:
    server.mails = {1: mail("one"), 2: mail("large", "x" * 2**16)}
    server.faults, server.uids = {"understated"}, {2}
    with watching(account(server, max_size=2**16, pace=replace(PACE, batch_octets=2**16))) as desk:
        until(lambda: desk.ledger.subjects() == ["one"])
        until(lambda: desk.told.words)
    assert desk.told.words[0][1].startswith("INBOX: too large to take (over 0.1 MiB)")
    assert server.count("AUTHENTICATE") == 1


def test_a_flag_that_the_server_does_not_keep_is_told_once_and_stops_nothing(server: OddImap) -> None:
    server.mails = {1: mail("one")}
    server.faults = {"no_keywords", "no_idle"}
    with watching(account(server, after=Flag("Desk"), poll=0.1)) as desk:
        until(lambda: desk.ledger.subjects() == ["one"])
        until(lambda: server.count("SELECT") > 3)
        assert desk.settled()
        assert [kind for kind in desk.told.kinds if kind == "note"] == ["note"]
        assert "keeps no flag Desk" in desk.told.words[0][1]
    assert not any("STORE" in said for said in server.said)
