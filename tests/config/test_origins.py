"""The section `origins`: spellings as people write them, and rules that could do nothing, or anything."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from maildesk.config import Loaded

Loads = Callable[[str], Loaded]


def test_one_spelling_is_as_good_as_a_list(loads: Loads, small: str) -> None:
    rule = "{when: {sender: x@y}, labels: {email: E-mail, name: [Name, Nome]}, fields: [Product, [Phone, Tel]]}"
    config = loads(f"{small}origins: [{rule}]\n").config
    assert config is not None
    (origin,) = config.origins
    assert (origin.labels.email, origin.labels.name) == (("E-mail",), ("Name", "Nome"))
    assert origin.fields == (("Product",), ("Phone", "Tel"))


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("{when: {subject: x}, person: reply_to}", "names neither a sender nor a recipient"),
        ("{when: {sender: x}}", "reads nothing"),
        ("{when: {sender: x}, labels: {name: Name}}", "reads nothing"),
        ("{when: {sender: x}, find: '[0-9]+'}", "has no named group"),
        ("{when: {sender: x}, find: '(?P<x'}", "is no regular expression"),
        ("{when: {sender: x}, labels: {email: ':'}}", "is no label"),
        ("{when: {sender: x}, person: sender}", "body"),
        ("{when: {sender: x}, label: {email: x}}", "labels"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_told(loads: Loads, small: str, rule: str, problem: str) -> None:
    (told,) = loads(f"{small}origins: [{rule}]\n").problems
    assert problem in str(told)
