"""The composition root: builds the parts, starts the legs, reloads them, drains them.

Receive (SMTP, LMTP, IMAP) and send live in this process, thinking in one of its own that may be
killed. They meet in the store alone; what one says to another here ("wake") is a courtesy, and
whoever misses it finds the same rows a moment later.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from maildesk.config import Config, Imap, SmtpIn
from maildesk.desk.addresses import classify
from maildesk.edge import policies, service, think
from maildesk.edge.canary import Canary
from maildesk.edge.counts import Counts
from maildesk.edge.doors import Alarms, MailboxLedger, OutboxQueue
from maildesk.edge.health import Health
from maildesk.edge.imap_in import Mailbox
from maildesk.edge.logbook import Logbook
from maildesk.edge.outbox import Outbox
from maildesk.edge.pace import Pace
from maildesk.edge.policies import Good
from maildesk.edge.pulse import Pulse
from maildesk.edge.reading import now
from maildesk.edge.room import Room
from maildesk.edge.smtp_in import Listener, Listening, listen
from maildesk.edge.status_port import StatusPort
from maildesk.edge.supervisor import Reports, Supervisor
from maildesk.edge.ticks import Ticks
from maildesk.edge.watch import Watch
from maildesk.edge.ways import account, server_tls, transport
from maildesk.edge.writer import Writer
from maildesk.mail.compose import ComposeError
from maildesk.mail.render import Unrenderable
from maildesk.model import RawMail
from maildesk.store.engine import Store

log = logging.getLogger(__name__)

_NAMELESS = ("", "unknown", "connection", "maildesk.socket")  # sd_listen_fds_with_names(3): nobody named it
_TICK = 1.0  # seconds; due work runs within one
_GRACE = 3.0  # seconds that each leg gets at the end: all of them together under ten


@dataclass(frozen=True, slots=True)
class Port:
    """A listener that is open: which protocol, and where."""

    protocol: str
    listening: Listening | None  # of mail; None for the status port
    address: str


class Daemon:
    """One desk, served. All methods belong to one event loop."""

    def __init__(self, path: Path, good: Good) -> None:
        self.path = path
        self._take(good)
        self._store = self.config.desk.store  # the one that is served, whatever a reload says
        self.ports: list[Port] = []
        self._stop = asyncio.Event()
        self._reload = asyncio.Event()
        self._mailboxes: dict[Imap, Mailbox] = {}
        self._trouble_with_store = ""
        self._counts = Counts()
        self._room = Room(self._store, lambda: self.config.limits.free_space)
        self._status: StatusPort | None = None

    def _take(self, good: Good) -> None:
        """The worker compiles the same sources anew, and checks nothing."""
        self.policy, self._sources, self._stamp = good.policy, good.sources, good.stamp

    @property
    def config(self) -> Config:
        return self.policy.config

    # --- life ------------------------------------------------------------------------------------------

    async def run(self, started: Callable[[Daemon], None] | None = None) -> None:
        """Serves until `stop` or SIGTERM; AlreadyRunning, OSError or sqlite3.Error when it cannot begin."""
        lock = service.Lock(self._store)
        self._pulse = Pulse()
        self._writer = Writer(self._store, self._counts, self._pulse.want)
        self._watch = Watch(Logbook(lock.file), self._writer, self._store, now)
        try:
            await self._watch.opened()
            try:
                await self._begin()
                if started:
                    started(self)
                await self._serve()
            finally:
                await asyncio.to_thread(self._writer.stop)
                self._watch.closed()
        finally:
            self._pulse.close()
            lock.release()

    async def _begin(self) -> None:
        self._alarms = Alarms(self._writer, now, lambda: self.config.desk.alarm_command, self._counts)
        self._ledger = MailboxLedger(self._writer, self._wake_worker_soon(), self._room, self._counts)
        reports = Reports(self._mails_queued, self._hung, self._died, self._trouble, self._well, self._counts.thoughts)
        self._supervisor = Supervisor(
            self._briefing(), reports, self.config.limits.think_time.total_seconds(), self._pulse
        )
        self._outbox = Outbox(
            OutboxQueue(self._writer, now, lambda: self._supervisor.wake(), self._counts),
            transport(self.config),
            now,
            wellness=self._alarms,
            dice=Random(),  # noqa: S311 - spreads retries, hides nothing
            pace=Pace(give_up=self.config.send.give_up_after),
        )
        self._canary = Canary(self._writer, self._alarms, lambda: self.policy, now)
        await self._open_ports()
        await self._open_status()
        self._follow_mailboxes()

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        loop.add_signal_handler(signal.SIGHUP, self._reload.set)
        ticks = Ticks()
        ticks.every(_TICK, self._tick)
        ticks.every(_TICK, self._fly)
        if seconds := service.watchdog_seconds():
            ticks.every(seconds, service.notify, "WATCHDOG=1")
        async with asyncio.TaskGroup() as legs:
            legs.create_task(self._supervisor.run())
            legs.create_task(self._outbox.run())
            legs.create_task(self._watch.look(self.config, self._alarms))
            ticking = legs.create_task(ticks.run())
            reloading = legs.create_task(self._reload_when_told())
            service.notify("READY=1")
            log.info("serving", extra={"desk": self.config.desk.address, "pid": os.getpid()})
            await self._stop.wait()
            ticking.cancel()
            reloading.cancel()
            await self._drain()

    def stop(self) -> None:
        """Idempotent: a second SIGTERM changes nothing."""
        self._stop.set()

    async def _drain(self) -> None:
        """No new mail, then what is begun is ended, each leg within its grace."""
        service.notify("STOPPING=1")
        log.info("stopping")
        self._watch.stop()
        await asyncio.gather(
            *(port.listening.stop(_GRACE) for port in self.ports if port.listening),
            *(asyncio.to_thread(mailbox.stop) for mailbox in self._mailboxes.values()),
        )
        if self._status:
            self._status.close()
        await asyncio.gather(self._supervisor.stop(_GRACE), self._outbox.drain(_GRACE))
        log.info("stopped")

    # --- receive -----------------------------------------------------------------------------------------

    async def _open_ports(self) -> None:
        handed = service.handed_sockets()
        for protocol in ("smtp", "lmtp"):
            smtp, listener = _section(self.config, protocol), self._listener(self.config, protocol)
            if smtp is None or listener is None:
                continue
            given = [
                h.socket for h in handed if protocol in h.name.lower() or (protocol == "smtp" and h.name in _NAMELESS)
            ]
            sockets = given or service.bind(smtp.listen)
            listening = await listen(listener, sockets)
            address = _address(sockets[0].getsockname())
            self.ports.append(Port(protocol, listening, address))
            log.info("listening", extra={"protocol": protocol, "address": address})

    async def _open_status(self) -> None:
        """Figures and health, where they are configured. A change of the address takes a restart."""
        if self.config.metrics is None:
            return
        health = Health(
            self._writer,
            self._supervisor,
            self._counts,
            self._room,
            self._canary,
            now,
            self._alarms.lost_since,
            lambda: self._trouble_with_store,
        )
        sockets = service.bind(self.config.metrics.listen)
        self._status = StatusPort(health.pages)
        address = _address(sockets[0].getsockname())
        await self._status.open(sockets)
        self.ports.append(Port("http", None, address))
        log.info("listening", extra={"protocol": "http", "address": address})

    def _listener(self, config: Config, protocol: str) -> Listener | None:
        """None without such a section; OSError (ssl.SSLError too) when its certificate is of no use."""
        smtp = _section(config, protocol)
        if smtp is None:
            return None
        return Listener(
            hostname=smtp.hostname or config.desk.domain,
            takes=lambda address: classify(address, self.config.desk) is not None,
            accept=self._accept,
            clock=now,
            max_size=smtp.max_size,
            relays=smtp.relays,
            tls=server_tls(smtp),
            protocol="lmtp" if protocol == "lmtp" else "smtp",
            bare_newline=smtp.bare_newline,
            sender_limit=(smtp.sender_limit.count, smtp.sender_limit.per.total_seconds()),
            client_limit=(smtp.client_limit.count, smtp.client_limit.per.total_seconds()),
            connections=smtp.connections,
            connections_per_client=smtp.connections_per_client,
            recipients=smtp.recipients,
            room=self._room.holds,
        )

    def _accept(self, mail: RawMail) -> asyncio.Future[int]:
        try:
            self._room.claim(len(mail.raw))
        except OSError as error:
            self._put_off(error)
            raise
        keeping = self._writer.accept(mail)
        keeping.add_done_callback(partial(self._accepted, mail.source))
        return keeping

    def _accepted(self, source: str, keeping: asyncio.Future[int]) -> None:
        """It is durable, or it is not."""
        if error := keeping.exception():
            self._put_off(error)
            return
        self._well()
        self._counts.took_in(source)
        self._supervisor.wake()

    def _put_off(self, error: BaseException) -> None:
        """The client is told to come again."""
        if isinstance(error, sqlite3.Error | OSError):
            self._counts.put_off[type(error).__name__] += 1
        if isinstance(error, sqlite3.Error):
            self._trouble(str(error))

    def _follow_mailboxes(self) -> None:
        """Watches the configured mailboxes; one that a reload took away is let go."""
        wanted = set(self.config.receive.imap)
        for gone in self._mailboxes.keys() - wanted:
            mailbox = self._mailboxes.pop(gone)
            asyncio.get_running_loop().run_in_executor(None, mailbox.stop)
        for imap in wanted - self._mailboxes.keys():
            mailbox = Mailbox(account(imap), self._ledger, self._alarms, now)
            mailbox.start()
            self._mailboxes[imap] = mailbox

    def _wake_worker_soon(self) -> Callable[[], None]:
        """For the mailboxes' threads."""
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(self._supervisor.wake)

        return wake

    # --- think ---------------------------------------------------------------------------------------------

    def _mails_queued(self) -> None:
        self._outbox.wake()

    async def _hung(self, mail: int, why: str) -> None:
        await self._write(lambda store: think.quarantine(store, mail, why, "killed by the daemon", now()))

    async def _died(self, mail: int, why: str) -> None:
        await self._write(lambda store: think.one_failure(store, mail, why, now()))

    async def _write(self, job: Callable[[Store], None]) -> None:
        await asyncio.wrap_future(self._writer.call(job))

    def _trouble(self, error: str) -> None:
        """Said at once by `alarm_command`; by mail once the store is well, for mail takes the store."""
        if not self._trouble_with_store:
            self._trouble_with_store = error or "unknown"
            self._alarms.lost("the store", error)

    def _well(self) -> None:
        if self._trouble_with_store:
            self._alarms.ring("the store is well again", f"It could not be written: {self._trouble_with_store}")
            self._trouble_with_store = ""

    # --- time ------------------------------------------------------------------------------------------------

    async def _tick(self) -> None:
        """Once a second: what is due stands in rows, this only makes the legs look at them."""
        self._supervisor.wake()
        self._outbox.wake()
        self._watch.tick(self._room, self._alarms)
        stamp = await asyncio.to_thread(policies.stamp, self.path, self.config)
        if stamp != self._stamp:
            self._stamp = stamp
            self._reload.set()

    async def _fly(self) -> None:
        try:
            queued = await self._canary.look()
        except (sqlite3.Error, ComposeError, Unrenderable) as error:
            log.warning("no canary", extra={"error": str(error)})
            return
        if queued:
            self._outbox.wake()

    def _briefing(self) -> str:
        return policies.Briefing(self._store, self.config, self._sources).packed()

    async def _reload_when_told(self) -> None:
        while True:
            await self._reload.wait()
            self._reload.clear()
            try:
                await self._reload_now()
            except Exception as error:  # noqa: BLE001 - supervises reloading: a certificate that is none, and the like
                self._not_taken(f"{type(error).__name__}: {error}")

    async def _reload_now(self) -> None:
        """A good edit takes effect; a bad one leaves the last good one in force, and the admins are told."""
        read = await asyncio.to_thread(policies.read, self.path)
        if read.good is None:
            self._not_taken("\n".join(str(problem) for problem in read.problems))
            return
        new = read.good.policy.config
        listeners = [(port, self._listener(new, port.protocol)) for port in self.ports if port.listening]
        if new.metrics != self.config.metrics:
            self._alarms.ring("metrics has changed: it takes a restart", "")
        way_out = transport(new) if new.send != self.config.send else None
        self._take(read.good)  # nothing below fails for what the files say
        if new.desk.store != self._store:
            self._alarms.ring("desk.store has changed: it takes a restart", "")
        self._supervisor.brief(self._briefing(), new.limits.think_time.total_seconds())
        for port, listener in listeners:
            if listener and port.listening:
                port.listening.reload(listener)
        if way_out:
            await self._outbox.use(way_out)
        self._follow_mailboxes()
        log.info("reloaded", extra={"file": str(self.path)})

    def _not_taken(self, why: str) -> None:
        self._alarms.ring("A change of the configuration was not taken: the last good one stays in force", why)


def _section(config: Config, protocol: str) -> SmtpIn | None:
    return config.receive.smtp if protocol == "smtp" else config.receive.lmtp


def _address(name: object) -> str:
    if isinstance(name, tuple):
        host, port = name[:2]
        return f"[{host}]:{port}" if ":" in str(host) else f"{host}:{port}"
    return f"unix:{name}"
