"""Templates, from YAML to a mail's words: what people write stays words, and mistakes have a place."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.edge.files import shipped
from maildesk.mail import sandbox, variables
from maildesk.mail.compile import compile_all
from maildesk.mail.render import CannedIncomplete, CannedMissing, Rendered, Template, Templates, Unrenderable
from maildesk.mail.sheets import Source
from maildesk.mail.slots import MAX_SUBJECT, Words
from maildesk.model import Purpose

HOSTILE = "{{7*7}} {0.__class__} ${x} %(k)s {% if x %} {# no #}"
SHIPPED, PROBLEMS = compile_all(shipped(), "en")
ENGLISH = [source for source in shipped() if source.path.startswith("en/")]


def sheet(text: str, subject: str = "s", more: str = "") -> str:
    body = "".join(f"  {line}\n" for line in text.splitlines())
    return f'subject: "{subject}"\n{more}text: |\n{body}'


def compiled(*files: tuple[str, str]) -> tuple[Templates, list[str]]:
    """The files and English, where it is not among them; the problems as text."""
    ours = [Source(path, content) for path, content in files]
    templates, problems = compile_all([*ENGLISH, *ours], "en", frozenset(ENGLISH))
    return templates, [str(problem) for problem in problems]


def said(text: str, values: Mapping[str, object] | None = None, name: str = "notice") -> Rendered:
    templates, problems = compiled((f"en/{name}.yaml", sheet(text)))
    assert problems == []
    return templates.render(name, "en", {**variables.sample(name), **(values or {})})


def wrong(text: str, name: str = "notice") -> list[str]:
    return compiled((f"en/{name}.yaml", sheet(text)))[1]


# --- people's words are data ------------------------------------------------------------------------


def test_template_code_in_a_customers_subject_comes_out_as_it_was_written() -> None:
    values = variables.sample("auto_reply")
    values["ticket"] = {**dict(values["ticket"]), "subject": HOSTILE}  # type: ignore[call-overload]
    rendered = SHIPPED.render("auto_reply", "en", values)
    assert rendered.subject == f"Re: [#12] {HOSTILE}"
    assert HOSTILE in rendered.html


def test_a_name_can_not_become_markup_or_a_link() -> None:
    name = "<b>x</b> [me](https://evil.test) **bold** <https://evil.test> &lt; # no\n- item"
    rendered = said("{{ author.name }}\n\n- {{ author.name }}", {"author": {"name": name}})
    assert rendered.text == f"{name}\n\n- {name}\n"
    one = "&lt;b&gt;x&lt;/b&gt; [me](https://evil.test) **bold** &lt;https://evil.test&gt; &amp;lt; # no<br>\n- item"
    assert rendered.html == f"<p>{one}</p>\n<ul>\n<li>{one}</li>\n</ul>"


def test_a_value_that_looks_like_our_own_slots_is_not_filled_again() -> None:
    values = {"author": {"name": "maildeskslot1x maildeskblock1x", "email": "secret"}}
    rendered = said("{{ author.name }} {{ author.email }}", values)
    assert rendered.text == "maildeskslot1x maildeskblock1x secret\n"
    assert rendered.html == "<p>maildeskslot1x maildeskblock1x secret</p>"


def test_a_subject_is_one_short_line_whatever_it_is_made_of() -> None:
    templates, problems = compiled(("en/reply.yaml", sheet("x", subject="Re: {{ ticket.subject }}")))
    assert problems == []
    values = variables.sample("reply")
    values["ticket"] = {"subject": "a\r\nBcc: b@c.test\x00\u2028" + "x" * 999}
    subject = templates.render("reply", "en", values).subject
    assert subject.startswith("Re: a Bcc: b@c.test xxx")
    assert len(subject) == MAX_SUBJECT


def test_a_link_made_from_a_value_leads_to_the_web_or_to_a_mail_only() -> None:
    page = "[go]({{ author.name }}) [mail]({{ author.email }})"
    values = {"author": {"name": "java\nscript:alert(1)", "email": 'mailto:a@b.test?subject="><x>'}}
    html = said(page, values).html
    assert 'href="#"' in html
    assert 'href="mailto:a@b.test?subject=&#34;&gt;&lt;x&gt;"' in html


def test_an_html_template_escapes_values_too() -> None:
    more = 'html: \'<a title="{{ author.name }}" href="{{ author.email }}">{{ words }}</a>\'\n'
    templates, problems = compiled(("en/notice.yaml", sheet("x", more=more)))
    assert problems == []
    values = variables.sample("notice") | {"author": {"name": '"><script>', "email": "javascript:x"}}
    values["words"] = Words("<i>", "<i>fine</i>")
    html = templates.render("notice", "en", values).html
    assert html == '<a title="&#34;&gt;&lt;script&gt;" href="#"><div><i>fine</i></div></a>'


def test_controls_and_lone_surrogates_do_not_reach_a_mail() -> None:
    rendered = said("{{ author.name }}|{{ words }}", {"author": {"name": "a\x00b\udce9"}, "words": Words("c\x1bd")})
    assert rendered.text == "ab?|cd\n"
    rendered.html.encode()


@given(st.text(st.characters(exclude_characters="\r\n"), max_size=80))
def test_no_name_whatever_changes_the_tags_of_a_mail(name: str) -> None:
    values = variables.sample("notice")
    plain = SHIPPED.render("notice", "en", values | {"author": {"name": "x", "email": "y", "proof": "failed"}})
    odd = SHIPPED.render("notice", "en", values | {"author": {"name": name, "email": "y", "proof": "failed"}})
    assert re.findall(r"<[^>]*>", odd.html) == re.findall(r"<[^>]*>", plain.html)


# --- what is kept from one mail to the next -----------------------------------------------------------


def _varied(value: object, said: Iterator[str]) -> object:
    """Values of the same kinds, with other words."""
    if isinstance(value, dict):
        return {name: _varied(member, said) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_varied(item, said) for item in value]
    return next(said) if isinstance(value, str) else value


@pytest.mark.parametrize("template", [each for key, each in SHIPPED.mails.items() if key[0] in ("en", "fi")])
def test_a_mail_says_the_same_whatever_was_rendered_before_it(template: Template) -> None:
    odd = ["", "\n ", "a <b> {{ c }}\x01 maildeskslot0x", "y", "\x01", "n" * 12_000]
    for words in (["x"], odd, ["pending"], ["z"]):
        values = _varied(variables.sample(template.path[3:-5]), cycle(words))
        assert isinstance(values, dict)
        assert template.render(values) == template.render_alone(values)


@pytest.mark.parametrize(
    "text",
    [
        "{% if author.name == 'Bob' %}Bob himself{% endif %}",
        "{{ author.name|upper }} {{ newcomers|length }} {{ newcomers|join('; ') }}",
        "{% for x in newcomers %}{% if x == 'a' %}{{ x }}{% else %}-{% endif %}{% endfor %}",
        "{% for a in attachments %}{{ a.name|title }}{{ loop.index }}{% endfor %}",
        "{% set x = author.name %}{{ x }}{% if x > 'b' %}!{% endif %}",
        "{{ author.name ~ author.email }}{{ author['name'] }}{{ newcomers }}{% if words.text %}?{% endif %}",
        "{% if author.name is string %}{{ ticket.number + 1 }}{% endif %}{{ attachments }}",
        "{{ author.name or author.email }}{{ author.email if author.name else 'none' }}{{ ticket.tags }}",
        "{% for c in author.name %}{{ c }}.{% endfor %}{{ ticket.urgent }}{{ ticket.number }}",
    ],
)
def test_what_a_template_weighs_counts_for_each_mail(text: str) -> None:
    templates, problems = compiled(("en/notice.yaml", sheet(text)))
    assert problems == []
    template = templates.mails["en", "notice"]
    for name in ("Bob", "Ann", "", " ", "Bob"):
        for more in (["a", "b"], ["b"], []):
            for number in (1, True, 0, 1.0):
                values = variables.sample("notice") | {"author": {"name": name, "email": "e"}, "newcomers": more}
                values["ticket"] = {**dict(values["ticket"]), "number": number, "tags": more}  # type: ignore[call-overload]
                try:
                    alone = template.render_alone(values)
                except sandbox.FAILURES:
                    with pytest.raises(sandbox.FAILURES):
                        template.render(values)
                    continue
                assert template.render(values) == alone


# --- blocks ---------------------------------------------------------------------------------------------


def test_words_stand_as_paragraphs_of_their_own() -> None:
    rendered = said("Look:\n{{ words }}\nthere", {"words": Words("one <b>\n  two\n\nthree\n")})
    assert rendered.text == "Look:\none <b>\n  two\n\nthree\nthere\n"
    style = '<p style="white-space:pre-wrap">'
    assert rendered.html == (f"<p>Look:</p>\n{style}one &lt;b&gt;<br>  two</p>\n{style}three</p><p>there</p>")


def test_sanitized_html_takes_the_place_of_its_words_and_of_nothing_else() -> None:
    words = Words("one", "<p>one <a href='https://a.test'>{{ x }}</a></p>")
    assert said("- {{ words }}", {"words": words}).html == f"<ul>\n<li><div>{words.html}</div></li>\n</ul>"
    assert said("{{ words }}", {"words": words}).html == f"<div>{words.html}</div>"


def test_a_transcript_keeps_its_columns() -> None:
    rendered = said("{{ transcript }}", {"transcript": Words("#x\n   ^ <no>", preformatted=True)}, "command_error")
    assert rendered.text == "#x\n   ^ <no>\n"
    assert ">#x\n   ^ &lt;no&gt;</pre>" in rendered.html


def test_no_words_are_no_block() -> None:
    rendered = said("a{% if words %} b{% endif %}\n\n{{ words }}\n\nc", {"words": Words(" \n")})
    assert rendered == Rendered("s", "a\n\nc\n", "<p>a</p>\n<p>c</p>")


def test_words_of_a_megabyte_are_kept_whole_and_made_quickly() -> None:
    words = Words("\n \n<".join(["x" * 9] * 80_000))
    started = time.perf_counter()
    rendered = said("{{ words }}", {"words": words})
    assert rendered.text == words.text + "\n"
    assert rendered.html.count("&lt;x") == 79_999
    assert time.perf_counter() - started < 5


# --- the form of a text ----------------------------------------------------------------------------------


def test_a_tag_with_a_line_to_itself_leaves_no_line_and_one_at_a_lines_end_keeps_it() -> None:
    text = "- a\n{% if overdue %}\n- b\n{% endif %}\n- c{% if overdue %} d{% endif %}\n\ne"
    rendered = said(text, name="reminder")
    assert rendered.text == "- a\n- b\n- c d\n\ne\n"


def test_a_line_under_a_line_makes_no_heading_and_indented_text_no_code() -> None:
    assert said("Bye\n-- \nAlice\n\n    deep").html == "<p>Bye<br />\n--<br />\nAlice</p>\n<p>deep</p>"


def test_raw_html_in_a_text_is_words() -> None:
    assert said("<b>x</b>").html == "<p>&lt;b&gt;x&lt;/b&gt;</p>"


def test_the_html_half_may_say_things_its_own_way() -> None:
    rendered = said("{% if html %}[here]({{ desk.url }}){% else %}{{ desk.url }}{% endif %}")
    assert rendered.text == "https://help.acme.example\n"
    assert 'href="https://help.acme.example"' in rendered.html


def test_layout_parts_stand_in_order_and_empty_ones_leave_no_trace() -> None:
    layout = "header: '{{ agent.signature }}'\nfooter: F\nsignature: S\nhtml: '[{{ content }}]'\n"
    files = ("en/layout_x.yaml", layout), ("en/reply.yaml", sheet("T", more="extends: layout_x\n"))
    templates, problems = compiled(*files)
    assert problems == []
    full = templates.render("reply", "en", variables.sample("reply") | {"agent": {"signature": "H"}})
    assert full == Rendered("s", "H\n\nT\n\nS\n\nF\n", "[<p>H</p>\n<p>T</p>\n<p>S</p>\n<p>F</p>]")
    bare = templates.render("reply", "en", variables.sample("reply") | {"agent": {"signature": ""}})
    assert bare == Rendered("s", "T\n\nS\n\nF\n", "[<p>T</p>\n<p>S</p>\n<p>F</p>]")


def test_a_layout_without_html_takes_the_page_of_the_desks_language() -> None:
    html = SHIPPED.render("reply", "fi", variables.sample("reply")).html
    assert '<html lang="fi">' in html
    assert "Viitteesi: [#12]" in html


# --- languages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("asked", "got"), [("it", "it"), ("it-CH", "it"), ("xx", "ro"), ("", "ro"), ("../it", "ro")])
def test_a_language_falls_back_to_its_base_and_then_to_the_desks(asked: str, got: str) -> None:
    templates, _ = compile_all(shipped(), "ro")
    values = variables.sample("auto_reply")
    assert templates.render("auto_reply", asked, values) == templates.render("auto_reply", got, values)


def test_a_desk_whose_language_lacks_a_template_falls_back_to_english_and_is_told() -> None:
    templates, problems = compile_all([s for s in shipped() if s.path != "it/reply.yaml"], "it")
    assert [p.where for p in problems] == ["it/reply.yaml"]
    values = variables.sample("reply")
    assert templates.render("reply", "it", values) == SHIPPED.render("reply", "en", values)


def test_a_desks_own_file_counts_instead_of_the_shipped_one() -> None:
    templates, problems = compiled(("en/reply.yaml", sheet("ours")))
    assert problems == []
    assert templates.render("reply", "en", variables.sample("reply")).text == "ours\n"


def test_what_is_shipped_has_no_problem_and_every_mail_in_every_language() -> None:
    assert PROBLEMS == ()
    assert SHIPPED.languages == ("en", "fi", "fr", "it", "ro")
    assert {(language, name) for language in SHIPPED.languages for name in Purpose} == set(SHIPPED.mails)
    assert len({tuple(SHIPPED.canned(language)) for language in SHIPPED.languages}) == 1


def test_what_is_known_to_be_good_says_the_same_when_it_is_compiled_later() -> None:
    lazy, problems = compile_all(shipped(), "fi", frozenset(shipped()))
    assert problems == ()
    assert lazy.languages == SHIPPED.languages
    assert set(lazy.mails) == set(SHIPPED.mails)
    for name in Purpose:
        assert lazy.render(name, "it", variables.sample(name)) == SHIPPED.render(name, "it", variables.sample(name))
    assert lazy.canned("ro") == SHIPPED.canned("ro")


def test_what_is_known_to_be_good_is_not_read_until_it_is_wanted() -> None:
    broken = Source("it/notice.yaml", "subject: [")
    sources = {source.path: source for source in (*shipped(), broken)}.values()
    assert [problem.where for problem in compile_all(sources, "fi", frozenset(shipped()))[1]] == ["it/notice.yaml:1:11"]
    lazy, problems = compile_all(sources, "fi", frozenset(sources))
    assert problems == ()
    assert lazy.render("reply", "it", variables.sample("reply")).text
    with pytest.raises(ValueError, match="not enough values"):
        lazy.render("notice", "it", variables.sample("notice"))


def test_a_desks_own_layout_is_tried_with_all_the_shipped_mails_that_stand_in_it() -> None:
    _, problems = compiled(("en/layout.yaml", 'header: "{{ customer.nmae }}"\n'))
    assert "en/layout.yaml:1:13: unknown variable customer.nmae; did you mean customer.name?" in problems


def test_a_mail_to_an_unproven_sender_is_made_without_any_of_their_words() -> None:
    values = variables.sample("auto_reply_plain")
    assert "customer" not in values
    assert "subject" not in dict(values["ticket"])  # type: ignore[call-overload]
    for language in SHIPPED.languages:
        rendered = SHIPPED.render("auto_reply_plain", language, values)
        assert rendered.subject.startswith("[#12] ")
        assert "12" in rendered.text


# --- canned answers ----------------------------------------------------------------------------------


def test_what_the_agent_typed_stands_above_a_canned_answer_that_does_not_say_it() -> None:
    templates, problems = compiled(("en/canned/bye.yaml", "text: Bye, {{ customer.first_name }}.\n"))
    assert problems == []
    values = variables.sample("canned") | {"words": Words("Dear <you>")}
    rendered = templates.render_canned("bye", "en", values)
    assert rendered.subject == ""
    assert rendered.text == "Dear <you>\n\nBye, Maria.\n"
    assert rendered.html.endswith("Dear &lt;you&gt;</p>\n<p>Bye, Maria.</p>")


def test_a_canned_answer_asks_for_the_pairs_it_needs() -> None:
    text = "text: '{{ amount }} by {{ day }}{% if why is defined %}: {{ why }}{% endif %}{{ x|default(1) }}'\n"
    templates, problems = compiled(("en/canned/refund.yaml", text))
    assert problems == []
    values = variables.sample("canned") | {"words": Words(""), "day": "Friday"}
    with pytest.raises(CannedIncomplete) as incomplete:
        templates.render_canned("refund", "en", values)
    assert incomplete.value.missing == ("amount",)
    assert templates.render_canned("refund", "en", values | {"amount": "5 €"}).text == "5 € by Friday1\n"


def test_a_misspelt_canned_answer_gets_the_nearest_names() -> None:
    with pytest.raises(CannedMissing) as missing:
        SHIPPED.render_canned("pasword", "it", variables.sample("canned"))
    assert missing.value.close == ("password",)
    assert SHIPPED.canned("xx")["password"] == "How to choose a new password"


# --- what a template may not do -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bomb",
    [
        '{{ "a" * 10**8 }}',
        '{{ 10**8 * "a" }}',
        "{{ [1] * 10**8 }}",
        "{{ 9**9**9 }}",
        "{% for x in range(10**9) %}x{% endfor %}",
        "{% for x in range(999) %}{% for y in range(999) %}xxxxxxxxxx{% endfor %}{% endfor %}",
        '{% for x in range(999) %}{{ "a" * 999 }}{% endfor %}',
        '{{ "%999999999d" % 1 }}',
        '{{ "a"|center(10**9) }}',
        "{% for a in range(9) %}{% for b in range(9) %}{% for c in range(9) %}{% endfor %}{% endfor %}{% endfor %}",
        "{% macro m() %}{% endmacro %}",
        '{{ "".join(["a"]) }}',
        "{{ desk.__class__ }}",
        '{{ desk["__class__"] }}',
        "{% include 'x' %}",
        "{{ _slots }}",
        "{{ " + "(" * 90_000,
        "{{ 1" + "0" * 9_000 + " }}",
        "{% for a in range(1) %}" * 30 + "{% endfor %}" * 30,
        "{% if html %}" * 150 + "{% endif %}" * 150,
    ],
)
def test_a_template_can_not_eat_time_or_memory_or_reach_further_than_words(bomb: str) -> None:
    started = time.perf_counter()
    problems = wrong(f"one\n{bomb}")
    assert problems
    assert re.match(r"en/notice\.yaml:[241]:\d+: ", problems[0])
    assert time.perf_counter() - started < 3


def test_a_list_longer_than_a_mail_can_hold_is_cut_and_no_error() -> None:
    rendered = said("{% for x in newcomers %}{{ x }}.{% endfor %}", {"newcomers": ["a"] * 5_000})
    assert rendered.text == "a." * 1_000 + "\n"


def test_a_value_too_long_for_anybodys_name_is_cut() -> None:
    rendered = said("{{ author.name }}!", {"author": {"name": "n" * 50_000}})
    assert rendered.text == "n" * 9_999 + "…!\n"


def test_a_mail_whose_values_are_too_many_is_cut_and_no_error() -> None:
    rendered = said("{% for x in newcomers %}{{ x }} {% endfor %}", {"newcomers": ["n" * 9_000] * 900})
    assert rendered.text.endswith("\n\n[…]\n")
    assert len(rendered.text) < 250_000


def test_a_template_that_fails_on_real_values_says_where() -> None:
    templates, _ = compiled(("en/notice.yaml", sheet("{{ author.name }}")))
    with pytest.raises(Unrenderable, match=r"en/notice\.yaml: .*author"):
        templates.render("notice", "en", {})
    with pytest.raises(Unrenderable, match="digest"):
        templates.render("digest", "en", {})


def test_a_block_that_stands_as_an_address_does_not_end_the_attribute() -> None:
    """Its own quotes would, and make what follows them attributes of the link: a handler, too."""
    words = Words("hi", '<a title="x onmouseover=alert(1) y" href="https://x.test">hi</a>')
    page = 'html: <a href="{{ author.name }}">x</a>\n'
    templates, problems = compiled(("en/notice.yaml", sheet("t", more=page)))
    assert problems == []
    values = variables.sample("notice") | {"author": {"name": words, "email": ""}}
    assert templates.render("notice", "en", values).html == '<a href="#">x</a>'


# --- every mistake has a place ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("subject: [#12] x\ntext: y\n", "en/notice.yaml:1:10: not YAML: "),
        ("subject: Re: x\ntext: y\n", "en/notice.yaml:1:12: not YAML: mapping values are not allowed here"),
        ("- a\n", "en/notice.yaml:1:1: the file holds no keys such as subject: and text:"),
        ("", "en/notice.yaml:1:1: the file holds no keys"),
        ("subject: a\nsubjct: b\ntext: c\n", "en/notice.yaml:2:1: unknown key 'subjct'; did you mean subject?"),
        ("subject: a\ntext: c\ntext: d\n", "en/notice.yaml:3:1: text stands here twice"),
        ("subject: a\ntext:\n  - c\n", "en/notice.yaml:3:3: text must be text"),
        ("subject: a\n", "en/notice.yaml:1:1: text is missing"),
        ("subject: a\nextends: layuot\ntext: c\n", "en/notice.yaml:2:10: there is no layout 'layuot'; did you mean"),
        ("subject: a\ntext: 'x \udce9'\n", "en/notice.yaml:2:10: this character is not UTF-8"),
    ],
)
def test_a_mistake_in_the_form_of_a_file(content: str, problem: str) -> None:
    _, problems = compiled(("en/notice.yaml", content))
    assert any(found.startswith(problem) for found in problems), problems


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("one\n\n  two {{ ticket.nmber }}", "5:12", "unknown variable ticket.nmber; did you mean ticket.number?"),
        ("{{ tiket.number }}", "3:6", "unknown variable tiket.number; did you mean ticket.number?"),
        ("{% if false %}\n{{ nowhere }}\n{% endif %}", "4:6", "unknown variable nowhere"),
        ("{% for a in attachments %}\nx {{ a.nam }}\n{% endfor %}", "4:10", "unknown variable nam"),
        ("x\n{% if %}", "4:3", "Expected an expression"),
        ("x\n{{ x|uper }}", "4:8", "No filter named 'uper'."),
        ("x\n{{ attachments[0].name }}", "4:3", "tuple object has no element 0"),
        ("{{ ticket }}", "3:3", "this is a group of variables"),
        ('{{ 1 + "a" }}', "3:3", "unsupported operand"),
        ("{{ words.upper() }}", "3:3", "only range() can be called"),
        ("{{ previous.tag }}", "3:6", "previous.tag is not known in notice"),
    ],
)
def test_a_mistake_in_a_template_is_told_with_its_line_and_column(text: str, place: str, what: str) -> None:
    (problem,) = wrong(text)
    assert problem.startswith(f"en/notice.yaml:{place}: ")
    assert what in problem


def test_a_mistake_in_a_quoted_text_points_to_the_variable() -> None:
    _, problems = compiled(("en/notice.yaml", 'text: x\nsubject: "{{ ticket.tag }} {{ ticket.nix }}"\n'))
    assert [p.partition(": ")[0] for p in problems] == ["en/notice.yaml:2:31"]


def test_all_mistakes_of_all_files_are_told_at_once() -> None:
    files = ("en/notice.yaml", sheet("{{ a }} {{ b }}")), ("it/reply.yaml", "x: y\n"), ("fr/nix.yaml", sheet("x"))
    _, problems = compiled(*files)
    assert sorted(p.partition(":")[0] for p in problems) == sorted(
        [*["en/notice.yaml"] * 2, *["it/reply.yaml"] * 3, "fr/nix.yaml"]
    )


def test_the_senders_words_are_refused_in_what_goes_to_the_unproven() -> None:
    problems = wrong("{{ customer.name }} {{ ticket.subject }} {{ ticket.number }}", "auto_reply_plain")
    assert ["customer.name may not" in p or "ticket.subject may not" in p for p in problems] == [True, True]


def test_the_senders_words_are_refused_in_its_layout_too() -> None:
    _, problems = compiled(("en/layout.yaml", "signature: 'Bye {{ customer.name }}'\n"))
    assert problems
    assert {p.partition(": ")[0] for p in problems} == {"en/layout.yaml:1:20"}


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("en/autoreply.yaml", "mails nothing called 'autoreply'; did you mean auto_reply?"),
        ("en/cannd/x.yaml", "no templates are kept in 'cannd'; did you mean canned?"),
        ("en/reply.yml", "end in .yaml"),
        ("English/reply.yaml", "'English' is not a language"),
        ("en/canned/My Answer.yaml", "is not a name"),
    ],
)
def test_a_file_in_a_wrong_place_is_told(path: str, what: str) -> None:
    _, problems = compiled((path, sheet("x")))
    assert len(problems) == 1
    assert problems[0].startswith(f"{path}:1:1: ")
    assert what in problems[0]


@given(st.text(max_size=200))
def test_no_file_whatever_raises(content: str) -> None:
    compile_all([Source("en/reply.yaml", content)], "en")
    compile_all([Source("en/reply.yaml", sheet(content))], "en")
