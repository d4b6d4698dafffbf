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
from maildesk.desk import addresses, privacy
from maildesk.desk.addresses import AddressKind
from maildesk.desk.policy import Policy
from maildesk.desk.when import say
from maildesk.mail.compose import Enclosure, Guard, Letter, compose, one_line
from maildesk.mail.render import Rendered
from maildesk.mail.slots import Words
from maildesk.model import Address, Entry, Facts, Gathered, Kind, Moment, Participant, Purpose, QueueMail, Ticket

MARKER = "##- {name} -##"
_REPLIED = frozenset({Purpose.AUTO_REPLY, Purpose.AUTO_REPLY_PLAIN, Purpose.FOLLOW_UP, Purpose.COMMAND_ERROR,
                      Purpose.HELP, Purpose.HELD})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Desk:
    """What every letter needs: the policy, the moment, and what is known of the ticket."""

    policy: Policy
    moment: Moment
    facts: Facts

    def thread(self, email: str) -> tuple[str, ...]:
        """The Message-IDs that this recipient's client knows of the ticket."""
        return self.facts.threads.get(email.casefold(), ())


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


# --- to customers ----------------------------------------------------------------------------------------


def to_customer(
    desk: Desk, ticket: Ticket, person: Participant, parcel: Parcel, author: Agent | None = None
) -> QueueMail:
    """From the desk's address, with the author's name if a person wrote it, and the person's own reply address."""
    config = desk.policy.config
    ticket, person = _shown(ticket, config), replace(person, name=privacy.redact(person.name, config))
    values = {
        **shared(desk.policy),
        **_ticket(desk.policy, ticket, None),
        **_customer(ticket),
        **_writer(author, config),
    }
    rendered = desk.policy.templates.render(parcel.purpose, parcel.language, {**values, **parcel.values})
    name = f"{author.name} ({config.desk.name})" if author else config.desk.name
    echo = parcel.purpose is not Purpose.AUTO_REPLY_PLAIN
    envelope = _Envelope(
        sender=Address(name, ticket.mailbox or config.desk.address),
        to=Address(person.name if echo else "", person.email),
        reply_to=addresses.address(config.desk, AddressKind.CUSTOMER, person.token),
        subject=_numbered(rendered.subject, ticket),
        guard=privacy.guard(config),
    )
    return _queue(desk, envelope, rendered, parcel, ticket=ticket)


def _shown(ticket: Ticket, config: Config) -> Ticket:
    """A customer may have written an agent's address into a subject or a name: it must not keep an answer back."""
    name = privacy.redact(ticket.requester.name, config)
    return replace(
        ticket, subject=privacy.redact(ticket.subject, config), requester=Address(name, ticket.requester.email)
    )


# --- to agents -------------------------------------------------------------------------------------------


def to_agent(desk: Desk, agent: Agent, ticket: Ticket | None, parcel: Parcel) -> QueueMail:
    """From the desk, with reply addresses that act for this agent alone, on this ticket alone."""
    config = desk.policy.config
    values: dict[str, object] = {**shared(desk.policy), **_agent(agent)}
    kind, number, revision = AddressKind.DESK, 0, 0
    if ticket is not None:
        kind, number, revision = AddressKind.ANSWER, ticket.id, ticket.revision
        notes = addresses.has_tokens(config.desk)
        values["note_address"] = _signed(desk, agent, AddressKind.NOTE, number, revision) if notes else ""
    values |= {**_ticket(desk.policy, ticket, agent), **_customer(ticket)}
    values |= {
        "reply_address": _signed(desk, agent, kind, number, revision),
        "marker": marker(desk.policy, parcel.language),
    }
    rendered = desk.policy.templates.render(parcel.purpose, parcel.language, {**values, **parcel.values})
    envelope = _Envelope(
        sender=Address(_author_name(parcel, config.desk.name), config.desk.address),
        to=Address(agent.name, agent.email),
        reply_to=str(values["reply_address"]),
        subject=_numbered(rendered.subject, ticket) if ticket else rendered.subject,
        guard=privacy.no_guard,
    )
    return _queue(desk, envelope, rendered, parcel, ticket=ticket, agent=agent)


def gathered(desk: Desk, agent: Agent, items: Sequence[Gathered]) -> QueueMail:
    """The notices beyond an agent's limit, in one mail; each with its own reply address."""
    rows = []
    for item in items:
        reply = _signed(desk, agent, AddressKind.ANSWER, item.ticket.id, item.ticket.revision)
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


def alarm(desk: Desk, admin: str, title: str, details: str) -> QueueMail:
    """To an admin: the desk itself is unwell."""
    config = desk.policy.config
    values = {"title": one_line(title), "details": Words(details[:20_000], preformatted=True)}
    parcel = Parcel(Purpose.ALARM, config.desk.language, {**shared(desk.policy), **_agent(None), **values})
    rendered = desk.policy.templates.render(parcel.purpose, parcel.language, parcel.values)
    envelope = _Envelope(
        sender=Address(config.desk.name, config.desk.address),
        to=Address("", admin),
        reply_to="",
        subject=rendered.subject,
        guard=privacy.no_guard,
    )
    return _queue(desk, envelope, rendered, parcel)


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
    config = desk.policy.config
    shown = _shown(ticket, config)
    own = {**shared(desk.policy), **_ticket(desk.policy, shown, None), **_customer(shown), **_writer(author, config)}
    rendered = desk.policy.templates.render_canned(name, ticket.language, {**values, **own})
    return Words(rendered.text, rendered.html)


# --- values for the templates -------------------------------------------------------------------------------


def shared(policy: Policy) -> dict[str, object]:
    desk = policy.config.desk
    return {"desk": {"name": desk.name, "address": desk.address, "url": desk.url or ""}}


def _ticket(policy: Policy, ticket: Ticket | None, reader: Agent | None) -> dict[str, object]:
    if ticket is None:
        empty = dict.fromkeys(("tag", "subject", "status", "priority", "assignee", "team", "category", "due"), "")
        return {"ticket": {**empty, "number": 0, "tags": ()}}
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
            "due": say(ticket.due_at, config.zone(reader)) if ticket.due_at else "",
        }
    }


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


def _writer(agent: Agent | None, config: Config) -> dict[str, object]:
    """The agent as customers see them: a signature may hold their own address."""
    if agent is None:
        return _agent(None)
    return _agent(agent.model_copy(update={"signature": privacy.redact(agent.signature, config)}))


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
    secret = desk.moment.token(
        parcel.purpose, envelope.to.email.casefold(), ticket.id if ticket else 0, parcel.entry_id, parcel.serial
    )
    message_id = f"<{secret}@{config.desk.domain}>"
    by_person = parcel.purpose is Purpose.REPLY
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
    )
    null = replied and config.send.null_sender
    bounces = addresses.address(config.desk, AddressKind.BOUNCE, secret)
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
