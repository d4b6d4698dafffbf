"""The shell's way in. Everything else is imported once it is known which command was called.

``pipe`` stands apart from the first line on: an MTA bounces mail on any status that it does not
know, so even an installation that is broken has to answer 75 (EX_TEMPFAIL of sysexits.h).
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

TRY_AGAIN = 75


def main() -> NoReturn:
    """The console script `maildesk`."""
    arguments = sys.argv[1:]
    if subcommand(arguments) == "pipe":
        _defer_all_failures(arguments)
    from maildesk.cli.main import run

    sys.exit(run(arguments))


def subcommand(arguments: Sequence[str]) -> str:
    """The first word that is neither an option nor the value of `-c`; "" when there is none."""
    words = iter(arguments)
    for word in words:
        if word in ("-c", "--config"):
            next(words, None)
        elif not word.startswith("-"):
            return word
    return ""


def _defer_all_failures(arguments: Sequence[str]) -> NoReturn:
    """0 or 75, and no third: not even what the interpreter says when it can't flush a closed stderr."""
    status = TRY_AGAIN
    try:
        from maildesk.cli.pipe import run

        status = run(arguments)
    except BaseException as error:  # noqa: BLE001 - the MTA must keep the mail, whatever it was
        with contextlib.suppress(BaseException):
            print(f"maildesk pipe: {type(error).__name__}: {error}; the mail was not taken, try again", file=sys.stderr)
    with contextlib.suppress(BaseException):
        sys.stderr.flush()
    os._exit(status)
