"""Calls at a daemon's SMTP port and says what no mail server would; looks at what it answers and what becomes of it.

Each call is a session: sound with a mangled mail in it, babble, one that tries to hide a second mail in a first, or one
that is cut off anywhere; in one breath, or in crumbs. Asked of the daemon: an answer within two seconds that is
one of SMTP's and tells nothing of its inside; that whatever it said 250 to is in the inbox and is settled in the end;
that no hidden mail becomes one; that neither it nor its worker dies or grows.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.mail.fuzz import mangled, place
from tests.trouble.rig import ANN, PATIENCE, SUPPORT, Desk, letter, until

LIMIT = 2.0  # seconds, for an answer
EVE = "eve@evil.test"  # nobody but a smuggled mail has this sender
_PROBE = 50  # calls, between two looks at how the daemon is
_LARGEST = 30_000  # octets of most mails: it is the dialogue that is on trial
_REPLY = re.compile(rb"[2-5]\d\d[ -][^\r\n]*\r\n")
_INSIDE = re.compile(rb"Traceback|Error:|Exception|\.py\b|sqlite|/var/|/usr/")
_ENVELOPE = f"MAIL FROM:<{ANN}>\r\nRCPT TO:<{SUPPORT}>\r\nDATA\r\n".encode()
_ENDS = (
    b"\n.\n",
    b"\n.\r\n",
    b"\r\n.\n",
    b"\r.\r",
    b"\r\n.\r",
    b"\r.\r\n",
    b"\n\r.\r\n",
    b"\r\n\0.\r\n",
    b"\r\r\n.\r\r\n",
)
_HIDDEN = f"MAIL FROM:<{EVE}>\r\nRCPT TO:<{SUPPORT}>\r\nDATA\r\nSubject: hidden\r\n\r\nhidden\r\n.\r\n".encode()
_VERBS = (
    *(b"EHLO", b"HELO", b"LHLO", b"MAIL FROM:", b"RCPT TO:", b"DATA", b"RSET", b"NOOP", b"VRFY", b"EXPN", b"HELP"),
    *(b"AUTH PLAIN", b"STARTTLS", b"BDAT 5 LAST", b"QUIT", b"GET / HTTP/1.1", b""),
)
_WORDS = (
    *(b" x", b"<a@b.test>", b"<>", b"<support@acme.test>", b"<@x:a@b.test>", b'<"a b"@c.test>', b"<\xff@b.test>", b"<"),
    *(b" SIZE=1", b" SIZE=99999999999999999999", b" BODY=8BITMIME", b" SMTPUTF8", b" AUTH=<>", b"\0", b"\x1b[31m"),
    *(b"(" * 500, b"a" * 3000, b" ", b"<a@b.test>\rRCPT TO:<c@d.test>", b"\xe2\x80\xae", b"%s%n{}", b"=", b'"' * 99),
)


def stuffed(raw: bytes) -> bytes:
    """A mail as it stands on the wire, with its final dot."""
    return re.sub(rb"(?m)^\.", b"..", raw) + (b".\r\n" if raw.endswith(b"\r\n") else b"\r\n.\r\n")


@dataclass
class Dialogues:
    """A daemon that is called at. ``found`` is what fell: what was wrong, and what had been said."""

    desk: Desk
    dice: Random
    calls: int = 0
    kept: set[int] = field(default_factory=set)
    slowest: float = 0.0
    most: dict[str, int] = field(default_factory=dict)  # MB in use: "daemon" and "worker", early and last
    found: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert self.desk.process is not None
        self._pids = {"daemon": self.desk.process.pid, "worker": self.desk.worker()}

    def call(self) -> None:
        """One session."""
        self.calls += 1
        kinds: tuple[Callable[[], bytes], ...] = (self._sound, self._sound, self._babble, self._smuggling)
        said = b"EHLO client.test\r\n" + self.dice.choice(kinds)()
        if self.dice.random() < 0.2:
            said = said[: self.dice.randrange(len(said))]
        self._have(said, waits=self.dice.random() < 0.8)
        if self.calls % _PROBE == 0:
            self._probe()

    # --- what is said --------------------------------------------------------------------------------------

    def _sound(self) -> bytes:
        raw = mangled(self.dice)
        raw = raw if self.dice.random() < 0.02 else raw[:_LARGEST]
        if self.dice.random() < 0.7:  # most of them in lines, or they are refused for that alone
            raw = b"\r\n".join(raw.splitlines())
        return _ENVELOPE + stuffed(raw) + self.dice.choice((b"QUIT\r\n", b"RSET\r\n", b"")) + b"NOOP\r\n"

    def _babble(self) -> bytes:
        lines = []
        for _ in range(self.dice.randrange(1, 40)):
            words = b"".join(self.dice.choice(_WORDS) for _ in range(self.dice.choice((0, 1, 1, 2, 5))))
            lines.append(self.dice.choice(_VERBS) + words + self.dice.choice((b"\r\n", b"\r\n", b"\n", b"\r", b"")))
            if self.dice.random() < 0.1:
                lines.append(_ENVELOPE)
        return b"".join(lines)

    def _smuggling(self) -> bytes:
        ends = self.dice.choice(_ENDS) * self.dice.choice((1, 1, 2))
        if self.dice.random() < 0.5:
            ends = self.dice.choice((b"", b"\r\n", b"\n", b"\r")) + ends
        ends = b"\n.\n" if b"\r\n.\r\n" in ends else ends  # that is a true end, and what follows it a true command
        return _ENVELOPE + b"Subject: seen\r\n\r\nseen" + ends + _HIDDEN + b"QUIT\r\n"

    # --- how it is said, and what is answered ----------------------------------------------------------------

    def _have(self, said: bytes, *, waits: bool) -> None:
        heard = b""
        began = time.monotonic()
        with suppress(OSError), socket.create_connection(self.desk.address, timeout=10) as client:
            self._say(client, said)
            if waits:
                client.shutdown(socket.SHUT_WR)
                heard = self._listen(client, said)
        spent = time.monotonic() - began
        self.slowest = max(self.slowest, spent)
        if spent > LIMIT:
            self.note(f"it took {spent:.1f} s", said)
        rest = _REPLY.sub(b"", heard)
        if rest or _INSIDE.search(heard):
            self.note(f"it answered {rest or heard!r}"[:200], said)
        self.kept |= {int(number) for number in re.findall(rb"kept as (\d+)", heard)}

    def _say(self, client: socket.socket, said: bytes) -> None:
        """In one breath; or in crumbs, which the kernel does not put together again."""
        if self.dice.random() < 0.6:
            return client.sendall(said)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while said:
            crumb = self.dice.choice((1, 2, 3, 7, 100, 5000))
            client.sendall(said[:crumb])
            said = said[crumb:]
            if len(said) > 2000:
                client.sendall(said[:-2000])
                said = said[-2000:]
        return None

    def _listen(self, client: socket.socket, said: bytes) -> bytes:
        heard = bytearray()
        try:
            while piece := client.recv(65536):
                heard += piece
        except TimeoutError:
            self.note("it never ended the session", said)
        return bytes(heard)

    # --- how it is -----------------------------------------------------------------------------------------

    def _probe(self) -> None:
        began = time.monotonic()
        self.kept.add(self.desk.send(letter(f"Probe {self.calls}", sender=f"probe{self.calls}@customer.test")))
        if (spent := time.monotonic() - began) > LIMIT:
            self.note(f"a sound mail's 250 took {spent:.1f} s", b"")
        for name, pid in self._pids.items():
            try:
                used = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 // 2**20
            except FileNotFoundError:
                self.note(f"the {name} has died", b"")
                continue
            self.most[f"{name}, last"] = used
            if self.calls <= 10 * _PROBE:
                self.most[f"{name}, early"] = max(used, self.most.get(f"{name}, early", 0))

    def note(self, what: str, said: bytes) -> None:
        self.found.setdefault(re.sub(r"\d+\.\d", "n", what), said)

    def ended(self) -> None:
        """Looks at what became of all that was said 250 to."""
        until(lambda: not self.desk.rows("SELECT 1 FROM inbox WHERE state = 'received'"), self.desk.log, 4 * PATIENCE)
        states = {row["id"]: row for row in self.desk.rows("SELECT id, state, trouble, envelope_from FROM inbox")}
        if missing := self.kept - states.keys():
            self.note(f"it said 250 to {sorted(missing)[:5]} and does not have them", b"")
        for row in states.values():
            if row["state"] == "quarantined":
                self.note(place(row["trouble"]), b"")
            if row["envelope_from"] == EVE:
                self.note("a mail was smuggled in", b"")
        for line in re.findall(r'.*"level": "error".*', self.desk.log()):
            self.note(f"the log says {line[:300]}", b"")
