"""The desk's own mail to itself, which shows that mail goes out and comes in: recognised, and never answered.

Nobody can forge one: its Message-ID is as hard to guess as any of ours. Some servers give mail another one
on its way; then it is known by what it refers to, which is itself, and by the mark of this desk on it.
"""

from __future__ import annotations

from maildesk.desk.case import Case
from maildesk.model import LandCanary, Plan, Purpose, Reason, Verdict


def landed(case: Case) -> Plan | None:
    """It has come round; None for any other mail."""
    sent = case.facts.ours
    if sent is None and case.mail.desk_mark == case.policy.desk_mark:
        sent = case.facts.answered
    if sent is None or sent.purpose is not Purpose.CANARY:
        return None
    reason = Reason("canary", f"our canary {sent.id} came round")
    return Plan(Verdict.IGNORED, "desk", (LandCanary(sent.id),), (reason,))
