"""The throw-away Postfix delivers, tries again, and bounces: what the stories rely on."""

import asyncio
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers.postfix import Postfix, running, smtp

pytestmark = pytest.mark.servers("postfix", "swaks")


class Catcher:
    """Somebody's mail server: knows all but gone@, puts off the first ``deferring`` mails, takes the others."""

    def __init__(self, deferring: int = 0) -> None:
        self.deferring, self.port = deferring, 0
        self.taken: list[Envelope] = []

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, options: list[str]) -> str:
        if to.startswith("gone@"):
            return "550 5.1.1 nobody here by that name"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.deferring:
            self.deferring -= 1
            return "451 later"
        self.taken.append(envelope)
        return "250 OK"

    @contextmanager
    def listening(self) -> Iterator[None]:
        loop = asyncio.new_event_loop()
        server = loop.run_until_complete(loop.create_server(lambda: SMTP(self, loop=loop), "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        thread = Thread(target=loop.run_forever)
        thread.start()
        try:
            yield
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            server.close()
            for task in asyncio.all_tasks(loop):
                task.cancel()
            loop.run_until_complete(asyncio.sleep(0))
            loop.close()


@pytest.fixture
def catcher() -> Iterator[Catcher]:
    catcher = Catcher()
    with catcher.listening():
        yield catcher


@pytest.fixture
def postfix(catcher: Catcher) -> Iterator[Postfix]:
    with running({"help.test": smtp(catcher.port)}) as server:
        yield server


def swaks(postfix: Postfix, to: str) -> None:
    command = [
        shutil.which("swaks") or "",
        "--server",
        f"127.0.0.1:{postfix.port}",
        "--from",
        "ann@help.test",
        "--to",
        to,
    ]
    command += ["--header", "Subject: Where is my order?", "--body", "It was due on Monday.", "--silent", "2"]
    subprocess.run(command, stdin=subprocess.DEVNULL, check=True, timeout=30)


def until(fact: Callable[[], object], postfix: Postfix) -> None:
    deadline = time.monotonic() + 30
    while not fact():
        assert time.monotonic() < deadline, postfix.log()
        time.sleep(0.05)


def test_a_mail_goes_through_after_it_was_put_off_and_one_to_nobody_bounces(postfix: Postfix, catcher: Catcher) -> None:
    catcher.deferring = 1
    swaks(postfix, "support@help.test")
    until(lambda: catcher.taken, postfix)
    [mail] = catcher.taken
    assert (mail.mail_from, mail.rcpt_tos) == ("ann@help.test", ["support@help.test"])
    assert b"Subject: Where is my order?" in (mail.content or b"")
    assert "451 later" in postfix.log()

    swaks(postfix, "gone@help.test")
    until(lambda: len(catcher.taken) == 2, postfix)
    bounce = catcher.taken[1]
    assert (bounce.mail_from, bounce.rcpt_tos) == ("<>", ["ann@help.test"])
    assert b"nobody here by that name" in (bounce.content or b"")
    until(lambda: not postfix.queue(), postfix)
