"""What the daemon and systemd say to each other, over real datagrams, descriptors and locks."""

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from maildesk.edge import service
from maildesk.edge.service import AlreadyRunning, Lock

# --- sd_notify(3) ----------------------------------------------------------------------------------------------


@pytest.fixture(params=["path", "abstract"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The end that systemd listens at, as a file or in the abstract namespace."""
    address = str(tmp_path / "notify") if request.param == "path" else f"@maildesk-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(address.replace("@", "\0"))
        ear.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        yield ear


def test_systemd_hears_what_is_told(systemd: socket.socket) -> None:
    service.notify("READY=1")
    service.notify("WATCHDOG=1")
    assert [systemd.recv(100), systemd.recv(100)] == [b"READY=1", b"WATCHDOG=1"]


def test_nobody_listening_is_no_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    service.notify("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    service.notify("READY=1")


@pytest.mark.parametrize(
    ("usec", "pid", "seconds"),
    [
        ("30000000", None, 15.0),
        ("30000000", "own", 15.0),
        ("30000000", "1", None),  # meant for another process
        ("", None, None),
        ("soon", None, None),
    ],
)
def test_the_watchdog_is_fed_twice_in_its_time(
    monkeypatch: pytest.MonkeyPatch, usec: str, pid: str | None, seconds: float | None
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", usec)
    if pid is None:
        monkeypatch.delenv("WATCHDOG_PID", raising=False)
    else:
        monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()) if pid == "own" else pid)
    assert service.watchdog_seconds() == seconds


# --- sd_listen_fds(3) ------------------------------------------------------------------------------------------

#: Stands in for systemd: puts the sockets at 3 and above, then becomes the program, whose pid it thereby knows.
_HAND_OVER = """
import os, sys
given = [int(fd) for fd in sys.argv[1].split(",")]
high = [os.dup(fd) for fd in given]                     # out of the way of 3, 4, ...
high = [__import__("fcntl").fcntl(fd, 0, 50) for fd in high]
for place, fd in enumerate(high):
    os.dup2(fd, 3 + place)
os.environ.update(LISTEN_PID=sys.argv[2] or str(os.getpid()), LISTEN_FDS=str(len(given)), LISTEN_FDNAMES=sys.argv[3])
os.execv(sys.executable, [sys.executable, "-c", sys.argv[4]])
"""

_TELL = """
import os
from maildesk.edge.service import handed_sockets
for handed in handed_sockets():
    print(handed.name, handed.socket.getsockname(), os.get_inheritable(handed.socket.fileno()))
"""

_SERVE_ONE = """
from maildesk.edge.service import handed_sockets
peer, _ = handed_sockets()[0].socket.accept()
peer.sendall(b"220 hello")
"""


def hand_over(sockets: list[socket.socket], names: str, program: str, pid: str = "") -> subprocess.Popen[str]:
    descriptors = [sock.fileno() for sock in sockets]
    given = ",".join(map(str, descriptors))
    return subprocess.Popen(
        [sys.executable, "-c", _HAND_OVER, given, pid, names, program],
        pass_fds=descriptors,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def test_sockets_come_with_their_names(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as smtp, socket.socket(socket.AF_UNIX) as lmtp:
        lmtp.bind(str(tmp_path / "lmtp"))
        with hand_over([smtp, lmtp], "smtp:lmtp", _TELL) as process:
            told, _ = process.communicate(timeout=30)
        assert told.splitlines() == [f"smtp {smtp.getsockname()} False", f"lmtp {tmp_path / 'lmtp'} False"]


def test_a_socket_without_a_name_is_handed_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as smtp, hand_over([smtp], "", _TELL) as process:
        told, _ = process.communicate(timeout=30)
        assert told.strip() == f"{smtp.getsockname()} False"


def test_sockets_for_another_process_are_left_alone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as smtp, hand_over([smtp], "smtp", _TELL, pid="1") as process:
        assert process.communicate(timeout=30)[0] == ""


def test_a_client_that_came_before_the_daemon_is_served() -> None:
    with socket.create_server(("127.0.0.1", 0)) as smtp, socket.create_connection(smtp.getsockname(), 30) as client:
        with hand_over([smtp], "smtp", _SERVE_ONE) as process:
            assert client.recv(100) == b"220 hello"
        assert process.returncode == 0


# --- sockets of our own ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("listen", ["127.0.0.1:0", "[::1]:0"])
def test_an_address_of_the_configuration_is_bound(listen: str) -> None:
    [sock] = service.bind(listen)
    with sock, socket.create_connection(sock.getsockname()[:2], 5):
        assert sock.getsockname()[0] == listen.rpartition(":")[0].strip("[]")


def test_a_unix_socket_is_open_to_a_local_mta_and_replaces_a_stale_one(tmp_path: Path) -> None:
    path = tmp_path / "lmtp"
    for _ in range(2):
        [sock] = service.bind(f"unix:{path}")
        with sock:
            assert stat.S_IMODE(path.stat().st_mode) == 0o666


def test_a_port_that_is_taken_is_an_os_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        service.bind(f"127.0.0.1:{taken.getsockname()[1]}")


# --- one daemon a store ----------------------------------------------------------------------------------------

_HOLD = """
import sys, time
from pathlib import Path
from maildesk.edge.service import Lock
lock = Lock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def test_a_second_daemon_is_refused_until_the_first_lets_go(tmp_path: Path) -> None:
    store = tmp_path / "new folder" / "maildesk.db"
    first = Lock(store)
    with pytest.raises(AlreadyRunning, match=r"another maildesk serves .*maildesk\.db"):
        Lock(store)
    first.release()
    Lock(store).release()


def test_a_crash_lets_go(tmp_path: Path) -> None:
    store = tmp_path / "maildesk.db"
    command = [sys.executable, "-c", _HOLD, str(store)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunning):
            Lock(store)
        process.send_signal(signal.SIGKILL)
    Lock(store).release()
