"""All commands, in one table, and how a block of them is carried out: whole, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from maildesk.config import Agent
from maildesk.desk import macros
from maildesk.desk.commands import (
    asking,
    guests,
    labels,
    people,
    second,
    splitting,
    status,
    team,
    time,
    together,
    views,
    words,
)
from maildesk.desk.commands.effects import Asker, Call, Effects, Refusal, Verb
from maildesk.desk.commands.grammar import Block, Command, Trouble
from maildesk.desk.letters import Desk
from maildesk.desk.policy import Policy
from maildesk.model import Question, Ticket

VERBS: tuple[Verb, ...] = (
    *status.VERBS,
    *people.VERBS,
    *team.VERBS,
    *labels.VERBS,
    *time.VERBS,
    *words.VERBS,
    *asking.VERBS,
    *together.VERBS,
    *splitting.VERBS,
    *guests.VERBS,
    *second.VERBS,
    *views.VERBS,
)
BY_NAME = {verb.name: verb for verb in VERBS}
_LOOKS = 10  # things that one mail may ask to see


def carry_out(
    block: Block, desk: Desk, actor: str, agent: Agent | None, ticket: Ticket | None
) -> tuple[Effects, tuple[Trouble, ...]]:
    """What the block asks for, or every trouble in it. Nothing is to be done where there is any."""
    effects, troubles = Effects(), list(block.troubles)
    for command in block.commands:
        verb = BY_NAME[command.verb]
        try:
            effects = effects + verb.call(Call(desk, actor, agent, ticket, command.arguments, BY_NAME))
        except Refusal as refusal:
            troubles.append(_trouble(verb, command, refusal))
    return team.settled(effects, desk, ticket), tuple(troubles)


def wanted(block: Block, agent: Agent | None, question: Question, policy: Policy) -> Question:
    """The question, with what the block's commands must know, and those of the macros that it calls."""
    tickets, looks = list(question.tickets), list(question.looks)
    for command in macros.expanded(block.commands, policy.templates, BY_NAME):
        wants = BY_NAME[command.verb].asks(Asker(agent, question.signed_ticket, command.arguments, policy.config))
        tickets += wants.tickets
        looks += wants.looks
    return replace(question, tickets=tuple(dict.fromkeys(tickets)), looks=tuple(dict.fromkeys(looks))[:_LOOKS])


def only_reads(block: Block) -> bool:
    """Whether the block is nothing but commands that change nothing."""
    return looks_alone(block) and not block.words.strip()


def looks_alone(block: Block) -> bool:
    """The same, whatever words stand below."""
    return bool(block.commands) and all(BY_NAME[command.verb].reads for command in block.commands)


def _trouble(verb: Verb, command: Command, refusal: Refusal) -> Trouble:
    column = refusal.argument.column if refusal.argument else command.column
    return Trouble(command.line, column, command.source, refusal.what, refusal.suggestion)


def help_values() -> dict[str, object]:
    """The table, as the help template wants it."""
    return {"commands": [{"usage": verb.usage, "help": verb.help} for verb in VERBS]}


def markdown(verbs: Sequence[Verb] = VERBS) -> str:
    """The table as the README shows it."""
    rows = [f"| `{verb.usage.replace('|', chr(92) + '|')}` | {verb.help} |" for verb in verbs]
    return "\n".join(["| command | does |", "| --- | --- |", *rows])
