"""How happy a customer is once their ticket is solved: asked once, answered by one click, and what follows from it.

Nobody is asked who may not be mailed unasked (`desk.nudges`: machines, lists, addresses from which mail came back, who
is not proven to have written), whom nobody has answered, or who was asked lately. A score counts only from the
ticket's own customer, by the link in our mail or as the first line of an answer to it: "5" is a number like any other
elsewhere. A later score takes the place of an earlier one. Thanks go out once to a person, ever: nothing can be kept
talking by them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from maildesk.config import Agent
from maildesk.config.feedback import Ratings
from maildesk.desk import addresses, customers, hours, letters, moods, notices, nudges, privacy
from maildesk.desk.addresses import AddressKind
from maildesk.desk.calendars import calendar
from maildesk.desk.case import Case
from maildesk.desk.commands.effects import after
from maildesk.desk.escalation import leads
from maildesk.desk.folding import folded
from maildesk.desk.letters import Parcel
from maildesk.desk.notices import News
from maildesk.desk.threading import Found
from maildesk.mail.compose import ComposeError
from maildesk.model import (
    AddEntry,
    Kind,
    Plan,
    Purpose,
    Rate,
    Reason,
    RecordEvent,
    SetTimer,
    Status,
    Step,
    Ticket,
    Timer,
    TimerKind,
    Verdict,
)

_DONE = (Status.SOLVED, Status.CLOSED)
_COMMENT = 5_000  # characters
_NUMBER = re.compile(r"[\s(*\"']{0,3}([0-9]{1,2})(?:\s?/\s?([0-9]{1,2}))?[\s)*\"'.!]{0,3}")
_BAD_OR_GOOD = {  # of a scale of two
    "en": ("bad", "good"), "it": ("male", "bene"), "ro": ("rău", "bine"), "fr": ("mauvais", "bon"),
    "fi": ("huono", "hyvä"), "de": ("schlecht", "gut"), "es": ("mal", "bien"),
}  # fmt: skip
_ASKED = frozenset({Purpose.RATING})


# --- asking --------------------------------------------------------------------------------------------------


def ask(desk: letters.Desk, timer: Timer, ticket: Ticket) -> Iterator[Step]:
    """The question, if it may still be asked; while the desk is open, so that nobody gets it at night."""
    ratings, now, reach = desk.policy.config.ratings, desk.moment.now, desk.facts.reach
    if ratings is None or ticket.status not in _DONE or reach.asked_here:
        return
    opens = hours.next_open(now, calendar(desk.policy.config, ticket.team))
    if opens > now:
        yield SetTimer(TimerKind.RATING, opens, ticket.id)
        return
    why = ""
    if ticket.replied_at is None:
        why = "nobody has answered them"
    elif reach.asked_at is not None and now - reach.asked_at < ratings.every:
        why = "they were asked lately (ratings.every)"
    if why:
        yield RecordEvent(ticket.id, str(Purpose.RATING), {"refused": why})
        return
    values = _question(desk, ratings, ticket)
    yield from nudges.unasked(desk, ticket, Parcel(Purpose.RATING, ticket.language, values, serial=timer.id))


def _question(desk: letters.Desk, ratings: Ratings, ticket: Ticket) -> dict[str, object]:
    """The scores to choose from, with links that write one to the reader's own address; no links without one."""
    face, person = desk.policy.brand(ticket), ticket.participant(ticket.requester.email)
    own = ""
    if person is not None and addresses.has_tokens(face):
        own = addresses.address(face, AddressKind.CUSTOMER, person.token)
    scores = []
    for score in range(1, ratings.scale + 1):
        label = _label(score, ratings.scale, ticket.language)
        word = label if ratings.scale == 2 else f"{score}/{ratings.scale}"
        scores.append({"score": score, "label": label, "link": moods.mailto(own, ticket.id, word) if own else ""})
    return {"scores": scores, "clickable": bool(own), "lowest": scores[0]["label"], "highest": scores[-1]["label"]}


def _label(score: int, scale: int, language: str) -> str:
    words = _BAD_OR_GOOD.get(language.partition("-")[0], _BAD_OR_GOOD["en"])
    return words[score - 1] if scale == 2 else str(score)


# --- reading -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Given:
    score: int
    comment: str


def may_be(text: str) -> bool:
    """Whether it may be a rating, by its first line: so that nothing is looked up for other mail."""
    first = text.strip().partition("\n")[0]
    return len(first) <= 20


def read(case: Case, found: Found, ticket: Ticket) -> Given | None:
    """The rating that a mail gives; None of one that gives none, or not this ticket's."""
    if not case.facts.rating.asked or not moods.is_own_word(case, found, ticket):
        return None
    ratings = case.policy.config.ratings or Ratings()
    first, _, rest = case.words.strip().partition("\n")
    score = _score(first, ratings.scale)
    if not moods.is_answer(case):
        linked = _score(moods.linked_subject(case), ratings.scale)
        if linked is None or (first and score is None):
            return None
        score = linked if score is None else score
    elif not moods.answers(case, _ASKED):
        return None
    return Given(score, rest.strip()[:_COMMENT]) if score is not None else None


def _score(line: str, scale: int) -> int | None:
    """ "4", "4/5", "(4)"; of a scale of two the words, too, in any language."""
    if scale == 2:
        word = folded(line).strip(" .!*\t\r")
        known = (word == folded(said) for words in _BAD_OR_GOOD.values() for said in words)
        place = next((place for place, same in enumerate(known) if same), None)
        if place is not None:
            return place % 2 + 1
    found = _NUMBER.fullmatch(line.strip())
    if found is None or (found[2] is not None and int(found[2]) != scale):
        return None
    return int(found[1]) if 1 <= int(found[1]) <= scale else None


# --- what follows --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Rated:
    case: Case
    ticket: Ticket
    given: Given
    ratings: Ratings

    @property
    def became_bad(self) -> bool:
        """A bad one, and not one more of them."""
        before = self.case.facts.rating.score
        worst = self.ratings.worst
        return self.given.score <= worst and (before is None or before > worst)

    @property
    def reopens(self) -> bool:
        return self.became_bad and self.ratings.on_bad == "reopen" and self.ticket.status in _DONE


def given(case: Case, found: Found, ticket: Ticket) -> Plan | None:
    """The plan for a mail that rates its ticket; None of any other mail."""
    got = read(case, found, ticket)
    if got is None:
        return None
    rated = _Rated(case, ticket, got, case.policy.config.ratings or Ratings())
    comment = privacy.redact_tokens(got.comment, case.policy.config)
    steps: list[Step] = [Rate(ticket.id, got.score, rated.ratings.scale, comment)]
    opening = tuple(customers.reopen(ticket)) if rated.reopens else ()
    steps += opening
    says_more = bool(comment or case.mail.attachments)
    entry = customers.add_entry(case, ticket.id, Kind.CUSTOMER, got.comment) if says_more else None
    steps += [entry] if entry is not None else []
    steps += _told(rated, after(ticket, opening), entry)
    steps += _thanks(rated)
    why = f"it rates the ticket: {got.score} of {rated.ratings.scale}"
    reasons = (found.reason, Reason("rating", why))
    return Plan(Verdict.REPLY, case.mail.author.email, tuple(steps), reasons, ticket.id, found.how)


def _told(rated: _Rated, ticket: Ticket, entry: AddEntry | None) -> Iterator[Step]:
    """A comment reaches the ticket's agents, a bad score the lead, or them where it opens the ticket again."""
    case, policy = rated.case, rated.case.policy
    about = entry.entry if entry is not None else case.facts.entry
    if about is None or ticket.status is Status.SPAM:
        return
    told: tuple[Agent, ...] = policy.told_of(ticket, case.facts.away) if entry is not None or rated.reopens else ()
    if rated.became_bad and rated.ratings.on_bad == "tell":
        told = (*(leads(policy.config, ticket) or policy.told_of(ticket, case.facts.away)), *told)
    files = case.mail.attachments if entry is not None else ()
    news = News(
        ticket, about, "rating", case.mail.author, case.authentication.proof, files,
        case.mail.raw if files else b"", rating=f"{rated.given.score}/{rated.ratings.scale}",
    )  # fmt: skip
    yield from notices.tell(customers.desk(case, ticket), dict.fromkeys(told), news)


def _thanks(rated: _Rated) -> Iterator[Step]:
    """For a very good one, with the wish for a public review; never twice to a person."""
    case, ticket, ratings = rated.case, rated.ticket, rated.ratings
    person = ticket.participant(ticket.requester.email)
    if ratings.review is None or rated.given.score < ratings.best or case.facts.rating.thanked or person is None:
        return
    parcel = Parcel(Purpose.REVIEW, ticket.language, {"review": ratings.review}, in_reply_to=case.mail.message_id)
    try:
        yield letters.to_customer(customers.desk(case, ticket), ticket, person, parcel)
    except ComposeError as error:
        yield RecordEvent(ticket.id, str(Purpose.REVIEW), {"refused": str(error)})
