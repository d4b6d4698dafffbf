"""From SMTP to the answer: mails sent over ten sessions, until the last auto-reply lies in the outgoing Maildir.

All of the desk is on; each mail is threaded and can be searched for by then. In the same run, in turn, Postfix accepts
and delivers the same mails, and Roundup takes some of them as a mailbox. Then ten mails of 25 MiB come at once. Prints
medians, ratios, how long senders waited from DATA to 250, and the memory of all of the desk's processes.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench import peers, postbag
from tests.bench.load import send
from tests.bench.measure import Gauge, Row, Size, folder, machine, mib, percentile, table
from tests.bench.serving import Desk

SESSIONS = 10
_LARGE = 25 * postbag.MIB
_AIMS = {"text": (10.0, 0.8), "mixed": (5.5, 0.4)}  # times Roundup's rate, times Postfix's


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the desk."""

    rate: float  # mails a second
    waits: Sequence[float]  # seconds from DATA to 250, of each mail
    memory: Size  # at its most


def take(home: Path, mails: Path, count: int, **sections: object) -> Run:
    """A fresh desk takes the mails. AssertionError when one is lost, doubled, or not answered."""
    with Desk(home, **sections) as desk, Gauge(desk.pid) as gauge:
        report = send(mails, desk.port, SESSIONS)
        assert not report.refused, report.refused[0]
        seconds = desk.waits_until_done() - report.began
        desk.adds_up(count)
    return Run(count / seconds, report.answers, gauge.most)


def compare(kind: str, count: int, rounds: int, of_roundup: int) -> list[Row]:
    """The desk and its peers with one kind of post, in turn."""
    mails = {"text": postbag.text, "mixed": postbag.mixed}[kind](count)
    runs: list[Run] = []
    postfix, roundup = [], []
    with folder() as home:
        bag = postbag.write(mails, home / "mails")
        with peers.running_postfix(home) as server:
            for number in range(rounds):
                runs.append(take(home / f"desk{number}", bag, count))
                postfix.append(server.takes(bag, SESSIONS)[0])
                (home / f"roundup{number}").mkdir()
                roundup.append(peers.roundup(home / f"roundup{number}", mails[:of_roundup]))
    rate, theirs, batch = median(run.rate for run in runs), median(postfix), median(roundup)
    wait = median(percentile(run.waits, 0.99) for run in runs)
    most = max((run.memory for run in runs), key=lambda size: size.resident)
    by_roundup, by_postfix = _AIMS[kind]
    return [
        Row(f"{kind}: mails a second", f"{rate:.0f}", f"Roundup {batch:.0f}, Postfix {theirs:.0f}", ""),
        Row(f"{kind}: times Roundup's batch", f"{rate / batch:.1f}", "", f"{by_roundup:g}"),
        Row(f"{kind}: times Postfix", f"{rate / theirs:.2f}", "", f"{by_postfix:g}"),
        Row(f"{kind}: DATA to 250, 99 of 100", f"{wait * 1000:.0f} ms", "", "30 ms" if kind == "text" else ""),
        Row(f"{kind}: memory, all processes", _memory(most), "", "150 MiB"),
    ]


def large(count: int = 10) -> Row:
    """Mails of 25 MiB, all at once."""
    with folder() as home:
        bag = postbag.write(postbag.huge(count, _LARGE), home / "mails")
        run = take(home / "desk", bag, count)
    return Row(f"memory with {count} mails of 25 MiB at once", _memory(run.memory), "", "250 MiB")


def _memory(size: Size) -> str:
    return f"{mib(size.proportional)} ({mib(size.resident)} with what they share counted twice)"


def main(given: Sequence[str] | None = None) -> None:
    asked = ArgumentParser("end-to-end", description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("--mails", type=int, default=3000)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--roundup", type=int, default=300, help="mails for Roundup, which is slower")
    asked.add_argument("--kind", choices=_AIMS, action="append")
    wanted = asked.parse_args(given)
    rows = []
    for kind in wanted.kind or _AIMS:
        count = wanted.mails if kind == "text" else wanted.mails // 2
        rows += compare(kind, count, wanted.rounds, min(wanted.roundup, count))
    print(machine())
    print(table([*rows, large()]))


if __name__ == "__main__":
    main()
