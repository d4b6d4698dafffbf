"""What an agent forwards to the desk: its author becomes the customer, its words the ticket's, the agent's own a note.

Only where it is sure that the agent did it: by their address for the desk (`+d`) and their From, or because the
sender's domain proves their From (THREATS T4). Else it is an ordinary mail. The author is not answered by a machine:
that they wrote to us at all, only the agent says. Commands above a forwarded mail are not read: they are a note.
"""

from __future__ import annotations

from dataclasses import replace

from maildesk.config import Agent
from maildesk.desk import customers
from maildesk.desk.addresses import AGENTS, AddressKind, classify
from maildesk.desk.authority import Authority, Rank
from maildesk.desk.case import Case
from maildesk.desk.origins import Origin
from maildesk.desk.threading import Found, Standing
from maildesk.mail import forward
from maildesk.mail.compose import sendable
from maildesk.mail.forward import Original
from maildesk.model import AddEntry, Kind, Plan, Proof, Reason


def passed_on(case: Case, claimed: Authority | None) -> Plan | None:
    """A ticket of whom the agent forwards; None where it is no forward that can be believed."""
    original, agent = case.forwarded, case.agent
    if original is None or agent is None or not _means_a_customer(case, original):
        return None
    why = _believed(case, claimed, agent)
    if why is None:
        return None
    plan = customers.new_ticket(_as_theirs(case, original, agent), _found(case, why))
    note = (_note(case, plan.ticket_id, original.above, agent),) if plan.ticket_id and original.above else ()
    return replace(plan, actor=agent.id, steps=(*plan.steps, *note))


def unbelieved(case: Case) -> Reason | None:
    """Why a forwarded mail was not taken as its author's; None where there is none."""
    original, agent = case.forwarded, case.agent
    if original is None or agent is None or case.recipient(*AGENTS, AddressKind.CUSTOMER) is not None:
        return None
    if not _means_a_customer(case, original):
        return None
    why = f"it forwards a mail of {original.author.email}, but that {agent.id} wrote it is not proven"
    return Reason("forward", f"{why}: {case.authentication.reason}")


def _means_a_customer(case: Case, original: Original) -> bool:
    """Whether a person wrote the forwarded mail, neither the desk nor the agent, and the agent forwards it by hand."""
    author, config = original.author, case.policy.config
    by_hand = not (case.history or case.automatic or case.mail.mailing_list)
    strange = classify(author.email, config.desk) is None and author.key() != case.mail.author.key()
    return by_hand and strange and sendable(author.email)


def _believed(case: Case, claimed: Authority | None, agent: Agent) -> Reason | None:
    """Why it is sure that the agent forwards it; None if it is not."""
    if claimed is not None and claimed.rank is Rank.ACTS and claimed.ticket is None:
        return Reason("forward", f"{agent.id} forwards it to their own address of the desk")
    if case.recipient(*AGENTS, AddressKind.CUSTOMER) is not None or len(case.mail.from_) != 1:
        return None
    if case.authentication.proof is Proof.PROVEN:
        return Reason("forward", f"{agent.id} forwards it: {case.authentication.reason}")
    return None


def _as_theirs(case: Case, original: Original, agent: Agent) -> Case:
    """The same case with the forwarded mail in the place of the one around it."""
    origin = Origin("forward", case.mail.author, original.author, forwarded=True)
    unproven = replace(case.authentication, proof=Proof.UNPROVEN, reason=f"only {agent.id} says who wrote it")
    return replace(
        case,
        mail=forward.as_written_by(case.mail, original),
        origin=origin,
        authentication=unproven,
    )


def _found(case: Case, why: Reason) -> Found:
    """Always a ticket of its own, linked to one that the agent's mail names."""
    named = case.facts.by_reference or case.facts.by_tag
    return Found(Standing.LINKED if named else Standing.NONE, named, "new", why)


def _note(case: Case, ticket_id: int, words: str, agent: Agent) -> AddEntry:
    """What the agent wrote above the forwarded mail; it stands below its author's words."""
    note = customers.add_entry(case, ticket_id, Kind.NOTE, text=words)
    entry = replace(note.entry, id=case.facts.next_entry + 1, author=agent.id)
    return AddEntry(entry)
