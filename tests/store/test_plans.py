"""What is asked of the tables that grow for ever is found in the indexes that were made for it.

Of the looks of agents `test_looks.py` tells the same, of the queues `test_pulse.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from maildesk.store.engine import Store
from maildesk.store.figures import mails, tickets
from maildesk.store.figures.found import Asked, Span
from maildesk.store.tickets import Filter, listing
from tests.store.plans import plans

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
WEEK = Span(NOW - timedelta(days=7), NOW)
ASKED = Asked(WEEK, NOW, [WEEK])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "desk.db")
    yield store
    store.close()


@pytest.mark.parametrize(
    ("index", "ask"),
    [
        ("events_breached", lambda store: tickets.breached(store, "solve")),
        ("events_breached", lambda store: tickets.breaches(store, WEEK)),
        ("events_reopened", lambda store: tickets.reopenings(store, WEEK)),
        ("inbox_imported", lambda store: list(tickets.cases(store, ASKED, imports=True))),
        ("inbox_imported", lambda store: mails.written(store, ASKED, imports=True)),
    ],
)
def test_a_report_finds_the_few_rows_that_it_is_about_by_an_index_of_these_alone(
    store: Store, index: str, ask: Callable[[Store], object]
) -> None:
    steps = [step for each in plans(store, lambda: ask(store)).values() for step in each]
    assert [step for step in steps if f" INDEX {index}" in step]
    assert not [step for step in steps if step in ("SCAN events", "SCAN inbox", "SCAN messages")]


def test_mails_are_counted_in_an_index_and_none_is_read(store: Store) -> None:
    asked = plans(store, lambda: mails.written(store, ASKED, imports=False)).values()
    read = {step for steps in asked for step in steps if step.split()[1] == "messages"}
    assert read == {"SEARCH messages USING COVERING INDEX messages_created (created_at>? AND created_at<?)"}


def test_the_freshest_tickets_are_chosen_in_an_index_in_its_order_and_none_is_read(store: Store) -> None:
    (choice,) = [steps for sql, steps in plans(store, lambda: listing(store, Filter())).items() if "LIMIT" in sql]
    assert choice[0] == "SCAN tickets USING COVERING INDEX tickets_updated"
    assert "USE TEMP B-TREE FOR ORDER BY" not in choice


@pytest.mark.parametrize("table", ["inbox", "tickets", "messages", "outbox"])
def test_a_row_is_checked_and_indexed_without_a_table_of_what_its_columns_may_say(store: Store, table: str) -> None:
    """SQLite makes a table of an IN of more than two values, and throws it away: a tenth of what a mail costs."""
    steps = [row["opcode"] for row in store.rows(f"EXPLAIN INSERT INTO {table} (id) VALUES (1)")]
    assert "IdxInsert" in steps
    assert "OpenEphemeral" not in steps
