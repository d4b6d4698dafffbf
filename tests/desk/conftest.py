from __future__ import annotations

from pathlib import Path

import pytest

from tests.office import Office


@pytest.fixture
def office(tmp_path: Path):
    office = Office(tmp_path)
    yield office
    office.close()
