"""What agents see of the desk as mails: lists of tickets and counts, in their language and by their clock.

Each row has the reader's own addresses on its ticket, ready to use. A command behind a link goes to the address for
private notes, so that what a client adds below it (a signature) reaches no customer. Customers' words are shown as
text, in one line. It refuses to show more than `ROWS` tickets in a mail: the others are counted.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote

from maildesk.config import Agent
from maildesk.desk import letters
from maildesk.desk.letters import Desk, Parcel
from maildesk.desk.when import say
from maildesk.mail.compose import one_line
from maildesk.model import Purpose, QueueMail, Seen, Status, Ticket

ROWS = 50
_FEWEST = 5  # rows of a later part, however long the first one is
_LINE = 120  # characters of a subject
_IN_LINK = 40  # of one in a link: percent-encoded, it may be nine times as long, and Outlook cuts long links
_OVER = (Status.SOLVED, Status.CLOSED, Status.SPAM)
_LIVE = (Status.NEW, Status.OPEN, Status.PENDING)
_OVERRIDES = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # of direction: a row shows what it says


@dataclass(frozen=True, slots=True)
class Part:
    """Some tickets under a heading: mine, unassigned, watched, a team's id, or "" for none."""

    name: str
    seen: Seen


@dataclass(frozen=True, slots=True)
class Asked:
    """What an agent has asked for, as they wrote it, and in which mail."""

    command: str
    in_reply_to: str = ""

    def parcel(self, desk: Desk, agent: Agent, purpose: Purpose, values: Mapping[str, object]) -> Parcel:
        language, serial = desk.policy.language_of(agent), zlib.crc32(self.command.encode())
        shown = {"asked": line(self.command), **values}
        return Parcel(purpose, language, shown, serial=serial, in_reply_to=self.in_reply_to)


def listing(desk: Desk, agent: Agent, asked: Asked, parts: Sequence[Part]) -> QueueMail:
    """Tickets, part by part."""
    total = sum(part.seen.total for part in parts)
    values = {"parts": tuple(shown(desk, agent, parts)), "total": total}
    return letters.to_agent(aside(desk), agent, None, asked.parcel(desk, agent, Purpose.LISTING, values))


def stats(desk: Desk, agent: Agent, asked: Asked, figures: Seen, overdue: Seen) -> QueueMail:
    """How many tickets there are, whose they are, and what has come and gone."""
    values = counts(desk, figures) | {
        "overdue": overdue.total,
        "oldest": [row(desk, agent, ticket, late=False) for ticket in figures.tickets],
    }
    return letters.to_agent(aside(desk), agent, None, asked.parcel(desk, agent, Purpose.STATS, values))


def aside(desk: Desk) -> Desk:
    """For a mail that is about no ticket, or another one than the desk's facts: it stands in no ticket's thread."""
    return replace(desk, facts=replace(desk.facts, threads={}))


def line(text: str, limit: int = _LINE) -> str:
    """People's words in one line, as they are read: nothing in them turns the rest of it around."""
    return one_line(_OVERRIDES.sub("", text[: limit * 4]), limit)


# --- rows ----------------------------------------------------------------------------------------------


def shown(desk: Desk, agent: Agent, parts: Sequence[Part]) -> Iterator[dict[str, object]]:
    """The values `parts[].*`; those without a ticket are left out."""
    room = ROWS
    for part in parts:
        tickets = part.seen.tickets[: max(room, _FEWEST)]
        room -= len(tickets)
        if tickets:
            yield {
                "name": part.name,
                "total": part.seen.total,
                "more": part.seen.total - len(tickets),
                "rows": [row(desk, agent, ticket, late=ticket.id in part.seen.overdue) for ticket in tickets],
            }


def row(desk: Desk, agent: Agent, ticket: Ticket, *, late: bool) -> dict[str, object]:
    """A ticket in a list to this agent."""
    now = desk.moment.now
    snoozed = ticket.snoozed_until if ticket.snoozed_until and ticket.snoozed_until > now else None
    told = letters.row(desk, agent, replace(ticket, subject=line(ticket.subject) or "–"))
    return {
        **told,
        "customer": line(ticket.requester.name, 60) or ticket.requester.email,
        "late": late,
        "snoozed": say(snoozed, desk.policy.config.zone(agent)) if snoozed else "",
        "waits": ticket.waiting_since is not None or ticket.status is Status.NEW,
        **_age(now, ticket.waiting_since or ticket.replied_at or ticket.created_at),
        **_links(desk, agent, ticket, str(told["reply_address"])),
    }


def _age(now: datetime, since: datetime) -> dict[str, object]:
    """How long ago that is, in each unit: a template says the greatest that is not 0."""
    passed = max(now - since, timedelta(0))
    return {"days": passed.days, "hours": passed.seconds // 3600, "minutes": passed.seconds % 3600 // 60}


def _links(desk: Desk, agent: Agent, ticket: Ticket, answers: str) -> dict[str, object]:
    orders = letters.note_address(desk, agent, ticket)
    subject = f"Re: [#{ticket.id}] {line(ticket.subject, _IN_LINK)}"
    over = ticket.status in _OVER

    def order(command: str, wanted: bool = True) -> str:
        return mailto(orders, f"[#{ticket.id}]", command) if wanted else ""

    return {
        "answer": mailto(answers, subject),
        "take": order("#take", ticket.assignee != agent.id and not over),
        "close": order("#close", not over),
        "reopen": order("#reopen", over),
        "show": order("#show"),
    }


def mailto(address: str, subject: str, command: str = "") -> str:
    """A link that writes such a mail (RFC 6068 §2: all is percent-encoded, a line ends in CRLF)."""
    body = f"&body={quote(command, safe='')}%0D%0A" if command else ""
    return f"mailto:{quote(address, safe='@')}?subject={quote(subject, safe='')}{body}"


# --- counts --------------------------------------------------------------------------------------------


def counts(desk: Desk, figures: Seen) -> dict[str, object]:
    """The values of counts: what a STATS look has found, by the names of people and teams."""
    found = figures.counts
    config = desk.policy.config
    agents = {agent.id: agent.name for agent in config.agents}
    teams = {team.id: team.name for team in config.teams} | {"": ""}
    return {
        "status": {str(status): found.get(f"status:{status}", 0) for status in (*_LIVE, Status.SOLVED)},
        "agents": [*_shares(found, "agent", agents, desk.facts.away)],
        "teams": [*_shares(found, "team", teams)] if config.teams else [],
        **{span: _span(found, span) for span in ("today", "week")},
    }


def _shares(
    found: Mapping[str, int], kind: str, names: Mapping[str, str], away: Collection[str] = ()
) -> Iterator[dict[str, object]]:
    """Who has how many live tickets: all who are configured, and who else has some."""
    others = {name.split(":")[1] for name in found if name.startswith(f"{kind}:")}
    for id, name in {**names, **{id: id for id in sorted(others - names.keys())}}.items():
        shares = {str(status): found.get(f"{kind}:{id}:{status}", 0) for status in _LIVE}
        if id or any(shares.values()):
            yield {"name": name, "away": id in away, "total": sum(shares.values()), **shares}


def _span(found: Mapping[str, int], span: str) -> dict[str, int]:
    names = {"received": "in", "answered": "out", "solved": "solved"}
    return {name: found.get(f"{key}:{span}", 0) for name, key in names.items()}
