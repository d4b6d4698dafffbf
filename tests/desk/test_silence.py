"""Customers who do not answer, those who only say thank you, and tickets that open by themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from maildesk.desk.courtesy import is_thanks
from maildesk.desk.courtesy_words import WORDS
from tests.office import ALICE, ANN, BOB, PROVEN, SUPPORT, Letter, Office, configuration

SILENCE = {"remind": ["3d", "7d"], "solve_after": "10d", "close_after": "14d"}


def asked(office: Office, *headers: tuple[str, str], words: str = "#pending\nWhich one?", **sections: Any) -> Letter:
    """A customer wrote, alice asks back and waits; what the customer got."""
    office.use(configuration(**{"silence": SILENCE, **sections}))
    office.mail(ANN, "Invoice", "It is missing.", SUPPORT, *(headers or (PROVEN,)))
    office.reply(office.last(ALICE, "notice"), ALICE, words)
    return office.last(ANN, "reply")


def sent(office: Office) -> list[str]:
    """What the customer got unasked."""
    return [letter.kind for letter in office.letters(ANN) if letter.kind in ("nudge", "farewell")]


def status(office: Office, id: int = 1) -> str:
    return str(office.ticket(id)["status"])


def timers(office: Office) -> list[tuple[str, str]]:
    return [(timer["kind"], timer["at"][5:16]) for timer in office.ticket()["timers"]]


# --- a silent customer -------------------------------------------------------------------------------------------


def test_a_silent_customer_is_asked_again_and_at_last_the_ticket_is_solved_and_closed(office: Office) -> None:
    asked(office)
    assert timers(office) == [("nudge", "03-05T10:00")]
    office.later(days=3)
    assert (sent(office), timers(office)) == (["nudge"], [("nudge", "03-09T10:00")])
    office.later(days=4)
    assert (sent(office), status(office)) == (["nudge", "nudge"], "pending")
    office.later(days=3)
    assert (sent(office), status(office)) == (["nudge", "nudge", "farewell"], "solved")
    assert timers(office)[-1] == ("close", "03-26T10:00")
    office.later(days=14)
    assert (sent(office), status(office)) == (["nudge", "nudge", "farewell"], "closed")
    assert timers(office) == []


def test_the_mails_are_friendly_threaded_and_marked_as_a_machine_s(office: Office) -> None:
    answer = asked(office)
    office.later(days=3)
    nudge = office.last(ANN, "nudge")
    assert nudge["Subject"] == "Re: [#1] Invoice"
    assert answer["Message-ID"] in nudge["References"]
    assert nudge["Auto-Submitted"] == "auto-generated"
    assert nudge.reply_to == answer.reply_to
    assert "Do you still need our help?" in nudge.text
    office.later(days=4)
    office.later(days=3)
    assert "simply answer this mail" in office.last(ANN, "farewell").text


def test_it_stops_when_the_customer_writes(office: Office) -> None:
    asked(office)
    office.later(days=3)
    office.reply(office.last(ANN, "nudge"), ANN, "That of May.")
    assert status(office) == "open"
    assert timers(office) == []
    office.later(days=30)
    assert sent(office) == ["nudge"]


def test_the_farewell_can_be_answered_and_opens_the_ticket_again(office: Office) -> None:
    asked(office, silence={"solve_after": "10d"})
    office.later(days=10)
    office.reply(office.last(ANN, "farewell"), ANN, "It is not settled at all.")
    assert status(office) == "open"
    assert timers(office) == []


@pytest.mark.parametrize("command", ["#reopen", "#solve", "#close"])
def test_it_stops_when_we_no_longer_wait(office: Office, command: str) -> None:
    asked(office)
    office.reply(office.last(ALICE, "notice"), ALICE, command)
    assert "nudge" not in dict(timers(office))
    office.later(days=12)
    assert sent(office) == []


def test_only_pending_begins_it_unless_any_answer_does(office: Office) -> None:
    asked(office, words="Here it is.")
    assert (status(office), timers(office)) == ("pending", [])
    office.use(configuration(silence={**SILENCE, "begins": "answer"}))
    office.reply(office.last(ALICE, "notice"), ALICE, "Once more.")
    assert timers(office) == [("nudge", "03-05T10:00")]


def test_a_further_answer_puts_it_off(office: Office) -> None:
    asked(office)
    office.later(days=2)
    office.reply(office.last(ALICE, "notice"), ALICE, "The one of May, I mean?")
    office.later(days=1)
    assert (sent(office), timers(office)) == ([], [("nudge", "03-07T10:00")])
    office.later(days=2)
    assert sent(office) == ["nudge"]


def test_a_week_of_downtime_is_one_mail_and_the_next_comes_in_its_time(office: Office) -> None:
    asked(office)
    office.later(days=8)
    assert (sent(office), timers(office)) == (["nudge"], [("nudge", "03-14T10:00")])
    office.later(days=4)
    assert sent(office) == ["nudge", "nudge"]


def test_it_is_mailed_while_the_desk_is_open(office: Office) -> None:
    office.now = datetime(2026, 3, 4, 17, 30, tzinfo=UTC)  # Wednesday, 18:30
    asked(office, hours={"week": "Mon-Fri 09:00-18:00"})
    assert timers(office) == [("nudge", "03-09T08:00")]


# --- who gets no such mail ---------------------------------------------------------------------------------------


UNPROVEN = ("X-Nothing", "checked")


def test_who_only_once_wrote_what_nobody_checked_gets_no_mail_but_the_ticket_ends(office: Office) -> None:
    asked(office, UNPROVEN)
    for _ in range(10):
        office.later(days=1)
    assert (sent(office), status(office)) == ([], "solved")
    refused = [event["data"].get("refused") for event in office.ticket()["events"] if event["kind"] == "farewell"]
    assert refused == ["it is not proven that they have ever written to us"]


def test_an_answer_to_a_mail_of_ours_is_proof_enough(office: Office) -> None:
    answer = asked(office, UNPROVEN)
    office.reply(answer, ANN, "The blue one.")
    office.reply(office.last(ALICE, "notice"), ALICE, "#pending\nWhich blue?")
    office.later(days=3)
    assert sent(office) == ["nudge"]


@pytest.mark.parametrize("header", [("Auto-Submitted", "auto-generated"), ("List-Id", "<all.customer.test>")])
def test_a_machine_or_a_list_is_never_asked_again(office: Office, header: tuple[str, str]) -> None:
    asked(office, PROVEN, header)
    office.later(days=3)
    office.later(days=7)
    assert sent(office) == []


def test_an_address_from_which_a_mail_came_back_is_not_written_to_and_stays_with_its_agents(office: Office) -> None:
    asked(office)
    office.later(days=3)
    office.fail(office.last(ANN, "nudge"))
    for _ in range(10):
        office.later(days=1)
    assert sent(office) == ["nudge"]
    assert status(office) == "pending"
    assert timers(office) == []


def test_an_answer_that_comes_back_ends_the_waiting(office: Office) -> None:
    office.fail(asked(office))
    assert (status(office), timers(office)) == ("open", [])


# --- thank you ---------------------------------------------------------------------------------------------------


def test_a_bare_thank_you_is_kept_and_opens_nothing(office: Office) -> None:
    answer = asked(office, words="#solve\nHere it is.", targets={"next_reply": "1h"})
    before = len(office.letters())
    office.reply(answer, ANN, "Thanks a lot, Alice!\n\nBest regards\nAnn")
    assert status(office) == "solved"
    assert office.ticket()["messages"][-1]["text"].startswith("Thanks a lot")
    assert office.ticket()["events"][-1]["kind"] == "thanks"
    assert (
        "nothing but thank you" in office.ledger()[0]["reason"]
        or "nothing but thank you" in office.ledger()[-1]["reason"]
    )
    office.later(days=1)
    assert len(office.letters()) == before
    office.reply(office.last(ALICE, "notice"), ALICE, "#reopen")
    office.later(days=1)
    assert office.letters(kind="reminder") == []  # and nobody waits for an answer to it


def test_a_thank_you_to_what_was_closed_long_ago_opens_no_new_ticket(office: Office) -> None:
    answer = asked(office, words="#close\nHere it is.")
    office.later(days=30)
    office.reply(answer, ANN, "Thank you so much!")
    assert len(office.tickets()) == 1
    assert status(office) == "closed"


@pytest.mark.parametrize("words", ["Thanks, but it is still broken.", "Thanks! When will it come?", "Thanks\n0171 123"])
def test_thanks_with_anything_more_open_the_ticket_again(office: Office, words: str) -> None:
    answer = asked(office, words="#solve\nHere it is.")
    office.reply(answer, ANN, words)
    assert status(office) == "open"


def test_thanks_with_a_file_open_it_again(office: Office) -> None:
    answer = asked(office, words="#solve\nHere it is.")
    office.reply(answer, ANN, "Thanks!", files={"proof.pdf": b"%PDF"})
    assert status(office) == "open"


def test_thanks_to_an_open_ticket_are_told_like_any_answer(office: Office) -> None:
    answer = asked(office, words="Here it is.")
    office.reply(answer, ANN, "Thanks!")
    assert status(office) == "open"


def test_a_stranger_s_thanks_are_held_as_any_stranger_s_mail(office: Office) -> None:
    answer = asked(office, words="#solve\nHere it is.")
    office.reply(answer, "evil@elsewhere.test", "Thanks!")
    assert office.ticket()["messages"][-1]["kind"] == "held"


BARE = """
Thank you!
Thanks a lot for your quick help, Alice!
Perfect, thanks :-)
Thanks 🙏👍
It works now, thank you very much.
THANKS
Grazie mille per l'aiuto, buona giornata!
Grazie Alice, tutto risolto. Cordiali saluti
Mulțumesc frumos, o zi bună!
Multumesc mult pentru ajutor
Bonjour, merci beaucoup pour votre aide !
Merci Alice, bonne journée. Cordialement, Ann
Kiitos nopeasta avusta!
Suuri kiitos! Ystävällisin terveisin
Vielen Dank für die schnelle Hilfe! Mit freundlichen Grüßen
Danke, jetzt funktioniert es wieder.
Muchas gracias por todo. Un saludo
Muito obrigado pela ajuda
Bedankt voor de snelle reactie! Fijne dag
"""
UNSURE = """
ok
Great!
No thanks
Thanks for nothing
Thanks in advance
Thank you, but
Thanks. Can you send it again
Thanks, I will try tomorrow
Thanks - it still fails
not great, thanks
thanks, please close it
Danke, aber es geht nicht
Danke im Voraus
Grazie, però non funziona
Merci d'avance
Merci mais
Mulțumesc anticipat
Kiitos, mutta
Gracias, pero
Thanks! #close
Thanks https://evil.test
Thank you; see below
Thanks... I guess
Merci, thanks aber
"""


@pytest.mark.parametrize("words", BARE.strip().splitlines())
def test_this_is_nothing_but_thanks(words: str) -> None:
    assert is_thanks(words, ["Alice Rossi", "Ann Bianchi"])


@pytest.mark.parametrize("words", UNSURE.strip().splitlines())
def test_this_may_be_more_than_thanks(words: str) -> None:
    assert not is_thanks(words, ["Alice Rossi", "Ann Bianchi"])


@pytest.mark.parametrize("language", WORDS)
def test_what_goes_with_thanks_is_none_by_itself(language: str) -> None:
    assert not is_thanks("")
    bare = [
        phrase.strip() for phrase in WORDS[language].with_them.split(",") if "[" not in phrase and "?" not in phrase
    ]
    assert bare
    assert not [phrase for phrase in bare if is_thanks(phrase)]


def test_a_thank_you_a_megabyte_long_is_read_in_no_time() -> None:
    assert not is_thanks("thank you " * 100_000)


# --- again and again ---------------------------------------------------------------------------------------------

CHECK = {"name": "backups", "cron": "0 9 1 * *", "subject": "Check the backups", "text": "Restore one file."}


def test_a_recurring_ticket_opens_by_its_line_of_cron_in_the_desk_s_zone(office: Office) -> None:
    office.use(configuration(recurring=[{**CHECK, "team": "tech", "priority": "high", "tags": ["Check"]}]))
    office.now = datetime(2026, 4, 1, 6, 59, tzinfo=UTC)  # CEST by now
    office.later()
    assert office.tickets() == []
    office.later(minutes=1)
    (ticket,) = office.tickets()
    assert (ticket["subject"], ticket["team"], ticket["priority"]) == ("Check the backups", "tech", "high")
    assert ticket["tags"] == ["check"]
    notice = office.last(BOB, "notice")
    assert "Restore one file." in notice.text
    assert {letter.to for letter in office.letters()} == {BOB}
    office.reply(notice, BOB, "Done.")
    assert len(office.letters()) == 1  # his words are a note: there is no customer
    office.now = datetime(2026, 5, 1, 7, 0, tzinfo=UTC)
    office.later()
    assert len(office.tickets()) == 2


def test_a_customer_s_recurring_ticket_can_be_answered_to_them(office: Office) -> None:
    office.use(configuration(recurring=[{**CHECK, "for": ANN, "assignee": "alice"}]))
    office.later(days=40)
    assert office.letters(ANN) == []
    notice = office.last(ALICE, "notice")
    address = next(word.rstrip(".") for word in notice.text.split() if word.startswith("support+a"))
    office.mail(ALICE, "Re: [#1] Check the backups", "All is well.", address)
    assert "All is well." in office.last(ANN, "reply").text
    assert "Restore one file" not in office.last(ANN, "reply").whole


def test_three_months_of_downtime_are_one_ticket(office: Office) -> None:
    office.use(configuration(recurring=[CHECK]))
    office.later(days=95)
    assert len(office.tickets()) == 1
    office.use(office.config)  # a restart
    office.later(days=1)
    assert len(office.tickets()) == 1


def test_a_clock_that_is_set_back_and_a_restart_open_no_second_one(office: Office) -> None:
    office.use(configuration(recurring=[CHECK]))
    office.now = datetime(2026, 4, 1, 7, 0, tzinfo=UTC)
    office.later()
    office.now = datetime(2026, 4, 1, 5, 0, tzinfo=UTC)
    office.use(office.config)
    office.later(hours=3)
    assert len(office.tickets()) == 1


def test_another_line_or_none_takes_effect_at_the_reload(office: Office) -> None:
    office.use(configuration(recurring=[CHECK]))
    office.use(configuration(recurring=[{**CHECK, "cron": "0 9 5 * *"}]))
    office.now = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
    office.later()
    assert len(office.tickets()) == 1
    office.use(configuration())
    office.later(days=60)
    assert len(office.tickets()) == 1


def test_a_team_that_shares_its_work_takes_turns_with_these_too(office: Office) -> None:
    teams = [{"id": "billing", "name": "Billing"}, {"id": "tech", "name": "Tech", "assign": "round_robin"}]
    office.use(configuration(teams=teams, recurring=[{**CHECK, "team": "tech"}]))
    office.later(days=40)
    assert office.tickets()[0]["assignee"] == "bob"
