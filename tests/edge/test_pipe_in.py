"""Mail on standard input: octets mended, envelope found."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from maildesk.edge.pipe_in import Told, mail, mended

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FIELDS = b"Return-Path: <bounces@list.test>\nDelivered-To: support@acme.test\nSubject: x\n\nHello\n"


def test_lines_end_in_crlf_and_the_mbox_line_goes() -> None:
    assert mended(b"From ann@x Mon Mar  2 10:00:00 2026\nSubject: x\n\na\r\nb\n") == b"Subject: x\r\n\r\na\r\nb\r\n"


def test_what_the_caller_says_counts_before_all_else() -> None:
    told = mail(FIELDS, Told("", ("a@b.test",)), {"SENDER": "c@d.test", "RECIPIENT": "e@f.test"}, NOON)
    assert (told.envelope_from, told.envelope_to) == ("", ("a@b.test",))
    assert (told.source, told.relay, told.received_at) == ("pipe", True, NOON)


def test_without_an_mta_s_variables_the_fields_on_top_tell() -> None:
    found = mail(FIELDS, Told(), {"SENDER": "left-over@x.test"}, NOON)
    assert (found.envelope_from, found.envelope_to) == ("bounces@list.test", ("support@acme.test",))


@pytest.mark.parametrize("sender", ["", "<>", "MAILER-DAEMON"])
def test_the_null_sender_has_several_names(sender: str) -> None:
    variables = {"SENDER": sender, "RECIPIENT": "support@acme.test"}
    assert mail(b"Subject: x\n\n", Told(), variables, NOON).envelope_from == ""


@pytest.mark.parametrize(
    ("recipient", "found"),
    [
        ("support@acme.test", ("support+tAbC@acme.test",)),
        ("support+tabc@acme.test", ("support+tabc@acme.test",)),
        ("local user", ()),
        ("a b@acme.test", ()),
    ],
)
def test_the_extension_comes_back_to_an_alias(recipient: str, found: tuple[str, ...]) -> None:
    variables = {"SENDER": "ann@x.test", "RECIPIENT": recipient, "EXTENSION": "tAbC"}
    assert mail(b"Subject: x\n\n", Told(), variables, NOON).envelope_to == found
