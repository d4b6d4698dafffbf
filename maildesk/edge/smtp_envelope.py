"""The envelope's grammar: the addresses of MAIL and RCPT and what may follow them.

RFC 5321 §4.1.2, with UTF-8 (RFC 6531) and what Postfix also forgives: a space after the colon, no
angle brackets. Refuses control characters, line ends, octets that are no UTF-8, and what has no
closing quote or bracket. One regular expression reads an argument, without backtracking: every
character has one way to match.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

ADDRESS_LIMIT = 512  # octets; RFC 5321 §4.5.3.1.3 says 256, senders that rewrite (SRS, VERP) exceed it

_PATH = re.compile(
    r"""\s*
    (?: <
        (?: @[^<>:\s]* : )?                                  # a source route, to be ignored
        (?P<path> (?: (?: "(?:[^"\\]|\\.)*" | [^<>\s"@]+ ) (?:@[^<>\s"@]+)? )? )
        >
      | (?P<bare> [^<>\s"@]+ (?:@[^<>\s"@]+)? )
    )
    (?: \s+ (?P<parameters> .*) )?""",
    re.VERBOSE | re.DOTALL,
)
_PARAMETER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-~]+))?")


@dataclass(frozen=True, slots=True)
class Path:
    """An address of the envelope, without its angle brackets; "" is the null sender, `<>`."""

    address: str
    parameters: dict[str, str] = field(default_factory=dict)  # names in upper case


def read_path(keyword: str, argument: str) -> Path | None:
    """Reads `FROM:<a@b> SIZE=1`, whose keyword is "FROM:"; None when that is not what it says."""
    if argument[: len(keyword)].upper() != keyword:
        return None
    found = _PATH.fullmatch(argument[len(keyword) :])
    if found is None:
        return None
    address = found["bare"] if found["path"] is None else found["path"]
    parameters = _read_parameters(found["parameters"] or "")
    if parameters is None or not _sound(address):
        return None
    return Path(address, parameters)


def _read_parameters(text: str) -> dict[str, str] | None:
    parameters = {}
    for word in text.split():
        found = _PARAMETER.fullmatch(word)
        if found is None:
            return None
        parameters[found[1].upper()] = found[2] or ""
    return parameters


def _sound(address: str) -> bool:
    """No control character, no line end, no lone surrogate (broken UTF-8)."""
    return address.isprintable() and len(address.encode()) <= ADDRESS_LIMIT


def wrong_parameter(parameters: dict[str, str], max_size: int) -> str:
    """The reply that MAIL's parameters earn, or "" when there is nothing against them."""
    size = parameters.get("SIZE", "0")
    if not (size.isascii() and size.isdigit() and len(size) <= 20):  # RFC 1870 §4
        return "501 5.5.4 SIZE is a number of octets"
    if int(size) > max_size:
        return f"552 5.3.4 A mail may have {max_size} octets here"
    if parameters.get("BODY", "7BIT").upper() not in ("7BIT", "8BITMIME"):  # RFC 6152
        return "501 5.5.4 BODY is 7BIT or 8BITMIME"
    if parameters.get("SMTPUTF8", ""):
        return "501 5.5.4 SMTPUTF8 has no value"
    unknown = parameters.keys() - {"SIZE", "BODY", "SMTPUTF8"}
    return "555 5.5.4 Parameter not known here" if unknown else ""
