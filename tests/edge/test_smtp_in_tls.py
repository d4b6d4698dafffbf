"""STARTTLS (RFC 3207): what is offered, what is thrown away, what a failed handshake does."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from pathlib import Path

import pytest

from tests.edge import certificates
from tests.edge.smtp_desk import ENVELOPE, Client, Desk, desk

pytestmark = pytest.mark.skipif(not certificates.POSSIBLE, reason="needs openssl")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and its self-signed certificate for mx.desk.test, in one file."""
    return certificates.self_signed(tmp_path_factory.mktemp("tls"), "DNS:mx.desk.test")


@pytest.fixture
def ours(certificate: Path) -> ssl.SSLContext:
    return certificates.server_context(certificate)


@pytest.fixture
def theirs(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


async def encrypted(at: Desk, context: ssl.SSLContext, also_sent: bytes = b"") -> Client:
    """A client after its handshake; ``also_sent`` follows STARTTLS in the clear."""
    client = await at.client()
    await client.send(b"STARTTLS\r\n" + also_sent)
    await client.talk("S: 220 2.0.0")
    await client.writer.start_tls(context, server_hostname="mx.desk.test")
    return client


async def test_smtplib_delivers_over_tls(ours: ssl.SSLContext, theirs: ssl.SSLContext) -> None:
    async with desk(tls=ours, hostname="mx.desk.test") as at:

        def deliver() -> None:
            with smtplib.SMTP(*at.address) as server:
                server._host = "mx.desk.test"  # whose name the certificate has
                server.starttls(context=theirs)
                server.sendmail("ann@cust.test", "support@desk.test", b"x" * 70 + b"\r\n" + b"line\r\n" * 500_000)

        await asyncio.to_thread(deliver)
        assert len(at.inbox.mails[0].raw) == 72 + 3_000_000


async def test_starttls_is_offered_once_and_begins_the_session_anew(
    ours: ssl.SSLContext, theirs: ssl.SSLContext
) -> None:
    async with desk(tls=ours) as at:
        plain = await at.client()
        assert "STARTTLS" in await plain.say("EHLO client.test")
        assert (await plain.say("STARTTLS now")).startswith("501 5.5.4")
        client = await encrypted(at, theirs)
        await client.talk("C: MAIL FROM:<ann@cust.test>\nS: 503")
        offers = await client.say("EHLO client.test")
        assert "STARTTLS" not in offers
        assert "AUTH" not in offers
        await client.talk("C: STARTTLS\nS: 503 5.5.1")
        assert (await client.mail(b"hello\r\n")).startswith("250")
        await client.talk("C: QUIT\nS: 221\nS:")


async def test_what_was_injected_in_the_clear_is_thrown_away(ours: ssl.SSLContext, theirs: ssl.SSLContext) -> None:
    async with desk(tls=ours) as at:
        injected = b"EHLO evil.test\r\n" + ENVELOPE.encode() + b"injected\r\n.\r\n"
        client = await encrypted(at, theirs, injected)
        await client.talk("C: NOOP\nS: 250 2.0.0 Ok\nC: MAIL FROM:<ann@cust.test>\nS: 503")
        assert at.inbox.mails == []


async def test_a_failed_handshake_ends_one_session_and_no_other(ours: ssl.SSLContext, theirs: ssl.SSLContext) -> None:
    async with desk(tls=ours, connections=1) as at:
        client = await at.client()
        await client.talk("C: STARTTLS\nS: 220")
        await client.send(b"this is no TLS at all\r\n" * 20)
        assert await client.reader.read() is not None
        client.writer.close()
        await asyncio.sleep(0.05)
        assert (await (await encrypted(at, theirs)).say("NOOP")).startswith("250")


async def test_a_handshake_that_never_comes_is_idling(ours: ssl.SSLContext) -> None:
    async with desk(tls=ours, idle=0.1, connections=1) as at:
        client = await at.client()
        await client.talk("C: STARTTLS\nS: 220")
        async with asyncio.timeout(5):
            assert await client.reader.read() == b""
        assert (await (await at.visit()).reply()).startswith("220")


async def test_who_idles_or_hangs_up_over_tls_is_let_go(ours: ssl.SSLContext, theirs: ssl.SSLContext) -> None:
    async with desk(tls=ours, idle=0.3) as at:
        hasty = await encrypted(at, theirs)
        hasty.writer.transport.abort()
        client = await encrypted(at, theirs)
        assert (await client.reply()).startswith("421 4.4.2")
        assert await client.reply() == ""
