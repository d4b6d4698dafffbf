"""What a person reads in a mail, and what hangs on it (RFC 2046 §5.1, RFC 2387, RFC 1847).

Chooses between alternatives, joins what is mixed, opens what Outlook and S/MIME wrap, writes calendar parts out.
An attached message is an attachment, and its words are the mail's only when there are no others; all that can be read
without opening a file stands in ``Body.whole``. Never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple

from maildesk.mail import attachments, calendar, containers, html, mime, tnef
from maildesk.mail.disposition import Disposition, is_body
from maildesk.mail.letters import bare
from maildesk.mail.mime import Contents, Part
from maildesk.model import Attachment

TEXT_LIMIT = 1_000_000  # characters of the body that are read
_MESSAGES_LIMIT = 1_000_000  # octets of attached messages that are read beside the body

_CALENDARS = ("text/calendar", "application/ics", "text/x-vcalendar")
_STATUS = "message/delivery-status"
_ENRICHED = re.compile(r"<[^<>]{0,200}>")
_OF_HTML = ("html", "view t", "view i", "not display")  # a quick look before the patterns
_SPEAKS_OF_HTML = re.compile(r"\bhtml\b|view (?:this|the|it) |not display", re.IGNORECASE)
_ADDRESSES_THE_READER = re.compile(
    r"\b(?:please|you|your|bitte|ihr|ihrem?|sie|veuillez|votre|vous|por favor|su|tu|suo|tuo|uw|u|din|ditt|seu|twój)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the body: its text, its HTML, or both as alternatives of each other."""

    text: str | None = None
    html: str | None = None

    def is_blank(self) -> bool:
        return _blank(self.text or self.html)

    def as_text(self) -> str:
        """Its words; the plain text unless that only says that the HTML cannot be shown."""
        if self.html is None:
            return self.text or ""
        if self.text and not _blank(self.text) and not _is_excuse(self.text, self.html):
            return self.text
        return html.to_text(self.html) or self.text or ""

    def as_html(self) -> str:
        if self.html is not None:
            return self.html
        return f"<div>{escape(self.text or '', quote=False)}</div>".replace("\n", "<br>\n")


class Body(NamedTuple):
    """A mail's words: as text, as HTML where there is any; its attachments, the events in it.

    ``beside`` are texts that mail programs show below the words: one that only stands in for the HTML, the report that
    machines read (RFC 3464), what was attached without a name, and what attached messages say.
    """

    text: str
    html: str | None
    attachments: tuple[Attachment, ...]
    events: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    def whole(self) -> str:
        """All there is to read without opening a file."""
        return _joined((self.text, *self.beside))[:TEXT_LIMIT] if self.beside else self.text


def read(contents: Contents, root: Part) -> Body:
    """The body of a mail or of an entity inside one, whose leaves are in ``contents``."""
    return _of_plain_text(contents, root) or _of_tree(contents, root)


def _of_plain_text(contents: Contents, root: Part) -> Body | None:
    """That of a mail that is words and nothing else, as most are; None of any other."""
    if root.media_type != "text/plain" or not is_body(root, Disposition.of(root)):
        return None
    text = contents.text(root)
    return None if _blank(text) or "begin " in text else Body(text.strip("\n")[:TEXT_LIMIT], None, ())


def _of_tree(contents: Contents, root: Part) -> Body:
    gathering = _Gathering(contents)
    blocks = gathering.blocks(root)
    if all(block.is_blank() for block in blocks):
        blocks += gathering.leftovers()
    texts = _texts(blocks)
    page = "\n".join([block.as_html() for block in blocks]) if any(block.html for block in blocks) else None
    beside = [block.text for block, text in zip(blocks, texts, strict=True) if block.text and text is not block.text]
    beside += gathering.texts_beside()
    return Body(_joined(texts)[:TEXT_LIMIT], page, tuple(gathering.attachments), tuple(gathering.events), tuple(beside))


def _texts(blocks: Iterable[Block]) -> list[str]:
    """What each says; pages beyond the limit are not made text any more."""
    texts, pages = [], 0
    for block in blocks:
        texts.append(block.as_text() if pages < TEXT_LIMIT else block.text or "")
        pages += len(block.html or "")
    return texts


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join([stripped for text in texts if (stripped := text.strip("\n"))])


@dataclass(slots=True)
class _Gathering:
    """One walk through the tree; what is not read in place is collected beside."""

    contents: Contents
    attachments: list[Attachment] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    set_aside: list[tuple[Part, Disposition]] = field(default_factory=list)
    messages: list[Part] = field(default_factory=list)
    wrapped: list[Block] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)

    def blocks(self, part: Part) -> list[Block]:
        """What is read in place of ``part``, in order."""
        if part.media_type in mime.MESSAGES:
            self.messages.append(part)
        elif part.children:
            if part.media_type == "multipart/encrypted":
                return self._encrypted(part)
            below = [self.blocks(child) for child in part.children]
            if part.media_type == "multipart/alternative":
                return _best(below)
            return [block for blocks in below for block in blocks]
        return self._leaf(part)

    def leftovers(self) -> list[Block]:
        """What is shown when there is no body: wrapped words, a text that was attached, a message."""
        if self.wrapped:
            return self.wrapped
        shown: list[Block] = []
        for index, (part, disposition) in enumerate(self.set_aside):
            block = self._block(part)
            if not block.is_blank():
                shown.append(block)
                if part.media_type != _STATUS and not disposition.name:
                    self.attachments = [found for found in self.attachments if found.part != part.number]
                if part.media_type != _STATUS:
                    del self.set_aside[: index + 1]
                    return shown
        self.set_aside.clear()
        if self.messages and self.messages[0].children:
            inner = read(self.contents, self.messages.pop(0).children[0])
            shown.append(Block(inner.text, inner.html))
            self.beside += inner.beside
        return shown

    def texts_beside(self) -> list[str]:
        """What is neither among the words nor in a file."""
        for part, disposition in self.set_aside:
            if part.media_type != "text/html" and not disposition.name:
                self.beside.append(self.contents.text(part))
        size = 0
        for message in self.messages:
            size += message.end - message.start
            if size <= _MESSAGES_LIMIT and message.children:
                self.beside.append(read(self.contents, message.children[0]).whole())
        return self.beside

    def _leaf(self, part: Part) -> list[Block]:
        disposition = Disposition.of(part)
        if is_body(part, disposition):
            return [self._block(part)]
        self.attachments.append(attachments.describe(self.contents.raw, part, disposition))
        if part.media_type in ("text/plain", "text/html", _STATUS):
            self.set_aside.append((part, disposition))
        elif part.media_type in _CALENDARS:
            self.events.append(calendar.to_text(self.contents.text(part)))
        elif part.media_type in containers.SIGNED:
            return self._signed(part)
        elif containers.is_tnef(part):
            self._tnef(part)
        return []

    def _block(self, part: Part) -> Block:
        text = self.contents.text(part)
        if part.media_type == "text/html":
            return Block(html=text)
        if part.media_type in ("text/enriched", "text/richtext"):
            return Block(_ENRICHED.sub("", text))
        if "begin " in text and part.media_type != _STATUS:
            text = self._without_uuencoded(part, text)
        return Block(text)

    def _without_uuencoded(self, part: Part, text: str) -> str:
        files = containers.uuencoded(self.contents.octets(part))
        self.attachments += attachments.of_files(part.number, files)
        return containers.UUENCODED.sub("", text, count=len(files)) if files else text

    def _signed(self, part: Part) -> list[Block]:
        entity = containers.signed(self.contents.raw, part)
        if not entity:
            return []
        inner = read(Contents(entity), mime.split(entity)[0])
        self.attachments += attachments.of_files(part.number, containers.unpack(self.contents.raw, part))
        self.events += inner.events
        return [Block(inner.text, inner.html)]

    def _tnef(self, part: Part) -> None:
        opened = tnef.read(self.contents.octets(part))
        self.attachments += attachments.of_files(part.number, containers.unpack(self.contents.raw, part))
        if opened.text or opened.html:
            self.wrapped.append(Block(opened.text or None, opened.html or None))

    def _encrypted(self, part: Part) -> list[Block]:
        """PGP/MIME (RFC 3156 §4): its armoured text is shown as such, for whoever holds the key."""
        beside = [block for child in part.children for block in self.blocks(child)]
        armoured = self.contents.text(part.children[-1])
        return [Block(armoured)] if armoured.lstrip().startswith("-----BEGIN PGP MESSAGE") else beside


def _best(alternatives: list[list[Block]]) -> list[Block]:
    """The first alternative that is text and the last that is HTML (RFC 2046 §5.1.4: best last)."""
    texts = [blocks for blocks in alternatives if blocks and not any(block.html for block in blocks)]
    pages = [blocks for blocks in alternatives if not all(_blank(block.html) for block in blocks)]
    words = next((blocks for blocks in texts if not all(_blank(block.text) for block in blocks)), [])
    if not pages:
        return words
    page = pages[-1]
    written = [block.text or "" for block in words]
    if not words and any(block.text for block in page):
        return page
    return [Block("\n\n".join(written) or None, "\n".join(block.as_html() for block in page))]


def _blank(text: str | None) -> bool:
    return not text or text.isspace()


def _is_excuse(text: str, page: str) -> bool:
    """A text that only says that the mail must be read as HTML, and has none of its words."""
    folded = text.casefold() if len(text) <= 600 else ""
    if not any(word in folded for word in _OF_HTML):
        return False
    if not (_SPEAKS_OF_HTML.search(text) and _ADDRESSES_THE_READER.search(text)):
        return False
    shown = html.letters(page)
    return bool(shown) and bare(text)[:60] not in shown
