"""Histories on disk: what is a mail, where it ends, and in which order."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from maildesk.edge.import_in import find

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def texts(*paths: Path) -> list[bytes]:
    return [place.read(NOON).raw for place in find(paths)]


def test_an_mbox_is_split_at_from_lines_with_a_time_below_an_empty_line(tmp_path: Path) -> None:
    box = tmp_path / "archive"
    box.write_bytes(
        b"From a@x Mon Mar  2 10:00:00 2026\nDate: Mon, 2 Mar 2026 10:00:00 +0000\n\n"
        b"one\n\nFrom my side that is all.\nFrom a@x Mon Mar  2 10:00:00 2026 is in a line\n"
        b">From here\n>>From there\n\n"
        b"From b@x Mon Mar  2 09:00:00 2026\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000\r\n\r\ntwo\r\n\r\n"
    )
    second, first = texts(box)
    assert second == b"Date: Mon, 2 Mar 2026 09:00:00 +0000\r\n\r\ntwo\r\n\r\n"
    assert first.endswith(
        b"one\r\n\r\nFrom my side that is all.\r\nFrom a@x Mon Mar  2 10:00:00 2026 is in a line\r\n"
        b"From here\r\n>From there\r\n\r\n"
    )


def test_mails_come_in_order_of_time_whatever_the_folder(tmp_path: Path) -> None:
    for name, hour in (("b/z.eml", 8), ("a/y.EML", 10), ("c/x.eml", 9)):
        file = tmp_path / name
        file.parent.mkdir()
        file.write_bytes(f"Subject: {hour}\nDATE: Mon, 02 Mar 2026\n {hour}:00:00 +0000\n\nx\n".encode())
    subjects = [raw.split(b"\r\n")[0] for raw in texts(tmp_path / "a", tmp_path)]
    assert subjects == [b"Subject: 8", b"Subject: 9", b"Subject: 10", b"Subject: 10"]


def test_a_mail_without_a_date_counts_as_old_as_its_file(tmp_path: Path) -> None:
    (tmp_path / "x.eml").write_bytes(b"Subject: x\n\nDate: Mon, 02 Mar 2026 10:00:00 +0000\n")
    (place,) = find([tmp_path])
    assert abs((place.date - datetime.now(UTC)).total_seconds()) < 3600


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_a_file_without_a_mail_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.eml").write_bytes(content)
    assert find([tmp_path]) == []


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        find([tmp_path / "nowhere"])
