"""What a customer must never see: agents' own addresses, and the addresses that act in their name.

`redact` takes them out of words that go on; `guard` is asked by `mail.compose` about every mail
to a customer and is the last door, whatever path led to it (THREATS T14b; ARCHITECTURE, Never 9).
"""

from __future__ import annotations

import html
import re
from functools import lru_cache

from maildesk.config import Config, Desk
from maildesk.mail.compose import Guard

REDACTED = "[…]"


def reply_addresses(desk: Desk) -> re.Pattern[str]:
    """Finds agents' reply addresses in a text, in any case, also percent-encoded in a mailto: link."""
    return _reply_addresses(desk.reply_form)


@lru_cache(maxsize=8)
def _reply_addresses(form: str) -> re.Pattern[str]:
    prefix, braces, suffix = form.partition("{token}")
    if not braces:
        return re.compile(r"(?!)")
    quoted = [re.escape(piece).replace(r"\+", r"(?:\+|%2B)").replace("@", "(?:@|%40)") for piece in (prefix, suffix)]
    return re.compile(rf"{quoted[0]}[and][a-z2-7]{{26,63}}{quoted[1]}", re.IGNORECASE)


def _private(config: Config) -> re.Pattern[str]:
    return _addresses(tuple(sorted(agent.email for agent in config.agents)))


@lru_cache(maxsize=8)
def _addresses(emails: tuple[str, ...]) -> re.Pattern[str]:
    each = "|".join(re.escape(email).replace("@", "(?:@|%40)") for email in emails)
    return re.compile(rf"(?<![\w.+-])(?:{each})(?![\w-]|\.\w)", re.IGNORECASE)


def redact(text: str, config: Config) -> str:
    """The text with agents' reply addresses taken out, and the desk's address in place of their own."""
    text = reply_addresses(config.desk).sub(REDACTED, text)
    return _private(config).sub(config.desk.address, text)


def redact_tokens(text: str, config: Config) -> str:
    """The text with agents' reply addresses taken out: a customer's words may quote one (T14b)."""
    return reply_addresses(config.desk).sub(REDACTED, text)


def guard(config: Config) -> Guard:
    """Says what in a text a customer must not see, "" when there is nothing."""
    tokens, private = reply_addresses(config.desk), _private(config)

    def look(text: str) -> str:
        if not text:
            return ""
        bare = re.sub(r"<[^<>]{0,2000}>", "", html.unescape(text)) if "<" in text or "&" in text else text
        for seen in {text, bare}:
            if tokens.search(seen):
                return "an agent's reply address would be seen by a customer"
            if private.search(seen):
                return "an agent's own address would be seen by a customer"
        return ""

    return look


def no_guard(text: str) -> str:
    """For mails to agents and admins, who may see everything of their desk."""
    return ""
