"""Macros: what one of their files asks for, with its texts compiled. Who may call it, the desk decides.

A command of a macro is a template, too, but its values stay outside of it until it has been parsed: a value is a
part of one argument, whatever is in it, and never another command. A macro's own words are a canned answer by
another name. Never raises for what a file says: problems are data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from maildesk.mail.sandbox import Mention, Piece
from maildesk.mail.sheets import MAX_ITEMS, Scalar, Sheet
from maildesk.mail.slots import Slots
from maildesk.model import Problem

MACRO = "macro/"
"""What macros' own words are called among the canned answers, before the macro's name: no file can be called so."""

_LABEL = 200  # characters of a question
_REQUIRED = {"": True, "yes": True, "true": True, "no": False, "false": False}
_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Query:
    """One question of a questionnaire; its ``labels`` by language, "" where they name none."""

    id: str
    labels: Mapping[str, str]
    required: bool = True

    def label(self, *languages: str) -> str:
        """In the first of these languages that it has, else in any."""
        found = (self.labels.get(language) for language in (*languages, "", "en"))
        return next(filter(None, found), None) or next(iter(self.labels.values()))


@dataclass(frozen=True, slots=True)
class Filled:
    """A line of commands, to be parsed; and the values, for each argument to be completed with."""

    line: str
    slots: Slots

    def complete(self, text: str) -> str:
        return self.slots.as_text(text)


@dataclass(frozen=True, slots=True)
class Order:
    """One of a macro's lines of commands, and where it stands."""

    scalar: Scalar
    piece: Piece
    mentions: tuple[Mention, ...] = ()

    def fill(self, values: Mapping[str, object]) -> Filled:
        """Raises one of ``sandbox.FAILURES``."""
        slots = Slots()
        return Filled(" ".join(self.piece.skeleton(values, slots).split("\n")).strip(), slots)

    @property
    def options(self) -> frozenset[str]:
        """What an agent may give."""
        return frozenset(mention.name for mention in self.mentions if mention.optional)

    @property
    def keys(self) -> frozenset[str]:
        """What they must give."""
        return frozenset(mention.name for mention in self.mentions) - self.options


@dataclass(frozen=True, slots=True)
class Macro:
    """What a macro does. ``says`` is the canned answer with its words, "" if it says nothing."""

    name: str
    path: str
    description: str = ""
    categories: tuple[str, ...] = ()  # of the tickets that it is for; none: all
    orders: tuple[Order, ...] = ()
    says: str = ""
    private: bool = False  # what it says is a note
    team: str = ""  # that gets the ticket once the questions are answered
    questions: tuple[Query, ...] = ()
    places: Mapping[str, Scalar] = field(default_factory=dict)  # of what names something else: canned, team

    @property
    def options(self) -> frozenset[str]:
        """What an agent may give for its commands."""
        return frozenset[str]().union(*(order.options for order in self.orders))

    @property
    def keys(self) -> frozenset[str]:
        """What they must give."""
        return frozenset[str]().union(*(order.keys for order in self.orders))


def answers(sheet: Sheet, fallback: str) -> Iterator[Sheet]:
    """A macro's own words as the canned answers that they are, one for each language."""
    for key, scalar in sheet.texts.items():
        kind, _, language = key.partition(".")
        if kind in ("text", "note"):
            name, texts = f"{MACRO}{sheet.name}", {"text": scalar}
            yield replace(sheet, kind="canned", language=language or fallback, name=name, texts=texts)


def build(sheet: Sheet, orders: tuple[Order, ...], fallback: str, problems: list[Problem]) -> Macro:
    """The macro of a file, with what is wrong with it added to ``problems``."""
    texts = sheet.texts
    own = "text" in texts or any(key.startswith("text.") for key in texts)
    macro = Macro(
        name=sheet.name,
        path=sheet.path,
        description=_words(texts, "description"),
        categories=tuple(words for index in range(MAX_ITEMS) if (words := _words(texts, f"categories.{index}"))),
        orders=orders,
        says=_words(texts, "canned") or (f"{MACRO}{sheet.name}" if own or "note" in texts else ""),
        private="note" in texts,
        team=_words(texts, "team"),
        questions=tuple(_questions(sheet, problems)),
        places={key: texts[key] for key in ("canned", "team") if key in texts},
    )
    problems += _disagreements(sheet, macro)
    problems += _languages(sheet, fallback)
    for order in orders:
        for mention in order.mentions:
            if "." in mention.name:
                what = f"{mention.name} cannot stand in a command: it takes what an agent gives, key=value"
                problems.append(Problem(order.scalar.where(mention.line, mention.name), what))
    return macro


def _words(texts: Mapping[str, Scalar], key: str) -> str:
    return " ".join(texts[key].text.split()) if key in texts else ""


def _disagreements(sheet: Sheet, macro: Macro) -> Iterator[Problem]:
    start, texts = f"{sheet.path}:1:1", sheet.texts
    said = [key for key in texts if key in ("canned", "note", "text")] + [k for k in texts if k.startswith("text.")][:1]
    if len(said) > 1:
        yield Problem(texts[said[1]].where(), "a macro has one of canned, text and note")
    if macro.questions and said and not macro.private:
        why = "a macro with questions says nothing to the customer: its words belong in another macro"
        yield Problem(texts[said[0]].where(), why)
    if macro.team and not macro.questions:
        yield Problem(texts["team"].where(), f"team is for macros with questions: write #team {macro.team} in commands")
    if not (macro.orders or macro.says or macro.questions):
        yield Problem(start, "this macro does nothing: it needs commands, canned, text, note or questions")


def _languages(sheet: Sheet, fallback: str) -> Iterator[Problem]:
    """Whoever speaks another language gets the desk's: there must be one."""
    spoken = [key.partition(".")[2] for key in sheet.texts if key.startswith("text.")]
    if spoken and not {fallback, "en"}.intersection(spoken):
        where = sheet.texts[f"text.{spoken[0]}"].where()
        yield Problem(where, f"text needs {fallback}, the desk's language, for those who speak no other")


def _questions(sheet: Sheet, problems: list[Problem]) -> Iterator[Query]:
    known, taken = set[str](), set[tuple[str, str]]()
    for index in range(MAX_ITEMS):
        above = f"questions.{index}"
        parts = {key: scalar for key, scalar in sheet.texts.items() if key.startswith(f"{above}.")}
        if not parts:
            continue
        where = next(iter(parts.values())).where()
        labels = {key[len(f"{above}.label") :].lstrip("."): _words(parts, key) for key in parts if ".label" in key}
        id, required = _words(parts, f"{above}.id"), _REQUIRED.get(_words(parts, f"{above}.required").lower())
        longest = max(map(len, labels.values()), default=0)
        wrong = [
            "it needs an id: small letters, digits and _, such as serial_number" if not _ID.fullmatch(id) else "",
            f"two have the id {id}" if id in known else "",
            "it needs a label" if not longest else "",
            f"its label is longer than {_LABEL} characters" if longest > _LABEL else "",
            "another has the same label" if taken & labels.items() else "",
            "required is yes or no" if required is None else "",
        ]
        problems += (Problem(where, f"question {index + 1}: {what}") for what in wrong if what)
        known.add(id)
        taken |= labels.items()
        if not any(wrong):
            yield Query(id, labels, required is not False)
