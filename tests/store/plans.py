"""How SQLite goes about what it is asked: which indexes it uses, and what it walks through."""

from __future__ import annotations

from collections.abc import Callable

from maildesk.store.engine import Store


def plans(store: Store, ask: Callable[[], object]) -> dict[str, list[str]]:
    """The steps of each SELECT that ``ask`` makes, by its text."""
    said: list[str] = []
    store.connection.set_trace_callback(said.append)
    ask()
    store.connection.set_trace_callback(None)
    asked = [sql for sql in said if sql.lstrip().startswith("SELECT")]
    return {sql: [str(row["detail"]) for row in store.rows(f"EXPLAIN QUERY PLAN {sql}")] for sql in asked}
