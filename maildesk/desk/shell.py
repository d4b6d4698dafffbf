"""What `maildesk do` leads to: tag commands from the shell, by the admin, as one plan.

The shell is no agent: it cannot take a ticket, and its words reach no customer. With `#note` they
are kept for agents. All or nothing, as in an agent's mail.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from maildesk.desk import clocks, colleagues
from maildesk.desk.colleagues import Act
from maildesk.desk.commands import grammar
from maildesk.desk.commands.effects import Effects, Refusal, after
from maildesk.desk.commands.table import BY_NAME, carry_out, wanted
from maildesk.desk.letters import Desk
from maildesk.desk.notices import News
from maildesk.desk.policy import Policy
from maildesk.desk.question import of_desk
from maildesk.model import AddEntry, Address, Entry, Kind, Plan, Proof, Question, Reason, Step, Ticket, Verdict

ADMIN = "admin"


class Refused(Exception):
    """Nothing is done; the message is the transcript, for the shell."""


def question(policy: Policy, now: datetime, number: int, text: str) -> Question:
    """What of the past these commands on this ticket must know."""
    asked = replace(of_desk(policy, now), signed_ticket=number)
    return wanted(grammar.parse(text, tuple(BY_NAME)), None, asked, policy)


def plan(desk: Desk, ticket: Ticket, text: str) -> Plan:
    """The plan for a block of commands on a ticket, with the words below `#note`. Raises Refused."""
    block = grammar.parse(text, tuple(BY_NAME))
    effects, troubles = carry_out(block, desk, ADMIN, None, ticket)
    if troubles:
        raise Refused(grammar.transcript(troubles))
    _check(block, effects)
    try:
        steps = tuple(_steps(desk, ticket, effects, block.words.strip()))
    except Refusal as refusal:
        raise Refused(str(refusal)) from refusal
    done = tuple(Reason("command", line) for line in block.called)
    whole = Plan(Verdict.NOTE, ADMIN, steps, done, ticket.id, "shell")
    return clocks.follow(whole, desk.facts, desk.policy.config, desk.moment.now)


def _check(block: grammar.Block, effects: Effects) -> None:
    if effects.help:
        raise Refused(help_text())
    if not block.commands:
        raise Refused("there is no command in this; write one such as '#close', '#help' lists them")
    if effects.deeds or effects.preview or effects.send or effects.undo or effects.later or effects.opens_for:
        raise Refused("one of these is answered by mail, or works on one: write it in a mail, as an agent")
    if effects.canned is not None:
        raise Refused("answers are not sent to customers from the shell; answer one of the ticket's notices")
    if block.words.strip() and not effects.private:
        raise Refused("words are not sent to customers from the shell; '#note' in front keeps them for agents")
    if not block.words.strip() and any(command.verb == "note" for command in block.commands):
        raise Refused("#note needs words: give them as a further argument")
    if block.suspicious:
        raise Refused(
            f"this line may be meant as a command: {block.suspicious[0].strip()}\n#end above it says it is not"
        )


def help_text() -> str:
    """The commands, a line each."""
    widest = max(len(verb.usage) for verb in BY_NAME.values())
    return "\n".join(f"{verb.usage:<{widest}}  {verb.help}" for verb in BY_NAME.values())


def _steps(desk: Desk, ticket: Ticket, effects: Effects, words: str) -> Iterator[Step]:
    yield from effects.steps
    changed = after(ticket, effects.steps)
    act = Act(ADMIN, ADMIN, ticket, changed, effects)
    if effects.private and words:
        yield from _note(desk, act, words)
    yield from colleagues.handed(desk, act)
    for last in effects.last:
        yield from last(changed)


def _note(desk: Desk, act: Act, words: str) -> Iterator[Step]:
    """Kept on the ticket; agents hear of it as of any note."""
    ticket = act.after
    entry = Entry(desk.facts.next_entry, ticket.id, Kind.NOTE, ADMIN, ticket.subject, words, desk.moment.now)
    yield AddEntry(entry)
    author = Address(ADMIN, desk.policy.config.desk.address)
    yield from colleagues.hear(desk, act, News(ticket, entry, "note", author, Proof.PROVEN))
