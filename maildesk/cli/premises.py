"""Where a command works: its configuration, its policy, its store; opened as far as the command needs.

A configuration of no use ends the command with status 2 and every problem, templates that are bad
with 1. A store that is not there yet is made, empty: a desk that has had no mail is no error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from maildesk.model import Problem

if TYPE_CHECKING:
    from maildesk.config import Config
    from maildesk.desk.policy import Policy
    from maildesk.edge.policies import Good
    from maildesk.store.engine import Store


class Wrong(click.ClickException):
    """The command ran, and something is wrong."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        click.echo(f"maildesk: {self.format_message()}", err=True)


class Unusable(Wrong):
    """The call or the configuration is of no use."""

    exit_code = 2


class Problems(Wrong):
    """What is wrong with files, a line each: `file:line:column: message`."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))

    def show(self, file: Any = None) -> None:
        click.echo(self.format_message(), err=True)


class UnusableFile(Problems):
    """The same, where it is the configuration."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Premises:
    """The configuration's path; ``named`` says that somebody asked for this one."""

    path: Path
    named: bool

    def config(self) -> Config:
        """Raises UnusableFile."""
        from maildesk.config import load

        loaded = load(self.path)
        if loaded.config is None:
            raise UnusableFile(loaded.problems)
        return loaded.config

    def policy(self) -> Policy:
        """Configuration and templates. Raises UnusableFile for the one, Problems for the others."""
        return self.good().policy

    def good(self) -> Good:
        """The same, and what it was made of."""
        from maildesk.edge import policies

        read = policies.read(self.path)
        if read.good is None:
            raise (UnusableFile if read.config is None else Problems)(read.problems)
        return read.good

    @contextmanager
    def reading(self, config: Config | None = None, *, any_version: bool = False) -> Iterator[Store]:
        """The store, to look at; the daemon may run meanwhile."""
        from maildesk.store.engine import Store

        path = (config or self.config()).desk.store
        if not path.exists():
            Store.open(path).close()
        store = Store.read_only(path, any_version=any_version)
        try:
            yield store
        finally:
            store.close()

    @contextmanager
    def writing(self, config: Config | None = None) -> Iterator[Store]:
        """The store, to change; the daemon may run meanwhile."""
        from maildesk.store.engine import Store

        store = Store.open((config or self.config()).desk.store)
        try:
            yield store
        finally:
            store.close()


pass_premises = click.make_pass_decorator(Premises)
