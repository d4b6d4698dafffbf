"""What a mail says and what would become of it, as the one object that `explain --json` prints."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from maildesk.desk import authority
from maildesk.desk.addresses import classify
from maildesk.desk.authority import Rank
from maildesk.desk.case import Case
from maildesk.desk.commands import grammar
from maildesk.desk.commands.table import BY_NAME
from maildesk.mail import attachments, html, mime
from maildesk.model import Address, Authentication, CreateTicket, Mail, Plan, Verdict

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """The case and the plan it led to, where there is a configuration to judge by."""

    case: Case
    plan: Plan


def of_mail(raw: bytes, mail: Mail, judged: Judged | None) -> Object:
    """Every key of INTERFACES is there, whatever the mail."""
    said = _said(raw, mail)
    if judged is None:
        return said | _alone(mail)
    plan, case = judged.plan, judged.case
    return said | {
        "authentication": _authentication(case.authentication),
        "sender": _sender(case),
        "origin": _origin(plan, case),
        "ticket": {"id": plan.ticket_id, "how": plan.how} if plan.ticket_id is not None else None,
        "route": _route(plan),
        "commands": list(_commands(plan, case)),
        "errors": [str(problem) for problem in (*mail.problems, *plan.problems)],
        "verdict": str(plan.verdict),
        "reason": plan.reason,
    }


def unreadable(why: str) -> Object:
    """For a mail that there is nothing of."""
    mail = Mail(b"")
    return _said(b"", mail) | _alone(mail) | {"errors": [why], "verdict": str(Verdict.QUARANTINED), "reason": why}


# --- what it says ------------------------------------------------------------------------------------------


def _said(raw: bytes, mail: Mail) -> Object:
    bounce = mail.bounce
    return {
        "message_id": mail.message_id,
        "in_reply_to": mail.in_reply_to[0] if mail.in_reply_to else "",
        "references": list(mail.references),
        "date": _utc(mail.date),
        "from": _people(mail.from_),
        "to": _people(mail.to),
        "cc": _people(mail.cc),
        "subject": mail.subject,
        "text": mail.text,
        "text_reply": mail.reply.text,
        "html": html.sanitize(mail.html) if mail.html is not None else None,
        "language": mail.language,
        "attachments": list(_attachments(raw, mail)),
        "is_auto": bool(mail.automatic or mail.mailing_list or bounce),
        "is_bounce": bounce is not None,
        "bounce": {
            "recipient": bounce.recipient,
            "status": bounce.status,
            "action": bounce.action,
            "diagnostic": bounce.diagnostic,
        }
        if bounce
        else None,
        "is_spam": bool(mail.spam),
    }


def _utc(date: datetime | None) -> str | None:
    return date.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if date else None


def _people(addresses: tuple[Address, ...]) -> list[Object]:
    return [{"name": address.name, "email": address.email} for address in addresses]


def _attachments(raw: bytes, mail: Mail) -> Iterator[Object]:
    root = mime.split(raw)[0]
    for a in mail.attachments:
        digest = hashlib.sha256(attachments.octets(raw, root, a.part)).hexdigest()
        shown = {"name": a.name, "media_type": a.media_type, "size": a.size}
        yield {**shown, "sha256": digest, "inline": a.inline}


# --- what would become of it -------------------------------------------------------------------------------


def _alone(mail: Mail) -> Object:
    """Without a configuration: no desk, no agents, nobody to trust."""
    verdict = Verdict.BOUNCE if mail.bounce else Verdict.NEW_TICKET
    known = "a delivery report" if mail.bounce else "it names no ticket that could be known here"
    return {
        "authentication": _authentication(Authentication()),
        "sender": {
            "kind": "customer" if mail.author.email else "unknown",
            "id": mail.author.email or None,
            "proof": str(Authentication().proof),
        },
        "origin": None,
        "ticket": None,
        "route": {},
        "commands": [],
        "errors": [str(problem) for problem in mail.problems],
        "verdict": str(verdict),
        "reason": f"{known}; read without a configuration",
    }


def _authentication(found: Authentication) -> Object:
    return {"spf": found.spf, "dkim": found.dkim, "dmarc": found.dmarc, "by": found.by}


def _sender(case: Case) -> Object:
    author, agent = case.mail.author.email, case.agent
    proof = str(case.authentication.proof)
    if agent is not None:
        return {"kind": "agent", "id": agent.id, "proof": proof}
    if author and classify(author, case.policy.config.desk) is not None:
        return {"kind": "desk", "id": author, "proof": proof}
    return {"kind": "customer" if author else "unknown", "id": author or None, "proof": proof}


def _origin(plan: Plan, case: Case) -> Object | None:
    """Whose mail it really is, where a rule or an agent's forward says so."""
    new = next((step.ticket for step in plan.steps if isinstance(step, CreateTicket)), None)
    if new is not None and case.forwarded is not None and new.requester.key() == case.forwarded.author.key():
        return {"rule": "forward", "person": _people((new.requester,))[0], "fields": {}}
    if case.origin is None or not case.origin.understood:
        return None
    person = _people((case.origin.person,))[0] if case.origin.person else None
    return {"rule": case.origin.rule, "person": person, "fields": dict(case.origin.fields)}


def _route(plan: Plan) -> Mapping[str, Any]:
    new = next((step.ticket for step in plan.steps if isinstance(step, CreateTicket)), None)
    if new is None:
        return {}
    given = {"team": new.team, "assignee": new.assignee, "category": new.category}
    return {**given, "priority": str(new.priority), "tags": sorted(new.tags)}


def _commands(plan: Plan, case: Case) -> Iterator[Object]:
    """The commands that would be read: an agent's who may act, from their own words."""
    if case.facts.duplicate_of is not None or case.facts.ours is not None or case.mail.automatic:
        return
    opened = plan.verdict is Verdict.NEW_TICKET
    if opened and (case.agent is None or plan.actor != case.agent.id):
        return  # a customer's
    forwarded, claimed = case.forwarded if opened else None, authority.judge(case)
    if forwarded is None and (claimed is None or claimed.rank is not Rank.ACTS):
        return
    words = forwarded.above if forwarded is not None else case.mail.reply.text
    for command in grammar.parse(words, tuple(BY_NAME)).commands:
        yield {"verb": command.verb, "args": [argument.text for argument in command.arguments]}
