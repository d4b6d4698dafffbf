"""One ticket as a mail to an agent: all that is on it (`#show`), and why one of its mails was understood so (`#why`).

Everything is text, in the agent's language and by their clock. It refuses to show more than `_WORDS` characters of
the thread: the newest messages are shown, the earlier ones counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from maildesk.config import Agent
from maildesk.desk import letters, notices
from maildesk.desk.letters import Desk
from maildesk.desk.views import Asked, aside, line
from maildesk.desk.when import say
from maildesk.mail.slots import Words
from maildesk.model import Entry, Event, Kind, Purpose, QueueMail, Seen, SentMail, Ticket

_WORDS = 100_000  # characters of a thread
_ENTRY = 8_000  # of a message
_TOLD = frozenset({
    "to", "from", "email", "role", "agent", "team", "other", "into", "kind", "error", "why", "question", "via",
    "refused", "label", "number",
})  # fmt: skip  # of an event's data: what is not only a key to something else
_TOLD_ELSEWHERE = frozenset({"message", "first_reply_at", "solved_at", "closed_at"})  # by other events, or the thread
_TIMES = frozenset({"due_at", "snoozed_until"})


@dataclass(frozen=True, slots=True)
class _Reader:
    """For whom a ticket is told."""

    desk: Desk
    agent: Agent
    ticket: Ticket

    def when(self, at: datetime | None) -> str:
        return say(at, self.desk.policy.config.zone(self.agent)) if at else ""

    def who(self, name: str) -> str:
        """The name behind an agent's id, an agent's address or somebody else's."""
        config = self.desk.policy.config
        agent = config.agent(name) or config.agent_by_email(name)
        if agent is not None:
            return agent.name
        person = self.ticket.participant(name)
        return f"{line(person.name, 60)} <{name}>" if person and person.name else name

    def desk_of(self, ticket: Ticket) -> Desk:
        """The desk, for a mail on this ticket: in its thread, if that is the one whose facts are known."""
        known = self.desk.facts.signed_for
        return self.desk if known is not None and known.id == ticket.id else aside(self.desk)


# --- all of it -----------------------------------------------------------------------------------------


def ticket(desk: Desk, agent: Agent, asked: Asked, seen: Seen, number: int | None = None) -> QueueMail:
    """The ticket; ``number`` is the one that was asked for, where it was merged since."""
    shown = seen.tickets[0]
    reader = _Reader(desk, agent, shown)
    entries = [*_thread(reader, seen)]
    people = [{"name": line(p.name, 60), "email": p.email, "role": p.role} for p in shown.participants]
    values: dict[str, object] = {
        "merged": number if number is not None and number != shown.id else 0,
        "late": shown.id in seen.overdue,
        "opened": reader.when(shown.created_at),
        "answered": reader.when(shown.replied_at),
        "waiting_since": reader.when(shown.waiting_since),
        "snoozed": reader.when(shown.snoozed_until),
        "people": people,
        "watching": tuple(reader.who(id) for id in sorted(shown.watchers)),
        "fields": [{"name": name, "value": line(value, 500)} for name, value in shown.fields],
        "linked": [{"number": other, "kind": kind} for other, kind in seen.links],
        "entries": entries,
        "earlier": seen.total - len(entries),
        "events": [*_events(reader, seen.events)],
        "pending": [*_pending(reader, seen)],
    }
    return letters.to_agent(reader.desk_of(shown), agent, shown, asked.parcel(desk, agent, Purpose.TICKET, values))


def _thread(reader: _Reader, seen: Seen) -> Iterator[dict[str, object]]:
    """The newest messages that there is room for, the newest last."""
    room, first = _WORDS, len(seen.entries)
    while first and room > 0:
        first -= 1
        room -= min(len(seen.entries[first].text), _ENTRY)
    for entry in seen.entries[first:]:
        cut = "\n[…]" if len(entry.text) > _ENTRY else ""
        yield {
            "number": entry.id,
            "author": reader.who(entry.author),
            "at": reader.when(entry.created_at),
            "kind": str(entry.kind),
            "private": entry.kind is Kind.NOTE,
            "held": entry.kind is Kind.HELD,
            "files": tuple(
                f"{line(file.name, 80) or file.media_type} ({notices.human(file.size)})"
                for file in seen.files.get(entry.id, ())
            ),
            "words": Words(entry.text[:_ENTRY] + cut),
        }


def _events(reader: _Reader, events: Sequence[Event]) -> Iterator[dict[str, object]]:
    for event in events:
        if event.kind not in _TOLD_ELSEWHERE:
            yield {
                "at": reader.when(event.at),
                "by": reader.who(event.actor),
                "what": event.kind,
                "old": _value(reader, event, "old"),
                "new": _value(reader, event, "new"),
                "details": ", ".join(_value(reader, event, key) for key in _telling(event)),
            }


def _telling(event: Event) -> Iterator[str]:
    """The keys of an event's data that say something; of a reminder, what it was about."""
    return (key for key in event.data if key in _TOLD and (event.kind != "reminder" or key == "kind"))


def _value(reader: _Reader, event: Event, key: str) -> str:
    value, config = event.data.get(key), reader.desk.policy.config
    if value is None or value == "":
        return ""
    if event.kind in _TIMES:
        return reader.when(datetime.fromisoformat(str(value)))
    team = config.team(str(value)) if event.kind == "team" or key == "team" else None
    return team.name if team else line(reader.who(str(value)))


def _pending(reader: _Reader, seen: Seen) -> Iterator[dict[str, object]]:
    """What is to happen yet: timers, agents' mails that wait, mails to customers that did not leave."""
    for timer in seen.timers:
        who = reader.who(timer.agent) if timer.agent else ""
        yield {"what": str(timer.kind), "at": reader.when(timer.at), "who": who, "details": line(timer.label)}
    for waiting in seen.deferred:
        at, who = reader.when(waiting.at), reader.who(waiting.agent)
        yield {"what": f"deferred_{waiting.wait}", "at": at, "who": who, "details": ""}
    for mail in seen.mails:
        at, who = reader.when(mail.created_at), reader.who(mail.recipient)
        yield {"what": f"mail_{mail.state}", "at": at, "who": who, "details": str(mail.purpose)}


# --- why -----------------------------------------------------------------------------------------------


def why(desk: Desk, agent: Agent, asked: Asked, seen: Seen, entry: Entry) -> QueueMail:
    """Why this message, one of those seen, is on its ticket, and what was mailed because of it."""
    shown, first = seen.tickets[0], seen.entries[0]
    reader = _Reader(desk, agent, shown)
    values: dict[str, object] = {
        "entry": {
            "number": entry.id,
            "author": reader.who(entry.author),
            "at": reader.when(entry.created_at),
            "kind": str(entry.kind),
            "subject": line(entry.subject),
        },
        "reasons": _reasons(seen, entry),
        "first": _reasons(seen, first) if first.id != entry.id else (),
        "mails": [
            {"what": str(mail.purpose), "who": reader.who(mail.recipient), "state": str(mail.state)}
            for mail in _mailed(seen, entry)
        ],
    }
    return letters.to_agent(reader.desk_of(shown), agent, shown, asked.parcel(desk, agent, Purpose.WHY, values))


def _reasons(seen: Seen, entry: Entry) -> tuple[str, ...]:
    told = next(reason for each, reason in zip(seen.entries, seen.reasons, strict=True) if each.id == entry.id)
    return tuple(reason for reason in told.split("; ") if reason)


def _mailed(seen: Seen, entry: Entry) -> Iterator[SentMail]:
    """What was queued for a message, or in the moment in which it came."""
    came = next((event.at for event in seen.events if event.data.get("message") == entry.id), None)
    for mail in seen.mails:
        if mail.entry_id == entry.id or (mail.created_at == came and mail.entry_id is None):
            yield mail
