"""Agents' addresses are signed with keys that change."""

from __future__ import annotations

from maildesk.desk.keys import PERIOD
from tests.office import ALICE, ANN, Office, configuration


def _keys(office: Office) -> list[bytes]:
    return list(office.store.keys())


def test_each_quarter_another_key_signs_and_what_the_old_one_signed_still_acts(office: Office) -> None:
    office.thinker.stand()
    (first,) = _keys(office)
    office.later(days=80)
    office.mail(ANN, "Invoice 77", "It is wrong.")
    notice = office.last(ALICE, "notice")
    office.later(days=11)
    new, old = _keys(office)
    assert old == first
    assert len(new) >= 32
    office.reply(notice, ALICE, "#tag +vip")
    assert "vip" in office.ticket()["tags"]
    office.mail(ANN, "Invoice 78", "So is this one.")
    assert office.last(ALICE, "notice").reply_to != notice.reply_to
    office.reply(office.last(ALICE, "notice"), ALICE, "#tag +new")
    assert "new" in office.ticket(2)["tags"]


def test_a_restart_does_not_put_the_change_off(office: Office) -> None:
    office.thinker.stand()
    for _ in range(4):
        office.later(days=30)
        office.use(configuration())
        office.thinker.stand()
    assert len(_keys(office)) == 2


def test_a_key_that_was_replaced_long_ago_verifies_no_more(office: Office) -> None:
    office.thinker.stand()
    (first,) = _keys(office)
    for _ in range(8):
        office.later(seconds=PERIOD.total_seconds())
    assert first not in _keys(office)
    assert len(_keys(office)) <= 4
