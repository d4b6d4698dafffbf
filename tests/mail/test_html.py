"""HTML to text, and the one door to what may be shown."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.mail import html
from maildesk.mail.letters import bare


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>one</p><p>two<br>three</p>", "one\n\ntwo\nthree"),
        ("<div>one</div><div><br></div><div>two</div>", "one\n\ntwo"),
        ("<p class=MsoNormal>one</p><p class=MsoNormal>two</p><p class=MsoNormal>&nbsp;</p>three", "one\ntwo\n\nthree"),
        ("<blockquote type=cite>old<blockquote>older</blockquote></blockquote>new", "> old\n>\n> > older\n\nnew"),
        ('<blockquote style="margin:0 0 0 40px;border:none">indented</blockquote>', "indented"),
        ("<ul><li>a<li>b<ol><li>c<li>d</ol></ul>", "- a\n- b\n  1. c\n  2. d"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ('see <a href="https://a.example/x">this</a>', "see this <https://a.example/x>"),
        ('<a href="https://a.example/">a.example</a> <a href="mailto:a@b">a</a>', "a.example a"),
        ('<img alt="😀"><img alt="Logo"><img>', "😀[image: Logo]"),
        ("<style>x{}</style><script>y</script><title>t</title>a &lt;b&gt; &amp;", "a <b> &"),
        ('<div style="display: none">preview</div>words', "words"),
        ('<div style="display: none">all there is</div>', "all there is"),
        ("a\n   b<span> c</span>", "a b c"),
        ("", ""),
    ],
)
def test_pages_read_as_text(page: str, text: str) -> None:
    assert html.to_text(page) == text


@pytest.mark.parametrize(
    "page",
    [
        "<script>evil</script>",
        "<style>evil</style>",
        '<p style="background:url(//evil)" onclick=evil>',
        '<a href="javascript:evil">x</a>',
        '<a href=" java\nscript:evil">x</a>',
        '<a href="data:text/html,evil">x</a>',
        '<a href="file:///evil">x</a>',
        '<a href="//evil">x</a>',
        '<img src="https://evil/o.gif">',
        '<img src="//evil/o.gif" srcset="https://evil 2x">',
        '<form action="https://evil"><input name=evil></form>',
        '<iframe src="https://evil"></iframe>',
        '<svg><script>evil</script><image href="https://evil"/></svg>',
        '<math><mi xlink:href="evil">x</mi></math>',
        '<base href="https://evil"><link rel=stylesheet href="https://evil">',
        '<meta http-equiv=refresh content="0;url=https://evil">',
        "<!-- evil --><![CDATA[evil]]>",
        '<table background="https://evil">',
        '<object data="evil"><embed src="evil">',
    ],
)
def test_nothing_active_or_remote_passes_the_door(page: str) -> None:
    assert "evil" not in html.sanitize(page)


def test_what_a_person_wrote_passes_the_door() -> None:
    page = '<p>Hi <b>there</b>, <a href="https://a.example/?x=1&amp;y=2">look</a> <img src="cid:one@two" alt="x"></p>'
    shown = html.sanitize(page)
    assert 'href="https://a.example/?x=1&amp;y=2"' in shown
    assert 'rel="noopener noreferrer nofollow"' in shown
    assert '<img src="cid:one@two" alt="x">' in shown
    assert "<b>there</b>" in shown


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 100_000 + "x" + "</div>" * 100_000,
        "<b><i><a>" * 60_000,
        "<blockquote>x" * 50_000,
        "<" * 1_000_000,
        "&" * 1_000_000,
        "<a " * 300_000,
        "<p>" * 300_000,
        "<b " + " ".join(f"x{n}=1" for n in range(100_000)) + ">",
        "<b " + " ".join(f"x{n}='>'" for n in range(80_000)) + ">",
        "<!--" * 200_000,
    ],
    ids=["div", "inline", "quotes", "<", "&", "open tags", "p", "attributes", "hidden attributes", "comments"],
)
def test_hostile_pages_take_linear_time(page: str) -> None:
    began = time.process_time()
    html.to_text(page)
    html.letters(page)
    html.sanitize(page)
    assert time.process_time() - began < 3


def test_a_page_with_a_tag_no_client_writes_keeps_its_words() -> None:
    page = "before <b " + " ".join(f"x{n}" for n in range(30_000)) + ">after</b>"
    assert html.to_text(page) == "before after"


def test_letters_are_what_the_page_shows() -> None:
    page = '<style>s</style><p>One, two</p><p style="display:none">hid</p><a href="https://x.example">three</a>'
    assert html.letters(page) == "Onetwothree"


@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<ul>",
                "<li>",
                "</ul>",
                "<a href=http://x>",
                "</a>",
                "<pre>",
                "</pre>",
                "<blockquote>",
                "</blockquote>",
                "<td>",
                "<br>",
                "x",
                " ",
                "\ud800",
                "\0",
                "<",
                "<b style='display:none'>",
                "<svg>",
                "<table>",
                "&#0;",
                "<!--",
            ]
        ),
        max_size=60,
    )
)
def test_no_page_breaks_the_readers(pieces: list[str]) -> None:
    page = "".join(pieces)
    html.to_text(page).encode()
    html.letters(page)
    html.sanitize(page).encode()


def test_a_long_text_of_signs_like_hard_spaces_is_sanitized_whole() -> None:
    text = "§ 3 gilt für 5 m³, sagt sie. " * 2_000
    assert html.sanitize(f"<p>{text}</p>") == f"<p>{text}</p>"
    assert html.sanitize("³x" * 100_000) == "³x" * 100_000


@given(st.text(st.characters(exclude_categories=())))
def test_bare_letters_are_those_of_any_script_and_nothing_else(text: str) -> None:
    assert bare(text) == re.sub(r"[\W_]+", "", text)
