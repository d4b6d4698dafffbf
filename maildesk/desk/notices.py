"""Telling agents: who is told, with what enclosed, and when their mails are gathered into one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from maildesk.config import Agent
from maildesk.desk import letters
from maildesk.desk.letters import Parcel
from maildesk.desk.when import say
from maildesk.mail import parse
from maildesk.mail.compose import ComposeError, Enclosure
from maildesk.mail.slots import Words
from maildesk.model import (
    Address,
    Attachment,
    Entry,
    GatherNotice,
    Kind,
    Proof,
    Purpose,
    RecordEvent,
    SetTimer,
    Step,
    Ticket,
    TimerKind,
)

_FILES = 50  # enclosures in one mail
_FIRST_SIGHT = ("new", "assigned", "team", "escalated")  # of a ticket: its fields are told


@dataclass(frozen=True, slots=True)
class News:
    """What agents are told: an entry on a ticket, why they hear of it, and who wrote it."""

    ticket: Ticket
    entry: Entry
    reason: str  # as mail.variables lists them: new, answer, assigned, note, mention, held, mood, rating …
    author: Address
    proof: Proof = Proof.UNPROVEN
    attachments: Sequence[Attachment] = ()
    raw: bytes = b""
    newcomers: Sequence[str] = ()
    guess: Sequence[str] = ()  # how the author may feel, by a guess
    rating: str = ""  # what they thought of it: "2/5"


def tell(desk: letters.Desk, agents: Iterable[Agent], news: News) -> Iterator[Step]:
    """A notice to each; beyond `notice_limit` it is kept for a gathered mail instead."""
    limit, facts = desk.policy.config.desk.notice_limit, desk.facts
    for agent in agents:
        if facts.notices.get(agent.id, 0) < limit.count and agent.id not in facts.gathering:
            yield _notice(desk, agent, news)
        else:
            yield GatherNotice(agent.id, news.ticket.id, news.entry.id)
            if agent.id not in facts.gathering:
                yield SetTimer(TimerKind.GATHER, desk.moment.now + limit.per, agent=agent.id)


def _notice(desk: letters.Desk, agent: Agent, news: News) -> Step:
    """Without the files, and at last without the HTML, where with them it cannot be written."""
    for enclosed, html in ((True, news.entry.html), (False, news.entry.html), (False, None)):
        files = enclosures(desk, news) if enclosed else ()
        try:
            return letters.to_agent(desk, agent, news.ticket, _parcel(desk, agent, news, files, html))
        except ComposeError as error:
            trouble = str(error)
    return RecordEvent(news.ticket.id, "notice_failed", {"agent": agent.id, "error": trouble})


def _parcel(desk: letters.Desk, agent: Agent, news: News, files: Sequence[Enclosure], html: str | None) -> Parcel:
    enclosed, language = {file.name for file in files}, desk.policy.language_of(agent)
    private = news.entry.kind is Kind.NOTE  # and so is a plain answer to it
    values = {
        "reason": news.reason,
        "private": private,
        "absent": _absent(desk, agent, news.ticket),
        "author": {"name": news.author.name, "email": news.author.email, "proof": str(news.proof)},
        "words": Words(news.entry.text, html),
        "attachments": [
            {"name": a.name or a.media_type, "size": human(a.size), "enclosed": a.name in enclosed}
            for a in news.attachments[:_FILES]
            if not (a.inline and a.content_id and html and a.content_id in html)
        ],
        "newcomers": tuple(news.newcomers),
        "guess": tuple(desk.policy.config.mood.label(name, language) for name in news.guess),
        "rating": news.rating,
        "fields": [
            {"name": name, "value": Words(value, preformatted=True) if "\n" in value else value}
            for name, value in (news.ticket.fields if news.reason in _FIRST_SIGHT else ())
        ],
    }
    return Parcel(Purpose.NOTICE, language, values, files, entry_id=news.entry.id, private=private)


def _absent(desk: letters.Desk, reader: Agent, ticket: Ticket) -> dict[str, str]:
    """The assignee in whose place somebody is told, and until when they are away."""
    assignee, config = desk.policy.config.agent(ticket.assignee), desk.policy.config
    if assignee is None or assignee == reader or assignee.id not in desk.facts.away:
        return {"name": "", "until": ""}
    until = desk.facts.away[assignee.id]
    return {"name": assignee.name, "until": say(until, config.zone(reader)) if until is not None else ""}


def enclosures(desk: letters.Desk, news: News) -> tuple[Enclosure, ...]:
    """The files of the mail that the news are about, as long as they fit in `desk.notice_max_size`."""
    room = desk.policy.config.desk.notice_max_size
    return enclose(news.raw, news.attachments, news.entry.html, room)


def enclose(raw: bytes, attachments: Sequence[Attachment], html: str | None, room: int) -> tuple[Enclosure, ...]:
    """Attachments as enclosures, the first ones that fit in ``room`` octets; those the HTML shows keep their place."""
    chosen: list[Enclosure] = []
    for a in attachments[:_FILES] if raw else ():
        if a.size > room:
            continue
        room -= a.size
        shown = bool(a.content_id and html and f"cid:{a.content_id}" in html)
        chosen.append(Enclosure(a.name, a.media_type, parse.attachment(raw, a.part), a.content_id if shown else ""))
    return tuple(chosen)


def human(size: int) -> str:
    """A size as people say it: "120 KB"."""
    for unit in ("B", "KB", "MB"):
        if size < 1000:
            return f"{size} {unit}"
        size = round(size / 1000)
    return f"{size} GB"
