"""The THINK leg: an inbox row becomes meaning, facts, a plan, and the plan's effects, in that order.

A mail that fails is put off and tried again; the third failure quarantines it with its traceback,
and the admins are told. The next mail never waits for it. What cannot be the mail's fault (a full
disk, a locked database) is not counted against it. Due work that fails is put off, the rest goes on.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby

from maildesk.desk import bounces, clocks, digests, dueness, letters, reminders, usual
from maildesk.desk.case import Case, recipients
from maildesk.desk.decide import decide
from maildesk.desk.origins import Meant
from maildesk.desk.policy import Policy
from maildesk.desk.question import of_desk, question
from maildesk.edge import figures
from maildesk.edge.reading import Clock, Reading, Thought, Unread, case_of, moment, now, trace
from maildesk.mail import forward, parse
from maildesk.model import (
    Deferred,
    Facts,
    Gathered,
    InboxState,
    Look,
    Plan,
    SentMail,
    Timer,
    TimerKind,
    Verdict,
)
from maildesk.store import deferred, due, facts, intake, outbox, rows
from maildesk.store import usual as waits
from maildesk.store.apply import apply
from maildesk.store.engine import Meanwhile, Store

log = logging.getLogger(__name__)

RETRIES = (timedelta(seconds=1), timedelta(seconds=5))  # after the first and the second failure
_STATES = {Verdict.BOUNCE: InboxState.IGNORED, Verdict.IGNORED: InboxState.IGNORED}
_ALARMS = (10, timedelta(minutes=10))  # mails to each admin; what is beyond waits and goes as one

_PUT_OFF = timedelta(hours=1)  # for a timer that fails
# Seconds that the store may be locked, while others want to write and while nobody does; what was read and is not
# settled by then, is with the next ones.
_LOCKED, _LONGEST = 0.01, 0.06
_AHEAD = 24  # mails that are read before a transaction; the rest while it waits
_REMINDERS = 2000  # to agents, looked at together


class _Faulty(Exception):
    """Deciding about a mail, or what follows from it, failed."""

    def __init__(self, mail: Unread) -> None:
        super().__init__(mail.trace)
        self.mail = mail


@dataclass(frozen=True, slots=True)
class _Settled:
    """A mail that was understood, and what became of it."""

    id: int
    source: str
    verdict: Verdict
    ticket_id: int | None
    reason: str
    took: float  # seconds

    def told(self) -> tuple[str, str, float]:
        """As an entry of `Thinker.finished`; and in the log, for by now it is done."""
        told = {"mail": self.id, "verdict": self.verdict, "ticket": self.ticket_id, "reason": self.reason}
        log.info("thought", extra=told)
        return self.source, self.verdict, round(self.took, 6)


class Thinker:
    """Thinks about everything that waits in the store: mails, timers, failed mails, alarms."""

    def __init__(
        self,
        store: Store,
        policy: Policy,
        *,
        clock: Clock = now,
        begin: Callable[[int | None], None],
        eyes: Store | None = None,
        wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        """``begin`` is told each mail's inbox id before it is touched, so that a supervisor can tell which one
        hangs; and None before what is no mail's time: waiting for the lock or the disk, and due work.
        ``eyes`` is another connection, by which mails are read while that is waited for; without it, none are.
        ``wanted`` tells whether somebody waits for the lock since it was last asked.
        """
        self.store, self.policy, self.clock, self.begin = store, policy, clock, begin
        self._wanted = wanted
        self._reading = Reading(eyes or store, clock, begin)
        self._meanwhile = self._reading.next if eyes else None
        self._stood: Policy | None = None  # the one whose timers stand
        self.finished: list[tuple[str, str, float]] = []
        """Of the last `mails`: source, verdict, and the seconds that understanding took."""

    # --- mails ---------------------------------------------------------------------------------------

    def mails(self, limit: int = 50, budget: float = 0.03) -> int:
        """Thinks about the oldest mails, in one commit; returns how many it was at.

        It reads up to ``limit`` of them, or for ``budget`` seconds, before it opens the transaction
        that settles them: so the transaction is short, and whoever waits for a 250 waits little.
        """
        ends = time.monotonic() + budget
        self.finished = []
        self._reading.look(self.policy, limit)
        while len(self._reading) < _AHEAD and self._reading.next() and time.monotonic() < ends:
            pass
        if not self._reading:
            return 0
        try:
            with self._transaction(self._meanwhile):
                settled = self._settle_read()
        except _Faulty as faulty:  # nothing of what was done with it has been: the others are thought about anew
            with self._transaction():
                self._failed(faulty.mail)
            return 1
        self.finished = [each.told() for each in settled if each]
        return len(settled)

    def _settle_read(self) -> list[_Settled | None]:
        """One mail at least. No savepoint parts them: a full-text index writes all it has at each."""
        began, settled = time.monotonic(), []
        while thought := self._reading.taken():
            settled.append(self._settle(thought))
            wanted, held = self._wanted(), time.monotonic() - began
            if held > (_LOCKED if wanted else _LONGEST):
                break
        return settled

    @contextmanager
    def _transaction(self, meanwhile: Meanwhile | None = None) -> Iterator[None]:
        """One commit; neither the wait for its lock nor that for the disk is counted against a mail."""
        self.begin(None)
        with self.store.transaction(meanwhile):
            yield
            self.begin(None)

    def _settle(self, thought: Thought | Unread) -> _Settled | None:
        """Facts, plan and effects of one mail. Raises _Faulty: what stands in the transaction is not to be."""
        began = time.perf_counter()
        self.begin(thought.id)
        if isinstance(thought, Unread):
            self._failed(thought)
            return None
        try:
            if intake.attempts(self.store, thought.id) is None:
                return None  # a worker that outlived its daemon has settled it meanwhile
            known = facts.gather(self.store, thought.question)
            case = thought.case(self.policy, known, moment(self.clock()))
            plan = decide(case)
            self._record(thought, case, plan)
        except sqlite3.OperationalError:
            raise  # disk full, locked: not this mail's fault
        except Exception as error:  # noqa: BLE001 - the supervisor of one mail's thinking
            raise _Faulty(Unread.of(thought.id, error)) from None
        took = thought.took + time.perf_counter() - began
        return _Settled(thought.id, thought.raw.source, plan.verdict, plan.ticket_id, plan.reason, took)

    def _record(self, thought: Thought, case: Case, plan: Plan) -> None:
        mail = thought.mail
        at = case.when if case.history else case.moment.now
        apply(self.store, plan, at)
        state = _STATES.get(plan.verdict, InboxState.TICKETED if plan.ticket_id else InboxState.IGNORED)
        read = (mail.message_id, mail.subject[:500], thought.question.digest)
        intake.settle(self.store, thought.id, state, plan.ticket_id, plan.reason, read)

    def _failed(self, mail: Unread) -> None:
        if mail.starved:
            quarantine(self.store, mail.id, "it needs too much memory", mail.trace, self.clock())
        else:
            one_failure(self.store, mail.id, mail.trace, self.clock())

    # --- mails that were deferred --------------------------------------------------------------------

    def deferred(self, limit: int = 20) -> int:
        """Carries out the agents' mails whose time has come; each in one transaction with the end of its waiting."""
        found = deferred.ripe(self.store, self.clock(), limit)
        for each in found:
            name = f"The mail {each.inbox_id} of {each.agent}, which waited ({each.wait})"
            self._attempt(name, partial(self._release, each), partial(self._release_later, each))
        return len(found)

    def _release(self, waited: Deferred) -> None:
        raw = intake.load(self.store, waited.inbox_id)
        mail = parse.read(raw.raw)
        to = recipients(raw, mail, self.policy)
        meant = Meant(mail, mail, forwarded=forward.read(mail))
        asked = question(waited.inbox_id, meant, to, self.policy, self.clock())
        asked = replace(asked, digest="", agent=waited.agent)
        if not asked.signed_ticket:  # then what came since it was written counts as unseen
            asked = replace(asked, signed_ticket=waited.ticket_id, seen_revision=waited.revision)
        known = facts.gather(self.store, asked)
        case = case_of(waited.inbox_id, raw, meant, to, known, self.policy, moment(self.clock()))
        plan = decide(replace(case, released=waited))
        apply(self.store, plan, case.moment.now)
        deferred.forget(self.store, waited.id)
        log.info("released", extra={"mail": waited.inbox_id, "ticket": plan.ticket_id, "reason": plan.reason})

    def _release_later(self, waited: Deferred) -> None:
        if deferred.put_off(self.store, waited.id, self.clock() + _PUT_OFF) > len(RETRIES):
            deferred.forget(self.store, waited.id)

    # --- due work --------------------------------------------------------------------------------------

    def stand(self) -> int:
        """Makes the timers stand that the configuration wants, once for each policy: it may have changed."""
        if self._stood is self.policy:
            return 0
        at = self.clock()
        with self._transaction():
            apply(self.store, dueness.stand(self.policy, at), at)
        self._stood = self.policy
        return 0

    def timers(self, limit: int = 100) -> int:
        """Fires what is due; each timer and its effects are one transaction, so it fires exactly once."""
        found = due.timers(self.store, self.clock(), limit)
        for timer in found:
            name = f"The {timer.kind} timer of ticket {timer.ticket_id}"
            self._attempt(name, partial(self._fire, timer), partial(self._put_off, timer))
        return len(found) if len(found) >= limit else len(found) + self._remind()

    def _remind(self) -> int:
        """Mails agents what is due for them, once all that is due is known: so that much is one mail."""
        found = due.reminders(self.store, self.clock(), _REMINDERS)
        for agent, timers in groupby(found, key=lambda timer: timer.agent):
            own = tuple(timers)
            if not self._together(agent, own):
                for timer in own:
                    name = f"The {timer.kind} reminder of ticket {timer.ticket_id} to {agent}"
                    self._attempt(name, partial(self._fire, timer), partial(self._put_off, timer))
        return len(found)

    def _together(self, agent_id: str | None, timers: tuple[Timer, ...]) -> bool:
        """Mails them as one, if they are many."""
        agent, at = self.policy.config.agent(agent_id), self.clock()
        if agent is None or len(timers) <= reminders.FEW:
            return False
        tickets = {id: rows.ticket(self.store, id) for id in {timer.ticket_id for timer in timers} if id}
        items = [(timer, tickets.get(timer.ticket_id or 0)) for timer in timers]
        live = reminders.live(self.policy.config, items, at)
        if len(live) <= reminders.FEW:
            return False

        def mail() -> None:
            desk = letters.Desk(self.policy, moment(at), self._facts(None, at))
            apply(self.store, dueness.remind(desk, agent, live), at)
            for timer in timers:
                due.done(self.store, timer)

        def later() -> None:
            for timer in timers:
                self._put_off(timer)

        self._attempt(f"The reminders to {agent.id}", mail, later)
        return True

    def _fire(self, timer: Timer) -> None:
        at = self.clock()
        known = self._facts(timer.ticket_id, at, digests.looks(self.policy.config, timer))
        if timer.kind is TimerKind.WEEKLY:
            zone = self.policy.config.zone(self.policy.config.agent(timer.agent))
            lines = figures.week(self.store, self.policy.config, zone, at)
            known = replace(known, figures=tuple((line.name, line.value, line.before) for line in lines))
        if timer.kind is TimerKind.USUAL:
            known = replace(known, waits=tuple(waits.waits(self.store, s) for s in usual.spans(self.policy.config, at)))
        gathered: Sequence[Gathered] = (
            due.gathered(self.store, timer.agent, dueness.GATHERED + 1)
            if timer.agent and timer.kind is TimerKind.GATHER
            else ()
        )
        desk = letters.Desk(self.policy, moment(at), known)
        plan = dueness.fire(desk, timer, known.signed_for, gathered)
        apply(self.store, plan, at)
        due.done(self.store, timer)
        log.info("timer", extra={"timer": timer.kind, "ticket": timer.ticket_id, "reason": plan.reason})

    def _put_off(self, timer: Timer) -> None:
        due.put_off(self.store, timer, self.clock() + _PUT_OFF)

    def failures(self, limit: int = 100) -> int:
        """Tells the people concerned of our mails that failed for good."""
        found = outbox.untold(self.store, limit)
        for sent, error in found:
            name = f"Telling that mail {sent.id} to {sent.recipient} failed ({error})"
            self._attempt(name, partial(self._tell, sent, error), partial(outbox.told, self.store, sent.id))
        return len(found)

    def _tell(self, sent: SentMail, error: str) -> None:
        at = self.clock()
        known = self._facts(sent.ticket_id, at)
        failed = rows.entry_by_id(self.store, sent.entry_id)
        desk = letters.Desk(self.policy, moment(at), replace(known, failed=failed))
        plan = clocks.follow(bounces.failed(desk, sent, known.signed_for, error), known, self.policy.config, at)
        apply(self.store, plan, at)
        outbox.told(self.store, sent.id)
        log.info("failed mail told", extra={"outbox": sent.id, "ticket": sent.ticket_id})

    def _attempt(self, name: str, work: Callable[[], None], otherwise: Callable[[], None]) -> None:
        """One piece of due work, all or nothing. One that fails is an alarm, and does not stop the next."""
        try:
            with self._transaction():
                work()
        except sqlite3.OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - the supervisor of one piece of due work
            log.error("due work failed", extra={"work": name, "error": repr(error)})
            with self._transaction():
                otherwise()
                due.raise_alarm(self.store, self.clock(), f"{name} failed", trace(error))

    def alarms(self) -> int:
        """Mails what is wrong to the admins; several alarms are one mail, and there is a limit of mails."""
        found = due.alarms(self.store, 100)
        count, per = _ALARMS
        if not found or outbox.recent_alarms(self.store, self.clock() - per) >= count * len(
            self.policy.config.desk.admins
        ):
            return 0
        with self._transaction():
            title = found[0].title if len(found) == 1 else f"{found[0].title} (and {len(found) - 1} more)"
            details = "\n\n".join(
                f"{alarm.at:%Y-%m-%d %H:%M:%S} UTC  {alarm.title}\n{alarm.details}" for alarm in found
            )
            at = self.clock()
            desk = letters.Desk(self.policy, moment(at), Facts(keys=self.store.keys()))
            mails = tuple(letters.alarm(desk, admin, title, details) for admin in self.policy.admins)
            apply(self.store, Plan(Verdict.NOTE, "desk", mails), at)
            for alarm in found:
                due.told(self.store, alarm)
        return len(found)

    def _facts(self, ticket_id: int | None, at: datetime, looks: tuple[Look, ...] = ()) -> Facts:
        asked = replace(of_desk(self.policy, at), looks=looks)
        return facts.of_ticket(self.store, ticket_id, asked) if ticket_id else facts.of_desk(self.store, asked)


def quarantine(store: Store, id: int, why: str, trouble: str, at: datetime) -> None:
    """Sets a mail apart, and raises the alarm: nothing is lost, and nothing waits for it.

    One that was settled meanwhile stays so.
    """
    if not intake.quarantine(store, id, why, trouble):
        return
    details = f"{why}\n\nmaildesk quarantine show {id}    shows it\nmaildesk quarantine retry {id}   tries it again"
    due.raise_alarm(store, at, f"Mail {id} is in quarantine", details)
    log.error("quarantined", extra={"mail": id, "reason": why})


def one_failure(store: Store, id: int, trouble: str, at: datetime) -> None:
    """Counts a failure against a mail: put off twice, then quarantined. One that was settled meanwhile stays so."""
    attempts = intake.attempts(store, id)
    if attempts is None:
        return
    if attempts >= len(RETRIES):
        quarantine(store, id, f"thinking about it failed {attempts + 1} times", trouble, at)
    else:
        intake.put_off(store, id, at + RETRIES[attempts], trouble)
        log.warning("put off", extra={"mail": id, "error": trouble.splitlines()[-1]})
