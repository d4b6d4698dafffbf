"""The group of all commands: `-c`, the table of who is called for what, and how errors are told.

A command's module is imported when it is called (or its help is wanted). Nobody but programmers
profits from a traceback: an error says what, where, and what to do next.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click

from maildesk.cli.premises import Premises

_MODULES = {
    "init": "setup",
    "demo": "demo",
    "check": "setup",
    "serve": "serve",
    "explain": "explain",
    "tickets": "tickets",
    "show": "tickets",
    "do": "act",
    "preview": "act",
    "outbox": "post",
    "quarantine": "post",
    "ledger": "post",
    "pipe": "pipe",
    "import": "keep",
    "backup": "keep",
    "report": "report",
}
_NOT_WORDS = {"import": "import_"}  # names that Python keeps for itself
_DEFAULT = Path("config/maildesk.yaml")


class _Commands(click.Group):
    """The commands by name, in the order of their table."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _MODULES:
            return None
        module = import_module(f"maildesk.cli.{_MODULES[cmd_name]}")
        command: click.Command = getattr(module, _NOT_WORDS.get(cmd_name, cmd_name))
        return command


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The configuration; without it $MAILDESK_CONFIG, else config/maildesk.yaml under the current folder.",
)
@click.version_option(package_name="maildeskd", prog_name="maildesk")
@click.pass_context
def maildesk(ctx: click.Context, config: Path | None) -> None:
    """A help desk that lives in e-mail.

    `maildesk demo` shows it at work, with no set-up at all; `maildesk init` writes files to start from.
    """
    ctx.obj = premises(config)


def premises(config: Path | None) -> Premises:
    """Which configuration is meant, and whether somebody named it."""
    named = config or Path(os.environ.get("MAILDESK_CONFIG", ""))
    return Premises(_DEFAULT, named=False) if named == Path() else Premises(named, named=True)


def run(arguments: Sequence[str]) -> int:
    """Runs one command line; its exit status."""
    try:
        status = maildesk.main(list(arguments), prog_name="maildesk", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return _told("interrupted")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # `maildesk ledger | head`
        return 1
    except ImportError as error:
        return _told(f"the installation is not whole: {error}; install maildesk again")
    except sqlite3.Error as error:
        return _told(f"the store: {error}; is its disk full, its file whole, and yours to read?")
    except OSError as error:
        return _told(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    return status if isinstance(status, int) else 0


def _told(what: str) -> int:
    click.echo(f"maildesk: {what}", err=True)
    return 1
