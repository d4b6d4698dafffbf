"""What an agent who is believed does: commands carried out, an answer to the customer, a private note.

All or nothing: the block of commands is validated whole, and the answer goes with it or not at all. On any
trouble the agent alone hears of it, with the line, a caret and the nearest command.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from maildesk.config import Agent
from maildesk.desk import answers, collisions, customers, forms, letters, onbehalf, undoing
from maildesk.desk.addresses import AddressKind
from maildesk.desk.answers import Draft, own_files
from maildesk.desk.authority import Authority
from maildesk.desk.case import Case
from maildesk.desk.commands import grammar
from maildesk.desk.commands.effects import Effects, Said
from maildesk.desk.commands.grammar import Block
from maildesk.desk.commands.table import BY_NAME, carry_out, help_values, looks_alone
from maildesk.desk.transcripts import CANNOT, TOO_MANY, may_tell, parcel, refused
from maildesk.desk.when import say
from maildesk.mail.slots import Words
from maildesk.model import Defer, Deferred, Kind, Plan, Purpose, Reason, Release, SetKind, Step, Verdict, Wait

_REPLIES = 30  # answers on one ticket, an hour: two robots would go on for ever


def act(case: Case, claimed: Authority, agent: Agent) -> Plan:
    """Carries out an agent's mail, or lets it wait, or says why not."""
    if (filled := forms.answer(case, claimed, agent)) is not None:
        return filled
    block = _block(case)
    opens = claimed.ticket is None and onbehalf.asked(block)
    if (claimed.ticket is not None or opens) and (why := _unclear(case, block, claimed.kind)):
        return refused(case, claimed, agent, why)
    if opens:
        return onbehalf.open(case, claimed, agent, block)
    effects, troubles = carry_out(block, customers.desk(case, claimed.ticket), agent.id, agent, claimed.ticket)
    if troubles:
        return refused(case, claimed, agent, grammar.transcript(troubles))
    if claimed.ticket is None:
        return _without_ticket(case, claimed, agent, _Meant(block, effects))
    if effects.send or effects.undo:
        return _word(case, claimed, agent, _Meant(block, effects))
    return _on_ticket(case, claimed, _draft(case, claimed, agent, _Meant(block, effects)), block)


def _block(case: Case) -> Block:
    """The commands and the words. What waited for its time does not wait for it again."""
    block = grammar.parse(case.mail.reply.text, tuple(BY_NAME))
    if case.released is None:
        return block
    return replace(block, commands=tuple(command for command in block.commands if command.verb != "later"))


def _unclear(case: Case, block: Block, kind: AddressKind) -> str:
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


@dataclass(frozen=True, slots=True)
class _Meant:
    """A block and what it asks for."""

    block: Block
    effects: Effects


def _draft(case: Case, claimed: Authority, agent: Agent, meant: _Meant) -> Draft:
    assert claimed.ticket is not None
    private = meant.effects.private or claimed.kind is AddressKind.NOTE
    words, files = meant.block.words.strip(), own_files(case)
    return Draft(agent, claimed.ticket, words, meant.block.lines, meant.effects, files, private)


# --- on a ticket ------------------------------------------------------------------------------------------


def _on_ticket(case: Case, claimed: Authority, draft: Draft, block: Block) -> Plan:
    agent, effects = draft.agent, draft.effects
    if why := _unwise(case, draft, block):
        return refused(case, claimed, agent, why)
    answers_customer = draft.speaks and not draft.private
    if answers_customer and not effects.preview and collisions.stops(case, agent):
        return collisions.hold(case, claimed, agent, draft.ticket)
    try:
        steps = list(answers.steps(case, draft))
        if answers_customer and collisions.unsaid(case) and collisions.unseen(case):
            steps += collisions.keep_open(case, agent, draft.after)
    except CANNOT as error:
        return refused(case, claimed, agent, str(error))
    if effects.preview:
        return _previewed(case, claimed, draft, steps)
    if case.released is None and (effects.later is not None or effects.confirm):
        return _wait(case, claimed, draft)
    if case.released is not None and case.released.entry_id is not None and not draft.speaks:
        steps.append(SetKind(case.released.entry_id, Kind.NOTE))
    verdict = Verdict.AGENT_REPLY if answers_customer else Verdict.NOTE
    done = tuple(Reason("command", line) for line in block.called)
    return Plan(verdict, agent.id, tuple(steps), (claimed.reason, *done), draft.ticket.id, "token")


def _unwise(case: Case, draft: Draft, block: Block) -> str:
    """Why nothing should go out, though it could; "" when it should."""
    if draft.private and not draft.effects.heading:  # under which the words of #ask stand: they leave the desk
        return ""
    if block.suspicious:
        line = block.suspicious[0].strip()
        return (
            f"{line!r} stands among your words and may be meant as a command. Commands go to the top; a line with "
            "#end above your words says that it is none."
        )
    if why := collisions.gone(case, draft.ticket):
        return why
    if case.facts.replies >= _REPLIES:
        return "More answers went out on this ticket within an hour than a person writes."
    return ""


def _previewed(case: Case, claimed: Authority, draft: Draft, steps: list[Step]) -> Plan:
    """Nothing is done: the agent gets to read what would be."""
    agent = draft.agent
    told = replace(
        parcel(case, agent, Purpose.PREVIEW, answers.preview(draft, steps)), serial=case.inbox_id, in_reply_to=""
    )
    letter = letters.to_agent(customers.desk(case, draft.ticket), agent, draft.ticket, told)
    reason = Reason("preview", "nothing was done: the agent sees what would be")
    return Plan(Verdict.NOTE, agent.id, (letter,), (claimed.reason, reason), draft.ticket.id, "token")


def _wait(case: Case, claimed: Authority, draft: Draft) -> Plan:
    """It could be carried out, and waits: for its time, or for the agent's second word."""
    agent, ticket, effects = draft.agent, draft.ticket, draft.effects
    waits = Deferred(
        Wait.LATER,
        agent.id,
        case.inbox_id,
        ticket.id,
        None,
        ticket.revision,
        data=collisions.waits_for(claimed.kind, ticket),
    )
    if not effects.confirm:
        at = say(effects.later or case.moment.now, case.policy.config.zone(agent))
        reason = Reason("later", f"all of it waits until {at}, unless somebody writes first")
        steps: tuple[Step, ...] = (Defer(replace(waits, at=effects.later)),)
        return Plan(Verdict.NOTE, agent.id, steps, (claimed.reason, reason), ticket.id, "token")
    values: dict[str, object] = {"why": effects.confirm, "words": Words("\n".join(draft.lines), preformatted=True)}
    told = replace(parcel(case, agent, Purpose.CONFIRM, values), confirms=True, serial=case.inbox_id)
    letter = letters.to_agent(customers.desk(case, ticket), agent, ticket, told)
    secret = letters.fingerprint_of(letter)
    reason = Reason("confirm", f"the agent is asked once more: {effects.confirm}")
    steps = (letter, Defer(replace(waits, wait=Wait.CONFIRM, secret=secret)))
    return Plan(Verdict.NOTE, agent.id, steps, (claimed.reason, reason), ticket.id, "token")


# --- #send and #undo ---------------------------------------------------------------------------------------


def _word(case: Case, claimed: Authority, agent: Agent, meant: _Meant) -> Plan:
    """A word on what was done or waits: it stands alone, for what else stood there would be done in what order?"""
    ticket = claimed.ticket
    assert ticket is not None
    if len(meant.block.commands) > 1 or meant.block.words.strip():
        name = "#send" if meant.effects.send else "#undo"
        return refused(case, claimed, agent, f"{name} stands alone: nothing else belongs in its mail.")
    if meant.effects.undo:
        return undoing.undo(case, claimed, agent, ticket)
    if collisions.colleagues(case, agent):
        return collisions.hold_again(case, claimed, agent, ticket)
    waited = next(deferred for deferred in case.facts.deferred if deferred.wait is not Wait.FORM)
    reason = Reason("send", f"{agent.id} lets mail {waited.inbox_id} go")
    return Plan(
        Verdict.NOTE, agent.id, (Release(waited.id, case.moment.now),), (claimed.reason, reason), ticket.id, "token"
    )


# --- to the agent's desk address ----------------------------------------------------------------------------


def _without_ticket(case: Case, claimed: Authority, agent: Agent, meant: _Meant) -> Plan:
    """Commands that need no ticket, or help. Words for nobody come back; but below a look they are a signature."""
    effects, words = meant.effects, meant.block.words.strip()
    if words and not looks_alone(meant.block):
        why = "This address belongs to no ticket, so your words went to nobody. Answer a notice of the ticket you mean."
        return refused(case, claimed, agent, why)
    steps: list[Step] = list(effects.steps)
    said = Said(customers.desk(case), agent, None, Words(words), in_reply_to=case.mail.message_id)
    try:
        for deed in effects.deeds:
            steps += deed(said)
    except CANNOT as error:
        return refused(case, claimed, agent, str(error))
    if effects.help or not (steps or meant.block.commands):
        return _helped(case, claimed, agent, steps)
    done = tuple(Reason("command", line) for line in meant.block.called)
    return Plan(Verdict.NOTE, agent.id, tuple(steps), (claimed.reason, *done))


def _helped(case: Case, claimed: Authority, agent: Agent, steps: list[Step]) -> Plan:
    if not may_tell(case, agent):
        return Plan(Verdict.NOTE, agent.id, tuple(steps), (claimed.reason, TOO_MANY))
    letter = letters.to_agent(customers.desk(case), agent, None, parcel(case, agent, Purpose.HELP, help_values()))
    reason = Reason("help", "no ticket is named, or help was asked for: the agent gets the list of commands")
    return Plan(Verdict.NOTE, agent.id, (*steps, letter), (claimed.reason, reason))
