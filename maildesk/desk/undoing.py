"""`#undo`: an agent's last change of a ticket, taken back by the event log; its mails, while they have not left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from maildesk.config import Agent
from maildesk.desk import customers, letters
from maildesk.desk.authority import Authority
from maildesk.desk.case import Case
from maildesk.desk.commands.status import change
from maildesk.desk.transcripts import parcel, refused
from maildesk.model import (
    AddParticipant,
    AddTag,
    DropMails,
    Event,
    Field,
    Forget,
    Kind,
    LinkTickets,
    OutboxState,
    Participant,
    Plan,
    Purpose,
    Reason,
    RecordEvent,
    RemoveParticipant,
    RemoveTag,
    SetField,
    SetKind,
    SetRequester,
    Status,
    Step,
    Ticket,
    UnlinkTickets,
    Verdict,
    Watch,
)

_TIMES = frozenset({Field.DUE_AT, Field.FIRST_REPLY_AT, Field.SOLVED_AT, Field.CLOSED_AT, Field.SNOOZED_UNTIL})
_FOLLOW = frozenset({Field.SOLVED_AT, Field.CLOSED_AT})  # with the status
# There is nothing to take back in them by themselves.
_SILENT = frozenset({"collision", "reminder", "kind", "undo", "asked", "merged", "moved_in"})


@dataclass(frozen=True, slots=True)
class _Undone:
    steps: tuple[Step, ...]
    said: str  # what it was, in words
    done: bool = True


def undo(case: Case, claimed: Authority, agent: Agent, ticket: Ticket) -> Plan:
    """Takes back what waits for the agent's word, else their last change; they hear what could not be."""
    if case.facts.deferred:
        waited = case.facts.deferred[0]
        undone = [_Undone((Forget(waited.id),), "your mail that waited: it will not be sent")]
    else:
        undone = list(_all(case, ticket))
    if not any(each.done for each in undone):
        why = "; ".join(each.said for each in undone) or "there is nothing of yours to take back on this ticket"
        return refused(case, claimed, agent, f"Nothing was taken back: {why}.")
    steps = [step for each in undone for step in each.steps]
    if case.facts.change and not case.facts.deferred:
        steps.append(RecordEvent(ticket.id, "undo", {"of": _text(case.facts.change[0].at)}))
    values: dict[str, object] = {
        "undone": tuple(each.said for each in undone if each.done),
        "kept": tuple(each.said for each in undone if not each.done),
    }
    told = replace(parcel(case, agent, Purpose.UNDONE, values), serial=case.inbox_id)
    steps.append(letters.to_agent(customers.desk(case, ticket), agent, ticket, told))
    reason = Reason("undo", "taken back: " + ", ".join(each.said for each in undone if each.done))
    return Plan(Verdict.NOTE, agent.id, tuple(steps), (claimed.reason, reason), ticket.id, "token")


def _text(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _all(case: Case, ticket: Ticket) -> Iterator[_Undone]:
    """Every event of the change, the last one first."""
    for event in reversed(case.facts.change):
        if event.kind not in _SILENT:
            yield _one(case, ticket, event)


def _one(case: Case, ticket: Ticket, event: Event) -> _Undone:
    if event.kind == "message":
        return _message(case, event)
    if event.kind in set(Field):
        return _field(case, ticket, event)
    found = _simple(case, ticket, event)
    return found or _Undone((), f"{event.kind} cannot be taken back", done=False)


def _simple(case: Case, ticket: Ticket, event: Event) -> _Undone | None:
    """What one step undoes."""
    data, id = event.data, ticket.id
    match event.kind, data:
        case "tag", {"new": str(tag)}:
            return _Undone((RemoveTag(id, tag),), f"tag +{tag}")
        case "tag", {"old": str(tag)}:
            return _Undone((AddTag(id, tag),), f"tag -{tag}")
        case "joined", {"email": str(email)}:
            return _Undone((RemoveParticipant(id, email),), f"{email} joining")
        case "left", {"email": str(email)}:
            token = case.moment.token("participant", id, email.casefold())
            return _Undone((AddParticipant(id, Participant(email, "cc", token)),), f"{email} leaving")
        case "requester", {"email": str(email), "old": str(old), "old_name": str(name)}:
            token = case.moment.token("participant", id, old.casefold())
            return _Undone((SetRequester(id, Participant(old, "requester", token, name)),), f"that it is of {email}")
        case "merged_in", {"from": int(other)}:
            return _Undone((), f"the merge with ticket {other}: #split can part its messages again", done=False)
        case "moved_out", {"to": int(other)}:
            return _Undone((), f"the split: #merge {other} puts the two together again", done=False)
        case "link", {"other": int(other), "kind": str(kind)}:
            return _Undone((UnlinkTickets(id, other, kind),), f"the link to ticket {other}")
        case "link", {"old": int(other), "kind": str(kind)}:
            return _Undone((LinkTickets(id, other, kind),), f"the end of the link to ticket {other}")
        case "urgent_verdict", _:
            return _Undone((RecordEvent(id, "urgent_verdict", {"right": None}),), "your word on whether it is urgent")
        case ("watch" | "unwatch") as kind, {"agent": str(agent)}:
            return _Undone((Watch(id, agent, on=kind == "unwatch"),), str(kind))
        case _:
            return None


def _field(case: Case, ticket: Ticket, event: Event) -> _Undone:
    """The value that a column had. A status brings its times with it; timers follow by themselves."""
    field, old = Field(event.kind), event.data.get("old")
    said = f"{field.value.removesuffix('_at').replace('_', ' ')} (back to {old if old is not None else 'nothing'})"
    if field in _FOLLOW:
        return _Undone((SetField(ticket.id, field, _value(field, old)),), said)
    if field is Field.STATUS:
        return _Undone(tuple(change(ticket, Status(str(old)), case.moment, case.policy.config)), said)
    return _Undone((SetField(ticket.id, field, _value(field, old)),), said)


def _value(field: Field, old: str | int | None) -> str | int | datetime | None:
    if old is None or field not in _TIMES:
        return old
    return datetime.fromisoformat(str(old))


def _message(case: Case, event: Event) -> _Undone:
    """An answer is taken back if none of its mails has left; it stays on the ticket, as a note. A note is no change."""
    entry_id = event.data.get("message")
    mails = [mail for mail in case.facts.change_mails if mail.entry_id == entry_id and mail.agent is None]
    left = [mail for mail in mails if mail.state not in (OutboxState.QUEUED, OutboxState.HELD)]
    if not mails or not isinstance(entry_id, int):
        return _Undone((), "your note: it was mailed to nobody outside", done=False)
    what = "your question" if all(mail.purpose is Purpose.ASK for mail in mails) else "your answer"
    if left:
        return _Undone((), f"{what}: it has left already", done=False)
    drop = DropMails(tuple(mail.id for mail in mails), "taken back by its agent (#undo)")
    return _Undone((drop, SetKind(entry_id, Kind.NOTE)), f"{what}: it was not sent, and is a private note now")
