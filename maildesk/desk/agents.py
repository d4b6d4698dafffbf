"""What an agent's mail leads to: commands carried out, an answer to the customer, a private note.

All or nothing: the block of commands is validated whole, and the answer goes with it or not at
all. On any trouble the agent alone hears of it, with the line, a caret and the nearest command.
"""

from __future__ import annotations

from dataclasses import replace

from maildesk.config import Agent
from maildesk.desk import customers, letters
from maildesk.desk.addresses import AddressKind
from maildesk.desk.answers import Draft, own_files, steps
from maildesk.desk.authority import Authority, Rank
from maildesk.desk.case import Case
from maildesk.desk.commands import grammar
from maildesk.desk.commands.effects import Effects
from maildesk.desk.commands.table import BY_NAME, carry_out, help_values
from maildesk.desk.letters import Parcel
from maildesk.mail.compose import ComposeError
from maildesk.mail.render import CannedIncomplete, CannedMissing, Unrenderable
from maildesk.mail.slots import Words
from maildesk.model import (
    Kind,
    Plan,
    Problem,
    Purpose,
    Reason,
    RecordEvent,
    Step,
    Verdict,
)

_ANSWERS = 20  # of our own words to one agent, an hour; more than that is a robot talking to us
_REPLIES = 30  # answers on one ticket, an hour: two robots would go on for ever


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
    words, files = block.words.strip(), own_files(case)
    draft = Draft(agent, authority.ticket, words, block.lines, effects, files, private)
    try:
        applied = tuple(steps(case, draft))
    except (ComposeError, CannedMissing, CannedIncomplete, Unrenderable) as error:
        return _refused(case, authority, agent, str(error))
    verdict = Verdict.AGENT_REPLY if draft.speaks and not private else Verdict.NOTE
    done = tuple(Reason("command", command.source.strip()) for command in block.commands)
    return Plan(verdict, agent.id, applied, (authority.reason, *done), draft.ticket.id, "token")


def _unclear(case: Case, block: grammar.Block, kind: AddressKind) -> str:
    """Why it is not sure what the agent wants to say, and to whom; "" when it is clear."""
    ended = any(line.strip().casefold() == "#end" for line in block.lines)  # "these are my words, all of them"
    private = kind is AddressKind.NOTE or any(command.verb == "note" for command in block.commands)
    doubt = case.mail.reply.doubtful
    if doubt and (block.commands or block.troubles or not private) and not ended:
        how = "Write above the line at the top; or begin with a line #end if all of the text is meant."
        return f"It is not sure where your own words end ({doubt}), so nothing was done. {how}"
    if not (block.words.strip() or block.commands or block.troubles or own_files(case)):
        return "No words of yours were found: they belong above the line at the top, not below the quoted mail."
    return ""


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
