"""The desk's figures: days and hours, working time for many, percentiles, words; and a desk at work that is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.desk import hours
from maildesk.desk.figures import Period, Report, summarise
from maildesk.desk.figures.definitions import TABLE
from maildesk.desk.figures.names import GROWING, growing
from maildesk.desk.figures.report import Group, Wait
from maildesk.desk.figures.summary import percent, span
from maildesk.desk.figures.waits import percentile
from maildesk.desk.figures.worktime import Worktime, minute_of
from maildesk.desk.hours import Calendar
from maildesk.edge.figures import report
from tests.office import ALICE, ANN, Office, configuration

ROME, KOLKATA = ZoneInfo("Europe/Rome"), ZoneInfo("Asia/Kolkata")
NOW = datetime(2026, 5, 1, 12, 0, 30, tzinfo=UTC)
WEEKDAYS = tuple((day, time(9), time(17, 30)) for day in range(5))


# --- periods -----------------------------------------------------------------------------------------------------


def test_a_period_is_whole_days_of_the_desk_s_zone() -> None:
    march = Period(date(2026, 3, 1), date(2026, 3, 31), ROME, NOW)
    assert march.since == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert march.until == datetime(2026, 3, 31, 22, tzinfo=UTC)  # summer time by then
    assert march.before == datetime(2026, 1, 28, 23, tzinfo=UTC)  # as many days
    assert len(march.days()) == 31


def test_days_have_the_hours_that_they_really_have() -> None:
    spring = Period(date(2026, 3, 29), date(2026, 3, 29), ROME, NOW)
    autumn = Period(date(2025, 10, 26), date(2025, 10, 26), ROME, NOW)
    assert (len(spring.hours()), len(autumn.hours())) == (23, 25)
    local = [stretch.since.astimezone(ROME).hour for _, stretch in spring.hours()]
    assert local == [0, 1, *range(3, 24)]
    india = Period(date(2026, 3, 1), date(2026, 3, 1), KOLKATA, NOW)
    assert [stretch.since.astimezone(KOLKATA).minute for _, stretch in india.hours()] == [0] * 24


def test_a_period_ends_now_at_the_latest() -> None:
    running = Period(date(2026, 4, 30), date(2026, 5, 7), ROME, NOW)
    assert running.until == NOW
    assert [day for day, _ in running.days()] == [date(2026, 4, 30), date(2026, 5, 1)]
    assert running.hours()[-1][1].until == NOW
    assert Period.latest(7, ROME, NOW).first == date(2026, 4, 25)


@given(st.dates(date(2020, 1, 1), date(2026, 4, 1)), st.integers(0, 40), st.sampled_from([ROME, KOLKATA]))
def test_hours_cover_a_period_without_gap_or_overlap(first: date, days: int, zone: ZoneInfo) -> None:
    period = Period(first, first + timedelta(days=days), zone, NOW)
    stretches = [stretch for _, stretch in period.hours()]
    assert stretches[0].since == period.since
    assert stretches[-1].until == period.until
    assert all(one.until == next.since for one, next in pairwise(stretches))


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(2026, 4, 2), date(2026, 4, 1)), (date(2026, 5, 2), date(2026, 5, 3)), (date(1990, 1, 1), date(2026, 1, 1))],
)
def test_a_period_without_days_or_with_too_many_is_refused(first: date, last: date) -> None:
    with pytest.raises(ValueError, match=r"after|to come|at once"):
        Period(first, last, ROME, NOW)


# --- working time ------------------------------------------------------------------------------------------------

CALENDARS = [
    None,
    Calendar(WEEKDAYS, ROME, "IT"),
    Calendar(((5, time(0), time.max), (6, time(0), time.max), (0, time(0), time(6))), ROME),
    Calendar(((6, time(1, 15), time(3, 45)),), ROME),
    Calendar(tuple((day, time(0), time.max) for day in range(7)), KOLKATA),
    Calendar((), ROME),
]
_SINCE, _UNTIL = minute_of(datetime(2026, 3, 20, tzinfo=UTC)), minute_of(datetime(2026, 4, 20, tzinfo=UTC))
TABLES = [Worktime(calendar, _SINCE, _UNTIL) for calendar in CALENDARS]


@given(st.sampled_from(TABLES), st.tuples(st.integers(_SINCE, _UNTIL), st.integers(_SINCE, _UNTIL)))
def test_the_table_of_minutes_says_what_the_calendar_says(table: Worktime, ends: tuple[int, int]) -> None:
    begin, end = sorted(ends)
    worked = hours.between(_time(begin), _time(end), table.calendar)
    assert table.between(begin, end) == worked / timedelta(minutes=1)


def test_the_table_reaches_back_when_an_older_ticket_comes() -> None:
    table = Worktime(CALENDARS[1], _SINCE, _UNTIL)
    old = _SINCE - 1000 * 24 * 60
    worked = hours.between(_time(old), _time(_UNTIL), CALENDARS[1])
    assert table.between(old, _UNTIL) == worked / timedelta(minutes=1)


def _time(minute: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)


@given(st.lists(st.lists(st.integers(0, 5000)), max_size=5), st.sampled_from([50, 90, 100]))
def test_a_percentile_is_the_smallest_that_so_many_do_not_exceed(runs: list[list[int]], share: int) -> None:
    values = [value for run in runs for value in run]
    found = percentile([sorted(run) for run in runs], share)
    if found is None:
        assert not values
        return
    assert found in values
    assert sum(value <= found for value in values) * 100 >= share * len(values)
    assert sum(value < found for value in values) * 100 < share * len(values)


# --- growing types -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Before:
    by: str
    name: str
    count: int


def _groups(by: str, **new: int) -> tuple[Group, ...]:
    return tuple(Group(name, count, 0, None, None, None, None, None, None, 0) for name, count in new.items())


def test_what_grows_has_more_new_tickets_than_before_and_enough_of_them() -> None:
    groups = {
        "category": _groups("category", steady=9, more=12, fewer=4, fresh=5, few=GROWING - 1),
        "tag": _groups("tag", more=7),
    }
    before: Sequence[Before] = (
        Before("category", "steady", 9), Before("category", "more", 4), Before("category", "fewer", 8),
        Before("tag", "more", 6), Before("tag", "fresh", 3),
    )  # fmt: skip
    found = [(row.by, row.name, row.before, row.new) for row in growing(groups, before)]
    assert found == [("category", "more", 4, 12), ("category", "fresh", 0, 5), ("tag", "more", 6, 7)]


# --- words -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(None, ""), (0, "0 min"), (59, "59 min"), (60, "1 h"), (200, "3 h 20 min"), (2879, "47 h 59 min"),
     (2880, "2 d"), (3000, "2 d 2 h")],
)  # fmt: skip
def test_minutes_are_told_as_people_say_them(minutes: int | None, said: str) -> None:
    assert span(minutes) == said


@pytest.mark.parametrize(
    ("share", "said"), [(None, ""), (0.0, "0 %"), (0.934, "93 %"), (0.999, "99 %"), (1.0, "100 %")]
)
def test_only_all_of_it_is_a_hundred_percent(share: float | None, said: str) -> None:
    assert percent(share) == said


def test_every_figure_is_defined_once_and_is_in_the_report() -> None:
    names = [figure.name for figure in TABLE]
    assert len(names) == len(set(names))
    parts = {field.name for part in (Report, Wait, Group) for field in fields(part)}
    assert set(names) <= parts
    told = {*names, "since", "until", "timezone", "days", "mail_in_hours", "mail_out_hours", "next_reply_breaches"}
    assert {field.name for field in fields(Report)} <= told
    assert all(figure.meaning and figure.how and "\n" not in figure.meaning + figure.how for figure in TABLE)


# --- a desk at work ----------------------------------------------------------------------------------------------


@pytest.fixture
def office(tmp_path: Path):
    made = Office(tmp_path, configuration(targets={"first_reply": "2h"}))  # always open
    yield made
    made.close()


def week(office: Office) -> Report:
    """The last seven days, up to a moment after what happened last."""
    soon = office.now + timedelta(seconds=1)
    return report(office.store, office.config, Period.latest(7, office.config.zone(), soon))


def test_what_the_desk_itself_writes_down_is_what_is_counted(office: Office) -> None:
    office.mail(ANN, "Invoice 77 is wrong", "The total is too high.")
    office.later(minutes=30)
    office.reply(office.last(ALICE, "notice"), ALICE, "#solve\n\nDear Ann, here is the right one.")
    office.later(hours=1)
    found = week(office)
    assert (found.mail_in, found.mail_out, found.new, found.solved, found.backlog) == (1, 1, 1, 1, 0)
    assert (found.first_reply.median, found.first_reply.kept, found.solution.median, found.one_touch) == (
        30,
        1.0,
        30,
        1.0,
    )
    assert [(row.name, row.one_touch) for row in found.groups["team"]] == [("billing", 1.0)]
    assert [(row.agent, row.answers) for row in found.agents] == [("alice", 1)]

    office.reply(office.last(ANN, "reply"), ANN, "But now the address is wrong.")
    found = week(office)
    assert (found.solved, found.reopened, found.backlog, found.open_now) == (0, 1, 1, 1)

    office.later(minutes=10)
    office.reply(office.last(ALICE, "notice"), ALICE, "#solve\n\nMended.")
    found = week(office)
    assert (found.solved, found.reopened, found.backlog, found.one_touch, found.replies) == (1, 1, 0, 0.0, 2.0)
    assert found.solution.median == 100


def test_what_is_solved_once_more_has_been_over_since_the_first_time(office: Office) -> None:
    office.mail(ANN, "Invoice 77 is wrong", "The total is too high.")
    office.later(minutes=30)
    office.reply(office.last(ALICE, "notice"), ALICE, "#solve\n\nDear Ann, here is the right one.")
    for words in ("#solve", "#solve\n\nAnd thank you.", "#close"):
        office.later(days=1)
        office.reply(office.last(ALICE, "notice"), ALICE, words)
    found = week(office)
    assert (found.solution.median, found.solved, found.mail_out) == (30, 1, 2)
    assert [(day.solved, day.backlog) for day in found.days[-4:]] == [(1, 0), (0, 0), (0, 0), (0, 0)]


def test_a_deadline_that_passes_is_a_breach_on_its_day(office: Office) -> None:
    office.mail(ANN, "Invoice 77 is wrong", "The total is too high.")
    office.later(hours=1)
    assert week(office).first_reply.breaches == 0
    office.later(hours=2)
    found = week(office)
    assert (found.first_reply.breaches, found.first_reply.kept, found.unanswered) == (1, None, 1.0)
    office.reply(office.last(ALICE, "notice"), ALICE, "Dear Ann, sorry for the delay.")
    assert (week(office).first_reply.kept, week(office).unanswered, week(office).pending_now) == (0.0, 0.0, 1)


def test_a_mail_shows_a_few_lines_with_those_of_the_week_before(office: Office) -> None:
    before = week(office)
    office.mail(ANN, "Invoice 77 is wrong", "The total is too high.")
    lines = {line.name: line for line in summarise(week(office), before)}
    assert (lines["new"].title, lines["new"].value, lines["new"].before) == ("New tickets", "1", "0")
    assert "first_reply" not in lines  # nothing to tell yet
    assert len(summarise(before)) <= 8
