"""What is said of auto-replies, moods and ratings in maildesk.yaml, and what cannot be meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from maildesk.config import load
from maildesk.config.feedback import Mood, Ratings
from maildesk.config.spoken import said

BASE = """\
desk: {name: Acme, address: support@acme.test}
receive: {smtp: {listen: "127.0.0.1:0"}}
send: {maildir: out}
agents:
- {id: ann, name: Ann, email: ann@acme.test}
"""


def problems(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "maildesk.yaml"
    file.write_text(BASE + text)
    return [f"{problem.where.removeprefix(str(file) + ':')} {problem.what}" for problem in load(file).problems]


@pytest.mark.parametrize(
    "text",
    [
        "incident: Payments are slow.",
        "incident: {en: Payments are slow., it: Pagamenti lenti.}",
        "auto_reply: {answer_time: false, faq: 0, open_tickets: 0}",
        "mood: {ask: false, guess: false, tell: [], urgent_first: true}",
        "mood: {labels: {fine: [fine, very fine], angry: {}, urgent: {en: burning}}, tell: [angry, urgent]}",
        "ratings: {}",
        "ratings: {scale: 2, on_bad: reopen, review: 'https://reviews.example/acme'}",
        "ratings: {scale: 10, bad: 6, good: 9, after: 2h, every: 90d, on_bad: nothing}",
    ],
)
def test_this_is_how_it_is_written(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, text) == []


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("incident: ' '", "6:", "words are wanted"),
        ("incident: {english: Slow.}", "6:", "is no language"),
        ("incident: {}", "6:", "one for each language"),
        ("auto_reply: {faq: 11}", "6:", "10"),
        ("mood: {labels: {fine: {}}, tell: []}", "6:", "how is fine said?"),
        ("mood: {labels: {angry: {}, furious: {en: angry}}, tell: []}", "6:", "angry means angry and furious"),
        ("mood: {labels: {angry: '!!'}, tell: []}", "6:", "is no label"),
        ("mood: {labels: {angry: '#close'}, tell: []}", "6:", "is no label"),
        ("mood: {labels: {angry: []}, tell: []}", "6:", "a label is wanted"),
        ("mood: {tell: [sad]}", "6:", "sad is none of the moods: happy, confused, worried, angry, urgent"),
        ("mood: {labels: {happy: {}}}", "6:", "worried is none of the moods: happy, urgent"),
        ("mood: {labls: {}}", "6:", "did you mean labels?"),
        ("ratings: {scale: 1}", "6:", "2"),
        ("ratings: {bad: 6}", "6:", "6 is no score: they go from 1 to 5"),
        ("ratings: {good: 0}", "6:", "0 is no score"),
        ("ratings: {bad: 4, good: 4}", "6:", "a bad score goes up to 4, a very good one begins at 4"),
        ("ratings: {scale: 2, bad: 2}", "6:", "a very good one begins at 2"),
        ("ratings: {review: reviews.example}", "6:", "is no link"),
        ("ratings: {review: 'javascript:alert(1)'}", "6:", "is no link"),
        ("ratings: {on_bad: shout}", "6:", "'tell', 'reopen' or 'nothing'"),
    ],
)
def test_what_cannot_be_meant_is_an_error_with_its_place(tmp_path: Path, text: str, where: str, what: str) -> None:
    found = problems(tmp_path, text)
    assert any(problem.startswith(where) and what in problem for problem in found), found


@pytest.mark.parametrize(
    ("languages", "words"),
    [(("it", "en"), "lento"), (("fr", "en"), "slow"), (("fr", "ro"), "langsam"), (("it-CH",), "lento")],
)
def test_words_are_said_in_the_first_language_that_has_them(languages: tuple[str, ...], words: str) -> None:
    assert said({"": "langsam", "en": "slow", "it": "lento"}, *languages) == words


def test_without_words_nothing_is_said_and_of_other_languages_better_than_nothing() -> None:
    assert said({}, "en") == ""
    assert said({"ro": "lent"}, "en") == "lent"


@pytest.mark.parametrize(("scale", "worst", "best"), [(2, 1, 2), (3, 1, 3), (5, 2, 5), (10, 4, 10)])
def test_what_is_good_and_bad_follows_from_the_scale(scale: int, worst: int, best: int) -> None:
    found = Ratings(scale=scale)
    assert (found.worst, found.best) == (worst, best)


def test_a_label_of_one_s_own_comes_before_the_one_that_was_there() -> None:
    mood = Mood.model_validate({"labels": {"happy": {"en": ["fine", "great"]}, "angry": "cross"}, "tell": []})
    assert mood.moods == ("happy", "angry")
    assert [mood.label("happy", language) for language in ("en", "it", "hu")] == ["fine", "felice", "fine"]
    assert [mood.label("angry", language) for language in ("en", "it", "hu")] == ["cross", "cross", "cross"]
    assert "angry" in mood.spellings("angry")["en"]  # is still understood
