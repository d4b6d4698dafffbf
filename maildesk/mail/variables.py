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
_TICKET = _ALL - {Purpose.ALARM, Purpose.GATHERED}
_THEIRS = _TICKET - _PLAIN
"""Where a sender's words may stand: not in what goes to somebody who may not have written to us."""
_ANSWERED = frozenset({Purpose.NOTICE, Purpose.REMINDER, Purpose.COMMAND_ERROR})
_READ = frozenset({Purpose.NOTICE, Purpose.REMINDER})
_AGENTS = _ANSWERED | {Purpose.GATHERED, Purpose.HELP, Purpose.HELD, Purpose.FAILED}
_BLOCK = _READ | {Purpose.AUTO_REPLY, Purpose.REPLY, Purpose.HELD, Purpose.FAILED, CANNED}
_NOTICE = frozenset({Purpose.NOTICE})
_REMINDER = frozenset({Purpose.REMINDER})
_GATHERED = frozenset({Purpose.GATHERED})
_PAGE = frozenset({PAGE})


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    type: Type
    meaning: str
    example: object
    templates: frozenset[str]


def _text(name: str, meaning: str, example: str, templates: frozenset[str]) -> Variable:
    return Variable(name, Type.TEXT, meaning, example, templates)


TABLE: tuple[Variable, ...] = (
    _text("desk.name", "the desk's name", "Acme Support", _ALL),
    _text("desk.address", "where customers write", "support@acme.example", _ALL),
    _text("desk.url", "the web part's public address, or empty", "https://help.acme.example", _ALL),
    Variable("html", Type.FLAG, "yes while the HTML half of a mail is made: a link here, there an address",
             False, _ALL),
    Variable("ticket.number", Type.NUMBER, "the ticket's number", 12, _TICKET),
    _text("ticket.tag", "the tag for subjects", "[#12]", _TICKET),
    _text("ticket.subject", "the customer's subject", "The invoice of May", _THEIRS),
    _text("ticket.status", "new, open, pending, solved, closed or spam", "open", _TICKET),
    _text("ticket.priority", "low, normal, high or urgent", "high", _TICKET),
    _text("ticket.assignee", "the assigned agent's name, or empty", "Alice Rossi", _TICKET),
    _text("ticket.team", "the team's name, or empty", "Billing", _TICKET),
    _text("ticket.category", "the category, or empty", "billing", _TICKET),
    Variable("ticket.tags", Type.TEXT, "a list of tags", ("money", "vip"), _TICKET),
    _text("ticket.due", "when it is due, in the reader's zone, or empty", "2026-12-24 17:00 CET", _TICKET),
    _text("customer.name", "the requester's name; their address where there is none", "Maria Bianchi", _THEIRS),
    _text("customer.first_name", "the first of their names, or empty", "Maria", _THEIRS),
    _text("customer.email", "their address", "maria@customer.example", _THEIRS),
    _text("agent.name", "the agent who writes or receives, or empty", "Alice Rossi", _ALL),
    _text("agent.first_name", "the first of their names, or empty", "Alice", _ALL),
    _text("agent.signature", "their signature, or empty", "Alice\nAcme Support", _ALL),
    Variable("words", Type.WORDS, "what the mail is about, as written: by the customer, the agent, or "
             "(canned) above the command", Words("Hello,\n\nthe invoice of May is missing.\nMaria"), _BLOCK),
    _text("marker", "the line above which an agent writes", "##- Acme Support: write above this line -##",
          _AGENTS),
    _text("reply_address", "the reader's own address for answers on this ticket",
          "support+a2k4m@acme.example", _ANSWERED),
    _text("note_address", "the same, for private notes", "support+n7q2x@acme.example", _NOTICE),
    _text("reason", "why: new, answer, assigned, note, held, agent_answer or team", "new", _NOTICE),
    _text("author.name", "who wrote the words", "Maria Bianchi", _READ),
    _text("author.email", "their address", "maria@customer.example", _READ),
    _text("author.proof", "proven, unproven or failed: is the author who they say", "proven", _NOTICE),
    _text("attachments[].name", "an attachment's file name", "may.pdf", _NOTICE),
    _text("attachments[].size", "its size", "120 KB", _NOTICE),
    Variable("attachments[].enclosed", Type.FLAG, "is it in this mail, too", True, _NOTICE),
    Variable("newcomers", Type.TEXT, "a list of addresses that came newly in Cc", ("bob@customer.example",),
             _NOTICE),
    _text("fields[].name", "what a contact form asked for: a field's name", "Product", _NOTICE),
    _text("fields[].value", "its value", "Drill 2000", _NOTICE),
    _text("what", "first_reply or due: what is awaited", "first_reply", _REMINDER),
    Variable("overdue", Type.FLAG, "is the deadline past", True, _REMINDER),
    _text("deadline", "the deadline, in the reader's zone", "2026-12-24 17:00 CET", _REMINDER),
    Variable("count", Type.NUMBER, "how many notices were gathered", 1, _GATHERED),
    Variable("items[].ticket.number", Type.NUMBER, "of each gathered notice: as above", 12, _GATHERED),
    _text("items[].ticket.tag", "as above", "[#12]", _GATHERED),
    _text("items[].ticket.subject", "as above", "The invoice of May", _GATHERED),
    _text("items[].ticket.status", "as above", "open", _GATHERED),
    _text("items[].ticket.priority", "as above", "high", _GATHERED),
    _text("items[].ticket.assignee", "as above", "Alice Rossi", _GATHERED),
    _text("items[].author.name", "as above", "Maria Bianchi", _GATHERED),
    _text("items[].author.email", "as above", "maria@customer.example", _GATHERED),
    Variable("items[].held", Type.FLAG, "is it held back: its sender is not on the ticket", True, _GATHERED),
    Variable("items[].private", Type.FLAG, "is it a private note", True, _GATHERED),
    _text("items[].words", "the beginning of what they wrote, one line", "The invoice of May is …", _GATHERED),
    _text("items[].reply_address", "as above", "support+a2k4m@acme.example", _GATHERED),
    _text("items[].mailto", "the same as a link, with the subject",
          "mailto:support+a2k4m@acme.example?subject=Re%3A%20%5B%2312%5D", _GATHERED),
    Variable("transcript", Type.WORDS, "the commands, what is wrong with them, and how to resend",
             Words("#asign bob\n ^ did you mean #assign?", preformatted=True), frozenset({Purpose.COMMAND_ERROR})),
    _text("commands[].usage", "a command and its arguments", "#assign WHO", frozenset({Purpose.HELP})),
    _text("commands[].help", "what it does", "gives the ticket to an agent", frozenset({Purpose.HELP})),
    _text("why", "why the agent's mail was kept as a note and reached nobody", "its address has expired",
          frozenset({Purpose.HELD})),
    _text("recipient", "who could not be reached", "maria@customer.example", frozenset({Purpose.FAILED})),
    _text("error", "what their mail server said", "550 5.1.1 no such user", frozenset({Purpose.FAILED})),
    Variable("previous.number", Type.NUMBER, "the closed ticket's number", 7, frozenset({Purpose.FOLLOW_UP})),
    _text("previous.tag", "the closed ticket's tag", "[#7]", frozenset({Purpose.FOLLOW_UP})),
    _text("title", "what is unwell with the desk, in a line", "IMAP login is refused",
          frozenset({Purpose.ALARM})),
    Variable("details", Type.WORDS, "the same at length", Words("NO [AUTHENTICATIONFAILED]", preformatted=True),
             frozenset({Purpose.ALARM})),
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
        (_ALL, "all"),
        (_TICKET, "all but `alarm`, `gathered`"),
        (_THEIRS, "all but `alarm`, `gathered`, `auto_reply_plain`"),
        (_PAGE, "a layout's `html`"),
    ):
        if templates == known:
            return said
    return ", ".join(f"`{name}`" for name in sorted(templates))
