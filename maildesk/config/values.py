"""Values as people write them in maildesk.yaml: lengths of time, sizes, addresses, weeks.

Each parser raises ValueError, and nothing else, with a sentence that says how to write it right.
What an editor should know of a value stands beside it, as its JSON schema.
"""

from __future__ import annotations

import contextlib
import difflib
import ipaddress
import os
import re
import warnings
from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, ValidationInfo, WithJsonSchema

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SIZES = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
_DURATION = r"(?:[0-9]+(?:\.[0-9]+)?\s*[smhdw]\s*)+"
_SIZE = r"([0-9]+(?:\.[0-9]+)?)\s*([kKmMgG]?[iI]?[bB]?)"
_SHARE = r"([0-9]+(?:\.[0-9]+)?)\s*%"
_COUNTRY = r"[A-Z]{2}(?:-[A-Z0-9]{1,4})?"
_DOMAIN = r"\.?[\w-]{1,63}(?:\.[\w-]{1,63}){0,20}"
_LIKE_DURATION = "write it like 90s, 10m, 4h, 2h30m or 3d"
_LIKE_SIZE = "write it like 500KiB or 25MiB"
_LIKE_SHARE = "write it like 75%"
LONGEST_TOKEN = 42  # one letter and 41 of base32: desk/addresses.py makes them
ADDRESS = re.compile(r"[^\s<>@,;:\"()\[\]\\\x00-\x1f]{1,64}@[^\s<>@,;:\"()\[\]\\\x00-\x1f]{1,255}")
_ID = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_HOST = re.compile(r"[A-Za-z0-9._-]{1,255}|\[?[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{0,40}\]?")
_LONGEST_SOCKET_PATH = 107  # octets: unix(7), sun_path


def parse_duration(value: object) -> timedelta:
    """ "20s", "4h", "2h30m", "3d" or a number of seconds; ValueError says how to write it."""
    if isinstance(value, timedelta):
        return value
    how = f"{_short(value)} is not a length of time; {_LIKE_DURATION}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _seconds(value, how)
    text = str(value).strip().lower()
    if not re.fullmatch(_DURATION, text):
        raise ValueError(how)
    parts = re.findall(r"([0-9.]+)\s*([smhdw])", text)
    return _seconds(sum(float(number) * _UNITS[unit] for number, unit in parts), how)


def _seconds(seconds: float, how: str) -> timedelta:
    if not seconds >= 0:  # so written, it catches NaN too
        raise ValueError(how)
    try:
        return timedelta(seconds=seconds)
    except OverflowError:
        raise ValueError(how.replace("is not a length of time", "is too long a time")) from None


def _parse_size(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    match = re.fullmatch(_SIZE, str(value).strip())
    unit = match.group(2).upper() if match else "?"
    if match is None or unit not in _SIZES or len(match.group(1)) > 20:
        raise ValueError(f"{_short(value)} is not a size; {_LIKE_SIZE}")
    return int(float(match.group(1)) * _SIZES[unit])


def _parse_share(value: object) -> float:
    if isinstance(value, float) and 0 < value <= 1:
        return value
    match = re.fullmatch(_SHARE, str(value).strip())
    if not match or not 0 < float(match.group(1)) <= 100:
        raise ValueError(f"{_short(value)} is not a share; {_LIKE_SHARE}")
    return float(match.group(1)) / 100


def _short(value: object) -> str:
    """The value in a message: enough of it to be found again."""
    text = repr(value) if not isinstance(value, int) or abs(value) < 10**40 else "such a number"
    return text if len(text) <= 80 else f"{text[:80]}…"


def check_address(value: str) -> str:
    """The address itself; ValueError when it is none."""
    if not ADDRESS.fullmatch(value):
        raise ValueError(f"{_short(value)} is not a mail address; write it like support@acme.example")
    return value


def _check_name(value: str) -> str:
    if not value.strip() or len(value) > 200 or not value.isprintable():
        raise ValueError("a name is one line of up to 200 characters, and not blank")
    return value.strip()


def _check_id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise ValueError(f"{_short(value)} is no id: small letters, digits, - and _, beginning with a letter")
    return value


def _check_host(value: str) -> str:
    if not _HOST.fullmatch(value):
        raise ValueError(f"{_short(value)} is no host; write it like mail.acme.example, without a port")
    return value


def check_language(value: str) -> str:
    """The language itself; ValueError when it is none."""
    if not re.fullmatch(r"[a-z]{2,3}", value):
        raise ValueError(f"{_short(value)} is no language; write its two letters, such as en or it")
    return value


def _check_zone(value: str) -> str:
    with contextlib.suppress(ValueError, OSError, KeyError):  # no name, a folder, not there
        return ZoneInfo(value).key
    close = difflib.get_close_matches(value[:100], available_timezones(), 1) or ["Europe/Rome"]
    raise ValueError(f"{_short(value)} is no time zone; did you mean {close[0]}?")


def _check_pattern(value: str) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of syntax that a later Python may read otherwise
            re.compile(value, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"{_short(value)} is no regular expression: {error}") from None
    return value


def _parse_spellings(value: object) -> object:
    """One spelling, or a list of them; each is a short line."""
    spellings = (value,) if isinstance(value, str) else value
    for spelling in spellings if isinstance(spellings, list | tuple) else ():
        if isinstance(spelling, str) and not (spelling.strip(" :") and len(spelling) <= 80 and spelling.isprintable()):
            raise ValueError(f"{_short(spelling)} is no label; write the words that stand before the value")
    return spellings


def _parse_domains(value: object) -> object:
    """One domain, or a list of them, in small letters."""
    domains = (value,) if isinstance(value, str) else value
    for domain in domains if isinstance(domains, list | tuple) else ():
        if isinstance(domain, str) and not re.fullmatch(_DOMAIN, domain):
            raise ValueError(
                f"{_short(domain)} is no domain; write it like acme.example, or .acme.example for all in it"
            )
    return [d.casefold() if isinstance(d, str) else d for d in domains] if isinstance(domains, list | tuple) else value


def _resolve(value: Path, info: ValidationInfo) -> Path:
    base = (info.context or {}).get("base", Path())
    if "\0" in str(value):
        raise ValueError("a path holds no NUL")
    try:
        return Path(os.path.normpath(base / value.expanduser()))
    except RuntimeError:
        raise ValueError(f"{_short(str(value))}: there is no such user's home") from None


def _check_listen(value: str) -> str:
    if value.startswith("unix:/"):
        if len(os.fsencode(value)) > len("unix:") + _LONGEST_SOCKET_PATH:
            raise ValueError(f"a socket's path has at most {_LONGEST_SOCKET_PATH} characters")
        return value
    host, _, port = value.rpartition(":")
    try:
        ipaddress.ip_address(host.strip("[]"))
        if not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65535:
            raise ValueError
    except ValueError:
        raise ValueError(
            f"{_short(value)} is no address to listen on; write 127.0.0.1:8025, [::1]:25 or unix:/path"
        ) from None
    return value


def _parse_network(value: object) -> object:
    if isinstance(value, ipaddress.IPv4Network | ipaddress.IPv6Network):
        return value
    try:
        return ipaddress.ip_network(str(value), strict=False)
    except ValueError:
        raise ValueError(f"{_short(value)} is no network; write it like 10.0.0.0/8 or 192.0.2.1") from None


_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def parse_week(text: str) -> tuple[tuple[int, time, time], ...]:
    """ "Mon-Fri 09:00-13:00 14:00-18:00, Sat 09:00-12:00" as (weekday, from, until); ValueError says how."""
    spans: list[tuple[int, time, time]] = []
    how = f"{_short(text)} is no week; write it like Mon-Fri 09:00-18:00, Sat 09:00-12:00"
    for group in text.split(","):
        words = group.split()
        days = _days(words[0]) if words else ()
        if not days or len(words) < 2:
            raise ValueError(how)
        for start, end in (_hours(span, how) for span in words[1:]):
            if start == end:
                raise ValueError(f"{start:%H:%M}-{end:%H:%M} has no time in it; a whole day is 00:00-24:00")
            spans += [(day, start, end if end > start else time.max) for day in days]
            if time.min < end < start:  # over midnight
                spans += [((day + 1) % 7, time.min, end) for day in days]
    return tuple(sorted(spans))


def parse_customer(value: object) -> object:
    """An address, or a domain with or without all that is in it, in small letters."""
    if isinstance(value, str) and not re.fullmatch(_DOMAIN, value) and not ADDRESS.fullmatch(value):
        raise ValueError(f"{_short(value)} is no customer; write ann@acme.example, acme.example or .acme.example")
    return value.casefold() if isinstance(value, str) else value


def parse_hours(text: str) -> tuple[tuple[int, time, time], ...]:
    """The same, but days or hours may stand alone: "Mon-Fri 18:00-09:00, Sat-Sun"."""
    groups: list[str] = []
    for group in text.split(","):
        first, *spans = group.split() or [""]
        whole = group if spans else f"{group} 00:00-24:00"
        groups.append(whole if _days(first) else f"Mon-Sun {group}")
    return parse_week(",".join(groups))


def _days(word: str) -> tuple[int, ...]:
    """ "Mon-Fri" as weekdays, Monday is 0; none when it is none."""
    match = re.fullmatch(r"([a-z]{3})(?:-([a-z]{3}))?", word.lower())
    if not match or any(day and day not in _DAYS for day in match.groups()):
        return ()
    first, last = _DAYS.index(match[1]), _DAYS.index(match[2] or match[1])
    return tuple(day % 7 for day in range(first, last + 1 + (7 if last < first else 0)))


def _hours(span: str, how: str) -> tuple[time, time]:
    """ "09:00-18:00" as its two ends; 24:00 is ``time.max``."""
    found = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])-(?:([01]?[0-9]|2[0-3]):([0-5][0-9])|24:00)", span)
    if not found:
        raise ValueError(how)
    return time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4])) if found[3] else time.max


def _check_country(value: str) -> str:
    if not re.fullmatch(_COUNTRY, value):
        raise ValueError(f"{_short(value)} is no country; write its two letters, such as IT or DE-BY")
    from holidays import list_supported_countries  # late: it takes a fifth of a second, and few desks need it

    country, _, region = value.partition("-")
    regions = list_supported_countries().get(country)
    if regions is None or (region and region not in regions):
        known = f"; known regions: {', '.join(regions)}" if regions else ""
        raise ValueError(f"the holidays of {value} are not known{known}")
    return value


def readable(parse: Callable[[str], object]) -> AfterValidator:
    """Takes the texts that ``parse`` can read, as they are written."""

    def check(value: str) -> str:
        parse(value)
        return value

    return AfterValidator(check)


def text_schema(pattern: str, like: str = "", *, or_: str = "") -> WithJsonSchema:
    """Text of that pattern, or a number; ``like`` is what an editor says of other text."""
    schema: dict[str, object] = {"type": ["string", or_] if or_ else "string", "pattern": f"^{pattern}$"}
    if or_:
        schema["minimum"] = 0
    if like:
        schema["patternErrorMessage"] = like  # of no draft, but of yaml-language-server
    return WithJsonSchema(schema)


Duration = Annotated[timedelta, BeforeValidator(parse_duration), text_schema(_DURATION, _LIKE_DURATION, or_="number")]
Size = Annotated[int, BeforeValidator(_parse_size), text_schema(_SIZE, _LIKE_SIZE, or_="integer")]
Share = Annotated[float, BeforeValidator(_parse_share), text_schema(_SHARE, _LIKE_SHARE)]
Email = Annotated[str, AfterValidator(check_address), text_schema(r"[^\s@]+@[^\s@]+")]
Name = Annotated[str, AfterValidator(_check_name), text_schema(r".*\S.*")]
Id = Annotated[str, AfterValidator(_check_id), text_schema(_ID.pattern)]
Host = Annotated[str, AfterValidator(_check_host)]
Zone = Annotated[str, AfterValidator(_check_zone)]
Pattern = Annotated[str, AfterValidator(_check_pattern), WithJsonSchema({"type": "string", "format": "regex"})]
Spellings = Annotated[
    tuple[str, ...],
    BeforeValidator(_parse_spellings),
    WithJsonSchema({"type": ["string", "array"], "items": {"type": "string"}}),
]
Domains = Annotated[
    tuple[str, ...],
    BeforeValidator(_parse_domains),
    WithJsonSchema({"type": ["string", "array"], "items": {"type": "string"}}),
]
FilePath = Annotated[Path, AfterValidator(_resolve), WithJsonSchema({"type": "string"})]
Listen = Annotated[str, AfterValidator(_check_listen)]
Network = Annotated[
    ipaddress.IPv4Network | ipaddress.IPv6Network,
    BeforeValidator(_parse_network),
    WithJsonSchema({"type": "string"}),
]
Language = Annotated[str, AfterValidator(check_language), text_schema("[a-z]{2,3}")]
Week = Annotated[str, readable(parse_week)]
WeekHours = Annotated[str, readable(parse_hours)]
Country = Annotated[str, AfterValidator(_check_country), text_schema(_COUNTRY)]
