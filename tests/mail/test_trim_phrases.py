"""The tables of phrases: one file a language, each complete, each of use."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from maildesk.mail import trim
from maildesk.mail.trim.phrases import gather

LANGUAGES = [
    *("ar", "bg", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi", "hr", "hu", "id", "is"),
    *("it", "ja", "ko", "lt", "lv", "nl", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "th", "tr", "uk"),
    *("vi", "zh"),
]


def table(language: str) -> dict[str, list[str]]:
    return tomllib.loads(files("maildesk.mail").joinpath("phrases", f"{language}.toml").read_text("utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_of_a_language_does_its_work(language: str) -> None:
    words = table(language)
    for wrote in words["wrote"]:
        said = f"2021-11-16 12:34 Jo <jo@x.example> {wrote}:"
        assert trim.reply(f"Done.\n\n{said}\n\nasked", None).text == "Done.", wrote
    for original in words["original"]:
        assert trim.reply(f"Done.\n\n-----{original.upper()}-----\n\nasked", None).text == "Done.", original
    for above in words["above"]:
        assert trim.reply(f"Done.\n\n-- {above} --\n\nasked", None).text == "Done.", above
    for forwarded in words["forwarded"]:
        assert "passed on" in trim.reply(f"Done.\n\n----- {forwarded} -----\npassed on", None).text, forwarded


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_footer_of_a_language_is_known(language: str) -> None:
    for phrase in table(language)["footers"]:
        footer = phrase.replace("{product}", "Samsung Galaxy").replace("{device}", "Fairphone 4").replace("*", "")
        assert trim.reply(f"Done.\n\n{footer}", None).text == "Done.", footer


def test_a_table_with_a_key_that_means_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="has the keys"):
        gather([{**table("en"), "wrotte": ["wrote"]}])
    with pytest.raises(ValueError, match="has the keys"):
        gather([{key: value for key, value in table("en").items() if key != "fields"}])
