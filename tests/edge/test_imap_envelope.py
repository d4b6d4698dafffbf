"""The envelope of a mail is read from the fields that the delivering server wrote on its top."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.edge.imap_envelope import RECIPIENTS, envelope

POSTFIX = b"""Return-Path: <carla@customer.test>\r
X-Original-To: help@acme.test\r
Delivered-To: support@acme.test\r
Received: from mx (localhost [127.0.0.1])\r
\tby mail.acme.test\r
Return-Path: <forged@evil.test>\r
From: carla@customer.test\r
\r
Delivered-To: in-the-body@acme.test\r
"""


def test_postfix_says_the_sender_and_both_recipients_and_the_body_says_nothing() -> None:
    assert envelope(POSTFIX) == ("carla@customer.test", ("help@acme.test", "support@acme.test"))


@pytest.mark.parametrize(
    ("value", "sender"),
    [
        ("<>", ""),
        (" < > ", None),
        ("<#@[]>", ""),
        ("carla@customer.test", "carla@customer.test"),
        ("\r\n <carla@customer.test>", "carla@customer.test"),
        ("<@relay.test,@other.test:carla@customer.test>", "carla@customer.test"),
        ("<zoë@müller.test>", "zoë@müller.test"),
        ("MAILER-DAEMON", None),
        ("<a b@customer.test>", None),
        ("<a\x00b@customer.test>", None),
        ("", None),
    ],
)
def test_the_return_path_is_read(value: str, sender: str | None) -> None:
    assert envelope(f"Return-Path: {value}\r\nSubject: x\r\n\r\n".encode())[0] == sender


def test_an_unreadable_return_path_on_top_is_not_made_good_by_a_lower_one() -> None:
    assert envelope(b"Return-Path: ?\nReturn-Path: <forged@evil.test>\n\n")[0] is None


def test_without_a_return_path_the_sender_is_unknown() -> None:
    assert envelope(b"From: carla@customer.test\r\n\r\n") == (None, ())


@pytest.mark.parametrize(
    ("head", "recipients"),
    [
        ("Envelope-To: a@acme.test, <b@acme.test>", ("a@acme.test", "b@acme.test")),  # Exim
        ("DELIVERED-TO : a@acme.test", ("a@acme.test",)),
        ("Delivered-To: desk\nDelivered-To: a@acme.test", ("a@acme.test",)),  # a local user's name
        ("Delivered-To: mailing list l@acme.test", ()),  # ezmlm
        ("Delivered-To: a@acme.test\nX-Original-To: a@acme.test", ("a@acme.test",)),
        ("From someone@x.test Mon\nDelivered-To: a@acme.test", ("a@acme.test",)),  # an mbox line
    ],
)
def test_recipients_are_read_top_first_and_once_each(head: str, recipients: tuple[str, ...]) -> None:
    assert envelope(head.encode() + b"\n\n")[1] == recipients


def test_recipients_have_a_limit() -> None:
    head = b"".join(b"Delivered-To: a%d@acme.test\r\n" % n for n in range(500))
    assert len(envelope(head + b"\r\n")[1]) == RECIPIENTS


@pytest.mark.parametrize("unit", [b"Delivered-To: ,,,,\n", b" x\n", b"Delivered-To: a\n ,b@c\n", b"<", b",", b"\r"])
def test_a_megabyte_of_anything_takes_no_time(unit: bytes) -> None:
    raw = b"Delivered-To: " + unit * (1_000_000 // len(unit))
    began = time.perf_counter()
    envelope(raw)
    assert time.perf_counter() - began < 0.5


@given(st.binary(max_size=300), st.sampled_from([b"Return-Path:", b"Delivered-To:", b""]))
def test_nothing_makes_it_raise_and_no_address_holds_a_space(junk: bytes, field: bytes) -> None:
    sender, recipients = envelope(field + junk)
    for address in (*recipients, sender or ""):
        assert not any(character.isspace() for character in address)
