"""The command block in the HTML alternative: gone whole, or the answer is that it cannot be done for sure."""

from __future__ import annotations

from html import escape
from time import perf_counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from maildesk.desk.commands.grammar import parse
from maildesk.desk.commands.markup import without_block

VERBS = ("close", "assign", "tag", "subject", "note")


def seen(html: str | None) -> str:
    assert html is not None
    body = LexborHTMLParser(html).body
    return " ".join(body.text(separator=" ").split()) if body else ""


GMAIL = (
    '<div dir="ltr">#close<div>#assign bob<br><div><br></div>'
    "<div>Dear Ann,</div><div>it is <b>done</b>.</div></div></div>"
)
OUTLOOK = (
    '<html xmlns:o="urn:schemas-microsoft-com:office:office">'
    "<head><style><!-- p.MsoNormal {margin:0} --></style></head>"
    '<body lang="EN-GB"><div class="WordSection1"><p class="MsoNormal">#close<o:p></o:p></p>'
    '<p class="MsoNormal">#assign&nbsp;bob <o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p>'
    '<p class="MsoNormal">Dear Ann,<o:p></o:p></p>'
    '<p class="MsoNormal">it is <b>done</b>.<o:p></o:p></p></div></body></html>'
)
OUTLOOK_WEB = (
    '<div class="elementToProof" style="font-family: Aptos;">#close</div><div class="elementToProof">#assign bob</div>'
    '<div class="elementToProof"><br></div><div>Dear Ann,</div><div>it is <b>done</b>.</div>'
)
APPLE = (
    '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head>'
    '<body style="word-wrap: break-word;">'
    "#close<div>#assign bob</div><div><br></div><div>Dear Ann,</div><div>it is <b>done</b>.</div></body></html>"
)
THUNDERBIRD = (
    "<!DOCTYPE html><html>\n  <head>\n    <meta charset=utf-8>\n  </head>\n"
    "  <body>\n    <p>#close<br>\n      #assign\n      bob<br>\n"
    "    </p>\n    <p>Dear Ann,<br>\n      it is <b>done</b>.</p>\n  </body>\n</html>"
)
TABLE = (
    '<table border="0"><tr><td><p>#close</p></td></tr><tr><td>#assign bob</td></tr></table>'
    "<table><tr><td>Dear Ann, it is <b>done</b>.</td></tr></table>"
)
SPLIT = (
    '<div><span style="color:red">#</span>clo<font>se</font></div>'
    '<div>#assign <a href="mailto:bob@desk.example">@bob</a></div>'
    "<div>Dear Ann, it is <b>done</b>.</div>"
)
PREFORMATTED = "<pre>#close\n#assign bob\n</pre><p>Dear Ann, it is <b>done</b>.</p>"


@pytest.mark.parametrize("html", [GMAIL, OUTLOOK, OUTLOOK_WEB, APPLE, THUNDERBIRD, TABLE, PREFORMATTED])
def test_the_block_of_a_mail_client_is_taken_away(html: str) -> None:
    result = without_block(html, ["#close", "#assign bob"])
    assert seen(result) == "Dear Ann, it is done ."
    assert "<b>done</b>" in str(result)


@pytest.mark.parametrize("html", [GMAIL, OUTLOOK, OUTLOOK_WEB, APPLE, THUNDERBIRD, TABLE])
def test_no_empty_line_stays_above_the_words(html: str) -> None:
    body = LexborHTMLParser(without_block(html, ["#close", "#assign bob"]) or "").body
    assert body is not None
    above = body.inner_html or ""
    assert not LexborHTMLParser(above[: above.index("Dear Ann")]).css("br, p + p, o\\:p, td + td")


@pytest.mark.parametrize(
    "line", ["#assign @bob", "#assign @bob<mailto:bob@desk.example>", "#assign @bob <https://desk.example/bob>"]
)
def test_a_command_may_be_split_over_elements_and_linked(line: str) -> None:
    assert seen(without_block(SPLIT, ["#close", line])) == "Dear Ann, it is done ."


def test_a_document_stays_a_document_and_a_piece_a_piece() -> None:
    assert str(without_block(OUTLOOK, ["#close", "#assign bob"])).startswith("<html")
    assert without_block("<div>#close</div><p>Hello", ["#close"]) == "<p>Hello</p>"


def test_what_holds_the_words_keeps_its_style() -> None:
    html = '<div style="font-family:Arial"><div>#close</div><div>Hello</div></div>'
    assert without_block(html, ["#close"]) == '<div style="font-family:Arial"><div>Hello</div></div>'


def test_the_columns_of_a_table_stay_where_they_are() -> None:
    html = "<table><tbody><tr><td>#close</td><td>Hello</td></tr></tbody></table>"
    assert without_block(html, ["#close"]) == "<table><tbody><tr><td></td><td>Hello</td></tr></tbody></table>"


def test_the_end_of_the_block_goes_too_also_as_a_dash() -> None:
    assert without_block("<p>#close</p><p>—</p><p>Hello</p>", ["#close", "--"]) == "<p>Hello</p>"
    assert without_block("#close<br>#end<br>Hello", ["#close", "#end"]) == "Hello"


@pytest.mark.parametrize("written", ["＃close", "#\u200bclose", "#&zwnj;close&nbsp;", "  #close\ufeff"])
def test_disguises_do_not_matter(written: str) -> None:
    assert without_block(f"<p>{written}</p><p>Hello</p>", ["#close"]) == "<p>Hello</p>"


def test_a_line_may_be_wrapped_in_one_alternative_and_not_in_the_other() -> None:
    assert (
        without_block('<p>#subject "A very<br>long one"</p><p>Hello</p>', ['#subject "A very long one"'])
        == "<p>Hello</p>"
    )


def test_commands_alone_leave_nothing() -> None:
    assert seen(without_block("<div>#close</div><div><br></div>", ["#close"])) == ""


def test_html_without_a_block_is_as_it_was() -> None:
    html = "<P>Hello <i>Ann"
    assert without_block(html, []) == html


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("<p>#close Hello</p>", ["#close"]),  # the words stand on the command's line
        ("<p>Hello</p><p>#close</p>", ["#close"]),  # something stands above
        ("<p>#assign bob</p><p>Hello</p>", ["#close"]),  # the alternatives differ
        ("<p>#close</p>", ["#close", "#assign bob"]),
        ("<p>#close</p><p>#assign bob</p><p>Hello</p>", ["#close"]),  # a command is left
        ("<p>#close</p><p>Hello</p><p>#close</p>", ["#close"]),
        ("<p>#close</p><p>Hello</p>", []),
        ("<p>#close</p><p>##x is literal</p>", ["#close"]),  # the words are unescaped in the text alone
        ("<p>##x is literal</p>", []),
        ('<p><img src="cid:x">#close</p><p>Hello</p>', ["#close"]),
        ("<pre>#close\nHello</pre>", ["#close"]),  # the end of the line is inside a text
        ("<p>#CLOSE</p><p>Hello</p>", ["#close"]),
        ("", ["#close"]),
        ("<frameset><frame></frameset>", ["#close"]),
    ],
)
def test_what_is_not_sure_is_refused(html: str, lines: list[str]) -> None:
    assert without_block(html, lines) is None


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 200_000 + "#close",
        "<i></i>" * 9_000 + "<p>#close</p>Hello",
        "<p>#close</p>" + "<td>" * 100_000,
        "<p " + " ".join(f"a{number}" for number in range(100_000)) + ">#close</p>Hello",
        "<p>#close</p>" + "<mailto:" * 15_000,
        "<p>#close</p>" + "x" * 5_000_000,
        "<div><br></div>" * 6_000 + "#close",
    ],
)
def test_hostile_html_is_quickly_done(html: str) -> None:
    begun = perf_counter()
    result = without_block(html, ["#close"])
    assert perf_counter() - begun < 5
    assert result is None or "#close" not in result


SHAPES = (
    "<div>{}</div>",
    "<p>{}</p>",
    "<p class=MsoNormal><span>{}</span><o:p></o:p></p>",
    "{}<br>",
    "\n  {}<br>\n",
    "<table><tr><td>{}</td></tr></table>",
    "<div><div>{}</div><br></div>",
    "<div><div><font><span>{}</span></font></div></div>\n",
)
BREAKS = ("", "<span></span>", "&#8203;", "<wbr>", "<b></b>", "<!-- x -->")
lines_of_mail = st.lists(
    st.sampled_from(
        ["#close", "#assign bob", "#tag +a -b", '#subject "R&D <x>"', "#end", "", "Hello", "Fish & <chips>", "##x"]
    )
    | st.text(st.sampled_from("ab #<&\u00a0é漢"), max_size=8),
    max_size=6,
)


@given(lines_of_mail, st.data())
def test_the_result_holds_the_words_and_no_line_of_the_block(lines: list[str], data: st.DataObject) -> None:
    block = parse("\n".join(lines), VERBS)
    page = []
    for line in lines:
        middle = data.draw(st.integers(0, len(line)))
        inside = escape(line[:middle]) + data.draw(st.sampled_from(BREAKS)) + escape(line[middle:])
        page.append(data.draw(st.sampled_from(SHAPES)).format(inside))
    html = data.draw(st.sampled_from(["{}", "<html><body>{}</body></html>", "<div dir=ltr>{}</div>"])).format(
        "".join(page)
    )
    result = without_block(html, block.lines)
    first = next(iter(block.words.split("\n")), "")
    if result is None:
        repeated = any(line.replace(" ", "") in block.words.replace(" ", "") for line in block.lines if line.strip())
        escaped = any(line.lstrip().startswith("##") for line in lines)
        assert first.lstrip().startswith("#") or repeated or escaped
        return
    assume(block.lines)
    text = "".join(seen(result).replace("\u200b", "").split())
    assert text == "".join(block.words.split())
    assert not any("".join(line.split()) in text for line in block.lines)


@given(st.text(st.sampled_from("<>/#abcdeiprvt \n&;\"'=-!"), max_size=80), st.sampled_from(["#close", "#a b"]))
def test_no_html_makes_it_raise_or_leave_the_block(html: str, line: str) -> None:
    result = without_block(f"{html}<p>{line}</p>Hello", [line])
    assert result is None or line not in seen(result)
