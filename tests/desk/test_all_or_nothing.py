"""For any mail by an agent: all of its block is done or nothing, and no customer reads what is not theirs."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maildesk.desk.commands.table import BY_NAME, VERBS
from tests.office import ALICE, ANN, BOB, Letter, Office

NOTE = "She has not paid her last three invoices yet."
GOOD = {
    "#tag +vip": lambda ticket: "vip" in ticket["tags"],
    "#priority high": lambda ticket: ticket["priority"] == "high",
    "#assign bob": lambda ticket: ticket["assignee"] == "bob",
    "#category money": lambda ticket: ticket["category"] == "money",
    '#subject "Another matter"': lambda ticket: ticket["subject"] == "Another matter",
    "#due 3d": lambda ticket: ticket["due_at"] is not None,
    "#solve": lambda ticket: ticket["status"] == "solved",
    "#team tech": lambda ticket: ticket["team"] == "tech",
    "#cc zoe@customer.test": lambda ticket: any(p["email"] == "zoe@customer.test" for p in ticket["participants"]),
}
BAD = ("#asign bob", "#assign nobody-here", "#сlose", "#due yesterday", "#priority", "#team x", "#tag !", "#merge 99",
       '#subject "never closed', "#canned no-such", "#cc not-an-address", "#cc bob.private@acme.test")  # fmt: skip
WORDS = ("Change its battery.", "##closely looked at", "Kiitos, hyvää päivää!", "#1 is the best", "> a quoted line",
         "See #close in the manual", "-- ", "مرحبا", NOTE, f"Write to {ALICE}.", "#end")  # fmt: skip

blocks = st.lists(st.sampled_from((*GOOD, *GOOD, *BAD)), max_size=4)
texts = st.lists(st.sampled_from((*WORDS, *(verb.example for verb in VERBS))), max_size=4)
breaks = st.sampled_from(("\n", "\n\n", "\r\n", " "))


def _state(office: Office) -> dict[str, Any]:
    ticket = office.ticket()
    kept = ("status", "tags", "priority", "assignee", "category", "subject", "due_at", "team", "participants", "links")
    return {name: ticket[name] for name in kept} | {"messages": len(ticket["messages"])}


def _seen_by_customers(office: Office) -> list[Letter]:
    return [letter for letter in office.letters() if letter.to not in (ALICE, BOB)]


def _is_command(line: str) -> bool:
    found = re.match(r"\s*#([a-z-]+)", line)
    return bool(found and found[1] in BY_NAME)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(block=blocks, text=texts, gap=breaks, note=st.booleans())
def test_all_or_nothing_and_nothing_private(block: list[str], text: list[str], gap: str, note: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder))
        try:
            _try(office, gap.join(block) + "\n\n" + "\n".join(text), block, note=note)
        finally:
            office.close()


def _try(office: Office, body: str, block: list[str], *, note: bool) -> None:
    office.mail(ANN, "The drill", "It does not start.")
    notice = office.last(ALICE, "notice")
    office.reply(notice, ALICE, f"#note\n{NOTE}")
    before, mails = _state(office), len(_seen_by_customers(office))
    office.reply(notice, ALICE, f"#note\n{body}" if note else body)
    after = _state(office)
    if office.letters(ALICE, "command_error"):
        assert after == before
        assert len(_seen_by_customers(office)) == mails
    elif not (office.letters(ALICE, "confirm") or office.letters(ALICE, "preview") or "#later" in body):
        assert not set(block) & set(BAD)
        for command in block:
            assert GOOD[command](office.ticket()), command
    for letter in _seen_by_customers(office)[mails:]:
        assert not note
        _nothing_private(letter, notice)


def _nothing_private(letter: Letter, notice: Letter) -> None:
    own, *rest = letter.text.partition("\n")
    assert not _is_command(next((line for line in (own, *rest) if line.strip()), ""))
    for secret in (ALICE, BOB, NOTE, notice.reply_to):
        assert secret not in letter.whole
    assert not re.search(r"support\+[andc][a-z2-7]{26}", letter.whole)
