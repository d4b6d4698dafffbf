"""The new words of a mail: quoted history, signatures and product footers cut, in any client's style.

``reply`` is for reading, for commands, and for what is passed on; where it cannot be sure what is
new it keeps the text and says so, for a lost word is worse than a quoted one. It refuses to cut a
forwarded mail, which is content, and a closing ("Best regards, Jo"), which is the author's own.

Quotes are known by RFC 3676 §4.5, signatures by §4.3; all else is clients' custom, kept as data in
``mail/phrases/``. ``text`` cuts plain text, ``structure`` HTML; ``page`` reads the lines with
``attribution``, ``header``, ``signature`` and ``recognise``.
"""

from __future__ import annotations

import re

from maildesk.mail.html import to_text
from maildesk.mail.trim import structure
from maildesk.mail.trim.structure import cut_html
from maildesk.mail.trim.text import Cut, cut
from maildesk.model import Reply

__all__ = ["cut_html", "reply"]

# What a client writes beside the words of its HTML when it makes text of it, and we do too.
_ADDED = re.compile(r"<(?:https?|mailto|tel|cid):[^<>\n]*>|\[(?:image|cid): ?[^\[\]\n]*\]")
_NO_LETTER = re.compile(r"[\W_]+")


def reply(text: str, html: str | None) -> Reply:
    """The new words of a mail whose whole body is ``text``, and of its HTML if that agrees.

    The text decides; but where the HTML's structure shows a sure end, and the text has the same
    words down to there, it ends there too. Never raises.
    """
    words = structure.new_words(html) if html else None
    end = _line_after(text, words.text) if words and words.above else None
    new = cut(text) if end is None else cut(text[:end], ended=True)
    return Reply(new.text, _agreeing(new, text, html, words), new.doubtful)


def _agreeing(new: Cut, text: str, html: str | None, words: structure.Words | None) -> str | None:
    if not html or not new.text:
        return None
    letters = _letters(new.text)
    if words is not None and _letters(to_text(words.html)) == letters:
        return words.html
    whole = _letters(text) == letters and _letters(to_text(html)) == letters
    return html if whole else None


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", _ADDED.sub("", text))


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
