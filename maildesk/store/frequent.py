"""Questions that are often asked: answers that agents kept (`#faq`), and copies of what templates answer; by words.

The copies are kept in step whenever the daemon reads its configuration. Nothing here decides whether a mail really
asks one of them (`desk.frequent`).
"""

from __future__ import annotations

from collections.abc import Sequence

from maildesk.model import AddFaq, Frequent, StandFrequent
from maildesk.store.engine import Store

_FOUND = 30
_LONGEST = 20  # letters of a word that is searched
_SEARCH = "SELECT language, question, answer, name FROM faq_search WHERE faq_search MATCH ? ORDER BY rank LIMIT ?"
_COPIES = "SELECT language, question, answer, name FROM faq_search WHERE rowid < 0 ORDER BY rowid DESC"


def search(store: Store, words: Sequence[str]) -> tuple[Frequent, ...]:
    """Those in which any of the words occurs, or one that begins so; the best match first."""
    safe = [word[:_LONGEST] for word in words if word.isalnum()]
    if not safe or store.value("SELECT 1 FROM faq_search_docsize LIMIT 1") is None:  # on most desks, that spares much
        return ()
    query = " OR ".join(f'"{word}"*' for word in safe)  # letters and digits alone: nothing that FTS5 would read
    return tuple(Frequent(*row) for row in store.rows(_SEARCH, (query, _FOUND)))


def stand(store: Store, step: StandFrequent) -> None:
    """Of templates exactly these; what agents kept stays."""
    if step.frequent != tuple(Frequent(*row) for row in store.rows(_COPIES)):
        store.execute("DELETE FROM faq_search WHERE rowid < 0")
        for place, one in enumerate(step.frequent, 1):
            sql = "INSERT INTO faq_search (rowid, language, question, answer, name) VALUES (?, ?, ?, ?, ?)"
            store.execute(sql, (-place, one.language, one.question, one.answer, one.name))
    _tidy(store)


def keep(store: Store, step: AddFaq, at: str) -> int:
    """An answer that an agent keeps; its number."""
    sql = "INSERT INTO faq (ticket_id, language, question, answer, agent, created_at) VALUES (?, ?, ?, ?, ?, ?)"
    kept = store.insert(sql, (step.ticket_id, step.language, step.question, step.answer, step.agent, at))
    _tidy(store)
    return kept


def _tidy(store: Store) -> None:
    """Every new mail is searched by all its words: with a piece of the index for each row, in three times the time."""
    store.execute("INSERT INTO faq_search (faq_search) VALUES ('optimize')")
