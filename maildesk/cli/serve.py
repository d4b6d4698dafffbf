"""For whoever runs the desk: the daemon, in the foreground, as systemd and containers want it."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import click

from maildesk.cli.premises import Premises, Unusable, Wrong, pass_premises

if TYPE_CHECKING:
    from maildesk.daemon import Daemon


@click.command()
@pass_premises
def serve(premises: Premises) -> None:
    """Runs the desk until SIGTERM, which lets it finish what is begun; SIGHUP reloads its files.

    Prints the addresses it listens on, a line each: a port of 0 is any free one. Logs go to stderr.
    """
    good = premises.good()
    from maildesk.daemon import Daemon
    from maildesk.edge import logs, memory
    from maildesk.edge.service import AlreadyRunning

    logs.set_up()
    memory.give_back_large()
    try:
        asyncio.run(Daemon(premises.path.resolve(), good).run(_announce))
    except AlreadyRunning as error:
        raise Unusable(f"{error}; stop that one first, or name another desk.store") from error
    except OSError as error:
        logging.getLogger(__name__).error("cannot begin", extra={"error": str(error)})
        raise Wrong(f"the daemon cannot begin: {error}; see receive and desk.store in {premises.path}") from error


def _announce(daemon: Daemon) -> None:
    for port in daemon.ports:
        print(f"listening {port.protocol} {port.address}", flush=True)
