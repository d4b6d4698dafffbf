"""When something is wrong at our end, when clients misbehave, and when we stop."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import sqlite3
import struct
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import pytest

from maildesk.edge import smtp_reception
from maildesk.edge.smtp_reception import LARGE, RateLimit, Reception
from tests.edge.smtp_desk import ENVELOPE, LOOPBACK, Client, Desk, Inbox, desk, listener

HELLO = b"Subject: hello\r\n\r\nhello\r\n"


async def within_data(at: Desk) -> Client:
    """A client whose mail is half sent."""
    client = await at.client()
    await client.send(ENVELOPE.encode() + b"Subject: half\r\n")
    await client.talk("S: 250\nS: 250\nS: 354")
    return client


def reset(client: Client) -> None:
    """Hangs up the hard way: a RST, no FIN."""
    client.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.writer.transport.abort()


# --- our own trouble ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "reply"),
    [
        (sqlite3.OperationalError("database or disk is full"), "452 4.3.1"),
        (OSError(errno.ENOSPC, "/secret/path"), "452 4.3.1"),
        (OSError(errno.EIO, "/secret/path"), "451 4.3.0"),
        (sqlite3.OperationalError("secret table is locked"), "451 4.3.0"),
        (ValueError("secret"), "451 4.3.0"),
        (asyncio.CancelledError(), "451 4.3.0"),
    ],
    ids=repr,
)
async def test_a_mail_that_cannot_be_kept_shall_be_sent_again(error: BaseException, reply: str) -> None:
    async with desk() as at:
        at.inbox.fails_with(error)
        client = await at.client()
        told = await client.mail(HELLO)
        assert told.startswith(reply)
        assert "secret" not in told
        at.inbox.before = None
        assert (await client.mail(HELLO)).startswith("250")


async def test_a_mail_that_could_not_be_kept_leaves_nothing_of_itself_to_the_next() -> None:
    def accept(mail: object) -> None:
        raise TypeError("it never even began")

    async with desk(accept=accept) as at:
        client = await at.client()
        for _ in range(2):
            assert (await client.mail(HELLO)).startswith("451")


async def test_a_fault_while_an_address_is_looked_up_says_nothing_of_itself() -> None:
    def takes(address: str) -> bool:
        raise RuntimeError(f"secret of {address}")

    async with desk(takes=takes) as at:
        client = await at.client()
        assert (await client.mail(HELLO)) == "451 4.3.0 Trouble at our end, try again later"
        assert (await client.say("NOOP")).startswith("250")


async def test_the_log_has_a_line_a_mail_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with desk() as at:
        client = await at.client()
        await client.mail(HELLO)
        await client.say("MAIL FROM:<bob@cust.test>")
        await client.say("RCPT TO:<nobody@elsewhere.test>")
    kept, refused = caplog.records
    assert kept.getMessage() == "kept mail 1 from <ann@cust.test> at 127.0.0.1"
    assert (kept.inbox_id, kept.envelope_to, kept.octets) == (1, ("support@desk.test",), len(HELLO))
    assert (refused.envelope_to, refused.reply) == (["nobody@elsewhere.test"], "550 5.1.1 No such address here")


# --- clients that go ----------------------------------------------------------------------------------


@pytest.mark.parametrize("hang_up", [reset, lambda client: client.writer.close()], ids=["RST", "FIN"])
async def test_a_mail_is_kept_though_its_client_hangs_up_before_the_250(hang_up: object) -> None:
    async with desk() as at:
        asked, go = asyncio.Event(), asyncio.Event()

        async def wait() -> None:
            asked.set()
            await go.wait()

        at.inbox.before = wait
        client = await within_data(at)
        await client.send(b".\r\n")
        await asked.wait()
        assert callable(hang_up)
        hang_up(client)
        await asyncio.sleep(0.05)
        go.set()
        await at.listening.stop()
        assert [mail.raw for mail in at.inbox.mails] == [b"Subject: half\r\n"]


async def test_half_a_mail_is_no_mail() -> None:
    async with desk() as at:
        for hang_up in (Client.reply, reset):
            client = await within_data(at)
            if hang_up is reset:
                reset(client)
            else:
                client.writer.write_eof()
                assert await client.reply() == ""
        await asyncio.sleep(0.05)
        assert at.inbox.mails == []


# --- clients that misbehave ---------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["JUNK", "", "RCPT TO:<a@elsewhere.test>", "MAIL FROM:<", "x" * 3000, "DATA"])
async def test_twenty_errors_end_a_session(command: str) -> None:
    async with desk() as at:
        client = await at.client()
        await client.say("MAIL FROM:<ann@cust.test>")
        replies = [(await client.say(command))[:3] for _ in range(20)]
        assert set(replies[:-1]) <= {"500", "501", "503", "550", "554"}
        assert replies[-1] == "421"
        assert await client.reply() == ""


async def test_a_thousand_commands_without_a_mail_end_a_session() -> None:
    async with desk(commands=50) as at:
        client = await at.client()
        await client.send(b"RSET\r\n" * 100)
        replies = [(await client.reply())[:3] for _ in range(49)]
        assert replies == ["250"] * 48 + ["421"]


async def test_a_mail_wins_our_patience_back() -> None:
    async with desk(errors=3) as at:
        client = await at.client()
        for _ in range(4):
            assert [(await client.say("JUNK"))[:3] for _ in range(2)] == ["500", "500"]
            assert (await client.mail(HELLO)).startswith("250")


async def test_who_idles_is_told_421() -> None:
    async with desk(idle=0.1) as at:
        silent, junk = await at.client(), await within_data(at)
        assert (await silent.reply()).startswith("421 4.4.2")
        assert (await junk.reply()).startswith("421 4.4.2")
        assert [await silent.reply(), await junk.reply()] == ["", ""]


async def test_who_trickles_is_told_421_though_it_never_idles() -> None:
    async with desk(idle=5, mail_time=0.2) as at:
        client = await within_data(at)

        async def trickle() -> None:
            while True:
                await client.send(b"x")
                await asyncio.sleep(0.02)

        trickling = asyncio.create_task(trickle())
        assert (await client.reply()).startswith("421 4.4.2")
        trickling.cancel()


async def test_a_mail_that_came_in_time_leaves_no_hurry_behind() -> None:
    async with desk(idle=5, mail_time=0.1) as at:
        client = await at.client()
        assert (await client.mail(HELLO)).startswith("250")
        await asyncio.sleep(0.2)
        assert (await client.mail(HELLO)).startswith("250")


async def test_who_is_slow_but_steady_does_not_idle() -> None:
    async with desk(idle=0.5) as at:
        client = await within_data(at)
        for _ in range(10):
            await client.send(b"slow\r\n")
            await asyncio.sleep(0.1)
        await client.send(b".\r\n")
        await client.talk("S: 250")


async def test_who_waits_for_us_does_not_idle() -> None:
    async with desk(idle=0.1) as at:
        at.inbox.before = lambda: asyncio.sleep(0.3)
        assert (await (await at.client()).mail(HELLO)).startswith("250")


async def test_there_is_room_for_so_many_sessions() -> None:
    async with desk(connections=3, connections_per_client=2) as at:
        first, _ = await at.client(), await at.client()
        turned_away = await at.visit()
        assert (await turned_away.reply()).startswith("421 4.7.0")
        assert await turned_away.reply() == ""
        await first.talk("C: QUIT\nS: 221\nS:")
        assert (await (await at.client()).mail(HELLO)).startswith("250")


async def test_a_relay_may_have_many_sessions_but_not_all_the_world() -> None:
    async with desk(connections=3, connections_per_client=1, relays=LOOPBACK) as at:
        for _ in range(3):
            await at.client()
        assert (await (await at.visit()).reply()).startswith("421 4.7.0")


@dataclass(eq=False)
class Guest:
    """A session, as far as the reception cares."""

    peer: str
    relay: bool = False
    in_mail: bool = False
    since: float = 0.0
    told: str = ""

    def hang_up(self, last_word: str) -> None:
        self.told = last_word


def test_a_peers_neighbours_in_its_ipv6_network_count_as_itself() -> None:
    reception = Reception(listener(Inbox(), connections_per_client=2))
    guests = [Guest(f"2001:db8::{number}") for number in (1, 2, 3)]
    assert [reception.enter(guest, 0.0)[:3] for guest in guests] == ["", "", "421"]
    assert reception.enter(Guest("2001:db8:0:1::3"), 0.0) == ""
    reception.leave(guests[1])
    assert reception.enter(Guest("2001:db8::4%eth0"), 0.0) == ""


def test_a_tenth_of_the_room_is_kept_for_relays() -> None:
    reception = Reception(listener(Inbox(), connections=20, connections_per_client=20))
    assert [reception.enter(Guest("192.0.2.1"), 0.0)[:3] for _ in range(20)] == [""] * 18 + ["421"] * 2
    assert [reception.enter(Guest("127.0.0.1", relay=True), 0.0)[:3] for _ in range(3)] == ["", "", "421"]


def test_where_there_is_no_room_who_dawdles_makes_way_and_relays_and_the_busy_stay() -> None:
    reception = Reception(listener(Inbox(), connections=4))
    relay, trickles, idles, busy = guests = (
        Guest("127.0.0.1", relay=True, since=0.0),
        Guest("192.0.2.1", since=0.0, in_mail=True),
        Guest("192.0.2.2", since=50.0),
        Guest("192.0.2.3", since=59.0),
    )
    assert [reception.enter(guest, 55.0) for guest in guests] == [""] * 4
    assert reception.enter(Guest("192.0.2.4", since=59.5), 59.5).startswith("421")
    assert [reception.enter(Guest("192.0.2.4", since=60.0), 60.0) for _ in range(2)] == ["", ""]
    assert [guest.told[:3] for guest in (relay, trickles, idles, busy)] == ["", "421", "421", ""]
    assert reception.enter(Guest("192.0.2.4", since=61.0), 61.0).startswith("421")


def test_in_a_crowd_each_may_hold_but_a_little_before_it_waits_for_its_turn() -> None:
    reception = Reception(listener(Inbox(), connections_per_client=100))
    guests = [Guest("192.0.2.1") for _ in range(51)]
    for guest in guests:
        reception.enter(guest, 0.0)
    assert reception.large == LARGE // 8
    reception.leave(guests[0])
    assert reception.large == LARGE


async def test_two_hundred_idle_sessions_keep_nobody_out_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk(connections=222, connections_per_client=1000) as at:
        idle = [await at.client() for _ in range(200)]
        assert (await (await at.visit()).reply()).startswith("421 4.7.0")
        monkeypatch.setattr(smtp_reception, "_DAWDLES", 0.0)  # as if ten seconds had gone by
        assert (await (await at.client()).mail(HELLO)).startswith("250")
        assert (await idle[0].reply()).startswith("421 4.4.2")


@pytest.mark.parametrize("seed", range(8))
async def test_no_octets_upset_the_listener(seed: int, caplog: pytest.LogCaptureFixture) -> None:
    words = (
        b"EHLO x,MAIL FROM:<a@b>,RCPT TO:<a@desk.test>,DATA,RSET,QUIT,\r\n,\n,\r,.,\r\n.\r\n,\xff,\0,<,STARTTLS".split(
            b","
        )
    )
    dice = Random(seed)
    async with desk(errors=1000, connections_per_client=100) as at:
        for _ in range(25):
            client = await at.visit()
            phrase = [dice.choice(words) + dice.choice([b"", b"\r\n", b"\r\n"]) for _ in range(60)]
            await client.send(b"EHLO x\r\n" + ENVELOPE.encode() * dice.randrange(2) + b"".join(phrase))
            dice.choice([client.writer.write_eof, client.writer.close, lambda client=client: reset(client)])()
        await asyncio.sleep(0.1)
        assert (await (await at.client()).mail(HELLO)).startswith("250")
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_a_sender_has_so_many_mails_and_others_their_own() -> None:
    async with desk(sender_limit=(3, 600.0)) as at:
        client = await at.client()
        for _ in range(3):
            assert (await client.mail(HELLO)).startswith("250")
        assert (await client.mail(HELLO, sender="Ann@CUST.test")).startswith("450 4.7.1")
        assert (await client.mail(HELLO, sender="bob@cust.test")).startswith("250")


async def test_a_client_has_so_many_mails_whoever_sends_them(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with desk(client_limit=(3, 600.0)) as at:
        for number in range(3):
            assert (await (await at.client()).mail(HELLO, f"sender{number}@cust.test")).startswith("250")
        told = await (await at.client()).mail(HELLO, "sender3@cust.test")
        assert told == "450 4.7.1 Too many mails from your address, try again later"
        assert caplog.records[-1].getMessage() == f"refused mail from <sender3@cust.test> at 127.0.0.1: {told}"
        at.listening.reload(listener(at.inbox, client_limit=(4, 600.0)))
        assert (await (await at.client()).mail(HELLO, "sender3@cust.test")).startswith("250")


async def test_a_relay_has_no_limit_and_uses_up_nobodys() -> None:
    async with desk(sender_limit=(3, 600.0), client_limit=(7, 600.0)) as at:
        stranger = await at.client()
        at.listening.reload(listener(at.inbox, relays=LOOPBACK, sender_limit=(3, 600.0), client_limit=(7, 600.0)))
        relay = await at.client()
        for client, sender in ((relay, "bob@cust.test"), (stranger, "ann@cust.test"), (relay, "ann@cust.test")):
            for _ in range(3):
                assert (await client.mail(HELLO, sender)).startswith("250")
        assert (await stranger.mail(HELLO, "bob@cust.test")).startswith("250")
        assert (await stranger.mail(HELLO, "ann@cust.test")).startswith("450")


def test_a_senders_count_is_forgotten_with_time() -> None:
    limit = RateLimit(mails=2, seconds=600.0)
    limit.count("a", 0.0)
    limit.count("a", 500.0)
    assert limit.reached("a", 599.0)
    assert not limit.reached("a", 661.0)
    limit.count("A", 661.0)
    assert limit.reached("a", 1000.0)
    assert not limit.reached("a", 9999.0)


def test_made_up_senders_cost_little_memory_and_nobody_else_their_turn() -> None:
    limit = RateLimit(mails=2, seconds=600.0)
    limit.count("ann", 0.0)
    for number in range(50_000):
        limit.count(f"sender{number}", 0.0)
    limit.count("ann", 0.0)
    assert limit.reached("ann", 1.0)
    assert not limit.reached("bob", 1.0)
    assert sum(len(counter) for _, counter in limit._slots) <= 10_000


async def test_large_mails_take_turns_without_idling_while_small_ones_pass() -> None:
    async with desk(idle=0.5) as at:
        under_way = most = 0

        async def count() -> None:
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0.3)
            under_way -= 1

        at.inbox.before = count
        large = (b"x" * 1000 + b"\r\n") * (LARGE // 500)
        clients = [await at.client() for _ in range(6)]
        replies = await asyncio.gather(*[client.mail(large) for client in clients])
        assert [reply[:3] for reply in replies] == ["250"] * 6
        assert most == 2
        clients = [await at.client() for _ in range(6)]
        await asyncio.gather(*[client.mail(HELLO) for client in clients])
        assert most == 6


# --- stopping and changing ----------------------------------------------------------------------------


async def test_who_is_within_a_mail_when_we_stop_may_finish_it() -> None:
    async with desk() as at:
        idle, busy = await at.client(), await within_data(at)
        stopping = asyncio.create_task(at.listening.stop(grace=5))
        await idle.talk("S: 421 4.3.2\nS:")
        assert not stopping.done()
        await busy.send(b"end\r\n.\r\n")
        await busy.talk("S: 250 2.0.0 Ok: kept as 1\nS: 421 4.3.2\nS:")
        await asyncio.wait_for(stopping, 1)
        with pytest.raises(ConnectionRefusedError):
            await at.visit()


async def test_who_does_not_finish_is_cut_off_when_the_grace_is_over() -> None:
    async with desk() as at:
        busy = await within_data(at)
        await at.listening.stop(grace=0.1)
        assert await busy.reply() == ""
        assert at.inbox.mails == []


async def test_a_mail_that_is_being_kept_is_waited_for() -> None:
    async with desk() as at:
        at.inbox.before = lambda: asyncio.sleep(0.3)
        client = await within_data(at)
        await client.send(b".\r\n")
        await asyncio.sleep(0.05)
        await at.listening.stop(grace=0.05)
        assert len(at.inbox.mails) == 1


async def test_a_changed_configuration_is_for_sessions_that_begin_after_it() -> None:
    async with desk() as at:
        before = await at.client()
        at.listening.reload(replace(listener(at.inbox), max_size=10))
        assert (await before.mail(HELLO)).startswith("250")
        assert (await (await at.client()).mail(HELLO)).startswith("552")


async def test_one_listener_serves_several_sockets(tmp_path: Path) -> None:
    unix = socket.socket(socket.AF_UNIX)
    unix.bind(str(tmp_path / "smtp"))
    async with desk(unix) as at:
        client = await at.client()
        assert (await client.mail(HELLO)).startswith("250")
        assert at.inbox.mails[0].source == "smtp"
