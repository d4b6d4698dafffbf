"""A text's letters and digits, and nothing between them: what is left when two forms of it are compared."""

from __future__ import annotations

import re

_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum())
_FOREIGN_SIGNS = re.compile(r"[^\x00-\x7f\w]+")


def bare(text: str) -> str:
    """Without spaces and signs. Those of ASCII go first: as octets, in a fortieth of the time of a pattern."""
    kept = text.encode("utf-8", "surrogatepass").translate(None, _SIGNS).decode("utf-8", "surrogatepass")
    return kept if kept.isascii() else _FOREIGN_SIGNS.sub("", kept)
