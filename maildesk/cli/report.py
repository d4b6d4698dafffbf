"""For leads: the desk's figures, as tables, JSON or a page."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from maildesk.cli.output import as_json, emit, say, table
from maildesk.cli.premises import Premises, Unusable, Wrong, pass_premises

if TYPE_CHECKING:
    from maildesk.desk.figures import Period, Report
    from maildesk.desk.figures.report import Group

_DAYS = 30
_ROWS = 10  # of a table
_FILE = click.Path(dir_okay=False, path_type=Path)
_SINCE = f"The first day: 2026-03-01, or 7d for a week ago; else {_DAYS} days in all."


class _Command(click.Command):
    """Its help ends with what each figure is."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from maildesk.desk.figures.definitions import RULES, TABLE

        with formatter.section("Figures"):
            formatter.write_dl([(figure.name, figure.meaning) for figure in TABLE])
        formatter.write_paragraph()
        formatter.write_text(RULES)


@click.command(cls=_Command)
@click.option("--since", metavar="D", help=_SINCE)
@click.option("--until", metavar="D", help="The last day, counted in; else today.")
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write a page with charts."
)
@as_json
@pass_premises
def report(premises: Premises, since: str | None, until: str | None, html: Path | None, json_: bool) -> None:
    """Tells how the desk is doing: volume, times and targets, by category, team, agent and more."""
    from maildesk.edge import figures

    config = premises.config()
    period = _period(since, until, config.zone())
    with premises.reading(config) as store:
        found = figures.report(store, config, period)
    if html is not None:
        _write(html, found, config.desk.name)
    if json_:
        emit(found.as_json())
    elif html is None:
        _show(found, config.desk.name)


# --- which days ----------------------------------------------------------------------------------------------


def _period(since: str | None, until: str | None, zone: ZoneInfo) -> Period:
    from maildesk.desk.figures import Period

    now = datetime.now(UTC)
    last = _day("--until", until, now, zone) if until else now.astimezone(zone).date()
    try:
        first = _day("--since", since, now, zone) if since else last - timedelta(days=_DAYS - 1)
        return Period(first, last, zone, now)
    except (ValueError, OverflowError) as error:
        raise Unusable(str(error)) from None


def _day(option: str, given: str, now: datetime, zone: ZoneInfo) -> date:
    """A date, or a length of time ago."""
    from maildesk.config.values import parse_duration

    for read in (date.fromisoformat, lambda text: (now - parse_duration(text)).astimezone(zone).date()):
        try:
            return read(given)
        except (ValueError, OverflowError):
            continue
    raise Unusable(f"{option} {given!r} is no day; write it like 2026-03-01, or 30d for 30 days ago")


# --- what is shown -------------------------------------------------------------------------------------------


def _write(file: Path, found: Report, name: str) -> None:
    from maildesk.cli.page import page

    text = page(found, name)
    part = file.with_name(f".{file.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        os.replace(part, file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Wrong(f"{file} cannot be written: {error.strerror}") from error
    say(f"{file}: {len(text.encode()):,} octets")


def _show(found: Report, name: str) -> None:
    from maildesk.cli.picture import days
    from maildesk.desk.figures.summary import details, summarise

    click.secho(f"{name}, {days(found)} ({found.timezone})", bold=True)
    table(("", ""), [(line.title, line.value) for line in (*summarise(found), *details(found))], "")
    _times(found)
    for group, rows in found.groups.items():
        if any(row.name is not None for row in rows):
            _group(group, rows)
    growing = [(f"{row.by} {row.name}", row.before or "none", row.new) for row in found.growing[:_ROWS]]
    if growing:
        table(("growing", "before", "now"), growing, "")
    if found.agents:
        table(("agent", "answers", "notes"), [(row.agent, row.answers, row.notes) for row in found.agents], "")


def _times(found: Report) -> None:
    from maildesk.desk.figures.definitions import BY_NAME
    from maildesk.desk.figures.summary import percent, span

    rows = []
    for name, wait in (("first_reply", found.first_reply), ("solution", found.solution)):
        times = (span(each) for each in (wait.median, wait.p90, wait.wall_median, wait.wall_p90))
        rows.append((BY_NAME[name].title, wait.count, *times, percent(wait.kept), wait.breaches))
    columns = ("", "how many", "median", "90th", "median on the wall", "90th on the wall", "kept", "breaches")
    table(columns, rows, "")


def _group(group: str, rows: Iterable[Group]) -> None:
    from maildesk.cli.picture import NOBODY
    from maildesk.desk.figures.summary import percent, span

    columns = ("new", "solved", "first reply", "kept", "solution", "kept", "one touch", "rating")
    shown = [
        (
            row.name or NOBODY,
            row.new,
            row.solved,
            span(row.first_reply),
            percent(row.first_reply_kept),
            span(row.solution),
            percent(row.solution_kept),
            percent(row.one_touch),
            f"{row.rating:.1f} ({row.ratings})" if row.rating is not None else "",
        )
        for row in rows
    ]
    table((group, *columns), shown[:_ROWS], "")
    if len(shown) > _ROWS:
        say(f"and {len(shown) - _ROWS} more: --json lists them all")
