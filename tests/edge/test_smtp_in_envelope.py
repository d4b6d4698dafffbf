"""What the arguments of MAIL and RCPT say."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.edge.smtp_envelope import Path, read_path, wrong_parameter


@pytest.mark.parametrize(
    ("argument", "address"),
    [
        ("FROM:<ann@cust.test>", "ann@cust.test"),
        ("from:<Ann@Cust.test>", "Ann@Cust.test"),
        ("FROM: <ann@cust.test> ", "ann@cust.test"),
        ("FROM:ann@cust.test", "ann@cust.test"),
        ("FROM:<>", ""),
        ("FROM:<postmaster>", "postmaster"),
        ("FROM:<@relay.test,@other.test:ann@cust.test>", "ann@cust.test"),
        ('FROM:<"ann <x> \\" lee"@cust.test>', '"ann <x> \\" lee"@cust.test'),
        ("FROM:<ann@[IPv6:2001:db8::1]>", "ann@[IPv6:2001:db8::1]"),
        ("FROM:<änn@bücher.example>", "änn@bücher.example"),
        ("FROM:<srs0=" + "x" * 200 + "=cust.test=ann@relay.test>", "srs0=" + "x" * 200 + "=cust.test=ann@relay.test"),
    ],
)
def test_an_address_is_read(argument: str, address: str) -> None:
    assert read_path("FROM:", argument) == Path(address)


@pytest.mark.parametrize(
    "argument",
    [
        "",
        "FROM",
        "FROM:",
        "TO:<ann@cust.test>",
        "FROM:<ann@cust.test",
        "FROM:<ann@cust.test>SIZE=1",
        "FROM:<ann@cust@test>",
        "FROM:<@cust.test>",
        "FROM:<ann@>",
        'FROM:<"ann@cust.test>',
        "FROM:<ann lee@cust.test>",
        "FROM:<ann\r@cust.test>",
        "FROM:<ann\n@cust.test>",
        "FROM:<ann\0@cust.test>",
        'FROM:<"ann\x1b[2J"@cust.test>',
        "FROM:<ann\x85@cust.test>",
        "FROM:<ann\u2028@cust.test>",
        "FROM:<\udcff@cust.test>",
        "FROM:<ann@" + "x" * 600 + ">",
        "FROM:<ann@cust.test> SIZE=",
        "FROM:<ann@cust.test> =5",
        "FROM:<ann@cust.test> <bob@cust.test>",
    ],
)
def test_what_is_no_address_is_none(argument: str) -> None:
    assert read_path("FROM:", argument) is None


def test_parameters_follow_the_address() -> None:
    path = read_path("FROM:", "FROM:<ann@cust.test> size=100 BODY=8BITMIME  SMTPUTF8")
    assert path == Path("ann@cust.test", {"SIZE": "100", "BODY": "8BITMIME", "SMTPUTF8": ""})


@pytest.mark.parametrize(
    ("parameters", "reply"),
    [
        ({}, ""),
        ({"SIZE": "1000", "BODY": "8bitmime", "SMTPUTF8": ""}, ""),
        ({"SIZE": "1001"}, "552"),
        ({"SIZE": "9" * 20}, "552"),
        ({"SIZE": "9" * 5000}, "501"),  # Python refuses to read that many digits
        ({"SIZE": ""}, "501"),
        ({"SIZE": "-1"}, "501"),
        ({"SIZE": "²"}, "501"),
        ({"BODY": "BINARYMIME"}, "501"),
        ({"SMTPUTF8": "yes"}, "501"),
        ({"RET": "HDRS"}, "555"),
    ],
)
def test_parameters_are_obeyed_or_refused(parameters: dict[str, str], reply: str) -> None:
    assert wrong_parameter(parameters, 1000)[:3] == reply


@given(st.text(st.sampled_from(list('<>@:,"\\ .=a\r\n\0é\udc80')), max_size=60))
def test_whatever_is_read_can_be_written_down(text: str) -> None:
    path = read_path("FROM:", "FROM:" + text)
    if path is not None:
        assert path.address.encode().decode().isprintable()


@pytest.mark.parametrize(
    "text", ["@a," * 600, '<"' + '\\"' * 1000, "<" + "a@" * 1000, "<a> " + "a=" * 900, "<@a:" * 500]
)
def test_no_argument_takes_long(text: str) -> None:
    began = time.process_time()
    read_path("FROM:", "FROM:" + text)
    assert time.process_time() - began < 0.1
