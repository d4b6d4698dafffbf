"""Kills a desk again and again while mail pours in, and counts what came of every mail.

    python -m tests.trouble.killing --kills 200 --seed 1

Ten senders hand mail over by SMTP and send again whatever got no 250: new matters, answers to their own, and an agent's
answers. A smarthost on a real socket takes what the desk sends, and remembers when. Somebody kills the daemon, its
worker, or both, at random. In the end every mail that got a 250 must stand in the inbox once (and its doubles as
"same as N") and on its ticket once; every mail of the desk's must be sent or have failed where it can be seen; and one
that was sent twice must have been under way when the daemon was killed (RFC 1047).
"""

from __future__ import annotations

import argparse
import itertools
import smtplib
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.office import Letter
from tests.story.desk import Desk, until
from tests.story.smarthost import Smarthost

SENDERS = 10
UP_AGAIN = 2.0  # seconds, on a machine that has nothing else to do
_PATIENCE = 600.0  # seconds, for the last mails to settle
CHANGES: dict[str, Any] = {
    "desk": {
        "notice_limit": {"count": 100_000, "per": "10m"},
        "auto_reply_desk_limit": {"count": 1_000_000, "per": "1h"},
    }
}
_AGENT = "alice@people.test"


class WatchfulSmarthost(Smarthost):
    """Also knows when it took each mail, by the monotonic clock."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = {}
        super().__init__()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        reply = await super().handle_DATA(server, session, envelope)
        self.times.setdefault(self.taken[-1]["Message-ID"], []).append(time.monotonic())
        return reply


@dataclass
class Sender(Thread):
    """Writes one mail after another, and gives none up before its 250."""

    desk: Desk
    smarthost: WatchfulSmarthost
    number: int
    stop: Event
    pause: float
    confirmed: list[str] = field(default_factory=list)  # Message-IDs
    again: int = 0  # how often a mail had to be sent once more
    seen: int = 0  # the last mail of the desk's that the agent has answered
    answered: set[str] = field(default_factory=set)  # Message-IDs: what came twice, she answers once

    def __hash__(self) -> int:
        return id(self)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def run(self) -> None:
        for message_id, sender, to, raw in self._mails():
            while not self._handed_over(sender, to, raw):
                self.again += 1
                time.sleep(0.2)
            self.confirmed.append(message_id)
            if self.stop.wait(self.pause):
                return

    def _handed_over(self, sender: str, to: str, raw: bytes) -> bool:
        try:
            with smtplib.SMTP("127.0.0.1", self.desk.port, "mx.customer.test", timeout=30) as server:
                server.sendmail(sender, [to], raw)
        except (smtplib.SMTPException, OSError):
            return False
        return True

    def _mails(self) -> Iterator[tuple[str, str, str, bytes]]:
        """The first sender of all is the agent; each of the others has one customer after another write twice."""
        count = 0
        while True:
            count += 1
            if self.number == 0:
                yield self._answer(count, self._notice())
                continue
            ann = f"ann{self.number}-{count}@customer.test"
            first = f"<{self.number}-{count}@customer.test>"
            yield first, ann, self.desk.address, _mail(ann, first, f"Matter {self.number}-{count}")
            more = f"<{self.number}-{count}-more@customer.test>"
            subject = f"Re: Matter {self.number}-{count}"
            yield more, ann, self.desk.address, _mail(ann, more, subject, f"In-Reply-To: {first}")

    def _notice(self) -> Letter:
        """A notice to the agent that she has not answered yet."""
        while True:
            for letter in self.smarthost.taken[-200:]:
                if letter.to == _AGENT and letter.id > self.seen:
                    self.seen = letter.id
                    if letter["Message-ID"] not in self.answered:
                        self.answered.add(letter["Message-ID"])
                        return letter
            self.stop.wait(0.02)

    def _answer(self, count: int, notice: Letter) -> tuple[str, str, str, bytes]:
        message_id = f"<answer-{count}@people.test>"
        references = f"In-Reply-To: {notice['Message-ID']}"
        return message_id, _AGENT, notice.reply_to, _mail(_AGENT, message_id, f"Re: {notice['Subject']}", references)


def _mail(sender: str, message_id: str, subject: str, *headers: str) -> bytes:
    lines = (f"From: {sender}", "To: support", f"Subject: {subject}", f"Message-ID: {message_id}", *headers)
    return "\r\n".join((*lines, "", f"This is about {subject}, {message_id}.", "")).encode()


@dataclass
class Toll:
    """What was done, and what came of it. ``wrong`` is what should not have been."""

    kills: Counter[str] = field(default_factory=Counter)
    daemon_died: list[float] = field(default_factory=list)
    up_again: list[float] = field(default_factory=list)  # seconds from the kill to a greeting
    worker_again: list[float] = field(default_factory=list)  # seconds to another worker
    confirmed: int = 0
    resent: int = 0
    same_as: int = 0
    sent: int = 0
    doubled: int = 0
    failed: int = 0
    wrong: list[str] = field(default_factory=list)

    def died(self) -> None:
        """The daemon did, now."""
        self.daemon_died.append(time.monotonic())

    def __str__(self) -> str:
        killed = ", ".join(f"{what} {count} times" for what, count in sorted(self.kills.items()))
        return (
            f"killed: {killed}\n"
            f"{self.confirmed} mails got a 250, {self.resent} times one was sent again,"
            f" {self.same_as} were recognised as the same\n"
            f"{self.sent} mails of the desk's were sent, {self.failed} failed, {self.doubled} went twice\n"
            f"a greeting after {_spread(self.up_again)}; another worker after {_spread(self.worker_again)}\n"
            f"{len(self.wrong)} wrong" + "".join(f"\n  {each}" for each in self.wrong[:20])
        )


def _spread(seconds: list[float]) -> str:
    if not seconds:
        return "-"
    ordered = sorted(seconds)
    return f"{ordered[len(ordered) // 2]:.2f} s (median), {ordered[-1]:.2f} s (longest)"


def run(folder: Path, kills: int, seed: int, pause: float = 0.2) -> Toll:
    """Kills so often; ``pause`` is how long each sender rests between two mails, in seconds."""
    dice, toll, smarthost, stop = Random(seed), Toll(), WatchfulSmarthost(), Event()
    desk = Desk(folder / "desk", smarthost.port, **CHANGES)
    try:
        desk.start()
        senders = [Sender(desk, smarthost, number, stop, pause) for number in range(SENDERS)]
        for sender in senders:
            sender.start()
        for count in range(kills):
            time.sleep(dice.choice((0.02, 0.1, 0.4, 0.8)) * dice.uniform(0.5, 1.5))
            _kill(desk, dice.choice(("the daemon", "the worker", "both")), toll)
            if count % 20 == 19:
                print(f"{count + 1} kills, {sum(len(s.confirmed) for s in senders)} mails", file=sys.stderr)
        stop.set()
        for sender in senders[1:]:
            sender.join(_PATIENCE)
        until(lambda: not desk.waits(), "all is thought about", _PATIENCE)
        until(lambda: not desk.outbox(state="queued"), "all is sent", _PATIENCE)
        toll.resent = sum(sender.again for sender in senders)
        judge(desk, smarthost, [message_id for sender in senders for message_id in sender.confirmed], toll)
    finally:
        desk.end()
        smarthost.close()
    return toll


def _kill(desk: Desk, what: str, toll: Toll) -> None:
    assert desk.process is not None
    toll.kills[what] += 1
    began = time.monotonic()
    if what == "the worker":
        gone = desk.kill_worker()
        until(lambda: desk.worker != gone, "another worker", 60)
        toll.worker_again.append(time.monotonic() - began)
        return
    if what == "both":
        desk.kill()
    else:
        desk.process.kill()
        desk.process.wait()
    toll.died()
    desk.begin()
    until(lambda: greets(desk), "the daemon is back", 60)
    toll.up_again.append(time.monotonic() - began)


def greets(desk: Desk) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", desk.port), timeout=1) as client:
        return client.recv(3) == b"220"
    return False


def judge(desk: Desk, smarthost: WatchfulSmarthost, confirmed: list[str], toll: Toll) -> None:
    """The fate of every mail that got a 250, and of all that the desk sent: from the tables and the smarthost."""
    wrong, toll.confirmed = toll.wrong, len(confirmed)
    inbox = desk.rows("SELECT id, message_id, state, reason, trouble FROM inbox")
    kept = Counter(row["message_id"] for row in inbox if row["state"] == "ticketed")
    messages = Counter(row["message_id"] for row in desk.rows("SELECT message_id FROM messages"))
    for message_id in confirmed:
        if kept[message_id] != 1:
            wrong.append(f"{message_id} got a 250 and is {kept[message_id]} times in the inbox")
    for row in inbox:
        if row["state"] == "ignored" and row["reason"].startswith("same as"):
            toll.same_as += 1
        elif row["state"] != "ticketed":
            wrong.append(f"mail {row['id']} is {row['state']}: {row['reason']}: {row['trouble'][-300:]}")
    wrong += [f"{count} times on tickets: {each}" for each, count in messages.items() if count > 1 and each in kept]
    subjects = Counter(row["subject"] for row in desk.rows("SELECT subject FROM tickets"))
    wrong += [f"{count} tickets of {subject}" for subject, count in subjects.items() if count > 1]
    _judge_sent(desk, smarthost, toll)
    desk.ledger_adds_up()


def _judge_sent(desk: Desk, smarthost: WatchfulSmarthost, toll: Toll) -> None:
    times = smarthost.times
    for row in desk.outbox():
        taken = times.get(row["message_id"], [])
        if row["state"] == "sent":
            toll.sent += 1
            if not taken:
                toll.wrong.append(f"mail {row['id']} counts as sent, and the smarthost has never seen it")
        elif row["state"] == "failed":
            toll.failed += 1
        for first, second in itertools.pairwise(taken):
            toll.doubled += 1
            if not any(first - 1 < died < second for died in toll.daemon_died):
                toll.wrong.append(f"mail {row['id']} went twice, and nobody was killed in between")
    stray = times.keys() - {row["message_id"] for row in desk.outbox()}
    toll.wrong += [f"the smarthost took {message_id}, which was never queued" for message_id in stray]


def main() -> int:
    """0 when nothing was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        toll = run(Path(folder), chosen.kills, chosen.seed)
    print(toll)
    return 1 if toll.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
