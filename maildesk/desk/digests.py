"""The mails of the morning and of the week: what waits for an agent or a team, and how the desk is doing.

Each has one timer, which stands as long as the configuration wants it: "alice" is an agent's, "team:billing" a
team's. It fires once, however many of its times passed while nobody looked. A digest is of its day: one whose morning
is over, or whose next one is near, is left out. Nobody gets an empty one, or one while they are away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from maildesk.config import Agent, Config
from maildesk.config.dates import first_moment
from maildesk.config.digest import parse_clock, parse_days, parse_weekly
from maildesk.config.work import ROLES
from maildesk.desk import calendars, hours, letters, views
from maildesk.desk.hours import Calendar
from maildesk.desk.letters import Desk, Parcel
from maildesk.desk.views import Part
from maildesk.model import Look, Purpose, SetTimer, Step, Timer, TimerKind, View

_TEAM = "team:"
_WEEK = frozenset(range(5))  # of whom no hours are known
_FURTHEST = 400  # days in which nobody works
_DAY = timedelta(days=1)
_LATE = Look(View.LIST, overdue=True)


def timers(config: Config, now: datetime) -> Iterator[SetTimer]:
    """The timers that stand for what is configured, each at its next time."""
    if config.digest is None:
        return
    for agent in config.agents if config.digest.agents else ():
        yield from _set(config, TimerKind.DIGEST, agent.id, now)
    for team in config.teams if config.digest.teams else ():
        yield from _set(config, TimerKind.DIGEST, f"{_TEAM}{team.id}", now)
    for agent in config.agents if config.digest.leads else ():
        if ROLES.index(agent.role) >= ROLES.index("lead"):
            yield from _set(config, TimerKind.WEEKLY, agent.id, now)


def looks(config: Config, timer: Timer) -> tuple[Look, ...]:
    """What a timer's mail shows of the desk; nothing for other timers."""
    agent, owner = config.agent(timer.agent), timer.agent or ""
    if timer.kind is TimerKind.WEEKLY:
        return (Look(View.STATS, zone=config.zone(agent).key), _LATE)
    if timer.kind is not TimerKind.DIGEST:
        return ()
    if owner.startswith(_TEAM):
        return (Look(View.LIST, teams=(owner.removeprefix(_TEAM),), waits=True),)
    theirs = Look(View.LIST, assignee=owner, waits=True)
    return (theirs, Look(View.LIST, unassigned=True, teams=(*(agent.teams if agent else ()), ""), waits=True))


# --- what is mailed --------------------------------------------------------------------------------------


def morning(desk: Desk, timer: Timer) -> Iterator[Step]:
    """The digest, if there is something in it and its day is not over; and the timer of the next one."""
    config, now, owner = desk.policy.config, desk.moment.now, timer.agent or ""
    again = [wanted for wanted in timers(config, now) if (wanted.kind, wanted.agent) == (timer.kind, owner)]
    if again and _is_its_day(config, owner, now):
        seen = [desk.facts.seen[look] for look in looks(config, timer)]
        team = config.team(owner.removeprefix(_TEAM)) if owner.startswith(_TEAM) else None
        parts = [Part(name, each) for name, each in zip(("",) if team else ("mine", "unassigned"), seen, strict=True)]
        told = [a for a in config.agents if (team.id in a.teams if team else a.id == owner)]
        for agent in told if any(each.tickets for each in seen) else ():
            if agent.id not in desk.facts.away:
                yield _digest(desk, agent, parts, timer, team.name if team else "")
    yield from again


def _digest(desk: Desk, agent: Agent, parts: Sequence[Part], timer: Timer, team: str) -> Step:
    values: dict[str, object] = {
        "team": team,
        "total": sum(part.seen.total for part in parts),
        "late": sum(len(part.seen.overdue) for part in parts),
        "parts": tuple(views.shown(desk, agent, parts)),
    }
    parcel = Parcel(Purpose.DIGEST, desk.policy.language_of(agent), values, serial=timer.id)
    return letters.to_agent(views.aside(desk), agent, None, parcel)


def week(desk: Desk, timer: Timer) -> Iterator[Step]:
    """How the desk is doing, to a lead; and the timer of the next one."""
    config, agent = desk.policy.config, desk.policy.config.agent(timer.agent)
    again = [w for w in timers(config, desk.moment.now) if (w.kind, w.agent) == (timer.kind, timer.agent)]
    if again and agent is not None and agent.id not in desk.facts.away:
        stats, late = (desk.facts.seen[look] for look in looks(config, timer))
        values = views.counts(desk, stats) | {
            "lines": [{"name": name, "value": value, "before": past} for name, value, past in desk.facts.figures],
            "overdue": late.total,
            "oldest": [views.row(desk, agent, ticket, late=ticket.id in late.overdue) for ticket in stats.tickets],
        }
        parcel = Parcel(Purpose.WEEKLY, desk.policy.language_of(agent), values, serial=timer.id)
        yield letters.to_agent(views.aside(desk), agent, None, parcel)
    yield from again


# --- when ------------------------------------------------------------------------------------------------


def _set(config: Config, kind: TimerKind, owner: str, now: datetime) -> Iterator[SetTimer]:
    """The timer at its next time; none for who never works."""
    clock, zone, works = _week(config, owner) if kind is TimerKind.WEEKLY else _mornings(config, owner)
    today = now.astimezone(zone).date()
    for day in (today + ahead * _DAY for ahead in range(_FURTHEST)):
        if works(day) and (at := first_moment(day, clock, zone)) > now:
            yield SetTimer(kind, at, agent=owner)
            return


def _is_its_day(config: Config, owner: str, now: datetime) -> bool:
    """Whether there is a digest today, and its time has come."""
    clock, zone, works = _mornings(config, owner)
    today = now.astimezone(zone).date()
    return works(today) and first_moment(today, clock, zone) <= now


_Times = tuple[time, ZoneInfo, Callable[[date], bool]]


def _mornings(config: Config, owner: str) -> _Times:
    """When, by which clock, and on which days."""
    assert config.digest is not None
    agent = config.agent(owner)
    zone = config.zone(agent)
    team = owner.removeprefix(_TEAM) if owner.startswith(_TEAM) else None
    calendar = calendars.of_agent(config, agent) if agent else calendars.calendar(config, team)
    if config.digest.days is not None or calendar is None:
        days = parse_days(config.digest.days) if config.digest.days else _WEEK
        return parse_clock(config.digest.at), zone, lambda day: day.weekday() in days
    return parse_clock(config.digest.at), zone, partial(_works, calendar, zone)


def _works(calendar: Calendar, zone: ZoneInfo, day: date) -> bool:
    """Whether anybody is there at any time of the day."""
    try:
        return hours.next_open(first_moment(day, time.min, zone), calendar) < first_moment(day + _DAY, time.min, zone)
    except ValueError:
        return False  # they never are


def _week(config: Config, owner: str) -> _Times:
    assert config.digest is not None
    assert config.digest.leads is not None
    weekday, clock = parse_weekly(config.digest.leads)
    return clock, config.zone(config.agent(owner)), lambda day: day.weekday() == weekday
