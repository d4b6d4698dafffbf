"""How mail clients write a reply: the agent's words on top, and what each client puts below or around them."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass

from tests.office import Letter


@dataclass(frozen=True)
class Written:
    """The two halves of a reply; None: the client does not write that half."""

    text: str | None
    html: str | None = None


Client = Callable[[str, Letter], Written]


def _quoted(letter: Letter, sign: str = "> ") -> str:
    return "\n".join((sign + line).rstrip() for line in letter.text.splitlines())


def _divs(words: str, tag: str = "div") -> str:
    return "".join(f"<{tag}>{html.escape(line) or '<br>'}</{tag}>" for line in words.splitlines())


def _breaks(words: str) -> str:
    return "<br>".join(html.escape(line) for line in words.splitlines())


def gmail(words: str, letter: Letter) -> Written:
    said = "On Mon, Mar 2, 2026 at 11:00 AM Ann (Acme Support) <support@acme.test>\nwrote:"
    page = (
        f'<div dir="ltr">{_divs(words)}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" '
        f'class="gmail_attr">{html.escape(said)}<br></div><blockquote class="gmail_quote" style="margin:0">'
        f"{letter.html}</blockquote></div>"
    )
    return Written(f"{words}\n\n{said}\n\n{_quoted(letter)}\n", page)


def gmail_italian(words: str, letter: Letter) -> Written:
    said = "Il giorno lun 2 mar 2026 alle ore 11:00 Ann (Acme Support) <\nsupport@acme.test> ha scritto:"
    return Written(f"{words}\n\n{said}\n\n{_quoted(letter)}\n")


def gmail_romanian(words: str, letter: Letter) -> Written:
    said = "În lun., 2 mar. 2026 la 11:00, Ann (Acme Support) <support@acme.test> a\nscris:"
    return Written(f"{words}\n\n{said}\n\n{_quoted(letter)}\n")


def gmail_japanese(words: str, letter: Letter) -> Written:
    return Written(f"{words}\n\n2026年3月2日(月) 11:00 Ann (Acme Support) <support@acme.test>:\n\n{_quoted(letter)}\n")


def gmail_arabic(words: str, letter: Letter) -> Written:
    said = "في الاثنين، 2 مارس 2026 في 11:00 ص تمت كتابة ما يلي بواسطة Ann <support@acme.test>:"
    return Written(f"{words}\n\n{said}\n\n{_quoted(letter)}\n")


def apple(words: str, letter: Letter) -> Written:
    said = "On 2 Mar 2026, at 11:00, Ann (Acme Support) <support@acme.test> wrote:"
    page = (
        f'<html><body>{_divs(words)}<br><div><blockquote type="cite"><div>{html.escape(said)}</div><br>'
        f"<div>{letter.html}</div></blockquote></div></body></html>"
    )
    return Written(f"{words}\n\n> {said}\n> \n{_quoted(letter)}\n", page)


def iphone(words: str, letter: Letter) -> Written:
    said = "Il giorno 2 mar 2026, alle ore 11:00, Ann (Acme Support) <support@acme.test> ha scritto:"
    return Written(f"{words}\n\nInviato da iPhone\n\n> {said}\n> \n{_quoted(letter)}\n")


def iphone_finnish(words: str, letter: Letter) -> Written:
    said = "Ann (Acme Support) <support@acme.test> kirjoitti 2.3.2026 kello 11.00:"
    return Written(f"{words}\n\nLähetetty iPhonesta\n\n> {said}\n> \n{_quoted(letter)}\n")


def _outlook_head(letter: Letter) -> str:
    return (
        "From: Ann (Acme Support) <support@acme.test>\nSent: Monday, March 2, 2026 11:00 AM\n"
        f"To: Alice Rossi <alice.private@acme.test>\nSubject: {letter['Subject']}"
    )


def outlook(words: str, letter: Letter) -> Written:
    """Doubled line breaks in its text half; paragraphs of class MsoNormal in its HTML."""
    page = "".join(
        f'<p class="MsoNormal">{html.escape(line) or "<o:p>&nbsp;</o:p>"}</p>' for line in words.splitlines()
    )
    head = "<br>".join(f"<b>{html.escape(a)}:</b> {html.escape(b)}" for a, b in _pairs(_outlook_head(letter)))
    page = (
        f'<html xmlns:o="urn:schemas-microsoft-com:office:office"><body><div class="WordSection1">{page}<div>'
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal">'
        f"{head}</p></div></div>{letter.html}</div></body></html>"
    )
    doubled = words.replace("\n", "\n\n")
    return Written(f"{doubled}\n\n{_outlook_head(letter)}\n\n{letter.text}\n", page)


def _pairs(head: str) -> list[tuple[str, str]]:
    return [(name, value) for name, _, value in (line.partition(": ") for line in head.splitlines())]


def outlook_text(words: str, letter: Letter) -> Written:
    return Written(f"{words}\n\n-----Original Message-----\n{_outlook_head(letter)}\n\n{letter.text}\n")


def outlook_german(words: str, letter: Letter) -> Written:
    head = (
        "Von: Ann (Acme Support) <support@acme.test>\nGesendet: Montag, 2. März 2026 11:00\n"
        f"An: Alice Rossi <alice.private@acme.test>\nBetreff: {letter['Subject']}"
    )
    return Written(f"{words}\n\n________________________________\n{head}\n\n{letter.text}\n")


def outlook_mobile(words: str, letter: Letter) -> Written:
    rule = "________________________________"
    page = (
        f'<div dir="ltr">{_divs(words)}</div><div id="ms-outlook-mobile-signature"><div>Get <a '
        'href="https://aka.ms/o0ukef">Outlook for iOS</a></div></div><hr style="display:inline-block;width:98%">'
        f'<div id="divRplyFwdMsg" dir="ltr">{_breaks(_outlook_head(letter))}</div>{letter.html}'
    )
    told = "Get Outlook for iOS<https://aka.ms/o0ukef>"
    return Written(f"{words}\n\n{told}\n{rule}\n{_outlook_head(letter)}\n\n{letter.text}\n", page)


def outlook_web_html_alone(words: str, letter: Letter) -> Written:
    page = (
        f'<html><body><div class="elementToProof">{_breaks(words)}</div><div id="appendonsend"></div><hr '
        f'tabindex="-1"><div id="divRplyFwdMsg" dir="ltr">{_breaks(_outlook_head(letter))}<div>&nbsp;</div></div>'
        f"{letter.html}</body></html>"
    )
    return Written(None, page)


def thunderbird(words: str, letter: Letter) -> Written:
    said = "On 02/03/2026 11:00, Ann (Acme Support) wrote:"
    page = (
        f'<html><body><p>{_breaks(words)}</p><div class="moz-cite-prefix">{said}<br></div><blockquote type="cite" '
        f'cite="mid:x@acme.test">{letter.html}</blockquote></body></html>'
    )
    return Written(f"{words}\n\n{said}\n{_quoted(letter)}\n", page)


def mutt(words: str, letter: Letter) -> Written:
    return Written(
        f"{words}\n\nOn Mon, Mar 02, 2026 at 11:00:00AM +0000, Ann wrote:\n{_quoted(letter)}\n\n-- \nAlice\n"
    )


def yahoo(words: str, letter: Letter) -> Written:
    said = "On Monday, March 2, 2026 at 11:00:00 AM GMT+1, Ann (Acme Support) <support@acme.test> wrote:"
    page = (
        f'<div class="ydp1yahoo-style-wrap"><div dir="ltr">{_breaks(words)}</div></div><div id="ydp2yahoo_quoted_1" '
        f'class="ydp2yahoo_quoted"><div><div>{html.escape(said)}</div><div>{letter.html}</div></div></div>'
    )
    return Written(f"{words}\n\n    {said}  \n \n {letter.text}\n", page)


def proton(words: str, letter: Letter) -> Written:
    said = "On Monday, March 2nd, 2026 at 11:00, Ann (Acme Support) <support@acme.test> wrote:"
    return Written(f"{words}\n\nSent with Proton Mail secure email.\n\n{said}\n\n{_quoted(letter)}\n")


def samsung(words: str, letter: Letter) -> Written:
    told = "Sent from my Galaxy"
    head = f"-------- Original message --------\n{_outlook_head(letter).replace('Sent:', 'Date:')}"
    return Written(f"{words}\n\n{told}\n\n{head}\n\n{letter.text}\n")


def k9(words: str, letter: Letter) -> Written:
    said = 'On 2 March 2026 11:00:00 CET, "Ann (Acme Support)" <support@acme.test> wrote:'
    told = "-- \nSent from my Android device with K-9 Mail. Please excuse my brevity."
    return Written(f"{words}\n{told}\n\n{said}\n{_quoted(letter, '>')}\n")


def bare(words: str, letter: Letter) -> Written:
    return Written(f"{words}\n")


ALL: tuple[Client, ...] = (
    gmail, gmail_italian, gmail_romanian, gmail_japanese, gmail_arabic, apple, iphone, iphone_finnish, outlook,
    outlook_text, outlook_german, outlook_mobile, outlook_web_html_alone, thunderbird, mutt, yahoo, proton, samsung,
    k9, bare,
)  # fmt: skip
