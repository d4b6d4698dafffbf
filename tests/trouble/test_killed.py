"""Some of what ``killing`` and ``calls`` do at length: a desk that is killed at random, and at a few system calls."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.trouble import calls, killing


def test_killed_again_and_again_while_mail_pours_in_it_loses_and_doubles_nothing(tmp_path: Path) -> None:
    toll = killing.run(tmp_path, kills=3, seed=3)
    assert toll.wrong == []
    assert toll.confirmed > 20
    assert toll.kills.total() == 3


@pytest.mark.skipif(shutil.which("strace") is None, reason="takes strace")
def test_killed_at_a_system_call_between_data_and_250_it_loses_and_doubles_nothing(tmp_path: Path) -> None:
    try:
        toll = calls.run(tmp_path, seed=4, most=1)
    except PermissionError:
        pytest.skip("this process may not be traced here")
    assert toll.wrong == []
    assert toll.confirmed == 1
