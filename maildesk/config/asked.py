"""What no field of the sections on feedback can see alone: moods that could not be told apart, scores out of order."""

from __future__ import annotations

from collections.abc import Iterator

from maildesk.config.complaints import Loc
from maildesk.config.feedback import Mood, Ratings
from maildesk.config.moods import URGENT
from maildesk.config.sections import Config

Found = Iterator[tuple[Loc, str]]


def disagreements(config: Config) -> Found:
    """Everything on moods and ratings that makes the configuration unusable as a whole."""
    yield from _moods(config.mood)
    if config.ratings is not None:
        yield from _scores(config.ratings)


def _moods(mood: Mood) -> Found:
    known = (*mood.moods, URGENT)
    owners: dict[tuple[str, str], str] = {}
    for name in known:
        if not mood.spellings(name):
            yield ("mood", "labels", name), f"how is {name} said? It is none of the moods that have words already"
        for language, spellings in mood.spellings(name).items():
            for spelling in spellings:
                owner = owners.setdefault((language, spelling.casefold()), name)
                if owner != name:
                    loc: Loc = ("mood", "labels", name if name in mood.labels else owner)
                    yield loc, f"{spelling} means {owner} and {name}: nobody could tell them apart"
    for place, name in enumerate(mood.tell):
        if name not in known:
            yield ("mood", "tell", place), f"{name} is none of the moods: {', '.join(known)}"


def _scores(ratings: Ratings) -> Found:
    for name, score in (("bad", ratings.worst), ("good", ratings.best)):
        if not 1 <= score <= ratings.scale:
            yield ("ratings", name), f"{score} is no score: they go from 1 to {ratings.scale}"
            return
    if ratings.worst >= ratings.best:
        at = "bad" if ratings.bad is not None else "good"
        yield ("ratings", at), f"a bad score goes up to {ratings.worst}, a very good one begins at {ratings.best}"
