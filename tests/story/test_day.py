"""Days of a desk whose smarthost does as it is told: reminders, refusals, outages, and the admins' hand."""

from __future__ import annotations

from tests.story.desk import Desk, until
from tests.story.people import Person


def test_a_conversation(desk: Desk, ann: Person, alice: Person) -> None:
    ann.writes(desk.address, "Invoice 77", "It has the wrong total.")
    assert ann.gets("received")["Auto-Submitted"] == "auto-replied"
    alice.answers(alice.gets("wrong total"), "#take\nIt is mended.")
    desk.becomes("pending")
    ann.answers(ann.gets("It is mended"), "It is not!")
    alice.gets("It is not!")
    desk.becomes("open")
