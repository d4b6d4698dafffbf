"""Invitations to a call, as calendars understand them, and the answers that come back (RFC 5545, RFC 5546 §3.2).

Each reader gets an event of their own: the organizer is their own reply address, so that the answer finds the ticket,
and they are its one attendee, so that nobody sees anybody else. Times are in UTC: no time zone needs to be described.
Reading never raises, and takes nothing but an answer: REPLY, or a COUNTER that proposes another time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from maildesk.mail import calendar
from maildesk.mail.slots import clean
from maildesk.model import Address

_SUMMARY, _DESCRIPTION, _COMMENT = 200, 4_000, 1_000  # characters
_LONGEST_UID = 250


@dataclass(frozen=True, slots=True)
class Invitation:
    """A call, for anybody; a higher ``sequence`` with the same ``uid`` is the same call at another time."""

    uid: str
    sequence: int
    start: datetime  # UTC, as all times here
    end: datetime
    stamp: datetime  # when it was written
    summary: str
    description: str = ""
    cancelled: bool = False

    @property
    def method(self) -> str:
        return "CANCEL" if self.cancelled else "REQUEST"

    def write(self, organizer: Address, attendee: Address) -> str:
        """The calendar for one reader; lines end in CRLF."""
        from icalendar import Calendar, Event, vCalAddress  # here, because its import takes 50 ms

        def person(who: Address, **parameters: str) -> vCalAddress:
            written = vCalAddress(f"mailto:{who.email}")
            name = " ".join(clean(who.name).replace('"', "").split())[:120]
            written.params.update({"CN": name or who.email, **parameters})
            return written

        event, whole = Event(), Calendar()
        asked = {} if self.cancelled else {"PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE"}
        for name, value in (
            ("uid", self.uid),
            ("sequence", self.sequence),
            ("dtstamp", self.stamp.replace(microsecond=0)),
            ("dtstart", self.start),
            ("dtend", self.end),
            ("summary", " ".join(clean(self.summary).split())[:_SUMMARY]),
            ("description", clean(self.description)[:_DESCRIPTION]),
            ("status", "CANCELLED" if self.cancelled else "CONFIRMED"),
            ("organizer", person(organizer)),
            ("attendee", person(attendee, CUTYPE="INDIVIDUAL", ROLE="REQ-PARTICIPANT", **asked)),
        ):
            event.add(name, value)
        for name, value in (("prodid", "-//maildesk//EN"), ("version", "2.0"), ("method", self.method)):
            whole.add(name, value)
        whole.add_component(event)
        return bytes(whole.to_ical()).decode()


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answers to an invitation."""

    uid: str
    says: str  # accepted, declined, tentative; proposed: another time
    comment: str = ""
    when: str = ""  # the time that is proposed, in words


_SAYS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}


def answer(ics: str) -> Answer | None:
    """The answer that a calendar part is; None where it is none."""
    event = calendar.first_event(ics)
    uid = event.get("UID", ("", ""))[1]
    if not uid or len(uid) > _LONGEST_UID:
        return None
    method = event.get("METHOD", ("", ""))[1].upper()
    comment = calendar.plain(event, "COMMENT")[:_COMMENT]
    if method == "COUNTER":  # Outlook's and Google's "propose a new time", RFC 5546 §3.2.7
        return Answer(uid, "proposed", comment, calendar.when(event))
    says = _SAYS.get(calendar.attendance(event))
    return Answer(uid, says, comment) if method == "REPLY" and says else None
