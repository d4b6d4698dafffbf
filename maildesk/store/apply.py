"""Carries out a Plan. Every change of a ticket, whatever asked for it, goes through here.

Run it inside a transaction: all of the plan, its events and its outgoing mails commit together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from maildesk.model import (
    AddEntry,
    AddFaq,
    AddInquiry,
    AddParticipant,
    AddTag,
    CancelTimers,
    CreateTicket,
    Defer,
    DropMails,
    Entry,
    FailMail,
    Field,
    Forget,
    GatherNotice,
    KeepUsual,
    Kind,
    LandCanary,
    LinkTickets,
    MergeTickets,
    MoveEntries,
    Plan,
    QueueMail,
    RaiseAlarm,
    Rate,
    RecordEvent,
    Release,
    RemoveParticipant,
    RemoveTag,
    RenewKey,
    SetAbsence,
    SetField,
    SetKind,
    SetRequester,
    SetTimer,
    StandFrequent,
    StandTimers,
    Status,
    Step,
    TakeGathered,
    TakeTurn,
    UnlinkTickets,
    Watch,
    mailbox_of,
)
from maildesk.store import canaries, deferred, due, frequent, ratings, together, usual, waiting
from maildesk.store.engine import Store, Value, to_text

# One fixed statement a column: SQL is never built from people's strings.
_SET_FIELD = {field: f"UPDATE tickets SET {field.value} = ?, updated_at = ? WHERE id = ?" for field in Field}  # noqa: S608
_GET_FIELD = {field: f"SELECT {field.value} FROM tickets WHERE id = ?" for field in Field}  # noqa: S608


# What a message does to its ticket.
_GROWN = {
    kind: f"UPDATE tickets SET updated_at = max(updated_at, :at){also} WHERE id = :id"  # noqa: S608
    for kind, also in {
        Kind.NOTE: "",
        Kind.CUSTOMER: f", revision = revision + 1, waiting_since = {waiting.BY_CUSTOMER}",
        Kind.AGENT: ", revision = revision + 1, waiting_since = NULL,"
        " replied_at = max(coalesce(replied_at, ''), :written)",
    }.items()
}

_json = json.JSONEncoder(ensure_ascii=False).encode  # made once: it takes longer than to use it


@dataclass(frozen=True, slots=True)
class _Act:
    """Who does it, and when."""

    store: Store
    actor: str
    now: datetime
    at: str  # the same as the tables hold it

    def event(self, ticket_id: int, kind: str, data: Mapping[str, Value]) -> None:
        self.store.execute(
            "INSERT INTO events (ticket_id, at, actor, kind, data) VALUES (?, ?, ?, ?, ?)",
            (ticket_id, self.at, self.actor, kind, _json(dict(data))),
        )


def apply(store: Store, plan: Plan, now: datetime) -> None:
    """Applies every step in order; sqlite3.Error leaves nothing applied (the transaction is the caller's)."""
    act = _Act(store, plan.actor, now, to_text(now))
    merged: dict[int, int] = {}
    for each in plan.steps:
        step = together.followed(each, merged) if merged else each
        if step is not None:
            _step(act, step)
        if isinstance(step, MergeTickets):
            merged = {old: step.into if new == step.ticket_id else new for old, new in merged.items()}
            merged[step.ticket_id] = step.into


def _step(act: _Act, step: Step) -> None:  # noqa: C901 - one case an effect, those of most mails first
    match step:
        case CreateTicket():
            _create(act, step)
        case SetTimer():
            act.store.execute(
                "INSERT OR REPLACE INTO timers (kind, at, ticket_id, agent, label) VALUES (?, ?, ?, ?, ?)",
                (step.kind, to_text(step.at), step.ticket_id or 0, step.agent or "", step.label),
            )
        case AddEntry():
            _add_entry(act, step)
        case GatherNotice():
            act.store.execute(
                "INSERT INTO gathered (agent, ticket_id, entry_id) VALUES (?, ?, ?)",
                (step.agent, step.ticket_id, step.entry_id),
            )
        case QueueMail():
            _queue(act, step)
        case CancelTimers():
            for kind in step.kinds:
                act.store.execute(
                    "DELETE FROM timers WHERE ticket_id = ?1 AND kind = ?2 AND (?3 IS NULL OR label = ?3)",
                    (step.ticket_id, kind, step.label),
                )
        case SetField():
            _set(act, step)
        case SetKind():
            _set_kind(act, step)
        case AddTag():
            act.store.execute("INSERT OR IGNORE INTO tags (ticket_id, tag) VALUES (?, ?)", (step.ticket_id, step.tag))
            act.event(step.ticket_id, "tag", {"new": step.tag})
        case RemoveTag():
            act.store.execute("DELETE FROM tags WHERE ticket_id = ? AND tag = ?", (step.ticket_id, step.tag))
            act.event(step.ticket_id, "tag", {"old": step.tag})
        case AddParticipant():
            _join(act, step)
        case RemoveParticipant():
            _leave(act, step)
        case SetRequester():
            _set_requester(act, step)
        case LinkTickets():
            _link(act, step)
        case UnlinkTickets():
            together.unlink(act.store, step)
            act.event(step.ticket_id, "link", {"old": step.other_id, "kind": step.kind})
        case MergeTickets():
            _merge(act, step)
        case MoveEntries():
            moved = together.move(act.store, step, act.at)
            waiting.counted_again(act.store, step.from_id)
            waiting.counted_again(act.store, step.to_id)
            _last_answer(act, step.from_id)
            _last_answer(act, step.to_id)
            act.event(step.from_id, "moved_out", {"to": step.to_id, **moved})
            act.event(step.to_id, "moved_in", {"from": step.from_id, **moved})
        case Watch():
            _watch(act, step)
        case SetAbsence():
            _absence(act, step)
        case TakeTurn():
            act.store.execute("INSERT OR REPLACE INTO turns (team, agent) VALUES (?, ?)", (step.team, step.agent))
        case AddInquiry():
            _inquire(act, step)
        case AddFaq():
            kept = frequent.keep(act.store, step, act.at)
            act.event(step.ticket_id, "faq", {"faq": kept, "question": step.question})
        case StandFrequent():
            frequent.stand(act.store, step)
        case KeepUsual():
            usual.keep(act.store, step)
        case RenewKey():
            act.store.execute("INSERT INTO keys (secret, created_at) VALUES (?, ?)", (step.secret, act.at))
            sql = "DELETE FROM keys WHERE id < (SELECT max(id) FROM keys WHERE created_at < ?)"
            act.store.execute(sql, (to_text(step.replaced_before),))
        case Rate():
            old = ratings.keep(act.store, step, act.at)
            act.event(step.ticket_id, "rated", {"old": old, "new": step.score})
        case RecordEvent():
            act.event(step.ticket_id, step.kind, step.data)
        case StandTimers():
            due.stand(act.store, step, act.now)
        case TakeGathered():
            act.store.execute("DELETE FROM gathered WHERE agent = ? AND id <= ?", (step.agent, step.up_to))
        case RaiseAlarm():
            due.raise_alarm(act.store, act.now, step.title, step.details)
        case FailMail():
            act.store.execute(
                "UPDATE outbox SET state = 'failed', error = ?, told = 1 WHERE id = ?", (step.error, step.outbox_id)
            )
        case LandCanary():
            canaries.back(act.store, step.outbox_id, act.now)
        case DropMails():
            _drop(act, step)
        case Defer():
            deferred.add(act.store, step.deferred, act.now)
        case Release():
            deferred.release(act.store, step.deferred_id, step.at)
        case Forget():
            deferred.forget(act.store, step.deferred_id)
        case _:
            assert_never(step)


def _create(act: _Act, step: CreateTicket) -> None:
    new = step.ticket
    contact_id = _contact(act, new.requester.email, new.requester.name, new.language)
    act.store.execute(
        "INSERT INTO tickets (id, token, subject, status, priority, assignee, team, category, mailbox, contact_id,"
        " due_at, created_at, updated_at, closed_at, language)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new.id,
            new.token,
            new.subject,
            new.status,
            new.priority,
            new.assignee,
            new.team,
            new.category,
            new.mailbox,
            contact_id,
            to_text(new.due_at) if new.due_at else None,
            to_text(new.created_at),
            to_text(new.updated_at),
            to_text(new.closed_at) if new.closed_at else None,
            new.language,
        ),
    )
    for participant in new.participants:
        _join(act, AddParticipant(new.id, participant))
    for tag in sorted(new.tags):
        act.store.execute("INSERT OR IGNORE INTO tags (ticket_id, tag) VALUES (?, ?)", (new.id, tag))
    for name, value in new.fields:
        sql = "INSERT OR IGNORE INTO fields (ticket_id, name, value) VALUES (?, ?, ?)"
        act.store.execute(sql, (new.id, name, value))
    act.event(new.id, "created", {"subject": new.subject, "team": new.team, "assignee": new.assignee})


def _contact(act: _Act, email: str, name: str, language: str) -> int:
    """The contact's id; made at the first mail, and its name and language kept when they become known."""
    known = act.store.row("SELECT id, name, language FROM contacts WHERE email = ?", (email,))
    if known is None:
        sql = "INSERT INTO contacts (email, name, language, created_at) VALUES (?, ?, ?, ?)"
        return act.store.insert(sql, (email, name, language, act.at))
    id, *had = known
    has = [name or had[0], language or had[1]]
    if has != had:
        act.store.execute("UPDATE contacts SET name = ?, language = ? WHERE id = ?", (*has, id))
    return int(id)


def _join(act: _Act, step: AddParticipant) -> None:
    person = step.participant
    joined = act.store.execute(
        "INSERT OR IGNORE INTO participants (ticket_id, email, role, name, token, issued_at) VALUES (?, ?, ?, ?, ?, ?)",
        (step.ticket_id, person.email, person.role, person.name, person.token, act.at),
    )
    if joined.rowcount and person.role != "requester":
        act.event(step.ticket_id, "joined", {"email": person.email, "role": person.role})


def _leave(act: _Act, step: RemoveParticipant) -> None:
    if together.leave(act.store, step.ticket_id, step.email):
        act.event(step.ticket_id, "left", {"email": step.email})


def _merge(act: _Act, step: MergeTickets) -> None:
    if step.ticket_id == step.into:  # by an earlier step of the same plan
        return
    moved = together.merge(act.store, step, act.at)
    _last_answer(act, step.into)
    act.event(step.ticket_id, "merged", {"into": step.into, **moved})
    act.event(step.into, "merged_in", {"from": step.ticket_id, **moved})
    _set(act, SetField(step.ticket_id, Field.STATUS, Status.CLOSED))


def _set_requester(act: _Act, step: SetRequester) -> None:
    person = step.participant
    told = together.set_requester(act.store, step, _contact(act, person.email, person.name, ""), act.at)
    act.event(step.ticket_id, "requester", told)


def _link(act: _Act, step: LinkTickets) -> None:
    linked = act.store.execute(
        "INSERT OR IGNORE INTO links (ticket_id, other_id, kind) VALUES (?, ?, ?)",
        (step.ticket_id, step.other_id, step.kind),
    )
    if linked.rowcount:
        act.event(step.ticket_id, "link", {"other": step.other_id, "kind": step.kind})


def _watch(act: _Act, step: Watch) -> None:
    if step.on:
        sql = "INSERT OR IGNORE INTO watchers (ticket_id, agent) VALUES (?, ?)"
    else:
        sql = "DELETE FROM watchers WHERE ticket_id = ? AND agent = ?"
    if act.store.execute(sql, (step.ticket_id, step.agent)).rowcount:
        act.event(step.ticket_id, "watch" if step.on else "unwatch", {"agent": step.agent})


def _absence(act: _Act, step: SetAbsence) -> None:
    act.store.execute("DELETE FROM absences WHERE agent = ?", (step.agent,))
    if step.on:
        until = to_text(step.until) if step.until else None
        act.store.execute("INSERT INTO absences (agent, until) VALUES (?, ?)", (step.agent, until))


def _inquire(act: _Act, step: AddInquiry) -> None:
    new = step.inquiry
    act.store.execute(
        "INSERT INTO inquiries (ticket_id, email, name, token, agent, issued_at) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT(ticket_id, email) DO UPDATE SET agent = excluded.agent, issued_at = excluded.issued_at",
        (new.ticket_id, new.email, new.name, new.token, new.agent, act.at),
    )
    act.event(new.ticket_id, "asked", {"email": new.email})


def _drop(act: _Act, step: DropMails) -> None:
    for id in step.outbox_ids:
        act.store.execute(
            "UPDATE outbox SET state = 'dropped', error = ? WHERE id = ? AND state IN ('queued', 'held')",
            (step.why, id),
        )


def _set(act: _Act, step: SetField) -> None:
    value = to_text(step.value) if isinstance(step.value, datetime) else step.value
    old = act.store.value(_GET_FIELD[step.field], (step.ticket_id,))
    if old == value:
        return
    act.store.execute(_SET_FIELD[step.field], (value, act.at, step.ticket_id))
    if step.field is Field.STATUS and value in waiting.OVER:
        waiting.over(act.store, step.ticket_id)
    act.event(step.ticket_id, step.field, {"old": old, "new": value})


def _add_entry(act: _Act, step: AddEntry) -> None:
    new = step.entry
    if step.replaces:  # its attachments stand there already
        act.store.execute(
            "UPDATE messages SET kind = ?, author = ?, text = ?, html = ?, created_at = ? WHERE id = ?",
            (new.kind, new.author, new.text, new.html, to_text(new.created_at), new.id),
        )
        _grow(act, new)
        return
    act.store.execute(
        "INSERT INTO messages (id, ticket_id, kind, author, message_id, in_reply_to, subject, text, html, inbox_id,"
        " created_at, proof, automatic) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new.id,
            new.ticket_id,
            new.kind,
            new.author,
            new.message_id,
            new.in_reply_to,
            new.subject,
            new.text,
            new.html,
            new.inbox_id,
            to_text(new.created_at),
            new.proof or "",
            int(new.automatic),
        ),
    )
    sql = "INSERT INTO search (rowid, subject, text, author) VALUES (?, ?, ?, ?)"
    act.store.execute(sql, (new.id, new.subject, new.text, new.author))
    for a in step.attachments:
        act.store.execute(
            "INSERT INTO attachments (message_id, name, media_type, size, part) VALUES (?, ?, ?, ?, ?)",
            (new.id, a.name, a.media_type, a.size, a.part),
        )
    _grow(act, new)


def _grow(act: _Act, new: Entry) -> None:
    """What nobody has let in, or nobody wrote, moves nothing; a note is no public message."""
    if grown := _GROWN.get(new.kind):
        act.store.execute(grown, {"id": new.ticket_id, "at": act.at, "written": to_text(new.created_at)})
    act.event(new.ticket_id, "message", {"message": new.id, "kind": new.kind, "author": new.author})


def _last_answer(act: _Act, ticket_id: int) -> None:
    """When an agent last answered, by the messages that are there now."""
    sql = (
        "UPDATE tickets SET replied_at = (SELECT max(created_at) FROM messages WHERE ticket_id = ?1 AND kind = 'agent')"
        " WHERE id = ?1"
    )
    act.store.execute(sql, (ticket_id,))


def _set_kind(act: _Act, step: SetKind) -> None:
    row = act.store.row("SELECT ticket_id, kind FROM messages WHERE id = ?", (step.entry_id,))
    if row is None or row["kind"] == step.kind:
        return
    act.store.execute("UPDATE messages SET kind = ? WHERE id = ?", (step.kind, step.entry_id))
    waiting.counted_again(act.store, row["ticket_id"])
    _last_answer(act, row["ticket_id"])
    act.event(row["ticket_id"], "kind", {"message": step.entry_id, "old": row["kind"], "new": step.kind})


def _queue(act: _Act, step: QueueMail) -> None:
    raw_id = act.store.insert("INSERT INTO raw (bytes) VALUES (?)", (step.raw,))
    at = to_text(step.not_before) if step.not_before else act.at
    act.store.execute(
        "INSERT INTO outbox (ticket_id, message_id, envelope_from, envelope_to, mailbox, raw_id, next_at, kind, agent,"
        " entry_id, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            step.ticket_id,
            step.message_id,
            step.envelope_from,
            step.envelope_to,
            mailbox_of(step.envelope_to),
            raw_id,
            at,
            step.purpose,
            step.agent,
            step.entry_id,
            act.at,
        ),
    )
    if step.ticket_id is not None and step.agent is None:  # their reply address is good for another while
        act.store.execute(
            "UPDATE participants SET issued_at = ?1 WHERE ticket_id = ?2 AND email = ?3 AND issued_at != ?1",
            (act.at, step.ticket_id, step.envelope_to),
        )
