"""For whoever moves house: histories taken in, and a copy of everything taken out."""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from maildesk.cli.output import say
from maildesk.cli.premises import Premises, Wrong, pass_premises
from maildesk.model import RawMail

if TYPE_CHECKING:
    from maildesk.desk.policy import Policy
    from maildesk.edge.import_in import Place
    from maildesk.edge.think import Thinker
    from maildesk.store.engine import Store

_BATCH = 200  # mails in one commit
_NAP = 0.2  # seconds between two looks at what the daemon does


# --- import ----------------------------------------------------------------------------------------------


class _Step(Protocol):
    """Tells the progress bar how much is done in all."""

    def __call__(self, done: int) -> None: ...


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="PATH...")
@pass_premises
def import_(premises: Premises, paths: tuple[Path, ...]) -> None:
    """Takes in mbox files, Maildir folders and .eml files as history.

    Threads are rebuilt and closed, and nobody is mailed. It can be run twice: the second time adds nothing.
    """
    from maildesk.edge import import_in

    policy = premises.policy()
    places = import_in.find(paths)
    if not places:
        raise Wrong("there is no mail in " + ", ".join(map(str, paths)))
    with premises.writing(policy.config) as store:
        ids = _take_in(store, places)
        known = len(places) - len(ids)
        say(f"{len(ids)} mails taken in" + (f", {known} were there already" if known else ""))
        if ids:
            _understand(policy, store, ids)


def _take_in(store: Store, places: Sequence[Place]) -> list[int]:
    """Makes durable what is new, some hundred mails a commit; their ids."""
    from maildesk.store import history, intake

    taken, ids = history.taken(store), list[int]()
    with _progress("Reading", len(places)) as step:
        for start in range(0, len(places), _BATCH):
            now, new = datetime.now(UTC), list[RawMail]()
            for place in places[start : start + _BATCH]:
                mail = place.read(now)
                digest = hashlib.sha256(mail.raw).digest()
                if digest not in taken:
                    taken.add(digest)
                    new.append(mail)
            ids += intake.accept(store, new) if new else []
            step(start + _BATCH)
    return ids


def _understand(policy: Policy, store: Store, ids: Sequence[int]) -> None:
    """Until every one of them is settled: the daemon does it, or else we do."""
    from maildesk.edge.service import AlreadyRunning, Lock
    from maildesk.edge.think import Thinker
    from maildesk.store import history

    with _progress("Threading", len(ids)) as step:
        while waiting := history.waiting(store, ids):
            step(len(ids) - waiting)
            try:
                lock = Lock(policy.config.desk.store)
            except AlreadyRunning:
                time.sleep(_NAP)
                continue
            try:
                _think(Thinker(store, policy, begin=lambda mail: None), ids, step)
            finally:
                lock.release()


def _think(thinker: Thinker, ids: Sequence[int], step: _Step) -> None:
    """In the daemon's place, and with its rules: a mail that fails three times is quarantined."""
    from maildesk.store import history

    while waiting := history.waiting(thinker.store, ids):
        if not thinker.mails(budget=0.5):
            time.sleep(_NAP)  # what is left was put off for a second or five
        step(len(ids) - waiting)


@contextmanager
def _progress(what: str, total: int) -> Iterator[_Step]:
    """A bar on a terminal, silence in a pipe."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.update(task, completed=done)


# --- backup ----------------------------------------------------------------------------------------------


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@pass_premises
def backup(premises: Premises, file: Path) -> None:
    """Writes a consistent copy of the store to FILE, while the daemon runs; overwrites nothing.

    To restore, stop the daemon, put the file in the store's place and start the daemon.
    """
    config = premises.config()
    try:
        with premises.reading(config, any_version=True) as store, _pages() as step:
            store.backup(file, step)
    except FileExistsError as error:
        raise Wrong(f"{file} is there already; name another file, or move that one away") from error
    say(f"{file}: {file.stat().st_size:,} octets; to restore, stop the daemon and put it at {config.desk.store}")


@contextmanager
def _pages() -> Iterator[Callable[[int, int], None]]:
    with _progress("Copying", 100) as step:
        yield lambda done, of: step(done * 100 // max(of, 1))
