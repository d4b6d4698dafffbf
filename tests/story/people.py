"""The people of the stories: they write and answer as mail programs do, and read what is in their mailbox."""

from __future__ import annotations

import email.policy
import smtplib
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formataddr, formatdate, make_msgid

from tests.office import Letter
from tests.story.desk import until

Mailbox = Callable[[str], list[Letter]]


@dataclass
class Person:
    """Somebody with a mail address; ``out`` is the SMTP port that their program hands mail to."""

    name: str
    email: str
    out: int
    mailbox: Mailbox
    sent: list[EmailMessage] = field(default_factory=list)

    # --- writing -------------------------------------------------------------------------------------------

    def writes(self, to: str, subject: str, words: str, **headers: str) -> EmailMessage:
        """A new mail; ``headers`` with `_` for `-`. Returns once their server has taken it."""
        message = EmailMessage(email.policy.SMTP)
        message["From"] = formataddr((self.name, self.email))
        message["To"], message["Subject"] = to, subject
        message["Date"] = formatdate(localtime=True)
        message["Message-ID"] = make_msgid(domain=self.email.partition("@")[2])
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(words)
        self.sends(message, to)
        return message

    def answers(self, letter: Letter, words: str) -> EmailMessage:
        """Above the quoted mail, as most programs do."""
        quoted = "\n".join(f"> {line}".rstrip() for line in letter.text.splitlines())
        subject = letter["Subject"]
        return self.writes(
            letter.reply_to,
            subject if subject.lower().startswith("re:") else f"Re: {subject}",
            f"{words}\n\nOn Mon, 2 Mar 2026 at 10:00, {letter['From'].partition(' <')[0]} wrote:\n\n{quoted}\n",
            In_Reply_To=letter["Message-ID"],
            References=f"{letter['References']} {letter['Message-ID']}".strip(),
        )

    def sends(self, message: EmailMessage, to: str) -> None:
        self.sent.append(message)
        with smtplib.SMTP("127.0.0.1", self.out, "client.people.test", timeout=20) as server:
            server.sendmail(self.email, [to], message.as_bytes())

    def writes_with_swaks(self, to: str, subject: str, words: str) -> None:
        """The same from swaks, which makes mails of its own kind."""
        server = ("--server", f"127.0.0.1:{self.out}", "--helo", "client.people.test")
        envelope = ("--from", self.email, "--to", to)
        content = ("--h-From", formataddr((self.name, self.email)), "--h-Subject", subject, "--body", words)
        command = ["swaks", "--silent", "2", *server, *envelope, *content]
        subprocess.run(command, stdin=subprocess.DEVNULL, check=True, timeout=30)

    # --- reading -------------------------------------------------------------------------------------------

    @property
    def inbox(self) -> list[Letter]:
        return self.mailbox(self.email)

    def gets(self, words: str = "", subject: str = "", but: Letter | None = None) -> Letter:
        """Waits for a mail with these words in it, and another than ``but``; the newest."""

        def found() -> list[Letter]:
            return [
                letter
                for letter in self.inbox
                if says(letter, words) and subject in letter["Subject"]
                if but is None or letter["Message-ID"] != but["Message-ID"]
            ]

        return until(found, f"{self.name} gets a mail with {words or subject!r}")[-1]

    def got(self, words: str) -> int:
        """How many mails with these words are there now."""
        return sum(says(letter, words) for letter in self.inbox)


def says(letter: Letter, words: str) -> bool:
    """Whether a mail has these words in it, however its lines are broken."""
    return words in " ".join(letter.text.split())
