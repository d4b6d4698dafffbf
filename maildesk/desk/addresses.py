"""Reply addresses: made, recognised, verified.

`support+t<token>@` is a customer's, random, one for each person on each ticket. `+a` (answer),
`+n` (note) and `+d` (desk) are agents': signed with HMAC-SHA256, cut to 128 bits, for one agent,
ticket, kind, revision and expiry. `+b` takes bounces and holds the random part of the Message-ID
that it belongs to; `+c` (confirm) takes an agent's one word on what waits for it, and holds the same.
All are lower-case base32 (RFC 4648 §6), for local parts may lose their case.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import b32decode, b32encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from maildesk.config import Desk

LIFETIME = timedelta(days=90)
_EPOCH = date(2020, 1, 1)
_SIGNATURE = 16  # octets


class AddressKind(StrEnum):
    PLAIN = ""
    CUSTOMER = "t"
    ANSWER = "a"
    NOTE = "n"
    DESK = "d"
    BOUNCE = "b"
    CONFIRM = "c"


AGENTS = (AddressKind.ANSWER, AddressKind.NOTE, AddressKind.DESK)


@dataclass(frozen=True, slots=True)
class Recipient:
    """An address of the desk, taken apart; ``token`` is without its kind's letter."""

    address: str
    kind: AddressKind = AddressKind.PLAIN
    token: str = ""
    home: str = ""  # the plain address that it belongs to: the desk's, an alias, a brand's


@dataclass(frozen=True, slots=True)
class Claim:
    """What an agent's address says of itself; to be believed only once `verify` says so."""

    ticket: int
    revision: int
    expires: date


def classify(address: str, desk: Desk) -> Recipient | None:
    """The desk's own address taken apart, or None when it is not one of the desk's."""
    key = address.strip().strip("<>").casefold()
    if key in desk.addresses:
        return Recipient(address, home=desk.addresses[key])
    local, _, domain = key.rpartition("@")
    if key == "postmaster" or (local == "postmaster" and domain in desk.domains):
        return Recipient(address, home=desk.domains.get(domain, desk.address))
    for form in desk.reply_forms:
        prefix, _, suffix = form.casefold().partition("{token}")
        token = key[len(prefix) : len(key) - len(suffix)] if key.startswith(prefix) and key.endswith(suffix) else ""
        if token and "@" not in token:
            return _token(Recipient(address, home=desk.house_of(key).address), token)
    plain, plus, _ = local.partition("+")
    home = desk.addresses.get(f"{plain}@{domain}") if plus else None
    return Recipient(address, home=home) if home else None


def _token(found: Recipient, token: str) -> Recipient:
    kind, rest = token[0], token[1:]
    known = kind in set(AddressKind) and 26 <= len(rest) <= 63 and rest.isascii() and rest.isalnum()
    return replace(found, kind=AddressKind(kind), token=rest) if known else found


def fingerprint(token: str) -> str:
    """What is stored of a one-time token: nobody who reads the store can answer to it."""
    return hashlib.sha256(token.casefold().encode()).hexdigest()


class House(Protocol):
    """The desk, or one of its brands."""

    @property
    def reply_form(self) -> str: ...


def address(house: House, kind: AddressKind, token: str) -> str:
    """The reply address of this kind; the plain one where it has no room for a token."""
    return house.reply_form.replace("{token}", f"{kind}{token}") if has_tokens(house) else house.reply_form


def has_tokens(house: House) -> bool:
    return "{token}" in house.reply_form


# --- agents' tokens ------------------------------------------------------------------------------------


def sign(key: bytes, agent: str, kind: AddressKind, claim: Claim) -> str:
    """An agent's token: what it claims, and the signature over that, the agent and the kind."""
    body = (claim.expires - _EPOCH).days.to_bytes(2, "big") + _pack(claim.ticket) + _pack(claim.revision)
    return b32encode(body + _mac(key, agent, kind, body)).decode().rstrip("=").lower()


def claim_until(now: datetime, ticket: int, revision: int) -> Claim:
    return Claim(ticket, revision, (now.astimezone(UTC) + LIFETIME).date())


def read(token: str) -> Claim | None:
    """What the token claims, believed or not; None when it is none of ours."""
    body = _bytes(token)[:-_SIGNATURE]
    try:
        ticket, rest = _unpack(body[2:])
        revision, rest = _unpack(rest)
        expires = _EPOCH + timedelta(days=int.from_bytes(body[:2], "big"))
    except IndexError:
        return None
    return None if rest else Claim(ticket, revision, expires)


def verify(token: str, agent: str, kind: AddressKind, keys: Sequence[bytes]) -> bool:
    """Whether we signed this token for this agent and kind; in constant time, with every key."""
    whole = _bytes(token)
    body, signature = whole[:-_SIGNATURE], whole[-_SIGNATURE:]
    return bool(sum([hmac.compare_digest(_mac(key, agent, kind, body), signature) for key in keys]))


def _mac(key: bytes, agent: str, kind: AddressKind, body: bytes) -> bytes:
    return hmac.digest(key, b"\x00".join((b"maildesk reply address", kind.encode(), agent.encode(), body)), "sha256")[
        :_SIGNATURE
    ]


def _bytes(token: str) -> bytes:
    """The token's octets, b"" if it is not exactly how we write base32."""
    try:
        octets = b32decode(token.upper() + "=" * (-len(token) % 8))
    except (binascii.Error, ValueError):
        return b""
    return octets if b32encode(octets).decode().rstrip("=").lower() == token else b""


def _pack(number: int) -> bytes:
    """A small number in few octets: seven bits each, the highest bit says that more follow."""
    octets = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        octets.append(low | (0x80 if number else 0))
        if not number:
            return bytes(octets)


def _unpack(octets: bytes) -> tuple[int, bytes]:
    number = shift = 0
    for index in range(5):
        octet = octets[index]
        number |= (octet & 0x7F) << shift
        if not octet & 0x80:
            return number, octets[index + 1 :]
        shift += 7
    raise IndexError("longer than any number of ours")
