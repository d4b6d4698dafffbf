"""Time as the tables hold it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


def to_text(when: datetime) -> str:
    """UTC ISO 8601 with milliseconds and a Z, so that text order is time order."""
    return _text(when if when.tzinfo is UTC else when.astimezone(UTC))


@lru_cache(64)  # a mail's rows say the same few moments; of UTC alone: an hour that comes twice is equal to itself
def _text(utc: datetime) -> str:
    return utc.isoformat(timespec="milliseconds")[:23] + "Z"


def to_time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def to_time_or_none(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
