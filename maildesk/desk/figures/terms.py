"""By what a report is counted: a time, the hours of teams, and to which tickets something is promised at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial

from maildesk.config import Config
from maildesk.config.time import Clock, Target, Targets
from maildesk.desk import calendars, promises
from maildesk.desk.figures.period import Period
from maildesk.desk.hours import Calendar
from maildesk.model import Address, Priority, Status, Ticket

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Promised:
    first_reply: bool
    solution: bool


@dataclass(frozen=True, slots=True)
class Terms:
    period: Period
    calendar: Callable[[str | None], Calendar | None]  # of a team
    promised: Callable[[str, str | None, tuple[str, ...], str], Promised]  # to priority, team, tags, customer
    always: Promised | None = None  # to all tickets alike; None: it depends

    @classmethod
    def of(cls, config: Config, period: Period) -> Terms:
        """The desk's, as it is configured now."""
        promised = lru_cache(maxsize=10_000)(partial(_promised, config))
        return cls(period, partial(calendars.calendar, config), promised, _always(config.targets))


def _always(targets: Targets) -> Promised | None:
    special: list[Target] = [*targets.by_priority.values(), *targets.rules]
    reply, solve = targets.first_reply is not None, targets.solve is not None
    depends = (not reply and any(each.first_reply for each in special)) or (
        not solve and any(each.solve for each in special)
    )
    return None if depends else Promised(reply, solve)


def _promised(config: Config, priority: str, team: str | None, tags: tuple[str, ...], customer: str) -> Promised:
    ticket = Ticket(
        id=0,
        token="",
        subject="",
        status=Status.OPEN,
        priority=Priority(priority),
        created_at=_LONG_AGO,
        updated_at=_LONG_AGO,
        contact_id=0,
        requester=Address("", customer),
        team=team,
        tags=frozenset(tags),
    )

    def is_promised(clock: Clock) -> bool:
        return promises.target(config, ticket, clock) is not None

    return Promised(is_promised("first_reply"), is_promised("solve"))
