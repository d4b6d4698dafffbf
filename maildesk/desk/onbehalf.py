"""A ticket that an agent opens for somebody else: a call, a letter (`#from` without a ticket), a forwarded mail.

The words are that person's, and the ticket is as if they had written; but that they did only the agent says, so no
machine answers them, and nothing is mailed to them. The agent's commands are carried out on the ticket as it is
going to be, all of them or none. With `#note` the words of a call are the agent's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from maildesk.config import Agent
from maildesk.desk import answers, colleagues, customers, notices
from maildesk.desk.authority import Authority
from maildesk.desk.case import Case
from maildesk.desk.commands import guests
from maildesk.desk.commands.effects import Effects, Said, after
from maildesk.desk.commands.grammar import Block, transcript
from maildesk.desk.commands.table import carry_out
from maildesk.desk.notices import News
from maildesk.desk.origins import Origin
from maildesk.desk.promises import OVER
from maildesk.desk.transcripts import CANNOT, refused
from maildesk.mail import language
from maildesk.mail.slots import Words
from maildesk.model import (
    AddEntry,
    Address,
    Attachment,
    Kind,
    LinkTickets,
    Plan,
    Proof,
    Reason,
    Reply,
    Step,
    TakeTurn,
    Ticket,
    Verdict,
)

_NOBODY = Address("", "unknown@invalid")  # until `#from` is written right


@dataclass(frozen=True, slots=True)
class Opening:
    """An agent's mail that opens a ticket for somebody; ``theirs`` is the case as if that person had written."""

    agent: Agent
    block: Block  # the agent's commands and words
    theirs: Case
    why: Reason
    files: Sequence[Attachment]
    note: str = ""  # the agent's words, where the person's stand apart from them
    forwards: bool = False

    @property
    def linked(self) -> Ticket | None:
        """It is always a ticket of its own, linked to one that the agent's mail names."""
        return self.theirs.facts.by_reference or self.theirs.facts.by_tag

    @property
    def words(self) -> str:
        """The agent's: of a call they are what the person said, too."""
        return self.note if self.forwards else self.block.words.strip()


def asked(block: Block) -> bool:
    return any(command.verb == "from" for command in block.commands)


def as_theirs(case: Case, who: Address, agent: Agent, rule: str) -> Case:
    """The case as if this person had written the mail; its octets stay the agent's, and its Message-ID is unknown."""
    mail = replace(
        case.mail,
        message_id="",
        in_reply_to=(),
        references=(),
        from_=(who,),
        sender=case.mail.from_,
        reply_to=(),
        to=(),
        cc=(),
        spam="",
    )
    unproven = replace(case.authentication, proof=Proof.UNPROVEN, reason=f"only {agent.id} says who wrote it")
    origin = Origin(rule, case.mail.author, who, forwarded=True)
    return replace(case, mail=mail, origin=origin, authentication=unproven, routed=None)


def open(case: Case, claimed: Authority, agent: Agent, block: Block) -> Plan:
    """The words below `#from` open a ticket for the person that it names."""
    words, files = block.words.strip(), answers.own_files(case)
    who = guests.requester(block.commands, case.policy.config) or _NOBODY
    theirs = as_theirs(case, who, agent, "from")
    said = replace(theirs.mail, text=words, html=None, reply=Reply(words), language=language.detect(words))
    why = Reason("on_behalf", f"{agent.id} opens it for {who.email}")
    opening = Opening(agent, block, replace(theirs, mail=replace(said, attachments=files)), why, files)
    if not (words or files):
        return refused(case, claimed, agent, "The words below #from are what they said or wrote: there are none.")
    return carried_out(case, claimed, opening)


def carried_out(case: Case, claimed: Authority, opening: Opening) -> Plan:
    """The ticket with the agent's commands carried out on it; or why not, and nothing is done."""
    agent, block, opened = opening.agent, opening.block, customers.prospect(opening.theirs)
    effects, troubles = carry_out(block, customers.desk(opening.theirs), agent.id, agent, opened.ticket)
    if troubles:
        return refused(case, claimed, agent, transcript(troubles))
    if why := _unfit(effects, block):
        return refused(case, claimed, agent, why)
    try:
        steps = tuple(_steps(opening, opened, effects))
    except CANNOT as error:
        return refused(case, claimed, agent, str(error))
    done = (Reason("command", line) for line in block.called)
    silent = Reason("no_auto_reply", "no auto-reply: that they wrote to us only the agent says")
    reasons = (claimed.reason, opening.why, *opened.reasons, silent, *done)
    return Plan(Verdict.NEW_TICKET, agent.id, steps, tuple(dict.fromkeys(reasons)), opened.ticket.id, "new")


def _unfit(effects: Effects, block: Block) -> str:
    """What makes no sense before there is a ticket; "" where all does."""
    if effects.send or effects.undo or effects.later or effects.preview or effects.confirm or effects.help:
        return "One of these commands needs a ticket: open it first, then answer its notice."
    if effects.canned is not None:
        return "Nothing is mailed to whom a ticket is opened for: open it first, then answer its notice."
    if block.suspicious and not effects.private:
        line = block.suspicious[0].strip()
        return f"{line!r} stands among the words and may be meant as a command: those go to the top."
    return ""


# --- what is done ------------------------------------------------------------------------------------------


def _steps(opening: Opening, opened: customers.Prospect, effects: Effects) -> Iterator[Step]:
    case, agent = opening.theirs, opening.agent
    desk, ticket = customers.desk(case), after(opened.ticket, effects.steps)
    for step in opened.steps:
        if not isinstance(step, TakeTurn) or ticket.assignee == opened.ticket.assignee:
            yield step  # nobody's turn is over where the agent says whose it is
    first, *more = entries = _entries(opening, ticket, effects)
    yield from entries
    if opening.linked is not None:
        yield LinkTickets(ticket.id, opening.linked.id, "relates")
    yield from effects.steps
    files = notices.enclose(case.mail.raw, opening.files, None, desk.policy.config.desk.notice_max_size)
    on, private = entries[-1].entry.id, bool(more) or first.entry.kind is Kind.NOTE
    said = Said(desk, agent, ticket, Words(opening.words), files, on, private=private, inbox_id=case.inbox_id)
    yield from answers.deeds(effects, said, len(entries))
    for last in effects.last:
        yield from last(ticket)
    yield from _tell(opening, ticket, entries)


def _entries(opening: Opening, ticket: Ticket, effects: Effects) -> list[AddEntry]:
    """The person's words, and the agent's own if they stand apart; or the agent's alone, of a call."""
    case, agent = opening.theirs, opening.agent
    if effects.private and not opening.forwards:
        return [_own(customers.add_entry(case, ticket.id, Kind.NOTE), agent, 0)]
    theirs = replace(customers.add_entry(case, ticket.id, Kind.CUSTOMER), attachments=tuple(opening.files))
    if not opening.note:
        return [theirs]
    return [theirs, _own(customers.add_entry(case, ticket.id, Kind.NOTE, text=opening.note), agent, 1)]


def _own(added: AddEntry, agent: Agent, number: int) -> AddEntry:
    """A note of the agent's; where it stands below the person's words, these have the files."""
    entry = replace(added.entry, id=added.entry.id + number, author=agent.id)
    return replace(added, entry=entry, attachments=() if number else added.attachments)


def _tell(opening: Opening, ticket: Ticket, entries: Sequence[AddEntry]) -> Iterator[Step]:
    """As of any new ticket, and whom a note mentions; but of a call not who took it, as long as anybody else hears."""
    case, agent, added = opening.theirs, opening.agent, entries[0]
    if ticket.status in OVER:
        return
    agents = case.policy.told_of(ticket, case.facts.away)
    if not opening.forwards and ticket.assignee != agent.id:
        agents = tuple(each for each in agents if each.id != agent.id) or agents
    note = entries[-1].entry.text if entries[-1].entry.kind is Kind.NOTE else ""
    named = colleagues.mentioned(note, case.policy.config.agents)
    agents = (*agents, *(each for each in named if each not in agents and each.id != agent.id))
    public = added.entry.kind is Kind.CUSTOMER
    author = case.mail.author if public else Address(agent.name, agent.email)
    proof = Proof.UNPROVEN if public else Proof.PROVEN
    told = replace(ticket, revision=int(public))
    news = News(told, added.entry, "new", author, proof, added.attachments, case.mail.raw)
    yield from notices.tell(customers.desk(case), agents, news)
