"""What mail systems send back, one corpus mail for each oddity, and what only looks like it."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.mail import bounce, mime
from maildesk.model import Bounce

CORPUS = Path(__file__).parents[1] / "corpus"
KIM = "kim@example.org"
OURS = "<ours.1@example.com>"

# bounce-<name>.eml: who was not reached, status, action, and whether our Message-ID came back.
BOUNCES = {
    "amazon-ses": (KIM, "5.1.1", "failed", OURS),
    "beyond-ascii": ("jörg@bücher.example", "5.1.1", "failed", OURS),
    "by-a-list-of-a-person": (KIM, "", "failed", ""),
    "chinese": (KIM, "5.1.1", "failed", ""),
    "chinese-wide-colon": (KIM, "5.1.1", "failed", ""),
    "courier": (KIM, "5.1.1", "failed", OURS),
    "docomo": ("kim@docomo.ne.jp", "5.1.1", "failed", OURS),
    "domino": (KIM, "5.1.1", "failed", ""),
    "dragonfly-empty-from": (KIM, "5.7.1", "failed", OURS),
    "exchange-5.5": (KIM, "5.1.1", "failed", ""),
    "exchange-html-alone": (KIM, "5.1.1", "failed", ""),
    "exchange-turkish-html-alone": (KIM, "5.1.1", "failed", ""),
    "exchange-online-french": (KIM, "5.1.10", "failed", OURS),
    "exim-plain-text": (KIM, "5.1.1", "failed", OURS),
    "exim-warning-of-delay": (KIM, "", "delayed", ""),
    "ezweb": ("kim@ezweb.ne.jp", "5.2.1", "failed", ""),
    "german-provider": (KIM, "5.1.1", "failed", OURS),
    "french-provider": (KIM, "5.1.1", "failed", ""),
    "gmail-report": (KIM, "5.1.1", "failed", OURS),
    "google-groups-bulgarian": (KIM, "", "failed", OURS),
    "groupwise": (KIM, "", "failed", OURS),
    "imail": (KIM, "5.1.1", "failed", OURS),
    "interscan": (KIM, "5.1.1", "failed", ""),
    "james": (KIM, "5.7.1", "failed", ""),
    "japanese": (KIM, "5.1.1", "failed", ""),
    "korean-only-one-address": (KIM, "5.1.1", "failed", ""),
    "mailenable": (KIM, "5.1.1", "failed", OURS),
    "mailfoundry": (KIM, "5.1.1", "failed", ""),
    "mailmarshal": (KIM, "5.1.1", "failed", ""),
    "mdaemon": (KIM, "5.1.1", "failed", ""),
    "messaging-server": (KIM, "5.1.1", "failed", OURS),
    "mimecast": (KIM, "5.7.1", "failed", ""),
    "mobile-gateway": ("5550100@mms.example.org", "5.1.1", "failed", ""),
    "notes": (KIM, "5.1.1", "failed", OURS),
    "of-several-recipients": (KIM, "5.2.2", "failed", OURS),
    "opensmtpd": (KIM, "5.1.1", "failed", OURS),
    "postfix-without-status": (KIM, "5.1.1", "failed", OURS),
    "prose-in-status-part": (KIM, "5.3.0", "failed", OURS),
    "qmail": (KIM, "5.1.1", "failed", OURS),
    "sendmail-5": (KIM, "5.1.1", "failed", OURS),
    "sendmail-delay": (KIM, "4.4.3", "delayed", OURS),
    "smtp-gateway": (KIM, "5.1.1", "failed", ""),
    "status-less-exact-than-diagnostic": (KIM, "5.7.26", "failed", OURS),
    "status-without-report-type": (KIM, "5.1.1", "failed", OURS),
    "through-a-list": (KIM, "5.1.2", "failed", ""),
    "without-its-boundary": (KIM, "5.7.1", "failed", ""),
    "yahoo": (KIM, "5.1.2", "failed", OURS),
    "yahoo-account-gone": (KIM, "5.1.1", "failed", OURS),
    "zoho": (KIM, "5.1.1", "failed", OURS),
}


def read(raw: bytes) -> Bounce | None:
    root, _ = mime.split(raw)
    return bounce.read(raw, root, root.fields)


def mail(head: str, body: str) -> bytes:
    return f"To: desk@example.com\n{head}\n\n{body}".encode()


@pytest.mark.parametrize("name", BOUNCES)
def test_a_bounce_says_who_was_not_reached_why_and_which_mail_it_was(name: str) -> None:
    found = read((CORPUS / f"bounce-{name}.eml").read_bytes())
    assert found is not None
    assert (found.recipient, found.status, found.action, found.original_message_id) == BOUNCES[name]
    assert found.permanent == (found.action == "failed" and found.status.startswith("5"))


def test_every_bounce_of_the_corpus_is_in_the_table() -> None:
    assert {path.stem.removeprefix("bounce-") for path in CORPUS.glob("bounce-*.eml")} == set(BOUNCES)


@pytest.mark.parametrize("path", sorted(CORPUS.glob("no-bounce-*.eml")), ids=lambda path: path.stem)
def test_what_only_looks_like_a_bounce_is_none(path: Path) -> None:
    assert read(path.read_bytes()) is None


def test_a_receipt_of_delivery_is_told_from_a_failure() -> None:
    found = read((CORPUS / "report-of-delivery.eml").read_bytes())
    assert found is not None
    assert (found.action, found.status, found.permanent) == ("delivered", "2.0.0", False)


@pytest.mark.parametrize(
    ("name", "diagnostic"),
    [
        ("courier", "550 User <kim@example.org> unknown"),
        ("domino", "User kim (kim@example.org) not listed in Domino Directory"),
        ("mailmarshal", "550 5.1.1 User unknown"),
        ("imail", "Unknown user: kim@example.org"),
        ("prose-in-status-part", "<kim@example.org> has restricted SMS e-mail"),
    ],
)
def test_the_diagnostic_is_the_line_that_tells_why(name: str, diagnostic: str) -> None:
    found = read((CORPUS / f"bounce-{name}.eml").read_bytes())
    assert found is not None
    assert found.diagnostic == diagnostic


@pytest.mark.parametrize(
    ("words", "status", "permanent"),
    [
        ("user unknown", "5.1.1", True),
        ("550 no such user here", "5.1.1", True),
        ("450 no such user here", "4.1.1", False),
        ("mailbox is full", "4.2.2", False),
        ("552 mailbox is full", "5.2.2", True),
        ("552 5.2.3 message too large", "5.2.3", True),
        ("host not found", "5.1.2", True),
        ("connection timed out", "4.4.1", False),
        ("retry timeout exceeded", "4.4.7", False),
        ("554 rejected as spam", "5.7.1", True),
        ("550 something odd", "5.0.0", True),
        ("something odd", "", False),
    ],
)
def test_the_status_comes_from_codes_or_from_words(words: str, status: str, permanent: bool) -> None:
    text = f"I could not deliver this to\n\n<kim@example.org>:\n{words}\n"
    found = read(mail("From: MAILER-DAEMON@mx.example.net\nSubject: failure notice", text))
    assert found is not None
    assert (found.status, found.permanent) == (status, permanent)


@pytest.mark.parametrize(
    ("sender", "subject", "text", "expected"),
    [
        ("MAILER-DAEMON@mx.example.net", "Re: Your ticket", "kim@example.org: message could not be delivered", True),
        ("MAILER-DAEMON <>", "failure notice", "", True),
        ("postmaster@example.net", "Your ticket", "We could not deliver your mail to kim@example.org.", True),
        ("postmaster@example.net", "Your ticket", "Hello, I deliver your mail tomorrow. bob@example.net", False),
        (
            "Shop <info@example.net>",
            "Undeliverable: Hello",
            "This message could not be delivered: kim@example.org",
            True,
        ),
        ("Shop <info@example.net>", "Your ticket", "This message could not be delivered: kim@example.org", False),
        ("Ann <ann@example.net>", "Cannot send mail", "I get user unknown for kim@example.org, 550 5.1.1.", False),
        ("Ann <ann@example.net>", "Returned goods", "The following address is mine: 1 Street. ann@example.net", False),
    ],
)
def test_a_mail_system_needs_one_more_witness_and_a_person_two(
    sender: str, subject: str, text: str, expected: bool
) -> None:
    assert (read(mail(f"From: {sender}\nSubject: {subject}", text)) is not None) == expected


def test_whoever_writes_with_a_program_for_people_is_no_mail_system() -> None:
    head = "From: info@example.net\nSubject: Undeliverable: Hello"
    text = "This message could not be delivered: kim@example.org"
    assert read(mail(head, text)) is not None
    assert read(mail(f"{head}\nUser-Agent: Mozilla Thunderbird", text)) is None


def test_our_own_address_is_not_taken_for_the_one_that_failed() -> None:
    text = "Dear desk@example.com, the mail for kim@example.org could not be delivered."
    found = read(mail("From: MAILER-DAEMON@mx.example.net\nSubject: failure notice", text))
    assert found is not None
    assert found.recipient == KIM


@given(
    st.sampled_from(["text/plain", "text/html", "multipart/report; boundary=B", "message/delivery-status"]),
    st.text(max_size=400),
    st.text(st.characters(codec="ascii"), max_size=100),
)
def test_no_mail_raises(media_type: str, body: str, subject: str) -> None:
    head = f"From: MAILER-DAEMON@x.example\nSubject: {' '.join(subject.split())}\nContent-Type: {media_type}"
    found = read(mail(head, body))
    assert found is None or isinstance(found, Bounce)


@pytest.mark.parametrize("media_type", ["text/plain", "text/html", "message/delivery-status", "text/rfc822-headers"])
@pytest.mark.parametrize(
    "junk", ["a@", "<", "<style", "\n\n", "\r", "550 ", ">>> ", "&amp", "\\x{41", "Received: x\n", "x\n\n"]
)
def test_a_megabyte_of_junk_takes_no_time(media_type: str, junk: str) -> None:
    head = f"From: MAILER-DAEMON@x.example\nSubject: failure notice\nContent-Type: {media_type}"
    raw = mail(head, "Final-Recipient: rfc822;" + junk * (1_000_000 // len(junk)))
    root, _ = mime.split(raw)
    started = time.perf_counter()
    bounce.read(raw, root, root.fields)
    assert time.perf_counter() - started < 1
