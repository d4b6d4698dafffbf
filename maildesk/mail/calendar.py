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


Event = dict[str, tuple[str, str]]
"""An event's properties, each by its name in capitals: its parameters as they stand there, and its value."""


def to_text(ics: str) -> str:
    """The first event of a calendar; "" when there is none."""
    event = first_event(ics)
    if not event:
        return ""
    method = event.get("METHOD", ("", ""))[1].upper()
    what = (attendance(event) if method == "REPLY" else "") or method
    lines = (
        " ".join(filter(None, (f"[{what}]" if what else "", plain(event, "SUMMARY")))),
        when(event),
        plain(event, "LOCATION"),
    )
    return "\n".join(filter(None, lines))


def first_event(ics: str) -> Event:
    """The first event of a calendar with the calendar's METHOD; empty when there is none."""
    event = False
    found: Event = {}
    for line in _FOLD.sub("", ics[:200_000]).splitlines():
        head, _, value = line.partition(":")
        name = head.upper().partition(";")[0]
        if name in ("BEGIN", "END") and value.strip().upper() == "VEVENT":
            if event:
                break
            event = True
        elif name == "METHOD" or event:
            found.setdefault(name, (head[len(name) :], value.strip()))
    return found if event else {}


def attendance(event: Event) -> str:
    """What the first attendee answers, in capitals: ACCEPTED, DECLINED, TENTATIVE; "" if nothing."""
    answer = _ANSWER.search(":".join(event.get("ATTENDEE", ("", ""))))  # a quoted parameter may hold a colon
    return answer[1].upper() if answer else ""


def plain(event: Event, name: str) -> str:
    """A property as one line of text."""
    text = _ESCAPED.sub(lambda escape: " " if escape[1] in "nN" else escape[1], event.get(name, ("", ""))[1])
    return " ".join(text.split())[:500]


def when(event: Event) -> str:
    """When it begins and ends, as its writer has written it."""
    given, start = event.get("DTSTART", ("", ""))
    begins, ends = _moment(start), _moment(event.get("DTEND", ("", ""))[1])
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
