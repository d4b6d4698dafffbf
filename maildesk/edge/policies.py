"""The admins' files as one Policy: configuration and templates, read together, checked together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from maildesk.config import Config, load
from maildesk.desk.policy import Policy
from maildesk.edge import files
from maildesk.mail.compile import compile_all
from maildesk.model import Problem


@dataclass(frozen=True, slots=True)
class Read:
    """What came of reading the files; ``policy`` is None when it is of no use."""

    policy: Policy | None
    config: Config | None = None  # given even where templates are bad
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def read(path: Path) -> Read:
    """Reads maildesk.yaml and its templates; every problem in every file. Raises nothing for what they say."""
    loaded = load(path)
    if loaded.config is None:
        return Read(None, None, loaded.problems, loaded.warnings)
    policy, problems = with_templates(loaded.config)
    return Read(None if problems else policy, loaded.config, problems, loaded.warnings)


def with_templates(config: Config) -> tuple[Policy, tuple[Problem, ...]]:
    """The desk's own templates over the shipped ones, file by file."""
    sources = {source.path: source for source in files.shipped()}
    folder, problems = config.desk.templates, list[Problem]()
    if folder is not None:
        try:
            sources |= {source.path: source for source in files.sources(folder)}
        except OSError as error:
            problems.append(Problem(str(folder), f"desk.templates cannot be read: {error.strerror}"))
    templates, found = compile_all(sources.values(), config.desk.language)
    prefix = f"{folder}/" if folder is not None else ""
    problems += [Problem(f"{prefix}{problem.where}", problem.what) for problem in found]
    return Policy(config, templates), tuple(problems)


def watched(path: Path, config: Config | None) -> tuple[Path, ...]:
    """The files and folders whose change means a reload."""
    folder = config.desk.templates if config else None
    return (path, folder) if folder else (path,)
