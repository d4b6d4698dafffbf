"""The sections `receive` and `send`: the ways that mail comes in and goes out.

Neither sends a password, nor a mail, in clear text to another machine.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field, model_validator

from maildesk.config.section import Rate, Secret, Section, Tls, is_loopback
from maildesk.config.values import Duration, FilePath, Host, Listen, Network, Size


class SmtpIn(Section):
    listen: Listen = Field("127.0.0.1:8025", description="address and port (0: any free one), or unix:/path")
    hostname: Host | None = Field(
        None, description="our name in the greeting; left out: the desk's domain", examples=["mx.acme.example"]
    )
    max_size: Size = Field("25MiB", ge=1024, description="the largest mail that is taken", validate_default=True)
    recipients: int = Field(100, ge=1, description="of one mail; RFC 5321 wants 100 at least")
    relays: tuple[Network, ...] = Field(
        ("127.0.0.0/8", "::1"),
        description="peers we trust to have checked the sender; no limit of rate or of sessions counts against them",
        validate_default=True,
    )
    trust_authserv: tuple[str, ...] = Field(
        (),
        description="names whose Authentication-Results are believed, from relays alone",
        examples=[["mx.acme.example"]],
    )
    tls_cert: FilePath | None = Field(
        None,
        description="certificate chain; with it STARTTLS is offered",
        examples=["/etc/maildesk/fullchain.pem"],
    )
    tls_key: FilePath | None = Field(None, description="its private key", examples=["/etc/maildesk/privkey.pem"])
    bare_newline: Literal["refuse", "normalize"] = Field(
        "refuse", description="what to do with a lone CR or LF (SMTP smuggling)"
    )
    sender_limit: Rate = Field(
        {"count": 1000, "per": "10m"},
        description="mails of one envelope sender, relays apart; what is beyond is put off (450), never lost",
        validate_default=True,
    )
    client_limit: Rate = Field(
        {"count": 2000, "per": "10m"},
        description="mails from one client's address, relays apart (of IPv6: its /64)",
        validate_default=True,
    )
    connections: int = Field(200, ge=1, description="how many at once; a tenth of them are kept for relays")
    connections_per_client: int = Field(20, ge=1, description="how many at once from one address, relays apart")

    @model_validator(mode="after")
    def _pair(self) -> SmtpIn:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key go together")
        return self


class After(Section):
    """What becomes of a mail in the mailbox once it is safe in the store."""

    move: str | None = Field(None, min_length=1, description="move it to this folder, made if it is missing")
    flag: str | None = Field(None, min_length=1, description=r"set this flag or keyword, such as \Seen")
    delete: bool = Field(False, description="delete it")

    @model_validator(mode="after")
    def _one(self) -> After:
        if sum((self.move is not None, self.flag is not None, self.delete)) > 1:
            raise ValueError("one of move, flag or delete")
        return self


class Imap(Secret):
    host: Host = Field(description="the IMAP server", examples=["imap.acme.example"])
    port: int = Field(993, ge=1, le=65535, description="993 for implicit TLS, 143 for STARTTLS")
    tls: Tls = Field("implicit", description="implicit, starttls, or none (loopback only)")
    ca_file: FilePath | None = Field(
        None, description="certificates to trust in place of the system's", examples=["/etc/ssl/acme.pem"]
    )
    user: str = Field(min_length=1, description="login name", examples=["support@acme.example"])
    folder: str = Field("INBOX", min_length=1, description="the folder that holds the desk's mail")
    after: After = Field(
        {"flag": r"\Seen"},
        description="what becomes of a mail once it is safe: move, flag or delete",
        examples=[{"move": "Processed"}],
        validate_default=True,
    )
    poll: Duration = Field(
        "60s",
        ge=timedelta(seconds=1),
        description="how often to look where the server has no IDLE",
        validate_default=True,
    )
    backlog: Literal["ignore", "tickets"] = Field("ignore", description="mail that the folder holds when first seen")
    max_size: Size = Field(
        "25MiB",
        ge=1024,
        description="a larger mail stays where it is, and the admins are told",
        validate_default=True,
    )
    trust_authserv: tuple[str, ...] = Field(
        (), description="names whose Authentication-Results are believed", examples=[["mx.acme.example"]]
    )

    @model_validator(mode="after")
    def _safe(self) -> Imap:
        if self.tls == "none" and not is_loopback(self.host):
            raise ValueError(f"tls: none would send the password in clear text to {self.host}")
        if not self.has_secret:
            raise ValueError("a login needs a password: name its password_file, password_env or password_credential")
        return self

    @property
    def name(self) -> str:
        return f"{self.user}@{self.host}"


class Receive(Section):
    smtp: SmtpIn | None = Field(None, description="listen for SMTP")
    lmtp: SmtpIn | None = Field(
        None,
        description="listen for LMTP (RFC 2033); same keys as smtp",
        examples=[{"listen": "unix:/run/maildesk/lmtp"}],
    )
    imap: tuple[Imap, ...] = Field((), description="mailboxes to watch")

    @model_validator(mode="after")
    def _some(self) -> Receive:
        if not (self.smtp or self.lmtp or self.imap):
            raise ValueError("name a way for mail to come in: smtp, lmtp or imap")
        return self


class SmtpOut(Secret):
    host: Host = Field(description="the smarthost", examples=["smtp.acme.example"])
    port: int = Field(587, ge=1, le=65535, description="587 for STARTTLS, 465 for implicit TLS")
    tls: Tls = Field("starttls", description="implicit, starttls, or none (loopback only)")
    ca_file: FilePath | None = Field(
        None, description="certificates to trust in place of the system's", examples=["/etc/ssl/acme.pem"]
    )
    user: str | None = Field(None, min_length=1, description="login name; left out: no login", examples=["support"])
    hostname: Host | None = Field(
        None, description="what we call ourselves; left out: the desk's domain", examples=["mx.acme.example"]
    )

    @model_validator(mode="after")
    def _safe(self) -> SmtpOut:
        if self.tls == "none" and not is_loopback(self.host):
            raise ValueError(f"tls: none would send mail in clear text to {self.host}")
        if self.user is not None and not self.has_secret:
            raise ValueError("a login needs a password: name its password_file, password_env or password_credential")
        if self.user is None and self.has_secret:
            raise ValueError("a password without a user: who shall log in?")
        return self


class Send(Section):
    maildir: FilePath | None = Field(
        None, description="for trials and tests: put mail into this Maildir", examples=["../var/outgoing"]
    )
    smtp: SmtpOut | None = Field(None, description="send through a smarthost")
    null_sender: bool = Field(True, description="auto-replies have an empty envelope sender; false: a bounce address")
    give_up_after: Duration = Field(
        "5d", description="how long a mail is tried before it has failed", validate_default=True
    )

    @model_validator(mode="after")
    def _one(self) -> Send:
        if (self.smtp is None) == (self.maildir is None):
            raise ValueError("name one way for mail to go out: smtp or maildir")
        return self
