"""What agents ask to see of the desk: a list, one ticket, counts, reasons."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from maildesk.model import Attachment, Look, Seen, Timer, TimerKind, View
from maildesk.store import deferred, queue, rows
from maildesk.store.engine import Row, Store, Value, to_text, to_time
from maildesk.store.tickets import LINKS

_ENTRIES, _EVENTS, _MAILS = 50, 100, 200  # of one ticket, the newest

_ENTRY = (
    "SELECT messages.*, inbox.reason FROM messages LEFT JOIN inbox ON inbox.id = inbox_id WHERE messages.ticket_id = ?"
)
_EVENT = "SELECT * FROM events WHERE ticket_id = ?"
_MAIL = "SELECT * FROM outbox WHERE ticket_id = ?"
_UNSENT = f"{_MAIL} AND state IN ('queued', 'held', 'failed') AND (agent IS NULL OR state = 'failed')"
_FILES = "SELECT * FROM attachments WHERE message_id IN (SELECT value FROM json_each(?)) ORDER BY id"
_MERGED = "SELECT id, 'merged' FROM tickets WHERE merged_into = ? ORDER BY id"

_COUNTS = {
    "status": "SELECT 'solved', count(*) FROM tickets WHERE status = 'solved' AND merged_into IS NULL",
    "agent": f"SELECT assignee || ':' || status, count(*) FROM tickets"  # noqa: S608 - fixed texts
    f" WHERE assignee IS NOT NULL AND {queue.IS_LIVE} GROUP BY assignee, status",
    "team": f"SELECT coalesce(team, '') || ':' || status, count(*) FROM tickets"  # noqa: S608 - fixed texts
    f" WHERE {queue.IS_LIVE} GROUP BY team, status",
}
_WRITTEN = (
    "SELECT kind, count(*) FROM messages WHERE created_at > ? AND created_at <= ? AND kind IN ('customer', 'agent')"
    " GROUP BY kind"
)
_SOLVED = (  # what it is not, so that SQLite takes the index of the times and not that of the statuses
    "SELECT count(*) FROM tickets WHERE status NOT IN ('new', 'open', 'pending', 'spam') AND merged_into IS NULL"
    " AND coalesce(solved_at, closed_at) > ? AND coalesce(solved_at, closed_at) <= ?"
)


def see(store: Store, look: Look, now: datetime) -> Seen:
    """What there is to see; nothing where there is no such ticket."""
    match look.view:
        case View.LIST:
            return queue.tickets(store, look, now)
        case View.SHOW:
            return _show(store, look, now)
        case View.WHY:
            return _why(store, look)
        case View.STATS:
            return _stats(store, look, now)
        case _:
            assert_never(look.view)


# --- one ticket ----------------------------------------------------------------------------------------


def _show(store: Store, look: Look, now: datetime) -> Seen:
    seen = _thread(store, look)
    if not seen.tickets:
        return seen
    id = seen.tickets[0].id
    return replace(
        seen,
        overdue=queue.late(store, [id], now),
        files=_files(store, [entry.id for entry in seen.entries]),
        events=tuple(rows.event(row) for row in _newest(store, _EVENT, _EVENTS, id)),
        mails=tuple(rows.sent_mail(row) for row in _newest(store, _UNSENT, _MAILS, id)),
        timers=tuple(_timers(store, id)),
        deferred=deferred.of_ticket(store, id),
        links=tuple((row[0], row[1]) for sql in (LINKS, _MERGED) for row in store.rows(sql, (id,))),
    )


def _why(store: Store, look: Look) -> Seen:
    """The thread, with the ticket's first mail in any case, and all that was mailed when its messages came."""
    seen = _thread(store, look)
    if not seen.tickets:
        return seen
    id = seen.tickets[0].id
    first = store.row(f"{_ENTRY} ORDER BY messages.id LIMIT 1", (id,))
    if first is not None and seen.entries and first["id"] != seen.entries[0].id:
        entries, reasons = (rows.entry(first), *seen.entries), (first["reason"] or "", *seen.reasons)
        seen = replace(seen, entries=entries, reasons=reasons)
    return replace(
        seen,
        events=tuple(rows.event(row) for row in _newest(store, f"{_EVENT} AND kind = 'message'", _EVENTS, id)),
        mails=tuple(rows.sent_mail(row) for row in _newest(store, _MAIL, _MAILS, id)),
    )


def _thread(store: Store, look: Look) -> Seen:
    """The ticket with its newest messages, and why the mails among them were understood as they were."""
    number = look.ticket_id
    if look.entry_id is not None:
        number = store.value("SELECT ticket_id FROM messages WHERE id = ?", (look.entry_id,))
    ticket = rows.ticket(store, number) if number is not None else None
    if ticket is None:
        return Seen()
    found = _newest(store, f"{_ENTRY} AND messages.id <= coalesce(?, messages.id)", _ENTRIES, ticket.id, look.entry_id)
    return Seen(
        tickets=(ticket,),
        total=int(store.value("SELECT count(*) FROM messages WHERE ticket_id = ?", (ticket.id,))),
        entries=tuple(rows.entry(row) for row in found),
        reasons=tuple(row["reason"] or "" for row in found),
    )


def _newest(store: Store, sql: str, limit: int, *values: Value) -> list[Row]:
    """The rows with the highest ids, which stand first in them, oldest first."""
    return store.rows(f"{sql} ORDER BY 1 DESC LIMIT ?", (*values, limit))[::-1]


def _files(store: Store, entries: list[int]) -> dict[int, tuple[Attachment, ...]]:
    found: dict[int, tuple[Attachment, ...]] = {}
    for row in store.rows(_FILES, (json.dumps(entries),)):
        file = Attachment(row["part"], row["name"], row["media_type"], row["size"])
        found[row["message_id"]] = (*found.get(row["message_id"], ()), file)
    return found


def _timers(store: Store, id: int) -> Iterator[Timer]:
    for row in store.rows("SELECT * FROM timers WHERE ticket_id = ? ORDER BY at", (id,)):
        if row["kind"] in set(TimerKind):
            yield Timer(row["id"], TimerKind(row["kind"]), to_time(row["at"]), id, row["agent"] or None, row["label"])


# --- figures -------------------------------------------------------------------------------------------


def _stats(store: Store, look: Look, now: datetime) -> Seen:
    """Counts by name: "status:open", "agent:alice:open", "team::new" (of no team), "in:today", "solved:week".

    Of live and solved tickets: those that were closed ever are too many to count, and no news.
    """
    counts: dict[str, int] = {}
    for name, sql in _COUNTS.items():
        counts |= {f"{name}:{row[0]}": row[1] for row in store.rows(sql)}
    for status in queue.LIVE:
        theirs = (n for name, n in counts.items() if name.startswith("team:") and name.endswith(f":{status}"))
        counts[f"status:{status}"] = sum(theirs)
    for name, since, until in _spans(now, ZoneInfo(look.zone or "UTC")):
        span = (to_text(since), to_text(until))
        written = {row[0]: row[1] for row in store.rows(_WRITTEN, span)}
        counts |= {f"in:{name}": written.get("customer", 0), f"out:{name}": written.get("agent", 0)}
        counts[f"solved:{name}"] = int(store.value(_SOLVED, span))
    ticket = queue.oldest(store)
    return Seen(tickets=(ticket,) if ticket else (), counts=counts)


def _spans(now: datetime, zone: ZoneInfo) -> Iterator[tuple[str, datetime, datetime]]:
    """Today and this week, by the clock on the wall."""
    day = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    yield "today", day, now
    yield "week", day - timedelta(days=day.weekday()), now
