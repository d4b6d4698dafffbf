"""Templates on disk: which files count, in what order, and that an edit is noticed."""

from __future__ import annotations

import os
from pathlib import Path

from maildesk.edge.files import fingerprint, shipped, sources
from maildesk.mail.compile import compile_all
from maildesk.mail.sheets import MAX_FILE, Source


def write(folder: Path, path: str, content: bytes = b"text: x\n") -> Path:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def test_the_yaml_files_of_the_languages_are_read_in_order_and_nothing_else(tmp_path: Path) -> None:
    for path in ("it/b.yaml", "en/canned/x.yaml", "en/a.yml", "en/deep/er/y.yaml", "README.md", "top.yaml"):
        write(tmp_path, path)
    for path in ("en/.a.yaml.swp", "en/.hidden.yaml", "en/a.yaml~", ".git/en/a.yaml", "en/notes.txt"):
        write(tmp_path, path)
    assert [source.path for source in sources(tmp_path)] == ["en/a.yml", "en/canned/x.yaml", "it/b.yaml"]


def test_a_byte_order_mark_is_no_part_of_a_file(tmp_path: Path) -> None:
    write(tmp_path, "en/canned/x.yaml", b"\xef\xbb\xbftext: \xc3\xa9\n")
    assert sources(tmp_path) == [Source("en/canned/x.yaml", "text: é\n")]


def test_a_file_in_an_older_encoding_is_told_with_its_place(tmp_path: Path) -> None:
    write(tmp_path, "en/canned/x.yaml", "text: |\n  né\n".encode("latin-1"))
    _, problems = compile_all([*shipped(), *sources(tmp_path)], "en")
    assert [str(p) for p in problems] == ["en/canned/x.yaml:2:4: this character is not UTF-8"]


def test_a_file_too_long_for_a_template_is_told_and_not_read_whole(tmp_path: Path) -> None:
    write(tmp_path, "en/canned/x.yaml", b"#" * (9 * MAX_FILE))
    (source,) = sources(tmp_path)
    assert len(source.content) < 5 * MAX_FILE
    _, problems = compile_all([*shipped(), source], "en")
    assert [p.what for p in problems] == ["the file is longer than 200 KB"]


def test_the_shipped_templates_are_those_of_the_package() -> None:
    paths = [source.path for source in shipped()]
    assert "en/auto_reply_plain.yaml" in paths
    assert "fi/canned/password.yaml" in paths
    assert "macros/escalate.yaml" in paths
    by_language: dict[str, list[str]] = {}
    for language, _, name in (path.partition("/") for path in paths if not path.startswith("macros/")):
        by_language.setdefault(language, []).append(name)
    assert len({tuple(names) for names in by_language.values()}) == 1


def test_a_fingerprint_changes_with_every_edit_and_with_nothing_else(tmp_path: Path) -> None:
    config = write(tmp_path, "maildesk.yaml")
    templates = tmp_path / "templates"
    file = write(templates, "en/canned/x.yaml")
    watched = [config, templates, tmp_path / "absent"]
    seen = [fingerprint(watched)]
    assert fingerprint(watched) == seen[0]
    os.utime(file, ns=(1, 1))
    seen.append(fingerprint(watched))
    write(templates, "en/canned/y.yaml")
    seen.append(fingerprint(watched))
    config.unlink()
    seen.append(fingerprint(watched))
    file.rename(file.with_name("z.yaml"))
    seen.append(fingerprint(watched))
    assert len(set(seen)) == len(seen)
