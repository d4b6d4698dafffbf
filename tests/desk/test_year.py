"""Half a year and more, at random: each reminder comes once, at its minute, by a count that knows nothing of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desk.year import Naive, Year


@pytest.mark.timeout(180)
def test_a_desk_s_reminders_are_those_of_a_naive_count(tmp_path: Path) -> None:
    year = Year(tmp_path, 80, 8)
    year.live()
    told, naive = year.told(), Naive(year).told()
    year.office.close()
    assert sum(naive.values()) > 150
    assert set(told.values()) == {1}
    assert sorted(told) == sorted(naive)
