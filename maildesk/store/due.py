"""Due work as rows: timers, notices that wait to be gathered, alarms for the admins."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from maildesk.model import Gathered, Timer, TimerKind
from maildesk.store import rows
from maildesk.store.engine import Store, to_text, to_time


def timers(store: Store, now: datetime, limit: int) -> list[Timer]:
    """The timers whose time has come, the longest overdue first.

    A kind that only a newer version knows waits for that one.
    """
    known = json.dumps([str(kind) for kind in TimerKind])
    found = store.rows(
        "SELECT * FROM timers WHERE at <= ? AND kind IN (SELECT value FROM json_each(?)) ORDER BY at, id LIMIT ?",
        (to_text(now), known, limit),
    )
    return [
        Timer(row["id"], TimerKind(row["kind"]), to_time(row["at"]), row["ticket_id"] or None, row["agent"] or None)
        for row in found
    ]


def done(store: Store, timer: Timer) -> None:
    """The timer has fired; in the transaction of its effects, so that it fires exactly once."""
    store.execute("DELETE FROM timers WHERE id = ?", (timer.id,))


def put_off(store: Store, timer: Timer, until: datetime) -> None:
    """Firing it failed: it is tried again later."""
    store.execute("UPDATE timers SET at = ? WHERE id = ?", (to_text(until), timer.id))


def next_at(store: Store) -> datetime | None:
    found = store.value("SELECT min(at) FROM timers")
    return to_time(found) if found else None


def gathered(store: Store, agent: str, limit: int) -> list[Gathered]:
    """An agent's notices that wait to be mailed together, oldest first."""
    items: list[Gathered] = []
    for row in store.rows(
        "SELECT messages.*, gathered.id AS gathered_id, gathered.ticket_id AS on_ticket FROM gathered"
        " JOIN messages ON messages.id = entry_id WHERE agent = ? ORDER BY gathered.id LIMIT ?",
        (agent, limit),
    ):
        ticket = rows.ticket(store, row["on_ticket"])
        if ticket is not None:
            items.append(Gathered(row["gathered_id"], ticket, rows.entry(row)))
    return items


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something the admins must hear of."""

    id: int
    at: datetime
    title: str
    details: str


def raise_alarm(store: Store, now: datetime, title: str, details: str) -> None:
    store.execute("INSERT INTO alarms (at, title, details) VALUES (?, ?, ?)", (to_text(now), title, details))


def alarms(store: Store, limit: int) -> list[Alarm]:
    found = store.rows("SELECT * FROM alarms ORDER BY id LIMIT ?", (limit,))
    return [Alarm(row["id"], to_time(row["at"]), row["title"], row["details"]) for row in found]


def told(store: Store, alarm: Alarm) -> None:
    store.execute("DELETE FROM alarms WHERE id = ?", (alarm.id,))
