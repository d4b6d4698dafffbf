"""What a mail from outside the desk leads to: a new ticket, a word on an old one, or one that is held."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from maildesk.desk import expectation, letters, moods, notices, people, privacy, replies, routing, sharing, threading
from maildesk.desk.case import Case, without_tags
from maildesk.desk.commands.effects import after
from maildesk.desk.letters import Parcel
from maildesk.desk.moods import Feeling
from maildesk.desk.notices import News
from maildesk.mail import html, trim
from maildesk.mail.compose import ComposeError
from maildesk.model import (
    AddEntry,
    AddParticipant,
    CreateTicket,
    Entry,
    Field,
    Kind,
    LinkTickets,
    Mail,
    Participant,
    Plan,
    Priority,
    Purpose,
    Reason,
    RecordEvent,
    SetField,
    Status,
    Step,
    Ticket,
    Verdict,
    Watch,
)

_SUBJECT = 300


def desk(case: Case, ticket: Ticket | None = None) -> letters.Desk:
    """What letters about this case are made with."""
    return letters.Desk(case.policy, case.moment, case.facts, afresh=ticket is None)


def add_entry(case: Case, ticket_id: int, kind: Kind, text: str | None = None) -> AddEntry:
    """The mail as an entry: its new words, agents' addresses that it quotes taken out (T14b)."""
    mail, config = case.mail, case.policy.config
    words = case.words if text is None else text
    shown = (case.page if case.page != "" else page(mail)) if text is None else None
    entry = Entry(
        id=case.facts.next_entry,
        ticket_id=ticket_id,
        kind=kind,
        author=mail.author.email or case.raw.envelope_from or "",
        subject=mail.subject[:_SUBJECT],
        text=privacy.redact_tokens(words, config),
        created_at=case.when,
        message_id=mail.message_id,
        in_reply_to=next(iter((*mail.in_reply_to, *mail.references[-1:])), ""),
        html=privacy.redact_tokens(shown, config) if shown else None,
        inbox_id=case.inbox_id or None,
        proof=case.authentication.proof,
        automatic=replies.by_machine(case),
    )
    return AddEntry(entry, mail.attachments)


def page(mail: Mail) -> str | None:
    """Its new words as HTML that is safe to show; None where there are none that agree with the text."""
    source = trim.html(mail)
    return html.sanitize(source) or None if source else None


# --- a new ticket ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Prospect:
    """The ticket that a mail would open: as it is routed, and whose it is where a team shares its work."""

    ticket: Ticket
    steps: tuple[Step, ...]
    reasons: tuple[Reason, ...]


def prospect(case: Case, *, said: bool = False) -> Prospect:
    """What opening a ticket with this mail would come to; ``said``: as it is once the mail stands there as a word."""
    routed = case.routed or routing.route(case.incoming, case.policy.config)
    ticket = _ticket(case, routed, said)
    turn = sharing.turn(desk(case), ticket) if not case.history and ticket.status is not Status.SPAM else None
    ticket = replace(ticket, assignee=turn.agent) if turn is not None else ticket
    watched = (Watch(ticket.id, agent) for agent in routed.watchers)
    steps = (CreateTicket(ticket), *(turn.steps if turn else ()), *watched)
    return Prospect(ticket, steps, (*routed.reasons, *((turn.reason,) if turn else ())))


def new_ticket(case: Case, found: threading.Found) -> Plan:
    """Opens a ticket, tells agents, and answers if it may; linked to the ticket that the mail named."""
    opened, office = prospect(case, said=True), desk(case)
    ticket = opened.ticket
    entry = add_entry(case, ticket.id, Kind.CUSTOMER)
    steps: list[Step] = [*opened.steps, entry]
    follow_up = found.standing is threading.Standing.FOLLOW_UP
    if case.origin is not None and case.alone:
        steps.append(RecordEvent(ticket.id, "origin", {"rule": case.origin.rule, "via": case.origin.via.email}))
    if found.ticket is not None:
        steps.append(LinkTickets(ticket.id, found.ticket.id, "follow_up" if follow_up else "relates"))
    reasons = [found.reason, *opened.reasons]
    if not case.history and ticket.status is not Status.SPAM:
        feeling = expectation.felt(case, ticket)
        if feeling.said:
            steps.append(RecordEvent(ticket.id, "mood_guess", {"mood": feeling.mood, "urgent": int(feeling.urgent)}))
        news = _news(case, ticket, entry, "new", guess=feeling.said)
        steps += notices.tell(office, case.policy.told_of(ticket, case.facts.away), news)
        reasons.append(_auto_reply(case, Answered(office, ticket, found, feeling), steps))
    return Plan(Verdict.NEW_TICKET, ticket.requester.email, tuple(steps), tuple(reasons), ticket.id, "new")


def _ticket(case: Case, routed: routing.Routed, said: bool) -> Ticket:
    who, contact = people.requester(case), case.facts.contact
    known = contact.language if contact is not None and contact.email.casefold() == who.key() else ""
    token = case.moment.token("participant", case.facts.next_ticket, who.email.casefold())
    first = Participant(who.email, "requester", token, who.name)
    status = _first_status(case)
    return Ticket(
        id=case.facts.next_ticket,
        token=token,
        subject=without_tags(case.mail.subject)[:_SUBJECT] or _first_line(case.words),
        status=status,
        priority=routed.priority or Priority.NORMAL,
        created_at=case.when,
        updated_at=case.when,
        contact_id=0,
        requester=who,
        language=case.policy.face(case.mailbox).language_for(routed.language, case.mail.language, known),
        assignee=routed.assignee,
        team=routed.team,
        category=routed.category,
        mailbox=case.mailbox,
        closed_at=case.when if case.history else None,
        revision=int(said),
        waiting_since=case.when if said and status is Status.NEW else None,
        participants=(first, *people.copied(case, case.facts.next_ticket, (first,))),
        tags=routed.tags,
        watchers=frozenset(routed.watchers),
        fields=case.origin.fields if case.origin is not None else (),
    )


def _first_status(case: Case) -> Status:
    if case.history:
        return Status.CLOSED
    return Status.SPAM if case.mail.spam else Status.NEW


def _first_line(text: str) -> str:
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= 80 else line[:79].rstrip() + "…"


def _news(
    case: Case,
    ticket: Ticket,
    entry: AddEntry,
    reason: str,
    newcomers: tuple[str, ...] = (),
    guess: tuple[str, ...] = (),
) -> News:
    proof, mail = case.authentication.proof, case.mail
    author = mail.author if mail.author.email else ticket.requester
    return News(ticket, entry.entry, reason, author, proof, mail.attachments, mail.raw, newcomers, guess)


@dataclass(frozen=True, slots=True)
class Answered:
    """A new ticket, what it is answered with, how it came to be one, and how its customer may feel."""

    desk: letters.Desk
    ticket: Ticket
    found: threading.Found
    feeling: Feeling


def _auto_reply(case: Case, about: Answered, steps: list[Step]) -> Reason:
    """Queues the auto-reply if there may be one; says why or why not."""
    refused, ticket, found = replies.refusal(case), about.ticket, about.found
    if refused is not None:
        steps += replies.alarm(case, refused)
        return refused
    closed = found.ticket is not None and found.ticket.status is Status.CLOSED
    purpose = replies.template(case, closed and found.standing is threading.Standing.FOLLOW_UP)
    values: dict[str, object] = {}
    if purpose is Purpose.FOLLOW_UP and found.ticket is not None:
        values = {"previous": {"number": found.ticket.id, "tag": f"[#{found.ticket.id}]"}}
    values |= expectation.values(about.desk, case, ticket, about.feeling)
    parcel = Parcel(purpose, ticket.language, values, in_reply_to=case.mail.message_id)
    # Threaded by the one mail it answers, and by nothing else that the sender may have named.
    try:
        steps.append(letters.to_customer(about.desk, ticket, ticket.participants[0], parcel))
    except ComposeError as error:
        return Reason("no_auto_reply", f"no auto-reply: {error}")
    echo = "" if purpose is Purpose.AUTO_REPLY_PLAIN else ", with their own subject"
    return Reason("auto_reply", f"auto-reply in {ticket.language}{echo}: {case.authentication.reason}")


# --- a word on an old ticket ---------------------------------------------------------------------------------


def reply(case: Case, found: threading.Found, ticket: Ticket) -> Plan:
    """Joins the ticket: it is open again, and its agents are told. A machine's mail joins in silence."""
    if case.history:
        steps: tuple[Step, ...] = (add_entry(case, ticket.id, Kind.CUSTOMER),)
        return Plan(Verdict.REPLY, case.mail.author.email, steps, (found.reason,), ticket.id, found.how)
    if case.automatic:
        return _machine_reply(case, found, ticket)
    entry = add_entry(case, ticket.id, Kind.CUSTOMER)
    copied = tuple(people.copied(case, ticket.id, ticket.participants))
    joined = copied if people.may_bring_others(case, found) else ()
    feeling = moods.read(case, found, ticket)
    felt = tuple(moods.steps(feeling, ticket)) if feeling is not None else ()
    told = after(replace(ticket, revision=ticket.revision + 1, status=_reopened(ticket)), felt)
    news = _news(case, told, entry, "answer", tuple(p.email for p in copied))
    steps = (
        *reopen(ticket),
        entry,
        *felt,
        *(AddParticipant(ticket.id, person) for person in joined),
        *_links(case, ticket),
        *(() if ticket.status is Status.SPAM else
          notices.tell(desk(case, ticket), case.policy.told_of(ticket, case.facts.away), news)),
    )  # fmt: skip
    reasons = (found.reason, *_also(case, ticket))
    return Plan(Verdict.REPLY, case.mail.author.email, steps, reasons, ticket.id, found.how)


def thanked(case: Case, found: threading.Found, ticket: Ticket) -> Plan:
    """Kept, and nothing else: no ticket is opened for a thank-you, nor an agent called."""
    author = case.mail.author.email
    steps = (add_entry(case, ticket.id, Kind.CUSTOMER), RecordEvent(ticket.id, "thanks", {"from": author}))
    reason = Reason("thanks", "it says nothing but thank you: the ticket stays as it is")
    return Plan(Verdict.REPLY, author, steps, (found.reason, reason), ticket.id, found.how)


def _links(case: Case, ticket: Ticket) -> Iterator[Step]:
    """The other tickets to whose addresses the mail went, too: of those that its sender is on."""
    for other in case.facts.also:
        if other.id != ticket.id and other.participant(case.mail.author.email) is not None:
            yield LinkTickets(ticket.id, other.id, "relates")


def _also(case: Case, ticket: Ticket) -> Iterator[Reason]:
    """What became of a mail that went to several tickets: it stands on one of them."""
    linked = {step.other_id for step in _links(case, ticket) if isinstance(step, LinkTickets)}
    for other in case.facts.also:
        if other.id != ticket.id:
            done = "which is linked" if other.id in linked else "whose sender is not on it: nothing is kept there"
            yield Reason("two_tickets", f"it went to the address of ticket {other.id}, too, {done}")


_ANSWERS_BY_ITSELF = re.compile(r"auto-?repl|auto-?resp|vacation|out.?of.?office|^subject|rules-loop", re.IGNORECASE)


def _machine_reply(case: Case, found: threading.Found, ticket: Ticket) -> Plan:
    """A machine's mail joins without opening the ticket again; a machine that answers is not even told of."""
    entry = add_entry(case, ticket.id, Kind.AUTO)
    told: tuple[Step, ...] = ()
    if not _ANSWERS_BY_ITSELF.search(case.automatic) and ticket.status is not Status.SPAM:
        news = _news(case, ticket, entry, "answer")
        told = tuple(notices.tell(desk(case, ticket), case.policy.told_of(ticket, case.facts.away), news))
    reason = Reason("automatic", f"a machine wrote it ({case.automatic}): it opens nothing")
    return Plan(Verdict.REPLY, case.mail.author.email, (entry, *told), (found.reason, reason), ticket.id, found.how)


def _reopened(ticket: Ticket) -> Status:
    """A customer's word makes a ticket open again; one that no agent has answered yet stays new."""
    return ticket.status if ticket.status in (Status.NEW, Status.SPAM) else Status.OPEN


def reopen(ticket: Ticket) -> Iterator[Step]:
    """The steps that open a ticket again; before the word that does: nobody waits on one that is over."""
    status = _reopened(ticket)
    if status is ticket.status:
        return
    yield SetField(ticket.id, Field.STATUS, status)
    if ticket.solved_at is not None:
        yield SetField(ticket.id, Field.SOLVED_AT, None)
    if ticket.closed_at is not None:
        yield SetField(ticket.id, Field.CLOSED_AT, None)


# --- held ----------------------------------------------------------------------------------------------------


def hold(case: Case, found: threading.Found, ticket: Ticket) -> Plan:
    """Kept on the ticket for agents to let in (`#admit`) or not; no customer sees it (THREATS T1)."""
    entry = add_entry(case, ticket.id, Kind.HELD)
    event = RecordEvent(ticket.id, "held", {"message": entry.entry.id, "from": case.mail.author.email})
    told: tuple[Step, ...] = ()
    if not case.history:
        news = _news(case, ticket, entry, "held")
        told = tuple(notices.tell(desk(case, ticket), case.policy.told_of(ticket, case.facts.away), news))
    steps = (entry, event, *told)
    reasons = (found.reason, *_also(case, ticket))
    return Plan(Verdict.HELD, case.mail.author.email or "unknown", steps, reasons, ticket.id, found.how)
