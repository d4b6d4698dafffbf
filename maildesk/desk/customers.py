"""What a mail from outside the desk leads to: a new ticket, a word on an old one, or one that is held."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from maildesk.config import Config
from maildesk.desk import letters, notices, privacy, reminders, replies, routing, threading
from maildesk.desk.addresses import classify
from maildesk.desk.case import Case, without_tags
from maildesk.desk.letters import Parcel
from maildesk.desk.notices import News
from maildesk.mail import html, trim
from maildesk.mail.compose import ComposeError, sendable
from maildesk.model import (
    AddEntry,
    AddParticipant,
    Address,
    CreateTicket,
    Entry,
    Field,
    Kind,
    LinkTickets,
    Participant,
    Plan,
    Proof,
    Purpose,
    Reason,
    RecordEvent,
    SetField,
    Status,
    Step,
    Ticket,
    Verdict,
)

_PEOPLE = 20  # on one ticket, by Cc
_SUBJECT = 300


def desk(case: Case, ticket: Ticket | None = None) -> letters.Desk:
    """What letters about this case are made with."""
    facts = case.facts if ticket else replace(case.facts, threads={})
    return letters.Desk(case.policy, case.moment, facts)


def add_entry(case: Case, ticket_id: int, kind: Kind, text: str | None = None) -> AddEntry:
    """The mail as an entry: its new words, agents' addresses that it quotes taken out (T14b)."""
    mail, config = case.mail, case.policy.config
    words = case.words if text is None else text
    source = trim.html(mail) if text is None else None
    shown = html.sanitize(source) if source else None
    entry = Entry(
        id=case.facts.next_entry,
        ticket_id=ticket_id,
        kind=kind,
        author=mail.author.email or case.raw.envelope_from or "",
        subject=mail.subject[:_SUBJECT],
        text=privacy.redact_tokens(words, config),
        created_at=case.when,
        message_id=mail.message_id,
        in_reply_to=mail.in_reply_to[0] if mail.in_reply_to else "",
        html=privacy.redact_tokens(shown, config) if shown else None,
        inbox_id=case.inbox_id or None,
    )
    return AddEntry(entry, mail.attachments)


# --- a new ticket ----------------------------------------------------------------------------------------


def new_ticket(case: Case, found: threading.Found) -> Plan:
    """Opens a ticket, tells agents, and answers if it may; linked to the ticket that the mail named."""
    routed = routing.route(case.mail, tuple(r.address for r in case.recipients), case.policy.config)
    ticket = _ticket(case, routed)
    entry = add_entry(case, ticket.id, Kind.CUSTOMER)
    steps: list[Step] = [CreateTicket(ticket), entry]
    follow_up = found.standing is threading.Standing.FOLLOW_UP
    if found.ticket is not None:
        steps.append(LinkTickets(ticket.id, found.ticket.id, "follow_up" if follow_up else "relates"))
    reasons = [found.reason, *routed.reasons]
    if not case.history and ticket.status is not Status.SPAM:
        steps += reminders.await_first_reply(case.policy.config, ticket, case.moment.now)
        steps += notices.tell(desk(case), case.policy.told_of(ticket), _news(case, ticket, entry, "new"))
        reasons.append(_auto_reply(case, ticket, found, steps))
    return Plan(Verdict.NEW_TICKET, ticket.requester.email, tuple(steps), tuple(reasons), ticket.id, "new")


def requester(case: Case) -> Address:
    """Who asks: From, or whatever else says where the mail came from. For our own mail in a history, its reader."""
    mail, config = case.mail, case.policy.config
    if case.history and is_ours(case):
        others = (a for a in (*mail.to, *mail.cc) if classify(a.email, config.desk) is None)
        unknown = Address("", "unknown@invalid")
        return next((a for a in others if not config.agent_by_email(a.email)), unknown)
    candidates = (mail.author, *mail.sender, *mail.reply_to, Address("", case.raw.envelope_from or ""))
    return next((a for a in candidates if "@" in a.email), Address("", "unknown@invalid"))


def is_ours(case: Case) -> bool:
    """Whether From names the desk or an agent; to be believed of a history alone."""
    return case.agent is not None or classify(case.mail.author.email, case.policy.config.desk) is not None


def _ticket(case: Case, routed: routing.Routed) -> Ticket:
    who = requester(case)
    token = case.moment.token("participant", case.facts.next_ticket, who.email.casefold())
    first = Participant(who.email, "requester", token, who.name)
    return Ticket(
        id=case.facts.next_ticket,
        token=token,
        subject=without_tags(case.mail.subject)[:_SUBJECT] or _first_line(case.words),
        status=_first_status(case),
        priority=routed.priority,
        created_at=case.when,
        updated_at=case.when,
        contact_id=0,
        requester=who,
        language=case.policy.language(case.mail.language, case.facts.contact.language if case.facts.contact else ""),
        assignee=routed.assignee,
        team=routed.team,
        category=routed.category,
        mailbox=case.mailbox,
        closed_at=case.when if case.history else None,
        participants=(first, *_copied(case, case.facts.next_ticket, (first,))),
        tags=routed.tags,
    )


def _first_status(case: Case) -> Status:
    if case.history:
        return Status.CLOSED
    return Status.SPAM if case.mail.spam else Status.NEW


def _first_line(text: str) -> str:
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= 80 else line[:79].rstrip() + "…"


def _copied(case: Case, ticket_id: int, known: tuple[Participant, ...]) -> Iterator[Participant]:
    """People in To and Cc who are neither the desk, nor agents, nor on the ticket already."""
    config = case.policy.config
    taken = {p.email.casefold() for p in known}
    for person in (*case.mail.to, *case.mail.cc)[:100]:
        key = person.key()
        stranger = classify(person.email, config.desk) is None and config.agent_by_email(person.email) is None
        if stranger and key not in taken and sendable(person.email) and len(taken) < _PEOPLE:
            taken.add(key)
            yield Participant(person.email, "cc", case.moment.token("participant", ticket_id, key), person.name)


def _news(case: Case, ticket: Ticket, entry: AddEntry, reason: str, newcomers: tuple[str, ...] = ()) -> News:
    proof, mail = case.authentication.proof, case.mail
    author = mail.author if mail.author.email else ticket.requester
    return News(ticket, entry.entry, reason, author, proof, mail.attachments, mail.raw, newcomers)


def _auto_reply(case: Case, ticket: Ticket, found: threading.Found, steps: list[Step]) -> Reason:
    """Queues the auto-reply if there may be one; says why or why not."""
    refused = replies.refusal(case)
    if refused is not None:
        return refused
    follow_up = found.standing is threading.Standing.FOLLOW_UP
    purpose = replies.template(case, follow_up)
    values: dict[str, object] = {}
    if purpose is Purpose.FOLLOW_UP and found.ticket is not None:
        values = {"previous": {"number": found.ticket.id, "tag": f"[#{found.ticket.id}]"}}
    parcel = Parcel(purpose, ticket.language, values, in_reply_to=case.mail.message_id)
    # Threaded by the one mail it answers, and by nothing else that the sender may have named.
    try:
        steps.append(letters.to_customer(desk(case), ticket, ticket.participants[0], parcel))
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
    copied = tuple(_copied(case, ticket.id, ticket.participants))
    joined = copied if _may_bring_others(case, found) else ()
    told = replace(ticket, revision=ticket.revision + 1, status=_reopened(ticket))
    news = _news(case, told, entry, "answer", tuple(p.email for p in copied))
    steps = (
        entry,
        *(AddParticipant(ticket.id, person) for person in joined),
        *reopen(ticket, case.policy.config, case.moment.now),
        *(() if ticket.status is Status.SPAM else
          notices.tell(desk(case, ticket), case.policy.told_of(ticket), news)),
    )  # fmt: skip
    return Plan(Verdict.REPLY, case.mail.author.email, steps, (found.reason,), ticket.id, found.how)


def _may_bring_others(case: Case, found: threading.Found) -> bool:
    """Who is in Cc joins only if the writer showed more than a From line and a number (THREATS T2)."""
    answered = case.facts.answered
    ours = found.how == "reference" and answered is not None and answered.message_id == case.facts.reference
    return found.how == "token" or ours or case.authentication.proof is Proof.PROVEN


_ANSWERS_BY_ITSELF = re.compile(r"auto-?repl|auto-?resp|vacation|out.?of.?office|^subject|rules-loop", re.IGNORECASE)


def _machine_reply(case: Case, found: threading.Found, ticket: Ticket) -> Plan:
    """A machine's mail joins without opening the ticket again; a machine that answers is not even told of."""
    entry = add_entry(case, ticket.id, Kind.AUTO)
    told: tuple[Step, ...] = ()
    if not _ANSWERS_BY_ITSELF.search(case.automatic) and ticket.status is not Status.SPAM:
        news = _news(case, ticket, entry, "answer")
        told = tuple(notices.tell(desk(case, ticket), case.policy.told_of(ticket), news))
    reason = Reason("automatic", f"a machine wrote it ({case.automatic}): it opens nothing")
    return Plan(Verdict.REPLY, case.mail.author.email, (entry, *told), (found.reason, reason), ticket.id, found.how)


def _reopened(ticket: Ticket) -> Status:
    """A customer's word makes a ticket open again; one that no agent has answered yet stays new."""
    return ticket.status if ticket.status in (Status.NEW, Status.SPAM) else Status.OPEN


def reopen(ticket: Ticket, config: Config, now: datetime) -> Iterator[Step]:
    """The steps that open a ticket again, with the deadlines that still lie ahead."""
    status = _reopened(ticket)
    if status is ticket.status:
        return
    yield SetField(ticket.id, Field.STATUS, status)
    if ticket.solved_at is not None:
        yield SetField(ticket.id, Field.SOLVED_AT, None)
    if ticket.closed_at is not None:
        yield SetField(ticket.id, Field.CLOSED_AT, None)
    yield from reminders.again(config, ticket, now)


# --- held ----------------------------------------------------------------------------------------------------


def hold(case: Case, found: threading.Found, ticket: Ticket) -> Plan:
    """Kept on the ticket for agents to let in (`#admit`) or not; no customer sees it (THREATS T1)."""
    entry = add_entry(case, ticket.id, Kind.HELD)
    event = RecordEvent(ticket.id, "held", {"message": entry.entry.id, "from": case.mail.author.email})
    told: tuple[Step, ...] = ()
    if not case.history:
        news = _news(case, ticket, entry, "held")
        told = tuple(notices.tell(desk(case, ticket), case.policy.told_of(ticket), news))
    steps = (entry, event, *told)
    return Plan(Verdict.HELD, case.mail.author.email or "unknown", steps, (found.reason,), ticket.id, found.how)
