"""Words as they are compared: the same, whatever a text is written in, and however many letters it has."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.desk.folding import folded, words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Perché? PERCHE!", ("perche", "perche")),
        ("Mulțumesc, 2 zile: în București", ("multumesc", "zile", "in", "bucuresti")),
        ("Straße ﬁnden", ("strasse", "finden")),
        ("c'est réglé", ("c", "est", "regle")),
        ("жёлтый", ("желтыи",)),
    ],
)
def test_words_are_compared_without_accents(text: str, said: tuple[str, ...]) -> None:
    assert words(text) == said


@given(st.text(st.characters() | st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), max_size=120))
def test_a_text_is_folded_as_a_whole_however_many_letters_it_has(text: str) -> None:
    apart = unicodedata.normalize("NFKD", text.casefold())
    assert folded(text) == "".join(char for char in apart if not unicodedata.combining(char))
