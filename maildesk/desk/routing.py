"""Which team, agent, category, priority and tags a new ticket gets: the first route that matches, and why it did.

Patterns are the admins', and may need ages for a hostile mail: callers run them where nobody waits for a lock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from maildesk.config import Config, Route, RouteWhen, When
from maildesk.config.values import parse_hours
from maildesk.desk import hours
from maildesk.desk.calendars import calendar
from maildesk.mail.compose import one_line
from maildesk.model import Address, Contact, Mail, Priority, Reason

_LOOKED_AT = 20_000  # characters of a body, or of a field, that a pattern is run on
_PEOPLE = 5  # who sent a mail
_SHOWN = 60  # characters of what matched, in a reason


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a rule may look at: the mail, and what is known before anybody decides about it."""

    mail: Mail
    recipients: tuple[str, ...] = ()
    automatic: str = ""  # why it is a machine's
    fields: tuple[tuple[str, str], ...] = ()  # what a contact form asked for
    contact: Contact | None = None  # of its author, if they have written before
    at: datetime | None = None  # when it came


@dataclass(frozen=True, slots=True)
class Routed:
    team: str | None = None
    assignee: str | None = None
    category: str | None = None
    priority: Priority | None = None
    language: str = ""
    tags: frozenset[str] = frozenset()
    watchers: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()


def route(incoming: Incoming, config: Config) -> Routed:
    """Goes down the list; what an earlier route has set, a later one (`continue: true`) leaves alone."""
    result = Routed()
    for number, rule in enumerate(config.routes, 1):
        why = _why(incoming, rule.when, config)
        if why is None:
            continue
        name = f"route {number} ({rule.name})" if rule.name else f"route {number}"
        reason = Reason("route", f"{name} matched: {'; '.join(why)}" if why else f"{name} matches every mail")
        result = _given(result, rule, reason)
        if not rule.goes_on:
            break
    return result


def _given(result: Routed, rule: Route, reason: Reason) -> Routed:
    new = rule.set
    return replace(
        result,
        team=result.team or new.team,
        assignee=result.assignee or new.assignee,
        category=result.category or new.category,
        priority=result.priority or new.priority,
        language=result.language or new.language or "",
        tags=result.tags | set(new.tags),
        watchers=tuple(dict.fromkeys((*result.watchers, *new.watchers))),
        reasons=(*result.reasons, reason),
    )


# --- conditions ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Searched:
    """Where a pattern is looked for, and how it is said that it was found: as far as it matched, or whole."""

    texts: Callable[[Incoming], Iterator[str] | tuple[str, ...]]
    said: str
    whole: bool = False


def _senders(incoming: Incoming) -> tuple[Address, ...]:
    """Of a mail by somebody else's hand (`origins`), both are its senders."""
    return (incoming.mail.author, *incoming.mail.sender)[:_PEOPLE]


def _files(incoming: Incoming) -> Iterator[str]:
    for attachment in incoming.mail.attachments:
        yield from (attachment.name, attachment.media_type)


_PATTERNS: Mapping[str, _Searched] = {
    "subject": _Searched(lambda i: (i.mail.subject,), "its subject says “{}”"),
    "sender": _Searched(lambda i: tuple(a.email for a in _senders(i)), "it is from {}", whole=True),
    "recipient": _Searched(lambda i: i.recipients, "it was sent to {}", whole=True),
    "body": _Searched(lambda i: ((i.mail.reply.text or i.mail.text)[:_LOOKED_AT],), "it says “{}”"),
    "language": _Searched(lambda i: (i.mail.language,), "its language is {}", whole=True),
    "attachment": _Searched(_files, "“{}” is attached", whole=True),
}


def matches(incoming: Incoming, when: When) -> tuple[str, ...] | None:
    """Why, in people's words, a mail is what a rule is about; None: it is not."""
    return _all(_looked(incoming, when))


def _why(incoming: Incoming, when: RouteWhen, config: Config) -> tuple[str, ...] | None:
    why, more = matches(incoming, when), _all(_known(incoming, when, config))
    return (*why, *more) if why is not None and more is not None else None


def _all(found: Iterator[str]) -> tuple[str, ...] | None:
    """What was found, or None as soon as something wanted was not ("")."""
    said: list[str] = []
    for each in found:
        if not each:
            return None
        said.append(each)
    return tuple(said)


def _looked(incoming: Incoming, when: When) -> Iterator[str]:
    """For each condition on the mail itself how it is met, "" if it is not; the cheap ones first."""
    mail = incoming.mail
    if when.automatic is not None:
        yield _whether(when.automatic, incoming.automatic, ("a machine wrote it ({})", "no machine wrote it"))
    if when.through_list is not None:
        yield _whether(when.through_list, mail.mailing_list, ("it came through a list ({})", "it came through no list"))
    if when.domain:
        yield next((f"it is from {a.email}" for a in _senders(incoming) if _is_of(a, when.domain)), "")
    for name, searched in _PATTERNS.items():
        pattern = getattr(when, name)
        if pattern is not None:
            yield _found(pattern, searched, incoming)


def _whether(wanted: bool, sign: str, said: tuple[str, str]) -> str:
    """How a condition of yes or no is met, said so or so; "" if it is not."""
    return "" if wanted is not bool(sign) else said[0 if wanted else 1].format(_shown(sign))


def _is_of(sender: Address, domains: tuple[str, ...]) -> bool:
    """Whether it is of one of these domains; a leading dot means that domain and all below it."""
    domain = sender.email.rpartition("@")[2].casefold()
    return any(domain == d or (d.startswith(".") and f".{domain}".endswith(d)) for d in domains) and bool(domain)


def _found(pattern: str, searched: _Searched, incoming: Incoming) -> str:
    for text in searched.texts(incoming):
        if found := re.search(pattern, text, re.IGNORECASE):
            return searched.said.format(_shown(text if searched.whole else found[0]))
    return ""


def _known(incoming: Incoming, when: RouteWhen, config: Config) -> Iterator[str]:
    """The same for the conditions on what is known besides."""
    at = incoming.at
    if when.hour is not None:
        yield _in_hour(at, when.hour, config) if at is not None else ""
    if when.closed is not None:
        closed = at is not None and not _open(at, config)
        yield "" if closed is not when.closed else f"it came {'outside of' if closed else 'within'} the desk's hours"
    values = _values(incoming) if when.field else {}
    for name, pattern in when.field.items():
        found = re.search(pattern, values.get(name.casefold(), "")[:_LOOKED_AT], re.IGNORECASE)
        yield f"{name} is “{_shown(values.get(name.casefold(), ''))}”" if found else ""


def _in_hour(at: datetime, week: str, config: Config) -> str:
    local = at.astimezone(config.zone())
    clock = local.time()
    spans = ((begin, end) for day, begin, end in parse_hours(week) if day == local.weekday())
    return f"it came on {local:%a %H:%M}" if any(b <= clock < e or b <= clock == e for b, e in spans) else ""


def _open(at: datetime, config: Config) -> bool:
    try:
        return hours.is_open(at, calendar(config))
    except ValueError:  # the configured hours never open
        return False


def _values(incoming: Incoming) -> Mapping[str, str]:
    """What the sender is known by, and over that what their form said, by name in small letters."""
    mail, contact = incoming.mail, incoming.contact
    known = {
        "name": mail.author.name or (contact.name if contact else ""),
        "email": mail.author.email,
        "language": (contact.language if contact else "") or mail.language,
    }
    return known | {name.casefold(): value for name, value in incoming.fields}


def _shown(text: str) -> str:
    return one_line(text, _SHOWN)
