"""Whether a mail on a ticket that is over says thank you, and nothing else: then it opens nothing."""

from __future__ import annotations

from maildesk.desk import courtesy
from maildesk.desk.case import Case
from maildesk.desk.threading import Found, Standing
from maildesk.model import Status, Ticket


def is_all(case: Case, found: Found, ticket: Ticket) -> bool:
    """Whether a mail by somebody on a ticket that is over is a bare thank-you."""
    mail = case.mail
    if ticket.status not in (Status.SOLVED, Status.CLOSED) or found.standing not in (
        Standing.ON_TICKET,
        Standing.FOLLOW_UP,
    ):
        return False
    if case.history or case.automatic or mail.attachments or mail.reply.doubtful:
        return False
    return courtesy.is_thanks(case.words, names(case, ticket))


def names(case: Case, ticket: Ticket) -> list[str]:
    """Of those who write to each other on a ticket."""
    customer = (case.mail.author.name, ticket.requester.name, case.mail.author.email.partition("@")[0])
    return [*customer, *case.policy.config.names]
