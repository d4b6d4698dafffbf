"""The cast of the stories: desks, somebody else's mail servers, and people with mailboxes there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.story.desk import Desk
from tests.story.people import Person
from tests.story.smarthost import Smarthost
from tests.story.town import Town, running

DeskMaker = Callable[..., Desk]


@pytest.fixture
def smarthost() -> Iterator[Smarthost]:
    """Takes everything that desks send, and is everybody's mailbox."""
    server = Smarthost()
    yield server
    server.close()


@pytest.fixture
def make_desk(tmp_path: Path) -> Iterator[DeskMaker]:
    """Makes desks, and ends them; their logs are shown where a story goes wrong."""
    made: list[Desk] = []

    def make(out: int, **changes: Any) -> Desk:
        made.append(Desk(tmp_path / f"desk{len(made)}", out, **changes))
        return made[-1]

    yield make
    for desk in made:
        desk.end()
        print(f"--- {desk.folder.name}\n{desk.log()[-8000:]}")


@pytest.fixture
def desk(make_desk: DeskMaker, smarthost: Smarthost) -> Desk:
    """A desk that serves, behind the smarthost."""
    desk = make_desk(smarthost.port)
    desk.start()
    return desk


@pytest.fixture
def ann(desk: Desk, smarthost: Smarthost) -> Person:
    """A customer whose program delivers to the desk itself."""
    return Person("Ann Bianchi", "ann@customer.test", desk.port, smarthost.mailbox)


@pytest.fixture
def alice(desk: Desk, smarthost: Smarthost) -> Person:
    return Person("Alice Rossi", "alice@people.test", desk.port, smarthost.mailbox)


@pytest.fixture
def ops(desk: Desk, smarthost: Smarthost) -> Person:
    """The admin."""
    return Person("Ops", Desk.ADMIN, desk.port, smarthost.mailbox)


@pytest.fixture(scope="session")
def town() -> Iterator[Town]:
    """Postfix and Dovecot, once for all stories; their tests are marked `servers`."""
    with running() as town:
        yield town
