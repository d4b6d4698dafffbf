"""The figures of a desk whose numbers were reckoned by hand, and of one that is counted a second time, naively.

The desk by hand works Mon-Fri 09:00-17:00 in Rome (UTC+1 in these weeks), and is reported on from Monday, 2 March 2026,
to Sunday, 8 March; it is Friday, 20 March. It promises a first reply within 2 hours, a solution within 24.

  1  billing, money       Mon 10:00 opened, 11:30 answered and solved
  2  billing, money, vip  Mon 16:30 opened, Tue 09:30 answered, 10:00 asked again, 11:00 answered, 12:00 solved
  3  bugs, vip            Tue 20:00 opened, Wed 10:00 answered, Thu 10:00 asked again, nobody has answered
  4  bugs                 Wed 12:00 opened, nobody has answered
  5                       Wed 13:00 opened, spam
  6                       Mon 10:05 opened, 10:20 merged into 1, which has its mail now
  7  bugs                 Fri 27 Feb 15:00 opened, Mon 10:00 answered, Thu 12:00 solved
  8                       Mon 23 Feb 09:00 opened, 09:30 answered, 10:00 solved;
                          Thu 5 March 09:00 opened again, 09:40 answered, Fri 10:00 solved
  9                       imported: written on Tue 08:00
  10                      imported: of 2019; Wed 11:00 opened again, 11:20 answered
  11                      Sat 12:00 opened, Sun 12:00 closed without an answer
  12                      Sun 23:30 opened, Mon 9 March 09:10 answered
  13                      Mon 9 March 09:00 opened
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from maildesk.config import Config
from maildesk.desk import calendars, hours
from maildesk.desk.figures import Period, Report
from maildesk.desk.figures.report import Group
from maildesk.edge.figures import report
from maildesk.store.engine import Store, to_text
from tests.bench import built, made
from tests.bench.made import Made

ROME = ZoneInfo("Europe/Rome")
README = Path(__file__).parents[2] / "README.md"


def at(day: int, clock: str, month: int = 3) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, month, day, hour, minute, tzinfo=ROME).astimezone(UTC)


def ticket(id: int, opened: datetime, *mails: tuple[datetime, str, str], **more: object) -> Made:
    """With the customer's first mail; ``more`` are further fields, `status` as (when, to) in turn."""
    fields: dict[str, object] = {
        "priority": "normal",
        "team": "support",
        "category": None,
        "agent": "alice",
        "brand": "help@acme.test",
        "language": "en",
        "tags": (),
        "mood": None,
    }
    steps = more.pop("steps", ())
    made = Made(id, opened, **(fields | more))  # type: ignore[arg-type]
    made.mails = [(opened, "customer", "ann@customer.test"), *mails]
    for when, status in steps:  # type: ignore[attr-defined]
        made.becomes(status, when)
    made.replied = made.replied or next((when for when, kind, _ in made.mails if kind == "agent"), None)
    return made


def answer(when: datetime, agent: str = "alice") -> tuple[datetime, str, str]:
    return when, "agent", agent


def asks(when: datetime) -> tuple[datetime, str, str]:
    return when, "customer", "ann@customer.test"


def by_hand() -> Iterator[Made]:
    mon, tue, wed, thu, fri = range(2, 7)
    yield ticket(
        1, at(mon, "10:00"), answer(at(mon, "11:30")), asks(at(mon, "10:05")),
        category="billing", tags=("money",), mood="happy", solved=at(mon, "11:30"),
        steps=[(at(mon, "11:30"), "solved")], rating=(at(tue, "09:00"), 5),
    )  # fmt: skip
    yield ticket(
        2, at(mon, "16:30"), answer(at(tue, "09:30"), "bob"), asks(at(tue, "10:00")), answer(at(tue, "11:00"), "bob"),
        category="billing", tags=("money", "vip"), agent="bob", solved=at(tue, "12:00"),
        steps=[(at(tue, "09:30"), "pending"), (at(tue, "10:00"), "open"), (at(tue, "12:00"), "solved")],
        urgent=(at(mon, "16:31"), False), rating=(at(wed, "09:00"), 2),
    )  # fmt: skip
    yield ticket(
        3, at(tue, "20:00"), answer(at(wed, "10:00")), asks(at(thu, "10:00")),
        category="bugs", tags=("vip",), steps=[(at(wed, "10:00"), "pending"), (at(thu, "10:00"), "open")],
        breaches=[(at(thu, "12:00"), "next_reply")],
    )  # fmt: skip
    yield ticket(
        4, at(wed, "12:00"), (at(wed, "12:30"), "note", "bob"),
        category="bugs", mood="angry", urgent=(at(wed, "12:01"), True), breaches=[(at(wed, "14:00"), "first_reply")],
    )  # fmt: skip
    spam = ticket(5, at(wed, "13:00"), steps=[(at(wed, "13:30"), "spam")], closed=at(wed, "13:30"))
    spam.breaches = [(at(wed, "15:00"), "first_reply")]
    yield spam
    merged = ticket(6, at(mon, "10:05"), closed=at(mon, "10:20"), merged_into=1)
    merged.mails = []
    yield merged
    yield ticket(
        7, at(27, "15:00", 2), answer(at(mon, "10:00")),
        category="bugs", mood="worried", solved=at(thu, "12:00"), steps=[(at(thu, "12:00"), "solved")],
        # Fri 15:00 to 17:00 are the two hours; 24 hours more are 2 on Friday, 8 on Monday and Tuesday, 6 on Wednesday.
        breaches=[(at(27, "17:00", 2), "first_reply"), (at(wed, "15:00"), "solve")],
    )  # fmt: skip
    yield ticket(
        8, at(23, "09:00", 2), answer(at(23, "09:30", 2)), asks(at(thu, "09:00")), answer(at(thu, "09:40"), "bob"),
        solved=at(fri, "10:00"), rating=(at(24, "09:00", 2), 4), urgent=(at(thu, "09:01"), None),
        steps=[(at(23, "10:00", 2), "solved"), (at(thu, "09:00"), "open"), (at(fri, "10:00"), "solved")],
    )  # fmt: skip
    yield ticket(9, at(tue, "08:00"), closed=at(tue, "08:00"))
    old = at(2, "10:00").replace(year=2019)
    yield ticket(10, old, asks(at(wed, "11:00")), answer(at(wed, "11:20")))
    yield ticket(11, at(7, "12:00"), steps=[(at(8, "12:00"), "closed")], closed=at(8, "12:00"))
    yield ticket(12, at(8, "23:30"), answer(at(9, "09:10")), steps=[(at(9, "09:10"), "pending")])
    yield ticket(13, at(9, "09:00"))


def import_history(store: Store) -> None:
    """Tickets 9 and 10 came by `maildesk import`; the second was opened again by a mail of today."""
    store.execute("INSERT INTO raw (id, bytes) VALUES (1, x'00')")
    for id, ticket_id in ((1, 9), (2, 10)):
        store.execute(
            "INSERT INTO inbox (id, received_at, source, sha256, raw_id, state, ticket_id)"
            " VALUES (?, ?, 'import', '', 1, 'ticketed', ?)",
            (id, to_text(at(4, "10:30")), ticket_id),
        )
        first = store.value("SELECT min(id) FROM messages WHERE ticket_id = ?", (ticket_id,))
        store.execute("UPDATE messages SET inbox_id = ? WHERE id = ?", (id, first))
    store.execute("UPDATE tickets SET status = 'closed' WHERE id = 9")
    store.execute("UPDATE tickets SET status = 'pending' WHERE id = 10")
    for when, old, new in ((at(4, "11:00"), "closed", "open"), (at(4, "11:20"), "open", "pending")):
        store.execute(
            "INSERT INTO events (ticket_id, at, actor, kind, data) VALUES (10, ?, 'desk', 'status', ?)",
            (to_text(when), f'{{"old": "{old}", "new": "{new}"}}'),
        )


def configuration(**changes: object) -> Config:
    return Config.model_validate(
        {
            "desk": {"name": "Acme", "address": "help@acme.test", "timezone": "Europe/Rome"},
            "receive": {"smtp": {}},
            "send": {"maildir": "out"},
            "agents": [{"id": "alice", "name": "Alice", "email": "alice@staff.test"}],
            "hours": {"week": "Mon-Fri 09:00-17:00"},
            "targets": {"first_reply": "2h", "solve": "24h"},
            **changes,
        }
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("figures") / "desk.db"
    built.build(path, by_hand())
    store = Store.open(path)
    import_history(store)
    yield store
    store.close()


@pytest.fixture(scope="module")
def week(store: Store) -> Report:
    return report(store, configuration(), PERIOD)


PERIOD = Period(date(2026, 3, 2), date(2026, 3, 8), ROME, at(20, "12:00"))


def named(groups: tuple[Group, ...], name: str | None) -> Group:
    return next(group for group in groups if group.name == name)


# --- the desk by hand --------------------------------------------------------------------------------------------


def test_mail_in_and_out_is_what_people_wrote_but_on_spam_and_in_histories(week: Report) -> None:
    # In: two each on 1 (one of 6), 2 and 3; one each on 4, 8, 10, 11 and 12.
    # Out: two on 2; one each on 1, 3, 7, 8 and 10.
    assert (week.mail_in, week.mail_out) == (11, 7)
    assert [day.mail_in for day in week.days] == [3, 2, 2, 2, 0, 1, 1]
    assert [day.mail_out for day in week.days] == [2, 2, 2, 1, 0, 0, 0]


def test_mail_is_counted_by_weekday_and_hour_of_the_desk_s_clock(week: Report) -> None:
    monday, sunday = week.mail_in_hours[0], week.mail_in_hours[6]
    assert (monday[10], monday[16], sum(monday)) == (2, 1, 3)
    assert sunday[23] == 1  # ticket 12, at 22:30 UTC
    assert sum(map(sum, week.mail_out_hours)) == 7


def test_new_tickets_are_those_opened_in_the_period(week: Report) -> None:
    assert week.new == 7  # 1, 2, 3, 4, 10, 11 and 12
    assert [day.new for day in week.days] == [2, 1, 2, 0, 0, 1, 1]
    assert week.spam == 1


def test_solved_tickets_are_those_that_ended_in_the_period_for_good(week: Report) -> None:
    assert week.solved == 5  # 1, 2, 7, 8 and 11
    assert [day.solved for day in week.days] == [1, 1, 0, 1, 1, 0, 1]
    assert week.reopened == 1  # 8; an imported one that is opened was never over here


def test_the_backlog_leaves_a_ticket_out_while_it_was_over(week: Report) -> None:
    # Mon 2 and 7; Tue 3 and 7; Wed 3, 4, 7 and 10; Thu 3, 4, 8 and 10; Fri 3, 4 and 10; Sat with 11; Sun with 12.
    assert [day.backlog for day in week.days] == [2, 2, 4, 4, 3, 4, 4]
    assert week.backlog == 4


def test_open_and_pending_tickets_are_those_of_today(week: Report) -> None:
    assert (week.open_now, week.pending_now) == (3, 2)  # 3, 4 and 13; 10 and 12


def test_no_answer_is_the_share_of_new_tickets_that_nobody_has_answered(week: Report) -> None:
    assert week.unanswered == 2 / 7  # 4 and 11; 12 was answered later


def test_first_replies_take_working_time_and_time_on_the_wall(week: Report) -> None:
    # 1: 90 minutes. 2: half an hour on Monday, half on Tuesday. 3: Wed 9 to 10. 7: two hours on Friday, one on Monday.
    # 10: 20, since it was opened again. In order: 20, 60, 60, 90, 180; the third is the median, the fifth covers 90 %.
    assert (week.first_reply.count, week.first_reply.median, week.first_reply.p90) == (5, 60, 180)
    # On the wall: 20, 90, 2's 17 hours (1020), 3's 14 hours (840), 7's 67 hours (4020).
    assert (week.first_reply.wall_median, week.first_reply.wall_p90) == (840, 4020)


def test_solutions_take_from_the_first_mail_to_the_last_solution(week: Report) -> None:
    # 1: 90. 2: 30 on Monday, 180 on Tuesday. 7: 120 on Friday, three days of 480, 180 on Thursday. 8: nine days of 480
    # and an hour. 11: none at a weekend. In order: 0, 90, 210, 1740, 4380.
    assert (week.solution.count, week.solution.median, week.solution.p90) == (5, 210, 4380)
    # On the wall: 90, 1170, a day for 11 (1440), 7's 5 days and 21 hours (8460), 8's 11 days and an hour (15900).
    assert (week.solution.wall_median, week.solution.wall_p90) == (1440, 15900)


def test_kept_is_what_came_before_a_deadline_passed(week: Report) -> None:
    assert week.first_reply.kept == 4 / 5  # 7 came too late, though its deadline passed before the period
    assert week.solution.kept == 4 / 5  # 7 again


def test_breaches_are_deadlines_that_passed_whether_it_came_or_not(week: Report) -> None:
    assert (week.first_reply.breaches, week.next_reply_breaches, week.solution.breaches) == (1, 1, 1)
    assert [day.first_reply_breaches for day in week.days] == [0, 0, 1, 0, 0, 0, 0]  # 4
    assert [day.next_reply_breaches for day in week.days] == [0, 0, 0, 1, 0, 0, 0]  # 3
    assert [day.solution_breaches for day in week.days] == [0, 0, 1, 0, 0, 0, 0]  # 7


def test_one_touch_is_one_answer_to_a_solved_ticket(week: Report) -> None:
    assert week.one_touch == 2 / 5  # 1 and 7; 2 and 8 took two, 11 none
    assert week.replies == 7 / 5


def test_moods_are_those_of_new_tickets(week: Report) -> None:
    assert week.mood == {"happy": 1, "angry": 1}


def test_urgent_was_right_where_agents_said_so(week: Report) -> None:
    assert (week.urgent.said, week.urgent.judged, week.urgent.right) == (3, 2, 1 / 2)  # 2, 4 and 8; nobody judged 8


def test_ratings_are_those_given_in_the_period(week: Report) -> None:
    assert (week.rating.count, week.rating.mean, week.rating.scores) == (2, 3.5, {2: 1, 5: 1})


def test_agents_are_counted_by_what_they_wrote(week: Report) -> None:
    assert [(each.agent, each.answers, each.notes) for each in week.agents] == [("alice", 4, 0), ("bob", 3, 1)]


def test_each_category_has_its_own_figures(week: Report) -> None:
    billing, bugs = (named(week.groups["category"], name) for name in ("billing", "bugs"))
    assert (billing.new, billing.solved, billing.one_touch, billing.rating) == (2, 2, 1 / 2, 3.5)
    assert (billing.first_reply, billing.first_reply_kept) == (60, 1.0)  # of 60 and 90 the first covers half
    assert (billing.solution, billing.solution_kept) == (90, 1.0)
    assert (bugs.new, bugs.solved, bugs.solution, bugs.solution_kept) == (2, 1, 1740, 0.0)
    assert (bugs.first_reply, bugs.first_reply_kept) == (60, 1 / 2)
    assert named(week.groups["category"], None).new == 3  # 10, 11 and 12


def test_a_ticket_counts_for_each_of_its_tags(week: Report) -> None:
    money, vip = (named(week.groups["tag"], name) for name in ("money", "vip"))
    assert (money.new, money.solved, money.first_reply, money.solution) == (2, 2, 60, 90)
    assert (vip.new, vip.solved, vip.first_reply, vip.one_touch) == (2, 1, 60, 0.0)
    assert {group.name for group in week.groups["tag"]} == {"money", "vip"}


def test_agents_brands_teams_and_languages_are_groups_too(week: Report) -> None:
    assert named(week.groups["agent"], "bob").solved == 1
    assert [(group.name, group.new) for group in week.groups["brand"]] == [("help@acme.test", 7)]
    assert [(group.name, group.rating) for group in week.groups["team"]] == [("support", 3.5)]
    assert [(group.name, group.solved) for group in week.groups["language"]] == [("en", 5)]


def test_what_is_promised_to_some_is_kept_or_broken_to_those_alone(store: Store) -> None:
    some = configuration(targets={"rules": [{"when": {"tag": "money"}, "first_reply": "2h"}]})
    assert report(store, some, PERIOD).first_reply.kept == 1.0  # 1 and 2; 7 was promised nothing
    assert report(store, some, PERIOD).solution.kept is None
    none = configuration(targets={})
    assert report(store, none, PERIOD).first_reply.kept is None
    ann = configuration(targets={"rules": [{"when": {"customer": "customer.test"}, "first_reply": "2h"}]})
    assert report(store, ann, PERIOD).first_reply.kept == 4 / 5


def test_a_team_s_own_hours_count_for_its_tickets(store: Store) -> None:
    team = {"id": "support", "name": "Support", "hours": {"week": "Mon-Fri 08:00-10:00"}}
    both = report(store, configuration(teams=[team]), PERIOD)
    # 1: none of its 90 minutes. 2: Tue 8 to 9:30. 3: Wed 8 to 10. 7: Mon 8 to 10. 10: none.
    assert (both.first_reply.median, both.first_reply.p90) == (90, 120)
    mixed = {"id": "other", "name": "Other", "hours": {"week": "Mon-Fri 08:00-10:00"}}
    assert report(store, configuration(teams=[mixed]), PERIOD).first_reply.median == 60


def test_an_empty_desk_has_figures_that_say_so(tmp_path: Path) -> None:
    empty = Store.open(tmp_path / "empty.db")
    nothing = report(empty, configuration(), PERIOD)
    empty.close()
    assert (nothing.new, nothing.backlog, nothing.unanswered, nothing.first_reply.median) == (0, 0, None, None)
    assert (nothing.first_reply.kept, nothing.one_touch, nothing.rating.mean, nothing.growing) == (None, None, None, ())
    assert len(nothing.days) == 7


# --- the same numbers from the README's SQL ----------------------------------------------------------------------


def queries() -> dict[str, str]:
    """The README's SQL by the figure that its first line names."""
    found = re.findall(r"```sql\n-- ([a-z_0-9 .]+)\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    return {name.strip(): sql for name, sql in found}


def figure(found: Report, name: str) -> object:
    value: object = found
    if name == "rating.mean by team":
        return next(group.rating for group in found.groups["team"] if group.name == "support")
    for part in name.split("."):
        value = value[part] if isinstance(value, Mapping) else getattr(value, part)
    return value


FIGURES = (
    "mail_in", "mail_out", "new", "solved", "reopened", "backlog", "unanswered", "first_reply.wall_median",
    "solution.wall_p90", "first_reply.breaches", "one_touch", "mood.angry", "urgent.said", "urgent.right",
    "rating.mean", "rating.mean by team",
)  # fmt: skip


@pytest.mark.parametrize("name", FIGURES)
def test_the_readme_s_sql_gives_the_same_number(store: Store, week: Report, name: str) -> None:
    try:
        store.connection.executescript(queries()["views"])
        span = {"since": to_text(PERIOD.since), "until": to_text(PERIOD.until)}
        assert store.value(queries()[name], span) == pytest.approx(figure(week, name))
    finally:
        store.connection.executescript("DROP VIEW IF EXISTS counted; DROP VIEW IF EXISTS counted_mail")


def test_the_readme_has_sql_for_these_figures_and_no_others() -> None:
    assert set(queries()) == {"views", *FIGURES}


# --- a desk that is counted a second time --------------------------------------------------------------------------


class Naive:
    """Counts the same tickets one by one, as the definitions read, with no SQL and no table of minutes."""

    def __init__(self, tickets: list[Made], config: Config, period: Period) -> None:
        self.period, self.since, self.until = period, period.since, period.until
        self.tickets = [each for each in tickets if each.status != "spam" and each.merged_into is None]
        self.calendar = calendars.calendar(config)

    def within(self, when: datetime | None) -> bool:
        return when is not None and self.since <= when < self.until

    def ended(self, each: Made) -> datetime | None:
        return min(filter(None, (each.solved, each.closed))) if each.status in ("solved", "closed") else None

    def worked(self, begin: datetime, end: datetime) -> int:
        floor = (when.replace(second=0, microsecond=0) for when in (begin, end))
        return int(hours.between(*floor, self.calendar) / timedelta(minutes=1))

    def live(self, each: Made, when: datetime) -> bool:
        status = next((new for at, _, new in reversed(each.statuses) if at < when), "new")
        return each.opened < when and status in ("new", "open", "pending")

    @cached_property
    def replies(self) -> list[tuple[int, Made]]:
        return [(self.worked(t.opened, t.replied), t) for t in self.tickets if t.replied and self.within(t.replied)]

    @cached_property
    def solutions(self) -> list[tuple[int, Made]]:
        ended = [(self.ended(t), t) for t in self.tickets]
        return [(self.worked(t.opened, end), t) for end, t in ended if end and self.within(end)]


def nearest_rank(values: list[int], share: float) -> int:
    ordered = sorted(values)
    return next(value for n, value in enumerate(ordered, 1) if n / len(ordered) >= share - 1e-9)


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Report, Naive]]:
    tickets = list(made.tickets(600, 120, date(2026, 1, 15), seed=11))
    path = tmp_path_factory.mktemp("random") / "desk.db"
    built.build(path, tickets)
    store = Store.open(path)
    config = configuration(hours={"week": "Mon-Fri 09:00-12:30 13:30-18:00, Sat 10:00-12:00", "holidays": "IT"})
    # The clocks go forward on 29 March; Easter Monday is the 6th of April.
    period = Period(date(2026, 3, 10), date(2026, 4, 20), ROME, at(1, "00:00", 6))
    yield report(store, config, period), Naive(tickets, config, period)
    store.close()


def test_volume_equals_the_naive_count(twice: tuple[Report, Naive]) -> None:
    found, naive = twice
    mails = [mail for each in naive.tickets for mail in each.mails if naive.within(mail[0])]
    assert found.mail_in == sum(kind == "customer" for _, kind, _ in mails) > 100
    assert found.mail_out == sum(kind == "agent" for _, kind, _ in mails)
    assert {a.agent: a.notes for a in found.agents if a.notes} == {
        agent: sum(kind == "note" and author == agent for _, kind, author in mails)
        for agent in {author for _, kind, author in mails if kind == "note"}
    }
    for row in found.days:
        day = [mail for mail in mails if mail[0].astimezone(ROME).date() == row.day]
        assert row.mail_in == sum(kind == "customer" for _, kind, _ in day)
    tuesdays = [when.astimezone(ROME) for when, kind, _ in mails if kind == "customer"]
    assert found.mail_in_hours[1][9] == sum(t.weekday() == 1 and t.hour == 9 for t in tuesdays) > 0


def test_new_solved_and_backlog_equal_the_naive_count(twice: tuple[Report, Naive]) -> None:
    found, naive = twice
    assert found.new == sum(naive.within(each.opened) for each in naive.tickets) > 100
    assert found.solved == len(naive.solutions) > 100
    again = [at for each in naive.tickets for at, old, new in each.statuses if (old, new) == ("solved", "open")]
    assert found.reopened == sum(map(naive.within, again)) > 5
    for row, (_, stretch) in zip(found.days, naive.period.days(), strict=True):
        assert row.backlog == sum(naive.live(each, stretch.until) for each in naive.tickets)
    unanswered = [each.replied is None for each in naive.tickets if naive.within(each.opened)]
    assert found.unanswered == sum(unanswered) / len(unanswered)


@pytest.mark.parametrize("which", ["replies", "solutions"])
def test_times_equal_the_naive_count(twice: tuple[Report, Naive], which: str) -> None:
    found, naive = twice
    waits = naive.replies if which == "replies" else naive.solutions
    wait, clock = (found.first_reply, "first_reply") if which == "replies" else (found.solution, "solve")
    minutes = [worked for worked, _ in waits]
    assert (wait.count, wait.median, wait.p90) == (len(waits), nearest_rank(minutes, 0.5), nearest_rank(minutes, 0.9))
    late = sum(any(of == clock for _, of in each.breaches) for _, each in waits)
    assert wait.kept == 1 - late / len(waits) < 1
    passed = [when for each in naive.tickets for when, of in each.breaches if of == clock]
    assert wait.breaches == sum(map(naive.within, passed)) > 0


def test_groups_equal_the_naive_count(twice: tuple[Report, Naive]) -> None:
    found, naive = twice
    for group in ("category", "tag", "team", "agent", "brand", "language"):
        for row in found.groups[group]:
            names = {t.id: t.tags if group == "tag" else (getattr(t, group),) for t in naive.tickets}
            mine = [t for t in naive.tickets if row.name in names[t.id]]
            assert row.new == sum(naive.within(each.opened) for each in mine)
            replies = [worked for worked, each in naive.replies if row.name in names[each.id]]
            assert row.first_reply == (nearest_rank(replies, 0.5) if replies else None)
            solved = [each for _, each in naive.solutions if row.name in names[each.id]]
            assert row.solved == len(solved)
            once = sum(sum(kind == "agent" for _, kind, _ in each.mails) == 1 for each in solved)
            assert row.one_touch == (once / len(solved) if solved else None)


def test_growing_types_equal_the_naive_count(twice: tuple[Report, Naive]) -> None:
    found, naive = twice
    before = [t for t in naive.tickets if naive.period.before <= t.opened < naive.since]
    assert any(row.by == "tag" for row in found.growing)
    for row in found.growing:
        names = [t.tags if row.by == "tag" else (t.category,) for t in before]
        assert row.before == sum(row.name in each for each in names) < row.new
