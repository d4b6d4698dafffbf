"""The command block: what is read as a command, what stays words, and what the agent is told."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.desk.commands.grammar import MAX_COMMANDS, MAX_LENGTH, MAX_LINES, Block, Trouble, parse, transcript

VERBS = ("close", "assign", "tag", "subject", "note", "merge", "canned", "dry-run", "end")


def read(text: str) -> Block:
    return parse(text, VERBS)


def commands(text: str) -> list[tuple[str, ...]]:
    block = read(text)
    assert block.troubles == ()
    return [(command.verb, *(argument.text for argument in command.arguments)) for command in block.commands]


def test_commands_stand_at_the_top_and_the_words_below() -> None:
    block = read("#close\n#assign bob\n\nDear Ann,\n\nall done.\n")
    assert [command.verb for command in block.commands] == ["close", "assign"]
    assert block.words == "Dear Ann,\n\nall done."
    assert block.lines == ("#close", "#assign bob")
    assert not block.troubles
    assert not block.suspicious


def test_several_commands_share_a_line() -> None:
    assert commands("#close #assign bob #tag +vip -old #dry-run") == [
        ("close",),
        ("assign", "bob"),
        ("tag", "+vip", "-old"),
        ("dry-run",),
    ]


def test_places_are_those_of_the_source() -> None:
    first, second = read('\n  #close #subject  "A b"').commands
    assert (first.line, first.column, second.column) == (2, 2, 9)
    assert second.source == '  #close #subject  "A b"'
    (argument,) = second.arguments
    assert (argument.text, argument.quoted, argument.column) == ("A b", True, 19)


def test_a_ticket_number_is_an_argument() -> None:
    assert commands("#merge #123 # #!") == [("merge", "#123", "#", "#!")]


def test_a_command_may_not_hide_in_quotation_marks() -> None:
    assert commands('#subject "#close the door" #tag x') == [("subject", "#close the door"), ("tag", "x")]


def test_two_hashes_in_an_argument_are_one() -> None:
    assert commands("#tag ##close") == [("tag", "#close")]
    assert commands('#subject "##close"') == [("subject", "##close")]


@pytest.mark.parametrize(
    "text", ["#123 is done", "# Heading", "#1 priority", "#", "#️⃣ first", "Hello\nworld", "> #close"]
)
def test_what_does_not_begin_like_a_command_is_words(text: str) -> None:
    block = read(text)
    assert block == Block((), text, (), ())


@pytest.mark.parametrize(
    "text",
    [
        "#CLOSE #Assign Bob",
        "\ufeff#close #assign Bob",
        "#close\u00a0#assign\u00a0Bob\u00a0",
        "#\u200bclo\u200bse\u200b #assign\u2060 \u200bBob\u200b",
        "＃close ﹟assign Bob",
        "＃ｃｌｏｓｅ #assign Bob",
        "\u200e#close\u202c\u3000#assign\tBob",
        "\r\n\r\n#close\r\n\r\n\r\n#assign Bob\r\n",
        "\u00a0\n#close\n\u200b\n#assign Bob",
        "#close\u2028#assign Bob",
    ],
)
def test_disguises_of_mail_clients_do_not_matter(text: str) -> None:
    assert commands(text) == [("close",), ("assign", "Bob")]


@pytest.mark.parametrize("marks", ['""', "“”", "„“", "”“", "«»", "»«", "″″", '"”', "＂＂", "„”"])
def test_any_double_quotation_marks_quote(marks: str) -> None:
    assert commands(f"#subject {marks[0]}A new name{marks[1]} #close") == [("subject", "A new name"), ("close",)]


def test_the_spaces_of_french_quotation_marks_are_not_said() -> None:
    assert commands("#subject «\u00a0Un nom\u202f»") == [("subject", "Un nom")]


def test_quotation_marks_may_hold_nothing_and_may_follow_a_name() -> None:
    (command,) = read('#canned hello subject="" name="Ann Lee" plain=x').commands
    assert [(word.text, word.quoted) for word in command.arguments] == [
        ("hello", False),
        ("subject=", True),
        ("name=Ann Lee", True),
        ("plain=x", False),
    ]


def test_joiners_stay_where_words_and_emoji_need_them() -> None:
    assert commands("#tag می\u200cخواهم 👩\u200d💻\u200d") == [("tag", "می\u200cخواهم", "👩\u200d💻")]


@pytest.mark.parametrize("rule", ["#end", "--", "-- ", "—", "–", "#END", "\u00a0#end\u200b"])
def test_an_end_makes_everything_below_words(rule: str) -> None:
    block = read(f"#close\n{rule}\n#assign bob\n##x\n")
    assert [command.verb for command in block.commands] == ["close"]
    assert block.words == "#assign bob\n##x"
    assert block.lines == ("#close", rule)
    assert not block.suspicious


def test_an_end_may_stand_alone_or_at_the_end_of_a_line() -> None:
    assert read("#end\n#close") == Block((), "#close", (), ("#end",))
    block = read("#close #end\n#close")
    assert (len(block.commands), block.words, block.troubles) == (1, "#close", ())


@pytest.mark.parametrize(("line", "column"), [("#end now", 5), ("#end #close", 5)])
def test_nothing_follows_an_end_on_its_line(line: str, column: int) -> None:
    (trouble,) = read(line).troubles
    assert trouble.column == column


def test_a_dash_that_ends_no_block_is_words() -> None:
    assert read("--\n#close").words == "--\n#close"
    assert read("--\n#close").commands == ()


def test_two_hashes_are_one_in_the_words_and_end_the_block() -> None:
    block = read("#close\n\n##close was easy\n##1\nand ##this\n##stays")
    assert block.words == "#close was easy\n#1\nand ##this\n##stays"
    assert len(block.commands) == 1
    assert block.lines == ("#close",)
    assert not block.suspicious


def test_a_markdown_heading_keeps_its_hashes() -> None:
    assert read("## Heading\ntext").words == "## Heading\ntext"
    assert read("###x").words == "###x"


def test_two_hashes_are_one_also_with_something_unseen_between() -> None:
    assert read("\ufeff#\u200b＃close").words == "\ufeff\u200b＃close"


def test_an_unknown_verb_is_trouble_with_the_nearest_named() -> None:
    block = read("#asign bob\n#close\nHello")
    (trouble,) = block.troubles
    assert (trouble.line, trouble.column, trouble.suggestion) == (1, 0, "#assign")
    assert [command.verb for command in block.commands] == ["close"]
    assert block.words == "Hello"


@pytest.mark.parametrize(
    "line", ["#аssign bob", "#clоse", "#close,#assign bob", "#close! thanks", "#zażółć", "#close#note"]
)
def test_what_only_looks_like_a_known_verb_is_trouble(line: str) -> None:
    block = read(line)
    assert len(block.troubles) == 1
    assert block.commands == ()
    assert block.words == ""


def test_every_trouble_of_a_block_is_told_at_once() -> None:
    block = read('#foo #close #bar\n#subject "x')
    assert [(trouble.line, trouble.column) for trouble in block.troubles] == [(1, 0), (1, 12), (2, 9)]


def test_a_quotation_mark_is_closed_on_its_line_and_a_space_follows() -> None:
    (unclosed,) = read('#close #subject "A b #tag x').troubles
    assert (unclosed.column, unclosed.suggestion) == (16, '#close #subject "A b #tag x"')
    (glued,) = read('#subject "A"b').troubles
    assert glued.column == 12


def test_prose_after_a_verb_is_its_arguments() -> None:
    assert commands("#close please thank you") == [("close", "please", "thank", "you")]


def test_a_command_among_the_words_is_reported_and_not_run() -> None:
    block = read("#note\nHello\n\n#close\n #Assign bob\n#other thing\n#123\nwe #close it")
    assert [command.verb for command in block.commands] == ["note"]
    assert block.suspicious == ("#close", " #Assign bob")


def test_a_mail_has_a_limited_number_of_commands() -> None:
    block = read("#close\n" * (MAX_COMMANDS + 3))
    assert len(block.commands) == MAX_COMMANDS
    (trouble,) = block.troubles
    assert trouble.line == MAX_COMMANDS + 1
    assert read("#close " * MAX_COMMANDS).troubles == ()
    assert read("#nothing " * 200).troubles[-1].what.endswith(f"{MAX_COMMANDS} commands")


def test_a_command_stands_within_the_first_lines() -> None:
    assert read("\n" * (MAX_LINES - 1) + "#close").troubles == ()
    (trouble,) = read("\n" * MAX_LINES + "#close").troubles
    assert trouble.line == MAX_LINES + 1
    assert read("\n" * MAX_LINES + "Hello").words == "Hello"


def test_a_command_line_has_a_limited_length() -> None:
    assert read("#close " + "x" * (MAX_LENGTH - 7)).troubles == ()
    (trouble,) = read("#close " + "x" * (MAX_LENGTH - 6)).troubles
    assert trouble.column == MAX_LENGTH


@pytest.mark.parametrize(
    "piece", ["#", "\n", " ", "#close ", '"', '#subject "', "#x\n", "x\n#close\n", "\u200b", "##", "a="]
)
def test_a_megabyte_of_anything_is_quickly_read(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    begun = perf_counter()
    for start in ("", "#close ", "Hello\n"):
        transcript(read(start + text).troubles)
    assert perf_counter() - begun < 10  # under 2 s on a quiet machine


def test_the_transcript_points_at_the_place() -> None:
    assert transcript(read("#close #asign bob").troubles) == (
        "    #close #asign bob\n           ^\n    there is no command #asign. Did you mean: #assign"
    )


@pytest.mark.parametrize(
    ("before", "columns"), [("日本 ", 5), ("e\u0301 ", 2), ("a\tb ", 4), ("\u202e\u200b\x1b[2J ", 4), ("🎉 ", 3)]
)
def test_the_caret_minds_the_width_of_what_stands_before(before: str, columns: int) -> None:
    shown = transcript([Trouble(1, len(before), before + "here", "wrong")]).split("\n")
    assert shown[1] == " " * (4 + columns) + "^"
    assert shown[0].endswith("here")
    assert not {"\x1b", "\u202e", "\t"} & set(shown[0])


def test_a_long_line_is_shown_around_the_place() -> None:
    source = "#close " + "x" * 900 + " HERE " + "y" * 900
    line, caret, _ = transcript([Trouble(1, 908, source, "wrong")]).split("\n")
    assert line[caret.index("^") :].startswith("HERE")
    assert len(line) < 90
    assert "…" in line[:6]
    assert line.endswith("…")


anything = st.text(st.sampled_from('#＃ \n\r\t\u00a0\u200b\ufeff"“»=-aclose1é') | st.characters(), max_size=60)
names = st.text("abcdefgh+-.@é漢", min_size=1, max_size=8)


@given(anything)
def test_reading_never_raises_and_loses_nothing(text: str) -> None:
    block = read(text)
    transcript(block.troubles)
    rest = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    for line in block.lines:
        assert line in rest
        rest = rest.replace(line, "", 1)
    if not any(line.lstrip("\ufeff\u200b").lstrip().startswith(("##", "＃", "#")) for line in rest.split("\n")):
        assert block.words in rest


@given(anything)
def test_every_line_taken_leads_to_something(text: str) -> None:
    block = read(text)
    told = {item.line for item in (*block.commands, *block.troubles)}
    ends = [
        line for line in block.lines if "end" in line.lower() or line.strip("\u200b\ufeff \t\u00a0") in ("--", "–", "—")
    ]
    assert len(block.lines) <= len(told) + len(ends)


@given(anything, names)
def test_what_stands_below_prose_runs_nothing(text: str, name: str) -> None:
    assert read(f"Hello {name}\n{text}").commands == ()
    assert read(f"Hello {name}\n{text}").lines == ()


@given(
    st.lists(
        st.tuples(st.sampled_from(VERBS[:-1]), st.lists(names | names.map(lambda name: f"{name} {name}"), max_size=4))
    ),
    st.sampled_from(["\n", " ", "\n\n", "\r\n\u00a0\r\n"]),
)
def test_what_is_written_by_the_grammar_is_read_back(meant: list[tuple[str, list[str]]], between: str) -> None:
    quoted = [[f'"{word}"' if " " in word else word for word in words] for _, words in meant]
    text = between.join(" ".join([f"#{verb}", *words]) for (verb, _), words in zip(meant, quoted, strict=True))
    assert commands(text) == [(verb, *words) for verb, words in meant][:MAX_COMMANDS]
