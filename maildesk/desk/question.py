"""What of the past a mail makes us want to know, before anybody has decided what it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TypedDict

from maildesk.desk import addresses, frequent, ratings
from maildesk.desk.addresses import AGENTS, AddressKind, Recipient
from maildesk.desk.case import TAG
from maildesk.desk.commands import grammar, guests
from maildesk.desk.commands.table import BY_NAME, wanted
from maildesk.desk.origins import Meant
from maildesk.desk.policy import Policy
from maildesk.mail import parse
from maildesk.model import Mail, Question

_ANSWERED, _NEWEST, _OLDEST_IDS = 5, 10, 4  # Message-IDs that are looked up: In-Reply-To, References' end and start


def question(inbox_id: int, meant: Meant, to: tuple[Recipient, ...], policy: Policy, now: datetime) -> Question:
    """What of the past this mail makes us want to know."""
    desk, mail = policy.config.desk, meant.mail
    agent = policy.config.agent_by_email(mail.author.email)
    block = grammar.parse(mail.reply.text, tuple(BY_NAME)) if agent is not None else None
    who = meant.forwarded.author if meant.forwarded else None
    if block is not None:
        who = guests.requester(block.commands, policy.config) or who
    secrets = tuple(_secrets(mail, to)) if agent is not None else ()
    asked = Question(
        inbox_id=inbox_id,
        digest=parse.fingerprint(mail),
        message_id=mail.message_id,
        author=mail.author.email,
        person=who.email if who else "",
        auto_replies_since=now - desk.auto_reply_limit.per,
        day_since=now - desk.auto_reply_day_limit.per,
        desk_since=now - desk.auto_reply_desk_limit.per,
        desk_limit=desk.auto_reply_desk_limit.count,
        notices_since=now - desk.notice_limit.per,
        hour_ago=now - timedelta(hours=1),
        now=now,
        loads=policy.config.shares_work,
        urgent_first=policy.config.mood.urgent_first,
        agent=agent.id if agent else "",
        secrets=secrets,
        **_named(mail, to, policy),
        **({} if secrets else _of_customer(mail, to, policy)),
    )
    return wanted(block, agent, asked, policy) if block is not None else asked


class _Asked(TypedDict, total=False):
    own: int
    frequent: tuple[str, ...]
    rates: bool


def _of_customer(mail: Mail, to: tuple[Recipient, ...], policy: Policy) -> _Asked:
    """What the answer to a customer's mail may tell, and whether their mail may rate a ticket."""
    if mail.automatic or mail.mailing_list:
        return {}
    told, text = policy.config.auto_reply, mail.reply.text or mail.text
    if any(r.kind is AddressKind.CUSTOMER for r in to) or next(_references(mail), None) is not None:
        return {"rates": ratings.may_be(text), "own": told.open_tickets}
    words = frequent.terms(mail.subject, text) if told.faq else ()
    return {"own": told.open_tickets, "frequent": words}


def of_desk(policy: Policy, now: datetime) -> Question:
    """What due work and commands from the shell make us want to know, whatever they are about."""
    return Question(
        now=now,
        notices_since=now - policy.config.desk.notice_limit.per,
        loads=policy.config.shares_work,
        urgent_first=policy.config.mood.urgent_first,
    )


class _Named(TypedDict):
    references: tuple[str, ...]
    bounced_ids: tuple[str, ...]
    tag: int | None
    customer_tokens: tuple[str, ...]
    signed_ticket: int | None
    seen_revision: int | None
    answered_early: str


def _named(mail: Mail, to: tuple[Recipient, ...], policy: Policy) -> _Named:
    """The tickets that a mail names in one way or another."""
    signed = next((claim for r in to if r.kind in AGENTS if (claim := addresses.read(r.token))), None)
    tag = TAG.search(mail.subject)
    returned = [f"<{r.token}@{policy.config.desk.domain}>" for r in to if r.kind is AddressKind.BOUNCE][:1]
    bounced = [mail.bounce.original_message_id] if mail.bounce else []
    return {
        "references": (*_references(mail), *returned),
        "bounced_ids": tuple(m for m in (*returned, *bounced) if m),
        "tag": int(tag.group(1)) if tag else None,
        "customer_tokens": tuple(dict.fromkeys(r.token for r in to if r.kind is AddressKind.CUSTOMER)),
        "signed_ticket": signed.ticket if signed and signed.ticket else None,
        "seen_revision": signed.revision if signed else None,
        "answered_early": mail.message_id,
    }


def _secrets(mail: Mail, to: tuple[Recipient, ...]) -> Iterator[str]:
    """Hashes of the one-time tokens that it may answer to: an address, or the Message-ID that stands in its place."""
    for token in (r.token for r in to if r.kind is AddressKind.CONFIRM):
        yield addresses.fingerprint(token)
    for message_id in mail.in_reply_to[:_ANSWERED]:
        yield addresses.fingerprint(message_id.strip("<>").partition("@")[0])


def _references(mail: Mail) -> Iterator[str]:
    """In-Reply-To, the newest References, and the oldest: clients trim a long thread in its midst (RFC 5322 §3.6.4)."""
    newest, oldest = mail.references[: -_NEWEST - 1 : -1], mail.references[:_OLDEST_IDS]
    for found in dict.fromkeys((*mail.in_reply_to[:_ANSWERED], *newest, *oldest)):
        if found != mail.message_id:
            yield found
