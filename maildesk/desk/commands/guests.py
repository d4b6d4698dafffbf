"""#cc #uncc #from: who is on a ticket, besides who brought themselves.

Who is on it gets the answers from then on, and nothing of the past. Addresses are taken as mail clients write them:
`ann@x.example`, `"Ann Lee <ann@x.example>"`, `ann@x.example <mailto:ann@x.example>`. Agents, the desk itself and what
no mail can be sent to are refused (THREATS T9).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from maildesk.config import Config
from maildesk.desk.addresses import classify
from maildesk.desk.commands.effects import Call, Effects, Refusal, Verb
from maildesk.desk.commands.grammar import Argument, Command
from maildesk.desk.people import PEOPLE
from maildesk.mail import addresses
from maildesk.mail.compose import one_line, sendable
from maildesk.model import AddParticipant, Address, Participant, RemoveParticipant, SetRequester, Ticket

_NAME = 120  # characters
_WORDS = 60  # in one command
# Outlook and others: "ann@x.example <mailto:ann@x.example>", "ann@x.example [mailto:ann@x.example]"
_MAILTO = re.compile(r"[<\[(]mailto:([^\s<>\[\]()?]{1,320})(?:\?[^\s<>\[\]()]*)?[>\])]", re.IGNORECASE)
_LABEL = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")


# --- reading addresses -------------------------------------------------------------------------------------


def _people(arguments: Sequence[Argument], config: Config) -> list[tuple[Address, Argument]]:
    """The people that a command names, each once, and where it does. Refusal for the first that is none."""
    found: dict[str, tuple[Address, Argument]] = {}
    name: list[Argument] = []
    for argument in arguments:
        if "@" not in argument.text:
            name.append(argument)
            continue
        for person in _read(argument, name):
            _check(person, argument, config)
            if person.key() not in found or not found[person.key()][0].name:
                found[person.key()] = person, argument
        name = []
    if name:
        raise _nobody(name[0], config)
    return list(found.values())


def _read(argument: Argument, name: list[Argument]) -> Iterator[Address]:
    """The addresses of one argument; the words before it are a name if what follows has brackets."""
    text = _MAILTO.sub(r"<\1>", argument.text).strip(",; ")
    if "=?" in text or not text.isprintable():
        raise Refusal("an address is written as it is read, without any encoding", argument)
    if name and not text.startswith("<"):
        raise Refusal(f"{name[0].text} is no e-mail address", name[0])
    for person in addresses.parse(" ".join([*(word.text for word in name), text])):
        if person.name.endswith(":"):  # "zoe@x.example Bcc: evil@x.example", where a header's line break was
            raise Refusal(f"{person.email} follows {person.name} which is no name: who is meant?", argument)
        deceives = "@" in person.name  # a name that looks like another address
        yield Address("" if deceives else one_line(person.name, _NAME), _ascii(person.email))


def _ascii(email: str) -> str:
    """The address with its domain as DNS and nearly all mail have it (RFC 5891 §4.4): xn--bcher-kva.example."""
    local, at, domain = email.rpartition("@")
    labels = unicodedata.normalize("NFC", domain.lower()).replace("\u3002", ".").split(".")
    encoded = (label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}" for label in labels)
    return email if domain.isascii() else f"{local}{at}{'.'.join(encoded)}"


def _check(person: Address, argument: Argument, config: Config) -> None:
    email = person.email
    agent = config.agent_by_email(email)
    if agent is not None:
        raise Refusal(f"{email} is an agent's: #assign {agent.id}, or a #note, reaches them", argument)
    labels = email.rpartition("@")[2].split(".")
    escaped = re.search(r"%0[ad]", email, re.IGNORECASE)
    if not sendable(email) or escaped or not all(_LABEL.fullmatch(label) for label in labels) or len(email) > 254:
        raise Refusal(f"no mail can be sent to {one_line(email, 80)}", argument)
    if classify(email, config.desk) is not None:
        raise Refusal(f"{email} is the desk's own address", argument)


def _nobody(word: Argument, config: Config) -> Refusal:
    agent = config.agent(word.text.casefold().removeprefix("@"))
    if agent is not None:
        return Refusal(f"{agent.id} is an agent: #assign {agent.id}, or a #note, reaches them", word)
    return Refusal(f"{word.text} is no e-mail address", word)


# --- the commands ------------------------------------------------------------------------------------------


def _cc(call: Call) -> Effects:
    ticket = call.ticket
    new = [
        person
        for person, _ in _people(call.arguments, call.desk.policy.config)
        if ticket.participant(person.email) is None
    ]
    if len(ticket.participants) + len(new) > PEOPLE:
        raise Refusal(f"a ticket has room for {PEOPLE} people; {len(ticket.participants)} are on this one")
    return Effects(tuple(AddParticipant(ticket.id, _participant(call, ticket, person, "cc")) for person in new))


def _uncc(call: Call) -> Effects:
    ticket = call.ticket
    steps = []
    for person, argument in _people(call.arguments, call.desk.policy.config):
        known = ticket.participant(person.email)
        if known is None:
            on = [p.email for p in ticket.participants if p.role != "requester"]
            close = get_close_matches(person.email, on, 1)
            there = f"; there are {', '.join(on[:10])}" if on else ""
            raise Refusal(
                f"{person.email} is not on this ticket{there}", argument, f"#uncc {close[0]}" if close else ""
            )
        if known.role == "requester":
            raise Refusal(
                "the ticket is theirs: #from gives it to somebody else", argument, "#from somebody@else.example"
            )
        steps.append(RemoveParticipant(ticket.id, known.email))
    return Effects(tuple(steps))


def requester(commands: Sequence[Command], config: Config) -> Address | None:
    """Whom a block's `#from` names; None where there is none, or it is written wrong: carrying it out tells."""
    for command in commands:
        if command.verb == "from":
            try:
                return _person(command.arguments, config)
            except Refusal:
                return None
    return None


def _person(arguments: Sequence[Argument], config: Config) -> Address:
    people = _people(arguments, config)
    if len(people) != 1:
        raise Refusal("a ticket is of one person; #cc adds others", next(iter(arguments), None))
    return people[0][0]


def _from(call: Call) -> Effects:
    named = _person(call.arguments, call.desk.policy.config)
    if call.opening:
        return Effects(opens_for=named)
    joins = _participant(call, call.ticket, named, "requester")
    return Effects((SetRequester(call.ticket.id, joins),))


def _participant(call: Call, ticket: Ticket, person: Address, role: str) -> Participant:
    """Whoever is on the ticket already keeps their reply address."""
    known = ticket.participant(person.email)
    token = call.desk.moment.token("participant", ticket.id, person.key())
    if known is None:
        return Participant(person.email, role, token, person.name)
    return Participant(known.email, role, known.token, person.name or known.name)


VERBS: tuple[Verb, ...] = (
    Verb("cc", "#cc ADDR…", "puts people on the ticket: they get the answers from now on, and nothing of the past",
         _cc, 1, _WORDS, example='#cc carl@customer.example "Dora Lee <dora@customer.example>"'),
    Verb("uncc", "#uncc ADDR…", "takes people off the ticket: their reply addresses end", _uncc, 1, _WORDS,
         example="#uncc carl@customer.example"),
    Verb("from", "#from ADDR", "the ticket is this person's, and the answers go to them; without a ticket it opens one "
         "for them: the words below are theirs, as they said or wrote them", _from, 1, 12,
         example='#from "Carl Lee <carl@customer.example>"'),
)  # fmt: skip
