"""Questions that are asked often: an answer of an agent's, kept for those who will ask the same (`#faq`).

Others will read it: a greeting by name is taken off, and an answer that still names its customer is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from maildesk.desk import betrayal, privacy
from maildesk.desk.commands.effects import Deed, Refusal, Said
from maildesk.mail import language
from maildesk.model import AddFaq, Step, Ticket

_QUESTION, _ANSWER = 200, 10_000  # characters
_GREETING = 60


def keep(ticket: Ticket, question: str) -> Deed:
    """The words that go with the command, or the last public answer, as the answer to a question."""

    def deed(said: Said) -> Iterator[Step]:
        last = said.desk.facts.public
        text = said.words.as_text() or (last.text if last is not None else "")
        if not text.strip():
            raise Refusal("there is no answer yet that could be kept: write it below #faq")
        config = said.desk.policy.config
        if line := betrayal.line(said.desk, ticket, text):
            raise Refusal(f"the answer holds words of a private note or of a held mail: {line[:80]!r}")
        answer = _for_anybody(privacy.redact(text, config).strip(), ticket)
        spoken = said.desk.policy.language(language.detect(answer), ticket.language)
        yield AddFaq(ticket.id, spoken, question[:_QUESTION], answer[:_ANSWER], said.agent.id)

    return deed


def _for_anybody(text: str, ticket: Ticket) -> str:
    """Without the greeting; Refusal where it tells whose ticket it was."""
    people = (ticket.requester.name, *(person.name for person in ticket.participants))
    names = sorted({word for name in people for word in re.findall(r"\w+", name) if len(word) > 2})
    first, _, rest = text.partition("\n")
    if rest.strip() and len(first) <= _GREETING and (_names(first, names) or first.rstrip().endswith(",")):
        text = rest.strip()
    emails = (ticket.requester.email, *(person.email for person in ticket.participants))
    if any(email.casefold() in text.casefold() for email in emails) or _names(text, names):
        raise Refusal("the answer names the customer, and others will read it: write it anew, with #note #faq above it")
    return text


def _names(text: str, names: list[str]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in names)
