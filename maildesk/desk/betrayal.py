"""What agents keep among themselves must not stand in words that leave the desk (THREATS T1, T17).

The last place that can know: it sees the words and what the ticket's notes and held mails say. Refuses too much rather
than too little, but not what says nothing: what customers have read already, an agent's signature, courtesies.
"""

from __future__ import annotations

from collections.abc import Iterable

from maildesk.desk import courtesy
from maildesk.desk.letters import Desk
from maildesk.model import Ticket

_LONG = 15  # letters; a shorter line ("Thank you") may be anybody's


def line(desk: Desk, ticket: Ticket, words: str, private: Iterable[str] | None = None) -> str:
    """The line of a note or a held mail that stands in these words, "" if none does.

    ``private`` are the texts that must not be repeated, all of the ticket's if left out.
    """
    said = _squeezed(words)
    kept = desk.facts.private if private is None else private
    found = [written for text in kept for written in text.splitlines() if _stands_in(written, said)]
    if not found:
        return ""
    known = _squeezed("".join((*desk.facts.public_words, *(agent.signature for agent in desk.policy.config.agents))))
    people = (ticket.requester.name, *(person.name for person in ticket.participants))
    names = (*desk.policy.config.names, *people)
    secret = (
        written.strip()
        for written in found
        if _squeezed(written) not in known and not courtesy.is_courtesy(written, names)
    )
    return next(secret, "")


def _stands_in(written: str, said: str) -> bool:
    squeezed = _squeezed(written)
    return len(squeezed) >= _LONG and squeezed in said


def _squeezed(text: str) -> str:
    """Letters and digits alone, so that wrapping, quote marks and case make no difference."""
    return "".join(c for c in text.casefold() if c.isalnum())
