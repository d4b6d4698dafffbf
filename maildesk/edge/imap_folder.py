"""Follows one folder: which mails are new, and in which order they become ours.

The order is the promise: fetched, accepted (durable), and only then moved, flagged or deleted;
what a crash left in between is found again in the ledger. Nothing is asked of \\Seen: another
client may have opened a mail first. Opens no connection itself. RFC 3501 §2.3.1.1 (UIDs).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event
from typing import TypeVar

from maildesk.edge.imap_account import EPOCH, MIB, Account, FolderState, Ledger, Uid, Wellness
from maildesk.edge.imap_bounds import Oversized
from maildesk.edge.imap_envelope import envelope
from maildesk.edge.imap_session import WINDOW, Opened, Refused, Session, Size, chunks
from maildesk.model import RawMail

#: Mails whose sizes are asked for in one command.
SIZES = 500
#: A mail that the server lists, yet does not hand out, is tried so often before it is passed by.
PATIENCE = 3
#: INTERNALDATE counts whole seconds, by the server's clock; `baseline_at` is by ours.
SLACK = timedelta(minutes=1)

T = TypeVar("T")


class Follower:
    """Our place in one account's folder, across connections. Lives in one thread."""

    def __init__(self, account: Account, ledger: Ledger, wellness: Wellness, clock: Callable[[], datetime]) -> None:
        self._account = account
        self._ledger = ledger
        self._wellness = wellness
        self._clock = clock
        self._refusals: Counter[int] = Counter()
        self._suspects: set[int] = set()  # one of them is far larger than the server said
        self._objected = False

    # --- the place -----------------------------------------------------------------------------------

    def open(self, session: Session) -> None:
        """Opens the folder, finds our place in it, and settles what a crash left unsettled."""
        opened = session.open()
        state = self._ledger.folder(*self._key)
        if state is None:
            state = self._first_sight(opened)
        elif state.uidvalidity != opened.uidvalidity:
            state = self._numbered_anew(state, opened)
        left = self._ledger.unsettled(*self._key, state.uidvalidity)
        for uids in chunks(left, self._account.pace.batch_mails):
            self._settle(session, state, uids, session.present(uids))
        if session.disposal.objection and not self._objected:
            self._objected = True
            self._note(session.disposal.objection)

    def _first_sight(self, opened: Opened) -> FolderState:
        if self._account.backlog == "tickets":
            return self._remember(FolderState(opened.uidvalidity, 0, EPOCH, 0))
        newest = opened.uidnext - 1
        if opened.exists:
            self._note(f"mails that were there before, and are left alone: {opened.exists}")
        return self._remember(FolderState(opened.uidvalidity, newest, self._clock(), newest))

    def _numbered_anew(self, state: FolderState, opened: Opened) -> FolderState:
        """The server restored a backup, or converted the mailbox: no UID of old means anything, so
        all that came since the baseline is taken, and what we had is dropped as a duplicate."""
        self._refusals.clear()
        self._suspects.clear()
        self._note("the server has numbered its mails anew; those since the first sight are read again")
        return self._remember(
            replace(state, uidvalidity=opened.uidvalidity, baseline_uid=opened.uidnext - 1, last_uid=0)
        )

    # --- taking --------------------------------------------------------------------------------------

    def take(self, session: Session, stop: Event) -> None:
        """Takes all that is new, in batches; returns early, between two of them, when stopped."""
        found = WINDOW
        while found >= WINDOW and not stop.is_set():
            found = self._take_some(session, stop)

    def _take_some(self, session: Session, stop: Event) -> int:
        """How many were new; from ``WINDOW`` on there may be more."""
        state = self._ledger.folder(*self._key)
        assert state is not None, "open() comes first"
        new = self._new(session, state)
        for uids in chunks(new, SIZES):
            sizes = self._sizes(session, state, uids)
            fit = [uid for uid in uids if uid in sizes and sizes[uid].octets <= self._account.max_size]
            self._tell_of_oversized({uid: size for uid, size in sizes.items() if uid not in fit})
            for batch in self._batches(fit, sizes):
                if stop.is_set():
                    return 0
                state = self._take_batch(session, state, {uid: sizes[uid] for uid in batch})
            # The last ones vanished, or stay. What the folder has never had room for was no UID: to go beyond it
            # would be to miss all mail to come.
            passed = max((uid for uid in uids if uid in sizes or uid < session.uidnext), default=0)
            if state.last_uid < passed:
                state = self._remember(replace(state, last_uid=passed))
        return len(new)

    def _new(self, session: Session, state: FolderState) -> list[int]:
        above = max(state.last_uid, state.baseline_uid) + 1
        if state.last_uid >= state.baseline_uid:
            return session.uids(above)
        older = session.uids(state.last_uid + 1, state.baseline_uid, state.baseline_at)
        return older if len(older) >= WINDOW else older + session.uids(above)

    def _sizes(self, session: Session, state: FolderState, uids: Sequence[int]) -> dict[int, Size]:
        """Of those that are to be taken, as far as they are still there and were not given up."""

        def wanted(uid: int, size: Size) -> bool:
            date = size.internal_date
            if self._refusals[uid] >= PATIENCE:
                return False
            return uid > state.baseline_uid or date is None or date >= state.baseline_at - SLACK

        sizes = self._each(session, uids, session.sizes)
        return {uid: size for uid, size in sizes.items() if wanted(uid, size)}

    def _batches(self, uids: Sequence[int], sizes: Mapping[int, Size]) -> Iterator[list[int]]:
        """A mail that is larger than a batch may be is one by itself, and so is one that may be larger than it is
        said to be."""
        pace, batch, octets = self._account.pace, list[int](), 0
        for uid in uids:
            octets += sizes[uid].octets
            alone = not self._suspects.isdisjoint((uid, *batch[-1:]))
            if batch and (alone or len(batch) >= pace.batch_mails or octets > pace.batch_octets):
                yield batch
                batch, octets = [], sizes[uid].octets
            batch.append(uid)
        if batch:
            yield batch

    def _take_batch(self, session: Session, state: FolderState, sizes: Mapping[int, Size]) -> FolderState:
        bodies = self._bodies(session, list(sizes))
        # RFC822.SIZE is an estimate on Exchange and Gmail: what was fetched is what counts.
        large = {
            uid: replace(sizes[uid], octets=len(raw))
            for uid, raw in bodies.items()
            if len(raw) > self._account.max_size
        }
        self._tell_of_oversized(large)
        mails = [
            (Uid(*self._key, state.uidvalidity, uid), self._raw_mail(raw, sizes[uid].internal_date))
            for uid, raw in bodies.items()
            if uid not in large
        ]
        if mails:
            self._ledger.accept(mails)
        state = self._remember(replace(state, last_uid=max(sizes)))
        taken = [uid.uid for uid, _ in mails]
        self._settle(session, state, taken, taken)
        return state

    def _bodies(self, session: Session, uids: list[int]) -> dict[int, bytes]:
        """Raises Oversized, and the connection is of no use any more: the next one asks for them one by one."""
        try:
            bodies = self._each(session, uids, session.bodies)
        except Oversized as fault:
            self._suspects.update(uids)
            if len(uids) == 1:
                self._refused(uids[0], str(fault))
            raise
        self._suspects.difference_update(uids)
        return bodies

    def _raw_mail(self, raw: bytes, internal_date: datetime | None) -> RawMail:
        sender, recipients = envelope(raw)
        return RawMail(
            raw=raw,
            source=f"imap:{self._account.name}",
            received_at=self._clock(),
            envelope_from=sender,
            envelope_to=recipients,
            relay=True,  # our own mailbox; whose results to believe, trust_authserv decides
            internal_date=internal_date,
        )

    def _settle(self, session: Session, state: FolderState, uids: Sequence[int], present: Sequence[int]) -> None:
        if present:
            session.disposal.carry_out(present)
        if uids:
            self._ledger.settle(*self._key, state.uidvalidity, uids)

    # --- what the server does not hand out -----------------------------------------------------------

    def _each(
        self, session: Session, uids: Sequence[int], ask: Callable[[Sequence[int]], dict[int, T]]
    ) -> dict[int, T]:
        """Asks for all at once; one by one where that is refused (Exchange refuses a whole FETCH for
        one mail that it cannot convert). Absent are those that vanished, or were given up."""
        try:
            got = ask(uids)
        except Refused as refusal:
            if len(uids) == 1:
                for uid in session.present(uids):
                    self._refused(uid, str(refusal))
                return {}
            got = {}
            for uid in uids:
                got |= self._each(session, [uid], ask)
            return got
        missing = [uid for uid in uids if uid not in got]
        for uid in session.present(missing):
            self._refused(uid, "listed, but not handed out")
        return got

    def _refused(self, uid: int, why: str) -> None:
        """Raises, so that the next connection tries again, until patience has an end."""
        why = why[:300]
        self._refusals[uid] += 1
        if self._refusals[uid] < PATIENCE:
            raise Refused(f"mail with UID {uid}: {why}")
        if self._refusals[uid] == PATIENCE:
            self._note(f"the mail with UID {uid} stays where it is, for the server does not hand it out: {why}")

    # --- words for the admins ------------------------------------------------------------------------

    def _tell_of_oversized(self, large: Mapping[int, Size]) -> None:
        if not large:
            return
        which = [f"UID {uid} ({_in_words(size)})" for uid, size in sorted(large.items())]
        more = f" and {len(which) - 10} more" if len(which) > 10 else ""
        limit = f"{self._account.max_size / MIB:.1f} MiB"
        self._note(f"too large to take (over {limit}), left where they are: {', '.join(which[:10])}{more}")

    def _note(self, text: str) -> None:
        self._wellness.note(self._account.name, f"{self._account.folder}: {text}")

    @property
    def _key(self) -> tuple[str, str]:
        return self._account.name, self._account.folder

    def _remember(self, state: FolderState) -> FolderState:
        self._ledger.remember(*self._key, state)
        return state


def _in_words(size: Size) -> str:
    date = f" of {size.internal_date:%Y-%m-%d %H:%M} UTC" if size.internal_date else ""
    return f"{size.octets / MIB:.1f} MiB{date}"
