"""Gathers the few facts about the past that a decision may use, in the transaction of its effects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from maildesk.model import (
    Entry,
    Facts,
    Kind,
    Look,
    Question,
    Rating,
    Reach,
    SentMail,
    Status,
    Ticket,
    TimerKind,
    View,
    mailbox_of,
)
from maildesk.store import agents, due, frequent, intake, looks, outside, queue, ratings, reach, rows, usual
from maildesk.store.engine import Store, to_text, to_time

_THREAD = 20  # Message-IDs of a thread that go into References; RFC 5322 §3.6.4 sets no limit, servers do
_NAMED = 20  # tickets that a mail's commands may name
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_ADDRESSES = 5  # reply addresses of ours that one mail may go to


def gather(store: Store, question: Question) -> Facts:
    """One mail's facts; run it in the transaction that applies the plan made of them."""
    addressed = _by_tokens(store, question.customer_tokens)
    # Of two tickets' addresses in one mail, the one that its sender is on; else the first.
    by_token, issued_at = next((a for a in addressed if a[0].participant(question.author)), (*addressed, _NOBODY)[0])
    by_reference, reference = _ticket_by_reference(store, question.references)
    by_tag = rows.ticket(store, question.tag) if question.tag is not None else None
    come = _come_before(store, question)
    by_answer = rows.ticket(store, come.answered_on) if come.answered_on is not None else None
    answered = _first_sent(store, question.references)
    signed_for = agents.signed_for(store, question, answered)
    told_of = rows.entry_by_id(store, answered.entry_id) if answered and answered.agent else None
    bounced = _first_sent(store, question.bounced_ids)
    about_bounced = rows.ticket(store, bounced.ticket_id) if bounced and bounced.ticket_id else None
    now = question.now or _LONG_AGO
    asked = outside.inquiry(store, question, answered, by_reference or by_tag)
    by_inquiry = rows.ticket(store, asked.ticket_id) if asked else None
    acted_on = (signed_for or by_token or by_reference or by_tag) if question.agent else None
    since, turned = agents.overtaken(store, question, acted_on, answered) if acted_on else ((), ())
    change = agents.last_change(store, question.agent, acted_on.id) if acted_on else ()
    found = by_inquiry or signed_for or by_token or by_reference or by_tag or by_answer or about_bounced
    contact = rows.contact(store, question.person or question.author)
    history = _history(store, found.id, question.inbox_id) if found else _History()
    following = _follow_up(store, found) if found else None
    opens = _may_open(question, found)
    to_sender, by_day = _auto_replies_to(store, question)
    glance = _glance(store)
    return Facts(
        keys=store.keys(),
        next_ticket=glance.ticket,
        next_entry=glance.entry,
        duplicate_of=come.same_as,
        ours=rows.sent_by_message_id(store, question.message_id) if come.ours else None,
        since=since,
        turned=turned,
        deferred=agents.waiting(store, question, acted_on, now) if acted_on else (),
        confirmed=agents.confirmed(store, question, now) if question.secrets else None,
        change=change,
        change_mails=agents.mails_of(store, change),
        inquiry=asked,
        by_inquiry=by_inquiry,
        inquiries=outside.inquiries(store, signed_for.id) if signed_for else (),
        held_asked=outside.asked_instead(store, found.id, history.held) if found else {},
        appointment=outside.appointment(store, found.id) if found else None,
        public=history.public,
        others=_others(store, question.tickets),
        seen={look: looks.see(store, _here(question, look, found), now) for look in question.looks},
        away=agents.away(store, now) if glance.absent else {},
        loads=agents.loads(store) if question.loads else {},
        turns=agents.turns(store) if question.loads else {},
        by_token=by_token,
        token_issued_at=issued_at,
        also=tuple(ticket for ticket, _ in addressed if by_token and ticket.id != by_token.id),
        by_reference=by_reference,
        reference=reference,
        by_tag=by_tag,
        by_answer=by_answer,
        signed_for=signed_for or about_bounced,
        signed_as=question.signed_ticket if signed_for else None,
        answered=answered,
        answered_kind=told_of.kind if told_of else None,
        bounced=bounced,
        failed=rows.entry_by_id(store, bounced.entry_id) if bounced else None,
        contact=contact,
        entry=history.entry,
        held=history.held,
        private=history.private,
        public_words=history.public_words,
        replies=replies(store, found.id, question.hour_ago) if found and question.agent and question.hour_ago else 0,
        follow_up=following,
        entry_raw=_raw(store, history.entry) if history.entry and signed_for else b"",
        threads={
            **(threads(store, found) if found else {}),
            **(threads(store, following) if following else {}),
        },
        auto_replies_to_sender=to_sender,
        auto_replies_by_day=by_day,
        auto_replies_of_desk=_auto_replies(store, question.desk_since, question.desk_limit, glance.mail),
        cap_told=due.hushed(store, mailbox_of(question.author), now),
        notices=notices(store, question.notices_since) if question.notices_since else {},
        answers=answers(store, question.hour_ago) if question.agent and question.hour_ago else {},
        shown=shown(store, question.hour_ago) if question.hour_ago and question.looks else {},
        gathering=gathering(store),
        usual=usual.now(store, now) if opens else None,
        own=_own(store, contact.id, question.own) if opens and contact and question.own else (),
        frequent=frequent.search(store, question.frequent) if opens else (),
        rating=ratings.of(store, found.id, question.author) if found and question.rates else Rating(),
    )


def _others(store: Store, numbers: Sequence[int]) -> dict[int, Ticket]:
    """The tickets of these numbers that there are; of a merged one, the survivor."""
    found = {number: rows.ticket(store, number) for number in numbers[:_NAMED]}
    return {number: ticket for number, ticket in found.items() if ticket is not None}


def _here(question: Question, look: Look, ticket: Ticket | None = None) -> Look:
    """A look at a ticket that no number is said of is one at the ticket that the mail is about."""
    if look.view is View.LIST and question.urgent_first:
        return replace(look, urgent_first=True)
    named = look.ticket_id is not None or look.entry_id is not None
    if ticket is None or named or look.view not in (View.SHOW, View.WHY):
        return look
    return replace(look, ticket_id=ticket.id)


@dataclass(frozen=True, slots=True)
class _Glance:
    """The ids that the next rows will have (AUTOINCREMENT never gives one out twice), and whether anybody is absent."""

    ticket: int
    entry: int
    mail: int
    absent: int


_NEXT = "coalesce((SELECT seq FROM sqlite_sequence WHERE name = '{}'), 0) + 1"
_GLANCE = (
    f"SELECT {', '.join(map(_NEXT.format, ('tickets', 'messages', 'outbox')))},"  # noqa: S608 - fixed texts
    " EXISTS (SELECT 1 FROM absences)"
)


def _glance(store: Store) -> _Glance:
    return _Glance(*store.execute(_GLANCE).fetchone())


_NOBODY: tuple[Ticket | None, datetime | None] = (None, None)


def _by_tokens(store: Store, tokens: Sequence[str]) -> list[tuple[Ticket, datetime]]:
    """The tickets of these customers' addresses, each once, and when the address was last given out."""
    found: dict[int, tuple[Ticket, datetime]] = {}
    for token in tokens[:_ADDRESSES]:
        row = store.row("SELECT ticket_id, issued_at FROM participants WHERE token = ?", (token,))
        ticket = rows.ticket(store, row["ticket_id"]) if row else None
        if row is not None and ticket is not None:
            found.setdefault(ticket.id, (ticket, to_time(row["issued_at"])))
    return [*found.values()]


@dataclass(frozen=True, slots=True)
class _Come:
    """What may have come before a mail, though it seldom has."""

    same_as: int | None  # the inbox id of the same mail
    answered_on: int | None  # the ticket of a customer's mail that answers this one and overtook it on the way
    ours: bool  # it is one that we made


_COME = """SELECT
  (SELECT id FROM inbox WHERE digest = ?1 AND digest != '' AND id != ?2 ORDER BY id LIMIT 1),
  (SELECT ticket_id FROM messages
    WHERE in_reply_to = ?3 AND in_reply_to != '' AND kind = 'customer' ORDER BY id LIMIT 1),
  EXISTS (SELECT 1 FROM outbox WHERE message_id = ?4 AND ?4 != '')"""


def _come_before(store: Store, question: Question) -> _Come:
    """All of it by one statement."""
    ids = (question.digest, question.inbox_id, question.answered_early, question.message_id)
    same_as, answered_on, ours = store.execute(_COME, ids).fetchone()
    return _Come(same_as, answered_on, bool(ours))


def _ticket_by_reference(store: Store, references: Sequence[str]) -> tuple[Ticket | None, str]:
    """The ticket on which the first known Message-ID stands: a customer's mail, or one of ours to a customer."""
    for reference in references[:_THREAD]:
        found = store.value(
            "SELECT ticket_id FROM messages WHERE message_id = ? AND message_id != ''"
            " UNION ALL SELECT ticket_id FROM outbox WHERE message_id = ? AND ticket_id IS NOT NULL LIMIT 1",
            (reference, reference),
        )
        if found is not None:
            return rows.ticket(store, found), reference
    return None, ""


def _first_sent(store: Store, message_ids: Sequence[str]) -> SentMail | None:
    found = (rows.sent_by_message_id(store, message_id) for message_id in message_ids[:_THREAD])
    return next((sent for sent in found if sent is not None), None)


def threads(store: Store, ticket: Ticket) -> dict[str, tuple[str, ...]]:
    """For each recipient, the Message-IDs that their client knows of this ticket, oldest first.

    What we sent to them, and customers' own mails; never what somebody else was sent, nor an
    agent's private Message-ID. The customers' mails stand under "" too.
    """
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    sent = store.rows(
        "SELECT envelope_to, message_id, created_at FROM outbox"
        " WHERE ticket_id = ? AND state != 'dropped' ORDER BY id DESC LIMIT 200",
        (ticket.id,),
    )
    for recipient, message_id, at in sent:
        found[recipient.casefold()].append((at, message_id))
    theirs = [
        (at, message_id)
        for at, message_id in store.rows(
            "SELECT created_at, message_id FROM messages WHERE ticket_id = ? AND kind = 'customer'"
            " AND message_id != '' ORDER BY id DESC LIMIT ?",
            (ticket.id, _THREAD),
        )
    ]
    on_ticket = {p.email.casefold() for p in ticket.participants}
    result = {"": tuple(message_id for _, message_id in sorted(theirs))}
    for recipient in found.keys() | on_ticket:
        ids = found[recipient] + (theirs if recipient in on_ticket else [])
        result[recipient] = tuple(message_id for _, message_id in sorted(ids)[-_THREAD:])
    return result


def _auto_replies_to(store: Store, question: Question) -> tuple[int, int]:
    """How many went to the sender within the time of `auto_reply_limit`, and within that of `auto_reply_day_limit`."""
    since, day = question.auto_replies_since, question.day_since
    if since is None or day is None or not question.author:
        return 0, 0
    to_sender, by_day = store.execute(
        "SELECT coalesce(sum(created_at > ?1), 0), coalesce(sum(created_at > ?2), 0) FROM outbox"
        " WHERE mailbox = ?3 AND created_at > min(?1, ?2)"
        " AND (kind = 'auto_reply' OR kind = 'auto_reply_plain' OR kind = 'follow_up')",
        (to_text(since), to_text(day), mailbox_of(question.author)),
    ).fetchone()
    return to_sender, by_day


def _auto_replies(store: Store, since: datetime | None, limit: int, upcoming: int) -> int:
    """How many went out since then, to whomever, up to ``limit``.

    They are counted where they may be so many at all: if the mails of all kinds since then are. ``upcoming`` is the id
    that the next mail will have.
    """
    if since is None:
        return 0
    after = to_text(since)
    if limit:
        at = store.value("SELECT created_at FROM outbox WHERE id <= ? ORDER BY id DESC LIMIT 1", (upcoming - limit,))
        if at is None or at <= after:
            return 0
    return int(
        store.value(
            "SELECT count(*) FROM (SELECT 1 FROM outbox WHERE kind IN ('auto_reply', 'auto_reply_plain', 'follow_up')"
            " AND created_at > ? LIMIT ?)",
            (after, limit or -1),
        )
    )


def notices(store: Store, since: datetime) -> dict[str, int]:
    """How many notices each agent was sent since then."""
    return _mailed(store, since, "'notice'")


def answers(store: Store, since: datetime) -> dict[str, int]:
    """How often we answered each agent ourselves (errors, help, what could not be believed) since then."""
    return _mailed(store, since, "'command_error', 'help', 'held', 'questionnaire'")


def shown(store: Store, since: datetime) -> dict[str, int]:
    """How many lists and the like each agent asked for and got since then."""
    return _mailed(store, since, "'listing', 'ticket', 'stats', 'why'")


def _mailed(store: Store, since: datetime, kinds: str) -> dict[str, int]:
    """Mails of these kinds, by agent."""
    found = store.rows(
        f"SELECT agent, count(*) FROM outbox WHERE kind IN ({kinds})"  # noqa: S608 - texts of this file alone
        " AND agent IS NOT NULL AND created_at > ? GROUP BY agent",
        (to_text(since),),
    )
    return dict(map(tuple, found))


def replies(store: Store, ticket_id: int, since: datetime) -> int:
    """How many answers went out on a ticket since then: mails of agents, each counted once."""
    return int(
        store.value(
            "SELECT count(DISTINCT entry_id) FROM outbox WHERE ticket_id = ? AND kind = 'reply' AND created_at > ?",
            (ticket_id, to_text(since)),
        )
    )


def gathering(store: Store) -> frozenset[str]:
    """Agents to whom notices are gathered: a timer stands for each, until all of them are mailed."""
    found = store.rows("SELECT agent FROM timers WHERE ticket_id = 0 AND kind = ?", (TimerKind.GATHER,))
    return frozenset(agent for (agent,) in found)


def _may_open(question: Question, found: Ticket | None) -> bool:
    """Whether a customer's mail may open a ticket, so that it is answered by what the desk knows of itself."""
    if question.agent:
        return False
    return found is None or found.status is Status.CLOSED or found.participant(question.author) is None


# The "+" keeps SQLite from making a table of the three, to seek by, at each look: it finds them in the index as well.
_OF_CONTACT = (
    "SELECT id, subject, status FROM tickets WHERE contact_id = ?"  # noqa: S608 - a fixed text
    f" AND {queue.IS_LIVE.replace('status', '+status')} AND merged_into IS NULL ORDER BY id DESC LIMIT ?"
)


def _own(store: Store, contact_id: int, limit: int) -> tuple[tuple[int, str, Status], ...]:
    """The newest of a person's tickets that are not over."""
    found = store.rows(_OF_CONTACT, (contact_id, limit))
    return tuple((id, subject, Status(status)) for id, subject, status in found)


@dataclass(frozen=True, slots=True)
class _History:
    """What the last messages of a ticket say to a decision."""

    entry: Entry | None = None  # the customer's last
    held: tuple[Entry, ...] = ()
    private: tuple[str, ...] = ()
    public_words: tuple[str, ...] = ()
    public: Entry | None = None  # an agent's last answer


def _history(store: Store, ticket_id: int, without: int = 0) -> _History:
    """``without`` is the inbox id of a mail that was kept here and is thought about again."""

    newest = rows.newest(store, ticket_id)
    if without:
        newest = {kind: [e for e in entries if e.inbox_id != without] for kind, entries in newest.items()}
    held, theirs, ours = newest[Kind.HELD], newest[Kind.CUSTOMER], newest[Kind.AGENT]
    return _History(
        entry=next(iter(theirs), None),
        held=tuple(held),
        private=tuple(entry.text for entry in (*newest[Kind.NOTE], *held)),
        public_words=tuple(entry.text for entry in (*theirs, *ours)),
        public=next(iter(ours), None),
    )


def _follow_up(store: Store, ticket: Ticket) -> Ticket | None:
    """The newest ticket that follows this one up and is still open."""
    found = store.value(
        "SELECT tickets.id FROM links JOIN tickets ON tickets.id = links.ticket_id"
        " WHERE other_id = ? AND kind = 'follow_up' AND status NOT IN ('closed', 'spam') ORDER BY tickets.id DESC",
        (ticket.id,),
    )
    return rows.ticket(store, found) if found is not None else None


def _raw(store: Store, entry: Entry) -> bytes:
    """The mail that an entry was read from, for its attachments."""
    return (intake.raw_of(store, entry.inbox_id) if entry.inbox_id else None) or b""


def of_ticket(store: Store, ticket_id: int, question: Question, sent: SentMail | None = None) -> Facts:
    """The facts for what no mail asked for: a timer, a failed mail of ours, a command from the shell."""
    ticket = rows.ticket(store, ticket_id)
    ticket_id = ticket.id if ticket else ticket_id  # of a merged one, the survivor
    history = _history(store, ticket_id)
    now, glance = question.now or _LONG_AGO, _glance(store)
    return Facts(
        keys=store.keys(),
        next_ticket=glance.ticket,
        next_entry=glance.entry,
        signed_for=ticket,
        bounced=sent,
        failed=rows.entry_by_id(store, sent.entry_id) if sent else None,
        entry=history.entry,
        held=history.held,
        private=history.private,
        public_words=history.public_words,
        inquiries=outside.inquiries(store, ticket_id),
        held_asked=outside.asked_instead(store, ticket_id, history.held),
        appointment=outside.appointment(store, ticket_id),
        public=history.public,
        entry_raw=_raw(store, history.entry) if history.entry else b"",
        answered_at=reach.answered_at(store, ticket_id),
        reach=reach.of(store, ticket) if ticket else Reach(),
        told=due.told_of(store, ticket_id),
        threads=threads(store, ticket) if ticket else {},
        notices=notices(store, question.notices_since) if question.notices_since else {},
        gathering=gathering(store),
        others=_others(store, question.tickets),
        seen={look: looks.see(store, _here(question, look, ticket), now) for look in question.looks},
        away=agents.away(store, now) if glance.absent else {},
        loads=agents.loads(store) if question.loads else {},
        turns=agents.turns(store) if question.loads else {},
    )


def of_desk(store: Store, question: Question) -> Facts:
    """The facts for due work that is about no ticket."""
    now, glance = question.now or _LONG_AGO, _glance(store)
    return Facts(
        keys=store.keys(),
        next_ticket=glance.ticket,
        next_entry=glance.entry,
        seen={look: looks.see(store, _here(question, look), now) for look in question.looks},
        away=agents.away(store, now) if glance.absent else {},
        loads=agents.loads(store) if question.loads else {},
        turns=agents.turns(store) if question.loads else {},
    )
