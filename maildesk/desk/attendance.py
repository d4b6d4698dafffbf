"""Answers to invitations to a call: an event and a note on the ticket, whether a person or a calendar sent them.

They are never passed on, are answered by nobody, and open nothing again. Only who may write on the ticket is heard;
anybody else's mail goes the way of all mail.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from maildesk.config import Agent
from maildesk.desk import authority, customers, notices, threading
from maildesk.desk.authority import Rank
from maildesk.desk.case import Case
from maildesk.desk.notices import News
from maildesk.desk.threading import Standing
from maildesk.desk.when import say
from maildesk.mail import invitation, parse
from maildesk.mail.invitation import Answer
from maildesk.model import (
    Address,
    Appointment,
    Attachment,
    Entry,
    Kind,
    Mail,
    Plan,
    Reason,
    RecordEvent,
    Status,
    Step,
    Ticket,
    Verdict,
)

_CALENDARS = ("text/calendar", "application/ics")
_ICS = 200_000  # octets of a calendar that are read
_WORDS = 1_000  # characters of what comes with an answer


@dataclass(frozen=True, slots=True)
class _Guest:
    """Who answers, and on which ticket."""

    ticket: Ticket
    email: str
    name: str
    how: str
    agent: Agent | None = None


def answered(case: Case) -> Plan | None:
    """What the answer to an invitation leads to, a person's or a calendar's; None: the mail is none."""
    if case.history or case.alone:
        return None
    answer = _answer(case.mail)
    guest = _guest(case) if answer is not None else None
    if answer is None or guest is None or not answer.uid.startswith(f"call-{guest.ticket.id}-") or _says_more(case):
        return None
    last = case.facts.appointment
    current = last if last is not None and last.uid == answer.uid else None
    comments = dict.fromkeys((answer.comment, _words(case)))  # Exchange says it twice
    text = "\n\n".join(filter(None, (_said(case, guest, answer, current), *comments)))
    entry = replace(customers.add_entry(case, guest.ticket.id, Kind.NOTE, text=text), attachments=())
    event = RecordEvent(guest.ticket.id, "call_answer", {"from": guest.email, "answer": answer.says})
    reason = Reason("call", f"{guest.email} has answered an invitation to a call: {answer.says}")
    actor = guest.agent.id if guest.agent else guest.email
    steps = (entry, event, *_tell(case, guest, entry.entry, current))
    return Plan(Verdict.NOTE, actor, steps, (reason,), guest.ticket.id, guest.how)


def _is_calendar(part: Attachment) -> bool:
    return part.media_type in _CALENDARS or part.name.lower().endswith(".ics")


def _answer(mail: Mail) -> Answer | None:
    for part in mail.attachments:
        if _is_calendar(part) and part.size <= _ICS:
            found = invitation.answer(parse.attachment(mail.raw, part.part).decode("utf-8", "replace"))
            if found is not None:
                return found
    return None


def _says_more(case: Case) -> bool:
    """Whether somebody wrote a mail of their own, or enclosed a file: that is an answer like any other."""
    return len(_words(case)) > _WORDS or not all(_is_calendar(part) for part in case.mail.attachments)


def _guest(case: Case) -> _Guest | None:
    """Only who may write on the ticket: a customer on it, or an agent by their own address."""
    author = case.mail.author
    if case.agent is not None and (judged := authority.judge(case)) is not None:
        if judged.rank is not Rank.ACTS or judged.ticket is None:
            return None
        return _Guest(judged.ticket, author.email, case.agent.name, "token", case.agent)
    found = threading.find(case)
    person = found.ticket.participant(author.email) if found.ticket is not None else None
    if found.ticket is None or person is None or found.standing is not Standing.ON_TICKET:
        return None
    return _Guest(found.ticket, person.email, person.name or author.name or person.email, found.how)


_SAYS = {
    "accepted": "accepted {the}",
    "declined": "declined {the}",
    "tentative": "may come to {the}",
    "proposed": "proposes another time for {the}: {when}",
}


def _said(case: Case, guest: _Guest, answer: Answer, current: Appointment | None) -> str:
    zone = case.policy.config.zone()
    the = f"the call of {say(current.start, zone)}" if current is not None else "an earlier call"
    return f"{guest.name} {_SAYS[answer.says].format(the=the, when=answer.when)}"


def _words(case: Case) -> str:
    """What somebody wrote with their answer; a calendar (Google's) writes a text of its own, and says so."""
    words = case.mail.reply.text.strip()
    told = words.startswith("[") or bool(case.mail.automatic)  # a mail of nothing but an event says only what it holds
    return "" if told else words


def _tell(case: Case, guest: _Guest, entry: Entry, current: Appointment | None) -> Iterator[Step]:
    """Whoever is told of the ticket, and who calls; not who has answered."""
    if guest.ticket.status is Status.SPAM:
        return
    agents = list(case.policy.told_of(guest.ticket, case.facts.away))
    caller = case.policy.config.agent(current.agent) if current is not None else None
    if caller is not None and caller not in agents:
        agents.append(caller)
    news = News(guest.ticket, entry, "call", Address(guest.name, guest.email), case.authentication.proof)
    yield from notices.tell(customers.desk(case, guest.ticket), [a for a in agents if a != guest.agent], news)
