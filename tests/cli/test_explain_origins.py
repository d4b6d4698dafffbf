"""What `explain` and `show` tell of mail that is really from somebody else, and of threads in bad weather."""

from __future__ import annotations

from tests.cli.desk import ANN, Desk, letter

FORM = {
    "name": "contact form",
    "when": {"sender": "^noreply@shop"},
    "labels": {"email": "E-mail", "name": "Name", "words": "Message"},
    "fields": ["Product"],
}
FILLED = "Name: Maria Bianchi\nE-mail: maria@customer.test\nProduct: Drill 2000\nMessage: It does not turn.\n"
RESULTS = "mx.acme.test; dmarc=pass header.from=staff.test"
FORWARD = "He called.\n\n---------- Forwarded message ---------\nFrom: Carl <carl@customer.test>\nSubject: Drill\n"
FORWARD += "Date: Mon, 2 Mar 2026\n\nIt is broken.\n"


def filled() -> bytes:
    return letter("Contact", FILLED, "noreply@shop.test")


def test_a_form_s_person_fields_and_rule_are_told(desk: Desk) -> None:
    desk.configure(origins=[FORM])
    told = desk.run("explain", "--json", stdin=filled()).json
    assert told["origin"] == {
        "rule": "contact form",
        "person": {"name": "Maria Bianchi", "email": "maria@customer.test"},
        "fields": {"Product": "Drill 2000"},
    }
    assert told["from"][0]["email"] == "noreply@shop.test"  # what the mail says stays what it says
    assert told["sender"] == {"kind": "customer", "id": "maria@customer.test", "proof": "unproven"}
    assert "contact form: noreply@shop.test sent it for maria@customer.test" in told["reason"]
    said = desk.run("explain", stdin=filled()).out
    for words in ("Maria Bianchi <maria@customer.test> (contact form)", "Product: Drill 2000", "proves nobody's"):
        assert words in said


def test_show_has_the_fields(desk: Desk) -> None:
    desk.configure(origins=[FORM])
    desk.run("pipe", "--from", "noreply@shop.test", "--to", "support@acme.test", stdin=filled())
    desk.think()
    assert desk.run("show", "1", "--json").json["fields"] == {"Product": "Drill 2000"}
    assert "Drill 2000" in desk.run("show", "1").out


def test_a_forwarded_mail_is_told_with_whose_it_is_and_the_commands_above_it_alone(desk: Desk) -> None:
    mail = letter(
        "Fwd: Drill", "#close #tag +vip\n\n" + FORWARD + "\n#spam\n", "alice@staff.test", Authentication_Results=RESULTS
    )
    told = desk.run("explain", "--json", stdin=mail).json
    assert told["origin"] == {
        "rule": "forward",
        "person": {"name": "Carl", "email": "carl@customer.test"},
        "fields": {},
    }
    commands = [{"verb": "close", "args": []}, {"verb": "tag", "args": ["+vip"]}]
    assert (told["verdict"], told["commands"]) == ("new_ticket", commands)
    assert told["reason"].count("alice forwards it: ") == told["reason"].count("#close") == 1
    plain = letter("Fwd: Drill", FORWARD, "alice@staff.test", Message_ID="<2@staff.test>")
    told = desk.run("explain", "--json", stdin=plain).json
    assert told["origin"] is None
    assert "it forwards a mail of carl@customer.test, but that alice wrote it is not proven" in told["reason"]


def test_a_stranger_s_reference_is_told(desk: Desk) -> None:
    desk.take("Invoice 77", Message_ID="<one@customer.test>")
    eve = letter("Re: hello", "Hello", "eve@else.test", In_Reply_To="<one@customer.test>")
    reason = desk.run("explain", "--json", stdin=eve).json["reason"]
    assert "eve@else.test names ticket 1 (a Message-ID of it) but is not on it" in reason
    ann = letter("Re: hello", "Hello again", ANN, In_Reply_To="<one@customer.test>")
    assert "is on ticket 1 and names it" in desk.run("explain", "--json", stdin=ann).json["reason"]
