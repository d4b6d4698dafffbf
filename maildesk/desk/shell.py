"""What `maildesk do` leads to: tag commands from the shell, by the admin, as one plan.

The shell is no agent: it cannot take a ticket, and its words reach no customer. With `#note` they
are kept for agents. All or nothing, as in an agent's mail.
"""

from __future__ import annotations

from collections.abc import Iterator

from maildesk.desk import answers, notices
from maildesk.desk.commands import grammar
from maildesk.desk.commands.effects import Effects, after
from maildesk.desk.commands.table import BY_NAME, carry_out
from maildesk.desk.letters import Desk
from maildesk.desk.notices import News
from maildesk.model import AddEntry, Address, Entry, Kind, Plan, Proof, Reason, Step, Ticket, Verdict

ADMIN = "admin"


class Refused(Exception):
    """Nothing is done; the message is the transcript, for the shell."""


def plan(desk: Desk, ticket: Ticket, text: str) -> Plan:
    """The plan for a block of commands on a ticket, with the words below `#note`. Raises Refused."""
    block = grammar.parse(text, tuple(BY_NAME))
    effects, troubles = carry_out(block, desk, ADMIN, None, ticket)
    if troubles:
        raise Refused(grammar.transcript(troubles))
    _check(block, effects)
    steps = tuple(_steps(desk, ticket, effects, block.words.strip()))
    done = tuple(Reason("command", command.source.strip()) for command in block.commands)
    return Plan(Verdict.NOTE, ADMIN, steps, done, ticket.id, "shell")


def _check(block: grammar.Block, effects: Effects) -> None:
    if effects.help:
        raise Refused(help_text())
    if not block.commands:
        raise Refused("there is no command in this; write one such as '#close', '#help' lists them")
    if effects.canned is not None:
        raise Refused("answers are not sent to customers from the shell; answer one of the ticket's notices")
    if block.words.strip() and not effects.private:
        raise Refused("words are not sent to customers from the shell; '#note' in front keeps them for agents")
    if effects.private and not block.words.strip():
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
    if effects.private:
        yield from _note(desk, changed, effects, words)
    yield from answers.tell_assigned(desk, ticket, changed, effects, ADMIN)


def _note(desk: Desk, ticket: Ticket, effects: Effects, words: str) -> Iterator[Step]:
    """Kept on the ticket; its assignee hears of it, unless they are told of the whole ticket anyway."""
    now = desk.moment.now
    entry = Entry(desk.facts.next_entry, ticket.id, Kind.NOTE, ADMIN, ticket.subject, words, now)
    yield AddEntry(entry)
    assignee = desk.policy.config.agent(ticket.assignee)
    if assignee is not None and assignee.id != effects.given_to:
        author = Address("admin", desk.policy.config.desk.address)
        yield from notices.tell(desk, [assignee], News(ticket, entry, "note", author, Proof.PROVEN))
