"""What is wrong in the macros' files that only the whole table of commands and the configuration can tell.

`maildesk check` prints it with its place; a desk whose macros are wrong does not start, nor reload.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from maildesk.desk import macros
from maildesk.desk.commands.effects import Call, Canned, Effects, Refusal, wants_nothing
from maildesk.desk.commands.grammar import Command
from maildesk.desk.commands.table import BY_NAME
from maildesk.desk.letters import Desk
from maildesk.desk.policy import Policy
from maildesk.mail.macros import MACRO, Macro, Order
from maildesk.mail.sheets import suggest
from maildesk.model import Address, Facts, Moment, Priority, Problem, Status, Ticket

_STEADY = frozenset({
    "assign", "take", "team", "escalate", "priority", "category", "tag", "canned", "note", "close", "solve", "pending",
    "reopen", "spam",
})  # fmt: skip
"""Verbs that are right or wrong whatever the ticket is."""
_GIVEN = "\uf8ff"  # stands for what an agent will give: nobody's name holds it
_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def check(policy: Policy) -> tuple[Problem, ...]:
    """Everything wrong with the macros, each with its file, line and column."""
    return tuple(problem for macro in policy.templates.macros.values() for problem in _macro(policy, macro))


def _macro(policy: Policy, macro: Macro) -> Iterator[Problem]:
    teams, answers = [team.id for team in policy.config.teams], policy.templates.canned(policy.templates.fallback)
    if macro.team and macro.team not in teams:
        yield Problem(macro.places["team"].where(), f"there is no team {macro.team}" + suggest(macro.team, teams))
    if macro.says and not macro.says.startswith(MACRO) and macro.says not in answers:
        what = f"there is no canned answer {macro.says}" + suggest(macro.says, answers)
        yield Problem(macro.places["canned"].where(), what)
    effects = Effects(canned=Canned(macro.says, {})) if macro.says else Effects()
    for order in macro.orders:
        commands, troubles = macros.parsed(order, dict.fromkeys(order.keys | order.options, _GIVEN), BY_NAME)
        for trouble in troubles:
            word = trouble.source[trouble.column :].partition(" ")[0].lstrip("#")
            meant = f"; did you mean {trouble.suggestion}?" if trouble.suggestion else ""
            yield Problem(order.scalar.where(0, word), f"{trouble.what}{meant}")
        for command in commands:
            try:
                effects = effects + _tried(policy, command)
            except Refusal as refusal:
                yield Problem(_where(order, command, refusal), f"#{command.verb}: {refusal.what}")
            if macro.questions and BY_NAME[command.verb].asks is not wants_nothing:
                why = f"#{command.verb} looks at more than its ticket: it cannot stand in a macro with questions"
                yield Problem(order.scalar.where(0, command.verb), why)
    if macro.says and not macro.private and effects.private:
        why = "its commands keep its words from the customer: write note: instead of text:"
        yield Problem(f"{macro.path}:1:1", why)


def _where(order: Order, command: Command, refusal: Refusal) -> str:
    return order.scalar.where(0, refusal.argument.text.lstrip("+-@") if refusal.argument else command.verb)


def _tried(policy: Policy, command: Command) -> Effects:
    """The command on a ticket of no importance. Of one that depends on the ticket, the number of arguments alone."""
    verb = BY_NAME[command.verb]
    if verb.name not in _STEADY or any(_GIVEN in word.text for word in command.arguments):
        verb = replace(verb, run=lambda call: Effects())
    ticket = Ticket(1, "", "", Status.OPEN, Priority.NORMAL, _DAY, _DAY, 1, Address("", "nobody@invalid"))
    desk = Desk(policy, Moment(_DAY, b"\x00" * 16), Facts())
    anybody = policy.config.agents[0].model_copy(update={"role": "admin"})
    return verb.call(Call(desk, anybody.id, anybody, ticket, command.arguments, BY_NAME))
