"""#list #search #show #stats #why: the desk, as a mail to the agent who asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from maildesk.config import Agent, Config
from maildesk.desk import closeup, views
from maildesk.desk.commands.effects import Asker, Call, Effects, Refusal, Said, Verb, Wanted
from maildesk.desk.commands.grammar import Argument
from maildesk.desk.letters import Desk
from maildesk.desk.views import Asked, Part
from maildesk.model import Kind, Look, Priority, QueueMail, Seen, Status, Step, View

_IN_AN_HOUR = 60  # mails of these to one agent
_LATE = Look(View.LIST, overdue=True)
_SAME = {"me": "mine", "my": "mine", "nobody": "unassigned", "none": "unassigned", "teams": "team", "late": "overdue"}

_Make = Callable[[Desk, Agent, Asked], QueueMail]


@dataclass(frozen=True, slots=True)
class _Mailed:
    """The deed: what was asked for is mailed to who asked. Asked for twice in the same words, it is the same."""

    command: str
    make: _Make = field(compare=False)

    def __call__(self, said: Said) -> Iterator[Step]:
        if said.desk.facts.shown.get(said.agent.id, 0) >= _IN_AN_HOUR:
            raise Refusal(f"you have had {_IN_AN_HOUR} of these mails within an hour: no more for a while")
        yield self.make(said.desk, said.agent, Asked(self.command, said.in_reply_to))


def _mailed(verb: str, call: Call, make: _Make) -> Effects:
    return Effects(deeds=(_Mailed(" ".join((f"#{verb}", *call.words)), make),))


def _seen(call: Call, look: Look) -> Seen:
    found = call.desk.facts.seen.get(look)
    if found is None:
        raise Refusal("this mail asks to see too much at once: ask in two mails")
    return found


# --- #list and #search ---------------------------------------------------------------------------------


def _list(call: Call) -> Effects:
    wanted = _parts(call.agent, call.desk.policy.config, call.arguments)
    parts = [Part(name, _seen(call, look)) for name, look in wanted]
    return _mailed("list", call, lambda desk, agent, asked: views.listing(desk, agent, asked, parts))


def _list_asks(asker: Asker) -> Wanted:
    try:
        return Wanted(looks=tuple(look for _, look in _parts(asker.agent, asker.config, asker.arguments)))
    except Refusal:
        return Wanted()  # told when it is carried out


def _search(call: Call) -> Effects:
    parts = [Part("", _seen(call, _words(call.arguments)))]
    return _mailed("search", call, lambda desk, agent, asked: views.listing(desk, agent, asked, parts))


def _words(arguments: Sequence[Argument]) -> Look:
    return Look(View.LIST, words=" ".join(argument.text for argument in arguments), status="all")


def _parts(agent: Agent | None, config: Config, arguments: Sequence[Argument]) -> list[tuple[str, Look]]:
    """What a list is made of: without a filter, all live tickets that the agent is told of."""
    if agent is None:
        raise Refusal("the shell is no agent: `maildesk tickets` lists them there")
    if not arguments:
        theirs = Look(View.LIST, assignee=agent.id)
        free = Look(View.LIST, unassigned=True, teams=(*agent.teams, ""))
        return [("mine", theirs), ("unassigned", free), ("watched", Look(View.LIST, watcher=agent.id))]
    look = Look(View.LIST)
    for argument in arguments:
        for name, value in _meaning(argument, agent, config).items():
            if getattr(look, name) not in (value, getattr(Look(View.LIST), name)):
                raise Refusal("no ticket is both this and what stands before it", argument)
            look = replace(look, **{name: value})
    return [("", look)]


def _meaning(argument: Argument, agent: Agent, config: Config) -> dict[str, Any]:
    """What one word of a filter narrows a list to."""
    word = argument.text.casefold()
    word = _SAME.get(word, word)
    for sign in ("+", "tag:", "tag="):
        if word.startswith(sign) and word != sign:
            return {"tag": word.removeprefix(sign)}
    known: dict[str, dict[str, Any]] = {
        **{name: {"assignee": each.id} for each in config.agents for name in (each.name.casefold(), each.id)},
        **{name: {"teams": (each.id,)} for each in config.teams for name in (each.name.casefold(), each.id)},
        **{f"@{each.id}": {"assignee": each.id} for each in config.agents},
        **{priority.value: {"priority": priority.value} for priority in Priority},
        **{status: {"status": status} for status in ("all", *map(str, Status))},
        "mine": {"assignee": agent.id},
        "unassigned": {"unassigned": True},
        "team": {"teams": agent.teams},
        "watched": {"watcher": agent.id},
        "overdue": {"overdue": True},
        "snoozed": {"snoozed": True},
    }
    if word not in known:
        close = get_close_matches(word, [*known, *_SAME], 1)
        raise Refusal(_unknown(argument.text, config), argument, f"#list {close[0]}" if close else "")
    if word == "team" and not agent.teams:
        raise Refusal("you are in no team", argument)
    return known[word]


def _unknown(word: str, config: Config) -> str:
    agents = ", ".join(agent.id for agent in config.agents[:30])
    teams = f"; a team: {', '.join(team.id for team in config.teams[:30])}" if config.teams else ""
    return (
        f"there are no tickets called {word[:40]}. There are mine, unassigned, team, watched, overdue, snoozed, all; "
        f"a status or a priority; +tag; an agent: {agents}{teams}"
    )


# --- #show and #why --------------------------------------------------------------------------------------


def _show(call: Call) -> Effects:
    seen, number = _one(call, View.SHOW)
    return _mailed("show", call, lambda desk, agent, asked: closeup.ticket(desk, agent, asked, seen, number))


def _why(call: Call) -> Effects:
    seen, _ = _one(call, View.WHY)
    if not seen.entries:
        raise Refusal("there is no message on this ticket")
    look, answered = _named(View.WHY, call.arguments), call.desk.facts.answered
    wanted = answered.entry_id if answered and not call.arguments else look.entry_id if look else None
    outside = [entry for entry in seen.entries if entry.kind in (Kind.CUSTOMER, Kind.HELD)]
    entry = next((entry for entry in seen.entries if entry.id == wanted), (outside or seen.entries)[-1])
    return _mailed("why", call, lambda desk, agent, asked: closeup.why(desk, agent, asked, seen, entry))


def _asks(view: View) -> Callable[[Asker], Wanted]:
    def asks(asker: Asker) -> Wanted:
        look = _named(view, asker.arguments)
        return Wanted(looks=(look,) if look else ())

    return asks


def _named(view: View, arguments: Sequence[Argument]) -> Look | None:
    """The ticket that is named (12, #12), or by a message on it (m34), or else is answered; None if it is no number."""
    if not arguments:
        return Look(view)
    word = arguments[0].text.casefold().removeprefix("#")
    number = word.removeprefix("m") if view is View.WHY else word
    if not (number.isascii() and number.isdigit() and len(number) < 12):
        return None
    return Look(view, ticket_id=int(number)) if number == word else Look(view, entry_id=int(number))


def _one(call: Call, view: View) -> tuple[Seen, int]:
    """What was found of the one ticket, and its number as it was asked for."""
    if call.arguments:
        look = _named(view, call.arguments)
        if look is None:
            raise Refusal(f"{call.words[0]} is no number of a ticket", call.arguments[0])
        seen = _seen(call, look)
        if not seen.tickets:
            raise Refusal(f"there is no {call.words[0]}", call.arguments[0])
        return seen, look.ticket_id or seen.tickets[0].id
    if call.on is None:
        raise Refusal(f"say which ticket: #{view} 12")
    seen = _seen(call, Look(view))
    if [ticket.id for ticket in seen.tickets] != [call.on.id]:
        raise Refusal(f"say which ticket: #{view} {call.on.id}")
    return seen, call.desk.facts.signed_as or call.on.id


# --- #stats ----------------------------------------------------------------------------------------------


def _stats(call: Call) -> Effects:
    look = _stats_look(call.agent, call.desk.policy.config)
    figures, overdue = _seen(call, look), _seen(call, _LATE)
    return _mailed("stats", call, lambda desk, agent, asked: views.stats(desk, agent, asked, figures, overdue))


def _stats_asks(asker: Asker) -> Wanted:
    return Wanted(looks=(_stats_look(asker.agent, asker.config), _LATE))


def _stats_look(agent: Agent | None, config: Config) -> Look:
    return Look(View.STATS, zone=config.zone(agent).key)


VERBS: tuple[Verb, ...] = (
    Verb("list", "#list [FILTER]", "mails you your tickets and the unassigned ones of your teams, new ones first, then "
         "longest since our last answer; or those that are: mine, unassigned, team, watched, overdue, snoozed, all, a "
         "status, a priority, +tag, a team, an agent, or several of these",
         _list, 0, 6, example="#list overdue", asks=_list_asks, reads=True),
    Verb("search", "#search WORDS", "mails you the tickets in whose messages all of these words are", _search, 1, 20,
         example="#search invoice 77", asks=lambda asker: Wanted(looks=(_words(asker.arguments),)), reads=True),
    Verb("show", "#show [N]", "mails you this ticket, or ticket N: all that is on it, and what is to come", _show, 0, 1,
          example="#show 12", asks=_asks(View.SHOW), reads=True),
    Verb("stats", "#stats", "mails you how many tickets there are, whose, and what has come and gone", _stats,
         example="#stats", asks=_stats_asks, reads=True),
    Verb("why", "#why [N]", "mails you why the mail that you answer was understood as it was; or the last one of "
         "ticket N, or message mN as #show numbers them", _why, 0, 1, example="#why", asks=_asks(View.WHY), reads=True),
)  # fmt: skip
