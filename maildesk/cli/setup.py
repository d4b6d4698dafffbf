"""For whoever sets the desk up: files to start from, and whether they are right."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path

import click

from maildesk.cli.output import as_json, emit, line, say
from maildesk.cli.premises import Premises, pass_premises
from maildesk.model import Problem

# --- init ------------------------------------------------------------------------------------------------


@click.command()
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path))
def init(folder: Path) -> None:
    """Writes a commented config/maildesk.yaml and templates/ to start from.

    Overwrites nothing: what is there already stays as it is.
    """
    from maildesk.config import example
    from maildesk.edge import files

    config = folder / "config" / "maildesk.yaml"
    wanted = {folder / "templates" / source.path: source.content for source in files.shipped()}
    new = {name: _write(config.with_name(name), content) for name, content in example.files().items()}[config.name]
    made = sum(_write(path, content) for path, content in wanted.items())
    say(f"{config}: " + ("written" if new else "was there already, left alone"))
    left = len(wanted) - made
    said = [f"{made} written" if made else "", f"{left} were there already, left alone" if left else ""]
    say(f"{folder / 'templates'}: templates: " + ", ".join(filter(None, said)))
    name = shlex.quote(str(config))
    say("\nNow:")
    say(f"  $EDITOR {name}".ljust(52) + "say who you are, how mail comes in and goes out")
    say(f"  maildesk -c {name} check".ljust(52) + "see that it is right")
    say(f"  maildesk -c {name} serve".ljust(52) + "run the desk")


def _write(path: Path, content: str) -> bool:
    """Writes a file that is not there; whether it did."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as file:
            file.write(content.encode("utf-8", "surrogateescape"))
    except FileExistsError:
        return False
    return True


# --- check -----------------------------------------------------------------------------------------------


@click.command()
@click.option("--online", is_flag=True, help="Also log in to IMAP and SMTP, and look at the domain's DNS records.")
@as_json
@pass_premises
def check(premises: Premises, online: bool, json_: bool) -> int:
    """Checks the configuration and every template: each error as file:line:column: message.

    Status 0: all is well, or there are warnings alone. 1: a template, a password file, a certificate
    or a login is bad. 2: the configuration is unusable.
    """
    from maildesk.cli import health, logins
    from maildesk.edge import policies

    read = policies.read(premises.path)
    problems, warnings = list(read.problems), list(read.warnings)
    if read.config is not None:
        seen = health.surroundings(premises.path, read.config)
        problems, warnings = [*problems, *seen.problems], [*warnings, *seen.warnings]
    findings = logins.online(read.config) if online and read.config is not None else ()
    if json_:
        emit(
            {
                "problems": [{"where": p.where, "what": p.what} for p in problems],
                "warnings": [{"where": p.where, "what": p.what} for p in warnings],
                "online": [{"what": f.what, "ok": f.ok, "detail": f.detail} for f in findings],
            }
        )
    else:
        _print(problems, warnings, findings)
    if read.config is None:
        return 2
    return int(bool(problems) or any(finding.ok is False for finding in findings))


def _print(problems: Iterable[Problem], warnings: Iterable[Problem], findings: Iterable[object]) -> None:
    for problem in problems:
        click.echo(str(problem))
    for warning in warnings:
        click.echo(f"warning: {warning}")
    for finding in findings:
        click.echo(line(str(finding), 400))
