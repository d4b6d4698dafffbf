"""For whoever looks after tickets: the list with full-text search, and one ticket whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import click

from maildesk.cli.output import as_json, console, emit, line, plain, say, table, when
from maildesk.cli.premises import Premises, Wrong, pass_premises
from maildesk.model import Status

Row = Mapping[str, Any]
_STATUSES = [*(status.value for status in Status), "all"]


@click.command()
@click.argument("words", nargs=-1)
@click.option("--status", type=click.Choice(_STATUSES), help="One status, or all of them.")
@click.option("--assignee", metavar="AGENT", help="Assigned to this agent.")
@click.option("--team", metavar="TEAM", help="Of this team.")
@click.option("--tag", metavar="TAG", help="With this tag.")
@click.option("--limit", type=click.IntRange(min=0), default=50, show_default=True, help="At most so many.")
@as_json
@pass_premises
def tickets(premises: Premises, /, words: tuple[str, ...], json_: bool, **wanted: Any) -> None:
    """Lists tickets, the freshest first, or searches them for WORDS.

    All but closed and spam, unless --status says otherwise.
    """
    from maildesk.store.tickets import Filter, listing

    config = premises.config()
    with premises.reading(config) as store:
        found = listing(store, Filter(words=" ".join(words), **wanted))
    if json_:
        emit(found)
        return
    zone = config.zone()
    columns = ("#", "status", "priority", "assignee", "team", "from", "subject", "changed", "tags")
    table(columns, [_cells(row, zone) for row in found], "No tickets.")


def _cells(row: Row, zone: ZoneInfo) -> tuple[object, ...]:
    sender = line(row["requester_name"] or row["requester"], 30)
    subject, changed = line(row["subject"], 70), when(row["updated_at"], zone)
    facts = (row["id"], row["status"], row["priority"], row["assignee"], row["team"])
    return (*facts, sender, subject, changed, " ".join(row["tags"]))


@click.command()
@click.argument("number", metavar="N", type=click.IntRange(min=1))
@as_json
@pass_premises
def show(premises: Premises, number: int, json_: bool) -> None:
    """Shows ticket N: its fields, thread, events, what is to come, and mails."""
    from maildesk.store.tickets import whole

    config = premises.config()
    with premises.reading(config) as store:
        ticket = whole(store, number)
    if ticket is None:
        raise Wrong(f"there is no ticket {number}; `maildesk tickets --status all` lists them")
    if json_:
        emit(ticket)
        return
    zone = config.zone()
    _fields(ticket, zone)
    for entry in ticket["messages"]:
        _entry(entry, zone)
    _happened(ticket, zone)


def _fields(ticket: Row, zone: ZoneInfo) -> None:
    click.secho(f"#{ticket['id']}  {line(ticket['subject'])}", bold=True)
    times = {"created": "created_at", "due": "due_at", "solved": "solved_at", "closed": "closed_at"}
    people = (f"{p['name']} <{p['email']}>".strip() if p["name"] else p["email"] for p in ticket["participants"])
    shown = {
        **{name: ticket[name] for name in ("status", "priority", "assignee", "team", "category")},
        "tags": " ".join(ticket["tags"]),
        "people": ", ".join(people),
        **{name: when(ticket[column], zone) for name, column in times.items()},
        "merged into": ticket["merged_into"],
        **ticket["fields"],
        "linked to": ", ".join(f"#{link['other_id']} ({link['kind'].replace('_', ' ')})" for link in ticket["links"]),
    }
    for name, value in shown.items():
        if value:
            click.echo(f"  {name:<12}{line(value, 500)}")


def _entry(entry: Row, zone: ZoneInfo) -> None:
    click.echo()
    private = " (private)" if entry["kind"] == "note" else " (held: no customer has seen it)"
    kind = entry["kind"] + (private if entry["kind"] in ("note", "held") else "")
    click.secho(f"m{entry['id']}  {when(entry['created_at'], zone)}  {line(entry['author'])}  {kind}", bold=True)
    for text in plain(entry["text"]).strip().splitlines():
        click.echo(f"  {text}")
    for file in entry["attachments"]:
        click.echo(f"  [{line(file['name'] or file['media_type'])}, {file['media_type']}, {file['size']:,} B]")


def _happened(ticket: Row, zone: ZoneInfo) -> None:
    events = [(when(e["at"], zone), e["actor"], e["kind"], _told(e["data"])) for e in ticket["events"]]
    click.secho("\nEvents", bold=True)
    table(("at", "by", "what", ""), events, "  none")
    for timer in ticket["timers"]:
        whose = ", ".join(line(timer[name]) for name in ("agent", "label") if timer[name])
        click.echo(f"  {timer['kind'].replace('_', ' ')} at {when(timer['at'], zone)}{f' ({whose})' if whose else ''}")
    for mail in ticket["deferred"]:
        at = f", until {when(mail['at'], zone)}" if mail["at"] else ""
        click.echo(f"  mail {mail['inbox_id']} of {mail['agent']} waits ({mail['wait']}){at}")
    mails = [
        (m["id"], m["kind"], m["envelope_to"], m["state"], when(m["sent_at"] or m["next_at"], zone), m["error"])
        for m in ticket["outbox"]
    ]
    click.secho("\nMails", bold=True)
    table(("id", "kind", "to", "state", "at", "error"), mails, "  none")
    if not console().is_terminal:
        return
    say(f"\nmaildesk do {ticket['id']} '#help'    lists what can be done with it")


def _told(data: Row) -> str:
    if set(data) <= {"old", "new"}:
        old, new = (value if value not in (None, "") else "none" for value in (data.get("old"), data.get("new")))
        return f"{old} → {new}"
    return ", ".join(f"{name} {value}" for name, value in data.items() if value is not None)
