"""The way out by SMTP: hands one mail after another to the smarthost (RFC 5321, RFC 6409).

What comes back is told apart by whose trouble it is: nothing of the smarthost's (no connection,
TLS, login) is ever held against a mail; of what it says about a mail, 4xx is "later", 5xx "never".
It refuses to put an address with a line break on the wire, and to send what the server cannot
carry (RFC 6531) by changing it.
"""

from __future__ import annotations

import aiosmtplib
from aiosmtplib.email import parse_address

from maildesk.edge.smarthost import TROUBLE, Session, Sessions, Smarthost
from maildesk.edge.transport import Deferred, Outcome, Outgoing, Refused, Sent, bad_envelope, one_line

UNANSWERED = (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError)
MAY_HAVE_GONE = "no answer to the end of the mail, so it may arrive twice"
CLOSING = 421  # RFC 5321 §3.8: the server may say so to any command
LOGIN_WANTED = frozenset({530, 534, 535, 538})  # RFC 4954 §6, RFC 3207 §4: our set-up, not the mail
SLOWEST = 16_384  # octets a second; a big mail over a thin line gets this much more time


class SmtpTransport:
    """Sends to one smarthost, as many mails at once as are given to it."""

    def __init__(self, smarthost: Smarthost) -> None:
        self._smarthost = smarthost
        self._sessions = Sessions(smarthost)

    @property
    def name(self) -> str:
        return f"smtp:{self._smarthost.host}"

    async def send(self, mail: Outgoing) -> Outcome:
        """One attempt. A kept session that proves dead before MAIL is accepted costs none."""
        if error := bad_envelope(mail) or _unspeakable(mail):
            return Refused(error, reached=False)
        if kept := await self._sessions.kept():
            outcome = await self._transact(kept, mail)
            if not (isinstance(outcome, Deferred) and outcome.connection):
                return outcome
        try:
            fresh = await self._sessions.connect()
        except TROUBLE as trouble:
            return Deferred(_told(trouble), connection=True)
        return await self._transact(fresh, mail)

    async def close(self) -> None:
        await self._sessions.close()

    async def _transact(self, session: Session, mail: Outgoing) -> Outcome:
        """MAIL, RCPT, DATA; then keeps the session if it is fit for another."""
        client, accepted = session.client, False
        try:
            options = _options(client, mail)
            encoding = "utf-8" if "SMTPUTF8" in options else "ascii"
            await client.mail(mail.envelope_from, options=options, encoding=encoding)
            accepted = True
            await client.rcpt(mail.envelope_to, encoding=encoding)
            outcome: Outcome = Sent(await self._hand_over(client, mail.raw))
            session.mails += 1
        except aiosmtplib.SMTPNotSupported as error:
            outcome = Refused(one_line(error.message))
        except aiosmtplib.SMTPResponseException as error:
            outcome = _judged(error, accepted)
            if not 400 <= error.code < 600 or error.code in LOGIN_WANTED | {CLOSING}:
                client.close()
        except TROUBLE as trouble:
            client.close()
            outcome = Deferred(_told(trouble), connection=not accepted)
        except BaseException:
            client.close()  # a drain: in the middle of a mail there is no polite way out
            raise
        self._sessions.keep(session)
        return outcome

    async def _hand_over(self, client: aiosmtplib.SMTP, raw: bytes) -> str:
        """DATA and the mail; returns the server's answer to its end.

        A cut before that answer leaves open whether the mail was taken. It is tried again, so it may
        arrive twice, rather than not at all (RFC 5321 §4.5.4.1 and §6.1, RFC 1047).
        ``client.data`` is not used: it has one timeout for two answers of very different worth.
        """
        go_ahead = await client.execute_command(b"DATA")
        if go_ahead.code != 354:
            raise aiosmtplib.SMTPDataError(go_ahead.code, go_ahead.message)
        if client.protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("cut off before the mail was handed over")
        client.protocol.write(_on_the_wire(raw))
        patience = self._smarthost.final_timeout + len(raw) / SLOWEST
        try:
            answer = await client.protocol.read_response(timeout=patience)
        except UNANSWERED as trouble:
            raise aiosmtplib.SMTPServerDisconnected(f"{MAY_HAVE_GONE}: {trouble}") from trouble
        if not 200 <= answer.code < 300:
            raise aiosmtplib.SMTPDataError(answer.code, answer.message)
        return one_line(f"{answer.code} {answer.message}")


def _unspeakable(mail: Outgoing) -> str:
    """Why an address would not be sent as it stands, or "": brackets, spaces, comments, two of them."""
    for address in (mail.envelope_from, mail.envelope_to):
        try:
            spoken = parse_address(address)
        except ValueError as error:
            return one_line(str(error))
        if spoken != address:
            return one_line(f"not an address: {address!r}")
    return ""


def _options(client: aiosmtplib.SMTP, mail: Outgoing) -> list[str]:
    """The parameters of MAIL (RFC 1870, 6152, 6531); raises SMTPNotSupported.

    Eight-bit content goes even to a server that does not offer to take it: all do (we make none).
    """
    headers, _, _ = mail.raw.partition(b"\r\n\r\n")
    international = not (mail.envelope_from + mail.envelope_to).isascii() or not headers.isascii()
    if international and not client.supports_extension("smtputf8"):
        raise aiosmtplib.SMTPNotSupported(
            "the address or a header has letters beyond ASCII, and the mail server offers no SMTPUTF8"
        )
    options = [f"SIZE={len(mail.raw)}"] if client.supports_extension("size") else []
    if not mail.raw.isascii() and client.supports_extension("8bitmime"):
        options.append("BODY=8BITMIME")
    return [*options, "SMTPUTF8"] if international else options


def _on_the_wire(raw: bytes) -> bytes:
    """The mail with its end and its dots (RFC 5321 §4.5.2), and not an octet changed otherwise.

    Unless it holds a bare CR or LF, which §2.3.8 forbids to send: "LF.LF" is the end of a mail to
    some servers, and what follows is their next command (SMTP smuggling, 2023). They become CRLF.
    """
    ends = raw.count(b"\r\n")
    if not raw.count(b"\r") == raw.count(b"\n") == ends or not raw.endswith(b"\r\n"):
        raw = b"\r\n".join(raw.splitlines()) + b"\r\n"
    stuffed = raw.replace(b"\r\n.", b"\r\n..")
    return (b"." if raw.startswith(b".") else b"") + stuffed + b".\r\n"


def _judged(error: aiosmtplib.SMTPResponseException, accepted: bool) -> Outcome:
    """What a negative answer means; ``accepted`` says whether MAIL was, so that it is about this mail.

    A 421 to RCPT or DATA may be this recipient's alone: were it a lost connection, one mail could
    stop all others time and again.
    """
    understood = 400 <= error.code < 600 and error.code != CLOSING
    if error.code in LOGIN_WANTED or not (accepted or understood):
        return Deferred(_told(error), connection=True)
    if 500 <= error.code < 600:
        return Refused(_told(error))
    return Deferred(_told(error), connection=False)


def _told(trouble: Exception) -> str:
    if isinstance(trouble, aiosmtplib.SMTPResponseException):
        return one_line(f"{trouble.code} {trouble.message}")
    return one_line(str(trouble)) or type(trouble).__name__
