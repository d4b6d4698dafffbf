"""By what a report is counted: a time, and what the desk has promised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from math import inf

from maildesk.config import Config
from maildesk.config.time import Clock
from maildesk.desk import calendars, promises
from maildesk.desk.figures.kinds import Promise, Rules
from maildesk.desk.figures.period import Period
from maildesk.model import Address, Priority, Status, Ticket

_MINUTE = timedelta(minutes=1)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Terms:
    period: Period
    rules: Rules

    @classmethod
    def of(cls, config: Config, period: Period) -> Terms:
        """The desk's, as it is configured now."""
        over = frozenset(str(status) for status in promises.OVER)
        still = over | {Status.PENDING.value} if config.targets.pause == "pending" else over
        promise = lru_cache(maxsize=10_000)(partial(_promise, config))
        return cls(period, Rules(promise, partial(calendars.calendar, config), over, still))


def _promise(config: Config, priority: str, team: str | None, tags: tuple[str, ...], customer: str) -> Promise:
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

    def minutes(clock: Clock) -> float:
        span = promises.target(config, ticket, clock)
        return inf if span is None else span / _MINUTE

    return Promise(minutes("first_reply"), minutes("solve"))
