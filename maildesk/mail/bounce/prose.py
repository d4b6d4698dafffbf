"""The person's half of a bounce, and all of those that have no other: who was not reached, and why.

Reads notices of every mail system alike: the lines with addresses, the lines with codes, and known phrases.
Refuses quoted lines, which are a person's, and more than 32 KB. Never raises.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import chain

from maildesk.mail.bounce import diagnosis
from maildesk.mail.bounce.vocabulary import CHALLENGES, COPIES, MAIL_PHRASES, PHRASES

LIMIT = 32 * 1024
_PARAGRAPHS = 200

_WIDE = "：；，。、（）＜＞「」『』【】"  # what stands around an address in Chinese and Japanese
_ADDRESS = re.compile(rf"[^\s<>()\[\]{{}}:;,\"'@|={_WIDE}]{{1,64}}@[^\s<>()\[\]{{}}:;,\"'@|/={_WIDE}]{{1,253}}")
_TAG = re.compile(r"<[^<>]*>")
_LINE_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li)\b[^<>]*>", re.IGNORECASE)
_STYLE = re.compile(r"<(?:style|script|title)\b[^<]*", re.IGNORECASE)
_QUOTED = re.compile(r"^[ \t]*>(?!>>)[^\n]*$", re.MULTILINE)
_COPIED_HEADER = re.compile(
    r"^(?:received|return-path|delivered-to|x-received|dkim-signature|mime-version)[ \t]*:[^\n]*\n"
    r"(?:[ \t]+\S|[a-z][a-z0-9-]{1,60}[ \t]*:)",
    re.IGNORECASE | re.MULTILINE,
)
_COPIED_LINE = re.compile(r"\n[ \t]*(?:" + "|".join(re.escape(copy) for copy in COPIES) + ")", re.IGNORECASE)
_OTHERS = re.compile(
    r"postmaster|mail from|\bfrom:|contact|assistance|sender:|reply to|please send|support|help desk|envelope-from|"
    r"message-id|reporting|return path|https?://",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"\W*(?:hello|hi|hey|dear|good (?:morning|day|afternoon|evening)|greetings|"
    r"hallo|guten (?:tag|morgen|abend)|liebe[rs]?|"
    r"sehr geehrte\w*|moin|servus|bonjour|bonsoir|ch[eè]re?s?|madame|monsieur|hola|buen[oa]s|estimad[oa]s?|ciao|salve|"
    r"buongiorno|buonasera|gentil[ei]|ol[áa]|bom dia|boa (?:tarde|noite)|prezad[oa]s?|beste|geachte|"
    r"goedemorgen|goedemiddag|"
    r"hej|hei|god (?:morgen|dag)|bästa|kära|kjære|kære|dzień dobry|szanown\w+|witam|cześć|dobrý|ahoj|tisztelt|kedves|"
    r"bună|stimat\w+|здравствуйте|добрый|привет|уважаем\w+|доброго|вітаю|γεια|merhaba|sayın|selam|您好|你好|お世話|"
    r"こんにちは|안녕)\b",
    re.IGNORECASE,
)
_MYSELF = re.compile(
    r"\b(?:i|my|ich|meine?[mnr]?|mir|je|mon|mes|yo|mi|io|mio|mia|eu|meu|minha|ik|mijn|jag|jeg|mitt|minun|moje|mój|я|мой|мне|ben)\b",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^[\s\"'*>•·.\d)#-]*(?:(?:to|cc|for|recipients?|recipient address|address(?:es)?|user|e?-?mail|unknown user|"
    r"failed recipients?|final-recipient|original-recipient|rcpt to|an|empfänger|destinataire|destinatario|"
    r"destinatário)\s*[:;=]\s*)?(?:rfc822;|smtp:)?\s*[<\"'(\[]{0,3}$",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"rcpt to|recipient|\bto\b|\bfor\b|\buser\b|address|mailbox|account|deliver|\ban\b", re.IGNORECASE)


def untag(markup: str) -> str:
    """HTML as bare text, good enough to search."""
    lines = _LINE_BREAK.sub("\n", _STYLE.sub(" ", markup[: 4 * LIMIT]))
    return html.unescape(_TAG.sub(" ", lines))


def notice(text: str) -> tuple[str, str]:
    """``text`` cut in two: what the mail system says, and the copy of our mail below it, if any."""
    text = text[:LIMIT]
    cuts = [match.start() for match in (_COPIED_LINE.search("\n" + text), _COPIED_HEADER.search(text)) if match]
    said = text[: min((cut for cut in cuts if text[:cut].strip()), default=len(text))]
    return _QUOTED.sub("", said), text[len(said) :]


def speaks_of_mail(said: str) -> bool:
    """Whether a notice has words that only a mail system's failure has."""
    return _any_of(MAIL_PHRASES, said)


def speaks_of_failure(said: str) -> bool:
    """Whether a notice has words of failure, of mail or of anything."""
    return _any_of(MAIL_PHRASES, said) or _any_of(PHRASES, said)


def is_letter(said: str) -> bool:
    """Whether it begins as people's letters do, or speaks of its writer at once."""
    return bool(_GREETING.match(said) or _MYSELF.search(said[:400]))


def is_challenge(said: str) -> bool:
    """Whether a notice asks us to do something before our mail is let in."""
    return _any_of(CHALLENGES, said)


def addresses(text: str) -> frozenset[str]:
    """All addresses in ``text``, casefolded."""
    return frozenset(match[0].strip(".").casefold() for match in _ADDRESS.finditer(text[:LIMIT]))


def recipient(said: str, not_these: frozenset[str]) -> str:
    """The address that was not reached: first one that leads a line, then one that is spoken of."""
    spoken = ""
    for before, address in _named(said, not_these):
        if _LEAD.match(before[-100:]):
            return address
        if not spoken and _ABOUT.search(before) and not _OTHERS.search(before):
            spoken = address
    return spoken


def only_address(said: str, not_these: frozenset[str]) -> str:
    """The one address that a notice names, if it is one: so it is understood in any language."""
    found = {address for before, address in _named(said, not_these) if not _OTHERS.search(before)}
    return found.pop() if len(found) == 1 else ""


def _named(said: str, not_these: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Each address that may be the one, and what stands before it on its line."""
    for line in said.splitlines():
        for match in _ADDRESS.finditer(line[:1000]):
            address = match[0].strip(".*!?`")
            if address.casefold() not in not_these and "@" in address:
                yield line[: match.start()], address


def diagnostic(said: str, address: str) -> str:
    """The lines that tell why: those with a server's code, else those about the address."""
    paragraphs = [" ".join(paragraph.split()) for paragraph in re.split(r"\n[ \t]*\n", said)[:_PARAGRAPHS]]
    coded = (paragraph for paragraph in paragraphs if diagnosis.has_code(paragraph))
    failing = [paragraph for paragraph in paragraphs if speaks_of_failure(paragraph)]
    about = (paragraph for paragraph in failing if address and address in paragraph)
    return next(chain(coded, about, failing), "")[:1000]


def _any_of(phrases: tuple[str, ...], text: str) -> bool:
    folded = " ".join(text.casefold().split())
    return any(phrase in folded for phrase in phrases)
