"""The table of variables is the only place that says what a template may say."""

from __future__ import annotations

from maildesk.mail import variables
from maildesk.mail.slots import Words
from maildesk.mail.variables import CANNED, FAQ, PAGE, TABLE, Type
from maildesk.model import Purpose

TEMPLATES = (*Purpose, CANNED, FAQ, PAGE)


def test_a_template_has_each_name_once() -> None:
    for template in TEMPLATES:
        names = [row.name for row in TABLE if template in row.templates]
        assert len(names) == len(set(names))
        assert names


def test_rows_name_templates_that_exist() -> None:
    assert {name for row in TABLE for name in row.templates} == set(TEMPLATES)


def test_an_example_is_of_the_kind_its_row_says() -> None:
    kinds: dict[Type, type | tuple[type, ...]] = {
        Type.TEXT: (str, tuple),
        Type.NUMBER: int,
        Type.FLAG: bool,
        Type.WORDS: Words,
        Type.HTML: str,
    }
    assert [row.name for row in TABLE if not isinstance(row.example, kinds[row.type])] == []


def test_a_sample_has_the_examples_in_their_namespaces_and_lists() -> None:
    sample = variables.sample(Purpose.GATHERED)
    assert sample["desk"] == {
        "name": "Acme Support",
        "address": "support@acme.example",
        "url": "https://help.acme.example",
    }
    assert sample["items"][0]["ticket"]["tag"] == "[#12]"  # type: ignore[index]
    assert "ticket" not in sample


def test_a_sparse_sample_has_the_same_names_with_nothing_in_them() -> None:
    for template in TEMPLATES:
        assert variables.sparse(template).keys() == variables.sample(template).keys()
    sparse = variables.sparse(Purpose.NOTICE)
    assert sparse["attachments"] == ()
    assert not sparse["words"]
    assert sparse["author"] == {"name": "", "email": "", "proof": ""}


def test_nothing_of_an_unproven_senders_is_known_in_the_plain_auto_reply() -> None:
    names = variables.names(Purpose.AUTO_REPLY_PLAIN)
    assert "ticket.number" in names
    assert not {"ticket.subject", "words", "customer.name", "author.name", "attachments"} & names


def test_the_documentation_has_a_row_for_every_variable() -> None:
    lines = variables.markdown_table().splitlines()
    assert len(lines) == len(TABLE) + 2
    assert all(line.startswith(f"| `{row.name}` |") for row, line in zip(TABLE, lines[2:], strict=True))
    assert {line.replace("\\|", "").count("|") for line in lines} == {6}
