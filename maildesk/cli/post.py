"""For whoever minds the post: what waits to go out, what was set apart, and what became of every mail."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

import click

from maildesk.cli.output import as_json, emit, limited, line, plain, say, table, when
from maildesk.cli.premises import Premises, Wrong, pass_premises

_ALL = -1  # LIMIT of SQLite: none
_SHOWN = 50  # rows for people, who can ask for more

_id = click.argument("id", metavar="ID", type=click.IntRange(min=1))


# --- outbox ----------------------------------------------------------------------------------------------


@click.group(invoke_without_command=True)
@as_json
@click.pass_context
def outbox(ctx: click.Context, json_: bool) -> None:
    """Lists mails that wait or have failed; `retry ID` sends one now, `drop ID` gives it up."""
    from maildesk.store.outbox import listing

    if ctx.invoked_subcommand:
        return
    premises = ctx.find_object(Premises)
    assert premises is not None  # the group above made it
    config = premises.config()
    with premises.reading(config) as store:
        rows = [dict(row) for row in listing(store, _ALL)]
    if json_:
        emit(rows)
        return
    zone = config.zone()
    cells = [
        (
            *(r[name] for name in ("id", "ticket_id", "kind", "envelope_to", "state", "attempts")),
            when(r["next_at"], zone),
            line(r["error"], 90),
        )
        for r in rows
    ]
    table(("id", "ticket", "kind", "to", "state", "tries", "next", "error"), cells, "Nothing waits, nothing failed.")


@outbox.command("retry")
@_id
@pass_premises
def _retry_mail(premises: Premises, id: int) -> None:
    """Sends a waiting, failed or dropped mail now."""
    from maildesk.store import outbox as rows

    with premises.writing() as store, store.transaction():
        done = rows.retry(store, id, datetime.now(UTC))
    _answer(done, f"Mail {id} goes out now.", f"no mail {id} in the outbox that is not sent yet; `maildesk outbox`")


@outbox.command("drop")
@_id
@pass_premises
def _drop_mail(premises: Premises, id: int) -> None:
    """Gives a waiting or failed mail up: it is not sent."""
    from maildesk.store import outbox as rows

    with premises.writing() as store, store.transaction():
        done = rows.drop(store, id)
    _answer(done, f"Mail {id} will not be sent.", f"no mail {id} in the outbox that is not sent yet; `maildesk outbox`")


def _answer(done: bool, good: str, bad: str) -> None:
    if not done:
        raise Wrong(f"there is {bad} lists them")
    say(good)


# --- quarantine ------------------------------------------------------------------------------------------


@click.group(invoke_without_command=True)
@as_json
@click.pass_context
def quarantine(ctx: click.Context, json_: bool) -> None:
    """Lists mails that could not be understood; `show ID` tells why, `retry ID` and `drop ID` settle one."""
    from maildesk.store.intake import quarantined

    if ctx.invoked_subcommand:
        return
    premises = ctx.find_object(Premises)
    assert premises is not None  # the group above made it
    config = premises.config()
    with premises.reading(config) as store:
        rows = [dict(row) for row in quarantined(store)]
    if json_:
        emit(rows)
        return
    zone = config.zone()
    cells = [
        (r["id"], when(r["received_at"], zone), r["source"], r["envelope_from"], line(r["subject"], 60), r["reason"])
        for r in rows
    ]
    table(("id", "received", "source", "from", "subject", "why"), cells, "Nothing is in quarantine.")


@quarantine.command("show")
@_id
@click.option("--raw", is_flag=True, help="The mail's own octets, for a file.")
@as_json
@pass_premises
def _show_quarantined(premises: Premises, id: int, raw: bool, json_: bool) -> None:
    """Tells why a mail is in quarantine, with the traceback, and shows the beginning of the mail."""
    from maildesk.store.intake import quarantined_mail

    with premises.reading() as store:
        row = quarantined_mail(store, id)
    if row is None:
        raise Wrong(f"there is no mail {id} in quarantine; `maildesk quarantine` lists them")
    if raw:
        sys.stdout.buffer.write(row["bytes"])
        return
    known: dict[str, Any] = {name: row[name] for name in row.keys() if name != "bytes"}  # noqa: SIM118 - a Row's values
    if json_:
        emit(known)
        return
    for name in ("id", "received_at", "source", "envelope_from", "envelope_to", "reason", "attempts"):
        click.echo(f"{name:<14}{line(known[name])}")
    click.echo(f"\n{plain(known['trouble']).strip()}\n")
    head = row["bytes"][:4096].decode("utf-8", "replace")
    click.echo("\n".join(f"  {text}" for text in plain(head).splitlines()[:40]))


@quarantine.command("retry")
@_id
@pass_premises
def _retry_thinking(premises: Premises, id: int) -> None:
    """Lets a mail be thought about afresh."""
    from maildesk.store import intake

    with premises.writing() as store, store.transaction():
        done = intake.retry(store, id)
    _answer(done, f"Mail {id} is thought about again.", f"no mail {id} in quarantine; `maildesk quarantine`")


@quarantine.command("drop")
@_id
@pass_premises
def _drop_quarantined(premises: Premises, id: int) -> None:
    """Gives a mail up: it is ignored from now on, its octets are kept."""
    from maildesk.store import intake

    with premises.writing() as store, store.transaction():
        done = intake.drop(store, id)
    _answer(done, f"Mail {id} is ignored from now on.", f"no mail {id} in quarantine; `maildesk quarantine`")


# --- ledger ----------------------------------------------------------------------------------------------


@click.command()
@limited
@as_json
@pass_premises
def ledger(premises: Premises, limit: int | None, json_: bool) -> None:
    """Tells what became of every mail ever accepted; the counts add up.

    People get the newest 50, programs all of them, unless --limit says how many.
    """
    from maildesk.store import intake

    config = premises.config()
    with premises.reading(config) as store:
        counts, rows = intake.ledger(store, limit if limit is not None else _ALL if json_ else _SHOWN)
    mails = [dict(row) for row in rows]
    if json_:
        emit({"counts": counts, "mails": mails})
        return
    zone = config.zone()
    cells = [
        (
            m["id"],
            when(m["received_at"], zone),
            m["source"],
            line(m["subject"], 50),
            *(m[name] for name in ("state", "ticket_id", "reason")),
        )
        for m in mails
    ]
    table(("id", "received", "source", "subject", "state", "ticket", "why"), cells, "No mail yet.")
    click.echo(" + ".join(f"{n} {state}" for state, n in counts.items() if state != "total") + f" = {counts['total']}")
    if len(mails) < counts["total"]:
        say(f"({counts['total'] - len(mails)} older ones are not shown; --limit N shows more)")
