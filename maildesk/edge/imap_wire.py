"""IMAPClient, with what a daemon needs of it mended: a verified, authenticated connection, with bounds.

Mended: an EXISTS that comes before the "+" of IDLE is heard (Outlook.com and Exchange Online send
one; IMAPClient 4.1 raises), so is one that shares a packet with it (IMAPClient polls the socket,
while the line waits in imaplib's buffer); and imaplib's debugging, which would write whole mails
to the log, is off. Nothing here knows what a mail is taken for. RFC 3501, 2177, 4616, 2971.
"""

from __future__ import annotations

import re
import socket
import ssl
from contextlib import suppress

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from maildesk.edge.imap_account import Account
from maildesk.edge.imap_bounds import Clear, Encrypted

#: How long a server may take to say goodbye.
GOODBYE = 0.5

# The server is unwell, the mail is not: RFC 5530 §3; [LIMIT] and [OVERQUOTA] are also Gmail's and
# Yahoo's words for bandwidth; the rest is Exchange's ("BAD Request is throttled", "NO Server
# Unavailable. 15", "BAD User is authenticated but not connected.").
_BUSY = re.compile(
    r"\[(THROTTLED|UNAVAILABLE|LIMIT|INUSE|OVERQUOTA|SERVERBUG|CONTACTADMIN)\b"
    r"|throttled|server unavailable|not connected",
    re.IGNORECASE,
)


def is_refusal(error: IMAPClientError) -> bool:
    """Whether the server refused this one command, and neither it nor the connection is ill."""
    return not isinstance(error, IMAPClientAbortError) and not _BUSY.search(str(error))


class Wire(IMAPClient):  # type: ignore[misc]
    """A connection to the account's server, encrypted and logged in when the constructor returns.

    Raises OSError (ssl.SSLError among them) or IMAPClientError; then it is closed.
    """

    def __init__(self, account: Account) -> None:
        self._unread = False
        self._most = account.most
        pace = account.pace
        implicit = account.tls == "implicit"
        context = None if account.tls == "none" else ssl.create_default_context(cafile=account.ca_file)
        super().__init__(
            account.host,
            account.port,
            ssl=implicit,
            ssl_context=context if implicit else None,
            timeout=SocketTimeout(connect=pace.connect, read=pace.answer),
        )
        self._imap.debug = 0
        self.normalise_times = False
        try:
            if account.tls == "starttls":
                # Without STARTTLS among the capabilities this raises: never in the clear instead.
                self.starttls(context)
            self._keep_alive()
            self._enter(account)
        except BaseException:
            self.cut()
            self.leave(politely=False)
            raise

    def _create_IMAP4(self) -> Clear | Encrypted:
        wait = self._timeout.connect
        if self.ssl:
            return Encrypted(self._most, self.host, self.port, self.ssl_context, wait)
        return Clear(self._most, self.host, self.port, wait)

    def _keep_alive(self) -> None:
        """A peer that lost its power is noticed between two words of IDLE, too."""
        raw: socket.socket = self.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if hasattr(socket, "TCP_KEEPIDLE"):
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30)
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10)
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)

    def _enter(self, account: Account) -> None:
        """Logs in. SASL PLAIN where it is offered: LOGIN in imaplib takes ASCII alone, and does not
        quote the user's name."""
        password = account.password()
        if self.has_capability("AUTH=PLAIN"):
            self.plain_login(account.user, password)
        elif re.fullmatch(r"[!#$&',-9:-\[\]-z|}~+]+", account.user) and not re.search(r"[\r\n\0]", password):
            self.login(account.user, password)
        else:
            raise LoginError("this server has LOGIN alone, which cannot carry this user's name or password")
        if self.has_capability("ID"):
            # NetEase (163.com, 126.com) refuses SELECT as "Unsafe Login" to whoever has not said its name.
            with suppress(IMAPClientError):
                self.id_({"name": "maildesk"})

    # --- IDLE ----------------------------------------------------------------------------------------

    def idle(self) -> None:
        tag = self._idle_tag = self._imap._command("IDLE")
        while self._imap._get_response() is not None:
            refused = self._imap.tagged_commands[tag]
            if refused:
                raise IMAPClientError(f"IDLE refused: {refused}")
        self._unread = True

    def _poll_socket(self, sock: socket.socket, timeout: float | None = None) -> object:
        """IMAPClient's wait for the socket; what imaplib read along with the "+" is there already."""
        if self._unread:
            self._unread = False
            return True
        return super()._poll_socket(sock, timeout)

    def heard_exists(self) -> bool:
        """Whether an EXISTS came, on whatever occasion, since this was last asked."""
        return bool(self._imap.response("EXISTS")[1] != [None])

    # --- the end -------------------------------------------------------------------------------------

    def hurry(self) -> None:
        """From now on no answer is waited for longer than a goodbye may take."""
        self._timeout = SocketTimeout(connect=GOODBYE, read=GOODBYE)
        with suppress(OSError):
            self._set_read_timeout()

    def cut(self) -> None:
        """Ends every wait on this connection, from whatever thread."""
        with suppress(OSError):
            # Not SSLSocket.shutdown, which takes the TLS state from under the reading thread.
            socket.socket.shutdown(self.socket(), socket.SHUT_RDWR)

    def leave(self, *, politely: bool) -> None:
        """Closes. Politely where nothing is wrong: Exchange Online counts the connections of those
        that just went, and refuses the next."""
        if politely:
            self.hurry()
            with suppress(OSError, IMAPClientError):
                self.logout()
                return
        with suppress(OSError):
            self.shutdown()
