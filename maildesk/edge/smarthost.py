"""Sessions with the smarthost: opened, encrypted, logged in, kept for the mails that follow, ended.

It refuses to fall back to clear text where STARTTLS is configured (RFC 8314 §4.1: an attacker
strips the offer) and to believe a certificate that it cannot check. What is said about a mail is
``smtp_out``'s business.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import aiosmtplib

TROUBLE = (aiosmtplib.SMTPException, OSError)  # TimeoutError and ssl.SSLError are OSErrors
PROBE = 5.0  # seconds in which a kept session says that it is alive, or QUIT is answered


class Tls(StrEnum):
    NONE = "none"
    STARTTLS = "starttls"
    IMPLICIT = "implicit"


@dataclass(frozen=True, slots=True)
class Smarthost:
    """Where and how; times are seconds. ``ca_file`` is believed instead of the system's authorities.

    RFC 5321 §4.5.3.2 allows a peer minutes for each answer. A smarthost is near, and a mail that
    hangs keeps others waiting; only its last answer is worth patience, for without it the mail
    goes twice (RFC 1047).
    """

    host: str
    port: int
    ehlo: str  # our own name
    tls: Tls = Tls.STARTTLS
    user: str = ""  # "" does not log in
    password: Callable[[], str] = str  # asked at each login, so that a new one needs no restart
    ca_file: Path | None = None
    connect_timeout: float = 60.0  # to be connected, encrypted and logged in
    reply_timeout: float = 30.0
    final_timeout: float = 120.0
    kept: int = 4  # sessions
    idle: float = 30.0  # after which a kept session is ended
    mails: int = 100  # in one session


@dataclass(slots=True)
class Session:
    """A connection that is greeted, encrypted and logged in."""

    client: aiosmtplib.SMTP
    mails: int = 0
    farewell: asyncio.Task[None] | None = None  # sleeps while the session is idle, then ends it


class Sessions:
    """The sessions that are idle now; one in use belongs to its mail until it is given back."""

    def __init__(self, smarthost: Smarthost) -> None:
        self._smarthost = smarthost
        self._tls = None if smarthost.tls is Tls.NONE else _tls_context(smarthost.ca_file)
        self._idle: list[Session] = []
        self._farewells: set[asyncio.Task[None]] = set()
        self._closed = False

    async def connect(self) -> Session:
        """Raises one of ``TROUBLE``; never returns a session less safe than was configured."""
        host = self._smarthost
        client = aiosmtplib.SMTP(
            hostname=host.host,
            port=host.port,
            local_hostname=host.ehlo,
            timeout=host.reply_timeout,
            use_tls=host.tls is Tls.IMPLICIT,
            start_tls=host.tls is Tls.STARTTLS,
            tls_context=self._tls,
        )
        client.AUTH_METHODS = ("plain", "login")  # each that fails counts against us at the provider
        try:
            async with asyncio.timeout(host.connect_timeout):
                await client.connect()
                await client.ehlo()
                if host.user:
                    await client.login(host.user, await asyncio.to_thread(host.password))
        except BaseException:
            client.close()
            raise
        return Session(client)

    async def kept(self) -> Session | None:
        """An idle session whose server still answers; RSET also clears what a refusal left behind."""
        while self._idle:
            session = self._idle.pop()
            if session.farewell is not None:
                session.farewell.cancel()
            try:
                await session.client.rset(timeout=PROBE)
            except TROUBLE:
                session.client.close()
            except BaseException:
                session.client.close()
                raise
            else:
                return session
        return None

    def keep(self, session: Session) -> None:
        if not session.client.is_connected:
            return
        worn = session.mails >= self._smarthost.mails or len(self._idle) >= self._smarthost.kept
        if self._closed or worn:
            self._part(session, after=0.0)
        else:
            self._idle.append(session)
            self._part(session, after=self._smarthost.idle)

    def _part(self, session: Session, after: float) -> None:
        """Ends a session after that time, unless it is taken up again."""
        if session.farewell is not None:
            session.farewell.cancel()
        session.farewell = asyncio.create_task(self._say_goodbye(session, after))
        self._farewells.add(session.farewell)
        session.farewell.add_done_callback(self._farewells.discard)

    async def _say_goodbye(self, session: Session, after: float) -> None:
        await asyncio.sleep(after)
        if session in self._idle:
            self._idle.remove(session)
        try:
            await session.client.quit(timeout=PROBE)
        except TROUBLE:
            pass  # it is gone, which is all we wanted
        finally:
            session.client.close()

    async def close(self) -> None:
        """Ends the idle ones politely; those in use end when they are given back."""
        self._closed = True
        while self._idle:
            self._part(self._idle.pop(), after=0.0)
        if self._farewells:
            await asyncio.wait(self._farewells, timeout=PROBE)


def _tls_context(ca_file: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # RFC 8996
    return context
