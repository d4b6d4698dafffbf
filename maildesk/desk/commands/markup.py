"""Takes the command block away from the HTML alternative of an agent's mail.

The lines were read from the text alternative; here they are found again at the top of what the HTML shows,
letter by letter without its spaces, for clients wrap, indent and link the two differently. What is taken ends
where a line ends on the screen. It refuses to guess: where the two differ, where anything but text stands among
the commands, where what is left still looks like a command, the answer is None, and the caller makes the HTML
from the words. The result is as unsafe as what came in: `mail.html.sanitize` makes it showable.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from maildesk.desk.commands.grammar import is_blank, is_command, is_escaped
from maildesk.mail.html import bounded

_INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins",
    "kbd", "mark", "o:p", "q", "s", "samp", "small", "span", "strike", "strong", "st1:place", "sub", "sup", "time",
    "tt", "u", "var", "wbr",
})  # fmt: skip
_UNSEEN = frozenset({"head", "script", "style", "template", "title", "noframes"})
_THINGS = frozenset({
    "audio", "button", "canvas", "embed", "hr", "iframe", "img", "input", "math", "object", "select", "svg",
    "textarea", "video",
})  # fmt: skip
_THING = "\ufffc"  # stands in a line for what is no text
_CELLS = frozenset({"td", "th"})  # an empty one still holds its neighbours in their columns

_MAX_TAGS = 20_000
_MAX_LENGTH = 2_000_000  # characters

_ADDRESS = re.compile(r"<(?:mailto|https?):[^<>]*>")  # what Outlook and `to_text` write after a link
_SPACES = re.compile(r"[\s\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe0e\ufe0f\ufeff]+")
_DASHES = re.compile("[–—]")
_DOCUMENT = re.compile(r"<(?:html|body)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Line:
    """One line on the screen: its text, and the leaves of the tree that make it, such as a <br> at its end."""

    leaves: tuple[LexborNode, ...]
    text: str


def without_block(html: str, lines: Sequence[str]) -> str | None:
    """``html`` without ``lines`` (`grammar.Block.lines`) at its top; None when that cannot be done for sure."""
    if len(html) > _MAX_LENGTH or html.count("<") > _MAX_TAGS:
        return None
    parser = LexborHTMLParser(bounded(html).encode("utf-8", "replace"))
    body = parser.body
    if body is None:
        return None
    shown = list(_lines(body))
    count = _block(shown, "".join(map(_squeezed, lines)))
    if count is None or not _harmless(shown[count:], lines):
        return None
    if not lines:
        return html
    for leaf in [leaf for line in shown[:count] for leaf in line.leaves]:
        _take_away(leaf)
    return parser.html if _DOCUMENT.search(html) else body.inner_html


def _block(shown: Sequence[_Line], wanted: str) -> int | None:
    """How many lines of the screen are the block, with blank ones around it; None if they say something else."""
    for count, line in enumerate(shown):
        text = _squeezed(line.text)
        if text and not wanted:
            return count
        if not wanted.startswith(text):
            return None
        wanted = wanted[len(text) :]
    return None if wanted else len(shown)


def _harmless(kept: Sequence[_Line], lines: Sequence[str]) -> bool:
    """Whether nothing of the block, and nothing that needs unescaping, is in what stays."""
    first = next((line.text for line in kept if not is_blank(line.text)), "")
    if is_command(first) or is_escaped(first):
        return False
    rest = _squeezed(" ".join(line.text for line in kept))
    return not any(_squeezed(line) in rest for line in lines if is_command(line))


def _squeezed(text: str) -> str:
    """What a person reads, without spaces: "--" and a dash are the same, and so are compatibility letters."""
    return _DASHES.sub("--", unicodedata.normalize("NFKC", _SPACES.sub("", _ADDRESS.sub("", text))))


# --- the screen ------------------------------------------------------------------------------------


def _lines(body: LexborNode) -> Iterator[_Line]:
    """What the page shows, line by line; text is not split where it is preformatted."""
    leaves: list[LexborNode] = []
    words: list[str] = []
    for leaf, text in _leaves(body):
        leaves += [leaf] if leaf is not None else []
        if text is not None:
            words.append(text)
        elif leaves:
            yield _Line(tuple(leaves), "".join(words))
            leaves, words = [], []
    yield _Line(tuple(leaves), "".join(words))


def _leaves(body: LexborNode) -> Iterator[tuple[LexborNode | None, str | None]]:
    """The leaves of the tree in order, each with its text; None for a text is the end of a line."""
    node = body.child
    while node is not None:
        if not _is_inline(node):
            yield None, None
        child = node.child if _is_read(node) else None
        if child is None:
            yield from _leaf(node)
        while child is None and node is not None and node.mem_id != body.mem_id:  # "==" would compare all HTML
            if not _is_inline(node):
                yield None, None
            child, node = node.next, node.parent
        node = child


def _leaf(node: LexborNode) -> Iterator[tuple[LexborNode, str | None]]:
    if node.is_text_node:
        yield node, node.text_content or ""
    elif node.tag in _THINGS:
        yield node, _THING
    elif node.tag not in _UNSEEN:
        yield node, None if node.tag == "br" else ""


def _is_inline(node: LexborNode) -> bool:
    return not node.is_element_node or node.tag in _INLINE


def _is_read(node: LexborNode) -> bool:
    return node.is_element_node and node.tag not in _UNSEEN and node.tag not in _THINGS


def _take_away(leaf: LexborNode) -> None:
    """Removes a leaf, and the elements around it that are empty then."""
    node: LexborNode | None = leaf
    while node is not None and node.tag not in ("body", "html") and node.child is None:
        if node.tag in _CELLS and (node.prev is not None or node.next is not None):
            return
        parent = node.parent
        node.decompose()
        node = parent
