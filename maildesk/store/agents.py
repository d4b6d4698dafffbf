"""What of the past an agent's mail makes us want to know, besides what every mail does."""

from __future__ import annotations

from datetime import datetime

from maildesk.model import Deferred, Entry, Event, Kind, Question, SentMail, Ticket
from maildesk.store import deferred, rows
from maildesk.store.engine import Store, to_text, to_time_or_none

_RECENT = 200  # events of a ticket among which an agent's last change is looked for
_NEWER = 20  # entries that an agent is shown


def signed_for(store: Store, question: Question, answered: SentMail | None) -> Ticket | None:
    """The ticket that an agent's address names; or the one that was split off it, with the message that is answered."""
    ticket = rows.ticket(store, question.signed_ticket) if question.signed_ticket is not None else None
    if ticket is None or answered is None or answered.agent != question.agent or answered.ticket_id is None:
        return ticket
    split = "SELECT 1 FROM links WHERE ticket_id = ? AND other_id = ? AND kind = 'split'"
    if store.value(split, (answered.ticket_id, ticket.id)) is None:
        return ticket
    return rows.ticket(store, answered.ticket_id)


def overtaken(
    store: Store, question: Question, ticket: Ticket, answered: SentMail | None
) -> tuple[tuple[Entry, ...], tuple[Event, ...]]:
    """What came after the agent has looked, oldest first: public entries on the ticket, and what made other customers
    its readers: it was given to another one (`#from`), or a ticket of another one was merged with it, or split off it.

    When they looked, the revision tells that their address was signed with, or else the mail of ours that they answer.
    """
    public = rows.entries(store, ticket.id, (Kind.CUSTOMER, Kind.AGENT))
    if question.seen_revision is not None and question.signed_ticket is not None:
        looked_at = question.signed_ticket
        came, happened = _log(store, looked_at)
        # What was let in (`#admit`) had been shown to agents before.
        seen = {event.data["message"] for _, event in happened if event.kind == "kind"}.union(
            came[: question.seen_revision]
        )
        newer = [entry for entry in public if entry.id not in seen]
        later = [event for revision, event in happened if revision >= question.seen_revision]
    elif answered is not None and answered.ticket_id is not None:  # one of theirs, or one that was passed on to them
        looked_at, shown = answered.ticket_id, answered.entry_id
        newer = [entry for entry in public if shown is not None and entry.id > shown]
        later = [event for _, event in _log(store, looked_at)[1] if event.at > answered.created_at]
    else:
        return (), ()
    turned = (event for event in later if _of_another(store, looked_at, ticket, event))
    return tuple(newer[:_NEWER][::-1]), tuple(turned)


def _of_another(store: Store, looked_at: int, ticket: Ticket, event: Event) -> bool:
    """Whether an event made another customer a reader."""
    if event.kind in ("requester", "kind"):
        return event.kind == "requester"
    there = next((event.data[key] for key in ("into", "from", "to") if key in event.data), None)
    both = "SELECT count(DISTINCT contact_id) FROM tickets WHERE id IN (?, ?, ?)"
    return bool(store.value(both, (looked_at, there, ticket.id)) > 1)


_GROWTH = (
    "SELECT * FROM events WHERE ticket_id = ? AND kind IN"
    " ('message', 'kind', 'requester', 'merged', 'merged_in', 'moved_in', 'moved_out') ORDER BY id"
)


def _log(store: Store, ticket_id: int) -> tuple[list[int], list[tuple[int, Event]]]:
    """The message that came with each step of a ticket's revision, 0 for none; and what else happened to it, with the
    revision that it had before. By its own log: it may be merged since.
    """
    came: list[int] = []
    happened: list[tuple[int, Event]] = []
    for event in map(rows.event, store.rows(_GROWTH, (ticket_id,))):
        data = event.data
        if event.kind == "message":
            came += [int(data["message"] or 0)] if data["kind"] in (Kind.CUSTOMER, Kind.AGENT) else []
            continue
        happened.append((len(came), event))
        if event.kind in ("requester", "moved_out"):
            came.append(0)
        elif event.kind in ("merged_in", "moved_in"):
            entries = [int(id) for id in str(data.get("entries", "")).split()]
            came += entries + [0] * (int(data.get("revision") or 0) - len(entries))  # some of them are public no more
    return came, happened


def waiting(store: Store, question: Question, ticket: Ticket, now: datetime) -> tuple[Deferred, ...]:
    """This agent's mails that wait on the ticket, newest first."""
    return deferred.of_agent(store, question.agent, ticket.id, now - deferred.LIFETIME)


def confirmed(store: Store, question: Question, now: datetime) -> Deferred | None:
    """The mail that waits for the one-time token which this one answers to."""
    found = (deferred.by_secret(store, secret, now - deferred.LIFETIME) for secret in question.secrets[:5])
    return next((each for each in found if each is not None), None)


def last_change(store: Store, agent: str, ticket_id: int) -> tuple[Event, ...]:
    """What the agent's last mail changed on the ticket, oldest first; what they took back does not count."""
    found = store.rows(
        "SELECT * FROM events WHERE ticket_id = ? AND actor = ? ORDER BY id DESC LIMIT ?", (ticket_id, agent, _RECENT)
    )
    events = [rows.event(row) for row in found]
    undos = {event.at for event in events if event.kind == "undo"}
    undone = {event.data.get("of") for event in events if event.kind == "undo"}
    last = next((e.at for e in events if e.at not in undos and to_text(e.at) not in undone), None)
    return tuple(event for event in reversed(events) if event.at == last)


def mails_of(store: Store, change: tuple[Event, ...]) -> tuple[SentMail, ...]:
    """What was mailed together with a change."""
    if not change:
        return ()
    sql = "SELECT * FROM outbox WHERE ticket_id = ? AND created_at = ? ORDER BY id"
    return tuple(rows.sent_mail(row) for row in store.rows(sql, (change[0].ticket_id, to_text(change[0].at))))


def away(store: Store, now: datetime) -> dict[str, datetime | None]:
    """The agents who are absent now, and until when; None: until they say that they are back."""
    found = store.rows("SELECT agent, until FROM absences WHERE until IS NULL OR until > ?", (to_text(now),))
    return {row["agent"]: to_time_or_none(row["until"]) for row in found}


def loads(store: Store) -> dict[str, int]:
    """How many live tickets each agent has."""
    found = store.rows(
        "SELECT assignee, count(*) AS n FROM tickets"
        " WHERE assignee IS NOT NULL AND (status = 'new' OR status = 'open' OR status = 'pending') GROUP BY assignee"
    )
    return {row["assignee"]: row["n"] for row in found}


def turns(store: Store) -> dict[str, str]:
    """Whose turn it was last in each team."""
    return {row["team"]: row["agent"] for row in store.rows("SELECT team, agent FROM turns")}
