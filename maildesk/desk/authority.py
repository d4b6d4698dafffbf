"""Whether a mail may act for an agent: their reply address *and* their From, and nothing that denies it.

One check of one token for agent, ticket, kind and expiry (THREATS T3, T4); never a From line alone,
never an address alone. Where the host has no `+` addresses, the unguessable Message-ID of a mail
that we sent to that agent, named in In-Reply-To, stands in the token's place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from maildesk.config import Agent
from maildesk.desk import addresses, threading
from maildesk.desk.addresses import AGENTS, AddressKind
from maildesk.desk.case import Case
from maildesk.desk.commands import grammar
from maildesk.desk.commands.table import BY_NAME
from maildesk.desk.threading import Standing
from maildesk.model import Kind, Proof, Reason, Ticket

_PRIVATE = (Kind.NOTE,)
CUSTOMERS = (Standing.ON_TICKET, Standing.FOLLOW_UP)


class Rank(StrEnum):
    ACTS = "acts"  # may command, and answer the customer
    UNPROVEN = "unproven"  # says it is an agent, or uses an agent's address: changes nothing
    VOID = "void"  # an agents' address that we never gave out


@dataclass(frozen=True, slots=True)
class Authority:
    rank: Rank
    agent: Agent | None  # who acts; or whose address was used; or whom From names
    kind: AddressKind
    ticket: Ticket | None
    reason: Reason


def judge(case: Case) -> Authority | None:
    """None: the mail does not claim to be from an agent."""
    claimed = _claimed(case)
    if claimed is None or claimed.ticket is None or claimed.rank is not Rank.ACTS:
        return claimed
    if not (others := _written_to_others(case, claimed.ticket)):
        return claimed
    why = f"it was written to {others}, and may not be meant for the customers of ticket {claimed.ticket.id}"
    return replace(claimed, rank=Rank.UNPROVEN, reason=Reason("others", why))


def _claimed(case: Case) -> Authority | None:
    recipient = case.recipient(*AGENTS)
    if recipient is not None and case.agent is None and threading.find(case).standing in CUSTOMERS:
        return None  # a customer's answer to all, in which an agent's address stands too
    if recipient is not None:
        return _by_address(case, recipient)
    if case.agent is None:
        return None
    if not addresses.has_tokens(case.policy.config.desk) and (found := _by_reference(case, case.agent)):
        return found
    return _by_from(case, case.agent)


def _by_from(case: Case, agent: Agent) -> Authority | None:
    """To the desk's plain address: a From that a trusted checker has proven acts, any other one has to be confirmed.

    An agent who writes there as anybody does, about no ticket and without commands, is a customer like anybody.
    """
    ticket = case.facts.by_token or case.facts.by_reference or case.facts.by_tag
    if ticket is None and not grammar.parse(case.mail.reply.text, tuple(BY_NAME)).commands:
        return None
    if ticket is not None and ticket.participant(agent.email) is not None:
        return None
    kind = _kind(case, ticket)
    if case.authentication.proof is Proof.PROVEN and case.policy.config.desk.agents_proof == "token":
        return by_sender(case, agent, kind, ticket)
    why = f"{agent.email} is an agent's address, but it was not sent to their reply address"
    return Authority(Rank.UNPROVEN, agent, kind, ticket, Reason("no_token", why))


def _written_to_others(case: Case, ticket: Ticket) -> str:
    """Whom it is written to, if neither the desk, which has a copy, nor a customer of the ticket; else ""."""
    desk, readers = case.policy.config.desk, case.mail.to
    if any(addresses.classify(p.email, desk) is not None or ticket.participant(p.email) is not None for p in readers):
        return ""
    return next((person.email for person in readers if person.key() != case.mail.author.key()), "")


def _kind(case: Case, ticket: Ticket | None) -> AddressKind:
    """The address that the mail would have been sent to: an answer to what is private is private."""
    if ticket is None:
        return AddressKind.DESK
    return AddressKind.NOTE if case.facts.answered_kind in _PRIVATE else AddressKind.ANSWER


def _by_address(case: Case, recipient: addresses.Recipient) -> Authority:
    claim, agent, ticket = addresses.read(recipient.token), case.agent, case.facts.signed_for
    keys = case.facts.keys
    named = {c.ticket for r in case.recipients if r.kind in AGENTS if (c := addresses.read(r.token)) and c.ticket}

    def refuse(rank: Rank, whose: Agent | None, rule: str, why: str) -> Authority:
        return Authority(rank, whose, recipient.kind, ticket, Reason(rule, why))

    if claim is None or agent is None or not addresses.verify(recipient.token, agent.id, recipient.kind, keys):
        owner = _owner(case, recipient) if claim else None
        if owner is not None:
            why = f"{case.mail.author.email or 'nobody'} used the reply address of {owner.id}"
            return refuse(Rank.UNPROVEN, owner, "stolen_token", why)
        return refuse(Rank.VOID, agent, "void_token", "it was sent to an agents' address that we never gave out")
    if len(named) > 1:
        return refuse(Rank.UNPROVEN, agent, "two_tickets", "it went to the addresses of more than one ticket")
    if case.moment.now.date() > claim.expires:
        return refuse(Rank.UNPROVEN, agent, "expired", f"the reply address expired on {claim.expires}")
    if recipient.kind is not AddressKind.DESK and (ticket is None or case.facts.signed_as != claim.ticket):
        return refuse(Rank.VOID, agent, "no_ticket", f"there is no ticket {claim.ticket}")
    return by_sender(case, agent, recipient.kind, ticket)


def by_sender(case: Case, agent: Agent, kind: AddressKind, ticket: Ticket | None) -> Authority:
    """The address is right, or From is proven: now nothing may deny that the sender is who From says."""
    proof = case.authentication.proof
    if len(case.mail.from_) != 1:
        reason = Reason("two_authors", "it names more than one author")
    elif proof is Proof.FAILED:
        reason = Reason("forged", f"it says it is from {agent.email}, but {case.authentication.reason}")
    elif case.policy.config.desk.agents_proof == "token+dmarc" and proof is not Proof.PROVEN:
        reason = Reason("not_proven", f"agents_proof wants DMARC to pass, but {case.authentication.reason}")
    else:
        return Authority(Rank.ACTS, agent, kind, ticket, Reason("agent", f"{agent.id}, by reply address and From"))
    return Authority(Rank.UNPROVEN, agent, kind, ticket, reason)


def _owner(case: Case, recipient: addresses.Recipient) -> Agent | None:
    """Whose address it is, if it is one that we gave out."""
    for agent in case.policy.config.agents:
        if addresses.verify(recipient.token, agent.id, recipient.kind, case.facts.keys):
            return agent
    return None


def _by_reference(case: Case, agent: Agent) -> Authority | None:
    sent = case.facts.answered
    ticket = case.facts.by_reference
    if sent is None or sent.agent != agent.id:
        return None
    if ticket is not None and ticket.id != sent.ticket_id:
        return None  # it answers one ticket's notice and names another ticket
    if case.moment.now - sent.created_at > addresses.LIFETIME:
        reason = Reason("expired", "the mail that it answers is too old")
        return Authority(Rank.UNPROVEN, agent, AddressKind.PLAIN, ticket, reason)
    return by_sender(case, agent, _kind(case, ticket), ticket)
