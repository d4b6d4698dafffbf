"""The main job, as conversations: the customer writes, the desk answers, the agent answers, the customer is content."""

from __future__ import annotations

import pytest

from tests.office import ALICE, ANN, BOB, FAILED, PROVEN, SUPPORT, Letter, Office, configuration

WORDS = "Hello,\n\nmy invoice 77 has the wrong total.\n\nAnn"


@pytest.fixture
def notice(office: Office) -> Letter:
    """Ann has written, and Alice was told."""
    office.mail("Ann Bianchi <ann@customer.test>", "Invoice 77 is wrong", WORDS)
    return office.last(ALICE)


def test_a_first_mail_becomes_a_routed_ticket_with_an_auto_reply_and_a_notice(office: Office) -> None:
    first = office.mail("Ann Bianchi <ann@customer.test>", "Invoice 77 is wrong", WORDS)
    ticket = office.ticket(1)
    assert (ticket["status"], ticket["team"], ticket["tags"]) == ("new", "billing", ["money"])
    answer = office.last(ANN)
    assert answer["Subject"].startswith("[#1] ")
    assert answer["In-Reply-To"] == first["Message-ID"]
    assert answer["Auto-Submitted"] == "auto-replied"
    assert (answer.sender, answer["From"]) == ("", "Acme Support <support@acme.test>")
    assert "wrong total" in office.last(ALICE).text
    assert office.letters(BOB) == []


def test_a_proven_sender_is_greeted_by_name_and_subject(office: Office) -> None:
    office.mail("Olga Neri <olga@proven.test>", "Invoice 78", "Ciao.", SUPPORT, PROVEN)
    answer = office.last("olga@proven.test")
    assert answer["Subject"] == "Re: [#1] Invoice 78"
    assert "Olga" in answer.text


@pytest.mark.parametrize(
    ("language", "words", "says"),
    [
        ("it", "Buongiorno, la fattura che ho ricevuto ieri non è giusta. Potete controllare per favore?", "richiesta"),
        ("fr", "Bonjour, la facture que j'ai reçue hier n'est pas correcte. Pouvez-vous vérifier ?", "message"),
        ("fi", "Hei, eilen saamani lasku ei ole oikein. Voisitteko tarkistaa sen ja lähettää uuden?", "viesti"),
        ("ro", "Bună ziua, factura pe care am primit-o ieri nu este corectă. Puteți să verificați?", "mesaj"),
    ],
)
def test_the_auto_reply_is_in_the_customer_s_language(office: Office, language: str, words: str, says: str) -> None:
    office.mail("ann@customer.test", "?", words)
    assert office.store.value("SELECT language FROM tickets") == language
    english = "We have received your message"
    assert english not in office.last(ANN).text


def test_an_agent_s_answer_goes_out_clean_from_the_desk_and_the_ticket_waits(office: Office, notice: Letter) -> None:
    quoted = "\n".join(f"> {line}" for line in notice.text.splitlines())
    office.reply(notice, f"Alice Rossi <{ALICE}>", f"Dear Ann,\n\nit is mended.\n\nOn Monday, Acme wrote:\n{quoted}\n")
    answer = office.last(ANN, "reply")
    assert "it is mended" in answer.text
    assert "it is mended" in answer.html
    assert answer["From"] == '"Alice Rossi (Acme Support)" <support@acme.test>'
    assert answer["Subject"] == "Re: [#1] Invoice 77 is wrong"
    assert answer["In-Reply-To"] == "<1@client.test>"
    assert answer["Auto-Submitted"] == ""
    for secret in (ALICE, notice.reply_to, "write your answer above", "#note"):
        assert secret not in answer.whole
    ticket = office.ticket()
    assert ticket["status"] == "pending"
    assert ticket["first_reply_at"] is not None


def test_a_customer_s_answer_opens_the_ticket_again_and_tells_its_assignee(office: Office, notice: Letter) -> None:
    office.reply(notice, BOB, "Not mine.")  # bob is not in this team, and this is not his address
    office.reply(notice, ALICE, "#take\nIt is mended.")
    office.reply(office.last(ANN, "reply"), ANN, "It is not!")
    assert office.ticket()["status"] == "open"
    assert "It is not!" in office.last(ALICE, "notice").text
    assert len(office.tickets()) == 1


def test_commands_alone_change_the_ticket_and_send_nobody_anything(office: Office, notice: Letter) -> None:
    before = len(office.letters())
    office.reply(notice, ALICE, "#priority high #tag +vip -money\n#take\n\n> quoted\n")
    ticket = office.ticket()
    assert (ticket["priority"], ticket["tags"], ticket["assignee"]) == ("high", ["vip"], "alice")
    assert len(office.letters()) == before


def test_a_command_s_status_wins_over_pending(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#close\nIt is mended. Good bye!")
    assert office.ticket()["status"] == "closed"
    assert "#close" not in office.last(ANN, "reply").whole


def test_one_wrong_command_undoes_the_whole_mail_and_the_agent_alone_hears_of_it(
    office: Office, notice: Letter
) -> None:
    office.reply(notice, ALICE, "#take #asign bob\nIt is mended.")
    ticket = office.ticket()
    assert (ticket["status"], ticket["assignee"]) == ("new", None)
    assert office.letters(ANN, "reply") == []
    transcript = office.last(ALICE, "command_error")
    for word in ("#asign", "^", "#assign", "It is mended."):
        assert word in transcript.text
    assert transcript["Auto-Submitted"] == "auto-replied"


def test_a_command_among_the_words_is_asked_about_and_not_sent(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "Dear Ann,\n\n#close\n")
    assert office.letters(ANN, "reply") == []
    assert "#end" in office.last(ALICE, "command_error").text
    office.reply(notice, ALICE, "#end\nDear Ann,\n\n#close is what I type.\n")
    assert "#close is what" in office.last(ANN, "reply").text


def test_a_note_stays_among_agents(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#note #assign bob\nShe is our best customer.")
    assert [m["kind"] for m in office.ticket()["messages"]] == ["customer", "note"]
    assert office.letters(ANN, "reply") == []
    told = office.last(BOB)
    assert "wrong total" in told.text  # what the customer wrote, for whoever now has to answer


def test_the_note_address_makes_a_note_without_a_command(office: Office, notice: Letter) -> None:
    address = next(word for word in notice.text.split() if "+n" in word).strip("<>.,;()")
    office.mail(ALICE, "Re: x", "For us alone.", address)
    assert office.ticket()["messages"][-1]["kind"] == "note"
    assert office.letters(ANN, "reply") == []


def test_help_comes_back_to_the_agent(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#help")
    listing = office.last(ALICE, "help").text
    for usage in ("#assign WHO|me|none", "#due WHEN", "#canned NAME"):
        assert usage in listing


def test_a_canned_answer_is_sent_with_the_agent_s_words_above_it(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#canned more-info\nDear Ann,")
    answer = office.last(ANN, "reply")
    assert answer.text.index("Dear Ann,") < len(answer.text) - 100
    assert "#canned" not in answer.whole
    office.reply(notice, ALICE, "#canned more-inof")
    assert "more-info" in office.last(ALICE, "command_error").text


def test_attachments_travel_both_ways(office: Office) -> None:
    office.mail(ANN, "Invoice", "See the file.", files={"screen.bin": b"\x00\x01shot"})
    notice = office.last(ALICE)
    assert notice.files == {"screen.bin": b"\x00\x01shot"}
    office.reply(notice, ALICE, "Here it is.", files={"mended.bin": b"%PDF"})
    assert office.last(ANN, "reply").files == {"mended.bin": b"%PDF"}


def test_html_travels_sanitized_and_without_the_commands(office: Office, notice: Letter) -> None:
    html = (
        "<div>#tag +x</div><div><br></div><div>It is <b>mended</b>.<script>alert(1)</script></div>"
        '<div class="gmail_quote"><div class="gmail_attr">On Monday Acme wrote:</div>'
        f"<blockquote>{notice.reply_to} secret history</blockquote></div>"
    )
    quoted = "\n".join(f"> {line}" for line in notice.text.splitlines())
    office.reply(notice, ALICE, f"#tag +x\n\nIt is mended.\n\nOn Monday Acme wrote:\n{quoted}", html=html)
    answer = office.last(ANN, "reply")
    assert "<b>mended</b>" in answer.html
    for bad in ("script", "#tag", "history", notice.reply_to):
        assert bad not in answer.whole


def test_people_in_cc_are_on_the_ticket_and_each_gets_a_mail_of_their_own(office: Office) -> None:
    office.mail(ANN, "Invoice", WORDS, SUPPORT, ("Cc", "Bo <bo@customer.test>, support@acme.test, " + BOB))
    office.reply(office.last(ALICE), ALICE, "It is mended.")
    to_ann, to_bo = office.last(ANN, "reply"), office.last("bo@customer.test", "reply")
    assert to_ann.reply_to != to_bo.reply_to
    assert to_bo.reply_to not in to_ann.whole
    assert "bo@customer.test" not in to_ann["To"]
    office.reply(to_bo, "Bo <bo@customer.test>", "Thank you.")
    assert office.ticket()["messages"][-1]["author"] == "bo@customer.test"
    assert office.letters(BOB) == []


def test_the_same_mail_twice_is_one_message(office: Office) -> None:
    raw = b"From: ann@customer.test\r\nTo: support@acme.test\r\nMessage-ID: <a@b>\r\nSubject: x\r\n\r\nhello\r\n"
    office.receive(raw, ANN)
    office.receive(b"Received: from x by y; Mon, 2 Mar 2026 10:00:00 +0000\r\n" + raw, ANN, source="imap:me@host")
    assert len(office.tickets()) == 1
    assert [(m["state"], m["reason"]) for m in office.ledger()][1] == ("ignored", "same as 1")


def test_a_different_mail_that_reuses_a_message_id_is_not_lost(office: Office) -> None:
    head = b"From: ann@customer.test\r\nTo: support@acme.test\r\nMessage-ID: <a@b>\r\nSubject: x\r\n\r\n"
    office.receive(head + b"one\r\n", ANN)
    office.receive(head + b"two\r\n", ANN)
    assert [m["state"] for m in office.ledger()] == ["ticketed", "ticketed"]
    assert sum(len(office.ticket(t["id"])["messages"]) for t in office.tickets()) == 2


def test_an_answer_long_after_closing_opens_a_linked_follow_up(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#close\nDone.")
    answer = office.last(ANN, "reply")
    office.later(days=13)
    office.reply(answer, ANN, "Again!", PROVEN)
    assert office.ticket()["status"] == "open"
    office.reply(office.last(ALICE), ALICE, "#close\nDone again.")
    office.later(days=15)
    office.reply(answer, ANN, "And again!", PROVEN)
    assert [t["status"] for t in office.tickets()] == ["closed", "new"]
    assert office.ticket(2)["links"] == [{"other_id": 1, "kind": "follow_up"}]
    assert "number 1" in office.last(ANN, "follow_up").text


def test_a_failed_answer_comes_back_to_its_agent_and_opens_the_ticket(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "It is mended.")
    office.fail(office.last(ANN, "reply"))
    assert office.ticket()["status"] == "open"
    told = office.last(ALICE, "failed")
    for word in (ANN, "no such user", "It is mended."):
        assert word in told.text


def test_a_failed_notice_or_auto_reply_bothers_nobody(office: Office, notice: Letter) -> None:
    before = len(office.letters())
    office.fail(notice)
    office.fail(office.last(ANN))
    assert len(office.letters()) == before
    assert office.ticket()["status"] == "new"


def test_a_deadline_is_reminded_of_before_and_at_its_end_and_never_again(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#take #due 4h")
    assert office.ticket()["due_at"] == "2026-03-02T14:00:00.000Z"
    office.later(hours=2, minutes=59)
    assert office.letters(kind="reminder") == []
    office.later(minutes=2)
    assert [letter.to for letter in office.letters(kind="reminder")] == [ALICE]
    office.later(hours=1)
    office.later(days=1)
    before, at = office.letters(kind="reminder")
    assert before["Message-ID"] != at["Message-ID"]
    assert "wrong total" in at.text


def test_the_first_reply_target_reminds_until_an_agent_has_answered(office: Office) -> None:
    office.use(configuration(targets={"first_reply": "4h"}))
    office.mail(ANN, "Invoice", WORDS)
    office.mail("bo@customer.test", "Invoice", WORDS)
    office.reply(office.letters(ALICE)[0], ALICE, "It is mended.")
    office.later(hours=3)
    office.later(hours=1)
    reminded = office.letters(kind="reminder")
    assert [(r.to, r["Subject"].partition("]")[0]) for r in reminded] == [(ALICE, "[#2")] * 2


def test_a_solved_ticket_needs_no_reminder(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#due 1h")
    office.reply(notice, ALICE, "#solve")
    office.later(days=1)
    assert office.letters(kind="reminder") == []


def test_notices_beyond_the_limit_come_as_one_mail(office: Office) -> None:
    office.use(configuration(desk={"notice_limit": {"count": 2, "per": "10m"}}))
    for number in range(6):
        office.mail(f"c{number}@customer.test", f"Invoice {number}", f"words number {number}")
    assert len(office.letters(ALICE)) == 2
    office.later(minutes=11)
    (gathered,) = office.letters(ALICE, "gathered")
    for number in range(2, 6):
        assert f"words number {number}" in gathered.text
    office.later(hours=1)
    assert len(office.letters(ALICE)) == 3


def test_a_stranger_who_is_held_is_let_in_by_admit(office: Office, notice: Letter) -> None:
    office.mail("eve@else.test", "Re: x", "I am her lawyer.", office.last(ANN).reply_to)
    assert office.ticket()["messages"][-1]["kind"] == "held"
    office.reply(office.last(ALICE, "notice"), ALICE, "#admit")
    ticket = office.ticket()
    assert ticket["messages"][-1]["kind"] == "customer"
    assert "eve@else.test" in [p["email"] for p in ticket["participants"]]


def test_a_desk_without_plus_addresses_knows_agents_by_the_mail_they_answer(office: Office) -> None:
    office.use(configuration(desk={"reply_address": SUPPORT}))
    office.mail(ANN, "Invoice", WORDS)
    notice = office.last(ALICE)
    assert notice.reply_to == SUPPORT
    office.reply(notice, ALICE, "#take\nIt is mended.")
    assert office.ticket()["assignee"] == "alice"
    assert "It is mended" in office.last(ANN, "reply").text
    office.mail(ALICE, "Re: [#1] Invoice", "#close\nwithout the thread")
    assert office.ticket()["status"] == "pending"
    office.mail(ALICE, "Re: x", "#close", SUPPORT, ("In-Reply-To", office.last(ANN, "reply")["Message-ID"]))
    assert office.ticket()["status"] == "pending"


def test_imported_history_is_threaded_and_mails_nobody(office: Office) -> None:
    old = "Date: Mon, 5 Jan 2015 10:00:00 +0000\r\n"
    office.receive(
        f"From: {ANN}\r\nTo: {SUPPORT}\r\nMessage-ID: <1@old>\r\nSubject: Old\r\n{old}\r\nHelp\r\n".encode(),
        ANN,
        source="import",
    )
    office.receive(
        f"From: {SUPPORT}\r\nTo: {ANN}\r\nMessage-ID: <2@old>\r\nIn-Reply-To: <1@old>\r\n{old}\r\nDone\r\n".encode(),
        SUPPORT,
        source="import",
    )
    assert office.letters() == []
    ticket = office.ticket()
    assert [m["kind"] for m in ticket["messages"]] == ["customer", "agent"]
    assert (ticket["status"], ticket["created_at"]) == ("closed", "2015-01-05T10:00:00.000Z")


def test_the_undo_window_holds_an_answer_back(office: Office) -> None:
    office.use(configuration(desk={"undo_window": "30s"}))
    office.mail(ANN, "Invoice", WORDS)
    office.reply(office.last(ALICE), ALICE, "It is mended.")
    held = office.store.row("SELECT next_at FROM outbox WHERE kind = 'reply'")
    assert held is not None
    assert held["next_at"] == "2026-03-02T10:00:30.000Z"


def test_what_authentication_denies_gets_no_answer_but_a_ticket(office: Office) -> None:
    office.mail("Victim <victim@forged.test>", "Invoice", "x", SUPPORT, FAILED)
    assert office.letters("victim@forged.test") == []
    assert len(office.tickets()) == 1
