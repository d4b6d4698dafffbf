"""What people read of the desk: lists, full-text search, one ticket whole."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from maildesk.store import rows
from maildesk.store.engine import Row, Store, Value

# ruff: noqa: S608 - each statement is put together once, from fixed texts alone

LINKS = """SELECT other_id, kind FROM links WHERE ticket_id = ?1
  UNION SELECT ticket_id, CASE kind WHEN 'follow_up' THEN 'followed_up_by' WHEN 'duplicates' THEN 'duplicated_by'
    WHEN 'blocks' THEN 'blocked_by' WHEN 'split' THEN 'split_into' ELSE kind END FROM links WHERE other_id = ?1
  ORDER BY 1"""
_COLUMNS = (
    "id, token, subject, status, priority, assignee, team, category, mailbox, contact_id, mood, urgent, due_at,"
    " snoozed_until, created_at, updated_at, first_reply_at, solved_at, closed_at, merged_into"
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What `maildesk tickets` was asked for; None asks nothing."""

    words: str = ""
    status: str | None = None  # one of them, "all", or None: all but closed and spam
    assignee: str | None = None
    team: str | None = None
    tag: str | None = None
    limit: int = 50


_OF_STATUS = (
    "(:status = 'all' OR status = :status OR (:status IS NULL AND status NOT IN ('closed', 'spam')))"
    " AND (:assignee IS NULL OR assignee = :assignee) AND (:team IS NULL OR team = :team)"
)
# Of columns alone that the index has: with a million tickets it is read in no time, and no ticket is.
_FRESHEST = f"SELECT id FROM tickets WHERE {_OF_STATUS} ORDER BY updated_at DESC, id DESC LIMIT :limit"
_AMONG = f"""SELECT id FROM tickets WHERE id IN (SELECT value FROM json_each(:ids)) AND {_OF_STATUS}
  AND (:tag IS NULL OR EXISTS (SELECT 1 FROM tags WHERE tags.ticket_id = tickets.id AND tag = :tag))
  ORDER BY updated_at DESC, id DESC LIMIT :limit"""
_SAID = """SELECT messages.ticket_id AS id FROM search JOIN messages ON messages.id = search.rowid
  WHERE search MATCH :words ORDER BY search.rowid DESC LIMIT :window"""
_TAGGED = "SELECT ticket_id AS id FROM tags WHERE tag = :tag ORDER BY ticket_id DESC LIMIT :window"
_WINDOW = 2_000  # of the newest messages that say the words, or tickets with the tag; many more if these are too few
_WIDER = 50
_SHOWN = f"""SELECT {", ".join("tickets." + column.strip() for column in _COLUMNS.split(","))},
  contacts.email AS requester, contacts.name AS requester_name,
  (SELECT json_group_array(tag) FROM tags WHERE tags.ticket_id = tickets.id) AS tags
  FROM tickets JOIN contacts ON contacts.id = contact_id
  WHERE tickets.id IN (SELECT value FROM json_each(?)) ORDER BY updated_at DESC, tickets.id DESC"""


def listing(store: Store, wanted: Filter) -> list[dict[str, Any]]:
    """Tickets as objects with the columns of the table, `tags` and the requester; the freshest first.

    Of words that stand in more messages than are looked at, those in the newest ones.
    """
    with store.snapshot():
        found = store.rows(_SHOWN, (json.dumps(_found(store, wanted)),))
    return [{**dict(row), "tags": sorted(json.loads(row["tags"]))} for row in found]


def _found(store: Store, wanted: Filter) -> list[int]:
    values: dict[str, Value] = {
        "status": wanted.status,
        "assignee": wanted.assignee,
        "team": wanted.team,
        "tag": wanted.tag,
        "words": match(store, wanted.words, _WINDOW),
        "limit": wanted.limit,
    }
    source = _SAID if values["words"] else _TAGGED if wanted.tag is not None else None
    if source is None:
        return [row["id"] for row in store.rows(_FRESHEST, values)]
    window, named = _WINDOW, number(wanted.words)
    while True:
        hits = [row["id"] for row in store.rows(source, values | {"window": window})]
        chosen = store.rows(_AMONG, values | {"ids": json.dumps([*dict.fromkeys(hits), named])})
        if len(chosen) >= wanted.limit or len(hits) < window:
            return [row["id"] for row in chosen]
        window *= _WIDER


def match(store: Store, words: str, enough: int) -> str | None:
    """People's words for FTS5, each one quoted, the last one a beginning; None when there are none.

    Where ``enough`` messages say them as they stand the last one is whole: of a beginning FTS5 reads all that is found.
    """
    tokens = re.findall(r"\w+", words)
    if not tokens:
        return None
    whole = " ".join(f'"{token}"' for token in tokens[:20])
    said = store.value("SELECT 1 FROM search WHERE search MATCH ? LIMIT 1 OFFSET ?", (whole, enough - 1))
    return whole if said is not None else f"{whole}*"


def number(words: str) -> int | None:
    """The ticket that people's words are the number of: `12` or `#12`."""
    match = re.fullmatch(r"\s*#?(\d{1,12})\s*", words)
    return int(match.group(1)) if match else None


def whole(store: Store, id: int) -> dict[str, Any] | None:
    """One ticket with its tags, fields, participants, messages, attachments, events, timers and mails."""
    with store.snapshot():
        row = store.row(f"SELECT {_COLUMNS} FROM tickets WHERE id = ?", (id,))
        if row is None:
            return None
        return {
            **dict(row),
            "tags": [r["tag"] for r in store.rows("SELECT tag FROM tags WHERE ticket_id = ? ORDER BY tag", (id,))],
            "fields": dict(rows.fields(store, id)),
            "participants": _all(store, "SELECT email, role, name FROM participants WHERE ticket_id = ?", id),
            "links": _all(store, LINKS, id),
            "messages": _messages(store, id),
            "events": [
                {**event, "data": json.loads(event["data"])}
                for event in _all(store, "SELECT * FROM events WHERE ticket_id = ? ORDER BY id", id)
            ],
            "timers": _all(store, "SELECT kind, at, agent, label FROM timers WHERE ticket_id = ? ORDER BY at, id", id),
            "deferred": _all(
                store, "SELECT wait, agent, inbox_id, at, created_at FROM deferred WHERE ticket_id = ? ORDER BY id", id
            ),
            "outbox": _all(
                store,
                "SELECT id, ticket_id, message_id, envelope_from, envelope_to, raw_id, kind, state, attempts, next_at,"
                " error, created_at, sent_at FROM outbox WHERE ticket_id = ? ORDER BY id",
                id,
            ),
        }


def _messages(store: Store, id: int) -> list[dict[str, Any]]:
    entries = _all(store, "SELECT * FROM messages WHERE ticket_id = ? ORDER BY id", id)
    files = store.rows(
        "SELECT attachments.* FROM attachments JOIN messages ON messages.id = attachments.message_id"
        " WHERE ticket_id = ? ORDER BY attachments.id",
        (id,),
    )
    return [{**entry, "attachments": [dict(f) for f in files if f["message_id"] == entry["id"]]} for entry in entries]


def _all(store: Store, sql: str, *values: Value) -> list[dict[str, Any]]:
    return [dict(row) for row in store.rows(sql, values)]


def counts(store: Store) -> Mapping[str, int]:
    """How many tickets stand in each status."""
    found: list[Row] = store.rows("SELECT status, count(*) AS n FROM tickets GROUP BY status")
    return {row["status"]: row["n"] for row in found}
