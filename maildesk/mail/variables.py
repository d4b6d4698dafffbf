"""The variables of the templates: one table, from which come checks, samples and documentation.

A variable is one row: its name, what kind of value it has, what it means, an example, and the
templates that have it. A name with `[]` is a field of each item of a list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from maildesk.mail.slots import Html, Words
from maildesk.model import Purpose

CANNED = "canned"
FAQ = "faq"
PAGE = "page"
"""The `html` of a layout."""


class Type(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    FLAG = "yes/no"
    WORDS = "words"  # a block of its own: what a person wrote
    HTML = "html"


_EMPTY: dict[Type, object] = {Type.TEXT: "", Type.FLAG: False, Type.WORDS: Words(""), Type.HTML: Html("")}

_PLAIN = frozenset({Purpose.AUTO_REPLY_PLAIN})
_ALL = frozenset(Purpose) | {CANNED}
_DESK = _ALL | {FAQ}
_TICKET = _ALL - {Purpose.ALARM, Purpose.GATHERED, Purpose.CANARY}
_THEIRS = _TICKET - _PLAIN - {Purpose.ASK}
"""Where a sender's words may stand: not in what goes to somebody who may not have written to us, or to others."""
_ANSWERED = frozenset({Purpose.NOTICE, Purpose.REMINDER, Purpose.COMMAND_ERROR})
_READ = frozenset({Purpose.NOTICE, Purpose.REMINDER})
_AGENTS = _ANSWERED | {
    Purpose.GATHERED,
    Purpose.REMINDERS,
    Purpose.HELP,
    Purpose.HELD,
    Purpose.FAILED,
    Purpose.CONFIRM,
    Purpose.COLLISION,
    Purpose.PREVIEW,
    Purpose.UNDONE,
}
_BLOCK = _READ | {
    Purpose.AUTO_REPLY,
    Purpose.REPLY,
    Purpose.HELD,
    Purpose.FAILED,
    Purpose.CONFIRM,
    Purpose.COLLISION,
    Purpose.PREVIEW,
    CANNED,
}
_NOTICE = frozenset({Purpose.NOTICE})
_ECHOING = frozenset({Purpose.AUTO_REPLY, Purpose.FOLLOW_UP})
_AUTOMATIC = _ECHOING | _PLAIN
_RATING = frozenset({Purpose.RATING})
_FORM = frozenset({Purpose.QUESTIONNAIRE})
_CALL = frozenset({Purpose.CALL})
_OUTSIDE = _CALL | {Purpose.ASK}
_CANNED = frozenset({CANNED})
_REMINDER = frozenset({Purpose.REMINDER})
_GATHERED = frozenset({Purpose.GATHERED})
_REMINDERS = frozenset({Purpose.REMINDERS})
_PAGE = frozenset({PAGE})
_LISTS = frozenset({Purpose.LISTING, Purpose.DIGEST})
_SHOW, _WHY = frozenset({Purpose.TICKET}), frozenset({Purpose.WHY})
_COUNTS = frozenset({Purpose.STATS, Purpose.WEEKLY})
_STATS, _WEEKLY, _DIGEST = frozenset({Purpose.STATS}), frozenset({Purpose.WEEKLY}), frozenset({Purpose.DIGEST})
_ASKED = frozenset({Purpose.LISTING}) | _SHOW | _WHY | _STATS
_VIEWS = _LISTS | _ASKED | _COUNTS


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    type: Type
    meaning: str
    example: object
    templates: frozenset[str]


def _text(name: str, meaning: str, example: str, templates: frozenset[str]) -> Variable:
    return Variable(name, Type.TEXT, meaning, example, templates)


def _number(name: str, meaning: str, example: int, templates: frozenset[str]) -> Variable:
    return Variable(name, Type.NUMBER, meaning, example, templates)


def _ticket_rows(of: str, templates: frozenset[str]) -> tuple[Variable, ...]:
    """What is known of each ticket in a list, with the reader's own addresses on it."""
    link = "mailto:support+n7q2x@acme.example?subject=%5B%2312%5D&body=%23{}"
    return (
        _number(f"{of}.ticket.number", "of each ticket: as above", 12, templates),
        _text(f"{of}.ticket.tag", "as above", "[#12]", templates),
        _text(f"{of}.ticket.subject", "as above", "The invoice of May", templates),
        _text(f"{of}.ticket.status", "as above", "open", templates),
        _text(f"{of}.ticket.priority", "as above", "high", templates),
        _text(f"{of}.ticket.assignee", "as above", "Alice Rossi", templates),
        _text(f"{of}.ticket.team", "as above", "Billing", templates),
        _text(f"{of}.ticket.category", "as above", "billing", templates),
        Variable(f"{of}.ticket.tags", Type.TEXT, "as above", ("money", "vip"), templates),
        _text(f"{of}.ticket.due", "as above", "2026-12-24 17:00 CET", templates),
        _text(f"{of}.ticket.mood", "as above", "worried", templates),
        Variable(f"{of}.ticket.urgent", Type.FLAG, "as above", True, templates),
        _text(f"{of}.customer", "the requester's name, or address", "Maria Bianchi", templates),
        Variable(f"{of}.late", Type.FLAG, "is it overdue", True, templates),
        _text(f"{of}.snoozed", "until when it sleeps, or empty", "2026-12-24 09:00 CET", templates),
        Variable(f"{of}.waits", Type.FLAG, "does the customer wait for us", True, templates),
        _number(f"{of}.days", "how long they have waited, or it is since our last answer: whole days", 3, templates),
        _number(f"{of}.hours", "and the hours beyond", 5, templates),
        _number(f"{of}.minutes", "and the minutes", 12, templates),
        _text(f"{of}.reply_address", "as above", "support+a2k4m@acme.example", templates),
        _text(f"{of}.answer", "the same as a link", "mailto:support+a2k4m@acme.example?subject=Re", templates),
        _text(f"{of}.take", "a link that writes #take; empty where it is theirs", link.format("take"), templates),
        _text(f"{of}.close", "one that writes #close; empty where it is over", link.format("close"), templates),
        _text(f"{of}.reopen", "one that writes #reopen, or empty", link.format("reopen"), templates),
        _text(f"{of}.show", "one that writes #show", link.format("show"), templates),
    )  # fmt: skip


_LINK = "mailto:support+t3k7q@acme.example?subject=%5B%2312%5D%20{}&body={}%0D%0A"

TABLE: tuple[Variable, ...] = (
    _text("desk.name", "the desk's name", "Acme Support", _DESK),
    _text("desk.address", "where customers write", "support@acme.example", _DESK),
    _text("desk.url", "the web part's public address, or empty", "https://help.acme.example", _DESK),
    Variable("html", Type.FLAG, "yes while the HTML half of a mail is made: a link here, there an address",
             False, _DESK),
    Variable("ticket.number", Type.NUMBER, "the ticket's number", 12, _TICKET),
    _text("ticket.tag", "the tag for subjects", "[#12]", _TICKET),
    _text("ticket.subject", "the customer's subject", "The invoice of May", _THEIRS),
    _text("ticket.status", "new, open, pending, solved, closed or spam", "open", _TICKET),
    _text("ticket.priority", "low, normal, high or urgent", "high", _TICKET),
    _text("ticket.assignee", "the assigned agent's name, or empty", "Alice Rossi", _TICKET),
    _text("ticket.team", "the team's name, or empty", "Billing", _TICKET),
    _text("ticket.category", "the category, or empty", "billing", _TICKET),
    Variable("ticket.tags", Type.TEXT, "a list of tags", ("money", "vip"), _TICKET),
    _text("ticket.brand", "the brand it came to, or empty: the desk's own name", "Bolt Tools", _TICKET),
    _text("ticket.due", "when it is due, in the reader's zone, or empty", "2026-12-24 17:00 CET", _TICKET),
    _text("ticket.mood", "how the customer says they feel, or empty", "worried", _TICKET),
    Variable("ticket.urgent", Type.FLAG, "is it marked as urgent", True, _TICKET),
    _text("customer.name", "the requester's name; their address where there is none", "Maria Bianchi", _THEIRS),
    _text("customer.first_name", "the first of their names, or empty", "Maria", _THEIRS),
    _text("customer.email", "their address", "maria@customer.example", _THEIRS),
    _text("agent.name", "the agent who writes or receives, or empty", "Alice Rossi", _ALL),
    _text("agent.first_name", "the first of their names, or empty", "Alice", _ALL),
    _text("agent.signature", "their signature, or empty", "Alice\nAcme Support", _ALL),
    Variable("words", Type.WORDS, "what the mail is about, as written: by the customer, the agent, or "
             "(canned) above the command", Words("Hello,\n\nthe invoice of May is missing.\nMaria"), _BLOCK | _OUTSIDE),
    _text("marker", "the line above which an agent writes", "##- Acme Support: write above this line -##",
          _AGENTS | _FORM | _VIEWS),
    _text("reply_address", "the reader's own address for answers on this ticket",
          "support+a2k4m@acme.example", _ANSWERED),
    _text("note_address", "the same, for private notes", "support+n7q2x@acme.example", _NOTICE),
    _text("reason", "why: new, answer, assigned, team, escalated, taken, note, mention, held, agent_answer, merged, "
          "mood, rating", "new", _NOTICE),
    Variable("guess", Type.TEXT, "a list of how the author may feel, guessed from their words", ("worried", "urgent"),
             _NOTICE),
    _text("rating", "what the customer thought of it, or empty", "2/5", _NOTICE),
    Variable("worried", Type.FLAG, "does the customer seem worried, angry or in a hurry: we are not busy for them",
             True, _ECHOING),
    Variable("closed", Type.FLAG, "is nobody there now", True, _AUTOMATIC),
    _text("opens", "when somebody will be, in the customer's language, or empty", "Monday 7 December at 09:00 (CET)",
          _AUTOMATIC),
    _text("closed_words", "what `hours.closed` says of this day, or empty", "We are at our summer party.", _AUTOMATIC),
    _text("incident", "what `incident` says, or empty", "Payments are slow today. We are on it.", _AUTOMATIC),
    _number("usual.hours", "in how many hours a first answer usually comes at this hour; 0: not known, or in days", 3,
            _AUTOMATIC),
    _number("usual.days", "in how many days, where it is more than one; else 0", 2, _AUTOMATIC),
    _text("moods[].label", "a mood to choose from, in the customer's language", "worried", _AUTOMATIC),
    _text("moods[].link", "a link that writes it to us, or empty", _LINK.format("worried", "worried"), _AUTOMATIC),
    _text("urgent.label", "how they say that it is urgent, or empty", "urgent", _AUTOMATIC),
    _text("urgent.link", "a link that writes it to us, or empty", _LINK.format("urgent", "urgent"), _AUTOMATIC),
    _number("tickets[].number", "of the customer's other open tickets: its number", 9, _ECHOING),
    _text("tickets[].tag", "its tag", "[#9]", _ECHOING),
    _text("tickets[].subject", "its subject", "A broken drill", _ECHOING),
    _text("tickets[].status", "new, open or pending", "open", _ECHOING),
    _number("scores[].score", "of each score to choose from: its number", 5, _RATING),
    _text("scores[].label", "how it is shown: the number, or of two the words", "5", _RATING),
    _text("scores[].link", "a link that writes it to us, or empty", _LINK.format("5%2F5", "5%2F5"), _RATING),
    Variable("clickable", Type.FLAG, "have the scores links", True, _RATING),
    _text("lowest", "the label of the worst score", "1", _RATING),
    _text("highest", "that of the best", "5", _RATING),
    _text("review", "where a public review is wished for", "https://reviews.example/acme", frozenset({Purpose.REVIEW})),
    Variable("private", Type.FLAG, "is it among agents, and so a plain answer to it, too", True, _NOTICE),
    _text("absent.name", "the assignee in whose place the reader is told, for they are away; or empty", "Bob Chen",
          _NOTICE),
    _text("absent.until", "until when they are away, in the reader's zone, or empty: it is not known",
          "2026-12-24 09:00 CET", _NOTICE),
    _text("author.name", "who wrote the words", "Maria Bianchi", _READ | {Purpose.HELD}),
    _text("author.email", "their address", "maria@customer.example", _READ | {Purpose.HELD}),
    _text("author.proof", "proven, unproven or failed: is the author who they say", "proven", _NOTICE | {Purpose.HELD}),
    _text("attachments[].name", "an attachment's file name", "may.pdf", _NOTICE),
    _text("attachments[].size", "its size", "120 KB", _NOTICE),
    Variable("attachments[].enclosed", Type.FLAG, "is it in this mail, too", True, _NOTICE),
    Variable("newcomers", Type.TEXT, "a list of addresses that came newly in Cc", ("bob@customer.example",),
             _NOTICE),
    _text("fields[].name", "what a contact form asked for: a field's name", "Product", _NOTICE | _SHOW),
    _text("fields[].value", "its value", "Drill 2000", _NOTICE | _SHOW),
    _text("what", "first_reply, next_reply, solve, due, snooze or remind: what it is about; or what became of the "
          "answer: held, sent, late",
          "first_reply", _REMINDER | {Purpose.COLLISION}),
    Variable("overdue", Type.FLAG, "is the deadline past", True, _REMINDER),
    Variable("escalated", Type.FLAG, "has a rule of `escalations` acted, which tells the reader", True, _REMINDER),
    _text("deadline", "the deadline, in the reader's zone; of a snooze its end, of #remind its time",
          "2026-12-24 17:00 CET", _REMINDER),
    _text("asked", "what the agent wanted to be reminded of, or empty", "call the bank", _REMINDER),
    Variable("count", Type.NUMBER, "how many there are in the mail", 1, _GATHERED | _REMINDERS),
    Variable("more", Type.NUMBER, "how many of them are not shown", 2, _REMINDERS),
    _text("items[].customer.name", "of each reminder: as above", "Maria Bianchi", _REMINDERS),
    _text("items[].what", "as above", "first_reply", _REMINDERS),
    Variable("items[].overdue", Type.FLAG, "as above", True, _REMINDERS),
    Variable("items[].escalated", Type.FLAG, "as above", True, _REMINDERS),
    _text("items[].deadline", "as above", "2026-12-24 17:00 CET", _REMINDERS),
    _text("items[].asked", "as above", "call the bank", _REMINDERS),
    Variable("items[].ticket.number", Type.NUMBER, "of each notice or reminder: as above", 12, _GATHERED | _REMINDERS),
    _text("items[].ticket.tag", "as above", "[#12]", _GATHERED | _REMINDERS),
    _text("items[].ticket.subject", "as above", "The invoice of May", _GATHERED | _REMINDERS),
    _text("items[].ticket.status", "as above", "open", _GATHERED | _REMINDERS),
    _text("items[].ticket.priority", "as above", "high", _GATHERED | _REMINDERS),
    _text("items[].ticket.assignee", "as above", "Alice Rossi", _GATHERED | _REMINDERS),
    _text("items[].author.name", "as above", "Maria Bianchi", _GATHERED),
    _text("items[].author.email", "as above", "maria@customer.example", _GATHERED),
    Variable("items[].held", Type.FLAG, "is it held back: its sender is not on the ticket", True, _GATHERED),
    Variable("items[].private", Type.FLAG, "is it a private note", True, _GATHERED),
    _text("items[].words", "the beginning of what they wrote, one line", "The invoice of May is …", _GATHERED),
    _text("items[].reply_address", "as above", "support+a2k4m@acme.example", _GATHERED | _REMINDERS),
    _text("items[].mailto", "the same as a link, with the subject",
          "mailto:support+a2k4m@acme.example?subject=Re%3A%20%5B%2312%5D", _GATHERED | _REMINDERS),
    Variable("transcript", Type.WORDS, "the commands, what is wrong with them, and how to resend",
             Words("#asign bob\n ^ did you mean #assign?", preformatted=True), frozenset({Purpose.COMMAND_ERROR})),
    _text("desk_address", "the agent's own address for what is about no ticket", "support+d7k2m@acme.example",
          frozenset({Purpose.HELP})),
    _text("commands[].usage", "a command and its arguments", "#assign WHO", frozenset({Purpose.HELP})),
    _text("commands[].help", "what it does", "gives the ticket to an agent", frozenset({Purpose.HELP})),
    _text("why", "why the agent's mail was not carried out", "its address has expired",
          frozenset({Purpose.HELD, Purpose.CONFIRM})),
    Variable("confirmable", Type.FLAG, "may the agent answer this mail so that it is sent after all", True,
             frozenset({Purpose.HELD})),
    _text("items[].author", "of each message that the agent had not seen: who wrote it", "Maria Bianchi",
          frozenset({Purpose.COLLISION})),
    _text("items[].at", "when", "2026-12-24 17:00 CET", frozenset({Purpose.COLLISION})),
    Variable("items[].words", Type.WORDS, "what they wrote", Words("It works now."), frozenset({Purpose.COLLISION})),
    _text("mail_subject", "the subject that the customer would see", "Re: [#12] The invoice of May",
          frozenset({Purpose.PREVIEW})),
    Variable("recipients", Type.TEXT, "a list of who would get it; of an answer that was overtaken, only if that are "
             "other customers by now", ("maria@customer.example",), frozenset({Purpose.PREVIEW, Purpose.COLLISION})),
    Variable("files", Type.TEXT, "a list of the files with it", ("may.pdf",), frozenset({Purpose.PREVIEW})),
    Variable("lines", Type.WORDS, "the commands that would be carried out", Words("#close", preformatted=True),
             frozenset({Purpose.PREVIEW})),
    Variable("undone", Type.TEXT, "a list of what was taken back", ("tag +vip",), frozenset({Purpose.UNDONE})),
    Variable("kept", Type.TEXT, "a list of what could not be", ("your answer: it has left already",),
             frozenset({Purpose.UNDONE})),
    _text("recipient", "who could not be reached", "maria@customer.example", frozenset({Purpose.FAILED})),
    _text("error", "what their mail server said", "550 5.1.1 no such user", frozenset({Purpose.FAILED})),
    Variable("previous.number", Type.NUMBER, "the closed ticket's number", 7, frozenset({Purpose.FOLLOW_UP})),
    _text("previous.tag", "the closed ticket's tag", "[#7]", frozenset({Purpose.FOLLOW_UP})),
    _text("asked", "what the agent asked for, as they wrote it", "#list mine", _ASKED),
    _number("total", "how many tickets there are", 3, _LISTS),
    _text("team", "of a team's digest: its name; else empty", "Billing", _DIGEST),
    _number("late", "how many of them are overdue", 1, _DIGEST),
    _text("parts[].name", "of each part of a list: mine, unassigned, watched, or empty", "mine", _LISTS),
    _number("parts[].total", "how many tickets belong there", 3, _LISTS),
    _number("parts[].more", "how many of them are not shown", 2, _LISTS),
    *_ticket_rows("parts[].rows[]", _LISTS),
    _number("status.new", "how many tickets are new", 2, _COUNTS),
    _number("status.open", "how many are open", 5, _COUNTS),
    _number("status.pending", "how many wait for their customer", 4, _COUNTS),
    _number("status.solved", "how many are solved, and not closed", 7, _COUNTS),
    _number("overdue", "how many are overdue", 1, _COUNTS),
    _number("today.received", "customers' mails since midnight", 9, _STATS),
    _number("today.answered", "our answers", 8, _STATS),
    _number("today.solved", "tickets solved", 3, _STATS),
    _number("week.received", "the same since Monday", 40, _STATS),
    _number("week.answered", "as above", 38, _STATS),
    _number("week.solved", "as above", 21, _STATS),
    _text("agents[].name", "an agent's name", "Alice Rossi", _COUNTS),
    Variable("agents[].away", Type.FLAG, "are they away", True, _COUNTS),
    _number("agents[].total", "how many live tickets they have", 6, _COUNTS),
    _number("agents[].new", "how many of them are new", 1, _COUNTS),
    _number("agents[].open", "are open", 3, _COUNTS),
    _number("agents[].pending", "wait for their customer", 2, _COUNTS),
    _text("teams[].name", "a team's name; empty for tickets of no team", "Billing", _COUNTS),
    _number("teams[].total", "as for agents", 6, _COUNTS),
    _number("teams[].new", "as above", 1, _COUNTS),
    _number("teams[].open", "as above", 3, _COUNTS),
    _number("teams[].pending", "as above", 2, _COUNTS),
    *_ticket_rows("oldest[]", _COUNTS),
    _text("lines[].name", "a figure of the week: its name in the table of figures", "mail_in", _WEEKLY),
    _text("lines[].value", "its value", "120", _WEEKLY),
    _text("lines[].before", "that of the week before, or empty", "98", _WEEKLY),
    _number("merged", "the number that was asked for, where that ticket was merged into this one; else 0", 7, _SHOW),
    Variable("late", Type.FLAG, "is it overdue", True, _SHOW),
    _text("opened", "when it was opened", "2026-12-20 09:12 CET", _SHOW),
    _text("answered", "when we last answered, or empty", "2026-12-21 10:00 CET", _SHOW),
    _text("waiting_since", "since when the customer waits for us, or empty", "2026-12-22 08:30 CET", _SHOW),
    _text("snoozed", "until when it sleeps, or empty", "2026-12-24 09:00 CET", _SHOW),
    _text("people[].name", "who is on it: their name, or empty", "Maria Bianchi", _SHOW),
    _text("people[].email", "their address", "maria@customer.example", _SHOW),
    _text("people[].role", "requester, cc or reply_to", "requester", _SHOW),
    Variable("watching", Type.TEXT, "a list of the agents who watch it", ("Bob Chen",), _SHOW),
    _number("linked[].number", "another ticket's number", 9, _SHOW),
    _text("linked[].kind", "what it is to this one: relates, duplicates, duplicated_by, blocks, blocked_by, follow_up, "
          "followed_up_by, split, split_into or merged", "relates", _SHOW),
    _number("earlier", "how many earlier messages are not shown", 2, _SHOW),
    _number("entries[].number", "of each message: its number", 34, _SHOW),
    _text("entries[].author", "who wrote it", "Maria Bianchi <maria@customer.example>", _SHOW),
    _text("entries[].at", "when", "2026-12-22 08:30 CET", _SHOW),
    _text("entries[].kind", "customer, agent, note, auto or held", "customer", _SHOW),
    Variable("entries[].private", Type.FLAG, "is it a private note", True, _SHOW),
    Variable("entries[].held", Type.FLAG, "is it held back", True, _SHOW),
    Variable("entries[].files", Type.TEXT, "a list of its files", ("may.pdf (120 KB)",), _SHOW),
    Variable("entries[].words", Type.WORDS, "what it says", Words("The invoice of May is missing."), _SHOW),
    _text("events[].at", "of each change: when", "2026-12-22 08:30 CET", _SHOW),
    _text("events[].by", "who made it", "Alice Rossi", _SHOW),
    _text("events[].what", "what was changed: status, priority, tag, joined …", "status", _SHOW),
    _text("events[].old", "the old value, or empty", "new", _SHOW),
    _text("events[].new", "the new value, or empty", "open", _SHOW),
    _text("events[].details", "whatever else is known of it", "billing", _SHOW),
    _text("pending[].what", "what is to come: a reminder, an agent's mail that waits (deferred_…), a mail that has not "
          "left (mail_…)", "due", _SHOW),
    _text("pending[].at", "when, or empty", "2026-12-24 17:00 CET", _SHOW),
    _text("pending[].who", "whom it concerns, or empty", "Alice Rossi", _SHOW),
    _text("pending[].details", "whatever else is known of it", "reply", _SHOW),
    _number("entry.number", "the message that is explained: its number", 34, _WHY),
    _text("entry.author", "who wrote it", "Maria Bianchi <maria@customer.example>", _WHY),
    _text("entry.at", "when", "2026-12-22 08:30 CET", _WHY),
    _text("entry.kind", "customer, agent, note, auto or held", "customer", _WHY),
    _text("entry.subject", "its subject", "Re: [#12] The invoice of May", _WHY),
    Variable("reasons", Type.TEXT, "a list of why it was understood so, in English", ("route 1 matched",), _WHY),
    Variable("first", Type.TEXT, "the same of the ticket's first mail, if that is another one", ("route 1 matched",),
             _WHY),
    _text("mails[].what", "what was mailed because of it: auto_reply, notice, reply …", "notice", _WHY),
    _text("mails[].who", "to whom", "Alice Rossi", _WHY),
    _text("mails[].state", "queued, held, sent, failed or dropped", "sent", _WHY),
    _text("title", "what is unwell with the desk, in a line", "IMAP login is refused",
          frozenset({Purpose.ALARM})),
    Variable("details", Type.WORDS, "the same at length", Words("NO [AUTHENTICATIONFAILED]", preformatted=True),
             frozenset({Purpose.ALARM})),
    _text("expected", "by when the desk's targets promise the next answer, by its clock, or empty",
          "2026-12-24 17:00 CET", _CANNED),
    _text("faq[].question", "of the questions that are often asked, in the customer's language (auto-replies: those "
          "that match): the question", "How …?", _CANNED | _ECHOING),
    Variable("faq[].answer", Type.WORDS, "its answer", Words("Select “Settings”, then …"), _CANNED | _ECHOING),
    _text("about", "what the agent calls their question, or empty", "Spare part 77", frozenset({Purpose.ASK})),
    _text("macro.name", "the macro that asks", "escalate", _FORM),
    _text("macro.description", "what it is for, or empty", "Passes the ticket on to Tech", _FORM),
    _text("macro.team", "the team that gets the ticket once all is answered, or empty", "Tech", _FORM),
    Variable("again", Type.FLAG, "is it mailed again because answers are missing", True, _FORM),
    Variable("questions[].number", Type.NUMBER, "a question's place, from 1", 1, _FORM),
    _text("questions[].label", "the question", "Serial number", _FORM),
    _text("questions[].answer", "what was answered already, or empty", "A-4711", _FORM),
    Variable("questions[].required", Type.FLAG, "must it be answered", True, _FORM),
    _text("call.start", "when the call begins, in the reader's zone (of a customer: the desk's)",
          "2026-12-24 17:00 CET", _CALL),
    Variable("call.minutes", Type.NUMBER, "how long it is", 30, _CALL),
    _text("call.subject", "what it is about, or empty", "The invoice of May", _CALL),
    Variable("call.moved", Type.FLAG, "was it to be at another time before", True, _CALL),
    Variable("call.cancelled", Type.FLAG, "is it called off", True, _CALL),
    Variable("content", Type.HTML, "header, body, signature and footer, one below the other",
             Html("<p>Hello</p>"), _PAGE),
    Variable("header", Type.HTML, "the layout's header, or empty", Html("<p>Hello</p>"), _PAGE),
    Variable("body", Type.HTML, "the template's own text", Html("<p>Hello</p>"), _PAGE),
    Variable("signature", Type.HTML, "the layout's signature, or empty", Html("<p>Alice</p>"), _PAGE),
    Variable("footer", Type.HTML, "the layout's footer, or empty", Html("<p>Acme</p>"), _PAGE),
    _text("subject", "the mail's subject", "Re: [#12] The invoice of May", _PAGE),
    _text("language", "the template's language", "en", _PAGE),
)  # fmt: skip


def names(template: str) -> frozenset[str]:
    """What ``template`` may name, as it stands in a template: `ticket.number`, `attachments`."""
    return frozenset(row.name.partition("[]")[0] for row in _rows(template))


def sample(template: str) -> dict[str, object]:
    """The values of ``template`` by its examples, as a new dictionary."""
    return _tree((row.name, row.example) for row in _rows(template))


def sparse(template: str) -> dict[str, object]:
    """The same with everything empty that can be: no names, no words, no items."""
    tree = _tree((row.name, _nothing(row)) for row in _rows(template))
    return {name: () if isinstance(value, list) else value for name, value in tree.items()}


def markdown_table() -> str:
    """The table for people to read; README.md holds it."""
    lines = ["| variable | kind | meaning | example | in |", "| --- | --- | --- | --- | --- |"]
    for row in TABLE:
        example = _cell(row.example)
        lines.append(f"| `{row.name}` | {row.type} | {row.meaning} | {example} | {_where(row.templates)} |")
    return "\n".join(lines) + "\n"


def _rows(template: str) -> Iterator[Variable]:
    return (row for row in TABLE if template in row.templates)


def _tree(values: Any) -> dict[str, object]:
    root: dict[str, object] = {}
    for name, value in values:
        node: Any = root
        *path, last = name.split(".")
        for step in path:
            items = step.endswith("[]")
            node = node.setdefault(step.removesuffix("[]"), [{}] if items else {})
            node = node[0] if items else node
        node[last] = value
    return root


def _nothing(row: Variable) -> object:
    return () if isinstance(row.example, tuple) else _EMPTY.get(row.type, row.example)


def _cell(example: object) -> str:
    match example:
        case bool():
            return "yes" if example else "no"
        case tuple():
            return ", ".join(f"`{item}`" for item in example)
        case _:
            line = " ".join(str(example).split()).replace("|", "\\|")
            return f"`{line}`"


def _where(templates: frozenset[str]) -> str:
    for known, said in (
        (_DESK, "all"),
        (_ALL, "all but `faq`"),
        (_TICKET, "all but `alarm`, `gathered`"),
        (_THEIRS, "all but `alarm`, `gathered`, `auto_reply_plain`, `ask`"),
        (_PAGE, "a layout's `html`"),
    ):
        if templates == known:
            return said
    return ", ".join(f"`{name}`" for name in sorted(templates))
