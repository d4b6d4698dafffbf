"""Ratings: asked once after solved, answered by one click, and what follows from a good or a bad one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.desk.clicks import click, links
from tests.office import ALICE, ANN, BOB, FAILED, PROVEN, SUPPORT, Letter, Office, configuration

CARL = "carl@customer.test"
LEA = "lea.private@acme.test"
RATINGS = {"after": "1d", "every": "30d"}
REVIEW = "https://reviews.example/acme"
AGENTS = [
    {"id": "alice", "name": "Alice Rossi", "email": ALICE, "teams": ["billing"]},
    {"id": "bob", "name": "Bob Verdi", "email": BOB, "teams": ["tech"]},
    {"id": "lea", "name": "Lea Bruni", "email": LEA, "role": "lead"},
]


def desk(office: Office, **ratings: Any) -> None:
    unlimited = {"auto_reply_limit": {"count": 1000, "per": "1h"}}
    office.use(configuration(desk=unlimited, agents=AGENTS, ratings={**RATINGS, **ratings}))


def solved(office: Office, *headers: Any, sender: str = ANN, words: str = "#solve\nTurn it on.") -> None:
    """A ticket that alice has answered and solved."""
    office.mail(sender, "Invoice", "It is wrong.", SUPPORT, *(headers or (PROVEN,)))
    office.reply(office.last(ALICE, "notice"), ALICE, f"#take\n{words}")


def asked(office: Office, **ratings: Any) -> Letter:
    """The question, a day after a ticket was solved."""
    desk(office, **ratings)
    solved(office)
    office.later(days=1)
    return office.last(ANN, "rating")


def questions(office: Office, to: str = ANN) -> int:
    return len(office.letters(to, "rating"))


def ratings(office: Office) -> list[tuple[int, int, str]]:
    rows = office.store.rows("SELECT ticket_id, score, comment FROM ratings ORDER BY ticket_id")
    return [(row["ticket_id"], row["score"], row["comment"]) for row in rows]


def status(office: Office, id: int = 1) -> str:
    return str(office.ticket(id)["status"])


def messages(office: Office, id: int = 1) -> list[tuple[str, str]]:
    return [(message["kind"], message["text"].strip()) for message in office.ticket(id)["messages"]]


def pending(office: Office, id: int = 1) -> list[str]:
    return [timer["at"] for timer in office.ticket(id)["timers"] if timer["kind"] == "rating"]


def events(office: Office, kind: str, id: int = 1) -> list[dict[str, Any]]:
    return [event["data"] for event in office.ticket(id)["events"] if event["kind"] == kind]


# --- who is asked, and when ---------------------------------------------------------------------------------------


def test_nobody_is_asked_unless_that_is_wished(office: Office) -> None:
    solved(office)
    office.later(days=40)
    assert (pending(office), questions(office)) == ([], 0)


def test_a_day_after_solved_the_customer_is_asked_once(office: Office) -> None:
    desk(office)
    solved(office)
    assert pending(office) == ["2026-03-03T10:00:00.000Z"]
    office.later(hours=23)
    assert questions(office) == 0
    office.later(hours=1)
    letter = office.last(ANN, "rating")
    assert letter["Subject"] == "Re: [#1] Invoice"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert "How did we do?" in letter.text
    assert "a number alone in the first line, from 1 (bad) to 5 (very good)" in letter.text
    assert list(links(letter)) == ["1", "2", "3", "4", "5"]
    office.later(days=365)
    assert questions(office) == 1


def test_one_that_is_closed_at_once_is_asked_about_too(office: Office) -> None:
    desk(office)
    solved(office, words="#close\nTurn it on.")
    office.later(days=1)
    assert questions(office) == 1


def test_closing_what_was_solved_asks_no_second_time(office: Office) -> None:
    desk(office)
    solved(office)
    office.later(hours=12)
    office.reply(office.last(ALICE, "notice"), ALICE, "#close")
    assert pending(office) == ["2026-03-03T10:00:00.000Z"]
    office.later(days=3)
    assert questions(office) == 1


def test_one_that_is_opened_again_is_not_asked_about_until_it_is_solved_again(office: Office) -> None:
    desk(office)
    solved(office)
    office.reply(office.last(ANN, "reply"), ANN, "It does not work.", PROVEN)
    assert pending(office) == []
    office.later(days=2)
    assert questions(office) == 0
    office.reply(office.last(ALICE, "notice"), ALICE, "#solve\nNow it does.")
    office.later(days=1)
    assert questions(office) == 1
    office.reply(office.last(ANN, "rating"), ANN, "No, it does not.", PROVEN)
    office.reply(office.last(ALICE, "notice"), ALICE, "#solve\nBut now.")
    office.later(days=40)
    assert questions(office) == 1


def test_a_restart_and_two_hours_of_downtime_ask_once(office: Office) -> None:
    desk(office)
    solved(office)
    office.now = datetime(2026, 3, 3, 12, tzinfo=UTC)
    desk(office)
    office.later(seconds=0)
    desk(office)
    office.later(seconds=1)
    assert questions(office) == 1


def test_nobody_is_asked_at_night_however_late_it_got(office: Office) -> None:
    office.use(configuration(ratings={"after": "8h"}, hours={"week": "Mon-Fri 09:00-18:00"}))
    solved(office)
    assert pending(office) == ["2026-03-03T08:00:00.000Z"]
    office.now = datetime(2026, 3, 3, 20, tzinfo=UTC)  # down the whole day
    office.later(seconds=1)
    assert (questions(office), pending(office)) == (0, ["2026-03-04T08:00:00.000Z"])
    office.later(hours=12)
    assert questions(office) == 1


def test_nobody_is_asked_more_often_than_configured_whichever_ticket_it_is(office: Office) -> None:
    asked(office)
    solved(office, sender="Ann+again@customer.test")
    office.later(days=2)
    assert len(office.letters(kind="rating")) == 1
    assert events(office, "rating", 2) == [{"refused": "they were asked lately (ratings.every)"}]
    solved(office, sender=CARL)
    office.later(days=31)
    assert questions(office, CARL) == 1
    solved(office)
    office.later(days=1)
    assert questions(office) == 2


@pytest.mark.parametrize("header", [("Auto-Submitted", "auto-generated"), ("List-Id", "<a.b>"), ("Precedence", "bulk")])
def test_robots_and_lists_are_not_asked(office: Office, header: tuple[str, str]) -> None:
    desk(office)
    solved(office, PROVEN, header)
    office.later(days=2)
    assert questions(office) == 0
    assert "refused" in events(office, "rating")[0]


def test_who_is_not_proven_to_have_written_is_not_asked(office: Office) -> None:
    desk(office)
    solved(office, ("Subject", "Invoice"))
    office.later(days=2)
    assert events(office, "rating") == [{"refused": "it is not proven that they have ever written to us"}]


def test_an_address_from_which_mail_came_back_is_not_asked(office: Office) -> None:
    desk(office)
    solved(office)
    office.fail(office.last(ANN, "auto_reply"))
    office.later(days=2)
    assert (questions(office), events(office, "rating")) == (0, [{"refused": "a mail to them came back"}])


def test_whom_nobody_has_answered_is_not_asked_nor_a_merged_ticket_nor_spam_nor_history(office: Office) -> None:
    desk(office)
    office.mail(ANN, "First", "Hello.", SUPPORT, PROVEN)
    office.reply(office.last(ALICE, "notice"), ALICE, "#close")
    office.mail(ANN, "Second", "Hello.", SUPPORT, PROVEN)
    office.reply(office.last(ALICE, "notice"), ALICE, "#spam")
    office.mail(ANN, "Third", "Hello.", SUPPORT, PROVEN)
    office.mail(ANN, "Fourth", "Hello.", SUPPORT, PROVEN)
    office.reply(office.last(ALICE, "notice"), ALICE, "#merge 3")
    office.mail(ANN, "Fifth", "Hello.", source="import")
    office.later(days=2)
    assert questions(office) == 0
    assert events(office, "rating") == [{"refused": "nobody has answered them"}]


def test_a_question_that_comes_back_opens_nothing(office: Office) -> None:
    letter = asked(office)
    office.fail(letter)
    assert status(office) == "solved"
    assert office.letters(ALICE, "failed") == []


@pytest.mark.parametrize(
    ("language", "words"),
    [("it", "Come è andata?"), ("ro", "Cum ne-am descurcat?"), ("fr", "de notre aide"), ("fi", "Miten onnistuimme?")],
)
def test_it_is_asked_in_the_customer_s_language(office: Office, language: str, words: str) -> None:
    office.use(configuration(desk={"language": language}, ratings=RATINGS))
    office.mail(ANN, "77", "77", SUPPORT, PROVEN)
    office.reply(office.last(ALICE, "notice"), ALICE, "#solve\n77.")
    office.later(days=1)
    assert words in office.last(ANN, "rating").text


def test_a_brand_asks_in_its_own_name(office: Office) -> None:
    office.use(configuration(ratings=RATINGS, brands=[{"id": "bolt", "name": "Bolt", "address": "help@bolt.test"}]))
    office.mail(ANN, "Drill", "It is broken.", "help@bolt.test", PROVEN)
    office.reply(office.last(ALICE, "notice"), ALICE, "#solve\nTurn it on.")
    office.later(days=1)
    letter = office.last(ANN, "rating")
    assert "help@bolt.test" in letter["From"]
    click(office, links(letter)["4"])
    assert ratings(office) == [(1, 4, "")]


# --- one click ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("score", [3, 4, 5])
def test_a_click_is_kept_and_nothing_else_happens(office: Office, score: int) -> None:
    letter = asked(office)
    before = len(office.letters())
    click(office, links(letter)[str(score)])
    assert ratings(office) == [(1, score, "")]
    assert events(office, "rated") == [{"old": None, "new": score}]
    assert (status(office), len(messages(office)), len(office.letters())) == ("solved", 2, before)


@pytest.mark.parametrize(
    ("words", "score"),
    [("4", 4), ("4/5", 4), (" 5 ", 5), ("(3)", 3), ("4.", 4), ("5\n\n> How did we do?", 5), ("4\n-- \nAnn", 4)],
)
def test_a_number_alone_that_answers_the_question_is_as_good(office: Office, words: str, score: int) -> None:
    office.reply(asked(office), ANN, words, PROVEN)
    assert (ratings(office), status(office)) == ([(1, score, "")], "solved")


def test_a_later_click_takes_the_place_of_an_earlier_one(office: Office) -> None:
    letter = asked(office)
    click(office, links(letter)["5"])
    click(office, links(letter)["3"], ANN, "On second thoughts.")
    assert ratings(office) == [(1, 3, "On second thoughts.")]
    assert events(office, "rated") == [{"old": None, "new": 5}, {"old": 5, "new": 3}]


def test_a_comment_is_a_message_that_agents_hear_of_and_opens_nothing(office: Office) -> None:
    letter = asked(office)
    click(office, links(letter)["4"], ANN, "Quick, but the tone was cool.")
    assert ratings(office) == [(1, 4, "Quick, but the tone was cool.")]
    assert messages(office)[-1] == ("customer", "Quick, but the tone was cool.")
    notice = office.last(ALICE, "notice")
    assert "The customer has rated the ticket: 4/5" in notice.text
    assert "the tone was cool" in notice.text
    assert status(office) == "solved"
    assert office.letters(LEA, "notice") == []


def test_a_scale_of_two_has_words(office: Office) -> None:
    letter = asked(office, scale=2)
    assert list(links(letter)) == ["bad", "good"]
    assert "with one word in the first line: bad or good" in letter.text
    click(office, links(letter)["good"])
    assert ratings(office) == [(1, 2, "")]
    office.reply(letter, ANN, "Schlecht!", PROVEN)
    assert ratings(office) == [(1, 1, "")]


def test_a_desk_without_plus_addresses_asks_for_a_number(office: Office) -> None:
    plain = {"reply_address": SUPPORT}
    office.use(configuration(desk=plain, ratings=RATINGS))
    solved(office)
    office.later(days=1)
    letter = office.last(ANN, "rating")
    assert links(letter) == {}
    assert "number alone in the first line" in letter.html
    office.reply(letter, ANN, "5", PROVEN)
    assert ratings(office) == [(1, 5, "")]


def test_a_rating_of_a_ticket_closed_long_ago_opens_no_other(office: Office) -> None:
    letter = asked(office)
    office.reply(office.last(ALICE, "notice"), ALICE, "#close")
    office.later(days=60)
    click(office, links(letter)["5"])
    assert (ratings(office), len(office.tickets())) == ([(1, 5, "")], 1)


def test_a_rating_counts_on_after_the_question_was_given_up(office: Office) -> None:
    letter = asked(office)
    office.use(configuration())
    click(office, links(letter)["5"])
    assert (ratings(office), status(office)) == ([(1, 5, "")], "solved")


# --- a bad one ----------------------------------------------------------------------------------------------------


def test_a_bad_one_tells_the_lead_once(office: Office) -> None:
    letter = asked(office)
    click(office, links(letter)["2"])
    click(office, links(letter)["1"])
    (notice,) = office.letters(LEA, "notice")[-1:]
    assert "The customer has rated the ticket: 2/5" in notice.text
    assert "It is wrong." in notice.text
    assert len([one for one in office.letters(LEA, "notice") if "rated" in one.text]) == 1
    assert status(office) == "solved"


def test_without_a_lead_the_ticket_s_agents_hear_of_it(office: Office) -> None:
    office.use(configuration(ratings=RATINGS))
    solved(office)
    office.later(days=1)
    click(office, links(office.last(ANN, "rating"))["1"])
    assert "rated the ticket: 1/5" in office.last(ALICE, "notice").text


def test_a_bad_one_opens_the_ticket_again_where_that_is_wished(office: Office) -> None:
    letter = asked(office, on_bad="reopen")
    click(office, links(letter)["1"], ANN, "It broke again.")
    ticket = office.ticket()
    assert (ticket["status"], ticket["solved_at"]) == ("open", None)
    assert office.store.value("SELECT waiting_since FROM tickets") is not None
    assert "It broke again." in office.last(ALICE, "notice").text
    assert not any("rated" in one.text for one in office.letters(LEA, "notice"))
    office.reply(office.last(ALICE, "notice"), ALICE, "#solve\nHere is another one.")
    office.later(days=40)
    assert questions(office) == 1


def test_a_bad_one_does_nothing_where_that_is_wished(office: Office) -> None:
    letter = asked(office, on_bad="nothing")
    before = len(office.letters())
    click(office, links(letter)["1"])
    assert (ratings(office), status(office), len(office.letters())) == ([(1, 1, "")], "solved", before)


def test_what_is_bad_is_as_configured(office: Office) -> None:
    letter = asked(office, bad=3, on_bad="reopen")
    click(office, links(letter)["3"])
    assert status(office) == "open"


# --- a very good one ----------------------------------------------------------------------------------------------


def test_a_very_good_one_is_thanked_once_with_the_wish_for_a_review(office: Office) -> None:
    letter = asked(office, review=REVIEW)
    click(office, links(letter)["4"])
    assert office.letters(ANN, "review") == []
    click(office, links(letter)["5"])
    click(office, links(letter)["5"])
    (thanks,) = office.letters(ANN, "review")
    assert REVIEW in thanks.text
    assert f'href="{REVIEW}"' in thanks.html
    assert thanks.sender == ""
    assert thanks["Auto-Submitted"] == "auto-replied"
    solved(office)
    office.later(days=31)
    click(office, links(office.last(ANN, "rating"))["5"])
    assert len(office.letters(ANN, "review")) == 1


def test_nobody_is_thanked_where_no_review_is_wished(office: Office) -> None:
    click(office, links(asked(office))["5"])
    assert office.letters(ANN, "review") == []


# --- what is none -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", ["0", "6", "99", "-1", "4/10", "4.5", "5 days later it broke", "five", "1 2", "5\u0663"]
)
def test_what_is_no_score_is_a_word_like_any_other(office: Office, words: str) -> None:
    office.reply(asked(office), ANN, words, PROVEN)
    assert (ratings(office), status(office)) == ([], "open")
    assert messages(office)[-1] == ("customer", words)


def test_a_number_to_an_agent_s_question_is_an_answer(office: Office) -> None:
    desk(office)
    office.mail(ANN, "Invoice", "It is wrong.", SUPPORT, PROVEN)
    office.reply(office.last(ALICE, "notice"), ALICE, "How many pieces?")
    office.reply(office.last(ANN, "reply"), ANN, "5", PROVEN)
    assert (ratings(office), messages(office)[-1]) == ([], ("customer", "5"))


def test_nor_after_the_question_was_asked(office: Office) -> None:
    asked(office)
    office.reply(office.last(ANN, "reply"), ANN, "5", PROVEN)
    assert (ratings(office), status(office)) == ([], "open")


def test_a_score_that_nobody_asked_for_is_none(office: Office) -> None:
    desk(office)
    solved(office)
    office.mail(ANN, "[#1] 5/5", "5/5", office.last(ANN, "reply").reply_to, PROVEN)
    assert (ratings(office), status(office)) == ([], "open")


def test_a_stranger_cannot_rate(office: Office) -> None:
    click(office, links(asked(office))["1"], "mallory@evil.test")
    assert (ratings(office), messages(office)[-1][0], status(office)) == ([], "held", "solved")


def test_a_forger_cannot_rate(office: Office) -> None:
    click(office, links(asked(office))["1"], ANN, "", FAILED)
    assert (ratings(office), messages(office)[-1][0], status(office)) == ([], "held", "solved")


def test_who_knows_the_number_alone_cannot_rate(office: Office) -> None:
    asked(office)
    office.mail(ANN, "[#1] 5/5", "5/5", SUPPORT, PROVEN)
    assert ratings(office) == []


def test_whoever_is_in_copy_cannot_rate(office: Office) -> None:
    desk(office)
    solved(office, ("Cc", CARL), PROVEN)
    office.later(days=1)
    letter = office.last(ANN, "rating")
    click(office, links(letter)["1"], CARL)
    theirs = office.last(CARL, "reply").reply_to
    office.mail(CARL, "[#1] 1/5", "1/5", theirs, PROVEN)
    assert ratings(office) == []


def test_an_agent_cannot_rate_their_own_ticket(office: Office) -> None:
    click(office, links(asked(office))["5"], ALICE)
    assert ratings(office) == []


@pytest.mark.parametrize(
    "header", [("Auto-Submitted", "auto-replied"), ("X-Autoreply", "yes"), ("Precedence", "auto_reply")]
)
def test_a_robot_s_answer_to_the_question_is_no_rating_and_no_answer_is_given(
    office: Office, header: tuple[str, str]
) -> None:
    letter = asked(office, on_bad="reopen", review=REVIEW)
    before = len(office.letters(ANN))
    for words in ("1", "5", "I am away for 5 days."):
        office.reply(letter, ANN, words, PROVEN, header)
    assert (ratings(office), status(office), len(office.letters(ANN))) == ([], "solved", before)


def test_a_robot_without_any_mark_gets_no_second_mail(office: Office) -> None:
    letter = asked(office, review=REVIEW)
    for _ in range(20):
        office.reply(letter, ANN, "5", PROVEN)
        for thanks in office.letters(ANN, "review"):
            office.reply(thanks, ANN, "Thank you for your message.", PROVEN)
        office.later(days=2)
    assert [letter.kind for letter in office.letters(ANN)] == ["auto_reply", "reply", "rating", "review"]


def test_a_flood_of_ratings_is_one_rating_and_few_notices(office: Office) -> None:
    letter = asked(office, review=REVIEW)
    for number in range(40):
        click(office, links(letter)["15"[number % 2]])
    assert ratings(office) == [(1, 5, "")]
    assert len(office.letters(ANN, "review")) == 1
    assert len([one for one in office.letters(LEA, "notice") if "rated" in one.text]) <= 20


def test_a_token_that_the_customer_quotes_in_a_comment_is_not_kept(office: Office) -> None:
    letter = asked(office)
    click(office, links(letter)["4"], ANN, f"Why {letter.reply_to}?")
    assert letter.reply_to not in str(ratings(office))
    assert letter.reply_to not in str(messages(office))


def test_scores_of_another_scale_are_not_mixed_with_those_of_the_one_in_use(office: Office) -> None:
    from maildesk.desk.figures import Period
    from maildesk.edge.figures import report

    click(office, links(asked(office, every="1h"))["5"])
    click(office, links(asked(office, every="1h", scale=2))["bad"])
    office.later(minutes=1)
    found = report(office.store, office.config, Period.latest(7, office.config.zone(), office.now)).rating
    assert (found.count, found.mean, dict(found.scores)) == (1, 1.0, {1: 1})


def test_ratings_count_towards_agent_team_and_category(office: Office) -> None:
    from maildesk.desk.figures import Period
    from maildesk.edge.figures import report

    letter = asked(office)
    click(office, links(letter)["4"])
    office.later(minutes=1)
    found = report(office.store, office.config, Period.latest(7, office.config.zone(), office.now))
    assert (found.rating.count, found.rating.mean) == (1, 4.0)
    assert [(group.name, group.rating) for group in found.groups["agent"]] == [("alice", 4.0)]
    assert [(group.name, group.rating) for group in found.groups["team"]] == [("billing", 4.0)]
