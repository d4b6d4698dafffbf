"""The line to one client: commands and replies, patience and the ways in which a session ends.

aiosmtpd has the streams and STARTTLS; the rest is what a public port needs: a fault of ours answers a bland 4xx
(there: 500 and the exception's text), a client that half-closes still gets its answers (there: silence), who errs too
often or idles is told 421 (there: 502, or nothing), and replies have enhanced status codes throughout (RFC 2034).
Refuses to say anything to a client after its last word.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import socket
from typing import AnyStr, NoReturn

from aiosmtpd.smtp import SMTP, Envelope, TLSSetupException
from aiosmtpd.smtp import Session as ClientSession

from maildesk.edge.smtp_reception import LOCAL, Reception, apology

log = logging.getLogger(__name__)

_COMMAND_LINE = 2048  # octets, as Postfix has it; RFC 5321 §4.5.3.1.4: 512, and what extensions add
_LINGER = 10.0  # seconds for a last reply to leave; then the connection is cut

_READY = "220 Ready to start TLS"  # aiosmtpd says so by itself, without a status code


class Line(SMTP):
    """One connection. A session above it knows the commands (`obey`) and says ``in_mail``."""

    session: ClientSession  # never None once connected, whatever aiosmtpd's types say
    envelope: Envelope
    line_length_limit = 1 << 16  # octets that aiosmtpd's stream reader holds before TCP waits

    def __init__(self, reception: Reception) -> None:
        self.reception = reception
        self.listener = reception.listener
        self.peer = LOCAL
        self.relay = False
        self.in_mail = False  # between 354 and the reply to the content
        self.since = asyncio.get_running_loop().time()  # that it came, or its last mail was taken
        self._errors = 0
        self._replies = 0
        self._idles_at = self._late_at = math.inf  # the loop's time
        super().__init__(
            None,
            hostname=self.listener.hostname,
            ident="LMTP" if self.listener.protocol == "lmtp" else "ESMTP",
            enable_SMTPUTF8=True,
            tls_context=self.listener.tls,
            timeout=self.listener.idle,
            loop=asyncio.get_running_loop(),
        )

    # --- beginning and end ---

    async def _handle_client(self) -> None:
        """The session's task: admitted, served, and counted out again."""
        connection: socket.socket = self._writer.get_extra_info("socket")
        try:
            self.peer = LOCAL if connection.family == socket.AF_UNIX else connection.getpeername()[0]
        except OSError:  # gone before its turn came
            self._writer.close()
            return
        self.relay = self.reception.trusts(self.peer)
        if refusal := self.reception.enter(self, self.loop.time()):
            log.info("refused a session with %s: %s", self.peer, refusal, extra={"peer": self.peer, "reply": refusal})
            self.hang_up(refusal)
            return
        try:
            await self.push(f"220 {self.hostname} {self.__ident__}")
            while True:
                await self._turn()
        except (ConnectionError, asyncio.IncompleteReadError):  # the session is over, by either side
            pass
        except TLSSetupException as error:  # of which asyncio tells nobody else
            log.info("%s: TLS failed", self.peer, extra={"peer": self.peer})
            self.connection_lost(error)
        finally:
            self._writer.close()
            self.reception.leave(self)

    async def _turn(self) -> None:
        """One command. What fails at our end is our affair: the client may try again."""
        try:
            await self._serve((await self._line()).rstrip(b"\r\n"))
        except (ConnectionError, asyncio.IncompleteReadError, TLSSetupException):
            raise
        except Exception as error:
            log.error("trouble in a session with %s", self.peer, exc_info=error)
            await self.push(apology(error))

    async def _line(self) -> bytes:
        """The next line. Of one that is far too long the end is missing."""
        try:
            return await self._reader.readuntil()
        except asyncio.LimitOverrunError as error:
            beginning = await self._reader.read(error.consumed)
            while not await self._line_ends():
                pass
            return beginning

    async def _line_ends(self) -> bool:
        try:
            await self._reader.readuntil()
        except asyncio.LimitOverrunError as error:
            await self._reader.read(error.consumed)
            return False
        return True

    async def _serve(self, line: bytes) -> None:
        command, _, argument = line.partition(b" ")
        if len(line) > _COMMAND_LINE:
            await self.push("500 5.5.6 Command line too long")
        elif not command or not command.isascii():
            await self.push("500 5.5.2 Bad syntax")
        else:
            self._reset_timeout()
            # UTF-8 (RFC 6531), and whoever reads it refuses what is none.
            await self.obey(command.upper().decode(), argument.strip().decode(errors="surrogateescape"))

    async def obey(self, command: str, argument: str) -> None:
        raise NotImplementedError

    def hang_up(self, last_word: str) -> None:
        """Says a last word and closes; a client that does not listen is cut off soon after."""
        if self._writer.is_closing():
            return
        log.debug("%s: %s", self.peer, last_word)
        if not self._in_handshake:
            self._writer.write(f"{last_word}\r\n".encode())
        self._writer.close()
        self._reset_timeout(_LINGER)

    def end(self, last_word: str) -> NoReturn:
        """Hangs up from within a command; the session ends by this exception."""
        self.hang_up(last_word)
        raise ConnectionResetError(last_word)

    def dismiss(self) -> None:
        """We are going down: the session ends now, or once the mail in its midst is answered."""
        if not self.in_mail:
            self.hang_up("421 4.3.2 Going down, come back later")

    @property
    def task(self) -> asyncio.Task[None] | None:
        """The session's task, once it is connected."""
        return self._handler_coroutine

    def cut(self) -> None:
        """Ends the session at once, whatever it is about."""
        if isinstance(self.transport, asyncio.WriteTransport):
            _abort(self.transport)

    def eof_received(self) -> bool:
        # A client may say all it has to say and close its half (`nc -N`): aiosmtpd would cancel
        # the session, and a pipelined mail with it. TLS knows no half-closing.
        super(SMTP, self).eof_received()
        return self.session.ssl is None

    # --- patience ---

    def _reset_timeout(self, duration: float | None = None) -> None:
        """It was heard of. Said so often that the timer is left to run: when it goes off, it looks again."""
        self._idles_at = self.loop.time() + (duration or self._timeout_duration)
        self._look_at(self._idles_at)

    def be_patient(self) -> None:
        """The client waits for us now: it does not idle."""
        self._idles_at = math.inf

    def expect_mail(self, seconds: float) -> None:
        """A mail has so long to come, however it trickles."""
        self._late_at = self.loop.time() + seconds
        self._look_at(self._late_at)

    def mail_came(self) -> None:
        self._late_at = math.inf

    def _look_at(self, when: float) -> None:
        if self._timeout_handle is None or when < self._timeout_handle.when():
            if self._timeout_handle is not None:
                self._timeout_handle.cancel()
            self._timeout_handle = self.loop.call_at(when, self._timeout_cb)

    def _timeout_cb(self) -> None:
        now, ends = self.loop.time(), min(self._idles_at, self._late_at)
        if now < ends:  # it was heard of meanwhile, or waits for us
            self._timeout_handle = self.loop.call_at(min(ends, now + self._timeout_duration), self._timeout_cb)
        elif self._writer.is_closing():
            _abort(self._writer.transport)
        else:
            self._timeout_handle = self.loop.call_at(now + _LINGER, self._timeout_cb)
            self.hang_up(f"421 4.4.2 {'The mail took too long' if ends == self._late_at else 'Idle for too long'}")

    # --- TLS ---

    @property
    def _in_handshake(self) -> bool:
        return self._tls_protocol is not None and self.session.ssl is None

    async def smtp_STARTTLS(self, arg: str) -> None:
        """What was sent in the clear, also after STARTTLS, aiosmtpd throws away with the session's
        state (RFC 3207 §4.2, CVE-2011-0411)."""
        if self._tls_protocol is not None:
            reply = "503 5.5.1 TLS is on already"
        elif arg:
            reply = "501 5.5.4 Syntax: STARTTLS"
        elif self.tls_context is None:
            reply = "454 4.7.0 TLS is not available"
        else:
            await self._begin_tls()
            return
        await self.push(reply)

    async def _begin_tls(self) -> None:
        await super().smtp_STARTTLS("")
        if self._in_handshake:  # closed meanwhile, of which asyncio's SSLProtocol says nothing
            raise ConnectionResetError("no handshake came")

    # --- replies ---

    async def push(self, status: AnyStr) -> None:
        """Sends a reply, unless the client has used up our patience (Postfix: hard_error_limit)."""
        if self.transport is None or self._writer.is_closing():
            raise ConnectionResetError("the session is over")
        text = status if isinstance(status, str) else status.decode()
        self._replies += 1
        self._errors += text.startswith("5")
        if self._errors >= self.listener.errors or self._replies > self.listener.commands:
            log.warning("%s: cut off after %d errors", self.peer, self._errors, extra={"peer": self.peer})
            self.end("421 4.7.0 Too many errors")
        self._writer.write(f"{'220 2.0.0 Ready to start TLS' if text == _READY else text}\r\n".encode())
        await self._writer.drain()

    def forgive(self) -> None:
        """A mail was taken: the count of errors and commands begins anew."""
        self._errors = self._replies = 0
        self.since = self.loop.time()


def _abort(transport: asyncio.WriteTransport) -> None:
    """A TLS transport that has gone already has forgotten its protocol (CPython before 3.11.5): then it is done."""
    with contextlib.suppress(AttributeError):
        transport.abort()
