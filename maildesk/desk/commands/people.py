"""#assign #take #admit: whose ticket it is, and who may write on it."""

from __future__ import annotations

from difflib import get_close_matches

from maildesk.desk.addresses import classify
from maildesk.desk.commands.effects import Call, Effects, Refusal, Verb
from maildesk.desk.commands.status import change
from maildesk.model import (
    AddInquiry,
    AddParticipant,
    Entry,
    Field,
    Inquiry,
    Kind,
    Participant,
    RecordEvent,
    SetField,
    SetKind,
    Status,
    Step,
)


def _assign(call: Call) -> Effects:
    who = call.arguments[0].text.casefold().removeprefix("@")
    if who in ("none", "nobody"):
        return Effects((SetField(call.ticket.id, Field.ASSIGNEE, None),))
    if who == "me":
        return _take(call)
    agents = call.desk.policy.config.agents
    found = next((a for a in agents if who in (a.id, a.email.casefold(), a.name.casefold())), None)
    if found is None:
        close = get_close_matches(who, [agent.id for agent in agents], 1)
        known = ", ".join(agent.id for agent in agents[:30])
        raise Refusal(
            f"there is no agent {who}; there are {known}", call.arguments[0], f"#assign {close[0]}" if close else ""
        )
    return Effects((SetField(call.ticket.id, Field.ASSIGNEE, found.id),), given_to=found.id)


def _take(call: Call) -> Effects:
    if call.agent is None:
        raise Refusal("the shell is no agent; say #assign and their id")
    return Effects((SetField(call.ticket.id, Field.ASSIGNEE, call.agent.id),))


def _admit(call: Call) -> Effects:
    held = _chosen(call)
    config = call.desk.policy.config
    if config.agent_by_email(held.author) or classify(held.author, config.desk):
        raise Refusal(f"what is held says it is from {held.author}, who is no customer: it cannot be let in")
    if held.id in call.desk.facts.held_asked:
        return _let_answer(call, held)
    steps: list[Step] = []
    if call.ticket.status not in (Status.NEW, Status.OPEN):  # first: nobody waits on a ticket that is over
        steps += change(call.ticket, Status.OPEN, call.desk.moment, config)
    steps.append(SetKind(held.id, Kind.CUSTOMER))
    if call.ticket.participant(held.author) is None:
        token = call.desk.moment.token("participant", call.ticket.id, held.author.casefold())
        steps.append(AddParticipant(call.ticket.id, Participant(held.author, "cc", token)))
    steps.append(RecordEvent(call.ticket.id, "admitted", {"message": held.id, "from": held.author}))
    return Effects(tuple(steps))


def _let_answer(call: Call, held: Entry) -> Effects:
    """Somebody else than was asked (`#ask`): they are one of those now, and what they wrote is a note."""
    ticket, by = call.ticket, call.agent.id if call.agent else call.actor
    token = call.desk.moment.token("inquiry", ticket.id, held.author.casefold())
    event = RecordEvent(ticket.id, "admitted", {"message": held.id, "from": held.author})
    return Effects((SetKind(held.id, Kind.NOTE), AddInquiry(Inquiry(ticket.id, held.author, token, by)), event))


def _chosen(call: Call) -> Entry:
    """The held mail whose notice is answered, or the only one there is."""
    held, answered = call.desk.facts.held, call.desk.facts.answered
    told = next((entry for entry in held if answered and entry.id == answered.entry_id), None)
    if told is not None:
        return told
    if not held:
        raise Refusal("nothing is held on this ticket")
    if len(held) > 1:
        senders = ", ".join(dict.fromkeys(entry.author for entry in held))
        raise Refusal(f"more than one mail is held ({senders}): answer the notice of the one that you mean")
    return held[0]


VERBS = (
    Verb("assign", "#assign WHO|me|none", "gives the ticket to an agent, who is told", _assign, 1, 1,
         example="#assign bob"),
    Verb("take", "#take", "makes the ticket yours", _take, example="#take"),
    Verb("admit", "#admit", "lets in what this notice holds back, and its sender", _admit, example="#admit"),
)  # fmt: skip
