"""Templates: compiled once, with every mistake of every file told; then rendered to a mail's text and HTML.

Pure: files come as ``Source`` and values as arguments. Refuses to let people's words become anything
but words (`slots`), and a template do anything but speak (`sandbox`).
The HTML is the text read as Markdown (CommonMark, no raw HTML) where a template has none of its own.

    Exception
      Unrenderable       a template that passed its check failed on these values, or there is none
      LookupError
        CannedMissing    no canned answer has this name; `close` has the nearest
        CannedIncomplete an agent's canned answer needs more key=value pairs
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from types import MappingProxyType

from markdown_it import MarkdownIt

from maildesk.mail import sandbox
from maildesk.mail.macros import MACRO, Macro
from maildesk.mail.sandbox import Piece
from maildesk.mail.shapes import Asked, Shape, Unlike
from maildesk.mail.sheets import Source
from maildesk.mail.slots import Filling, Html, Leaf, Slots, StandIn, Words, free_blocks, one_line

__all__ = [
    "CannedIncomplete", "CannedMissing", "Rendered", "Source", "Template", "Templates", "Unrenderable", "Words",
]  # fmt: skip

_KEPT = 64  # shapes of each template; a desk's customers come in a few
_LAST = StandIn(-1, False)
"""The subject, as a page may say it: behind all other values."""

# A line is a line. Underlined headings and indented code would be read into signatures and "-- ".
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(["lheading", "code"])
_STYLES = {  # mail clients drop <style>
    "a": "color:#1a5fb4",
    "blockquote": "margin:0 0 1em;padding:0 0 0 12px;border-left:3px solid #d5d9de",
    "hr": "border:0;border-top:1px solid #d5d9de;margin:1.2em 0",
    "code": "font-family:Menlo,Consolas,monospace;font-size:13px",
}


class Unrenderable(Exception):
    """``where`` is the template's `path` or `path:line:column`, the message says what is wrong."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")
        self.where = where


class CannedMissing(LookupError):
    def __init__(self, name: str, close: tuple[str, ...]) -> None:
        super().__init__(f"there is no canned answer {name!r}")
        self.name, self.close = name, close


class CannedIncomplete(LookupError):
    def __init__(self, name: str, missing: tuple[str, ...]) -> None:
        super().__init__(f"{name} needs " + " ".join(f"{key}=…" for key in missing))
        self.name, self.missing = name, missing


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail's words: one line, plain text that ends in a line end, HTML. "" is a canned answer's lack of subject."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Layout:
    header: Piece | None = None
    signature: Piece | None = None
    footer: Piece | None = None
    page: Piece | None = None


@dataclass(frozen=True, slots=True)
class Rendering:
    """A template rendered, with the slots of its values still empty."""

    subject: Filling
    text: Filling
    html: Filling
    size: int  # characters of it
    slots: int

    def filled(self, leaves: Sequence[Leaf]) -> Rendered:
        """``leaves`` are what its stand-ins stand for."""
        subject = one_line(self.subject.as_text(leaves))
        return Rendered(subject, self.text.as_text(leaves), self.html.as_html((*leaves, subject)))

    def holds(self, leaves: Sequence[Leaf]) -> bool:
        """Whether no limit of length can be met, wherever these stand; blocks have none."""
        longest = max([len(leaf) for leaf in leaves if isinstance(leaf, str)], default=0)
        return self.size + self.slots * longest <= sandbox.MAX_RENDERED


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """One template file, compiled, with the layout that it extends."""

    path: str
    language: str
    text: Piece
    subject: Piece | None = None
    html: Piece | None = None
    layout: Layout = Layout()
    description: str = ""
    parameters: tuple[str, ...] = ()  # what an agent must give: key=value
    options: tuple[str, ...] = ()  # what they may give
    says_words: bool = False
    asked: Asked | None = None  # None: nothing of it can be kept from one mail to the next
    _kept: dict[Shape, Rendering | None] = field(default_factory=dict, init=False, repr=False)

    def render(self, values: Mapping[str, object]) -> Rendered:
        """Raises one of ``sandbox.FAILURES``."""
        if self.asked is not None:
            try:
                shape, leaves = self.asked.shape(values)
            except Unlike:
                return self.render_alone(values)
            rendering = self._of_shape(self.asked, shape)
            if rendering is not None and rendering.holds(leaves):
                return rendering.filled(leaves)
        return self.render_alone(values)

    def render_alone(self, values: Mapping[str, object]) -> Rendered:
        """The same, without regard to other mails. Raises one of ``sandbox.FAILURES``."""
        subject = self._subject(values)
        shown = one_line(subject.as_text(()))
        html = self._html(values, shown).as_html(())
        return Rendered(shown, self._text(values).as_text(()), html)

    def _of_shape(self, asked: Asked, shape: Shape) -> Rendering | None:
        """What all mails of a shape have in common; None: nothing, for the template wants to know more."""
        if shape not in self._kept:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            try:
                self._kept[shape] = self._rendering(asked.stand_ins(shape))
            except sandbox.FAILURES:
                self._kept[shape] = None
        return self._kept[shape]

    def _rendering(self, values: Mapping[str, object]) -> Rendering:
        subject, text = self._subject(values), self._text(values)
        html = self._html(values, _LAST if subject.says else "")
        size, slots = 0, 0
        for filling in (subject, text, html):
            size, slots = size + sum(map(len, filling.literals)), slots + len(filling.slots)
        return Rendering(subject, text, html, size, slots)

    def _subject(self, values: Mapping[str, object]) -> Filling:
        slots = Slots()
        return slots.filling(self.subject.skeleton({**values, "html": False}, slots) if self.subject else "")

    def _text(self, values: Mapping[str, object]) -> Filling:
        slots, said = Slots(), {**values, "html": False}
        layout = self.layout
        pieces = (layout.header, self.text, layout.signature, layout.footer)
        parts = [_tidy(piece.skeleton(said, slots)) for piece in pieces if piece]
        return slots.filling("\n\n".join(part for part in parts if part) + "\n")

    def _html(self, values: Mapping[str, object], subject: str | StandIn) -> Filling:
        slots, said = Slots(), {**values, "html": True}
        layout = self.layout
        parts = {
            "header": _paragraphs(layout.header, said, slots),
            "body": _markup(self.html, said, slots) if self.html else _paragraphs(self.text, said, slots),
            "signature": _paragraphs(layout.signature, said, slots),
            "footer": _paragraphs(layout.footer, said, slots),
        }
        content = Html("\n".join(part for part in parts.values() if part))
        if not layout.page:
            return slots.filling(content)
        page = {**said, **parts, "content": content, "subject": subject, "language": self.language}
        return slots.filling(slots.put_together(_markup(layout.page, page, slots)))


@dataclass(frozen=True, slots=True)
class Templates:
    """All templates of a desk; immutable. `compile.compile_all` makes it."""

    languages: tuple[str, ...]
    fallback: str
    mails: Mapping[tuple[str, str], Template]  # language, name
    answers: Mapping[tuple[str, str], Template]
    frequent: Mapping[tuple[str, str], Template] = field(default_factory=dict)  # FAQ: their description is the question
    macros: Mapping[str, Macro] = field(default_factory=dict)

    def render(self, name: str, language: str, values: Mapping[str, object]) -> Rendered:
        """``language`` falls back to its base (pt-BR, pt), the desk's, then English. Raises Unrenderable."""
        for candidate in self._order(language):
            if template := self.mails.get((candidate, name)):
                return _render(template, values)
        raise Unrenderable(name, "there is no such template in any language that would do")

    def canned(self, language: str) -> Mapping[str, str]:
        """The canned answers that :meth:`render_canned` finds in ``language``: name, description."""
        found: dict[str, str] = {}
        for candidate in reversed(self._order(language)):
            named = (name for of, name in self.answers if of == candidate and not name.startswith(MACRO))
            found |= {name: self.answers[candidate, name].description for name in named}
        return MappingProxyType(dict(sorted(found.items())))

    def answer(self, name: str, language: str) -> Template | None:
        """The canned answer that :meth:`render_canned` takes."""
        return next((found for of in self._order(language) if (found := self.answers.get((of, name)))), None)

    def faq(self, language: str, values: Mapping[str, object]) -> tuple[tuple[str, Rendered], ...]:
        """The questions that are often asked in ``language`` alone, with their answers, in order of their files."""
        spoken = (language, language.partition("-")[0])
        found = sorted(((name, of) for of, name in self.frequent if of in spoken), key=lambda key: key[0])
        templates = (self.frequent[of, name] for name, of in found)
        return tuple((template.description, _render(template, values)) for template in templates)

    def faq_named(self, name: str, language: str, values: Mapping[str, object]) -> Rendered | None:
        """The answer of one of these questions; None where there is none of that name and language."""
        template = self.frequent.get((language, name))
        return _render(template, values) if template else None

    def all_faq(self, values: Mapping[str, object]) -> Iterator[tuple[str, str, str, Rendered]]:
        """Every question that is often asked: language, name, question, answer."""
        for (language, name), template in sorted(self.frequent.items(), key=lambda item: item[0]):
            yield language, name, template.description, _render(template, values)

    def render_canned(self, name: str, language: str, values: Mapping[str, object]) -> Rendered:
        """A canned answer; ``values`` hold the agent's key=value pairs, too (the desk's names win).

        What the agent typed (`words`) stands above an answer that does not say it itself.
        Raises CannedMissing, CannedIncomplete, Unrenderable.
        """
        template = self.answer(name, language)
        if not template:
            raise CannedMissing(name, tuple(get_close_matches(name, self.canned(language), 3)))
        if missing := tuple(key for key in template.parameters if key not in values):
            raise CannedIncomplete(name.removeprefix(MACRO), missing)
        rendered = _render(template, values)
        words = values.get("words")
        if template.says_words or not isinstance(words, Words) or not words:
            return rendered
        text = f"{words.as_text()}\n\n{rendered.text}"
        return Rendered(rendered.subject, text, f"{words.as_html()}\n{rendered.html}")

    def _order(self, language: str) -> tuple[str, ...]:
        wanted = (language, language.partition("-")[0], self.fallback, "en")
        return tuple(dict.fromkeys(wanted))


def _render(template: Template, values: Mapping[str, object]) -> Rendered:
    try:
        return template.render(values)
    except sandbox.FAILURES as error:
        raise Unrenderable(template.path, str(error)) from error


def _paragraphs(piece: Piece | None, values: Mapping[str, object], slots: Slots) -> Html:
    return Html(_markdown(_tidy(piece.skeleton(values, slots)))) if piece else Html()


def _markup(piece: Piece, values: Mapping[str, object], slots: Slots) -> Html:
    return Html(free_blocks(piece.skeleton(values, slots)))


@lru_cache(maxsize=512)
def _markdown(skeleton: str) -> str:
    """Templates' own words as HTML, with the slots still empty: few texts, and none of anybody's."""
    tokens = _MARKDOWN.parse(skeleton)
    for token in [inner for outer in tokens for inner in (outer, *(outer.children or ()))]:
        if token.nesting >= 0 and token.tag in _STYLES:
            token.attrSet("style", _STYLES[token.tag])
    return free_blocks(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})).strip()


def _tidy(skeleton: str) -> str:
    """No spaces at the ends of lines (but for the "-- " of signatures), never two blank lines."""
    lines = (line if line == "-- " else line.rstrip() for line in skeleton.strip().split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
