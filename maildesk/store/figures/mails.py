# ruff: noqa: S608 - SQL is put together from texts of these files alone
"""The mails of a report, who wrote them, and what customers said of the desk."""

from __future__ import annotations

import json
from collections.abc import Sequence

from maildesk.store.engine import Store, to_text
from maildesk.store.figures.counted import COUNTS, MAIL_COUNTS
from maildesk.store.figures.found import Hand, Rated, Span, Traffic, Urgency

# Each stretch is counted by itself, within the index messages_created: ten times as fast as sorting all of them.
_COUNT = f"""
  (SELECT count(*) FROM messages
   WHERE kind = '{{}}' AND created_at >= json_extract(value, '$[0]') AND created_at < json_extract(value, '$[1]')
     AND {MAIL_COUNTS})"""
_TRAFFIC = f"SELECT {_COUNT.format('customer')}, {_COUNT.format('agent')} FROM json_each(:stretches)"
_HANDS = f"""
  SELECT author, sum(kind = 'agent'), sum(kind = 'note') FROM messages
  WHERE kind IN ('agent', 'note') AND created_at >= :since AND created_at < :until AND {MAIL_COUNTS}
  GROUP BY author ORDER BY author"""
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


def traffic(store: Store, stretches: Sequence[Span], imports: bool) -> tuple[Traffic, ...]:
    ends = json.dumps([(to_text(each.since), to_text(each.until)) for each in stretches])
    return tuple(Traffic(*row) for row in store.execute(_TRAFFIC, {"stretches": ends, "imports": imports}))


def hands(store: Store, span: Span, imports: bool) -> tuple[Hand, ...]:
    return tuple(Hand(*row) for row in store.execute(_HANDS, {**span.values, "imports": imports}))


def ratings(store: Store, span: Span) -> tuple[Rated, ...]:
    return tuple(Rated(*row) for row in store.execute(_RATINGS, span.values))


def urgency(store: Store, span: Span) -> Urgency:
    return Urgency(*store.rows(_URGENCY, span.values)[0])
