"""An IMAP server that has the faults of real ones, on a loopback socket, to be chosen by their names.

It knows as much of RFC 3501 as one mailbox with UIDs needs. Dovecot shows none of these faults.
"""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import cast

FLOOD = 64 * 2**20  # octets: as much as "without an end" has, so that a client that believes it all ends too


class OddImap(socketserver.ThreadingTCPServer):
    """``mails`` is what the folder holds, by UID; ``faults`` may change while it runs:

    exists_before_plus, exists_with_plus (IDLE), hidden (a FETCH hands out none of these UIDs),
    refused (NO to a FETCH that names one of them), nil (BODY[] NIL), vanishing (gone after SEARCH),
    throttled (NO [THROTTLED] to FETCH), strict (NO to a STORE that names a mail that is gone), bye (at the
    greeting), no_idle, no_keywords, understated (RFC822.SIZE of 10 octets), garbage_at_search, garbage_at_fetch,
    garbage_at_idle (whatever `garbage` is, instead of an answer; then `flood`, again and again without an end).
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Visit)
        self.port: int = self.server_address[1]
        self.mails: dict[int, bytes] = {}
        self.faults: set[str] = set()
        self.uids: set[int] = set()  # that the fault is about
        self.said: list[str] = []  # every command
        self.garbage = self.flood = b""
        self.poured = 0  # octets of the flood

    def count(self, command: str) -> int:
        return sum(said.startswith(command) for said in self.said)

    def deliver(self, raw: bytes) -> None:
        self.mails[max(self.mails, default=0) + 1] = raw


class Visit(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.odd = cast(OddImap, self.server)
        if "bye" in self.odd.faults:
            return self._say(b"* BYE [UNAVAILABLE] too many simultaneous connections")
        self._say(b"* OK ready")
        for line in self.rfile:
            tag, _, command = line.decode().strip().partition(" ")
            self.odd.said.append(command)
            words = command.upper().split()
            name = words[1] if words[0] == "UID" else words[0]
            answer = getattr(self, f"do_{name.lower()}", lambda _: None)(command) or "OK done"
            self._say(f"{tag} {answer}".encode())
            if name == "LOGOUT":
                return None
        return None

    def _say(self, *lines: bytes) -> None:
        with suppress(ConnectionError):  # the client hung up, as it may
            self.wfile.write(b"".join(line + b"\r\n" for line in lines))

    def _say_garbage(self) -> None:
        self._say(*([self.odd.garbage] if self.odd.garbage else []))
        with suppress(ConnectionError):
            while self.odd.flood and self.odd.poured < FLOOD:
                self.wfile.write(self.odd.flood)
                self.odd.poured += len(self.odd.flood)

    def do_capability(self, _: str) -> None:
        idle = b"" if "no_idle" in self.odd.faults else b" IDLE"
        self._say(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN MOVE UIDPLUS" + idle)

    def do_authenticate(self, _: str) -> None:
        self._say(b"+ ")
        self.rfile.readline()

    def do_select(self, _: str) -> None:
        flags = rb"\Seen \Deleted" if "no_keywords" in self.odd.faults else rb"\Seen \Deleted \*"
        self._say(f"* {len(self.odd.mails)} EXISTS".encode(), b"* OK [UIDVALIDITY 7] ok")
        self._say(f"* OK [UIDNEXT {max(self.odd.mails, default=0) + 1}] ok".encode())
        self._say(b"* OK [PERMANENTFLAGS (" + flags + b")] ok")

    do_examine = do_select

    def do_search(self, command: str) -> None:
        if "garbage_at_search" in self.odd.faults:
            return self._say_garbage()
        named = command.split()[3]
        found = [uid for uid in self.odd.mails if _names(named, uid, max(self.odd.mails))]
        self._say(b"* SEARCH " + " ".join(map(str, found)).encode())
        if "vanishing" in self.odd.faults:
            for uid in self.odd.uids:
                self.odd.mails.pop(uid, None)
        return None

    def do_fetch(self, command: str) -> str:
        if "garbage_at_fetch" in self.odd.faults:
            self._say_garbage()
            return "OK fetched"
        named = [int(uid) for uid in command.split()[2].split(",")]
        if "throttled" in self.odd.faults:
            return "NO [THROTTLED] come back later"
        if "refused" in self.odd.faults and self.odd.uids & set(named):
            return "NO The message could not be converted"
        for seq, (uid, raw) in enumerate(sorted(self.odd.mails.items()), 1):
            if uid not in named or ("hidden" in self.odd.faults and uid in self.odd.uids):
                continue
            if "BODY" not in command:
                date = b'INTERNALDATE "22-Nov-2026 10:00:00 +0100"'
                size = 10 if "understated" in self.odd.faults and uid in self.odd.uids else len(raw)
                self._say(b"* %d FETCH (UID %d RFC822.SIZE %d %s)" % (seq, uid, size, date))
            elif "nil" in self.odd.faults and uid in self.odd.uids:
                self._say(b"* %d FETCH (UID %d BODY[] NIL)" % (seq, uid))
            else:
                # and an unsolicited one by sequence number, as any server may send
                self._say(b"* %d FETCH (UID %d BODY[] {%d}" % (seq, uid, len(raw)), raw + b")")
                self._say(b"* %d FETCH (FLAGS (\\Seen))" % seq)
        return "OK fetched"

    def do_store(self, command: str) -> str:
        gone = {int(uid) for uid in command.split()[2].split(",")} - set(self.odd.mails)
        return (
            "NO Some of the requested messages no longer exist" if gone and "strict" in self.odd.faults else "OK stored"
        )

    def do_idle(self, _: str) -> None:
        exists = f"* {len(self.odd.mails) + 1} EXISTS".encode()
        if "garbage_at_idle" in self.odd.faults:
            self._say(b"+ idling")
            self._say_garbage()
        elif "exists_before_plus" in self.odd.faults:
            self._arrive(exists, b"+ idling")
        elif "exists_with_plus" in self.odd.faults:
            self._arrive(b"+ idling", exists)
        else:
            self._say(b"+ idling")
        self.rfile.readline()

    def _arrive(self, *lines: bytes) -> None:
        self.odd.faults.clear()
        self.odd.deliver(b"Subject: untimely\r\n\r\n")
        self._say(*lines)


def _names(span: str, uid: int, last: int) -> bool:
    """Whether an IMAP set names the UID: "n:*" names the last one always (RFC 3501 §6.4.8)."""
    for part in span.split(","):
        low, _, high = (re.sub(r"\*", str(last), part)).partition(":")
        bounds = sorted((int(low), int(high or low)))
        if bounds[0] <= uid <= bounds[1]:
            return True
    return False


@contextmanager
def odd_imap() -> Iterator[OddImap]:
    with OddImap() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
