"""The mails of the morning and of the week: at their time, once, and only where there is something to tell."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from maildesk.config.digest import Digest
from maildesk.desk import digests
from maildesk.model import TimerKind
from maildesk.store.engine import to_time
from tests.office import ALICE, ANN, BOB, Letter, Office, configuration

MONDAY = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)  # 07:00 in Rome
DIGEST: dict[str, Any] = {"leads": None}


def agent(id: str = "alice", email: str = ALICE, **more: Any) -> dict[str, Any]:
    return {"id": id, "name": f"{id.title()} Rossi", "email": email, "teams": ["billing"], **more}


def opened(folder: Path, now: datetime = MONDAY, **changes: Any) -> Office:
    return Office(folder, configuration(**{"digest": DIGEST, **changes}), now)


@pytest.fixture
def office(tmp_path: Path):
    office = opened(tmp_path)
    yield office
    office.close()


def rows(letter: Letter) -> list[int]:
    return [int(number) for number in re.findall(r"^\[#(\d+)\]", letter.text, re.MULTILINE)]


def times(office: Office, kind: TimerKind = TimerKind.DIGEST) -> dict[str, datetime]:
    found = office.store.rows("SELECT agent, at FROM timers WHERE kind = ?", (kind,))
    return {row["agent"]: to_time(row["at"]) for row in found}


def test_a_digest_comes_in_the_morning_new_first_then_by_our_last_answer_overdue_marked(office: Office) -> None:
    for number in (1, 2, 3):
        office.mail(ANN, f"Invoice {number}", "Hello.")
    notices = office.letters(ALICE, "notice")
    office.reply(notices[0], ALICE, "#take #reopen #due 30m\nWe look into it.")
    office.later(minutes=59)
    assert office.letters(ALICE, "digest") == []
    office.later(minutes=1)
    digest = office.last(ALICE, "digest")
    assert digest["Subject"] == "Acme Support: 3 tickets today, 1 overdue"
    assert rows(digest) == [1, 2, 3]
    assert digest.text.index("Yours (1)") < digest.text.index("OVERDUE") < digest.text.index("Unassigned (2)")
    assert digest.text.count("OVERDUE") == 1
    assert digest["Auto-Submitted"] == "auto-generated"
    assert times(office)["alice"] == MONDAY + timedelta(hours=25)


def test_an_empty_digest_is_not_sent_and_the_next_one_comes(office: Office) -> None:
    office.later(hours=1)
    assert office.letters() == []
    office.mail(ANN, "Invoice 1", "Hello.")
    office.later(days=1)
    assert len(office.letters(ALICE, "digest")) == 1


def test_what_waits_for_the_customer_or_sleeps_is_not_in_it(office: Office) -> None:
    office.mail(ANN, "Invoice 1", "Hello.")
    office.reply(office.last(ALICE, "notice"), ALICE, "#take\nWhich one?")
    office.mail(ANN, "Invoice 2", "Hello.")
    office.store.execute("UPDATE tickets SET snoozed_until = '2026-03-09T00:00:00.000Z' WHERE id = 2")
    office.later(hours=1)
    assert office.letters(ALICE, "digest") == []


def test_answering_from_a_digest_works(office: Office) -> None:
    office.mail(ANN, "Invoice 1", "Hello.")
    office.later(hours=1)
    digest = office.last(ALICE, "digest")
    address = re.search(r"^support\+a\S+", digest.text, re.MULTILINE)
    assert address
    office.mail(ALICE, "Re: [#1] Invoice 1", "#take\nWe look into it.", address[0])
    assert "We look into it." in office.last(ANN, "reply").text
    office.reply(digest, ALICE, "#list mine")
    assert rows(office.last(ALICE, "listing")) == [1]


def test_each_agent_has_their_own_by_their_own_clock_on_their_own_days(tmp_path: Path) -> None:
    agents = [
        agent(timezone="Asia/Tokyo", hours={"week": "Tue-Thu 09:00-12:00"}),
        agent("bob", BOB, timezone="America/New_York"),
    ]
    office = opened(tmp_path, agents=agents)
    assert times(office) == {
        "alice": datetime(2026, 3, 2, 23, 0, tzinfo=UTC),  # Tuesday 08:00 in Tokyo
        "bob": datetime(2026, 3, 2, 13, 0, tzinfo=UTC),
    }
    office.mail(ANN, "Invoice 1", "Hello.")
    office.later(hours=8)
    assert (len(office.letters(BOB, "digest")), len(office.letters(ALICE, "digest"))) == (1, 0)
    office.later(days=3)
    assert len(office.letters(ALICE, "digest")) == 1  # her days are over when the desk is asked again
    assert times(office)["alice"] == datetime(2026, 3, 9, 23, 0, tzinfo=UTC)
    office.close()


def test_holidays_and_weekends_have_none(tmp_path: Path) -> None:
    friday = datetime(2026, 4, 3, 7, 0, tzinfo=UTC)  # of Easter
    office = opened(tmp_path, friday, hours={"week": "Mon-Fri 09:00-18:00", "holidays": "IT"})
    assert times(office)["alice"] == datetime(2026, 4, 7, 6, 0, tzinfo=UTC)  # Monday is a holiday in Italy
    office.close()


@pytest.mark.parametrize(
    ("zone", "at", "now", "expected"),
    [
        ("Europe/Rome", "08:00", datetime(2026, 3, 27, 8, 0, tzinfo=UTC), datetime(2026, 3, 30, 6, 0, tzinfo=UTC)),
        ("Europe/Rome", "08:00", datetime(2026, 10, 23, 8, 0, tzinfo=UTC), datetime(2026, 10, 26, 7, 0, tzinfo=UTC)),
        ("Europe/Rome", "02:30", datetime(2026, 3, 28, 12, 0, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("Europe/Rome", "02:30", datetime(2026, 10, 24, 12, 0, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_the_clock_on_the_wall_counts_whatever_is_done_to_it(
    zone: str, at: str, now: datetime, expected: datetime
) -> None:
    days = "Mon-Sun" if at == "02:30" else "Mon-Fri"
    config = configuration(agents=[agent(timezone=zone)], digest={**DIGEST, "at": at, "days": days})
    assert [timer.at for timer in digests.timers(config, now)] == [expected]


def test_a_night_that_has_a_time_twice_has_one_digest(tmp_path: Path) -> None:
    office = opened(
        tmp_path, datetime(2026, 10, 24, 12, 0, tzinfo=UTC), digest={**DIGEST, "at": "02:30", "days": "Mon-Sun"}
    )
    office.mail(ANN, "Invoice 1", "Hello.")
    for _ in range(15):
        office.later(hours=1)
    assert len(office.letters(ALICE, "digest")) == 1
    office.close()


def test_it_comes_once_over_restarts_and_downtime(tmp_path: Path) -> None:
    office = opened(tmp_path)
    office.mail(ANN, "Invoice 1", "Hello.")
    office.now = MONDAY + timedelta(days=14, hours=3)  # two weeks later, a Monday at 10:00
    for _ in range(3):
        office.use(office.config)  # a restart: timers stand anew, before they fire
    office.later()
    assert len(office.letters(ALICE, "digest")) == 1
    office.use(office.config)
    office.later(minutes=5)
    assert len(office.letters(ALICE, "digest")) == 1
    assert times(office)["alice"] == MONDAY + timedelta(days=15, hours=1)
    office.close()


@pytest.mark.parametrize("back", [timedelta(days=5, hours=20), timedelta(days=8, hours=20)])
def test_a_morning_that_is_over_is_left_out(tmp_path: Path, back: timedelta) -> None:
    """On a Sunday at 03:00, or a Wednesday at 03:00: nobody is mailed in the night, the next morning is near."""
    office = opened(tmp_path)
    office.mail(ANN, "Invoice 1", "Hello.")
    office.later(seconds=back.total_seconds())
    assert office.letters(ALICE, "digest") == []
    assert times(office)["alice"] > office.now
    office.close()


def test_standing_again_postpones_nothing(office: Office) -> None:
    before = times(office)
    office.now += timedelta(minutes=30)
    office.use(office.config)
    assert times(office) == before


def test_what_is_no_longer_configured_dies_and_another_hour_counts_at_once(office: Office) -> None:
    office.mail(ANN, "Invoice 1", "Hello.")
    agents = [agent()]
    office.use(configuration(agents=agents, digest={**DIGEST, "at": "09:30"}))
    assert times(office) == {"alice": MONDAY + timedelta(hours=2, minutes=30)}
    office.use(configuration(agents=agents))
    assert times(office) == {}
    office.later(days=1)
    assert office.letters(ALICE, "digest") == []


def test_a_timer_that_fires_after_it_was_taken_out_mails_nothing(office: Office) -> None:
    office.mail(ANN, "Invoice 1", "Hello.")
    policy = office.thinker.policy
    office.use(configuration(agents=[agent("bob", BOB)], digest=DIGEST))
    office.store.execute(
        "INSERT INTO timers (kind, at, agent) VALUES ('digest', '2026-03-02T06:30:00.000Z', 'alice'),"
        " ('digest', '2026-03-02T06:30:00.000Z', 'team:gone')"
    )
    office.later(hours=2)
    assert office.letters(ALICE, "digest") == []
    assert set(times(office)) == {"bob"}
    assert office.alarms() == []
    assert policy is not office.thinker.policy


def test_who_is_away_gets_none(office: Office) -> None:
    office.mail(ANN, "Invoice 1", "Hello.")
    office.store.execute("INSERT INTO absences (agent, until) VALUES ('alice', NULL)")
    office.later(hours=1)
    assert office.letters(ALICE, "digest") == []
    assert times(office)["alice"] > office.now


def test_nobody_gets_any_unless_it_is_configured(tmp_path: Path) -> None:
    office = Office(tmp_path, configuration(), MONDAY)
    office.mail(ANN, "Invoice 1", "Hello.")
    office.later(days=7)
    assert {letter.kind for letter in office.letters()} == {"auto_reply_plain", "notice"}
    office.close()


def test_a_team_s_digest_goes_to_each_of_its_agents_with_all_that_waits_for_the_team(tmp_path: Path) -> None:
    agents = [agent(languages=["it"]), agent("bob", BOB), agent("eve", "eve.private@acme.test", teams=["tech"])]
    office = opened(tmp_path, agents=agents, digest={**DIGEST, "agents": False, "teams": True})
    office.mail(ANN, "Invoice 1", "Hello.")
    office.reply(office.last(ALICE, "notice"), ALICE, "#take")
    office.mail(ANN, "Invoice 2", "Hello.")
    office.later(hours=1)
    assert rows(office.last(BOB, "digest")) == rows(office.last(ALICE, "digest")) == [1, 2]
    assert office.last(BOB, "digest")["Subject"] == "Acme Support, Billing: 2 tickets today"
    assert office.last(ALICE, "digest")["Subject"] == "Acme Support, Billing: 2 ticket oggi"
    assert office.letters("eve.private@acme.test", "digest") == []
    tokens = [set(re.findall(r"support\+a\w+", letter.text)) for letter in office.letters(kind="digest")]
    assert not tokens[0] & tokens[1]
    office.close()


def test_leads_get_the_week_s_figures(tmp_path: Path) -> None:
    agents = [agent(role="lead", languages=["fr"]), agent("bob", BOB)]
    office = opened(tmp_path, agents=agents, digest={"agents": False, "leads": "Fri 16:30"})
    for number in (1, 2):
        office.mail(f"c{number}@customer.test", f"Invoice {number}", "Hello.")
    office.reply(office.last(ALICE, "notice"), ALICE, "#solve\nDone.")
    office.later(days=4, hours=9, minutes=29)
    assert office.letters(kind="weekly") == []
    office.later(minutes=1)
    weekly = office.last(ALICE, "weekly")
    assert weekly["Subject"] == "Acme Support : la semaine en chiffres"
    assert "Messages des clients : 2" in weekly.text
    assert "Résolus : 1" in weekly.text
    assert office.letters(BOB, "weekly") == []
    office.later(days=7)
    assert len(office.letters(ALICE, "weekly")) == 2
    office.close()


def test_a_week_that_was_missed_is_told_once(tmp_path: Path) -> None:
    office = opened(tmp_path, agents=[agent(role="admin")], digest={"agents": False})
    office.later(days=30)
    assert len(office.letters(ALICE, "weekly")) == 1
    assert times(office, TimerKind.WEEKLY)["alice"] > office.now
    office.close()


def test_a_digest_in_arabic_and_japanese_company_stays_readable(office: Office) -> None:
    for subject in ("الفاتورة غير صحيحة invoice", "請求書 invoice", "Päivää, invoice"):
        office.mail(ANN, subject, "Hello.")
    office.later(hours=1)
    digest = office.last(ALICE, "digest")
    for subject in ("الفاتورة غير صحيحة invoice", "請求書 invoice", "Päivää, invoice"):
        assert subject in digest.text
        assert subject in digest.html


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"at": "8"}, "write it like 08:00"),
        ({"at": "25:00"}, "write it like 08:00"),
        ({"days": "Monday"}, "write them like Mon-Fri"),
        ({"days": "Mon-Fri 09:00-18:00"}, "write them like Mon-Fri"),
        ({"leads": "08:00"}, "write it like Mon 08:00"),
        ({"leads": "Mon-Fri 08:00"}, "write it like Mon 08:00"),
        ({"leeds": "Mon 08:00"}, "Extra inputs"),
    ],
)
def test_what_is_written_wrong_is_told_with_how_it_is_right(wrong: dict[str, str], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Digest.model_validate(wrong)


@pytest.mark.parametrize("days", ["Mon-Fri", "mon, wed,sat", "Sun", "Fri-Mon, Wed"])
def test_days_are_written_as_people_do(days: str) -> None:
    assert Digest.model_validate({"days": days}).days == days
