"""Fixtures for a desk in trouble."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.trouble.rig import Desk, rig


@pytest.fixture(scope="module")
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk that is served, for all tests of a file that leave it well; the file's CHANGES are its configuration's."""
    with rig(tmp_path_factory.mktemp("desk"), **getattr(request.module, "CHANGES", {})) as desk:
        yield desk
