"""Whole mails whose history is written oddly, read through the one door from bytes to meaning."""

from __future__ import annotations

from pathlib import Path

import pytest

from maildesk.mail import parse, trim
from maildesk.model import Mail

CORPUS = Path(__file__).parent.parent / "corpus"

NEW = {
    "reply-gmail-polish-attribution-wrapped": "Działa, dziękuję.",
    "reply-gmail-arabic-with-bidi-controls": "شكرا، تم الحل.",
    "reply-yahoo-italian-footer-before-attribution-unquoted": "Grazie, ora funziona.",
    "reply-outlook-japanese-header-wide-colons": "ありがとうございます。\n解決しました。",
    "reply-outlook-bold-header-without-to": "Works now.",
    "reply-yahoo-angle-brackets-as-entities": "Funktioniert jetzt.",
    "reply-thunderbird-answers-below-the-quote": "Yes, and it works now.",
    "reply-answers-between-quotes": "> Which version?\n\n4.2\n\n> Which system?\n\nDebian.",
    "reply-apple-attribution-inside-the-quote": "Works now.",
    "reply-above-a-marker-in-an-unknown-style": "#close\n\nDone, thank you.",
    "reply-outlook-web-html-alone-in-a-language-unknown": "Ni funguje jam.",
    "reply-gmail-both-alternatives": "It *works* now.",
    "reply-groupwise-attribution-above-unquoted-words": "Works now.",
    "reply-centrum-quoted-header-above-unquoted-words": "Už to funguje, děkuji.",
    "reply-outlook-croatian-header": "Sada radi, hvala.",
}
WHOLE = ["reply-body-line-begins-like-a-header", "forward-gmail-with-a-word-above", "forward-outlook-without-a-word"]


def read(name: str) -> Mail:
    return parse.read((CORPUS / f"{name}.eml").read_bytes())


@pytest.mark.parametrize("name", NEW)
def test_only_the_new_words_of_an_odd_reply_are_kept(name: str) -> None:
    reply = read(name).reply
    assert (reply.text, reply.doubtful) == (NEW[name], "")


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_content_is_kept_whole(name: str) -> None:
    mail = read(name)
    assert mail.reply.text.split() == mail.text.split()


def test_html_is_cut_where_the_text_is() -> None:
    html = trim.html(read("reply-gmail-both-alternatives"))
    assert html is not None
    assert "works" in html
    assert "try again" not in html


def test_a_mail_passed_on_without_a_word_says_that_it_is_doubtful() -> None:
    assert read("forward-outlook-without-a-word").reply.doubtful
