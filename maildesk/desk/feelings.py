"""What becomes of a customer's one word on how they feel: it is kept, and agents hear of it where that was wished.

No answer, no ticket opened again, no message: an event, and the ticket's mood. Only what changes is told.
"""

from __future__ import annotations

from collections.abc import Iterator

from maildesk.config.moods import URGENT
from maildesk.desk import customers, moods, notices
from maildesk.desk.case import Case
from maildesk.desk.commands.effects import after
from maildesk.desk.moods import Feeling
from maildesk.desk.notices import News
from maildesk.desk.threading import Found
from maildesk.model import Plan, Reason, Status, Step, Ticket, Verdict


def told(case: Case, found: Found, ticket: Ticket) -> Plan | None:
    """The plan for a mail that says how its sender feels, and nothing else; None of any other mail."""
    feeling = moods.read(case, found, ticket)
    if feeling is None or not feeling.alone:
        return None
    steps = tuple(moods.steps(feeling, ticket))
    notes = tuple(_notices(case, feeling, ticket, steps))
    why = f"it says {' and '.join(feeling.said)}, and nothing else: kept, and not answered"
    author = case.mail.author.email
    return Plan(Verdict.REPLY, author, (*steps, *notes), (found.reason, Reason("mood", why)), ticket.id, found.how)


def _notices(case: Case, feeling: Feeling, ticket: Ticket, steps: tuple[Step, ...]) -> Iterator[Step]:
    """To the ticket's agents, with the customer's last words, which the feeling is about."""
    last, wanted = case.facts.entry, case.policy.config.mood.tell
    new = {feeling.mood} if feeling.mood != ticket.mood else set()
    new |= {URGENT} if feeling.urgent and not ticket.urgent else set()
    if last is None or new.isdisjoint(wanted) or ticket.status is Status.SPAM:
        return
    news = News(after(ticket, steps), last, "mood", case.mail.author, case.authentication.proof)
    yield from notices.tell(customers.desk(case, ticket), case.policy.told_of(ticket, case.facts.away), news)
