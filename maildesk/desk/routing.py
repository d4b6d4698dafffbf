"""Which team, agent, category, priority and tags a new ticket gets: the first route that matches."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from maildesk.config import Config, When
from maildesk.model import Mail, Priority, Reason

_LOOKED_AT = 20_000  # characters of a body that a pattern is run on
_PEOPLE = 5  # who sent a mail


@dataclass(frozen=True, slots=True)
class Routed:
    team: str | None = None
    assignee: str | None = None
    category: str | None = None
    priority: Priority = Priority.NORMAL
    tags: frozenset[str] = frozenset()
    reasons: tuple[Reason, ...] = ()


def route(mail: Mail, recipients: tuple[str, ...], config: Config) -> Routed:
    """Goes down the list; what an earlier route has set, a later one (`continue: true`) leaves alone."""
    result = Routed()
    for number, rule in enumerate(config.routes, 1):
        if not matches(mail, recipients, rule.when):
            continue
        name = rule.name or f"route {number}"
        result = replace(
            result,
            team=result.team or rule.set.team,
            assignee=result.assignee or rule.set.assignee,
            category=result.category or rule.set.category,
            priority=rule.set.priority or result.priority,
            tags=result.tags | set(rule.set.tags),
            reasons=(*result.reasons, Reason("route", f"{name} matched")),
        )
        if not rule.goes_on:
            break
    return result


def matches(mail: Mail, recipients: tuple[str, ...], when: When) -> bool:
    """Whether a mail is what a rule is about; of a mail by somebody else's hand (`origins`), both are its senders."""
    senders = (mail.author.email, *(address.email for address in mail.sender))
    looked_at = {
        "subject": (mail.subject,),
        "sender": senders[:_PEOPLE],
        "recipient": recipients,
        "body": ((mail.reply.text or mail.text)[:_LOOKED_AT],),
        "language": (mail.language,),
        "attachment": tuple(a.name for a in mail.attachments),
    }
    wanted = {field: getattr(when, field) for field in looked_at}
    return all(
        any(re.search(pattern, text, re.IGNORECASE) for text in looked_at[field])
        for field, pattern in wanted.items()
        if pattern is not None
    )
