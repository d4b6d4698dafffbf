"""The way in by IMAP, from a Dovecot of its own: a backlog, and how soon a new mail is a ticket.

The backlog is fetched in batches, each made durable before its mails are flagged; a mail counts as taken in once that
is done, and as a ticket once it was thought about. A new mail is announced by IDLE. Needs Debian's Dovecot, and root.
"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Sequence
from statistics import median

from tests.bench import postbag
from tests.bench.measure import Gauge, Row, folder, machine, mib, table, until
from tests.bench.serving import Desk
from tests.edge.dovecot import Dovecot, running

_USER = "desk@imap.test"


def main(given: Sequence[str] | None = None) -> None:
    asked = ArgumentParser("imap", description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("--mails", type=int, default=5000)
    asked.add_argument("--new", type=int, default=20, help="mails whose way to a ticket is timed")
    wanted = asked.parse_args(given)
    with folder() as home, running() as dovecot:
        (home / "password").write_text(Dovecot.PASSWORD)
        (home / "password").chmod(0o600)
        dovecot.add_user(_USER)
        dovecot.fill(_USER, postbag.text(wanted.mails))
        account = {"host": "127.0.0.1", "port": dovecot.imap, "tls": "none", "user": _USER, "backlog": "tickets"}
        receive = {"imap": [{**account, "password_file": str(home / "password")}]}
        desk = Desk(home / "desk", receive=receive)
        began = time.time()
        with desk, Gauge(desk.pid) as gauge:
            taken = _seconds(desk, "SELECT count(*) >= {} FROM imap_mails WHERE settled = 1", wanted.mails, began)
            thought = _seconds(desk, "SELECT count(*) >= {} FROM inbox WHERE state != 'received'", wanted.mails, began)
            waits = [
                _until_ticket(desk, dovecot, mail) for mail in postbag.text(wanted.mails + wanted.new)[-wanted.new :]
            ]
    rows = [
        Row("a backlog, taken in", f"{wanted.mails / taken:.0f} a second", "", "300"),
        Row("a backlog, as tickets", f"{wanted.mails / thought:.0f} a second", "", ""),
        Row("a new mail is a ticket after", f"{median(waits):.2f} s, at most {max(waits):.2f} s", "", "1.5 s"),
        Row("memory, all processes", mib(gauge.most.proportional), "", "150 MiB"),
    ]
    print(machine())
    print(table(rows))


def _seconds(desk: Desk, sql: str, mails: int, began: float) -> float:
    """Until that is so; from before the daemon's start on."""
    until(lambda: desk.count(sql.format(mails)))
    return time.time() - began


def _until_ticket(desk: Desk, dovecot: Dovecot, mail: bytes) -> float:
    """Seconds from its delivery to its being thought about."""
    settled = "SELECT count(*) FROM inbox WHERE state != 'received'"
    before = desk.count(settled)
    began = time.perf_counter()
    dovecot.fill(_USER, [mail])
    until(lambda: desk.count(settled) > before, nap=0.005)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
