"""What a mail can try, and what must not happen. Each test is a row of the threat table, by its number."""

from __future__ import annotations

import email.policy
import re
from email.message import EmailMessage

import pytest

from tests.office import ALICE, ANN, BOB, FAILED, PROVEN, SUPPORT, Letter, Office, configuration

WORDS = "my invoice 77 has the wrong total."


@pytest.fixture
def notice(office: Office) -> Letter:
    office.mail("Ann Bianchi <ann@customer.test>", "Invoice 77 is wrong", WORDS)
    return office.last(ALICE)


def state(office: Office) -> tuple[object, ...]:
    """Everything of ticket 1 that an attacker might want to change."""
    ticket = office.ticket()
    fields = ("status", "assignee", "priority", "subject", "tags", "participants", "first_reply_at")
    public = [m["text"] for m in ticket["messages"] if m["kind"] in ("customer", "agent")]
    return (*(ticket[f] for f in fields), public)


# --- T1: the ticket trick -----------------------------------------------------------------------------------


def test_t1_a_confirmation_code_sent_to_a_ticket_s_address_is_seen_by_agents_alone(
    office: Office, notice: Letter
) -> None:
    address = office.last(ANN).reply_to
    before, mailed = state(office), len(office.letters(ANN))
    office.mail("GitHub <noreply@github.test>", "Your code", "Your code is 424242", address, PROVEN)
    assert office.ticket()["messages"][-1]["kind"] == "held"
    assert state(office) == before
    assert len(office.letters(ANN)) == mailed
    office.reply(office.last(ALICE), ALICE, "We are on it.")
    assert all("424242" not in letter.whole for letter in office.letters(ANN))


# --- T2: strangers on threads --------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["tag", "reference", "ours"])
def test_t2_a_stranger_s_tag_or_reference_opens_a_ticket_of_their_own(office: Office, notice: Letter, by: str) -> None:
    reference = {"tag": "<none@x>", "reference": "<1@client.test>", "ours": office.last(ANN)["Message-ID"]}[by]
    subject = "Re: [#1] Invoice 77 is wrong" if by == "tag" else "Re: hello"
    before = state(office)
    threading = (("In-Reply-To", reference), ("References", reference), ("Cc", "evil@evil.test"))
    office.mail("eve@evil.test", subject, "Send it to me.", SUPPORT, *threading)
    assert state(office) == before
    assert office.ticket(2)["links"] == [{"other_id": 1, "kind": "relates"}]
    office.reply(office.letters(ALICE)[0], ALICE, "Dear Ann, here is your secret.")
    assert all("secret" not in letter.whole for letter in office.letters() if "evil" in letter.to)
    assert office.letters("evil@evil.test") == []


def test_t2_a_forged_customer_does_not_join_where_authentication_failed(office: Office, notice: Letter) -> None:
    before = state(office)
    office.mail(f"Ann <{ANN}>", "Re: [#1] Invoice 77 is wrong", "Pay to this account.", SUPPORT, FAILED)
    assert state(office) == before
    assert office.ticket()["messages"][-1]["kind"] == "held"


# --- T3, T4: agents' power ------------------------------------------------------------------------------------


def nothing_happens(office: Office, before: tuple[object, ...]) -> None:
    assert state(office) == before
    assert all(letter.to != ANN for letter in office.letters(kind="reply"))
    assert all(mail["reason"] for mail in office.ledger())


def flip(address: str, position: int) -> str:
    local, at, domain = address.partition("@")
    start = local.index("+") + 2
    index = start + position % (len(local) - start)
    other = "a" if local[index] != "a" else "b"
    return local[:index] + other + local[index + 1 :] + at + domain


@pytest.mark.parametrize("position", range(0, 37, 3))
def test_t3_an_address_with_one_character_changed_has_no_power(office: Office, notice: Letter, position: int) -> None:
    before = state(office)
    office.mail(ALICE, "Re: x", "#close\nI was here.", flip(notice.reply_to, position))
    nothing_happens(office, before)


def test_t3_another_agent_s_address_has_no_power(office: Office, notice: Letter) -> None:
    before = state(office)
    office.mail(BOB, "Re: x", "#close\nI was here.", notice.reply_to)
    nothing_happens(office, before)
    assert office.last(ALICE).kind == "held"  # whose address it is, hears of it


def test_t3_a_note_s_address_cannot_answer_the_customer(office: Office, notice: Letter) -> None:
    address = notice.reply_to.replace("+a", "+n")
    before = state(office)
    office.mail(ALICE, "Re: x", "I was here.", address)
    nothing_happens(office, before)


def test_t3_an_unsigned_or_empty_token_has_no_power(office: Office, notice: Letter) -> None:
    before = state(office)
    for token in ("a", "a1", "a" + "a" * 26, "a" + "a" * 37, "d" + "a" * 30, "t" + "a" * 26):
        office.mail(ALICE, "Re: x", "#close\nI was here.", f"support+{token}@acme.test")
    nothing_happens(office, before)


def test_t3_an_old_key_has_no_power_once_it_is_gone(office: Office, notice: Letter) -> None:
    office.store.execute("DELETE FROM keys")
    office.store.execute("INSERT INTO keys (secret, created_at) VALUES (?, ?)", (b"x" * 32, "now"))
    before = state(office)
    office.mail(ALICE, "Re: x", "#close\nI was here.", notice.reply_to)
    nothing_happens(office, before)


def test_t3_an_expired_address_acts_no_more_and_the_agent_gets_a_fresh_one(office: Office, notice: Letter) -> None:
    before = state(office)
    office.later(days=92)
    office.mail(ALICE, "Re: x", "#close\nI was here.", notice.reply_to)
    nothing_happens(office, before)
    told = office.last(ALICE, "held")
    assert "I was here" in told.text
    office.mail(ALICE, "Re: x", "#close", told.reply_to)
    assert office.ticket()["status"] == "closed"


def test_t3_the_valid_address_works_in_any_case(office: Office, notice: Letter) -> None:
    office.mail(ALICE.upper(), "Re: x", "#close", notice.reply_to.upper())
    assert office.ticket()["status"] == "closed"


def test_t3_the_same_mail_again_is_dropped(office: Office, notice: Letter) -> None:
    mail = office.reply(notice, ALICE, "It is mended.")
    office.receive(mail.as_bytes(), ALICE, notice.reply_to)
    assert len(office.letters(ANN, "reply")) == 1


@pytest.mark.parametrize("to", [SUPPORT, "notice"])
def test_t4_an_agent_s_from_with_failed_authentication_has_no_power(office: Office, notice: Letter, to: str) -> None:
    before = state(office)
    address = notice.reply_to if to == "notice" else to
    office.mail(ALICE, "Re: [#1] x", "#close\nI was here.", address, FAILED)
    nothing_happens(office, before)


def test_t4_an_agent_s_from_without_their_address_has_no_power(office: Office, notice: Letter) -> None:
    before = state(office)
    threading = (("In-Reply-To", notice["Message-ID"]), ("References", notice["Message-ID"]))
    office.mail(ALICE, "Re: [#1] Invoice", "#close\nI was here.", SUPPORT, *threading)
    nothing_happens(office, before)
    assert office.ticket()["messages"][-1]["kind"] == "held"
    assert office.last(ALICE).kind == "held"


def test_t4_results_lower_down_or_of_another_checker_are_not_believed(office: Office) -> None:
    office.use(configuration(desk={"agents_proof": "token+dmarc"}))
    office.mail(ANN, "Invoice", WORDS)
    notice, before = office.last(ALICE), state(office)
    good = f"mx.acme.test; dmarc=pass header.from={ALICE.partition('@')[2]}"
    headers = f"From: {ALICE}\r\nTo: {notice.reply_to}\r\nSubject: x\r\nMessage-ID: <%d@x>\r\n\r\n#close\r\n"
    forged = (
        f"Received: from evil by elsewhere.test; Mon, 2 Mar 2026 10:00:00 +0000\r\nAuthentication-Results: {good}\r\n",
        f"Authentication-Results: mx.acme.test; dmarc=fail\r\nAuthentication-Results: {good}\r\n",
        f"Authentication-Results: {good.replace('mx.acme', 'mx.evil')}\r\n",
        f"Authentication-Results: {good.replace('acme.test', 'acme.test.evil')}\r\n",
    )
    for number, lines in enumerate(forged):
        office.receive((lines + headers % number).encode(), ALICE, notice.reply_to)
    nothing_happens(office, before)
    office.receive((f"Authentication-Results: {good}\r\n" + headers % 99).encode(), ALICE, notice.reply_to)
    assert office.ticket()["status"] == "closed"


def test_t4_results_are_believed_from_relays_alone(office: Office) -> None:
    office.mail(f"Ann <{ANN}>", "Invoice NITRO", WORDS, SUPPORT, PROVEN, relay=False)
    assert "NITRO" not in office.last(ANN).whole


@pytest.mark.parametrize(
    "sender", ["alice.private@acme.test.evil", "alice.private@acme.tes", "xalice.private@acme.test", "alice@acme.test"]
)
def test_t4_domains_and_names_are_compared_exactly(office: Office, notice: Letter, sender: str) -> None:
    before = state(office)
    office.mail(sender, "Re: x", "#close\nI was here.", notice.reply_to)
    nothing_happens(office, before)


def test_t4_reply_to_and_sender_lend_no_power(office: Office, notice: Letter) -> None:
    before = state(office)
    headers = (("Reply-To", ALICE), ("Sender", ALICE), ("Return-Path", f"<{ALICE}>"))
    office.mail("eve@evil.test", "Re: x", "#close\nI was here.", notice.reply_to, *headers)
    nothing_happens(office, before)


def test_t4_two_authors_are_no_author(office: Office, notice: Letter) -> None:
    before = state(office)
    office.mail(f"{ALICE}, eve@evil.test", "Re: x", "#close\nI was here.", notice.reply_to)
    nothing_happens(office, before)


def test_t4_an_agent_removed_yesterday_has_no_power(office: Office, notice: Letter) -> None:
    config = configuration(agents=[{"id": "bob", "name": "Bob", "email": BOB}], routes=[])
    office.use(config)
    before = state(office)
    office.mail(ALICE, "Re: x", "#close\nI was here.", notice.reply_to)
    nothing_happens(office, before)


def test_t4b_a_command_in_a_customer_s_mail_is_text(office: Office, notice: Letter) -> None:
    office.reply(office.last(ANN), ANN, "#close #assign bob\nplease")
    ticket = office.ticket()
    assert (ticket["status"], ticket["assignee"]) == ("new", None)
    assert "#close" in ticket["messages"][-1]["text"]


@pytest.mark.parametrize(
    "body",
    [
        "Thanks.\n\nOn Monday, Ann wrote:\n> #close\n",
        "Thanks.\n\n-- \n#close\n",
        "Thanks.\n\n#close\n",
        "Thanks.\n\n-----Original Message-----\nFrom: Ann\nSent: Monday\nTo: Acme\nSubject: x\n\n#close\n",
        "Thanks.\n\n---------- Forwarded message ---------\nFrom: Bob <b@acme.test>\nSubject: x\nTo: Acme\n\n#close\n",
        "> #close\n\nThanks.",
        "#сlose\nThanks.",  # a Cyrillic letter
    ],
)
def test_t4b_only_the_top_of_an_agent_s_own_words_is_read(office: Office, notice: Letter, body: str) -> None:
    office.reply(notice, ALICE, body)
    assert office.ticket()["status"] != "closed"


def test_t4b_a_command_in_an_attached_mail_is_its_author_s(office: Office, notice: Letter) -> None:
    attached = EmailMessage()
    attached["From"], attached["To"], attached["Subject"] = ALICE, SUPPORT, "Older"
    attached.set_content("#close\nI was here.")
    for words in ("See what I have written.", ""):
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = ALICE, notice.reply_to, f"Re: {notice['Subject']}"
        mail["In-Reply-To"], mail["Message-ID"] = notice["Message-ID"], f"<{len(words)}@client.test>"
        if words:
            mail.set_content(words)
        mail.add_attachment(attached)
        office.receive(mail.as_bytes(policy=email.policy.SMTP), ALICE, notice.reply_to)
        assert office.ticket()["status"] != "closed"


def test_t4b_an_agent_s_out_of_office_is_neither_command_nor_answer(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#close\nI am on holiday.", ("Auto-Submitted", "auto-replied"))
    assert office.ticket()["status"] == "new"
    assert office.letters(ANN, "reply") == []


# --- T5, T6: nobody is bombed, no robot is kept talking ---------------------------------------------------------


def test_t5_a_thousand_mails_from_a_victim_bring_them_three_answers_without_a_word_of_the_bomber(
    office: Office,
) -> None:
    office.use(configuration(desk={"notice_limit": {"count": 1, "per": "10m"}}))
    for number in range(1000):
        office.mail("FREE NITRO <victim@forged.test>", f"FREE NITRO {number}", "NITRO http://nitro.test")
    answers = office.letters("victim@forged.test")
    assert len(answers) == 3
    assert all("NITRO" not in answer.whole.upper() for answer in answers)
    assert len(office.letters()) < 10


def test_t5_an_unproven_sender_s_name_and_subject_are_in_no_part_of_the_answer(office: Office) -> None:
    office.mail('"Hexogen" <ann@customer.test>', "Hexogen", "Hexogen", SUPPORT, ("Cc", "Hexogen <h@x.test>"))
    assert "hexogen" not in office.last(ANN).whole.lower()


@pytest.mark.parametrize(
    ("headers", "envelope"),
    [
        ((), ""),
        ((("Auto-Submitted", "auto-generated"),), ANN),
        ((("Auto-Submitted", "auto-replied (vacation)"),), ANN),
        ((("List-Id", "<list.x.test>"),), ANN),
        ((("Precedence", "bulk"),), ANN),
        ((("Precedence", "list"),), ANN),
        ((("X-Maildesk-Desk", "anything"),), ANN),
        ((("Return-Path", "<>"),), ANN),
    ],
)
def test_t6_machines_get_a_ticket_and_no_answer(
    office: Office, headers: tuple[tuple[str, str], ...], envelope: str
) -> None:
    message = f"From: {ANN}\r\nTo: {SUPPORT}\r\nSubject: x\r\nMessage-ID: <a@b>\r\n"
    raw = message + "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\nhello\r\n"
    office.receive(raw.encode(), envelope)
    assert len(office.tickets()) == 1
    assert office.letters(ANN) == []


def test_t6_our_own_address_gets_no_answer(office: Office) -> None:
    office.mail(f"Somebody <{SUPPORT}>", "x", "hello")
    office.mail("Somebody <support+x@acme.test>", "x", "hello")
    assert [letter for letter in office.letters() if letter.to.startswith("support")] == []
    assert len(office.tickets()) == 2


def test_t6_our_own_mail_coming_back_is_ignored(office: Office, notice: Letter) -> None:
    office.receive(office.last(ANN).raw, "")
    office.receive(notice.raw, SUPPORT)
    assert [mail["state"] for mail in office.ledger()] == ["ticketed", "ignored", "ignored"]


def test_t6_two_desks_with_their_headers_stripped_stop_at_the_cap(office: Office) -> None:
    """The other desk answers each mail with a new one, without any sign of what it is."""
    sender, turn = "help@other.test", 0
    office.mail(sender, "Hello", "We have received your mail.")
    while turn < 20 and (answers := office.letters(sender)) and len(answers) > turn:
        turn = len(answers)
        office.mail(sender, f"We have received your mail {turn}", f"Thank you for your mail number {turn}.")
    assert len(office.letters(sender)) == 3


# --- T7, T9-T11: hosts, headers, state, secrets --------------------------------------------------------------------


@pytest.mark.parametrize("name", ["\u200b.htaccess", "../../etc/passwd", "a\x00b.txt", "x" * 4096, "C:\\evil.exe"])
def test_t7_file_names_are_only_shown(office: Office, name: str) -> None:
    before = set(office.folder.rglob("*"))
    office.mail(ANN, "Invoice", "see", files={name.replace("\x00", ""): b"one", "same.txt": b"two"})
    assert set(office.folder.rglob("*")) == before
    for shown in office.last(ALICE).files:
        assert not re.search(r"[/\\\x00\u200b]|^\.|\.\.[/\\]", shown)
        assert len(shown) <= 200


@pytest.mark.parametrize(
    "evil",
    [
        "=?utf-8?q?Invoice=0D=0ABcc:_evil@evil.test?=",
        "=?utf-8?b?SW52b2ljZQ0KQmNjOiBldmlsQGV2aWwudGVzdA==?=",
        "Invoice =?utf-8?q?=0A?= Bcc: evil@evil.test",
        "Invoice\u2028Bcc: evil@evil.test",
    ],
)
def test_t9_encoded_line_breaks_make_no_header(office: Office, evil: str) -> None:
    raw = (
        f"From: {evil} <ann@customer.test>\r\nTo: {SUPPORT}\r\nSubject: {evil}\r\nMessage-ID: <a@b>\r\n"
        f"Authentication-Results: mx.acme.test; dmarc=pass header.from=customer.test\r\n"
        f'Content-Type: application/x-y; name="{evil}"\r\n\r\nhello\r\n'
    )
    office.receive(raw.encode(), ANN)
    assert {letter.to for letter in office.letters()} <= {ANN, ALICE, BOB}
    for letter in office.letters():
        assert letter.message["Bcc"] is None
        assert b"\nbcc:" not in letter.raw.lower()


def test_t9_a_subject_set_by_command_makes_no_header(office: Office, notice: Letter) -> None:
    for separator in ("\u2028", "\t", "\x0b", "\x85"):
        office.reply(notice, ALICE, f'#subject "x{separator}Bcc: evil@evil.test"\nIt is mended.')
    assert {letter.to for letter in office.letters()} == {ANN, ALICE}
    assert [letter.message["Bcc"] for letter in office.letters()] == [None] * len(office.letters())


def test_t9_nor_does_an_address_given_to_a_command(office: Office, notice: Letter) -> None:
    for separator in ("\u2028", "\t", "\x0b", "\x85", "\\r\\n", "%0d%0a"):
        for verb in ("cc", "ask", "from"):
            office.reply(notice, ALICE, f'#{verb} "zoe@customer.test{separator}Bcc: evil@evil.test"\nIt is mended.')
    assert "evil@evil.test" not in {letter.to for letter in office.letters()}
    assert [letter.message["Bcc"] for letter in office.letters()] == [None] * len(office.letters())


def test_t10_our_own_headers_in_a_stranger_s_mail_do_nothing_but_stop_the_answer(office: Office) -> None:
    fields = ("Ticket", "Agent", "Token", "Kind", "Status", "Assign", "Revision", "Desk")
    headers = tuple((f"X-Maildesk-{field}", "1") for field in fields)
    office.mail(ANN, "Invoice", WORDS, SUPPORT, *headers)
    ticket = office.ticket()
    assert (ticket["id"], ticket["status"], ticket["assignee"]) == (1, "new", None)
    assert office.letters(ANN) == []


def test_t11_people_s_words_are_data(office: Office) -> None:
    evil = "{{7*7}} {0.__class__} ${x} %(k)s {% raw %}"
    office.mail(f'"{evil}" <ann@customer.test>', f"Invoice {evil}", evil, SUPPORT, PROVEN)
    answer, notice = office.last(ANN), office.last(ALICE)
    assert evil in answer["Subject"]
    assert "49" not in answer.text.replace("2049", "")
    assert evil in notice.text
    office.reply(notice, ALICE, f"You wrote {evil}")
    assert evil in office.last(ANN, "reply").text


# --- T14b, T16, T17 ---------------------------------------------------------------------------------------------------


def test_t14b_an_agent_s_token_that_a_customer_quotes_is_in_no_customer_s_mail(office: Office, notice: Letter) -> None:
    token = notice.reply_to
    office.reply(office.last(ANN), ANN, f"What is {token}?")
    assert token not in office.ticket()["messages"][-1]["text"]
    office.reply(notice, ALICE, f"Never mind {token.upper()}, nor {ALICE}.")
    answer = office.last(ANN, "reply")
    assert token.lower() not in answer.whole.lower()
    assert ALICE not in answer.whole


def test_t14b_a_file_that_holds_an_agent_s_token_is_not_sent(office: Office, notice: Letter) -> None:
    raw = (
        f"From: {ALICE}\r\nTo: {notice.reply_to}\r\nSubject: x\r\nMessage-ID: <q@x>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n'
        "--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=n.txt\r\n\r\n"
        f"{notice.reply_to}\r\n--b--\r\n"
    )
    office.receive(raw.encode(), ALICE, notice.reply_to)
    assert office.letters(ANN, "reply") == []
    assert "reply address" in office.last(ALICE, "command_error").text


def dsn(recipient: str, message_id: str, to: str) -> bytes:
    return (
        f"From: MAILER-DAEMON@mx.test\r\nTo: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        "Auto-Submitted: auto-replied\r\nMessage-ID: <dsn@mx.test>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\nSubject: x\r\n\r\n--b--\r\n"
    ).encode()


def test_t16_a_forged_report_changes_nothing(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "It is mended.")
    before, mailed = state(office), len(office.letters())
    own = office.last(ANN, "reply")["Message-ID"]
    for recipient, message_id, to in (
        (ANN, "<invented@acme.test>", SUPPORT),
        (ANN, "", f"support+b{'a' * 26}@acme.test"),
        ("other@customer.test", own, SUPPORT),
    ):
        office.receive(dsn(recipient, message_id, to), "", to)
    assert state(office) == before
    assert len(office.letters()) == mailed
    assert {mail["state"] for mail in office.ledger()[2:]} == {"ignored"}


def test_t16_a_true_report_is_shown_on_its_ticket_and_told_to_its_agent(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "It is mended.")
    answer = office.last(ANN, "reply")
    office.receive(dsn(ANN, answer["Message-ID"], answer.sender), "", answer.sender)
    assert office.ticket()["status"] == "open"
    assert "bounce" in [event["kind"] for event in office.ticket()["events"]]
    assert "It is mended" in office.last(ALICE, "failed").text
    assert [row["state"] for row in office.ticket()["outbox"] if row["kind"] == "reply"] == ["failed"]
    assert len(office.tickets()) == 1


def test_t16_a_bounced_notice_never_becomes_a_conversation(office: Office, notice: Letter) -> None:
    mailed = len(office.letters())
    office.receive(dsn(ALICE, notice["Message-ID"], notice.sender), "", notice.sender)
    assert len(office.letters()) == mailed
    assert len(office.tickets()) == 1


def test_t17_nothing_of_a_note_is_in_what_a_customer_gets_later(office: Office, notice: Letter) -> None:
    note = office.reply(notice, ALICE, "#note\nShe is a pain.")
    office.reply(notice, ALICE, "It is mended.")
    office.reply(office.last(ANN, "reply"), ANN, "Thank you!")
    office.reply(office.last(ALICE, "notice"), ALICE, "You are welcome.")
    for letter in office.letters(ANN):
        for secret in ("pain", note["Message-ID"], notice["Message-ID"], ALICE):
            assert secret not in letter.whole
