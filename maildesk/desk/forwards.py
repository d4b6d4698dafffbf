"""What an agent forwards to the desk: its author becomes the customer, its words the ticket's, the agent's own a note.

Only where it is sure that the agent did it: by their address for the desk (`+d`) and their From, or because the
sender's domain proves their From (THREATS T4). Else it is an ordinary mail. The author is not answered by a machine:
that they wrote to us at all, only the agent says. Commands above the forwarded mail are the agent's, and are carried
out on the new ticket; what is below is never read for any.
"""

from __future__ import annotations

from dataclasses import replace

from maildesk.config import Agent
from maildesk.desk import onbehalf
from maildesk.desk.addresses import AGENTS, AddressKind, classify
from maildesk.desk.authority import Authority, Rank
from maildesk.desk.case import Case
from maildesk.desk.commands import grammar, guests
from maildesk.desk.commands.table import BY_NAME
from maildesk.desk.onbehalf import Opening
from maildesk.mail import forward
from maildesk.mail.compose import sendable
from maildesk.mail.forward import Original
from maildesk.model import Mail, Plan, Proof, Reason


def passed_on(case: Case, claimed: Authority | None) -> Plan | None:
    """A ticket of whom the agent forwards; None where it is no forward that can be believed."""
    agent = case.agent
    original = case.forwarded or (_of_whom_they_say(case) if agent is not None else None)
    if original is None or agent is None or not _means_a_customer(case, original):
        return None
    why = _believed(case, claimed, agent)
    if why is None:
        return None
    block = grammar.parse(original.above, tuple(BY_NAME))
    who = guests.requester(block.commands, case.policy.config) or original.author
    theirs = onbehalf.as_theirs(case, who, agent, "forward")
    opening = Opening(
        agent=agent,
        block=block,
        theirs=replace(theirs, mail=_original(theirs.mail, original)),
        why=why,
        files=original.attachments,
        note=block.words,
        forwards=True,
    )
    believed = Authority(Rank.ACTS, agent, AddressKind.DESK, None, why)
    return onbehalf.carried_out(case, believed, opening)


def _of_whom_they_say(case: Case) -> Original | None:
    """A forwarded mail that does not tell whose it is, where `#from` does; Outlook leaves colleagues' addresses out."""
    block = grammar.parse(case.mail.reply.text, tuple(BY_NAME))
    who = guests.requester(block.commands, case.policy.config)
    return forward.read(case.mail, who) if who is not None else None


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
    by_address = case.recipient(*AGENTS) is not None or case.released is not None
    if by_address and claimed is not None and claimed.rank is Rank.ACTS and claimed.ticket is None:
        return Reason("forward", f"{agent.id} forwards it to their own address of the desk")
    if case.recipient(*AGENTS, AddressKind.CUSTOMER) is not None or len(case.mail.from_) != 1:
        return None
    if case.authentication.proof is Proof.PROVEN:
        return Reason("forward", f"{agent.id} forwards it: {case.authentication.reason}")
    return None


def _original(mail: Mail, original: Original) -> Mail:
    """What the forwarded mail says, in the place of what the one around it does."""
    said = forward.as_written_by(mail, original)
    return replace(said, from_=mail.from_, sender=mail.sender)
