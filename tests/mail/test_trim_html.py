"""The cut of HTML by its structure, and how it agrees with that of the text."""

from __future__ import annotations

import time

import pytest
from selectolax.lexbor import LexborHTMLParser

from maildesk.mail import trim
from maildesk.mail.html import to_text
from maildesk.model import Mail, Reply

ASKED = '<blockquote class="gmail_quote"><div>What was asked</div></blockquote>'
SAID = "On Tue, Nov 16, 2021 at 12:34 PM Jo &lt;jo@x.example&gt; wrote:<br>"
HEADER = "<b>From:</b> Jo &lt;jo@x.example&gt;<br><b>Sent:</b> Tuesday, November 16, 2021 12:34 PM<br><b>Subject:</b> x"
WORDS = "<div>An answer.</div><div>Second line.</div>"

PAGES = {
    "gmail": f'<div dir="ltr">An <b>a</b>nswer.<div>Second line.</div></div><br><div class="gmail_quote '
    f'gmail_quote_container"><div dir="ltr" class="gmail_attr">{SAID}</div>{ASKED}</div>',
    "gmail with a signature, in a language unknown": f'{WORDS}<span class="gmail_signature_prefix">-- </span><br>'
    '<div class="gmail_signature" data-smartmail="gmail_signature"><div>Al Roe<br>Acme</div></div><br>'
    f'<div class="gmail_quote"><div class="gmail_attr">Xx 99 Jo qwert<br></div>{ASKED}</div>',
    "gmail of 2014": f'{WORDS}<div class="gmail_extra"><br><div class="gmail_quote">{SAID}{ASKED}</div><br></div>',
    "gmail, answered below": f'<div class="gmail_quote"><div class="gmail_attr">{SAID}</div>{ASKED}</div>{WORDS}',
    "outlook web, in a language unknown": f'<style>p{{margin:0}}</style>{WORDS}<div id="Signature"><p>Al Roe</p>'
    '<p>Acme</p></div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>Xx:</b> Jo &lt;jo@x.example&gt;<br>'
    "<b>Yy:</b> 16 Nov<br></div><div>What was asked</div>",
    "outlook for windows": "<div class=WordSection1><p class=MsoNormal>An answer.<o:p></o:p></p><p class=MsoNormal>"
    'Second line.</p><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in"><p '
    f"class=MsoNormal>{HEADER}</p></div><p class=MsoNormal>What was asked</p></div>",
    "outlook for ios": f'{WORDS}<div id="ms-outlook-mobile-signature"><div>Get <a href="https://aka.ms/o0ukef">'
    f'Outlook for iOS</a></div></div><hr><div id="divRplyFwdMsg">{HEADER}</div><div>What was asked</div>',
    "a drawn line and a header": f"{WORDS}<br><hr>{HEADER}<br><br>What was asked",
    "apple mail": f'{WORDS}<div><br><blockquote type="cite"><div>{SAID}</div><br class="Apple-interchange-newline">'
    "<div>What was asked</div></blockquote></div><br>",
    "iphone": f'{WORDS}<br><div dir="ltr">Sent from my iPhone</div><div dir="ltr"><br><blockquote type="cite">'
    f'{SAID}<br></blockquote></div><blockquote type="cite"><div dir="ltr">What was asked</div></blockquote>',
    "thunderbird": f'{WORDS}<div class="moz-signature">-- <br>Al Roe</div><div class="moz-cite-prefix">On 11/16/21 '
    '12:34 PM, Jo wrote:<br></div><blockquote type="cite" cite="mid:x@y"><p>What was asked</p></blockquote>',
    "yahoo": f'<div class="ydp1yahoo">{WORDS}<br></div><div id="ydp2yahoo_quoted_1" class="ydp2yahoo_quoted">'
    f"<div><div>{SAID}</div><div>What was asked</div></div></div>",
    "proton": f'{WORDS}<div class="protonmail_signature_block"><div>Sent with <a href="https://proton.me/">Proton Mail'
    f'</a> secure email.</div></div><div class="protonmail_quote">{SAID}<blockquote class="protonmail_quote" '
    'type="cite">What was asked</blockquote><br></div>',
    "zoho": f'{WORDS}<div class="zmail_extra"><div>---- On Tue, 16 Nov 2021 12:34:56 +0100 <b>Jo</b> wrote ----</div>'
    '<blockquote style="margin:0px">What was asked</blockquote></div>',
    "zimbra": f'<div>An answer.<br>Second line.<br><br><hr id="zwchr">{HEADER}<br><br>What was asked<br></div>',
    "roundcube": f'{WORDS}<p id="reply-intro">Am 2021-11-16 12:34, schrieb Jo:</p><blockquote type="cite" '
    'style="padding: 0 0.4em; border-left: #1010ff 2px solid"><div>What was asked</div></blockquote>',
}


def read(text: str, page: str) -> tuple[Reply, str | None]:
    """The new words of a mail with both alternatives, and their HTML."""
    new = trim.reply(text, page)
    return new, trim.html(Mail(b"", text=text, html=page, reply=new))


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_text_and_html_of_a_page_are_cut_alike(page: str) -> None:
    new, html = read(to_text(page), page)
    assert new.text.split() == ["An", "answer.", "Second", "line."]
    assert not new.doubtful
    assert html is not None
    assert to_text(html).split() == new.text.split()


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_the_text_beside_a_page_decides_and_the_html_agrees(page: str) -> None:
    text = (
        "An *answer*.\nSecond line.\n\nOn Tue, Nov 16, 2021 at 12:34 PM Jo <jo@x.example> wrote:\n\n> What was asked\n"
    )
    new, html = read(text, page)
    assert new.text == "An *answer*.\nSecond line."
    assert html is not None
    assert "asked" not in html


def test_html_that_says_more_than_the_new_words_is_left_out() -> None:
    page = "<p>An answer.</p><p>Jo asked:</p><p>What was asked</p>"
    assert read("An answer.\n\n-----Original Message-----\n\nWhat was asked", page)[1] is None


def test_html_of_a_mail_without_history_is_kept_whole() -> None:
    page = '<p>Just a <a href="https://x.example/a">new</a> mail</p><ul><li>one</li></ul>'
    html = read("Just a new mail\n\n- one\n", page)[1]
    assert html is not None
    assert "<li>one</li>" in html


def test_digits_and_signs_between_words_and_quote_are_not_lost() -> None:
    quote = f'<div class="gmail_quote"><div class="gmail_attr">Xx 99 Jo qwert<br></div>{ASKED}</div>'
    page = f"<div>It is</div><div>12345</div><div>\U0001f44d</div>{quote}"
    assert trim.reply(to_text(page), page).text == "It is\n12345\n\U0001f44d"


def test_answers_between_quotes_are_left_to_the_text() -> None:
    page = f'<div class="gmail_attr">{SAID}</div>{ASKED}<div>Yes.</div>{ASKED}<div>No.</div>'
    new, html = read(to_text(page), page)
    assert new.text == "> What was asked\n\nYes.\n\n> What was asked\n\nNo."
    assert html is None
    assert trim.cut_html(page) is None


def test_answers_that_gmail_puts_inside_its_quote_are_not_lost() -> None:
    quote = f'<div class="gmail_attr">{SAID}</div>{ASKED}<div>Yes.</div>{ASKED}<div>No.</div>'
    page = f'<div>See below.</div><div class="gmail_quote">{quote}</div>'
    new, html = read(to_text(page), page)
    assert [line for line in new.text.split("\n") if line[:1] not in ("", ">")] == ["See below.", "Yes.", "No."]
    assert html is None


@pytest.mark.parametrize("typed", ["", "<div>FYI, please handle.</div>"])
def test_a_forwarded_page_is_content(typed: str) -> None:
    page = (
        f'{typed}<div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>From: Jo '
        f"&lt;jo@x.example&gt;<br>Subject: x</div>Body of it{ASKED}</div>"
    )
    new, html = read(to_text(page), page)
    assert new.text.split() == to_text(page).split()
    assert html is not None
    assert "What was asked" in html


def test_a_page_passed_on_by_outlook_without_a_word_is_kept_but_doubtful() -> None:
    page = f'<div><br></div><hr><div id="divRplyFwdMsg">{HEADER}</div><div>Body of it</div>'
    new = trim.reply(to_text(page), page)
    assert "Body of it" in new.text
    assert new.doubtful


@pytest.mark.parametrize(
    "page", ["", " ", "no tags", "<", "<!-- ", "<html></html>", "<blockquote type=cite>", "\0", "\ud800"]
)
def test_a_broken_page_is_read_like_any_other(page: str) -> None:
    trim.cut_html(page)
    assert trim.reply("Done.", page).text == "Done."


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 200_000 + "x",
        "<blockquote type=cite>" * 40_000 + "x",
        "<blockquote type=cite>x</blockquote>y" * 20_000,
        "<hr>" * 200_000,
        '<div style="border-top:solid">x</div>' * 20_000,
        "<hr>" + "<b>x</b>" * 120_000,
        "<div class=gmail_signature>x</div>" * 25_000,
        '<div style="border-top:x">' * 300 + "y" * 900_000,
    ],
    ids=lambda page: page[:24],
)
def test_a_hostile_page_is_read_in_little_time(page: str) -> None:
    started = time.process_time()
    trim.cut_html(page)
    assert time.process_time() - started < 3  # under a second on an idle machine; quadratic is minutes


LONG = f"<!-- {'x' * 40_000} -->"
LINKED = f"Get Outlook for iOS (https://x.example/{'a' * 350})"


@pytest.mark.parametrize(
    "above",
    [
        f'<div style="display:none">{"unseen " * 500}</div>',
        f"<title>{'unseen ' * 500}</title>",
        f"&lt;https://x.example/{'a' * 5000}&gt;",
        f"<p>{LINKED}</p>" * 4,
        f'<div class="gmail_signature">{"a signature of many words " * 35}</div>',
    ],
    ids=["hidden", "passed over", "an address in text", "footers", "a signature"],
)
def test_a_long_page_whose_beginning_holds_more_than_its_words_is_shown(above: str) -> None:
    _, page = read("An answer.\nSecond line.", f"<html><body>{above}{WORDS}{LONG}</body></html>")
    assert page is not None
    assert "Second line." in page


def test_of_a_long_page_that_goes_on_only_the_beginning_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(trim.structure, "new_words")
    parsed = [0]

    def parse(html: str) -> LexborHTMLParser:
        parsed.append(len(html))
        return LexborHTMLParser(html)

    monkeypatch.setattr(trim.structure, "LexborHTMLParser", parse)
    history = "<p>-----Original Message-----<br>\nFrom: Jo &lt;jo@x.example&gt;</p>" + "<p>What was asked</p>\n" * 2000
    new, page = read(f"An answer.\n\n{to_text(history)}", f"<p>An answer.</p>{history}")
    assert (new.text, page) == ("An answer.", None)
    assert 0 < max(parsed) < len(history) / 2
