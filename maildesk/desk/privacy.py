"""What a customer must never see: agents' own addresses, and the addresses that act in their name.

`redact` takes them out of words that go on; `guard` is asked by `mail.compose` about every mail
to a customer and is the last door, whatever path led to it (THREATS T14b; ARCHITECTURE, Never 9).
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, unquote

from maildesk.config import Config, Desk
from maildesk.desk.commands import grammar
from maildesk.mail.compose import Guard

REDACTED = "[…]"


def reply_addresses(desk: Desk) -> re.Pattern[str]:
    """Finds reply addresses in a text, agents' and customers', in any case, also percent-encoded in a mailto: link."""
    return _reply_addresses(desk.reply_forms)


@lru_cache(maxsize=8)
def _reply_addresses(forms: tuple[str, ...]) -> re.Pattern[str]:
    quoted = (re.escape(form).replace(r"\+", r"(?:\+|%2B)").replace("@", "(?:@|%40)") for form in forms)
    each = "|".join(form.replace(r"\{token\}", "[andtbc][a-z2-7]{26,63}") for form in quoted)
    return re.compile(each or "(?!)", re.IGNORECASE)


def _private(config: Config) -> re.Pattern[str]:
    return _addresses(tuple([agent.email for agent in config.agents]))


@lru_cache(maxsize=8)
def _addresses(emails: tuple[str, ...]) -> re.Pattern[str]:
    each = "|".join(re.escape(email).replace("@", "(?:@|%40)") for email in emails)
    return re.compile(rf"(?<![\w.+-])(?:{each})(?![\w-]|\.\w)", re.IGNORECASE)


def redact(text: str, config: Config, public: str = "") -> str:
    """The text with the ``public`` address (left out: the desk's) in place of all that customers must not see:
    agents' own addresses, and everybody's reply addresses (T14, T14b).
    """
    if not _may_hold_address(text):
        return text
    shown = public or config.desk.address
    return _private(config).sub(shown, reply_addresses(config.desk).sub(shown, text))


def redact_tokens(text: str, config: Config) -> str:
    """The text with all reply addresses taken out: a customer's words may quote one (T14b)."""
    return reply_addresses(config.desk).sub(REDACTED, text) if _may_hold_address(text) else text


def _may_hold_address(text: str) -> bool:
    """No address is without one of these; to search for them all takes a hundred times as long."""
    return "@" in text or "%40" in text


def guard(config: Config, own: str = "") -> Guard:
    """Says what in a text a customer must not see, "" when there is nothing.

    ``own`` is the reply address of the one reader themselves, where links to it may stand in the text.
    """
    tokens, private = reply_addresses(config.desk), _private(config)
    quoted = quote(own, safe="@")
    readers = (own, quoted, quoted.replace("@", "%40")) if own else ()

    def without_own(text: str) -> str:
        for each in readers:
            text = text.replace(each, " ")
        return text

    def look(text: str) -> str:
        if not text:
            return ""
        ways = _ways_to_see(text)
        if "%" in _first_line(text) or ("%" in text and _may_hold_address(without_own(text))):
            ways.add(unquote(text))  # as a link means it; of others, that is no other command nor address
        for seen in ways:
            foreign = without_own(seen) if _may_hold_address(seen) else ""
            if _may_hold_address(foreign):
                if tokens.search(foreign):
                    return "somebody's reply address would be seen by a customer"
                if private.search(seen) or private.search(foreign):  # either may begin where the reader's own ends
                    return "an agent's own address would be seen by a customer"
            if _begins_with_command(seen):
                return "it begins with a command: commands are for the desk alone"
        return ""

    return look


def _begins_with_command(text: str) -> bool:
    """Whether the first thing that is read is a command; whoever means it as words puts other words before it."""
    first = _first_line(text)
    if not grammar.is_command(first):
        return False
    from maildesk.desk.commands.table import BY_NAME  # which imports what imports this

    return bool(grammar.parse(first, tuple(BY_NAME)).commands)


def _first_line(text: str) -> str:
    return text.lstrip().partition("\n")[0]


def _ways_to_see(text: str) -> set[str]:
    """The text as written, as a browser shows it, and without what nobody sees."""
    said = html.unescape(text) if "&" in text else text
    shown = re.sub(r"<[^<>]{0,2000}>", "", said) if "<" in said else said
    return {text, said, shown, _visible(shown)}


def _visible(text: str) -> str:
    """The text without its characters of category Cf; they are not printable, so that most texts have none."""
    if text.isascii() or text.replace("\n", "").isprintable():
        return text
    hidden = [c for c in set(text) if c > "\x7f" and unicodedata.category(c) == "Cf"]
    return text.translate(dict.fromkeys(map(ord, hidden))) if hidden else text


def quotes_notice(words: str, desk: Desk) -> bool:
    """Whether a quoted line holds a reply address: then a notice to an agent is quoted there."""
    return any(
        line.lstrip().startswith((">", "|")) and reply_addresses(desk).search(line) for line in words.splitlines()
    )


def no_guard(text: str) -> str:
    """For mails to agents and admins, who may see everything of their desk."""
    return ""
