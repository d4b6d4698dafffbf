"""What we write, other people's software reads: Python's own parser stands for them here."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.mail.compose import ComposeError, Enclosure, Letter, compose, file_name, one_line
from maildesk.model import Address

LETTER = Letter(
    message_id="<secret@acme.test>",
    date=datetime(2026, 3, 2, 10, 0, tzinfo=UTC),
    sender=Address("Acme Support", "support@acme.test"),
    to=Address("Ann", "ann@customer.test"),
    subject="Re: [#1] Hello",
    text="Hello Ann.\n",
)


def nothing_private(text: str) -> str:
    return ""


def read(raw: bytes) -> email.message.EmailMessage:
    found = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(found, email.message.EmailMessage)
    return found


def test_the_same_letter_gives_the_same_bytes() -> None:
    letter = replace(LETTER, html="<p>Hello</p>", enclosures=(Enclosure("a.txt", "text/plain", b"x"),))
    assert compose(letter, nothing_private) == compose(letter, nothing_private)


@pytest.mark.parametrize(
    "words",
    [
        "Päivää – kiitos",
        "Ciao, perché?",
        "Bună ziua, mulțumesc",
        "مرحبا، شكرا",
        "こんにちは、ありがとう",
        "=?utf-8?q?x?=",
        "x" * 3000,
    ],
)
def test_words_of_any_language_come_back_whole(words: str) -> None:
    letter = replace(
        LETTER, subject=words[:200], text=words, html=f"<p>{words}</p>", to=Address(words[:100], "a@b.test")
    )
    raw = compose(letter, nothing_private)
    message = read(raw)
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert message["Subject"] == words[:200]
    assert message["To"].addresses[0].display_name == words[:100]
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().strip() == words
    assert html.get_content().strip() == f"<p>{words}</p>"


@given(subject=st.text(max_size=300), name=st.text(max_size=100), words=st.text(max_size=2000))
def test_whatever_people_write_makes_one_mail_to_one_recipient(subject: str, name: str, words: str) -> None:
    raw = compose(replace(LETTER, subject=subject, sender=Address(name, "s@acme.test"), text=words), nothing_private)
    message = read(raw)
    assert str(message["To"]) == "Ann <ann@customer.test>"
    assert message.get_all("Bcc") is None
    assert [a.addr_spec for a in message["From"].addresses] == ["s@acme.test"]
    assert b"\r" not in raw.replace(b"\r\n", b"")


def test_lines_that_mail_systems_spoil_are_encoded() -> None:
    raw = compose(replace(LETTER, text="From here\n.\n.hidden\n"), nothing_private)
    body = raw.partition(b"\r\n\r\n")[2]
    assert b"\r\nFrom " not in b"\r\n" + body
    assert b"\r\n.\r\n" not in b"\r\n" + body
    part = read(raw).get_body(("plain",))
    assert part is not None
    assert part.get_content() == "From here\r\n.\r\n.hidden\r\n"


def test_files_and_the_pictures_in_the_html_keep_their_places() -> None:
    files = (
        Enclosure("kuva ä.png", "image/png", b"\x89PNG", "pic@x"),
        Enclosure("lasku.pdf", "application/pdf", b"%PDF"),
        Enclosure("mail.eml", "message/rfc822", b"Subject: x\r\n\r\n"),
    )
    message = read(compose(replace(LETTER, html='<img src="cid:pic@x">', enclosures=files), nothing_private))
    assert [p.get_content_type() for p in message.walk() if p.is_multipart()] == [
        "multipart/mixed",
        "multipart/alternative",
        "multipart/related",
    ]
    picture = next(p for p in message.walk() if p["Content-ID"])
    assert (picture["Content-ID"], picture.get_filename()) == ("<pic@x>", "kuva ä.png")
    assert [(p.get_filename(), p.get_content_type()) for p in message.iter_attachments()] == [
        ("lasku.pdf", "application/pdf"),
        ("mail.eml", "application/octet-stream"),
    ]


def test_the_thread_goes_into_references_and_its_end_into_in_reply_to() -> None:
    thread = tuple(f"<{n}@x>" for n in range(40))
    message = read(compose(replace(LETTER, thread=thread), nothing_private))
    assert message["In-Reply-To"] == "<39@x>"
    assert str(message["References"]).split() == list(thread[-20:])
    answering = read(compose(replace(LETTER, thread=thread, in_reply_to="<5@x>"), nothing_private))
    assert str(answering["References"]).split()[-1] == "<5@x>"
    assert read(compose(replace(LETTER, thread=("broken id", "<a b>")), nothing_private))["References"] is None


def test_automatic_mail_says_so_and_a_person_s_does_not() -> None:
    message = read(compose(replace(LETTER, auto_submitted="auto-replied", desk="mark"), nothing_private))
    assert (message["Auto-Submitted"], message["X-Maildesk-Desk"]) == ("auto-replied", "mark")
    assert read(compose(LETTER, nothing_private))["Auto-Submitted"] is None


@pytest.mark.parametrize(
    "private",
    [{"subject": "secret"}, {"text": "secret"}, {"html": "secret"}, {"enclosures": (Enclosure("secret", "a/b", b""),)}],
)
def test_the_guard_is_asked_about_all_that_the_reader_sees(private: dict[str, object]) -> None:
    def guard(text: str) -> str:
        return "a secret would be seen" if "secret" in text else ""

    with pytest.raises(ComposeError, match="a secret would be seen"):
        compose(replace(LETTER, message_id="<x@y>", **private), guard)  # type: ignore[arg-type]


@pytest.mark.parametrize("address", ["a b@c", "a@b\r\nBcc: c@d", "<a@b>", "a@b,c@d", "ab", "a@b@c"])
def test_what_is_no_address_gets_no_mail(address: str) -> None:
    with pytest.raises(ComposeError, match="not an address"):
        compose(replace(LETTER, to=Address("", address)), nothing_private)


def test_an_address_beyond_ascii_is_written_as_it_is() -> None:
    raw = compose(replace(LETTER, to=Address("Päivi", "päivi@exämple.test")), nothing_private)
    assert 'To: "Päivi" <päivi@exämple.test>'.encode() in raw


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../x", "x"),
        ("a\x00b\u202e.txt", "ab.txt"),
        ("", "attachment"),
        ("...", "attachment"),
        ("ok ä.pdf", "ok ä.pdf"),
    ],
)
def test_file_names_hold_nothing_but_a_name(name: str, shown: str) -> None:
    assert file_name(name) == shown


def test_one_line_is_one_line() -> None:
    assert one_line(" a\r\n\tb\u2028c\x85d ") == "a b c d"
    assert one_line("x" * 500, 10) == "x" * 9 + "…"
