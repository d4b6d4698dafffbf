"""Mail that is broken, or made to break: it becomes a ticket or is refused, soon, and the next mail never waits.

Every mail is thought about in-process, where its cost can be told from the machine's other work; and the
costly ones go through one daemon, with its limit of memory and its supervisor.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.office import Office
from tests.trouble.hostile import BARE, MAILS, text
from tests.trouble.rig import ANN, Desk, Refused, letter, rig, until

LIMIT = 25 * 2**20
COSTLY = (
    *("of no octets", "of 2,000 nested multiparts", "of 2,000 nested messages", "of 10,000 parts", "with a zip bomb"),
    *("with a header field of 1 MB", "with 5,000 ( in To", "with 20,000 encoded words", "with 500 addresses in Cc"),
    *("of 1 MB that looks like a URL", "of 2 MB of HTML", "of 10 MB of text", "of 24 MB"),
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = Office(tmp_path_factory.mktemp("office"))
    yield made
    made.close()


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_is_understood_within_two_seconds(office: Office, name: str) -> None:
    raw = MAILS[name]()
    began = time.process_time()
    office.receive(raw, sender=ANN)
    spent = time.process_time() - began
    row = office.ledger()[-1]
    assert row["state"] in ("ticketed", "ignored"), row
    assert row["reason"]
    assert spent < 2


def test_the_costly_ones_pass_through_one_daemon_that_answers_the_next_mail(tmp_path: Path) -> None:
    with rig(tmp_path) as desk:
        worker = desk.worker()
        with desk.session() as session:
            for name in COSTLY:
                session.send(MAILS[name]())
            session.send(letter("Good bye", "My name is Zoe.", "zoe@customer.test"))
        desk.gets("zoe@customer.test", "[#")
        desk.adds_up()
        assert desk.rows("SELECT reason FROM inbox WHERE state = 'quarantined'") == []
        assert desk.worker() == worker  # nothing has killed it
        assert peak(worker) < 200
        assert desk.process is not None
        assert peak(desk.process.pid) < 200


def peak(process: int) -> int:
    """The most memory that a process ever had in use, in MB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    assert found
    return int(found[1]) // 1000


@pytest.mark.parametrize("name", BARE)
def test_a_mail_that_may_hide_another_one_is_refused(desk: Desk, name: str) -> None:
    assert desk.refuses(BARE[name]) == 550
    assert desk.rows("SELECT 1 FROM inbox WHERE envelope_from = 'eve@evil.test'") == []


def test_a_mail_over_the_limit_is_refused_and_the_session_goes_on(desk: Desk) -> None:
    with desk.session() as session:
        with pytest.raises(Refused, match="552"):
            session.send(text(b"x" * LIMIT))
        id = session.send(letter("After a large one"))
    assert desk.becomes(id, "ticketed")["subject"] == "After a large one"


def test_a_mail_that_says_beforehand_that_it_is_over_the_limit_is_not_even_begun(desk: Desk) -> None:
    with desk.session() as session, pytest.raises(Refused, match="552"):
        session.say(f"MAIL FROM:<{ANN}> SIZE={LIMIT + 1}")


def test_a_mail_of_just_the_limit_is_taken(desk: Desk) -> None:
    raw = text(b"")
    line = b"x" * 98 + b"\r\n"
    raw += line * ((LIMIT - len(raw)) // len(line))
    id = desk.send(raw + b"y" * (LIMIT - len(raw) - 2) + b"\r\n")
    assert desk.becomes(id, "ticketed")
    assert (
        len(
            until(lambda: desk.rows(f"SELECT bytes FROM raw JOIN inbox ON raw.id = raw_id WHERE inbox.id = {id}"))[0][
                "bytes"
            ]
        )
        == LIMIT
    )
