"""`maildesk demo`: the main job, with no set-up at all."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.cli.desk import Desk


def test_the_demo_shows_a_desk_at_work_and_leaves_nothing_behind(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    began = time.monotonic()
    run = desk.bare("demo", TMPDIR=str(tmp_path))
    assert run.status == 0, run.err + run.out
    assert time.monotonic() - began < 30  # 8 s on a machine of its own
    for words in ("Invoice 77 is wrong", "#assign bob", "This ticket is yours now", "Due soon", "Overdue", "pending"):
        assert words in run.out
    answer = run.out.partition("5. Ann gets")[2].partition("6. Bob")[0]
    assert "A corrected invoice follows." in answer
    assert "#assign" not in answer
    assert "staff.example" not in answer
    assert list(tmp_path.iterdir()) == []


def test_demo_keep_stays_until_it_is_interrupted(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-m", "maildesk", "demo", "--keep"],
        stdout=subprocess.PIPE,
        env=desk.environment(TMPDIR=str(tmp_path)),
        cwd=tmp_path,
        text=True,
    ) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        (folder,) = tmp_path.iterdir()
        assert any(f"-c {folder}/config/maildesk.yaml tickets" in line for line in lines)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    assert list(tmp_path.iterdir()) == []
