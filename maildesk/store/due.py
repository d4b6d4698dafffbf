"""Due work as rows: timers, notices that wait to be gathered, alarms for the admins."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from maildesk.model import Gathered, StandTimers, Timer, TimerKind
from maildesk.store import rows
from maildesk.store.engine import Store, to_text, to_time


def timers(store: Store, now: datetime, limit: int) -> list[Timer]:
    """The timers whose time has come, the longest overdue first; without agents' own reminders of a ticket.

    A kind that only a newer version knows waits for that one.
    """
    return _due(store, now, limit, of_agents=False)


def reminders(store: Store, now: datetime, limit: int) -> list[Timer]:
    """Agents' own reminders of tickets, whose time has come: all of an agent's one after the other."""
    return sorted(_due(store, now, limit, of_agents=True), key=lambda timer: timer.agent or "")


def _due(store: Store, now: datetime, limit: int, *, of_agents: bool) -> list[Timer]:
    known = json.dumps([str(kind) for kind in TimerKind])
    found = store.rows(
        "SELECT * FROM timers INDEXED BY timers_at WHERE at <= ? AND kind IN (SELECT value FROM json_each(?))"
        " AND (ticket_id != 0 AND agent != '') = ? ORDER BY at, id LIMIT ?",
        (to_text(now), known, of_agents, limit),
    )
    return [
        Timer(
            id=row["id"],
            kind=TimerKind(row["kind"]),
            at=to_time(row["at"]),
            ticket_id=row["ticket_id"] or None,
            agent=row["agent"] or None,
            label=row["label"],
        )
        for row in found
    ]


def told_of(store: Store, ticket_id: int) -> frozenset[tuple[str, str]]:
    """What a ticket's timers have led to: a kind of reminder or the name of a rule, and the time that it was about."""
    found = store.rows(
        "SELECT coalesce(json_extract(data, '$.rule'), json_extract(data, '$.kind')) AS what,"
        " json_extract(data, '$.of') AS of FROM events WHERE ticket_id = ? AND kind IN ('reminder', 'escalated')",
        (ticket_id,),
    )
    return frozenset((row["what"], row["of"]) for row in found if row["what"] and row["of"])


def done(store: Store, timer: Timer) -> None:
    """The timer has fired; in the transaction of its effects, so that it fires exactly once."""
    store.execute("DELETE FROM timers WHERE id = ?", (timer.id,))


def stand(store: Store, step: StandTimers, now: datetime) -> None:
    """Of these kinds, and of no ticket, exactly these timers. What is due already fires first, and is set anew then."""
    wanted = {(str(timer.kind), timer.agent or "", timer.label): to_text(timer.at) for timer in step.timers}
    kinds = json.dumps([str(kind) for kind in step.kinds])
    sql = "SELECT * FROM timers WHERE ticket_id = 0 AND kind IN (SELECT value FROM json_each(?))"
    for row in store.rows(sql, (kinds,)):
        at = wanted.pop((row["kind"], row["agent"], row["label"]), None)
        if at is None:
            store.execute("DELETE FROM timers WHERE id = ?", (row["id"],))
        elif row["at"] > to_text(now) and not row["label"]:  # a label tells all that its time is reckoned from
            store.execute("UPDATE timers SET at = ? WHERE id = ?", (at, row["id"]))
    for (kind, agent, label), at in wanted.items():
        sql = "INSERT INTO timers (kind, at, agent, label) VALUES (?, ?, ?, ?)"
        store.execute(sql, (kind, at, agent, label))


def put_off(store: Store, timer: Timer, until: datetime) -> None:
    """Firing it failed: it is tried again later."""
    store.execute("UPDATE timers SET at = ? WHERE id = ?", (to_text(until), timer.id))


_HUSH = "SELECT 1 FROM timers WHERE ticket_id = 0 AND kind = ?1 AND agent = '' AND label = {} AND at > ?3"
_HUSHED = f"{_HUSH.format('?2')} UNION ALL {_HUSH.format(repr(''))}"


def hushed(store: Store, mailbox: str, now: datetime) -> bool:
    """Whether the admins need not hear now that this mailbox reached the cap on auto-replies."""
    return store.value(_HUSHED, (TimerKind.HUSH, mailbox, to_text(now))) is not None


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
