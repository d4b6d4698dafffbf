"""The ways in and out as the configuration has them: mailboxes, certificates, the smarthost or the Maildir."""

from __future__ import annotations

import ssl

from maildesk.config import Config, Imap, SmtpIn, SmtpOut
from maildesk.edge.imap_account import Account, After, Delete, Flag, Leave, Move
from maildesk.edge.maildir_out import MaildirTransport
from maildesk.edge.smarthost import Smarthost, Tls
from maildesk.edge.smtp_out import SmtpTransport
from maildesk.edge.transport import Transport


def transport(config: Config) -> Transport:
    """The configured way out."""
    if config.send.maildir is not None:
        return MaildirTransport(config.send.maildir)
    smtp = config.send.smtp
    assert smtp is not None  # the configuration has one of both
    return SmtpTransport(smarthost(smtp, config.desk.domain))


def smarthost(smtp: SmtpOut, domain: str) -> Smarthost:
    """Where mail goes, and how; ``domain`` is our own name where the configuration gives none."""
    return Smarthost(
        host=smtp.host,
        port=smtp.port,
        ehlo=smtp.hostname or domain,
        tls=Tls(smtp.tls),
        user=smtp.user or "",
        password=smtp.secret,
        ca_file=smtp.ca_file,
    )


def account(imap: Imap) -> Account:
    """A mailbox to watch."""
    return Account(
        host=imap.host,
        port=imap.port,
        tls=imap.tls,
        user=imap.user,
        password=imap.secret,
        folder=imap.folder,
        after=_after(imap),
        poll=imap.poll.total_seconds(),
        backlog=imap.backlog,
        max_size=imap.max_size,
        ca_file=str(imap.ca_file) if imap.ca_file else None,
    )


def _after(imap: Imap) -> After:
    if imap.after.move is not None:
        return Move(imap.after.move)
    if imap.after.flag is not None:
        return Flag(imap.after.flag)
    return Delete() if imap.after.delete else Leave()


def server_tls(smtp: SmtpIn) -> ssl.SSLContext | None:
    """The certificate that a listener shows; None: it has none. OSError where its files are of no use."""
    if smtp.tls_cert is None or smtp.tls_key is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(smtp.tls_cert, smtp.tls_key)
    return context
