"""Working time, at every edge that a clock, a week or a country has."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maildesk.config.dates import parse_days, parse_opening
from maildesk.config.values import parse_week
from maildesk.desk.hours import ALWAYS, LONGEST, Calendar, add, between, is_open, next_open, public_holidays

ROME = ZoneInfo("Europe/Rome")
OFFICE = Calendar(parse_week("Mon-Fri 09:00-13:00 14:00-18:00, Sat 09:00-12:00"), ROME)
ROUND_THE_CLOCK = Calendar(parse_week("Mon-Sun 00:00-24:00"), ROME)
HOUR = timedelta(hours=1)


def rome(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ROME)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-02 10:00", 2, "2026-11-02 12:00"),
        ("2026-11-02 12:00", 2, "2026-11-02 15:00"),  # over lunch
        ("2026-11-02 03:00", 1, "2026-11-02 10:00"),  # before opening
        ("2026-11-02 13:30", 1, "2026-11-02 15:00"),  # in the break
        ("2026-11-02 17:00", 1, "2026-11-02 18:00"),  # ends with the day, not the next morning
        ("2026-11-02 18:00", 1, "2026-11-03 10:00"),  # at closing time
        ("2026-11-06 17:00", 2, "2026-11-07 10:00"),  # Friday into Saturday
        ("2026-11-07 11:00", 2, "2026-11-09 10:00"),  # over the weekend
        ("2026-11-08 00:00", 0, "2026-11-08 00:00"),  # nothing to wait for
        ("2026-12-31 17:30", 1, "2027-01-01 09:30"),  # without holidays the new year is a working day
    ],
)
def test_open_time_passes_only_while_the_desk_is_open(start: str, hours: int, end: str) -> None:
    assert add(rome(start), hours * HOUR, OFFICE) == rome(end)
    assert between(rome(start), rome(end), OFFICE) == hours * HOUR


def test_a_desk_without_a_calendar_is_always_open() -> None:
    start = rome("2026-10-24 12:00")
    assert add(start, timedelta(days=1), ALWAYS) == start.astimezone(UTC) + timedelta(days=1)
    assert between(start, start.astimezone(UTC) + HOUR, ALWAYS) == HOUR
    assert is_open(start, ALWAYS)
    assert next_open(start, ALWAYS) == start


def test_results_are_in_utc() -> None:
    start = rome("2026-11-02 10:00")
    for calendar in (OFFICE, ALWAYS):
        assert add(start, HOUR, calendar).tzinfo is UTC
        assert next_open(start, calendar).tzinfo is UTC


def test_the_desk_is_open_at_opening_time_and_closed_at_closing_time() -> None:
    assert is_open(rome("2026-11-02 09:00"), OFFICE)
    assert not is_open(rome("2026-11-02 08:59"), OFFICE)
    assert not is_open(rome("2026-11-02 13:00"), OFFICE)
    assert next_open(rome("2026-11-02 13:00"), OFFICE) == rome("2026-11-02 14:00")
    assert next_open(rome("2026-11-07 12:00"), OFFICE) == rome("2026-11-09 09:00")


def test_a_day_to_24_00_joins_the_next_without_a_gap() -> None:
    assert is_open(rome("2026-11-02 23:59:59.999999"), ROUND_THE_CLOCK)
    assert is_open(rome("2026-11-03 00:00"), ROUND_THE_CLOCK)
    assert add(rome("2026-11-02 23:00"), 2 * HOUR, ROUND_THE_CLOCK) == rome("2026-11-03 01:00")


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-07-05", 24)])
def test_a_local_day_has_the_hours_that_it_really_has(day: str, hours: int) -> None:
    sunday = Calendar(parse_week("Sun 00:00-24:00"), ROME)
    start = rome(f"{day} 00:00")
    assert between(start, start + timedelta(days=1), sunday) == hours * HOUR
    assert add(start, hours * HOUR, sunday) == start + timedelta(days=1)


def test_a_span_inside_the_spring_gap_has_no_time_in_it() -> None:
    night = Calendar(parse_week("Sun 02:00-03:00 04:00-05:00"), ROME)
    midnight = rome("2026-03-29 00:00")
    assert next_open(midnight, night) == rome("2026-03-29 04:00")
    assert between(midnight, rome("2026-03-29 12:00"), night) == HOUR


def test_an_opening_time_inside_the_gap_is_the_jump() -> None:
    night = Calendar(parse_week("Sun 02:30-04:00"), ROME)
    assert next_open(rome("2026-03-29 00:00"), night) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_the_gap_may_lie_at_midnight() -> None:
    cairo = Calendar(parse_week("Fri 00:00-01:30"), ZoneInfo("Africa/Cairo"))  # 2026-04-24 begins at 01:00
    assert next_open(datetime(2026, 4, 23, 20, tzinfo=UTC), cairo) == datetime(2026, 4, 23, 22, tzinfo=UTC)
    assert add(datetime(2026, 4, 23, 20, tzinfo=UTC), HOUR / 2, cairo) == datetime(2026, 4, 23, 22, 30, tzinfo=UTC)


def test_an_hour_that_comes_twice_opens_at_the_first_and_closes_at_the_first() -> None:
    morning = Calendar(parse_week("Sun 02:30-09:00"), ROME)
    assert next_open(rome("2026-10-25 00:00"), morning) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    evening = Calendar(parse_week("Sun 00:00-02:30"), ROME)
    assert not is_open(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), evening)


def test_a_whole_day_that_a_zone_skipped_has_no_open_time() -> None:
    samoa = Calendar(parse_week("Fri 09:00-17:00"), ZoneInfo("Pacific/Apia"))  # there was no 2011-12-30
    assert next_open(datetime(2011, 12, 29, 12, tzinfo=UTC), samoa) == datetime(2012, 1, 5, 19, tzinfo=UTC)


def test_spans_that_overlap_count_once() -> None:
    doubled = Calendar(parse_week("Mon 09:00-13:00 12:00-18:00, Mon 09:00-18:00"), ROME)
    assert between(rome("2026-11-02 00:00"), rome("2026-11-03 00:00"), doubled) == 9 * HOUR


def test_a_holiday_is_closed_for_its_whole_local_day() -> None:
    italian = Calendar(parse_week("Mon-Sun 00:00-24:00"), ROME, "IT")
    assert next_open(rome("2026-12-25 00:00"), italian) == rome("2026-12-27 00:00")
    assert is_open(rome("2026-12-24 23:59"), italian)


def test_a_region_has_its_own_holidays() -> None:
    week = parse_week("Mon-Fri 09:00-17:00")
    berlin = ZoneInfo("Europe/Berlin")
    corpus_christi = datetime(2026, 6, 4, 10, tzinfo=berlin)
    assert not is_open(corpus_christi, Calendar(week, berlin, "DE-BY"))
    assert is_open(corpus_christi, Calendar(week, berlin, "DE-BE"))


def test_a_country_that_nobody_knows_is_named() -> None:
    with pytest.raises(ValueError, match="QQ"):
        public_holidays("QQ", 2026)


def test_a_desk_that_is_never_open_is_said_to_be_so() -> None:
    never = Calendar((), ROME)
    with pytest.raises(ValueError, match="never open"):
        add(rome("2026-11-02 09:00"), HOUR, never)
    with pytest.raises(ValueError, match="never open"):
        next_open(rome("2026-11-02 09:00"), never)
    assert between(rome("2026-11-02 09:00"), rome("2027-11-02 09:00"), never) == timedelta(0)


@pytest.mark.parametrize("span", [-HOUR, LONGEST + HOUR])
def test_time_is_added_forwards_and_within_ten_years(span: timedelta) -> None:
    with pytest.raises(ValueError, match="open time"):
        add(rome("2026-11-02 09:00"), span, OFFICE)


def test_three_years_of_open_time_are_added_in_microseconds_once_the_years_are_known() -> None:
    italian = Calendar(OFFICE.week, ROME, "IT")
    start, span = rome("2026-11-02 09:00"), timedelta(days=3 * 365)
    end = add(start, span, italian)
    assert end > rome("2037-01-01 00:00")
    begun = perf_counter()
    for _ in range(100):
        assert between(start, add(start, span, italian), italian) == span
    assert perf_counter() - begun < 0.1  # 0.005 s on a quiet machine; to walk the days took 5 s


# --- nights, days of one's own, zones ------------------------------------------------------------------------


def test_a_night_shift_lasts_over_midnight_and_over_the_end_of_the_week() -> None:
    night = Calendar(parse_week("Fri-Sun 22:00-06:00"), ROME)
    assert between(rome("2026-11-06 00:00"), rome("2026-11-09 12:00"), night) == 24 * HOUR
    assert is_open(rome("2026-11-09 05:59"), night)  # a Monday
    assert add(rome("2026-11-08 23:00"), 3 * HOUR, night) == rome("2026-11-09 02:00")


@pytest.mark.parametrize(("saturday", "hours"), [("2026-03-28", 7), ("2026-10-24", 9), ("2026-07-04", 8)])
def test_a_night_shift_has_the_hours_that_the_night_really_has(saturday: str, hours: int) -> None:
    night = Calendar(parse_week("Sat 22:00-06:00"), ROME)
    start = rome(f"{saturday} 12:00")
    assert between(start, start + timedelta(days=1), night) == hours * HOUR
    assert add(start, hours * HOUR, night) == rome(saturday) + timedelta(days=1, hours=6)


def test_midnight_itself_belongs_to_the_new_day() -> None:
    monday = Calendar(parse_week("Mon 00:00-24:00"), ROME)
    assert is_open(rome("2026-11-02 00:00"), monday)
    assert not is_open(rome("2026-11-03 00:00"), monday)
    assert add(rome("2026-11-02 23:00"), HOUR, monday) == rome("2026-11-03 00:00")
    assert add(rome("2026-11-02 23:00"), 2 * HOUR, monday) == rome("2026-11-09 01:00")


def closed(*days: str, opened: tuple[str, ...] = (), holidays: str | None = None) -> Calendar:
    own = tuple(map(parse_days, days))
    return Calendar(parse_week("Mon-Fri 09:00-18:00"), ROME, holidays, own, tuple(map(parse_opening, opened)))


@pytest.mark.parametrize(("days", "shut", "there"), [
    ("2026-12-24", "2026-12-24", "2027-12-24"),
    ("12-24", "2027-12-24", "2026-12-23"),
    ("2026-08-10/2026-08-21", "2026-08-21", "2026-08-24"),
    ("12-24/01-06", "2027-01-06", "2027-01-07"),
    ("12-24/01-06", "2026-12-31", "2026-12-23"),
    ("02-29", "2028-02-29", "2028-03-01"),
    ("02-29/03-01", "2027-03-01", "2027-02-26"),
])  # fmt: skip
def test_days_of_one_s_own_are_closed(days: str, shut: str, there: str) -> None:
    calendar = closed(days)
    assert not is_open(rome(f"{shut} 12:00"), calendar)
    assert is_open(rome(f"{there} 12:00"), calendar)


def test_what_is_opened_comes_before_what_is_closed() -> None:
    calendar = closed("12-08", opened=("12-08 10:00-12:00", "2026-12-26 09:00-10:00", "2026-04-25"), holidays="IT")
    assert between(rome("2026-12-08 00:00"), rome("2026-12-09 00:00"), calendar) == 2 * HOUR
    assert next_open(rome("2026-12-26 00:00"), calendar) == rome("2026-12-26 09:00")  # a Saturday, and a holiday
    assert not is_open(rome("2026-04-25 10:00"), calendar)  # a Saturday: opened as usual, and that is not at all


def test_a_holiday_at_the_weekend_takes_no_working_day_unless_the_country_moves_it() -> None:
    week = parse_week("Mon-Fri 09:00-17:00")
    italian, british = Calendar(week, ROME, "IT"), Calendar(week, ZoneInfo("Europe/London"), "GB")
    assert is_open(rome("2026-12-28 10:00"), italian)  # the 26th is a Saturday
    assert not is_open(datetime(2026, 12, 28, 10, tzinfo=UTC), british)  # in lieu of it


@pytest.mark.parametrize(("name", "opens"), [
    ("Asia/Kathmandu", datetime(2026, 11, 2, 3, 15, tzinfo=UTC)),
    ("Asia/Kolkata", datetime(2026, 11, 2, 3, 30, tzinfo=UTC)),
    ("America/St_Johns", datetime(2026, 11, 2, 12, 30, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 11, 1, 22, tzinfo=UTC)),  # half an hour of summer time
])  # fmt: skip
def test_zones_of_half_and_quarter_hours_open_at_their_own_nine(name: str, opens: datetime) -> None:
    there = Calendar(parse_week("Mon 09:00-17:00"), ZoneInfo(name))
    assert next_open(datetime(2026, 11, 1, 12, tzinfo=UTC), there) == opens
    assert add(opens - HOUR, 8 * HOUR, there) == opens + 8 * HOUR


def test_desks_in_two_zones_count_each_by_their_own_clock() -> None:
    week = parse_week("Mon-Fri 09:00-17:00")
    start = datetime(2026, 11, 2, 12, tzinfo=UTC)
    assert add(start, 6 * HOUR, Calendar(week, ZoneInfo("Europe/London"))) == datetime(2026, 11, 3, 10, tzinfo=UTC)
    assert add(start, 6 * HOUR, Calendar(week, ZoneInfo("America/New_York"))) == datetime(2026, 11, 2, 20, tzinfo=UTC)


def test_years_without_an_open_day_end_the_search() -> None:
    with pytest.raises(ValueError, match="never open"):
        next_open(rome("2026-11-02 09:00"), closed("2026-01-01/2026-12-31", "2027-01-01/2027-12-31",
                                                  "2028-01-01/2028-12-31", "01-01/12-31"))  # fmt: skip


minutes = st.integers(0, 24 * 60)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar | None:
    spans = []
    for _ in range(draw(st.integers(0, 8))):
        begin, end = sorted(draw(st.tuples(minutes, minutes).filter(lambda pair: pair[0] != pair[1])))
        until = time.max if end == 24 * 60 else time(end // 60, end % 60)
        spans.append((draw(st.integers(0, 6)), time(begin // 60, begin % 60), until))
    names = ("Europe/Rome", "America/St_Johns", "Africa/Cairo", "Australia/Lord_Howe", "Pacific/Apia", "UTC")
    zone = ZoneInfo(draw(st.sampled_from(names)))
    own = draw(st.lists(st.sampled_from(["12-24/01-06", "02-29", "08-10", "2014-05-01/2014-06-01"]), max_size=2))
    opened = draw(st.lists(st.sampled_from(["12-25", "01-01 00:00-24:00", "2016-02-29 10:00-11:00"]), max_size=2))
    days, openings = tuple(map(parse_days, own)), tuple(map(parse_opening, opened))
    return (
        Calendar(tuple(sorted(spans)), zone, draw(st.sampled_from([None, "IT"])), days, openings) if spans else ALWAYS
    )


moments = st.datetimes(datetime(2011, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
spans_of_time = st.timedeltas(timedelta(0), timedelta(days=20))


@settings(max_examples=200, deadline=None)
@given(start=moments, span=spans_of_time, calendar=calendars())
def test_what_was_added_lies_between(start: datetime, span: timedelta, calendar: Calendar | None) -> None:
    end = add(start, span, calendar)
    assert between(start, end, calendar) == span
    if span:  # and no earlier moment would do
        assert between(start, end - timedelta(microseconds=1), calendar) < span


@settings(max_examples=100, deadline=None)
@given(start=moments, later=spans_of_time, span=spans_of_time, more=spans_of_time, calendar=calendars())
def test_later_and_longer_never_ends_earlier(
    start: datetime, later: timedelta, span: timedelta, more: timedelta, calendar: Calendar | None
) -> None:
    end = add(start, span, calendar)
    assert add(start + later, span, calendar) >= end
    assert add(start, span + more, calendar) == add(end, more, calendar)


@settings(max_examples=200, deadline=None)
@given(start=moments, first=spans_of_time, second=spans_of_time, calendar=calendars())
def test_open_time_of_two_stretches_adds_up(
    start: datetime, first: timedelta, second: timedelta, calendar: Calendar | None
) -> None:
    middle, end = start + first, start + first + second
    assert between(start, middle, calendar) + between(middle, end, calendar) == between(start, end, calendar)


@settings(max_examples=200, deadline=None)
@given(when=moments, calendar=calendars())
def test_the_desk_is_open_at_its_next_opening_and_not_before(when: datetime, calendar: Calendar | None) -> None:
    opening = next_open(when, calendar)
    assert opening >= when
    assert is_open(opening, calendar)
    assert between(when, opening, calendar) == timedelta(0)
