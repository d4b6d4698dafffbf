"""HTML of mail: to plain text, and through one door to what may be shown.

``sanitize`` is the only way to show a stranger's HTML: no script, style, form, frame or remote image; images of the
mail itself (cid:, RFC 2392) stay, and links to the web, a mailbox or a telephone. The texts of pages are
:mod:`maildesk.mail.page`'s, ``bounded`` is :mod:`maildesk.mail.bounds`'. Never raises.
"""

from __future__ import annotations

import re

import nh3

from maildesk.mail.bounds import bounded
from maildesk.mail.page import letters, to_text, tree_to_text, words

__all__ = ["bounded", "letters", "sanitize", "to_text", "tree_to_text", "words"]

_SHOWN = frozenset({
    "a", "abbr", "acronym", "address", "b", "bdi", "big", "blockquote", "br", "caption", "center",
    "cite", "code", "col", "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em", "figcaption",
    "figure", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark",
    "ol", "p", "pre", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "table",
    "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "wbr",
})  # fmt: skip
_KEPT = {
    "*": {"dir", "lang", "align", "valign"},
    "a": {"href", "title"},
    "blockquote": {"type"},
    "font": {"color"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_LINK = re.compile(r"\s*(?:https?://|mailto:|tel:)", re.IGNORECASE)


def sanitize(html: str) -> str:
    """``html`` as it may be shown to anyone."""
    return nh3.clean(
        _in_pieces(_encodable(bounded(html))),
        tags=set(_SHOWN),
        attributes=_KEPT,
        attribute_filter=_allowed,
        clean_content_tags={"script", "style", "title", "template", "svg", "math", "object", "select", "textarea"},
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )


def _allowed(_: str, attribute: str, value: str) -> str | None:
    """A link leads to the web, a mailbox or a telephone; an image is one that the mail brought."""
    if attribute == "href":
        return value if _LINK.match(value) else None
    if attribute == "src":
        return value if value.strip().lower().startswith("cid:") else None
    return value


# Of each character of two octets that begins as a hard space does (U+0080 to U+00BF) nh3 asks whether it is one, and
# copies the text behind it: a megabyte of "³" takes five seconds.
_LIKE_A_HARD_SPACE = re.compile("[\x80-\xbf]")
_COPIED = 500_000_000  # characters: a twentieth of a second
_STRETCH = re.compile(r"[^<>&]{4000}")


def _in_pieces(html: str) -> str:
    """The page with empty comments in its long texts, where these would be copied too often; nh3 leaves them out."""
    if html.isascii() or len(_LIKE_A_HARD_SPACE.findall(html)) * len(html) < _COPIED:
        return html
    return _STRETCH.sub(r"\g<0><!---->", html)


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
