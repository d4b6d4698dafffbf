# ruff: noqa: S608 - SQL is put together from texts of these files alone
"""The tickets of a report, and what happened to them: a year of a large desk is a million of them."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator

from maildesk.store.engine import Store
from maildesk.store.figures.counted import COUNTS, ENDED, OPENED, minutes
from maildesk.store.figures.found import Asked, Case, Opened, Reopenings, Span

_TAGS = "(SELECT json_group_array(tag) FROM tags WHERE ticket_id = tickets.id)"
# What was changed before the span, and is over, has no part in it: every change is written to updated_at. The table is
# read from its beginning to its end: a year of it comes so four times as fast as by an index. The labels are one text,
# for most tickets have the same few: it is read once.
_CASES = f"""
  SELECT id, json_array(category, team, assignee, mailbox, language, {_TAGS}),
    {minutes(OPENED)}, {minutes("first_reply_at")}, {minutes(ENDED)}, replied_at <= first_reply_at, mood, priority,
    CASE WHEN :customers THEN (SELECT lower(email) FROM contacts WHERE id = contact_id) ELSE '' END
  FROM tickets NOT INDEXED
  WHERE (updated_at >= :since OR status IN ('new', 'open', 'pending')) AND {OPENED} < :until AND {COUNTS}"""
# As in the index events_breached. Which deadline it was about stands in the event, for it may have come late.
_DUE = "kind = 'reminder' AND json_extract(data, '$.kind') IN ('first_reply_due', 'next_reply_due', 'solve_due')"
_BREACHED = f"""
  SELECT json_group_array(ticket_id) FROM events WHERE {_DUE} AND json_extract(data, '$.kind') = :kind AND at > ''"""
_BREACHES = f"""
  SELECT json_extract(data, '$.kind'), {minutes("coalesce(json_extract(data, '$.of'), at)")}
  FROM events CROSS JOIN tickets ON tickets.id = ticket_id WHERE {_DUE} AND at >= :since AND {COUNTS}"""
_OPENED = f"""
  SELECT category, {_TAGS} FROM tickets NOT INDEXED
  WHERE {OPENED} >= :since AND {OPENED} < :until AND {COUNTS}"""
_LIVE = """
  SELECT status, count(*) FROM tickets WHERE status IN ('new', 'open', 'pending') AND merged_into IS NULL
  GROUP BY status"""
_SPAM = """
  SELECT count(*) FROM tickets
  WHERE status = 'spam' AND merged_into IS NULL AND created_at >= :since AND created_at < :until"""
# As in the index events_reopened.
_REOPENINGS = f"""
  SELECT {minutes("at")}, (
    SELECT {minutes("ending.at")} FROM events AS ending
    WHERE ending.ticket_id = tickets.id AND ending.id < events.id AND ending.kind = 'status'
      AND json_extract(ending.data, '$.old') IN ('new', 'open', 'pending')
    ORDER BY ending.id DESC LIMIT 1) AS over
  FROM events CROSS JOIN tickets ON tickets.id = ticket_id
  WHERE kind = 'status' AND json_extract(data, '$.old') IN ('solved', 'closed')
    AND json_extract(data, '$.new') IN ('new', 'open', 'pending') AND at >= :since AND {COUNTS}"""


def cases(store: Store, asked: Asked, imports: bool) -> Iterator[Case]:
    """Those that were opened, answered or ended in the span, or are not over."""
    cursor = store.execute(_CASES, {**asked.span.values, "customers": asked.customers, "imports": imports})
    cursor.row_factory = None  # plain tuples, which are quicker than rows with names
    return cursor


def breached(store: Store, clock: str) -> frozenset[int]:
    """The tickets on which a deadline of that clock ever passed."""
    return frozenset(json.loads(store.value(_BREACHED, {"kind": f"{clock}_due"})))


def breaches(store: Store, span: Span) -> dict[str, list[int]]:
    """The minutes in which deadlines passed, by their clocks, in order."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for kind, minute in store.execute(_BREACHES, {"since": span.values["since"]}):
        found[kind.removesuffix("_due")].append(minute)
    return {clock: sorted(passed) for clock, passed in found.items()}


def opened(store: Store, span: Span, imports: bool) -> tuple[Opened, ...]:
    found = Counter[tuple[str, str]]()
    rows = store.execute(_OPENED, {**span.values, "imports": imports})
    rows.row_factory = None
    for (category, tags), count in Counter(rows).items():
        found.update({("tag", tag): count for tag in json.loads(tags)})
        if category is not None:
            found["category", category] += count
    return tuple(Opened(by, name, count) for (by, name), count in found.items())


def live(store: Store) -> dict[str, int]:
    return dict(store.execute(_LIVE))


def spam(store: Store, span: Span) -> int:
    return int(store.value(_SPAM, span.values))


def reopenings(store: Store, span: Span) -> Reopenings:
    """From the event that ended a ticket to the one that opened it again; a history that is opened was never over."""
    rows = store.execute(_REOPENINGS, {"since": span.values["since"]})
    rows.row_factory = None
    found = [(again, over) for again, over in rows if over is not None]
    return Reopenings(sorted(over for _, over in found), sorted(again for again, _ in found))
