"""How customers feel and whether it is urgent: asked in one click or word, kept apart from what is guessed."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from maildesk.config.moods import MOODS, URGENT, WORDS
from maildesk.desk.figures import Period, summarise
from maildesk.desk.folding import words as folded
from maildesk.desk.guess import guess
from maildesk.desk.guess_words import WORDS as GUESSED
from maildesk.edge.figures import report
from tests.desk.clicks import click, links
from tests.office import ALICE, ANN, FAILED, PROVEN, SUPPORT, Letter, Office, configuration

CARL = "carl@customer.test"


def greeted(office: Office, subject: str = "Printer", body: str = "It does not print.", *headers: Any) -> Letter:
    """The automatic answer to a new mail of Ann's."""
    office.mail(f"Ann Bianchi <{ANN}>", subject, body, SUPPORT, *(headers or (PROVEN,)))
    return office.last(ANN)


def felt(office: Office, id: int = 1) -> tuple[str | None, bool]:
    ticket = office.ticket(id)
    return ticket["mood"], bool(ticket["urgent"])


def notices(office: Office) -> list[Letter]:
    return office.letters(ALICE, "notice")


def messages(office: Office, id: int = 1) -> list[tuple[str, str]]:
    return [(message["kind"], message["text"].strip()) for message in office.ticket(id)["messages"]]


def solved(office: Office) -> None:
    office.reply(notices(office)[-1], ALICE, "#solve\nTurn it on.")


# --- the question -------------------------------------------------------------------------------------------------


def test_the_auto_reply_asks_with_links_and_words(office: Office) -> None:
    letter = greeted(office)
    found = links(letter)
    assert list(found) == ["happy", "confused", "worried", "angry", "urgent"]
    assert all(link.startswith(f"mailto:{letter.reply_to.replace('+', '%2B')}?") for link in found.values())
    assert "%5B%231%5D%20worried" in found["worried"]
    assert "Answer with one of these words alone, and we know: happy, confused, worried, angry, urgent." in letter.text
    assert "#mood" not in letter.whole


def test_who_is_not_proven_is_asked_too_and_their_word_counts(office: Office) -> None:
    letter = greeted(office, "P", "It.", ("Subject", "P"))
    assert letter.kind == "auto_reply_plain"
    click(office, links(letter)["angry"], ANN, "", ("X-Nothing", "proven"))
    assert felt(office) == ("angry", False)


def test_nobody_is_asked_where_that_is_not_wished(office: Office) -> None:
    office.use(configuration(mood={"ask": False}))
    letter = greeted(office)
    assert links(letter) == {}
    assert "How do you feel" not in letter.text


def test_a_desk_without_plus_addresses_asks_for_a_word_alone(office: Office) -> None:
    office.use(configuration(desk={"reply_address": SUPPORT}))
    letter = greeted(office)
    assert links(letter) == {}
    assert "Answer with one of these words alone" in letter.text
    office.reply(letter, ANN, "worried", PROVEN)
    assert (felt(office), len(messages(office))) == (("worried", False), 1)


def test_the_links_are_the_reader_s_own_and_nobody_else_s(office: Office) -> None:
    letter = greeted(office, "P", "It.", ("Cc", CARL), PROVEN)
    office.reply(notices(office)[0], ALICE, "Turn it on.")
    tokens = set(re.findall(r"\+t[a-z2-7]{26}", letter.whole.replace("%2B", "+")))
    assert len(tokens) == 1
    assert not tokens & set(re.findall(r"\+t[a-z2-7]{26}", office.last(CARL).whole.replace("%2B", "+")))


def test_labels_and_moods_are_as_configured(office: Office) -> None:
    labels = {"calm": {"en": "fine", "it": "tranquillo"}, "angry": {}, "urgent": ["on fire", "burning"]}
    office.use(configuration(mood={"labels": labels, "tell": ["angry"]}))
    found = links(greeted(office))
    assert list(found) == ["fine", "angry", "on fire"]
    click(office, found["fine"])
    assert felt(office) == ("calm", False)
    office.reply(office.last(ANN), ANN, "Burning!", PROVEN)
    assert felt(office) == ("calm", True)


@pytest.mark.parametrize("language", ["en", "it", "ro", "fr", "fi"])
def test_each_language_has_its_words_and_every_link_works(office: Office, language: str) -> None:
    office.use(configuration(desk={"language": language}))
    letter = greeted(office, "77", "77")
    found = links(letter)
    assert len(found) == 5
    for name, link in zip((*MOODS, URGENT), found.values(), strict=True):
        click(office, link)
        assert felt(office)[name == URGENT] == (True if name == URGENT else name)


def test_no_spelling_means_two_things() -> None:
    owners: dict[tuple[str, ...], str] = {}
    for mood, languages in WORDS.items():
        for spelling in (word for spellings in languages.values() for word in spellings):
            assert owners.setdefault(folded(spelling), mood) == mood, spelling


# --- one click, one word ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mood", ["happy", "confused"])
def test_a_click_is_kept_and_nothing_else_happens(office: Office, mood: str) -> None:
    letter = greeted(office)
    solved(office)
    before = len(office.letters())
    click(office, links(letter)[mood])
    assert (felt(office), office.ticket()["status"]) == ((mood, False), "solved")
    assert len(office.letters()) == before
    assert len(messages(office)) == 2
    event = next(event for event in office.ticket()["events"] if event["kind"] == "mood")
    assert (event["actor"], event["data"]["new"]) == (ANN, mood)
    assert office.ledger()[0]["state"] == "ticketed"


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("worried", ("worried", False)),
        ("Worried!", ("worried", False)),
        ("  ANGRY  \n\nAnn Bianchi", ("angry", False)),
        ("angry and urgent", ("angry", True)),
        ("angry\nurgent", ("angry", True)),
        ("It's urgent.", (None, True)),
        ("preoccupata", ("worried", False)),
        ("Îngrijorat", ("worried", False)),
        ("en colère", ("angry", False)),
        ("urgent\n\n> How do you feel about it?\n> happy, confused", (None, True)),
        ("confused\n-- \nAnn Bianchi\nCustomer Ltd.", ("confused", False)),
    ],
)
def test_a_word_that_answers_the_auto_reply_is_as_good(
    office: Office, word: str, said: tuple[str | None, bool]
) -> None:
    office.reply(greeted(office), ANN, word, PROVEN)
    assert (felt(office), len(messages(office))) == (said, 1)


@pytest.mark.parametrize("mood", ["worried", "angry", "urgent"])
def test_agents_hear_of_what_they_wish_to_hear_and_only_once(office: Office, mood: str) -> None:
    letter = greeted(office)
    click(office, links(letter)[mood])
    click(office, links(letter)[mood])
    first, second = notices(office)
    assert "The customer says how they feel" in second.text
    assert ("URGENT" if mood == "urgent" else f"Mood: {mood}") in second.text
    assert "It does not print." in second.text
    assert second.reply_to != first["Message-ID"]
    office.reply(second, ALICE, "Turn it on.")  # and it can be answered as any notice is
    assert office.last(ANN).kind == "reply"


def test_a_flood_of_moods_is_gathered_for_agents_and_answered_to_nobody(office: Office) -> None:
    office.use(configuration(desk={"notice_limit": {"count": 5, "per": "10m"}}))
    letter = greeted(office)
    found = links(letter)
    for number in range(30):
        click(office, found[("angry", "worried")[number % 2]])
    assert len(notices(office)) == 5
    assert len(office.letters(ANN)) == 1
    assert felt(office)[0] == "worried"


def test_words_below_the_one_that_the_link_wrote_are_a_message(office: Office) -> None:
    letter = greeted(office)
    solved(office)
    click(office, links(letter)["worried"], ANN, "All my data is on it.")
    assert (felt(office), office.ticket()["status"]) == (("worried", False), "open")
    assert messages(office)[-1] == ("customer", "worried\n\nAll my data is on it.")
    assert "Mood: worried" in notices(office)[-1].text
    assert "All my data" in notices(office)[-1].text


def test_a_file_beside_the_word_is_a_message_too(office: Office) -> None:
    letter = greeted(office)
    click(office, links(letter)["worried"], files={"log.bin": b"1"})
    assert (felt(office), len(messages(office))) == (("worried", False), 2)


def test_a_link_whose_text_the_client_left_out_counts_by_its_subject(office: Office) -> None:
    letter = greeted(office)
    office.mail(ANN, "[#1] angry", " ", letter.reply_to, PROVEN)
    assert (felt(office), len(messages(office))) == (("angry", False), 1)


def test_a_word_to_an_agent_s_question_is_an_answer_as_well(office: Office) -> None:
    greeted(office)
    office.reply(notices(office)[0], ALICE, "Are you happy with a new one?")
    office.reply(office.last(ANN, "reply"), ANN, "Happy", PROVEN)
    assert felt(office) == ("happy", False)
    assert messages(office)[-1] == ("customer", "Happy")
    assert "New answer" in notices(office)[-1].text


def test_on_a_ticket_closed_long_ago_a_word_opens_nothing(office: Office) -> None:
    letter = greeted(office)
    office.reply(notices(office)[0], ALICE, "#close\nTurn it on.")
    office.later(days=30)
    click(office, links(letter)["angry"])
    assert (felt(office), office.ticket()["status"], len(office.tickets())) == (("angry", False), "closed", 1)
    assert "Mood: angry" in notices(office)[-1].text


# --- what is no word on it ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "I am angry because nothing works.", "not urgent", "urgent?", "Happy birthday", "angry birds", "worried 5",
        "happy angry", "urgent #close", "The urgent letter came.", "happy\n\nIt works now, but the other one does not.",
    ],
)  # fmt: skip
def test_such_words_in_a_mail_are_words(office: Office, words: str) -> None:
    office.reply(greeted(office), ANN, words, PROVEN)
    assert (felt(office), len(messages(office))) == ((None, False), 2)


@pytest.mark.parametrize(
    "headers", [(FAILED,), (PROVEN, ("Auto-Submitted", "auto-replied")), (PROVEN, ("List-Id", "<a.b>"))]
)
def test_a_forger_a_robot_and_a_list_feel_nothing(office: Office, headers: tuple[Any, ...]) -> None:
    click(office, links(greeted(office))["angry"], ANN, "", *headers)
    assert felt(office) == (None, False)


def test_a_stranger_who_got_the_link_is_held(office: Office) -> None:
    click(office, links(greeted(office))["angry"], "mallory@evil.test")
    assert felt(office) == (None, False)
    assert messages(office)[-1][0] == "held"


def test_whoever_is_in_copy_cannot_speak_for_the_customer(office: Office) -> None:
    greeted(office, "P", "It.", ("Cc", CARL), PROVEN)
    office.reply(notices(office)[0], ALICE, "Turn it on.")
    office.reply(office.last(CARL, "reply"), CARL, "angry", PROVEN)
    assert felt(office) == (None, False)
    assert messages(office)[-1] == ("customer", "angry")


def test_the_desk_s_plain_address_and_the_number_are_not_enough(office: Office) -> None:
    greeted(office)
    office.mail(ANN, "[#1] angry", "angry", SUPPORT, PROVEN)
    assert felt(office) == (None, False)
    assert messages(office)[-1] == ("customer", "angry")


def test_an_agent_s_word_is_an_answer(office: Office) -> None:
    greeted(office)
    office.reply(notices(office)[0], ALICE, "urgent")
    assert felt(office) == (None, False)
    assert "urgent" in office.last(ANN, "reply").text


# --- a guess ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "language", "mood", "urgent"),
    [
        ("This is unacceptable, I want my money back.", "en", "angry", False),
        ("I am not angry, just asking.", "en", None, False),
        ("It is not very urgent.", "en", None, False),
        ("I am worried and it is urgent.", "en", "worried", True),
        ("I'm angry, and very worried, too.", "en", "angry", False),
        ("I don't understand the second page.", "en", "confused", False),
        ("Please send the invoice.", "en", None, False),
        ("WHY DOES NOBODY EVER ANSWER MY MAILS I HAVE WRITTEN THREE OF THEM", "en", "angry", False),
        ("È urgente: sono molto preoccupata.", "it", "worried", True),
        ("Nu înțeleg factura.", "ro", "confused", False),
        ("Je suis furieuse !", "fr", "angry", False),
        ("Ce n'est pas urgent.", "fr", None, False),
        ("Asia on kiireellinen, olen huolissani.", "fi", "worried", True),
        ("Ei ole kiire.", "fi", None, False),
        ("Это срочно", "ru", None, False),
    ],
)
def test_what_is_guessed_from_words(words: str, language: str, mood: str | None, urgent: bool) -> None:
    found = guess("Hello", words, language)
    assert (found.mood, found.urgent) == (mood, urgent)


def test_the_phrases_are_of_known_moods_and_none_is_of_two() -> None:
    seen: dict[tuple[str, tuple[str, ...]], str] = {}
    for row in GUESSED.strip().splitlines():
        language, mood, phrases = (cell.strip() for cell in row.split("|"))
        assert mood in (*MOODS, URGENT)
        for phrase in phrases.split(";"):
            assert seen.setdefault((language, folded(phrase)), mood) == mood, phrase
            assert folded(phrase), row


def test_a_guess_is_kept_apart_and_told_as_one(office: Office) -> None:
    letter = greeted(office, "Data", "I am very worried, and it is urgent.")
    assert felt(office) == (None, False)
    event = next(event for event in office.ticket()["events"] if event["kind"] == "mood_guess")
    assert event["data"] == {"mood": "worried", "urgent": 1}
    assert "Perhaps worried, urgent: a guess from the words." in notices(office)[0].text
    assert "worried" not in letter.text.partition("How do you feel")[0]
    click(office, links(letter)["angry"])
    assert "a guess" not in notices(office)[-1].text


def test_nothing_is_guessed_where_that_is_not_wished(office: Office) -> None:
    office.use(configuration(mood={"guess": False}))
    assert "usually" not in greeted(office, "Data", "I am very worried.").text
    assert not any(event["kind"] == "mood_guess" for event in office.ticket()["events"])
    assert "guess" not in notices(office)[0].text


def test_history_has_no_mood(office: Office) -> None:
    office.mail(ANN, "Data", "I am very worried.", source="import")
    assert not any(event["kind"] == "mood_guess" for event in office.ticket()["events"])


# --- what agents make of it ---------------------------------------------------------------------------------------


def verdicts(office: Office) -> list[int | None]:
    rows = office.store.rows("SELECT data FROM events WHERE kind = 'urgent_verdict' ORDER BY id")
    return [json.loads(row["data"])["right"] for row in rows]


def test_urgent_is_a_flag_that_agents_judge(office: Office) -> None:
    letter = greeted(office)
    click(office, links(letter)["urgent"])
    assert office.ticket()["priority"] == "normal"
    office.reply(notices(office)[-1], ALICE, "#urgent no")
    assert (felt(office), verdicts(office)) == ((None, False), [0])
    office.later(minutes=1)
    office.reply(notices(office)[-1], ALICE, "#urgent")
    assert (felt(office), verdicts(office)) == ((None, True), [0, 1])
    office.later(minutes=1)
    office.reply(notices(office)[-1], ALICE, "#undo")
    assert (felt(office), verdicts(office)) == ((None, False), [0, 1, None])


@pytest.mark.parametrize("line", ["#urgent maybe", "#urgent yes no", "#urgent yes #urgent no"])
def test_a_verdict_is_yes_or_no(office: Office, line: str) -> None:
    greeted(office)
    office.reply(notices(office)[-1], ALICE, line)
    assert office.last(ALICE).kind == "command_error"
    assert (felt(office), verdicts(office)) == ((None, False), [])


def listed(office: Office) -> list[str]:
    office.reply(notices(office)[0], ALICE, "#list")
    return re.findall(r"\[#\d+\] (\w+)", office.last(ALICE, "listing").text)


def test_the_queue_stays_as_it_is_unless_urgent_shall_come_first(office: Office) -> None:
    for name in ("First", "Second", "Third"):
        letter = greeted(office, name)
        office.now = office.now.replace(minute=office.now.minute + 1)
    click(office, links(letter)["urgent"])
    assert listed(office) == ["First", "Second", "Third"]
    assert "Third · URGENT" in office.last(ALICE, "listing").text
    office.use(configuration(mood={"urgent_first": True}))
    assert listed(office) == ["Third", "First", "Second"]


def test_urgent_first_heeds_what_the_list_is_of(office: Office) -> None:
    office.use(configuration(mood={"urgent_first": True}))
    click(office, links(greeted(office, "Invoice 1"))["urgent"])  # of billing
    greeted(office, "Printer 2")
    office.reply(notices(office)[-1], ALICE, "#assign bob")
    office.reply(notices(office)[0], ALICE, "#list bob")
    assert "Invoice" not in office.last(ALICE, "listing").text
    assert "Printer 2" in office.last(ALICE, "listing").text


def test_the_report_tells_who_chose_which_and_how_often_urgent_was_right(office: Office) -> None:
    verdicts = {"First": "#urgent yes", "Second": "#urgent no", "Third": ""}
    for name, verdict in verdicts.items():
        found = links(greeted(office, name))
        click(office, found["happy" if name == "Third" else "angry"])
        click(office, found["urgent"])
        if verdict:
            office.reply(notices(office)[-1], ALICE, verdict)
    greeted(office, "Fourth", "I am very worried.")  # a guess counts nowhere
    office.reply(notices(office)[-1], ALICE, "#urgent yes")  # nor what no customer said
    office.later(minutes=1)
    week = report(office.store, office.config, Period.latest(7, office.config.zone(), office.now))
    assert week.mood == {"angry": 2, "happy": 1}
    assert (week.urgent.said, week.urgent.judged, week.urgent.right) == (3, 2, 1 / 2)
    told = {line.name: line.value for line in summarise(week)}
    assert (told["mood"], told["urgent"]) == ("angry 2, happy 1", "3 (1/2)")
    assert week.as_json()["urgent"] == {"said": 3, "judged": 2, "right": 0.5}
