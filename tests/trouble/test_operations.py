"""What its admins do with a desk: back it up and restore it, lose its files, ask how it is, let its disk fill."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from maildesk.store.copies import GAP
from tests.trouble.rig import ADMIN, ANN, Desk, Refused, letter, read, rig, until
from tests.trouble.test_store_trouble import disk, fill, root

STATUS = {"metrics": {"listen": "127.0.0.1:0"}}


def ask(desk: Desk, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    """Status and body, from the status port."""
    found = until(lambda: re.search(r'"protocol": "http", "address": "127.0.0.1:(\d+)"', desk.log()), desk.log)
    connection = http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=20)
    with closing(connection):
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def figures(desk: Desk) -> dict[str, float]:
    lines = (line for line in ask(desk, "/metrics")[1].splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def health(desk: Desk) -> tuple[int, list[str]]:
    status, body = ask(desk, "/health")
    return status, json.loads(body)["reasons"]


# --- backup and restore --------------------------------------------------------------------------------------


def test_a_backup_made_while_mail_pours_in_restores_to_a_working_desk(tmp_path: Path) -> None:
    with rig(tmp_path) as desk:
        accepted: list[int] = []
        stop = threading.Event()

        def pour() -> None:
            with desk.session() as session:
                while not stop.is_set():
                    accepted.append(session.send(letter(f"Number {len(accepted)}", "It does not work.")))
                    time.sleep(0.03)

        sender = threading.Thread(target=pour)
        sender.start()
        try:
            until(lambda: len(accepted) > 10 and desk.rows("SELECT id FROM tickets"))
            desk.shell("backup", str(tmp_path / "copy.db"))
            during = len(accepted)
            until(lambda: len(accepted) > during + 5)
        finally:
            stop.set()
            sender.join()
        ours = desk.gets("alice@acme.test", "Number 0")
        theirs = desk.gets(ANN, "[#1]")
        noted = f'"mails": {accepted[-1]},'
        until(lambda: noted in desk.store.with_name("desk.db.lock").read_text(), desk.log)  # within a second
        desk.stop(signal.SIGKILL)  # and its log is left beside it
        assert desk.store.with_name("desk.db-wal").stat().st_size
        shutil.copy(tmp_path / "copy.db", desk.store)
        desk.start()
        desk.gets(ADMIN, "The desk runs on a copy of its store that was made at")
        desk.gets(ADMIN, "The store lacks mail that was accepted")
        desk.adds_up()
        kept = [row["id"] for row in desk.rows("SELECT id FROM inbox")]
        assert set(kept) <= set(accepted)
        assert 10 < len(kept) < len(accepted)
        assert desk.rows("SELECT count(*) AS n FROM tickets")[0]["n"] == len(kept)
        for table, of in (("messages", "ticket_id"), ("outbox", "raw_id"), ("inbox", "raw_id")):
            other = "raw" if of == "raw_id" else "tickets"
            assert desk.rows(f"SELECT id FROM {table} WHERE {of} NOT IN (SELECT id FROM {other})") == []
        assert desk.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
        again = answer(desk, str(theirs["Reply-To"]), ANN, "It still does not.")
        assert desk.becomes(again, "ticketed")["ticket_id"] == 1
        agents = answer(desk, str(ours["Reply-To"]), "alice@acme.test", "Have you tried to turn it off?")
        assert desk.becomes(agents, "ticketed")["ticket_id"] == 1
        desk.gets(ANN, "Have you tried to turn it off?")
        new = desk.becomes(desk.send(letter("New")), "ticketed")
        assert new["ticket_id"] > GAP  # nobody's old notice is about this one


def answer(desk: Desk, to: str, sender: str, words: str) -> int:
    with desk.session() as session:
        session.say(f"MAIL FROM:<{sender}>")
        session.say(f"RCPT TO:<{to}>")
        session.say("DATA", "3")
        lines = (f"From: {sender}", f"To: {to}", "Subject: Re: Number 0", "", words, ".")
        return int(session.say("\r\n".join(lines)).rpartition(" ")[2])


# --- its files -----------------------------------------------------------------------------------------------


def test_nothing_is_told_of_a_desk_that_was_killed_and_has_all_its_files(tmp_path: Path) -> None:
    with rig(tmp_path) as desk:
        desk.becomes(desk.send(letter("Before")), "ticketed")
        desk.stop(signal.SIGKILL)
        desk.start()
        until(lambda: desk.log().count('"event": "checked"') >= 4, desk.log)
        assert "lacks mail" not in desk.log()
        assert "fails" not in desk.log()
        assert desk.letters(ADMIN) == []


def test_a_store_that_is_damaged_and_a_clock_that_is_wrong_are_told_at_the_start(tmp_path: Path) -> None:
    with rig(tmp_path) as desk:
        desk.becomes(desk.send(letter("Hello")), "ticketed")
        desk.stop()
        desk.change("UPDATE inbox SET received_at = '2999-01-01T00:00:00.000Z'")
        damage(desk.store, "faq")
        desk.start()
        mail = desk.gets(ADMIN, "Something is wrong with the store")
        assert "it is damaged: faq: " in " ".join(read(mail).split())
        desk.gets(ADMIN, "and the newest mail came at 2999-01-01")
        assert desk.becomes(desk.send(letter("Hello again")), "ticketed")


def damage(store: Path, table: str) -> None:
    """Its first page is rubbish."""
    with closing(sqlite3.connect(store)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        (page,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
    with store.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


# --- how it is -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with rig(tmp_path_factory.mktemp("watched"), **STATUS) as desk:
        yield desk


def test_figures_count_what_came_what_was_thought_and_what_was_sent(watched: Desk) -> None:
    watched.worker()
    before = figures(watched)
    assert watched.becomes(watched.send(letter("Hello")), "ticketed")
    watched.gets(ANN, "[#")
    after = until(
        lambda: now if (now := figures(watched)).get('maildesk_send_attempts_total{outcome="sent"}') else None
    )
    thought = 'maildesk_mails_thought_total{source="smtp",verdict="new_ticket"}'
    assert after[thought] == before.get(thought, 0) + 1
    accepted = 'maildesk_mails_accepted_total{source="smtp"}'
    assert after[accepted] == before.get(accepted, 0) + 1
    assert after["maildesk_inbox_total"] == before["maildesk_inbox_total"] + 1
    assert after["maildesk_think_seconds_count"] == before["maildesk_think_seconds_count"] + 1
    assert 0 < after["maildesk_think_seconds_sum"] < 20
    assert after['maildesk_think_seconds_bucket{le="+Inf"}'] == after["maildesk_think_seconds_count"]
    assert after["maildesk_commit_seconds_count"] > before["maildesk_commit_seconds_count"]
    assert after["maildesk_worker_up"] == 1
    assert after["maildesk_store_free_bytes"] > 0
    until(lambda: figures(watched)['maildesk_queue_mails{queue="outbox"}'] == 0)
    assert figures(watched)['maildesk_queue_oldest_seconds{queue="inbox"}'] == 0
    assert "maildesk_canary_seconds" not in after


def test_mail_by_pipe_is_counted_too(watched: Desk) -> None:
    import subprocess

    before = figures(watched)["maildesk_inbox_total"]
    subprocess.run(watched.command("pipe", "--from", ANN), input=letter("By pipe"), check=True, timeout=30)
    until(lambda: 'maildesk_mails_thought_total{source="pipe",verdict="new_ticket"}' in figures(watched))
    assert figures(watched)["maildesk_inbox_total"] == before + 1


def test_health_is_200_while_all_is_well_and_503_with_reasons_while_nobody_thinks(watched: Desk) -> None:
    worker = watched.worker()
    until(lambda: health(watched) == (200, []), watched.log)
    starts = figures(watched)["maildesk_worker_starts_total"]
    os.kill(worker, signal.SIGKILL)
    until(lambda: "the process that thinks is not running" in health(watched)[1], watched.log)
    until(lambda: health(watched) == (200, []), watched.log)
    assert figures(watched)["maildesk_worker_starts_total"] == starts + 1


def test_health_is_503_while_the_store_is_locked(watched: Desk) -> None:
    with closing(sqlite3.connect(watched.store, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()
        status, reasons = health(watched)
        assert time.monotonic() - began < 6
    assert status == 503
    assert "the store cannot be written for 4 s" in reasons
    until(lambda: health(watched)[0] == 200, watched.log)


def test_the_status_port_answers_get_alone_under_its_own_name(watched: Desk) -> None:
    assert ask(watched, "/metrics", "HEAD") == (200, "")
    assert ask(watched, "/metrics", "POST")[0] == 405
    assert ask(watched, "/elsewhere")[0] == 404
    assert ask(watched, "/metrics", Host="evil.example")[0] == 421
    assert ask(watched, "/metrics", Host="localhost:9464")[0] == 200
    assert ask(watched, "/metrics", X_Long="x" * 9000)[0] == 431


# --- room ----------------------------------------------------------------------------------------------------


@root
def test_below_the_floor_mail_is_452_and_what_was_accepted_is_answered(tmp_path: Path) -> None:
    with disk(tmp_path / "var", "12m"), rig(tmp_path, **STATUS, limits={"free_space": "4MiB"}) as desk:
        worker = desk.stop_thinking()
        accepted = desk.send(letter("Accepted", "hello", "zoe@customer.test"))
        filler = tmp_path / "var" / "filler"
        fill(filler)
        os.truncate(filler, filler.stat().st_size - 3 * 2**20)
        time.sleep(1.1)  # the system is asked once a second
        with desk.session() as session, pytest.raises(Refused, match=r"^452 4\.3\.1"):
            session.say(f"MAIL FROM:<{ANN}>")
        os.kill(worker, signal.SIGCONT)
        assert desk.becomes(accepted, "ticketed")
        desk.gets("zoe@customer.test", "[#")
        desk.gets(ADMIN, "The store's disk is nearly full: no mail is taken in (452)")
        assert any("no mail is taken in" in reason for reason in health(desk)[1])
        assert desk.shell_fails("pipe", "--from", ANN, stdin=letter("By pipe")) == 75
        filler.unlink()
        desk.gets(ADMIN, "There is room again on the store's disk")
        assert desk.becomes(desk.send(letter("In time")), "ticketed")
        with desk.session() as session, pytest.raises(Refused, match=r"^452 4\.3\.1"):
            session.say(f"MAIL FROM:<{ANN}> SIZE={9 * 2**20}")  # it would go below
        desk.adds_up()
