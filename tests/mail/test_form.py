"""Values behind labels, however a program lays them out."""

from __future__ import annotations

import time

import pytest

from maildesk.mail import form

LABELS = [["E-mail", "Email"], ["Name"], ["Message"]]


@pytest.mark.parametrize(
    "text",
    [
        "Name: Ann Lee\nE-mail: ann@x.example\nMessage: Hello",
        "*Name:* Ann Lee\n*Email:* ann@x.example\n*Message:*\nHello",
        "name\uff1a Ann Lee\ne-mail\uff1a ann@x.example\nmessage\uff1a Hello",
        "Name\nAnn Lee\n\nE-mail\nann@x.example\n\nMessage\nHello",
        "Name | Ann Lee\nE-mail | ann@x.example\nMessage | Hello",
        "- Name = Ann Lee\n- Email = ann@x.example\n- Message = Hello",
        "Name *:\n  Ann Lee\nE-mail *:\n  ann@x.example\nMessage *:\n  Hello",
    ],
)
def test_a_value_stands_behind_or_below_its_label(text: str) -> None:
    assert form.read(text, None, LABELS, short=2).values == ("ann@x.example", "Ann Lee", "Hello")


def test_only_the_first_of_a_label_counts() -> None:
    text = "Name: Ann\nE-mail: ann@x.example\nMessage: Hello\nE-mail: evil@x.example\n\nName: Eve"
    read = form.read(text, None, LABELS, short=2)
    assert read.values == ("ann@x.example", "Ann", "Hello\nE-mail: evil@x.example\n\nName: Eve")


def test_a_signature_of_the_form_is_no_value() -> None:
    assert form.read("Message: Hello\n\n-- \nSent by a form", None, LABELS).values[2] == "Hello"


def test_words_before_a_colon_that_are_no_label_are_words() -> None:
    assert form.read("Hello: Ann\nMy name: x\nNamed: y", None, LABELS).values == ("", "", "")


def test_cells_of_a_table_are_read_also_inside_of_another_table() -> None:
    row = "<tr><td><b>{}</b></td><td>{}</td></tr>"
    rows = row.format("Name", "Ann") + row.format("Message:", "Hello<br>there")
    page = f"<table><tr><td>Logo</td><td><table>{rows}</table></td></tr></table>"
    assert form.read("", page, LABELS).values == ("", "Ann", "Hello\nthere")


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("Name:\n" * 200_000, None),
        ("Name" * 250_000, None),
        (":" * 1_000_000, None),
        ("", "<table><tr><td>" * 60_000),
        ("", "<table><tr><td>x</td><td>" * 200 + "Name</td><td>" + "word " * 190_000),
        ("", "<table>" + "<tr><td>Name<td>x" * 55_000),
    ],
)
def test_a_megabyte_of_anything_takes_little_time(text: str, page: str | None) -> None:
    began = time.process_time()
    form.read(text, page, LABELS, short=2)
    assert time.process_time() - began < 1
