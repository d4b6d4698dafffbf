"""What only the agent hears of their own mail: that nothing was done, and why. Never more than so many an hour."""

from __future__ import annotations

from dataclasses import replace

from maildesk.config import Agent
from maildesk.desk import customers, letters
from maildesk.desk.authority import Authority
from maildesk.desk.case import Case
from maildesk.desk.commands.effects import Refusal
from maildesk.desk.letters import Parcel
from maildesk.mail.compose import ComposeError
from maildesk.mail.render import CannedIncomplete, CannedMissing, Unrenderable
from maildesk.mail.slots import Words
from maildesk.model import Plan, Problem, Purpose, Reason, Step, Verdict

_ANSWERS = 20  # of our own words to one agent, an hour; more than that is a robot talking to us
CANNOT = (ComposeError, CannedMissing, CannedIncomplete, Unrenderable, Refusal)
"""Why a mail cannot be carried out: each says what to do about it."""

TOO_MANY = Reason("too_many", "the agent has had too many answers of ours within an hour, and is not told")


def may_tell(case: Case, agent: Agent) -> bool:
    """An agent, too, can be bombed through us, and may have a robot: so many answers of ours an hour."""
    return case.facts.answers.get(agent.id, 0) < _ANSWERS


def parcel(case: Case, agent: Agent, purpose: Purpose, values: dict[str, object]) -> Parcel:
    language = case.policy.language_of(agent)
    return Parcel(purpose, language, values, in_reply_to=case.mail.message_id)


def refused(case: Case, authority: Authority, agent: Agent, transcript: str) -> Plan:
    """Nothing was applied, nothing went to the customer; the agent gets their words back, to resend."""
    own = case.mail.reply.text.strip()
    whole = f"{transcript}\n\n{'-' * 20}\n{own}" if own else transcript
    values: dict[str, object] = {"transcript": Words(whole, preformatted=True)}
    answer = replace(parcel(case, agent, Purpose.COMMAND_ERROR, values), serial=case.inbox_id)
    told: tuple[Step, ...] = ()
    if may_tell(case, agent):
        told = (letters.to_agent(customers.desk(case, authority.ticket), agent, authority.ticket, answer),)
    reason = Reason("command_error", f"nothing was done: {transcript.splitlines()[0] if transcript else 'an error'}")
    ticket_id = authority.ticket.id if authority.ticket else None
    reasons = (authority.reason, reason, *(() if told else (TOO_MANY,)))
    return Plan(Verdict.NOTE, agent.id, told, reasons, ticket_id, "token", (Problem("commands", transcript),))
