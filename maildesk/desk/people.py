"""Who is on a ticket: who asks, who else joins by Cc or Reply-To, and who may bring them."""

from __future__ import annotations

from collections.abc import Iterator

from maildesk.desk import threading
from maildesk.desk.addresses import classify
from maildesk.desk.case import Case
from maildesk.mail.compose import sendable
from maildesk.model import Address, Participant, Proof

PEOPLE = 20  # on one ticket
_REPLY_TO = 3  # addresses in a Reply-To that are heeded


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


def copied(case: Case, ticket_id: int, known: tuple[Participant, ...]) -> Iterator[Participant]:
    """People in To, Cc and Reply-To who are neither the desk, nor agents, nor on the ticket already."""
    config = case.policy.config
    taken = {p.email.casefold() for p in known}
    for person, role in _named_people(case):
        key = person.key()
        stranger = classify(person.email, config.desk) is None and config.agent_by_email(person.email) is None
        if stranger and key not in taken and sendable(person.email) and len(taken) < PEOPLE:
            taken.add(key)
            yield Participant(person.email, role, case.moment.token("participant", ticket_id, key), person.name)


def _named_people(case: Case) -> Iterator[tuple[Address, str]]:
    """Reply-To is where they want to be answered (RFC 5322 §3.6.2): it gives no more than a Cc does.

    Not where it came through a list, which writes itself there: an answer would go to all its readers.
    """
    mail = case.mail
    if not mail.mailing_list:
        yield from ((person, "reply_to") for person in mail.reply_to[:_REPLY_TO])
    yield from ((person, "cc") for person in (*mail.to, *mail.cc)[:100])


def may_bring_others(case: Case, found: threading.Found) -> bool:
    """Who is in Cc joins only if the writer showed more than a From line and a number (THREATS T2)."""
    answered = case.facts.answered
    ours = found.how == "reference" and answered is not None and answered.message_id == case.facts.reference
    return found.how == "token" or ours or case.authentication.proof is Proof.PROVEN
