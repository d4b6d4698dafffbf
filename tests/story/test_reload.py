"""The admins change the configuration while the desk runs."""

from __future__ import annotations

from tests.story.desk import Desk, until
from tests.story.people import Person
from tests.story.smarthost import Smarthost

BOB = {"id": "bob", "name": "Bob Verdi", "email": "bob@people.test"}


def reloads(desk: Desk) -> int:
    """How often the daemon has taken its files anew."""
    return desk.log().count('"event": "reloaded", "from": "daemon"')


def test_a_saved_file_takes_effect_by_itself(desk: Desk, ann: Person, alice: Person, smarthost: Smarthost) -> None:
    desk.edit(desk={"name": "Acme Help"}, agents=[*desk.config["agents"], BOB])
    until(lambda: reloads(desk) == 1, "the change is seen")
    ann.writes(desk.address, "Invoice 77", "It has the wrong total.")
    assert "Acme Help" in ann.gets()["From"]
    bob = Person("Bob Verdi", "bob@people.test", desk.port, smarthost.mailbox)
    bob.answers(bob.gets("wrong total"), "#take\nIt is mended.")
    assert ann.gets("It is mended")["From"] == f'"Bob Verdi (Acme Help)" <{desk.address}>'
    desk.edit(agents=desk.config["agents"][:1])
    until(lambda: reloads(desk) == 2, "the change is seen")
    bob.answers(bob.gets("wrong total"), "#close\nThis is Bob again.")
    desk.settles()
    assert desk.ticket()["status"] == "pending"
    assert ann.got("This is Bob again") == 0


def test_sighup_reads_the_files_again(desk: Desk) -> None:
    desk.hup()
    until(lambda: reloads(desk) == 1, "the files are read again")


def test_a_bad_edit_leaves_the_last_good_one_in_force_and_the_admins_are_told_where_it_is_wrong(
    desk: Desk, ann: Person, ops: Person
) -> None:
    good = desk.file.read_text()
    desk.write_text(good.replace('"Acme Support"', '"Acme Broken"').replace('"admins"', '"adnims"'))
    alarm = ops.gets("adnims")
    assert f"{desk.file}:" in alarm.text
    assert alarm["Auto-Submitted"] == "auto-generated"
    ann.writes(desk.address, "Invoice 77", "It has the wrong total.")
    assert ann.gets()["From"].startswith("Acme Support")
    desk.write_text(good.replace('"Acme Support"', '"Acme Mended"'))
    until(lambda: reloads(desk) == 1, "the good one is taken")
    ann.writes(desk.address, "Invoice 78", "It is wrong too.")
    assert ann.gets(subject="[#2]")["From"].startswith("Acme Mended")
    desk.settles()
    assert len(ops.inbox) == 1


def test_mail_goes_out_by_the_smarthost_that_is_configured_now_also_what_waits_for_the_old_one(
    desk: Desk, ann: Person, ops: Person, smarthost: Smarthost
) -> None:
    smarthost.down()
    ann.writes(desk.address, "Invoice 77", "It has the wrong total.")
    until(lambda: any(row["attempts"] for row in desk.outbox()), "the old one was tried")
    other = Smarthost()
    try:
        desk.edit(send={"smtp": {"port": other.port}})
        ann.mailbox = ops.mailbox = other.mailbox
        assert ann.gets()["Auto-Submitted"] == "auto-replied"
        ops.gets(subject="lost")
        ops.gets(subject="well again")
        desk.settles()
    finally:
        other.close()
    assert smarthost.taken == []
