"""What `check` looks at besides the files' own words: do the things that they name exist, and work?"""

from __future__ import annotations

import os
import ssl
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from maildesk.config import Config, Imap, SmtpOut
from maildesk.model import Problem

Loc = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """Something amiss at a place of the configuration; ``mild`` is what may be right elsewhere."""

    loc: Loc
    what: str
    mild: bool = False


def surroundings(path: Path, config: Config) -> Surroundings:
    """Passwords, certificates, folders and programs that the configuration names."""
    found = [*_secrets(config), *_certificates(config), *_paths(config)]
    tree = _tree(path)
    told = [(Problem(f"{path}:{_place(tree, f.loc)}", f.what), f.mild) for f in found]
    return Surroundings(tuple(p for p, mild in told if not mild), tuple(p for p, mild in told if mild))


# --- what is looked at -------------------------------------------------------------------------------------


def _secrets(config: Config) -> Iterator[_Found]:
    sections: list[tuple[Loc, Imap | SmtpOut]] = [
        (("receive", "imap", index), imap) for index, imap in enumerate(config.receive.imap)
    ]
    if config.send.smtp:
        sections.append((("send", "smtp"), config.send.smtp))
    for loc, section in sections:
        yield from _secret(loc, section)


def _secret(loc: Loc, section: Imap | SmtpOut) -> Iterator[_Found]:
    keys = ("password_file", "password_env", "password_credential", "password")
    key = next((key for key in keys if getattr(section, key) is not None), None)
    if key is None:
        if section.user:
            yield _Found((*loc, "user"), f"no password for {section.user}; name a password_file")
        return
    try:
        empty = not section.secret()
    except KeyError as error:
        yield _Found((*loc, key), f"{error.args[0]} is not set here; the daemon must have it", mild=True)
        return
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        yield _Found((*loc, key), f"the password cannot be read: {reason}")
        return
    if empty:
        yield _Found((*loc, key), "the password is empty")
    if section.password_file and section.password_file.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
        yield _Found((*loc, key), f"everybody can read {section.password_file}; chmod 600 it", mild=True)


def _certificates(config: Config) -> Iterator[_Found]:
    for name, smtp in (("smtp", config.receive.smtp), ("lmtp", config.receive.lmtp)):
        if smtp and smtp.tls_cert and smtp.tls_key:
            try:
                ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(smtp.tls_cert, smtp.tls_key)
            except (OSError, ValueError) as error:  # an ssl.SSLError is an OSError
                yield _Found(("receive", name, "tls_cert"), f"certificate and key do not load: {error}")
    authorities: list[tuple[Loc, Path | None]] = [
        (("receive", "imap", index, "ca_file"), imap.ca_file) for index, imap in enumerate(config.receive.imap)
    ]
    authorities.append((("send", "smtp", "ca_file"), config.send.smtp.ca_file if config.send.smtp else None))
    for loc, file in authorities:
        if file is not None:
            try:
                ssl.create_default_context(cafile=file)
            except (OSError, ValueError) as error:
                yield _Found(loc, f"the certificates do not load: {error}")


def _paths(config: Config) -> Iterator[_Found]:
    places: list[tuple[Loc, Path]] = [(("desk", "store"), config.desk.store)]
    if config.send.maildir is not None:
        places.append((("send", "maildir"), config.send.maildir))
    for loc, path in places:
        nearest = next(folder for folder in path.parents if folder.exists())
        if not os.access(path if path.exists() else nearest, os.W_OK):
            yield _Found(loc, f"{path if path.exists() else nearest} cannot be written by this user")
    command = config.desk.alarm_command
    if command is not None and not os.access(command, os.X_OK):
        yield _Found(("desk", "alarm_command"), f"{command} is no program that this user may run")


# --- where it stands ---------------------------------------------------------------------------------------


def _tree(path: Path) -> object:
    try:
        return YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError):
        return None  # it was read a moment ago, and has changed


def _place(tree: object, loc: Loc) -> str:
    """`line:column` of the deepest part of ``loc`` that the file writes out."""
    line = column = 0
    node = tree
    for step in loc:
        try:
            marks = node.lc  # type: ignore[attr-defined] # ruamel's own
            line, column = marks.key(step) if isinstance(step, str) else marks.item(step)
            node = node[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError, AttributeError):
            break
    return f"{line + 1}:{column + 1}"
