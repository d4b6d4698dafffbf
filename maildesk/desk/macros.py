"""Macros: several commands under one name, carried out as if they had been typed, or not at all.

Each command needs the rights of whoever calls the macro. No macro stands inside a macro, nor does a word on what was
done before or shall be done later (`#undo`, `#send`, `#later`). What an agent gives (key=value) becomes part of an
argument, never a command of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from maildesk.desk.commands import grammar
from maildesk.desk.commands.effects import Call, Effects, Refusal
from maildesk.desk.commands.grammar import Argument, Command, Trouble
from maildesk.mail import sandbox
from maildesk.mail.macros import Filled, Macro, Order
from maildesk.mail.render import Template, Templates

NEVER = frozenset({"macro", "undo", "send", "preview", "dry-run", "help", "later"})
"""Verbs that make no sense in a macro."""


def called(call: Call) -> tuple[Macro, dict[str, str]]:
    """The macro that a call names, and its values. Refusal where there is none, or not for this ticket."""
    name, templates = call.arguments[0], call.desk.policy.brand(call.ticket).templates
    macro = templates.macros.get(name.text.casefold())
    if macro is None:
        close = get_close_matches(name.text, templates.macros, 1)
        there = ", ".join(templates.macros) or "none: templates/macros is empty"
        raise Refusal(f"there is no macro {name.text}; there are: {there}", name, f"#macro {close[0]}" if close else "")
    category = call.ticket.category or ""
    if macro.categories and category.casefold() not in {each.casefold() for each in macro.categories}:
        theirs = f"this one's is {category}" if category else "this one has none"
        raise Refusal(f"{macro.name} is for tickets of the category {' or '.join(macro.categories)}; {theirs}", name)
    answer = templates.answer(macro.says, call.ticket.language)
    return macro, given(call.arguments, macro.keys | _keys(answer), macro.options | _options(answer))


def given(arguments: Sequence[Argument], needed: Collection[str], optional: Collection[str] = ()) -> dict[str, str]:
    """The key=value pairs after the name that stands first; Refusal where one is missing, or means nothing."""
    name, known, values = arguments[0], sorted({*needed, *optional}), dict[str, str]()
    for pair in arguments[1:]:
        key, equals, value = pair.text.partition("=")
        if not equals or not key.isidentifier():
            raise Refusal(f"{pair.text!r} is not of the form key=value", pair)
        if key not in known:
            close = get_close_matches(key, known, 1)
            there = f"it knows {', '.join(known)}" if known else "it knows none"
            raise Refusal(f"{name.text} knows no {key}=; {there}", pair, f"{close[0]}={value}" if close else "")
        values[key] = value
    if missing := sorted(set(needed) - values.keys()):
        raise Refusal(f"{name.text} needs " + " ".join(f"{key}=…" for key in missing), name)
    return values


def _keys(answer: Template | None) -> frozenset[str]:
    return frozenset(answer.parameters if answer else ())


def _options(answer: Template | None) -> frozenset[str]:
    return frozenset(answer.options if answer else ())


def carry_out(call: Call, macro: Macro, values: Mapping[str, str]) -> Effects:
    """What its commands ask for, all together. Refusal names the one that cannot be carried out."""
    effects, name = Effects(), call.arguments[0]
    for order in macro.orders:
        commands, troubles = parsed(order, values, call.table)
        if troubles:
            raise Refusal(f"{macro.name} cannot be carried out: {troubles[0].what}", name)
        for command in commands:
            try:
                effects = effects + call.table[command.verb].call(replace(call, arguments=command.arguments))
            except Refusal as refusal:
                raise Refusal(f"in its command {command.source}: {refusal.what}", name) from refusal
    return effects


def parsed(
    order: Order, values: Mapping[str, str], verbs: Collection[str]
) -> tuple[tuple[Command, ...], tuple[Trouble, ...]]:
    """A line's commands, completed with the values, or what is wrong with it."""
    try:
        filled = order.fill(values)
    except sandbox.FAILURES as error:
        return (), (Trouble(1, 0, order.scalar.text, str(error)),)
    block = grammar.parse(filled.line, verbs)
    troubles = [*block.troubles, *_refused(block, filled)]
    commands = tuple(_completed(command, filled) for command in block.commands)
    return commands, tuple(replace(trouble, what=filled.complete(trouble.what)) for trouble in troubles)


def _refused(block: grammar.Block, filled: Filled) -> Iterator[Trouble]:
    if block.words.strip():
        yield Trouble(1, 0, filled.line, f"{block.words.strip()!r} is no command; what people read is its text")
    for command in block.commands:
        if command.verb in NEVER:
            yield Trouble(1, command.column, command.source, f"#{command.verb} cannot stand in a macro")


def _completed(command: Command, filled: Filled) -> Command:
    arguments = tuple(replace(word, text=filled.complete(word.text)) for word in command.arguments)
    return replace(command, arguments=arguments, source=filled.complete(command.source))


def expanded(commands: Iterable[Command], templates: Templates, verbs: Collection[str]) -> Iterator[Command]:
    """All commands, with those of macros in the macros' place, as far as they can be read before anything is known."""
    for command in commands:
        name = command.arguments[0].text.casefold() if command.arguments else ""
        macro = templates.macros.get(name) if command.verb == "macro" else None
        yield command
        if macro is not None:
            pairs = (pair.text.partition("=") for pair in command.arguments[1:])
            values = {key: value for key, _, value in pairs}
            for order in macro.orders:
                yield from parsed(order, values, verbs)[0]
