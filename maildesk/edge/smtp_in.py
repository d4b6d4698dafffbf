"""Receives mail by SMTP or LMTP: listens on sockets that are handed in, and stops in good order.

A mail on its way in when we stop is taken to its end; nobody else is kept waiting. Sessions are in
``smtp_commands``, what they share in ``smtp_reception``. Refuses to open sockets: who binds a low
port, or hands one over (systemd), is the daemon's business.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Sequence
from weakref import WeakSet

from maildesk.edge.smtp_commands import LmtpSession, Session
from maildesk.edge.smtp_reception import Listener, Reception

__all__ = ["Listener", "Listening", "listen"]


class Listening:
    """What :func:`listen` began."""

    def __init__(self, listener: Listener) -> None:
        self._reception = Reception(listener)
        self._servers: list[asyncio.Server] = []
        self._sessions: WeakSet[Session] = WeakSet()

    def reload(self, listener: Listener) -> None:
        """Sessions that begin from now on see this one; limits that are the same go on counting."""
        self._reception.use(listener)

    async def stop(self, grace: float = 5.0) -> None:
        """Ends every session (421), those within a mail after it, at most ``grace`` seconds later.

        Mail that is being kept is waited for, whatever that takes.
        """
        self._reception.stopping = True
        for server in self._servers:
            server.close()
        sessions = list(self._sessions)
        for session in sessions:
            session.dismiss()
        tasks = [session.task for session in sessions if session.task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=grace)
        for session in sessions:
            session.cut()
        if self._reception.keeping:
            await asyncio.wait(self._reception.keeping)

    async def _open(self, sockets: Sequence[socket.socket]) -> None:
        loop = asyncio.get_running_loop()
        for sock in sockets:
            if sock.family == socket.AF_UNIX:
                server = await loop.create_unix_server(self._session, sock=sock)
            else:
                # Inherited by its connections. asyncio forgets it where a socket's proto is 0, and
                # pipelined replies then wait 40 ms for the client's delayed ACK.
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                server = await loop.create_server(self._session, sock=sock)
            self._servers.append(server)

    def _session(self) -> Session:
        kind = LmtpSession if self._reception.listener.protocol == "lmtp" else Session
        session = kind(self._reception)
        self._sessions.add(session)
        return session


async def listen(listener: Listener, sockets: Sequence[socket.socket]) -> Listening:
    """Serves SMTP or LMTP on bound stream sockets, TCP or Unix, until :meth:`Listening.stop`."""
    # aiosmtpd's own log has each command and reply in it: one line a mail, of ours, is enough.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    listening = Listening(listener)
    await listening._open(sockets)
    return listening
