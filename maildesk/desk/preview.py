"""What a template would say: on sample values, or as the very letter that a ticket would lead to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches

from maildesk.config import Agent
from maildesk.desk import letters
from maildesk.desk.letters import Desk, Parcel
from maildesk.desk.policy import Policy
from maildesk.mail import parse, variables
from maildesk.mail.render import Rendered
from maildesk.mail.slots import Words
from maildesk.model import Entry, Gathered, Purpose, QueueMail, Ticket

_CANNED = "canned/"
_BY_AGENTS = frozenset({Purpose.REPLY, Purpose.ASK, Purpose.CALL})
_UNASKED = frozenset({Purpose.NUDGE, Purpose.FAREWELL, Purpose.RATING, Purpose.REVIEW})
_TO_CUSTOMERS = frozenset({Purpose.AUTO_REPLY, Purpose.AUTO_REPLY_PLAIN, Purpose.FOLLOW_UP}) | _BY_AGENTS | _UNASKED
_OWN = frozenset({"desk", "ticket", "customer", "agent", "marker", "reply_address", "note_address"})


class NoSuchTemplate(LookupError):
    """The message names the nearest ones."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A real ticket to try a template on, and the words to fill in."""

    desk: Desk
    ticket: Ticket
    entry: Entry | None

    @property
    def agent(self) -> Agent:
        """Who writes or is written to: the assignee, else the first who would hear of it."""
        return self.desk.policy.told_of(self.ticket)[0]


def sample(policy: Policy, name: str, language: str) -> Rendered:
    """The template on the table's own examples. Raises NoSuchTemplate, Unrenderable."""
    if name.startswith(_CANNED):
        answer = _known(name, policy, language).removeprefix(_CANNED)
        values = {**_pairs(policy, answer), **variables.sample(variables.CANNED)}
        return policy.templates.render_canned(answer, language, values)
    known = _known(name, policy, language)
    return policy.templates.render(known, language, variables.sample(known))


def on_ticket(stage: Stage, name: str, language: str) -> Rendered:
    """The letter as it would go out. Raises NoSuchTemplate, Unrenderable, ComposeError."""
    desk, ticket = stage.desk, replace(stage.ticket, language=language)
    known = _known(name, desk.policy, language)
    if known.startswith(_CANNED):
        answer = known.removeprefix(_CANNED)
        values = {**_pairs(desk.policy, answer), "words": Words("")}
        said = letters.canned(desk, ticket, stage.agent, answer, values)
        return Rendered("", f"{said.as_text()}\n", said.as_html())
    mail = parse.read(_letter(stage, Purpose(known), language).raw)
    return Rendered(mail.subject, mail.text, mail.html or "")


def _pairs(policy: Policy, answer: str) -> dict[str, object]:
    """What an agent would have to give, as placeholders."""
    answers = policy.templates.answers
    needed = (answers[language, name].parameters for language, name in answers if name == answer)
    return {key: f"<{key}>" for keys in needed for key in keys}


def _letter(stage: Stage, purpose: Purpose, language: str) -> QueueMail:
    desk, ticket, agent = stage.desk, stage.ticket, stage.agent
    values = {name: value for name, value in variables.sample(purpose).items() if name not in _OWN}
    if stage.entry is not None and "words" in values:
        values["words"] = Words(stage.entry.text, stage.entry.html)
        author = {"name": letters.author_name(ticket, stage.entry), "email": stage.entry.author, "proof": "unproven"}
        values |= {"author": author} if "author" in values else {}
    parcel = Parcel(purpose, language, values)
    if purpose in _TO_CUSTOMERS:
        author_ = agent if purpose in _BY_AGENTS else None
        return letters.to_customer(desk, ticket, ticket.participants[0], parcel, author_)
    if purpose is Purpose.GATHERED and stage.entry is not None:
        return letters.gathered(desk, agent, [Gathered(1, ticket, stage.entry)])
    if purpose is Purpose.ALARM:
        return letters.alarm(desk, agent.email, str(values["title"]), str(values["details"]))
    return letters.to_agent(desk, agent, ticket, parcel)


def _known(name: str, policy: Policy, language: str) -> str:
    answers = [f"{_CANNED}{answer}" for answer in policy.templates.canned(language)]
    names = [*Purpose, *answers]
    if name in names:
        return name
    close = get_close_matches(name, names, 1)
    hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(names)}"
    raise NoSuchTemplate(f"there is no template {name}; {hint}")
