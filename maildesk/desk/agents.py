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
from maildesk.mail import html, parse
from maildesk.mail.compose import ComposeError
from maildesk.mail.render import CannedIncomplete, CannedMissing, Unrenderable
from maildesk.mail.slots import Words
from maildesk.model import (
    AddEntry,
    Address,
    Attachment,
    CancelTimers,
    Field,
    Kind,
    Mail,
    Plan,
    Problem,
    Purpose,
    Reason,
    RecordEvent,
    SetField,
    Status,
    Step,
    Ticket,
    Verdict,
)

_ROOM = 50 * 2**20  # octets of an agent's attachments in one answer


def agent_mail(case: Case, authority: Authority) -> Plan:
    """By rank: acts, is kept as an unverified note, or changes nothing."""
    if authority.rank is Rank.VOID or authority.agent is None:
        return Plan(Verdict.IGNORED, case.mail.author.email or "unknown", reasons=(authority.reason,))
    if authority.rank is Rank.UNPROVEN:
        return _unverified(case, authority, authority.agent)
    if case.mail.automatic:
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
    if not case.history and not case.mail.automatic and _may_tell(case, agent):
        values = {"why": authority.reason.text, "words": Words(case.words)}
        parcel = replace(_parcel(case, agent, Purpose.HELD, values), entry_id=entry_id, in_reply_to="")
        steps.append(letters.to_agent(customers.desk(case, ticket), agent, ticket, parcel))
    actor = case.mail.author.email or "unknown"
    return Plan(Verdict.HELD, actor, tuple(steps), (authority.reason,), ticket.id if ticket else None, "token")


def _may_tell(case: Case, agent: Agent) -> bool:
    """An agent, too, can be bombed through us: within their limit of notices only."""
    return case.facts.notices.get(agent.id, 0) < case.policy.config.desk.notice_limit.count


def _absence(case: Case, authority: Authority, agent: Agent) -> Plan:
    """An agent's out-of-office message: kept for agents, and answered by nobody."""
    reason = Reason("automatic", f"a machine wrote it ({case.mail.automatic})")
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
    private: bool

    @property
    def speaks(self) -> bool:
        """Commands alone send nobody anything."""
        return bool(self.words) or self.effects.canned is not None

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
    if case.mail.reply.doubtful and (block.commands or block.troubles):
        why = f"It is not sure where your own words end ({case.mail.reply.doubtful}), so no command was carried out."
        return _refused(case, authority, agent, why)
    effects, troubles = carry_out(block, desk, agent.id, agent, authority.ticket)
    if troubles:
        return _refused(case, authority, agent, grammar.transcript(troubles))
    if authority.ticket is None:
        return _without_ticket(case, authority, agent, effects)
    private = effects.private or authority.kind is AddressKind.NOTE
    if block.suspicious and not private:
        why = f"{block.suspicious[0].strip()!r} stands among your words and may be meant as a command. Commands go to"
        return _refused(
            case, authority, agent, f"{why} the top; a line with #end above your words says that it is none."
        )
    draft = _Draft(agent, authority.ticket, block.words.strip(), block.lines, effects, private)
    try:
        steps = tuple(_steps(case, draft))
    except (ComposeError, CannedMissing, CannedIncomplete, Unrenderable) as error:
        return _refused(case, authority, agent, str(error))
    verdict = Verdict.AGENT_REPLY if draft.speaks and not private else Verdict.NOTE
    done = tuple(Reason("command", command.source.strip()) for command in block.commands)
    return Plan(verdict, agent.id, steps, (authority.reason, *done), draft.ticket.id, "token")


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
    yield from tell_assigned(desk, draft.after, draft.effects, draft.agent.id)


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
    source = case.mail.reply.html
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
    people = [p for p in ticket.participants if "@" in p.email and not p.email.endswith("@invalid")]
    if not people:
        raise ComposeError("This ticket has no address to answer to; #note keeps your words on it.")
    parcel = Parcel(
        Purpose.REPLY,
        ticket.language,
        {"words": said},
        notices.enclose(case.mail.raw, _own_files(case.mail), said.html, _ROOM),
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
        yield from change(ticket, Status.PENDING, case.moment)


def _own_files(mail: Mail) -> tuple[Attachment, ...]:
    """What the agent attached. Images that only the quoted part shows are not theirs to send."""
    shown = mail.reply.html or ""
    return tuple(a for a in mail.attachments if not a.inline or not a.content_id or f"cid:{a.content_id}" in shown)


def _tell_colleagues(case: Case, draft: _Draft, entry: AddEntry) -> Iterator[Step]:
    """The assignee hears what another agent wrote on their ticket."""
    assignee = case.policy.config.agent(draft.after.assignee)
    if assignee is None or assignee.id in (draft.agent.id, draft.effects.given_to):
        return
    news = News(
        ticket=draft.after,
        entry=entry.entry,
        reason="note" if draft.private else "agent_answer",
        author=Address(draft.agent.name, draft.agent.email),
        proof=case.authentication.proof,
        attachments=entry.attachments,
        raw=case.mail.raw,
    )
    yield from notices.tell(customers.desk(case, draft.ticket), [assignee], news)


def tell_assigned(desk: letters.Desk, ticket: Ticket, effects: Effects, actor: str) -> Iterator[Step]:
    """Whoever was given the ticket gets the customer's last words, with their files."""
    given, last = desk.policy.config.agent(effects.given_to), desk.facts.entry
    if given is None or given.id == actor or last is None:
        return
    raw = desk.facts.entry_raw
    files = parse.read(raw).attachments if raw else ()
    news = News(
        ticket, last, "assigned", Address(letters.author_name(ticket, last), last.author), attachments=files, raw=raw
    )
    yield from notices.tell(desk, [given], news)


# --- what only the agent hears ---------------------------------------------------------------------------


def _parcel(case: Case, agent: Agent, purpose: Purpose, values: dict[str, object]) -> Parcel:
    language = case.policy.language_of(agent)
    return Parcel(purpose, language, values, in_reply_to=case.mail.message_id)


def _refused(case: Case, authority: Authority, agent: Agent, transcript: str) -> Plan:
    """Nothing was applied, nothing went to the customer; the agent gets their words back, to resend."""
    own = case.mail.reply.text.strip()
    whole = f"{transcript}\n\n{'-' * 20}\n{own}" if own else transcript
    values: dict[str, object] = {"transcript": Words(whole, preformatted=True)}
    letter = letters.to_agent(
        customers.desk(case, authority.ticket),
        agent,
        authority.ticket,
        _parcel(case, agent, Purpose.COMMAND_ERROR, values),
    )
    reason = Reason("command_error", f"nothing was done: {transcript.splitlines()[0] if transcript else 'an error'}")
    ticket_id = authority.ticket.id if authority.ticket else None
    problem = Problem("commands", transcript)
    return Plan(Verdict.NOTE, agent.id, (letter,), (authority.reason, reason), ticket_id, "token", (problem,))


def _without_ticket(case: Case, authority: Authority, agent: Agent, effects: Effects) -> Plan:
    """Sent to the agent's desk address: commands that need no ticket, or help."""
    letter = letters.to_agent(customers.desk(case), agent, None, _parcel(case, agent, Purpose.HELP, help_values()))
    why = "asked for help" if effects.help else "no ticket is named: the agent gets the list of commands"
    return Plan(Verdict.NOTE, agent.id, (letter,), (authority.reason, Reason("help", why)))
