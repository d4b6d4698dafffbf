"""The types that flow through maildesk, all frozen: nothing is filled in stages.

``RawMail`` is what came in; ``Mail`` is what it says; ``Facts`` is the little of the past that a
decision may use; ``Moment`` is the clock and the dice; ``Plan`` is what shall be done, as a tuple
of ``Step``s, with its ``Reason``s. This module imports nothing of maildesk.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

# --- the vocabulary of the tables -----------------------------------------------------------------


class Status(StrEnum):
    NEW = "new"
    OPEN = "open"
    PENDING = "pending"  # waiting for the customer
    SOLVED = "solved"
    CLOSED = "closed"
    SPAM = "spam"


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Kind(StrEnum):
    """What a message on a ticket is; only ``CUSTOMER`` and ``AGENT`` are public."""

    CUSTOMER = "customer"
    AGENT = "agent"
    NOTE = "note"
    AUTO = "auto"
    HELD = "held"


class InboxState(StrEnum):
    RECEIVED = "received"
    TICKETED = "ticketed"
    IGNORED = "ignored"
    QUARANTINED = "quarantined"


class OutboxState(StrEnum):
    QUEUED = "queued"
    HELD = "held"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class Verdict(StrEnum):
    """What a mail turned out to be; `maildesk explain` prints it."""

    NEW_TICKET = "new_ticket"
    REPLY = "reply"
    AGENT_REPLY = "agent_reply"
    NOTE = "note"
    HELD = "held"
    BOUNCE = "bounce"
    IGNORED = "ignored"
    QUARANTINED = "quarantined"


class Proof(StrEnum):
    """How sure we are that a mail is from whom it says (T4, T5 of any help desk's nightmares)."""

    PROVEN = "proven"  # a trusted checker saw DMARC pass, or an aligned DKIM signature
    UNPROVEN = "unproven"  # nobody checked, or nothing could be said
    FAILED = "failed"  # DMARC failed; or, where DMARC is unknown, SPF did


class Purpose(StrEnum):
    """Why a mail of ours was written: `outbox.kind`, and the name of its template."""

    AUTO_REPLY = "auto_reply"
    AUTO_REPLY_PLAIN = "auto_reply_plain"
    FOLLOW_UP = "follow_up"
    REPLY = "reply"
    NOTICE = "notice"
    GATHERED = "gathered"
    REMINDER = "reminder"
    COMMAND_ERROR = "command_error"
    HELP = "help"
    HELD = "held"
    FAILED = "failed"
    ALARM = "alarm"
    CONFIRM = "confirm"  # to an agent: answer this, and what you asked for is done
    COLLISION = "collision"  # to an agent: what came in since they looked
    PREVIEW = "preview"
    UNDONE = "undone"
    LISTING = "listing"  # #list, #search
    TICKET = "ticket"  # #show
    STATS = "stats"
    WHY = "why"
    DIGEST = "digest"
    WEEKLY = "weekly"
    QUESTIONNAIRE = "questionnaire"
    ASK = "ask"  # to a third party
    CALL = "call"  # an invitation (RFC 5545)
    REMINDERS = "reminders"  # to an agent: what is due, when it is much at once
    NUDGE = "nudge"  # to a customer who does not answer
    FAREWELL = "farewell"  # the last of these: the ticket is solved now
    CANARY = "canary"  # to the desk itself: does mail come round?
    RATING = "rating"  # to a customer whose ticket was solved: how was it?
    REVIEW = "review"  # thanks for a very good one, and a wish


def mailbox_of(email: str) -> str:
    """The mailbox behind an address, as far as one can tell: in small letters, without its `+` part."""
    local, _, domain = email.casefold().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


# --- a mail, as bytes and as meaning ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong, in a person's words, and where: `file:line:column`, a MIME part, a field."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox of RFC 5322 §3.4; ``email`` keeps its case, compare with :meth:`key`."""

    name: str
    email: str

    def key(self) -> str:
        return self.email.casefold()


@dataclass(frozen=True, slots=True)
class RawMail:
    """A mail as it came in, before anyone understood it.

    ``envelope_from`` is None where the way in does not know it and "" for the null sender.
    ``relay`` says that who handed it to us is trusted to have checked it (`receive.smtp.relays`,
    or our own mailbox). ``internal_date`` is IMAP's (RFC 3501 §2.3.3).
    """

    raw: bytes
    source: str  # smtp, lmtp, pipe, import, imap:<user>@<host>
    received_at: datetime
    envelope_from: str | None = None
    envelope_to: tuple[str, ...] = ()
    relay: bool = False
    internal_date: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not the body. Its bytes stay in the raw mail; ``part`` finds them again.

    ``part`` is the MIME part's number as IMAP counts it (RFC 3501 §6.4.5): "2", "1.3". What lies
    inside a container that is not MIME (winmail.dat, uuencode) has a suffix: "2#1".
    ``size`` is in octets, decoded. ``inline`` means that the HTML shows it by its ``content_id``,
    or that its sender asked for it to be shown in place.
    """

    part: str
    name: str
    media_type: str
    size: int
    inline: bool = False
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery report (RFC 3464, or a plain-text kind) read from a mail."""

    recipient: str
    status: str  # RFC 3463, "5.1.1"; "" when unknown
    action: str  # failed, delayed, delivered, relayed, expanded
    diagnostic: str
    permanent: bool
    original_message_id: str = ""  # of the mail that bounced, with its angle brackets


@dataclass(frozen=True, slots=True)
class Reply:
    """The new words of a mail: quoted history, signature and product footers cut.

    ``doubtful`` names why the boundary is not sure ("" when it is): text was kept rather than lost,
    and no command may be read from it. ``mail.trim.html`` makes the same cut of the HTML.
    """

    text: str
    doubtful: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says. Reading never raises: what could not be read is in ``problems``.

    Message-IDs keep their angle brackets. Header text is decoded, unfolded and free of control
    characters. ``html`` is as the sender wrote it: only ``mail.html.sanitize`` makes it showable.
    """

    raw: bytes
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    date: datetime | None = None
    from_: tuple[Address, ...] = ()
    sender: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    delivered_to: tuple[str, ...] = ()  # Delivered-To, X-Original-To, Envelope-To, top first
    return_path: str | None = None
    subject: str = ""
    text: str = ""
    html: str | None = None
    reply: Reply = Reply("")
    language: str = ""  # of the new words, ISO 639-1; "" when too few words to tell
    attachments: tuple[Attachment, ...] = ()
    automatic: str = ""  # why this is a machine's mail ("Auto-Submitted: auto-replied"); "" if not
    mailing_list: str = ""  # why this came through a list ("List-Id: ..."); "" if not
    bounce: Bounce | None = None
    spam: str = ""  # why a filter before us calls it spam; "" if not
    desk_mark: str = ""  # the X-Maildesk-Desk field: a loop stop, believed for nothing else
    trace: tuple[tuple[str, str], ...] = ()  # Received and Authentication-Results, top first
    digest: str = ""  # the same for the same mail, however it came: `mail.parse.fingerprint`
    problems: tuple[Problem, ...] = ()

    @property
    def author(self) -> Address:
        """The first From address; an empty one when there is none."""
        return self.from_[0] if self.from_ else Address("", "")


@dataclass(frozen=True, slots=True)
class Authentication:
    """What a trusted checker found (RFC 8601): results such as "pass", "fail", "" if unsaid."""

    spf: str = ""
    dkim: str = ""
    dmarc: str = ""
    by: str = ""  # authserv-id
    proof: Proof = Proof.UNPROVEN
    reason: str = "no trusted relay checked who sent it"


# --- the past, as far as a decision may see it -----------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moment:
    """The clock and the dice, handed in: with the same moment a decision is the same again."""

    now: datetime  # UTC
    seed: bytes  # at least 16 octets of randomness

    def token(self, *label: object) -> str:
        """128 bits as 26 lower-case letters and digits (base32), different for each label."""
        text = "\x1f".join(str(part) for part in label).encode()
        digest = hashlib.blake2b(text, key=self.seed[:64], digest_size=16).digest()
        return b32encode(digest).decode().rstrip("=").lower()


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody outside the desk who is on a ticket; ``token`` is their own reply address."""

    email: str
    role: str  # requester, cc, reply_to
    token: str
    name: str = ""
    issued_at: datetime | None = None  # when they were last given it; None: just now


@dataclass(frozen=True, slots=True)
class Ticket:
    """A row of `tickets` with who is on it and what it is tagged with."""

    id: int
    token: str
    subject: str
    status: Status
    priority: Priority
    created_at: datetime
    updated_at: datetime
    contact_id: int
    requester: Address
    language: str = ""
    assignee: str | None = None
    team: str | None = None
    category: str | None = None
    mailbox: str | None = None
    due_at: datetime | None = None
    first_reply_at: datetime | None = None
    replied_at: datetime | None = None  # when an agent last answered
    solved_at: datetime | None = None
    closed_at: datetime | None = None
    merged_into: int | None = None
    snoozed_until: datetime | None = None
    mood: str | None = None
    urgent: bool = False
    revision: int = 0  # grows with every public message, and when it becomes another customer's
    waiting_since: datetime | None = None  # the customer's first mail that no agent has answered, while it is not over
    statuses: tuple[tuple[datetime, Status], ...] = ()  # that it came to since it is there, oldest first
    participants: tuple[Participant, ...] = ()
    watchers: frozenset[str] = frozenset()  # ids of agents who hear of it besides those whose it is
    tags: frozenset[str] = frozenset()
    fields: tuple[tuple[str, str], ...] = ()  # name and value: what a contact form asked for

    def participant(self, email: str) -> Participant | None:
        key = email.casefold()
        return next((p for p in self.participants if p.email.casefold() == key), None)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of `messages`: one contribution to a ticket, as agents see it."""

    id: int
    ticket_id: int
    kind: Kind
    author: str
    subject: str
    text: str
    created_at: datetime
    message_id: str = ""
    in_reply_to: str = ""
    html: str | None = None
    inbox_id: int | None = None
    proof: Proof | None = None  # of its author, at that time; None: it did not come from outside
    automatic: bool = False  # nobody may be answered by a machine for it (RFC 3834 §2)


@dataclass(frozen=True, slots=True)
class Reach:
    """What is known of a ticket's requester: may the desk write to them unasked?"""

    mails: int = 0  # that they wrote on it
    proven: bool = False  # one of these is really theirs
    automatic: bool = False  # one of these was a machine's
    bounced: bool = False  # one of ours on it came back
    asked_at: datetime | None = None  # when they were last asked for a rating, of whatever ticket
    asked_here: bool = False  # and whether of this one, ever

    @property
    def refusal(self) -> str:
        """Why not; "" if it may. Who only once wrote what nobody has checked may not have written at all (T5)."""
        if self.automatic:
            return "a machine wrote it"
        if self.bounced:
            return "a mail to them came back"
        return "" if self.proven or self.mails > 1 else "it is not proven that they have ever written to us"


@dataclass(frozen=True, slots=True)
class SentMail:
    """A row of `outbox` that something came back for: a bounce, or an agent's answer to it."""

    id: int
    ticket_id: int | None
    message_id: str
    purpose: Purpose
    recipient: str
    agent: str | None
    created_at: datetime
    state: OutboxState
    entry_id: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A row of `events`: one change, by whom and when; a SetField's ``data`` holds the old and the new value."""

    id: int
    ticket_id: int
    at: datetime
    actor: str
    kind: str
    data: Mapping[str, str | int | None]


class Wait(StrEnum):
    """What an agent's mail that was understood, and not carried out, waits for."""

    CONFIRM = "confirm"  # its agent's answer to the confirmation: who sent it is not proven, or it destroys
    COLLISION = "collision"  # `#send`: a colleague has answered since
    LATER = "later"  # its time
    FORM = "form"  # the answers to a macro's questions


@dataclass(frozen=True, slots=True)
class Deferred:
    """An agent's mail that waits. When its time has come it is thought about again, as `Case.released`.

    ``at`` is None while nobody has said when. ``secret`` is the hash (`desk.addresses.fingerprint`) of the
    one-time token that its agent may answer to. ``revision`` is the ticket's when it was deferred.
    """

    wait: Wait
    agent: str
    inbox_id: int
    ticket_id: int | None = None
    entry_id: int | None = None  # as which it was kept meanwhile
    revision: int = 0
    at: datetime | None = None
    secret: str = ""
    data: str = ""  # of a FORM the macro's name; else the kind of address that it was sent to
    id: int = 0


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A third party that was asked something (`#ask`): their answers to ``token`` land on the ticket as notes."""

    ticket_id: int
    email: str
    token: str
    agent: str  # who asked
    name: str = ""
    issued_at: datetime | None = None  # when they were last asked; None: just now


@dataclass(frozen=True, slots=True)
class Appointment:
    """A call with the customers of a ticket (`#call`). A higher ``sequence`` is the same call at another time."""

    uid: str
    sequence: int
    start: datetime
    length: timedelta
    subject: str
    agent: str  # who calls
    cancelled: bool = False

    @property
    def end(self) -> datetime:
        return self.start + self.length


class View(StrEnum):
    LIST = "list"
    SHOW = "show"
    STATS = "stats"
    WHY = "why"


@dataclass(frozen=True, slots=True)
class Frequent:
    """A question that is often asked. ``name`` is its template's; "" of one that an agent kept (`#faq`)."""

    language: str
    question: str
    answer: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Rating:
    """What a customer thought of how their ticket went, so far."""

    asked: bool = False  # were they asked at all
    score: int | None = None
    thanked: bool = False  # has this person ever been asked for a public review


@dataclass(frozen=True, slots=True)
class Look:
    """What of the desk somebody asks to see; None, "" and () narrow nothing. A LIST without a status: live ones."""

    view: View
    words: str = ""
    status: str | None = None  # or "all": of everything but spam
    priority: str | None = None
    assignee: str | None = None
    unassigned: bool = False
    teams: tuple[str, ...] = ()  # of any of these; "" is no team
    watcher: str | None = None
    tag: str | None = None
    overdue: bool = False
    waits: bool = False  # for us: without what waits for its customer and is not overdue
    snoozed: bool = False  # what sleeps; without this, and but for "all", what is awake
    ticket_id: int | None = None  # of SHOW and WHY
    entry_id: int | None = None  # or the ticket of this message
    zone: str = ""  # of STATS: where its days begin
    urgent_first: bool = False  # of a LIST: what is marked as urgent stands before the rest


@dataclass(frozen=True, slots=True)
class Seen:
    """What a `Look` found."""

    tickets: tuple[Ticket, ...] = ()  # of a LIST, new ones first, then those that wait longest; of SHOW and WHY the one
    total: int = 0  # how many there are (tickets of a LIST; messages), listed or not
    overdue: frozenset[int] = frozenset()  # which of the tickets are
    entries: tuple[Entry, ...] = ()  # oldest first
    files: Mapping[int, tuple[Attachment, ...]] = field(default_factory=dict)  # of the entries, by their ids
    events: tuple[Event, ...] = ()
    mails: tuple[SentMail, ...] = ()  # of SHOW: to customers, and not sent; of WHY: what was mailed because of an entry
    timers: tuple[Timer, ...] = ()
    deferred: tuple[Deferred, ...] = ()
    links: tuple[tuple[int, str], ...] = ()  # other tickets, and what they are to this one
    reasons: tuple[str, ...] = ()  # why each of the entries' mails was understood as it was
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contact:
    id: int
    email: str
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class Facts:
    """The little of the past that `decide` may use, read in one transaction with its effects."""

    keys: tuple[bytes, ...] = (b"",)  # sign agents' addresses; the first signs, all verify
    next_ticket: int = 1
    next_entry: int = 1
    duplicate_of: int | None = None  # inbox id of the same mail
    ours: SentMail | None = None  # its Message-ID is one that we gave out
    by_token: Ticket | None = None  # whose customer reply address it was sent to
    token_issued_at: datetime | None = None  # when that address was last given out
    also: tuple[Ticket, ...] = ()  # other tickets whose reply addresses it was sent to
    by_reference: Ticket | None = None
    reference: str = ""  # the Message-ID that found it
    by_tag: Ticket | None = None
    by_answer: Ticket | None = None  # on which stands an answer to this mail, come before it
    signed_for: Ticket | None = None  # the ticket an agent's address names, checked or not
    signed_as: int | None = None  # its number in that address: another one where it was merged since
    answered: SentMail | None = None  # the mail of ours named in In-Reply-To
    answered_kind: Kind | None = None  # of the message that it told of
    bounced: SentMail | None = None  # the mail of ours that a delivery report is about
    failed: Entry | None = None  # the entry that this mail carried
    contact: Contact | None = None
    entry: Entry | None = None  # the last customer entry of the ticket found
    held: tuple[Entry, ...] = ()  # what is held on it, newest first
    private: tuple[str, ...] = ()  # what its notes and held mails say: no customer may read it
    public_words: tuple[str, ...] = ()  # what its public messages say: its customers have read that
    replies: int = 0  # answers mailed on it within an hour
    answered_at: datetime | None = None  # when an agent last answered on it
    reach: Reach = Reach()
    told: frozenset[tuple[str, str]] = frozenset()  # which reminders and rules its timers led to, and of which time
    follow_up: Ticket | None = None  # the open ticket that follows up the one found
    entry_raw: bytes = b""  # its mail, when an agent's address led here: notices carry its files
    threads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # recipient -> Message-IDs
    since: tuple[Entry, ...] = ()  # public entries on the ticket that the agent's notice did not show, oldest first
    turned: tuple[Event, ...] = ()  # what since then made other customers its readers, whoever did it
    deferred: tuple[Deferred, ...] = ()  # mails of this agent that wait on this ticket, newest first
    confirmed: Deferred | None = None  # the one whose one-time token this mail answers to
    change: tuple[Event, ...] = ()  # this agent's last change of the ticket, for #undo
    change_mails: tuple[SentMail, ...] = ()  # what was mailed with it
    inquiry: Inquiry | None = None  # the question whose reply address, or mail, this one answers
    by_inquiry: Ticket | None = None  # the ticket that it was asked about
    inquiries: tuple[Inquiry, ...] = ()  # everybody who was asked about the ticket of an agent's mail
    held_asked: Mapping[int, str] = field(default_factory=dict)  # of what is held: who else was asked at its address
    appointment: Appointment | None = None  # the last call on the ticket
    public: Entry | None = None  # the last answer of an agent on it
    others: Mapping[int, Ticket] = field(default_factory=dict)  # tickets that commands name, by the number they say
    seen: Mapping[Look, Seen] = field(default_factory=dict)
    away: Mapping[str, datetime | None] = field(default_factory=dict)  # agents who are absent now, and until when
    loads: Mapping[str, int] = field(default_factory=dict)  # agent id -> live tickets, if a team shares by load
    turns: Mapping[str, str] = field(default_factory=dict)  # team id -> the agent whose turn it was last
    auto_replies_to_sender: int = 0  # within auto_reply_limit's time
    auto_replies_by_day: int = 0  # within auto_reply_day_limit's
    auto_replies_of_desk: int = 0
    cap_told: bool = False  # the admins have heard lately that this sender's, or somebody's, robot was stopped
    notices: Mapping[str, int] = field(default_factory=dict)  # agent id -> within notice_limit's time
    answers: Mapping[str, int] = field(default_factory=dict)  # agent id -> our own words to them, within an hour
    figures: tuple[tuple[str, str, str], ...] = ()  # of the week: name, value, that of the week before
    shown: Mapping[str, int] = field(default_factory=dict)  # agent id -> lists and the like to them, within an hour
    gathering: frozenset[str] = frozenset()  # agents for whom a gathered mail is under way
    usual: int | None = None  # minutes that a first answer takes at this hour; None: nobody can tell
    own: tuple[tuple[int, str, Status], ...] = ()  # the sender's open tickets, the newest first: number and subject
    frequent: tuple[Frequent, ...] = ()  # what may be asked in the mail, the likeliest first
    rating: Rating = Rating()
    waits: tuple[tuple[int, ...], ...] = ()  # minutes, of first answers: those at most like this hour, then others


@dataclass(frozen=True, slots=True)
class Question:
    """What a mail makes us want to know. Empty fields ask nothing."""

    inbox_id: int = 0
    digest: str = ""
    message_id: str = ""
    author: str = ""
    person: str = ""  # whose contact is asked for, if not the author's
    references: tuple[str, ...] = ()  # In-Reply-To first, then References from the newest
    tag: int | None = None
    customer_tokens: tuple[str, ...] = ()
    answered_early: str = ""  # this mail's Message-ID, if an answer to it may have come before it
    signed_ticket: int | None = None  # as an agent's reply address says, not yet believed
    bounced_ids: tuple[str, ...] = ()  # Message-IDs of ours that a delivery report may be about
    now: datetime | None = None
    loads: bool = False  # whether a team shares its work by load, or by turns
    urgent_first: bool = False  # in lists
    agent: str = ""  # the id of the agent in From; their word alone proves nothing
    seen_revision: int | None = None  # the ticket's, as the agent's address or the mail they answer says
    secrets: tuple[str, ...] = ()  # hashes of one-time tokens that it may answer to
    tickets: tuple[int, ...] = ()  # that its commands name
    looks: tuple[Look, ...] = ()  # what its commands ask to see
    own: int = 0  # how many of their open tickets they may be told of
    frequent: tuple[str, ...] = ()  # words by which the questions that are often asked are searched
    rates: bool = False  # whether it may be a rating
    auto_replies_since: datetime | None = None
    day_since: datetime | None = None
    desk_since: datetime | None = None
    desk_limit: int = 0  # of all auto-replies since then: more need not be counted
    notices_since: datetime | None = None
    hour_ago: datetime | None = None


# --- what shall be done ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, in a person's words, and the rule's short name: `ledger`, `explain`, `#why` print it."""

    rule: str
    text: str


class Field(StrEnum):
    """The columns of `tickets` that a step may change; each change is an event."""

    SUBJECT = "subject"
    STATUS = "status"
    PRIORITY = "priority"
    ASSIGNEE = "assignee"
    TEAM = "team"
    CATEGORY = "category"
    DUE_AT = "due_at"
    FIRST_REPLY_AT = "first_reply_at"
    SOLVED_AT = "solved_at"
    CLOSED_AT = "closed_at"
    SNOOZED_UNTIL = "snoozed_until"
    MOOD = "mood"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class CreateTicket:
    ticket: Ticket


@dataclass(frozen=True, slots=True)
class SetField:
    """Changes one column; an event holds the old and the new value."""

    ticket_id: int
    field: Field
    value: str | int | datetime | None


@dataclass(frozen=True, slots=True)
class AddEntry:
    """A new message; or, where it ``replaces`` the one of its id, what that was meant to be once it is believed."""

    entry: Entry
    attachments: tuple[Attachment, ...] = ()
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class SetKind:
    """Lets a held entry in (`#admit`), or makes it a note."""

    entry_id: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class AddTag:
    ticket_id: int
    tag: str


@dataclass(frozen=True, slots=True)
class RemoveTag:
    ticket_id: int
    tag: str


@dataclass(frozen=True, slots=True)
class AddParticipant:
    ticket_id: int
    participant: Participant


@dataclass(frozen=True, slots=True)
class RemoveParticipant:
    """Their reply address dies with it."""

    ticket_id: int
    email: str


@dataclass(frozen=True, slots=True)
class SetRequester:
    """The ticket is this person's, who is on it from now on; who it was until now is not any more."""

    ticket_id: int
    participant: Participant


@dataclass(frozen=True, slots=True)
class LinkTickets:
    ticket_id: int
    other_id: int
    kind: str  # follow_up, relates, duplicates, blocks, split


@dataclass(frozen=True, slots=True)
class UnlinkTickets:
    ticket_id: int
    other_id: int
    kind: str


@dataclass(frozen=True, slots=True)
class MergeTickets:
    """All that is on the first goes to the second, people and their reply addresses too; the first stays as a sign."""

    ticket_id: int
    into: int


@dataclass(frozen=True, slots=True)
class MoveEntries:
    """These messages, and what was mailed of them, stand on another ticket from now on."""

    entry_ids: tuple[int, ...]
    from_id: int
    to_id: int


@dataclass(frozen=True, slots=True)
class Watch:
    ticket_id: int
    agent: str
    on: bool = True


@dataclass(frozen=True, slots=True)
class SetAbsence:
    """An agent is away until then (None: until `#back`); not ``on``: they are back."""

    agent: str
    until: datetime | None = None
    on: bool = True


@dataclass(frozen=True, slots=True)
class TakeTurn:
    """The agent's turn in their team is over: the next ticket is the next one's."""

    team: str
    agent: str


@dataclass(frozen=True, slots=True)
class AddInquiry:
    inquiry: Inquiry


@dataclass(frozen=True, slots=True)
class AddFaq:
    """A question that is often asked, with its answer, from a ticket."""

    ticket_id: int
    language: str
    question: str
    answer: str
    agent: str


@dataclass(frozen=True, slots=True)
class StandFrequent:
    """Of the questions that templates answer, exactly these can be found."""

    frequent: tuple[Frequent, ...]


@dataclass(frozen=True, slots=True)
class RenewKey:
    """Another secret signs agents' addresses; those of which another one took the place before then are forgotten."""

    secret: bytes
    replaced_before: datetime


@dataclass(frozen=True, slots=True)
class KeepUsual:
    """How long a first answer usually takes at this hour, in minutes; None: nobody can tell."""

    minutes: int | None
    until: datetime


@dataclass(frozen=True, slots=True)
class Rate:
    """A customer's rating; it takes the place of an earlier one of the same ticket."""

    ticket_id: int
    score: int
    scale: int = 5
    comment: str = ""


@dataclass(frozen=True, slots=True)
class RecordEvent:
    ticket_id: int
    kind: str
    data: Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True)
class QueueMail:
    """One mail to one recipient, complete: these bytes are what is sent, however often.

    ``envelope_from`` is "" for the null sender. ``not_before`` holds it back (`undo_window`).
    """

    raw: bytes
    message_id: str
    envelope_from: str
    envelope_to: str
    purpose: Purpose
    ticket_id: int | None = None
    entry_id: int | None = None
    agent: str | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class DropMails:
    """Mails of ours that did not leave yet, and never shall; those that have left stay as they are."""

    outbox_ids: tuple[int, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Defer:
    deferred: Deferred


@dataclass(frozen=True, slots=True)
class Release:
    """A deferred mail's time is this."""

    deferred_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Forget:
    """A deferred mail will never be carried out, or has been."""

    deferred_id: int


class TimerKind(StrEnum):
    FIRST_REPLY_WARN = "first_reply_warn"
    FIRST_REPLY_DUE = "first_reply_due"
    NEXT_REPLY_WARN = "next_reply_warn"
    NEXT_REPLY_DUE = "next_reply_due"
    SOLVE_WARN = "solve_warn"
    SOLVE_DUE = "solve_due"
    DUE_WARN = "due_warn"
    DUE = "due"
    ESCALATE = "escalate"  # after a breach, as the rules say
    SNOOZE = "snooze"
    REMIND = "remind"  # an agent's own
    NUDGE = "nudge"  # a customer does not answer
    CLOSE = "close"  # solved for long enough
    DIGEST = "digest"  # per agent, or per team ("team:billing"); no ticket
    WEEKLY = "weekly"  # per lead; no ticket
    RECUR = "recur"  # ``agent`` holds the name of the recurring ticket
    RATING = "rating"  # the customer is asked how it was
    KEY = "key"  # each quarter: another key signs agents' addresses; no ticket
    USUAL = "usual"  # each hour: how long a first answer usually takes; no ticket
    GATHER = "gather"  # one mail with the notices beyond notice_limit; per agent, no ticket
    HUSH = "hush"  # until then no alarm that the cap on auto-replies was reached: by ``label``'s mailbox, or anybody


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Due work, as a row. There is one of a kind, ticket, agent and label: a new one replaces it.

    A reminder of a ticket that names an ``agent`` is that agent's alone.
    """

    kind: TimerKind
    at: datetime
    ticket_id: int | None = None
    agent: str | None = None
    label: str = ""  # tells timers of a kind apart: the rule of an ESCALATE, the words of a REMIND


@dataclass(frozen=True, slots=True)
class StandTimers:
    """Of these kinds, and of no ticket, exactly these timers stand. One that is due stays until it has fired."""

    kinds: tuple[TimerKind, ...]
    timers: tuple[SetTimer, ...]


@dataclass(frozen=True, slots=True)
class CancelTimers:
    ticket_id: int
    kinds: tuple[TimerKind, ...]
    label: str | None = None  # None: whatever their labels


@dataclass(frozen=True, slots=True)
class GatherNotice:
    """A notice beyond the agent's limit: kept until their gather timer mails them together."""

    agent: str
    ticket_id: int
    entry_id: int


@dataclass(frozen=True, slots=True)
class TakeGathered:
    """An agent's gathered notices, up to this one, are in the mail now."""

    agent: str
    up_to: int


@dataclass(frozen=True, slots=True)
class FailMail:
    """A mail of ours came back: its outbox row says so, whatever it said before."""

    outbox_id: int
    error: str


@dataclass(frozen=True, slots=True)
class LandCanary:
    """A canary has come round."""

    outbox_id: int


@dataclass(frozen=True, slots=True)
class RaiseAlarm:
    """The admins are told of something that concerns the whole desk."""

    title: str
    details: str


Step = (
    CreateTicket
    | SetField
    | AddEntry
    | SetKind
    | AddTag
    | RemoveTag
    | AddParticipant
    | RemoveParticipant
    | SetRequester
    | LinkTickets
    | UnlinkTickets
    | MergeTickets
    | MoveEntries
    | Watch
    | SetAbsence
    | TakeTurn
    | AddInquiry
    | AddFaq
    | StandFrequent
    | KeepUsual
    | RenewKey
    | Rate
    | RecordEvent
    | QueueMail
    | SetTimer
    | StandTimers
    | CancelTimers
    | GatherNotice
    | TakeGathered
    | FailMail
    | DropMails
    | LandCanary
    | Defer
    | Release
    | Forget
    | RaiseAlarm
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a mail, a timer or a command leads to: applied whole, in one transaction, or not at all."""

    verdict: Verdict
    actor: str  # an agent's id, a customer's address, "desk", "admin"
    steps: tuple[Step, ...] = ()
    reasons: tuple[Reason, ...] = ()
    ticket_id: int | None = None
    how: str = ""  # how the ticket was found: token, reference, tag, new
    problems: tuple[Problem, ...] = ()

    @property
    def reason(self) -> str:
        return "; ".join(reason.text for reason in self.reasons)


# --- due work --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Timer:
    id: int
    kind: TimerKind
    at: datetime
    ticket_id: int | None
    agent: str | None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Gathered:
    """One notice that waits to be mailed together with others."""

    id: int
    ticket: Ticket
    entry: Entry
