"""The sending leg: what it does with a queue and a real smarthost, on a good day and on bad ones."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from maildesk.edge.maildir_out import MaildirTransport
from maildesk.edge.outbox import Outbox
from maildesk.edge.pace import Line, Pace
from maildesk.edge.smarthost import Smarthost, Tls
from maildesk.edge.smtp_out import SmtpTransport
from maildesk.edge.transport import Outgoing, Transport

QUICK = Pace(first_retry=0.2, longest_retry=1.0, first_pause=0.05, longest_pause=0.2)


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Row:
    mail: Outgoing
    next_at: datetime
    state: str = "queued"
    error: str = ""


@dataclass
class Table:
    """An outbox in memory. ``troubles`` counts how often the store will fail before it works."""

    rows: dict[int, Row] = field(default_factory=dict)
    troubles: int = 0
    delay: float = 0.0  # seconds that a look takes
    recording: bool = True  # else nothing can be written

    def add(self, recipient: str, wait: float = 0.0, **changes: Any) -> Row:
        id = len(self.rows) + 1
        raw = f"Subject: {id}\r\nMessage-ID: <{id}@acme.example>\r\n\r\nsecret words\r\n".encode()
        mail = Outgoing(id, "desk@acme.example", recipient, raw, 0, now(), f"<{id}@acme.example>")
        row = Row(replace(mail, **changes), now() + timedelta(seconds=wait))
        self.rows[id] = row
        return row

    def states(self) -> set[str]:
        return {row.state for row in self.rows.values()}

    async def due(
        self, now: datetime, limit: int, excluding: Collection[int], without: Collection[str]
    ) -> Sequence[Outgoing]:
        self._stumble()
        await asyncio.sleep(self.delay)
        ready = [row for row in self._queued() if row.next_at <= now and row.mail.id not in excluding]
        ready = [row for row in ready if row.mail.envelope_to.rpartition("@")[2] not in without]
        return [row.mail for row in sorted(ready, key=lambda row: (row.next_at, row.mail.id))[:limit]]

    async def next_at(self) -> datetime | None:
        return min((row.next_at for row in self._queued()), default=None)

    async def sent(self, id: int) -> None:
        self._stumble()
        if not self.recording:
            raise OSError("disk full")
        self.rows[id].state = "sent"

    async def defer(self, id: int, error: str, next_at: datetime) -> None:
        row = self.rows[id]
        row.error, row.next_at = error, next_at
        row.mail = replace(row.mail, attempts=row.mail.attempts + 1)

    async def fail(self, id: int, error: str) -> None:
        self.rows[id].state, self.rows[id].error = "failed", error

    def _queued(self) -> list[Row]:
        return [row for row in self.rows.values() if row.state == "queued"]

    def _stumble(self) -> None:
        if self.troubles:
            self.troubles -= 1
            raise OSError("disk full")


@dataclass
class Admins:
    """Who are told of the leg's wellness."""

    told: list[str] = field(default_factory=list)

    def lost(self, what: str, error: str) -> None:
        assert error
        self.told.append(f"lost {what}")

    def well(self, what: str) -> None:
        self.told.append(f"well {what}")


@dataclass
class Peer:
    """An aiosmtpd handler; ``slow`` is how many seconds a recipient's mail takes to be taken."""

    answers: dict[str, str] = field(default_factory=dict)
    slow: dict[str, float] = field(default_factory=dict)
    taken: list[bytes] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)
    open: bool = True
    busy: int = 0
    most_busy: int = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get(address, "250 2.1.5 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.sessions.add(id(session))
        self.busy += 1
        self.most_busy = max(self.busy, self.most_busy)
        try:
            await asyncio.sleep(self.slow.get(envelope.rcpt_tos[0], 0.0))
        finally:
            self.busy -= 1
        self.taken.append(envelope.original_content or b"")
        return "250 2.0.0 queued"


class _Hangup(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


@asynccontextmanager
async def smarthost(peer: Peer, **settings: Any) -> AsyncIterator[SmtpTransport]:
    """A server, and the transport to it. While the peer is not ``open``, it hangs up on everybody."""

    def factory() -> asyncio.BaseProtocol:
        return SMTP(peer) if peer.open else _Hangup()

    server = await asyncio.get_running_loop().create_server(factory, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield SmtpTransport(Smarthost("127.0.0.1", port, "desk.acme.example", tls=Tls.NONE, **settings))


@dataclass
class Desk:
    outbox: Outbox
    admins: Admins
    run: asyncio.Task[None]


@asynccontextmanager
async def running(table: Table, transport: Transport, pace: Pace = QUICK) -> AsyncIterator[Desk]:
    admins = Admins()
    outbox = Outbox(table, transport, now, wellness=admins, dice=Random(1), pace=pace)
    desk = Desk(outbox, admins, asyncio.create_task(outbox.run()))
    try:
        yield desk
    finally:
        await outbox.drain(0.0)
        await desk.run


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> float:
    """Waits for it; returns how long that took."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  (it looks at a table, as a person would)
            await asyncio.sleep(0.005)
    return loop.time() - began


# --- a good day ------------------------------------------------------------------------------------


async def test_five_hundred_mails_go_out_over_four_connections_roughly_in_order() -> None:
    table, peer = Table(), Peer()
    for number in range(500):
        table.add(f"c{number}@x.example")
    async with smarthost(peer, mails=1000) as transport, running(table, transport) as desk:
        took = await until(lambda: table.states() == {"sent"})
        assert desk.admins.told == []
    assert took < 3.0
    assert len(peer.sessions) <= 4
    order = [int(raw.split()[1]) for raw in peer.taken]
    assert sorted(order) == list(range(1, 501))
    assert max(abs(number - place) for place, number in enumerate(order, 1)) <= 8


async def test_no_more_than_four_are_ever_in_flight() -> None:
    table, peer = Table(), Peer(slow={"c@x.example": 0.02, "d@y.example": 0.02})
    for _ in range(20):
        table.add("c@x.example")
        table.add("d@y.example")
    async with smarthost(peer) as transport, running(table, transport):
        await until(lambda: table.states() == {"sent"})
    assert peer.most_busy == 4


async def test_a_domain_that_hangs_takes_half_of_the_places_and_holds_up_no_other() -> None:
    table, peer = Table(), Peer(slow={"c@dead.example": 60.0})
    for _ in range(100):
        table.add("c@dead.example")
    others = [table.add(f"c@{number}.example") for number in range(50)]
    async with smarthost(peer) as transport, running(table, transport):
        assert await until(lambda: all(row.state == "sent" for row in others)) < 2.0
        assert peer.busy == 2


async def test_no_more_than_a_few_mails_are_sent_whose_end_cannot_be_recorded() -> None:
    table, peer = Table(), Peer()
    for _ in range(120):
        table.add("c@x.example")
    async with smarthost(peer) as transport, running(table, transport) as desk:
        desk.outbox.wake()
        table.recording = False
        await until(lambda: len(peer.taken) >= 48)
        await asyncio.sleep(0.3)
        assert len(peer.taken) <= 52
        table.recording = True
        await until(lambda: table.states() == {"sent"})
    assert len(peer.taken) == 120


async def test_a_wake_sends_at_once() -> None:
    table, peer = Table(), Peer()
    async with smarthost(peer) as transport, running(table, transport) as desk:
        await asyncio.sleep(0.05)
        row = table.add("c@x.example")
        desk.outbox.wake()
        assert await until(lambda: row.state == "sent") < 0.5


async def test_a_row_that_another_process_queued_is_seen_within_a_second_or_so() -> None:
    table, peer = Table(), Peer()
    async with smarthost(peer) as transport, running(table, transport):
        await asyncio.sleep(0.05)
        row = table.add("c@x.example")
        assert await until(lambda: row.state == "sent") < 1.5


async def test_a_mail_that_is_held_back_goes_when_its_time_has_come() -> None:
    table, peer = Table(), Peer()
    row = table.add("c@x.example", wait=0.3)
    async with smarthost(peer) as transport, running(table, transport):
        assert 0.25 < await until(lambda: row.state == "sent") < 0.8


async def test_the_maildir_is_a_way_out_like_any_other(tmp_path: Path) -> None:
    table = Table()
    row = table.add("c@x.example")
    async with running(table, MaildirTransport(tmp_path / "out")):
        await until(lambda: row.state == "sent")
    assert len(list((tmp_path / "out" / "new").iterdir())) == 1


# --- mails that do not go --------------------------------------------------------------------------


async def test_5xx_fails_its_own_mail_at_once_and_no_other() -> None:
    table, peer = Table(), Peer(answers={"gone@x.example": "550 5.1.1 no such user"})
    gone, well = table.add("gone@x.example"), table.add("well@x.example")
    async with smarthost(peer) as transport, running(table, transport) as desk:
        await until(lambda: table.states() == {"failed", "sent"})
        assert desk.admins.told == []
    assert (gone.state, gone.error) == ("failed", "550 5.1.1 no such user")
    assert well.state == "sent"


async def test_4xx_is_tried_again_later_with_the_same_bytes() -> None:
    table, peer = Table(), Peer(answers={"grey@x.example": "450 4.2.0 greylisted"})
    row = table.add("grey@x.example")
    raw = row.mail.raw
    async with smarthost(peer) as transport, running(table, transport) as desk:
        await until(lambda: row.mail.attempts == 2)
        assert (row.state, row.error) == ("queued", "450 4.2.0 greylisted")
        peer.answers.clear()
        await until(lambda: row.state == "sent")
        assert desk.admins.told == []
    assert peer.taken == [raw]


@pytest.mark.parametrize("attempts", [0, 40])
async def test_after_five_days_of_4xx_a_mail_has_failed(attempts: int) -> None:
    table, peer = Table(), Peer(answers={"grey@x.example": "450 4.2.0 greylisted"})
    old = table.add("grey@x.example", created_at=now() - timedelta(days=5), attempts=attempts)
    young = table.add("grey@x.example", created_at=now() - timedelta(days=4.99), attempts=attempts)
    async with smarthost(peer) as transport, running(table, transport):
        await until(lambda: old.state == "failed" and young.mail.attempts > attempts)
    assert old.error == "tried for five days: 450 4.2.0 greylisted"
    assert young.state == "queued"


async def test_the_patience_of_the_pace_is_kept_and_told() -> None:
    table, peer = Table(), Peer(answers={"grey@x.example": "450 4.2.0 greylisted"})
    row = table.add("grey@x.example", created_at=now() - timedelta(hours=3))
    async with smarthost(peer) as transport, running(table, transport, Pace(give_up=timedelta(hours=2))):
        await until(lambda: row.state == "failed")
    assert row.error == "tried for 2 hours: 450 4.2.0 greylisted"
    assert Pace(give_up=timedelta(seconds=90)).patience == "90 seconds"


async def test_after_five_days_without_a_smarthost_a_mail_has_failed_but_not_untried() -> None:
    table, peer = Table(), Peer(open=False)
    long_ago = now() - timedelta(days=6)
    tried = table.add("c@x.example", created_at=long_ago, attempts=3)
    untried = table.add("c@x.example", created_at=long_ago)
    async with smarthost(peer) as transport, running(table, transport, Pace(first_pause=30.0)):
        await until(lambda: tried.state == "failed" and untried.mail.attempts == 1)
    assert tried.error.startswith("tried for five days: ")
    assert untried.state == "queued"


async def test_an_address_that_is_none_fails_and_is_no_sign_of_a_smarthost() -> None:
    table, peer = Table(), Peer(open=False)
    async with smarthost(peer) as transport, running(table, transport) as desk:
        table.add("c@x.example")
        await until(lambda: desk.admins.told != [])
        bad = table.add("c@x.example\r\nDATA")
        await until(lambda: bad.state == "failed")
        assert desk.admins.told == ["lost smtp:127.0.0.1"]


async def test_a_slow_recipient_holds_up_nobody_and_is_given_up_in_time() -> None:
    table, peer = Table(), Peer(slow={"slow@x.example": 60.0})
    slow = table.add("slow@x.example")
    others = [table.add(f"c{number}@x.example") for number in range(50)]
    async with smarthost(peer, final_timeout=1.5) as transport, running(table, transport):
        await until(lambda: all(row.state == "sent" for row in others))
        assert slow.mail.attempts == 0
        await until(lambda: slow.mail.attempts == 1)
    assert "twice" in slow.error


async def test_a_mail_that_makes_the_server_hang_up_stops_no_other() -> None:
    table, peer = Table(), Peer(answers={"poison@x.example": "421 4.7.0 go away"})
    poison = table.add("poison@x.example")
    others = [table.add(f"c{number}@x.example") for number in range(50)]
    async with smarthost(peer) as transport, running(table, transport) as desk:
        await until(lambda: all(row.state == "sent" for row in others))
        await until(lambda: poison.mail.attempts > 0)
        assert desk.admins.told == []
    assert poison.state == "queued"


# --- no smarthost ----------------------------------------------------------------------------------


async def test_a_lost_smarthost_is_told_once_probed_with_one_mail_and_all_goes_out_when_it_is_back() -> None:
    table, peer = Table(), Peer(open=False)
    for number in range(60):
        table.add(f"c{number}@x.example")
    async with smarthost(peer) as transport, running(table, transport) as desk:
        await asyncio.sleep(1.0)
        attempts = sum(row.mail.attempts for row in table.rows.values())
        assert 4 < attempts < 15  # the four in flight, then one after 0.05, 0.1, 0.2, 0.2 … seconds
        assert max(row.mail.attempts for row in table.rows.values()) <= 2  # another one each time
        assert table.states() == {"queued"}
        assert desk.admins.told == ["lost smtp:127.0.0.1"]
        peer.open = True
        await until(lambda: table.states() == {"sent"})
        assert desk.admins.told == ["lost smtp:127.0.0.1", "well smtp:127.0.0.1"]
    assert len(peer.taken) == 60


async def test_a_wake_does_not_cut_the_pause_short() -> None:
    table, peer = Table(), Peer(open=False)
    probe = table.add("c@x.example")
    async with smarthost(peer) as transport, running(table, transport, Pace(first_pause=30.0)) as desk:
        await until(lambda: desk.admins.told != [])
        for _ in range(20):
            table.add("c@x.example")
            desk.outbox.wake()
            await asyncio.sleep(0.005)
    assert sum(row.mail.attempts for row in table.rows.values()) == 1
    assert timedelta(seconds=20) < probe.next_at - now() < timedelta(seconds=30)


async def test_a_reload_probes_at_once_through_the_new_transport() -> None:
    table, dead, well = Table(), Peer(open=False), Peer()
    rows = [table.add("c@x.example") for _ in range(10)]
    async with (
        smarthost(dead) as old,
        smarthost(well) as new,
        running(table, old, Pace(first_pause=30.0)) as desk,
    ):
        await until(lambda: rows[0].mail.attempts == 1)
        await desk.outbox.use(new)
        assert await until(lambda: all(row.state == "sent" for row in rows[4:])) < 1.0
        assert desk.admins.told == ["lost smtp:127.0.0.1", "well smtp:127.0.0.1"]


# --- our own trouble -------------------------------------------------------------------------------


async def test_a_mail_whose_end_cannot_be_recorded_is_not_sent_again() -> None:
    table, peer = Table(), Peer(slow={"c@x.example": 0.1})
    row = table.add("c@x.example")
    async with smarthost(peer) as transport, running(table, transport):
        await until(lambda: peer.busy == 1)
        table.troubles = 2
        await until(lambda: row.state == "sent")
    assert len(peer.taken) == 1


async def test_a_queue_that_cannot_be_read_for_a_while_does_not_end_the_leg() -> None:
    table, peer = Table(troubles=1), Peer()
    row = table.add("c@x.example")
    async with smarthost(peer) as transport, running(table, transport):
        await until(lambda: row.state == "sent")


async def test_a_drain_lets_mails_in_flight_end_and_starts_no_more() -> None:
    table, peer = Table(), Peer(slow={"c@x.example": 0.2, "d@y.example": 0.2})
    for number in range(10):
        table.add(("c@x.example", "d@y.example")[number % 2])
    async with smarthost(peer) as transport, running(table, transport) as desk:
        await until(lambda: peer.busy == 4)
        await desk.outbox.drain(5.0)
        await desk.run
    assert [row.state for row in table.rows.values()] == ["sent"] * 4 + ["queued"] * 6
    assert len(peer.taken) == 4


async def test_a_drain_that_meets_the_leg_looking_for_mails_starts_none() -> None:
    table, peer = Table(delay=0.1), Peer()
    row = table.add("c@x.example")
    async with smarthost(peer) as transport, running(table, transport) as desk:
        await asyncio.sleep(0.05)
        await desk.outbox.drain(1.0)
        await desk.run
    assert row.state == "queued"


async def test_a_drain_gives_up_on_a_hanging_mail_in_time_and_leaves_it_queued() -> None:
    slow = [f"slow@{number}.example" for number in range(6)]
    table, peer = Table(), Peer(slow=dict.fromkeys(slow, 60.0))
    rows = [table.add(recipient) for recipient in slow]
    async with smarthost(peer) as transport, running(table, transport) as desk:
        await until(lambda: peer.busy == 4)
        began = asyncio.get_running_loop().time()
        await desk.outbox.drain(0.3)
        await desk.run
        assert asyncio.get_running_loop().time() - began < 1.0
    assert [(row.state, row.mail.attempts) for row in rows] == [("queued", 0)] * 6


async def test_each_outcome_is_one_line_in_the_log_without_the_words_of_the_mail(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, logger="maildesk.edge.outbox")
    table, peer = Table(), Peer(answers={"gone@x.example": "550 no", "grey@x.example": "450 later"})
    for name in ("gone", "grey", "well"):
        table.add(f"{name}@x.example")
    async with smarthost(peer) as transport, running(table, transport, Pace()):
        await until(lambda: len(caplog.records) == 3)
    outcomes = {record.__dict__["outbox_id"]: record.__dict__["outcome"] for record in caplog.records}
    assert outcomes == {1: "refused", 2: "deferred", 3: "sent"}
    assert "secret words" not in caplog.text


# --- the pace --------------------------------------------------------------------------------------


def test_retries_wait_twice_as_long_each_time_up_to_the_longest_give_or_take_a_fifth() -> None:
    pace, dice = Pace(first_retry=20.0, longest_retry=7200.0), Random(4)
    for attempts in range(2000):
        expected = min(20.0 * 2.0 ** min(attempts, 40), 7200.0)
        waits = {pace.retry(attempts, dice).total_seconds() for _ in range(5)}
        assert all(0.8 * expected <= wait <= 1.2 * expected for wait in waits)
        assert len(waits) > 1


async def test_four_mails_that_meet_the_same_loss_are_one_loss_and_one_pause() -> None:
    admins = Admins()
    line = Line(Pace(), admins)
    era = line.era
    for _ in range(4):
        line.broke(era, "smtp:mx", "refused")
    assert 0.9 < line.pause_left() <= 1.0
    line.broke(line.era, "smtp:mx", "refused")
    assert 1.9 < line.pause_left() <= 2.0
    assert admins.told == ["lost smtp:mx"]


async def test_a_mail_that_began_before_the_loss_and_ends_well_is_no_recovery() -> None:
    admins = Admins()
    line = Line(Pace(), admins)
    before = line.era
    line.broke(before, "smtp:mx", "refused")
    line.held(before)
    assert line.lost
    line.held(line.era)
    assert not line.lost
    assert admins.told == ["lost smtp:mx", "well smtp:mx"]


def test_pauses_double_from_the_first_to_the_longest() -> None:
    pace = Pace()
    assert [pace.pause(failures) for failures in range(1, 9)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert pace.pause(100_000) == 60
