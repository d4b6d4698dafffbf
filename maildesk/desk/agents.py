"""What an agent's mail leads to, by who is believed: it acts, or waits for a word of theirs, or changes nothing.

What cannot be believed reaches no customer: it is kept, the agent's registered address is told, and an answer
to that (to a one-time token, from that address) lets it go (THREATS T3, T4).
"""

from __future__ import annotations

import re
from dataclasses import replace

from maildesk.config import Agent
from maildesk.desk import acts, addresses, authority, collisions, customers, forwards, letters, threading
from maildesk.desk.addresses import AddressKind
from maildesk.desk.authority import Authority, Rank
from maildesk.desk.case import Case
from maildesk.desk.commands import grammar
from maildesk.desk.commands.table import BY_NAME, only_reads
from maildesk.desk.transcripts import may_tell, parcel, refused
from maildesk.mail.slots import Words
from maildesk.model import (
    Defer,
    Deferred,
    Forget,
    Kind,
    Plan,
    Purpose,
    Reason,
    RecordEvent,
    Release,
    Step,
    Verdict,
    Wait,
)

_UNSURE_WHERE = "two_tickets"  # the one reason after which a word of the agent's would not help


def agent_mail(case: Case, claimed: Authority) -> Plan:
    """By rank: acts, is kept as an unverified note, or changes nothing."""
    if claimed.rank is Rank.VOID or claimed.agent is None:
        return Plan(Verdict.IGNORED, case.mail.author.email or "unknown", reasons=(claimed.reason,))
    if claimed.rank is Rank.UNPROVEN and not _only_looks(case, claimed):
        return _unverified(case, claimed, claimed.agent)
    if case.automatic:
        return _absence(case, claimed, claimed.agent)
    return acts.act(case, claimed, claimed.agent)


def _only_looks(case: Case, claimed: Authority) -> bool:
    """An expired address is good for reading: the answer goes to the agent's registered address anyway."""
    return claimed.reason.rule == "expired" and only_reads(grammar.parse(case.mail.reply.text, tuple(BY_NAME)))


# --- who may not act -----------------------------------------------------------------------------------


def _unverified(case: Case, claimed: Authority, agent: Agent) -> Plan:
    """Kept as a note that reached nobody; the agent's registered address is told, and how to go on."""
    ticket, steps = claimed.ticket, list[Step]()
    entry_id: int | None = None
    if ticket is not None:
        entry = customers.add_entry(case, ticket.id, Kind.HELD)
        data: dict[str, str | int | None] = {"message": entry.entry.id, "from": case.mail.author.email}
        data["rule"] = claimed.reason.rule
        steps += [entry, RecordEvent(ticket.id, "unverified", data)]
        entry_id = entry.entry.id
    if not case.automatic and may_tell(case, agent):
        good = claimed.reason.rule != _UNSURE_WHERE
        author = case.mail.author
        values = {
            "why": claimed.reason.text,
            "words": Words(case.words),
            "confirmable": good,
            "author": {"name": author.name, "email": author.email, "proof": str(case.authentication.proof)},
        }
        told = replace(
            parcel(case, agent, Purpose.HELD, values),
            entry_id=entry_id,
            in_reply_to="",
            confirms=good,
            serial=case.inbox_id,
        )
        letter = letters.to_agent(customers.desk(case, ticket), agent, ticket, told)
        steps.append(letter)
        if good:
            steps.append(Defer(_waiting(case, claimed, agent, letters.fingerprint_of(letter), entry_id)))
    actor = case.mail.author.email or "unknown"
    return Plan(Verdict.HELD, actor, tuple(steps), (claimed.reason,), ticket.id if ticket else None, "token")


def _waiting(case: Case, claimed: Authority, agent: Agent, secret: str, entry_id: int | None) -> Deferred:
    ticket = claimed.ticket
    return Deferred(
        wait=Wait.CONFIRM,
        agent=agent.id,
        inbox_id=case.inbox_id,
        ticket_id=ticket.id if ticket else None,
        entry_id=entry_id,
        revision=ticket.revision if ticket else 0,
        secret=secret,
        data=collisions.waits_for(claimed.kind, ticket),
    )


def _absence(case: Case, claimed: Authority, agent: Agent) -> Plan:
    """An agent's out-of-office message: kept for agents, and answered by nobody."""
    reason = Reason("automatic", f"a machine wrote it ({case.automatic})")
    if claimed.ticket is None:
        return Plan(Verdict.IGNORED, agent.id, reasons=(reason,))
    entry = customers.add_entry(case, claimed.ticket.id, Kind.AUTO)
    return Plan(Verdict.NOTE, agent.id, (entry,), (claimed.reason, reason), claimed.ticket.id, "token")


# --- an agent's word on what waits ------------------------------------------------------------------------

_NO = re.compile(
    r"\b(no|not|never|don't|didn't|wasn't|stop|cancel|non|nicht|nein|pas|jamais|annulla|annuler|nu|niciodată|"
    r"anulează|ei|en|älä|peruuta|#undo)\b|(?<!\S)#undo\b",
    re.IGNORECASE,
)


_YES = re.compile(
    r"\b(yes|yep|yeah|ok|okay|sure|fine|confirm\w*|conferm\w*|vahvist\w*|mine|me|mia|mio|moi|send|go|right|correct|"
    r"s[iì]|oui|da|kyllä|joo|juu|se on|olin|eu|io)\b|#send\b",
    re.IGNORECASE,
)
_FEW = 12  # words: a signature below an empty answer


def _evasive(words: str) -> bool:
    """Whether somebody writes at length and does not begin with a yes: absence messages without any mark do
    (RFC 3834 §3.1.7 wants one), and a forger must not profit from a holiday.
    """
    said = words.split()
    return len(said) > _FEW and _YES.search(" ".join(said[:5])) is None


def confirmation(case: Case) -> Plan | None:
    """The answer to a confirmation: what waited goes, once. None: the mail is no such answer."""
    waited = case.facts.confirmed
    if waited is None:
        return _void(case) if case.recipient(AddressKind.CONFIRM) is not None else None
    agent = case.policy.config.agent(waited.agent)
    if agent is None or case.agent != agent:
        return _nothing(case, f"{case.mail.author.email or 'nobody'} answered the confirmation of {waited.agent}")
    if case.automatic:
        return _nothing(case, f"a machine wrote it ({case.automatic})")
    judged = authority.by_sender(case, agent, AddressKind.CONFIRM, case.facts.signed_for)
    if judged.rank is not Rank.ACTS:
        return _nothing(case, judged.reason.text)
    if _NO.search(case.mail.reply.text):
        why = Reason("declined", f"{agent.id} does not want mail {waited.inbox_id} to be carried out")
        return Plan(Verdict.NOTE, agent.id, (Forget(waited.id),), (why,), waited.ticket_id, "token")
    if _evasive(case.mail.reply.text):
        asked = Authority(
            Rank.VOID, agent, AddressKind.CONFIRM, None, Reason("unconfirmed", "it says neither yes nor no")
        )
        return refused(
            case, asked, agent, 'To confirm, answer that mail with "yes": what you wrote says neither yes nor no.'
        )
    why = Reason("confirmed", f"{agent.id} has confirmed mail {waited.inbox_id}")
    steps = (Release(waited.id, case.moment.now),)
    return Plan(Verdict.NOTE, agent.id, steps, (why,), waited.ticket_id, "token")


def _nothing(case: Case, why: str) -> Plan:
    return Plan(Verdict.IGNORED, case.mail.author.email or "unknown", reasons=(Reason("unconfirmed", why),))


def _void(case: Case) -> Plan | None:
    """Used, too old, or never given out: an agent hears of it, anybody else does not."""
    why = "Nothing waits for this confirmation any more: it was used, or it is too old. Nothing was done"
    agent = case.agent
    if agent is None and threading.find(case).standing in authority.CUSTOMERS:
        return None  # a customer's answer to all, in which that address stands too
    if agent is None or case.automatic:
        return _nothing(case, why)
    nobody = Authority(Rank.VOID, agent, AddressKind.CONFIRM, None, Reason("void_token", why))
    return refused(case, nobody, agent, f"{why}.")


def released(case: Case, waited: Deferred) -> Plan:
    """A mail that was deferred, carried out now with the rights that its agent has now."""
    agent, ticket = case.policy.config.agent(waited.agent), case.facts.signed_for
    if agent is None or (waited.ticket_id is not None and ticket is None):
        why = f"{waited.agent} is no agent any more" if agent is None else f"ticket {waited.ticket_id} is gone"
        return _nothing(case, why)
    kind = _kind(case, waited)
    on = ticket if kind is not AddressKind.DESK else None
    known = Authority(Rank.ACTS, agent, kind, on, Reason("released", f"{agent.id}, who had to wait ({waited.wait})"))
    if waited.wait is Wait.LATER and (late := collisions.too_late(case, known, waited)) is not None:
        return late
    return forwards.passed_on(case, known) or acts.act(case, known, agent)


def _kind(case: Case, waited: Deferred) -> AddressKind:
    """Which kind of address the mail was sent to; a plain one stands for an answer, or for the desk's."""
    try:
        kind = AddressKind(waited.data.partition(" ")[0])
    except ValueError:
        kind = AddressKind.PLAIN
    if kind in addresses.AGENTS:
        return kind
    return AddressKind.ANSWER if waited.ticket_id is not None else AddressKind.DESK
