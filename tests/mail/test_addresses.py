"""Who wrote, to whom, and which mail was meant."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.mail import addresses, mime
from maildesk.model import Address

CORPUS = Path(__file__).parents[1] / "corpus"


def pairs(value: str) -> list[tuple[str, str]]:
    return [(address.name, address.email) for address in addresses.parse(value)]


@pytest.mark.parametrize(
    ("name", "field", "expected"),
    [
        ("address-group", "to", [("", "a@example.com"), ("B, C", "b@example.com"), ("", "d@example.com")]),
        ("address-group", "cc", []),
        ("address-comma-in-bare-name", "from", [("Doe, John", "john@example.org")]),
        ("address-comma-in-bare-name", "to", [("", "a@example.com"), ("", "b@example.com")]),
        ("address-without-brackets", "from", [("John Doe", "john@example.org")]),
        ("address-without-brackets", "to", [("The Desk (main)", "desk@example.com")]),
        ("address-source-route", "from", [("", "john@example.org")]),
        ("address-source-route", "to", [("", "desk@example.com")]),
        ("words-in-quotes-with-comma", "from", [("Müller, J", "jo@example.org"), ("Doe, John", "doe@example.org")]),
    ],
)
def test_address_fields_are_read_as_they_were_meant(name: str, field: str, expected: list[tuple[str, str]]) -> None:
    fields = mime.split((CORPUS / f"{name}.eml").read_bytes())[0].fields
    assert pairs(fields.raw(field)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("undisclosed-recipients:;", []),
        ("root", [("", "root")]),
        ("MAILER-DAEMON (Mail System)", [("Mail System", "MAILER-DAEMON")]),
        ("Foo <a@b", [("Foo", "a@b")]),
        ("Foo <<a@b>>", [("Foo", "a@b")]),
        ('"Foo <a@b>', [("Foo", "a@b")]),
        ('"john doe"@x.y', [("", '"john doe"@x.y')]),
        ('"Joe \\"x\\" Y" <a@b>', [('Joe "x" Y', "a@b")]),
        ("'a@b' <a@b>", [("", "a@b")]),
        ("'Ann B' <a@b>", [("Ann B", "a@b")]),
        ("Foo <a@b> <c@d>", [("Foo", "a@b"), ("", "c@d")]),
        ("a@b c@d", [("", "a@b"), ("", "c@d")]),
        ("foo @ example.com", [("", "foo@example.com")]),
        ("x@y.z <>", [("", "x@y.z")]),
        ("<>", []),
        ("Foo Bar", []),
        ("a@[IPv6:::1]", [("", "a@[IPv6:::1]")]),
        ("=?utf-8?Q?a=40b.c?=", [("", "a@b.c")]),
    ],
)
def test_odd_forms_are_read(value: str, expected: list[tuple[str, str]]) -> None:
    assert pairs(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<a@b> <c@d>\t<a@b>", ("<a@b>", "<c@d>")),
        ("a@b", ("<a@b>",)),
        ("<a b\t@c>", ("<ab@c>",)),
        ('Your message of "Mon" <x@y>', ("<x@y>",)),
        ("<[abc@x>", ("<[abc@x>",)),
        ("<a@b", ("<a@b>",)),
        ("", ()),
    ],
)
def test_message_ids_keep_their_brackets_and_lose_what_folding_put_in(value: str, expected: tuple[str, ...]) -> None:
    assert addresses.message_ids(value) == expected


@pytest.mark.parametrize(
    "value",
    ["(" * 5000, "(" * 200_000, '"' * 200_000, "<" * 200_000, "a@b," * 60_000, "=?a?q?" * 40_000, '("' * 90_000],
)
def test_hostile_lists_take_linear_time(value: str) -> None:
    began = time.process_time()
    assert len(addresses.parse(value)) <= addresses.LIMIT
    assert time.process_time() - began < 1


@given(
    st.lists(
        st.builds(
            Address,
            st.text("abcXYZ ,.()\\\"'é", max_size=12).map(lambda name: " ".join(name.split()).strip("' ")),
            st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.example", fullmatch=True),
        ),
        max_size=5,
    )
)
def test_what_is_written_by_the_rules_is_read_back(written: list[Address]) -> None:
    def one(address: Address) -> str:
        quoted = address.name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{address.email}>' if address.name else address.email

    assert list(addresses.parse(", ".join(map(one, written)))) == written


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(value: str) -> None:
    for address in addresses.parse(value):
        assert address.email
        assert not set(address.email + address.name) & set("\r\n\0")
    addresses.message_ids(value)


NAMES = st.text(st.sampled_from("Ann Müller-Ó'.=?[]{}&\t\u202e"), max_size=12) | st.just("=?utf-8?Q?M=C3=BCller?=")


@given(NAMES, st.from_regex(r"[a-z0-9.+_-]{1,9}@[a-z0-9.-]{1,9}", fullmatch=True))
def test_the_short_way_of_reading_one_mailbox_tells_what_the_long_way_tells(name: str, email: str) -> None:
    one = f"{name} <{email}>"
    assert addresses.parse(one) == addresses.parse(f"{one},")  # a list goes the long way
