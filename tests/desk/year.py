"""A desk's year, at random but always the same: what its agents were reminded of, and what they should have been.

What should have been is counted apart, and naively: by the minutes of the year, each of which is open or not, and by
what happened on each ticket; nothing of maildesk's own reckoning is used for it. `tests.desk.year_figures` counts its
figures so, and `python -m tests.bench.lived 20000` a big one.
"""

from __future__ import annotations

import email
import email.policy
import random
import re
import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heappush
from itertools import accumulate
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays
from rich.progress import track

from maildesk.config import Config
from maildesk.store import due
from tests.office import ALICE, BOB, SUPPORT, Office, configuration

BEGIN, END = datetime(2026, 2, 2, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
TARGETS = {"first_reply": 240, "next_reply": 480, "solve": 1800}  # minutes
URGENT = {"first_reply": 60, "next_reply": 480, "solve": 600}
WARN = 0.75

Told = tuple[int, str, datetime]  # the ticket, what of, when


def desk() -> Config:
    """Two agents with hours of their own, one of them in another zone; holidays, a day of the desk's own."""
    return configuration(
        hours={"week": "Mon-Fri 09:00-13:00 14:00-18:00", "holidays": "IT", "closed": ["08-10/08-21"]},
        targets={
            **{name: f"{minutes}m" for name, minutes in TARGETS.items()},
            "by_priority": {"urgent": {name: f"{minutes}m" for name, minutes in URGENT.items()}},
        },
        agents=[
            {"id": "alice", "name": "Alice", "email": ALICE, "teams": ["billing"]},
            {"id": "bob", "name": "Bob", "email": BOB, "teams": ["tech"], "timezone": "America/New_York",
             "hours": {"week": "Mon-Thu 08:00-16:00, Fri 22:00-02:00"}},
        ],
        routes=[
            {"when": {"subject": "press"}, "set": {"priority": "urgent"}, "continue": True},
            {"when": {"subject": "invoice"}, "set": {"team": "billing"}},
            {"when": {}, "set": {"team": "tech"}},
        ],
    )  # fmt: skip


# --- the minutes of the year -------------------------------------------------------------------------------------


class Minutes:
    """Which minutes are open, one by one."""

    def __init__(self, zone: str, spans: dict[int, list[tuple[int, int]]], closed: set[str]) -> None:
        count = int((END - BEGIN) / MINUTE) + 60 * 24 * 60
        self.open = [self._is_open(BEGIN + n * MINUTE, ZoneInfo(zone), spans, closed) for n in range(count)]
        self.before = [0, *accumulate(self.open)]

    def _is_open(
        self, when: datetime, zone: ZoneInfo, spans: dict[int, list[tuple[int, int]]], closed: set[str]
    ) -> bool:
        local = when.astimezone(zone)
        hour = local.hour + local.minute / 60
        hours = spans.get(local.weekday(), [])
        return local.date().isoformat() not in closed and any(begin <= hour < end for begin, end in hours)

    def passed(self, begin: datetime, end: datetime) -> int:
        return self.before[_minute(end)] - self.before[_minute(begin)]

    def after(self, begin: datetime, minutes: float) -> datetime:
        """When so many open minutes have passed; of a part of a minute, when it is over."""
        wanted = self.before[_minute(begin)] + minutes
        return BEGIN + bisect_left(self.before, wanted) * MINUTE

    def next(self, when: datetime) -> datetime:
        return BEGIN + self.open.index(True, _minute(when)) * MINUTE


def _minute(when: datetime) -> int:
    return int((when - BEGIN) / MINUTE)


def _rome() -> Minutes:
    closed = {day.isoformat() for day in holidays.country_holidays("IT", years=[2026, 2027])}
    closed |= {f"2026-08-{day:02d}" for day in range(10, 22)}
    return Minutes("Europe/Rome", {day: [(9, 13), (14, 18)] for day in range(5)}, closed)


def _new_york() -> Minutes:
    spans = {**{day: [(8, 16)] for day in range(4)}, 4: [(22, 24)], 5: [(0, 2)]}
    return Minutes("America/New_York", spans, set())


# --- what happens ------------------------------------------------------------------------------------------------


@dataclass
class Case:
    """A ticket, as it is written down beside the desk."""

    id: int
    urgent: bool
    agent: str
    message_id: str = ""  # of its first mail
    happened: list[tuple[datetime, str]] = field(default_factory=list)  # customer, answer, solve

    @property
    def customer(self) -> str:
        return f"c{self.id}@customer.test"

    @property
    def targets(self) -> dict[str, int]:
        return URGENT if self.urgent else TARGETS


@dataclass
class Year:
    """The desk, its tickets, and the times at which it was not up."""

    folder: Path
    tickets: int
    seed: int

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.mails = 0
        self.config = desk()
        self.cases: list[Case] = []
        self.down = sorted(self._moment() for _ in range(12))
        self.office = self._start()

    def _start(self) -> Office:
        office = Office(self.folder, self.config, BEGIN)
        office.store.execute("PRAGMA synchronous = OFF")
        return office

    def _moment(self) -> datetime:
        """Some minute; most people write by day."""
        day = BEGIN + self.random.randrange((END - BEGIN).days) * DAY
        hour = self.random.choice([*range(7, 17)] * 4 + [*range(24)])
        return day + timedelta(hours=hour, minutes=self.random.randrange(60))

    def is_down(self, when: datetime) -> datetime | None:
        """The end of the time during which the desk is not up, if it is not."""
        return next(
            (begin + timedelta(hours=2) for begin in self.down if begin <= when < begin + timedelta(hours=2)), None
        )

    def live(self) -> None:
        """All of it: mails in their order, timers at their time, restarts now and then."""
        queue: list[tuple[datetime, int, Case | None]] = []
        queue += ((self._up(self._moment()), number, None) for number in range(self.tickets))
        heapify(queue)
        for _ in track(range(8 * self.tickets), disable=not sys.stdout.isatty()):
            if not queue:
                break
            at, number, case = heappop(queue)
            self._until(at)
            case = self._happens(case)
            later = self._up(at + self.random.choice([3, 50, 400, 1500, 4000]) * self.random.randrange(1, 9) * MINUTE)
            if later < END - 20 * DAY and len(case.happened) < 8:
                heappush(queue, (later, number, case))
            if self.random.random() < 0.05:
                now = self.office.now
                self.office.close()
                self.office = self._start()
                self.office.now = now
        self._until(END)

    def _up(self, when: datetime) -> datetime:
        return self.is_down(when) or when

    def _until(self, when: datetime) -> None:
        """Each timer at its minute; those of a downtime at its end; before whatever else that minute brings."""
        office = self.office
        while (at := due.next_at(office.store)) is not None and self._up(at) <= when:
            office.now = max(office.now, self._up(at))
            while office.thinker.timers():
                pass
        office.now = when

    def _happens(self, case: Case | None) -> Case:
        now = self.office.now
        if case is None:
            kind, press = self.random.choice(["Invoice", "Machine"]), self.random.random() < 0.2
            case = Case(len(self.cases) + 1, press, "alice" if kind == "Invoice" else "bob")
            self.cases.append(case)
            case.message_id = self._mail(
                case.customer, SUPPORT, f"{kind}{' presses' if press else ''}", "It is broken."
            )
            case.happened.append((now, "customer"))
            return case
        what = self.random.choice(["customer", "answer", "answer", "solve"])
        if what == "customer":
            self._mail(case.customer, SUPPORT, "Re: it", "And now?", case.message_id)
        else:
            words = "We look." if what == "answer" else "#solve"
            message_id, address = self._last(case)
            self._mail(ALICE if case.agent == "alice" else BOB, address, "Re: it", words, message_id)
        case.happened.append((now, what))
        return case

    def _mail(self, sender: str, to: str, subject: str, words: str, answers: str = "") -> str:
        """Writes and receives a mail; its Message-ID. Python's own parser would take the most of the year's time."""
        self.mails += 1
        message_id = f"<{self.mails}@client.test>"
        lines = [f"From: {sender}", f"To: {to}", f"Subject: {subject}", f"Message-ID: {message_id}"]
        lines += [f"In-Reply-To: {answers}"] if answers else []
        self.office.receive("\r\n".join([*lines, "", words, ""]).encode(), sender, to)
        return message_id

    def _last(self, case: Case) -> tuple[str, str]:
        """The newest mail to the ticket's agent about it: its Message-ID and reply address."""
        sql = (
            "SELECT outbox.*, bytes FROM outbox JOIN raw ON raw.id = raw_id WHERE ticket_id = ? AND agent = ?"
            " ORDER BY outbox.id DESC LIMIT 1"
        )
        row = self.office.store.row(sql, (case.id, case.agent))
        assert row is not None
        head = re.sub(rb"\r\n[ \t]+", b" ", row["bytes"].partition(b"\r\n\r\n")[0]).decode()
        (address,) = re.findall(r"^Reply-To:.*?([\w.+=-]+@[\w.-]+)>?\r?$", head, re.MULTILINE)
        return row["message_id"], address

    # --- what they were told -------------------------------------------------------------------------------------

    def told(self) -> Counter[Told]:
        """What stands in the reminders; they list so many tickets, and count the rest: of these the ticket is 0."""
        found: Counter[Told] = Counter()
        sql = "SELECT * FROM outbox JOIN raw ON raw.id = raw_id WHERE kind IN ('reminder', 'reminders')"
        for row in self.office.store.execute(sql):
            letter = email.message_from_bytes(row["bytes"], policy=email.policy.default)
            subject, body = str(letter["Subject"]), letter.get_body(("plain",))
            at, text = datetime.fromisoformat(row["created_at"]), str(body.get_content()) if body else ""
            for id, what in [_one(subject, text)] if row["kind"] == "reminder" else _many(text):
                found[id, what, at] += 1
            for more in re.findall(r"^and (\d+) more: ", text, re.MULTILINE):
                found[0, row["agent"], at] += int(more)
        return found


def _one(subject: str, text: str) -> tuple[int, str]:
    (number,) = re.findall(r"\[#(\d+)\]", subject)
    words = {"first answer": "first_reply", "last mail": "next_reply", "not solved": "solve"}
    (clock,) = (clock for word, clock in words.items() if word in text)
    return int(number), f"{clock} {'due' if 'Overdue' in subject else 'warn'}"


def _many(text: str) -> Iterator[tuple[int, str]]:
    for block in text.split("---")[1:]:
        number, found = re.search(r"\[#(\d+)\]", block), re.search(r"^(.*), (overdue|due) ", block, re.MULTILINE)
        if number and found:
            clock = {"first answer": "first_reply", "answer": "next_reply", "solution": "solve"}[found[1]]
            yield int(number[1]), f"{clock} {'due' if found[2] == 'overdue' else 'warn'}"


# --- what they should have been told ---------------------------------------------------------------------------


@dataclass
class Naive:
    """The same from what happened alone."""

    year: Year

    def __post_init__(self) -> None:
        self.promised = _rome()
        self.there = {"alice": self.promised, "bob": _new_york()}

    def told(self) -> Counter[Told]:
        return Counter(each for case in self.year.cases for each in self._of(case) if each[2] <= END)

    def breached(self, case: Case) -> dict[str, list[datetime]]:
        """The deadlines that passed while somebody waited, by their clocks."""
        found: dict[str, list[datetime]] = {clock: [] for clock in TARGETS}
        for clock, runs, _ in self._waits(case):
            end = self._reached(runs, case.targets[clock])
            if end is not None and self._awaited(runs, end) and self.year._up(end) <= END:
                found[clock].append(end)
        return found

    def _of(self, case: Case) -> Iterator[Told]:
        for clock, runs, ends in self._waits(case):
            warn = self._reached(runs, case.targets[clock] * WARN)
            end = self._reached(runs, case.targets[clock])
            for what, at in (("warn", warn), ("due", end)):
                if at is None or not self._awaited(runs, at):
                    continue
                fired = self.year._up(at)
                mailed = self.year._up(self.there[case.agent].next(fired))
                late = what == "warn" and end is not None and end <= mailed and at < mailed - MINUTE
                if not late and not any(fired <= over < mailed for over in ends):
                    yield case.id, f"{clock} {what}", mailed

    def _awaited(self, runs: list[tuple[datetime, datetime]], at: datetime) -> bool:
        """Whether the clock still ran when the desk looked at it."""
        return any(begin < at <= self.year._up(at) <= end for begin, end in runs)

    def _reached(self, runs: list[tuple[datetime, datetime]], minutes: float) -> datetime | None:
        for begin, end in runs:
            at = self.promised.after(begin, minutes)
            if at <= end:
                return at
            minutes -= self.promised.passed(begin, end)
        return None

    def _waits(self, case: Case) -> Iterator[tuple[str, list[tuple[datetime, datetime]], list[datetime]]]:
        """Each wait: what for, when its clock ran, and when it was over."""
        waiting: datetime | None = None
        begun: datetime | None = None
        first, runs = True, list[tuple[datetime, datetime]]()
        for at, what in [*case.happened, (END + 40 * DAY, "end")]:
            if what == "customer":
                waiting, begun = waiting or at, begun or at
                continue
            if waiting is not None:
                yield ("first_reply" if first else "next_reply"), [(waiting, at)], [at]
            if begun is not None:
                runs.append((begun, at))
            first, waiting, begun = False, None, None
        yield "solve", runs, [at for at, what in case.happened if what == "solve"]


def differences(told: Counter[Told], naive: Counter[Told], year: Year) -> list[Told]:
    """What was told and should not have been, or the other way round; what a mail counts without a name may be any."""
    agents = {case.id: case.agent for case in year.cases}
    listed = Counter({key: count for key, count in told.items() if key[0]})
    missing = Counter((0, agents[id], at) for id, _, at in (naive - listed).elements())
    rest = Counter({key: count for key, count in told.items() if not key[0]})
    return sorted([*(listed - naive), *(missing - rest), *(rest - missing)])
