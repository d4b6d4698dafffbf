"""WHEN in seven languages; the clock says Wednesday 2026-11-04, 10:30 in Rome, unless a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from maildesk.desk.when import FURTHEST, parse, say

ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2026, 11, 4, 9, 30, tzinfo=UTC)


def when(text: str, *languages: str, now: datetime = NOW) -> str:
    moment = parse(text.split(" "), now, ROME, languages or ("en",))
    assert moment.tzinfo is UTC
    return say(moment, ROME).removesuffix(" CET").removesuffix(" CEST")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20s", timedelta(seconds=20)),
        ("90m", timedelta(minutes=90)),
        ("4h", timedelta(hours=4)),
        ("48h", timedelta(days=2)),
        ("2h30m", timedelta(hours=2, minutes=30)),
        ("2h 30min", timedelta(hours=2, minutes=30)),
        ("3d", timedelta(days=3)),
        ("1w", timedelta(days=7)),
        ("1.5h", timedelta(minutes=90)),
        ("1,5 h", timedelta(minutes=90)),
        ("3 Days", timedelta(days=3)),
        ("in 3 days", timedelta(days=3)),
        ("in 17h", timedelta(hours=17)),
        ("in an hour", timedelta(hours=1)),
        ("tra 2 ore", timedelta(hours=2)),
        ("tra un’ora", timedelta(hours=1)),
        ("fra una settimana", timedelta(days=7)),
        ("peste 3 zile", timedelta(days=3)),
        ("peste o săptămână", timedelta(days=7)),
        ("într-o oră", timedelta(hours=1)),
        ("dans 3 jours", timedelta(days=3)),
        ("3 päivän kuluttua", timedelta(days=3)),
        ("viikon päästä", timedelta(days=7)),
        ("in 3 Tagen", timedelta(days=3)),
        ("in einer Stunde", timedelta(hours=1)),
        ("dentro de 2 semanas", timedelta(days=14)),
    ],
)
def test_a_duration_counts_from_now(text: str, expected: timedelta) -> None:
    assert parse([text], NOW, ROME, ["en"]) == NOW + expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tomorrow", "2026-11-05 09:00"),  # a day without a time is its morning
        ("tomorrow 9am", "2026-11-05 09:00"),
        ("Tomorrow, 9 p.m.", "2026-11-05 21:00"),
        ("9:30pm tomorrow", "2026-11-05 21:30"),
        ("tomorrow 12am", "2026-11-05 00:00"),
        ("noon tomorrow", "2026-11-05 12:00"),
        ("day after tomorrow at 8:15", "2026-11-06 08:15"),
        ("today 17:00", "2026-11-04 17:00"),
        ("fri", "2026-11-06 09:00"),
        ("on friday 17:00", "2026-11-06 17:00"),
        ("wed 11:00", "2026-11-04 11:00"),  # still to come today
        ("wed 10:30", "2026-11-11 10:30"),
        ("wed", "2026-11-11 09:00"),
        ("next monday 9:30", "2026-11-09 09:30"),
        ("next wed 17:00", "2026-11-11 17:00"),  # "next" is never today
        ("17:00", "2026-11-04 17:00"),
        ("9am", "2026-11-05 09:00"),  # gone today
        ("at 9 o'clock", "2026-11-05 09:00"),
        ("17h30", "2026-11-04 17:30"),
        ("17.30", "2026-11-04 17:30"),  # there is no 30th month
        ("2026-12-24", "2026-12-24 09:00"),
        ("2026-12-24 10:00", "2026-12-24 10:00"),
        ("2026-12-24T10:00", "2026-12-24 10:00"),
        ("24.12.2026", "2026-12-24 09:00"),
        ("24. 12. 2026", "2026-12-24 09:00"),
        ("24.12.26 8am", "2026-12-24 08:00"),
        ("24.12. 10:00", "2026-12-24 10:00"),
        ("24.12 10:00", "2026-12-24 10:00"),
        ("24.12", "2026-12-24 09:00"),  # there is no 24th hour
        ("3.11.", "2027-11-03 09:00"),  # gone this year
        ("29.2.", "2028-02-29 09:00"),
        ("24/12/2026", "2026-12-24 09:00"),
        ("24/12 10:00", "2026-12-24 10:00"),
        ("12/24/2026", "2026-12-24 09:00"),  # there is no 24th month
        ("5/5/2027", "2027-05-05 09:00"),
        ("thu 24.12. 10am", "2026-12-24 10:00"),
    ],
)
def test_a_day_and_a_clock_are_read(text: str, expected: str) -> None:
    assert when(text) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("it", "domani alle 17", "2026-11-05 17:00"),
        ("it", "lunedì prossimo", "2026-11-09 09:00"),
        ("it", "LUNEDI ore 9", "2026-11-09 09:00"),
        ("it", "dopo domani", "2026-11-06 09:00"),
        ("it", "oggi alle ore 18", "2026-11-04 18:00"),
        ("it", "il 24.12. alle 9.30", "2026-12-24 09:30"),
        ("it", "mer", "2026-11-11 09:00"),
        ("ro", "mâine la 17", "2026-11-05 17:00"),
        ("ro", "maine la 17", "2026-11-05 17:00"),
        ("ro", "vineri la ora 9", "2026-11-06 09:00"),
        ("ro", "sâmbătă 10:00", "2026-11-07 10:00"),
        ("ro", "marţi", "2026-11-10 09:00"),  # with the cedilla of old keyboards
        ("ro", "marți viitoare", "2026-11-10 09:00"),
        ("ro", "poimâine", "2026-11-06 09:00"),
        ("fr", "vendredi prochain", "2026-11-06 09:00"),
        ("fr", "vendredi 17h", "2026-11-06 17:00"),
        ("fr", "demain à 8h", "2026-11-05 08:00"),
        ("fr", "à 17h", "2026-11-04 17:00"),
        ("fr", "a 17 h 30", "2026-11-04 17:30"),
        ("fr", "17 heures 30", "2026-11-04 17:30"),
        ("fr", "après-demain", "2026-11-06 09:00"),
        ("fr", "apres demain", "2026-11-06 09:00"),
        ("fr", "aujourd’hui à 18h", "2026-11-04 18:00"),
        ("fr", "le 24/12 à midi", "2026-12-24 12:00"),
        ("fi", "perjantaina", "2026-11-06 09:00"),
        ("fi", "perjantaiksi klo 17", "2026-11-06 17:00"),
        ("fi", "keskiviikoksi", "2026-11-11 09:00"),
        ("fi", "ensi maanantaina klo 9", "2026-11-09 09:00"),
        ("fi", "tänään klo 17", "2026-11-04 17:00"),
        ("fi", "huomenna", "2026-11-05 09:00"),
        ("fi", "ylihuomenna klo 17.30", "2026-11-06 17:30"),
        ("fi", "la 10:00", "2026-11-07 10:00"),
        ("fi", "to klo 9", "2026-11-05 09:00"),
        ("de", "Freitag 17 Uhr", "2026-11-06 17:00"),
        ("de", "Freitag, 17Uhr", "2026-11-06 17:00"),
        ("de", "nächsten Montag", "2026-11-09 09:00"),
        ("de", "naechsten montag um 8 Uhr", "2026-11-09 08:00"),
        ("de", "morgen", "2026-11-05 09:00"),
        ("de", "übermorgen um 8", "2026-11-06 08:00"),
        ("de", "heute 17 Uhr 30", "2026-11-04 17:30"),
        ("de", "am 24.12. um 17 Uhr", "2026-12-24 17:00"),
        ("de", "Mi 12:00", "2026-11-04 12:00"),
        ("es", "mañana a las 9", "2026-11-05 09:00"),
        ("es", "pasado mañana", "2026-11-06 09:00"),
        ("es", "próximo lunes", "2026-11-09 09:00"),
        ("es", "el lunes que viene a las 17", "2026-11-09 17:00"),
        ("es", "miércoles", "2026-11-11 09:00"),
        ("es", "hoy 17h", "2026-11-04 17:00"),
    ],
)
def test_the_languages_of_agents_are_read(language: str, text: str, expected: str) -> None:
    assert when(text, language) == expected
    assert when(text.upper(), language, "en") == expected


def test_words_of_other_languages_are_read_where_they_mean_one_thing() -> None:
    for text in ("klo 17", "alle 17", "la 17", "ore 17", "à 17h", "um 17 Uhr", "a las 17"):
        assert when(text, "en") == "2026-11-04 17:00"


def test_the_first_language_decides_a_word_with_two_meanings() -> None:
    assert when("la 17:00", "fi", "ro") == "2026-11-07 17:00"
    assert when("la 17:00", "ro", "fi") == "2026-11-04 17:00"


def test_hours_alone_are_a_clock_only_in_languages_that_say_so() -> None:
    assert when("17h", "fr") == "2026-11-04 17:00"
    assert when("8h", "fr") == "2026-11-04 18:30"  # "à 8h" is the clock
    assert when("17h", "en") == "2026-11-05 03:30"
    assert when("dans 17h", "fr") == "2026-11-05 03:30"


def test_words_may_come_as_one_quoted_argument() -> None:
    assert parse(["fri 17:00"], NOW, ROME, ["en"]) == parse(["fri", "17:00"], NOW, ROME, ["en"])


@pytest.mark.parametrize("text", ["today 10:00", "today", "2026-11-04 10:30", "2025-12-24", "0s", "4.11. 9:00"])
def test_the_past_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="past"):
        when(text)


@pytest.mark.parametrize("text", ["2031-12-24", "9999-12-31", "262w", "999999w", "2000d", "0001-01-01"])
def test_what_lies_too_far_ahead_or_back_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"five years|past"):
        when(text)


@pytest.mark.parametrize("text", ["3/4/2027", "9.12", "fri 9.12"])
def test_what_has_two_meanings_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="two meanings"):
        when(text)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("tommorow", "did you mean tomorrow"),
        ("at teatime", "teatime"),
        ("fri 17", "write 17:00"),
        ("31.2.", "31.2."),
        ("2027-02-29", "2027-02-29"),
        ("25:00", "25:00"),
        ("17:60", "17:60"),
        ("13pm", "13pm"),
        ("fri 24.12.", "Thursday"),
        ("tomorrow 24.12.", "Thursday"),
        ("tomorrow tomorrow", "tomorrow tomorrow"),
        ("17:00 18:00", "17:00 18:00"),
        ("at", "at"),
        ("in 5", "in"),
        ("h", "“h”"),
        ("W3 D1", "“w”"),
        ("3x", "3x"),
        ("10000000d", "10000000d"),
        ("2026-12-24T10:00Z", "z"),
        ("$", r"\$"),
        ("x" * 200, "too long"),
        ("", "no time"),
    ],
)
def test_what_is_not_understood_is_named_with_how_to_write_it(text: str, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        when(text)


def test_a_day_keeps_the_time_on_the_wall_and_an_hour_does_not() -> None:
    saturday = datetime(2026, 10, 24, 10, tzinfo=UTC)  # noon in Rome; that night the clocks go back
    assert when("1d", now=saturday) == "2026-10-25 12:00"
    assert when("1w", now=saturday) == "2026-10-31 12:00"
    assert when("24h", now=saturday) == "2026-10-25 11:00"
    assert when("1d 24h", now=saturday) == "2026-10-26 12:00"


def test_a_time_that_the_spring_skips_moves_forward() -> None:
    winter = datetime(2026, 3, 28, 10, tzinfo=UTC)
    assert parse(["tomorrow", "2:30"], winter, ROME, ["en"]) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_time_that_comes_twice_is_the_first() -> None:
    summer = datetime(2026, 10, 24, 10, tzinfo=UTC)
    assert parse(["tomorrow", "2:30"], summer, ROME, ["en"]) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_today_is_the_day_where_the_agent_is() -> None:
    late = datetime(2026, 11, 4, 23, 30, tzinfo=UTC)
    assert when("today 17:00", now=late) == "2026-11-05 17:00"
    tokyo = parse(["tomorrow"], NOW, ZoneInfo("Asia/Tokyo"), ["en"])
    assert tokyo == datetime(2026, 11, 5, 0, 0, tzinfo=UTC)


def test_a_moment_is_told_with_its_zone() -> None:
    assert say(datetime(2026, 12, 24, 16, tzinfo=UTC), ROME) == "2026-12-24 17:00 CET"
    assert say(datetime(2026, 7, 1, 16, tzinfo=UTC), ROME) == "2026-07-01 18:00 CEST"


moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
zones = st.sampled_from(["Europe/Rome", "America/St_Johns", "Africa/Cairo", "Australia/Lord_Howe", "UTC"]).map(ZoneInfo)
PIECES = "today tomorrow fri next ensi perjantaina Uhr um klo la à 17h 17:00 9am 24.12. 2027-01-31 3/4 in 3 d h 2h30m"
pieces = st.sampled_from(PIECES.split())


@given(st.lists(pieces | st.text(max_size=6), max_size=6), moments, zones)
def test_any_words_are_a_moment_to_come_or_a_sentence(words: list[str], now: datetime, zone: ZoneInfo) -> None:
    try:
        moment = parse(words, now, zone, ["en", "fi"])
    except ValueError as error:
        assert len(str(error)) > 10  # noqa: PT017
        return
    assert now < moment <= now + FURTHEST


@given(moments, zones, st.integers(1, 5 * 365), st.integers(0, 24 * 60 - 1))
def test_what_is_told_is_read_back(now: datetime, zone: ZoneInfo, days: int, minute: int) -> None:
    local = (now.astimezone(zone) + timedelta(days=days)).replace(hour=minute // 60, minute=minute % 60, second=0)
    moment = local.replace(microsecond=0, fold=0).astimezone(UTC)
    assume(now < moment <= now + FURTHEST)
    day, clock, _ = say(moment, zone).split(" ", 2)
    assert parse([day, clock], now, zone, []) == moment
    swapped = f"{day[8:]}.{day[5:7]}.{day[:4]}"
    assert parse([clock, swapped], now, zone, []) == moment
    assert parse([f"{swapped} alle {clock}"], now, zone, ["it"]) == moment
