"""`maildesk pipe`: one mail on stdin, durable when it ends with 0; anything else is 75.

Imports little, for an MTA starts it for every mail. Understands nothing: the daemon does that.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import click

from maildesk.cli import TRY_AGAIN
from maildesk.cli.output import say
from maildesk.cli.premises import Premises, Wrong, pass_premises


@click.command()
@click.option("--from", "sender", metavar="ADDR", help="The envelope's sender; '' is the null one.")
@click.option("--to", "recipients", metavar="ADDR", multiple=True, help="An envelope recipient; may be repeated.")
@pass_premises
def pipe(premises: Premises, sender: str | None, recipients: tuple[str, ...]) -> None:
    """Takes one mail on stdin, from an MTA's alias.

    \b
    Postfix:  support: "|maildesk -c /etc/maildesk/maildesk.yaml pipe"
    Exits with 0 once the mail is durable, else with 75: the MTA tries again.
    """
    from maildesk.config import SmtpIn
    from maildesk.edge import pipe_in, room
    from maildesk.store import intake

    config = premises.config()
    limit = (config.receive.smtp or SmtpIn()).max_size
    octets = sys.stdin.buffer.read(limit + 1)
    if len(octets) > limit:
        raise Wrong(f"the mail is larger than receive.smtp.max_size ({limit:,} octets)")
    if not octets.strip():
        raise Wrong("there is no mail on standard input")
    told = pipe_in.Told(None if sender is None else _bare(sender), _bare_all(recipients))
    mail = pipe_in.mail(octets, told, os.environ, datetime.now(UTC))
    room.Room(config.desk.store, lambda: config.limits.free_space).claim(len(octets))
    with premises.writing(config) as store:
        intake.accept(store, [mail])


def _bare(address: str) -> str:
    return address.strip().removeprefix("<").removesuffix(">")


def _bare_all(addresses: Sequence[str]) -> tuple[str, ...]:
    return tuple(bare for address in addresses if (bare := _bare(address)) and " " not in bare)


def run(arguments: Sequence[str]) -> int:
    """The whole command line; 0 or 75. A signal on the way is a mail that was not taken."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: os._exit(TRY_AGAIN))
    from maildesk.cli.main import run as run_any

    if run_any(arguments) == 0:
        return 0
    say("maildesk pipe: the mail was not taken; the MTA will try again")
    return TRY_AGAIN
