"""An IMAP mailbox whose line, server, certificate or login fails: what is told, and how it comes back."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from threading import Event, Thread
from typing import Any

import pytest

from tests.edge.dovecot import Dovecot, installed, running
from tests.edge.imap_desk import PACE, account_of, mail, until, watching

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(not installed(), reason="needs Dovecot, openssl and root"),
]


class Line:
    """A TCP proxy to ``port`` that can stop forwarding, without closing anything, and cut."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.dead: set[socket.socket] = set()  # nothing that comes from these is forwarded
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._end, self._wake = socket.socketpair()
        self._thread = Thread(target=self._forward, daemon=True)

    def go_silent(self) -> None:
        """Those connections that are open now; new ones work."""
        self.dead.update(self._pairs)

    def _forward(self) -> None:
        while True:
            ready, _, _ = select.select([self._listener, self._end, *(set(self._pairs) - self.dead)], [], [], 0.1)
            if self._end in ready:
                return
            for one in ready:
                if one is self._listener:
                    client, _ = one.accept()
                    server = socket.create_connection(("127.0.0.1", self._target))
                    self._pairs |= {client: server, server: client}
                elif one not in self.dead:
                    self._pass_on(one)

    def _pass_on(self, one: socket.socket) -> None:
        if one not in self._pairs:  # closed along with its peer, a moment ago
            return
        with suppress(OSError):
            if data := one.recv(65536):
                self._pairs[one].sendall(data)
                return
        for end in (one, self._pairs[one]):
            self._pairs.pop(end, None)
            end.close()

    @contextmanager
    def running(self) -> Iterator[Line]:
        self._thread.start()
        try:
            yield self
        finally:
            self._wake.close()
            self._thread.join()
            for end in (self._listener, self._end, *self._pairs):
                end.close()


def _ask(asked: Event) -> str:
    asked.set()
    return Dovecot.PASSWORD


def test_a_restarted_server_is_told_lost_once_and_well_once_and_its_mail_is_taken(user: str) -> None:
    with running() as server:
        server.add_user(user)
        with watching(account_of(server, user, poll=600.0)) as desk:
            until(lambda: desk.ledger.states)
            server.stop()
            until(lambda: desk.told.kinds == ["lost"])
            server.fill(user, [mail("while away")])
            server.start()
            until(lambda: desk.told.kinds == ["lost", "well"])
            until(lambda: desk.ledger.subjects() == ["while away"])


def test_a_connection_that_ends_now_and_then_is_nobodys_trouble(dovecot: Dovecot, user: str) -> None:
    account = account_of(dovecot, user, poll=600.0)
    with watching(replace(account, pace=replace(PACE, steady=0.0))) as desk:
        until(lambda: desk.ledger.states)
        for n in range(1, 4):
            dovecot.doveadm("kick", user)
            dovecot.save(user, mail(f"n{n}"))
            until(partial(desk.has, n))
        assert desk.told.words == []


def test_a_line_that_went_silent_is_noticed_within_a_poll_and_an_answer(dovecot: Dovecot, user: str) -> None:
    with Line(dovecot.imap).running() as line:
        account = account_of(dovecot, user, port=line.port, poll=1.5)
        with watching(account) as desk:
            until(lambda: desk.ledger.states)
            line.go_silent()
            dovecot.save(user, mail("behind the silence"))
            assert until(lambda: desk.ledger.mails) < account.poll + account.pace.answer + 2.5


def test_it_stops_at_once_though_the_line_is_silent(dovecot: Dovecot, user: str) -> None:
    with Line(dovecot.imap).running() as line:
        patient = replace(PACE, answer=60.0)
        with watching(account_of(dovecot, user, port=line.port, poll=0.3, pace=patient)) as desk:
            until(lambda: desk.ledger.states)
            line.go_silent()
            Event().wait(1.0)  # it waits for an answer that never comes
        # leaving `watching` asserts that it stops within 2 s


def test_a_wrong_password_is_told_once_without_it_and_is_asked_for_again(dovecot: Dovecot, user: str) -> None:
    passwords = iter(["wrong-1", "wrong-2", "wrong-3"])
    account = account_of(dovecot, user, password=lambda: next(passwords, Dovecot.PASSWORD))
    with watching(account) as desk:
        until(lambda: desk.told.kinds == ["lost", "well"])
        assert "AUTHENTICATIONFAILED" in desk.told.words[0][1]
        assert "wrong-" not in desk.told.words[0][1]


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_tls_works_with_the_configured_authority(dovecot: Dovecot, user: str, tls: Any) -> None:
    port = dovecot.imaps if tls == "implicit" else dovecot.imap
    with watching(account_of(dovecot, user, port=port, tls=tls, ca_file=str(dovecot.certificate))) as desk:
        until(lambda: desk.ledger.states)
        dovecot.save(user, mail("sealed"))
        assert until(lambda: desk.ledger.subjects() == ["sealed"]) < 1.5
        assert desk.told.words == []


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_a_certificate_that_nobody_vouches_for_is_refused_before_the_login(
    dovecot: Dovecot, user: str, tls: Any
) -> None:
    asked = Event()
    port = dovecot.imaps if tls == "implicit" else dovecot.imap
    account = account_of(dovecot, user, port=port, tls=tls, password=partial(_ask, asked))
    with watching(account) as desk:
        until(lambda: desk.told.words)
        assert "CERTIFICATE_VERIFY_FAILED" in desk.told.words[0][1]
        assert not asked.is_set()


def test_nothing_is_said_in_the_clear_to_a_server_without_starttls(user: str) -> None:
    asked = Event()
    with running("ssl = no") as server:
        server.add_user(user)
        account = account_of(server, user, tls="starttls", password=partial(_ask, asked))
        with watching(account) as desk:
            until(lambda: desk.told.words)
            assert "STARTTLS" in desk.told.words[0][1]
            assert not asked.is_set()
