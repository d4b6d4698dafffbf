"""The Dovecot that the tests of IMAP share within a file, and a user of it for each of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from tests.edge.dovecot import Dovecot, running

numbers = itertools.count(1)


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with running() as server:
        yield server


@pytest.fixture
def user(dovecot: Dovecot) -> str:
    name = f"desk{next(numbers)}@imap.test"
    dovecot.add_user(name)
    return name
