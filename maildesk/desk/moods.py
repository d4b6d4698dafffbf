"""How a customer feels, and whether it is urgent: asked in the auto-reply, read from the one word of an answer.

The word is read only from the ticket's own customer, at their own reply address, and only where it is all that they
say; or where the link in the auto-reply wrote it above their words. "I am angry" amid a mail is a word like any other.
Nothing else becomes of it where it answers the auto-reply. An agent may have asked "happy now?": what answers an agent
is kept as any answer is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import quote

from maildesk.config.feedback import Mood
from maildesk.config.moods import URGENT
from maildesk.desk import gratitude, replies
from maildesk.desk.case import TAG, Case
from maildesk.desk.folding import words
from maildesk.desk.threading import Found, Standing
from maildesk.model import Field, Purpose, SetField, Step, Ticket

_LONGEST, _WORDS = 200, 10  # characters and words of an answer that may be nothing but a mood
_UNSURE = frozenset("?¿؟#@0123456789")
_AND = frozenset({"and", "e", "et", "si", "ja", "und", "y", "also", "very"})
_AUTOMATIC = frozenset({Purpose.AUTO_REPLY, Purpose.AUTO_REPLY_PLAIN, Purpose.FOLLOW_UP})

Phrases = Mapping[tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class Feeling:
    """What a customer said of it. ``alone``: nothing else, and to nobody but the desk itself."""

    mood: str | None
    urgent: bool
    alone: bool = False

    @property
    def said(self) -> tuple[str, ...]:
        return (*([self.mood] if self.mood else ()), *([URGENT] if self.urgent else ()))


def read(case: Case, found: Found, ticket: Ticket) -> Feeling | None:
    """The feeling that a mail tells; None of one that says something else, or that it is not to be believed of."""
    if not is_own_word(case, found, ticket):
        return None
    phrases, text = _phrases(_spellings(case.policy.config.mood)), case.words.strip()
    names = frozenset(part for name in gratitude.names(case, ticket) for part in words(name))
    linked = None if is_answer(case) else _covered(linked_subject(case), phrases, names)
    whole = _covered(text, phrases, names)
    if whole is not None:
        return replace(whole, alone=not case.mail.attachments and (linked is not None or answers(case, _AUTOMATIC)))
    first, _, rest = text.partition("\n")
    if linked is None or (text and _covered(first, phrases, names) is None):
        return None
    return replace(linked, alone=not rest.strip() and not case.mail.attachments)


def is_own_word(case: Case, found: Found, ticket: Ticket) -> bool:
    """Whether the ticket's own customer wrote it, by hand, and to their own address (or to a mail of ours)."""
    mail = case.mail
    if found.standing not in (Standing.ON_TICKET, Standing.FOLLOW_UP) or mail.author.key() != ticket.requester.key():
        return False
    if case.history or case.automatic or replies.by_machine(case) or mail.reply.doubtful:
        return False
    answered = case.facts.answered
    ours = found.how == "reference" and answered is not None and answered.message_id == case.facts.reference
    return found.how == "token" or ours


def is_answer(case: Case) -> bool:
    """Whether a client made it as an answer; one that a link makes is a new mail."""
    return bool(case.mail.in_reply_to or case.mail.references)


def answers(case: Case, purposes: frozenset[Purpose]) -> bool:
    """Whether it answers a mail of ours to its writer that is one of these."""
    answered = case.facts.answered
    return answered is not None and answered.purpose in purposes and answered.agent is None


def linked_subject(case: Case) -> str:
    """What a link of ours would have written behind the ticket's number."""
    subject = case.mail.subject
    return " ".join(TAG.sub(" ", subject).split()) if TAG.match(subject) else ""


def mailto(address: str, ticket_id: int, word: str) -> str:
    """A link that writes the word to us, and leaves room for more (RFC 6068 §2: a line ends in CRLF)."""
    said = _quoted(word)
    return f"mailto:{_quoted(address)}?subject=%5B%23{ticket_id}%5D%20{said}&body={said}%0D%0A%0D%0A"


@lru_cache(maxsize=256)
def _quoted(text: str) -> str:
    return quote(text, safe="@")


def steps(feeling: Feeling, ticket: Ticket) -> Iterator[Step]:
    """What is new of it, as the ticket's."""
    if feeling.mood is not None and feeling.mood != ticket.mood:
        yield SetField(ticket.id, Field.MOOD, feeling.mood)
    if feeling.urgent and not ticket.urgent:
        yield SetField(ticket.id, Field.URGENT, 1)


def _covered(text: str, phrases: Phrases, names: frozenset[str]) -> Feeling | None:
    """The one mood and the urgency that a text names, if it holds nothing else but names; else None."""
    if not text or len(text) > _LONGEST or not _UNSURE.isdisjoint(text):
        return None
    rest, said = words(text), set[str]()
    if len(rest) > _WORDS:
        return None
    while rest:
        length = next((n for n in range(len(rest), 0, -1) if rest[:n] in phrases), 0)
        if length:
            said.add(phrases[rest[:length]])
        elif rest[0] not in names and rest[0] not in _AND:
            return None
        rest = rest[max(length, 1) :]
    moods = said - {URGENT}
    return Feeling(next(iter(moods), None), URGENT in said) if said and len(moods) <= 1 else None


_Spellings = tuple[tuple[str, tuple[str, ...]], ...]


def _spellings(mood: Mood) -> _Spellings:
    """Every spelling of every mood, whatever the language: people answer in their own."""
    every = ((name, mood.spellings(name)) for name in (*mood.moods, URGENT))
    return tuple((name, tuple(word for those in found.values() for word in those)) for name, found in every)


@lru_cache(maxsize=16)
def _phrases(spellings: _Spellings) -> Phrases:
    found: dict[tuple[str, ...], str] = {}
    for name, those in spellings:
        for spelling in those:
            found.setdefault(words(spelling), name)
    return found
