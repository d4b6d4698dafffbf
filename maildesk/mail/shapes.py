"""What a template's words depend on: of most values only whether there is something to say.

Most mails of a kind differ in nothing else than names and numbers. So a template is rendered with stand-ins, which
know nothing of the values that will be said in their place, and what comes of it is kept: by the shape of the values,
which is all that the rendering was given. Values that a template weighs (compares, filters, counts) are part of the
shape as they are. Refuses to make a shape of what is long: such a mail is rendered by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from maildesk.mail.slots import MAX_VALUE, Leaf, StandIn, Words, clean, short

MAX_LEAVES = 200  # of a mail whose rendering is kept
MAX_WEIGHED = 40  # characters: a word, such as a status

Shape = tuple[object, ...]

_SAID, _BLOCK = "said", "block"  # a stand-in
_LIST, _GROUP = "list", "group"  # begin such a shape; that of a value begins with its type
_EMPTY, _BLANK, _MISSING = (str, ""), (str, " "), (object, None)


class Unlike(Exception):
    """These values have no shape that others would have, too."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a template asks of its values: of each variable some attributes, or (none) the whole.

    ``weighed`` are the names of variables and attributes that count as they are (`sandbox.Reading`).
    """

    variables: tuple[tuple[str, tuple[str, ...]], ...]
    weighed: frozenset[str]

    @classmethod
    def by(cls, mentions: Iterable[str], weighed: frozenset[str]) -> Asked:
        """``mentions`` are dotted as they stand in a template."""
        names: dict[str, dict[str, None]] = {}
        for mention in mentions:
            name, _, attribute = mention.partition(".")
            names.setdefault(name, {})[attribute] = None
        return cls(tuple((name, () if "" in found else tuple(found)) for name, found in names.items()), weighed)

    def shape(self, values: Mapping[str, object]) -> tuple[Shape, list[Leaf]]:
        """What a template's words depend on; and the values that are said, in their order. Raises Unlike."""
        leaves: list[Leaf] = []
        nodes: list[object] = []
        for name, attributes in self.variables:
            value = values.get(name, _MISSING)
            if name in self.weighed or (attributes and type(value) is not dict):
                nodes.append(_fixed(value))
            elif attributes:
                assert isinstance(value, dict)
                nodes.append(self._group({each: value[each] for each in attributes if each in value}, leaves))
            else:
                nodes.append(self._open(value, leaves))
        if len(leaves) > MAX_LEAVES:
            raise Unlike
        return tuple(nodes), leaves

    def _open(self, value: object, leaves: list[Leaf]) -> object:
        """The shape of what is only said, or asked whether it is there."""
        kind = type(value)
        if kind is str:
            assert isinstance(value, str)
            said = value if len(value) <= MAX_VALUE and value.isprintable() else clean(short(value))
            if said.strip():
                leaves.append(said)
                return _SAID
            return _BLANK if value else _EMPTY
        if kind is bool or not value or value is _MISSING:
            return _fixed(value)
        if kind is int or kind is float:
            leaves.append(str(value))
            return _SAID
        if kind is dict:
            assert isinstance(value, dict)
            return self._group(value, leaves)
        if kind is list or kind is tuple:
            assert isinstance(value, (list, tuple))
            if len(value) <= MAX_LEAVES:
                return _LIST, tuple([self._open(item, leaves) for item in value])
        if kind is Words:
            assert isinstance(value, Words)
            leaves.append(value)
            return _BLOCK
        raise Unlike

    def _group(self, members: Mapping[str, object], leaves: list[Leaf]) -> object:
        shapes = [
            _fixed(value) if name in self.weighed else self._open(value, leaves) for name, value in members.items()
        ]
        return _GROUP, tuple(members), tuple(shapes)

    def stand_ins(self, shape: Shape) -> dict[str, object]:
        """All that a template is given to be rendered for every mail of that shape."""
        places = iter(range(MAX_LEAVES))
        named = zip(self.variables, shape, strict=True)
        return {name: _value(node, places) for (name, _), node in named if node != _MISSING}


def _fixed(value: object) -> object:
    """The shape of what decides, or says nothing: itself, with its type (1 is True to a dictionary)."""
    if value is _MISSING or value is None or isinstance(value, (bool, int, float)):
        return _MISSING if value is _MISSING else (type(value), value)
    if isinstance(value, str) and len(value) <= MAX_WEIGHED:
        return (str, str(value))
    if type(value) is dict:
        return _GROUP, tuple(value), tuple([_fixed(member) for member in value.values()])
    if isinstance(value, (list, tuple)) and len(value) <= MAX_LEAVES:
        return _LIST, tuple([_fixed(item) for item in value])
    if isinstance(value, Words) and not value:
        return (Words, Words(""))
    raise Unlike


def _value(node: object, places: Iterator[int]) -> object:
    if isinstance(node, str):
        return StandIn(next(places), node == _BLOCK)
    assert isinstance(node, tuple)
    if node[0] == _GROUP:
        return {name: _value(member, places) for name, member in zip(node[1], node[2], strict=True)}
    if node[0] == _LIST:
        return tuple([_value(item, places) for item in node[1]])
    return node[1]
