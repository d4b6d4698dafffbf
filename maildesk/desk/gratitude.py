"""Whether a mail on a ticket that is over says thank you, and nothing else.

Only when sure: every word of it must belong to one language's thanks and what goes with them (`gratitude_words`), or
to the names of those who write to each other. A question mark, a digit, a link, a file, one word too many: and it is
a word like any other, which opens the ticket again. Better one ticket too many open than one "but" unheard.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product

from maildesk.desk.case import Case
from maildesk.desk.folding import words as words_of
from maildesk.desk.gratitude_words import WORDS
from maildesk.desk.threading import Found, Standing
from maildesk.model import Status, Ticket

_LONGEST = 600  # characters
_WORDS = 60
_UNSURE = re.compile(r"[?¿؟;\d@#%$€£/\\<>=+*_{}\[\]|~^…]|\.\.\.|https?:")
_SMILEYS = re.compile(r"(?<!\w)[:;=8xX]['’]?-?[)dDpP](?!\w)|<3|\^\^")
_PART = re.compile(r"\[([^\]]*)\](\?)?|(\S+?)(\?)?(?=\s|$)")

Phrase = tuple[str, ...]


def is_all(case: Case, found: Found, ticket: Ticket) -> bool:
    """Whether a mail by somebody on a ticket that is over is a bare thank-you."""
    mail = case.mail
    if ticket.status not in (Status.SOLVED, Status.CLOSED) or found.standing not in (
        Standing.ON_TICKET,
        Standing.FOLLOW_UP,
    ):
        return False
    if case.history or case.automatic or mail.attachments or mail.reply.doubtful:
        return False
    return is_bare(case.words, names(case, ticket))


def is_bare(text: str, names: Sequence[str] = ()) -> bool:
    """Whether ``text`` is nothing but thanks, greetings, and these people's names."""
    text = _SMILEYS.sub(" ", text)
    if len(text) > _LONGEST or _UNSURE.search(text):
        return False
    words = words_of(text)
    if not 0 < len(words) <= _WORDS:
        return False
    known = frozenset(part for name in names for part in words_of(name))
    return any(_covered(words, language, known) for language in WORDS)


def names(case: Case, ticket: Ticket) -> list[str]:
    """Of those who write to each other on a ticket."""
    config = case.policy.config
    customer = (case.mail.author.name, ticket.requester.name, case.mail.author.email.partition("@")[0])
    ours = (config.desk.name, *(agent.name for agent in config.agents), *(team.name for team in config.teams))
    return [*customer, *ours]


def _covered(words: Phrase, language: str, names: frozenset[str]) -> bool:
    """Whether known phrases cover all the words, and thanks are among them; the longest phrase at each word first."""
    phrases, longest = _phrases(language)
    reached: dict[int, bool] = {0: False}  # how far the words are covered, and whether thanks are among these
    for place in range(len(words)):
        if place not in reached:
            continue
        thanked = reached[place]
        if words[place] in names:
            reached[place + 1] = reached.get(place + 1, False) or thanked
        for length in range(1, min(longest, len(words) - place) + 1):
            kind = phrases.get(words[place : place + length])
            if kind is not None:
                end = place + length
                reached[end] = reached.get(end, False) or thanked or kind
    return reached.get(len(words), False)


@lru_cache(maxsize=64)
def _phrases(language: str) -> tuple[dict[Phrase, bool], int]:
    """A language's phrases as words, and whether each is one of thanks; and how long the longest is."""
    known = WORDS[language]
    found = {phrase: False for written in known.with_them.split(",") for phrase in _written_out(written)}
    found |= {phrase: True for written in known.thanks.split(",") for phrase in _written_out(written)}
    return found, max(map(len, found))


def _written_out(phrase: str) -> Iterator[Phrase]:
    """A phrase with its choices, as each of the phrases that it stands for."""
    parts = []
    for choice, may_miss, word, word_may_miss in _PART.findall(" ".join(phrase.split())):
        options = choice.split("|") if choice else [word]
        parts.append([*options, ""] if may_miss or word_may_miss else options)
    for chosen in product(*parts):
        words = words_of(" ".join(chosen))
        if words:
            yield words
