"""A page of HTML as plain text, for reading and for finding quotes.

Writes quotes (blockquote) as "> " lines, lists with their marks, tables by rows, a link with its address where its
words hide it. Passes over what the style hides, unless nothing else is there. Never raises; linear in the input.
"""

from __future__ import annotations

import re
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from maildesk.mail.bounds import bounded

NODES = 100_000  # elements and texts of one page
QUOTES = 20  # levels of quotes, and of lists, that are told apart

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
_BLOCKS = _PARAGRAPHS | _LINES
_LISTS = ("ul", "ol")
_MARKS = _BLOCKS | {"a"}  # something stands after their children
_TEXT = "-text"  # lexbor's tag of a text node
_WEB = re.compile(r"https?://", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\n\r\f]+")
_NO_LETTER = re.compile(r"[\W_]+")
_RULE = "_" * 32  # as Outlook writes one above what it quotes


@lru_cache(maxsize=2)  # who trims a mail reads the same page again
def to_text(html: str) -> str:
    """Readable plain text, quotes as "> " lines."""
    page = bounded(html)
    parser = LexborHTMLParser(page.encode("utf-8", "replace"))
    root = parser.body or parser.root
    if root is None:
        return ""
    hides = _may_hide(page)
    return _render(root, hides=hides) or (_render(root, hides=False) if hides else "")


def letters(html: str) -> str:
    """All letters and digits that a page shows, without what :func:`to_text` adds: to compare pages by; fast."""
    page = bounded(html)
    parser = LexborHTMLParser(page.encode("utf-8", "replace"))
    if parser.body is None:
        return ""
    parser.strip_tags([*_SKIPPED])
    if _may_hide(page):
        for node in parser.body.css("[style]"):
            if node != parser.body and _HIDDEN.search(node.attributes.get("style") or ""):
                node.remove()
    return _NO_LETTER.sub("", parser.body.text())


def _may_hide(page: str) -> bool:
    lower = page.lower()
    return "display" in lower or "mso-hide" in lower


def _render(root: LexborNode, *, hides: bool) -> str:
    """``hides``: whether to pass over what the style hides; not when nothing else is there."""
    page = _Page(hides)
    depth = read = 0
    node: LexborNode | None = root
    while node is not None and (read := read + 1) <= NODES:
        tag = node.tag or ""
        child = node.child if tag != _TEXT and page.enter(tag, node) else None
        if child is not None:
            node, depth = child, depth + 1
            continue
        if tag == _TEXT:
            page.words(node.text_content or "")
        elif tag in _MARKS:
            page.leave(tag, node)
        after = node.next
        while depth and after is None:
            node = node.parent
            if node is None:
                return page.text()
            depth -= 1
            tag = node.tag or ""
            if tag in _MARKS:
                page.leave(tag, node)
            after = node.next
        node = after if depth else None
    return page.text()


class _Page:
    """The text as it grows: lines with their depth of quotes, and the line being written."""

    def __init__(self, hides: bool) -> None:
        self._hides = hides
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

    def enter(self, tag: str, node: LexborNode) -> bool:
        """Writes what stands before an element's children; False when these shall not be read."""
        if tag in _BLOCKS:
            return self._enter_block(tag, node)
        if tag in _SKIPPED or not node.is_element_node:
            return False
        if tag == "br":
            self._end_line(even_empty=True)
        elif tag == "a":
            self._links.append((node.attributes.get("href") or "", len(self._line)))
        elif tag == "img":
            self._image(node.attributes.get("alt") or "")
        elif tag in ("td", "th") and self._line:
            self._line.append(" ")
        return not self._hides or self._visible(node)

    def _visible(self, node: LexborNode) -> bool:
        style = node.attributes.get("style") if self._hides else None
        return not style or not _HIDDEN.search(style)

    def _enter_block(self, tag: str, node: LexborNode) -> bool:
        self._end_line()
        if not self._visible(node):
            return False
        if tag in _PARAGRAPHS and not _is_outlook_line(tag, node) and not (tag in _LISTS and self._lists):
            self._blank_line()
        if tag == "blockquote":
            self._quotes += _is_quote(node)
        elif tag == "pre":
            self._pre += 1
        elif tag in _LISTS:
            self._lists.append(1 if tag == "ol" else -1)
        elif tag == "li":
            self._item()
        elif tag == "hr":
            self._line.append(_RULE)
        return True

    def leave(self, tag: str, node: LexborNode) -> None:
        """Writes what stands after the children of a block or a link."""
        if tag == "a":
            self._link(*self._links.pop())
            return
        self._end_line()
        if not self._visible(node):
            return
        if tag == "pre":
            self._pre -= 1
        elif tag in _LISTS:
            self._lists.pop()
        elif tag == "blockquote":
            self._quotes -= _is_quote(node)
        if tag in _PARAGRAPHS and not _is_outlook_line(tag, node) and not self._lists:
            self._blank_line()

    def words(self, text: str) -> None:
        """Writes a text."""
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
        indent = "  " * min(max(len(self._lists) - 1, 0), QUOTES)
        self._mark = f"{indent}{number}. " if number >= 0 else f"{indent}- "
        if number >= 0:
            self._lists[-1] += 1

    def _image(self, alt: str) -> None:
        """An emoji that is an image (Gmail, Outlook) is its character; others are named."""
        alt = " ".join(alt.split())[:200]
        if alt:
            self._line.append(alt if not re.search(r"[\x21-\x7e]", alt) else f"[image: {alt}]")

    def _link(self, address: str, since: int) -> None:
        address = address.strip()
        shown = "".join(self._line[since:]).strip()
        if not shown or not _WEB.match(address):
            return
        told = "." in shown and shown.removesuffix("/") in address
        if not told and not shown.startswith("["):
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
        self._lines.append("> " * min(self._quotes, QUOTES) + line if self._quotes else line)
        self._blank = False

    def _blank_line(self) -> None:
        """One empty line, quoted as little as what is above or below it."""
        prefix = ("> " * min(self._quotes, QUOTES)).rstrip()
        if not self._blank:
            self._lines.append(prefix)
            self._blank = True
        elif self._lines and len(prefix) < len(self._lines[-1]):
            self._lines[-1] = prefix


def _is_outlook_line(tag: str, node: LexborNode) -> bool:
    """Outlook writes each line as a paragraph without margins."""
    return tag == "p" and (node.attributes.get("class") or "").startswith("Mso")


def _is_quote(node: LexborNode) -> bool:
    """Whether a blockquote quotes; with a style but no line at its left it only indents (Gmail, Apple)."""
    if node.attributes.get("type") == "cite" or node.attributes.get("class"):
        return True
    style = (node.attributes.get("style") or "").replace(" ", "").lower()
    return not style or ("border" in style and "border:none" not in style)
