"""A report: plain values, whose names are those of the table of definitions. Times are whole minutes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Wait:
    """First replies, or solutions. ``median`` and ``p90`` are working time, ``wall_…`` the time on the wall."""

    count: int
    median: int | None
    p90: int | None
    wall_median: int | None
    wall_p90: int | None
    kept: float | None  # of those that have a target
    breaches: int  # of all tickets, whether it came or not


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    mail_in: int
    mail_out: int
    new: int
    solved: int
    backlog: int  # at its end
    first_reply_breaches: int
    next_reply_breaches: int
    solution_breaches: int


@dataclass(frozen=True, slots=True)
class Group:
    """The tickets of one category, tag, team, agent, brand or language; ``name`` None: of none."""

    name: str | None
    new: int
    solved: int
    first_reply: int | None  # median, in working time
    first_reply_kept: float | None
    solution: int | None
    solution_kept: float | None
    one_touch: float | None
    rating: float | None  # of category, team and agent
    ratings: int


@dataclass(frozen=True, slots=True)
class Growth:
    by: str  # category, tag
    name: str
    new: int
    before: int


@dataclass(frozen=True, slots=True)
class Rating:
    count: int
    mean: float | None
    scores: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Urgent:
    """``judged``: by an agent; ``right``: the share of these that was urgent."""

    said: int
    judged: int
    right: float | None


@dataclass(frozen=True, slots=True)
class Agent:
    agent: str
    answers: int
    notes: int


@dataclass(frozen=True, slots=True)
class Report:
    since: datetime
    until: datetime
    timezone: str
    mail_in: int
    mail_out: int
    new: int
    solved: int
    reopened: int
    backlog: int
    open_now: int
    pending_now: int
    unanswered: float | None
    first_reply: Wait
    next_reply_breaches: int
    solution: Wait
    one_touch: float | None
    replies: float | None
    mood: Mapping[str, int]
    urgent: Urgent
    rating: Rating
    spam: int
    days: tuple[Day, ...]
    mail_in_hours: tuple[tuple[int, ...], ...]  # by weekday, Monday first, and hour
    mail_out_hours: tuple[tuple[int, ...], ...]
    groups: Mapping[str, tuple[Group, ...]]
    growing: tuple[Growth, ...]
    agents: tuple[Agent, ...]

    def as_json(self) -> dict[str, Any]:
        """For `json.dumps`: days and moments are ISO 8601, shares are fractions of 1."""
        found: dict[str, Any] = asdict(self)
        found["since"], found["until"] = self.since.isoformat(), self.until.isoformat()
        found["days"] = [{**day, "day": day["day"].isoformat()} for day in found["days"]]
        return found
