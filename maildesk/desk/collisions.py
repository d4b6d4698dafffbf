"""When somebody else was quicker: an answer that a colleague's answer has overtaken, or that other customers would
read by now (`#from`, `#merge`, `#split`), is held and its agent shown what came in between; one that only the
customer has overtaken goes out, and the ticket stays open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from maildesk.config import Agent
from maildesk.desk import customers, letters, privacy
from maildesk.desk.addresses import AddressKind
from maildesk.desk.authority import Authority
from maildesk.desk.case import Case
from maildesk.desk.commands.status import change
from maildesk.desk.transcripts import parcel
from maildesk.desk.when import say
from maildesk.mail.slots import Words
from maildesk.model import (
    Defer,
    Deferred,
    Entry,
    Event,
    Forget,
    Kind,
    Plan,
    Purpose,
    Reason,
    RecordEvent,
    Status,
    Step,
    Ticket,
    Verdict,
    Wait,
)

_SHOWN = 4000  # characters of an entry


def colleagues(case: Case, agent: Agent) -> tuple[Entry, ...]:
    """What other agents have answered since this one looked."""
    return tuple(e for e in case.facts.since if e.kind is Kind.AGENT and e.author != agent.id)


def unseen(case: Case) -> tuple[Entry, ...]:
    """What customers have written since."""
    return tuple(e for e in case.facts.since if e.kind is Kind.CUSTOMER)


def turned(case: Case, agent: Agent) -> tuple[Event, ...]:
    """By what, since this agent looked, somebody else made other customers read what is answered."""
    return tuple(event for event in case.facts.turned if event.actor != agent.id)


def unsaid(case: Case) -> bool:
    """Whether the agent was not asked yet what shall be done if somebody has written since."""
    return case.released is None or case.released.wait is Wait.CONFIRM


def stops(case: Case, agent: Agent) -> bool:
    """Whether an answer has to wait for `#send`."""
    if not unsaid(case):
        return False
    overtaken = colleagues(case, agent) or turned(case, agent)
    return bool(overtaken) or bool(unseen(case) and case.policy.config.desk.unseen == "hold")


def hold(case: Case, claimed: Authority, agent: Agent, ticket: Ticket) -> Plan:
    """Nothing is done; the mail waits for `#send`."""
    waited = _waits(case, claimed, agent, ticket)
    reason = Reason("collision", "somebody has written since: it waits for #send")
    event = RecordEvent(ticket.id, "collision", {"mail": case.inbox_id, "agent": agent.id})
    steps = (Defer(waited), event, _shown(case, agent, ticket, "held"))
    return Plan(Verdict.NOTE, agent.id, steps, (claimed.reason, reason), ticket.id, "token")


def hold_again(case: Case, claimed: Authority, agent: Agent, ticket: Ticket) -> Plan:
    """`#send`, but a colleague has answered again meanwhile: what waits goes on waiting, and its agent sees why."""
    reason = Reason("collision", "a colleague has answered again: it goes on waiting for #send")
    return Plan(Verdict.NOTE, agent.id, (_shown(case, agent, ticket, "held"),), (claimed.reason, reason), ticket.id)


def keep_open(case: Case, agent: Agent, ticket: Ticket) -> Iterator[Step]:
    """The answer went out though the customer has written since: the ticket stays open, and the agent sees why."""
    yield from change(ticket, Status.OPEN, case.moment, case.policy.config)
    yield _shown(case, agent, ticket, "sent")


def too_late(case: Case, claimed: Authority, waited: Deferred) -> Plan | None:
    """A mail that was to go later, and somebody wrote first: it waits for `#send`. None: nobody did."""
    ticket, agent = claimed.ticket, claimed.agent
    if ticket is None or agent is None or ticket.revision <= waited.revision:
        return None
    reason = Reason("collision", "somebody wrote before its time had come: it waits for #send")
    again = _waits(case, claimed, agent, ticket)
    steps = (Forget(waited.id), Defer(again), _shown(case, agent, ticket, "late"))
    return Plan(Verdict.NOTE, agent.id, steps, (claimed.reason, reason), ticket.id, "token")


def _waits(case: Case, claimed: Authority, agent: Agent, ticket: Ticket) -> Deferred:
    kept = case.released.entry_id if case.released is not None else None  # as an unverified note
    data = waits_for(claimed.kind, ticket)
    return Deferred(Wait.COLLISION, agent.id, case.inbox_id, ticket.id, kept, ticket.revision, data=data)


def waits_for(kind: AddressKind, ticket: Ticket | None) -> str:
    """What is kept of a mail that waits: the kind of address that it went to, and for whom it was written."""
    return f"{kind} {ticket.requester.email}" if ticket is not None else str(kind)


def gone(case: Case, ticket: Ticket) -> str:
    """Why what has waited must not go out any more: whom it was written for has left; "" where nothing says so."""
    reader = case.released.data.partition(" ")[2] if case.released is not None else ""
    if reader and ticket.participant(reader) is None:
        return f"It was written for {reader}, who is not on the ticket any more: nothing was sent."
    if case.released is not None and ticket.status is Status.SPAM:
        return "The ticket has been marked as spam meanwhile: nothing was sent."
    return ""


def _shown(case: Case, agent: Agent, ticket: Ticket, what: str) -> Step:
    """The mail that shows an agent what they have not seen; ``what`` became of theirs: held, sent, late."""
    config = case.policy.config
    items = [
        {
            "author": _author(case, ticket, entry),
            "at": say(entry.created_at, config.zone(agent)),
            "words": Words(privacy.redact_tokens(entry.text[:_SHOWN], config)),
        }
        for entry in case.facts.since
        if entry.author != agent.id
    ]
    readers = tuple(person.email for person in ticket.participants) if turned(case, agent) else ()
    values: dict[str, object] = {"what": what, "items": items, "recipients": readers, "words": Words(case.words)}
    told = replace(parcel(case, agent, Purpose.COLLISION, values), serial=case.inbox_id)
    return letters.to_agent(customers.desk(case, ticket), agent, ticket, told)


def _author(case: Case, ticket: Ticket, entry: Entry) -> str:
    colleague = case.policy.config.agent(entry.author)
    if colleague is not None:
        return colleague.name
    return letters.author_name(ticket, entry) or entry.author
