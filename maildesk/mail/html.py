"""HTML of mail: to plain text for reading and trimming, and through one door to what may be shown.

``to_text`` writes quotes (blockquote) as "> " lines, lists with their marks, tables by rows, a link with its
address where its words hide it. ``sanitize`` is the only way to show a stranger's HTML: no script, style, form,
frame or remote image; images of the mail itself (cid:, RFC 2392) stay. Refuses more than 4 million characters
and deeper nesting than a person writes, which parsers take quadratic time for. Never raises.
"""

from __future__ import annotations

import re
from html import escape

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

LIMIT = 4_000_000  # characters read
NODES = 100_000  # elements and texts of one page
_QUOTES = 20  # levels of quotes that are told apart
DEPTH = 500  # open elements; what is below is read as if it stood there
_CROWD = 20_000  # "<" or "&": fewer cannot take long, however they nest
_ATTRIBUTES_OF_A_TAG = 300

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,30})[^<>]*>")
_LONG_TAG = re.compile(r"<[a-zA-Z][^\s<>/\"']*(?:[\s/\"'][^\s<>/\"']*){1000,}")
_ANGLE_IN_VALUE = re.compile(r"=\s{0,9}[\"'][^\"'<>]{0,99}[<>]")
_QUOTED_VALUE = re.compile(r"\"[^\"]*\"|'[^']*'")
_SEPARATORS = re.compile(r"[\s/]+")
_BARE_AMPERSAND = re.compile(r"&(?![a-zA-Z0-9#])")
_VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
})  # fmt: skip
_CLOSED_BY_THE_NEXT = frozenset({
    "p", "li", "dt", "dd", "option", "tr", "td", "th", "thead", "tbody", "tfoot", "html", "body",
    "head",
})  # fmt: skip


def bounded(html: str) -> str:
    """``html`` such that any parser takes linear time: cut to size, tags beyond ``DEPTH`` dropped."""
    html = html[:LIMIT].replace("\0", "")
    if html.count("&") > _CROWD:
        *read, rest = html.split("&", 2 * _CROWD)
        html = _BARE_AMPERSAND.sub("&amp;", "&".join((*read, rest.replace("&", " "))))
    if len(_ANGLE_IN_VALUE.findall(html)) > _CROWD // 10 or any(
        _attributes(tag[0]) > _ATTRIBUTES_OF_A_TAG for tag in _LONG_TAG.finditer(html)
    ):
        return escape(_TAG.sub(" ", html))
    return _flattened(html) if html.count("<") > _CROWD else html


def _attributes(tag: str) -> int:
    return len(_SEPARATORS.split(_QUOTED_VALUE.sub(" ", tag)))


def _flattened(html: str) -> str:
    depth = 0

    def keep(tag: re.Match[str]) -> str:
        nonlocal depth
        name = tag[2].lower()
        if name in _VOID or name in _CLOSED_BY_THE_NEXT:
            return tag[0]
        if not tag[1]:
            depth += 1
            return tag[0] if depth <= DEPTH else " "
        depth = max(depth - 1, 0)
        return tag[0] if depth < DEPTH else " "

    return _TAG.sub(keep, html)


# --- the one door ----------------------------------------------------------------------------------

_SHOWN = frozenset({
    "a", "abbr", "acronym", "address", "b", "bdi", "big", "blockquote", "br", "caption", "center",
    "cite", "code", "col", "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em", "figcaption",
    "figure", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark",
    "ol", "p", "pre", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "table",
    "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "wbr",
})  # fmt: skip
_ATTRIBUTES = {
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
        _encodable(bounded(html)),
        tags=set(_SHOWN),
        attributes=_ATTRIBUTES,
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


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


# --- to text ---------------------------------------------------------------------------------------

_SKIPPED = frozenset({
    "head", "script", "style", "template", "title", "svg", "math", "object", "noframes",
})  # fmt: skip
_PARAGRAPHS = frozenset({
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "pre", "table", "blockquote", "figure",
})  # fmt: skip
_LINES = frozenset({
    "address", "article", "aside", "center", "dd", "div", "dt", "figcaption", "fieldset", "footer",
    "form", "header", "hr", "li", "main", "nav", "section", "tr", "body", "caption", "option",
})  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\n\r\f]+")
_RULE = "_" * 32  # as Outlook writes one above what it quotes


def to_text(html: str) -> str:
    """Readable plain text, quotes as "> " lines."""
    parser = LexborHTMLParser(bounded(html).encode("utf-8", "replace"))
    root = parser.body or parser.root
    if root is None:
        return ""
    return _render(root, hidden=False) or _render(root, hidden=True)


def _render(root: LexborNode, *, hidden: bool) -> str:
    page = _Page(hidden)
    depth = read = 0
    node: LexborNode | None = root
    while node is not None and (read := read + 1) <= NODES:
        child = node.child if page.enter(node) else None
        if child is not None:
            node, depth = child, depth + 1
            continue
        page.leave(node)
        while depth and node.next is None:
            parent = node.parent
            if parent is None:
                return page.text()
            node, depth = parent, depth - 1
            page.leave(node)
        node = node.next if depth else None
    return page.text()


class _Page:
    """The text as it grows: lines with their depth of quotes, and the line being written."""

    def __init__(self, hidden: bool) -> None:
        self._hidden = hidden  # whether hidden text is shown: nothing else is there
        self._lines: list[str] = []
        self._line: list[str] = []
        self._mark = ""  # of the list item that the next line begins
        self._quotes = self._pre = 0
        self._lists: list[int] = []  # the number of the next item; -1 without numbers
        self._links: list[tuple[str, int]] = []
        self._blank = True  # the last line is empty

    def text(self) -> str:
        self._end_line()
        return "\n".join(self._lines).strip("\n")

    def enter(self, node: LexborNode) -> bool:
        """Writes what stands before a node's children; False when these shall not be read."""
        if node.is_text_node:
            self._words(node.text_content or "")
            return False
        tag = node.tag or ""
        if tag in _SKIPPED or not node.is_element_node:
            return False
        if tag == "br":
            self._end_line(even_empty=True)
        elif tag in _PARAGRAPHS or tag in _LINES:
            return self._enter_block(tag, node)
        elif tag == "a":
            self._links.append((node.attributes.get("href") or "", len(self._line)))
        elif tag == "img":
            self._image(node.attributes.get("alt") or "")
        elif tag in ("td", "th") and self._line:
            self._line.append(" ")
        return self._visible(node)

    def _visible(self, node: LexborNode) -> bool:
        style = node.attributes.get("style")
        return self._hidden or not style or not _HIDDEN.search(style)

    def _enter_block(self, tag: str, node: LexborNode) -> bool:
        self._end_line()
        if not self._visible(node):
            return False
        if tag in _PARAGRAPHS and not _is_outlook_line(tag, node) and not (tag in ("ul", "ol") and self._lists):
            self._blank_line()
        if tag == "blockquote":
            self._quotes += _is_quote(node)
        elif tag == "pre":
            self._pre += 1
        elif tag in ("ul", "ol"):
            self._lists.append(1 if tag == "ol" else -1)
        elif tag == "li":
            self._item()
        elif tag == "hr":
            self._line.append(_RULE)
        return True

    def leave(self, node: LexborNode) -> None:
        """Writes what stands after a node's children."""
        tag = node.tag or ""
        if tag == "a" and self._links:
            self._link(*self._links.pop())
        elif tag in _PARAGRAPHS or tag in _LINES:
            self._end_line()
            if not self._visible(node):
                return
            if tag == "pre":
                self._pre -= 1
            elif tag in ("ul", "ol"):
                self._lists.pop()
            elif tag == "blockquote":
                self._quotes -= _is_quote(node)
            if tag in _PARAGRAPHS and not _is_outlook_line(tag, node) and not self._lists:
                self._blank_line()

    def _words(self, text: str) -> None:
        if self._pre:
            first, *rest = text.replace("\r", "").split("\n")
            self._line.append(first)
            for line in rest:
                self._end_line(even_empty=True)
                self._line.append(line)
            return
        text = _SPACES.sub(" ", text)
        if text != " ":
            self._line.append(text)
        elif self._line:
            self._line.append(" ")

    def _item(self) -> None:
        number = self._lists[-1] if self._lists else -1
        indent = "  " * max(len(self._lists) - 1, 0)
        self._mark = f"{indent}{number}. " if number >= 0 else f"{indent}- "
        if number >= 0:
            self._lists[-1] += 1

    def _image(self, alt: str) -> None:
        """An emoji that is an image (Gmail, Outlook) is its character; others are named."""
        alt = " ".join(alt.split())[:200]
        if alt:
            self._line.append(alt if not re.search(r"[\x21-\x7e]", alt) else f"[image: {alt}]")

    def _link(self, address: str, since: int) -> None:
        shown = "".join(self._line[since:]).strip()
        address = address.strip()
        told = shown.removesuffix("/") in address or shown.startswith("[")
        if shown and not (told and "." in shown) and _LINK.match(address) and address[:4] == "http":
            self._line.append(f" <{address[:500]}>")

    def _end_line(self, *, even_empty: bool = False) -> None:
        line = "".join(self._line)
        self._line = []
        line = line if self._pre else line.strip(" ")
        if not line and not even_empty:
            return
        line = line.replace("\xa0", " ").rstrip()
        if line:
            self._put(self._mark + line)
            self._mark = ""
        else:
            self._blank_line()

    def _put(self, line: str) -> None:
        self._lines.append("> " * min(self._quotes, _QUOTES) + line if self._quotes else line)
        self._blank = False

    def _blank_line(self) -> None:
        if not self._blank:
            self._lines.append(("> " * min(self._quotes, _QUOTES)).rstrip())
            self._blank = True


def _is_outlook_line(tag: str, node: LexborNode) -> bool:
    """Outlook writes each line as a paragraph without margins."""
    return tag == "p" and (node.attributes.get("class") or "").startswith("Mso")


def _is_quote(node: LexborNode) -> bool:
    """Whether a blockquote quotes; with a style but no line at its left it only indents (Gmail, Apple)."""
    if node.attributes.get("type") == "cite" or node.attributes.get("class"):
        return True
    style = (node.attributes.get("style") or "").replace(" ", "").lower()
    return not style or ("border" in style and "border:none" not in style)
