"""#ask #call #faq: third parties, appointments, and questions that are asked often."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from maildesk.desk import asking, calls, faq
from maildesk.desk.addresses import classify
from maildesk.desk.commands.effects import Call, Effects, Refusal, Verb
from maildesk.desk.commands.grammar import Argument
from maildesk.desk.commands.time import moment
from maildesk.mail.compose import sendable

_LENGTH = re.compile(r"(?:(?P<hours>\d{1,2})h)?(?:(?P<minutes>\d{1,3})(?:m|min|mins|minutes)?)?", re.IGNORECASE)
_USUAL = timedelta(minutes=30)
_SHORTEST, _LONGEST = timedelta(minutes=5), timedelta(hours=12)


# --- #ask ----------------------------------------------------------------------------------------------------


def _ask(call: Call) -> Effects:
    *people, last = call.arguments
    about = last.text if last.quoted and "@" not in last.text else ""
    named = [_outsider(call, argument) for argument in (people if about else call.arguments)]
    if not named:
        raise Refusal("whom? name their address", last, "#ask parts@supplier.example")
    emails = tuple({email.casefold(): email for email in named}.values())
    return Effects(private=True, heading=asking.heading(emails), deeds=(asking.ask(emails, about),))


def _outsider(call: Call, argument: Argument) -> str:
    """The address of somebody who is neither at the desk nor on the ticket."""
    email, config = argument.text.strip("<>,;").removeprefix("mailto:"), call.desk.policy.config
    if not sendable(email):
        raise Refusal(f"{argument.text} is not an address that mail can be sent to", argument)
    if classify(email, config.desk) is not None:
        raise Refusal(f"{email} is the desk's own address", argument)
    if (agent := config.agent_by_email(email)) is not None:
        raise Refusal(f"{email} is an agent's: a note that says @{agent.id} reaches them", argument, "#note")
    if call.ticket.participant(email) is not None:
        raise Refusal(f"{email} is on the ticket as a customer: an answer reaches them", argument)
    return email


# --- #call ---------------------------------------------------------------------------------------------------


def _call(call: Call) -> Effects:
    words = list(call.arguments)
    if [word.text.casefold() for word in words] == ["cancel"]:
        return calls.call_off(call)
    subject = words.pop().text if words[-1].quoted else ""
    start, length = _when(call, words)
    return calls.set_up(call, start, length, subject)


def _when(call: Call, words: list[Argument]) -> tuple[datetime, timedelta]:
    """A time, and how long, if the last word says so: "tomorrow 15:00 45m"; of what may be either, a time."""
    try:
        return moment(call, words), _USUAL
    except Refusal:
        length = _length(words[-1]) if len(words) > 1 else None
        if length is None:
            raise
    return moment(call, words[:-1]), length


def _length(word: Argument) -> timedelta | None:
    found = _LENGTH.fullmatch(word.text)
    if found is None or not (found["hours"] or found["minutes"]):
        return None
    length = timedelta(hours=int(found["hours"] or 0), minutes=int(found["minutes"] or 0))
    if not _SHORTEST <= length <= _LONGEST:
        raise Refusal("a call lasts from 5 minutes to 12 hours", word, "30m")
    return length


# --- #faq ----------------------------------------------------------------------------------------------------


def _faq(call: Call) -> Effects:
    question = " ".join(call.words)
    if len(call.arguments) > 1:
        raise Refusal("the question stands in quotation marks", call.arguments[0], f'#faq "{question}"')
    return Effects(deeds=(faq.keep(call.ticket, question),))


VERBS: tuple[Verb, ...] = (
    Verb("ask", '#ask ADDR… ["subject"]', "mails the words to somebody else, such as a supplier; the customer gets "
         "nothing, and the answer becomes a note", _ask, 1, 10, example="#ask parts@supplier.example"),
    Verb("call", '#call WHEN [LENGTH] ["subject"]|cancel', "sends the customer and you an invitation to a call, with "
         "your words; again moves it", _call, 1, 10, example="#call tomorrow 15:00 30m"),
    Verb("faq", '#faq "QUESTION"', "keeps your words below, or else the last answer, as what is answered to this "
         "question; with #note they go to nobody", _faq, 1, 20, example='#faq "How do I change my address?"'),
)  # fmt: skip
