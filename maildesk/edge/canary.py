"""Sends the canary, and tells the admins when it does not come back in time, and once it does again.

What it knows stands in rows: a restart neither forgets one that is out nor sends two. While one still waits in
our own outbox no other is sent, so an outage piles up none. One that came in time is what makes all well again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from maildesk.config.health import Canary as Section
from maildesk.desk import letters
from maildesk.desk.policy import Policy
from maildesk.edge.reading import moment
from maildesk.edge.writer import Writer
from maildesk.model import Facts, Plan, Verdict
from maildesk.store import canaries
from maildesk.store.apply import apply
from maildesk.store.engine import Store

log = logging.getLogger(__name__)


class Bell(Protocol):
    """Where the admins are told."""

    def ring(self, title: str, details: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Flight:
    """How it stands: ``took`` is of the last that came back, in seconds; ``late`` says that one is."""

    took: float | None
    late: bool


@dataclass(frozen=True, slots=True)
class _News:
    """What is to be done: ``late`` is one that is late since now, and ``missed`` whether the admins do not know yet."""

    flight: Flight
    queues: bool = False
    late: int | None = None
    missed: bool = False
    well: bool = False


class Canary:
    """``policy`` gives the one in force: without a section `canary` nothing is sent. Belongs to one event loop."""

    def __init__(self, writer: Writer, bell: Bell, policy: Callable[[], Policy], clock: Callable[[], datetime]) -> None:
        self._writer, self._bell, self._policy, self._clock = writer, bell, policy, clock
        self._began = clock()
        self.flight: Flight | None = None

    async def look(self) -> bool:
        """Once a second; True when a canary stands in the outbox. sqlite3.Error when the store is in trouble."""
        policy = self._policy()
        section = policy.config.canary
        if section is None:
            self.flight = None
            return False
        at = self._clock()
        awake = min(self._began, at)
        news = await self._writer.look(lambda store: _news(store, section, at, awake))
        if news.queues or news.late or news.well:
            news = await self._writer.ask(lambda store: _act(store, policy, at, awake))
        self.flight = news.flight
        if news.well:
            self._bell.ring("Mail comes round again", "")
        if news.missed:
            within = section.within.total_seconds()
            self._bell.ring(
                "Mail does not come round",
                f"The desk's mail to its own address ({policy.config.desk.address}) did not come back within"
                f" {within:g} s. Either mail does not leave (see maildesk outbox), or does not reach the desk.",
            )
        return news.queues


def _news(store: Store, section: Section, at: datetime, awake: datetime) -> _News:
    last, back, missed = canaries.newest(store), canaries.newest_back(store), canaries.last_missed(store)
    took = back.took if back else None
    in_time = took is not None and took <= section.within
    well = in_time and back is not None and missed is not None and back.id > missed
    told = missed is not None and not well  # the admins wait for a better one
    late = last.id if last and _is_late(last, section.within, at, awake) else None
    return _News(
        flight=Flight(took.total_seconds() if took is not None else None, late is not None or told),
        queues=_is_time(last, section.every, at),
        late=late,
        missed=late is not None and not told,
        well=well,
    )


def _act(store: Store, policy: Policy, at: datetime, awake: datetime) -> _News:
    """What was seen may have changed: it is looked at once more, in the transaction of what is done about it."""
    section = policy.config.canary
    assert section is not None
    news = _news(store, section, at, awake)
    if news.well:
        canaries.well(store)
    if news.late is not None:
        canaries.miss(store, news.late)
    if news.queues:
        _send(store, policy, at)
    return news


def _is_late(last: canaries.Canary, within: timedelta, at: datetime, awake: datetime) -> bool:
    """Since now, and not what the daemon slept through."""
    return not last.back_at and not last.missed and at - max(last.sent_at, awake) >= within


def _is_time(last: canaries.Canary | None, every: timedelta, at: datetime) -> bool:
    """Counted from the last one's time; a clock that was set back counts as time enough."""
    if last is None:
        return True
    return last.flown and not timedelta() <= at - last.sent_at < every


def _send(store: Store, policy: Policy, at: datetime) -> None:
    mail = letters.canary(letters.Desk(policy, moment(at), Facts(keys=store.keys())))
    apply(store, Plan(Verdict.NOTE, "desk", (mail,)), at)
    canaries.sent(store, mail.message_id, at)
