"""`preview`: what a template says, on a sample and on a real ticket; nothing is sent."""

from __future__ import annotations

import pytest

from maildesk.model import Purpose
from tests.cli.desk import Desk


@pytest.mark.parametrize("name", ["auto_reply", "reminder", "canned/more-info"])
def test_a_template_is_shown_on_sample_values(desk: Desk, name: str) -> None:
    run = desk.run("preview", name)
    assert run.status == 0, run.err
    assert "Maria" in run.out


def test_language_and_html_can_be_chosen(desk: Desk) -> None:
    assert desk.run("preview", "auto_reply", "--language", "it").out != desk.run("preview", "auto_reply").out
    assert "<p" in desk.run("preview", "auto_reply", "--html").out


def test_a_real_ticket_gives_its_own_values_and_no_mail_is_sent(desk: Desk) -> None:
    desk.take("Invoice 77", "The total is too high.")
    before = desk.run("outbox", "--json").json
    shown = desk.run("preview", "notice", "--ticket", "1").out
    assert "Subject: [#1] Invoice 77" in shown
    assert "The total is too high." in shown
    assert "Ann" in desk.run("preview", "canned/more-info", "--ticket", "1").out
    assert desk.run("outbox", "--json").json == before


def test_every_template_can_be_shown_on_a_real_ticket(desk: Desk) -> None:
    from datetime import UTC, datetime

    from maildesk.desk.letters import Desk as Letters
    from maildesk.desk.preview import Stage, on_ticket, sample
    from maildesk.desk.question import of_desk
    from maildesk.edge.policies import read
    from maildesk.model import Moment
    from maildesk.store import facts

    desk.take("Invoice 77", "The total is too high.")
    good = read(desk.config).good
    assert good is not None
    policy = good.policy
    now = datetime.now(UTC)
    with desk.opened() as store:
        known = facts.of_ticket(store, 1, of_desk(policy, now))
    assert known.signed_for is not None
    stage = Stage(Letters(policy, Moment(now, b"0" * 32), known), known.signed_for, known.entry)
    for name in (*Purpose, "canned/password"):
        assert on_ticket(stage, name, "en").text.strip()
        assert sample(policy, name, "fr").text.strip()


def test_an_unknown_template_is_told_with_the_nearest(desk: Desk) -> None:
    run = desk.run("preview", "auto_replay")
    assert run.status == 2
    assert "did you mean auto_reply?" in run.err
    assert desk.run("preview", "notice", "--ticket", "9").status == 1
