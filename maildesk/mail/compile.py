"""Template files to ``Templates``, with everything that is wrong in any of them, each with its place.

A template is read, checked against the table of variables in all its branches, and rendered twice:
with the table's examples and with everything empty. One that has a problem is left out, so that its
mail is made in the next language instead; the caller decides whether to go on at all.
What is known to be good, as the templates that come with maildesk are, is compiled when it is first wanted: of five
languages and some forty mails in each a desk that starts needs few.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TypeVar

from jinja2 import TemplateSyntaxError, UndefinedError

from maildesk.mail import macros, sandbox, variables
from maildesk.mail.macros import Order
from maildesk.mail.render import Layout, Template, Templates
from maildesk.mail.sandbox import Piece, Reading
from maildesk.mail.shapes import Asked
from maildesk.mail.sheets import Scalar, Sheet, Source, place, read, suggest
from maildesk.mail.slots import CUT
from maildesk.mail.variables import CANNED, FAQ, PAGE
from maildesk.model import Problem, Purpose

_NOT_CODE = ("description", "extends", "question")
_AROUND = ("header", "signature", "footer")


@dataclass(frozen=True, slots=True)
class _Text:
    """One text of a sheet that Jinja understood."""

    scalar: Scalar
    reading: Reading
    piece: Piece


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """A sheet and its texts; ``sound`` unless one of them could not be read."""

    sheet: Sheet
    texts: Mapping[str, _Text]
    sound: bool

    def piece(self, key: str) -> Piece | None:
        return self.texts[key].piece if key in self.texts else None

    def words(self, key: str) -> str:
        return self.sheet.texts[key].text.strip() if key in self.sheet.texts else ""

    @property
    def purpose(self) -> str:
        return self.sheet.kind if self.sheet.kind in (CANNED, FAQ) else self.sheet.name


Key = tuple[str, str]  # language, name
_T = TypeVar("_T")


class _Shelf(Mapping[Key, _T]):
    """What was made at once, and what is made when it is first asked for."""

    def __init__(self, made: dict[Key, _T], later: Mapping[Key, Callable[[], _T]]) -> None:
        self._made, self._later = made, later

    def __getitem__(self, key: Key) -> _T:
        if key not in self._made:
            self._made[key] = self._later[key]()
        return self._made[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(dict.fromkeys((*self._made, *self._later)))

    def __len__(self) -> int:
        return len(self._made.keys() | self._later.keys())


def compile_all(
    sources: Iterable[Source], fallback: str, good: Container[Source] = ()
) -> tuple[Templates, tuple[Problem, ...]]:
    """All sources together; of two with the same path the later counts, so a desk's own go last.

    ``fallback`` is the desk's language, which must have every template that maildesk mails. ``good`` are sources in
    which nothing is wrong: what stands in these alone waits until it is wanted.
    """
    problems: list[Problem] = []
    files = {source.path: source for source in sources}
    waiting = _waiting(files, fallback, good)
    known = [_known(source, fallback) for source in files.values() if source.path not in waiting]
    problems += (problem for _, wrong in known for problem in wrong)
    found = [one for sheets, _ in known for one in sheets]
    later: dict[str, dict[Key, Source]] = {"template": {}, CANNED: {}, FAQ: {}, "layout": {}}
    for path, (kind, language, name) in waiting.items():
        later[kind][language, name] = files[path]
    layouts = _Shelf(
        {(one.sheet.language, one.sheet.name): one for one in found if one.sheet.kind == "layout"},
        {key: partial(_sound, source, fallback) for key, source in later.pop("layout").items()},
    )
    made: dict[str, dict[Key, Template]] = {kind: {} for kind in later}
    for one in found:
        if one.sheet.kind in made and (template := _template(one, layouts, fallback, problems)):
            made[one.sheet.kind][one.sheet.language, one.sheet.name] = template
    for name in Purpose:
        if (path := f"{fallback}/{name}.yaml") not in files:
            problems.append(Problem(path, "there is no such file, but the desk's language needs it"))
    shelves = {
        kind: _Shelf(made[kind], {key: partial(_unfailing, s, layouts, fallback) for key, s in later[kind].items()})
        for kind in made
    }
    languages = tuple(sorted({language for language, _ in shelves["template"]}))
    own = {one.sheet.name: _macro(one, fallback, problems) for one in found if one.sheet.kind == "macro"}
    templates = Templates(languages, fallback, shelves["template"], shelves[CANNED], shelves[FAQ], own)
    return templates, tuple(dict.fromkeys(problems))


def _waiting(files: Mapping[str, Source], fallback: str, good: Container[Source]) -> Mapping[str, tuple[str, str, str]]:
    """What need not be looked at now, and what each is: known to be good, and so is every layout it may stand in."""
    places = {path: place(path) for path, source in files.items() if source in good}
    strange = {path.partition("/")[0] for path in files if "/layout" in path and path not in places}
    return {
        path: (kind, language, name)
        for path, (kind, language, name) in places.items()
        if kind == "layout" or (kind != "macro" and not strange & {language, fallback, "en"})
    }


def _sound(source: Source, fallback: str) -> _Read:
    (one,), _ = _known(source, fallback)
    return one


def _unfailing(source: Source, layouts: Mapping[Key, _Read], fallback: str) -> Template:
    one = _sound(source, fallback)
    return _assembled(one, *_around(one, layouts, fallback))


@lru_cache(maxsize=1024)
def _known(source: Source, fallback: str) -> tuple[tuple[_Read, ...], tuple[Problem, ...]]:
    """Reading is nine tenths of the work; brands have most files in common, and so have reloads."""
    problems: list[Problem] = []
    return tuple(_read(source, fallback, problems)), tuple(problems)


def _read(source: Source, fallback: str, problems: list[Problem]) -> list[_Read]:
    """A file's sheet, and those of a macro's own words."""
    sheet, wrong = read(source)
    problems += wrong
    if not sheet:
        return []
    if sheet.kind == "template" and sheet.name not in set(Purpose):
        what = f"maildesk mails nothing called {sheet.name!r}" + suggest(sheet.name, Purpose)
        problems.append(Problem(f"{source.path}:1:1", what))
        return []
    sheets = (sheet, *macros.answers(sheet, fallback)) if sheet.kind == "macro" else (sheet,)
    return [_understood(each, not wrong, problems) for each in sheets]


def _understood(sheet: Sheet, sound: bool, problems: list[Problem]) -> _Read:
    code = {key: scalar for key, scalar in sheet.texts.items() if _is_code(sheet, key)}
    texts = {key: text for key, scalar in code.items() if (text := _text(key, scalar, problems))}
    return _Read(sheet, texts, sound and texts.keys() == code.keys())


def _is_code(sheet: Sheet, key: str) -> bool:
    """Of a macro the commands alone: its words are sheets of their own."""
    return key.startswith("commands.") if sheet.kind == "macro" else key not in _NOT_CODE


def _macro(one: _Read, fallback: str, problems: list[Problem]) -> macros.Macro:
    texts = one.texts.values()
    orders = tuple(Order(text.scalar, text.piece, text.reading.mentions) for text in texts)
    return macros.build(one.sheet, orders, fallback, problems)


def _text(key: str, scalar: Scalar, problems: list[Problem]) -> _Text | None:
    try:
        reading = sandbox.read(scalar.text)
        if reading.refused:
            problems += (Problem(scalar.where(line), what) for line, what in reading.refused)
            return None
        return _Text(scalar, reading, sandbox.compile_piece(reading, f"{scalar.path}#{key}"))
    except TemplateSyntaxError as error:
        named = re.search(r"'(\w+)'", error.message or "")
        where = scalar.where(error.lineno, named[1] if named else "")
        problems.append(Problem(where, f"{error.message}"))
    except (RecursionError, SyntaxError, ValueError):  # of Python's, which compiles what Jinja wrote
        problems.append(Problem(scalar.where(), f"{key} is nested too deep, or has too large a number"))
    return None


def _template(one: _Read, layouts: Mapping[Key, _Read], fallback: str, problems: list[Problem]) -> Template | None:
    wanted = one.words("extends")
    layout, page = _around(one, layouts, fallback)
    if wanted and layout is None:
        what = f"there is no layout {wanted!r}" + suggest(wanted, {name for _, name in layouts})
        problems.append(Problem(one.sheet.texts["extends"].where(), what))
        return None
    parts = list(dict.fromkeys(part for part in (one, layout, page) if part))
    wrong = [problem for part in parts for problem in _misnamed(part, one.purpose)]
    template = None
    if not wrong and all(part.sound for part in parts):
        template = _assembled(one, layout, page)
        wrong = list(_trials(template, parts, one.purpose))
    problems += wrong
    return None if wrong else template


def _around(one: _Read, layouts: Mapping[Key, _Read], fallback: str) -> tuple[_Read | None, _Read | None]:
    """The layout that a sheet extends, and the one whose page it stands in; in its own language if there is one."""
    order = dict.fromkeys((one.sheet.language, fallback, "en"))
    wanted = one.words("extends")
    family = [layouts[language, wanted] for language in order if (language, wanted) in layouts]
    return next(iter(family), None), next((layout for layout in family if "html" in layout.sheet.texts), None)


def _assembled(one: _Read, layout: _Read | None, page: _Read | None) -> Template:
    header, signature, footer = (layout.piece(key) if layout else None for key in _AROUND)
    whole = page.texts["html"] if page else None
    return Template(
        one.sheet.path,
        one.sheet.language,
        one.texts["text"].piece,
        one.piece("subject"),
        one.piece("html"),
        Layout(header, signature, footer, whole.piece if whole else None),
        one.words("description") or one.words("question"),
        *_parameters(one),
        any(mention.name == "words" for mention in one.texts["text"].reading.mentions),
        _asked([text for part in (one, layout) if part for text in _said(part)], whole),
    )


def _said(part: _Read) -> Iterator[_Text]:
    """The texts of a sheet but for its page, if it is a layout."""
    return (text for key, text in part.texts.items() if part.sheet.kind != "layout" or key != "html")


def _asked(texts: list[_Text], page: _Text | None) -> Asked | None:
    """What of the values a template's words depend on; None: on more than can be told beforehand."""
    own = variables.names(PAGE) if page else frozenset[str]()
    mentions = [mention.name for text in texts for mention in text.reading.mentions]
    mentions += [mention.name for mention in (page.reading.mentions if page else ()) if mention.name not in own]
    weighed = frozenset[str]()
    for text in (*texts, *([page] if page else ())):
        if text.reading.weighed is None:
            return None
        weighed |= text.reading.weighed
    if page and own & (page.reading.weighed or frozenset()):
        return None
    return Asked.by((name for name in mentions if name != "html"), weighed)


def _parameters(one: _Read) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What only the agent can give to a canned answer: what they must, and what they may."""
    mentions = [mention for text in one.texts.values() for mention in text.reading.mentions]
    known = {name.partition(".")[0] for name in variables.names(CANNED)}
    optional = {mention.name for mention in mentions if mention.optional} - known
    named = {mention.name.partition(".")[0] for mention in mentions} - known
    return tuple(sorted(named - optional)), tuple(sorted(optional))


def _misnamed(part: _Read, purpose: str) -> Iterator[Problem]:
    """Names that the table does not have for this template, in whatever branch they stand."""
    for key, text in part.texts.items():
        page = part.sheet.kind == "layout" and key == "html"
        known = variables.names(purpose) | (variables.names(PAGE) if page else frozenset())
        groups = {name.partition(".")[0] for name in known}
        for mention in text.reading.mentions:
            group, _, attribute = mention.name.partition(".")
            ours = mention.name in known or (group in known if attribute else group in groups)
            theirs = purpose == CANNED and not attribute and group not in groups
            if not ours and not theirs:
                what = _unknown(mention.name, purpose, known)
                yield Problem(text.scalar.where(mention.line, mention.name), what)


def _unknown(name: str, purpose: str, known: frozenset[str]) -> str:
    elsewhere = any(name in variables.names(other) for other in (*Purpose, CANNED))
    if elsewhere and purpose == Purpose.AUTO_REPLY_PLAIN:
        return f"{name} may not stand in {purpose}: it goes to senders who are not proven, without their words"
    if elsewhere:
        return f"{name} is not known in {purpose}"
    return f"unknown variable {name}" + suggest(name, known)


def _trials(template: Template, parts: list[_Read], purpose: str) -> Iterator[Problem]:
    """What goes wrong when the template is rendered: with the examples, and with nothing."""
    texts = [text for part in parts for text in part.texts.values()]
    agents = dict.fromkeys(template.parameters, "value")
    for values in (variables.sample(purpose), variables.sparse(purpose)):
        try:
            rendered = template.render({**agents, **values})
        except sandbox.FAILURES as error:
            yield _failure(error, texts)
            return
        if CUT in rendered.text or CUT in rendered.html:
            yield Problem(f"{template.path}:1:1", f"renders to more than {sandbox.MAX_RENDERED // 1000} KB")
            return


def _failure(error: BaseException, texts: list[_Text]) -> Problem:
    quoted = re.search(r"'(\w+)'(?: is undefined)?$", str(error)) if isinstance(error, UndefinedError) else None
    name = quoted[1] if quoted else ""
    what = f"unknown variable {name}" if name else str(error)
    for text in texts:
        if line := text.piece.line_of(error):
            return Problem(text.scalar.where(line, name), what)
    return Problem(texts[0].scalar.where(), what)
