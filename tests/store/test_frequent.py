"""Questions that are often asked: every new mail is searched for them."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from maildesk.model import AddFaq, Frequent, Plan, StandFrequent, Step, Verdict
from maildesk.store import frequent
from maildesk.store.apply import apply
from maildesk.store.engine import Store

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEMPLATES = tuple(Frequent("en", f"How do I mend the printer {number}?", "So.", f"mend{number}") for number in range(5))


def does(store: Store, step: Step) -> None:
    with store.transaction():
        apply(store, Plan(Verdict.NOTE, "alice", (step,)), NOW)


def pieces(store: Store) -> int:
    """Of the index: a search goes through each for each word."""
    return int(store.value("SELECT count(DISTINCT segid) FROM faq_search_idx"))


def test_the_index_of_questions_is_one_piece_however_they_came(tmp_path: Path) -> None:
    with closing(Store.open(tmp_path / "desk.db")) as store:
        does(store, StandFrequent(TEMPLATES))
        assert pieces(store) == 1
        store.execute("PRAGMA foreign_keys=OFF")  # its ticket is not what this is about
        does(store, AddFaq(1, "en", "Where is the printer?", "There.", "alice"))
        assert pieces(store) == 1
        found = {one.question for one in frequent.search(store, ["printer"])}
        assert found == {*(one.question for one in TEMPLATES), "Where is the printer?"}
        does(store, StandFrequent(TEMPLATES[:1]))
        assert pieces(store) == 1
        assert len(frequent.search(store, ["mend"])) == 1
