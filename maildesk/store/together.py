"""What several tickets have to do with each other: merging, moving messages, whose ticket it is.

Run inside the transaction that applies a plan; `apply` records the events. What leads to a ticket goes along with
what stands on it: Message-IDs, reply addresses, notices that wait, mails of agents that wait. What was merged stays
behind as a sign, and every look at it follows `merged_into` (`rows.ticket`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from maildesk.model import (
    AddEntry,
    CancelTimers,
    MergeTickets,
    MoveEntries,
    SetRequester,
    SetTimer,
    Step,
    UnlinkTickets,
)
from maildesk.store.engine import Row, Store, Value

# What people have on both tickets stays once. Of fields (of a contact form) and third parties that both have, the
# ones of the merged ticket stay behind with it, and so do the reply addresses of whoever is on both: they lead on.
_GO_ALONG = (
    "UPDATE inbox SET ticket_id = :new WHERE id IN"  # the ledger tells where a mail stands
    " (SELECT inbox_id FROM messages WHERE ticket_id = :old AND inbox_id IS NOT NULL)",
    "UPDATE messages SET ticket_id = :new WHERE ticket_id = :old",
    "UPDATE outbox SET ticket_id = :new WHERE ticket_id = :old",
    "UPDATE gathered SET ticket_id = :new WHERE ticket_id = :old",
    "UPDATE deferred SET ticket_id = :new WHERE ticket_id = :old",
    "UPDATE ratings SET ticket_id = :new WHERE ticket_id = :old",
    "UPDATE OR IGNORE participants SET ticket_id = :new,"
    " role = CASE role WHEN 'requester' THEN 'cc' ELSE role END WHERE ticket_id = :old",
    "UPDATE OR IGNORE inquiries SET ticket_id = :new WHERE ticket_id = :old",
    "UPDATE OR IGNORE fields SET ticket_id = :new WHERE ticket_id = :old",
    "INSERT OR IGNORE INTO watchers (ticket_id, agent) SELECT :new, agent FROM watchers WHERE ticket_id = :old",
    "DELETE FROM watchers WHERE ticket_id = :old",
    "INSERT OR IGNORE INTO tags (ticket_id, tag) SELECT :new, tag FROM tags WHERE ticket_id = :old",
    "DELETE FROM tags WHERE ticket_id = :old",
    "INSERT OR IGNORE INTO links (ticket_id, other_id, kind)"
    " SELECT :new, other_id, kind FROM links WHERE ticket_id = :old AND other_id != :new",
    "INSERT OR IGNORE INTO links (ticket_id, other_id, kind)"
    " SELECT ticket_id, :new, kind FROM links WHERE other_id = :old AND ticket_id != :new",
    "DELETE FROM links WHERE ticket_id = :old OR other_id = :old",
    # An agent's own reminders still mean something; deadlines are the survivor's.
    "INSERT INTO timers (kind, at, ticket_id, agent, label) SELECT kind, at, :new, agent, label FROM timers"
    " WHERE ticket_id = :old AND kind = 'remind'"
    " ON CONFLICT (kind, ticket_id, agent, label) DO UPDATE SET at = min(at, excluded.at)",
    "DELETE FROM timers WHERE ticket_id = :old",
)
_TICKETS = (
    "UPDATE tickets SET merged_into = :new WHERE merged_into = :old",  # whatever was merged before is one step away
    "UPDATE tickets SET updated_at = max(updated_at, :at), (revision, waiting_since) = ("
    " SELECT tickets.revision + :revision, coalesce(min(old.waiting_since, tickets.waiting_since),"
    " old.waiting_since, tickets.waiting_since) FROM tickets AS old WHERE old.id = :old) WHERE id = :new",
    "UPDATE tickets SET merged_into = :new, closed_at = coalesce(closed_at, :at), updated_at = :at WHERE id = :old",
)


def merge(store: Store, step: MergeTickets, at: str) -> Mapping[str, Value]:
    """Moves everything of a ticket to the survivor; what the event log tells of it.

    ``entries`` are the public messages that came along: who answers an older notice has not seen them. The survivor's
    revision grows by ``revision``, which may count more than are left of them; by one at least, for it has new readers.
    """
    values: dict[str, Value] = {"old": step.ticket_id, "new": step.into, "at": at}
    moved = store.rows("SELECT id, kind FROM messages WHERE ticket_id = ? ORDER BY id", (step.ticket_id,))
    told = _told(moved)
    revision = store.value("SELECT revision FROM tickets WHERE id = ?", (step.ticket_id,))
    values["revision"] = max(revision, len(str(told["entries"]).split()), 1)
    for sql in (*_GO_ALONG, *_TICKETS):
        store.execute(sql, values)
    return {**told, "revision": values["revision"]}


_CHOSEN = (
    "UPDATE inbox SET ticket_id = :new WHERE id IN (SELECT inbox_id FROM messages"
    " WHERE ticket_id = :old AND inbox_id IS NOT NULL AND id IN (SELECT value FROM json_each(:ids)))",
    "UPDATE messages SET ticket_id = :new WHERE ticket_id = :old AND id IN (SELECT value FROM json_each(:ids))",
    "UPDATE outbox SET ticket_id = :new WHERE ticket_id = :old AND entry_id IN (SELECT value FROM json_each(:ids))",
    "UPDATE gathered SET ticket_id = :new WHERE ticket_id = :old AND entry_id IN (SELECT value FROM json_each(:ids))",
    "UPDATE deferred SET ticket_id = :new WHERE ticket_id = :old AND entry_id IN (SELECT value FROM json_each(:ids))",
    "UPDATE tickets SET updated_at = max(updated_at, :at) WHERE id IN (:old, :new)",
    "UPDATE tickets SET revision = revision + 1 WHERE id = :old",
    "UPDATE tickets SET revision = revision + :public WHERE id = :new",
)


def move(store: Store, step: MoveEntries, at: str) -> Mapping[str, Value]:
    """Moves messages, what was mailed of them and what waits for an answer about them; what the event log tells."""
    values: dict[str, Value] = {"old": step.from_id, "new": step.to_id, "at": at, "ids": json.dumps(step.entry_ids)}
    moved = store.rows(
        "SELECT id, kind FROM messages WHERE ticket_id = :old AND id IN (SELECT value FROM json_each(:ids))"
        " ORDER BY id",
        values,
    )
    told = _told(moved)
    values["public"] = len(str(told["entries"]).split())
    for sql in _CHOSEN:
        store.execute(sql, values)
    return told


def _told(moved: Sequence[Row]) -> Mapping[str, Value]:
    public = (str(row["id"]) for row in moved if row["kind"] in ("customer", "agent"))
    return {"messages": len(moved), "entries": " ".join(public)}


def followed(step: Step, merged: Mapping[int, int]) -> Step | None:
    """What a plan does to a ticket after it has merged it is done to the survivor; but timers are each ticket's own."""
    changed: Any = step
    if isinstance(step, AddEntry):
        entry = step.entry
        return replace(step, entry=replace(entry, ticket_id=merged.get(entry.ticket_id, entry.ticket_id)))
    if getattr(step, "ticket_id", None) not in merged:
        return step
    if isinstance(step, SetTimer | CancelTimers):
        return None
    return replace(changed, ticket_id=merged[changed.ticket_id])  # type: ignore[no-any-return]


def set_requester(store: Store, step: SetRequester, contact_id: int, at: str) -> Mapping[str, Value]:
    """The ticket is another person's: who it was until now leaves, and their reply address dies. What the event log
    tells of it.
    """
    person = step.participant
    former = store.row(
        "SELECT email, name FROM participants WHERE ticket_id = ? AND role = 'requester' AND email != ?",
        (step.ticket_id, person.email),
    )
    if former is not None:
        leave(store, step.ticket_id, former["email"])
    store.execute(
        "INSERT INTO participants (ticket_id, email, role, name, token, issued_at) VALUES (?, ?, 'requester', ?, ?, ?)"
        " ON CONFLICT(ticket_id, email) DO UPDATE SET role = 'requester'",
        (step.ticket_id, person.email, person.name, person.token, at),
    )
    store.execute(
        "UPDATE tickets SET contact_id = ?, updated_at = max(updated_at, ?), revision = revision + 1 WHERE id = ?",
        (contact_id, at, step.ticket_id),
    )
    return {"email": person.email} | ({"old": former["email"], "old_name": former["name"]} if former else {})


def leave(store: Store, ticket_id: int, email: str) -> bool:
    """Takes a person off a ticket and off all that were merged into it; False if they were not on it."""
    store.execute(
        "DELETE FROM participants WHERE email = ? AND ticket_id IN (SELECT id FROM tickets WHERE merged_into = ?)",
        (email, ticket_id),
    )
    left = store.execute("DELETE FROM participants WHERE ticket_id = ? AND email = ?", (ticket_id, email))
    return left.rowcount > 0


def unlink(store: Store, step: UnlinkTickets) -> None:
    store.execute(
        "DELETE FROM links WHERE ticket_id = ? AND other_id = ? AND kind = ?",
        (step.ticket_id, step.other_id, step.kind),
    )
