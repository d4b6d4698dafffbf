"""format=flowed (RFC 3676): joins the lines that a mail client wrapped, and keeps the depth of quotes."""

from __future__ import annotations

import re

_QUOTE = re.compile(r"(>*)( ?)")


def join(text: str, delete_space: bool = False) -> str:
    """``text`` with its soft line breaks undone; ``delete_space`` is the parameter DelSp=yes."""
    lines: list[str] = []
    pieces: list[str] = []
    depth = 0
    for line in text.split("\n"):
        quote = _QUOTE.match(line)
        own, body = (len(quote[1]), line[quote.end() :]) if quote else (0, line)
        # An improperly flowed paragraph ends (§4.5); an empty line ends it, too, and stays: so people see it.
        if pieces and (own != depth or body in ("-- ", "")):
            lines.append(_line(depth, pieces))
            pieces = []
        depth = own
        if body.endswith(" ") and body != "-- ":
            pieces.append(body[:-1] if delete_space else body)
            continue
        pieces.append(body)
        lines.append(_line(depth, pieces))
        pieces = []
    if pieces:
        lines.append(_line(depth, pieces))
    return "\n".join(lines)


def _line(depth: int, pieces: list[str]) -> str:
    body = "".join(pieces).rstrip(" ") if pieces != ["-- "] else "-- "
    return f"{'>' * depth} {body}".rstrip() if depth else body
