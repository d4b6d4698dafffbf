"""People's words as data: they take their place in a mail last, when nothing is parsed any more.

While Jinja and Markdown work, every value stands as a slot, a word of letters and digits. Only then
are the slots filled, in one pass that never looks at what it filled in: whatever a customer calls
themselves, it can become neither template code, nor markup, nor a link, nor another value.

Refuses to sanitize: the HTML of ``Words`` comes from `mail.html.sanitize`, or is None.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

MAX_VALUE = 10_000
"""Characters of one value; what is longer (nobody's name or subject is) ends in an ellipsis."""
MAX_SUBJECT = 250
CUT = "\n\n[…]"
"""Ends what was longer than a template may make."""

_CONTROLS = dict.fromkeys(code for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t")
_SLOT = re.compile(r"maildesk(?:slot|block)(\d{1,6})x")  # begins with a word, so that it is searched for in no time
_LINKING = ('href="', 'src="')
_BLOCK = re.compile(r"maildeskblock\d{1,6}x")
_PRE = "white-space:pre-wrap;font-family:Menlo,Consolas,monospace;font-size:13px;margin:0 0 1em"


@dataclass(frozen=True, slots=True)
class Words:
    """What a person wrote, as paragraphs of its own: a customer's mail, an agent's answer.

    ``html`` is sanitized already; None makes it from ``text``. ``preformatted`` keeps columns.
    """

    text: str
    html: str | None = None
    preformatted: bool = False

    def __bool__(self) -> bool:
        return bool(self.html or self.text.strip())

    def __str__(self) -> str:
        return self.text

    def as_text(self) -> str:
        return clean(self.text).strip("\n").rstrip()

    def as_html(self) -> str:
        if self.html is not None:
            return f"<div>{self.html}</div>"
        text = _escaped(self.as_text())
        if self.preformatted:
            return f'<pre style="{_PRE}">{text}</pre>'
        paragraphs = re.split(r"\n\s*\n", text)
        lines = (paragraph.replace("\n", "<br>") for paragraph in paragraphs)
        return "\n".join(f'<p style="white-space:pre-wrap">{line}</p>' for line in lines)


class Html(str):
    """HTML of our own making: the parts that a page is put together from."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, repr=False)
class StandIn:
    """In place of a value, while a template is rendered for all mails alike: it knows that there is something to say.

    Never of one that the template weighs (`sandbox.weighed`).
    """

    place: int  # among the values that are said
    block: bool

    def __repr__(self) -> str:
        raise TypeError("what it stands for is not known yet")


Leaf = str | Words
"""A value that is said: clean, and not blank."""
Kept = Leaf | StandIn | tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Filling:
    """A skeleton, taken apart at its slots: nothing of what is filled in is ever looked at."""

    literals: tuple[str, ...]  # one more than there are slots
    slots: tuple[tuple[Kept, bool], ...]  # what stands there, and whether as a link's address

    @property
    def says(self) -> bool:
        """Whether there is more than white space, or can be."""
        return bool(self.slots) or bool("".join(self.literals).strip())

    def as_text(self, leaves: Sequence[Leaf]) -> str:
        said = [_as_text(_leaf(kept, leaves)) for kept, _ in self.slots]
        return self._joined(said)

    def as_html(self, leaves: Sequence[Leaf]) -> str:
        """Of HTML whose blocks stand outside of paragraphs already (:func:`free_blocks`)."""
        said = [_as_html(_leaf(kept, leaves), linking) for kept, linking in self.slots]
        return self._joined(said)

    def _joined(self, said: list[str]) -> str:
        said.append("")
        return "".join(chain.from_iterable(zip(self.literals, said, strict=True)))


@dataclass(slots=True)
class Slots:
    """The values of one rendering, in the order in which the template mentioned them."""

    values: list[Kept] = field(default_factory=list)
    size: int = 0  # characters of all values that are not blocks

    def take(self, value: object) -> str:
        """Jinja's last word on a value: the slot that stands for it, or "" for nothing.

        Raises TypeError for what is no value but a group of them, such as `ticket`.
        """
        kept: Kept
        match value:
            case StandIn():
                return self._slot(value, value.block)
            case str() if type(value) is str:  # nearly all are
                kept = clean(short(value))
            case None:
                return ""
            case Words() | Html():
                kept = value
            case list() | tuple() if any(isinstance(item, StandIn) for item in value):
                return self._slot(tuple(value), False)
            case list() | tuple():
                kept = clean(short(", ".join(map(str, value))))
            case set() | frozenset():
                kept = clean(short(", ".join(sorted(map(str, value)))))
            case str() | int() | float():
                kept = clean(short(str(value)))
            case _:
                raise TypeError("this is a group of variables: name one of them, after a dot")
        if not kept or (isinstance(kept, str) and not kept.strip()):
            return ""
        self.size += len(kept) if isinstance(kept, str) else 0
        return self._slot(kept, not isinstance(kept, str))

    def _slot(self, kept: Kept, block: bool) -> str:
        self.values.append(kept)
        return f"maildesk{'block' if block else 'slot'}{len(self.values) - 1}x"

    def put_together(self, page: str) -> str:
        """A page with its parts in their places, whose own slots are still empty: they are ours, nobody's words."""
        return _SLOT.sub(self._part, page)

    def _part(self, match: re.Match[str]) -> str:
        part = self._value(match)
        if not isinstance(part, Html):
            return match[0]
        return _escaped(_harmless(part)) if _is_address(match) else part

    def filling(self, skeleton: str) -> Filling:
        literals, slots, end = [], [], 0
        for match in _SLOT.finditer(skeleton):
            literals.append(skeleton[end : match.start()])
            slots.append((self._value(match), _is_address(match)))
            end = match.end()
        return Filling((*literals, skeleton[end:]), tuple(slots))

    def as_text(self, skeleton: str) -> str:
        return self.filling(skeleton).as_text(())

    def _value(self, match: re.Match[str]) -> Kept:
        index = int(match[1])
        return self.values[index] if index < len(self.values) else match[0]


def _is_address(slot: re.Match[str]) -> bool:
    """Whether a slot stands as a link's address; a block, too: its markup would end the attribute."""
    return slot.string.endswith(_LINKING, 0, slot.start())


def _leaf(kept: Kept, leaves: Sequence[Leaf]) -> Leaf:
    if isinstance(kept, StandIn):
        return leaves[kept.place]
    if isinstance(kept, tuple):
        said = [str(leaves[each.place] if isinstance(each, StandIn) else each) for each in kept]
        return clean(short(", ".join(said)))
    return kept


def _as_text(leaf: Leaf) -> str:
    return leaf.as_text() if isinstance(leaf, Words) else leaf


def _as_html(leaf: Leaf, linking: bool) -> str:
    if linking:
        return _escaped(_harmless(str(leaf)))
    if isinstance(leaf, Words):
        return leaf.as_html()
    return _escaped(leaf.strip()).replace("\n", "<br>\n")


def clean(text: str) -> str:
    """Without control characters and lone surrogates; lines end in LF."""
    if text.isprintable():  # has none of these; tells in a tenth of the time
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def one_line(text: str) -> str:
    """For a Subject: one line of at most 250 characters (RFC 5322 §2.2 knows no other kind)."""
    line = clean(" ".join(text.split()))
    return line if len(line) <= MAX_SUBJECT else line[: MAX_SUBJECT - 1].rstrip() + "…"


def free_blocks(html: str) -> str:
    """Takes blocks out of the paragraphs that hold them: a paragraph may hold no other (HTML §4.4.1)."""
    out: list[str] = []
    rest = html
    while found := _BLOCK.search(rest):
        before, rest = rest[: found.start()], rest[found.end() :]
        opened = before.rfind("<p>")
        if opened <= before.rfind("</p>"):
            out += before, found[0]
            continue
        inside = before[opened + 3 :].removesuffix("<br />\n").strip()
        rest = rest.removeprefix("<br />\n")
        rest = rest[4:] if rest.startswith("</p>") else f"<p>{rest}"
        out += before[:opened], f"<p>{inside}</p>\n" if inside else "", found[0]
    return "".join((*out, rest))


def short(text: str) -> str:
    return text if len(text) <= MAX_VALUE else text[: MAX_VALUE - 1] + "…"


def _escaped(text: str) -> str:
    """What `markupsafe.escape` makes of it, in a third of the time: that makes an object of a type of its own."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&#34;").replace("'", "&#39;")


def _harmless(address: str) -> str:
    """An address to link to; "#" for any scheme that could run or open something."""
    address = "".join(clean(address).split())
    return address if address.lower().startswith(("https://", "http://", "mailto:")) else "#"
