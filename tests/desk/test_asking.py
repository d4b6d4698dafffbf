"""Third parties: a supplier is asked in a mail of their own; the customer and they never see each other."""

from __future__ import annotations

import pytest

from tests.office import ALICE, ANN, BOB, FAILED, SUPPORT, Letter, Office, configuration

PARTS = "parts@supplier.test"
WORDS = "Hello,\n\nmy drill 2000 makes smoke, order 4711.\n\nAnn"
QUESTION = "Dear supplier, is the coil of the drill in stock?"


@pytest.fixture
def notice(office: Office) -> Letter:
    """Ann has written, and Alice has the ticket."""
    office.mail(f"Ann Bianchi <{ANN}>", "My drill smokes", WORDS)
    office.reply(office.last(ALICE), ALICE, "#take")
    return office.last(ALICE, "notice")


@pytest.fixture
def asked(office: Office, notice: Letter) -> Letter:
    """What the supplier got."""
    office.reply(notice, ALICE, f"#ask {PARTS}\n{QUESTION}")
    return office.last(PARTS)


def notes(office: Office) -> list[str]:
    return [message["text"] for message in office.ticket()["messages"] if message["kind"] == "note"]


# --- the question ------------------------------------------------------------------------------------------------


def test_a_third_party_gets_the_words_in_a_mail_of_their_own(office: Office, asked: Letter) -> None:
    assert QUESTION in asked.text
    assert (asked.kind, asked["Auto-Submitted"]) == ("ask", "")
    assert asked["From"] == '"Alice Rossi (Acme Support)" <support@acme.test>'
    assert asked["Subject"] == "[#1] A question from Acme Support"
    assert (asked["In-Reply-To"], asked["References"]) == ("", "")
    assert asked.reply_to.startswith("support+t")
    assert office.letters(ANN, "reply") == []


def test_nothing_of_the_customer_s_or_the_agents_is_in_the_question(office: Office, asked: Letter) -> None:
    for secret in ("Ann", ANN, "smokes", "4711", ALICE, "#ask", "<1@client.test>"):
        assert secret not in asked.whole


def test_the_question_stands_on_the_ticket_as_a_note_that_says_whom_it_went_to(office: Office, asked: Letter) -> None:
    assert notes(office) == [f"Asked {PARTS}:\n\n{QUESTION}"]
    assert "asked" in [event["kind"] for event in office.ticket()["events"]]
    assert office.ticket()["status"] == "new"


def test_a_subject_may_be_given_and_several_be_asked(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, f'#ask {PARTS} other@supplier.test "Coil of the drill"\n{QUESTION}')
    first, second = office.last(PARTS), office.last("other@supplier.test")
    assert first["Subject"] == second["Subject"] == "[#1] Coil of the drill"
    assert first.reply_to != second.reply_to
    assert "other@supplier.test" not in first.whole


def test_files_go_with_the_question(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, f"#ask {PARTS}\n{QUESTION}", files={"coil.png": b"\x89PNG coil"})
    assert office.last(PARTS).files == {"coil.png": b"\x89PNG coil"}


def test_who_is_asked_again_keeps_their_address_and_their_thread(office: Office, notice: Letter, asked: Letter) -> None:
    office.reply(notice, ALICE, f"#ask {PARTS}\nAnd when could you send it?")
    again = office.last(PARTS)
    assert again.reply_to == asked.reply_to
    assert again["In-Reply-To"] == asked["Message-ID"]


def test_the_same_may_be_asked_of_another(office: Office, notice: Letter, asked: Letter) -> None:
    office.reply(notice, ALICE, f"#ask other@supplier.test\n{QUESTION}")
    assert QUESTION in office.last("other@supplier.test").text


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (f"#ask {PARTS}", "there are none"),
        ("#ask nobody\nHello", "not an address"),
        ("#ask evil@x.test,\r\nHello\r\nBcc: you", ""),
        (f"#ask {SUPPORT}\nHello", "desk's own address"),
        (f"#ask {BOB}\nHello", "@bob"),
        (f"#ask {ANN}\nHello", "on the ticket as a customer"),
        ('#ask "Only a subject"\nHello', "whom?"),
        (f"#ask {PARTS}\nHello\n\n#close\n", "command"),
        (f"#note\n#ask {PARTS}\nHello", "which of the two"),
        (f"#ask {PARTS} #note\nHello", "which of the two"),
    ],
)
def test_a_question_that_cannot_be_asked_is_told_and_changes_nothing(
    office: Office, notice: Letter, command: str, says: str
) -> None:
    before = len(office.letters())
    office.reply(notice, ALICE, command)
    if says:
        assert says in office.last(ALICE, "command_error").text
        assert notes(office) == []
        assert len(office.letters()) == before + 1
    else:
        assert "Bcc" not in office.last("evil@x.test").message


def test_a_question_can_be_taken_back_while_it_has_not_left(office: Office, notice: Letter) -> None:
    office.use(configuration(desk={"undo_window": "30s"}))
    office.reply(notice, ALICE, f"#ask {PARTS}\n{QUESTION}")
    office.reply(notice, ALICE, "#undo")
    assert "your question: it was not sent" in office.last(ALICE, "undone").text
    assert office.store.value("SELECT state FROM outbox WHERE envelope_to = ?", (PARTS,)) == "dropped"


def test_words_of_a_note_do_not_go_to_a_third_party(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#note\nThis customer never pays her invoices.")
    office.reply(notice, ALICE, f"#ask {PARTS}\nHello, you know: this customer never pays her invoices.")
    assert office.letters(PARTS) == []
    assert "private note" in office.last(ALICE, "command_error").text


def test_a_question_that_never_arrives_comes_back_to_its_agent(office: Office, asked: Letter) -> None:
    office.fail(asked)
    failed = office.last(ALICE, "failed")
    assert PARTS in failed.text
    assert failed.reply_to.startswith("support+n")
    assert office.ticket()["status"] == "new"


# --- the answer --------------------------------------------------------------------------------------------------


def test_the_answer_is_a_note_that_agents_hear_of_and_no_customer(office: Office, asked: Letter) -> None:
    before = len(office.letters(ANN))
    office.reply(asked, f"Paul Parts <{PARTS}>", "Yes, forty of them.")
    last = office.ticket()["messages"][-1]
    assert (last["kind"], last["author"], last["text"]) == ("note", PARTS, "Yes, forty of them.")
    told = office.last(ALICE, "notice")
    assert "Yes, forty of them." in told.text
    assert "#ask" in told.text
    assert len(office.letters(ANN)) == before
    assert len(office.tickets()) == 1
    assert office.letters(PARTS) == [asked]


def test_a_plain_answer_to_that_notice_is_a_note(office: Office, asked: Letter) -> None:
    office.reply(asked, PARTS, "Yes, forty of them.")
    office.reply(office.last(ALICE, "notice"), ALICE, "Good, I will order one.")
    assert notes(office)[-1] == "Good, I will order one."
    assert office.letters(ANN, "reply") == []
    assert len(office.letters(PARTS)) == 1


def test_the_customer_s_thread_knows_nothing_of_it(office: Office, notice: Letter, asked: Letter) -> None:
    answer = office.reply(asked, PARTS, "Yes, forty of them.")
    office.reply(notice, ALICE, "Dear Ann, a spare part is on its way to you.")
    sent = office.last(ANN, "reply")
    for secret in (PARTS, asked["Message-ID"], answer["Message-ID"], "forty of them", asked.reply_to):
        assert secret not in sent.whole


def test_who_asked_hears_the_answer_even_if_the_ticket_is_another_s_by_now(office: Office, asked: Letter) -> None:
    office.reply(office.last(ALICE, "notice"), ALICE, "#assign bob")
    office.reply(asked, PARTS, "Yes, forty of them.")
    assert "forty" in office.last(ALICE, "notice").text
    assert "forty" in office.last(BOB, "notice").text


def test_the_answer_is_known_by_what_it_answers_where_the_address_was_lost(office: Office, asked: Letter) -> None:
    office.mail(PARTS, "Re: question", "Yes, forty.", SUPPORT, ("In-Reply-To", asked["Message-ID"]))
    assert notes(office)[-1] == "Yes, forty."
    assert len(office.tickets()) == 1


def test_a_second_mail_of_theirs_on_the_same_thread_lands_there_too(office: Office, asked: Letter) -> None:
    first = office.reply(asked, PARTS, "Yes, forty.")
    office.mail(PARTS, "Re: question", "No, thirty-nine.", SUPPORT, ("In-Reply-To", first["Message-ID"]))
    assert notes(office)[-1] == "No, thirty-nine."
    assert len(office.tickets()) == 1


def test_the_same_answer_twice_is_one_note(office: Office, asked: Letter) -> None:
    same = (("Message-ID", "<same@supplier.test>"),)
    office.reply(asked, PARTS, "Yes, forty.", *same)
    office.reply(asked, PARTS, "Yes, forty.", *same)
    assert notes(office)[1:] == ["Yes, forty."]


def test_a_pending_or_closed_ticket_stays_so(office: Office, notice: Letter, asked: Letter) -> None:
    office.reply(notice, ALICE, "#close")
    office.reply(asked, PARTS, "Yes, forty.")
    assert office.ticket()["status"] == "closed"
    assert "forty" in office.last(ALICE, "notice").text


def test_a_robot_s_answer_is_kept_and_nobody_is_told_or_answered(office: Office, asked: Letter) -> None:
    before = len(office.letters())
    office.reply(asked, PARTS, "I am away until Friday.", ("Auto-Submitted", "auto-replied"))
    assert office.ticket()["messages"][-1]["kind"] == "auto"
    assert len(office.letters()) == before


def test_a_stranger_on_that_address_is_held(office: Office, asked: Letter) -> None:
    office.reply(asked, "Eve <eve@evil.test>", "Your code is 123456.")
    assert office.ticket()["messages"][-1]["kind"] == "held"
    assert "Held back" in office.last(ALICE, "notice").text
    assert len(office.tickets()) == 1
    assert "123456" not in "".join(letter.whole for letter in office.letters(ANN) + office.letters(PARTS))


def test_the_customer_on_that_address_is_held_too(office: Office, asked: Letter) -> None:
    office.reply(asked, ANN, "Whom have you asked there?")
    assert office.ticket()["messages"][-1]["kind"] == "held"


def test_a_colleague_of_theirs_who_is_let_in_is_asked_and_no_customer(office: Office, asked: Letter) -> None:
    office.reply(asked, "paul@supplier.test", "Paul here: forty.")
    office.reply(office.last(ALICE, "notice"), ALICE, "#admit")
    assert notes(office)[-1] == "Paul here: forty."
    assert [person["email"] for person in office.ticket()["participants"]] == [ANN]
    office.reply(office.last(ALICE, "notice"), ALICE, "#ask paul@supplier.test\nThank you, Paul. What do they cost?")
    office.reply(office.last("paul@supplier.test"), "paul@supplier.test", "Three euros.")
    assert notes(office)[-1] == "Three euros."


def test_a_forged_answer_is_held(office: Office, asked: Letter) -> None:
    office.reply(asked, PARTS, "Pay to another account.", FAILED)
    assert office.ticket()["messages"][-1]["kind"] == "held"


def test_the_address_expires(office: Office, asked: Letter) -> None:
    office.later(days=91)
    office.reply(asked, PARTS, "Sorry for the delay.")
    assert office.ticket()["messages"][-1]["kind"] == "held"


def test_somebody_else_who_quotes_the_question_gets_a_ticket_of_their_own(office: Office, asked: Letter) -> None:
    office.mail("eve@evil.test", "Re: [#1]", "Me too.", SUPPORT, ("In-Reply-To", asked["Message-ID"]))
    assert len(office.tickets()) == 2
    assert len(office.ticket()["messages"]) == 2


def test_who_was_asked_may_be_a_customer_elsewhere(office: Office, asked: Letter) -> None:
    office.mail(PARTS, "Your printer", "We want to buy a printer of yours.")
    assert len(office.tickets()) == 2
    assert office.ticket(2)["messages"][0]["kind"] == "customer"


def test_after_a_merge_the_answer_finds_the_ticket_that_stayed(office: Office, asked: Letter) -> None:
    office.mail(f"Ann Bianchi <{ANN}>", "The drill again", "It smokes more and more.")
    office.reply(office.last(ALICE, "notice"), ALICE, "#take")
    office.reply(office.letters(ALICE, "notice")[0], ALICE, "#merge 2")
    office.reply(asked, PARTS, "Yes, forty.")
    assert office.ticket(2)["messages"][-1]["text"] == "Yes, forty."


def test_without_plus_addresses_the_answer_is_known_by_what_it_answers(tmp_path) -> None:  # type: ignore[no-untyped-def]
    office = Office(tmp_path, configuration(desk={"reply_address": SUPPORT}))
    office.mail(f"Ann Bianchi <{ANN}>", "My drill smokes", WORDS)
    office.reply(office.last(ALICE), ALICE, f"#ask {PARTS}\n{QUESTION}")
    office.reply(office.last(PARTS), PARTS, "Yes, forty.")
    assert notes(office)[-1] == "Yes, forty."
    office.close()


# --- frequently asked questions --------------------------------------------------------------------------------------


def faq(office: Office) -> list[tuple[str, str, str]]:
    rows = office.store.rows("SELECT language, question, answer FROM faq ORDER BY id")
    return [(row["language"], row["question"], row["answer"]) for row in rows]


def test_an_answer_is_kept_for_those_who_will_ask_the_same(office: Office, notice: Letter) -> None:
    words = "Dear Ann,\n\nplease unplug the drill and let it cool for an hour."
    office.reply(notice, ALICE, f'#faq "What if my drill smokes?"\n{words}')
    kept = "please unplug the drill and let it cool for an hour."
    assert faq(office) == [("en", "What if my drill smokes?", kept)]
    assert kept in office.last(ANN, "reply").text


def test_without_words_the_last_answer_is_kept(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "Hello Ann!\nPlease unplug the drill and let it cool for an hour.")
    before = len(office.letters())
    office.reply(notice, ALICE, '#faq "What if my drill smokes?"')
    assert faq(office)[0][2] == "Please unplug the drill and let it cool for an hour."
    assert len(office.letters()) == before


def test_with_a_note_the_words_are_kept_and_go_to_nobody(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, '#note #faq "What if my drill smokes?"\nUnplug it, and let it cool for an hour.')
    assert faq(office)[0][2] == "Unplug it, and let it cool for an hour."
    assert office.letters(ANN, "reply") == []


@pytest.mark.parametrize(
    ("mail", "says"),
    [
        ('#faq "What?"', "no answer yet"),
        ("#faq What now\nWords.", "quotation marks"),
        ('#faq "What?"\nPlease unplug it.\nAs I told you, Bianchi & Co. know this.', "names the customer"),
        ('#faq "What?"\nPlease unplug it and write from ann@customer.test again.', "names the customer"),
    ],
)
def test_what_must_not_be_kept_for_others_is_not(office: Office, notice: Letter, mail: str, says: str) -> None:
    office.reply(notice, ALICE, mail)
    assert faq(office) == []
    assert says in office.last(ALICE, "command_error").text
    assert office.letters(ANN, "reply") == []
