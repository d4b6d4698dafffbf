"""All commands, in one table, and how a block of them is carried out: whole, or not at all."""

from __future__ import annotations

from collections.abc import Sequence

from maildesk.config import Agent
from maildesk.desk.commands import labels, people, status, time, words
from maildesk.desk.commands.effects import Call, Effects, Refusal, Verb
from maildesk.desk.commands.grammar import Block, Command, Trouble
from maildesk.desk.letters import Desk
from maildesk.model import Ticket

VERBS: tuple[Verb, ...] = (*status.VERBS, *people.VERBS, *labels.VERBS, *time.VERBS, *words.VERBS)
BY_NAME = {verb.name: verb for verb in VERBS}


def carry_out(
    block: Block, desk: Desk, actor: str, agent: Agent | None, ticket: Ticket | None
) -> tuple[Effects, tuple[Trouble, ...]]:
    """What the block asks for, or every trouble in it. Nothing is to be done where there is any."""
    effects, troubles = Effects(), list(block.troubles)
    for command in block.commands:
        verb = BY_NAME[command.verb]
        try:
            _count(verb, command)
            call = Call(desk, actor, agent, ticket, command.arguments)
            effects = effects + verb.run(call)
        except Refusal as refusal:
            troubles.append(_trouble(verb, command, refusal))
    return effects, tuple(troubles)


def _count(verb: Verb, command: Command) -> None:
    given = command.arguments
    if len(given) < verb.least:
        raise Refusal(f"#{verb.name} needs more: {verb.usage}", suggestion=verb.example)
    if len(given) > verb.most:
        what = f"#{verb.name} takes no more than {verb.most} words" if verb.most else f"#{verb.name} stands alone"
        raise Refusal(
            f"{what}: {verb.usage}. A line of words for people must not begin with a command", given[verb.most]
        )


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
