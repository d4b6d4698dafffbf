"""The layers of maildesk: who may import whom, and what is said in one room alone."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: What each room may import of the others. A room is a folder, or a file, right below maildesk/.
MAY_IMPORT: dict[str, set[str]] = {
    "model": set(),
    "config": {"model"},
    "mail": {"model", "config"},
    "desk": {"model", "config", "mail"},
    "store": {"model"},
    "edge": {"model", "config", "mail", "desk", "store"},
    "web": {"model", "config", "mail", "desk", "store"},
    "daemon": {"model", "config", "mail", "desk", "store", "edge", "web"},
    "cli": {"model", "config", "mail", "desk", "store", "edge", "web", "daemon"},
    "__main__": {"cli"},
    "__init__": set(),
}

#: mail/ and desk/ are pure: clock, dice, disk and network arrive as arguments.
IMPURE = {
    *("asyncio", "glob", "http", "io", "logging", "multiprocessing", "os", "pathlib", "random", "secrets", "select"),
    *("shutil", "signal", "smtplib", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading", "time"),
    *("urllib.request", "uuid"),
}
#: Calls that read the clock whatever they are called on: datetime.now, date.today.
CLOCK = {"now", "utcnow", "today"}
#: Not the world, although it is called so: a buffer in memory, and a path in words.
PURE_NAMES = {"io.BytesIO", "io.StringIO", "pathlib.PurePath", "pathlib.PurePosixPath"}

#: Where a fault is caught whatever it is, so that one mail, one connection or one leg costs no other.
SUPERVISORS = {
    "cli/__init__.py",  # `pipe` answers 75 (EX_TEMPFAIL), whatever goes wrong
    "cli/explain.py",
    "daemon.py",
    "edge/imap_in.py",
    "edge/outbox.py",
    "edge/reading.py",
    "edge/smtp_line.py",
    "edge/smtp_reception.py",
    "edge/supervisor.py",
    "edge/think.py",
    "edge/watch.py",
    "edge/worker.py",
    "edge/writer.py",
}

SQL = re.compile(r"(SELECT .* FROM|INSERT INTO|UPDATE .* SET|DELETE FROM)")


@dataclass(frozen=True)
class Module:
    """One file of maildesk."""

    path: str  # below maildesk/
    text: str = field(repr=False)

    @property
    def room(self) -> str:
        return self.path.removesuffix(".py").partition("/")[0]

    @property
    def package(self) -> list[str]:
        return ["maildesk", *self.path.split("/")[:-1]]

    def walk(self) -> Iterator[ast.AST]:
        return ast.walk(ast.parse(self.text))

    def imports(self) -> Iterator[str]:
        """Every name that is imported, also inside functions: `maildesk.config.load`, `datetime.datetime`."""
        for node in self.walk():
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = self.package[: len(self.package) - node.level + 1] if node.level else []
                module = ".".join([*base, *filter(None, [node.module])])
                yield from (f"{module}.{alias.name}" for alias in node.names)


@cache
def modules() -> tuple[Module, ...]:
    files = sorted((ROOT / "maildesk").rglob("*.py"))
    return tuple(Module(file.relative_to(ROOT / "maildesk").as_posix(), file.read_text()) for file in files)


def of(*rooms: str) -> list[Module]:
    return [module for module in modules() if module.room in rooms]


def each(found: list[Module]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("module", found, ids=[module.path for module in found])


@each(list(modules()))
def test_imports_go_one_way(module: Module) -> None:
    assert module.room in MAY_IMPORT, "a new room: say in ARCHITECTURE and here what it may import"
    rooms = {name.split(".")[1] for name in module.imports() if name.startswith("maildesk.")}
    assert rooms - {module.room} <= MAY_IMPORT[module.room]


@each(of("mail", "desk"))
def test_mail_and_desk_touch_no_clock_dice_disk_or_network(module: Module) -> None:
    names = {name for name in module.imports() if name not in PURE_NAMES}
    assert not {name for name in names if name in IMPURE or name.rpartition(".")[0] in IMPURE}
    calls = (node.func for node in module.walk() if isinstance(node, ast.Call))
    assert not [ast.unparse(call) for call in calls if isinstance(call, ast.Attribute) and call.attr in CLOCK]
    opened = [node for node in module.walk() if isinstance(node, ast.Name) and node.id == "open"]
    assert not opened


@each([module for module in modules() if module.room != "store"])
def test_sql_is_in_the_store_alone(module: Module) -> None:
    assert not SQL.findall(module.text)


@each([module for module in modules() if module.room != "cli"])
def test_only_the_command_line_prints(module: Module) -> None:
    assert not [
        node.lineno
        for node in module.walk()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]


def swallows(module: Module) -> bool:
    """Whether it catches everything, and does not raise it again once it has cleaned up."""
    handlers = (node for node in module.walk() if isinstance(node, ast.ExceptHandler))
    return any(_catches_all(handler) and not _raises_again(handler) for handler in handlers)


def _catches_all(handler: ast.ExceptHandler) -> bool:
    caught = ast.walk(handler.type) if handler.type else ()
    return handler.type is None or any(
        isinstance(n, ast.Name) and n.id in {"Exception", "BaseException"} for n in caught
    )


def _raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def test_only_supervisors_catch_everything() -> None:
    assert {module.path for module in modules() if swallows(module)} == SUPERVISORS
