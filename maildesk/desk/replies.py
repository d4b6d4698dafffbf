"""Whether a new ticket's sender gets an automatic answer, and which: RFC 3834, and our own caution.

Never to machines, lists, bounces, null senders, ourselves, other desks, or past the caps; never
where authentication failed; and without a word of theirs where nobody has proven who they are.
Who reaches a cap may be a robot that answers robots: the admins are told, once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from maildesk.desk.addresses import classify
from maildesk.desk.case import Case
from maildesk.model import Proof, Purpose, RaiseAlarm, Reason, SetTimer, Step, TimerKind, mailbox_of

_HUSH = timedelta(days=1)  # without a mail beyond the cap, until the admins hear of the same sender again
_HUSH_ALL = timedelta(hours=1)  # of any other one
_CAP = "auto_reply_cap"


def refusal(case: Case) -> Reason | None:
    """Why there is no auto-reply; None when there is one."""
    found = ((rule, why) for rule, whys in (("no_auto_reply", _refusals), (_CAP, _caps)) for why in whys(case))
    return next((Reason(rule, f"no auto-reply: {why}") for rule, why in found), None)


def alarm(case: Case, refused: Reason) -> Iterator[Step]:
    """One word to the admins, however long a loop goes on and however many robots are in it."""
    if refused.rule != _CAP:
        return
    who, now = case.mail.author.email, case.moment.now
    if not case.facts.cap_told:
        details = (
            f"{refused.text}.\n\nA person who writes this much needs no more of them; a robot that answers robots"
            " would never have ended. Every mail is a ticket all the same. Others that reach a limit meanwhile are not"
            " told of: the ledger says so of each mail."
        )
        yield RaiseAlarm(f"Automatic answers to {who} have stopped", details)
    yield SetTimer(TimerKind.HUSH, now + _HUSH, label=mailbox_of(who))
    yield SetTimer(TimerKind.HUSH, now + _HUSH_ALL)


def _refusals(case: Case) -> Iterator[str]:
    mail, raw = case.mail, case.raw
    desk = case.policy.config.desk
    author = mail.author.email
    if case.history:
        yield "it is history"
    yield from _by_another_hand(case)
    if mail.spam:
        yield f"a filter calls it spam ({mail.spam})"
    if case.automatic:
        yield f"a machine wrote it ({case.automatic})"
    if mail.mailing_list:
        yield f"it came through a list ({mail.mailing_list})"
    if mail.return_path == "":
        yield "its Return-Path is empty (RFC 3834 §2)"
    if mail.desk_mark:
        yield "another help desk sent it"
    if "@" not in author or len(mail.from_) != 1:
        yield "it does not say whom to answer"
    if classify(author, desk) is not None:
        yield "it comes from the desk's own address"
    if case.authentication.proof is Proof.FAILED:
        yield case.authentication.reason
    if raw.internal_date and case.moment.now - raw.internal_date > desk.auto_reply_max_age:
        yield "it has lain in the mailbox for too long"


def by_machine(case: Case) -> bool:
    """Whether nobody may be answered for it by a machine, now or ever: no person wrote it, or not to us alone."""
    mail = case.mail
    return bool(case.automatic or mail.mailing_list or mail.desk_mark or mail.spam or mail.return_path == "")


def _by_another_hand(case: Case) -> Iterator[str]:
    origin = case.origin
    if origin is not None and origin.forwarded:
        yield "an agent forwarded it: that its sender wrote to us is not known"
    elif origin is not None and origin.understood and origin.person is None:
        yield f"{origin.via.email} speaks for somebody who gave no e-mail address"


def _caps(case: Case) -> Iterator[str]:
    desk = case.policy.config.desk
    if case.facts.auto_replies_to_sender >= desk.auto_reply_limit.count:
        yield f"{case.mail.author.email} has had {case.facts.auto_replies_to_sender} already (auto_reply_limit)"
    if case.facts.auto_replies_by_day >= desk.auto_reply_day_limit.count:
        yield f"{case.mail.author.email} has had {case.facts.auto_replies_by_day} already (auto_reply_day_limit)"
    if case.facts.auto_replies_of_desk >= desk.auto_reply_desk_limit.count:
        yield "the desk has sent too many (auto_reply_desk_limit)"


def template(case: Case, follow_up: bool) -> Purpose:
    """The one with their words only for those who are who they say (THREATS T5)."""
    echo = case.policy.config.desk.auto_reply_echo
    known = case.authentication.proof is Proof.PROVEN
    if echo == "never" or (echo == "verified" and not known):
        return Purpose.AUTO_REPLY_PLAIN
    return Purpose.FOLLOW_UP if follow_up else Purpose.AUTO_REPLY
