"""Calendar parts (RFC 5545, RFC 6047) as a few lines that a person reads: what, when, where, and the answer.

Refuses alarms, repetitions and time zone rules: whoever needs these opens the attachment. Never raises.
"""

from __future__ import annotations

import re

_FOLD = re.compile(r"\r?\n[ \t]")
_ESCAPED = re.compile(r"\\([nN,;\\])")
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?")
_ZONE = re.compile(r"TZID=\"?([^;:\"]{1,80})", re.IGNORECASE)
_ANSWER = re.compile(r"PARTSTAT=([A-Z-]{1,30})", re.IGNORECASE)


def to_text(ics: str) -> str:
    """The first event of a calendar; "" when there is none."""
    event = False
    found: dict[str, tuple[str, str]] = {}
    for line in _FOLD.sub("", ics[:200_000]).splitlines():
        head, _, value = line.partition(":")
        name = head.upper().partition(";")[0]
        if name in ("BEGIN", "END") and value.strip().upper() == "VEVENT":
            if event:
                break
            event = True
        elif name == "METHOD" or event:
            found.setdefault(name, (head[len(name) :], value.strip()))
    if not event:
        return ""
    method = found.get("METHOD", ("", ""))[1].upper()
    answer = _ANSWER.search(found.get("ATTENDEE", ("", ""))[0])
    what = answer[1].upper() if answer and method == "REPLY" else method
    lines = (
        " ".join(filter(None, (f"[{what}]" if what else "", _plain(found, "SUMMARY")))),
        _when(found),
        _plain(found, "LOCATION"),
    )
    return "\n".join(filter(None, lines))


def _plain(found: dict[str, tuple[str, str]], name: str) -> str:
    text = _ESCAPED.sub(lambda escape: " " if escape[1] in "nN" else escape[1], found.get(name, ("", ""))[1])
    return " ".join(text.split())[:500]


def _when(found: dict[str, tuple[str, str]]) -> str:
    given, start = found.get("DTSTART", ("", ""))
    begins, ends = _moment(start), _moment(found.get("DTEND", ("", ""))[1])
    if begins[:10] == ends[:10]:
        ends = ends[11:]
    zone = _ZONE.search(given)
    name = "UTC" if start.endswith("Z") else zone[1] if zone else ""
    return " ".join(filter(None, (" – ".join(filter(None, (begins, ends))), name)))


def _moment(stamp: str) -> str:
    read = _STAMP.match(stamp)
    if not read:
        return ""
    day = f"{read[1]}-{read[2]}-{read[3]}"
    return f"{day} {read[4]}:{read[5]}" if read[4] else day
