"""Header fields, encoded words and parameters as they are really written."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.mail import dates, mime, parameters, words
from maildesk.mail.disposition import Disposition
from maildesk.mail.fields import LIMIT, Fields, read

CORPUS = Path(__file__).parents[1] / "corpus"


def header(name: str) -> Fields:
    return mime.split((CORPUS / f"{name}.eml").read_bytes())[0].fields


def fields(raw: bytes) -> Fields:
    return read(raw, 0, len(raw)).fields


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("header-mbox-line-above", "Printer"),
        ("header-junk-line-between-fields", "Printer"),
        ("header-without-empty-line", "Printer"),
        ("header-raw-utf8", "Größe – 価格"),
        ("header-raw-latin-1", "Größe und Übergabe"),
        ("header-raw-koi8-r", "Не работает принтер"),
        ("words-with-spaces-inside", "Größe of ité è"),
        ("words-without-padding", "Größe"),
        ("words-character-over-two", "Größe and é"),
        ("words-hide-line-ends", "hello Bcc: evil@example.org"),
        ("words-iso-2022-jp", "ご注文の確認"),
        ("words-of-unknown-charset", "Größe"),
    ],
)
def test_subjects_are_read_as_they_were_meant(name: str, subject: str) -> None:
    assert header(name).get("subject") == subject


def test_names_compare_without_case_and_the_top_one_comes_first() -> None:
    found = fields(b"RECEIVED: one\nreceived: two\nSubject: x\n\nbody: no\n")
    assert found.get("Received") == "one"
    assert found.all("received") == ("one", "two")
    assert [field.name for field in found] == ["RECEIVED", "received", "Subject"]
    assert found.get("body", "none") == "none"


def test_a_folded_field_is_one_line() -> None:
    assert fields(b"Subject: one\r\n\ttwo\r\n   \r\n three\r\n\r\n").get("subject").split() == ["one", "two", "three"]


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: one two\nTo: x\n\n",
        b"Subject: one two\r\nTo: x\r\n\r\n",
        b"Subject: one\n two\nTo: x\n\n",
        b"Subject: one\r\n\ttwo\r\nTo: x\r\n\r\n",
        b"Subject:one two \t \nTo: x\n\n",
        b"Subject: one two \r\njunk\r\nTo:\r\n x\r\n\r\n",
    ],
)
def test_line_ends_folding_and_spaces_around_leave_no_trace_in_a_value(raw: bytes) -> None:
    found = fields(raw)
    assert [(field.name, field.value) for field in found] == [("Subject", "one two"), ("To", "x")]
    assert found.raw("subject") == "one two"


def test_a_value_that_ends_in_an_octet_of_utf8_keeps_it() -> None:
    assert fields("Subject: voilà\n\n".encode()).get("subject") == "voilà"


def test_a_space_before_the_colon_is_passed_over() -> None:
    assert fields(b"Subject : x\n\n").get("subject") == "x"


def test_an_overlong_header_is_read_in_part_and_the_body_still_found() -> None:
    raw = b"Subject: x\n" + b"X-Much: more\n" * 80_000 + b"\nbody"
    found = read(raw, 0, len(raw))
    assert raw[found.body :] == b"body"
    assert found.fields.get("subject") == "x"
    assert found.problems
    assert sum(len(field.value) for field in found.fields) < LIMIT


def test_twenty_thousand_encoded_words_take_no_time() -> None:
    began = time.process_time()
    decoded = words.decode(" ".join(["=?utf-8?Q?a?="] * 20_000))
    assert time.process_time() - began < 0.5
    assert decoded.startswith("a" * words.LIMIT + " =?")


@pytest.mark.parametrize("value", ["=?utf-8?Q?never closed", "=?a?b?", "=??Q?x?=", "=?utf-8?X?x?="])
def test_what_is_no_encoded_word_stays_as_it_is(value: str) -> None:
    assert words.decode(value) == value


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("filename-rfc2231-in-pieces", "Rechnung über Maerz.pdf"),
        ("filename-encoded-word", "Übersicht.pdf"),
        ("filename-raw-utf8-unquoted", "Übersicht März.pdf"),
        ("filename-hides-its-kind", "invoicefdp.exe"),
    ],
)
def test_file_names_are_read_in_every_writing(name: str, file: str) -> None:
    parts = mime.split((CORPUS / f"{name}.eml").read_bytes())[0].children
    assert Disposition.of(parts[1]).name == file


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('text/plain; charset="utf-8"; format=flowed', {"charset": "utf-8", "format": "flowed"}),
        ("a/b; name=one two.pdf; x=y", {"name": "one two.pdf", "x": "y"}),
        ('a/b; name="C:\\dir\\file.txt"', {"name": "C:\\dir\\file.txt"}),
        ('a/b; name="never closed; x=y', {"name": "never closed", "x": "y"}),
        ("a/b; name*1=d; name*0=a; name=z", {"name": "ad"}),
        ("a/b;; ; =x; y", {}),
        ("a/b; x=1; x=2", {"x": "1"}),
    ],
)
def test_parameters_are_read_leniently(value: str, expected: dict[str, str]) -> None:
    assert parameters.parse(value)[1] == expected


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("Mon, 6 Jun 2005 22:21:22 +0200", "2005-06-06T22:21:22+02:00"),
        ("6 Jun 05 22:21 EDT", "2005-06-06T22:21:00-04:00"),
        ("Thu, 13 Feb 69 23:32 -0330 (Newfoundland Time)", "1969-02-13T23:32:00-03:30"),
        ("Mon Jan  2 15:04:05 2006", "2006-01-02T15:04:05+00:00"),
        ("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", None),
        ("Fri, 21 Nov 1997 09 : 55 : 06 -0600", "1997-11-21T09:55:06-06:00"),
        ("2024-05-01 10:00:00+05:30", "2024-05-01T10:00:00+05:30"),
        ("Wed, January 5, 2011 3:04 PM", "2011-01-05T15:04:00+00:00"),
        ("Tue, 1 Jan 2019 10.20.30 GMT", "2019-01-01T10:20:30+00:00"),
        ("Sat, 31 Dec 2016 23:59:60 +0000", "2016-12-31T23:59:59+00:00"),
        ("Tue, 05 Nov 2013 05:35:00 +9999", "2013-11-05T05:35:00+00:00"),
        ("Mi, 5 Mär 2010 10:00:00 +0100", None),
        ("Mon, 30 Feb 2010 10:00:00 +0100", None),
        ("Tue, 7 Apr 2026 10:00:t", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates_are_read_in_every_form_or_not_at_all(value: str, instant: str | None) -> None:
    read = dates.parse(value)
    assert (read.isoformat() if read else None) == instant


@given(st.binary(max_size=500))
def test_no_octets_break_a_header(raw: bytes) -> None:
    found = fields(b"Subject: " + raw)
    for field in found:
        assert not set(field.value) & set("\r\n\0\x1b")
        parameters.parse(found.raw(field.name))
        dates.parse(field.value)
