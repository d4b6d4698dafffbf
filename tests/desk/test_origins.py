"""Mail that is really from somebody else: a form, a chat or a gateway writes, and the person is the customer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desk.corpus import corpus, deliver, send
from tests.office import ALICE, ANN, SUPPORT, Office, configuration

MARIA = "maria@customer.example"
FORM = {
    "name": "contact form",
    "when": {"sender": r"^noreply@shop\.example$", "subject": "contact"},
    "labels": {"email": ["E-mail", "Email", "E-Mail-Adresse"], "name": "Name", "words": ["Message", "Nachricht"]},
    "fields": ["Product", "Error log", ["Phone", "Telefon"]],
}
BY_REPLY_TO = {"name": "blog", "when": {"sender": r"^wordpress@shop\.example$"}, "person": "reply_to"}
CHAT = {
    "name": "chat",
    "when": {"sender": r"^chat@widget\.example$"},
    "labels": {"email": "Visitor email", "name": "Visitor", "words": "Transcript"},
    "fields": ["Page"],
}
VOICEMAIL = {
    "name": "voicemail",
    "when": {"sender": r"^pbx@acme\.test$"},
    "find": r"from (?P<phone>\+[0-9 ]{5,20}) \((?P<how_long>[0-9:]+)\)",
}
FAX = {
    "name": "fax",
    "when": {"sender": r"^fax@gateway\.example$"},
    "find": r"from <(?P<email>[^<>]+)>, (?P<pages>\d+) pages",
}
FAILED = "Authentication-Results: mx.acme.test; dmarc=fail header.from=shop.example"
PROVEN = "Authentication-Results: mx.acme.test; dmarc=pass header.from=shop.example"


def desk(*origins: dict[str, Any], **changes: Any) -> Any:
    return configuration(origins=origins or [FORM, BY_REPLY_TO, CHAT, VOICEMAIL, FAX], **changes)


@pytest.fixture
def office(office: Office) -> Office:
    office.use(desk())
    return office


def first_words(office: Office, ticket: int = 1) -> str:
    return str(office.ticket(ticket)["messages"][0]["text"])


def who(office: Office, ticket: int = 1) -> tuple[str, str]:
    return next((p["name"], p["email"]) for p in office.ticket(ticket)["participants"] if p["role"] == "requester")


def test_a_contact_form_opens_a_ticket_of_the_person_who_filled_it_in(office: Office) -> None:
    send(office, "origin-contact-form-lines")
    ticket = office.ticket()
    assert who(office) == ("Maria Bianchi", MARIA)
    assert first_words(office).startswith("Buongiorno,\n\nil trapano")
    assert office.store.value("SELECT language FROM tickets") == "it"
    assert ticket["fields"] == {"Product": "Drill 2000", "Error log": "ValueError: no such voltage\n\n  at motor.py:77"}
    assert [p["email"] for p in ticket["participants"]] == [MARIA]
    assert office.ledger()[0]["reason"].startswith(f"contact form: noreply@shop.example sent it for {MARIA}")


def test_the_person_gets_the_plain_auto_reply_although_a_robot_sent_it_and_was_proven(office: Office) -> None:
    send(office, "origin-contact-form-lines", PROVEN)
    (answer,) = office.letters(MARIA)
    assert answer.kind == "auto_reply_plain"
    assert "Maria" not in answer.whole
    assert office.letters("noreply@shop.example") == []


def test_where_the_form_s_own_mail_is_forged_nobody_is_answered(office: Office) -> None:
    send(office, "origin-contact-form-lines", FAILED)
    assert who(office)[1] == MARIA
    assert office.letters(MARIA) == []


def test_a_form_cannot_be_used_to_bomb_somebody(office: Office) -> None:
    for number in range(6):
        deliver(office, corpus("origin-contact-form-lines").replace(b"form-1@", b"form-%d@" % (100 + number)))
    assert len(office.tickets()) == 6
    assert len(office.letters(MARIA)) == 3


def test_the_agent_reads_the_fields_and_answers_the_person(office: Office) -> None:
    send(office, "origin-contact-form-lines")
    notice = office.last(ALICE)
    assert "Product: Drill 2000" in notice.text
    assert "  at motor.py:77" in notice.text
    assert "Drill 2000" in notice.html
    office.reply(notice, ALICE, "Send it to us.")
    assert [letter.to for letter in office.letters(kind="reply")] == [MARIA]
    office.reply(office.last(MARIA, "reply"), MARIA, "I did.")
    assert "Drill 2000" not in office.last(ALICE).text  # it was told once
    assert len(office.tickets()) == 1


def test_a_form_as_an_html_table_is_read_cell_by_cell(office: Office) -> None:
    send(office, "origin-contact-form-html-table")
    assert who(office) == ("Maria Bianchi", MARIA)
    assert first_words(office) == "It does not turn any more.\nCan you help me?"
    assert office.ticket()["fields"] == {"Product": "Drill 2000"}


def test_labels_may_stand_above_their_values_and_in_another_spelling(office: Office) -> None:
    send(office, "origin-contact-form-label-above-value")
    assert who(office) == ("Maria Bianchi", MARIA)
    assert first_words(office) == "Der Bohrer dreht sich nicht mehr.\n\nKönnen Sie mir helfen?"
    assert office.ticket()["fields"] == {"Phone": "+39 06 555 0101"}


def test_the_person_may_stand_in_reply_to(office: Office) -> None:
    send(office, "origin-contact-form-reply-to")
    assert who(office) == ("Maria Bianchi", MARIA)
    assert [letter.to for letter in office.letters() if "customer" in letter.to] == [MARIA]


def test_a_form_without_an_address_is_the_gateway_s_own_mail(office: Office) -> None:
    send(office, "origin-contact-form-without-address")
    assert who(office)[1] == "noreply@shop.example"
    assert office.letters("noreply@shop.example") == []
    assert "contact form matched, but no address" in office.ledger()[0]["reason"]


@pytest.mark.parametrize("typed", [SUPPORT, "noreply@shop.example", "support+tabc@acme.test", "nobody", "@"])
def test_a_form_that_names_the_desk_the_gateway_or_nobody_is_the_gateway_s_own(office: Office, typed: str) -> None:
    office.mail("noreply@shop.example", "contact", f"E-mail: {typed}\nMessage: Hello")
    assert who(office)[1] == "noreply@shop.example"
    assert [letter.to for letter in office.letters() if letter.kind.startswith("auto_reply")] == []


def test_an_offline_chat_is_a_ticket_of_the_visitor(office: Office) -> None:
    send(office, "origin-chat-transcript")
    assert who(office) == ("Maria Bianchi", MARIA)
    assert first_words(office).splitlines()[-1] == "09:56 Maria Bianchi: The drill does not turn any more."
    assert office.ticket()["fields"] == {"Page": "https://shop.example/drills"}


def test_a_number_without_an_address_is_kept_and_the_gateway_is_not_answered(office: Office) -> None:
    send(office, "origin-voicemail-number-alone")
    ticket = office.ticket()
    assert ticket["fields"] == {"phone": "+358 40 123 4567", "how long": "0:23"}
    assert who(office)[1] == "pbx@acme.test"
    assert office.letters("pbx@acme.test") == []
    assert office.last(ALICE).files == {"voice.wav": b"RIFF"}
    assert "gave no e-mail address" in office.ledger()[0]["reason"]


def test_a_second_voicemail_does_not_join_the_first_by_its_number(office: Office) -> None:
    send(office, "origin-voicemail-number-alone")
    raw = corpus("origin-voicemail-number-alone").replace(b"voice-1", b"voice-2").replace(b"(0:23)", b"(0:23) [#1]")
    deliver(office, raw)
    assert len(office.tickets()) == 2


def test_a_fax_names_its_sender_in_the_subject(office: Office) -> None:
    send(office, "origin-fax-with-address")
    assert who(office)[1] == MARIA
    assert office.ticket()["fields"] == {"pages": "2"}


@pytest.mark.parametrize("how", ["tag", "reference", "token"])
def test_a_form_joins_no_ticket_whatever_it_names(office: Office, how: str) -> None:
    office.mail(ANN, "Invoice", "Hello")
    to = office.last(ANN).reply_to if how == "token" else SUPPORT
    reference = (("In-Reply-To", "<1@client.test>"),) if how == "reference" else ()
    subject = "contact [#1]" if how == "tag" else "contact"
    office.mail("noreply@shop.example", subject, f"E-mail: {ANN}\nMessage: #close it", to, *reference)
    assert [m["kind"] for m in office.ticket(1)["messages"]] == ["customer"]
    assert who(office, 2)[1] == ANN


def test_a_form_acts_for_no_agent(office: Office) -> None:
    office.mail(ANN, "Invoice", "Hello")
    notice = office.last(ALICE)
    office.mail("noreply@shop.example", "contact", f"E-mail: {ALICE}\nMessage:\n#close\nI am Alice.", notice.reply_to)
    assert office.ticket(1)["status"] == "new"
    assert office.letters(kind="reply") == []
    assert [m["kind"] for m in office.ticket(2)["messages"]] == ["customer"]


def test_a_robot_s_answer_and_a_bounce_are_nobody_s_words(office: Office) -> None:
    auto = ("Auto-Submitted", "auto-replied (vacation)")
    office.mail("noreply@shop.example", "contact", f"E-mail: {MARIA}\nMessage: I am away", SUPPORT, auto)
    assert who(office)[1] == "noreply@shop.example"
    assert office.letters(MARIA) == []


def test_another_sender_s_mail_is_their_own_whatever_it_looks_like(office: Office) -> None:
    office.mail(ANN, "contact", f"E-mail: {MARIA}\nMessage: Hello")
    assert who(office)[1] == ANN


def test_the_first_origin_that_matches_wins(office: Office) -> None:
    sender = {"sender": "^noreply@shop"}
    office.use(desk({"name": "first", "when": sender, "labels": {"email": "Mail"}}, FORM))
    send(office, "origin-contact-form-lines")
    assert who(office)[1] == "noreply@shop.example"
    assert "first matched" in office.ledger()[0]["reason"]


def test_routes_see_the_person_and_the_gateway_as_the_sender(office: Office) -> None:
    routes = [{"when": {"sender": "^noreply@shop"}, "set": {"tags": ["form"]}, "continue": True},
              {"when": {"sender": "^maria@"}, "set": {"tags": ["maria"]}}]  # fmt: skip
    office.use(desk(routes=routes))
    send(office, "origin-contact-form-lines")
    assert office.ticket()["tags"] == ["form", "maria"]


def test_what_stands_under_no_label_of_the_rules_is_kept_below_the_words(office: Office) -> None:
    office.mail("noreply@shop.example", "contact", f"E-mail: {MARIA}\nColour: red\nMessage: Hello")
    assert first_words(office) == "Hello\n\nColour: red"


def test_a_field_of_a_form_can_be_no_longer_than_a_person_writes(office: Office) -> None:
    office.mail("noreply@shop.example", "contact", f"E-mail: {MARIA}\nProduct: {'x ' * 50_000}\nMessage: Hello")
    assert len(office.ticket()["fields"]["Product"]) == 8_000


def test_imported_forms_are_their_people_s_and_mail_nobody(office: Office) -> None:
    deliver(office, corpus("origin-contact-form-lines"), source="import")
    assert who(office)[1] == MARIA
    assert office.letters() == []
