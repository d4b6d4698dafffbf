"""The policy of the desk, read from top to bottom: what a mail is decides what is done about it.

Pure: the same case gets the same plan. Each rule records its reason; `explain`, `ledger` and
`#why` print them.
"""

from __future__ import annotations

from dataclasses import replace

from maildesk.desk import (
    agents,
    asking,
    attendance,
    authority,
    bounces,
    canary,
    clocks,
    customers,
    feelings,
    forwards,
    gratitude,
    people,
    ratings,
    threading,
)
from maildesk.desk.case import Case
from maildesk.desk.threading import Standing
from maildesk.model import Kind, Plan, QueueMail, Reason, Step, Verdict


def decide(case: Case) -> Plan:
    """What shall be done about this mail, and why; whose it really is stands first among the reasons."""
    plan = clocks.follow(_once(_decide(case)), case.facts, case.policy.config, case.moment.now)
    return replace(plan, reasons=(case.origin.reason, *plan.reasons)) if case.origin is not None else plan


def _decide(case: Case) -> Plan:
    facts, mail = case.facts, case.mail
    if case.released is not None:
        return agents.released(case, case.released)
    if facts.duplicate_of is not None:
        return _ignore("duplicate", f"same as {facts.duplicate_of}")
    if (landed := canary.landed(case)) is not None:
        return landed
    if facts.ours is not None:
        return _ignore("ours", f"our own mail {facts.ours.id} to {facts.ours.recipient} came back")
    if mail.bounce is not None:
        return bounces.bounced(case, mail.bounce)
    if (confirmed := agents.confirmation(case)) is not None:
        return confirmed
    found = threading.find(case)
    if case.history:
        return _past(case, found)
    if case.alone:
        return _from_outside(case, found)
    if (outside := asking.answered(case) or attendance.answered(case)) is not None:
        return outside
    claimed = authority.judge(case)
    if (forwarded := forwards.passed_on(case, claimed)) is not None:
        return forwarded
    if claimed is not None:
        return agents.agent_mail(case, claimed)
    plan, doubt = _from_outside(case, found), forwards.unbelieved(case)
    return plan if doubt is None else replace(plan, reasons=(doubt, *plan.reasons))


def _once(plan: Plan) -> Plan:
    """The same mail is mailed once, however often a command was given (`#list #list`)."""
    steps: dict[object, Step] = {}
    for number, step in enumerate(plan.steps):
        steps.setdefault(step.message_id if isinstance(step, QueueMail) else number, step)
    return plan if len(steps) == len(plan.steps) else replace(plan, steps=tuple(steps.values()))


def _ignore(rule: str, why: str) -> Plan:
    return Plan(Verdict.IGNORED, "desk", reasons=(Reason(rule, why),))


def _from_outside(case: Case, found: threading.Found) -> Plan:
    ticket = found.ticket
    if ticket is not None:
        if gratitude.is_all(case, found, ticket):
            return customers.thanked(case, found, ticket)
        if (said := ratings.given(case, found, ticket) or feelings.told(case, found, ticket)) is not None:
            return said
    if ticket is None or found.standing in (Standing.LINKED, Standing.FOLLOW_UP, Standing.NONE):
        return customers.new_ticket(case, found)
    if found.standing is Standing.HELD:
        return customers.hold(case, found, ticket)
    return customers.reply(case, found, ticket)


def _past(case: Case, found: threading.Found) -> Plan:
    """History: nobody acts and nobody is mailed. What an agent or the desk wrote on a known thread is an answer."""
    ticket = found.ticket or case.facts.signed_for
    if ticket is None or not people.is_ours(case):
        return _from_outside(case, found)
    entry = customers.add_entry(case, ticket.id, Kind.AGENT)
    reason = Reason("history", "the desk's own answer of that time")
    return Plan(Verdict.AGENT_REPLY, case.mail.author.email, (entry,), (reason,), ticket.id, found.how)
