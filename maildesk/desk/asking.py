"""Third parties, such as a supplier: asked about a ticket in a mail of their own, their answers kept among agents.

Neither side sees the other: the customer gets nothing of it, and whoever is asked gets the agent's words, the ticket's
number and a reply address of their own. Who else writes to that address is held; a machine's answer is kept, and
nobody is told. Refuses to ask those who are on the ticket, and agents: they have ways of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from maildesk.desk import betrayal, customers, letters, notices, privacy
from maildesk.desk.addresses import AGENTS, LIFETIME, AddressKind
from maildesk.desk.case import Case
from maildesk.desk.commands.effects import Deed, Refusal, Said
from maildesk.desk.letters import Parcel
from maildesk.desk.notices import News
from maildesk.mail import language
from maildesk.mail.slots import Words
from maildesk.model import (
    AddInquiry,
    Inquiry,
    Kind,
    Participant,
    Plan,
    Proof,
    Purpose,
    Reason,
    RecordEvent,
    Status,
    Step,
    Ticket,
    Verdict,
)

_ASKED = "Asked "


def heading(people: Sequence[str]) -> str:
    """What stands above the question where it is kept on the ticket."""
    return f"{_ASKED}{', '.join(people)}:"


# --- the question --------------------------------------------------------------------------------------------


def ask(people: Sequence[str], about: str) -> Deed:
    """Mails the words to each of these addresses; whoever was asked before keeps their reply address."""

    def deed(said: Said) -> Iterator[Step]:
        ticket = said.ticket
        if ticket is None or not (said.words or said.files):
            raise Refusal("#ask mails the words below it, and there are none")
        words = _for_strangers(said, ticket)
        parcel = Parcel(
            Purpose.ASK,
            said.desk.policy.language(language.detect(said.words.text), *said.agent.languages),
            {"words": words, "about": about},
            said.files,
            said.entry_id,
            not_before=letters.hold(said.desk.policy, said.desk.moment.now),
        )
        for email in people:
            if ticket.participant(email) is not None:
                raise Refusal(f"{email} is on the ticket as a customer: an answer reaches them")
            inquiry = _inquiry(said, ticket, email)
            yield AddInquiry(inquiry)
            reader = Participant(inquiry.email, "asked", inquiry.token, inquiry.name)
            yield letters.to_customer(said.desk, ticket, reader, parcel, said.agent)

    return deed


def _inquiry(said: Said, ticket: Ticket, email: str) -> Inquiry:
    known = next((i for i in said.desk.facts.inquiries if i.email.casefold() == email.casefold()), None)
    if known is not None:
        return replace(known, ticket_id=ticket.id, agent=said.agent.id)
    return Inquiry(ticket.id, email, token(said.desk, ticket, email), said.agent.id)


def token(desk: letters.Desk, ticket: Ticket, email: str) -> str:
    """The reply address of somebody who was not asked yet."""
    return desk.moment.token("inquiry", ticket.id, email.casefold())


def _for_strangers(said: Said, ticket: Ticket) -> Words:
    """The words without what is the desk's own; Refusal where they repeat what only agents may read (T17)."""
    config, facts = said.desk.policy.config, said.desk.facts
    if privacy.quotes_notice(said.words.text, config.desk):
        raise Refusal("your question quotes a notice of the desk, which is for agents; take the quote out")
    private = [text for text in facts.private if not text.startswith(_ASKED)]  # the same may be asked twice
    if line := betrayal.line(said.desk, ticket, said.words.text, private):
        raise Refusal(f"your question holds words of a private note or of a held mail: {line[:80]!r}")
    house = said.desk.policy.brand(said.ticket).address
    page = privacy.redact(said.words.html, config, house) if said.words.html is not None else None
    return Words(privacy.redact(said.words.as_text(), config, house), page)


# --- the answer ----------------------------------------------------------------------------------------------


def answered(case: Case) -> Plan | None:
    """What the answer of a third party leads to; None: the mail is none."""
    inquiry, ticket = case.facts.inquiry, case.facts.by_inquiry
    if inquiry is None or ticket is None or case.history or case.alone:
        return None
    to_them = any(r.kind is AddressKind.CUSTOMER and r.token == inquiry.token for r in case.recipients)
    by_them = len(case.mail.from_) == 1 and case.mail.author.key() == inquiry.email.casefold()
    if not (to_them or (by_them and ticket.participant(inquiry.email) is None)):
        return None
    if case.agent is not None and case.recipient(*AGENTS) is not None:
        return None  # an agent's own mail, in which the address stands too
    if (doubt := _doubt(case, inquiry, by_them)) is not None:
        return _held(case, ticket, inquiry, doubt)
    if case.automatic:
        entry = customers.add_entry(case, ticket.id, Kind.AUTO)
        reason = Reason("automatic", f"a machine of {inquiry.email} wrote it ({case.automatic}): nobody is told")
        return Plan(Verdict.NOTE, inquiry.email, (entry,), (reason,), ticket.id, "token")
    entry = customers.add_entry(case, ticket.id, Kind.NOTE)
    reason = Reason("asked", f"{inquiry.email} answers what {inquiry.agent} has asked; no customer sees it")
    news = News(
        ticket, entry.entry, "asked", case.mail.author, case.authentication.proof, entry.attachments, case.mail.raw
    )
    told = _told(case, ticket, inquiry, news)
    return Plan(Verdict.NOTE, inquiry.email, (entry, *told), (reason,), ticket.id, "token")


def _doubt(case: Case, inquiry: Inquiry, by_them: bool) -> Reason | None:
    """Why it may not be from whom was asked; None where nothing says so."""
    sender, issued = case.mail.author.email or "nobody", inquiry.issued_at
    if not by_them:
        return Reason("stranger", f"{sender} wrote to the address that {inquiry.email} was given")
    if case.authentication.proof is Proof.FAILED:
        return Reason("forged", f"it says it is from {sender}, but {case.authentication.reason}")
    if issued is not None and case.moment.now - issued > LIFETIME:
        return Reason("expired", f"{inquiry.email} was asked too long ago")
    return None


def _held(case: Case, ticket: Ticket, inquiry: Inquiry, why: Reason) -> Plan:
    """Kept for agents to let in: then it is a note, and its sender one of those who were asked."""
    entry, sender = customers.add_entry(case, ticket.id, Kind.HELD), case.mail.author.email
    event = RecordEvent(ticket.id, "held", {"message": entry.entry.id, "from": sender, "asked": inquiry.email})
    news = News(
        ticket, entry.entry, "held", case.mail.author, case.authentication.proof, entry.attachments, case.mail.raw
    )
    told = () if case.automatic else _told(case, ticket, inquiry, news)
    return Plan(Verdict.HELD, sender or "unknown", (entry, event, *told), (why,), ticket.id, "token")


def _told(case: Case, ticket: Ticket, inquiry: Inquiry, news: News) -> tuple[Step, ...]:
    """Whoever is told of the ticket, and who asked."""
    if ticket.status is Status.SPAM:
        return ()
    agents = case.policy.told_of(ticket, case.facts.away)
    asker = case.policy.config.agent(inquiry.agent)
    more = (asker,) if asker is not None and asker not in agents else ()
    return tuple(notices.tell(customers.desk(case, ticket), (*agents, *more), news))
