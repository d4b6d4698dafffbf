"""The way out by SMTP, as it behaves before real servers, good and bad, on loopback sockets."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from maildesk.edge.smarthost import Smarthost, Tls
from maildesk.edge.smtp_out import SmtpTransport
from maildesk.edge.transport import Deferred, Outgoing, Refused, Sent
from tests.edge import certificates

RAW = b"From: desk@acme.example\r\nSubject: Hello\r\n\r\nHello.\r\n"
MAIL = Outgoing(
    id=1,
    envelope_from="support+b1@acme.example",
    envelope_to="carla@customer.example",
    raw=RAW,
    attempts=0,
    created_at=datetime(2026, 11, 22, tzinfo=UTC),
    message_id="<1@acme.example>",
)


def to(recipient: str) -> Outgoing:
    return replace(MAIL, envelope_to=recipient)


@dataclass
class Peer:
    """An aiosmtpd handler that remembers, and answers a recipient as it is told."""

    answers: dict[str, str] = field(default_factory=dict)
    taken: list[Envelope] = field(default_factory=list)
    options: list[list[str]] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        self.options.append(options)
        if session not in self.sessions:
            self.sessions.append(session)
        return self.answers.get(f"from {address}", "250 2.1.0 OK")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get(address, "250 2.1.5 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if answer := self.answers.get(f"data {envelope.rcpt_tos[0]}"):
            return answer
        self.taken.append(envelope)
        return "250 2.0.0 queued as 4711"


@asynccontextmanager
async def listening(factory: Callable[[], asyncio.BaseProtocol], **options: Any) -> AsyncIterator[int]:
    server = await asyncio.get_running_loop().create_server(factory, "127.0.0.1", 0, **options)
    async with server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def smarthost(handler: object, **settings: Any) -> AsyncIterator[int]:
    async with listening(lambda: SMTP(handler, **settings)) as port:
        yield port


@asynccontextmanager
async def sending(port: int, **settings: Any) -> AsyncIterator[SmtpTransport]:
    settings = {"host": "127.0.0.1", "ehlo": "desk.acme.example", "tls": Tls.NONE} | settings
    transport = SmtpTransport(Smarthost(port=port, **settings))
    try:
        yield transport
    finally:
        await transport.close()


Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def scripted(script: Script) -> AsyncIterator[int]:
    """A server that says what no well-behaved one would."""
    held: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)
        try:
            await script(reader, writer)
        except ConnectionError:
            return
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        for writer in held:
            writer.close()
        await asyncio.sleep(0)


async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *replies: bytes) -> None:
    """Greets, then answers each line with the next reply; the content of a mail is one line."""
    writer.write(b"220 peer\r\n")
    for reply in replies:
        await reader.readline()
        writer.write(reply)
    await writer.drain()


# --- what is sent ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: dots\r\n\r\n.\r\n..two\r\n\tTab  \r\n" + b"x" * 990 + b"\r\n\r\n\r\n",
        b".Subject: a dot at once\r\n\r\nHello\r\n.\r\n",
        b"Subject: a megabyte\r\n\r\n" + b"y" * 76 + b"\r\n" * 500_000,
    ],
    ids=["dots, tabs, long line, empty lines", "dot at once", "a megabyte"],
)
async def test_the_very_bytes_of_the_mail_and_its_envelope_arrive(raw: bytes) -> None:
    peer = Peer()
    async with smarthost(peer) as port, sending(port) as transport:
        outcome = await transport.send(replace(MAIL, raw=raw))
    assert outcome == Sent("250 2.0.0 queued as 4711")
    (envelope,) = peer.taken
    assert envelope.original_content == raw
    assert envelope.mail_from == "support+b1@acme.example"
    assert envelope.rcpt_tos == ["carla@customer.example"]
    assert peer.sessions[0].host_name == "desk.acme.example"


async def test_the_null_sender_is_spoken_as_empty_brackets() -> None:
    heard: list[bytes] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 peer\r\n")
        for reply in (b"250 peer\r\n", b"550 5.1.0 no\r\n"):
            heard.append(await reader.readline())
            writer.write(reply)

    async with scripted(script) as port, sending(port) as transport:
        await transport.send(replace(MAIL, envelope_from=""))
    assert heard[1].strip() == b"MAIL FROM:<>"


@pytest.mark.parametrize("bare", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r"])
async def test_a_bare_newline_never_leaves_so_no_second_mail_can_be_smuggled(bare: bytes) -> None:
    wire = bytearray()

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await converse(reader, writer, b"250 peer\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n")
        wire.extend(await reader.readuntil(b"\r\n.\r\n"))
        writer.write(b"250 ok\r\n")
        await reader.readline()

    raw = b"Subject: x\r\n\r\nbefore" + bare + b"MAIL FROM:<evil@x.example>\r\n"
    async with scripted(script) as port, sending(port) as transport:
        assert isinstance(await transport.send(replace(MAIL, raw=raw)), Sent)
    assert b"MAIL FROM:<evil@x.example>\r\n.\r\n" in wire
    assert wire.replace(b"\r\n", b"").count(b"\n") == 0
    assert wire.replace(b"\r\n", b"").count(b"\r") == 0


@pytest.mark.parametrize(
    "address",
    [
        "a@x.example>\r\nRCPT TO:<evil@x.example",
        "a@x.example\nDATA",
        "a@x.example\0",
        "a\x7f@x.example",
        "a\u2028@x.example",
        "a\udc80@x.example",
        "a@x.example> SIZE=1",
        "Carla <a@x.example>",
        "(" * 5000 + "@x.example",
        "a@" + "x" * 300 + ".example",
    ],
)
async def test_an_address_that_is_none_is_refused_before_any_connection(address: str) -> None:
    peer = Peer()
    async with smarthost(peer) as port, sending(port) as transport:
        for mail in (to(address), replace(MAIL, envelope_from=address)):
            outcome = await transport.send(mail)
            assert isinstance(outcome, Refused)
            assert not outcome.reached
            assert outcome.error.isprintable()
            assert len(outcome.error) <= 500
    assert peer.sessions == []


async def test_no_recipient_at_all_is_refused() -> None:
    async with sending(1) as transport:
        assert await transport.send(to("")) == Refused("no recipient", reached=False)


# --- what the smarthost says of a mail -------------------------------------------------------------


async def test_each_recipient_has_an_answer_of_its_own_in_one_session() -> None:
    peer = Peer(
        {
            "gone@x.example": "550 5.1.1 no such user",
            "full@x.example": "452 4.2.2 mailbox full",
            "data spam@x.example": "554 5.7.1 looks like spam",
            "data busy@x.example": "451 4.3.0 try later",
        }
    )
    async with smarthost(peer) as port, sending(port) as transport:
        assert await transport.send(to("gone@x.example")) == Refused("550 5.1.1 no such user")
        assert await transport.send(to("full@x.example")) == Deferred("452 4.2.2 mailbox full", False)
        assert await transport.send(to("spam@x.example")) == Refused("554 5.7.1 looks like spam")
        assert await transport.send(to("busy@x.example")) == Deferred("451 4.3.0 try later", False)
        assert isinstance(await transport.send(to("well@x.example")), Sent)
    assert len(peer.sessions) == 1
    assert [envelope.rcpt_tos for envelope in peer.taken] == [["well@x.example"]]


async def test_an_answer_in_many_hostile_lines_becomes_one_printable_line() -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        long = b"".join(b"550-5.7.1 \x1b[31m\xff" + b"blocked " * 20 + b"\r\n" for _ in range(20))
        await converse(reader, writer, b"250 peer\r\n", b"250 ok\r\n", long + b"550 5.7.1 bye\r\n")
        await reader.readline()

    async with scripted(script) as port, sending(port) as transport:
        outcome = await transport.send(MAIL)
    assert isinstance(outcome, Refused)
    assert outcome.error.startswith("550 5.7.1 [31m")
    assert outcome.error.isprintable()
    assert len(outcome.error) == 500


async def test_a_mail_over_the_size_the_server_offers_is_refused_before_its_bytes_are_sent() -> None:
    peer = Peer()
    async with smarthost(peer, data_size_limit=1000) as port, sending(port) as transport:
        outcome = await transport.send(replace(MAIL, raw=RAW + b"x" * 998 + b"\r\n"))
    assert isinstance(outcome, Refused)
    assert outcome.error.startswith("552")
    assert peer.options == []


async def test_421_in_the_middle_of_a_mail_defers_that_mail_and_no_other() -> None:
    peer = Peer({"slow@x.example": "421 4.7.0 not now"})
    async with smarthost(peer) as port, sending(port) as transport:
        assert await transport.send(to("slow@x.example")) == Deferred("421 4.7.0 not now", False)
        assert isinstance(await transport.send(MAIL), Sent)


# --- letters beyond ASCII --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "mail",
    [
        to("käthe@kunde.example"),
        replace(MAIL, envelope_from="büro@acme.example"),
        replace(MAIL, raw="Subject: Grüße\r\n\r\nHallo\r\n".encode()),
    ],
)
async def test_smtputf8_is_used_where_it_is_needed_and_the_mail_refused_where_it_is_not_offered(
    mail: Outgoing,
) -> None:
    able, unable = Peer(), Peer()
    async with smarthost(able, enable_SMTPUTF8=True) as port, sending(port) as transport:
        assert isinstance(await transport.send(mail), Sent)
    assert "SMTPUTF8" in able.options[0]
    assert able.taken[0].rcpt_tos == [mail.envelope_to]
    assert able.taken[0].original_content == mail.raw

    async with smarthost(unable) as port, sending(port) as transport:
        outcome = await transport.send(mail)
        assert isinstance(outcome, Refused)
        assert "SMTPUTF8" in outcome.error
        assert isinstance(await transport.send(MAIL), Sent)
    assert len(unable.taken) == 1


async def test_eight_bit_content_is_announced_and_plain_content_is_not() -> None:
    peer = Peer()
    async with smarthost(peer) as port, sending(port) as transport:
        await transport.send(replace(MAIL, raw="Subject: x\r\n\r\nGrüße\r\n".encode()))
        await transport.send(MAIL)
    assert "BODY=8BITMIME" in peer.options[0]
    assert peer.options[1] == [f"SIZE={len(RAW)}"]


# --- no connection ---------------------------------------------------------------------------------


async def lost(port: int, **settings: Any) -> str:
    """Sends, sees that only the connection is blamed, and returns why."""
    async with sending(port, **settings) as transport:
        outcome = await transport.send(MAIL)
    assert isinstance(outcome, Deferred)
    assert outcome.connection
    return outcome.error


async def test_a_closed_port_is_a_lost_connection() -> None:
    async with smarthost(Peer()) as port:
        pass
    assert str(port) in await lost(port)


async def test_a_host_that_does_not_exist_is_a_lost_connection() -> None:
    assert "nowhere.invalid" in await lost(25, host="nowhere.invalid", connect_timeout=5.0)


@pytest.mark.parametrize(
    "greeting",
    [b"421 4.3.2 too busy\r\n", b"554 5.3.2 no service here\r\n", b"HTTP/1.1 400 Bad\r\n", b"220 cut", b""],
)
async def test_a_greeting_that_is_none_is_a_lost_connection_even_with_5xx(greeting: bytes) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await writer.drain()

    async with scripted(script) as port:
        assert await lost(port)


@pytest.mark.parametrize("said", [b"", b"220 peer\r\n", b"220 peer\r\n250-"])
async def test_a_server_that_stops_talking_is_given_up_in_time(said: bytes) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await reader.read()

    async with scripted(script) as port, asyncio.timeout(3):
        assert await lost(port, reply_timeout=0.2, connect_timeout=0.4)


@pytest.mark.parametrize("code", [b"421 4.4.5 closing", b"530 5.7.0 authentication required", b"nonsense"])
async def test_a_server_that_takes_no_mail_at_all_is_a_lost_connection(code: bytes) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await converse(reader, writer, b"250 peer\r\n", code + b"\r\n")

    async with scripted(script) as port:
        assert await lost(port)


async def test_a_refused_sender_is_a_refused_mail() -> None:
    peer = Peer({f"from {MAIL.envelope_from}": "553 5.7.1 not your address"})
    async with smarthost(peer) as port, sending(port) as transport:
        assert await transport.send(MAIL) == Refused("553 5.7.1 not your address")


# --- trouble in the middle of a mail ---------------------------------------------------------------

OPENING = (b"250 peer\r\n", b"250 ok\r\n", b"250 ok\r\n")


@pytest.mark.parametrize(
    "replies",
    [(*OPENING[:2], b"25"), (*OPENING, b""), (*OPENING, b"354 go\r\n"), (*OPENING, b"354 go\r\n", b"250 2.0")],
    ids=["at RCPT, in a line", "at DATA", "after 354", "in the last answer"],
)
async def test_a_cut_in_the_middle_of_a_mail_defers_this_mail_alone(replies: tuple[bytes, ...]) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await converse(reader, writer, *replies)

    async with scripted(script) as port, sending(port) as transport:
        outcome = await transport.send(MAIL)
    assert isinstance(outcome, Deferred)
    assert not outcome.connection


async def test_a_cut_before_the_last_answer_says_that_the_mail_may_arrive_twice() -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await converse(reader, writer, *OPENING, b"354 go\r\n")
        await reader.readuntil(b"\r\n.\r\n")

    async with scripted(script) as port, sending(port) as transport:
        outcome = await transport.send(MAIL)
    assert isinstance(outcome, Deferred)
    assert "twice" in outcome.error


async def test_a_server_that_hangs_after_the_mail_is_given_up_after_the_final_timeout() -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await converse(reader, writer, *OPENING, b"354 go\r\n")
        await reader.read()

    async with scripted(script) as port, sending(port, final_timeout=0.2) as transport, asyncio.timeout(3):
        outcome = await transport.send(MAIL)
    assert isinstance(outcome, Deferred)
    assert not outcome.connection


# --- kept sessions ---------------------------------------------------------------------------------


async def test_mails_one_after_another_share_a_session_until_it_is_worn() -> None:
    peer = Peer()
    async with smarthost(peer) as port, sending(port, mails=3) as transport:
        for _ in range(7):
            assert isinstance(await transport.send(MAIL), Sent)
    assert len(peer.sessions) == 3


async def test_a_session_that_the_server_closed_meanwhile_costs_no_attempt() -> None:
    peer = Peer()
    async with smarthost(peer, timeout=0.1) as port, sending(port) as transport:
        assert isinstance(await transport.send(MAIL), Sent)
        await asyncio.sleep(0.3)
        assert isinstance(await transport.send(MAIL), Sent)
    assert len(peer.sessions) == 2


async def test_421_to_the_next_mail_of_a_session_costs_no_attempt() -> None:
    """Exim's smtp_accept_max_per_connection: 421 to MAIL, after a friendly answer to RSET."""
    once = (*OPENING, b"354 go\r\n")

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await converse(reader, writer, *once)
        await reader.readuntil(b"\r\n.\r\n")
        writer.write(b"250 ok\r\n")
        for reply in (b"250 reset\r\n", b"421 too many messages in this connection\r\n"):
            await reader.readline()
            writer.write(reply)

    async with scripted(script) as port, sending(port) as transport:
        assert [type(await transport.send(MAIL)) for _ in range(3)] == [Sent] * 3


async def test_a_session_whose_server_will_not_reset_is_closed_and_replaced() -> None:
    ended = asyncio.Event()

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await converse(reader, writer, *OPENING, b"354 go\r\n")
        await reader.readuntil(b"\r\n.\r\n")
        writer.write(b"250 ok\r\n")
        await reader.readline()
        writer.write(b"500 what?\r\n")
        if await reader.read() == b"":
            ended.set()

    async with scripted(script) as port, sending(port) as transport, asyncio.timeout(3):
        assert [type(await transport.send(MAIL)) for _ in range(2)] == [Sent] * 2
        await ended.wait()


async def test_an_idle_session_is_ended_with_quit() -> None:
    quits: list[str] = []

    class Polite(Peer):
        async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
            quits.append("QUIT")
            return "221 bye"

    async with smarthost(Polite()) as port, sending(port, idle=0.1) as transport:
        await transport.send(MAIL)
        assert quits == []
        await asyncio.sleep(0.3)
        assert quits == ["QUIT"]
        assert isinstance(await transport.send(MAIL), Sent)
    assert quits == ["QUIT", "QUIT"]


# --- TLS and login ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for localhost that signs itself, in one file."""
    if not certificates.POSSIBLE:
        pytest.skip("needs openssl")
    return certificates.self_signed(tmp_path_factory.mktemp("tls"), "DNS:localhost")


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    return certificates.server_context(certificate)


async def test_starttls_encrypts_before_the_mail(server_tls: ssl.SSLContext, certificate: Path) -> None:
    peer = Peer()
    settings = {"host": "localhost", "tls": Tls.STARTTLS, "ca_file": certificate}
    async with (
        smarthost(peer, tls_context=server_tls, require_starttls=True) as port,
        sending(port, **settings) as transport,
    ):
        assert isinstance(await transport.send(MAIL), Sent)
        assert isinstance(await transport.send(MAIL), Sent)
    assert len(peer.sessions) == 1
    assert peer.sessions[0].ssl is not None


async def test_implicit_tls_encrypts_from_the_start(server_tls: ssl.SSLContext, certificate: Path) -> None:
    peer = Peer()
    settings = {"host": "localhost", "tls": Tls.IMPLICIT, "ca_file": certificate}
    async with listening(lambda: SMTP(peer), ssl=server_tls) as port, sending(port, **settings) as transport:
        assert isinstance(await transport.send(MAIL), Sent)
    assert len(peer.taken) == 1


async def test_where_the_offer_of_starttls_is_stripped_nothing_goes_in_clear_text() -> None:
    peer = Peer()
    async with smarthost(peer) as port:
        error = await lost(port, host="localhost", tls=Tls.STARTTLS, user="desk", password=lambda: "secret")
    assert "STARTTLS" in error
    assert peer.sessions == []


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
async def test_a_certificate_that_cannot_be_checked_is_a_lost_connection(tls: Tls, server_tls: ssl.SSLContext) -> None:
    peer = Peer()
    options: dict[str, Any] = {"ssl": server_tls} if tls is Tls.IMPLICIT else {}
    settings: dict[str, Any] = {} if options else {"tls_context": server_tls}
    async with listening(lambda: SMTP(peer, **settings), **options) as port:
        assert "certificate" in await lost(port, host="localhost", tls=tls)
    assert peer.sessions == []


async def test_a_certificate_for_another_host_is_a_lost_connection(
    server_tls: ssl.SSLContext, certificate: Path
) -> None:
    async with smarthost(Peer(), tls_context=server_tls) as port:
        error = await lost(port, host="127.0.0.1", tls=Tls.STARTTLS, ca_file=certificate)
    assert "certificate" in error


async def test_a_server_that_breaks_off_the_handshake_is_a_lost_connection(certificate: Path) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await converse(reader, writer, b"250-peer\r\n250 STARTTLS\r\n", b"220 go\r\n")
        await reader.read(100)

    async with scripted(script) as port:
        assert await lost(port, host="localhost", tls=Tls.STARTTLS, ca_file=certificate)


def doorkeeper(server: SMTP, session: Session, envelope: Envelope, method: str, data: object) -> AuthResult:
    known = LoginPassword(b"desk", b"right")
    return AuthResult(success=data == known, handled=False)


@pytest.mark.parametrize("left_out", ["PLAIN", "LOGIN"])
async def test_it_logs_in_by_the_method_that_is_offered_with_the_password_of_the_moment(
    left_out: str, server_tls: ssl.SSLContext, certificate: Path
) -> None:
    peer, passwords = Peer(), ["right", "wrong"]
    settings = {"tls_context": server_tls, "auth_required": True, "auth_exclude_mechanism": [left_out]}
    login = {"host": "localhost", "tls": Tls.STARTTLS, "ca_file": certificate, "user": "desk"}
    login["password"] = passwords.pop
    async with (
        smarthost(peer, authenticator=doorkeeper, **settings) as port,
        sending(port, **login) as transport,
    ):
        first = await transport.send(MAIL)
        assert isinstance(first, Deferred)
        assert first.connection
        assert first.error.startswith("535")
        assert isinstance(await transport.send(MAIL), Sent)
    assert len(peer.taken) == 1


async def test_a_server_without_login_gets_no_mail_from_one_who_was_told_to_log_in() -> None:
    peer = Peer()
    async with smarthost(peer) as port:
        assert "AUTH" in await lost(port, user="desk", password=lambda: "right")
    assert peer.sessions == []


async def test_a_password_file_that_is_gone_is_a_lost_connection(tmp_path: Path) -> None:
    settings = {"authenticator": doorkeeper, "auth_require_tls": False}
    async with smarthost(Peer(), **settings) as port:
        error = await lost(port, user="desk", password=(tmp_path / "gone").read_text)
    assert "gone" in error


async def test_a_mail_that_is_called_off_leaves_no_session_behind() -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await converse(reader, writer, *OPENING, b"354 go\r\n")
        await reader.read()
        ended.set()

    ended = asyncio.Event()
    async with scripted(script) as port, sending(port) as transport:
        task = asyncio.create_task(transport.send(MAIL))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(3):
            await ended.wait()
