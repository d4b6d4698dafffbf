"""What no field can see alone: names that must exist, addresses that must differ.

It looks at the file's words alone: whether what they name is there (a password file, a certificate), and
may be used by whoever runs the daemon, is not for a reader of the file to say.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator

from maildesk.config import asked, timetable
from maildesk.config.brands import room_for_token
from maildesk.config.complaints import Loc
from maildesk.config.section import Secret
from maildesk.config.sections import Config
from maildesk.config.values import LONGEST_TOKEN
from maildesk.config.work import Agent

_WORDS_OF_ASSIGN = ("me", "none")  # `#assign me` means the writer
_TOO_LONG = "too long for reply addresses before its @"


def disagreements(config: Config) -> Iterator[tuple[Loc, str]]:
    """Everything that makes the configuration unusable as a whole."""
    yield from _agents(config)
    yield from _teams(config)
    yield from _routes(config)
    yield from _origins(config)
    yield from _brands(config)
    yield from timetable.disagreements(config)
    yield from asked.disagreements(config)
    for index, admin in enumerate(config.desk.admins):
        if config.desk.is_own(admin):
            yield ("desk", "admins", index), f"{admin} is the desk's own address: its alarms would become tickets"
    if config.desk.reply_address is None and room_for_token(config.desk.reply_form) < LONGEST_TOKEN:
        yield ("desk", "address"), f"{_TOO_LONG}; set desk.reply_address to a shorter one"


def _brands(config: Config) -> Iterator[tuple[Loc, str]]:
    desk = config.desk
    owners = {address.casefold(): "the desk itself" for address in (desk.address, *desk.aliases)}
    ids = [brand.id for brand in config.brands]
    for index, brand in enumerate(config.brands):
        loc: Loc = ("brands", index)
        if brand.id in ids[:index]:
            yield (*loc, "id"), f"two brands have the id {brand.id}; each needs one of its own"
        places: list[tuple[Loc, str]] = [((*loc, "address"), brand.address)]
        places += [((*loc, "aliases", place), alias) for place, alias in enumerate(brand.aliases)]
        for where, address in places:
            owner = owners.setdefault(address.casefold(), f"brand {brand.id}")
            if owner != f"brand {brand.id}":
                yield where, f"{address} is the address of {owner}; each brand needs one of its own"
        if brand.reply_address is None and room_for_token(brand.reply_form) < LONGEST_TOKEN:
            yield (*loc, "address"), f"{_TOO_LONG}; set its reply_address to a shorter one"


def _agents(config: Config) -> Iterator[tuple[Loc, str]]:
    teams = {team.id for team in config.teams}
    ids, emails = dict[str, Agent](), dict[str, Agent]()
    for index, agent in enumerate(config.agents):
        if agent.id in _WORDS_OF_ASSIGN:
            yield ("agents", index, "id"), f"{agent.id} has a meaning of its own in #assign; take another id"
        if agent.id in ids:
            yield ("agents", index, "id"), f"two agents have the id {agent.id}; each needs one of their own"
        if (other := emails.get(agent.email.casefold())) is not None:
            yield (
                ("agents", index, "email"),
                f"{agent.id} and {other.id} share {agent.email}; each agent needs an address of their own",
            )
        if config.desk.is_own(agent.email):
            yield (
                ("agents", index, "email"),
                f"{agent.email} is the desk's own address; an agent needs one of their own",
            )
        ids[agent.id] = emails[agent.email.casefold()] = agent
        for place, team in enumerate(agent.teams):
            if team not in teams:
                yield ("agents", index, "teams", place), f"team {team} is not in teams{_close(team, teams)}"


def _teams(config: Config) -> Iterator[tuple[Loc, str]]:
    ids = [team.id for team in config.teams]
    for index, team in enumerate(config.teams):
        if team.id in ids[:index]:
            yield ("teams", index, "id"), f"two teams have the id {team.id}; each needs one of its own"
        above = team.escalate_to
        if above == team.id:
            yield ("teams", index, "escalate_to"), f"team {above} would escalate to itself"
        elif above is not None and above not in ids:
            yield ("teams", index, "escalate_to"), f"team {above} is not in teams{_close(above, ids)}"
        if team.assign != "nobody" and not any(team.id in agent.teams for agent in config.agents):
            yield ("teams", index, "assign"), f"nobody is in team {team.id}, so nobody would ever get its tickets"


def _routes(config: Config) -> Iterator[tuple[Loc, str]]:
    teams, agents = {team.id for team in config.teams}, {agent.id for agent in config.agents}
    for index, route in enumerate(config.routes):
        team, who = route.set.team, route.set.assignee
        if team is not None and team not in teams:
            yield ("routes", index, "set", "team"), f"team {team} is not in teams{_close(team, teams)}"
        if who is not None and who not in agents:
            yield ("routes", index, "set", "assignee"), f"{who} is not in agents{_close(who, agents)}"
        for place, watcher in enumerate(route.set.watchers):
            if watcher not in agents:
                loc = ("routes", index, "set", "watchers", place)
                yield loc, f"{watcher} is not in agents{_close(watcher, agents)}"


def _origins(config: Config) -> Iterator[tuple[Loc, str]]:
    for index, origin in enumerate(config.origins):
        if origin.when.sender is None and origin.when.recipient is None and not origin.when.domain:
            yield (
                ("origins", index, "when"),
                "names neither a sender nor a recipient: anybody's mail could be taken for somebody else's",
            )
        groups = re.compile(origin.find).groupindex if origin.find else {}
        if origin.find and not groups:
            yield ("origins", index, "find"), "has no named group, such as (?P<phone>[0-9]+): nothing would be kept"
        elif not (origin.labels.email or origin.fields or groups or origin.person == "reply_to"):
            yield ("origins", index), "reads nothing: give it labels with email, fields, find, or person: reply_to"


def _close(name: str, names: Collection[str]) -> str:
    close = difflib.get_close_matches(name, names, 1)
    return f"; did you mean {close[0]}?" if close else f", which has {', '.join(sorted(names)) or 'none yet'}"


def doubts(config: Config) -> Iterator[tuple[Loc, str]]:
    """What works, and is still worth a word."""
    for loc, section in _secrets(config):
        if section.password is not None:
            yield (
                (*loc, "password"),
                "a password in the file: whoever reads the file has it; password_file is safer",
            )
    if not config.desk.admins:
        yield ("desk",), "desk.admins is empty: nobody is told when the desk is unwell"


def _secrets(config: Config) -> Iterator[tuple[Loc, Secret]]:
    for index, account in enumerate(config.receive.imap):
        yield ("receive", "imap", index), account
    if config.send.smtp is not None:
        yield ("send", "smtp"), config.send.smtp
