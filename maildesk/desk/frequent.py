"""Which of the questions that are often asked a mail asks: only when sure.

A question is offered when the mail holds most of the words that it is made of, and two of them at least; small words
do not count, and a word counts in any of its forms that begin alike. Better none than one that shows that nobody read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from maildesk.desk.brands import Face
from maildesk.desk.folding import words
from maildesk.desk.policy import Policy
from maildesk.mail.language_words import WORDS
from maildesk.mail.slots import Words
from maildesk.model import Frequent

_READ, _WORDS = 1_000, 24  # characters and words of a mail that are looked at
_SHARE, _LEAST = 0.6, 2  # of a question's words that a mail must hold
_BRIEF = 12  # words of a mail of which two are enough
_STEM = 4  # letters that two forms of a word have in common, at least
_ENDING = 2  # letters in which they may differ
_ANSWER = 1_200  # characters of an answer in an auto-reply

# Common in mails to a help desk, and so among the words that tell languages apart; and yet what a question is about.
_TELLING = """
    problem order issue received sent tried problema ordine fattura ricevuto arrivato funziona aiuto comanda contul
    parola primit imprimanta merge problemă factura commande facture mot passe compte reçu problème adresse tilaus
    tilauksen lasku salasana osoite tilille kirjautua tullut toimi ongelma bestellung rechnung erhalten"""
_MORE = "something anything everything someone somebody there here qualcosa ceva quelque chose jotain etwas algo"


def terms(subject: str, text: str) -> tuple[str, ...]:
    """What a mail is searched by: the beginnings of its telling words, each once, in their order."""
    found: dict[str, None] = {}
    for word in _telling(f"{subject}\n{text}"[:_READ]):
        found[_stem(word)] = None
        if len(found) == _WORDS:
            break
    return tuple(found)


def matching(found: Iterable[Frequent], asked: Sequence[str], language: str, limit: int) -> tuple[Frequent, ...]:
    """Those of ``found`` that are surely asked, in one language; the surest first."""
    sure = [(share, one) for one in found if one.language == language and (share := _share(one.question, asked))]
    best = sorted(sure, key=lambda pair: -pair[0])
    return tuple({one.question: one for _, one in best}.values())[:limit]


def told(found: Iterable[Frequent], face: Face, values: dict[str, object]) -> Iterator[tuple[str, Words]]:
    """Questions and answers as a brand's customers read them; of a template that it has not, nothing."""
    for one in found:
        answer = Words(one.answer)
        if one.name:
            rendered = face.templates.faq_named(one.name, one.language, values)
            if rendered is None:
                continue
            answer = Words(rendered.text, rendered.html)
        if len(answer.text) <= _ANSWER:
            yield one.question, answer


def of_templates(policy: Policy, values: dict[str, object]) -> tuple[Frequent, ...]:
    """All that templates answer, the brands' own too, as they are searched."""
    every = (policy.templates, *policy.branded.values())
    return tuple(
        {
            (language, name): Frequent(language, question, answer.text, name)
            for templates in reversed(every)
            for language, name, question, answer in templates.all_faq(values)
        }.values()
    )


def _share(question: str, asked: Sequence[str]) -> float:
    """How many of a question's words are asked; 0 where it is not sure."""
    wanted = {_stem(word) for word in _telling(question)}
    count = sum(any(_alike(word, other) for other in asked) for word in wanted)
    enough = count >= _LEAST and (count > _LEAST or len(asked) <= _BRIEF)  # in a long mail, two are soon found
    return count / len(wanted) if enough and count >= _SHARE * len(wanted) else 0


def _telling(text: str) -> Iterator[str]:
    """Each once."""
    small = _small()
    return (word for word in dict.fromkeys(words(text)) if len(word) > 2 and word not in small)


def _stem(word: str) -> str:
    return word if len(word) <= _STEM else word[: max(_STEM, len(word) - _ENDING)]


def _alike(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return one == other or (len(short) >= _STEM and len(long) - len(short) <= _ENDING and long.startswith(short))


@lru_cache(maxsize=1)
def _small() -> frozenset[str]:
    every = {part for text in (*WORDS.values(), _MORE) for part in words(text)}
    return frozenset(every.difference(words(_TELLING)))
