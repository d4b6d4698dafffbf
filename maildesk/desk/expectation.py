"""What an auto-reply tells a customer to expect: when we are there, how long it usually takes, what may help meanwhile.

Of the sender's own words, and of their other tickets, nothing is said to who may not be who they say (THREATS T5): what
stands in the plain auto-reply is the desk's own, the same for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from maildesk.config.moods import URGENT
from maildesk.config.spoken import said
from maildesk.desk import addresses, frequent, hours, letters, moods, privacy, usual
from maildesk.desk.addresses import AddressKind
from maildesk.desk.calendars import calendar
from maildesk.desk.case import Case
from maildesk.desk.guess import guess, worries
from maildesk.desk.moods import Feeling
from maildesk.desk.spoken_days import spoken
from maildesk.model import Participant, Priority, Proof, Ticket

NOTHING: dict[str, object] = {
    "worried": False, "closed": False, "opens": "", "closed_words": "", "incident": "", "usual": usual.said(None),
    "moods": (), "urgent": {"label": "", "link": ""}, "faq": (), "tickets": (),
}  # fmt: skip
"""All that may be told, and nothing of it is."""
_SUBJECT = 100


@dataclass(frozen=True, slots=True)
class Reader:
    """Who gets the auto-reply, and what may be said to them."""

    person: Participant
    feeling: Feeling  # guessed
    proven: bool


def felt(case: Case, ticket: Ticket) -> Feeling:
    """The guess at how the sender of a first mail feels, if guesses are wanted."""
    if not case.policy.config.mood.guess or case.history:
        return Feeling(None, False)
    return guess(case.mail.subject, case.words, case.mail.language or ticket.language)


def values(desk: letters.Desk, case: Case, ticket: Ticket, feeling: Feeling) -> dict[str, object]:
    """All that the templates of auto-replies may say; which of them have what, `mail.variables` tells."""
    reader = Reader(ticket.participants[0], feeling, case.authentication.proof is Proof.PROVEN)
    worried = worries(feeling) or ticket.priority is Priority.URGENT
    config = desk.policy.config
    found = {
        **NOTHING,
        **_hours(desk, ticket),
        **_asked(desk, ticket, reader),
        "worried": worried,
        "incident": _harmless(desk, said(config.incident or {}, ticket.language, config.desk.language), ticket),
        "faq": list(_faq(desk, case, ticket)),
    }
    if not worried and config.auto_reply.answer_time:
        found["usual"] = usual.said(desk.facts.usual)
    if reader.proven:
        found["tickets"] = list(_own(desk, ticket))
    return found


def _hours(desk: letters.Desk, ticket: Ticket) -> dict[str, object]:
    """Whether anybody is there, and when they will be; what is to be said of a day that was named as closed."""
    config, now = desk.policy.config, desk.moment.now
    team = config.team(ticket.team)
    found = (team and team.hours) or config.hours
    if found is None:
        return {}
    try:
        opens = hours.next_open(now, calendar(config, ticket.team))
    except ValueError:  # never again, as far as the calendar goes
        return {"closed": True}
    if opens == now:
        return {}
    zone = ZoneInfo(found.timezone or config.desk.timezone)
    closed = found.closed_on(now.astimezone(zone).date())
    words = said(closed.words if closed else {}, ticket.language, config.desk.language)
    opening = spoken(opens, config.zone(), ticket.language)
    return {"closed": True, "opens": opening, "closed_words": _harmless(desk, words, ticket)}


def _asked(desk: letters.Desk, ticket: Ticket, reader: Reader) -> dict[str, object]:
    """The moods to choose from, with links that write the word to the reader's own address; no links without one."""
    mood, face = desk.policy.config.mood, desk.policy.brand(ticket)
    if not mood.ask:
        return {}
    own = addresses.address(face, AddressKind.CUSTOMER, reader.person.token) if addresses.has_tokens(face) else ""

    def choice(name: str) -> dict[str, object]:
        label = mood.label(name, ticket.language, face.language)
        return {"label": label, "link": moods.mailto(own, ticket.id, label) if own else ""}

    return {"moods": [choice(name) for name in mood.moods], "urgent": choice(URGENT)}


def _faq(desk: letters.Desk, case: Case, ticket: Ticket) -> Iterator[dict[str, object]]:
    config, face = desk.policy.config, desk.policy.brand(ticket)
    limit = config.auto_reply.faq
    if not desk.facts.frequent or not limit:
        return
    asked = frequent.terms(case.mail.subject, case.words)
    found = frequent.matching(desk.facts.frequent, asked, ticket.language, limit)
    look = privacy.guard(config)
    for question, answer in frequent.told(found, face, letters.shared(face)):
        if not any(look(text) for text in (question, answer.text, answer.html or "")):  # an agent who came later
            yield {"question": question, "answer": answer}


def _own(desk: letters.Desk, ticket: Ticket) -> Iterator[dict[str, object]]:
    """The reader's other open tickets, as far as they are told of any."""
    for number, subject, status in desk.facts.own:
        if number != ticket.id:
            shown = _harmless(desk, subject[:_SUBJECT], ticket)
            yield {"number": number, "tag": f"[#{number}]", "subject": shown, "status": str(status)}


def _harmless(desk: letters.Desk, text: str, ticket: Ticket) -> str:
    """An agent's address in it would keep the whole mail back."""
    return privacy.redact(text, desk.policy.config, desk.policy.brand(ticket).address) if text else ""
