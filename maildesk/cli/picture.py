"""A report drawn: each chart by itself for the page, and all in one picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from maildesk.cli import charts
from maildesk.cli.charts import HEIGHT, WIDTH, Series, Tile
from maildesk.desk.figures import Report
from maildesk.desk.figures.report import Day
from maildesk.desk.figures.summary import percent, span

_MARGIN = 24
_BY_DAY, _BY_WEEK = 62, 750  # days, up to which a chart has a point for each day, for each week
NOBODY = "—"


@dataclass(frozen=True, slots=True)
class Point:
    """Some days in a row: a day, a week, a month."""

    label: str
    mail_in: int
    mail_out: int
    backlog: int  # at the end
    breaches: int


def points(days: Sequence[Day]) -> list[Point]:
    """Few enough for a chart; the first and the last may be shorter than others."""
    if len(days) <= _BY_DAY:
        return [_point(f"{day.day:%d %b}", (day,)) for day in days]
    weekly = len(days) <= _BY_WEEK
    found = []
    for _, several in groupby(days, lambda day: _week(day.day) if weekly else (day.day.year, day.day.month)):
        some = tuple(several)
        found.append(_point(f"{some[0].day:%d %b}" if weekly else f"{some[0].day:%b %Y}", some))
    return found


def _week(day: date) -> tuple[int, int]:
    year, week, _ = day.isocalendar()
    return year, week


def _point(label: str, days: Sequence[Day]) -> Point:
    return Point(
        label,
        sum(day.mail_in for day in days),
        sum(day.mail_out for day in days),
        days[-1].backlog,
        sum(day.first_reply_breaches + day.next_reply_breaches + day.solution_breaches for day in days),
    )


def each(report: Report, *, hover: bool = False) -> dict[str, str]:
    """The charts, by the names of the figures that they show."""
    found = points(report.days)
    labels = [point.label for point in found]
    traffic = Series("in", [p.mail_in for p in found]), Series("out", [p.mail_out for p in found])
    categories = [(group.name or NOBODY, group.new) for group in report.groups["category"]]
    return {
        "mail": charts.lines("Mail in and out", labels, traffic),
        "backlog": charts.lines("Backlog", labels, [Series("backlog", [p.backlog for p in found])]),
        "hours": charts.shades("Mail in by weekday and hour", report.mail_in_hours, hover=hover),
        "groups": charts.bars("New tickets by category", categories),
        "breaches": charts.lines("Breaches", labels, [Series("breaches", [p.breaches for p in found])]),
    }


def whole(report: Report, name: str) -> str:
    """The picture, as a file of its own."""
    width, charts_ = 2 * WIDTH + 3 * _MARGIN, each(report)
    right, middle = WIDTH + 2 * _MARGIN, 2 * _MARGIN + 96
    below = middle + HEIGHT + _MARGIN
    return charts.drawing(
        width,
        below + HEIGHT + _MARGIN // 2,
        [
            charts.moved(_MARGIN, _MARGIN, charts.heading(f"{name}, {days(report)}")),
            charts.moved(_MARGIN, 2 * _MARGIN + 16, charts.tiles(tiles(report), width - _MARGIN)),
            charts.moved(_MARGIN, middle, charts_["mail"]),
            charts.moved(right, middle, charts_["backlog"]),
            charts.moved(_MARGIN, below, charts_["hours"]),
            charts.moved(right, below, charts_["groups"]),
        ],
        alone=True,
        label=f"The figures of {name}, {days(report)}",
    )


def days(report: Report) -> str:
    return f"{report.days[0].day} to {report.days[-1].day}"


def tiles(report: Report) -> list[Tile]:
    """The figures that tell most."""
    reply, solution, rating = report.first_reply, report.solution, report.rating
    return [
        Tile("New tickets", f"{report.new:,}", f"{report.mail_in:,} mails in"),
        Tile("Solved", f"{report.solved:,}", f"{report.mail_out:,} mails out"),
        Tile("Backlog", f"{report.backlog:,}", f"{report.reopened:,} reopened"),
        Tile("First reply", span(reply.median) or NOBODY, _kept(reply.kept)),
        Tile("Solution", span(solution.median) or NOBODY, _kept(solution.kept)),
        Tile("One touch", percent(report.one_touch) or NOBODY, "of the solved"),
        Tile("Rating", f"{rating.mean:.1f}" if rating.mean is not None else NOBODY, f"{rating.count:,} ratings"),
    ]


def _kept(share: float | None) -> str:
    return f"{percent(share)} kept" if share is not None else ""
