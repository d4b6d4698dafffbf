"""What went wrong once, when somebody tried hard: agents' answers that vanish, leak or loop; strangers at the edges."""

from __future__ import annotations

import pytest

from tests.office import ALICE, ANN, BOB, PROVEN, SUPPORT, Letter, Office, configuration


@pytest.fixture
def notice(office: Office) -> Letter:
    office.mail("Ann Bianchi <ann@customer.test>", "Invoice 77 is wrong", "my invoice 77 has the wrong total.")
    return office.last(ALICE)


def quoted(letter: Letter) -> str:
    return "\n".join(f"> {line}" for line in letter.text.splitlines())


# --- an agent's words are sent, or the agent hears why not ---


@pytest.mark.parametrize("style", ["below", "between", "outlook, nothing typed", "only a quote"])
def test_an_answer_whose_words_are_not_sure_comes_back(office: Office, notice: Letter, style: str) -> None:
    body = {
        "below": f"On Monday, Acme wrote:\n{quoted(notice)}\n\nDear Ann, it is mended.\n",
        "between": "Hi, see inline.\n\n" + quoted(notice).replace("total.", "total.\n\nYes, sorry.\n"),
        "outlook, nothing typed": f"From: Acme <{SUPPORT}>\nSent: Monday, 2 March 2026 10:00\nTo: Alice <{ALICE}>\n"
        f"Subject: {notice['Subject']}\n\n{notice.text}",
        "only a quote": "> only quoted\n> words\n",
    }[style]
    office.reply(notice, ALICE, body)
    assert office.letters(ANN, "reply") == []
    assert office.ticket()["status"] == "new"
    assert office.last(ALICE).kind == "command_error"


def test_a_signature_below_the_quote_is_no_answer_below_it(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, f"It is mended.\n\nOn Monday, Acme wrote:\n{quoted(notice)}\n\n-- \nAlice\n")
    assert "It is mended" in office.last(ANN, "reply").text


def test_a_file_alone_is_an_answer(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "", files={"fix.pdf": b"%PDF"})
    assert office.last(ANN, "reply").files == {"fix.pdf": b"%PDF"}


def test_words_sent_to_no_ticket_come_back(office: Office) -> None:
    office.use(configuration(desk={"notice_limit": {"count": 0, "per": "10m"}}))
    office.mail(ANN, "Invoice", "x")
    office.later(minutes=11)
    gathered = office.last(ALICE, "gathered")
    office.mail(ALICE, "Re: notices", "Dear Ann, it is mended.", gathered.reply_to)
    assert "it is mended" in office.last(ALICE, "command_error").text


def test_one_answer_to_two_tickets_comes_back(office: Office, notice: Letter) -> None:
    office.mail(ANN, "Invoice 78", "x")
    other = office.last(ALICE)
    office.mail(ALICE, "Re: both", "It is mended.", notice.reply_to, ("Cc", other.reply_to))
    assert office.letters(ANN, "reply") == []
    assert "It is mended" in office.last(ALICE, "held").text


# --- nothing private reaches a customer ---


@pytest.mark.parametrize(
    "ending",
    [
        "Best regards, Alice Rossi",
        "Cordiali saluti,\nAlice Rossi",
        "Alice Rossi, Acme Support",
        "Ystävällisin terveisin Alice",
    ],
)
def test_how_an_agent_signs_a_note_is_no_secret(office: Office, notice: Letter, ending: str) -> None:
    office.reply(notice, ALICE, f"#note\nShe has not paid her last invoices.\n\n{ending}")
    office.reply(notice, ALICE, f"Dear Ann, it is mended.\n\n{ending}")
    assert len(office.letters(ANN, "reply")) == 1
    office.reply(notice, ALICE, f"Dear Ann, it is mended.\nShe has not paid her last invoices.\n\n{ending}")
    assert len(office.letters(ANN, "reply")) == 1


def test_what_the_customer_wrote_is_no_secret_where_a_note_quotes_it(office: Office, notice: Letter) -> None:
    office.mail(ANN, "Invoice 78", "The total of 1,200 euro is wrong.")
    other = office.last(ALICE)
    office.reply(other, ALICE, "#note\nShe says:\nThe total of 1,200 euro is wrong.\nIt is her own mistake, as ever.")
    office.reply(other, ALICE, 'You wrote: "The total of 1,200 euro is wrong." We look into it.')
    assert len(office.letters(ANN, "reply")) == 1


def test_a_note_that_is_quoted_without_the_line_above_it_is_not_sent(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#assign bob #note\nSECRET: she is a pain in the neck.")
    told = office.last(BOB)
    assert "pain" in "".join(letter.text for letter in office.letters(BOB))
    note = next(letter for letter in office.letters(BOB) if "pain" in letter.text)
    partly = "\n".join(f"> {line}" for line in note.text.splitlines() if "##-" not in line)
    for body in (f"Dear Ann,\n\n{partly}\n\nI agree.", "Dear Ann,\n\nSECRET: she is a pain\nin the neck. Says Alice."):
        office.reply(told, BOB, body)
    assert office.letters(ANN, "reply") == []


def test_a_desk_without_plus_addresses_offers_no_address_for_notes(office: Office) -> None:
    office.use(configuration(desk={"reply_address": SUPPORT}))
    office.mail(ANN, "Invoice", "x")
    assert "Address for private notes" not in office.last(ALICE).text


@pytest.mark.parametrize("name", ["notice.eml", "notice.dat"])
def test_a_notice_enclosed_as_a_file_is_not_sent(office: Office, notice: Letter, name: str) -> None:
    office.reply(notice, ALICE, "See the file.", files={name: notice.raw})
    assert office.letters(ANN, "reply") == []


@pytest.mark.parametrize(
    "hidden", ["alice.private\u200b@acme.test", "<alice.private&#64;acme.test>", "mailto:alice%2Eprivate%40acme.test"]
)
def test_an_agent_s_address_in_disguise_is_not_sent(office: Office, notice: Letter, hidden: str) -> None:
    office.reply(notice, ALICE, f"Write to {hidden} please.")
    assert office.letters(ANN, "reply") == []


def test_one_customer_s_reply_address_is_not_in_another_s_copy(office: Office) -> None:
    office.mail(ANN, "Invoice", "x", SUPPORT, ("Cc", "bo@customer.test"))
    anns = office.last(ANN).reply_to
    office.reply(office.last(ALICE), ALICE, f"You wrote to {anns}, I see.")
    assert anns not in office.last("bo@customer.test", "reply").whole


def test_an_agent_s_address_in_the_customer_s_subject_or_name_keeps_no_answer_back(office: Office) -> None:
    office.mail(f'"{ALICE}" <{ANN}>', f"Invoice, complaint about {ALICE}", "x")
    office.reply(office.last(ALICE), ALICE, "It is mended.")
    assert ALICE not in office.last(ANN, "reply").whole


# --- strangers ---


def test_a_guessed_number_brings_nobody_in_by_cc(office: Office, notice: Letter) -> None:
    office.mail(ANN, "Re: [#1] hi", "please add my colleague", SUPPORT, ("Cc", "evil@evil.test"))
    office.reply(notice, ALICE, "your password is hunter2")
    assert office.letters("evil@evil.test") == []


def test_an_address_that_cannot_be_mailed_does_not_make_a_ticket_unanswerable(office: Office) -> None:
    office.mail(ANN, "Invoice", "x", SUPPORT, ("Cc", '"a b"@x.test, foo@bar@baz.test, x@, @x.test'))
    office.reply(office.last(ALICE), ALICE, "It is mended.")
    assert "It is mended" in office.last(ANN, "reply").text


def test_admit_lets_in_the_mail_whose_notice_is_answered(office: Office, notice: Letter) -> None:
    address = office.last(ANN).reply_to
    office.mail("lawyer@else.test", "Re", "I am her lawyer", address)
    about_lawyer = office.last(ALICE, "notice")
    office.mail("evil@evil.test", "Re", "code 424242", address)
    office.reply(notice, ALICE, "#admit")
    assert "more than one" in office.last(ALICE, "command_error").text
    office.reply(about_lawyer, ALICE, "#admit")
    people = [p["email"] for p in office.ticket()["participants"]]
    assert "lawyer@else.test" in people
    assert "evil@evil.test" not in people


def test_what_pretends_to_be_an_agent_s_is_not_let_in(office: Office, notice: Letter) -> None:
    office.mail(ALICE, "Re: [#1] x", "forged", SUPPORT)
    office.reply(notice, ALICE, "#admit")
    assert ALICE not in [p["email"] for p in office.ticket()["participants"]]


def test_a_customer_s_answer_to_all_is_theirs_though_an_agent_s_address_is_in_it(
    office: Office, notice: Letter
) -> None:
    office.reply(notice, ALICE, "It is mended.")
    answer = office.last(ANN, "reply")
    for address in (notice.reply_to, f"support+a{'a' * 37}@acme.test"):
        office.reply(answer, ANN, f"Important! {address[-40:-30]}", ("Cc", f"{ALICE}, {address}"))
        assert office.ticket()["messages"][-1]["kind"] == "customer"
    assert office.ticket()["status"] == "open"


def test_a_customer_s_reply_address_ends_after_ninety_days_of_silence(office: Office, notice: Letter) -> None:
    address = office.last(ANN).reply_to
    office.later(days=80)
    office.reply(notice, ALICE, "It is mended.")
    office.later(days=80)
    office.mail(ANN, "hello", "still there", address)
    assert office.ticket()["messages"][-1]["text"] == "still there"
    office.later(days=91)
    office.mail(ANN, "hello", "much later", address)
    assert len(office.tickets()) == 2


def test_two_late_answers_open_one_follow_up(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#close\nDone.")
    answer = office.last(ANN, "reply")
    office.later(days=20)
    office.reply(answer, ANN, "Again!")
    office.reply(answer, ANN, "Did you see?")
    assert [len(office.ticket(t["id"])["messages"]) for t in office.tickets()] == [2, 2]
    assert office.ticket(1)["links"] == [{"other_id": 2, "kind": "followed_up_by"}]


# --- robots ---


def test_a_null_sender_s_mail_to_an_agent_s_address_is_no_answer(office: Office, notice: Letter) -> None:
    raw = f"From: {ALICE}\r\nTo: {notice.reply_to}\r\nSubject: Re: x\r\nMessage-ID: <o@a>\r\n\r\nI am in hospital.\r\n"
    office.receive(raw.encode(), "", notice.reply_to)
    assert office.letters(ANN, "reply") == []


def test_a_robot_on_an_agent_s_address_is_not_kept_talking(office: Office, notice: Letter) -> None:
    last = notice
    for number in range(30):
        office.reply(last, ALICE, f"#ticket-{number} has been opened")
        last = office.last(ALICE)
    assert len(office.letters(ALICE, "command_error")) == 20


def test_forged_agents_cannot_bomb_the_agent(office: Office, notice: Letter) -> None:
    for number in range(40):
        office.mail(ALICE, "Re: [#1] x", f"bomb {number}", SUPPORT)
    assert len(office.letters(ALICE, "held")) == 20


def test_a_bomber_cannot_spell_a_victim_in_many_ways(office: Office) -> None:
    for number in range(10):
        office.mail(f"victim+{number}@forged.test", "x", "y")
        office.mail(f"VICTIM+{number}@Forged.test", "x", "y")
    assert len(office.letters(kind="auto_reply_plain")) == 3


def test_an_alert_on_a_ticket_is_told_of_and_an_absence_is_not(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "It is mended.")
    answer, before = office.last(ANN, "reply"), len(office.letters(ALICE))
    office.reply(answer, ANN, "I am away.", ("Auto-Submitted", "auto-replied"))
    assert len(office.letters(ALICE)) == before
    office.reply(answer, ANN, "Disk full again.", ("Auto-Submitted", "auto-generated"))
    assert "Disk full" in office.last(ALICE).text
    assert office.ticket()["status"] == "pending"


def test_history_commands_nobody_and_mails_nobody(office: Office, notice: Letter) -> None:
    before = len(office.letters())
    office.mail(ALICE, "Re: whatever", "#close\nOld words", notice.reply_to, source="import")
    office.mail(ALICE, "Re", "#nosuch\nx", notice.reply_to, source="import")
    assert len(office.letters()) == before
    assert office.ticket()["status"] == "new"


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:59:59 -1200", "Mon, 1 Jan 0001 00:00:00 +0000", "junk"])
def test_history_has_no_impossible_times(office: Office, date: str) -> None:
    raw = f"From: {ANN}\r\nTo: {SUPPORT}\r\nDate: {date}\r\nMessage-ID: <o@a>\r\n\r\nold\r\n"
    office.receive(raw.encode(), ANN, source="import")
    assert "1970" <= office.ticket()["created_at"] <= "2026-03-02T10:00:00.000Z"


# --- agents hear what concerns them, once ---


def test_more_notices_than_fit_into_one_mail_come_in_the_next(office: Office) -> None:
    office.use(configuration(desk={"notice_limit": {"count": 0, "per": "10m"}}))
    for number in range(230):
        office.mail(f"c{number}@customer.test", f"Invoice {number}", f"words number {number}.")
    office.later(minutes=11)
    office.later(minutes=11)
    told = "".join(letter.text for letter in office.letters(ALICE, "gathered"))
    assert all(f"words number {number}." in told for number in range(230))


def test_a_gathered_mail_says_what_is_held(office: Office, notice: Letter) -> None:
    office.use(configuration(desk={"notice_limit": {"count": 0, "per": "10m"}}))
    office.mail("evil@evil.test", "code", "Your code is 424242", office.last(ANN).reply_to)
    office.later(minutes=11)
    assert "Held back" in office.last(ALICE, "gathered").text


def report(recipient: str, message_id: str, to: str, number: int = 1, status: str = "5.1.1") -> bytes:
    return (
        f"From: MAILER-DAEMON@mx.test\r\nTo: {to}\r\nSubject: Undelivered Mail\r\nMessage-ID: <dsn{number}@mx.test>\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: {status}\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\n\r\n--b--\r\n"
    ).encode()


def test_twenty_reports_of_one_mail_are_one_letter(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "It is mended.")
    answer = office.last(ANN, "reply")
    for number in range(20):
        office.receive(report(ANN, answer["Message-ID"], answer.sender, number), "", answer.sender)
    assert len(office.letters(ALICE, "failed")) == 1


def test_a_mail_that_was_given_up_after_days_has_failed_whatever_its_status(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "It is mended.")
    answer = office.last(ANN, "reply")
    office.receive(report(ANN, answer["Message-ID"], answer.sender, status="4.4.7"), "", answer.sender)
    assert office.ticket()["status"] == "open"
    assert len(office.letters(ALICE, "failed")) == 1


def test_a_ticket_given_to_a_team_is_told_to_that_team(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#team tech")
    assert "your team" in office.last(BOB).text


def test_a_ticket_given_and_taken_back_tells_nobody(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#assign bob #take")
    assert office.letters(BOB) == []
    office.reply(notice, ALICE, "#assign bob")
    office.reply(notice, ALICE, "#assign bob\n\n\n")
    assert len(office.letters(BOB)) == 1


def test_raising_the_priority_does_not_remind_twice(office: Office) -> None:
    office.use(configuration(targets={"first_reply": "4h"}))
    office.mail(ANN, "Invoice", "x")
    notice = office.last(ALICE)
    office.later(hours=3, minutes=10)
    office.reply(notice, ALICE, "#priority high")
    office.later(minutes=1)
    assert len(office.letters(ALICE, "reminder")) == 1
    office.later(hours=1)
    office.reply(notice, ALICE, "#priority low")
    office.later(hours=1)
    assert len(office.letters(ALICE, "reminder")) == 2


def test_a_ticket_opened_again_has_its_deadline_again(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#due 6h #close\nDone.")
    office.reply(office.last(ANN, "reply"), ANN, "Not at all!")
    office.later(hours=5)
    office.later(hours=1)
    assert len(office.letters(ALICE, "reminder")) == 2


def test_spam_is_not_answered(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#spam\nGo away!")
    assert office.letters(ANN, "reply") == []
    assert office.ticket()["status"] == "new"


def test_a_follow_up_of_a_reply_is_not_called_re_re(office: Office) -> None:
    office.mail("Olga <olga@proven.test>", "Re: AW: Invoice [#77]", "x", SUPPORT, PROVEN)
    assert office.last("olga@proven.test")["Subject"] == "Re: [#1] Invoice"


def test_two_spellings_of_one_admin_are_one(office: Office) -> None:
    office.use(configuration(desk={"admins": ["ops@acme.test", "Ops@acme.test"]}))
    office.store.execute("INSERT INTO alarms (at, title) VALUES ('2026-03-02T10:00:00.000Z', 'unwell')")
    office.thinker.alarms()
    assert len(office.letters(kind="alarm")) == 1
