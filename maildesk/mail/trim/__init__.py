"""The new words of a mail: quoted history, signatures and product footers cut, in any client's style.

``reply`` is for reading, for commands, and for what is passed on; where it cannot be sure what is
new it keeps the text and says so, for a lost word is worse than a quoted one. It refuses to cut a
forwarded mail, which is content, and a closing ("Best regards, Jo"), which is the author's own.
``html`` makes the same cut of the HTML, when somebody wants to show it.

Quotes are known by RFC 3676 §4.5, signatures by §4.3; all else is clients' custom, kept as data in
``mail/phrases/``. ``text`` cuts plain text, ``structure`` HTML; ``page`` reads the lines with
``attribution``, ``header``, ``signature`` and ``recognise``.
"""

from __future__ import annotations

import re

from maildesk.mail.html import to_text
from maildesk.mail.html import words as all_words
from maildesk.mail.letters import bare
from maildesk.mail.trim import structure
from maildesk.mail.trim.recognise import LONGEST_LINKED_FOOTER
from maildesk.mail.trim.structure import cut_html
from maildesk.mail.trim.text import Cut, cut
from maildesk.model import Mail, Reply

__all__ = ["cut_html", "html", "reply"]

# What a client writes beside the words of its HTML when it makes text of it, and we do too.
_ADDED = re.compile(r"<(?:https?|mailto|tel|cid):[^<>\n]*>|\[(?:image|cid): ?[^\[\]\n]*\]")
_ADDS = re.compile(r"[<\[](?:https?|mailto|tel|cid|image):")  # how that begins
# Without any of these a text can hold nothing of another mail (no date, no address, no field), and no signature that
# says more than a name.
_TOLD = re.compile("[0-9\u0660-\u0669\u06f0-\u06f9@:>\uff1a]")
_LOOK = 500  # characters that are compared at a time, at least
_HEAD, _SOURCE = 4_000, 4  # characters of a page's styles; of its source, for each letter that it shows
_SLACK = LONGEST_LINKED_FOOTER + 100  # letters: the beginning may end within what is cut out as a footer, or a sign


def reply(text: str, page: str | None) -> Reply:
    """The new words of a mail whose whole body is ``text``, and ``page`` as HTML.

    The text decides; but where the HTML's structure shows a sure end, and the text has the same
    words down to there, it ends there too. Never raises.
    """
    new = cut(text)
    if page and _may_end_sooner(new, text, page):
        words = structure.new_words(page)
        end = _line_after(text, words.above) if words and words.ends else None
        new = new if end is None else cut(text[:end], ended=True)
    return Reply(new.text, new.doubtful)


def _may_end_sooner(new: Cut, text: str, page: str) -> bool:
    """Whether the HTML's structure may change the text's cut.

    To parse a page takes ten times as long as all else that is done here, to search it still half as long: neither is
    done for nothing.
    """
    told = bool(new.doubtful) or _TOLD.search(new.text) is not None
    if not told and len(new.text) == len(text):
        return False
    return structure.may_sign(page) or (told and structure.may_quote(page))


def html(mail: Mail) -> str | None:
    """The HTML of a mail's new words, unsanitized; None where it cannot be made to agree with their text."""
    if not mail.html or not mail.reply.text:
        return None
    letters = _letters(mail.reply.text)
    if _goes_on(mail.html, len(letters)):
        return None
    page = structure.unmarked(mail.html)
    shown = all_words(page.body) if page and page.body else None
    if page and shown is not None:
        return page.html if _is_spelt(letters, shown) else None
    words = structure.new_words(mail.html)
    if words is not None:
        if _letters(words.text) == letters:
            return words.html()
        if words.whole:
            return None
    return mail.html if _letters(to_text(mail.html)) == letters else None


def _goes_on(html: str, letters: int) -> bool:
    """Whether a page shows so many letters, and more, in its beginning already, and nothing is marked in that.

    It quotes in a way of its own; to search and to parse all of that is much of what a mail costs.
    """
    length = _HEAD + _SOURCE * (letters + _SLACK)
    shown = structure.beginning(html, length) if len(html) > 2 * length else None
    return shown is not None and not _adds(shown) and len(bare(shown)) > letters + _SLACK


def _adds(text: str) -> bool:
    """Whether a client may have written something beside its words; a pattern is tried only where a bracket stands."""
    return ("<" in text or "[" in text) and _ADDS.search(text) is not None


def _letters(text: str) -> str:
    return bare(_ADDED.sub("", text))


def _is_spelt(letters: str, text: str) -> bool:
    """Whether these are a text's letters; of a long one that goes on otherwise, little is looked at.

    It is looked at by lines, for what a client adds ends where its line does.
    """
    read = start = 0
    while start < len(text):
        end = text.find("\n", start + _LOOK) + 1 or len(text)
        part = text[start:end]
        piece = _letters(part) if "<" in part or "[" in part else bare(part)
        if not letters.startswith(piece, read):
            return False
        read, start = read + len(piece), end
    return read == len(letters)


def _line_after(text: str, above: str) -> int | None:
    """Where in ``text`` the words ``above`` end, at a line's end; None where it begins otherwise."""
    wanted = _letters(above)
    end = read = 0
    for line in text.splitlines(keepends=True):
        letters = _letters(line)
        if read == len(wanted) and (letters or line[0] == ">"):
            break
        if not wanted.startswith(letters, read):
            return None
        read, end = read + len(letters), end + len(line)
    return end if wanted and read == len(wanted) else None
