"""A report in a few lines, for a mail: each figure in words, with that of the time before beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from maildesk.desk.figures.definitions import BY_NAME
from maildesk.desk.figures.report import Report, Wait


@dataclass(frozen=True, slots=True)
class Line:
    """``name`` is that of the table of definitions; templates in other languages have their own titles for it."""

    name: str
    title: str
    value: str
    before: str = ""


def summarise(report: Report, before: Report | None = None) -> tuple[Line, ...]:
    """The figures that say how the desk is doing; those that tell nothing yet are left out."""
    past = dict(_values(before)) if before is not None else {}
    return tuple(Line(name, BY_NAME[name].title, value, past.get(name, "")) for name, value in _values(report) if value)


def feelings(report: Report) -> tuple[Line, ...]:
    """What customers said of how they feel: of those called urgent, how many were, and how many agents judged."""
    mood = ", ".join(f"{mood} {count:,}" for mood, count in report.mood.items())
    urgent = report.urgent
    judged = f" ({round((urgent.right or 0) * urgent.judged):,}/{urgent.judged:,})" if urgent.judged else ""
    values = (("mood", mood), ("urgent", f"{urgent.said:,}{judged}" if urgent.said else ""))
    return tuple(Line(name, BY_NAME[name].title, value) for name, value in values if value)


def details(report: Report) -> tuple[Line, ...]:
    """What else there is to say in a line."""
    found = {
        "open_now": f"{report.open_now:,}",
        "pending_now": f"{report.pending_now:,}",
        "replies": f"{report.replies:.1f}" if report.replies is not None else "",
        "rating": ", ".join(f"{count:,} × {score}" for score, count in report.rating.scores.items()),
        "spam": f"{report.spam:,}" if report.spam else "",
    }
    titles = {name: BY_NAME[name].title for name in found} | {"rating": "Scores"}
    return tuple(Line(name, titles[name], value) for name, value in found.items() if value)


def _values(report: Report) -> Iterator[tuple[str, str]]:
    for name, number in (
        ("mail_in", report.mail_in),
        ("mail_out", report.mail_out),
        ("new", report.new),
        ("solved", report.solved),
        ("reopened", report.reopened),
        ("backlog", report.backlog),
    ):
        yield name, f"{number:,}"
    yield "first_reply", _wait(report.first_reply)
    yield "solution", _wait(report.solution)
    yield "breaches", f"{report.first_reply.breaches + report.next_reply_breaches + report.solution.breaches:,}"
    yield "unanswered", percent(report.unanswered)
    yield "one_touch", percent(report.one_touch)
    yield "rating", f"{report.rating.mean:.1f} ({report.rating.count})" if report.rating.mean is not None else ""
    yield from ((line.name, line.value) for line in feelings(report))
    yield "growing", ", ".join(f"{each.name} {each.before} → {each.new}" for each in report.growing[:3])


def _wait(wait: Wait) -> str:
    kept = f", {percent(wait.kept)} kept" if wait.kept is not None else ""
    return f"{span(wait.median)}{kept}" if wait.median is not None else ""


def percent(share: float | None) -> str:
    """ "93 %"; "" for none. Only all of it is 100 %."""
    if share is None:
        return ""
    return f"{min(round(share * 100), 99) if share < 1 else 100} %"


def span(minutes: int | None) -> str:
    """Minutes as people say them: "45 min", "3 h 20 min", "2 d 4 h", a day being one of 24 hours; "" for None."""
    if minutes is None:
        return ""
    days, hours = minutes // 1440, minutes // 60 % 24
    if days >= 2:
        return f"{days} d {hours} h" if hours else f"{days} d"
    whole, rest = divmod(minutes, 60)
    return f"{whole} h {rest} min" if whole and rest else f"{whole} h" if whole else f"{rest} min"
