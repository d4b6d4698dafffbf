"""Makes the report of what was found."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from maildesk.desk.figures import names
from maildesk.desk.figures.period import Period
from maildesk.desk.figures.report import Agent, Day, Report, Urgent
from maildesk.desk.figures.rows import Found
from maildesk.desk.figures.terms import Terms
from maildesk.desk.figures.tickets import Tickets
from maildesk.desk.figures.waits import every, share
from maildesk.desk.figures.worktime import minutes_of

Table = tuple[tuple[int, ...], ...]


def report(found: Found, terms: Terms) -> Report:
    """Reads ``found.cases`` to its end."""
    period, tickets = terms.period, Tickets(terms, found)
    hours, days = _by_hour(found, period), tuple(_days(found, period, tickets))
    kinds, groups = tickets.kinds.every(), names.groups(tickets.kinds, found.ratings)
    new, mail_out = sum(day.new for day in days), sum(map(sum, hours[1]))
    first_reply = every(
        [kind.first_reply for kind in kinds], tickets.first_replies, sum(day.first_reply_breaches for day in days)
    )
    solution = every([kind.solution for kind in kinds], tickets.solutions, sum(day.solution_breaches for day in days))
    return Report(
        since=period.since.astimezone(period.zone),
        until=period.until.astimezone(period.zone),
        timezone=period.zone.key,
        mail_in=sum(map(sum, hours[0])),
        mail_out=mail_out,
        new=new,
        solved=solution.count,
        reopened=_between(found.reopenings.again, *minutes_of(period.since, period.until)),
        backlog=days[-1].backlog,
        open_now=found.live.get("new", 0) + found.live.get("open", 0),
        pending_now=found.live.get("pending", 0),
        unanswered=share(tickets.unanswered, new),
        first_reply=first_reply,
        next_reply_breaches=sum(day.next_reply_breaches for day in days),
        solution=solution,
        one_touch=share(sum(kind.one_touch for kind in kinds), solution.count),
        replies=share(mail_out, solution.count),
        mood=dict(tickets.mood.most_common()),
        urgent=_urgent(found),
        rating=names.rating(found.ratings),
        spam=found.spam,
        days=days,
        mail_in_hours=hours[0],
        mail_out_hours=hours[1],
        groups=groups,
        growing=names.growing(groups, found.before),
        agents=tuple(Agent(hand.agent, hand.answers, hand.notes) for hand in found.hands),
    )


def _urgent(found: Found) -> Urgent:
    said, judged = found.urgency.said, found.urgency.judged
    return Urgent(said, judged, share(found.urgency.right, judged))


def _by_hour(found: Found, period: Period) -> tuple[Table, Table]:
    """Mail in and out by weekday and hour."""
    tables = [[[0] * 24 for _ in range(7)] for _ in range(2)]
    for (day, stretch), mails in zip(period.hours(), found.traffic, strict=True):
        hour = stretch.since.astimezone(period.zone).hour
        tables[0][day.weekday()][hour] += mails.incoming
        tables[1][day.weekday()][hour] += mails.outgoing
    mail_in, mail_out = (tuple(map(tuple, table)) for table in tables)
    return mail_in, mail_out


def _days(found: Found, period: Period, tickets: Tickets) -> Iterator[Day]:
    mail_in, mail_out = _by_day(found, period)
    over, again = found.reopenings.over, found.reopenings.again
    passed = {clock: found.breaches.get(clock, ()) for clock in ("first_reply", "next_reply", "solve")}
    for day, stretch in period.days():
        since, until = minutes_of(stretch.since, stretch.until)
        away = bisect_left(over, until) - bisect_left(again, until)
        yield Day(
            day=day,
            mail_in=mail_in[day],
            mail_out=mail_out[day],
            new=_between(tickets.opened, since, until),
            solved=_between(tickets.ended, since, until),
            backlog=bisect_left(tickets.opened, until) - bisect_left(tickets.ended, until) - away,
            first_reply_breaches=_between(passed["first_reply"], since, until),
            next_reply_breaches=_between(passed["next_reply"], since, until),
            solution_breaches=_between(passed["solve"], since, until),
        )


def _by_day(found: Found, period: Period) -> tuple[Mapping[date, int], Mapping[date, int]]:
    mail_in, mail_out = Counter[date](), Counter[date]()
    for (day, _), mails in zip(period.hours(), found.traffic, strict=True):
        mail_in[day] += mails.incoming
        mail_out[day] += mails.outgoing
    return mail_in, mail_out


def _between(minutes: Sequence[int], since: int, until: int) -> int:
    return bisect_left(minutes, until) - bisect_left(minutes, since)
