"""Cuts what stands below an author's words without being written anew: signature, product footer.

A closing ("Best regards, Jo") is the author's own and stays; what is cut is what follows a
delimiter, what a device adds, and a lone "-Jo" at the very end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from maildesk.mail.trim.recognise import RULE, is_footer, is_name_closing, is_rule, visible

LONGEST_SIGNATURE = 40  # lines below "-- ", which RFC 3676 §4.3 makes a sure sign
LONGEST_UNSURE_SIGNATURE = 12  # lines below "--", "__" or a dash that a phone made of them
LONGEST_FOOT = 8  # lines below a drawn line: a list's own words, or a signature with an address

_BARE_DELIMITERS = frozenset({"--", "__", "\u2014", "\u2013\u2013", "\u2014\u2014"})
_COMMAND = ("#", "＃")
_CONTACT = re.compile(r"@|https?://|www\.|\d(?:[\d /().\u2011-]{6,})\d")


def _is_delimiter(lines: Sequence[str], index: int, words_above: bool) -> bool:
    line = lines[index]
    bare = line.strip()
    below = [line for line in lines[index + 1 :] if line.strip()]
    if bare == "--" and len(line.rstrip("\r\n")) > len(bare):
        return len(below) <= LONGEST_SIGNATURE
    above = filter(None, map(str.lstrip, lines[:index]))
    first = next(above, "")
    if not first and not words_above:
        return False
    if bare in _BARE_DELIMITERS:
        # Below an agent's commands alone, "--" ends them, and the answer follows.
        commands = first[:1] in _COMMAND and all(line[0] in _COMMAND for line in above)
        return not commands and len(below) <= LONGEST_UNSURE_SIGNATURE
    if is_rule(bare) and len(below) <= LONGEST_FOOT:
        return all(len(line) < 100 for line in below) and any(map(_CONTACT.search, below))
    return False


def without_signature(lines: Sequence[str], words_above: bool = False) -> list[str]:
    """The lines above the signature and the footers; all lines where there is neither.

    ``words_above`` says that the author's words stand further up, above a quote.
    """
    drawn = [index for index, line in enumerate(lines) if line[:1] in RULE and line]
    # Far up no signature begins: only the last few lines that could be its delimiter are weighed.
    delimiters = (index for index in drawn[-LONGEST_SIGNATURE:] if _is_delimiter(lines, index, words_above))
    return without_footers(lines[: next(delimiters, len(lines))])


def without_footers(lines: Sequence[str]) -> list[str]:
    """The lines above what devices and products put below them."""
    kept = list(lines)
    while kept and _is_below_words(kept):
        kept.pop()
    return kept


def _is_below_words(lines: Sequence[str]) -> bool:
    """Whether the last line is empty, drawn, a footer, or a name with a dash."""
    last = visible(lines[-1]).strip()
    if not last or is_rule(last) or is_footer(last):
        return True
    if not is_name_closing(last):
        return False
    above = next((line for line in reversed(lines[:-1]) if line.strip()), "")
    return bool(above) and above.lstrip()[0] != last[0]
