"""Kills a daemon at each system call that it makes between DATA and 250, and counts what came of every mail.

    python -m tests.trouble.calls                # each call between DATA and 250, in each thread
    python -m tests.trouble.calls --after 7      # and every seventh until the mail was thought about and answered

strace delivers the SIGKILL when a thread of the daemon, or its worker, enters a call; the call is not carried out. The
sender then sends again, whether it got its 250 or not. It is judged as by ``killing``.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.story.desk import Desk, runs, until
from tests.trouble.killing import CHANGES, Toll, WatchfulSmarthost, greets, judge
from tests.trouble.rig import Refused, Session

ANN = "ann{}@customer.test"
WORKER = -1  # for a thread's place


@dataclass(frozen=True, slots=True)
class Point:
    """One thread's n-th call of a kind: a thread of the daemon's by its place, or the worker's."""

    thread: int
    call: str
    number: int


@dataclass
class Scene:
    """A desk that is killed, the smarthost behind it, and how many mails it was sent."""

    desk: Desk
    smarthost: WatchfulSmarthost
    toll: Toll
    count: int = 0

    def mail(self) -> tuple[str, bytes]:
        """The next mail, and its Message-ID: from somebody else each time, so that each is answered."""
        self.count += 1
        message_id = f"<{self.count}@customer.test>"
        head = f"From: {ANN.format(self.count)}\r\nSubject: Matter {self.count}\r\nMessage-ID: {message_id}\r\n\r\n"
        return message_id, f"{head}This is matter {self.count}.\r\n".encode()

    @contextmanager
    def in_data(self) -> Iterator[Session]:
        """A client that was told 354."""
        session = Session(("127.0.0.1", self.desk.port))
        try:
            for line, code in (
                (f"MAIL FROM:<{ANN.format(self.count)}>", "2"),
                (f"RCPT TO:<{self.desk.address}>", "2"),
                ("DATA", "3"),
            ):
                session.say(line, code)
            yield session
        finally:
            session.close()

    def settled(self) -> bool:
        return not self.desk.waits() and not self.desk.outbox(state="queued")

    # --- what there is to be killed at -------------------------------------------------------------------

    def points(self, after: int) -> list[Point]:
        """Every call up to the 250, and every so many (0: none) of those until all is answered."""
        before = self._recorded(to_the_end=False)
        found = [point for point in before if point.thread != WORKER]
        if after:
            found += [point for point in self._recorded(to_the_end=True) if point not in found][::after]
        return found

    def _recorded(self, *, to_the_end: bool) -> list[Point]:
        """What calls are made for one mail."""
        assert self.desk.process is not None
        daemon, worker = self.desk.process.pid, self.desk.worker
        _, raw = self.mail()
        record = self.desk.folder / "calls"
        with self.in_data() as session, traced(record, ("-f", "-p", str(daemon), "-p", str(worker))):
            session.send_content(raw)
            if to_the_end:
                until(self.settled, "the mail is answered", 60)
        until(self.settled, "the mail is answered", 60)
        threads = {str(thread): place for place, thread in enumerate(self._threads())} | {str(worker): WORKER}
        counted: Counter[tuple[str, str]] = Counter()
        found = []
        for thread, call in re.findall(r"(?m)^(\d+) +(\w+)\(", record.read_text()):
            counted[thread, call] += 1
            if thread in threads:
                found.append(Point(threads[thread], call, counted[thread, call]))
        return found

    def _threads(self) -> list[int]:
        assert self.desk.process is not None
        return sorted(int(task.name) for task in Path(f"/proc/{self.desk.process.pid}/task").iterdir())

    # --- killing -----------------------------------------------------------------------------------------

    def kill_at(self, point: Point) -> str:
        """Sends a mail and kills at this call; its Message-ID, once it has got its 250."""
        until(self.settled, "the mail before is answered", 60)
        message_id, raw = self.mail()
        threads, worker = self._threads(), self.desk.worker
        if point.thread < len(threads):
            self._die(point, worker if point.thread == WORKER else threads[point.thread], message_id, raw)
        while not self._sent(raw):
            self.toll.resent += 1
        return message_id

    def _over(self, message_id: str) -> bool:
        """Whether a mail has been thought about, and what came of it was sent."""
        thought = self.desk.rows("SELECT 1 FROM inbox WHERE message_id = ? AND state != 'received'", message_id)
        return bool(thought) and self.settled()

    def _die(self, point: Point, thread: int, message_id: str, raw: bytes) -> None:
        record = self.desk.folder / "calls"
        assert self.desk.process is not None
        kill = f"inject={point.call}:signal=SIGKILL:when={point.number}"
        with self.in_data() as session, traced(record, ("-e", kill, "-p", str(thread))) as tracer:
            with suppress(OSError, Refused, ValueError):  # it was killed before it said 250
                session.send_content(raw)
            until(lambda: tracer.poll() is not None or self._over(message_id), "it is killed, or all is done", 60)
        killed = "killed by SIGKILL" in record.read_text()
        self.toll.kills[f"at {point.call}" if killed else "nowhere"] += 1  # it may have made fewer calls this time
        if point.thread != WORKER and (killed or not runs(self.desk.process.pid)):
            self._back()

    def _back(self) -> None:
        assert self.desk.process is not None
        self.desk.process.wait(10)
        self.toll.died()
        self.desk.begin()
        until(lambda: greets(self.desk), "the daemon is back", 60)

    def _sent(self, raw: bytes) -> bool:
        with suppress(OSError, Refused, ValueError), self.in_data() as session:
            session.send_content(raw)
            return True
        return False


@contextmanager
def traced(record: Path, options: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """strace, once it is attached."""
    tracer = subprocess.Popen(["strace", "-o", str(record), *options], stderr=subprocess.PIPE, text=True)
    assert tracer.stderr is not None
    if "attached" not in tracer.stderr.readline():
        raise PermissionError("this process may not be traced here")
    try:
        yield tracer
    finally:
        if tracer.poll() is None:
            tracer.terminate()
        tracer.communicate()


def run(folder: Path, seed: int = 1, most: int | None = None, after: int = 0) -> Toll:
    """Kills at each call, or at ``most`` of them, chosen by the dice. PermissionError where none may be traced."""
    smarthost = WatchfulSmarthost()
    scene = Scene(Desk(folder / "desk", smarthost.port, **CHANGES), smarthost, Toll())
    try:
        scene.desk.start()
        until(lambda: "worker ready" in scene.desk.log(), "it thinks")
        points = scene.points(after)
        chosen = points if most is None else Random(seed).sample(points, min(most, len(points)))
        confirmed = []
        for done, point in enumerate(chosen, 1):
            confirmed.append(scene.kill_at(point))
            if done % 20 == 0:
                print(f"{done} of {len(chosen)}", file=sys.stderr)
        until(scene.settled, "all is answered", 60)
        judge(scene.desk, smarthost, confirmed, scene.toll)
    finally:
        scene.desk.end()
        smarthost.close()
    return scene.toll


def main() -> int:
    """0 when nothing was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--after", type=int, default=0, help="also at every so many calls after the 250")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        toll = run(Path(folder), after=chosen.after)
    print(toll)
    return 1 if toll.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
