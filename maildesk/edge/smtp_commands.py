"""A session's commands: SMTP (RFC 5321) with 8BITMIME, PIPELINING, SIZE, SMTPUTF8 and STARTTLS.

A 250 after the content means that the mail is durable. Refuses what is not for the desk (550),
bare CR and LF (550, or mended if so configured), what is too large (552), and AUTH, which a desk
has no use for. LMTP (RFC 2033) differs in its greeting and answers the content once a recipient.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import ClassVar

from aiosmtpd.smtp import Envelope

from maildesk.edge.smtp_data import Content, has_bare_newline, mend_newlines
from maildesk.edge.smtp_envelope import read_path, wrong_parameter
from maildesk.edge.smtp_line import Line
from maildesk.edge.smtp_reception import NO_ROOM, apology
from maildesk.model import RawMail

log = logging.getLogger(__name__)


class Session(Line):
    """One client's session. ``envelope.mail_from`` is None without MAIL, "" for the null sender."""

    async def obey(self, command: str, argument: str) -> None:
        await self._COMMANDS.get(command, Session.unknown)(self, argument)

    # --- greetings and small talk ---

    async def smtp_HELO(self, arg: str) -> None:
        await self._greet(arg, [self.hostname])

    async def smtp_EHLO(self, arg: str) -> None:
        offers = ["PIPELINING", f"SIZE {self.listener.max_size}", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"]
        if self.tls_context and not self._tls_protocol:
            offers.append("STARTTLS")
        await self._greet(arg, [self.hostname, *offers])

    async def _greet(self, name: str | None, lines: list[str]) -> None:
        if not name:
            await self.push("501 5.5.4 Say who you are")
            return
        self.envelope = Envelope()
        self.session.host_name = name
        await self.push("\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"]))

    async def smtp_RSET(self, arg: str) -> None:
        self.envelope = Envelope()
        await self.push("250 2.0.0 Ok")

    async def smtp_NOOP(self, arg: str) -> None:
        await self.push("250 2.0.0 Ok")

    async def smtp_VRFY(self, arg: str) -> None:
        await self.push("252 2.0.0 Send it and see")  # RFC 5321 §7.3

    async def smtp_QUIT(self, arg: str) -> None:
        self.end("221 2.0.0 Bye")

    async def not_offered(self, arg: str) -> None:
        await self.push("502 5.5.1 Not offered here")

    async def unknown(self, arg: str) -> None:
        await self.push("500 5.5.1 Unknown command")

    # --- the envelope ---

    async def smtp_MAIL(self, arg: str) -> None:
        path = read_path("FROM:", arg)
        if not self.session.host_name:
            reply = "503 5.5.1 Say hello first"
        elif self.envelope.mail_from is not None:
            reply = "503 5.5.1 One MAIL at a time"
        elif path is None:
            reply = "501 5.1.7 Syntax: MAIL FROM:<address>"
        else:
            reply = wrong_parameter(path.parameters, self.listener.max_size)
            reply = reply or self.reception.too_often(path.address, self, self.loop.time())
            # Before its content is sent in vain (RFC 1870 §6.1). No SIZE: for the least there is.
            if not reply and not self.listener.room(int(path.parameters.get("SIZE", "0"))):
                reply = NO_ROOM
            if reply:
                self._refused(reply, path.address)
            else:
                self.envelope.mail_from = path.address
        await self.push(reply or "250 2.1.0 Ok")

    async def smtp_RCPT(self, arg: str) -> None:
        path = read_path("TO:", arg)
        if self.envelope.mail_from is None:
            reply = "503 5.5.1 MAIL comes first"
        elif path is None or not path.address:
            reply = "501 5.1.3 Syntax: RCPT TO:<address>"
        elif path.parameters:
            reply = "555 5.5.4 Parameter not known here"
        elif len(self.envelope.rcpt_tos) >= self.listener.recipients:
            reply = "452 4.5.3 Too many recipients"  # RFC 5321 §4.5.3.1.10: the rest comes again
        elif not self.listener.takes(path.address):
            reply = "550 5.1.1 No such address here"
            self._refused(reply, self.envelope.mail_from, [path.address])
        else:
            self.envelope.rcpt_tos.append(path.address)
            reply = "250 2.1.5 Ok"
        await self.push(reply)

    # --- the content ---

    async def smtp_DATA(self, arg: str) -> None:
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
        elif self.envelope.mail_from is None:
            await self.push("503 5.5.1 MAIL comes first")
        elif not self.envelope.rcpt_tos:
            await self.push("554 5.5.1 No valid recipients")
        else:
            await self.push("354 End with <CR><LF>.<CR><LF>")
            self.in_mail = True
            try:
                async with AsyncExitStack() as turn:
                    reply = await self._answer(await self._content(turn))
            finally:
                self.in_mail = False
            await self._conclude(reply)

    async def _content(self, turn: AsyncExitStack) -> Content:
        """Reads to the final dot, also what is too large: only then may we answer (§4.2.5)."""
        content, rest, large = Content(self.listener.max_size), None, False
        self.expect_mail(self.listener.mail_time)
        try:
            while rest is None:
                if content.received > self.reception.large and not large:
                    large = True
                    self.be_patient()
                    await turn.enter_async_context(self.reception.large_mail(self.relay))
                rest = content.feed(await self._piece())
                if rest is None and content.received > 2 * self.listener.max_size:
                    self.end("552 5.3.4 Far too large")
        except MemoryError:
            # Where it ends is not known any more: the rest of it would be taken for commands.
            log.error("no memory for a mail from %s", self.peer, extra={"peer": self.peer})
            self.end("421 4.3.0 Trouble at our end, try again later")
        finally:
            self.mail_came()
        if rest and not self._reader.at_eof():
            self._reader.feed_data(rest)  # pipelined: the next commands
        return content

    async def _piece(self) -> bytes:
        # All that has come: so nothing stands before what is put back behind the final dot.
        self._reset_timeout()
        piece = await self._reader.read(sys.maxsize)
        if not piece:
            raise ConnectionResetError("hung up within a mail")
        return piece

    async def _answer(self, content: Content) -> str:
        """The one reply that a whole mail earns; the mail is durable when it is 250."""
        too_large = f"552 5.3.4 A mail may have {self.listener.max_size} octets here"
        if content.too_large:
            return too_large
        raw = content.take()
        if has_bare_newline(raw):
            if self.listener.bare_newline == "refuse":
                return "550 5.6.0 A bare CR or LF in the mail: lines end in CRLF"
            raw = mend_newlines(raw)
            if len(raw) > self.listener.max_size:
                return too_large
        self.be_patient()
        kept = await self.reception.keep(self._mail(raw), self.peer)
        self._reset_timeout()
        if kept.cancelled() or kept.exception():
            return apology(None if kept.cancelled() else kept.exception())
        return f"250 2.0.0 Ok: kept as {kept.result()}"

    def _mail(self, raw: bytes) -> RawMail:
        return RawMail(
            raw=raw,
            source=self.listener.protocol,
            received_at=self.listener.clock(),
            envelope_from=self.envelope.mail_from,
            envelope_to=tuple(self.envelope.rcpt_tos),
            relay=self.relay,
        )

    async def _conclude(self, reply: str) -> None:
        if reply.startswith("250"):
            self.forgive()
        else:
            self._refused(reply, self.envelope.mail_from, self.envelope.rcpt_tos)
        replies = self.replies_to_content(reply)
        self.envelope = Envelope()
        await self.push(replies)
        if self.reception.stopping:
            self.end("421 4.3.2 Going down, come back later")

    def replies_to_content(self, reply: str) -> str:
        return reply

    _COMMANDS: ClassVar[Mapping[str, Callable[[Session, str], Awaitable[None]]]] = {
        "EHLO": smtp_EHLO,
        "HELO": smtp_HELO,
        "MAIL": smtp_MAIL,
        "RCPT": smtp_RCPT,
        "DATA": smtp_DATA,
        "RSET": smtp_RSET,
        "NOOP": smtp_NOOP,
        "VRFY": smtp_VRFY,
        "QUIT": smtp_QUIT,
        "STARTTLS": Line.smtp_STARTTLS,
        "EXPN": not_offered,
        "HELP": not_offered,
        "AUTH": not_offered,
    }

    def _refused(self, reply: str, sender: str | None, recipients: Sequence[str] = ()) -> None:
        fields = {"peer": self.peer, "envelope_from": sender, "envelope_to": list(recipients), "reply": reply}
        log.info("refused mail from <%s> at %s: %s", sender, self.peer, reply, extra=fields)


class LmtpSession(Session):
    """LMTP: LHLO is its only greeting, and the content is answered for each recipient."""

    _COMMANDS = {"LHLO": Session.smtp_EHLO} | {
        name: command for name, command in Session._COMMANDS.items() if name not in ("EHLO", "HELO")
    }

    def replies_to_content(self, reply: str) -> str:
        # RFC 2033 §4.2: in the order of RCPT, of those that were accepted. One mail is kept for
        # them all, so that they share its fate.
        return "\r\n".join([reply] * len(self.envelope.rcpt_tos))
