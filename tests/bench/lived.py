"""A year of a desk is lived through, and its reminders and figures are counted a second time.

    python -m tests.bench.lived [TICKETS]

By default 20,000 tickets, with holidays, agents in two zones, and restarts at random: some 12 minutes. A bar shows how
far it has come. Exit status 1 where anything differs.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.desk.year import Naive, Year, differences
from tests.desk.year_figures import Count, found


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        year = Year(Path(folder), int(sys.argv[1]) if len(sys.argv) > 1 else 20_000, 1)
        year.live()
        naive = Naive(year)
        told, should = year.told(), naive.told()
        print(f"{len(year.cases)} tickets, {year.mails} mails, {time.process_time():.0f} s of the processor")
        print(f"{told.total()} reminders, {should.total()} by the naive count")
        wrong: list[object] = list(differences(told, should, year))
        one, other = found(year), Count(naive).figures()
        print(f"{len(one)} figures: { ({name: one[name] for name in ('new', 'solved', 'first_reply', 'solution')}) }")
        wrong += [(name, one.get(name), other.get(name)) for name in one | other if one.get(name) != other.get(name)]
        year.office.close()
        print(*wrong[:20], f"{len(wrong)} differences", sep="\n")
        sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
