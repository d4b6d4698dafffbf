"""#team #escalate #watch #unwatch #away #back: who looks after what, and who is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from difflib import get_close_matches

from maildesk.config import Agent, Team
from maildesk.desk import sharing, views
from maildesk.desk.commands.effects import Asker, Call, Effects, Refusal, Said, Verb, Wanted, after
from maildesk.desk.commands.grammar import Argument
from maildesk.desk.commands.time import moment
from maildesk.desk.letters import Desk
from maildesk.desk.views import Asked, Part
from maildesk.model import (
    Field,
    Look,
    Priority,
    RecordEvent,
    Seen,
    SetAbsence,
    SetField,
    Step,
    Ticket,
    View,
    Watch,
)

_RISES = {Priority.LOW: Priority.NORMAL, Priority.NORMAL: Priority.HIGH}  # anything else: to urgent


# --- teams -----------------------------------------------------------------------------------------------------


def _team(call: Call) -> Effects:
    found = _named(call, call.arguments[0], "team")
    return Effects((SetField(call.ticket.id, Field.TEAM, found.id),), given_to_team=found.id)


def _escalate(call: Call) -> Effects:
    ticket, config = call.ticket, call.desk.policy.config
    if call.arguments:
        found = _named(call, call.arguments[0], "escalate")
    else:
        own = config.team(ticket.team)
        above = config.team(own.escalate_to) if own is not None else None
        if above is None:
            whose = f"team {own.id}" if own is not None else "a ticket of no team"
            raise Refusal(f"where {whose} escalates to is not configured (escalate_to): name a team", None, _use(call))
        found = above
    if found.id == ticket.team:
        raise Refusal(f"the ticket is with team {found.id} already", next(iter(call.arguments), None))
    event = RecordEvent(ticket.id, "escalated", {"from": ticket.team, "to": found.id})
    steps = (SetField(ticket.id, Field.TEAM, found.id), event)
    return Effects(steps, private=True, given_to_team=found.id, escalates=True)


def _use(call: Call) -> str:
    teams = call.desk.policy.config.teams
    return f"#escalate {teams[0].id}" if teams else ""


def _named(call: Call, argument: Argument, verb: str) -> Team:
    name, teams = argument.text.casefold(), call.desk.policy.config.teams
    found = next((team for team in teams if name in (team.id, team.name.casefold())), None)
    if found is not None:
        return found
    close = get_close_matches(name, [team.id for team in teams], 1)
    known = ", ".join(team.id for team in teams) or "none: the configuration names no teams"
    raise Refusal(f"there is no team {name}; there are {known}", argument, f"#{verb} {close[0]}" if close else "")


def settled(effects: Effects, desk: Desk, ticket: Ticket | None) -> Effects:
    """With what follows from a ticket's going to another team, where the block's other commands don't say otherwise.

    An agent who is not in the team keeps it no longer; a team that shares its work gives it to whose turn it is;
    an escalation presses more.
    """
    team = desk.policy.config.team(effects.given_to_team)
    if team is None or ticket is None or ticket.team == team.id:
        return effects
    steps, given_to = list(effects.steps), effects.given_to
    said = {step.field for step in steps if isinstance(step, SetField) and step.ticket_id == ticket.id}
    if effects.escalates and Field.PRIORITY not in said and ticket.priority is not Priority.URGENT:
        steps.append(SetField(ticket.id, Field.PRIORITY, _RISES.get(ticket.priority, Priority.URGENT)))
    if Field.ASSIGNEE not in said:
        steps += sharing.moved(desk, replace(ticket, team=team.id))
        given_to = after(ticket, steps).assignee
    return replace(effects, steps=tuple(steps), given_to=given_to)


# --- watching ---------------------------------------------------------------------------------------------------


def _named_ticket(asker: Asker) -> Wanted:
    return Wanted(tickets=asker.numbers)


def _watching(on: bool) -> Callable[[Call], Effects]:
    def run(call: Call) -> Effects:
        step = Watch(_which(call).id, _self(call).id, on)
        return Effects((step,))

    return run


def _which(call: Call) -> Ticket:
    """The ticket that is named, or else the one whose notice is answered."""
    if not call.arguments:
        return call.ticket
    argument = call.arguments[0]
    number = argument.text.removeprefix("#")
    found = call.desk.facts.others.get(int(number)) if number.isascii() and number.isdigit() else None
    if found is None:
        raise Refusal(f"there is no ticket {argument.text}", argument)
    return found


def _self(call: Call) -> Agent:
    if call.agent is None:
        raise Refusal("the shell is no agent: this is said by mail, by the agent that it is about")
    return call.agent


# --- absence -----------------------------------------------------------------------------------------------------


def _away(call: Call) -> Effects:
    agent, words = _self(call), call.arguments
    if words and words[0].text.casefold() in _UNTIL:
        words = words[1:]
        if not words:
            raise Refusal("until when?", call.arguments[0], "#away until fri")
    return Effects((SetAbsence(agent.id, moment(call, words) if words else None),))


_UNTIL = frozenset({"until", "till", "fino", "pana", "până", "jusque", "jusqu'à", "asti", "bis"})


def _back(call: Call) -> Effects:
    """Who was away gets a list of their tickets, as `#list mine` would be."""
    agent, step = _self(call), SetAbsence(_self(call).id, on=False)
    theirs = call.desk.facts.seen.get(_mine(agent), Seen())
    if agent.id not in call.desk.facts.away or not theirs.total:
        return Effects((step,))

    def listed(said: Said) -> Iterator[Step]:
        yield views.listing(said.desk, said.agent, Asked("#back", said.in_reply_to), [Part("mine", theirs)])

    return Effects((step,), deeds=(listed,))


def _mine(agent: Agent) -> Look:
    return Look(View.LIST, assignee=agent.id)


def _to_come_back(asker: Asker) -> Wanted:
    return Wanted(looks=(_mine(asker.agent),) if asker.agent is not None else ())


VERBS: tuple[Verb, ...] = (
    Verb("team", "#team TEAM", "gives the ticket to a team, or to whose turn it is there", _team, 1, 1,
         example="#team billing"),
    Verb("escalate", "#escalate [TEAM]", "gives it to another team, pressing more; your words are a note for them",
         _escalate, 0, 1, example="#escalate tech"),
    Verb("watch", "#watch [N]", "tells you of all that happens on the ticket, whosever it is", _watching(True), 0, 1,
         example="#watch", asks=_named_ticket),
    Verb("unwatch", "#unwatch [N]", "ends that", _watching(False), 0, 1, example="#unwatch", asks=_named_ticket),
    Verb("away", "#away [until WHEN]", "others hear of your tickets and take your turns, until then or #back", _away,
         0, 8, example="#away until fri"),
    Verb("back", "#back", "you are there again, and get a list of your tickets", _back, example="#back",
         asks=_to_come_back),
)  # fmt: skip
