"""A report on the desk: what the store finds, counted as `desk.figures` says."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from maildesk.config import Config
from maildesk.desk import figures
from maildesk.store import figures as found
from maildesk.store.engine import Store

_DAY = timedelta(days=1)


def report(store: Store, config: Config, period: figures.Period) -> figures.Report:
    """Reads at one moment, in a transaction of its own. A large desk's year takes seconds: not in a loop."""
    with store.snapshot():
        return counted(store, config, period)


def week(store: Store, config: Config, zone: ZoneInfo, now: datetime) -> tuple[figures.Line, ...]:
    """The seven days up to yesterday beside the seven before, for a mail; reads in whatever transaction is on."""
    today = now.astimezone(zone).date()
    this, before = (
        counted(store, config, figures.Period(today - days * _DAY, today - (days - 6) * _DAY, zone, now))
        for days in (7, 14)
    )
    return figures.summarise(this, before)


def counted(store: Store, config: Config, period: figures.Period) -> figures.Report:
    """Reads in whatever transaction is on."""
    asked = found.Asked(
        span=found.Span(period.since, period.until),
        before=period.before,
        stretches=[found.Span(hour.since, hour.until) for _, hour in period.hours()],
        customers=any(rule.when.customer for rule in config.targets.rules),
    )
    return figures.report(found.read(store, asked), figures.Terms.of(config, period))
