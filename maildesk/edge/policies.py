"""The admins' files as one Policy: configuration and templates, read together, checked together.

A Briefing is what was read and found good, as another process can be handed it: the thinking process
works from that and reads no file, so a bad edit reaches it neither at a reload nor when it starts anew.
"""

from __future__ import annotations

import base64
import pickle
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from maildesk.config import Config, load
from maildesk.desk.policy import Policy
from maildesk.edge import files
from maildesk.mail.compile import compile_all
from maildesk.mail.sheets import Source
from maildesk.model import Problem


@dataclass(frozen=True, slots=True)
class Read:
    """What came of reading the files; ``policy`` is None when it is of no use."""

    policy: Policy | None
    config: Config | None = None  # given even where templates are bad
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    sources: tuple[Source, ...] = ()  # the templates' own texts


@dataclass(frozen=True, slots=True)
class Briefing:
    """A configuration and its templates, both found good, and the store that is served."""

    store: Path
    config: Config
    sources: tuple[Source, ...]

    def packed(self) -> str:
        """For a pipe between our own processes; never to be read from anywhere else."""
        return base64.b64encode(pickle.dumps(self)).decode()

    @staticmethod
    def unpacked(text: str) -> Briefing:
        briefing = pickle.loads(base64.b64decode(text))  # noqa: S301 - the daemon wrote it
        assert isinstance(briefing, Briefing)
        return briefing

    def policy(self) -> Policy:
        return _compiled(self.config, self.sources)[0]


def read(path: Path) -> Read:
    """Reads maildesk.yaml and its templates; every problem in every file. Raises nothing for what they say."""
    loaded = load(path)
    if loaded.config is None:
        return Read(None, None, loaded.problems, loaded.warnings)
    found, unread = sources(loaded.config)
    policy, problems = _compiled(loaded.config, found)
    problems = (*unread, *problems)
    return Read(None if problems else policy, loaded.config, problems, loaded.warnings, found)


def with_templates(config: Config) -> tuple[Policy, tuple[Problem, ...]]:
    """The policy with the desk's templates as they are on disk, and what is wrong with them."""
    found, unread = sources(config)
    policy, problems = _compiled(config, found)
    return policy, (*unread, *problems)


def sources(config: Config) -> tuple[tuple[Source, ...], tuple[Problem, ...]]:
    """The desk's own templates over the shipped ones, file by file."""
    found = {source.path: source for source in files.shipped()}
    folder = config.desk.templates
    try:
        found |= {source.path: source for source in files.sources(folder)} if folder is not None else {}
    except OSError as error:
        return tuple(found.values()), (Problem(str(folder), f"desk.templates cannot be read: {error.strerror}"),)
    return tuple(found.values()), ()


def _compiled(config: Config, found: Iterable[Source]) -> tuple[Policy, tuple[Problem, ...]]:
    templates, problems = compile_all(found, config.desk.language)
    prefix = f"{config.desk.templates}/" if config.desk.templates is not None else ""
    return Policy(config, templates), tuple(Problem(f"{prefix}{problem.where}", problem.what) for problem in problems)


def watched(path: Path, config: Config | None) -> tuple[Path, ...]:
    """The files and folders whose change means a reload."""
    folder = config.desk.templates if config else None
    return (path, folder) if folder else (path,)
