"""What no field can see alone: names that must exist, addresses that must differ.

It looks at the file's words alone: whether what they name is there (a password file, a certificate), and
may be used by whoever runs the daemon, is not for a reader of the file to say.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator

from maildesk.config.complaints import Loc
from maildesk.config.section import Secret
from maildesk.config.sections import Config
from maildesk.config.values import LONGEST_TOKEN
from maildesk.config.work import Agent

_WORDS_OF_ASSIGN = ("me", "none")  # `#assign me` means the writer


def disagreements(config: Config) -> Iterator[tuple[Loc, str]]:
    """Everything that makes the configuration unusable as a whole."""
    yield from _agents(config)
    yield from _teams(config)
    yield from _routes(config)
    yield from _origins(config)
    for index, admin in enumerate(config.desk.admins):
        if config.desk.is_own(admin):
            yield ("desk", "admins", index), f"{admin} is the desk's own address: its alarms would become tickets"
    local = config.desk.reply_form.partition("@")[0].replace("{token}", "")
    if config.desk.reply_address is None and 64 - len(local) < LONGEST_TOKEN:
        yield (
            ("desk", "address"),
            "too long for reply addresses before its @; set desk.reply_address to a shorter one",
        )


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
    for index, id in enumerate(ids):
        if id in ids[:index]:
            yield ("teams", index, "id"), f"two teams have the id {id}; each needs one of its own"


def _routes(config: Config) -> Iterator[tuple[Loc, str]]:
    teams, agents = {team.id for team in config.teams}, {agent.id for agent in config.agents}
    for index, route in enumerate(config.routes):
        team, who = route.set.team, route.set.assignee
        if team is not None and team not in teams:
            yield ("routes", index, "set", "team"), f"team {team} is not in teams{_close(team, teams)}"
        if who is not None and who not in agents:
            yield ("routes", index, "set", "assignee"), f"{who} is not in agents{_close(who, agents)}"


def _origins(config: Config) -> Iterator[tuple[Loc, str]]:
    for index, origin in enumerate(config.origins):
        if origin.when.sender is None and origin.when.recipient is None:
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
