"""`import` and `backup`: histories taken in, and a copy of everything taken out."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

from tests.cli.desk import ANN, SUPPORT, Desk, letter

MBOX_LINE = b"From ann@customer.test Mon Mar  2 10:00:00 2026\n"


def question() -> bytes:
    return letter("A question", "What is it?\n\nFrom what I see, nothing.\n", Message_ID="<q@client.test>")


def answer() -> bytes:
    fields = {
        "Message_ID": "<r@staff.test>",
        "In_Reply_To": "<q@client.test>",
        "Date": "Tue, 03 Mar 2026 09:00:00 +0000",
    }
    return letter("Re: A question", "It is this.", "alice@staff.test", **fields)


def mbox(*mails: bytes) -> bytes:
    return b"".join(MBOX_LINE + mail.replace(b"\nFrom ", b"\n>From ") + b"\n" for mail in mails)


def test_threads_are_rebuilt_across_folders_and_nobody_is_mailed(desk: Desk) -> None:
    sent, maildir = desk.folder / "Sent.mbox", desk.folder / "Mail" / "INBOX"
    sent.write_bytes(mbox(answer()))
    for part in ("cur", "new", "tmp"):
        (maildir / part).mkdir(parents=True)
    (maildir / "cur" / "1234.host:2,S").write_bytes(question())
    (maildir / "tmp" / "half").write_bytes(b"From: half")
    (desk.folder / "Mail" / "notes.txt").write_text("no mail")
    run = desk.run("import", str(sent), str(desk.folder / "Mail"))
    assert run.status == 0, run.err
    assert "2 mails taken in" in run.err
    (ticket,) = desk.run("tickets", "--status", "all", "--json").json
    assert (ticket["subject"], ticket["status"], ticket["requester"]) == ("A question", "closed", ANN)
    whole = desk.run("show", "1", "--json").json
    assert [(m["kind"], m["author"]) for m in whole["messages"]] == [("customer", ANN), ("agent", "alice@staff.test")]
    assert "\nFrom what I see" in whole["messages"][0]["text"]
    assert whole["outbox"] == []
    assert desk.run("outbox", "--json").json == []


def test_a_second_import_adds_nothing(desk: Desk) -> None:
    file = desk.folder / "archive"
    file.write_bytes(mbox(question(), answer()))
    assert desk.run("import", str(file)).status == 0
    before = desk.run("ledger", "--json").json
    again = desk.run("import", str(file))
    assert again.status == 0
    assert "0 mails taken in, 2 were there already" in again.err
    assert desk.run("ledger", "--json").json == before


def test_what_came_live_is_not_imported_as_another_ticket(desk: Desk) -> None:
    desk.run("pipe", "--from", ANN, "--to", SUPPORT, stdin=question())
    desk.think()
    (desk.folder / "a.eml").write_bytes(b"Delivered-To: support@acme.test\n" + question())
    assert desk.run("import", str(desk.folder / "a.eml")).status == 0
    assert len(desk.run("tickets", "--status", "all", "--json").json) == 1


def test_an_import_without_mail_says_so(desk: Desk) -> None:
    (desk.folder / "empty").mkdir()
    assert desk.run("import", str(desk.folder / "empty")).status == 1
    assert desk.run("import", "nowhere").status == 2


def test_a_backup_is_a_whole_store_and_overwrites_nothing(desk: Desk) -> None:
    desk.take("Hello")
    copy = desk.folder / "copy.db"
    assert desk.run("backup", str(copy)).status == 0
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with sqlite3.connect(copy) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("SELECT subject FROM tickets").fetchall() == [("Hello",)]
    database.close()
    before = copy.read_bytes()
    again = desk.run("backup", str(copy))
    assert again.status == 1
    assert "is there already" in again.err
    assert copy.read_bytes() == before
    assert desk.run("backup", str(Path("nowhere") / "copy.db")).status == 1
