"""The mail servers around a desk: a true Postfix as everybody's MX and smarthost, a true Dovecot with their mailboxes.

ann@people.test         has a mailbox at Dovecot, as anybody @people.test
mail@imapdesk.test      too: for a desk that fetches its mail from there
support@help.test       Postfix hands over by SMTP, to whichever desk listens on ``desk_port``
support@lmtp.test       the same by LMTP
gone@gone.test          Postfix takes it, then learns that there is no such user, and says so in a bounce
ann@nowhere.test        Postfix refuses at once
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from imapclient import IMAPClient

from tests.edge import dovecot
from tests.edge.dovecot import Dovecot
from tests.office import Letter
from tests.servers import postfix
from tests.servers.postfix import Postfix
from tests.story.desk import lasting_port
from tests.story.mutt import Mutt
from tests.story.people import Person
from tests.story.smarthost import Smarthost

_numbers = count(1)


@dataclass
class Town:
    postfix: Postfix
    dovecot: Dovecot
    desk_port: int
    _mailboxes: dict[str, IMAPClient] = field(default_factory=dict)
    _seen: dict[str, dict[int, Letter]] = field(default_factory=dict)

    def person(self, name: str, domain: str = "people.test") -> Person:
        """Somebody new, with an empty mailbox."""
        address = f"{name.split()[0].lower()}{next(_numbers)}@{domain}"
        if domain in ("people.test", "imapdesk.test"):
            self.dovecot.add_user(address)
        return Person(name, address, self.postfix.port, self.mailbox)

    def mutt_of(self, person: Person, folder: Path) -> Mutt:
        ports = (self.dovecot.imap, self.postfix.port)
        return Mutt(folder / person.email, person.name, person.email, Dovecot.PASSWORD, *ports)

    def mailbox(self, address: str) -> list[Letter]:
        """What is in somebody's INBOX."""
        if address not in self._mailboxes:
            client = IMAPClient("127.0.0.1", self.dovecot.imap, ssl=False)
            client.login(address, Dovecot.PASSWORD)
            client.select_folder("INBOX", readonly=True)
            self._mailboxes[address] = client
        client, seen = self._mailboxes[address], self._seen.setdefault(address, {})
        client.noop()
        if new := [uid for uid in client.search() if uid not in seen]:
            for uid, found in client.fetch(new, ["BODY.PEEK[]"]).items():
                letter = Letter(uid, address, "", "", found[b"BODY[]"])
                seen[uid] = Letter(uid, address, letter["Return-Path"].strip("<>"), "", letter.raw)
        return list(seen.values())

    def close(self) -> None:
        for client in self._mailboxes.values():
            client.logout()


@contextmanager
def running() -> Iterator[Town]:
    desk_port, elsewhere = lasting_port(), Smarthost()
    elsewhere.refused["gone@gone.test"] = "550 5.1.1 no such user"
    with dovecot.running() as mailboxes:
        domains = {
            "people.test": postfix.lmtp(mailboxes.lmtp),
            "imapdesk.test": postfix.lmtp(mailboxes.lmtp),
            "help.test": postfix.smtp(desk_port),
            "lmtp.test": postfix.lmtp(desk_port),
            "gone.test": postfix.smtp(elsewhere.port),
        }
        with postfix.running(domains) as server:
            town = Town(server, mailboxes, desk_port)
            try:
                yield town
            finally:
                town.close()
                elsewhere.close()
