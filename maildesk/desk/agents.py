"""What an agent's mail leads to: commands carried out, an answer to the customer, a private note.

All or nothing: the block of commands is validated whole, and the answer goes with it or not at
all. On any trouble the agent alone hears of it, with the line, a caret and the nearest command.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from maildesk.config import Agent
from maildesk.desk import customers, letters, notices, privacy, reminders
from maildesk.desk.addresses import AddressKind
from maildesk.desk.authority import Authority, Rank
from maildesk.desk.case import Case
from maildesk.desk.commands import grammar, markup
from maildesk.desk.commands.effects import Effects, after
from maildesk.desk.commands.status import change
from maildesk.desk.commands.table import BY_NAME, carry_out, help_values
from maildesk.desk.letters import Parcel
from maildesk.desk.notices import News
from maildesk.mail import html, parse, trim
from maildesk.mail.compose import ComposeError, sendable
from maildesk.mail.render import CannedIncomplete, CannedMissing, Unrenderable
from maildesk.mail.slots import Words
from maildesk.model import (
    AddEntry,
    Address,
    Attachment,
    CancelTimers,
    Field,
    Kind,
    Plan,
    Problem,
    Proof,
    Purpose,
    Reason,
    RecordEvent,
    SetField,
    Status,
    Step,
    Ticket,
    Verdict,
)

_ANSWERS = 20  # of our own words to one agent, an hour; more than that is a robot talking to us
_REPLIES = 30  # answers on one ticket, an hour: two robots would go on for ever
_ROOM = 50 * 2**20  # octets of an agent's attachments in one answer


def agent_mail(case: Case, authority: Authority) -> Plan:
    """By rank: acts, is kept as an unverified note, or changes nothing."""
    if authority.rank is Rank.VOID or authority.agent is None:
        return Plan(Verdict.IGNORED, case.mail.author.email or "unknown", reasons=(authority.reason,))
    if authority.rank is Rank.UNPROVEN:
        return _unverified(case, authority, authority.agent)
    if case.automatic:
        return _absence(case, authority, authority.agent)
    return _act(case, authority, authority.agent)


# --- who may not act -----------------------------------------------------------------------------------


def _unverified(case: Case, authority: Authority, agent: Agent) -> Plan:
    """Kept as a note that reached nobody; the agent's registered address is told, and how to go on."""
    ticket, steps = authority.ticket, list[Step]()
    entry_id: int | None = None
    if ticket is not None:
        entry = customers.add_entry(case, ticket.id, Kind.HELD)
        data: dict[str, str | int | None] = {"message": entry.entry.id, "from": case.mail.author.email}
        data["rule"] = authority.reason.rule
        steps += [entry, RecordEvent(ticket.id, "unverified", data)]
        entry_id = entry.entry.id
    if not case.automatic and _may_tell(case, agent):
        values = {"why": authority.reason.text, "words": Words(case.words)}
        parcel = replace(_parcel(case, agent, Purpose.HELD, values), entry_id=entry_id, in_reply_to="")
        steps.append(letters.to_agent(customers.desk(case, ticket), agent, ticket, parcel))
    actor = case.mail.author.email or "unknown"
    return Plan(Verdict.HELD, actor, tuple(steps), (authority.reason,), ticket.id if ticket else None, "token")


def _may_tell(case: Case, agent: Agent) -> bool:
    """An agent, too, can be bombed through us, and may have a robot: so many answers of ours an hour."""
    return case.facts.answers.get(agent.id, 0) < _ANSWERS


def _absence(case: Case, authority: Authority, agent: Agent) -> Plan:
    """An agent's out-of-office message: kept for agents, and answered by nobody."""
    reason = Reason("automatic", f"a machine wrote it ({case.automatic})")
    if authority.ticket is None:
        return Plan(Verdict.IGNORED, agent.id, reasons=(reason,))
    entry = customers.add_entry(case, authority.ticket.id, Kind.AUTO)
    return Plan(Verdict.NOTE, agent.id, (entry,), (authority.reason, reason), authority.ticket.id, "token")


# --- who acts ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Draft:
    """An agent's mail, read: who, where, the words for people, and what the commands asked for."""

    agent: Agent
    ticket: Ticket
    words: str
    lines: tuple[str, ...]
    effects: Effects
    files: tuple[Attachment, ...]
    private: bool

    @property
    def speaks(self) -> bool:
        """Commands alone send nobody anything."""
        return bool(self.words or self.files) or self.effects.canned is not None

    @property
    def after(self) -> Ticket:
        """The ticket as the commands and the answer leave it."""
        changed = after(self.ticket, self.effects.steps)
        if not self.speaks or self.private:
            return changed
        status = changed.status if self.effects.status else Status.PENDING
        return replace(changed, status=status, revision=changed.revision + 1)


def _act(case: Case, authority: Authority, agent: Agent) -> Plan:
    block = grammar.parse(case.mail.reply.text, tuple(BY_NAME))
    desk = customers.desk(case, authority.ticket)
    if authority.ticket is not None and (why := _unclear(case, block, authority.kind)):
        return _refused(case, authority, agent, why)
    effects, troubles = carry_out(block, desk, agent.id, agent, authority.ticket)
    if troubles:
        return _refused(case, authority, agent, grammar.transcript(troubles))
    if authority.ticket is None:
        return _without_ticket(case, authority, agent, effects, block.words.strip())
    private = effects.private or authority.kind is AddressKind.NOTE
    if block.suspicious and not private:
        why = f"{block.suspicious[0].strip()!r} stands among your words and may be meant as a command. Commands go to"
        return _refused(
            case, authority, agent, f"{why} the top; a line with #end above your words says that it is none."
        )
    if case.facts.replies >= _REPLIES and not private:
        return _refused(
            case, authority, agent, "More answers went out on this ticket within an hour than a person writes."
        )
    words, files = block.words.strip(), _own_files(case)
    draft = _Draft(agent, authority.ticket, words, block.lines, effects, files, private)
    try:
        steps = tuple(_steps(case, draft))
    except (ComposeError, CannedMissing, CannedIncomplete, Unrenderable) as error:
        return _refused(case, authority, agent, str(error))
    verdict = Verdict.AGENT_REPLY if draft.speaks and not private else Verdict.NOTE
    done = tuple(Reason("command", command.source.strip()) for command in block.commands)
    return Plan(verdict, agent.id, steps, (authority.reason, *done), draft.ticket.id, "token")


def _unclear(case: Case, block: grammar.Block, kind: AddressKind) -> str:
    """Why it is not sure what the agent wants to say, and to whom; "" when it is clear."""
    ended = any(line.strip().casefold() == "#end" for line in block.lines)  # "these are my words, all of them"
    private = kind is AddressKind.NOTE or any(command.verb == "note" for command in block.commands)
    doubt = case.mail.reply.doubtful
    if doubt and (block.commands or block.troubles or not private) and not ended:
        how = "Write above the line at the top; or begin with a line #end if all of the text is meant."
        return f"It is not sure where your own words end ({doubt}), so nothing was done. {how}"
    if not (block.words.strip() or block.commands or block.troubles or _own_files(case)):
        return "No words of yours were found: they belong above the line at the top, not below the quoted mail."
    return ""


def _steps(case: Case, draft: _Draft) -> Iterator[Step]:
    desk = customers.desk(case, draft.ticket)
    yield from draft.effects.steps
    if draft.effects.help:
        yield letters.to_agent(desk, draft.agent, draft.ticket, _parcel(case, draft.agent, Purpose.HELP, help_values()))
    if draft.speaks:
        said = _said(case, draft)
        entry = _entry(case, draft, said)
        yield entry
        if not draft.private:
            yield from _answer(case, draft, said, entry.entry.id)
        yield from _tell_colleagues(case, draft, entry)
    yield from tell_assigned(desk, draft.ticket, draft.after, draft.effects, draft.agent.id)


def _said(case: Case, draft: _Draft) -> Words:
    """What people get to read: the typed words, or the canned answer around or below them."""
    typed = Words(_clean(case, draft, draft.words), _markup(case, draft))
    wanted = draft.effects.canned
    if wanted is None:
        return typed
    desk = customers.desk(case, draft.ticket)
    return letters.canned(desk, draft.after, draft.agent, wanted.name, {**wanted.values, "words": typed})


def _markup(case: Case, draft: _Draft) -> str | None:
    """The typed words' HTML without the commands; None where it would not say the same as the text."""
    source = trim.html(case.mail)
    bare = markup.without_block(source, draft.lines) if source and draft.lines else source
    if not bare:
        return None
    shown = _clean(case, draft, html.sanitize(bare))
    same = html.to_text(shown).split() == _clean(case, draft, draft.words).split()
    return shown if same else None


def _clean(case: Case, draft: _Draft, text: str) -> str:
    """Private addresses and tokens taken out of what a customer will read."""
    return text if draft.private else privacy.redact(text, case.policy.config)


def _entry(case: Case, draft: _Draft, said: Words) -> AddEntry:
    kind = Kind.NOTE if draft.private else Kind.AGENT
    added = customers.add_entry(case, draft.ticket.id, kind, text=said.as_text())
    return replace(added, entry=replace(added.entry, author=draft.agent.id, html=said.html))


def _answer(case: Case, draft: _Draft, said: Words, entry_id: int) -> Iterator[Step]:
    """Everybody who is on the ticket gets the words, each in a mail of their own (THREATS T14)."""
    ticket = draft.ticket
    people = [p for p in ticket.participants if sendable(p.email) and not p.email.endswith("@invalid")]
    if not people:
        raise ComposeError("This ticket has no address to answer to; #note keeps your words on it.")
    if draft.effects.status is Status.SPAM:
        raise ComposeError("Spam is not answered; #note keeps your words among agents.")
    if privacy.quotes_notice(said.text, case.policy.config.desk):
        raise ComposeError("Your answer quotes a notice of the desk, which is for agents; take the quote out.")
    if line := privacy.repeats(said.text, case.facts.private):
        raise ComposeError(f"Your answer holds words of a private note or of a held mail: {line[:80]!r}.")
    parcel = Parcel(
        Purpose.REPLY,
        ticket.language,
        {"words": said},
        notices.enclose(case.mail.raw, draft.files, said.html, _ROOM),
        entry_id,
        in_reply_to=case.facts.entry.message_id if case.facts.entry else "",
        not_before=letters.hold(case.policy, case.moment.now),
    )
    for person in people:
        yield letters.to_customer(customers.desk(case, ticket), draft.after, person, parcel, draft.agent)
    if ticket.first_reply_at is None:
        yield SetField(ticket.id, Field.FIRST_REPLY_AT, case.moment.now)
        yield CancelTimers(ticket.id, reminders.FIRST_REPLY)
    if draft.effects.status is None:
        yield from change(ticket, Status.PENDING, case.moment, case.policy.config)


def _own_files(case: Case) -> tuple[Attachment, ...]:
    """What the agent attached. Images of the mail that is quoted below are not theirs to send."""
    mail = case.mail
    if not any(a.inline and a.content_id for a in mail.attachments):
        return mail.attachments
    shown = trim.html(mail)
    if shown is not None:
        return tuple(a for a in mail.attachments if not a.inline or not a.content_id or f"cid:{a.content_id}" in shown)
    quoted = case.facts.entry_raw
    known = parse.read(quoted).attachments if quoted else ()
    theirs = {parse.attachment(quoted, a.part) for a in known if a.inline}
    return tuple(a for a in mail.attachments if not a.inline or parse.attachment(mail.raw, a.part) not in theirs)


def _tell_colleagues(case: Case, draft: _Draft, entry: AddEntry) -> Iterator[Step]:
    """The assignee hears what another agent wrote; of a note on nobody's ticket, all who are told of the ticket."""
    audience = case.policy.told_of(draft.after) if draft.after.assignee or draft.private else ()
    given = None if draft.private else draft.effects.given_to  # who is given the ticket gets a notice of their own
    told = [agent for agent in audience if agent.id not in (draft.agent.id, given)]
    news = News(
        ticket=draft.after,
        entry=entry.entry,
        reason="note" if draft.private else "agent_answer",
        author=Address(draft.agent.name, draft.agent.email),
        proof=Proof.PROVEN,  # their address and their From
        attachments=entry.attachments,
        raw=case.mail.raw,
    )
    yield from notices.tell(customers.desk(case, draft.ticket), told, news)


def tell_assigned(desk: letters.Desk, before: Ticket, ticket: Ticket, effects: Effects, actor: str) -> Iterator[Step]:
    """Whoever was given the ticket, agent or team, gets the customer's last words, with their files."""
    last, config = desk.facts.entry, desk.policy.config
    agents: list[Agent] = []
    if ticket.assignee == effects.given_to != before.assignee:
        agents = [agent for agent in config.agents if agent.id == effects.given_to]
    elif ticket.team == effects.given_to_team != before.team and ticket.assignee is None:
        agents = [agent for agent in config.agents if effects.given_to_team in agent.teams]
    agents = [agent for agent in agents if agent.id != actor]
    if not agents or last is None:
        return
    reason = "team" if ticket.assignee is None else "assigned"
    raw = desk.facts.entry_raw
    files = parse.read(raw).attachments if raw else ()
    author = Address(letters.author_name(ticket, last), last.author)
    news = News(ticket, last, reason, author, Proof.PROVEN, files, raw)  # how sure we are was told before
    yield from notices.tell(desk, agents, news)


_TOO_MANY = "the agent has had too many answers of ours within an hour, and is not told"


# --- what only the agent hears ---------------------------------------------------------------------------


def _parcel(case: Case, agent: Agent, purpose: Purpose, values: dict[str, object]) -> Parcel:
    language = case.policy.language_of(agent)
    return Parcel(purpose, language, values, in_reply_to=case.mail.message_id)


def _refused(case: Case, authority: Authority, agent: Agent, transcript: str) -> Plan:
    """Nothing was applied, nothing went to the customer; the agent gets their words back, to resend."""
    own = case.mail.reply.text.strip()
    whole = f"{transcript}\n\n{'-' * 20}\n{own}" if own else transcript
    values: dict[str, object] = {"transcript": Words(whole, preformatted=True)}
    parcel = _parcel(case, agent, Purpose.COMMAND_ERROR, values)
    told: tuple[Step, ...] = ()
    if _may_tell(case, agent):
        told = (letters.to_agent(customers.desk(case, authority.ticket), agent, authority.ticket, parcel),)
    reason = Reason("command_error", f"nothing was done: {transcript.splitlines()[0] if transcript else 'an error'}")
    ticket_id = authority.ticket.id if authority.ticket else None
    problem = Problem("commands", transcript)
    reasons = (authority.reason, reason, *(() if told else (Reason("too_many", _TOO_MANY),)))
    return Plan(Verdict.NOTE, agent.id, told, reasons, ticket_id, "token", (problem,))


def _without_ticket(case: Case, authority: Authority, agent: Agent, effects: Effects, words: str) -> Plan:
    """Sent to the agent's desk address: commands that need no ticket, or help. Words for people come back."""
    if words:
        why = "This address belongs to no ticket, so your words went to nobody. Answer a notice of the ticket you mean."
        return _refused(case, authority, agent, why)
    if not _may_tell(case, agent):
        return Plan(Verdict.NOTE, agent.id, reasons=(authority.reason, Reason("too_many", _TOO_MANY)))
    letter = letters.to_agent(customers.desk(case), agent, None, _parcel(case, agent, Purpose.HELP, help_values()))
    why = "asked for help" if effects.help else "no ticket is named: the agent gets the list of commands"
    return Plan(Verdict.NOTE, agent.id, (letter,), (authority.reason, Reason("help", why)))
