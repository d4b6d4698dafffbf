"""The keys that sign agents' addresses: each quarter a new one signs, so that one that leaked is of no use for long.

An old key goes on verifying: its last addresses act for ninety days, and may read for as many more.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from maildesk.desk.addresses import LIFETIME
from maildesk.desk.letters import Desk
from maildesk.model import RenewKey, SetTimer, Step, TimerKind

PERIOD = timedelta(days=90)
_LABEL = "quarter"  # so that a restart leaves its time as it is


def timer(now: datetime) -> SetTimer:
    """When the key is to be renewed, counted from the first start."""
    return SetTimer(TimerKind.KEY, now + PERIOD, label=_LABEL)


def renew(desk: Desk) -> Iterator[Step]:
    """A new key signs from now on; those that were replaced long ago are forgotten."""
    now = desk.moment.now
    secret = "".join(desk.moment.token("key", part) for part in range(2)).encode()
    yield RenewKey(secret, replaced_before=now - 2 * LIFETIME)
    yield timer(now)
