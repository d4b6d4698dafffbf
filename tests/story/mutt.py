"""mutt, as somebody at a terminal uses it: opens the mailbox by IMAP, answers the last mail, sends by SMTP.

What it writes into In-Reply-To, References, the recipient and the quoted text is mutt's own doing: the person
types a few words above the quote, no more.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import shlex
import struct
import subprocess
import termios
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_SETTINGS = """\
set from="{email}" realname="{name}" use_from=yes use_envelope_from=yes hostname=client.people.test
set imap_user="{email}" imap_pass="{password}" spoolfile="imap://127.0.0.1:{imap}/INBOX" folder="imap://127.0.0.1:{imap}/"
set smtp_url="smtp://127.0.0.1:{smtp}/" ssl_starttls=no ssl_force_tls=no
set editor="{editor}" autoedit=yes fast_reply=yes include=yes reply_to=yes abort_unmodified=no
set copy=no quit=yes delete=no move=no mark_old=no sleep_time=0 wait_key=no sort=mailbox-order
set timeout=1 mail_check=1 charset=utf-8
"""


#: With an old date: mutt asks about a file that seems to have changed a second after it was edited.
_EDITOR = """\
#!/bin/sh
cat {0} "$1" > {0}.all && cat {0}.all > "$1"
touch -t 200001010000 "$1"
"""


@dataclass(frozen=True)
class Mutt:
    """One person's mutt, with its files in ``folder``; the ports are those of their provider."""

    folder: Path
    name: str
    email: str
    password: str
    imap: int
    smtp: int

    def answers(self, words: str) -> None:
        """Answers the newest mail of the INBOX, with ``words`` above the quoted text."""
        self.folder.mkdir(exist_ok=True)
        rc, editor, typed = (self.folder / name for name in ("muttrc", "editor", "typed"))
        typed.write_text(words + "\n\n")
        editor.write_text(_EDITOR.format(shlex.quote(str(typed))))
        editor.chmod(0o755)
        own = {name: getattr(self, name) for name in ("name", "email", "password", "imap", "smtp")}
        rc.write_text(_SETTINGS.format(editor=editor, **own))
        self._run(rc, "<last-entry><reply><send-message><quit>")

    def _run(self, rc: Path, keys: str) -> None:
        ours, its = pty.openpty()
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        environment = os.environ | {"HOME": str(self.folder), "TERM": "vt100", "LC_ALL": "C.UTF-8"}
        process = subprocess.Popen(
            ["mutt", "-n", "-F", str(rc), "-e", f"push {keys}"],
            stdin=its,
            stdout=its,
            stderr=its,
            env=environment,
            cwd=self.folder,
            start_new_session=True,
        )
        os.close(its)
        try:
            screen = _watched(ours, process)
        finally:
            process.kill()
            process.wait()
            os.close(ours)
        assert process.returncode == 0, screen.decode(errors="replace")[-3000:]


def _watched(terminal: int, process: subprocess.Popen[bytes], seconds: float = 30) -> bytes:
    """Reads what is shown until the program ends, for it stands still at a screen that nobody reads."""
    shown, ends = b"", time.monotonic() + seconds
    with suppress(OSError):  # EIO: the program has closed its side
        while time.monotonic() < ends:
            if select.select([terminal], [], [], 0.1)[0]:
                shown += os.read(terminal, 65536)
            elif process.poll() is not None:
                break
    with suppress(subprocess.TimeoutExpired):
        process.wait(2)
    return shown
