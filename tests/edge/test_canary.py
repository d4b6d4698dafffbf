"""The canary: one at a time, told once when it is late and once when all is well again, across restarts."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from maildesk.desk.policy import Policy
from maildesk.edge import policies
from maildesk.edge.canary import Canary
from maildesk.edge.think import Thinker
from maildesk.edge.writer import Writer
from maildesk.model import RawMail
from maildesk.store import intake, outbox, tickets
from maildesk.store.engine import Store

CONFIG = {
    "desk": {"name": "Acme", "address": "support@acme.test", "store": "desk.db", "admins": ["ops@acme.test"]},
    "receive": {"smtp": {"listen": "127.0.0.1:0"}},
    "send": {"smtp": {"host": "localhost", "tls": "none"}},
    "agents": [{"id": "alice", "name": "Alice", "email": "alice@acme.test"}],
    "canary": {"every": "10m", "within": "2m"},
}


@dataclass
class Aviary:
    """A desk with a clock of its own; its mail goes where the test takes it."""

    policy: Policy
    writer: Writer
    store: Store
    at: datetime = datetime(2026, 3, 2, 12, tzinfo=UTC)
    rung: list[str] = field(default_factory=list)
    canary: Canary = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """As after a restart: what it knows is in rows."""
        self.canary = Canary(self.writer, self, lambda: self.policy, lambda: self.at)

    def ring(self, title: str, details: str) -> None:
        self.rung.append(title)

    async def after(self, **time: float) -> bool:
        """Lets time pass; whether a canary was queued then."""
        self.at += timedelta(**time)
        return await self.canary.look()

    def queued(self) -> list[outbox.Queued]:
        return outbox.due(self.store, self.at, 99)

    def leaves(self) -> bytes:
        """The smarthost takes the only one that waits."""
        (mail,) = self.queued()
        assert (mail.envelope_to, mail.envelope_from[:9]) == ("support@acme.test", "support+b")
        outbox.sent(self.store, mail.id, self.at)
        return mail.raw

    def arrives(self, raw: bytes) -> str:
        """What the desk makes of it."""
        mail = RawMail(raw, "smtp", self.at, "support@acme.test", ("support@acme.test",), relay=True)
        (id,) = intake.accept(self.store, [mail])
        assert Thinker(self.store, self.policy, clock=lambda: self.at, begin=lambda mail: None).mails() == 1
        row = self.store.row("SELECT state, reason FROM inbox WHERE id = ?", (id,))
        assert row is not None
        assert tickets.listing(self.store, tickets.Filter(status="all")) == []
        assert self.queued() == []  # nobody answers it
        return f"{row['state']}: {row['reason']}"


@pytest.fixture
async def aviary(tmp_path: Path) -> AsyncIterator[Aviary]:
    (tmp_path / "maildesk.yaml").write_text(json.dumps(CONFIG))
    good = policies.read(tmp_path / "maildesk.yaml").good
    assert good is not None
    writer = Writer(tmp_path / "desk.db")
    writer.start()
    store = Store.open(tmp_path / "desk.db")
    yield Aviary(good.policy, writer, store)
    store.close()
    writer.stop()


async def test_it_leaves_at_once_and_every_ten_minutes_and_its_way_is_timed(aviary: Aviary) -> None:
    assert await aviary.after()
    mail = aviary.leaves()
    assert not await aviary.after(seconds=7.5)
    assert aviary.arrives(mail) == "ignored: our canary 1 came round"
    assert not await aviary.after(minutes=9)
    assert aviary.canary.flight is not None
    assert (aviary.canary.flight.took, aviary.canary.flight.late) == (7.5, False)
    assert await aviary.after(minutes=1)
    assert aviary.rung == []


async def test_one_that_is_late_is_told_once_and_so_is_the_first_in_time(aviary: Aviary) -> None:
    await aviary.after()
    first = aviary.leaves()
    await aviary.after(minutes=1, seconds=59)
    assert aviary.rung == []
    await aviary.after(seconds=1)
    await aviary.after(seconds=1)
    assert aviary.rung == ["Mail does not come round"]
    aviary.arrives(first)
    await aviary.after(seconds=1)
    assert len(aviary.rung) == 1  # it came, but late
    await aviary.after(minutes=8)
    aviary.leaves()  # and is lost
    await aviary.after(minutes=3)
    assert len(aviary.rung) == 1
    aviary.start()
    await aviary.after(minutes=7)
    third = aviary.leaves()
    assert aviary.canary.flight is not None
    assert aviary.canary.flight.late
    await aviary.after(seconds=30)
    aviary.arrives(third)
    await aviary.after(seconds=1)
    await aviary.after(seconds=1)
    assert aviary.rung[1:] == ["Mail comes round again"]
    assert not aviary.canary.flight.late


async def test_while_one_waits_in_the_outbox_no_other_joins_it(aviary: Aviary) -> None:
    await aviary.after()
    for _ in range(5):  # restarts; it is down in between
        aviary.at += timedelta(hours=1)
        aviary.start()
        assert not await aviary.after(minutes=1)
    assert len(aviary.queued()) == 1
    assert aviary.rung == []  # it was never awake for two minutes
    await aviary.after(minutes=1)
    assert aviary.rung == ["Mail does not come round"]
    aviary.leaves()
    assert await aviary.after(seconds=1)  # five hours late
    aviary.arrives(aviary.leaves())
    await aviary.after(seconds=1)
    assert aviary.rung[1:] == ["Mail comes round again"]


async def test_it_is_known_under_another_message_id_but_not_by_words_of_others(aviary: Aviary) -> None:
    await aviary.after()
    mail = aviary.leaves()
    headers, _, body = mail.partition(b"\r\n\r\n")
    lines = [b"Message-ID: <new@server.test>" if line.startswith(b"Message-ID") else line
             for line in headers.split(b"\r\n")]  # fmt: skip
    assert aviary.arrives(b"\r\n".join(lines) + b"\r\n\r\n" + body) == "ignored: our canary 1 came round"


async def test_what_only_looks_like_one_is_a_customers_mail(aviary: Aviary) -> None:
    await aviary.after()
    reference = next(line for line in aviary.leaves().split(b"\r\n") if line.startswith(b"In-Reply-To"))
    raw = b"From: ann@customer.test\r\nSubject: hm\r\n" + reference + b"\r\n\r\nWhat is this?\r\n"
    mail = RawMail(raw, "smtp", aviary.at, "ann@customer.test", ("support@acme.test",), relay=True)
    intake.accept(aviary.store, [mail])
    Thinker(aviary.store, aviary.policy, clock=lambda: aviary.at, begin=lambda mail: None).mails()
    assert len(tickets.listing(aviary.store, tickets.Filter(status="all"))) == 1
    await aviary.after(minutes=2)
    assert aviary.rung == ["Mail does not come round"]


async def test_a_clock_that_is_set_back_does_not_silence_it(aviary: Aviary) -> None:
    await aviary.after()
    aviary.leaves()
    assert await aviary.after(days=-30)


async def test_without_its_section_nothing_is_sent(aviary: Aviary) -> None:
    config = aviary.policy.config.model_copy(update={"canary": None})
    aviary.policy = Policy(config, aviary.policy.templates)
    assert not await aviary.after()
    assert aviary.queued() == []
