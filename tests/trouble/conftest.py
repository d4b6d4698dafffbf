"""Fixtures for a desk in trouble."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.trouble.rig import Desk, rig


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk that is served, and ended."""
    with rig(tmp_path) as desk:
        yield desk
