"""The same figures for each category, tag, team, agent, brand and language; and which of them grow."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from maildesk.desk.figures.kinds import GROUPS, Kinds
from maildesk.desk.figures.report import Group, Growth, Rating
from maildesk.desk.figures.rows import Opened, Rated
from maildesk.desk.figures.waits import share, some

GROWING = 3  # new tickets that make a type worth a word

Groups = Mapping[str, tuple[Group, ...]]


def groups(kinds: Kinds, ratings: Iterable[Rated]) -> Groups:
    ratings = tuple(ratings)
    return {group: tuple(_group(group, kinds, ratings)) for group in GROUPS}


def _group(group: str, kinds: Kinds, ratings: Iterable[Rated]) -> Iterator[Group]:
    """The largest first."""
    names, rated = kinds.names(group), _rated(group, ratings)
    new = Counter({name: sum(kind.new for kind in theirs) for name, theirs in names.items()})
    for name in sorted({*names, *rated}, key=lambda name: (-new[name], name or "")):
        theirs = names.get(name, ())
        reply, solution = some([kind.first_reply for kind in theirs]), some([kind.solution for kind in theirs])
        given = rating(rated.get(name, ()))
        if not (new[name] or reply.count or solution.count or given.count):
            continue  # nothing happened with it
        yield Group(
            name=name,
            new=new[name],
            solved=solution.count,
            first_reply=reply.median,
            first_reply_kept=reply.kept,
            solution=solution.median,
            solution_kept=solution.kept,
            one_touch=share(sum(kind.one_touch for kind in theirs), solution.count),
            rating=given.mean,
            ratings=given.count,
        )


def _rated(group: str, ratings: Iterable[Rated]) -> Mapping[str | None, list[Rated]]:
    found: defaultdict[str | None, list[Rated]] = defaultdict(list)
    for rated in ratings:
        match group:
            case "category":
                found[rated.category].append(rated)
            case "team":
                found[rated.team].append(rated)
            case "agent":
                found[rated.agent].append(rated)
    return found


def rating(ratings: Iterable[Rated]) -> Rating:
    scores = Counter[int]()
    for rated in ratings:
        scores[rated.score] += rated.count
    count, total = scores.total(), sum(score * times for score, times in scores.items())
    return Rating(count, share(total, count), dict(sorted(scores.items())))


def growing(groups: Groups, before: Iterable[Opened]) -> tuple[Growth, ...]:
    """The largest difference first."""
    past = {(opened.by, opened.name): opened.count for opened in before}
    found = [
        Growth(by, group.name, group.new, past.get((by, group.name), 0))
        for by in ("category", "tag")
        for group in groups[by]
        if group.name is not None and group.new >= GROWING
    ]
    more = [growth for growth in found if growth.new > growth.before]
    return tuple(sorted(more, key=lambda growth: (growth.before - growth.new, growth.by, growth.name)))
