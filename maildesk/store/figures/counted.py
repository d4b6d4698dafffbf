"""Which tickets and which mails count.

A ticket counts unless it was merged into another one, is spam now, or is imported history that nobody has touched;
imported history that was opened again counts from then on, as if it had come that day. A mail counts unless it is on
spam or was imported. Whoever merges or finds spam late changes the figures of the past: they tell what the tickets
are, not what they were taken for.
"""

from __future__ import annotations

# An import closes a ticket as of the moment in which it was opened: such a one nobody has touched.
COUNTS = "merged_into IS NULL AND status != 'spam' AND closed_at IS NOT created_at"

IMPORTS = "SELECT EXISTS (SELECT 1 FROM inbox WHERE source = 'import')"
"""Whether there is a history at all; most desks have none, and are spared the questions. It is ``:imports`` below."""

# Its first mail tells that a ticket is history.
OPENED = """
  CASE WHEN :imports AND tickets.id IN (SELECT ticket_id FROM inbox WHERE source = 'import' AND ticket_id IS NOT NULL)
        AND (SELECT inbox_id FROM messages WHERE ticket_id = tickets.id ORDER BY id LIMIT 1) IN
            (SELECT id FROM inbox WHERE source = 'import')
       THEN (SELECT min(at) FROM events WHERE ticket_id = tickets.id AND kind = 'status')
       ELSE created_at END"""
ENDED = """
  CASE WHEN status IN ('solved', 'closed')
       THEN min(coalesce(solved_at, closed_at, updated_at), coalesce(closed_at, solved_at, updated_at)) END"""

# Of a mail: that it does not count.
ASIDE = """
  ticket_id IN (SELECT id FROM tickets WHERE status = 'spam')
  OR (:imports AND inbox_id IN (SELECT id FROM inbox WHERE source = 'import'))"""


def minutes(time: str) -> str:
    """A time as whole minutes since 1970: a julian day is exact to a tenth of a millisecond."""
    return f"CAST((julianday({time}) - 2440587.5) * 1440.0 + 0.000005 AS INTEGER)"
