"""Whether a machine wrote a mail, a list carried it, or a filter before us calls it spam.

Reads the header alone: RFC 3834 (Auto-Submitted, Precedence, the null Return-Path), RFC 2369 and 2919
(lists), and what responders, ticket systems and filters write instead. Refuses to look at the body: a
person may well quote a robot. Each answer is the sign itself in a person's words, "" for none.
"""

from __future__ import annotations

import re
from collections.abc import Set
from functools import lru_cache

from maildesk.mail.automatic import away
from maildesk.mail.automatic.signs import AUTOMATIC, LIST, SPAM, Signs
from maildesk.mail.fields import Fields

_SHOWN = 100  # characters of a field's value in a reason
_READ = 400  # characters of a field's value that are looked at
_REPEATED = 20  # fields of one name that are looked at
_BULK = frozenset({"list-unsubscribe", "list-unsubscribe-post"})
_LIST_NAMES = frozenset(LIST) - {"sender"}

_ROBOT = re.compile(
    r"(?:^|[<\s\"'(:,._+-])("
    r"mailer-?daemon|mail-?daemon|postmaster|majordomo|listserv|mailman|sympa|"
    r"auto-?(?:reply|responder|confirm|notification)s?|"
    r"no[._-]?(?:reply|repl[iy]es|response|respond|contest[ae]r?|responder?)|"
    r"(?:do|please)[._-]?not[._-]?(?:reply|respond)|"
    r"n[eo][._-]?pas[._-]?repondre|nicht[._-]?antworten|keine?[._-]?antwort|"
    r"nao[._-]?responda|no[._-]?responda|non[._-]?rispondere|niet[._-]?(?:beantwoorden|antwoorden)|"
    r"svara[._-]?(?:inte|ej)|nie[._-]?odpowiadaj"
    r")(?:[._+-].{0,64}|\d{1,6})?$",
    re.IGNORECASE,
)
_NAMED_ROBOT = re.compile(r"^\W*(?:mailer-?daemon|mail delivery (?:sub)?system)\b", re.IGNORECASE)


def why(fields: Fields) -> str:
    """The sign that a machine wrote this ("Auto-Submitted: auto-replied"); "" for a person's mail.

    A list's posts are :func:`mailing_list`'s: their List-Unsubscribe says nothing about who wrote.
    """
    names = fields.names()
    by_list = not names.isdisjoint(_LIST_NAMES)
    found = _first(fields, names - _BULK if by_list else names, AUTOMATIC)
    return found or _rule_of_exchange(fields, names) or _robot(fields) or _away(fields)


def mailing_list(fields: Fields) -> str:
    """The sign that this came through a list ("List-Id: <talk.example.org>"); "" if not."""
    return _first(fields, fields.names(), LIST)


def spam(fields: Fields) -> str:
    """The verdict of a filter before us ("X-Spam-Flag: YES"); "" if none calls it spam.

    Anyone can write such a field; the worst it does is to make a mail of one's own spam.
    """
    return _first(fields, fields.names(), SPAM)


def _first(fields: Fields, names: Set[str], table: Signs) -> str:
    """The first sign, in the table's order, that a header with these names shows."""
    for _, name, shows in sorted([table[name] for name in names & table.keys()]):
        for value in fields.all(name)[:_REPEATED]:
            if shows(value[:_READ]):
                return f"{name}: {value[:_SHOWN]}".rstrip()
    return ""


def _rule_of_exchange(fields: Fields, names: Set[str]) -> str:
    """An Exchange inbox rule that answers writes as its mailbox; one that redirects keeps the author."""
    if "x-ms-exchange-inbox-rules-loop" not in names:
        return ""
    mailbox = fields.get("X-MS-Exchange-Inbox-Rules-Loop").strip().casefold()[:254]
    by_rule = not mailbox or mailbox in fields.raw("From").casefold()[:1000]
    return f"X-MS-Exchange-Inbox-Rules-Loop: {mailbox}".rstrip() if by_rule else ""


def _robot(fields: Fields) -> str:
    author = fields.raw("From")[:1000]
    return f"From: {author[:_SHOWN]}" if _is_robot(author) else ""


@lru_cache(maxsize=1000)  # correspondents come back
def _is_robot(author: str) -> bool:
    at = author.rfind("@")
    return bool(_ROBOT.search(author[max(at - 64, 0) : max(at, 0)]) or _NAMED_ROBOT.match(author))


def _away(fields: Fields) -> str:
    subject = fields.get("Subject")
    return f"Subject: {subject[:_SHOWN]}" if away.subject(subject) else ""
