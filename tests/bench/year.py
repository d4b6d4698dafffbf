"""How long the report on a year of a large desk takes.

    python -m tests.bench.year [--tickets 1000000] [--years 3] [--store FILE]

Builds the desk, with a progress bar, or takes the one in FILE; reports on its last year, and prints how long that took.
"""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path

from rich.progress import track

from maildesk.config import Config
from maildesk.desk.figures import Period, summarise
from maildesk.edge.figures import report
from maildesk.store.engine import Store
from tests.bench.built import build
from tests.bench.made import BEGIN, ZONE, morning, tickets


def configuration() -> Config:
    """Hours, holidays and targets, as such a desk has them."""
    return Config.model_validate(
        {
            "desk": {"name": "Acme", "address": "help@acme.test", "timezone": ZONE.key},
            "receive": {"smtp": {}},
            "send": {"maildir": "out"},
            "agents": [{"id": "agent0", "name": "Alice Rossi", "email": "alice@staff.test"}],
            "hours": {"week": "Mon-Fri 09:00-18:00", "holidays": "IT"},
            "targets": {"first_reply": "4h", "solve": "27h", "by_priority": {"urgent": {"first_reply": "1h"}}},
        }
    )


def main() -> None:
    asked = ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("--tickets", type=int, default=1_000_000)
    asked.add_argument("--years", type=int, default=3)
    asked.add_argument("--store", type=Path, default=Path("var/bench/desk.db"))
    asked.add_argument("--rounds", type=int, default=3)
    given = asked.parse_args()
    if not given.store.exists():
        made = tickets(given.tickets, given.years * 365)
        build(given.store, track(made, "Building", given.tickets, disable=not sys.stdout.isatty()))
    store = Store.read_only(given.store)
    end = BEGIN + timedelta(days=given.years * 365)
    period = Period(end - timedelta(days=365), end - timedelta(days=1), ZONE, morning(end))
    for _ in range(given.rounds):
        began = time.perf_counter(), time.process_time()
        found = report(store, configuration(), period)
        taken = time.perf_counter() - began[0], time.process_time() - began[1]
        print(f"a year's report: {taken[0]:.2f} s, {taken[1]:.2f} s of the processor")
    for line in summarise(found):
        print(f"  {line.title:16} {line.value}")


if __name__ == "__main__":
    main()
