"""Somebody else's mail server for the stories, on a socket of its own: it can be down, hang, and refuse.

smarthost.hold()               # from now on it takes whole mails and does not answer
until(lambda: smarthost.held)  # mails whose last dot has arrived, and that it owes an answer
smarthost.release()            # it answers, also the ones that wait
smarthost.taken                # what it has answered 250 for: those are its own now
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from threading import Thread
from typing import Any, TypeVar

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.office import Letter
from tests.story.desk import lasting_port

T = TypeVar("T")


class Smarthost:
    """Listens from the start, in a thread. ``refused`` maps a recipient to the answer that they get."""

    def __init__(self) -> None:
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)
        self.port = lasting_port()
        self.taken: list[Letter] = []
        self.held: list[Letter] = []
        self.refused: dict[str, str] = {}
        self._open = asyncio.Event()
        self._open.set()
        self._server: asyncio.Server | None = None
        self._sessions: list[SMTP] = []
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="smarthost", daemon=True)
        self._thread.start()
        self.up()

    # --- the server --------------------------------------------------------------------------------------

    def up(self) -> None:
        async def listen() -> None:
            self._server = await self._loop.create_server(self._session, "127.0.0.1", self.port)

        self._run(listen())

    def down(self) -> None:
        """Nobody answers on its port, and whoever was connected is cut off."""

        async def close() -> None:
            if self._server is not None:
                self._server.close()
            self._server = None
            for session in self._sessions:
                if isinstance(session.transport, asyncio.Transport):
                    session.transport.abort()
            self._sessions.clear()
            await asyncio.sleep(0)

        self._run(close())

    def hold(self) -> None:
        self._loop.call_soon_threadsafe(self._open.clear)

    def release(self) -> None:
        self._loop.call_soon_threadsafe(self._open.set)

    def close(self) -> None:
        self.down()
        self._run(self._cancel_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _cancel_all(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def _session(self) -> SMTP:
        session = SMTP(self, hostname="smarthost.test", enable_SMTPUTF8=True, loop=self._loop)
        self._sessions.append(session)
        return session

    # --- what it is asked (aiosmtpd's hooks) ---------------------------------------------------------------

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.refused.get(address.casefold()):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw = envelope.original_content or b""
        letter = Letter(len(self.taken) + 1, envelope.rcpt_tos[0], envelope.mail_from or "", "", raw)
        self.held.append(letter)
        try:
            await self._open.wait()  # who hangs up meanwhile has not handed anything over
        finally:
            self.held.remove(letter)
        self.taken.append(letter)
        return "250 2.0.0 taken"

    # --- the mailboxes behind it ---------------------------------------------------------------------------

    def mailbox(self, address: str) -> list[Letter]:
        return [letter for letter in list(self.taken) if letter.to.casefold() == address.casefold()]
