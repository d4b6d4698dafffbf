"""The section `digest`: the mails of the morning and of the week."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated

from pydantic import Field

from maildesk.config.section import Section
from maildesk.config.values import parse_week, readable, text_schema

_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_DAY = r"(?:[Mm]on|[Tt]ue|[Ww]ed|[Tt]hu|[Ff]ri|[Ss]at|[Ss]un)"
_DAYS = rf"{_DAY}(?:-{_DAY})?(?:, ?{_DAY}(?:-{_DAY})?)*"
_LIKE_CLOCK = "write it like 08:00"
_LIKE_DAYS = "write them like Mon-Fri, or Mon, Wed, Sat"
_LIKE_WEEKLY = "write it like Mon 08:00"


def parse_clock(text: str) -> time:
    """ "08:00"; ValueError, and nothing else, says how to write it right."""
    if not re.fullmatch(_CLOCK, text):
        raise ValueError(f"{text[:80]!r} is no time of the day; {_LIKE_CLOCK}")
    return time.fromisoformat(text)


def parse_days(text: str) -> frozenset[int]:
    """ "Mon-Fri" or "Mon, Wed, Sat" as days of the week, Monday is 0; ValueError says how to write them right."""
    if not re.fullmatch(_DAYS, text):
        raise ValueError(f"{text[:80]!r} are no days of the week; {_LIKE_DAYS}")
    whole = parse_week(", ".join(f"{days} 00:00-24:00" for days in text.split(",")))
    return frozenset(day for day, _, _ in whole)


def parse_weekly(text: str) -> tuple[int, time]:
    """ "Mon 08:00" as a day of the week and a time; ValueError says how to write it right."""
    day, _, clock = text.partition(" ")
    if not re.fullmatch(_DAY, day) or not re.fullmatch(_CLOCK, clock):
        raise ValueError(f"{text[:80]!r} is no time of the week; {_LIKE_WEEKLY}")
    return next(iter(parse_days(day))), parse_clock(clock)


class Digest(Section):
    at: Annotated[str, readable(parse_clock), text_schema(_CLOCK, _LIKE_CLOCK)] = Field(
        "08:00", description="when in the morning, by the clock of who gets it (a team's: the desk's)"
    )
    days: Annotated[str, readable(parse_days), text_schema(_DAYS, _LIKE_DAYS)] | None = Field(
        None,
        description="on which days; left out: when they work, by their hours, and Mon-Fri without",
        examples=["Mon-Fri"],
    )
    agents: bool = Field(True, description="each agent gets what waits for them, if anything does")
    teams: bool = Field(False, description="each team's agents get what waits for the team")
    leads: Annotated[str, readable(parse_weekly), text_schema(f"{_DAY} {_CLOCK}", _LIKE_WEEKLY)] | None = Field(
        "Mon 08:00", description="when leads and admins get the week's figures; null: never"
    )
