"""The desk's letters: each function makes one `QueueMail`, complete as bytes, to one recipient.

Customers' mails are built from public entries alone and pass the guard; agents' carry their own
reply addresses. ComposeError says why a letter cannot be written; nothing is queued then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote

from maildesk.config import Agent, Config
from maildesk.desk import addresses, hours, privacy, promises
from maildesk.desk.addresses import AddressKind
from maildesk.desk.brands import Face
from maildesk.desk.calendars import calendar
from maildesk.desk.policy import Policy
from maildesk.desk.when import say
from maildesk.mail.compose import Enclosure, Guard, Letter, compose, one_line
from maildesk.mail.invitation import Invitation
from maildesk.mail.render import Rendered
from maildesk.mail.slots import Words
from maildesk.model import Address, Entry, Facts, Gathered, Kind, Moment, Participant, Purpose, QueueMail, Ticket

MARKER = "##- {name} -##"
_BY_PERSON = frozenset({Purpose.REPLY, Purpose.ASK, Purpose.CALL})  # but for an agent's own copy
_REPLIED = frozenset({Purpose.AUTO_REPLY, Purpose.AUTO_REPLY_PLAIN, Purpose.FOLLOW_UP, Purpose.COMMAND_ERROR,
                      Purpose.HELP, Purpose.HELD, Purpose.LISTING, Purpose.TICKET, Purpose.STATS,
                      Purpose.WHY, Purpose.REVIEW})  # fmt: skip
_LINKING = frozenset({Purpose.AUTO_REPLY, Purpose.AUTO_REPLY_PLAIN, Purpose.FOLLOW_UP, Purpose.RATING})
"""In these, links stand that write to their reader's own reply address."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What every letter needs: the policy, the moment, and what is known of the ticket."""

    policy: Policy
    moment: Moment
    facts: Facts
    afresh: bool = False  # they are about a ticket that is new: no thread that is known is one of its

    def thread(self, email: str) -> tuple[str, ...]:
        """The Message-IDs that this recipient's client knows of the ticket."""
        return () if self.afresh else self.facts.threads.get(email.casefold(), ())


@dataclass(frozen=True, slots=True)
class Parcel:
    """A letter's contents: which template with which values, and what goes along."""

    purpose: Purpose
    language: str
    values: Mapping[str, object]
    enclosures: Sequence[Enclosure] = ()
    entry_id: int | None = None
    serial: int = 0  # tells mails apart that are alike in everything else
    in_reply_to: str = ""
    not_before: datetime | None = None
    private: bool = False  # to an agent: a plain answer to it is a note
    confirms: bool = False  # to an agent: an answer to it is a word that something waits for
    invitation: Invitation | None = None  # to a call; its reader answers to their own reply address


# --- to customers ----------------------------------------------------------------------------------------


def to_customer(
    desk: Desk, ticket: Ticket, person: Participant, parcel: Parcel, author: Agent | None = None
) -> QueueMail:
    """From the desk's address or the brand's, with the author's name if a person wrote it, and the person's own
    reply address.
    """
    config, face = desk.policy.config, desk.policy.brand(ticket)
    ticket = _shown(ticket, config, face)
    values = {
        **shared(face),
        **_ticket(desk.policy, ticket, None),
        **_customer(ticket),
        **_writer(author, config, face),
    }
    rendered = face.templates.render(parcel.purpose, parcel.language, {**values, **parcel.values})
    name = f"{author.name} ({face.name})" if author else face.name
    reply_to = addresses.address(face, AddressKind.CUSTOMER, person.token)
    echo = parcel.purpose is not Purpose.AUTO_REPLY_PLAIN
    envelope = _Envelope(
        sender=Address(name, face.address),
        to=Address(privacy.redact(person.name, config, face.address) if echo else "", person.email),
        reply_to=reply_to,
        subject=_numbered(rendered.subject, ticket),
        guard=privacy.guard(config, reply_to if parcel.purpose in _LINKING and addresses.has_tokens(face) else ""),
        house=face,
    )
    return _queue(desk, envelope, rendered, parcel, ticket=ticket)


def _shown(ticket: Ticket, config: Config, face: Face) -> Ticket:
    """A customer may have written an agent's address into a subject or a name: it must not keep an answer back."""
    name = privacy.redact(ticket.requester.name, config, face.address)
    subject = privacy.redact(ticket.subject, config, face.address)
    if (name, subject) == (ticket.requester.name, ticket.subject):
        return ticket
    return replace(ticket, subject=subject, requester=Address(name, ticket.requester.email))


# --- to agents -------------------------------------------------------------------------------------------


def to_agent(desk: Desk, agent: Agent, ticket: Ticket | None, parcel: Parcel) -> QueueMail:
    """From the desk, with reply addresses that act for this agent alone, on this ticket alone."""
    config = desk.policy.config
    values: dict[str, object] = {**shared(desk.policy.face(None)), **_agent(agent)}
    kind, number, revision = AddressKind.DESK, 0, 0
    if ticket is not None:
        kind, number, revision = AddressKind.ANSWER, ticket.id, ticket.revision
        notes = addresses.has_tokens(config.desk)
        values["note_address"] = _signed(desk, agent, AddressKind.NOTE, number, revision) if notes else ""
    values |= {**_ticket(desk.policy, ticket, agent), **_customer(ticket)}
    reply_to = _signed(desk, agent, kind, number, revision)
    if parcel.confirms:
        secret = _secret(desk, parcel, agent.email, ticket)
        reply_to = addresses.address(config.desk, AddressKind.CONFIRM, secret)
    elif parcel.private and ticket is not None:
        reply_to = str(values["note_address"]) or reply_to
    values |= {
        "reply_address": _signed(desk, agent, kind, number, revision),
        "marker": marker(desk.policy, parcel.language),
    }
    if parcel.purpose is Purpose.HELP:
        own = addresses.has_tokens(config.desk)
        values["desk_address"] = _signed(desk, agent, AddressKind.DESK, 0, 0) if own else ""
    rendered = desk.policy.templates.render(parcel.purpose, parcel.language, {**values, **parcel.values})
    envelope = _Envelope(
        sender=Address(_author_name(parcel, desk.policy.brand(ticket).name), config.desk.address),
        to=Address(agent.name, agent.email),
        reply_to=reply_to,
        subject=_numbered(rendered.subject, ticket) if ticket else rendered.subject,
        guard=privacy.no_guard,
        house=config.desk,
    )
    return _queue(desk, envelope, rendered, parcel, ticket=ticket, agent=agent)


def gathered(desk: Desk, agent: Agent, items: Sequence[Gathered]) -> QueueMail:
    """The notices beyond an agent's limit, in one mail; each with its own reply address."""
    rows = []
    for item in items:
        private = item.entry.kind is Kind.NOTE and addresses.has_tokens(desk.policy.config.desk)
        kind = AddressKind.NOTE if private else AddressKind.ANSWER  # among agents, as its notice would be
        reply = _signed(desk, agent, kind, item.ticket.id, item.ticket.revision)
        subject = f"Re: [#{item.ticket.id}] {item.ticket.subject}"
        rows.append(
            {
                **_ticket(desk.policy, item.ticket, agent),
                "author": {
                    "name": author_name(item.ticket, item.entry) or item.entry.author,
                    "email": item.entry.author,
                },
                "held": item.entry.kind is Kind.HELD,
                "private": item.entry.kind is Kind.NOTE,
                "words": one_line(item.entry.text, 300),
                "reply_address": reply,
                "mailto": f"mailto:{quote(reply, safe='@')}?subject={quote(one_line(subject))}",
            }
        )
    values = {"items": rows, "count": len(rows)}
    return to_agent(desk, agent, None, Parcel(Purpose.GATHERED, desk.policy.language_of(agent), values))


def row(desk: Desk, agent: Agent, ticket: Ticket) -> dict[str, object]:
    """A ticket in a list for an agent: what it is, whose, and a link that answers it."""
    reply = _signed(desk, agent, AddressKind.ANSWER, ticket.id, ticket.revision)
    subject = f"Re: [#{ticket.id}] {ticket.subject}"
    return {
        **_ticket(desk.policy, ticket, agent),
        **_customer(ticket),
        "reply_address": reply,
        "mailto": f"mailto:{quote(reply, safe='@')}?subject={quote(one_line(subject))}",
    }


def alarm(desk: Desk, admin: str, title: str, details: str) -> QueueMail:
    """To an admin: the desk itself is unwell."""
    config = desk.policy.config
    values = {"title": one_line(title), "details": Words(details[:20_000], preformatted=True)}
    parcel = Parcel(Purpose.ALARM, config.desk.language, {**shared(desk.policy.face(None)), **_agent(None), **values})
    rendered = desk.policy.templates.render(parcel.purpose, parcel.language, parcel.values)
    return _queue(desk, _of_itself(desk, admin, rendered.subject), rendered, parcel)


def canary(desk: Desk) -> QueueMail:
    """To the desk itself. It refers to itself, for servers that give it another Message-ID."""
    config = desk.policy.config
    address, language = config.desk.address, config.desk.language
    parcel = Parcel(Purpose.CANARY, language, {**shared(desk.policy.face(None)), **_agent(None)})
    parcel = replace(parcel, in_reply_to=f"<{_secret(desk, parcel, address, None)}@{config.desk.domain}>")
    rendered = desk.policy.templates.render(parcel.purpose, language, parcel.values)
    return _queue(desk, _of_itself(desk, address, rendered.subject), rendered, parcel)


def _of_itself(desk: Desk, to: str, subject: str) -> _Envelope:
    """Of a mail that is about the desk, and goes to nobody on a ticket."""
    house = desk.policy.config.desk
    return _Envelope(Address(house.name, house.address), Address("", to), "", subject, privacy.no_guard, house)


def marker(policy: Policy, language: str) -> str:
    """The line above which agents write. Whatever a client does to the rest, this line survives quoting."""
    words = {
        "it": "scrivi la risposta sopra questa riga",
        "ro": "scrieți răspunsul deasupra acestui rând",
        "fr": "écrivez votre réponse au-dessus de cette ligne",
        "fi": "kirjoita vastauksesi tämän rivin yläpuolelle",
    }
    return MARKER.format(name=words.get(language, "write your answer above this line"))


def canned(desk: Desk, ticket: Ticket, author: Agent | None, name: str, values: Mapping[str, object]) -> Words:
    """A canned answer in the customer's language, around or below the typed words (`values["words"]`).

    Raises CannedMissing, CannedIncomplete, Unrenderable: each says what to do, for the agent.
    """
    config, face = desk.policy.config, desk.policy.brand(ticket)
    shown = _shown(ticket, config, face)
    own = {**shared(face), **_ticket(desk.policy, shown, None), **_customer(shown), **_writer(author, config, face)}
    own |= {"expected": _expected(desk, ticket), "faq": _faq(face, ticket.language)}
    rendered = face.templates.render_canned(name, ticket.language, {**values, **own})
    return Words(rendered.text, rendered.html)


# --- values for the templates -------------------------------------------------------------------------------


def shared(face: Face) -> dict[str, object]:
    return {"desk": {"name": face.name, "address": face.address, "url": face.url}}


def _ticket(policy: Policy, ticket: Ticket | None, reader: Agent | None) -> dict[str, object]:
    if ticket is None:
        names = ("tag", "subject", "status", "priority", "assignee", "team", "category", "brand", "due", "mood")
        return {"ticket": {**dict.fromkeys(names, ""), "number": 0, "tags": (), "urgent": False}}
    config = policy.config
    assignee, team = config.agent(ticket.assignee), config.team(ticket.team)
    return {
        "ticket": {
            "number": ticket.id,
            "tag": f"[#{ticket.id}]",
            "subject": ticket.subject,
            "status": str(ticket.status),
            "priority": str(ticket.priority),
            "assignee": assignee.name if assignee else "",
            "team": team.name if team else "",
            "category": ticket.category or "",
            "tags": tuple(sorted(ticket.tags)),
            "brand": policy.brand(ticket).brand,
            "due": say(ticket.due_at, config.zone(reader)) if ticket.due_at else "",
            "mood": config.mood.label(ticket.mood, _language(policy, ticket, reader)) if ticket.mood else "",
            "urgent": bool(ticket.urgent),
        }
    }


def _language(policy: Policy, ticket: Ticket, reader: Agent | None) -> str:
    return policy.language_of(reader) if reader else ticket.language


def _expected(desk: Desk, ticket: Ticket) -> str:
    """By when the next answer is promised, if the customer writes now; "" where nothing is."""
    config = desk.policy.config
    span = promises.target(config, ticket, "next_reply") or promises.target(config, ticket, "first_reply")
    if span is None:
        return ""
    return say(hours.add(desk.moment.now, span, calendar(config, ticket.team)), config.zone())


def _faq(face: Face, language: str) -> list[dict[str, object]]:
    found = face.templates.faq(language, shared(face))
    return [{"question": question, "answer": Words(answer.text, answer.html)} for question, answer in found]


def _customer(ticket: Ticket | None) -> dict[str, object]:
    if ticket is None:
        return {"customer": {"name": "", "first_name": "", "email": ""}}
    name = ticket.requester.name
    first = name.split(",")[-1].split() if name else []
    return {
        "customer": {
            "name": name or ticket.requester.email,
            "first_name": first[0] if first else "",
            "email": ticket.requester.email,
        }
    }


def _agent(agent: Agent | None) -> dict[str, object]:
    if agent is None:
        return {"agent": {"name": "", "first_name": "", "signature": ""}}
    return {"agent": {"name": agent.name, "first_name": agent.first_name, "signature": agent.signature}}


def author_name(ticket: Ticket, entry: Entry) -> str:
    """The name of who wrote an entry, as far as the ticket knows it."""
    person = ticket.participant(entry.author)
    return person.name if person else ""


def _writer(agent: Agent | None, config: Config, face: Face) -> dict[str, object]:
    """The agent as customers see them: a signature may hold their own address."""
    if agent is None:
        return _agent(None)
    signature = privacy.redact(face.signed(agent), config, face.address)
    return _agent(agent.model_copy(update={"signature": signature}))


def _author_name(parcel: Parcel, desk_name: str) -> str:
    """ "Ann Bianchi (Acme Support)", so that an agent's list of mails tells who wrote."""
    author = parcel.values.get("author")
    name = author.get("name") if isinstance(author, Mapping) else ""
    bare = one_line(str(name).replace(f"({desk_name})", ""), 80)  # nobody but us adds that to a name
    return f"{bare} ({desk_name})" if bare else desk_name


# --- bytes -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Envelope:
    sender: Address
    to: Address
    reply_to: str
    subject: str
    guard: Guard
    house: addresses.House  # whose bounce address stands on the envelope


def _queue(
    desk: Desk,
    envelope: _Envelope,
    rendered: Rendered,
    parcel: Parcel,
    *,
    ticket: Ticket | None = None,
    agent: Agent | None = None,
) -> QueueMail:
    config = desk.policy.config
    secret = _secret(desk, parcel, envelope.to.email, ticket)
    message_id = f"<{secret}@{config.desk.domain}>"
    by_person = parcel.purpose in _BY_PERSON and agent is None
    invitation = parcel.invitation
    replied = parcel.purpose in _REPLIED
    letter = Letter(
        message_id=message_id,
        date=desk.moment.now.replace(microsecond=0),
        sender=envelope.sender,
        to=envelope.to,
        subject=envelope.subject,
        text=rendered.text,
        html=rendered.html,
        reply_to=envelope.reply_to,
        thread=desk.thread(envelope.to.email),
        in_reply_to=parcel.in_reply_to,
        auto_submitted="" if by_person else "auto-replied" if replied else "auto-generated",
        desk=desk.policy.desk_mark,
        enclosures=parcel.enclosures,
        calendar=invitation.write(_organizer(envelope), envelope.to) if invitation else "",
        method=invitation.method if invitation else "",
    )
    null = replied and config.send.null_sender
    bounces = addresses.address(envelope.house, AddressKind.BOUNCE, secret)
    return QueueMail(
        raw=compose(letter, envelope.guard),
        message_id=message_id,
        envelope_from="" if null else bounces,
        envelope_to=envelope.to.email,
        purpose=parcel.purpose,
        ticket_id=ticket.id if ticket else None,
        entry_id=parcel.entry_id,
        agent=agent.id if agent else None,
        not_before=parcel.not_before,
    )


def _organizer(envelope: _Envelope) -> Address:
    """Whom an invitation's reader answers: the address that tells who answers on which ticket."""
    return Address(envelope.sender.name, envelope.reply_to or envelope.sender.email)


def _secret(desk: Desk, parcel: Parcel, email: str, ticket: Ticket | None) -> str:
    """What nobody can guess of a mail of ours: its Message-ID, its bounce address, its one-time token."""
    of = ticket.id if ticket else 0
    return desk.moment.token(parcel.purpose, email.casefold(), of, parcel.entry_id, parcel.serial)


def fingerprint_of(mail: QueueMail) -> str:
    """The hash of the one-time token that an answer to a mail with ``confirms`` shows."""
    return addresses.fingerprint(mail.message_id.strip("<>").partition("@")[0])


def note_address(desk: Desk, agent: Agent, ticket: Ticket) -> str:
    """The agent's address for notes on a ticket, whatever the mail at hand is about."""
    return _signed(desk, agent, AddressKind.NOTE, ticket.id, ticket.revision)


def _signed(desk: Desk, agent: Agent, kind: AddressKind, ticket: int, revision: int) -> str:
    claim = addresses.claim_until(desk.moment.now, ticket, revision)
    token = addresses.sign(desk.facts.keys[0], agent.id, kind, claim)
    return addresses.address(desk.policy.config.desk, kind, token)


def _numbered(subject: str, ticket: Ticket) -> str:
    """The ticket's number stands in every subject, whatever an edited template says (INTERFACES §4)."""
    tag = f"[#{ticket.id}]"
    return subject if tag in subject else f"{tag} {subject}"


def hold(policy: Policy, now: datetime) -> datetime | None:
    """Until when a mail to a customer waits, so that it can be taken back; None: it goes at once."""
    window = policy.config.desk.undo_window
    return now + window if window > timedelta(0) else None
