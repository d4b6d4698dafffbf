"""The units: systemd knows every word of them, and finds the service well fenced in."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[1] / "systemd"
ANALYZE = shutil.which("systemd-analyze")

pytestmark = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units with a program that is there: on this machine nothing is installed in /opt."""
    for unit in UNITS.iterdir():
        text = unit.read_text().replace("/opt/maildesk/bin/maildesk", sys.executable)
        (tmp_path / unit.name).write_text(text)
    return tmp_path


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [ANALYZE or "", "--no-pager", *arguments]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("unit", [unit.name for unit in sorted(UNITS.iterdir())])
def test_systemd_knows_every_word(units: Path, unit: str) -> None:
    done = analyze("verify", "--man=no", str(units / unit))
    ours = [line for line in done.stderr.splitlines() if "maildesk" in line]
    assert (ours, done.returncode) == ([], 0)


def test_a_misspelt_word_would_be_noticed(units: Path) -> None:
    """systemd-analyze returns 0 for unknown keys: what it says is what counts."""
    service = units / "maildesk.service"
    service.write_text(service.read_text().replace("WatchdogSec=", "WatchdogSecs="))
    assert "WatchdogSecs" in analyze("verify", "--man=no", str(service)).stderr


def test_the_service_is_fenced_in(units: Path) -> None:
    done = analyze("security", "--offline=true", "--threshold=20", str(units / "maildesk.service"))
    assert done.returncode == 0, "\n".join(line for line in done.stdout.splitlines() if not line.startswith("✓"))


def test_the_daemon_is_told_of_systemd_what_it_relies_on() -> None:
    words = (UNITS / "maildesk.service").read_text().splitlines()
    for word in ("Type=notify", "WatchdogSec=30s", "DynamicUser=yes", "ExecReload=/bin/kill -HUP $MAINPID"):
        assert word in words
    assert "FileDescriptorName=smtp" in (UNITS / "maildesk.socket").read_text().splitlines()
