"""Which ticket a mail belongs to, and whether its sender may write there.

A customer's reply address, then In-Reply-To and References, then `[#n]` in the subject, at last an answer
that came before the mail it answers; and each of them only together with a From that is on the
ticket (THREATS T2). Knowing a ticket's number, one of its Message-IDs or even its address lets nobody in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from maildesk.desk.addresses import LIFETIME
from maildesk.desk.case import Case
from maildesk.model import Proof, Reason, Status, Ticket


class Standing(StrEnum):
    ON_TICKET = "on_ticket"  # may write here
    HELD = "held"  # is kept here, seen by agents alone
    LINKED = "linked"  # gets a ticket of their own, linked to this one
    FOLLOW_UP = "follow_up"  # may write, but it is too long ago: a new ticket, linked
    NONE = "none"  # names no ticket


@dataclass(frozen=True, slots=True)
class Found:
    standing: Standing
    ticket: Ticket | None
    how: str  # token, reference, tag, answer, new
    reason: Reason


def find(case: Case) -> Found:
    """The first of token, reference, tag and early answer that names a ticket decides."""
    if case.alone:
        return Found(Standing.NONE, None, "new", Reason("new", "such a mail opens a ticket of its own"))
    for how, ticket in _named(case):
        if ticket is not None:
            return _standing(case, ticket, how)
    return Found(Standing.NONE, None, "new", Reason("new", "it names no ticket"))


def _named(case: Case) -> tuple[tuple[str, Ticket | None], ...]:
    facts = case.facts
    by_token = facts.by_token if _address_is_good(case) else None
    others = ("reference", facts.by_reference), ("tag", facts.by_tag), ("answer", facts.by_answer)
    return ("token", by_token), *others


def _address_is_good(case: Case) -> bool:
    """A customer's reply address is good for 90 days since we last gave it to them (INTERFACES §4)."""
    issued = case.facts.token_issued_at
    return issued is None or case.moment.now - issued <= LIFETIME


_NAMED = {
    "token": "its reply address",
    "reference": "a Message-ID of it",
    "tag": "its number",
    "answer": "an answer to this mail came first, and stands there",
}


def _standing(case: Case, ticket: Ticket, how: str) -> Found:
    sender, number, named = case.mail.author.email, f"ticket {ticket.id}", _NAMED[how]
    if len(case.mail.from_) != 1 or ticket.participant(sender) is None:
        if how == "token":
            why = f"{sender} is not on {number}, whose reply address they wrote to"
            return Found(Standing.HELD, ticket, how, Reason("stranger", why))
        why = f"{sender} names {number} ({named}) but is not on it"
        return Found(Standing.LINKED, ticket, how, Reason("stranger", why))
    if case.authentication.proof is Proof.FAILED:
        why = f"it says it is from {sender}, but {case.authentication.reason}"
        return Found(Standing.HELD, ticket, how, Reason("forged", why))
    if why := _long_ago(case, ticket, how):
        going_on = case.facts.follow_up
        if going_on is not None and going_on.participant(sender) is not None:
            why = f"{why}; ticket {going_on.id} follows it up"
            return Found(Standing.ON_TICKET, going_on, how, Reason("follow_up", why))
        return Found(Standing.FOLLOW_UP, ticket, how, Reason("follow_up", why))
    return Found(Standing.ON_TICKET, ticket, how, Reason(how, f"{sender} is on {number} and names it ({named})"))


def _long_ago(case: Case, ticket: Ticket, how: str) -> str:
    """Why it is too late to go on with a ticket, "" if it is not.

    Where nothing but the number is shared, an open ticket is as good as closed once nobody has written there for so
    long: people take an old mail to write a new one.
    """
    if closed_long_ago(case, ticket):
        return f"ticket {ticket.id} was closed too long ago"
    silence = case.when - ticket.updated_at
    if how == "tag" and silence > case.policy.config.desk.follow_up_after:
        return f"it shares the number of ticket {ticket.id} alone, where nothing has happened for {silence.days} days"
    return ""


def closed_long_ago(case: Case, ticket: Ticket) -> bool:
    limit = case.policy.config.desk.follow_up_after
    return ticket.status is Status.CLOSED and ticket.closed_at is not None and case.when - ticket.closed_at > limit
