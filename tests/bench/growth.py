"""What a desk costs once it has a million tickets and five million messages.

    python -m tests.bench.growth [--tickets 1000000] [--store FILE]

Builds the desk, with a progress bar, or takes the one in FILE (some 12 GB), and prints what people and mail wait for:
lists, searches, one ticket, a tick of the scheduler, the start, and how many mails come in and are thought about
beside an empty desk's.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from functools import partial
from pathlib import Path

from rich.progress import track

from maildesk.desk.policy import Policy
from maildesk.edge.policies import with_templates
from maildesk.edge.think import Thinker
from maildesk.model import Look, RawMail, Status, View
from maildesk.store import due, intake, queue, tickets
from maildesk.store.engine import Store
from tests.bench import made
from tests.bench.built import VOCABULARY, build, words
from tests.bench.year import configuration

_YEARS = 3
_MAILS = 1_000
_SESSIONS = 10
_DICE = random.Random(11)


def main() -> None:
    asked = ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("--tickets", type=int, default=1_000_000)
    asked.add_argument("--store", type=Path, default=Path("var/bench/grown.db"))
    given = asked.parse_args()
    if not given.store.exists():
        coming = made.tickets(given.tickets, _YEARS * 365)
        build(given.store, track(coming, "Building", given.tickets, disable=not sys.stdout.isatty()), whole=True)
    began = time.perf_counter()
    store = Store.open(given.store)
    print(f"opening the store: {1000 * (time.perf_counter() - began):.0f} ms")
    count = store.value("SELECT max(id) FROM tickets"), store.value("SELECT max(id) FROM messages")
    print(f"{count[0]:,} tickets, {count[1]:,} messages, {given.store.stat().st_size / 2**30:.1f} GB")
    reading(store, count[0])
    store.close()
    mailing(given.store)


# --- what people wait for ----------------------------------------------------------------------------------------


def reading(store: Store, last: int) -> None:
    common, rare = VOCABULARY[5], VOCABULARY[20_000]
    wanted = {
        "tickets": tickets.Filter(),
        "tickets --status closed": tickets.Filter(status="closed"),
        "tickets --status spam": tickets.Filter(status="spam"),
        "tickets --status new": tickets.Filter(status="new"),
        "tickets --team billing": tickets.Filter(team="billing"),
        "tickets --team nobody's": tickets.Filter(team="nobody's", status="all"),
        "tickets --assignee agent3": tickets.Filter(assignee="agent3"),
        "tickets --tag tag7": tickets.Filter(tag="tag7"),
        "tickets --tag of no ticket": tickets.Filter(tag="none"),
        "tickets, a common word": tickets.Filter(words=common, status="all"),
        "tickets, two common words": tickets.Filter(words=f"{common} {VOCABULARY[9]}"),
        "tickets, a rare word": tickets.Filter(words=rare, status="all"),
        "tickets, of no ticket": tickets.Filter(words="xyzzyplugh", status="all"),
    }
    for name, each in wanted.items():
        _timed(name, partial(tickets.listing, store, each))
    now = datetime.now(UTC)
    looks = {
        "#list": Look(View.LIST),
        "#list overdue": Look(View.LIST, overdue=True),
        "#list all": Look(View.LIST, status="all"),
        "#search, a common word": Look(View.LIST, words=common),
        "#list closed": Look(View.LIST, status=Status.CLOSED),
    }
    for name, look in looks.items():
        _timed(name, partial(queue.tickets, store, look, now))
    _timed("show", lambda: tickets.whole(store, _DICE.randrange(1, last)))
    _timed("a tick: what is due", lambda: (due.timers(store, now, 100), due.reminders(store, now, 100)))


def _timed(name: str, run: Callable[[], object]) -> None:
    taken = []
    for _ in range(7):
        began = time.perf_counter()
        run()
        taken.append(1000 * (time.perf_counter() - began))
    print(f"{name:28} {statistics.median(taken):8.1f} ms, at most {max(taken):.1f} ms", flush=True)


# --- what mail waits for -----------------------------------------------------------------------------------------


def mailing(path: Path) -> None:
    """The same mails to an empty desk and to this one, in turns: so the machine's noise is the same for both."""
    with tempfile.TemporaryDirectory() as folder, _desk(Path(folder) / "empty.db") as small, _desk(path) as large:
        rounds = [(*small(_mails(round)), *large(_mails(round))) for round in range(5)]
    few_in, few, many_in, many = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(f"mails taken in: {few_in:.0f}/s on an empty desk, {many_in:.0f}/s on this one: {many_in / few_in:.0%}")
    print(f"mails thought about: {few:.0f}/s on an empty desk, {many:.0f}/s on this one: {many / few:.0%}")


@contextmanager
def _desk(path: Path) -> Iterator[Callable[[list[bytes]], tuple[float, float]]]:
    """As the daemon and its worker have it open."""
    policy: Policy = with_templates(configuration())[0]
    store, thinking = Store.open(path), Store.open(path, synced=False)
    before = store.value("SELECT coalesce(max(id), 0) FROM tickets")

    def taken(raws: list[bytes]) -> tuple[float, float]:
        """How many a second come in, ten in a commit; and how many are thought about."""
        mails = [RawMail(raw, "smtp", datetime.now(UTC), "ann@example.test", ("help@acme.test",)) for raw in raws]
        began = time.perf_counter()
        for first in range(0, len(mails), _SESSIONS):
            intake.accept(store, mails[first : first + _SESSIONS])
        came = time.perf_counter()
        thinker = Thinker(thinking, policy, clock=lambda: datetime.now(UTC), begin=lambda _: None)
        while thinker.mails():
            pass
        return len(mails) / (came - began), len(mails) / (time.perf_counter() - came)

    try:
        yield taken
    finally:
        print(f"  {path.name}: {store.value('SELECT max(id) FROM tickets') - before} new tickets")
        thinking.close()
        store.close()


def _mails(seed: int) -> list[bytes]:
    dice = random.Random(f"{seed} {time.time()}")
    return [_mail(dice) for _ in range(_MAILS // 5)]


def _mail(dice: random.Random) -> bytes:
    mail = EmailMessage()
    mail["From"] = f"Customer <customer{dice.randrange(200_000)}@example.test>"
    mail["To"], mail["Subject"] = "help@acme.test", words(dice, 5)
    mail["Message-ID"] = f"<{dice.getrandbits(64)}@example.test>"
    mail.set_content(words(dice, 60))
    return mail.as_bytes(policy=SMTP)


if __name__ == "__main__":
    main()
