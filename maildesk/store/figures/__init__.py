"""What the desk's figures are counted from, read with the only SQL that reports have."""

from __future__ import annotations

from maildesk.store.engine import Store
from maildesk.store.figures import mails, tickets
from maildesk.store.figures.counted import IMPORTS
from maildesk.store.figures.found import (
    Asked,
    Case,
    Found,
    Hand,
    Opened,
    Rated,
    Reopenings,
    Span,
    Traffic,
    Urgency,
)

__all__ = [
    "Asked",
    "Case",
    "Found",
    "Hand",
    "Opened",
    "Rated",
    "Reopenings",
    "Span",
    "Traffic",
    "Urgency",
    "read",
]


def read(store: Store, asked: Asked) -> Found:
    """All that a report is counted from. Stay in one `Store.snapshot` until it is counted."""
    span, imports = asked.span, bool(store.value(IMPORTS))
    traffic, hands = mails.written(store, asked, imports)
    return Found(
        cases=tickets.cases(store, asked, imports),
        breached={clock: tickets.breached(store, clock) for clock in ("first_reply", "solve")},
        breaches=tickets.breaches(store, span),
        reopenings=tickets.reopenings(store, span),
        traffic=traffic,
        hands=hands,
        ratings=mails.ratings(store, span),
        before=tickets.opened(store, Span(asked.before, span.since), imports),
        urgency=mails.urgency(store, span),
        live=tickets.live(store),
        spam=tickets.spam(store, span),
    )
