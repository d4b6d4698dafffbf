"""For the admin: tag commands from the shell, and a look at what templates say."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from maildesk.cli.output import line, plain, say
from maildesk.cli.premises import Premises, Unusable, Wrong, pass_premises
from maildesk.model import Moment

if TYPE_CHECKING:
    from maildesk.desk.letters import Desk
    from maildesk.desk.policy import Policy
    from maildesk.mail.render import Rendered
    from maildesk.store.engine import Store

_number = click.argument("number", metavar="N", type=click.IntRange(min=1))


# --- do --------------------------------------------------------------------------------------------------


@click.command()
@_number
@click.argument("commands", nargs=-1, required=True, metavar="COMMANDS...")
@pass_premises
def do(premises: Premises, number: int, commands: tuple[str, ...]) -> None:
    """Runs tag commands on ticket N, as the admin: maildesk do 7 '#close #assign bob'.

    Each argument is a line: maildesk do 7 '#note' 'She called, it works now.'
    """
    from maildesk.desk import shell
    from maildesk.store.apply import apply

    if "#help" in commands:
        click.echo(shell.help_text())
        return
    policy = premises.policy()
    with premises.writing(policy.config) as store, store.transaction():
        text = "\n".join(commands)
        desk = _desk(policy, store, number, text)
        ticket = desk.facts.signed_for
        if ticket is None:
            raise Wrong(f"there is no ticket {number}; `maildesk tickets --status all` lists them")
        try:
            plan = shell.plan(desk, ticket, text)
        except shell.Refused as error:
            raise Wrong(f"nothing was done.\n\n{plain(error)}") from error
        apply(store, plan, desk.moment.now)
    say(f"#{ticket.id} {line(ticket.subject, 60)}: done: {line(' '.join(r.text for r in plan.reasons))}")


def _desk(policy: Policy, store: Store, number: int, commands: str = "") -> Desk:
    """A ticket, all that letters and commands about it need, and the moment."""
    from maildesk.desk import shell
    from maildesk.desk.letters import Desk
    from maildesk.store import facts

    now = datetime.now(UTC)
    known = facts.of_ticket(store, number, shell.question(policy, now, number, commands))
    return Desk(policy, Moment(now, secrets.token_bytes(32)), known)


# --- preview ---------------------------------------------------------------------------------------------


@click.command()
@click.argument("template")
@click.option("--ticket", "number", metavar="N", type=click.IntRange(min=1), help="On this ticket, not on a sample.")
@click.option("--language", metavar="L", help="In this language; left out: the ticket's, or the desk's.")
@click.option("--html", is_flag=True, help="The HTML half, for a browser.")
@pass_premises
def preview(premises: Premises, template: str, number: int | None, language: str | None, html: bool) -> None:
    """Renders TEMPLATE (auto_reply, notice, canned/NAME, …) on a sample or a real ticket; sends nothing."""
    from maildesk.desk.preview import NoSuchTemplate
    from maildesk.mail.compose import ComposeError
    from maildesk.mail.render import CannedIncomplete, Unrenderable

    policy = premises.policy()
    try:
        rendered = _rendered(premises, policy, template, (number, language))
    except NoSuchTemplate as error:
        raise Unusable(str(error)) from error
    except (Unrenderable, ComposeError, CannedIncomplete) as error:
        raise Wrong(str(error)) from error
    if html:
        click.echo(rendered.html)
        return
    if rendered.subject:
        click.secho(f"Subject: {line(rendered.subject)}\n", bold=True)
    click.echo(plain(rendered.text).rstrip())


def _rendered(premises: Premises, policy: Policy, template: str, of: tuple[int | None, str | None]) -> Rendered:
    from maildesk.desk.preview import Stage, on_ticket, sample

    number, language = of
    if number is None:
        return sample(policy, template, language or policy.config.desk.language)
    with premises.reading(policy.config) as store, store.snapshot():
        desk = _desk(policy, store, number)
    ticket = desk.facts.signed_for
    if ticket is None:
        raise Wrong(f"there is no ticket {number}; `maildesk tickets --status all` lists them")
    return on_ticket(Stage(desk, ticket, desk.facts.entry), template, language or ticket.language)
