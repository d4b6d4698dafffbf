"""The admins' files as one Policy: configuration and templates, read together, checked together.

A Briefing is what was read and found good, as another process can be handed it: the thinking process
works from that and reads no file, so a bad edit reaches it neither at a reload nor when it starts anew.
"""

from __future__ import annotations

import base64
import pickle
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from maildesk.config import Config, load
from maildesk.desk.commands import checks
from maildesk.desk.policy import Policy
from maildesk.edge import files
from maildesk.mail.compile import compile_all
from maildesk.mail.render import Templates
from maildesk.mail.sheets import Source
from maildesk.model import Problem

Stamps = tuple[files.Stamp, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """The templates' own texts: the desk's, and what each brand lays over them, by its id."""

    desk: tuple[Source, ...] = ()
    brands: Mapping[str, tuple[Source, ...]] = field(default_factory=dict)

    @property
    def all(self) -> frozenset[Source]:
        return frozenset((*self.desk, *(source for own in self.brands.values() for source in own)))


@dataclass(frozen=True, slots=True)
class Good:
    """What was read and found good. ``stamp`` is of before it was read: an edit that comes meanwhile makes another."""

    policy: Policy
    sources: Sources
    stamp: Stamps


@dataclass(frozen=True, slots=True)
class Read:
    """What came of reading the files; ``good`` is None when it is of no use."""

    good: Good | None
    config: Config | None = None  # given even where templates are bad
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Briefing:
    """A configuration and its templates, both found good, and the store that is served."""

    store: Path
    config: Config
    sources: Sources

    def packed(self) -> str:
        """For a pipe between our own processes; never to be read from anywhere else."""
        return base64.b64encode(pickle.dumps(self)).decode()

    @staticmethod
    def unpacked(text: str) -> Briefing:
        briefing = pickle.loads(base64.b64decode(text))  # noqa: S301 - the daemon wrote it
        assert isinstance(briefing, Briefing)
        return briefing

    def policy(self) -> Policy:
        return _compiled(self.config, self.sources, self.sources.all)[0]


def read(path: Path) -> Read:
    """Reads maildesk.yaml and its templates; every problem in every file. Raises nothing for what they say."""
    stamp = _stamp([path])
    loaded = load(path)
    if loaded.config is None:
        return Read(None, None, loaded.problems, loaded.warnings)
    stamp += _stamp(_folders(loaded.config))
    policy, found, problems = _checked(loaded.config)
    good = None if problems else Good(policy, found, stamp)
    return Read(good, loaded.config, problems, loaded.warnings)


def stamp(path: Path, config: Config) -> Stamps:
    """Changes whenever one of the files does that these were read from."""
    return _stamp([path]) + _stamp(_folders(config))


def _stamp(paths: Iterable[Path]) -> Stamps:
    try:
        return files.fingerprint(paths)
    except OSError as error:  # a change too: reading the files will tell what it is
        return ((str(error), 0, 0, 0),)


def _folders(config: Config) -> Iterator[Path]:
    folders = (config.desk.templates, *(brand.templates for brand in config.brands))
    return (folder for folder in folders if folder is not None)


def with_templates(config: Config) -> tuple[Policy, tuple[Problem, ...]]:
    """The policy with the desk's templates as they are on disk, and what is wrong with them."""
    policy, _, problems = _checked(config)
    return policy, problems


def _checked(config: Config) -> tuple[Policy, Sources, tuple[Problem, ...]]:
    """The templates are read once, so that what was found good is what is used."""
    shipped = files.shipped()
    found, unread = _sources(config, shipped)
    policy, problems = _compiled(config, found, frozenset(shipped))
    return policy, found, (*unread, *problems)


def _sources(config: Config, shipped: Iterable[Source]) -> tuple[Sources, tuple[Problem, ...]]:
    """The desk's own templates over the shipped ones, file by file; and the brands' own."""
    own, problems = _folder(config.desk.templates, "desk.templates")
    brands: dict[str, tuple[Source, ...]] = {}
    for brand in config.brands:
        brands[brand.id], unread = _folder(brand.templates, f"the templates of brand {brand.id}")
        problems += unread
    found = {source.path: source for source in (*shipped, *own)}
    return Sources(tuple(found.values()), brands), problems


def _folder(folder: Path | None, name: str) -> tuple[tuple[Source, ...], tuple[Problem, ...]]:
    try:
        return (tuple(files.sources(folder)) if folder is not None else ()), ()
    except OSError as error:
        return (), (Problem(str(folder), f"{name} cannot be read: {error.strerror}"),)


def _compiled(config: Config, found: Sources, good: frozenset[Source]) -> tuple[Policy, tuple[Problem, ...]]:
    """Brands without anything of their own share the desk's; what is wrong with both is told once."""
    templates, problems = _with_macros(config, found.desk, config.desk.language, good)
    told = list(_placed(problems, config.desk.templates))
    branded: dict[str, Templates] = {}
    for brand in config.brands:
        if brand.templates is not None or brand.language is not None:
            whole = (*found.desk, *found.brands.get(brand.id, ()))
            branded[brand.id], more = _with_macros(config, whole, brand.language or config.desk.language, good)
            own = (problem for problem in more if problem not in problems)
            told += _placed(own, brand.templates or config.desk.templates)
    return Policy(config, templates, branded), tuple(told)


def _with_macros(
    config: Config, found: Iterable[Source], language: str, good: frozenset[Source]
) -> tuple[Templates, tuple[Problem, ...]]:
    """The templates, and what is wrong with them and with the commands in their macros."""
    templates, problems = compile_all(found, language, good)
    return templates, (*problems, *checks.check(Policy(config, templates)))


def _placed(problems: Iterable[Problem], folder: Path | None) -> Iterator[Problem]:
    prefix = f"{folder}/" if folder is not None else ""
    return (Problem(f"{prefix}{problem.where}", problem.what) for problem in problems)
