# ruff: noqa: S608 - SQL is put together from texts of these files alone
"""The mails of a report, who wrote them, and what customers said of the desk.

All mails are counted, and then those that do not count, which are few, are taken off: to ask of each mail whether it
counts would take three times as long.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter

from maildesk.store.engine import Store, to_text
from maildesk.store.figures.counted import ASIDE, COUNTS
from maildesk.store.figures.found import Asked, Hand, Rated, Span, Traffic, Urgency

# Each stretch is counted by itself, within the index messages_created, and who wrote comes as one text: many times as
# fast as sorting all of them.
_TRAFFIC = """
  SELECT (
    SELECT json_array(count(*) FILTER (WHERE kind = 'customer'), json_group_array(author) FILTER (WHERE kind = 'agent'),
      json_group_array(author) FILTER (WHERE kind = 'note'))
    FROM messages WHERE created_at >= json_extract(value, '$[0]') AND created_at < json_extract(value, '$[1]'))
  FROM json_each(:stretches)"""
_ASIDE = (
    f"SELECT kind, created_at, author FROM messages WHERE created_at >= :since AND created_at < :until AND ({ASIDE})"
)
_RATINGS = f"""
  SELECT score, category, team, assignee, count(*) FROM ratings JOIN tickets ON tickets.id = ticket_id
  WHERE at >= :since AND at < :until AND {COUNTS} AND scale = (SELECT scale FROM ratings ORDER BY at DESC LIMIT 1)
  GROUP BY 1, 2, 3, 4"""
# What an agent marks as urgent, no customer said: those who are not of the desk act by their address. Of several
# verdicts the last counts, until it is taken back: then it is null.
_URGENCY = f"""
  SELECT count(*), count(verdict), coalesce(sum(verdict), 0) FROM (
    SELECT (SELECT json_extract(data, '$.right') FROM events WHERE ticket_id = tickets.id AND kind = 'urgent_verdict'
      ORDER BY id DESC LIMIT 1) AS verdict
    FROM tickets WHERE {COUNTS} AND id IN (
      SELECT ticket_id FROM events
      WHERE kind = 'urgent' AND at >= :since AND at < :until AND json_extract(data, '$.new') AND actor LIKE '%@%'))"""


def written(store: Store, asked: Asked, imports: bool) -> tuple[tuple[Traffic, ...], tuple[Hand, ...]]:
    """The mails within each of the stretches, which follow one on the other; and what agents wrote in all of them."""
    ends = [(to_text(each.since), to_text(each.until)) for each in asked.stretches]
    mails: list[tuple[int, int]] = []
    answers, notes = Counter[str](), Counter[str]()
    for (text,) in store.execute(_TRAFFIC, {"stretches": json.dumps(ends)}):
        incoming, answering, noting = json.loads(text)
        mails.append((incoming, len(answering)))
        answers.update(answering)
        notes.update(noting)
    begins, off = [since for since, _ in ends], Counter[tuple[str, int]]()
    for kind, at, author in store.execute(_ASIDE, {**asked.span.values, "imports": imports}):
        off[kind, bisect_right(begins, at) - 1] += 1
        if kind in ("agent", "note"):
            (answers if kind == "agent" else notes)[author] -= 1
    traffic = (Traffic(into - off["customer", n], out - off["agent", n]) for n, (into, out) in enumerate(mails))
    hands = (Hand(author, answers[author], notes[author]) for author in sorted((+answers).keys() | (+notes).keys()))
    return tuple(traffic), tuple(hands)


def ratings(store: Store, span: Span) -> tuple[Rated, ...]:
    return tuple(Rated(*row) for row in store.execute(_RATINGS, span.values))


def urgency(store: Store, span: Span) -> Urgency:
    return Urgency(*store.rows(_URGENCY, span.values)[0])
