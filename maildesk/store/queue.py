"""Lists of tickets in the queue's order.

That order: new tickets first, then open ones, then those that wait for their customer; among each, longest since
an agent's last answer (or since the first mail) first. What is over stands last, the freshest first.

With a million tickets none takes 100 ms. They walk an index in its order; what no index narrows (a priority) is
looked for among the first `_WINDOW` of each status, a tag among its newest tickets, words in the newest messages.
Merged tickets are in no list: their survivor is. What sleeps is in lists of all, and in one of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from maildesk.model import Look, Seen, Status, Ticket
from maildesk.store import rows
from maildesk.store.engine import Row, Store, Value, to_text
from maildesk.store.tickets import match, number

# ruff: noqa: S608 - each statement is put together once, from fixed texts alone

LISTED = 50  # tickets of a list
LIVE = (Status.NEW, Status.OPEN, Status.PENDING)
_OVER = (Status.SOLVED, Status.CLOSED)
_WINDOW = 3_000
_HITS = 2_000  # messages in which words are found

IS_LIVE = "(status = 'new' OR status = 'open' OR status = 'pending')"  # as in the indexes of these
_QUIET = "coalesce(replied_at, created_at)"
_LATE = f"""{IS_LIVE} AND (due_at <= :now OR EXISTS (SELECT 1 FROM events
  WHERE events.ticket_id = t.id AND events.kind = 'reminder' AND CASE json_extract(data, '$.kind')
    WHEN 'first_reply_due' THEN first_reply_at IS NULL AND status != 'pending'
    WHEN 'next_reply_due' THEN events.at > waiting_since
    WHEN 'solve_due' THEN 1 END))"""
_REST = f"""merged_into IS NULL
  AND (:priority IS NULL OR priority = :priority)
  AND (:assignee IS NULL OR assignee = :assignee)
  AND (NOT :unassigned OR assignee IS NULL)
  AND (:teams IS NULL OR coalesce(team, '') IN (SELECT value FROM json_each(:teams)))
  AND (:tag IS NULL OR EXISTS (SELECT 1 FROM tags WHERE tags.ticket_id = t.id AND tag = :tag))
  AND (:watcher IS NULL OR EXISTS (SELECT 1 FROM watchers WHERE watchers.ticket_id = t.id AND agent = :watcher))
  AND (:asleep OR snoozed_until IS NULL)
  AND (NOT :snoozed OR snoozed_until IS NOT NULL)
  AND (NOT :waits OR status != 'pending' OR {_LATE})
  AND (NOT :overdue OR {_LATE})"""

# Whose tickets an index leads to. The condition stands as it does in the index, or SQLite does not see that they agree.
_AWAKE = f"{IS_LIVE} AND snoozed_until IS NULL"
_SCOPES = {
    "over": "merged_into IS NULL",
    "desk": "merged_into IS NULL AND snoozed_until IS NULL",
    "agent": f"assignee = :assignee AND {_AWAKE}",
    "team": f"team IS :team AND {_AWAKE}",
    "unassigned": f"assignee IS NULL AND team IS :team AND {_AWAKE}",
}
_COUNT = {scope: f"SELECT count(*) FROM tickets WHERE {where} AND status = :status" for scope, where in _SCOPES.items()}
_WALK = {
    scope: f"SELECT t.id, quiet FROM (SELECT *, {_QUIET} AS quiet FROM tickets WHERE {where} AND status = :status"
    f" ORDER BY {_QUIET}{' DESC' * (scope == 'over')} LIMIT :window) AS t WHERE {_REST}"
    for scope, where in _SCOPES.items()
}
_FIRST = f"SELECT id FROM (SELECT id FROM tickets WHERE {{}} ORDER BY {_QUIET} LIMIT :window)"
_SOURCES = {
    "words": "SELECT ticket_id AS id, max(message) AS hit FROM (SELECT ticket_id, messages.id AS message FROM search"
    " JOIN messages ON messages.id = search.rowid WHERE search MATCH :words ORDER BY search.rowid DESC LIMIT :hits)"
    " GROUP BY ticket_id UNION ALL SELECT id, 9e18 FROM tickets WHERE id = :number",
    "tag": "SELECT ticket_id AS id, 0 AS hit FROM tags WHERE tag = :tag ORDER BY ticket_id DESC LIMIT :window",
    "snoozed": "SELECT id, 0 AS hit FROM tickets WHERE snoozed_until IS NOT NULL ORDER BY snoozed_until LIMIT :window",
    "watcher": "SELECT ticket_id AS id, 0 AS hit FROM watchers WHERE agent = :watcher ORDER BY 1 DESC LIMIT :window",
    "overdue": "SELECT id, 0 AS hit FROM ("
    f"SELECT id FROM (SELECT id FROM tickets WHERE due_at <= :now AND {IS_LIVE} ORDER BY due_at LIMIT :window)"
    + "".join(f" UNION {_FIRST.format(f'merged_into IS NULL AND status = {status.value!r}')}" for status in LIVE)
    + ")",
}
_CHOOSE = {
    name: f"SELECT t.id, status, {_QUIET} AS quiet, max(hit) AS hit FROM ({source}) AS found"
    f" CROSS JOIN tickets AS t WHERE t.id = found.id AND status IN (SELECT value FROM json_each(:statuses)) AND {_REST}"
    " GROUP BY t.id"
    for name, source in _SOURCES.items()
}
_URGENT = f"""SELECT t.id, status, {_QUIET} AS quiet, 0 AS hit FROM tickets AS t INDEXED BY tickets_urgent
  WHERE urgent AND {IS_LIVE} AND status IN (SELECT value FROM json_each(:statuses)) AND {_REST}
  ORDER BY t.id LIMIT :window"""
_ARE_LATE = f"SELECT t.id FROM tickets AS t WHERE t.id IN (SELECT value FROM json_each(:ids)) AND {_LATE}"
_OLDEST = f"SELECT {_QUIET} AS quiet, id FROM tickets WHERE {_SCOPES['desk']} AND status = ? ORDER BY 1 LIMIT 1"


def tickets(store: Store, look: Look, now: datetime) -> Seen:
    """The first ones of a list, and how many there are: of what no index narrows, among those that were looked at."""
    source = next((name for name in _SOURCES if getattr(look, name)), "")
    ids, total = _chosen(store, look, source, now) if source else _walked(store, look, now)
    if look.urgent_first and source != "words":
        ids = _urgent_first(store, look, ids, now)
    found = tuple(ticket for id in ids if (ticket := rows.ticket(store, id)) is not None)
    return Seen(tickets=found, total=total, overdue=late(store, ids, now))


def late(store: Store, ids: Sequence[int], now: datetime) -> frozenset[int]:
    """Which of them are overdue: past the date that an agent set, or with a promise that was told to be broken."""
    found = store.rows(_ARE_LATE, {"ids": json.dumps(list(ids)), "now": to_text(now)})
    return frozenset(row["id"] for row in found)


def oldest(store: Store) -> Ticket | None:
    """Of those that wait for us, the ticket on which we have said nothing for longest."""
    first = [(row["quiet"], row["id"]) for status in LIVE[:2] for row in store.rows(_OLDEST, (status,))]
    return rows.ticket(store, min(first)[1]) if first else None


def _walked(store: Store, look: Look, now: datetime) -> tuple[list[int], int]:
    """Status by status, and team by team where several are asked for."""
    values, ids, total = _values(look, now), list[int](), 0
    for status in _statuses(look):
        over = status not in LIVE
        scope = "over" if over else _scope(look)
        alone = _found_alone(look, scope)
        found: list[tuple[str, int]] = []
        for team in look.teams if scope in ("team", "unassigned") else ("",):
            values |= {"status": status, "team": team or None, "window": LISTED if alone else _WINDOW}
            walked = store.rows(_WALK[scope], values)
            found += [(row["quiet"], row["id"]) for row in walked]
            total += int(store.value(_COUNT[scope], values)) if alone else len(walked)
        ids += [id for _, id in sorted(found, reverse=over)]
        if look.status == "all" and status is LIVE[-1]:
            asleep, count = _chosen(store, replace(look, snoozed=True, status=None), "snoozed", now)
            ids, total = ids + asleep, total + count
    return ids[:LISTED], total


def _chosen(store: Store, look: Look, source: str, now: datetime) -> tuple[list[int], int]:
    """Those that something else than the queue leads to: words, a tag, a watcher, a deadline."""
    words = match(store, look.words, _HITS)
    if source == "words" and words is None:
        return [], 0
    values = _values(look, now) | {"window": _WINDOW, "hits": _HITS, "statuses": json.dumps(_statuses(look))}
    values |= {"words": words, "number": number(look.words)}
    found = store.rows(_CHOOSE[source], values)
    return [row["id"] for row in _in_order(found)][:LISTED], len(found)


def _urgent_first(store: Store, look: Look, ids: Sequence[int], now: datetime) -> list[int]:
    """The same list with what is marked as urgent before the rest, in the queue's order."""
    values = _values(look, now) | {"window": _WINDOW, "statuses": json.dumps(_statuses(look))}
    urgent = [row["id"] for row in _in_order(store.rows(_URGENT, values))]
    return [*urgent, *(id for id in ids if id not in urgent)][:LISTED]


def _in_order(found: Sequence[Row]) -> Iterator[Row]:
    """What words were found in, the freshest first; else as in the queue."""
    if any(row["hit"] for row in found):
        yield from sorted(found, key=lambda row: row["hit"], reverse=True)
        return
    for status in Status:
        theirs = [row for row in found if row["status"] == status]
        yield from sorted(theirs, key=lambda row: (row["quiet"], row["id"]), reverse=status not in LIVE)


def _statuses(look: Look) -> tuple[Status, ...]:
    if look.status == "all":
        return (*LIVE, *_OVER)
    return (Status(look.status),) if look.status else LIVE


def _scope(look: Look) -> str:
    if look.assignee is not None:
        return "agent"
    if look.teams:
        return "unassigned" if look.unassigned else "team"
    return "desk"


def _found_alone(look: Look, scope: str) -> bool:
    """Whether the scope's index finds them without looking at any other ticket."""
    teams = scope in ("team", "unassigned")
    others = (look.assignee and scope != "agent") or (look.teams and not teams) or (look.unassigned and not teams)
    return not (look.priority or look.waits or others)


def _values(look: Look, now: datetime) -> dict[str, Value]:
    return {
        "now": to_text(now),
        "priority": look.priority,
        "assignee": look.assignee,
        "unassigned": look.unassigned,
        "teams": json.dumps(look.teams) if look.teams else None,
        "tag": look.tag,
        "waits": look.waits,
        "snoozed": look.snoozed,
        "asleep": look.snoozed or look.status == "all",
        "watcher": look.watcher,
        "overdue": look.overdue,
    }
