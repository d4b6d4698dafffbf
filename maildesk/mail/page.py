"""A page of HTML as plain text, for reading and for finding quotes.

Writes quotes (blockquote) as "> " lines, lists with their marks, tables by rows, a link with its address where its
words hide it. Passes over what the style hides, unless nothing else is there. Never raises; linear in the input.
"""

from __future__ import annotations

import re
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from maildesk.mail.bounds import bounded
from maildesk.mail.letters import bare

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
_MAY_HIDE = "[style*=display i], [style*=mso-hide i]"
_OTHERWISE = ", ".join((_MAY_HIDE, *sorted(_SKIPPED), "ol", "img"))
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
_BLOCKS = _PARAGRAPHS | _LINES
_LISTS = ("ul", "ol")
_MARKS = _BLOCKS | {"a"}  # something stands after their children
_TEXT = "-text"  # lexbor's tag of a text node
_WEB = re.compile(r"https?://", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\n\r\f]+")
_RULE = "_" * 32  # as Outlook writes one above what it quotes


@lru_cache(maxsize=2)  # who trims a mail reads the same page again
def to_text(html: str) -> str:
    """Readable plain text, quotes as "> " lines."""
    parser = LexborHTMLParser(bounded(html).encode("utf-8", "replace"))
    root = parser.body or parser.root
    return "" if root is None else tree_to_text(root)


def tree_to_text(root: LexborNode) -> str:
    """The same of a page that was parsed already, or of what is left of it."""
    hidden = _hidden(root)
    return _render(root, hidden) or (_render(root, frozenset()) if hidden else "")


def letters(html: str) -> str:
    """All letters and digits that a page shows, without what :func:`to_text` adds: to compare pages by; fast."""
    parser = LexborHTMLParser(bounded(html).encode("utf-8", "replace"))
    if parser.body is None:
        return ""
    parser.strip_tags([*_SKIPPED])
    hidden = _hidden(parser.body)
    for node in parser.body.css(_MAY_HIDE) if hidden else ():
        if node.mem_id in hidden and node.mem_id != parser.body.mem_id:
            node.remove()
    return bare(parser.body.text())


def words(root: LexborNode) -> str | None:
    """All words of a page, run together; None where :func:`to_text` has other ones: numbers of lists, what nobody sees.

    It takes a tenth of the time, for the parser does it.
    """
    return None if root.css_first(_OTHERWISE) is not None else root.text()


def _hidden(root: LexborNode) -> frozenset[int]:
    """The elements whose style hides them."""
    styled = root.css(_MAY_HIDE)
    return frozenset([node.mem_id for node in styled if _HIDDEN.search(node.attrs.get("style") or "")])


def _render(root: LexborNode, hidden: frozenset[int]) -> str:
    """The text of all but the ``hidden`` elements: one walk, for tens of thousands of nodes in one page."""
    page = _Page()
    enter, write, leave = page.enter, page.words, page.leave
    above: list[tuple[LexborNode, str]] = []
    node: LexborNode | None = root
    for _ in range(NODES):
        if node is None:
            break
        tag = node.tag or ""
        if tag == _TEXT:
            write(node.text_content or "")
        elif not hidden or node.mem_id not in hidden:
            child = node.child if enter(tag, node) else None
            if child is not None:
                above.append((node, tag))
                node = child
                continue
            if tag in _MARKS:
                leave(tag, node)
        node = node.next if above else None
        while node is None and above:
            parent, tag = above.pop()
            if tag in _MARKS:
                leave(tag, parent)
            node = parent.next if above else None
    return page.text()


class _Page:
    """The text as it grows: lines with their depth of quotes, and the line being written."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._mark = ""  # of the list item that the next line begins
        self._quotes = self._pre = 0
        self._prefix = ""  # of a line so deep in quotes
        self._lists: list[int] = []  # the number of the next item; -1 without numbers
        self._links: list[tuple[str, int]] = []
        self._blank = True  # the last line is empty

    def text(self) -> str:
        self._end_line()
        return "\n".join(self._lines).strip("\n")

    def enter(self, tag: str, node: LexborNode) -> bool:
        """Writes what stands before an element's children; False when these shall not be read."""
        if tag in _BLOCKS:
            self._enter_block(tag, node)
        elif tag in _SKIPPED or not node.is_element_node:
            return False
        elif tag == "br":
            self._end_line(even_empty=True)
        elif tag == "a":
            self._links.append((node.attrs.get("href") or "", len(self._line)))
        elif tag == "img":
            self._image(node.attrs.get("alt") or "")
        elif tag in ("td", "th") and self._line:
            self._line.append(" ")
        return True

    def _enter_block(self, tag: str, node: LexborNode) -> None:
        if self._line:
            self._end_line()
        if tag in _PARAGRAPHS and not _is_outlook_line(tag, node) and not (tag in _LISTS and self._lists):
            self._blank_line()
        if tag == "blockquote":
            self._quote(_is_quote(node))
        elif tag == "pre":
            self._pre += 1
        elif tag in _LISTS:
            self._lists.append(1 if tag == "ol" else -1)
        elif tag == "li":
            self._item()
        elif tag == "hr":
            self._line.append(_RULE)

    def leave(self, tag: str, node: LexborNode) -> None:
        """Writes what stands after the children of a block or a link."""
        if tag == "a":
            self._link(*self._links.pop())
            return
        if self._line:
            self._end_line()
        if tag == "pre":
            self._pre -= 1
        elif tag in _LISTS:
            self._lists.pop()
        elif tag == "blockquote":
            self._quote(-_is_quote(node))
        if tag in _PARAGRAPHS and not self._lists and not _is_outlook_line(tag, node):
            self._blank_line()

    def _quote(self, levels: int) -> None:
        self._quotes += levels
        self._prefix = "> " * min(self._quotes, QUOTES)

    def words(self, text: str) -> None:
        """Writes a text."""
        if self._pre:
            first, *rest = text.replace("\r", "").split("\n")
            self._line.append(first)
            for line in rest:
                self._end_line(even_empty=True)
                self._line.append(line)
            return
        if "\n" in text or "  " in text or "\t" in text or "\r" in text or "\f" in text:  # a tenth of the substitution
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
        self._lines.append(self._prefix + line)
        self._blank = False

    def _blank_line(self) -> None:
        """One empty line, quoted as little as what is above or below it."""
        prefix = self._prefix.rstrip()
        if not self._blank:
            self._lines.append(prefix)
            self._blank = True
        elif self._lines and len(prefix) < len(self._lines[-1]):
            self._lines[-1] = prefix


def _is_outlook_line(tag: str, node: LexborNode) -> bool:
    """Outlook writes each line as a paragraph without margins."""
    return tag == "p" and (node.attrs.get("class") or "").startswith("Mso")


def _is_quote(node: LexborNode) -> bool:
    """Whether a blockquote quotes; with a style but no line at its left it only indents (Gmail, Apple)."""
    if node.attrs.get("type") == "cite" or node.attrs.get("class"):
        return True
    style = (node.attrs.get("style") or "").replace(" ", "").lower()
    return not style or ("border" in style and "border:none" not in style)
