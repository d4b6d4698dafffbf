"""Configuration and templates that are broken, gone or garbage: told with their place; the last good ones stay."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.trouble.rig import ADMIN, Desk, letter, read, rig, until

NOT_TAKEN = "A change of the configuration was not taken"


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"desk:\n  name: Acme\n  adress: a@b.test\n", ":3:3:"),
        (bytes(range(256)) * 100, ":2:118:"),
    ],
    ids=["a wrong key", "random octets"],
)
def test_a_configuration_of_no_use_is_told_with_its_place(tmp_path: Path, content: bytes, place: str) -> None:
    desk = Desk(tmp_path)
    desk.file.write_bytes(content)
    status, said = desk.refuses_to_start()
    assert status == 2
    assert f"{desk.file}{place}" in said
    assert "Traceback" not in said


def test_a_configuration_that_is_not_there_is_told(tmp_path: Path) -> None:
    status, said = Desk(tmp_path).refuses_to_start()
    assert status == 2
    assert "cannot be read: No such file or directory" in said


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(Path(__file__).parents[2] / "templates", folder / "templates")
    with rig(folder, desk={"templates": "templates"}) as desk:
        yield desk


@pytest.fixture
def desk(served: Desk) -> Iterator[Desk]:
    """A desk whose files are good, before and after."""
    yield served
    heard = served.log().count('"event": "reloaded", "from": "daemon"')
    served.configure(desk={"templates": "templates"})
    until(lambda: served.log().count('"event": "reloaded", "from": "daemon"') > heard, served.log)


def is_told(desk: Desk, words: str) -> None:
    """The admins hear of it, and mail is answered as before."""
    heard = until(lambda: next((m for m in reversed(desk.letters(ADMIN)) if words in read(m)), None), desk.log)
    assert NOT_TAKEN in read(heard)
    assert desk.becomes(desk.send(letter(words)), "ticketed")


def serves_anew(desk: Desk) -> None:
    """A worker that has to begin anew takes up the last good files, too."""
    worker = desk.worker()
    os.kill(worker, signal.SIGKILL)
    assert desk.becomes(desk.send(letter("Anew", f"after {worker}")), "ticketed")
    assert desk.worker() != worker


def test_a_configuration_that_becomes_garbage_leaves_the_last_good_one(desk: Desk) -> None:
    desk.write("desk: [unclosed\n")
    is_told(desk, "maildesk.yaml:2:1")
    serves_anew(desk)


def test_a_configuration_that_is_taken_away_leaves_the_last_good_one(desk: Desk) -> None:
    desk.file.unlink()
    is_told(desk, "No such file or directory")


def test_a_template_that_is_edited_into_an_error_leaves_the_last_good_one(desk: Desk) -> None:
    template = desk.folder / "templates" / "en" / "notice.yaml"
    good = template.read_text()
    template.write_text(good + "html: '{{ no such thing'\n")
    try:
        is_told(desk, "notice.yaml")
    finally:
        template.write_text(good)


def test_a_folder_of_templates_that_is_taken_away_leaves_the_last_good_ones(desk: Desk) -> None:
    templates = desk.folder / "templates"
    templates.rename(desk.folder / "away")
    try:
        is_told(desk, "desk.templates cannot be read")
    finally:
        (desk.folder / "away").rename(templates)


def test_a_certificate_that_is_none_leaves_the_last_good_configuration(desk: Desk) -> None:
    (desk.folder / "cert.pem").write_text("this is no certificate\n")
    smtp = {"listen": "127.0.0.1:0", "tls_cert": "cert.pem", "tls_key": "cert.pem"}
    desk.configure(desk={"templates": "templates"}, receive={"smtp": smtp})
    is_told(desk, "SSLError")


def test_another_store_takes_a_restart_and_until_then_everybody_keeps_the_old_one(desk: Desk) -> None:
    desk.configure(desk={"templates": "templates", "store": "elsewhere.db"})
    desk.gets(ADMIN, "desk.store has changed")
    serves_anew(desk)
    assert not (desk.folder / "elsewhere.db").exists()
