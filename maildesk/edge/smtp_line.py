"""The line to one client: replies, patience and the ways in which a session ends.

aiosmtpd has the loop, the dispatch and STARTTLS; this mends what a public port needs mended: a
fault of ours answers a bland 4xx (there: 500 and the exception's text), a client that half-closes
still gets its answers (there: silence), who errs too often or idles is told 421 (there: 502, or
nothing), and replies have enhanced status codes throughout (RFC 2034).
Refuses to say anything to a client after its last word.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import AnyStr, NoReturn

from aiosmtpd.smtp import SMTP, Envelope, TLSSetupException
from aiosmtpd.smtp import Session as ClientSession

from maildesk.edge.smtp_reception import LOCAL, Reception, apology

log = logging.getLogger(__name__)

_COMMAND_LINE = 2048  # octets, as Postfix has it; RFC 5321 §4.5.3.1.4: 512, and what extensions add
_LINGER = 10.0  # seconds for a last reply to leave; then the connection is cut

# What aiosmtpd says by itself, with the status codes that it leaves out.
_CODED = {
    "220 Ready to start TLS": "220 2.0.0 Ready to start TLS",
    "454 TLS not available": "454 4.7.0 TLS is not available",
    "500 Command line too long": "500 5.5.6 Command line too long",
    "500 Error: bad syntax": "500 5.5.2 Bad syntax",
    "501 Syntax: STARTTLS": "501 5.5.4 Syntax: STARTTLS",
}

Command = Callable[[str | None], Awaitable[None]]


class Commands(dict[str, Command]):
    """The commands that are known here. ``get`` finds an answer for any other.

    aiosmtpd closes with 502 after five unknown ones; here they count with all other errors.
    """

    def __init__(self, known: dict[str, Command], other: Command) -> None:
        super().__init__(known)
        self._other = other

    def get(self, name: str, default: object = None) -> Command:
        return super().get(name, self._other)


class Line(SMTP):
    """One connection. A session above it fills ``_smtp_methods`` and says ``in_mail``."""

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
        super().__init__(
            None,
            hostname=self.listener.hostname,
            ident="LMTP" if self.listener.protocol == "lmtp" else "ESMTP",
            enable_SMTPUTF8=True,
            tls_context=self.listener.tls,
            timeout=self.listener.idle,
            loop=asyncio.get_running_loop(),
        )
        # Not the class's: aiosmtpd empties that one, whoever else's session it serves.
        self.command_size_limit = _COMMAND_LINE
        self.command_size_limits = defaultdict(lambda: _COMMAND_LINE)

    # --- beginning and end ---

    async def _handle_client(self) -> None:
        """The session's task: admitted, served by aiosmtpd's loop, and counted out again."""
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
            await super()._handle_client()
        except ConnectionError:  # the session is over, by either side
            pass
        finally:
            self.reception.leave(self)

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
        """Hangs up from within a command; aiosmtpd's loop ends by this exception."""
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

    def _timeout_cb(self) -> None:
        if self._writer.is_closing():
            _abort(self._writer.transport)
        else:
            self.hang_up("421 4.4.2 Idle for too long")

    def be_patient(self) -> None:
        """The client waits for us now: it does not idle."""
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()

    # --- TLS ---

    @property
    def _in_handshake(self) -> bool:
        return self._tls_protocol is not None and self.session.ssl is None

    async def smtp_STARTTLS(self, arg: str | None) -> None:
        """What was sent in the clear, also after STARTTLS, aiosmtpd throws away with the session's
        state (RFC 3207 §4.2, CVE-2011-0411)."""
        if self._tls_protocol is not None:
            await self.push("503 5.5.1 TLS is on already")
            return
        await super().smtp_STARTTLS(arg)
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
        await super().push(_CODED.get(text, text))

    def forgive(self) -> None:
        """A mail was taken: the count of errors and commands begins anew."""
        self._errors = self._replies = 0
        self.since = self.loop.time()

    async def handle_exception(self, error: Exception) -> str:
        """Called by aiosmtpd's loop for whatever a command raised; the reply for the client."""
        if isinstance(error, asyncio.IncompleteReadError):  # it has half-closed and was answered
            self._writer.close()
        elif isinstance(error, TLSSetupException):
            log.info("%s: TLS failed", self.peer, extra={"peer": self.peer})
        else:
            log.error("trouble in a session with %s", self.peer, exc_info=error)
        return apology(error)


def _abort(transport: asyncio.WriteTransport) -> None:
    """A TLS transport that has gone already has forgotten its protocol (CPython before 3.11.5): then it is done."""
    with contextlib.suppress(AttributeError):
        transport.abort()
