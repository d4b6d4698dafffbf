"""An agent's answer or note, once it is clear what they mean: what the customer gets, and who else hears of it.

The last place that sees both the agent's words and the ticket's private ones: words that quote a
notice, a note or a held mail go no further (THREATS T1, T17).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from maildesk.config import Agent
from maildesk.desk import betrayal, colleagues, customers, letters, notices, privacy
from maildesk.desk.addresses import AGENTS
from maildesk.desk.case import Case
from maildesk.desk.colleagues import Act
from maildesk.desk.commands import markup
from maildesk.desk.commands.effects import Effects, Said, after
from maildesk.desk.commands.status import change
from maildesk.desk.commands.table import help_values
from maildesk.desk.letters import Parcel
from maildesk.desk.notices import News
from maildesk.mail import html, parse, trim
from maildesk.mail.compose import ComposeError, sendable
from maildesk.mail.slots import Words
from maildesk.model import (
    AddEntry,
    Address,
    Attachment,
    Field,
    Kind,
    Participant,
    Proof,
    Purpose,
    QueueMail,
    SetField,
    Status,
    Step,
    Ticket,
)

_ROOM = 50 * 2**20  # octets of an agent's attachments in one answer


@dataclass(frozen=True, slots=True)
class Draft:
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

    @property
    def act(self) -> Act:
        return Act(self.agent.id, self.agent.name, self.ticket, self.after, self.effects)


def steps(case: Case, draft: Draft) -> Iterator[Step]:
    """What the draft does; ComposeError, CannedMissing, CannedIncomplete or Unrenderable where it cannot be sent."""
    desk = customers.desk(case, draft.ticket)
    yield from draft.effects.steps
    if draft.effects.help:
        parcel = Parcel(
            Purpose.HELP, case.policy.language_of(draft.agent), help_values(), in_reply_to=case.mail.message_id
        )
        yield letters.to_agent(desk, draft.agent, draft.ticket, parcel)
    if draft.speaks:
        said = _said(case, draft)
        entry = _entry(case, draft, said)
        yield entry
        if not draft.private:
            yield from _answer(case, draft, said, entry.entry.id)
        yield from _tell_colleagues(case, draft, entry)
    else:
        said, entry = Words(""), None
    files = notices.enclose(case.mail.raw, draft.files, said.html, _ROOM)
    on = entry.entry.id if entry else None
    words = Said(
        desk, draft.agent, draft.after, said, files, on, case.mail.message_id, draft.private, inbox_id=case.inbox_id
    )
    yield from deeds(draft.effects, words, taken=int(entry is not None and not entry.replaces))
    yield from colleagues.handed(desk, draft.act)
    for last in draft.effects.last:
        yield from last(draft.after)


def deeds(effects: Effects, said: Said, taken: int) -> Iterator[Step]:
    """What the commands do with the words, where so many entries are ``taken`` already."""
    facts = said.desk.facts
    for deed in effects.deeds:
        known = replace(facts, next_entry=facts.next_entry + taken)
        done = tuple(deed(replace(said, desk=replace(said.desk, facts=known))))
        taken += sum(isinstance(step, AddEntry) and not step.replaces for step in done)
        yield from done


def _said(case: Case, draft: Draft) -> Words:
    """What people get to read: the typed words, or the canned answer around or below them."""
    typed = Words(_clean(case, draft, draft.words), _markup(case, draft))
    wanted = draft.effects.canned
    if wanted is None:
        return typed
    desk = customers.desk(case, draft.ticket)
    return letters.canned(desk, draft.after, draft.agent, wanted.name, {**wanted.values, "words": typed})


def _markup(case: Case, draft: Draft) -> str | None:
    """The typed words' HTML without the commands; None where it would not say the same as the text."""
    source = trim.html(case.mail)
    bare = markup.without_block(source, draft.lines) if source and draft.lines else source
    if not bare:
        return None
    shown = _clean(case, draft, html.sanitize(bare))
    same = html.to_text(shown).split() == _clean(case, draft, draft.words).split()
    return shown if same else None


def _clean(case: Case, draft: Draft, text: str) -> str:
    """Private addresses and tokens taken out of what a customer will read."""
    if draft.private:
        return text
    return privacy.redact(text, case.policy.config, case.policy.brand(draft.ticket).address)


def _entry(case: Case, draft: Draft, said: Words) -> AddEntry:
    kind = Kind.NOTE if draft.private else Kind.AGENT
    kept = _headed(said, draft.effects.heading)
    added = customers.add_entry(case, draft.ticket.id, kind, text=kept.as_text())
    entry = replace(added.entry, author=draft.agent.id, html=kept.html)
    before = case.released.entry_id if case.released is not None else None
    if before is not None:  # as an unverified note, until now
        return replace(added, entry=replace(entry, id=before), replaces=True)
    return replace(added, entry=replace(entry, created_at=case.moment.now))


def _headed(said: Words, heading: str) -> Words:
    """The words as they stand on the ticket: whom they were written to, where that is no customer."""
    if not heading:
        return said
    page = f"{Words(heading).as_html()}\n{said.html}" if said.html is not None else None
    return Words(f"{heading}\n\n{said.as_text()}", page)


def _answer(case: Case, draft: Draft, said: Words, entry_id: int) -> Iterator[Step]:
    """Everybody who is on the ticket gets the words, each in a mail of their own (THREATS T14)."""
    ticket = draft.ticket
    people = [p for p in draft.after.participants if sendable(p.email) and not p.email.endswith("@invalid")]
    if not people:
        raise ComposeError("This ticket has no address to answer to; #note keeps your words on it.")
    people = [person for person in people if not _has_it(case, person)]
    if draft.effects.status is Status.SPAM:
        raise ComposeError("Spam is not answered; #note keeps your words among agents.")
    if privacy.quotes_notice(said.text, case.policy.config.desk):
        raise ComposeError("Your answer quotes a notice of the desk, which is for agents; take the quote out.")
    if line := betrayal.line(customers.desk(case, ticket), ticket, said.text):
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
    parcel = draft.effects.dress(parcel) if draft.effects.dress else parcel
    for person in people:
        yield letters.to_customer(customers.desk(case, ticket), draft.after, person, parcel, draft.agent)
    if ticket.first_reply_at is None:
        yield SetField(ticket.id, Field.FIRST_REPLY_AT, case.moment.now)
    if draft.effects.status is None:
        yield from change(ticket, Status.PENDING, case.moment, case.policy.config)


def _has_it(case: Case, person: Participant) -> bool:
    """Whether the agent wrote to them by themselves, with the desk in Cc: once is enough."""
    if case.recipient(*AGENTS) is not None:
        return False
    return person.email.casefold() in {a.key() for a in (*case.mail.to, *case.mail.cc)}


def preview(draft: Draft, planned: Sequence[Step]) -> dict[str, object]:
    """What the customer would get, as values for the template: from the very bytes that would be sent."""
    mails = [step for step in planned if isinstance(step, QueueMail) and step.agent is None]
    first = parse.read(mails[0].raw) if mails else None
    return {
        "recipients": tuple(mail.envelope_to for mail in mails),
        "mail_subject": first.subject if first else "",
        "words": Words(first.text if first else "", html.sanitize(first.html) if first and first.html else None),
        "files": tuple(a.name for a in first.attachments) if first else (),
        "lines": Words("\n".join(draft.lines), preformatted=True),
    }


def own_files(case: Case) -> tuple[Attachment, ...]:
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


def _tell_colleagues(case: Case, draft: Draft, entry: AddEntry) -> Iterator[Step]:
    news = News(
        ticket=draft.after,
        entry=entry.entry,
        reason="note" if draft.private else "agent_answer",
        author=Address(draft.agent.name, draft.agent.email),
        proof=Proof.PROVEN,  # their address and their From
        attachments=entry.attachments,
        raw=case.mail.raw,
    )
    yield from colleagues.hear(customers.desk(case, draft.ticket), draft.act, news)
