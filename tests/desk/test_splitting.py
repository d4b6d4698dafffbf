"""#split: a message and all after it become a ticket of their own; whatever answers them goes there from then on."""

from __future__ import annotations

import pytest

from maildesk.desk import shell
from tests.desk.record import do, events, people, refused, said
from tests.office import ALICE, ANN, BOB, FAILED, PROVEN, SUPPORT, Letter, Office, configuration

BRUNO = "bruno@customer.test"


@pytest.fixture
def first(office: Office) -> Letter:
    """Ann has written about a drill; the notice of that."""
    office.mail(f"Ann <{ANN}>", "The drill", "It does not start.")
    return office.last(ALICE, "notice")


@pytest.fixture
def second(office: Office, first: Letter) -> Letter:
    """And then, in the same conversation, about a saw."""
    office.reply(office.letters(ANN)[0], ANN, "By the way, the saw is blunt.", files={"saw.png": b"\x89PNG"})
    return office.last(ALICE, "notice")


def test_the_message_whose_notice_is_answered_becomes_a_ticket_of_its_author(office: Office, second: Letter) -> None:
    office.reply(second, ALICE, "#split")
    assert said(office, 1) == [("customer", "It does not start.")]
    assert said(office, 2) == [("customer", "By the way, the saw is blunt.")]
    new = office.ticket(2)
    assert people(office, 2) == {ANN: "requester"}
    assert (new["subject"], new["status"], new["mailbox"]) == ("The drill", "new", SUPPORT)
    assert new["links"] == [{"other_id": 1, "kind": "split"}]
    assert office.ticket(1)["links"] == [{"other_id": 2, "kind": "split_into"}]
    assert events(office, 1, "moved_out")[0]["to"] == 2
    assert events(office, 2, "moved_in")[0]["from"] == 1
    assert [m["ticket_id"] for m in office.ledger()][:2] == [1, 2]


def test_agents_are_told_of_it_as_of_any_new_ticket_and_the_customer_of_nothing(office: Office, second: Letter) -> None:
    mailed = len(office.letters(ANN))
    office.reply(second, ALICE, "#split")
    for agent in (ALICE, BOB):
        notice = office.last(agent, "notice")
        assert notice["Subject"] == "[#2] The drill"
        assert "New ticket" in notice.text
        assert "the saw is blunt" in notice.text
        assert "does not start" not in notice.text
        assert notice.files == {"saw.png": b"\x89PNG"}
    assert len(office.letters(ANN)) == mailed


def test_who_splits_it_off_has_its_reply_address_though_it_is_another_team_s(office: Office) -> None:
    office.mail(ANN, "Invoice", "The invoice is wrong.")  # billing's: Alice
    office.reply(office.last(ANN), ANN, "And the saw is blunt.")
    do(office, 1, "#team tech")
    office.reply(office.letters(ALICE, "notice")[1], ALICE, "#split")
    assert office.ticket(2)["team"] == "tech"
    assert office.last(BOB, "notice")["Subject"] == "[#2] Invoice"
    office.reply(office.last(ALICE, "notice"), ALICE, "A new blade is on its way.")
    assert office.last(ANN, "reply")["Subject"].startswith("Re: [#2]")
    assert office.ticket(1)["status"] != "pending"


def test_team_category_and_language_go_along_but_not_whose_it_was_nor_how_urgent(
    office: Office, second: Letter
) -> None:
    office.reply(second, ALICE, "#team tech #category tools #assign bob #priority urgent")
    office.reply(second, ALICE, "#split")
    new, old = office.ticket(2), office.ticket(1)
    assert (new["team"], new["category"], new["assignee"], new["priority"]) == ("tech", "tools", None, "normal")
    assert (old["assignee"], old["priority"]) == ("bob", "urgent")


def test_each_thread_goes_on_by_itself(office: Office, second: Letter) -> None:
    auto = office.letters(ANN)[0]
    office.reply(second, ALICE, "#split")
    office.mail(ANN, "x", "It smokes.", SUPPORT, ("In-Reply-To", "<1@client.test>"))
    office.mail(ANN, "x", "It is the red saw.", SUPPORT, ("In-Reply-To", "<2@client.test>"))
    office.mail(ANN, "x", "I am home at 5.", auto.reply_to)
    assert [text for _, text in said(office, 1)] == ["It does not start.", "It smokes.", "I am home at 5."]
    assert [text for _, text in said(office, 2)] == ["By the way, the saw is blunt.", "It is the red saw."]


def test_the_new_one_has_an_address_of_its_own(office: Office, second: Letter) -> None:
    old = office.letters(ANN)[0].reply_to
    office.reply(second, ALICE, "#split")
    office.reply(office.last(ALICE, "notice"), ALICE, "A new blade is on its way.")
    answer = office.last(ANN, "reply")
    assert answer.reply_to != old
    assert answer["In-Reply-To"] == "<2@client.test>"
    office.mail(ANN, "x", "Thank you for the blade, it is the wrong one.", answer.reply_to)
    assert said(office, 2)[-1][0] == "customer"
    assert len(said(office, 1)) == 1


@pytest.mark.parametrize("spelt", ["m2", "2", "#2", "M2"])
def test_a_message_can_be_named_by_its_number(office: Office, second: Letter, spelt: str) -> None:
    office.reply(office.last(ANN), ANN, "It is the red one.")
    office.reply(office.last(ALICE, "notice"), ALICE, f"#split {spelt}")
    assert [text for _, text in said(office, 2)] == ["By the way, the saw is blunt.", "It is the red one."]


def test_show_tells_the_numbers(office: Office, second: Letter) -> None:
    office.reply(second, ALICE, "#show")
    assert "m2 · " in office.last(ALICE, "ticket").text


def test_without_a_notice_to_go_by_it_is_the_customer_s_last_message(office: Office, second: Letter) -> None:
    office.reply(second, ALICE, "#note\nA regular.")
    do(office, 1, "#split")
    assert said(office, 2) == [("customer", "By the way, the saw is blunt."), ("note", "A regular.")]


def test_answers_and_notes_below_the_cut_move_along(office: Office, second: Letter) -> None:
    office.later(hours=1)
    office.reply(second, ALICE, "A new blade is on its way.")
    office.reply(second, ALICE, "#note\nShe gets the expensive one.")
    answer = office.last(ANN, "reply")
    office.reply(second, ALICE, "#split")
    assert [kind for kind, _ in said(office, 2)] == ["customer", "agent", "note"]
    new, old = office.ticket(2), office.ticket(1)
    assert (new["status"], new["first_reply_at"]) == ("pending", "2026-03-02T11:00:00.000Z")
    assert old["status"] == "open"  # its own question was not answered by that
    office.reply(answer, ANN, "It has come.", ("Reply-To", ANN))
    assert said(office, 1)[-1] == ("customer", "It has come.")  # the address of that answer is the old one's
    office.mail(ANN, "x", "It fits.", SUPPORT, ("In-Reply-To", answer["Message-ID"]))
    assert said(office, 2)[-1] == ("customer", "It fits.")
    assert office.ticket(2)["status"] == "open"
    office.reply(office.last(ALICE, "notice"), ALICE, "As noted, She gets the expensive one.")
    assert "private note" in office.last(ALICE, "command_error").text
    assert all("expensive" not in letter.whole for letter in office.letters(ANN))


def test_a_message_of_somebody_in_cc_becomes_theirs_alone(office: Office) -> None:
    office.mail(f"Ann <{ANN}>", "The drill", "My secret is 4711.", SUPPORT, ("Cc", f"Bruno <{BRUNO}>"))
    office.mail(BRUNO, "Re: [#1] The drill", "And my saw is blunt.", SUPPORT)
    office.reply(office.last(ALICE, "notice"), ALICE, "#split")
    assert people(office, 2) == {BRUNO: "requester"}
    assert office.ticket(2)["participants"][0]["name"] == "Bruno"
    office.reply(office.last(ALICE, "notice"), ALICE, "A new blade is on its way.")
    (answer,) = office.letters(kind="reply")
    assert answer.to == BRUNO
    assert "4711" not in answer.whole
    assert people(office, 1) == {ANN: "requester", BRUNO: "cc"}


def test_whoever_else_wrote_below_the_cut_is_on_the_new_ticket_too(office: Office) -> None:
    office.mail(ANN, "The drill", "It does not start.", SUPPORT, ("Cc", BRUNO))
    office.mail(BRUNO, "Re: [#1] The drill", "And my saw is blunt.", SUPPORT)
    office.mail(ANN, "Re: [#1] The drill", "Mine, too.", SUPPORT)
    do(office, 1, "#split m2")
    assert people(office, 2) == {BRUNO: "requester", ANN: "cc"}
    assert len({row["token"] for row in office.store.rows("SELECT token FROM participants")}) == 4


def test_an_old_notice_of_a_moved_message_is_answered_where_it_stands(office: Office, second: Letter) -> None:
    theirs = office.last(BOB, "notice")
    office.reply(second, ALICE, "#split")
    office.reply(theirs, BOB, "A new blade is on its way.")
    assert office.last(ANN, "reply")["Subject"].startswith("Re: [#2]")
    assert said(office, 2)[-1][0] == "agent"
    office.reply(office.letters(BOB, "notice")[0], BOB, "Which drill is it?")
    assert said(office, 1)[-1] == ("agent", "Which drill is it?")


def test_a_note_beside_it_stays_where_it_was_written(office: Office, second: Letter) -> None:
    office.reply(second, ALICE, "#split #note\nThe saw is another matter.")
    assert said(office, 1)[-1] == ("note", "The saw is another matter.")
    assert [kind for kind, _ in said(office, 2)] == ["customer"]


@pytest.mark.parametrize(
    ("block", "why"),
    [
        ("#split m1", "nothing would stay behind"),
        ("#split m99", "this ticket has no message m99; #show lists them"),
        ("#split m4", "this ticket has no message m4"),
        ("#split here", "this ticket has no message here"),
        ("#split m3", "message m3 is no customer's"),
        ("#split m2 m3", "takes no more than 1 word"),
        ("#split\nDear Ann", "For which of the two tickets are your words?"),
        ("#split #split", "which comes first"),
        ("#split #merge 2", "which comes first, #split or #merge"),
    ],
)
def test_what_cannot_be_split_is_told_and_nothing_is_done(office: Office, second: Letter, block: str, why: str) -> None:
    office.reply(second, ALICE, "#note\nA regular.")  # m3
    office.mail(BRUNO, "Another ticket", "Hello")  # m4
    text = refused(office, second, block)
    assert why in text
    if "m3 is" in why:
        assert "#split m2" in text


def test_the_only_message_is_not_split(office: Office, first: Letter) -> None:
    assert "nothing would stay behind" in refused(office, first, "#split")
    assert "nothing would stay behind" in refused(office, first, "#split m1")


def test_what_is_held_is_let_in_first(office: Office, second: Letter) -> None:
    office.mail(ANN, "Re: [#1] The drill", "Pay here.", office.letters(ANN)[0].reply_to, FAILED)
    held = office.last(ALICE, "notice")
    assert "#admit lets it in" in refused(office, held, "#split")
    assert "is no customer's" in refused(office, held, "#split m3")
    office.reply(held, ALICE, "#admit")
    office.reply(held, ALICE, "#split")
    assert said(office, 2) == [("customer", "Pay here.")]


def test_what_is_held_below_the_cut_stays_held_on_the_new_ticket(office: Office, second: Letter) -> None:
    office.mail("eve@evil.test", "Code", "Your code is 4711.", office.letters(ANN)[0].reply_to)
    held = office.last(ALICE, "notice")
    office.reply(second, ALICE, "#split")
    assert said(office, 2)[-1] == ("held", "Your code is 4711.")
    office.reply(held, ALICE, "#admit")  # its notice leads there, too
    assert people(office, 2) == {ANN: "requester", "eve@evil.test": "cc"}
    assert people(office, 1) == {ANN: "requester"}


def test_what_was_split_off_can_be_merged_back(office: Office, second: Letter) -> None:
    office.reply(second, ALICE, "#split")
    office.reply(office.last(ALICE, "notice"), ALICE, "#merge 1")
    assert [text for _, text in said(office, 1)] == ["It does not start.", "By the way, the saw is blunt."]
    assert office.ticket(1)["links"] == []
    office.mail(ANN, "Re: [#2] x", "It is the red saw.", SUPPORT)
    office.reply(second, ALICE, "A new blade is on its way.")
    assert [kind for kind, _ in said(office, 1)] == ["customer", "customer", "customer", "agent"]


def test_a_message_that_came_by_a_merge_can_be_split_off_again(office: Office, first: Letter) -> None:
    office.mail(ANN, "The saw", "It is blunt.")
    office.reply(first, ALICE, "#merge 2")
    office.reply(first, ALICE, "#split m2")
    assert said(office, 2) == [("customer", "It does not start.")]
    assert said(office, 3) == [("customer", "It is blunt.")]
    assert office.ticket(3)["subject"] == "The saw"
    office.mail(ANN, "x", "The red one.", SUPPORT, ("In-Reply-To", "<2@client.test>"))
    assert said(office, 3)[-1] == ("customer", "The red one.")


def test_the_customer_waits_for_the_new_ticket_s_first_answer_since_they_wrote(office: Office, first: Letter) -> None:
    office.use(configuration(targets={"first_reply": "4h"}))
    office.reply(office.letters(ANN)[0], ANN, "By the way, the saw is blunt.")
    office.later(hours=1)
    office.reply(office.last(ALICE, "notice"), ALICE, "#split")
    due = [t["at"] for t in office.ticket(2)["timers"] if t["kind"] == "first_reply_due"]
    assert due == ["2026-03-02T14:00:00.000Z"]


def test_the_shell_splits_as_well_and_says_why_not(office: Office, second: Letter) -> None:
    do(office, 1, "#split m2")
    assert said(office, 2) == [("customer", "By the way, the saw is blunt.")]
    with pytest.raises(shell.Refused, match="nothing would stay behind"):
        do(office, 1, "#split")


def test_an_agent_proven_by_their_domain_splits_without_any_token(office: Office, second: Letter) -> None:
    office.mail(ALICE, "Re: [#1] The drill", "#split m2", SUPPORT, PROVEN)
    assert said(office, 2) == [("customer", "By the way, the saw is blunt.")]
