"""What a template may do: say words, choose, repeat, and nothing that eats time or memory.

Jinja's sandbox keeps a template away from Python; it does not stop ``"a" * 10**8``. So this allows
by name: the parts of Jinja, the filters and the sizes that a mail needs. A template cannot reach the
disk, call anything but ``range``, define macros, or loop more than two deep.

Every value that a template says becomes a slot (see `slots`): output holds no one's words yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import jinja2
from jinja2 import nodes
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.runtime import Context, StrictUndefined, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from maildesk.mail.slots import CUT, Slots

MAX_RENDERED = 200_000
"""Characters that a template and its values make; blocks of people's words come on top."""
MAX_ITEMS = 1_000
_MAX_BITS = 256

FAILURES = (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError)
"""What a template's own mistakes can raise while it renders."""

_FILTERS = (
    *("abs", "batch", "capitalize", "count", "d", "default", "first", "float", "int", "join", "last"),
    *("length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "replace", "reverse"),
    *("round", "select", "selectattr", "sort", "sum", "title", "trim", "truncate", "unique", "upper"),
    "wordcount",
)

_NODES = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign),
    *(nodes.Name, nodes.Const, nodes.Tuple, nodes.List, nodes.Dict, nodes.Pair, nodes.Keyword),
    *(nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Call, nodes.Filter, nodes.Test, nodes.Concat),
    *(nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.BinExpr, nodes.UnaryExpr),
)


_ASKING = (nodes.And, nodes.Or, nodes.Not, nodes.CondExpr, nodes.Name, nodes.Getattr, nodes.Const)
"""Expressions that only say a value, or ask whether there is one; any other weighs what stands in it."""


_TAG = r"\{%(?:(?!%\})[^\n])*%\}|\{\#(?:(?!\#\})[^\n])*\#\}"
_TAG_LINE = re.compile(rf"^[ \t]*((?:{_TAG}))[ \t]*\n", re.MULTILINE)


@jinja2.pass_context
def _finalize(context: Context, value: object) -> str:
    if isinstance(value, Undefined):
        return str(value)  # raises, with the name
    slots = context["_slots"]
    assert isinstance(slots, Slots)
    return slots.take(value)


def _few(items: Iterable[object]) -> list[object]:
    return list(islice(items, MAX_ITEMS))


def _short_range(*bounds: int) -> range:
    numbers = range(*bounds)
    if len(numbers) > MAX_ITEMS:
        raise OverflowError(f"range() gives at most {MAX_ITEMS} numbers here")
    return numbers


class Sandbox(ImmutableSandboxedEnvironment):
    """One environment for all templates: strict about names, escaping, without a loader."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self) -> None:
        super().__init__(
            undefined=StrictUndefined,
            autoescape=False,  # values are slots, which are escaped when they are filled
            finalize=_finalize,
            lstrip_blocks=True,
        )
        self.globals = {"range": _short_range}
        self.filters = {name: self.filters[name] for name in _FILTERS} | {"_few": _few}

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        if operator == "*":
            _check_product(left, right)
        elif operator == "**":
            _check_power(left, right)
        elif isinstance(left, (str, bytes, list, tuple)):
            if operator == "%":
                raise SecurityError("text is not formatted with %: say the values between {{ and }}")
            if isinstance(right, (str, list, tuple)) and len(left) + len(right) > MAX_RENDERED:
                raise SecurityError("the sum is too long")
        return super().call_binop(context, operator, left, right)

    def getattr(self, obj: object, attribute: str) -> object:
        """A mapping's dot means its keys alone: ``x.items`` is no method. Methods are not there."""
        if type(obj) is dict or isinstance(obj, Mapping):  # to ask for a Mapping takes longer than all the rest
            return self.getitem(obj, attribute)
        return self._plain(super().getattr(obj, attribute), obj, attribute)

    def getitem(self, obj: object, argument: object) -> object:
        if type(obj) is dict or isinstance(obj, Mapping):
            return obj[argument] if argument in obj else self.undefined(obj=obj, name=str(argument))
        return self._plain(super().getitem(obj, argument), obj, argument)

    def _plain(self, value: object, obj: object, name: object) -> object:
        if callable(value) and not isinstance(value, Undefined):
            return self.undefined(obj=obj, name=str(name))
        return value


@dataclass(frozen=True, slots=True)
class Piece:
    """One compiled text of a template file."""

    template: jinja2.Template
    file: str  # what tracebacks call it

    def skeleton(self, values: Mapping[str, object], slots: Slots) -> str:
        """The text with slots where values will stand. Raises one of ``FAILURES``."""
        said: list[str] = []
        length = 0
        for chunk in self.template.generate(values, _slots=slots):
            said.append(chunk)
            length += len(chunk)
            if length + slots.size > MAX_RENDERED:
                return "".join(said)[:MAX_RENDERED] + CUT
        return "".join(said)

    def line_of(self, error: BaseException) -> int:
        """The line of the template at which rendering failed; 0 where it cannot be told."""
        line, trace = 0, error.__traceback__
        while trace:
            if trace.tb_frame.f_code.co_filename == self.file:
                line = trace.tb_lineno
            trace = trace.tb_next
        return line


@dataclass(frozen=True, slots=True)
class Mention:
    """A variable that a template names, dotted as it stands there."""

    name: str
    line: int
    optional: bool = False  # asked for with `is defined` or given a `default`


@dataclass(frozen=True, slots=True)
class Reading:
    """What a template's text says before anyone runs it."""

    tree: nodes.Template
    mentions: tuple[Mention, ...]
    refused: tuple[tuple[int, str], ...]  # line, why
    weighed: frozenset[str] | None
    """Names of variables and attributes on which more depends than whether there is such a value; None: on any."""


SANDBOX = Sandbox()


def read(text: str) -> Reading:
    """Parses. Raises jinja2.TemplateSyntaxError.

    A tag that has a line to itself leaves no line behind; one at the end of a line leaves its end.
    (Jinja's trim_blocks cannot tell them apart.) The line's end moves into the tag: lines still count.
    """
    try:
        tree = SANDBOX.parse(_TAG_LINE.sub(_without_line, text))
    except jinja2.TemplateSyntaxError:
        SANDBOX.parse(text)  # fails as well, and in the author's own lines
        raise
    return Reading(tree, tuple(_mentions(tree)), tuple(_refused(tree)), _weighed(tree))


def compile_piece(reading: Reading, file: str) -> Piece:
    """Compiles what :func:`read` found nothing to refuse in. Raises jinja2.TemplateSyntaxError."""
    tree = _ShortLoops().visit(reading.tree)
    code = SANDBOX.compile(tree, name=file, filename=file)
    return Piece(jinja2.Template.from_code(SANDBOX, code, SANDBOX.globals), file)


class _ShortLoops(NodeTransformer):
    """No loop sees more than MAX_ITEMS: a long list is cut, not an error in the middle of a mail."""

    def visit_For(self, node: nodes.For) -> nodes.For:
        self.generic_visit(node)
        node.iter = nodes.Filter(node.iter, "_few", [], [], None, None, lineno=node.lineno)
        return node


def _without_line(match: re.Match[str]) -> str:
    tag = match[1]
    end = len(tag) - (3 if tag[-3] in "-+" else 2)
    return f"{tag[:end]}\n{tag[end:]}"


def _mentions(tree: nodes.Template) -> Iterator[Mention]:
    own = {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"} | {"loop", "range"}
    guarded = {id(test.node) for test in tree.find_all(nodes.Test) if test.name in ("defined", "undefined")}
    guarded |= {id(given.node) for given in tree.find_all(nodes.Filter) if given.name in ("default", "d")}
    dotted: set[int] = set()
    members: list[tuple[nodes.Expr, str, nodes.Expr]]
    members = [(found.node, found.attr, found) for found in tree.find_all(nodes.Getattr)]
    members += [(found.node, _constant(found.arg), found) for found in tree.find_all(nodes.Getitem)]
    for owner, attribute, member in members:
        if attribute and isinstance(owner, nodes.Name) and owner.name not in own:
            dotted.add(id(owner))
            yield Mention(f"{owner.name}.{attribute}", member.lineno, id(member) in guarded)
    for name in tree.find_all(nodes.Name):
        if name.name not in own and id(name) not in dotted:
            yield Mention(name.name, name.lineno, id(name) in guarded)


def _weighed(tree: nodes.Template) -> frozenset[str] | None:
    own = {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}
    found = set[str]()
    for node in tree.find_all((nodes.Expr, nodes.Assign)):
        if not isinstance(node, _ASKING):
            owners = {id(member.node) for member in node.find_all(nodes.Getattr)}
            found |= {member.attr for member in node.find_all(nodes.Getattr)}
            found |= {name.name for name in node.find_all(nodes.Name) if id(name) not in owners}
    return None if found & own else frozenset(found)


def _refused(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _NODES):
            yield node.lineno, f"{type(node).__name__.lower()} is not for mail templates"
        elif isinstance(node, nodes.Call) and getattr(node.node, "name", "") != "range":
            yield node.lineno, "only range() can be called; use a filter, as in {{ customer.name|upper }}"
        elif isinstance(node, nodes.For) and (node.recursive or _too_deep(node)):
            yield node.lineno, "loops may stand two deep, and not be recursive"
        elif isinstance(node, (nodes.Name, nodes.Filter)) and node.name.startswith("_"):
            yield node.lineno, f"{node.name}: no name here begins with _"


def _too_deep(loop: nodes.For) -> bool:
    return any(True for inner in loop.find_all(nodes.For) for _ in inner.find_all(nodes.For))


def _constant(node: nodes.Expr) -> str:
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else ""


def _check_product(left: object, right: object) -> None:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, (str, bytes, list, tuple)) and isinstance(other, int):
            if len(one) * other > MAX_RENDERED:
                raise SecurityError("the product is too long")
        elif isinstance(one, int) and one.bit_length() > _MAX_BITS:
            raise SecurityError("the number is too large")


def _check_power(left: object, right: object) -> None:
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() * abs(right) > _MAX_BITS:
        raise SecurityError("the number is too large")
