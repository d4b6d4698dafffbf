"""Whose working time counts: the desk's, a team's, an agent's."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo

from maildesk.config import Agent, Config, Hours
from maildesk.config.dates import parse_days, parse_opening
from maildesk.config.values import parse_week
from maildesk.desk.hours import Calendar


def calendar(config: Config, team: str | None = None) -> Calendar | None:
    """When a team works, or the desk; None: always. What was promised of a ticket is counted in its team's time."""
    found = config.team(team)
    hours = (found and found.hours) or config.hours
    return of(hours, config.desk.timezone) if hours else None


def of_agent(config: Config, agent: Agent) -> Calendar | None:
    """When an agent works: by their own hours, else those of the first of their teams that has some, else the desk's.

    Reminders reach them then; what was promised does not depend on it.
    """
    teams = (config.team(id) for id in agent.teams)
    hours = agent.hours or next((team.hours for team in teams if team and team.hours), None)
    if hours is not None:
        return of(hours, (agent.timezone if agent.hours else None) or config.desk.timezone)
    return calendar(config)


def of(hours: Hours, zone: str) -> Calendar:
    """Hours as configured, by the clock of ``zone`` where they name none of their own."""
    closed = tuple(closed.days for closed in hours.closed)
    return _calendar(hours.week, hours.timezone or zone, hours.holidays, closed, hours.open)


@lru_cache(maxsize=64)
def _calendar(week: str, zone: str, holidays: str | None, closed: tuple[str, ...], opened: tuple[str, ...]) -> Calendar:
    return Calendar(
        parse_week(week), ZoneInfo(zone), holidays, tuple(map(parse_days, closed)), tuple(map(parse_opening, opened))
    )
