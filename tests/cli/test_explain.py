"""`maildesk explain`: what a mail says, what would become of it, and why; nothing is stored."""

from __future__ import annotations

import hashlib
import json
from email import message_from_bytes, policy
from pathlib import Path

from tests.cli.desk import ANN, SUPPORT, Desk, letter

KEYS = """message_id in_reply_to references date from to cc subject text text_reply html language attachments is_auto
    is_bounce bounce is_spam authentication sender origin ticket route commands errors verdict reason"""


def test_every_key_is_there_whatever_the_mail(desk: Desk) -> None:
    for octets in (b"", b"\x00\xff\n\n\x80", letter("Invoice"), b"Content-Type: multipart/mixed\n\n--x\n"):
        for run in (desk.run("explain", "--json", stdin=octets), desk.bare("explain", "--json", stdin=octets)):
            assert run.status == 0, run.err
            assert sorted(run.json) == sorted(KEYS.split())


def test_a_new_mail_would_open_a_ticket_and_is_routed(desk: Desk) -> None:
    told = desk.run("explain", "--json", stdin=letter("Invoice 77", "Ciao, Ann here.")).json
    assert (told["verdict"], told["ticket"]) == ("new_ticket", {"id": 1, "how": "new"})
    assert told["route"] == {
        "team": "billing",
        "assignee": None,
        "category": None,
        "priority": "normal",
        "tags": ["money"],
    }
    assert told["sender"] == {"kind": "customer", "id": ANN, "proof": "unproven"}
    assert told["date"] == "2026-03-02T09:00:00Z"
    assert told["from"] == [{"name": "Ann Bianchi", "email": ANN}]
    assert told["text_reply"].strip() == "Ciao, Ann here."
    assert told["reason"]


def test_the_relay_s_results_are_believed(desk: Desk) -> None:
    results = "mx.acme.test; spf=pass smtp.mailfrom=customer.test; dmarc=pass header.from=customer.test"
    told = desk.run("explain", "--json", stdin=letter("Hello", Authentication_Results=results)).json
    assert told["authentication"] == {"spf": "pass", "dkim": "", "dmarc": "pass", "by": "mx.acme.test"}
    assert told["sender"]["proof"] == "proven"


def test_explaining_stores_nothing(desk: Desk) -> None:
    assert desk.run("explain", "--json", stdin=letter("Hello")).status == 0
    assert not desk.store.exists()
    desk.take("Hello")
    before = desk.run("ledger", "--json").json
    again = desk.run("explain", "--json", stdin=letter("Hello")).json
    assert (again["verdict"], again["reason"]) == ("ignored", "same as 1")
    assert desk.run("ledger", "--json").json == before


def test_an_agent_s_commands_are_seen_on_their_own_reply_address_alone(desk: Desk) -> None:
    desk.take("Invoice 77")
    with desk.opened() as store:
        raw = store.value("SELECT bytes FROM raw JOIN outbox ON raw_id = raw.id WHERE kind = 'notice'")
    address = str(message_from_bytes(raw, policy=policy.default)["Reply-To"]).split("<")[-1].strip(">")
    answer = letter("Re: [#1]", "#assign bob #due 3d\n\nDear Ann, it is done.", "alice@staff.test")
    told = desk.run("explain", "--to", address, "--json", stdin=answer).json
    assert (told["verdict"], told["ticket"]) == ("agent_reply", {"id": 1, "how": "token"})
    assert told["commands"] == [{"verb": "assign", "args": ["bob"]}, {"verb": "due", "args": ["3d"]}]
    assert told["sender"]["id"] == "alice"
    plain = desk.run("explain", "--to", SUPPORT, "--json", stdin=answer).json
    assert plain["commands"] == []
    wrong = letter("Re: [#1]", "#asign bob\n", "alice@staff.test", Message_ID="<w@x>")
    assert "there is no command" in str(desk.run("explain", "--to", address, "--json", stdin=wrong).json["errors"])


def test_attachments_are_summed_over_their_decoded_octets(desk: Desk) -> None:
    mail = message_from_bytes(letter("Files"), policy=policy.default)
    content = bytes(range(256)) * 10
    mail.add_attachment(content, "application", "octet-stream", filename="a.bin")
    (file,) = desk.bare("explain", "--json", stdin=mail.as_bytes()).json["attachments"]
    assert file == {
        "name": "a.bin",
        "media_type": "application/octet-stream",
        "size": 2560,
        "sha256": hashlib.sha256(content).hexdigest(),
        "inline": False,
    }


def test_a_batch_needs_no_configuration_and_outlives_a_missing_file(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    (tmp_path / "one.eml").write_bytes(letter("One"))
    (tmp_path / "two.eml").write_bytes(letter("Two", Auto_Submitted="auto-replied"))
    run = desk.bare("explain", "--batch", stdin=b"one.eml\nmissing.eml\n\ntwo.eml\n")
    assert (run.status, run.err) == (0, "")
    one, missing, two = (json.loads(line) for line in run.out.splitlines())
    assert (one["subject"], one["verdict"], one["is_auto"], one["errors"]) == ("One", "new_ticket", False, [])
    assert (two["subject"], two["is_auto"]) == ("Two", True)
    assert sorted(missing) == sorted(KEYS.split())
    assert "missing.eml: No such file" in missing["errors"][0]


def test_people_are_told_the_verdict_and_each_reason(desk: Desk) -> None:
    said = desk.run("explain", stdin=letter("Invoice 77", "Hello there.")).out
    for words in ("Ann Bianchi", "Hello there.", "New ticket", "route 1 matched", "notice to alice@staff.test"):
        assert words in said


def test_a_configuration_that_was_named_must_be_good(desk: Desk) -> None:
    assert desk.bare("-c", "nowhere.yaml", "explain", stdin=letter("x")).status == 2
    assert desk.run("explain", "nowhere.eml").status == 2
