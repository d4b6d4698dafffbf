"""What a trusted relay found out about a mail's sender: Authentication-Results (RFC 8601).

Believes one field: the topmost with a trusted authserv-id that stands above the first Received field which
is not the relays' own (RFC 8601 §5: whatever lies below may be forged). It rests on the relay to remove
fields that claim its name. Refuses everything from other peers: the caller asks only for mail that a
configured relay handed over. Never raises.

Exchange Online writes no authserv-id ("spf=pass (sender IP is ...) smtp.mailfrom=...; dkim=pass ..."): its
form is believed at that same place, and only when a Microsoft host is among the trusted ones.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import NamedTuple

from maildesk.model import Address, Authentication, Proof

_LIMIT = 8 * 1024  # characters of a field
_FIELDS = 100  # fields of the trace
_RESULTS = 50  # results of a field

_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)\\?(?:"|$)|([^\s;="]+)|(=)', re.DOTALL)
_HOST = re.compile(r"[\w.:-]{1,255}")
_BY = re.compile(r"(?:^|\s)by\s+\[?([\w.:-]{1,255})", re.IGNORECASE)
_WORD = re.compile(r"[\w.:]+")
_PIECE = re.compile(r'\\.|[^\\"()]+|.', re.DOTALL)  # of a field that may hold comments
_MICROSOFT = ("outlook.com", "office365.com", "microsoft.com", "exchangelabs.com")


class _Result(NamedTuple):  # made in a third of the time of a frozen dataclass
    """One method's outcome: ``dkim=pass header.d=example.com``, all in lower case."""

    method: str
    outcome: str
    properties: Mapping[str, str]


def judge(trace: tuple[tuple[str, str], ...], author: tuple[Address, ...], trusted: tuple[str, ...]) -> Authentication:
    """Whether the mail is from whom it says, as far as a trusted relay found out.

    ``trace`` holds the Received and Authentication-Results fields (name, value), top first. ``author`` are
    the From addresses. ``trusted`` are the authserv-ids that are believed, compared without case.
    """
    hosts = tuple(name.strip().strip(".").casefold() for name in trusted if name.strip(" ."))
    found = _believed(trace[:_FIELDS], hosts)
    if found is None:
        return Authentication()
    by, results = found
    proof, reason = _verdict(results, author)
    return Authentication(
        spf=_outcome(results, "spf"),
        dkim=_outcome(results, "dkim"),
        dmarc=_outcome(results, "dmarc"),
        by=by,
        proof=proof,
        reason=f"{reason}, says {by}",
    )


def _believed(trace: tuple[tuple[str, str], ...], hosts: tuple[str, ...]) -> tuple[str, tuple[_Result, ...]] | None:
    """The authserv-id and results of the one field that counts."""
    for name, value in trace:
        kind = name.casefold()
        if kind == "received" and not _is_theirs(value[:_LIMIT], hosts):
            return None
        if kind == "authentication-results":
            by, results = _parse(value[:_LIMIT])
            if not by and results:
                by = next((host for host in hosts if _under(host, _MICROSOFT)), "")
                if by:
                    return by, results
            elif by in hosts:
                return by, results
    return None


# --- the trace (RFC 5321 §4.4) ----------------------------------------------------------------------


def _is_theirs(received: str, hosts: tuple[str, ...]) -> bool:
    """Whether a trusted relay wrote this Received field, or a hand-over inside of it did."""
    bare = _without_comments(received)
    if not bare.lstrip()[:5].casefold().startswith("from"):
        return True
    by = list(_BY.finditer(bare))  # more than one when a HELO name says "by", too
    if by and all(_under(match[1].strip(".").casefold(), hosts) for match in by):
        return True
    source = received[: received.rfind(by[-1][0])] if by else received
    numbers = [number for word in _WORD.findall(source) if (number := _number(word))]
    return bool(numbers) and all(number.is_loopback for number in numbers)  # a HELO name may claim 127.0.0.1


def _number(word: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address that ``word`` is, if it is one: "192.0.2.1", "IPv6:2001:db8::1"."""
    try:
        return ipaddress.ip_address(word[:60].casefold().removeprefix("ipv6:"))
    except ValueError:
        return None


def _under(host: str, hosts: tuple[str, ...]) -> bool:
    """Whether ``host`` is one of ``hosts`` or lies in one of them."""
    return any(host == known or host.endswith(f".{known}") for known in hosts)


# --- the field (RFC 8601 §2.2) ----------------------------------------------------------------------


def _parse(value: str) -> tuple[str, tuple[_Result, ...]]:
    """The authserv-id, "" where it is missing, and the results."""
    statements = [_tokens(statement) for statement in _statements(_without_comments(value))[:_RESULTS]]
    by = ""
    if statements and "=" not in statements[0]:
        first = statements.pop(0)
        by = first[0].strip(".").casefold() if first and _HOST.fullmatch(first[0]) else ""
        if not by:
            return "", ()
    results = (_result(tokens) for tokens in statements)
    return by, tuple(result for result in results if result)


def _without_comments(value: str) -> str:
    """``value`` without its comments, which nest (RFC 5322 §3.2.2); quoted strings stay whole."""
    if "(" not in value:
        return value
    kept: list[str] = []
    depth, quoted = 0, False
    for piece in _PIECE.findall(value):
        if piece == '"' and not depth:
            quoted = not quoted
        elif piece == "(" and not quoted:
            depth += 1
            continue
        elif piece == ")" and depth:
            depth -= 1
            kept.append(" ")
            continue
        if not depth:
            kept.append(piece)
    return "".join(kept)


def _statements(value: str) -> list[str]:
    """``value`` split at its semicolons, but for those in quotes."""
    if '"' not in value:
        return [piece for piece in value.split(";") if piece.strip()]
    pieces, start, quoted = [], 0, False
    for at, character in enumerate(value):
        if character == '"':
            quoted = not quoted
        elif character == ";" and not quoted:
            pieces.append(value[start:at])
            start = at + 1
    return [piece for piece in (*pieces, value[start:]) if piece.strip()]


def _tokens(statement: str) -> list[str]:
    return [(quoted or bare or equals).casefold() for quoted, bare, equals in _TOKEN.findall(statement)]


def _result(tokens: list[str]) -> _Result | None:
    """``dkim=pass header.d=example.com``, where any of the equal signs may have spaces around it."""
    pairs = [
        (tokens[at - 1], tokens[at + 1]) for at in range(1, len(tokens) - 1) if tokens[at] == "=" != tokens[at - 1]
    ]
    if not pairs:
        return None
    method, outcome = pairs[0]
    properties: dict[str, str] = {}
    for name, given in pairs[1:]:
        properties.setdefault(name, given)
    return _Result(method.partition("/")[0], outcome, properties)


def _outcome(results: tuple[_Result, ...], method: str) -> str:
    """The outcome of a method, "" when it was not tried. Any valid signature counts; any DMARC failure."""
    tried = [result for result in results if result.method == method]
    if method == "spf":  # a HELO identity may stand beside it
        tried.sort(key=lambda result: "smtp.mailfrom" not in result.properties)
    outcomes = [result.outcome[:40] for result in tried]
    decisive = "fail" if method == "dmarc" else "pass" if method == "dkim" else ""
    return decisive if decisive in outcomes else next(iter(outcomes), "")


# --- the verdict ------------------------------------------------------------------------------------


def _verdict(results: tuple[_Result, ...], author: tuple[Address, ...]) -> tuple[Proof, str]:
    """DMARC decides where it is known; else an aligned signature proves, and a failed SPF disproves."""
    domain = _domain(author[0].email) if len(author) == 1 else ""
    dmarc = _outcome(results, "dmarc")
    if dmarc == "fail":
        return Proof.FAILED, "DMARC failed"
    if dmarc == "pass":
        return _dmarc_passed(results, domain, len(author))
    signer = next((signer for signer in _signers(results) if _aligned(domain, signer)), "")
    if signer:
        return Proof.PROVEN, f"no DMARC, but a valid DKIM signature of {signer}"
    if _outcome(results, "spf") == "fail":
        return Proof.FAILED, "no DMARC, and SPF failed"
    return Proof.UNPROVEN, "neither DMARC nor an aligned DKIM signature passed"


def _dmarc_passed(results: tuple[_Result, ...], domain: str, authors: int) -> tuple[Proof, str]:
    """RFC 9989 (DMARC) is about one From domain: a pass for another proves nothing here."""
    passed = next(result for result in results if result.method == "dmarc")
    about = _domain(passed.properties.get("header.from", ""))
    if authors != 1 or not domain:
        return Proof.UNPROVEN, "DMARC passed, but there is not exactly one From address"
    if about and not _aligned(domain, about):
        return Proof.UNPROVEN, f"DMARC passed for {about[:100]}, which is not the From domain"
    return Proof.PROVEN, "DMARC passed"


def _signers(results: tuple[_Result, ...]) -> list[str]:
    """The domains whose DKIM signatures passed: header.d, else header.i's (RFC 8601 §2.7.1)."""
    passed = [result.properties for result in results if result.method == "dkim" and result.outcome == "pass"]
    return [_domain(given.get("header.d") or given.get("header.i", "")) for given in passed]


def _domain(address: str) -> str:
    """The domain of an address, or of itself, as DNS has it (RFC 5890)."""
    domain = address.rpartition("@")[2].strip(" .").casefold()[:253]
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


def _aligned(domain: str, signer: str) -> bool:
    """Whether ``domain`` is the signer's, or lies under it; a top-level domain signs for nobody."""
    return "." in signer and (domain == signer or domain.endswith(f".{signer}"))
