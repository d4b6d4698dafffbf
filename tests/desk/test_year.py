"""Most of a year, at random: each reminder comes once, at its minute, and figures are those of a naive count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.desk.year import Naive, Year, differences
from tests.desk.year_figures import Count, found


@pytest.fixture(scope="module")
def naive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Naive]:
    year = Year(tmp_path_factory.mktemp("year"), 80, 8)
    year.live()
    yield Naive(year)
    year.office.close()


@pytest.mark.timeout(180)
def test_a_desk_s_reminders_are_those_of_a_naive_count(naive: Naive) -> None:
    told, should = naive.year.told(), naive.told()
    assert should.total() > 150
    assert set(told.values()) == {1}
    assert differences(told, should, naive.year) == []


def test_a_desk_s_figures_are_those_of_a_naive_count(naive: Naive) -> None:
    figures = found(naive.year)
    assert figures["solved"] > 10  # type: ignore[operator]
    assert figures == Count(naive).figures()


def test_reminders_that_are_only_counted_are_told_of_as_well(naive: Naive) -> None:
    year, case, at = naive.year, naive.year.cases[0], naive.year.office.now
    should = Counter({(case.id, "solve due", at): 1})
    assert differences(Counter({(0, case.agent, at): 1}), should, year) == []
    assert differences(Counter(), should, year) == [(0, case.agent, at)]
    assert differences(Counter({(0, case.agent, at): 2}), should, year) == [(0, case.agent, at)]
