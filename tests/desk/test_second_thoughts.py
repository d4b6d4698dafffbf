"""Agents who are not believed at once, are overtaken, or think again: confirmations, #send, #later, #preview, #undo."""

from __future__ import annotations

import pytest

from tests.office import ALICE, ANN, BOB, PROVEN, Letter, Office, configuration

SOMEBODY = "alice.rossi@home.example"


@pytest.fixture
def notice(office: Office) -> Letter:
    """Ann has written; this is what Alice was told."""
    office.mail(ANN, "The drill", "It does not start.")
    return office.last(ALICE, "notice")


def answers(office: Office) -> list[Letter]:
    return office.letters(ANN, "reply")


def office_with(office: Office, **desk: object) -> Office:
    office.use(configuration(desk=desk))
    return office


# --- authority ---------------------------------------------------------------------------------------------


def test_an_unproven_mail_goes_once_its_agent_has_answered_the_confirmation(office: Office, notice: Letter) -> None:
    office.mail(ALICE, f"Re: {notice['Subject']}", "#close\nIt is on its way.", "support@acme.test")
    assert answers(office) == []
    assert office.ticket()["status"] == "new"
    asked = office.last(ALICE, "held")
    assert asked.reply_to.startswith("support+c")
    office.reply(asked, ALICE, "")
    (answer,) = answers(office)
    assert "It is on its way." in answer.text
    assert "#close" not in answer.whole
    assert office.ticket()["status"] == "closed"
    assert [m["kind"] for m in office.ticket()["messages"]] == ["customer", "agent"]  # the held note has become it


def test_a_confirmation_works_once(office: Office, notice: Letter) -> None:
    office.mail(ALICE, f"Re: {notice['Subject']}", "It is on its way.", "support@acme.test")
    asked = office.last(ALICE, "held")
    office.reply(asked, ALICE, "yes")
    office.reply(asked, ALICE, "yes, really")
    assert len(answers(office)) == 1
    assert "used, or it is too old" in office.last(ALICE, "command_error").text


@pytest.mark.parametrize("words", ["No, that was not me!", "no", "Non sono stata io", "En lähettänyt tätä", "#undo"])
def test_a_no_to_a_confirmation_is_a_no(office: Office, notice: Letter, words: str) -> None:
    office.mail(ALICE, f"Re: {notice['Subject']}", "Send me money.", "support@acme.test")
    office.reply(office.last(ALICE, "held"), ALICE, words)
    assert answers(office) == []
    assert office.ticket()["deferred"] == []


def test_nobody_else_confirms(office: Office, notice: Letter) -> None:
    office.mail(ALICE, f"Re: {notice['Subject']}", "Send me money.", "support@acme.test")
    asked = office.last(ALICE, "held")
    office.reply(asked, BOB, "yes")
    office.reply(asked, "mallory@evil.test", "yes")
    office.reply(asked, ALICE, "yes", ("Authentication-Results", "mx.acme.test; dmarc=fail header.from=acme.test"))
    assert answers(office) == []


def test_an_absence_message_confirms_nothing(office: Office, notice: Letter) -> None:
    office.mail(ALICE, f"Re: {notice['Subject']}", "Send me money.", "support@acme.test")
    office.reply(office.last(ALICE, "held"), ALICE, "I am away until Monday.", ("Auto-Submitted", "auto-replied"))
    assert answers(office) == []


def test_a_confirmation_can_be_known_by_the_mail_that_it_answers(office: Office, notice: Letter) -> None:
    office.mail(ALICE, f"Re: {notice['Subject']}", "It is on its way.", "support@acme.test")
    asked = office.last(ALICE, "held")
    office.mail(ALICE, f"Re: {asked['Subject']}", "ok", "support@acme.test", ("In-Reply-To", asked["Message-ID"]))
    assert len(answers(office)) == 1


def test_mail_from_an_agent_s_other_address_goes_with_their_word(office: Office, notice: Letter) -> None:
    office.mail(SOMEBODY, f"Re: {notice['Subject']}", "#solve\nFrom my phone: try again.", notice.reply_to)
    assert answers(office) == []
    office.reply(office.last(ALICE, "held"), ALICE, "yes")
    (answer,) = answers(office)
    assert "From my phone: try again." in answer.text
    assert SOMEBODY not in answer.whole
    assert office.ticket()["status"] == "solved"


def test_a_proven_agent_answers_without_their_address(office: Office, notice: Letter) -> None:
    office.mail(ALICE, f"Re: {notice['Subject']}", "#solve\nTry again.", "support@acme.test", PROVEN)
    assert "Try again." in answers(office)[0].text
    assert office.ticket()["status"] == "solved"


def test_a_proven_from_is_not_enough_where_both_are_wanted(office: Office, notice: Letter) -> None:
    office_with(office, agents_proof="token+dmarc")
    office.mail(ALICE, f"Re: {notice['Subject']}", "#solve\nTry again.", "support@acme.test", PROVEN)
    assert answers(office) == []
    office.reply(notice, ALICE, "Try again.")
    assert answers(office) == []
    office.reply(notice, ALICE, "Try again.", PROVEN)
    assert len(answers(office)) == 1


def test_who_has_the_agent_s_mail_already_does_not_get_it_twice(office: Office, notice: Letter) -> None:
    cc = ("Cc", "support@acme.test")
    office.mail(ALICE, f"Re: {notice['Subject']}", "Try again.", ANN, PROVEN, cc)
    assert answers(office) == []
    assert office.ticket()["messages"][-1]["kind"] == "agent"


def test_an_expired_address_still_reads(office: Office, notice: Letter) -> None:
    office.later(days=91)
    office.reply(notice, ALICE, "#help")
    assert office.letters(ALICE, "help")
    office.reply(notice, ALICE, "#close")
    assert office.ticket()["status"] == "new"


def test_an_agent_who_left_confirms_nothing(office: Office, notice: Letter) -> None:
    office.mail(ALICE, f"Re: {notice['Subject']}", "It is on its way.", "support@acme.test")
    asked = office.last(ALICE, "held")
    bob = {"id": "bob", "name": "Bob Verdi", "email": BOB, "teams": ["tech"]}
    office.use(configuration(agents=[bob]))
    office.reply(asked, ALICE, "yes")
    assert answers(office) == []


# --- collisions --------------------------------------------------------------------------------------------


def test_an_answer_that_a_colleague_has_overtaken_waits_for_send(office: Office, notice: Letter) -> None:
    office.reply(office.last(BOB, "notice"), BOB, "Change its battery.")
    office.reply(notice, ALICE, "#close\nBuy a new one.")
    assert ["Change its battery." in a.text for a in answers(office)] == [True]
    shown = office.last(ALICE, "collision")
    assert "Change its battery." in shown.text
    assert "Buy a new one." in shown.text
    office.reply(shown, ALICE, "#send")
    assert "Buy a new one." in answers(office)[-1].text
    assert office.ticket()["status"] == "closed"


def test_a_held_answer_can_be_dropped(office: Office, notice: Letter) -> None:
    office.reply(office.last(BOB, "notice"), BOB, "Change its battery.")
    office.reply(notice, ALICE, "Buy a new one.")
    shown = office.last(ALICE, "collision")
    office.reply(shown, ALICE, "#undo")
    office.reply(shown, ALICE, "#send")
    assert len(answers(office)) == 1
    assert "nothing of yours waits" in office.last(ALICE, "command_error").text


def test_send_shows_again_what_a_colleague_has_answered_since(office: Office, notice: Letter) -> None:
    office.reply(office.last(BOB, "notice"), BOB, "Change its battery.")
    office.reply(notice, ALICE, "Buy a new one.")
    shown = office.last(ALICE, "collision")
    office.reply(office.last(BOB, "notice"), BOB, "And clean it.")
    office.reply(shown, ALICE, "#send")
    assert len(answers(office)) == 2
    assert "And clean it." in office.last(ALICE, "collision").text


def test_one_s_own_earlier_answer_is_no_collision(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "Change its battery.")
    office.reply(notice, ALICE, "And clean it.")
    assert len(answers(office)) == 2


def test_a_note_never_collides(office: Office, notice: Letter) -> None:
    office.reply(office.last(BOB, "notice"), BOB, "Change its battery.")
    office.reply(notice, ALICE, "#note\nHe is right.")
    assert office.ticket()["messages"][-1]["kind"] == "note"


def test_where_only_the_customer_has_written_the_answer_goes_and_the_ticket_stays_open(
    office: Office, notice: Letter
) -> None:
    office.reply(office.last(ANN), ANN, "Now it smokes!")
    office.reply(notice, ALICE, "#close\nChange its battery.")
    assert len(answers(office)) == 1
    assert office.ticket()["status"] == "open"
    assert "Now it smokes!" in office.last(ALICE, "collision").text


def test_or_it_waits_where_the_admin_wants_that(office: Office, notice: Letter) -> None:
    office_with(office, unseen="hold")
    office.reply(office.last(ANN), ANN, "Now it smokes!")
    office.reply(notice, ALICE, "Change its battery.")
    assert answers(office) == []
    office.reply(office.last(ALICE, "collision"), ALICE, "#send")
    assert len(answers(office)) == 1


def test_without_plus_addresses_a_colleague_s_answer_is_seen_and_send_and_undo_work(office: Office) -> None:
    office_with(office, reply_address="support@acme.test")
    office.mail(ANN, "The drill", "It does not start.")
    alices, bobs = office.last(ALICE, "notice"), office.last(BOB, "notice")
    office.reply(bobs, BOB, "Change its battery.")
    office.reply(alices, ALICE, "Buy a new one.")
    assert len(answers(office)) == 1
    office.reply(office.last(ALICE, "collision"), ALICE, "#send")
    assert "Buy a new one." in answers(office)[-1].text
    office.later(minutes=1)
    office.reply(alices, ALICE, "#tag +one")
    office.later(minutes=1)
    office.reply(alices, ALICE, "#undo")
    assert office.ticket()["tags"] == []


def test_a_proven_answer_without_an_address_collides_too(office: Office, notice: Letter) -> None:
    office.reply(office.last(BOB, "notice"), BOB, "Change its battery.")
    answered = ("In-Reply-To", notice["Message-ID"])
    office.mail(ALICE, f"Re: {notice['Subject']}", "Buy a new one.", "support@acme.test", PROVEN, answered)
    assert len(answers(office)) == 1
    assert "Change its battery." in office.last(ALICE, "collision").text


# --- later -------------------------------------------------------------------------------------------------


def test_an_answer_for_later_goes_at_its_time_with_its_commands(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#later 2h #solve\nIs it better now?")
    assert office.ticket()["status"] == "new"
    office.later(hours=1, minutes=59)
    assert answers(office) == []
    office.later(minutes=2)
    assert "Is it better now?" in answers(office)[0].text
    assert office.ticket()["status"] == "solved"
    office.later(days=1)
    assert len(answers(office)) == 1


def test_an_answer_for_later_waits_if_the_customer_writes_first(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#later 2h\nIs it better now?")
    office.reply(office.last(ANN), ANN, "It works again.")
    office.later(hours=3)
    assert answers(office) == []
    assert "It works again." in office.last(ALICE, "collision").text
    office.reply(office.last(ALICE, "collision"), ALICE, "#send")
    assert len(answers(office)) == 1


def test_what_could_not_be_sent_is_told_at_once_not_at_its_time(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#later 2h #canned no-such-text\nHello")
    assert "no-such-text" in office.last(ALICE, "command_error").text
    assert office.ticket()["deferred"] == []


def test_an_answer_for_later_can_be_taken_back(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#later 2h\nIs it better now?")
    office.reply(notice, ALICE, "#undo")
    office.later(hours=3)
    assert answers(office) == []


# --- preview -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["#preview", "#dry-run"])
def test_a_preview_is_what_the_customer_would_get_and_does_nothing(
    office: Office, notice: Letter, command: str
) -> None:
    office.reply(notice, ALICE, f"{command} #close #tag +vip\nChange its battery.")
    assert answers(office) == []
    assert (office.ticket()["status"], office.ticket()["tags"]) == ("new", [])
    seen = office.last(ALICE, "preview")
    office.reply(notice, ALICE, "#close #tag +vip\nChange its battery.")
    (answer,) = answers(office)
    assert answer.text.strip() in seen.text
    assert "#close #tag +vip" in seen.text
    assert answer.reply_to not in seen.whole  # the customer's own address is theirs alone


# --- undo --------------------------------------------------------------------------------------------------


def test_undo_takes_back_all_of_the_last_mail(office: Office, notice: Letter) -> None:
    office_with(office, undo_window="30s")
    before = office.ticket()
    commands = '#close #tag +vip #priority high #assign bob #subject "Other" #category x'
    office.reply(notice, ALICE, f"{commands}\nBuy a new one.")
    office.later(seconds=10)
    office.reply(notice, ALICE, "#undo")
    after = office.ticket()
    for column in ("status", "tags", "priority", "assignee", "subject", "category", "closed_at", "first_reply_at"):
        assert after[column] == before[column], column
    assert [mail["state"] for mail in after["outbox"] if mail["kind"] == "reply"] == ["dropped"]
    assert after["messages"][-1]["kind"] == "note"
    assert "your answer" in office.last(ALICE, "undone").text


def test_what_has_left_is_not_taken_back_and_the_agent_hears_it(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#close\nBuy a new one.")
    office.store.execute("UPDATE outbox SET state = 'sent' WHERE kind = 'reply'")
    office.reply(notice, ALICE, "#undo")
    assert office.ticket()["status"] == "new"
    assert "it has left already" in office.last(ALICE, "undone").text


def test_undo_is_one_s_own_and_does_not_swing(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#tag +one")
    office.later(minutes=1)
    office.reply(notice, ALICE, "#tag +two")
    office.later(minutes=1)
    office.reply(office.last(BOB, "notice"), BOB, "#tag +bob")
    office.later(minutes=1)
    office.reply(notice, ALICE, "#undo")
    assert office.ticket()["tags"] == ["bob", "one"]
    office.later(minutes=1)
    office.reply(notice, ALICE, "#undo")
    assert office.ticket()["tags"] == ["bob"]
    office.later(minutes=1)
    office.reply(notice, ALICE, "#undo")
    assert office.ticket()["tags"] == ["bob"]
    assert "nothing of yours to take back" in office.last(ALICE, "command_error").text


@pytest.mark.parametrize("text", ["#undo #close", "#undo\nand some words", "#close #send"])
def test_a_word_on_what_was_done_stands_alone(office: Office, notice: Letter, text: str) -> None:
    office.reply(notice, ALICE, "#tag +one")
    office.later(minutes=1)
    office.reply(notice, ALICE, text)
    assert office.ticket()["tags"] == ["one"]
    assert office.ticket()["status"] == "new"


# --- notes -------------------------------------------------------------------------------------------------


def test_a_plain_answer_to_a_note_s_notice_is_a_note(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#assign bob #note\nCan you look at this?")
    told = next(letter for letter in office.letters(BOB, "notice") if "Can you look at this?" in letter.text)
    office.reply(told, BOB, "Yes, tomorrow.")
    assert answers(office) == []
    assert office.ticket()["messages"][-1]["kind"] == "note"
