"""Who among the agents hears of what one of them did: words, notes, mentions, and whose the ticket is now.

Nobody is told of their own deed. Customers hear of none of this.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from maildesk.config import Agent
from maildesk.desk import letters, notices
from maildesk.desk.commands.effects import Effects
from maildesk.desk.notices import News
from maildesk.mail import parse
from maildesk.model import Address, Kind, Proof, Step, Ticket

_MENTION = re.compile(r"(?<![\w.+@/-])@([a-z][a-z0-9_-]{0,40})(?![\w@]|\.\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Act:
    """What an agent, or the admin at the shell, did with a ticket."""

    actor: str  # the agent's id, or "admin"
    name: str
    before: Ticket
    after: Ticket
    effects: Effects


def mentioned(text: str, agents: Iterable[Agent]) -> tuple[Agent, ...]:
    """The agents whom a note names, like "@alice"; not in addresses and links. Other names are words."""
    named = {name.casefold().rstrip("-_") for name in _MENTION.findall(text)}
    return tuple(agent for agent in agents if agent.id in named)


def hear(desk: letters.Desk, act: Act, news: News) -> Iterator[Step]:
    """A note reaches all who are told of the ticket, and whom it mentions; an answer the assignee and who watches."""
    policy, away, private = desk.policy, desk.facts.away, news.entry.kind is Kind.NOTE
    named = mentioned(news.entry.text, policy.config.agents) if private else ()
    told = policy.told_of(act.after, away)
    if not private:
        told = told if act.after.assignee else policy.watching(act.after, away)
        told = tuple(agent for agent in told if agent.id != act.effects.given_to)  # told by `handed` in any case
    for reason, agents in (("mention", named), (news.reason, tuple(agent for agent in told if agent not in named))):
        others = [agent for agent in agents if agent.id != act.actor]
        yield from notices.tell(desk, others, replace(news, reason=reason))


def handed(desk: letters.Desk, act: Act) -> Iterator[Step]:
    """Whoever was given the ticket gets the customer's last words, with their files; the others hear who has it."""
    last, raw = desk.facts.entry, desk.facts.entry_raw
    if last is None:
        return
    given = [agent for agent in _given(desk, act) if agent.id != act.actor]
    if act.after.assignee not in (None, act.before.assignee):
        known = (act.actor, act.after.assignee, *(agent.id for agent in given))
        others = [agent for agent in _knew(desk, act.before) if agent.id not in known]
        by = Address(act.name, desk.policy.config.desk.address)
        yield from notices.tell(desk, others, News(act.after, last, "taken", by, Proof.PROVEN))
    if given:
        files = parse.read(raw).attachments if raw else ()
        author = Address(letters.author_name(act.after, last), last.author)
        reason = "escalated" if act.effects.escalates else "assigned" if act.after.assignee else "team"
        # How sure we are of the author was told before.
        yield from notices.tell(desk, given, News(act.after, last, reason, author, Proof.PROVEN, files, raw))


def _given(desk: letters.Desk, act: Act) -> Iterable[Agent]:
    before, after, effects = act.before, act.after, act.effects
    if after.assignee is not None and after.assignee == effects.given_to != before.assignee:
        return (agent for agent in desk.policy.config.agents if agent.id == after.assignee)
    if after.assignee is None and after.team == effects.given_to_team != before.team:
        return desk.policy.told_of(after, desk.facts.away)
    return ()


def _knew(desk: letters.Desk, before: Ticket) -> Iterable[Agent]:
    """Who was told of the ticket before, and has had a mail about it."""
    return (agent for agent in desk.policy.told_of(before, desk.facts.away) if desk.thread(agent.email))
