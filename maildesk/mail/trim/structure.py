"""Cuts the quoted history out of HTML by the structure that mail clients give it.

The guilty client stands beside each name. Clients of the ``x_`` kind are Outlook on the web, which
renames the classes of what it shows. What structure alone cannot decide (answers between quotes,
a mail passed on) is refused; nothing is made safe to show here: that is ``mail.html.sanitize``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from maildesk.mail.html import bounded, to_text, tree_to_text, words
from maildesk.mail.trim.header import header_at
from maildesk.mail.trim.phrases import Rule
from maildesk.mail.trim.recognise import announces, is_footer, is_rule, visible
from maildesk.mail.trim.signature import without_signature

MOST_QUOTES = 50  # of one mail that are looked at
MOST_HEADERS = 20
LAST_BLOCKS = 12  # paragraphs in which a device's footer stands
LONGEST_SIGNATURE = 1_000  # characters: below that name somebody writes whole mails
LONGEST_HEAD = 4_000  # characters in which a quoted mail tells that it is one

_QUOTES = ", ".join(
    (
        "[class*=gmail_quote]",  # Gmail; also Spark, Superhuman and other imitators; x_gmail_quote
        "blockquote[type=cite]",  # Apple Mail, Thunderbird, AOL
        "[class*=yahoo_quoted]",  # Yahoo; ydp…yahoo_quoted in its newer pages
        "[class*=protonmail_quote]",
        "[class*=tutanota_quote]",
        "[class*=zmail_extra]",  # Zoho
        "[class*=moz-cite-prefix]",  # Thunderbird's attribution
        "[class*=gmail_attr]",
        "#reply-intro",  # Roundcube's attribution
        "[class*=front-blockquote]",
        "[class*=missive_quote]",
        "[class*=sh-quoted-content]",  # Superhuman
        "blockquote[class*=iosymail]",  # Yahoo on iOS
        "#oriMsgHtmlSeperator",  # eM Client
    )
)
_STARTS = ", ".join(  # all from here on is quoted
    (
        "#appendonsend",  # Outlook on the web
        "[id*=divRplyFwdMsg]",
        "#mail-editor-reference-message-container",  # Outlook for Mac, new
        "[class*=ms-outlook-mobile-reference-message]",
        "[class*=OutlookMessageHeader]",  # Outlook 2003
        "#stopSpelling",  # Hotmail
        "#zwchr",  # Zimbra, Comcast
    )
)
_PERHAPS_STARTS = "div[style*=border-top], hr"  # Outlook's header block, if a header it is
_SIGNATURES = ", ".join(
    (
        "[class*=gmail_signature]",
        "[data-smartmail=gmail_signature]",
        "#Signature, #x_Signature",  # Outlook on the web
        "[class*=ms-outlook-mobile-signature], [id*=ms-outlook-mobile-signature]",
        "[class*=moz-signature]",
        "[class*=protonmail_signature_block]",
        "[class*=front-signature]",
        "[class*=missive_signature]",
        "#composer_signature",  # Samsung
        "[name=messageSignatureSection]",  # Spark
    )
)
# What every page with one of the quotes, starts or signatures above has in its source. One search takes 12 µs in
# 32 KB; to parse that page takes 600.
_QUOTE_SIGNS = (
    *("quote", "QUOTE", "gmail_attr", "zmail_extra", "moz-cite-prefix", "reply-intro", "oriMsgHtmlSeperator"),
    *("appendonsend", "divRplyFwdMsg", "reference-message", "OutlookMessageHeader", "stopSpelling", "zwchr"),
    *("border-top", "<hr", "<HR"),
)
_GAP = "\ue000"  # stands where a quote was: a private character, taken out of the mail first


@dataclass(frozen=True, slots=True)
class Words:
    """What is left of a page: as text, and as the text above the first quote.

    ``whole`` says that nothing was cut; ``ends`` that something was, and all new words stand above it: a boundary
    to go by.
    """

    page: LexborHTMLParser
    text: str
    above: str
    whole: bool
    ends: bool

    def html(self) -> str:
        """The same as HTML."""
        return (self.page.html or "").replace(_GAP, "")


def cut_html(html: str) -> str | None:
    """The HTML without quoted history and signature; None where structure tells no sure boundary."""
    words = new_words(html)
    return words.html() if words else None


@lru_cache(maxsize=2)  # asked when the text is cut, and again when the page is shown
def may_quote(html: str) -> bool:
    """Whether some client's sign of a quote stands in it: a cheap test that all pages with quotes pass."""
    return any(sign in html for sign in _QUOTE_SIGNS)


def may_sign(html: str) -> bool:
    """The same of signatures that a client marks as such."""
    return "ignature" in html


def beginning(html: str, length: int) -> str | None:
    """The words that a page shows in its first ``length`` characters, and that nothing in the rest takes away.

    None where that cannot be told of the beginning alone: something in it is hidden or marked, or may be a footer.
    What is marked below that is cut out from its mark on.
    """
    page = unmarked(html[:length])
    return words(page.body) if page and page.body else None


def unmarked(html: str) -> LexborHTMLParser | None:
    """The page, where nothing in it is marked as somebody else's words, nor as a signature: all of it is new."""
    if may_quote(html) or may_sign(html):
        return None
    page = LexborHTMLParser(bounded(html).replace(_GAP, ""))
    return None if page.body is None or _footers(page.body) else page


def new_words(html: str) -> Words | None:
    """What the author wrote. None where quotes are answered in place, or all of it is quoted."""
    page = LexborHTMLParser(bounded(html).replace(_GAP, ""))
    if page.body is None:
        return None
    quoting = may_quote(html)
    quotes = _quotes(page.body) if quoting else []
    if any(map(_is_answered_inside, quotes)):
        return None
    for quote in quotes:
        quote.replace_with(_GAP)
    cut = [bool(quotes), quoting and _rest_out(page.body), _signatures_out(page.body, may_sign(html))]
    text = tree_to_text(page.body)
    above, *below = text.split(_GAP)
    typed_below = [_is_typed(part) for part in below]
    if any(typed_below[:-1]) or not (above.strip() or any(typed_below)):
        return None
    if above.strip() and any(typed_below):
        return None
    return Words(page, text.replace(_GAP, ""), above, not any(cut), any(cut) and not any(typed_below))


def _is_typed(part: str) -> bool:
    """Whether somebody wrote this: neither empty, nor a signature that hangs below a quote."""
    return bool(without_signature(part.split("\n"), words_above=True))


def _quotes(body: LexborNode) -> list[LexborNode]:
    """The outermost quotes, down to a forwarded mail: Gmail calls that a quote too, but it stays."""
    found: list[LexborNode] = []
    for node in body.css(_QUOTES)[:MOST_QUOTES]:
        if any(_is_within(node, quote) for quote in found[-1:]):
            continue
        if _is_forwarded(node):
            break
        found.append(node)
    return found


def _is_answered_inside(quote: LexborNode) -> bool:
    """Whether somebody wrote below a blockquote inside of this: so Gmail places answers in the midst."""
    if quote.tag == "blockquote" or quote.css_first("blockquote") is None:
        return False
    lines = to_text(quote.html or "").split("\n")
    first = next((index for index, line in enumerate(lines) if line[:1] == ">"), len(lines))
    return _is_typed("\n".join(line for line in lines[first:] if line[:1] != ">"))


def _rest_out(body: LexborNode) -> bool:
    """Takes out all from the first node on that begins a copied mail."""
    starts = [*body.css(_STARTS)[:MOST_QUOTES], *filter(_is_copied_header, body.css(_PERHAPS_STARTS)[:MOST_HEADERS])]
    for start in starts:
        node: LexborNode | None = start if _is_within(start, body) else None
        while node is not None and node.mem_id != body.mem_id:
            while node.next is not None:
                node.next.remove()
            node = node.parent
        if node is not None:
            start.remove()
    return bool(starts)


def _signatures_out(body: LexborNode, marked: bool) -> bool:
    signatures = body.css(_SIGNATURES)[:MOST_QUOTES] if marked else []
    found = [node for node in signatures if len(node.text()) <= LONGEST_SIGNATURE]
    found += _footers(body)
    for node in found:
        if _is_within(node, body):
            node.remove()
    return bool(found)


def _footers(body: LexborNode) -> list[LexborNode]:
    return [node for node in body.css("div, p")[-LAST_BLOCKS:] if is_footer(node.text().strip())]


def _is_within(node: LexborNode, outer: LexborNode) -> bool:
    """Whether the node still stands there: it does not once something around it was taken out.

    By identity: nodes are equal where their HTML is, which is slow to tell, and true of two answers "yes".
    """
    above: LexborNode | None = node
    while above is not None and above.mem_id != outer.mem_id:
        above = above.parent
    return above is not None


def _first_lines(html: str) -> list[str]:
    lines = (line.strip("> ") for line in visible(to_text(html[:LONGEST_HEAD])).split("\n"))
    return [line for line in lines if line and not is_rule(line)]


def _is_forwarded(node: LexborNode) -> bool:
    return any(announces(line) is Rule.FORWARDED for line in _first_lines(node.html or "")[:3])


def _is_copied_header(node: LexborNode) -> bool:
    html = node.html or ""
    if node.tag == "hr":
        html, below = "", node.next or (node.parent.next if node.parent else None)
        while below is not None and len(html) < LONGEST_HEAD:
            html, below = html + (below.html or ""), below.next
    lines = _first_lines(html)
    header = header_at(lines, 0) if lines else None
    return header is not None and header.sure
