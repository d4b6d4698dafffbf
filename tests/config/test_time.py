"""The sections on time: what can be written, and what `check` says of what cannot be kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.config import Hours, Loaded
from maildesk.config.cron import parse_cron
from maildesk.config.dates import parse_days, parse_opening

ROME = ZoneInfo("Europe/Rome")
Loads = Callable[[str], Loaded]


def problems(loaded: Loaded) -> list[str]:
    """`line: message` of each."""
    return [f"{problem.where.rsplit(':', 2)[1]}: {problem.what}" for problem in loaded.problems]


def line_of(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1


# --- days ------------------------------------------------------------------------------------------------------


def test_days_are_of_one_year_or_of_each() -> None:
    assert [*parse_days("2026-12-24").of(2026)] == [date(2026, 12, 24)]
    assert [*parse_days("2026-12-24").of(2027)] == []
    assert [*parse_days("12-31").of(2031)] == [date(2031, 12, 31)]
    assert len([*parse_days("2026-12-30/2027-01-02").of(2027)]) == 2
    assert [day.month for day in parse_days("12-30/01-02").of(2026)] == [1, 1, 12, 12]


def test_a_day_is_in_them_or_not() -> None:
    assert date(2027, 1, 2) in parse_days("12-30/01-02")
    assert date(2027, 1, 3) not in parse_days("12-30/01-02")
    assert date(2027, 2, 28) not in parse_days("02-29")


@pytest.mark.parametrize(("text", "why"), [
    ("Christmas", "is no day; write it like 2026-12-24"),
    ("2026-02-30", "there is no such day"),
    ("13-01", "there is no such day"),
    ("2026-12-24/12-31", "both with their year, or both without"),
    ("2026-12-24/2026-12-01", "ends before it begins"),
    ("2026-01-01/2028-01-01", "lasts for more than a year"),
])  # fmt: skip
def test_what_is_no_day_is_told_how_to_write_it(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_days(text)


@pytest.mark.parametrize("text", ["2026-12-24 13:00-09:00", "2026-12-24 9-13", "12-24 25:00-26:00", ""])
def test_what_is_no_opening_is_told_how_to_write_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"ends before it begins|write it like"):
        parse_opening(text)


def test_closed_days_stand_alone_or_with_more_to_say() -> None:
    hours = Hours.model_validate(
        {
            "week": "Mon 09:00-10:00",
            "closed": ["12-31", {"days": "08-10/08-21", "name": "summer", "words": {"en": "!"}}],
        }
    )
    assert hours.closed_on(date(2026, 12, 31)) == hours.closed[0]
    summer = hours.closed_on(date(2026, 8, 15))
    assert summer
    assert (summer.name, summer.words) == ("summer", {"en": "!"})
    assert hours.closed_on(date(2026, 8, 22)) is None


# --- cron ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("line", "after", "comes"), [
    ("0 9 1 * *", "2026-03-02 00:00", "2026-04-01 09:00"),
    ("0 9 1 * *", "2026-04-01 09:00", "2026-05-01 09:00"),  # later than, not at
    ("*/15 8-9 * * *", "2026-03-02 08:50", "2026-03-02 09:00"),
    ("*/15 8-9 * * *", "2026-03-02 09:45", "2026-03-03 08:00"),
    ("30 7 * * 0", "2026-03-02 00:00", "2026-03-08 07:30"),  # Sunday is 0,
    ("30 7 * * 7", "2026-03-02 00:00", "2026-03-08 07:30"),  # and 7,
    ("30 7 * * sun", "2026-03-02 00:00", "2026-03-08 07:30"),  # and sun
    ("30 7 * * 1", "2026-03-02 08:00", "2026-03-09 07:30"),
    ("0 8 * * sat-sun", "2026-03-02 00:00", "2026-03-07 08:00"),
    ("0 8 13 * fri", "2026-03-02 00:00", "2026-03-06 08:00"),  # of two days either will do
    ("0 8 */10 * fri", "2026-03-12 00:00", "2026-05-01 08:00"),  # but a * restricts nothing, whatever its steps
    ("0 0 29 2 *", "2026-03-02 00:00", "2028-02-29 00:00"),
    ("0 0 1 jan,Jul *", "2026-03-02 00:00", "2026-07-01 00:00"),
    ("5/20 0 * * *", "2026-03-02 00:06", "2026-03-02 00:25"),
    ("@monthly", "2026-03-02 00:00", "2026-04-01 00:00"),
    ("30 2 * * *", "2026-03-28 12:00", "2026-03-29 03:00"),  # the spring skips it: at the jump
    ("30 2 * * *", "2026-10-24 12:00", "2026-10-25 02:30"),
])  # fmt: skip
def test_a_line_of_cron_comes_at_its_next_time(line: str, after: str, comes: str) -> None:
    found = parse_cron(line).next(datetime.fromisoformat(after).replace(tzinfo=ROME), ROME)
    assert found == datetime.fromisoformat(comes).replace(tzinfo=ROME).astimezone(UTC)


def test_the_hour_that_comes_twice_has_its_line_once() -> None:
    first = parse_cron("30 2 * * *").next(datetime(2026, 10, 24, 12, tzinfo=UTC), ROME)
    assert first
    assert parse_cron("30 2 * * *").next(first, ROME) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(("line", "why"), [
    ("0 9 31 2 *", "never comes"),
    ("0 9 30 feb *", "never comes"),
    ("0 9 1 *", "is no cron line"),
    ("60 9 1 * *", "lies between 0 and 59"),
    ("0 24 * * *", "lies between 0 and 23"),
    ("0 9 0 * *", "lies between 1 and 31"),
    ("0 9 1 * 8", "lies between 0 and 7"),
    ("0 9 5-1 * *", "the first before the last"),
    ("*/0 * * * *", "lies between"),
    ("0 9 * foo *", "is no month"),
    ("x 9 * * *", "is no minute"),
])  # fmt: skip
def test_what_is_no_line_of_cron_is_said_to_be_so(line: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_cron(line)


@given(st.text(max_size=60))
def test_no_text_makes_these_raise_anything_but_their_sentence(text: str) -> None:
    for parse in (parse_days, parse_opening, parse_cron):
        try:
            parse(text)
        except ValueError as error:
            assert str(error)  # noqa: PT017 - either is right


# --- what `check` says -------------------------------------------------------------------------------------------

TEAMS = "teams: [{id: billing, name: Billing}]\n"


@pytest.mark.parametrize(("section", "place", "why"), [
    ("hours: {week: 'Mon-Fri'}", "hours", "no week"),
    ("hours: {week: 'Mon 09:00-09:00'}", "hours", "has no time in it"),
    ("hours:\n  week: Mon-Fri 09:00-18:00\n  closed: [01-01/12-31]", "closed:", "never open"),
    ("hours:\n  week: Mon 09:00-18:00\n  closed: [2027-01-01/2027-12-31, 2028-01-01/2028-12-31]", "closed:",
     "never open: closed for more than a year from 2026-12-28"),
    ("hours:\n  week: Mon-Fri 09:00-18:00\n  holidays: XX", "holidays: XX", "holidays of XX are not known"),
    ("hours:\n  week: Mon-Fri 09:00-18:00\n  holidays: IT-QQ", "holidays: IT", "not known; known regions"),
    ("hours:\n  week: Mon-Fri 09:00-18:00\n  open:\n    - '2026-12-27'", "- '2026", "is a Sunday, which has no hours"),
    ("hours: {week: Mon 09:00-18:00, timezone: Europe/Rom}", "hours", "did you mean Europe/Rome?"),
    ("teams:\n  - id: billing\n    name: B\n    hours: {week: Mon 09:00-18:00,\n      closed: [01-01/12-31]}",
     "closed:", "never open"),
    ("targets:\n  warn: 100%", "warn", "less than 100%"),
    ("targets:\n  warn: 120%", "warn", "is not a share"),
    ("targets:\n  first_reply: 0s", "first_reply", "must be more than nothing"),
    ("targets:\n  solve: 600w", "solve", "at most ten years"),
    ("targets:\n  first_reply: 8h\n  solve: 4h", "solve", "solved within 4h, but first answered within 8h"),
    ("targets:\n  by_priority:\n    urgent: {first_reply: 1h,\n      solve: 30m}", "solve", "solved within 30m"),
    ("targets:\n  rules:\n    - when: {tag: vip}", "- when", "names no target"),
    ("targets:\n  rules:\n    - when: {team: biling}\n      solve: 1d", "when:", "did you mean billing?"),
    ("targets:\n  rules:\n    - when: {customer: 'a b'}\n      solve: 1d", "when:", "no customer"),
    ("escalations:\n  - of: first_reply\n    after: 2h", "- of", "does nothing"),
    ("targets: {first_reply: 4h}\nescalations:\n  - of: first_reply\n    after: 2h\n    tell: alice", "after: 2h",
     "acts after 2h, before the target of first_reply is over: 4h"),
    ("targets: {by_priority: {low: {solve: 9d}}}\nescalations:\n  - of: solve\n    after: 4d\n    tell: alice",
     "after: 4d", "is over: 9d"),
    ("escalations:\n  - of: first_reply\n    after: 2h\n    tell: lead", "tell", "nobody is lead"),
    ("escalations:\n  - of: first_reply\n    after: 2h\n    tell: [bob]", "tell", "bob is neither lead, nor team"),
    ("escalations:\n  - of: first_reply\n    after: 2h\n    set: {assignee: alise}", "set", "did you mean alice?"),
    ("escalations:\n  - of: due\n    after: 2h\n    tell: alice", "of: due", "must be 'first_reply'"),
    ("escalations:\n  - {of: solve, after: 2h, tell: alice, name: x}\n  - {of: solve, after: 3h, tell: alice, name: x}",
     "- {of: solve, after: 3h", "two of escalations are named x"),
    ("silence:\n  remind: [3d, 3d]", "remind", "3d is not later than 3d"),
    ("silence:\n  remind: [3d, 7d]\n  solve_after: 5d", "solve_after", "not later than the last reminder: 7d"),
    ("silence:\n  close_after: 0s", "close_after", "must be some time"),
    ("recurring:\n  - name: x\n    cron: 0 9 31 2 *\n    subject: S\n    text: T", "cron", "never comes"),
    ("recurring:\n  - name: x\n    cron: '@daily'\n    subject: S\n    text: T\n    team: tech", "team",
     "not in teams"),
    ("recurring:\n  - name: x\n    cron: '@daily'\n    subject: S\n    text: T\n    for: alice@acme.example", "for:",
     "is the desk's or an agent's"),
])  # fmt: skip
def test_what_cannot_be_kept_is_told_with_its_line(
    small: str, loads: Loads, section: str, place: str, why: str
) -> None:
    text = small + ("" if section.startswith("teams") else TEAMS) + section + "\n"
    (problem,) = problems(loads(text))
    assert why in problem
    assert problem.startswith(f"{line_of(text, section) + section[: section.index(place)].count(chr(10))}: ")


def test_what_can_be_kept_is_taken(small: str, loads: Loads) -> None:
    text = (
        small
        + TEAMS
        + """\
hours:
  week: Sun-Thu 22:00-06:00
  closed: [12-24/01-06, {days: 2026-08-10/2026-08-21, words: {it: Ferragosto}}]
  open: ["2026-12-27", 12-31 09:00-12:00]
targets:
  first_reply: 4h
  by_priority: {urgent: {first_reply: 1h}, low: {first_reply: 3d}}
  rules: [{when: {team: billing, tag: vip}, solve: 1d}]
escalations:
  - {of: first_reply, after: 4h, when: {priority: urgent}, tell: alice}
  - {of: first_reply, after: 4h, when: {priority: normal}, set: {priority: high}}
  - {of: next_reply, after: 1h, tell: [alice, team]}
silence: {remind: [3d], solve_after: 4d, close_after: 1d}
recurring: [{name: x, cron: "@weekly", subject: S, text: T, for: ann@customer.example}]
"""
    )
    loaded = loads(text)
    assert loaded.problems == ()
    assert loaded.config
    assert loaded.config.escalations[2].tell == ("alice", "team")
