"""Who may be sent to next: a recipient's domain that is slow, or dead, holds up no other one.

A smarthost that asks the recipient's own server before it answers is as slow as that server. Such mails may take some
of the few places in flight, never all of them. Knows a domain by how long its last mail took, and forgets all but
the last few thousand. Holds no mail and no socket.
"""

from __future__ import annotations

from collections import Counter, OrderedDict

SLOW = 2.0  # seconds for one mail
_KNOWN = 5_000  # domains that are remembered


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()


class Lanes:
    """Times are the loop's. ``in_flight`` is how many mails may be in the air at once."""

    def __init__(self, in_flight: int) -> None:
        self._most = max(in_flight - 1, 1)  # of one domain, and of all slow ones: a place is left for somebody else
        self._most_unknown = max(in_flight // 2, 1)  # of a domain that has not yet shown how quick it is
        self._quick: OrderedDict[str, bool] = OrderedDict()
        self._air: dict[int, tuple[str, float]] = {}

    def __len__(self) -> int:
        """How many are in the air."""
        return len(self._air)

    def took_off(self, id: int, domain: str, now: float) -> None:
        self._air[id] = (domain, now)

    def landed(self, id: int, now: float) -> None:
        """Its outcome is known."""
        domain, since = self._air.pop(id)
        self._quick[domain] = now - since < SLOW
        self._quick.move_to_end(domain)
        if len(self._quick) > _KNOWN:
            self._quick.popitem(last=False)

    def closed(self, now: float) -> frozenset[str]:
        """The domains to which nothing more may take off at present."""
        count = Counter(domain for domain, _ in self._air.values())
        slow = {domain for domain, since in self._air.values() if now - since >= SLOW}
        slow |= {domain for domain, quick in self._quick.items() if not quick}
        full = {domain for domain in count if count[domain] >= self._room(domain, slow)}
        crowded = sum(count[domain] for domain in slow) >= self._most
        return frozenset(full | slow if crowded else full)

    def _room(self, domain: str, slow: set[str]) -> int:
        proven = domain not in slow and domain in self._quick
        return self._most if proven else self._most_unknown
