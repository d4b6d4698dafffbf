"""Values as people write them, and the sentence that they get for what is none."""

from contextlib import suppress
from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from maildesk.config.values import (
    Country,
    Email,
    FilePath,
    Host,
    Id,
    Language,
    Listen,
    Name,
    Network,
    Pattern,
    Share,
    Size,
    Week,
    Zone,
    parse_duration,
    parse_week,
)


def read(type_: object, value: object) -> object:
    return TypeAdapter(type_).validate_python(value)


def sentence(type_: object, value: object) -> str:
    with pytest.raises(ValidationError) as caught:
        read(type_, value)
    return caught.value.errors()[0]["msg"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("20s", 20),
        ("4h", 14400),
        ("2h30m", 9000),
        ("2h 30m", 9000),
        ("3d", 259200),
        ("1w", 604800),
        ("1.5h", 5400),
        (" 10M ", 600),
        (90, 90),
        (0.5, 0.5),
        ("0s", 0),
    ],
)
def test_a_length_of_time_is_read(text: object, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text",
    ["", "h", "5", "-4h", "1.2.3s", "4h later", "3y", True, None, -1, float("nan"), [], "٣d"],
)
def test_what_is_no_length_of_time_is_told_how_to_write_it(text: object) -> None:
    with pytest.raises(ValueError, match="not a length of time; write it like 90s, 10m"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["9" * 400 + "d", "999999999999w", 10**40, float("inf")])
def test_an_endless_time_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="too long a time"):
        parse_duration(text)


@given(
    st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=9999)).map(lambda t: t - t % timedelta(seconds=1))
)
def test_days_hours_minutes_and_seconds_add_up(span: timedelta) -> None:
    hours, rest = divmod(span.seconds, 3600)
    assert parse_duration(f"{span.days}d{hours}h{rest // 60}m{rest % 60}s") == span


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("25MiB", 25 * 2**20),
        ("500KiB", 512000),
        ("1kb", 1000),
        ("1.5 MB", 1_500_000),
        ("10", 10),
        (7, 7),
        ("1GiB", 2**30),
    ],
)
def test_a_size_is_read(text: object, octets: int) -> None:
    assert read(Size, text) == octets


@pytest.mark.parametrize("text", ["", "big", "25 MiBi", "1iB", "-1MiB", -1, True, "9" * 400 + "MiB", None])
def test_what_is_no_size_is_told_how_to_write_it(text: object) -> None:
    assert "not a size; write it like 500KiB or 25MiB" in sentence(Size, text)


@pytest.mark.parametrize(("text", "share"), [("75%", 0.75), ("100 %", 1.0), (0.5, 0.5)])
def test_a_share_is_read(text: object, share: float) -> None:
    assert read(Share, text) == share


@pytest.mark.parametrize("text", ["0%", "101%", "75", 75, 1.5, "-5%"])
def test_what_is_no_share_is_told_how_to_write_it(text: object) -> None:
    assert "not a share; write it like 75%" in sentence(Share, text)


@pytest.mark.parametrize(
    "text",
    [
        "support",
        "a b@acme.example",
        "<a@acme.example>",
        "a@b@c",
        "a@acme.example\nBcc: b@c.test",
        "@acme.example",
        "a@",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    assert "not a mail address" in sentence(Email, text)


@pytest.mark.parametrize("text", ["Alice", "2nd", "", "a b", "a" * 33, "é"])
def test_what_is_no_id_is_refused(text: str) -> None:
    assert "no id: small letters" in sentence(Id, text)


@pytest.mark.parametrize("text", ["", "   ", "Acme\nBcc: x@y.test", "a" * 201, "\u202edesk"])
def test_what_could_not_stand_in_a_header_is_no_name(text: str) -> None:
    assert "one line" in sentence(Name, text)


@pytest.mark.parametrize("host", ["mail.acme.example", "localhost", "127.0.0.1", "::1", "[2001:db8::1]", "mail_1"])
def test_a_host_is_read(host: str) -> None:
    assert read(Host, host) == host


@pytest.mark.parametrize("host", ["mail.acme.example:587", "smtp://mail", "", "a b", "a\r\nb"])
def test_what_is_no_host_is_refused(host: str) -> None:
    assert "no host; write it like" in sentence(Host, host)


@pytest.mark.parametrize("listen", ["127.0.0.1:0", "0.0.0.0:25", "[::1]:8025", "unix:/run/maildesk/lmtp"])
def test_an_address_to_listen_on_is_read(listen: str) -> None:
    assert read(Listen, listen) == listen


@pytest.mark.parametrize("listen", ["localhost:25", "127.0.0.1", ":25", "127.0.0.1:65536", "127.0.0.1:+1", "unix:lmtp"])
def test_what_nobody_can_listen_on_is_refused(listen: str) -> None:
    assert "write 127.0.0.1:8025, [::1]:25 or unix:/path" in sentence(Listen, listen)


def test_a_socket_path_longer_than_the_kernel_takes_is_refused() -> None:
    assert read(Listen, f"unix:/{'x' * 106}")
    assert "at most 107" in sentence(Listen, f"unix:/{'x' * 107}")


def test_a_network_may_be_one_address_or_have_host_bits() -> None:
    assert [str(read(Network, text)) for text in ("192.0.2.1", "10.1.2.3/8", "::1")] == [
        "192.0.2.1/32",
        "10.0.0.0/8",
        "::1/128",
    ]
    assert "no network; write it like 10.0.0.0/8" in sentence(Network, "acme.example")


def test_a_mistyped_time_zone_gets_a_suggestion() -> None:
    assert "did you mean Europe/Rome?" in sentence(Zone, "Europe/Rom")
    assert "is no time zone" in sentence(Zone, "x" * 100_000)


@pytest.mark.parametrize("pattern", ["(", "a{99999999999}", "(" * 5000 + ")" * 5000])
def test_what_is_no_regular_expression_is_refused(pattern: str) -> None:
    assert "no regular expression" in sentence(Pattern, pattern)


def test_a_pattern_that_a_later_python_may_read_otherwise_still_works() -> None:
    assert read(Pattern, "[[a]") == "[[a]"


def test_a_home_that_nobody_has_is_told() -> None:
    assert "no such user's home" in sentence(FilePath, "~nobody-has-this-name/x")
    assert "NUL" in sentence(FilePath, "a\0b")


@pytest.mark.parametrize("language", ["EN", "english", "e", "en\n", "pt-BR"])
def test_what_is_no_language_is_refused(language: str) -> None:
    assert "such as en or it" in sentence(Language, language)


def test_a_country_is_one_whose_holidays_are_known() -> None:
    assert read(Country, "IT") == "IT"
    assert read(Country, "DE-BY") == "DE-BY"
    assert "such as IT or DE-BY" in sentence(Country, "Italy")
    assert "known regions: BB" in sentence(Country, "DE-XX")
    assert "not known" in sentence(Country, "ZZ")


# --- weeks ---------------------------------------------------------------------------------------------------


def test_a_week_is_read_day_by_day() -> None:
    assert parse_week("Mon-Tue 09:00-13:00 14:00-18:00, sat 9:00-12:00") == (
        (0, time(9), time(13)),
        (0, time(14), time(18)),
        (1, time(9), time(13)),
        (1, time(14), time(18)),
        (5, time(9), time(12)),
    )


def test_a_week_may_go_round_its_end() -> None:
    assert [day for day, _, _ in parse_week("Fri-Mon 10:00-11:00")] == [0, 4, 5, 6]


def test_24_00_is_the_end_of_the_day() -> None:
    assert parse_week("Sun 00:00-24:00") == ((6, time.min, time.max),)


@pytest.mark.parametrize(
    "week",
    ["", ",", "Mon", "Mon 09:00", "Mon-Fri 09:00-18:00,", "Mon 25:00-26:00", "Mon 09:60-10:00", "Mo 09:00-10:00"],
)
def test_what_is_no_week_is_told_how_to_write_it(week: str) -> None:
    assert "no week; write it like Mon-Fri 09:00-18:00, Sat 09:00-12:00" in sentence(Week, week)


def test_a_night_lasts_over_midnight() -> None:
    assert parse_week("Sun 22:00-06:00") == ((0, time.min, time(6)), (6, time(22), time.max))
    assert parse_week("Mon 22:00-00:00") == ((0, time(22), time.max),)


def test_an_hour_that_ends_as_it_begins_is_none() -> None:
    assert "a whole day is 00:00-24:00" in sentence(Week, "Mon 09:00-09:00")


@given(st.text(max_size=40))
def test_no_text_makes_a_parser_raise_anything_but_its_sentence(text: str) -> None:
    for type_ in (
        Size,
        Share,
        Email,
        Id,
        Name,
        Host,
        Zone,
        Pattern,
        FilePath,
        Listen,
        Network,
        Language,
        Week,
        Country,
    ):
        with suppress(ValidationError):
            read(type_, text)
    with suppress(ValueError):
        parse_duration(text)
