"""#merge #link: what belongs together.

Merging is done last of all, when the words below the commands have gone to the people of the ticket that was answered:
whoever comes to it by the merge gets the answers from then on, and nothing of the past.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from difflib import get_close_matches
from functools import partial

from maildesk.desk import letters, notices
from maildesk.desk.commands.effects import Asker, Call, Effects, Refusal, Verb, Wanted
from maildesk.desk.commands.status import change
from maildesk.desk.notices import News
from maildesk.mail import parse
from maildesk.model import (
    Address,
    Field,
    LinkTickets,
    MergeTickets,
    Proof,
    SetField,
    Status,
    Step,
    Ticket,
)

_OLD = timedelta(days=30)  # without a change: the agent is asked once more
KINDS = ("relates", "duplicates", "blocks")
_WAITS = (Status.NEW, Status.OPEN)  # for an agent
_RESTS = (Status.PENDING, Status.SOLVED, Status.CLOSED)
# Of a ticket, and lost with it; the other fields are a matter of its status.
_OWN = {"subject": "subject", "priority": "priority", "assignee": "assignee", "team": "team", "category": "category",
        "due_at": "due date", "snoozed_until": "snooze"}  # fmt: skip


def _first_number(asker: Asker) -> Wanted:
    return Wanted(tickets=asker.numbers[:1])


def _other(call: Call) -> Ticket:
    """The ticket that the first argument names; of a merged one, the survivor."""
    argument = call.arguments[0]
    number = argument.text.removeprefix("#")
    if not (number.isascii() and number.isdigit()):
        raise Refusal(f"{argument.text} is no number of a ticket", argument)
    found = call.desk.facts.others.get(int(number)) if len(number) < 12 else None
    if found is None:
        raise Refusal(f"there is no ticket {number}", argument)
    if found.id == call.ticket.id:
        same = "is this one" if int(number) == found.id else "is a part of this one already"
        raise Refusal(f"ticket {number} {same}", argument)
    return found


# --- #merge ------------------------------------------------------------------------------------------------


def _merge(call: Call) -> Effects:
    if call.opening:
        raise Refusal("this needs a ticket: answer one of its notices")
    ticket, survivor = call.ticket, _other(call)
    for each in (ticket, survivor):
        if each.status is Status.SPAM:
            raise Refusal(f"ticket {each.id} is spam: whoever wrote it would join the other one", call.arguments[0])
    last = partial(_merged, call, survivor)
    return Effects(status=Status.CLOSED, last=(last,), alone="merge", confirm=_doubts(call, survivor))


def _doubts(call: Call, survivor: Ticket) -> str:
    """Why the agent is asked once more; "" where nothing speaks against it."""
    ticket, now = call.ticket, call.desk.moment.now
    doubts = [
        f"{', '.join(people)} would get the answers on ticket {other.id}, too"
        for one, other in ((ticket, survivor), (survivor, ticket))
        if (people := [p.email for p in one.participants if other.participant(p.email) is None])
    ]
    house, into = call.desk.policy.brand(ticket), call.desk.policy.brand(survivor)
    if house.address != into.address:
        doubts.append(f"who wrote to {house.name} would be answered by {into.name}")
    doubts += [
        f"on ticket {each.id} nothing has happened for {(now - each.updated_at).days} days"
        for each in (ticket, survivor)
        if now - each.updated_at > _OLD
    ]
    return f"ticket {ticket.id} would go into ticket {survivor.id}: {'; '.join(doubts)}." if doubts else ""


def _merged(call: Call, survivor: Ticket, ticket: Ticket) -> Iterator[Step]:
    for name, what in _OWN.items():
        if getattr(ticket, name) != getattr(call.ticket, name):
            raise Refusal(f"the {what} would be lost with ticket {ticket.id}: set that of ticket {survivor.id}")
    yield from _woken(call, survivor, ticket)
    yield MergeTickets(ticket.id, survivor.id)
    told = replace(
        survivor,
        revision=survivor.revision + ticket.revision,
        watchers=survivor.watchers | ticket.watchers,
        status=Status.OPEN if call.ticket.status in _WAITS and survivor.status in _RESTS else survivor.status,
    )
    yield from _tell_merged(call, told)


def _woken(call: Call, survivor: Ticket, ticket: Ticket) -> Iterator[Step]:
    """Where the customer of the merged ticket waits, the survivor does; and of two dates the earlier one counts."""
    config, moment, status = call.desk.policy.config, call.desk.moment, call.ticket.status
    if status in _WAITS and survivor.status in _RESTS:
        yield from change(survivor, Status.OPEN, moment, config)
    elif status is Status.PENDING and survivor.status in (Status.SOLVED, Status.CLOSED):
        yield from change(survivor, Status.PENDING, moment, config)
    if status in _WAITS and survivor.snoozed_until is not None:
        yield SetField(survivor.id, Field.SNOOZED_UNTIL, None)
    due = ticket.due_at
    if due is not None and due > moment.now and (survivor.due_at is None or due < survivor.due_at):
        yield SetField(survivor.id, Field.DUE_AT, due)


def _tell_merged(call: Call, survivor: Ticket) -> Iterator[Step]:
    """Whose ticket the survivor is hears what came in, as they would of a colleague's answer."""
    facts, last = call.desk.facts, call.desk.facts.entry
    if last is None or survivor.assignee is None:
        return
    agents = [a for a in call.desk.policy.told_of(survivor, facts.away) if a.id != call.actor]
    author = Address(letters.author_name(call.ticket, last), last.author)
    files = parse.read(facts.entry_raw).attachments if facts.entry_raw and agents else ()
    news = News(survivor, last, "merged", author, Proof.PROVEN, files, facts.entry_raw)  # told before how sure it is
    yield from notices.tell(call.desk, agents, news)


# --- #link -------------------------------------------------------------------------------------------------


def _link(call: Call) -> Effects:
    other, kind = _other(call), "relates"
    if len(call.arguments) > 1:
        argument = call.arguments[1]
        kind = argument.text.casefold()
        if kind not in KINDS:
            close = get_close_matches(kind, KINDS, 1, 0.4) or KINDS[:1]
            what = f"{argument.text} is no kind of link; there are {', '.join(KINDS)}"
            raise Refusal(what, argument, f"#link {other.id} {close[0]}")
    return Effects((LinkTickets(call.ticket.id, other.id, kind),))


VERBS: tuple[Verb, ...] = (
    Verb("merge", "#merge N", "puts this ticket into ticket N, with its messages, people and reply addresses; asks "
         "once more where people would get answers that were not meant for them, or a ticket is old",
         _merge, 1, 1, example="#merge 12", asks=_first_number),
    Verb("link", "#link N [relates|duplicates|blocks]", "links this ticket to ticket N, and that one back to it", _link,
         1, 2, example="#link 12 duplicates", asks=_first_number),
)  # fmt: skip
