"""How the queues stand, for counters and a health check: read by indexes of what waits, never by a scan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from maildesk.store.engine import Store, to_time_or_none


@dataclass(frozen=True, slots=True)
class Pulse:
    """What waits, and since when."""

    mails: int  # ever accepted
    tickets: int  # the last one's number
    received: int  # mails that wait to be understood
    quarantined: int
    queued: int  # mails of ours that wait to be sent
    held: int
    failed: int
    alarms: int
    oldest_received: datetime | None
    oldest_queued: datetime | None
    first_due: datetime | None  # of the queued ones


_COUNTS = """
SELECT
  (SELECT seq FROM sqlite_sequence WHERE name = 'inbox') AS mails,
  (SELECT seq FROM sqlite_sequence WHERE name = 'tickets') AS tickets,
  (SELECT count(*) FROM inbox INDEXED BY inbox_state WHERE state = 'received') AS received,
  (SELECT count(*) FROM inbox INDEXED BY inbox_state WHERE state = 'quarantined') AS quarantined,
  (SELECT count(*) FROM outbox INDEXED BY outbox_state WHERE state = 'queued' AND state != 'sent') AS queued,
  (SELECT count(*) FROM outbox INDEXED BY outbox_state WHERE state = 'held' AND state != 'sent') AS held,
  (SELECT count(*) FROM outbox INDEXED BY outbox_state WHERE state = 'failed' AND state != 'sent') AS failed,
  (SELECT count(*) FROM alarms) AS alarms,
  (SELECT received_at FROM inbox INDEXED BY inbox_state WHERE state = 'received' ORDER BY id LIMIT 1)
    AS oldest_received,
  (SELECT created_at FROM outbox INDEXED BY outbox_state WHERE state = 'queued' AND state != 'sent' ORDER BY id LIMIT 1)
    AS oldest_queued,
  (SELECT min(next_at) FROM outbox INDEXED BY outbox_due WHERE state = 'queued') AS first_due
"""


def pulse(store: Store) -> Pulse:
    row = store.row(_COUNTS)
    assert row is not None
    counts = {key: row[key] or 0 for key in row.keys() if not key.startswith(("oldest", "first"))}  # noqa: SIM118
    return Pulse(
        **counts,
        oldest_received=to_time_or_none(row["oldest_received"]),
        oldest_queued=to_time_or_none(row["oldest_queued"]),
        first_due=to_time_or_none(row["first_due"]),
    )
