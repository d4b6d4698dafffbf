"""Dates of mail: RFC 5322 §3.3, its obsolete forms (§4.3), and the wrong ones that clients send.

Also asctime, ISO 8601, US order, dots for colons, AM and PM, no zone (read as UTC), two-digit years. Refuses to
guess: a month in another language or a date that cannot be is None. Never raises.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

_MONTHS = {
    name: number
    for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)  # noqa: SIM905
}
_ZONES = {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7}
_ZONES |= {"gmt": 0, "ut": 0, "utc": 0, "z": 0, "bst": 1, "wet": 0, "west": 1, "cet": 1, "cest": 2, "met": 1}
_ZONES |= {"mest": 2, "eet": 2, "eest": 3, "msk": 3, "jst": 9, "kst": 9, "aest": 10, "aedt": 11, "nzst": 12}

# As nearly all clients write it: a third of the steps of reading what is less regular.
_USUAL = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d\d?) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d)(?::(\d\d))? ([+-])(\d\d)(\d\d)(?: \(|$)",
    re.ASCII,
)
_COMMENT = re.compile(r"\([^()]*\)")
_TIME = re.compile(
    r"(?<!\d)(\d{1,2})(?: ?: ?|\.)(\d{2})(?:(?: ?: ?|\.)(\d{2}))?(?:[.,]\d+)?(?! ?:|\d)\s*([ap]\.?m\b)?", re.IGNORECASE
)
_ISO = re.compile(r"(?<!\d)(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)")
_OFFSET = re.compile(r"(?:gmt|utc)?([+-])(\d{2}):?(\d{2})(?!\d)", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]+|\d+")


def parse(value: str) -> datetime | None:
    """The instant a Date field names, in the zone it was written in; None when it names none."""
    usual = _USUAL.match(value)
    if usual and (month := _MONTHS.get(usual[2].lower())):
        date, _, year, hour, minute, second, *offset = usual.groups("0")
        return _instant((int(year), month, int(date)), (int(hour), int(minute), int(second)), _offset(*offset))
    text = _COMMENT.sub(" ", value[:200])
    time = _TIME.search(text)
    iso = _ISO.search(text[: time.start()] if time else text)
    if not time and not iso:
        return None
    before = text[: time.start()] if time else text
    after = text[time.end() :] if time else ""
    day = (int(iso[1]), int(iso[2]), int(iso[3])) if iso else _day(before, _OFFSET.sub(" ", after))
    if day is None:
        return None
    return _instant(day, _clock(time), _zone(after))


def _instant(day: tuple[int, int, int], clock: tuple[int, int, int], zone: timezone) -> datetime | None:
    hour, minute, second = clock
    try:
        return datetime(*day, hour, minute, min(second, 59), tzinfo=zone)  # a leap second
    except (ValueError, OverflowError):
        return None


def _clock(time: re.Match[str] | None) -> tuple[int, int, int]:
    if time is None:
        return 0, 0, 0
    hour = int(time[1])
    if time[4]:
        hour = hour % 12 + (12 if time[4][0] in "pP" else 0)
    return hour, int(time[2]), int(time[3] or 0)


def _day(before: str, after: str) -> tuple[int, int, int] | None:
    """Year, month and day from a named month and the numbers around it; asctime has the year last."""
    month = 0
    numbers: list[str] = []
    for word in _WORD.findall(f"{before} {after}"):
        if word.isdigit():
            numbers.append(word)
        elif not month and word[:3].lower() in _MONTHS and (len(word) == 3 or _is_month(word.lower())):
            month = _MONTHS[word[:3].lower()]
    if not month or len(numbers) < 2:
        return None
    if len(numbers[0]) == 4:  # 2024 Jan 5
        numbers[:2] = numbers[1::-1]
    day, year = int(numbers[0]), int(numbers[1])
    if len(numbers[1]) <= 3:  # RFC 5322 §4.3
        year += 2000 if year < 50 else 1900
    return year, month, day


def _is_month(word: str) -> bool:
    return word in (
        "january february march april june july august september sept october november december".split()  # noqa: SIM905
    )


def _zone(after: str) -> timezone:
    offset = _OFFSET.search(after)
    if offset:
        return _offset(offset[1], offset[2], offset[3])
    for word in _WORD.findall(after):
        if word.lower() in _ZONES:
            return timezone(timedelta(hours=_ZONES[word.lower()]))
    return UTC


@lru_cache(maxsize=200)
def _offset(sign: str, hours: str, minutes: str) -> timezone:
    """The zone "+0130" names; UTC when there is none so far off."""
    east = int(hours) * 60 + int(minutes)
    if east >= 24 * 60:
        return UTC
    return timezone(timedelta(minutes=east if sign == "+" else -east))
