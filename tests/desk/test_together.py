"""#merge and #link: what belongs together. Everything follows to the survivor, and nobody reads what was not theirs."""

from __future__ import annotations

import pytest

from maildesk.desk import shell
from tests.desk.record import do, events, people, refused, said
from tests.office import ALICE, ANN, BOB, SUPPORT, Letter, Office, configuration

BRUNO = "bruno@customer.test"


@pytest.fixture
def two(office: Office) -> tuple[Letter, Letter]:
    """Ann has written twice about the same; what Alice was told each time."""
    office.mail(f"Ann <{ANN}>", "The drill", "It does not start.")
    office.mail(f"Ann <{ANN}>", "My drill again", "It still does not start.")
    first, second = office.letters(ALICE, "notice")
    return first, second


@pytest.fixture
def merged(office: Office, two: tuple[Letter, Letter]) -> tuple[Letter, Letter]:
    office.reply(two[0], ALICE, "#merge 2")
    return two


# --- what follows --------------------------------------------------------------------------------------------


def test_a_merged_ticket_s_messages_stand_on_the_survivor_and_both_logs_tell(office: Office, merged: object) -> None:
    assert said(office, 2) == [("customer", "It does not start."), ("customer", "It still does not start.")]
    old = office.ticket(1)
    assert (old["status"], old["merged_into"], old["messages"]) == ("closed", 2, [])
    assert events(office, 1, "merged")[0]["into"] == 2
    assert events(office, 2, "merged_in")[0]["from"] == 1
    assert office.ledger()[0]["ticket_id"] == 2


def test_a_plain_merge_of_one_person_s_tickets_mails_nobody(office: Office, two: tuple[Letter, Letter]) -> None:
    mailed = len(office.letters())
    office.reply(two[0], ALICE, "#merge #2")
    assert office.ticket(1)["merged_into"] == 2
    assert len(office.letters()) == mailed


@pytest.mark.parametrize("ticket", [0, 1])
def test_a_late_answer_to_either_reply_address_comes_to_the_survivor(
    office: Office, two: tuple[Letter, Letter], ticket: int
) -> None:
    answer = office.letters(ANN)[ticket]
    office.reply(two[0], ALICE, "#merge 2")
    office.mail(ANN, "no tag", "It smokes.", answer.reply_to)
    assert said(office, 2)[-1] == ("customer", "It smokes.")
    assert len(office.tickets()) == 2


@pytest.mark.parametrize("by", ["theirs", "ours", "tag"])
@pytest.mark.parametrize("ticket", [0, 1])
def test_so_does_whatever_else_names_either_ticket(
    office: Office, two: tuple[Letter, Letter], ticket: int, by: str
) -> None:
    ours = office.letters(ANN)[ticket]["Message-ID"]
    office.reply(two[0], ALICE, "#merge 2")
    reference = {"theirs": f"<{ticket + 1}@client.test>", "ours": ours, "tag": "<none@x.test>"}[by]
    subject = f"Re: [#{ticket + 1}] The drill" if by == "tag" else "Re: the drill"
    office.mail(ANN, subject, "It smokes.", SUPPORT, ("In-Reply-To", reference))
    assert said(office, 2)[-1] == ("customer", "It smokes.")
    assert len(office.tickets()) == 2


def test_a_chain_of_merges_leads_to_its_end(office: Office, two: tuple[Letter, Letter]) -> None:
    office.mail(f"Ann <{ANN}>", "The drill, third time", "Hello?")
    office.reply(two[0], ALICE, "#merge 2")
    office.reply(two[0], ALICE, "#merge 3")  # the notice of ticket 1 is one of ticket 2 by now
    assert [office.ticket(n)["merged_into"] for n in (1, 2, 3)] == [3, 3, None]
    office.reply(office.letters(ANN)[0], ANN, "It smokes.")
    assert [text for _, text in said(office, 3)] == [
        "It does not start.", "It still does not start.", "Hello?", "It smokes.",
    ]  # fmt: skip
    assert "ticket 1 is a part of this one already" in refused(office, two[1], "#merge 1")


def test_the_number_of_a_merged_ticket_means_the_survivor(office: Office, merged: object) -> None:
    office.mail(f"Ann <{ANN}>", "The drill, third time", "Hello?")
    office.reply(office.last(ALICE, "notice"), ALICE, "#merge 1")
    assert [office.ticket(n)["merged_into"] for n in (1, 2, 3)] == [2, None, 2]


def test_the_answer_after_a_merge_threads_with_both_conversations(
    office: Office, merged: tuple[Letter, Letter]
) -> None:
    autos = [letter["Message-ID"] for letter in office.letters(ANN)]
    office.reply(merged[1], ALICE, "A new one is on its way.")
    assert "It does not start." in office.last(ALICE, "collision").text  # which she had not seen there
    answer = office.last(ANN, "reply")
    for known in (*autos, "<1@client.test>", "<2@client.test>"):
        assert known in answer["References"]


def test_tags_watchers_and_agents_reminders_follow_too(office: Office, two: tuple[Letter, Letter]) -> None:
    office.reply(two[0], ALICE, "#tag +vip #watch #remind 3h")
    office.reply(two[0], ALICE, "#merge 2")
    survivor = office.ticket(2)
    assert survivor["tags"] == ["vip"]
    assert {row["agent"] for row in office.store.rows("SELECT agent FROM watchers WHERE ticket_id = 2")} == {"alice"}
    office.later(hours=3)
    assert "[#2]" in office.last(ALICE, "reminder")["Subject"]


def test_an_answer_of_the_merged_ticket_that_fails_is_told_of_the_survivor(
    office: Office, two: tuple[Letter, Letter]
) -> None:
    office.reply(two[0], ALICE, "#merge 2\nOne moment, please.")
    office.fail(office.last(ANN, "reply"))
    assert "[#2]" in office.last(ALICE, "failed")["Subject"]


def test_gathered_notices_are_of_the_survivor(office: Office) -> None:
    office.use(configuration(desk={"notice_limit": {"count": 1, "per": "10m"}}))
    office.mail(ANN, "One", "First.")
    notice = office.last(ALICE, "notice")
    office.mail(ANN, "Two", "Second.")
    office.mail(ANN, "Three", "Third.")
    do(office, 2, "#merge 1")
    assert notice["Subject"] == "[#1] One"
    office.later(minutes=10)
    gathered = office.last(ALICE, "gathered")
    assert "Second." in gathered.text
    assert "[#2]" not in gathered.text


def test_merged_tickets_are_not_listed(office: Office, merged: object) -> None:
    office.reply(office.last(ALICE, "notice"), ALICE, "#list all")
    listing = office.last(ALICE, "listing")
    assert "My drill again" in listing.text
    assert "The drill\n" not in listing.text.replace("\r", "")


def test_the_ticket_is_found_by_the_words_of_both(office: Office, merged: object) -> None:
    office.reply(office.last(ALICE, "notice"), ALICE, "#search does not start")
    assert "My drill again" in office.last(ALICE, "listing").text


@pytest.mark.parametrize("ticket", [0, 1])
def test_where_addresses_have_no_tokens_the_message_ids_lead_to_the_survivor(office: Office, ticket: int) -> None:
    office.use(configuration(desk={"reply_address": SUPPORT}))
    office.mail(ANN, "The drill", "It does not start.")
    office.mail(ANN, "My drill again", "Still.")
    notices, autos = office.letters(ALICE, "notice"), office.letters(ANN)
    office.reply(notices[0], ALICE, "#merge 2")
    office.reply(autos[ticket], ANN, "It smokes.")
    office.reply(notices[ticket], ALICE, "A new one is on its way.")
    assert [kind for kind, _ in said(office, 2)] == ["customer", "customer", "customer", "agent"]
    assert office.last(ANN, "reply")["Subject"].startswith("Re: [#2]")


# --- who is told what ----------------------------------------------------------------------------------------


def test_words_beside_a_merge_go_to_the_people_of_the_ticket_that_was_answered(office: Office) -> None:
    office.mail(ANN, "The drill", "It does not start.")
    office.mail(BRUNO, "Our drill", "Same here.")
    office.reply(office.letters(ALICE, "notice")[0], ALICE, "#merge 2\nDear Ann, we go on together with Bruno.")
    office.reply(office.last(ALICE, "confirm"), ALICE, "yes")
    assert [letter.to for letter in office.letters(kind="reply")] == [ANN]
    assert said(office, 2)[-1] == ("agent", "Dear Ann, we go on together with Bruno.")
    office.reply(office.letters(ALICE, "notice")[1], ALICE, "A new one for each of you.")
    assert sorted(letter.to for letter in office.letters(kind="reply")[1:]) == [ANN, BRUNO]


def test_nobody_gets_anything_of_the_other_s_past_nor_their_address(office: Office) -> None:
    office.mail(ANN, "The drill", "My secret is 4711.")
    office.mail(BRUNO, "Our drill", "Same here.")
    addresses = {letter.to: letter.reply_to for letter in office.letters() if letter.to in (ANN, BRUNO)}
    office.reply(office.letters(ALICE, "notice")[0], ALICE, "#merge 2")
    office.reply(office.last(ALICE, "confirm"), ALICE, "yes")
    office.reply(office.letters(ALICE, "notice")[1], ALICE, "A new one for each of you.")
    for person, other in ((ANN, BRUNO), (BRUNO, ANN)):
        mail = office.last(person, "reply")
        assert mail.reply_to == addresses[person]
        assert addresses[other] not in mail.whole
        assert "4711" not in mail.whole
    office.reply(office.last(ANN, "reply"), ANN, "Thank you.")
    assert said(office, 2)[-1] == ("customer", "Thank you.")


def test_notes_stay_notes(office: Office, two: tuple[Letter, Letter]) -> None:
    office.reply(two[0], ALICE, "#note\nHe is the cousin of the minister.")
    office.reply(two[0], ALICE, "#merge 2")
    office.reply(two[1], ALICE, "As we said: He is the cousin of the minister.")
    assert "private note" in office.last(ALICE, "command_error").text
    office.reply(two[1], ALICE, "A new one is on its way.")
    assert all("cousin" not in letter.whole for letter in office.letters(ANN))


def test_whose_the_survivor_is_hears_of_it_and_can_answer_that(office: Office, two: tuple[Letter, Letter]) -> None:
    office.reply(two[1], ALICE, "#assign bob")
    office.reply(two[0], ALICE, "#merge 2", files={"x.png": b"x"})
    notice = office.last(BOB, "notice")
    assert notice["Subject"].startswith("[#2]")
    assert "Another ticket was merged into this one" in notice.text
    assert "It does not start." in notice.text
    told = len(office.letters(ALICE))
    office.reply(notice, BOB, "A new one is on its way.")
    assert office.last(ANN, "reply")["Subject"].startswith("Re: [#2]")  # he has seen it: nothing is held
    assert len(office.letters(ALICE)) == told


def test_an_old_notice_shows_what_a_colleague_has_answered_on_the_other_ticket(
    office: Office, two: tuple[Letter, Letter]
) -> None:
    office.reply(office.letters(BOB, "notice")[1], BOB, "We have sent you a new one.")
    office.reply(two[0], ALICE, "#merge 2")
    office.reply(two[0], ALICE, "Please try another socket.")
    held = office.last(ALICE, "collision")
    assert "We have sent you a new one." in held.text
    assert "It does not start." not in held.text  # she has seen that
    assert [letter.text for letter in office.letters(ANN, "reply") if "socket" in letter.text] == []
    office.reply(held, ALICE, "#send")
    assert "socket" in office.last(ANN, "reply").text


def test_what_was_to_go_later_waits_for_a_word_once_others_would_get_it(office: Office) -> None:
    office.mail(ANN, "The drill", "It does not start.")
    office.mail(BRUNO, "Our drill", "Same here.")
    first = office.letters(ALICE, "notice")[0]
    office.reply(first, ALICE, "#later 2h\nDear Ann, your PIN is 4711.")
    office.reply(first, ALICE, "#merge 2")
    office.reply(office.last(ALICE, "confirm"), ALICE, "yes")
    office.later(hours=3)
    assert all("4711" not in letter.whole for letter in office.letters() if letter.to in (ANN, BRUNO))
    late = office.last(ALICE, "collision")
    assert "Same here." in late.text
    assert "4711" in late.text


# --- asking once more -----------------------------------------------------------------------------------------


def test_other_people_s_tickets_are_merged_only_after_a_second_word(office: Office) -> None:
    office.mail(ANN, "The drill", "It does not start.")
    office.mail(BRUNO, "Our drill", "Same here.")
    office.reply(office.letters(ALICE, "notice")[0], ALICE, "#merge 2")
    asked = office.last(ALICE, "confirm")
    assert f"{ANN} would get the answers on ticket 2, too; {BRUNO} would get the answers on ticket 1, too" in asked.text
    assert office.ticket(1)["merged_into"] is None
    office.reply(asked, ALICE, "yes")
    assert office.ticket(1)["merged_into"] == 2
    assert people(office, 2) == {BRUNO: "requester", ANN: "cc"}


def test_after_a_no_nothing_is_merged(office: Office) -> None:
    office.mail(ANN, "The drill", "It does not start.")
    office.mail(BRUNO, "Our drill", "Same here.")
    office.reply(office.letters(ALICE, "notice")[0], ALICE, "#merge 2")
    office.reply(office.last(ALICE, "confirm"), ALICE, "no")
    office.later(days=1)
    assert office.ticket(1)["merged_into"] is None


def test_somebody_in_cc_on_one_of_them_is_other_people_too(office: Office) -> None:
    office.mail(ANN, "The drill", "It does not start.", SUPPORT, ("Cc", BRUNO))
    office.mail(ANN, "My drill again", "Still.")
    office.reply(office.letters(ALICE, "notice")[0], ALICE, "#merge 2")
    assert f"{BRUNO} would get the answers on ticket 2, too." in office.last(ALICE, "confirm").text


def test_a_ticket_on_which_nothing_has_happened_for_long_asks_once_more(office: Office) -> None:
    office.mail(ANN, "The drill", "It does not start.")
    office.later(days=31)
    office.mail(ANN, "Another drill", "This one neither.")
    office.reply(office.last(ALICE, "notice"), ALICE, "#merge 1")
    assert "on ticket 1 nothing has happened for 31 days" in office.last(ALICE, "confirm").text
    assert office.ticket(2)["merged_into"] is None


# --- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("block", "why"),
    [
        ("#merge 1", "ticket 1 is this one"),
        ("#merge 99", "there is no ticket 99"),
        ("#merge 99999999999999999999", "there is no ticket 9999"),
        ("#merge two", "two is no number of a ticket"),
        ("#merge ２", "２ is no number of a ticket"),
        ("#merge", "#merge needs more"),
        ("#merge 2 3", "takes no more than 1 word"),
        ("#merge 2 #merge 2", "which comes first, #merge or #merge"),
        ("#merge 2 #pending", "another status"),
        ("#merge 2 #assign bob", "the assignee would be lost with ticket 1"),
        ("#due 3d #merge 2", "the due date would be lost with ticket 1"),
        ("#merge 3", "ticket 3 is spam"),
        ("#link 1", "ticket 1 is this one"),
        ("#link 2 dupes", "dupes is no kind of link"),
    ],
)
def test_what_cannot_be_merged_or_linked_is_told_and_nothing_is_done(
    office: Office, two: tuple[Letter, Letter], block: str, why: str
) -> None:
    office.mail(ANN, "Win", "Win!")
    office.reply(office.last(ALICE, "notice"), ALICE, "#spam")
    assert why in refused(office, two[0], f"{block}\nDear Ann").replace("\r\n", " ")


def test_spam_goes_into_no_ticket(office: Office, two: tuple[Letter, Letter]) -> None:
    office.reply(two[0], ALICE, "#spam")
    assert "ticket 1 is spam" in refused(office, two[0], "#merge 2")


def test_a_merge_with_closing_is_a_merge(office: Office, two: tuple[Letter, Letter]) -> None:
    office.reply(two[0], ALICE, "#close #merge 2")
    assert office.ticket(1)["merged_into"] == 2
    assert office.ticket(2)["status"] == "new"


def test_undoing_a_merge_is_refused_in_words(office: Office, merged: tuple[Letter, Letter]) -> None:
    office.reply(merged[0], ALICE, "#undo")
    assert "Nothing was taken back" in office.last(ALICE, "command_error").text
    assert office.ticket(1)["merged_into"] == 2


# --- the survivor's state -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("there", "here", "then"),
    [
        ("#pending", "#reopen", "open"),
        ("#solve", "#reopen", "open"),
        ("#close", "#reopen", "open"),
        ("#solve", "#pending", "pending"),
        ("#reopen", "#solve", "open"),
        ("#solve", "#close", "solved"),
        ("#snooze 3d #pending", "#reopen", "open"),
    ],
)
def test_the_survivor_waits_for_an_agent_if_the_merged_ticket_did(
    office: Office, two: tuple[Letter, Letter], there: str, here: str, then: str
) -> None:
    office.reply(two[1], ALICE, there)
    office.reply(two[0], ALICE, here)
    office.reply(two[0], ALICE, "#merge 2")
    survivor = office.ticket(2)
    assert survivor["status"] == then
    assert survivor["snoozed_until"] is None
    assert (survivor["solved_at"] is None) == (then not in ("solved", "closed"))


@pytest.mark.parametrize(("one", "two_", "then"), [("1h", "5h", 1), ("5h", "1h", 1), ("2h", "", 2), ("", "2h", 2)])
def test_of_two_promised_dates_the_earlier_one_counts(
    office: Office, two: tuple[Letter, Letter], one: str, two_: str, then: int
) -> None:
    for notice, when in ((two[0], one), (two[1], two_)):
        if when:
            office.reply(notice, ALICE, f"#due {when}")
    office.reply(two[0], ALICE, "#merge 2")
    reminded = len(office.letters(ALICE, "reminder"))
    office.later(hours=then)
    assert "[#2]" in office.letters(ALICE, "reminder")[reminded]["Subject"]
    assert office.ticket(2)["due_at"] == f"2026-03-02T{10 + then}:00:00.000Z"


def test_an_answer_beside_the_merge_is_the_merged_ticket_s_first_and_not_the_survivor_s(
    office: Office, two: tuple[Letter, Letter]
) -> None:
    office.reply(two[0], ALICE, "#merge 2\nOne moment, please.")
    assert office.ticket(2)["first_reply_at"] is None
    assert office.ticket(1)["first_reply_at"] is not None


def test_a_customer_who_has_written_meanwhile_keeps_the_survivor_open(
    office: Office, two: tuple[Letter, Letter]
) -> None:
    office.reply(two[1], ALICE, "#pending")
    office.reply(office.letters(ANN)[0], ANN, "It smokes.")
    office.reply(two[0], ALICE, "#merge 2\nOne moment, please.")
    assert office.ticket(1)["status"] == "closed"
    assert office.ticket(2)["status"] == "open"
    assert "It smokes." in office.last(ALICE, "collision").text


# --- held mails ---------------------------------------------------------------------------------------------------


def test_what_was_held_on_a_merged_ticket_can_be_let_in_from_its_notice(office: Office, two: object) -> None:
    office.mail(BRUNO, "Me too", "Mine, too.", office.letters(ANN)[0].reply_to)
    held = office.last(ALICE, "notice")
    office.mail("eve@evil.test", "Code", "Your code is 4711.", office.letters(ANN)[1].reply_to)
    do(office, 1, "#merge 2")
    assert all("Mine, too" not in letter.whole and "4711" not in letter.whole for letter in office.letters(ANN))
    office.reply(held, ALICE, "#admit")
    assert people(office, 2) == {ANN: "requester", BRUNO: "cc"}
    assert ("customer", "Mine, too.") in said(office, 2)
    assert ("held", "Your code is 4711.") in said(office, 2)


def test_an_unproven_mail_that_waits_for_a_word_is_carried_out_on_the_survivor(office: Office, two: object) -> None:
    office.mail(ALICE, "Re: [#1] The drill", "A new one is on its way.", SUPPORT)
    asked = office.last(ALICE, "held")
    do(office, 1, "#merge 2")
    office.reply(asked, ALICE, "yes")
    assert office.last(ANN, "reply")["Subject"].startswith("Re: [#2]")
    assert [kind for kind, _ in said(office, 2)] == ["customer", "customer", "agent"]


def test_a_stranger_who_writes_to_the_address_of_a_merged_ticket_is_held_on_the_survivor(
    office: Office, merged: object
) -> None:
    office.mail("eve@evil.test", "Code", "Your code is 4711.", office.letters(ANN)[0].reply_to)
    assert said(office, 2)[-1] == ("held", "Your code is 4711.")
    office.reply(office.last(ALICE, "notice"), ALICE, "#admit")
    assert people(office, 2) == {ANN: "requester", "eve@evil.test": "cc"}


@pytest.mark.parametrize("by", ["tag", "reference"])
def test_a_stranger_who_names_a_merged_ticket_has_a_ticket_of_their_own_linked_to_the_survivor(
    office: Office, merged: object, by: str
) -> None:
    subject = "Re: [#1] The drill" if by == "tag" else "x"
    reference = "<1@client.test>" if by == "reference" else "<none@x.test>"
    office.mail("eve@evil.test", subject, "Hello", SUPPORT, ("In-Reply-To", reference))
    assert office.ticket(3)["links"] == [{"other_id": 2, "kind": "relates"}]


# --- from the shell -----------------------------------------------------------------------------------------------


def test_the_shell_merges_and_links_as_well(office: Office, two: object) -> None:
    do(office, 1, "#merge 2", "#note", "Both are about the drill.")
    assert office.ticket(1)["merged_into"] == 2
    assert said(office, 2)[-1] == ("note", "Both are about the drill.")
    with pytest.raises(shell.Refused, match="is a part of this one"):
        do(office, 2, "#merge 1")
    office.mail(ANN, "Third", "Hello")
    with pytest.raises(shell.Refused, match="would be lost"):
        do(office, 3, "#assign bob", "#merge 2")


# --- #link --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "back"), [("relates", "relates"), ("duplicates", "duplicated_by"), ("blocks", "blocked_by")]
)
def test_a_link_is_seen_from_both_ends(office: Office, two: tuple[Letter, Letter], kind: str, back: str) -> None:
    office.reply(two[0], ALICE, f"#link 2 {kind}")
    office.reply(two[0], ALICE, f"#link 2 {kind.upper()}")
    assert office.ticket(1)["links"] == [{"other_id": 2, "kind": kind}]
    assert office.ticket(2)["links"] == [{"other_id": 1, "kind": back}]
    assert office.letters(kind="reply") == []


def test_a_link_without_a_kind_relates_and_can_be_undone(office: Office, two: tuple[Letter, Letter]) -> None:
    office.reply(two[0], ALICE, "#link 2")
    office.reply(two[1], ALICE, "#link 1")
    assert office.ticket(1)["links"] == [{"other_id": 2, "kind": "relates"}]
    office.reply(two[1], ALICE, "#undo")
    office.reply(two[0], ALICE, "#undo")
    assert office.ticket(1)["links"] == []


def test_a_mistyped_kind_is_suggested(office: Office, two: tuple[Letter, Letter]) -> None:
    assert "#link 2 duplicates" in refused(office, two[0], "#link 2 duplicate")
