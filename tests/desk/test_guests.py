"""#cc #uncc #from, and who comes along with a customer's mail: the answers from then on, and nothing of the past."""

from __future__ import annotations

import pytest

from tests.desk.record import people, refused, said
from tests.office import ALICE, ANN, PROVEN, SUPPORT, Letter, Office

BRUNO, CARL = "bruno@customer.test", "carl@partner.test"


@pytest.fixture
def notice(office: Office) -> Letter:
    office.mail(f"Ann <{ANN}>", "The drill", "My secret is 4711.")
    return office.last(ALICE, "notice")


# --- #cc -------------------------------------------------------------------------------------------------------


def test_who_is_put_on_the_ticket_gets_the_words_beside_it_and_all_answers_from_then_on(
    office: Office, notice: Letter
) -> None:
    office.reply(notice, ALICE, f"#cc {CARL}\nCarl will come and look at it.")
    office.reply(notice, ALICE, "He comes at five.")
    assert [letter.to for letter in office.letters(kind="reply")] == [ANN, CARL, ANN, CARL]
    assert people(office, 1) == {ANN: "requester", CARL: "cc"}


def test_but_nothing_of_the_past(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, "#note\nShe is a regular of ours.")
    office.reply(notice, ALICE, "Thank you, Ann.")
    office.reply(notice, ALICE, f"#cc {CARL}")
    assert office.letters(CARL) == []  # commands alone mail nobody anything
    office.reply(notice, ALICE, "Carl comes at five.")
    (mail,) = office.letters(CARL)
    for past in ("4711", "regular", "Thank you, Ann", ALICE, office.last(ANN).reply_to):
        assert past not in mail.whole
    assert mail.reply_to != office.last(ANN).reply_to
    office.reply(mail, CARL, "Six is better.")
    assert said(office, 1)[-1] == ("customer", "Six is better.")


@pytest.mark.parametrize(
    ("spelt", "email", "name"),
    [
        (CARL, CARL, ""),
        (f'"Carl Lee <{CARL}>"', CARL, "Carl Lee"),
        (f"Carl Lee <{CARL}>", CARL, "Carl Lee"),
        (f"“Carl Lee” <{CARL}>", CARL, "Carl Lee"),
        (f"<{CARL}>", CARL, ""),
        (f"{CARL} <mailto:{CARL}>", CARL, ""),
        (f"{CARL}<mailto:{CARL}>", CARL, ""),
        (f"{CARL} [mailto:{CARL}]", CARL, ""),
        (f"{CARL} (mailto:{CARL}?subject=x)", CARL, ""),
        (f"mailto:{CARL}", CARL, ""),
        (f"{CARL},", CARL, ""),
        ("Carl@Partner.Test", "Carl@Partner.Test", ""),
        ("carl@bücher.example", "carl@xn--bcher-kva.example", ""),
        ("carl@BÜCHER.example", "carl@xn--bcher-kva.example", ""),
        ("carl@straße.example", "carl@xn--strae-oqa.example", ""),
        ("carl@例え。テスト", "carl@xn--r8jz45g.xn--zckzah", ""),
        ("carl+work@partner.test", "carl+work@partner.test", ""),
        ("o'hara@partner.test", "o'hara@partner.test", ""),
        ('"Lee, Carl <carl@partner.test>"', CARL, "Lee, Carl"),
    ],
)
def test_addresses_are_taken_as_mail_clients_write_them(
    office: Office, notice: Letter, spelt: str, email: str, name: str
) -> None:
    office.reply(notice, ALICE, f"#cc {spelt}")
    joined = [p for p in office.ticket()["participants"] if p["role"] == "cc"]
    assert [(p["email"], p["name"]) for p in joined] == [(email, name)]
    office.reply(notice, ALICE, "Hello.")
    assert [letter.to for letter in office.letters(kind="reply")] == [ANN, email]


def test_several_people_join_at_once(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, f'#cc {CARL}, {BRUNO} "Dora <dora@x.test>" {CARL}')
    assert people(office, 1) == {ANN: "requester", BRUNO: "cc", CARL: "cc", "dora@x.test": "cc"}


def test_who_is_on_the_ticket_already_is_no_trouble(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, f"#cc {ANN.upper()} {CARL}")
    assert people(office, 1) == {ANN: "requester", CARL: "cc"}


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ("bob.private@acme.test", "is an agent's: #assign bob"),
        ("BOB.PRIVATE@ACME.TEST", "is an agent's: #assign bob"),
        ("bob", "bob is an agent: #assign bob"),
        (SUPPORT, "is the desk's own address"),
        ("support+x@acme.test", "is the desk's own address"),
        ("support+t{token}@acme.test", "is the desk's own address"),
        ("carl", "carl is no e-mail address"),
        (f"please {CARL}", "please is no e-mail address"),
        (f"{CARL} please", "please is no e-mail address"),
        ("carl@", "no mail can be sent to carl@"),
        ("@partner.test", "no mail can be sent to @partner.test"),
        ("carl@partner..test", "no mail can be sent to"),
        ("carl@-partner.test", "no mail can be sent to"),
        ("carl@partner.test/../x", "no mail can be sent to"),
        ("carl@[127.0.0.1]", "no mail can be sent to"),
        ("carl@x@partner.test", "no mail can be sent to"),
        (f"carl@{'x' * 300}.test", "no mail can be sent to"),
        ("carl@partner.test%0d%0aBcc:evil@evil.test", "no mail can be sent to"),
        ("carl%0d%0aBcc%3a@partner.test", "no mail can be sent to"),
        ("=?utf-8?q?carl=0D=0ABcc=3A_evil?=@partner.test", "without any encoding"),
        ('"=?utf-8?q?Carl=0D=0ABcc:_evil@evil.test?= <carl@partner.test>"', "without any encoding"),
        (" ".join(f"p{n}@x.test" for n in range(20)), "a ticket has room for 20 people"),
    ],
)
def test_whom_a_ticket_has_no_place_for_is_refused_and_nothing_is_done(
    office: Office, notice: Letter, arguments: str, why: str
) -> None:
    arguments = arguments.replace("{token}", "a" * 26)
    text = refused(office, notice, f"#cc dora@x.test {arguments}\nHello everybody.")
    assert why in " ".join(text.split())
    assert office.letters("dora@x.test") == []
    assert office.letters("evil@evil.test") == []


@pytest.mark.parametrize("name", ["Carl: Bcc, evil\\n", "Carl\x0bBcc: evil@evil.test", "evil@evil.test", "Bcc:evil"])
def test_a_name_full_of_signs_is_a_name_and_no_header(office: Office, notice: Letter, name: str) -> None:
    office.reply(notice, ALICE, f'#cc "{name} <{CARL}>"\nHello.')
    mail = office.last(CARL, "reply")
    assert mail.message.keys().count("To") == 1
    assert "Bcc" not in mail.message
    assert "evil@evil.test" not in mail.whole
    assert [letter.to for letter in office.letters(kind="reply")] == [ANN, CARL]


def test_a_customer_s_cc_command_is_text(office: Office, notice: Letter) -> None:
    office.reply(office.last(ANN), ANN, "#cc evil@evil.test")
    assert people(office, 1) == {ANN: "requester"}


# --- #uncc -----------------------------------------------------------------------------------------------------


def test_who_is_taken_off_gets_nothing_more_and_their_address_lets_them_in_no_more(
    office: Office, notice: Letter
) -> None:
    office.reply(notice, ALICE, f"#cc {CARL}\nHello.")
    address = office.last(CARL).reply_to
    office.reply(notice, ALICE, f"#uncc {CARL.upper()}\nCarl cannot come.")
    assert people(office, 1) == {ANN: "requester"}
    assert len(office.letters(CARL)) == 1
    office.mail(CARL, "x", "But I can!", address)
    assert len(said(office, 1)) == 3
    assert said(office, 2) == [("customer", "But I can!")]


def test_taking_off_can_be_undone(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, f"#cc {CARL}")
    office.later(minutes=1)
    office.reply(notice, ALICE, f"#uncc {CARL}")
    office.later(minutes=1)
    office.reply(notice, ALICE, "#undo")
    assert people(office, 1) == {ANN: "requester", CARL: "cc"}


@pytest.mark.parametrize(
    ("address", "why"),
    [
        (ANN, "the ticket is theirs: #from gives it to somebody else"),
        ("karl@partner.test", "#uncc carl@partner.test"),
        ("nobody@nowhere.example", f"is not on this ticket; there are {CARL}"),
    ],
)
def test_who_cannot_be_taken_off_is_told(office: Office, notice: Letter, address: str, why: str) -> None:
    office.reply(notice, ALICE, f"#cc {CARL}")
    assert why in " ".join(refused(office, notice, f"#uncc {address}").split())


# --- #from on a ticket -------------------------------------------------------------------------------------------


def test_a_ticket_becomes_another_person_s_and_the_answers_go_to_them(office: Office, notice: Letter) -> None:
    old = office.last(ANN).reply_to
    office.reply(notice, ALICE, f'#from "Carl Lee <{CARL}>"\nDear Carl, a new one is on its way.')
    (answer,) = office.letters(kind="reply")
    assert answer.to == CARL
    assert "4711" not in answer.whole
    assert people(office, 1) == {CARL: "requester"}
    office.reply(answer, CARL, "Thank you.")
    assert said(office, 1)[-1] == ("customer", "Thank you.")
    office.mail(ANN, "x", "And me?", old)
    assert said(office, 2) == [("customer", "And me?")]
    assert len(office.letters(ANN, "reply")) == 0


def test_who_was_in_cc_keeps_their_address_when_the_ticket_becomes_theirs(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, f"#cc {CARL}\nHello.")
    address = office.last(CARL).reply_to
    office.reply(notice, ALICE, f"#from {CARL}\nHello again.")
    assert office.last(CARL).reply_to == address
    office.mail(CARL, "x", "Thank you.", address)
    assert said(office, 1)[-1] == ("customer", "Thank you.")


@pytest.mark.parametrize(
    ("argument", "why"),
    [
        (f"{CARL} {BRUNO}", "a ticket is of one person"),
        ("bob.private@acme.test", "is an agent's"),
        (SUPPORT, "is the desk's own address"),
        ("carl", "carl is no e-mail address"),
        ("", "#from needs more"),
    ],
)
def test_a_ticket_is_one_customer_s(office: Office, notice: Letter, argument: str, why: str) -> None:
    assert why in refused(office, notice, f"#from {argument}\nHello.")


# --- newcomers in a customer's Cc (THREATS T2, T14) ----------------------------------------------------------------


def test_t2_newcomers_whom_a_customer_brings_are_shown_marked_and_get_nothing_of_the_past(
    office: Office, notice: Letter
) -> None:
    office.reply(notice, ALICE, "Which drill is it?")
    office.reply(office.last(ANN, "reply"), ANN, "Ask Carl.", ("Cc", f"Carl <{CARL}>, {ALICE}, {SUPPORT}"))
    told = office.last(ALICE, "notice")
    assert f"New in Cc: {CARL}" in told.text.replace("\r\n", " ")
    assert people(office, 1) == {ANN: "requester", CARL: "cc"}
    assert office.letters(CARL) == []
    office.reply(told, ALICE, "Carl, which drill is it?")
    mail = office.last(CARL, "reply")
    assert "4711" not in mail.whole
    assert "Ask Carl" not in mail.whole
    assert office.last(ANN, "reply").reply_to not in mail.whole  # T14
    assert mail.reply_to not in office.last(ANN, "reply").whole


@pytest.mark.parametrize("proven", [False, True])
def test_t2_a_number_and_a_from_line_bring_nobody_but_a_proven_sender_does(
    office: Office, notice: Letter, proven: bool
) -> None:
    checked = (PROVEN,) if proven else ()
    office.mail(ANN, "Re: [#1] The drill", "Ask Carl.", SUPPORT, ("Cc", CARL), *checked)
    assert CARL in office.last(ALICE, "notice").text  # shown, whether or not they are let in
    assert (CARL in people(office, 1)) == proven
    office.reply(office.last(ALICE, "notice"), ALICE, "Which drill is it?")
    assert [letter.to for letter in office.letters(kind="reply")] == [ANN, *([CARL] if proven else [])]


def test_t14_each_person_s_address_lets_in_them_alone(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, f"#cc {CARL}\nHello.")
    office.mail(ANN, "x", "I have Carl's address.", office.last(CARL).reply_to)
    assert said(office, 1)[-1][0] == "customer"  # she is on the ticket, whichever address she writes to
    office.mail("eve@evil.test", "x", "So have I.", office.last(CARL).reply_to)
    assert said(office, 1)[-1][0] == "held"


def test_giving_a_ticket_away_can_be_undone(office: Office, notice: Letter) -> None:
    office.reply(notice, ALICE, f'#from "Carl Lee <{CARL}>"')
    office.reply(notice, ALICE, "#undo")
    assert [(p["email"], p["role"]) for p in office.ticket()["participants"]] == [(ANN, "requester")]
    office.reply(notice, ALICE, "Dear Ann, it is mended.")
    assert "it is mended" in office.last(ANN, "reply").text
    assert office.letters(CARL) == []
