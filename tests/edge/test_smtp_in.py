"""Mail comes in by SMTP and LMTP, told as the sessions that clients have with the desk."""

from __future__ import annotations

import asyncio
import shutil
import smtplib
import socket
import time
from email.message import EmailMessage
from pathlib import Path

import pytest

from maildesk.model import RawMail
from tests.edge.smtp_desk import ENVELOPE, LOOPBACK, NOON, Client, desk

HELLO = b"Subject: hello\r\n\r\nhello\r\n"
SECOND_ENVELOPE = b"MAIL FROM:<boss@bank.test>\r\nRCPT TO:<support@desk.test>\r\nDATA\r\nSubject: smuggled\r\n\r\n"

# --- the plain case -----------------------------------------------------------------------------------


async def test_a_mail_is_handed_over_as_it_was_sent() -> None:
    async with desk() as at:
        client = await at.visit()
        await client.talk("""
            S: 220 mx.desk.test ESMTP
            C: EHLO client.test
            S: 250-mx.desk.test
            C: MAIL FROM:<Ann@cust.test> SIZE=100 BODY=8BITMIME
            S: 250 2.1.0
            C: RCPT TO:<support@desk.test>
            S: 250 2.1.5
            C: RCPT TO:<support+tabc@desk.test>
            S: 250 2.1.5
            C: DATA
            S: 354
            C: Subject: hello
            C:
            C: ..dots
            C: ...
            C: end.
            C: .
            S: 250 2.0.0 Ok: kept as 1
            C: QUIT
            S: 221 2.0.0
            S:
            """)
        assert at.inbox.mails == [
            RawMail(
                raw=b"Subject: hello\r\n\r\n.dots\r\n..\r\nend.\r\n",
                source="smtp",
                received_at=NOON,
                envelope_from="Ann@cust.test",
                envelope_to=("support@desk.test", "support+tabc@desk.test"),
            )
        ]


async def test_the_greeting_tells_no_software_and_ehlo_what_is_true() -> None:
    async with desk(max_size=1000) as at:
        client = await at.visit()
        assert await client.reply() == "220 mx.desk.test ESMTP"
        offers = (await client.say("EHLO client.test")).splitlines()
        assert [offer[4:] for offer in offers] == [
            "mx.desk.test",
            "PIPELINING",
            "SIZE 1000",
            "8BITMIME",
            "SMTPUTF8",
            "ENHANCEDSTATUSCODES",
        ]
        assert await client.say("HELO client.test") == "250 mx.desk.test"


async def test_a_bounce_comes_from_the_null_sender() -> None:
    async with desk() as at:
        client = await at.client()
        assert await client.mail(HELLO, sender="") == "250 2.0.0 Ok: kept as 1"
        assert at.inbox.mails[0].envelope_from == ""


async def test_utf8_is_taken_in_addresses_and_eight_bits_and_nul_in_mail() -> None:
    async with desk(takes=lambda address: address == "hjälp@bücher.example") as at:
        client = await at.client()
        await client.talk("""
            C: MAIL FROM:<änn@cust.test> SMTPUTF8 BODY=8BITMIME
            S: 250
            C: RCPT TO:<hjälp@bücher.example>
            S: 250
            C: DATA
            S: 354
            """)
        await client.send(b"\xff\xfe\0 \xc3\xa4\r\n.\r\n")
        await client.talk("S: 250")
        assert at.inbox.mails[0].raw == b"\xff\xfe\0 \xc3\xa4\r\n"
        assert at.inbox.mails[0].envelope_from == "änn@cust.test"


async def test_a_relay_is_known_by_its_address() -> None:
    async with desk(relays=LOOPBACK) as near, desk() as far:
        for at, relay in ((near, True), (far, False)):
            await (await at.client()).mail(HELLO)
            assert at.inbox.mails[0].relay is relay


async def test_a_relay_is_known_on_a_socket_of_both_families() -> None:
    async with desk(
        socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True), relays=LOOPBACK
    ) as at:
        at.address = ("127.0.0.1", at.address[1])  # whose peer is ::ffff:127.0.0.1 there
        await (await at.client()).mail(HELLO)
        assert at.inbox.mails[0].relay


async def test_smtplib_delivers() -> None:
    async with desk() as at:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "ann@cust.test", "support@desk.test", "Ünïcode"
        mail.set_content("one\n.two\n" * 1000)

        def deliver() -> None:
            with smtplib.SMTP(*at.address) as server:
                assert server.send_message(mail) == {}

        await asyncio.to_thread(deliver)
        assert at.inbox.mails[0].raw.endswith(b"one\r\n.two\r\n")


@pytest.mark.servers
@pytest.mark.skipif(shutil.which("swaks") is None, reason="needs swaks")
@pytest.mark.parametrize("protocol", ["ESMTP", "SMTP", "LMTP"])
async def test_swaks_delivers(protocol: str) -> None:
    async with desk(protocol="lmtp" if protocol == "LMTP" else "smtp") as at:
        options = ["--protocol", protocol, "--server", f"{at.address[0]}:{at.address[1]}", "--pipeline"]
        options = options if protocol != "SMTP" else options[:-1]
        swaks = await asyncio.create_subprocess_exec(
            *("swaks", *options, "-f", "ann@cust.test", "-t", "support@desk.test"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
        )
        transcript, _ = await swaks.communicate()
        assert swaks.returncode == 0, transcript.decode()
        assert b"This is a test mailing" in at.inbox.mails[0].raw


# --- what is refused ----------------------------------------------------------------------------------


async def test_commands_come_in_order() -> None:
    async with desk() as at:
        client = await at.visit()
        await client.talk("""
            S: 220
            C: MAIL FROM:<ann@cust.test>
            S: 503 5.5.1
            C: EHLO
            S: 501 5.5.4
            C: EHLO client.test
            S: 250
            C: RCPT TO:<support@desk.test>
            S: 503 5.5.1
            C: DATA
            S: 503 5.5.1
            C: MAIL FROM:<ann@cust.test>
            S: 250
            C: MAIL FROM:<bob@cust.test>
            S: 503 5.5.1
            C: DATA
            S: 554 5.5.1
            C: RCPT TO:<support@desk.test>
            S: 250
            C: DATA now
            S: 501 5.5.4
            C: RSET
            S: 250
            C: RCPT TO:<support@desk.test>
            S: 503
            C: MAIL FROM:<>
            S: 250
            C: MAIL FROM:<>
            S: 503
            C: EHLO client.test
            S: 250
            C: RCPT TO:<support@desk.test>
            S: 503
            """)


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("MAIL FROM:ann<", "501 5.1.7"),
        ("MAIL FROM:<ann\x01@cust.test>", "501 5.1.7"),
        ("MAIL FROM:<ann\r@cust.test>", "501 5.1.7"),
        ("MAIL FROM:<ann@cust.test> SIZE=26214401", "552 5.3.4"),
        ("MAIL FROM:<ann@cust.test> SIZE=x", "501 5.5.4"),
        ("MAIL FROM:<ann@cust.test> AUTH=<>", "555 5.5.4"),
        ("VRFY support", "252 2.0.0"),
        ("EXPN support", "502 5.5.1"),
        ("HELP", "502 5.5.1"),
        ("AUTH PLAIN AGFubgBzZWNyZXQ=", "502 5.5.1"),
        ("STARTTLS", "454 4.7.0"),
        ("HELLO?", "500 5.5.1"),
        ("", "500 5.5.2"),
        ("ÄHLO client.test", "500 5.5.2"),
        ("NOOP " + "x" * 3000, "500 5.5.6"),
        ("NOOP " + "x" * 200_000, "500 5.5.6"),
    ],
    ids=lambda value: value[:30],
)
async def test_what_is_wrong_is_told_and_the_session_goes_on(command: str, reply: str) -> None:
    async with desk() as at:
        client = await at.client()
        assert (await client.say(command)).startswith(reply)
        assert await client.mail(HELLO) == "250 2.0.0 Ok: kept as 1"


async def test_only_the_desks_addresses_are_taken() -> None:
    async with desk() as at:
        client = await at.client()
        await client.talk("""
            C: MAIL FROM:<ann@cust.test>
            S: 250
            C: RCPT TO:<support@elsewhere.test>
            S: 550 5.1.1
            C: RCPT TO:<>
            S: 501 5.1.3
            C: RCPT TO:<support@desk.test> NOTIFY=NEVER
            S: 555 5.5.4
            C: RCPT TO:<Support@Desk.test>
            S: 250
            C: DATA
            S: 354
            C: .
            S: 250
            """)
        assert at.inbox.mails[0].envelope_to == ("Support@Desk.test",)


async def test_more_recipients_than_the_limit_come_again_later() -> None:
    async with desk(recipients=2) as at:
        client = await at.client()
        await client.talk("""
            C: MAIL FROM:<ann@cust.test>
            S: 250
            C: RCPT TO:<a@desk.test>
            S: 250
            C: RCPT TO:<b@desk.test>
            S: 250
            C: RCPT TO:<c@desk.test>
            S: 452 4.5.3
            C: DATA
            S: 354
            C: .
            S: 250
            """)
        assert at.inbox.mails[0].envelope_to == ("a@desk.test", "b@desk.test")


async def test_a_mail_of_the_limit_is_taken_and_one_octet_more_is_not() -> None:
    async with desk(max_size=100_000) as at:
        client = await at.client()
        assert (await client.mail(b"x" * 99_999 + b"\r\n")).startswith("552 5.3.4")
        assert (await client.mail(b"x" * 150_000 + b"\r\n")).startswith("552 5.3.4")
        assert (await client.mail(b"x" * 99_998 + b"\r\n")).startswith("250")
        assert [len(mail.raw) for mail in at.inbox.mails] == [100_000]


async def test_who_sends_twice_the_limit_is_cut_off() -> None:
    async with desk(max_size=10_000) as at:
        client = await at.client()
        await client.send(ENVELOPE.encode() + b"x" * 20_001)
        await client.talk("S: 250\nS: 250\nS: 354\nS: 552 5.3.4")
        assert at.inbox.mails == []


async def test_a_line_of_a_megabyte_is_taken() -> None:
    async with desk() as at:
        line = b"<p>" + b"x" * (1 << 20) + b"\r\n"
        assert (await (await at.client()).mail(line)).startswith("250")
        assert at.inbox.mails[0].raw == line


# --- smuggling ----------------------------------------------------------------------------------------

FALSE_ENDS = [
    b"\n.\n",
    b"\n.\r\n",
    b"\r\n.\n",
    b"\r.\r",
    b"\r.\r\n",
    b"\r\n.\r",
    b"\r.\n",
    b"\n.\r",
    b"\r\n.\r\r\n",
    b"\r\n\0.\r\n",
]


@pytest.mark.parametrize("false_end", FALSE_ENDS, ids=repr)
async def test_a_false_end_smuggles_no_second_mail(false_end: bytes) -> None:
    for bare_newline in ("refuse", "normalize"):
        async with desk(bare_newline=bare_newline) as at:
            client = await at.client()
            await client.send(
                ENVELOPE.encode() + b"Subject: one\r\n\r\n" + false_end + SECOND_ENVELOPE + b"\r\n.\r\nNOOP\r\n"
            )
            await client.talk("S: 250\nS: 250\nS: 354")
            taken = (await client.reply()).startswith("250")
            assert await client.reply() == "250 2.0.0 Ok"  # of NOOP
            assert len(at.inbox.mails) == taken
            assert taken == (bare_newline == "normalize" or b"\0" in false_end)


async def test_bare_newlines_are_refused_in_clear_words() -> None:
    async with desk() as at:
        client = await at.client()
        assert await client.mail(b"one\ntwo\r\n") == "550 5.6.0 A bare CR or LF in the mail: lines end in CRLF"
        assert await client.mail(HELLO) == "250 2.0.0 Ok: kept as 1"


async def test_bare_newlines_are_mended_where_the_admin_says_so() -> None:
    async with desk(bare_newline="normalize", max_size=20) as at:
        client = await at.client()
        assert await client.mail(b"one\ntwo\rthree\r\n") == "250 2.0.0 Ok: kept as 1"
        assert at.inbox.mails[0].raw == b"one\r\ntwo\r\nthree\r\n"
        assert (await client.mail(b"\n" * 15 + b"\r\n")).startswith("552")  # mended, it has 32 octets


# --- pipelining ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 7, 1000], ids="pieces of {}".format)
async def test_a_whole_session_may_come_in_one_breath_or_in_crumbs(size: int) -> None:
    async with desk() as at:
        client = await at.visit()
        mails = b"".join(ENVELOPE.encode() + b"mail %d\r\n..\r\n.\r\n" % number for number in range(2))
        session = b"EHLO client.test\r\n" + mails + b"QUIT\r\n"
        for start in range(0, len(session), size):
            await client.send(session[start : start + size])
            await asyncio.sleep(0)
        await client.talk("S: 220\nS: 250\n" + "S: 250\nS: 250\nS: 354\nS: 250\n" * 2 + "S: 221\nS:")
        assert [mail.raw for mail in at.inbox.mails] == [b"mail 0\r\n.\r\n", b"mail 1\r\n.\r\n"]


async def test_pipelined_replies_do_not_wait_for_acknowledgements() -> None:
    async with desk() as at:
        client, began = await at.client(), time.monotonic()
        for _ in range(50):
            await client.send(ENVELOPE.encode())
            await client.talk("S: 250\nS: 250\nS: 354")
            await client.send(HELLO + b".\r\n")
            await client.talk("S: 250")
        assert time.monotonic() - began < 1  # with 40 ms for each: 2 s


async def test_a_client_that_has_said_all_and_closes_its_half_still_gets_its_answers() -> None:
    async with desk() as at:
        client = await at.visit()
        await client.send(b"EHLO client.test\r\n" + ENVELOPE.encode() + HELLO + b".\r\n")
        client.writer.write_eof()
        await client.talk("S: 220\nS: 250\nS: 250\nS: 250\nS: 354\nS: 250 2.0.0 Ok: kept as 1\nS:")


async def test_what_follows_a_small_mail_does_not_make_it_large() -> None:
    async with desk(max_size=100) as at:
        client = await at.client()
        await client.send(ENVELOPE.encode() + HELLO + b".\r\n" + b"NOOP\r\n" * 100)
        await client.talk("S: 250\nS: 250\nS: 354\nS: 250 2.0.0 Ok: kept as 1\n" + "S: 250\n" * 100)


async def test_nothing_is_heard_after_quit() -> None:
    async with desk() as at:
        client = await at.client()
        await client.send(b"QUIT\r\n" + ENVELOPE.encode() + HELLO + b".\r\n")
        await client.talk("S: 221")
        await asyncio.sleep(0.05)
        assert at.inbox.mails == []


async def test_ten_clients_are_served_at_once_and_fast() -> None:
    async def send_twenty(client: Client, number: int) -> None:
        for mail in range(20):
            assert (await client.mail(b"client %d mail %d\r\n" % (number, mail) + HELLO * 1000)).startswith("250")

    async with desk() as at:
        began = time.monotonic()
        await asyncio.gather(*[send_twenty(await at.client(), number) for number in range(10)])
        assert len({mail.raw for mail in at.inbox.mails}) == 200
        assert time.monotonic() - began < 5  # a tenth of a second, on an idle machine


# --- LMTP ---------------------------------------------------------------------------------------------


@pytest.fixture
def unix_socket(tmp_path: Path) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX)
    sock.bind(str(tmp_path / "lmtp"))
    return sock


async def test_lmtp_answers_each_recipient(unix_socket: socket.socket) -> None:
    async with desk(unix_socket, protocol="lmtp") as at:
        client = await at.visit()
        await client.talk("""
            S: 220 mx.desk.test LMTP
            C: EHLO client.test
            S: 500 5.5.1
            C: HELO client.test
            S: 500 5.5.1
            C: LHLO client.test
            S: 250
            C: MAIL FROM:<ann@cust.test>
            S: 250
            C: RCPT TO:<a@desk.test>
            S: 250
            C: RCPT TO:<stranger@elsewhere.test>
            S: 550
            C: RCPT TO:<b@desk.test>
            S: 250
            C: DATA
            S: 354
            C: hello
            C: .
            S: 250 2.0.0 Ok: kept as 1
            S: 250 2.0.0 Ok: kept as 1
            C: NOOP
            S: 250 2.0.0 Ok
            """)
        (mail,) = at.inbox.mails
        assert (mail.source, mail.relay, mail.envelope_to) == ("lmtp", True, ("a@desk.test", "b@desk.test"))


async def test_lmtp_says_a_failure_once_a_recipient_too(unix_socket: socket.socket) -> None:
    async with desk(unix_socket, protocol="lmtp", errors=3) as at:
        at.inbox.fails_with(OSError("secret"))
        client = await at.visit()
        await client.talk("""
            S: 220
            C: LHLO client.test
            S: 250
            C: MAIL FROM:<ann@cust.test>
            S: 250
            C: RCPT TO:<a@desk.test>
            S: 250
            C: RCPT TO:<b@desk.test>
            S: 250
            C: DATA
            S: 354
            C: .
            S: 451 4.3.0
            S: 451 4.3.0
            C: NOOP
            S: 250
            """)
