"""Time as the tables hold it."""

from __future__ import annotations

from datetime import UTC, datetime


def to_text(when: datetime) -> str:
    """UTC ISO 8601 with milliseconds and a Z, so that text order is time order."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


def to_time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def to_time_or_none(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
