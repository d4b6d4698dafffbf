"""What of a mail is new: answers in any order, forwarded mails, markers, odd characters, hostile sizes."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.mail import trim
from maildesk.model import Reply

WROTE = "On Tue, Nov 16, 2021 at 12:34 PM Al <al@x.example> wrote:\n"


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("> Q1?\n\nYes.\n\n> Q2?\n\nNo.\n\n> Bye\n", "> Q1?\n\nYes.\n\n> Q2?\n\nNo."),
        ("> Q1?\nYes.\n> Q2?\nNo.\n-- \nJo\n", "> Q1?\nYes.\n> Q2?\nNo."),
        ("> Hi,\n> Q1?\n\nYes.\n\n> long rest\n> more\n", "> Hi,\n> Q1?\n\nYes."),
    ],
)
def test_answers_between_quotes_keep_the_lines_they_answer(text: str, new: str) -> None:
    assert trim.reply(WROTE + text, None).text == new
    assert trim.reply(f"See below.\n\n{WROTE}{text}", None).text == f"See below.\n\n{new}"
    assert trim.reply(text, None).text == new


def test_answers_above_and_below_one_quote_are_both_kept() -> None:
    assert trim.reply(f"Top.\n\n{WROTE}> q\n\nBottom.\n", None).text == "Top.\n\nBottom."


@pytest.mark.parametrize("above", ["", "I agree.\n\nAs Jo wrote:\n"])
def test_a_quote_put_there_by_hand_stays(above: str) -> None:
    text = f"{above}> you said this\n\nThat is not so."
    assert trim.reply(text, None).text == text.replace("As Jo wrote:\n", "")


def test_a_bare_name_above_a_quote_goes_with_it() -> None:
    assert trim.reply("Jo wrote:\n> Hi\n\nYes.", None).text == "Yes."


def test_a_mail_that_is_all_quoted_is_doubtful() -> None:
    unsaid, said = trim.reply("> only\n> quoted", None), trim.reply(f"{WROTE}> q", None)
    assert (unsaid.text, said.text) == ("> only\n> quoted", "")
    assert unsaid.doubtful
    assert said.doubtful


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Just words.",
        "Formatting and\n\nspaces\n\n- A\n- B\n\nshould stay\n\n\n    - Item #1\n    - Item #2",
        "--help does not work\nJo",
        "Hi,\n\n##-Kommentar\n\nok",
        "It says that I should reply above this line but I cannot find it.",
        "Forwarded message to you yesterday.\n\nok",
    ],
)
def test_a_mail_without_history_is_all_new(text: str) -> None:
    assert trim.reply(text, None) == Reply(text)


# --- forwarded mails -------------------------------------------------------------------------------

FORWARDED = [
    "---------- Forwarded message ---------",
    "Begin forwarded message:",
    "-------- Forwarded Message --------",
    "---------- Weitergeleitete Nachricht ---------",
    "Anfang der weitergeleiteten Nachricht:",
    "---------- Message transféré ---------",
    "Début du message transféré :",
    "---------- Mensaje reenviado ---------",
    "Inicio del mensaje reenviado:",
    "---------- Messaggio inoltrato ---------",
    "Inizio messaggio inoltrato:",
    "---------- Mensagem encaminhada ---------",
    "---------- Doorgestuurd bericht ---------",
    "Begin doorgestuurd bericht:",
    "---------- Vidarebefordrat meddelande ---------",
    "---------- Videresendt meddelelse ---------",
    "---------- Videresendt melding ---------",
    "---------- Välitetty viesti ---------",
    "---------- Treść przekazanej wiadomości ---------",
    "---------- Přeposlaná zpráva ---------",
    "---------- Preposlaná správa ---------",
    "---------- Mesaj redirecționat ---------",
    "---------- Továbbított üzenet ---------",
    "---------- Пересылаемое сообщение ---------",
    "Начало переадресованного сообщения:",
    "---------- Переслане повідомлення ---------",
    "---------- İletilen Mesaj ---------",
    "---------- Προωθημένο μήνυμα ---------",
    "---------- 転送メッセージ ---------",
    "---------- 转发的邮件 ---------",
    "---------- 전달된 메시지 ---------",
    "---------- رسالة معاد توجيهها ---------",
    "---------- הודעה שהועברה ---------",
    "---------- Tin nhắn đã chuyển tiếp ---------",
]


@pytest.mark.parametrize("divider", FORWARDED)
def test_a_forwarded_mail_is_content(divider: str) -> None:
    mail = f"{divider}\nFrom: Al <al@x.example>\nSubject: x\nTo: <jo@x.example>\n\n> older\n\nHello\n-- \nAl"
    assert trim.reply(mail, None) == Reply(mail)
    assert trim.reply(f"FYI, please handle.\n\n{mail}", None) == Reply(f"FYI, please handle.\n\n{mail}")


# --- help desks' markers ---------------------------------------------------------------------------

MARKERS = [
    "##- Write your answer above this line -##",
    "##- Please type your reply above this line -##",
    "##- Bitte antworten Sie oberhalb dieser Zeile -##",
    "##- Veuillez répondre au-dessus de cette ligne -##",
    "##- この行の上に返信してください -##",
    "##- any words of any language -##",
    "-- REPLY ABOVE THIS LINE --",
    "=-=-= Please reply above this line =-=-=",
    "[Please reply above this line]",
    "Please reply above this line",
    "-- Bitte oberhalb dieser Zeile antworten --",
]


@pytest.mark.parametrize("marker", MARKERS)
@pytest.mark.parametrize(
    "above",
    [
        "",
        "> ",
        f"{WROTE}\n> ",
        WROTE,
        "Xyz 16.11.2021 Al <al@x.example> in no known language:\n\n",
        "_____\nFrom: Al <al@x.example>\nSent: Tuesday, November 16, 2021 12:34 PM\nTo: Jo\nSubject: x\n\n",
    ],
)
def test_all_from_a_marker_on_is_cut(marker: str, above: str) -> None:
    below = "\n\n#pending\nYour request\n\nmore\n".replace("\n", "\n> " if above.endswith("> ") else "\n")
    new = trim.reply(f"#close\n\nDone.\n\n{above}{marker}{below}", None)
    assert (new.text, new.doubtful) == ("#close\n\nDone.", "")


def test_words_among_and_below_a_quoted_marker_are_doubtful() -> None:
    quoted = f"Hi, see below.\n\n{WROTE}\n> ##- write above -##\n>\n> Where is it?\n"
    for below in ("\nHere it is.\n", "\n-- \nJo\n", "wrapped without a mark\n", ""):
        assert bool(trim.reply(quoted + below, None).doubtful) == below.startswith("\nHere")


@pytest.mark.parametrize("marker", MARKERS)
def test_nothing_above_a_marker_is_doubtful(marker: str) -> None:
    new = trim.reply(f"{WROTE}\n> {marker}\n>\n> Your request\n\nbelow it", None)
    assert new.text == ""
    assert "above" in new.doubtful


# --- odd characters, hostile sizes -----------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        f"Done.\n\n{WROTE}> q\n".replace("\n", "\r\n"),
        f"Done.\n\n{WROTE}> q\n".replace("\n", "\r"),
        f"Done.\n\n\u200e{WROTE.replace(' PM', chr(0x202F) + 'PM')}> q\n",
        f"Done.\n\n{WROTE.replace('<', '&lt;').replace('>', '&gt;')}&gt; q\n",
        f"Done.\n\n{WROTE.replace(' ', chr(0xA0))}> q\n",
    ],
)
def test_odd_spaces_signs_and_line_ends_do_not_matter(text: str) -> None:
    assert trim.reply(text, None).text == "Done."


def test_decomposed_letters_are_read() -> None:
    apple = "Done.\n\nLe 16 nov. 2021 a\u0300 12:34, Jo a e\u0301crit :\n\nasked\n"
    assert trim.reply(apple, None).text == "Done."


HOSTILE = [
    *("> \n", ">", "> x\n", "wrote:\n", "x", "On x ", "From: a@b\n", "From: ", "From: x\nSent: y\nTo: z\n"),
    *(
        "--\n",
        "-- \n",
        "____\n",
        "Sent from my iPhone\n",
        "> q\nt\n",
        "> q\n\nt:\n",
        "@",
        "<",
        "a@b:\n",
        "12:34 2020:\n",
    ),
    *("\n", "\r", "-- this line --\n", "-----Original Message-----\n", "é:\n", "|\n", "-Jo\n", "\xa0", "&lt;", "#"),
    *("On Jan 1, 2020 at 12:00 PM, Peter <p@x.example> wrote:\n", "On Jan 1, 2020 at 12:00 PM\n", f"{WROTE}> q\n"),
    *("a@" * 190 + ":\n", "abcd " * 70 + ":\n", "Sent from my " + "-" * 80 + "\n", "Sent via " + "a " * 50 + "\n"),
]


@pytest.mark.parametrize("piece", HOSTILE, ids=lambda piece: repr(piece)[:24])
def test_a_megabyte_of_anything_is_read_at_once(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    started = time.process_time()
    trim.reply(text, None)
    assert time.process_time() - started < 1.5  # 0.3 s on an idle machine; quadratic is minutes


def test_a_mail_too_long_to_be_read_is_doubtful() -> None:
    assert "too long" in trim.reply("word\n" * 30_000, None).doubtful
    assert trim.reply(f"Done.\n\n{WROTE}\n" + "word\n" * 30_000, None) == Reply("Done.")


LINES = st.sampled_from(
    [
        WROTE[:-1],
        "> q",
        "words",
        "",
        "-- ",
        "From: a@x.example",
        "Sent: 1.1.2021 10:00",
        "Subject: x",
        "#close",
        "wrote:",
    ]
)


@given(st.lists(LINES, max_size=12) | st.lists(st.text(max_size=30), max_size=6))
def test_no_word_is_invented_and_a_second_cut_never_adds(lines: list[str]) -> None:
    new = trim.reply("\n".join(lines), None).text
    assert set(new.split()) <= set("\n".join(lines).split())
    assert len(trim.reply(new, None).text) <= len(new)


PROSE = st.sampled_from(
    ["Works now", "thank you all", "", "Jo", "-Jo", "Sent from my iPhone", "é!", "--help fails", "a: b"]
)


@given(st.lists(PROSE, max_size=8))
def test_a_quote_below_changes_nothing_of_the_words_above_it(lines: list[str]) -> None:
    text = "\n".join(["Hello", *lines])
    assert trim.reply(text, None).text == trim.reply(f"{text}\n\n{WROTE}\n> asked\n", None).text
