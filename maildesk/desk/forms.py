"""The answer to a questionnaire: all of the macro is done with the last answer, and before that nothing of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from maildesk.config import Agent
from maildesk.desk import answers, customers, letters, macros, questionnaires
from maildesk.desk.addresses import AddressKind
from maildesk.desk.answers import Draft, own_files
from maildesk.desk.authority import Authority
from maildesk.desk.case import Case
from maildesk.desk.commands import grammar, team
from maildesk.desk.commands.effects import Call, Effects, Refusal
from maildesk.desk.commands.grammar import Argument
from maildesk.desk.commands.table import BY_NAME
from maildesk.desk.questionnaires import Form
from maildesk.desk.transcripts import TOO_MANY, may_tell, refused
from maildesk.mail import questionnaire
from maildesk.mail.compose import ComposeError
from maildesk.mail.macros import Macro
from maildesk.mail.render import CannedIncomplete, CannedMissing, Unrenderable
from maildesk.model import Defer, Deferred, Forget, Plan, Purpose, Reason, Step, Ticket, Verdict

_CANNOT = (ComposeError, CannedMissing, CannedIncomplete, Unrenderable, Refusal)
_WORDS = 4_000  # characters that are kept beside the answers


@dataclass(frozen=True, slots=True)
class _Filled:
    """A questionnaire with what this mail answers."""

    case: Case
    claimed: Authority
    agent: Agent
    ticket: Ticket
    macro: Macro
    waited: Deferred
    form: Form
    new: int  # answers that stand in the mail

    @property
    def missing(self) -> list[str]:
        language = self.case.policy.language_of(self.agent)
        return [q.label(language) for q in self.macro.questions if q.required and not self.form.answers.get(q.id)]


def answer(case: Case, claimed: Authority, agent: Agent) -> Plan | None:
    """What an agent's mail leads to that answers a questionnaire; None where it answers none."""
    ticket, sent = claimed.ticket, case.facts.answered
    directly = sent is not None and sent.purpose is Purpose.QUESTIONNAIRE
    if ticket is None or case.released is not None or not (directly or claimed.kind is AddressKind.NOTE):
        return None
    known = case.policy.brand(ticket).templates.macros
    waiting = questionnaires.waiting(customers.desk(case, ticket))
    read = [
        _read(_Filled(case, claimed, agent, ticket, known[form.macro], deferred, form, 0))
        for deferred, form in waiting
        if form.macro in known and known[form.macro].questions
    ]
    best = max(read, key=lambda filled: filled.new, default=None)
    if best is None or not (best.new or directly):
        return None
    if grammar.parse(case.mail.reply.text, tuple(BY_NAME)).commands:
        if not best.new:
            return None
        return refused(
            case, claimed, agent, "Commands do not go together with answers: send them in a mail of their own."
        )
    return _again(best) if best.missing else _carry_out(best)


def _read(filled: _Filled) -> _Filled:
    """The answers in the mail. To the only question, any words are the answer."""
    mail, form, questions = filled.case.mail, filled.form, filled.macro.questions
    language = filled.case.policy.language_of(filled.agent)
    read = questionnaire.read(mail.reply.text, mail.text, [query.label(language) for query in questions])
    found, rest = {questions[index].id: text for index, text in read.found.items()}, read.rest
    if not found and rest and len(questions) == 1:
        found, rest = {questions[0].id: rest}, ""
    words = "\n\n".join(filter(None, (form.words, rest)))[:_WORDS]
    fresh = [id for id, text in found.items() if text != form.answers.get(id)]
    return replace(filled, form=replace(form, answers={**form.answers, **found}, words=words), new=len(fresh))


def _again(filled: _Filled) -> Plan:
    """What is missing comes back; what was answered is kept."""
    case, agent, ticket, waited = filled.case, filled.agent, filled.ticket, filled.waited
    again = replace(waited, inbox_id=case.inbox_id, data=filled.form.packed(), id=0)
    steps: list[Step] = [Forget(waited.id), Defer(again)]
    reason = Reason("form", f"answers are missing, and nothing is done yet: {', '.join(filled.missing)}")
    if not may_tell(case, agent):
        return Plan(Verdict.NOTE, agent.id, tuple(steps), (filled.claimed.reason, reason, TOO_MANY), ticket.id, "token")
    desk = customers.desk(case, ticket)
    letter = questionnaires.letter_of(desk, agent, ticket, filled.macro, filled.form, again=True)
    letter = replace(letter, serial=case.inbox_id, in_reply_to=case.mail.message_id)
    steps.append(letters.to_agent(desk, agent, ticket, letter))
    return Plan(Verdict.NOTE, agent.id, tuple(steps), (filled.claimed.reason, reason), ticket.id, "token")


def _carry_out(filled: _Filled) -> Plan:
    """The answers as a note, the macro's commands, and the ticket to its team: all of it, or nothing."""
    case, agent, ticket = filled.case, filled.agent, filled.ticket
    try:
        effects = _effects(filled)
        draft = Draft(agent, ticket, _note(filled), (), effects, own_files(case), private=True)
        steps = (*answers.steps(case, draft), Forget(filled.waited.id))
    except _CANNOT as error:
        return refused(case, filled.claimed, agent, f"The macro {filled.macro.name} could not be carried out: {error}")
    reason = Reason("form", f"all that the macro {filled.macro.name} asks is answered")
    return Plan(Verdict.NOTE, agent.id, steps, (filled.claimed.reason, reason), ticket.id, "token")


def _effects(filled: _Filled) -> Effects:
    """What the macro's commands and its team ask for, with the rights that the agent has now."""
    macro, ticket = filled.macro, filled.ticket
    name = Argument(macro.name, False, 0)
    call = Call(customers.desk(filled.case, ticket), filled.agent.id, filled.agent, ticket, (name,), BY_NAME)
    effects = macros.carry_out(call, macro, filled.form.values)
    if macro.team and macro.team != ticket.team:
        move = replace(call, arguments=(Argument(macro.team, False, 0),))
        effects = effects + BY_NAME["escalate"].call(move)
    if effects.confirm:
        raise Refusal(f"{effects.confirm}: such a command is not carried out by answering questions")
    return replace(team.settled(effects, call.desk, ticket), private=True)


def _note(filled: _Filled) -> str:
    """All questions with their answers, and what was written beside them."""
    language = filled.case.policy.language_of(filled.agent)
    text = questionnaires.written(filled.macro, filled.form.answers, language)
    return f"{text}\n\n{filled.form.words}".strip()
