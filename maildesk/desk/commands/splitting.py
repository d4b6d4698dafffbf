"""#split: a message and all that came after it become a ticket of their own, of whoever wrote that message.

The new ticket's first message is always a customer's. Notes that go along stay notes, held mails stay held. Words
for people are refused beside it: they would have to be for one of the two tickets, and nobody could say which.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from maildesk.desk import letters, notices
from maildesk.desk.case import TAG, without_tags
from maildesk.desk.commands.effects import Asker, Call, Effects, Refusal, Said, Verb, Wanted
from maildesk.desk.commands.status import change
from maildesk.desk.notices import News
from maildesk.mail import parse
from maildesk.model import (
    Address,
    CreateTicket,
    Entry,
    Field,
    Kind,
    LinkTickets,
    Look,
    MoveEntries,
    Participant,
    Priority,
    Proof,
    Seen,
    SetField,
    Status,
    Step,
    Ticket,
    View,
)

_THREAD = Look(View.SHOW)  # of this ticket
_PUBLIC = (Kind.CUSTOMER, Kind.AGENT)


def _this_thread(asker: Asker) -> Wanted:
    return Wanted(looks=(_THREAD,))


def _split(call: Call) -> Effects:
    if call.opening:
        raise Refusal("this needs a ticket: answer one of its notices")
    seen = call.desk.facts.seen.get(_THREAD, Seen())
    at = _numbered(call, seen) if call.arguments else _answered(call, seen)
    stays, moved = seen.entries[:at], seen.entries[at:]
    if seen.total == len(seen.entries) and not any(entry.kind in _PUBLIC for entry in stays):
        raise Refusal(
            "nothing would stay behind: it is the first message of the ticket", next(iter(call.arguments), None)
        )
    wordless = (_no_words,) if call.agent is not None else ()
    return Effects(deeds=wordless, last=(partial(_cut, call, stays, moved),), alone="split")


def _numbered(call: Call, seen: Seen) -> int:
    """Where among the entries the message stands whose number is given: m12, as `#show` has it, or 12."""
    argument = call.arguments[0]
    text = argument.text.casefold().removeprefix("#").removeprefix("m")
    ids = [str(entry.id) for entry in seen.entries]
    if text not in ids:
        few = f" among the last {len(ids)}" if seen.total > len(ids) else ""
        raise Refusal(f"this ticket has no message {argument.text}{few}; #show lists them", argument)
    at = ids.index(text)
    if seen.entries[at].kind is not Kind.CUSTOMER:
        wrote = [entry.id for entry in seen.entries if entry.kind is Kind.CUSTOMER]
        close = min(wrote, key=lambda id: abs(id - int(text)), default=None)
        what = f"message m{text} is no customer's, and a ticket begins with a customer's"
        raise Refusal(what, argument, f"#split m{close}" if close else "")
    return at


def _answered(call: Call, seen: Seen) -> int:
    """Where the customer's message stands whose notice is answered; else their last one."""
    told = call.desk.facts.answered.entry_id if call.desk.facts.answered else None
    if any(entry.id == told and entry.kind is Kind.HELD for entry in seen.entries):
        raise Refusal("what you answer is held: #admit lets it in, then it can be split off")
    customers = [at for at, entry in enumerate(seen.entries) if entry.kind is Kind.CUSTOMER]
    if not customers:
        raise Refusal("no customer has written on this ticket")
    return next((at for at in customers if seen.entries[at].id == told), customers[-1])


def _no_words(said: Said) -> Iterator[Step]:
    if said.entry_id is not None and not said.private:
        raise Refusal("For which of the two tickets are your words? Split first: the new one's notice comes at once.")
    yield from ()


def _cut(call: Call, stays: Sequence[Entry], moved: Sequence[Entry], ticket: Ticket) -> Iterator[Step]:
    config, moment = call.desk.policy.config, call.desk.moment
    answers = [entry for entry in moved if entry.kind is Kind.AGENT]
    new = replace(_new(call, ticket, moved), waiting_since=None if answers else moved[0].created_at)
    yield CreateTicket(new)
    yield MoveEntries(tuple(entry.id for entry in moved), ticket.id, new.id)
    yield LinkTickets(new.id, ticket.id, "split")
    if answers:
        yield SetField(new.id, Field.FIRST_REPLY_AT, answers[0].created_at)
    last = next((entry for entry in reversed(stays) if entry.kind in _PUBLIC), None)
    if last is not None and last.kind is Kind.CUSTOMER and ticket.status is call.ticket.status is Status.PENDING:
        yield from change(ticket, Status.OPEN, moment, config)  # the answer for which it counted went with the others
    yield from _tell(call, new, moved[0])


def _new(call: Call, ticket: Ticket, moved: Sequence[Entry]) -> Ticket:
    """The ticket of who wrote the first of these messages; the authors of the others are on it, and nobody else is."""
    first, public = moved[0], [entry for entry in moved if entry.kind in _PUBLIC]
    authors = {entry.author.casefold(): entry.author for entry in public[::-1] if entry.kind is Kind.CUSTOMER}
    people = [_person(call, ticket, first.author, "requester")]
    people += [_person(call, ticket, authors[key], "cc") for key in sorted(authors.keys() - {first.author.casefold()})]
    status = Status.NEW
    if any(entry.kind is Kind.AGENT for entry in public):
        status = Status.PENDING if public[-1].kind is Kind.AGENT else Status.OPEN
    return Ticket(
        id=call.desk.facts.next_ticket,
        token=people[0].token,
        subject=_subject(ticket, first),
        status=status,
        priority=Priority.NORMAL,
        created_at=first.created_at,  # they have waited since then
        updated_at=call.desk.moment.now,
        contact_id=0,
        requester=Address(people[0].name, people[0].email),
        language=ticket.language,
        team=ticket.team,
        category=ticket.category,
        mailbox=ticket.mailbox,
        revision=len(public),
        waiting_since=_waiting_since(public),
        participants=tuple(people),
    )


def _subject(ticket: Ticket, first: Entry) -> str:
    """Its own; but an answer's is the conversation's, or our own words' ("[#1] We have received your message")."""
    return ticket.subject if TAG.search(first.subject) else without_tags(first.subject) or ticket.subject


def _waiting_since(public: Sequence[Entry]) -> datetime | None:
    """When the first customer's message came after which no agent has written."""
    answered = max((at for at, entry in enumerate(public) if entry.kind is Kind.AGENT), default=-1)
    return next((entry.created_at for entry in public[answered + 1 :]), None)


def _person(call: Call, ticket: Ticket, email: str, role: str) -> Participant:
    known = ticket.participant(email)
    token = call.desk.moment.token("participant", call.desk.facts.next_ticket, email.casefold())
    return Participant(email, role, token, known.name if known else "")


def _tell(call: Call, new: Ticket, first: Entry) -> Iterator[Step]:
    """As of any new ticket; and whoever split it off, for its reply address."""
    facts = call.desk.facts
    agents = call.desk.policy.told_of(new, facts.away)
    if call.agent is not None and call.agent not in agents:
        agents = (*agents, call.agent)
    raw = facts.entry_raw if facts.entry is not None and facts.entry.id == first.id else b""
    files = parse.read(raw).attachments if raw else facts.seen[_THREAD].files.get(first.id, ())
    author = Address(letters.author_name(new, first), first.author)
    news = News(new, first, "new", author, first.proof or Proof.UNPROVEN, files, raw)
    yield from notices.tell(call.desk, agents, news)


VERBS: tuple[Verb, ...] = (
    Verb("split", "#split [mN]", "makes a ticket of the customer's message that you answer, or of message mN as "
         "#show numbers them, and of all that came after it", _split, 0, 1, example="#split m3", asks=_this_thread),
)  # fmt: skip
