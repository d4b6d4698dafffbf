"""Values as people write them in maildesk.yaml: lengths of time, sizes, addresses, weeks.

Each parser raises ValueError with a sentence that says how to write it right.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SIZES = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
LONGEST_TOKEN = 42  # one letter and 41 of base32: desk/addresses.py makes them
ADDRESS = re.compile(r"[^\s<>@,;:\"()\[\]\\\x00-\x1f]{1,64}@[^\s<>@,;:\"()\[\]\\\x00-\x1f]{1,255}")
_ID = re.compile(r"[a-z][a-z0-9_-]{0,31}")


def parse_duration(value: object) -> timedelta:
    """ "20s", "4h", "2h30m", "3d" or a number of seconds; ValueError says how to write it."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return timedelta(seconds=value)
    text = str(value).strip().lower()
    parts = re.findall(r"(\d+(?:\.\d+)?)\s*([smhdw])", text)
    if not parts or re.sub(r"[\d.]+\s*[smhdw]|\s", "", text):
        raise ValueError(f"{value!r} is not a length of time; write it like 90s, 10m, 4h, 2h30m or 3d")
    try:
        return timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in parts))
    except OverflowError:
        raise ValueError(f"{value!r} is too long a time") from None


def _parse_size(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmg]?i?b?)\s*", str(value), re.IGNORECASE)
    unit = match.group(2).upper() if match else "?"
    if match is None or unit not in _SIZES:
        raise ValueError(f"{value!r} is not a size; write it like 500KiB or 25MiB")
    return int(float(match.group(1)) * _SIZES[unit])


def _parse_percent(value: object) -> float:
    if isinstance(value, float) and 0 < value <= 1:
        return value
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*%\s*", str(value))
    if not match or not 0 < float(match.group(1)) <= 100:
        raise ValueError(f"{value!r} is not a share; write it like 75%")
    return float(match.group(1)) / 100


def check_address(value: str) -> str:
    if not ADDRESS.fullmatch(value):
        raise ValueError(f"{value!r} is not a mail address")
    return value


def _check_id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise ValueError(f"{value!r} is no id: small letters, digits, - and _, beginning with a letter")
    return value


def _check_zone(value: str) -> str:
    if value not in available_timezones():
        close = difflib.get_close_matches(value, available_timezones(), 1)
        raise ValueError(f"{value!r} is no time zone" + (f"; did you mean {close[0]}?" if close else ""))
    return value


def _check_pattern(value: str) -> str:
    try:
        re.compile(value, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"{value!r} is no regular expression: {error}") from None
    return value


def _resolve(value: Path, info: ValidationInfo) -> Path:
    base = (info.context or {}).get("base", Path())
    return Path(os.path.normpath(base / value.expanduser()))


def _check_listen(value: str) -> str:
    if value.startswith("unix:/"):
        return value
    host, _, port = value.rpartition(":")
    try:
        ipaddress.ip_address(host.strip("[]"))
        if not 0 <= int(port) <= 65535:
            raise ValueError
    except ValueError:
        raise ValueError(
            f"{value!r} is no address to listen on; write 127.0.0.1:8025, [::1]:25 or unix:/path"
        ) from None
    return value


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Size = Annotated[int, BeforeValidator(_parse_size)]
Share = Annotated[float, BeforeValidator(_parse_percent)]
Email = Annotated[str, AfterValidator(check_address)]
Id = Annotated[str, AfterValidator(_check_id)]
Zone = Annotated[str, AfterValidator(_check_zone)]
Pattern = Annotated[str, AfterValidator(_check_pattern)]
FilePath = Annotated[Path, AfterValidator(_resolve)]
Listen = Annotated[str, AfterValidator(_check_listen)]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]


_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def parse_week(text: str) -> tuple[tuple[int, time, time], ...]:
    """ "Mon-Fri 09:00-13:00 14:00-18:00, Sat 09:00-12:00" as (weekday, from, until); ValueError says how."""
    spans: list[tuple[int, time, time]] = []
    how = f"{text!r} is no week; write it like Mon-Fri 09:00-18:00, Sat 09:00-12:00"
    for group in text.split(","):
        days, *hours = group.split()
        match = re.fullmatch(r"([a-z]{3})(?:-([a-z]{3}))?", days.lower())
        if not match or not hours or any(d and d not in _DAYS for d in match.groups()):
            raise ValueError(how)
        first, last = _DAYS.index(match[1]), _DAYS.index(match[2] or match[1])
        for span in hours:
            found = re.fullmatch(r"(\d\d?):(\d\d)-(\d\d?):(\d\d)", span)
            if not found:
                raise ValueError(how)
            start = time(int(found[1]), int(found[2]))
            end = time.max if (found[3], found[4]) == ("24", "00") else time(int(found[3]), int(found[4]))
            if end <= start:
                raise ValueError(f"{span}: ends before it begins; a night is written as two days")
            spans += [(day % 7, start, end) for day in range(first, last + 1 + (7 if last < first else 0))]
    return tuple(sorted(spans))


def _check_week(value: str) -> str:
    try:
        if not parse_week(value):
            raise ValueError("never open")
    except IndexError:
        raise ValueError(f"{value!r} is no week") from None
    return value


def _check_country(value: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,4})?", value):
        raise ValueError(f"{value!r} is no country; write its two letters, such as IT or DE-BY")
    return value


Week = Annotated[str, AfterValidator(_check_week)]
Country = Annotated[str, AfterValidator(_check_country)]
