"""The sections on what customers are told at once, and asked: `auto_reply`, `mood`, `ratings`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from maildesk.config.moods import MOODS, URGENT, WORDS
from maildesk.config.section import Section
from maildesk.config.spoken import ANY, Labels
from maildesk.config.values import Duration, Id

_LINK = re.compile(r"https?://[^\s<>\"]{1,500}")


class AutoReply(Section):
    answer_time: bool = Field(
        True,
        description="tell how long a first answer usually takes at this hour, by the desk's own last 30 days; nothing "
        "is told where these are too few",
    )
    faq: int = Field(3, ge=0, le=10, description="up to so many questions of the FAQ that match surely; 0: none")
    open_tickets: int = Field(
        5, ge=0, le=20, description="up to so many other open tickets of their own, if who they are is proven; 0: none"
    )


class Mood(Section):
    ask: bool = Field(True, description="the auto-reply asks how they feel and whether it is urgent: one click or word")
    guess: bool = Field(True, description="where they say nothing, a guess from their words is kept, marked as a guess")
    labels: Mapping[Id, Labels] = Field(
        {},
        description="moods and how customers say them, the spelling that is shown first; named ones replace happy, "
        "confused, worried and angry, whose words need not be named; urgent is no mood, its words stand here, too",
        examples=[{"happy": {"en": "fine"}, "worried": {}, "angry": {}}],
    )
    tell: tuple[Id, ...] = Field(
        ("worried", "angry", URGENT), description="agents are told when a customer says one of these, and nothing else"
    )
    urgent_first: bool = Field(False, description="what is marked as urgent stands first in agents' lists")

    @property
    def moods(self) -> tuple[str, ...]:
        return tuple(mood for mood in self.labels if mood != URGENT) or MOODS

    def spellings(self, mood: str) -> Mapping[str, tuple[str, ...]]:
        """How a mood, or `URGENT`, is said, by language; what is said in all of them has the key ""."""
        return {**WORDS.get(mood, {}), **self.labels.get(mood, {})}

    def label(self, mood: str, *languages: str) -> str:
        """The word that is shown to who reads one of these languages."""
        own, usual = self.labels.get(mood, {}), WORDS.get(mood, {})
        for language in (*languages, ANY):
            if language in own:
                return own[language][0]
        for language in (*languages, "en", *usual, *own):
            if found := own.get(language) or usual.get(language):
                return found[0]
        return mood


def _check_link(value: str) -> str:
    if not _LINK.fullmatch(value):
        raise ValueError(f"{value[:80]!r} is no link: write it like https://reviews.example/acme")
    return value


Link = Annotated[str, AfterValidator(_check_link), WithJsonSchema({"type": "string", "format": "uri"})]


class Ratings(Section):
    after: Duration = Field(
        "1d", description="a customer is asked so long after their ticket was solved, once", validate_default=True
    )
    every: Duration = Field("30d", description="and nobody more often than this", validate_default=True)
    scale: int = Field(5, ge=2, le=10, description="from 1 to this; 2: bad or good")
    bad: int | None = Field(
        None, description="a score up to this is a bad one; left out: 2 of 5, and so on", examples=[2]
    )
    on_bad: Literal["tell", "reopen", "nothing"] = Field(
        "tell", description="what a bad one does: tell the lead, reopen (and tell its agents, too), nothing"
    )
    good: int | None = Field(
        None, description="a score from this on is a very good one; left out: the highest", examples=[5]
    )
    review: Link | None = Field(
        None,
        description="who gives a very good one is thanked, once, and asked for a public review there; left out: not",
        examples=["https://reviews.example/acme"],
    )

    @property
    def worst(self) -> int:
        """The highest score that is a bad one."""
        return self.bad if self.bad is not None else max(1, self.scale * 2 // 5)

    @property
    def best(self) -> int:
        """The lowest score that is a very good one."""
        return self.good if self.good is not None else self.scale
