"""Two hundred answers of agents, as their clients write them: the commands run, and the new words alone are sent."""

from __future__ import annotations

import email.policy
from email.message import EmailMessage
from html import unescape

import pytest

from tests.desk import clients
from tests.desk.clients import Client
from tests.office import ALICE, ANN, Letter, Office

WORDS = (
    "Hello Ann,\n\nchange its battery.\n\nAlice",
    "Ciao Ann,\nè arrivata la fattura? Così com'è non va.",
    "Bună ziua,\n\nîncercați din nou, vă rog. Mulțumesc!",
    "Hei Ann,\n\nvaihda akku ja kokeile uudelleen. Hyvää päivää!",
    "アンさん\n\n電池を交換してください。",
    "مرحبا آن،\n\nمن فضلك غيّر البطارية.",
    "Dear Ann,\n\n1. open it\n2. change its battery\n\nIt costs #1 and 5 < 6 & 7.",
    "One line.",
    "Dear Ann,\n\nsee https://help.acme.test/battery?x=1&y=2 for more.\n\n* first\n* second",
    "Hi Ann!\n\nA paragraph that is long enough that some client on the way will think that it has to wrap it, which "
    "it must not take for the end of anything.\n\nBest regards\nAlice",
)
FOREIGN = ("#solve", "#tag", "+battery", "does not start", "write your answer", "Sent from", "iPhone", "Outlook",
           "wrote:", "ha scritto", "a scris", "kirjoitti")  # fmt: skip
BLOCKS = (
    "#solve #tag +battery",
    "#solve\n#tag +battery",
    "#SOLVE\n\n#tag +battery",
    "#tag “+battery” #solve",
    "#tag +battery\n#solve\n",
)


@pytest.fixture
def notice(office: Office) -> Letter:
    office.mail("Ann Bianchi <ann@customer.test>", "The drill", "It does not start.\n\nAnn")
    return office.last(ALICE, "notice")


def _send(office: Office, notice: Letter, written: clients.Written) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Alice Rossi <{ALICE}>", notice.reply_to, f"Re: {notice['Subject']}"
    mail["Message-ID"], mail["In-Reply-To"], mail["Date"] = "<1@alice.test>", notice["Message-ID"], office.now
    if written.text is not None:
        mail.set_content(written.text)
        if written.html is not None:
            mail.add_alternative(written.html, subtype="html")
    else:
        mail.set_content(written.html or "", subtype="html")
    office.receive(mail.as_bytes(policy=email.policy.SMTP), sender=ALICE, to=notice.reply_to)


@pytest.mark.parametrize("words", range(len(WORDS)))
@pytest.mark.parametrize("client", clients.ALL, ids=lambda client: client.__name__)
def test_commands_run_and_the_new_words_alone_go_out(
    office: Office, notice: Letter, client: Client, words: int
) -> None:
    block, own = BLOCKS[words % len(BLOCKS)], WORDS[words]
    _send(office, notice, client(f"{block}\n\n{own}", notice))
    ticket = office.ticket()
    assert (ticket["status"], ticket["tags"]) == ("solved", ["battery"]), office.letters()[-1].text
    answer = office.last(ANN, "reply")
    for half in (answer.text, answer.html):
        for line in filter(None, own.splitlines()):
            assert _letters(line) in _letters(half), line
        for foreign in (*FOREIGN, ALICE, notice.reply_to):
            assert foreign not in half, foreign


def _letters(text: str) -> str:
    return "".join(c for c in unescape(text) if c.isalnum())
