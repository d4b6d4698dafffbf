"""Reply addresses: what we sign we know again, and nothing else is believed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.config import Desk
from maildesk.config.values import LONGEST_TOKEN
from maildesk.desk.addresses import AddressKind, Claim, address, claim_until, classify, read, sign, verify

DESK = Desk(name="Acme", address="Support@acme.test", aliases=("help@acme.test",))
KEY, OTHER = b"k" * 32, b"o" * 32
claims = st.builds(
    Claim,
    ticket=st.integers(0, 2**28 - 1),
    revision=st.integers(0, 2**14 - 1),
    expires=st.dates(date(2026, 1, 1), date(2190, 1, 1)),
)


@given(claim=claims)
def test_a_token_says_what_was_signed_and_fits_into_a_local_part(claim: Claim) -> None:
    token = sign(KEY, "alice", AddressKind.ANSWER, claim)
    assert read(token) == claim
    assert verify(token, "alice", AddressKind.ANSWER, (OTHER, KEY))
    assert 1 + len(token) <= LONGEST_TOKEN
    whole = address(DESK, AddressKind.ANSWER, token)
    assert len(whole.partition("@")[0]) <= 64
    found = classify(whole.upper(), DESK)
    assert found is not None
    assert (found.kind, found.token) == (AddressKind.ANSWER, token)


@given(claim=claims, agent=st.sampled_from(["bob", "alic", "alicea", ""]))
def test_a_token_is_for_one_agent_one_kind_and_one_key(claim: Claim, agent: str) -> None:
    token = sign(KEY, "alice", AddressKind.ANSWER, claim)
    assert not verify(token, agent, AddressKind.ANSWER, (KEY,))
    assert not verify(token, "alice", AddressKind.NOTE, (KEY,))
    assert not verify(token, "alice", AddressKind.ANSWER, (OTHER,))
    assert not verify(token, "alice", AddressKind.ANSWER, ())


@given(text=st.text(alphabet="abcdefghijklmnopqrstuvwxyz234567018=", max_size=70))
def test_nothing_but_our_own_tokens_is_believed(text: str) -> None:
    assert not verify(text, "alice", AddressKind.ANSWER, (KEY,))
    read(text)


@given(claim=claims, position=st.integers(0, 60), letter=st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_changed_letter_makes_a_token_void(claim: Claim, position: int, letter: str) -> None:
    token = sign(KEY, "alice", AddressKind.ANSWER, claim)
    index = position % len(token)
    changed = token[:index] + letter + token[index + 1 :]
    assert changed == token or not verify(changed, "alice", AddressKind.ANSWER, (KEY,))


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("support@acme.test", AddressKind.PLAIN),
        ("<SUPPORT@ACME.TEST>", AddressKind.PLAIN),
        ("help@acme.test", AddressKind.PLAIN),
        ("support+anything@acme.test", AddressKind.PLAIN),
        ("help+x@acme.test", AddressKind.PLAIN),
        ("postmaster@acme.test", AddressKind.PLAIN),
        ("support+t" + "a" * 26 + "@acme.test", AddressKind.CUSTOMER),
        ("support+B" + "A" * 26 + "@acme.test", AddressKind.BOUNCE),
        ("support+t" + "a" * 25 + "@acme.test", AddressKind.PLAIN),
        ("support+x" + "a" * 26 + "@acme.test", AddressKind.PLAIN),
    ],
)
def test_the_desk_knows_its_own_addresses(written: str, kind: AddressKind) -> None:
    found = classify(written, DESK)
    assert found is not None
    assert found.kind is kind


@pytest.mark.parametrize(
    "written",
    [
        "",
        "support",
        "support@acme.test.evil",
        "xsupport@acme.test",
        "info@acme.test",
        "support@evil.test",
        "a@b@acme.test",
    ],
)
def test_other_addresses_are_not_the_desk_s(written: str) -> None:
    assert classify(written, DESK) is None


def test_an_address_is_good_for_ninety_days() -> None:
    claim = claim_until(datetime(2026, 3, 2, 23, 0, tzinfo=UTC), 7, 1)
    assert claim.expires == date(2026, 5, 31)
