"""What comes back: delivery reports, and mails of ours that failed at once.

A report counts only when it was sent to the bounce address of the mail it is about, or when it
returns our own Message-ID and names the recipient that we sent it to (THREATS T16). It never opens
a conversation, closes a ticket or disables anybody.
"""

from __future__ import annotations

from collections.abc import Iterator

from maildesk.desk import customers, letters
from maildesk.desk.addresses import AddressKind
from maildesk.desk.case import Case
from maildesk.desk.letters import Parcel
from maildesk.mail.slots import Words
from maildesk.model import (
    Bounce,
    FailMail,
    OutboxState,
    Plan,
    Purpose,
    Reason,
    RecordEvent,
    SentMail,
    Step,
    Ticket,
    Verdict,
)

_DIAGNOSTIC = 300
_TOLD = frozenset({Purpose.REPLY, Purpose.ASK, Purpose.CALL})  # their agents hear that they did not arrive


def bounced(case: Case, bounce: Bounce) -> Plan:
    """A delivery report: shown on the ticket of the mail that it is about, told to the agent who wrote that."""
    sent, ticket = case.facts.bounced, case.facts.signed_for
    if sent is None:
        reason = Reason("bounce", "a delivery report about no mail of ours")
        return Plan(Verdict.BOUNCE, "desk", reasons=(reason,))
    if not _believed(case, bounce, sent):
        reason = Reason("forged_bounce", f"a delivery report for {bounce.recipient}, to whom we did not send that mail")
        return Plan(Verdict.BOUNCE, "desk", reasons=(reason,))
    what = f"{bounce.action or 'failed'}: {bounce.status} {bounce.diagnostic}".strip()[:_DIAGNOSTIC]
    reason = Reason("bounce", f"our {sent.purpose} to {sent.recipient} came back ({what})")
    desk = customers.desk(case, ticket)
    final = bounce.permanent or bounce.action == "failed"  # RFC 3464 §2.3.3: "failed" is final, whatever the status
    kind = "bounce" if final else bounce.action or "bounce"
    data: dict[str, str | int | None] = {"mail": sent.id, "to": sent.recipient, "error": what}
    event = (RecordEvent(ticket.id, kind, data),) if ticket else ()
    steps = (
        *((FailMail(sent.id, what),) if final else ()),
        *event,
        *_consequences(desk, sent, ticket, what, final),
    )
    return Plan(Verdict.BOUNCE, "desk", steps, (reason,), sent.ticket_id, "bounce")


def _believed(case: Case, bounce: Bounce, sent: SentMail) -> bool:
    to = case.recipient(AddressKind.BOUNCE)
    if to is not None and sent.message_id.startswith(f"<{to.token}@"):
        return True
    return bounce.original_message_id == sent.message_id and bounce.recipient.casefold() == sent.recipient.casefold()


def failed(desk: letters.Desk, sent: SentMail, ticket: Ticket | None, error: str) -> Plan:
    """A mail of ours that the smarthost refused, or that was tried for too long."""
    reason = Reason("failed", f"our {sent.purpose} to {sent.recipient} failed: {error}")
    event = (
        (RecordEvent(ticket.id, "bounce", {"mail": sent.id, "to": sent.recipient, "error": error}),) if ticket else ()
    )
    steps = (*event, *_consequences(desk, sent, ticket, error, permanent=True, told_now=True))
    return Plan(Verdict.BOUNCE, "desk", steps, (reason,), sent.ticket_id, "bounce")


def _consequences(
    desk: letters.Desk, sent: SentMail, ticket: Ticket | None, error: str, permanent: bool, told_now: bool = False
) -> Iterator[Step]:
    """An answer that did not arrive goes back to its agent, and the ticket is open again."""
    if ticket is None:
        return
    again = sent.state is OutboxState.FAILED and not told_now  # a second report, or one after a refusal
    if sent.purpose not in _TOLD or sent.agent is not None or not permanent or again:
        return
    if sent.purpose is Purpose.REPLY:
        yield from customers.reopen(ticket)
    entry = desk.facts.failed
    author = desk.policy.config.agent(entry.author) if entry else None
    for agent in (author,) if author else desk.policy.told_of(ticket, desk.facts.away):
        values = {"recipient": sent.recipient, "error": error, "words": Words(entry.text if entry else "")}
        private = sent.purpose is Purpose.ASK  # the customer has nothing to do with it
        parcel = Parcel(Purpose.FAILED, desk.policy.language_of(agent), values, serial=sent.id, private=private)
        yield letters.to_agent(desk, agent, ticket, parcel)
