"""Whole mails: what a person reads, what hangs on them, and which are the same."""

import random
import time
import tracemalloc
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maildesk.mail import parse
from maildesk.model import Address, Mail

CORPUS = Path(__file__).parents[1] / "corpus"


def read(name: str) -> Mail:
    return parse.read((CORPUS / f"{name}.eml").read_bytes())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("body-text-says-read-the-html", "The words."),
        ("body-html-alone", "The words."),
        ("body-text-pieces-around-a-file", "First.\n\nSecond."),
        ("body-is-an-attached-message", "Inner words."),
        ("body-attached-message-beside-words", "The words."),
        ("body-marked-as-attachment", "The words."),
        ("uuencoded-file-in-text", "See below.\n\nBye."),
        ("calendar-answer", "[ACCEPTED] Weekly, short\n2026-04-01 14:00 – 15:00 Europe/Rome\nRoom 4"),
        ("pgp-encrypted", "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----"),
        ("smime-opaque-signed", "Signed words."),
        ("smime-opaque-signed-in-ber", "Signed words."),
        ("tnef-winmail-dat", "Wrapped words."),
        ("header-byte-order-mark", "The words."),
        ("header-space-before-colon", "The words."),
        ("mime-boundary-in-single-quotes", "The words."),
        ("body-type-the-wrong-way-round", "The words."),
        ("filename-without-semicolon", "The words."),
        ("flowed-empty-line-after-soft-break", "Hello,\n\nthe printer does not work."),
    ],
)
def test_the_words_are_what_a_person_reads(name: str, text: str) -> None:
    assert read(name).reply.text == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "body-text-says-read-the-html",
            "The words.\n\nYour mail client does not support HTML. Please use one that can.",
        ),
        ("body-html-alone", "The words.\n\n> old words"),
        ("body-is-an-attached-message", "Inner words."),
        ("body-attached-message-beside-words", "The words.\n\nInner words."),
        ("body-marked-as-attachment", "The words."),
    ],
)
def test_the_whole_text_is_all_there_is_to_read_without_opening_a_file(name: str, text: str) -> None:
    assert read(name).text == text


def test_the_whole_text_of_a_report_has_its_notice_its_status_and_the_mail_that_came_back() -> None:
    text = read("bounce-of-several-recipients").text
    at = [text.index(words) for words in ("One of three failed.", "Final-Recipient:", "Hello")]
    assert at == sorted(at)


@pytest.mark.parametrize("file", sorted(CORPUS.glob("*.eml")), ids=lambda file: str(file.stem))
def test_whatever_file_a_mail_tells_of_can_be_opened(file: Path) -> None:
    """As pgp-encrypted-around-another-multipart: its first part was told of as a file, and is a multipart."""
    mail = parse.read(file.read_bytes())
    assert [len(parse.attachment(mail.raw, each.part)) for each in mail.attachments] == [
        each.size for each in mail.attachments
    ]


@pytest.mark.parametrize(
    ("name", "part", "file", "content"),
    [
        ("uuencoded-file-in-text", "1#1", "note.txt", b"hello"),
        ("uuencoded-file-in-markdown", "1#1", "note.txt", b"hello"),
        ("tnef-winmail-dat", "2#1", "Report März.txt", b"hello"),
        ("smime-opaque-signed", "1#1", "list.csv", b"a,b"),
        ("body-text-pieces-around-a-file", "2", "a.png", b"\x89PNG\r\n\x1a\n"),
        ("mime-boundary-that-begins-another", "2", "list.csv", b"a,b"),
        ("filename-without-semicolon", "2", "list.csv", b"a,b"),
        (
            "body-attached-message-beside-words",
            "2",
            "",
            b"From: bob@example.org\nSubject: Inner\n\nInner words.",
        ),
    ],
)
def test_attachments_are_found_again_by_their_part(name: str, part: str, file: str, content: bytes) -> None:
    mail = read(name)
    found = {attachment.part: attachment for attachment in mail.attachments}[part]
    assert (found.name, found.size) == (file, len(content))
    assert parse.attachment(mail.raw, part) == content


@pytest.mark.parametrize("part", ["", "9", "1#1", "1#x", "#", "1.1"])
def test_a_part_that_is_not_there_is_a_key_error(part: str) -> None:
    with pytest.raises(KeyError):
        parse.attachment(b"Subject: x\n\nwords\n", part)


@pytest.mark.parametrize("name", ["header-byte-order-mark", "header-space-before-colon"])
def test_the_first_field_is_read_whatever_stands_before_it_or_its_colon(name: str) -> None:
    mail = read(name)
    assert (mail.author, mail.subject) == (Address("Ann Example", "ann@example.org"), "Printer")


def test_a_whole_mail_is_read() -> None:
    raw = (
        b"Return-Path: <>\r\nDelivered-To: Desk@example.com\r\nX-Original-To: other@example.com\r\n"
        b"Received: from a by b; x\r\nAuthentication-Results: mx; spf=pass\r\nReceived: from c by d; y\r\n"
        b"From: Ann <ann@example.org>\r\nSender: Bob <bob@example.org>\r\nReply-To: <reply@example.org>\r\n"
        b"To: desk@example.com\r\nTo: two@example.com\r\nCc: cc@example.com\r\nSubject: Hello\r\n"
        b"X-Maildesk-Desk: desk.example\r\nMessage-ID: <1@x>\r\nIn-Reply-To: <0@x>\r\nReferences: <9@x>\r\n <0@x>\r\n"
        b"Date: junk\r\nDate: Tue, 3 Mar 2026 10:00:00 +0100\r\n\r\nThe printer does not work.\r\n"
    )
    mail = parse.read(raw)
    assert mail.author == Address("Ann", "ann@example.org")
    assert mail.sender == (Address("Bob", "bob@example.org"),)
    assert mail.reply_to == (Address("", "reply@example.org"),)
    assert [address.email for address in mail.to] == ["desk@example.com", "two@example.com"]
    assert [address.email for address in mail.cc] == ["cc@example.com"]
    assert mail.delivered_to == ("Desk@example.com", "other@example.com")
    assert mail.return_path == ""
    assert (mail.message_id, mail.in_reply_to, mail.references) == ("<1@x>", ("<0@x>",), ("<9@x>", "<0@x>"))
    assert mail.date is not None
    assert mail.date.isoformat() == "2026-03-03T10:00:00+01:00"
    assert [name for name, _ in mail.trace] == ["Received", "Authentication-Results", "Received"]
    assert mail.desk_mark == "desk.example"
    assert (mail.text, mail.html, mail.language) == ("The printer does not work.", None, "en")
    assert mail.problems == ()


def test_an_image_that_the_html_shows_is_inline() -> None:
    message = EmailMessage()
    message.set_content('<img src="cid:one@x">', subtype="html")
    message.add_related(b"png", "image", "png", cid="<one@x>")
    (image,) = parse.read(bytes(message)).attachments
    assert (image.content_id, image.inline, image.size) == ("one@x", True, 3)


def test_an_overlong_text_is_cut_and_the_cut_is_told() -> None:
    mail = parse.read(b"Subject: x\n\n" + b"many words " * 100_000)
    assert len(mail.text) == 1_000_000
    assert [problem.where for problem in mail.problems] == ["body"]


@given(
    st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40),
    st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20),
    st.binary(max_size=300),
)
def test_what_python_writes_is_read_back(subject: str, name: str, data: bytes) -> None:
    message = EmailMessage()
    message["Subject"] = subject
    message.set_content("words\n")
    message.add_attachment(data, "application", "x-any", filename=name)
    mail = parse.read(bytes(message))
    assert mail.subject == subject
    assert mail.text == "words"
    assert [(found.name, found.size) for found in mail.attachments] == [(name, len(data))]
    assert parse.attachment(mail.raw, "2") == data


MAIL = b"Message-ID: <1@x>\nFrom: a@b\nDate: Tue, 3 Mar 2026 10:00:00 +0100\nContent-Type: text/plain; charset=utf-8\n"
EIGHT_BIT = MAIL + b"Content-Transfer-Encoding: 8bit\n\nGr\xc3\xb6\xc3\x9fe\n"


@pytest.mark.parametrize(
    "other",
    [
        b"Received: from relay; x\nX-Spam-Score: 0\n" + EIGHT_BIT,
        EIGHT_BIT.replace(b"\n", b"\r\n"),
        MAIL + b"Content-Transfer-Encoding: quoted-printable\n\nGr=C3=B6=C3=9Fe\n",
        MAIL + b"Content-Transfer-Encoding: base64\n\nR3LDtsOfZQo=\n",
        EIGHT_BIT.replace(b"10:00:00 +0100", b"09:00:00 +0000"),
    ],
    ids=["another trace", "line ends", "quoted-printable", "base64", "another zone"],
)
def test_the_same_mail_has_the_same_fingerprint_however_it_came(other: bytes) -> None:
    assert parse.fingerprint(parse.read(other)) == parse.fingerprint(parse.read(EIGHT_BIT))


@pytest.mark.parametrize(
    ("old", "new"), [(b"1@x", b"2@x"), (b"a@b", b"c@b"), (b"10:00:00", b"10:00:01"), (b"Gr", b"gr")]
)
def test_another_mail_has_another_fingerprint(old: bytes, new: bytes) -> None:
    assert parse.fingerprint(parse.read(EIGHT_BIT.replace(old, new))) != parse.fingerprint(parse.read(EIGHT_BIT))


def test_without_message_id_only_the_trace_may_differ() -> None:
    bare = b"From: a@b\nSubject: x\n\nwords\n"
    traced = b"Return-Path: <a@b>\nReceived: from x\n\tby y; z\nDelivered-To: d@e\n" + bare
    assert parse.fingerprint(parse.read(traced)) == parse.fingerprint(parse.read(bare))
    changed = parse.read(bare.replace(b"words", b"Words"))
    assert parse.fingerprint(changed) != parse.fingerprint(parse.read(bare))


HOSTILE = {
    "encoded words": b"Subject: " + b" ".join(b"=?utf-8?Q?a%d?=" % n for n in range(20_000)) + b"\n\nx",
    "comments": b"To: " + b"(" * 5000 + b"\n\nx",
    "header": b"X-A: b\n" * 150_000 + b"\nx",
    "spaces": b"Subject:" + b" " * 250_000 + b"\nX-B: " + b" \t" * 1000 + b"\n\nx",
    "url": b"Subject: x\n\nhttp://" + b"a" * 1_000_000,
    "angles": b"Content-Type: text/html\n\n" + b"<" * 1_000_000,
    "divs": b"Content-Type: text/html\n\n" + b"<div>" * 100_000 + b"x",
    "attachments": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: image/png\n\nx\n" * 5000,
    "uuencode": b"\nbegin 644 a\n" * 70_000,
    "base64": b"Content-Transfer-Encoding: base64\n\n" + b"A=" * 400_000,
    "escapes": b"Subject: x\n\n" + b"\x1b$B" * 300_000,
    "tnef": b"Content-Type: application/ms-tnef\n\n\x78\x9f\x3e\x22\0\0" + b"\x02\x02\x90\0\0\0\0\0\0\0\0" * 80_000,
    "cms": b"Content-Type: application/pkcs7-mime\n\n" + b"\x30\x80" * 400_000,
    "parameters": b"Content-Type: text/plain" + b';a="\\"' * 40_000 + b"\n\nx",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_mail_is_read_in_no_time(kind: str) -> None:
    began = time.process_time()
    parse.read(HOSTILE[kind])
    assert time.process_time() - began < 2


@settings(max_examples=300)
@given(st.randoms(use_true_random=False), st.sampled_from(sorted(CORPUS.glob("*.eml"))), st.binary(max_size=30))
def test_no_octets_break_the_reading(dice: random.Random, mail: Path, noise: bytes) -> None:
    raw = bytearray(mail.read_bytes())
    for _ in range(dice.randrange(1, 6)):
        at = dice.randrange(len(raw) + 1)
        raw[at : at + dice.randrange(40)] = noise
    read = parse.read(bytes(raw))
    parse.fingerprint(read)
    for attachment in read.attachments:
        assert len(parse.attachment(read.raw, attachment.part)) == attachment.size
    f"{read.subject}{read.text}{read.reply.text}".encode()


def test_a_large_file_is_read_without_a_second_copy_of_it() -> None:
    mail = EmailMessage()
    mail["From"], mail["Message-ID"] = "ann@customer.test", "<1@customer.test>"
    mail.set_content("Here it is.")
    mail.add_attachment(bytes(range(256)) * 24_000, maintype="image", subtype="png", filename="large.png")
    raw = mail.as_bytes()
    tracemalloc.start()
    try:
        (attachment,) = parse.read(raw).attachments
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert attachment.size == 256 * 24_000
    assert peak < len(raw) * 0.6
