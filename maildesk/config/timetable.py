"""What no field of the sections on time can see alone: hours that never open, promises that contradict each other."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from difflib import get_close_matches
from itertools import pairwise

from maildesk.config.complaints import Loc
from maildesk.config.dates import parse_days, parse_opening
from maildesk.config.sections import Config
from maildesk.config.time import CLOCKS, LEAD, TEAM, Clock, Escalation, Hours, Target, TicketWhen
from maildesk.config.values import parse_week

_DAY = timedelta(days=1)
_LONGEST_CLOSED = 366  # days
_LONGEST = timedelta(days=3653)  # that a promise is counted: `desk.hours.LONGEST`
_ANY_YEARS = frozenset({2000, 2001})  # a leap year and another one, for what comes each year

Found = Iterator[tuple[Loc, str]]


def disagreements(config: Config) -> Found:
    """Everything on time that makes the configuration unusable as a whole."""
    yield from _all_hours(config)
    yield from _targets(config)
    yield from _escalations(config)
    yield from _silence(config)
    yield from _recurring(config)


# --- hours -------------------------------------------------------------------------------------------------


def _all_hours(config: Config) -> Found:
    if config.hours is not None:
        yield from _hours(config.hours, ("hours",))
    for name in ("teams", "agents"):
        for index, owner in enumerate(getattr(config, name)):
            if owner.hours is not None:
                yield from _hours(owner.hours, (name, index, "hours"))


def _hours(hours: Hours, loc: Loc) -> Found:
    week = {day for day, _, _ in parse_week(hours.week)}
    for index, text in enumerate(hours.open):
        opening = parse_opening(text)
        first = opening.days.first
        one_day = not opening.days.yearly and first == opening.days.last
        if one_day and not opening.hours and first.weekday() not in week:
            why = f"{text} is a {first:%A}, which has no hours in week: write them behind it, as in {text} 09:00-13:00"
            yield (*loc, "open", index), why
    if closed := _closed_from(hours, week):
        yield (*loc, "closed"), f"never open: closed for more than a year from {closed} on"


def _closed_from(hours: Hours, week: set[int]) -> date | None:
    """The last day before more than `_LONGEST_CLOSED` on which nobody is there, as far as the days named tell."""
    closed, opened = [parse_days(c.days) for c in hours.closed], [parse_opening(text) for text in hours.open]
    named = {day.year for days in closed if not days.yearly for day in (days.first, days.last)}
    years = _ANY_YEARS | {year + more for year in named for more in (-1, 0, 1)}
    looked, last = 0, date.min
    for year in sorted(years & set(range(2, 9999))) if closed else ():
        shut = {day for days in closed for day in days.of(year)} - {d for o in opened for d in o.days.of(year)}
        last = last if looked == year - 1 else date(year - 1, 12, 31)  # of years between, nothing is said
        looked = year
        for day in (date(year, 1, 1) + ahead * _DAY for ahead in range(365 + isleap(year))):
            if day.weekday() in week and day not in shut:
                last = day
            elif (day - last).days > _LONGEST_CLOSED:
                return last
    return None


# --- promises ------------------------------------------------------------------------------------------------


def _targets(config: Config) -> Found:
    targets = config.targets
    if targets.warn >= 1:
        yield ("targets", "warn"), "a warning at the deadline warns of nothing: write less than 100%, such as 75%"
    for loc, target in _scopes(config):
        for clock in CLOCKS:
            span = target.of(clock)
            if span is not None and not timedelta() < span <= _LONGEST:
                yield (*loc, clock), f"{clock} must be more than nothing, and at most ten years"
        if target.solve and target.first_reply and target.solve < target.first_reply:
            why = f"solved within {said(target.solve)}, but first answered within {said(target.first_reply)}"
            yield (*loc, "solve"), f"{why}: the second cannot be kept after the first"
    for index, rule in enumerate(targets.rules):
        if not any(rule.of(clock) for clock in CLOCKS):
            yield ("targets", "rules", index), f"names no target: {', '.join(CLOCKS)}"
        yield from _when(config, rule.when, ("targets", "rules", index, "when"))


def _scopes(config: Config) -> Iterator[tuple[Loc, Target]]:
    """Every place where targets are named."""
    targets = config.targets
    yield ("targets",), targets
    yield from ((("targets", "by_priority", str(name)), target) for name, target in targets.by_priority.items())
    yield from ((("targets", "rules", index), rule) for index, rule in enumerate(targets.rules))


def _when(config: Config, when: TicketWhen, loc: Loc) -> Found:
    if when.team is not None and config.team(when.team) is None:
        yield (*loc, "team"), _unknown("team", when.team, config)


def _unknown(kind: str, name: str, config: Config) -> str:
    known = sorted(each.id for each in (config.teams if kind == "team" else config.agents))
    close = get_close_matches(name, known, 1)
    told = f"; did you mean {close[0]}?" if close else f", which has {', '.join(known) or 'none yet'}"
    return f"{kind} {name} is not in {kind}s{told}"


def _escalations(config: Config) -> Found:
    yield from _twice([rule.name for rule in config.escalations], "escalations")
    for index, rule in enumerate(config.escalations):
        loc: Loc = ("escalations", index)
        yield from _when(config, rule.when, (*loc, "when"))
        yield from _who(config, {"team": rule.set.team, "assignee": rule.set.assignee}, (*loc, "set"))
        for whom in rule.tell:
            if whom not in (LEAD, TEAM) and config.agent(whom) is None:
                yield (*loc, "tell"), f"{whom} is neither lead, nor team, nor in agents"
        if LEAD in rule.tell and all(agent.role == "agent" for agent in config.agents):
            yield (*loc, "tell"), "nobody is lead: no agent's role is lead or admin"
        new = rule.set
        if not (rule.tell or new.team or new.assignee or new.priority or new.tags):
            yield loc, "does nothing: it needs set or tell"
        if longer := _longer_target(config, rule):
            why = f"acts after {said(rule.after)}, before the target of {rule.of} is over: {said(longer)}"
            yield (*loc, "after"), f"{why}; both count from the same moment"


def _longer_target(config: Config, rule: Escalation) -> timedelta | None:
    """A target that a ticket of this rule may have, and that is longer than the rule waits."""
    spans = (span for span in _possible(config, rule.of, rule.when) if span > rule.after)
    return next(spans, None)


def _possible(config: Config, clock: Clock, when: TicketWhen) -> Iterator[timedelta]:
    targets = config.targets
    special = {p: t.of(clock) for p, t in targets.by_priority.items() if t.of(clock) is not None}
    found = [rule.of(clock) for rule in targets.rules if _compatible(rule.when, when)]
    found += [span for priority, span in special.items() if when.priority in (None, priority)]
    found += [targets.of(clock)] if when.priority not in special else []
    return (span for span in found if span is not None)


def _compatible(one: TicketWhen, other: TicketWhen) -> bool:
    """Whether a ticket may be both: of two tags it can have both, but of priorities and teams one."""
    return all(None in (a, b) or a == b for a, b in ((one.priority, other.priority), (one.team, other.team)))


def _who(config: Config, named: Mapping[str, str | None], loc: Loc) -> Found:
    team, assignee = named["team"], named["assignee"]
    if team is not None and config.team(team) is None:
        yield (*loc, "team"), _unknown("team", team, config)
    if assignee is not None and config.agent(assignee) is None:
        yield (*loc, "assignee"), _unknown("agent", assignee, config)


def _twice(names: list[str | None], section: str) -> Found:
    for index, name in enumerate(names):
        if name is not None and name in names[:index]:
            yield (section, index, "name"), f"two of {section} are named {name}; each needs a name of its own"


# --- silence and what recurs -----------------------------------------------------------------------------------


def _silence(config: Config) -> Found:
    silence = config.silence
    for index, (first, second) in enumerate(pairwise((timedelta(), *silence.remind))):
        if second <= first:
            why = f"{said(second)} is not later than {said(first)}: all of them count from the same moment"
            yield ("silence", "remind", index), why
    last = silence.remind[-1] if silence.remind else timedelta()
    if silence.solve_after is not None and silence.solve_after <= last:
        why = f"it would be solved after {said(silence.solve_after)}, not later than the last reminder: {said(last)}"
        yield ("silence", "solve_after"), why
    if silence.close_after is not None and not silence.close_after:
        yield ("silence", "close_after"), "must be some time: else nobody could say that it is not solved"


def _recurring(config: Config) -> Found:
    yield from _twice([rule.name for rule in config.recurring], "recurring")
    for index, rule in enumerate(config.recurring):
        yield from _who(config, {"team": rule.team, "assignee": rule.assignee}, ("recurring", index))
        if rule.customer and (config.desk.is_own(rule.customer) or config.agent_by_email(rule.customer)):
            yield ("recurring", index, "for"), f"{rule.customer} is the desk's or an agent's, and no customer"


def said(span: timedelta) -> str:
    """A length of time as the configuration has it: 2h30m, 3d."""
    seconds = int(span.total_seconds())
    parts = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))
    found = ""
    for size, unit in parts:
        count, seconds = divmod(seconds, size)
        found += f"{count}{unit}" if count else ""
    return found or "0s"
