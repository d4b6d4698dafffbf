# ruff: noqa: S608 - SQL is put together from texts of these files alone
"""The tickets of a report, as columns, some hundred a piece: a year of a large desk is a million of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from sqlite3 import Cursor
from typing import Any

from maildesk.store.engine import Store, to_time
from maildesk.store.figures.counted import COUNTS, ENDED, OPENED, minutes
from maildesk.store.figures.found import Asked, Breach, Cases, Opened, Reopening, Span

_PIECE = 500  # tickets: more make Python look for garbage among them
_SEPARATOR = "\x1f"

# What was changed before the span, and is over, has no part in it: every change is written to updated_at. The table is
# read from its beginning to its end: a year of it comes so four times as fast as by an index.
_CASES = f"""
  SELECT id, {minutes(OPENED)}, {minutes("first_reply_at")}, {minutes(ENDED)}, replied_at <= first_reply_at,
    mood, priority, category, team, assignee, mailbox, language,
    CASE WHEN :customers THEN (SELECT lower(email) FROM contacts WHERE id = contact_id) ELSE '' END,
    (SELECT group_concat(tag, char(31)) FROM tags WHERE ticket_id = tickets.id)
  FROM tickets NOT INDEXED
  WHERE (updated_at >= :since OR status IN ('new', 'open', 'pending')) AND {OPENED} < :until AND {COUNTS}"""
# As in the index events_breached. Which deadline it was about stands in the event, for it may have come late.
_DUE = "kind = 'reminder' AND json_extract(data, '$.kind') IN ('first_reply_due', 'next_reply_due', 'solve_due')"
_BREACHED = f"SELECT ticket_id, json_extract(data, '$.kind') FROM events WHERE {_DUE} AND at > ''"
_BREACHES = f"""
  SELECT json_extract(data, '$.kind'), coalesce(json_extract(data, '$.of'), at)
  FROM events CROSS JOIN tickets ON tickets.id = ticket_id WHERE {_DUE} AND at >= :since AND {COUNTS}"""
_CATEGORIES = f"""
  SELECT category FROM tickets NOT INDEXED WHERE {OPENED} >= :since AND {OPENED} < :until AND {COUNTS}"""
_TAGS = f"""
  SELECT tag FROM tickets NOT INDEXED CROSS JOIN tags ON tags.ticket_id = tickets.id
  WHERE {OPENED} >= :since AND {OPENED} < :until AND {COUNTS}"""
_LIVE = """
  SELECT status, count(*) FROM tickets WHERE status IN ('new', 'open', 'pending') AND merged_into IS NULL
  GROUP BY status"""
_SPAM = """
  SELECT count(*) FROM tickets
  WHERE status = 'spam' AND merged_into IS NULL AND created_at >= :since AND created_at < :until"""
# As in the index events_reopened.
_REOPENINGS = f"""
  SELECT at, (
    SELECT max(ending.at) FROM events AS ending
    WHERE ending.ticket_id = tickets.id AND ending.id < events.id AND ending.kind = 'status'
      AND json_extract(ending.data, '$.old') IN ('new', 'open', 'pending')) AS over
  FROM events CROSS JOIN tickets ON tickets.id = ticket_id
  WHERE kind = 'status' AND json_extract(data, '$.old') IN ('solved', 'closed')
    AND json_extract(data, '$.new') IN ('new', 'open', 'pending') AND at >= :since AND {COUNTS}"""


def cases(store: Store, asked: Asked, imports: bool) -> Iterator[Cases]:
    """Those that were opened, answered or ended in the span, or are not over."""
    cursor = store.execute(_CASES, {**asked.span.values, "customers": asked.customers, "imports": imports})
    cursor.row_factory = None  # plain tuples, which are quicker than rows with names
    while rows := cursor.fetchmany(_PIECE):
        columns: list[Any] = list(zip(*rows, strict=True))
        columns[-1] = [tuple(tags.split(_SEPARATOR)) if tags else () for tags in columns[-1]]
        yield Cases(*columns)


def breached(store: Store) -> dict[str, frozenset[int]]:
    """The tickets on which a deadline ever passed, by its clock."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for ticket, kind in store.execute(_BREACHED):
        found[kind].add(ticket)
    return {kind.removesuffix("_due"): frozenset(tickets) for kind, tickets in found.items()}


def breaches(store: Store, span: Span) -> tuple[Breach, ...]:
    found = (Breach(kind.removesuffix("_due"), to_time(at)) for kind, at in _since(store, _BREACHES, span))
    return tuple(breach for breach in found if span.since <= breach.at < span.until)


def opened(store: Store, span: Span, imports: bool) -> tuple[Opened, ...]:
    found = []
    for by, sql in (("category", _CATEGORIES), ("tag", _TAGS)):
        names = Counter(row[0] for row in store.execute(sql, {**span.values, "imports": imports}))
        found += [Opened(by, name, count) for name, count in names.items() if name is not None]
    return tuple(found)


def live(store: Store) -> dict[str, int]:
    return dict(store.execute(_LIVE))


def spam(store: Store, span: Span) -> int:
    return int(store.value(_SPAM, span.values))


def reopenings(store: Store, span: Span) -> tuple[Reopening, ...]:
    """From the event that ended a ticket to the one that opened it again; a history that is opened was never over."""
    found = _since(store, _REOPENINGS, span)
    return tuple(Reopening(to_time(over), to_time(at)) for at, over in found if over)


def _since(store: Store, sql: str, span: Span) -> Cursor:
    return store.execute(sql, {"since": span.values["since"]})
