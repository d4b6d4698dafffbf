"""#list #search #show #stats #why: agents see the desk in a mail, whatever they answer, and nobody else does."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from maildesk.model import Look, View
from maildesk.store import looks
from tests.office import ALICE, ANN, BOB, PROVEN, SUPPORT, Letter, Office, configuration

JAPANESE = "請求書の金額が違います"
ARABIC = "الفاتورة غير صحيحة"
FINNISH = "Lasku päivätty väärin – äkkiä!"


def asks(office: Office, command: str, sender: str = ALICE, **more: str) -> Letter:
    """An agent writes to their desk address."""
    office.mail(sender, "Desk", command, desk_address(office, sender), **more)
    return office.last(sender)


def desk_address(office: Office, agent: str) -> str:
    """From a mail about no ticket, which is how agents learn of it."""
    known = [letter for letter in office.letters(agent) if letter.kind in ("help", "listing", "stats", "digest")]
    if not known:
        notice = office.last(agent, "notice")
        office.reply(notice, agent, "#list")
        known = [office.last(agent, "listing")]
    return known[-1].reply_to


def links(letter: Letter) -> dict[str, tuple[str, str, str]]:
    """What each link in the HTML would write: address, subject, body."""
    found: dict[str, tuple[str, str, str]] = {}
    for href, name in re.findall(r'<a href="(mailto:[^"]+)"[^>]*>([^<]+)</a>', letter.html):
        parts = urlsplit(href.replace("&amp;", "&"))
        query = parse_qs(parts.query)
        found.setdefault(name, (unquote(parts.path), query["subject"][0], query.get("body", [""])[0]))
    return found


def rows(letter: Letter) -> list[int]:
    return [int(number) for number in re.findall(r"^\[#(\d+)\]", letter.text, re.MULTILINE)]


# --- lists -----------------------------------------------------------------------------------------------


def test_a_list_shows_an_agent_what_they_are_told_of_new_ones_first_then_by_our_last_answer(office: Office) -> None:
    for number in range(1, 5):
        office.mail(ANN, f"Invoice {number}", "Hello.")
        office.now += timedelta(hours=1)
    notices = {letter["Subject"]: letter for letter in office.letters(ALICE, "notice")}
    for number in (2, 1):  # the first ticket gets our latest answer
        office.reply(notices[f"[#{number}] Invoice {number}"], ALICE, "#take #reopen\nIt is being looked into.")
        office.now += timedelta(hours=1)
    office.mail(ANN, "The printer", "It burns.")  # nobody's team: everybody is told of it
    office.mail(ANN, "Invoice 6", "Hello.")
    office.reply(office.last(ALICE, "notice"), ALICE, "#team tech")  # bob's
    answer = asks(office, "#list")
    assert answer.kind == "listing"
    assert answer["Subject"] == "Acme Support: #list (5)"
    assert rows(answer) == [2, 1, 3, 4, 5]
    assert answer.text.index("Yours (2)") < answer.text.index("Invoice 2") < answer.text.index("Unassigned (3)")
    assert rows(asks(office, "#list", BOB)) == [5, 6]


FILTERS = {
    "#list mine": [1],
    "#list me": [1],
    "#list ME": [1],
    "#list unassigned": [2, 3],
    "#list team": [2, 1],
    "#list billing": [2, 1],
    '#list "Billing"': [2, 1],
    "#list tech": [3],
    "#list alice": [1],
    "#list @alice": [1],
    '#list "Alice Rossi"': [1],
    "#list bob": [],
    "#list new": [2, 3],
    "#list open": [1],
    "#list solved": [4],
    "#list all": [2, 3, 1, 5, 4],
    "#list urgent": [1],
    "#list +money": [2, 1],
    "#list tag:money": [2, 1],
    "#list overdue": [3],
    "#list late": [3],
    "#list watched": [3],
    "#list snoozed": [5],
    "#list billing urgent open": [1],
    "#list all team": [2, 1, 4],
}


def test_a_filter_is_forgiving(office: Office) -> None:
    for subject in ("Invoice 1", "Invoice 2", "The printer", "Invoice 4", "The scanner"):
        office.mail(ANN, subject, "Hello.")
    notices = {letter["Subject"]: letter for letter in office.letters(ALICE, "notice")}
    office.reply(notices["[#5] The scanner"], ALICE, "#snooze 3d")
    office.reply(notices["[#1] Invoice 1"], ALICE, "#take #reopen #priority urgent")
    office.reply(notices["[#3] The printer"], ALICE, "#team tech #due 2h #watch")
    office.reply(notices["[#4] Invoice 4"], ALICE, "#solve")
    office.later(hours=3)
    assert {command: rows(asks(office, command)) for command in FILTERS} == FILTERS


@pytest.mark.parametrize(
    ("command", "meant"),
    [
        ("#list overdu", "#list overdue"),
        ("#list bilings", "#list billing"),
        ("#list xyzzy", ""),
        ("#list mine bob", ""),
    ],
)
def test_an_unknown_filter_is_refused_with_the_nearest_one_and_nothing_is_listed(
    office: Office, command: str, meant: str
) -> None:
    office.mail(ANN, "Invoice 1", "Hello.")
    answer = asks(office, command)
    assert answer.kind == "command_error"
    assert (f"Did you mean: {meant}" in answer.text) is bool(meant)
    assert len(office.letters(ALICE, "listing")) == 1  # the one that told us the address


def test_each_row_has_links_that_work_in_any_client(office: Office) -> None:
    office.mail(ANN, f"{JAPANESE} & 100% «más»", "Hello.")
    answer = asks(office, "#list", BOB)
    own = links(answer)
    assert set(own) == {"Answer", "Take", "Close", "Show"}
    address, subject, body = own["Answer"]
    assert (subject, body) == (f"Re: [#1] {JAPANESE} & 100% «más»", "")
    assert address in answer.text  # for who reads text
    assert [own[name][2] for name in ("Take", "Close", "Show")] == ["#take\r\n", "#close\r\n", "#show\r\n"]
    for href in re.findall(r'href="(mailto:[^"]+)"', answer.html):
        assert re.fullmatch(r"mailto:[\w.%+-]+@acme\.test\?subject=[\w.%~-]+(&amp;body=%23\w+%0D%0A)?", href)
    office.mail(BOB, subject, "We mend it.", address)
    assert "We mend it." in office.last(ANN, "reply").text


def test_what_a_client_adds_below_a_link_s_command_reaches_no_customer(office: Office) -> None:
    office.mail(ANN, "The printer", "It burns.")
    for name in ("Take", "Show", "Close"):
        address, subject, body = links(asks(office, "#list", BOB))[name]
        office.mail(BOB, subject, f"{body}\r\nKind regards\r\nBob Verdi", address)
    assert (office.ticket()["assignee"], office.ticket()["status"]) == ("bob", "closed")
    assert office.last(BOB, "ticket")
    assert office.letters(ANN, "reply") == []


def test_a_link_serves_its_own_agent_alone(office: Office) -> None:
    office.mail(ANN, "The printer", "It burns.")
    address, subject, body = links(asks(office, "#list", BOB))["Close"]
    office.mail(ALICE, subject, body, address)
    office.mail(ANN, subject, body, address)
    assert office.ticket()["status"] == "new"


def test_no_more_than_fifty_rows_are_shown_and_the_others_counted(office: Office) -> None:
    for number in range(57):
        office.mail(f"c{number}@customer.test", f"Printer {number}", "Hello.")
    answer = asks(office, "#list unassigned")
    assert len(rows(answer)) == 50
    assert "… and 7 more" in answer.text
    assert rows(answer)[0] == 1
    assert len(answer.raw) < 120_000


def test_a_subject_is_shown_as_text_whatever_it_says(office: Office) -> None:
    nasty = "**bold** <b>x</b> [a](http://evil.test) {{ 7*7 }} \u202egnp.exe"
    for subject in (nasty, ARABIC, FINNISH, JAPANESE, ""):
        office.mail(ANN, subject, "Hello.")
    answer = asks(office, "#list", BOB)
    for subject in (ARABIC, FINNISH, JAPANESE):
        assert subject in answer.text
        assert subject in answer.html
    assert "**bold** <b>x</b> [a](http://evil.test) {{ 7*7 }} gnp.exe" in answer.text
    assert "\u202e" not in answer.html
    assert "<b>x" not in answer.html
    assert {href.partition(":")[0] for href in re.findall(r'href="([^"]*)"', answer.html)} == {"mailto"}


def test_a_list_without_tickets_says_so(office: Office) -> None:
    office.mail(ANN, "Invoice 1", "Hello.")
    assert "No tickets." in asks(office, "#list spam").text


# --- search ----------------------------------------------------------------------------------------------


def test_a_search_finds_words_anywhere_in_the_messages_also_of_what_is_over(office: Office) -> None:
    office.mail(ANN, "Invoice 1", "The flux capacitor is broken.")
    office.mail(ANN, FINNISH, "Hei.")
    office.reply(office.letters(ALICE, "notice")[0], ALICE, "#close")
    assert rows(asks(office, "#search capacitor broken")) == [1]
    assert rows(asks(office, "#search PAIVATTY")) == [2]
    assert rows(asks(office, "#search #2")) == [2]
    assert rows(asks(office, '#search "nothing of the kind"')) == []
    assert asks(office, "#search").kind == "command_error"


def test_words_of_the_search_are_never_a_query(office: Office) -> None:
    office.mail(ANN, "Invoice 1", "The flux capacitor is broken.")
    for words in ('"a* OR NOT', "subject:x", "'; DROP TABLE tickets", "^(", "%"):
        assert asks(office, f"#search {words}".replace('"', "")).kind == "listing"
    assert len(office.tickets()) == 1


# --- one ticket ------------------------------------------------------------------------------------------


def test_show_tells_all_that_is_on_a_ticket_and_all_that_is_to_come(office: Office) -> None:
    office.mail("Ann Bianchi <ann@customer.test>", "Invoice 1", "The total is wrong.", SUPPORT, PROVEN,
                files={"may.pdf": b"%PDF-1.4"})  # fmt: skip
    notice = office.last(ALICE, "notice")
    office.reply(notice, ALICE, "#take #tag +vip #due tomorrow 12:00\nWe look into it.")
    office.reply(notice, ALICE, "#note\nShe is an old customer.")
    answer = asks(office, "#show 1")
    assert answer.kind == "ticket"
    assert answer["Subject"] == "[#1] Invoice 1"
    text = answer.text
    for shown in ("Status: pending", "Assigned to: Alice Rossi", "Team: Billing", "Tags: money, vip",
                  "Ann Bianchi <ann@customer.test>", "may.pdf (8 B)", "assigned to Alice Rossi", "tag vip",
                  "2026-03-03 12:00 CET deadline"):  # fmt: skip
        assert shown in text, shown
    assert text.index("The total is wrong.") < text.index("We look into it.") < text.index("She is an old customer.")
    assert "private note" in text[text.index("We look into it.") : text.index("She is an old customer.")]
    assert "private note" not in text[: text.index("We look into it.")]


def test_what_happened_is_told_in_words_by_name(office: Office) -> None:
    office.mail(ANN, "Invoice 1", "Hello.")
    notice = office.last(ALICE, "notice")
    office.reply(notice, ALICE, "#assign bob #team tech #due 2h")
    office.later(hours=3)
    happened = asks(office, "#show 1").text.partition("What happened")[2]
    for line in ("Alice Rossi: assigned to Bob Verdi", "Alice Rossi: team Billing → Tech",
                 "Alice Rossi: due 2026-03-02 13:00 CET", "desk: reminder (deadline)"):  # fmt: skip
        assert line in happened, line


def test_an_answer_to_what_was_shown_is_an_answer_on_that_ticket(office: Office) -> None:
    office.mail(ANN, "Invoice 1", "Hello.")
    office.mail("olga@customer.test", "Invoice 2", "Hello.")
    shown = asks(office, "#show 2")
    office.reply(shown, ALICE, "Dear Olga, it is mended.")
    assert "it is mended" in office.last("olga@customer.test", "reply").text
    assert office.letters(ANN, "reply") == []


def test_show_without_a_number_shows_the_ticket_whose_notice_is_answered(office: Office) -> None:
    office.mail(ANN, "Invoice 1", "Hello.")
    office.mail(ANN, "Invoice 2", "Hello.")
    office.reply(office.letters(ALICE, "notice")[0], ALICE, "#show")
    assert office.last(ALICE)["Subject"] == "[#1] Invoice 1"
    assert office.letters(ANN, "reply") == []


def test_show_of_a_merged_ticket_shows_its_survivor_and_says_so(office: Office) -> None:
    for number in (1, 2):
        office.mail(ANN, f"Invoice {number}", f"Words {number}.")
    notices = office.letters(ALICE, "notice")
    office.reply(notices[1], ALICE, "#merge 1")
    for answer in (asks(office, "#show 2"), asks(office, "#show 1")):
        assert answer["Subject"] == "[#1] Invoice 1"
        assert "Words 2." in answer.text
    assert "Ticket #2 was merged into this one." in office.letters(ALICE, "ticket")[0].text
    assert "was merged into this one" not in office.letters(ALICE, "ticket")[1].text
    office.reply(notices[1], ALICE, "#show")
    assert "Ticket #2 was merged into this one." in office.last(ALICE, "ticket").text


@pytest.mark.parametrize("command", ["#show 99", "#show", "#show twelve", "#why 99", "#why m99", "#why", "#show 1 2"])
def test_what_is_not_there_is_not_shown(office: Office, command: str) -> None:
    office.mail(ANN, "Invoice 1", "Hello.")
    assert asks(office, command).kind == "command_error"


def test_what_waits_is_shown_mails_of_agents_and_mails_that_did_not_leave(tmp_path) -> None:
    office = Office(tmp_path, configuration(desk={"undo_window": "1h"}))
    office.mail(ANN, "Invoice 1", "Hello.")
    office.reply(office.last(ALICE, "notice"), ALICE, "We look into it.")
    office.reply(office.last(ALICE, "notice"), ALICE, "#later tomorrow 9:00\nHow did it go?")
    text = asks(office, "#show 1").text
    assert "mail about to leave, ann@customer.test (answer)" in text
    assert "2026-03-03 09:00 CET mail goes later, Alice Rossi" in text
    office.close()


def test_the_thread_of_a_long_ticket_is_cut_at_its_beginning(office: Office) -> None:
    office.mail(ANN, "Invoice 1", "First words.")
    for number in range(30):
        office.reply(office.last(ANN), ANN, f"Round {number}. " + "x" * 9000)
    answer = asks(office, "#show 1")
    assert "Round 29." in answer.text
    assert "First words." not in answer.text
    assert re.search(r"^\d+ earlier messages are not shown\r?$", answer.text, re.MULTILINE)
    assert len(answer.raw) < 600_000


# --- why -------------------------------------------------------------------------------------------------


def test_why_tells_how_a_mail_was_understood_and_what_was_mailed(office: Office) -> None:
    office.mail("Ann Bianchi <ann@customer.test>", "Invoice 1", "Hello.")
    office.reply(office.last(ALICE, "notice"), ALICE, "#take\nWe look into it.")
    office.reply(office.last(ANN, "reply"), ANN, "Thank you, and?")
    office.reply(office.last(ALICE, "notice"), ALICE, "#why")
    second = office.last(ALICE, "why")
    reason = next(row["reason"] for row in office.ledger() if row["id"] == 3)
    assert reason
    assert all(each in second.text for each in reason.split("; "))
    assert "reply address" in second.text
    assert "notice → Alice Rossi" in second.text
    assert "route 1 matched" in second.text[second.text.index("Why the ticket began") :]
    office.reply(office.letters(ALICE, "notice")[0], ALICE, "#why")
    first = office.last(ALICE, "why")
    assert "route 1 matched" in first.text
    assert "auto-reply → Ann Bianchi <ann@customer.test> (about to leave)" in first.text
    assert "Why the ticket began" not in first.text


def test_why_takes_a_ticket_or_a_message_by_the_number_that_show_gives_it(office: Office) -> None:
    office.mail(ANN, "Invoice 1", "Hello.")
    office.mail(ANN, "The printer", "Hello.")
    number = re.search(r"^m(\d+)", asks(office, "#show 2").text, re.MULTILINE)
    assert number
    assert "The printer" in asks(office, f"#why m{number[1]}")["Subject"]
    assert asks(office, "#why 1")["Subject"] == "[#1] Why: Invoice 1"


# --- figures ---------------------------------------------------------------------------------------------


def test_stats_tell_what_there_is_whose_and_what_has_come_and_gone(office: Office) -> None:
    office.now -= timedelta(days=7)
    office.mail(ANN, "Invoice 0", "Long ago.")
    office.reply(office.last(ALICE, "notice"), ALICE, "#solve\nDone.")
    office.now += timedelta(days=7)
    for number in (1, 2, 3):
        office.mail(f"c{number}@customer.test", f"Invoice {number}", "Hello.")
    notices = {letter["Subject"]: letter for letter in office.letters(ALICE, "notice")}
    office.reply(notices["[#2] Invoice 1"], ALICE, "#take\nWe look into it.")
    office.reply(notices["[#3] Invoice 2"], ALICE, "#assign bob #due 1h")
    office.reply(notices["[#4] Invoice 3"], ALICE, "#close\nDone.")
    office.later(hours=2)
    answer = asks(office, "#stats")
    assert answer["Subject"] == "Acme Support: 1 new, 0 open, 1 overdue"
    for line in ("Now: 1 new · 0 open · 1 waiting for the customer · 1 solved · 1 overdue",
                 "Today: 3 received · 2 answered · 1 solved",
                 "- Alice Rossi: 1 (0 new, 0 open, 1 waiting for the customer)",
                 "- Bob Verdi: 1 (1 new, 0 open, 0 waiting for the customer)", "- Billing: 2 ("):  # fmt: skip
        assert line in answer.text, line
    assert rows(answer) == [3]  # the one that waits longest


def test_a_day_begins_by_the_reader_s_clock(tmp_path) -> None:
    agents = [
        {"id": "alice", "name": "Alice Rossi", "email": ALICE, "timezone": "Asia/Tokyo"},
        {"id": "bob", "name": "Bob Verdi", "email": BOB, "timezone": "America/New_York"},
    ]
    office = Office(tmp_path, configuration(agents=agents, teams=[], routes=[]))
    office.mail(ANN, "Invoice 1", "Hello.")  # 10:00 UTC: 19:00 in Tokyo, 05:00 in New York
    office.later(hours=6)
    assert "Today: 0 received" in asks(office, "#stats").text
    assert "Today: 1 received" in asks(office, "#stats", BOB).text
    office.close()


# --- who asks, where, and how often ----------------------------------------------------------------------


def test_several_things_are_shown_in_answer_to_one_mail_and_the_same_thing_once(office: Office) -> None:
    office.mail(ANN, "Invoice 1", "Hello.")
    before = len(office.letters(ALICE))
    office.reply(office.last(ALICE, "notice"), ALICE, "#list\n#list mine\n#show 1 #stats\n#list\n#why")
    kinds = [letter.kind for letter in office.letters(ALICE)[before:]]
    assert kinds == ["listing", "listing", "ticket", "stats", "why"]
    assert len({letter["Message-ID"] for letter in office.letters(ALICE)}) == before + 5


def test_one_that_is_wrong_leaves_all_undone(office: Office) -> None:
    office.mail(ANN, "Invoice 1", "Hello.")
    office.reply(office.last(ALICE, "notice"), ALICE, "#take\n#list\n#show 99")
    assert office.last(ALICE).kind == "command_error"
    assert office.ticket()["assignee"] is None
    assert office.letters(ALICE, "listing") == []


def test_an_answer_to_a_list_acts_on_no_ticket(office: Office) -> None:
    office.mail(ANN, "Invoice 1", "Hello.")
    office.reply(office.last(ALICE, "notice"), ALICE, "#list")
    listing = office.last(ALICE, "listing")
    office.reply(listing, ALICE, "#close")
    assert office.last(ALICE).kind == "command_error"
    assert office.ticket()["status"] == "new"
    office.reply(listing, ALICE, "#list all")
    assert office.last(ALICE)["Subject"] == "Acme Support: #list all (1)"


def test_a_customer_s_list_is_text(office: Office) -> None:
    office.mail(ANN, "Invoice 1", "#list\n#show 1\n#stats")
    assert {letter.kind for letter in office.letters()} == {"auto_reply_plain", "notice"}


def test_words_beside_a_look_still_go_to_the_customer(office: Office) -> None:
    office.mail(ANN, "Invoice 1", "Hello.")
    office.reply(office.last(ALICE, "notice"), ALICE, "#list mine\nDear Ann, it is mended.")
    assert "it is mended" in office.last(ANN, "reply").text
    assert "#list" not in office.last(ANN, "reply").text
    assert office.last(ALICE, "listing")


def test_an_expired_address_is_good_enough_to_look(office: Office) -> None:
    office.mail(ANN, "Invoice 1", "Hello.")
    notice = office.last(ALICE, "notice")
    office.now += timedelta(days=100)
    office.reply(notice, ALICE, "#show")
    assert office.last(ALICE).kind == "ticket"
    office.reply(notice, ALICE, "#show #close")
    assert office.ticket()["status"] == "new"


def test_a_look_from_a_stranger_shows_nothing(office: Office) -> None:
    office.mail(ANN, "Invoice 1", "Hello.")
    notice = office.last(ALICE, "notice")
    office.mail("mallory@evil.test", "Re: [#1]", "#show 1 #list", notice.reply_to)
    office.mail(ALICE, "Desk", "#list", SUPPORT)
    assert office.letters("mallory@evil.test", "ticket") == []
    assert {letter.kind for letter in office.letters()} & {"ticket", "listing"} == set()


def test_sixty_an_hour_are_enough_and_errors_have_a_limit_of_their_own(office: Office) -> None:
    office.mail(ANN, "Invoice 1", "Hello.")
    address = desk_address(office, ALICE)
    for _ in range(65):
        office.mail(ALICE, "Desk", "#list mine", address)
    assert len(office.letters(ALICE, "listing")) == 60
    assert "60 of these mails within an hour" in office.last(ALICE, "command_error").text
    office.now += timedelta(minutes=61)
    assert asks(office, "#list mine").kind == "listing"


def test_what_is_shown_is_a_machine_s_answer_to_the_agent_s_mail(office: Office) -> None:
    office.mail(ANN, "Invoice 1", "Hello.")
    asked = office.reply(office.last(ALICE, "notice"), ALICE, "#list")
    answer = office.last(ALICE, "listing")
    assert answer["In-Reply-To"] == asked["Message-ID"]
    assert answer["Auto-Submitted"] == "auto-replied"
    assert answer.sender == ""


def test_all_of_it_is_in_the_agent_s_own_language_and_by_their_clock(tmp_path) -> None:
    agents = [{"id": "alice", "name": "Alice Rossi", "email": ALICE, "languages": ["fi"], "timezone": "Asia/Tokyo"}]
    office = Office(tmp_path, configuration(agents=agents, teams=[], routes=[]))
    office.mail(ANN, FINNISH, "Hello.")
    office.reply(office.last(ALICE, "notice"), ALICE, "#list\n#show\n#stats\n#why\n#due 3d")
    said = {letter.kind: letter.text for letter in office.letters(ALICE)}
    assert "Ilman vastuuhenkilöä (1)" in said["listing"]
    assert "Avattu: 2026-03-02 19:00 JST" in said["ticket"]
    assert "Tällä viikolla:" in said["stats"]
    assert "Miksi se ymmärrettiin näin" in said["why"]
    office.close()


def test_without_plus_addresses_an_answer_to_what_was_shown_is_known_by_its_reference(tmp_path) -> None:
    office = Office(tmp_path, configuration(desk={"reply_address": SUPPORT}))
    office.mail(ANN, "Invoice 1", "Hello.")
    office.reply(office.last(ALICE, "notice"), ALICE, "#show\n#list")
    office.reply(office.last(ALICE, "ticket"), ALICE, "Dear Ann, it is mended.")
    assert "it is mended" in office.last(ANN, "reply").text
    office.reply(office.last(ALICE, "listing"), ALICE, "#list all")
    assert office.last(ALICE)["Subject"] == "Acme Support: #list all (1)"
    office.close()


def test_looking_changes_nothing(office: Office) -> None:
    office.mail(ANN, "Invoice 1", "Hello.")
    before = office.ticket()
    office.reply(office.last(ALICE, "notice"), ALICE, "#show\n#list\n#search invoice\n#stats\n#why")
    after = office.ticket()
    assert {**after, "outbox": []} == {**before, "outbox": []}
    assert looks.see(office.store, Look(View.SHOW, ticket_id=1), office.now).total == 1
