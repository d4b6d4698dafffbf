"""What `check --online` finds out: whether the store is sound, the servers let us in, and what the domain says.

Reads mailboxes' names and nothing in them; sends no mail.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from maildesk.config import Config, Imap, SmtpOut
from maildesk.edge import checkup, dns
from maildesk.edge.checkup import Finding
from maildesk.edge.imap_account import Leave, Pace

_CONNECT = 10.0  # seconds
_ANSWER = 15.0


def online(config: Config) -> tuple[Finding, ...]:
    """The machine and the store, every login, then every record."""
    found = [*checkup.look(config, datetime.now(UTC), checkup.Patience())]
    found += [_imap(imap) for imap in config.receive.imap]
    if config.send.smtp is not None:
        found.append(_smtp(config.send.smtp, config.desk.domain))
    resolvers = dns.resolvers()
    return (*found, *(finding for domain in sorted(config.desk.domains) for finding in records(domain, resolvers)))


# --- logins ------------------------------------------------------------------------------------------------


def _imap(imap: Imap) -> Finding:
    from imapclient.exceptions import IMAPClientError

    from maildesk.edge.imap_session import Session
    from maildesk.edge.ways import account

    watched = replace(account(imap), after=Leave(), pace=Pace(connect=_CONNECT, answer=_ANSWER))
    what = f"imap {imap.user} at {imap.host}:{imap.port}"
    try:
        with Session(watched) as session:
            opened = session.open()
    except (OSError, KeyError, IMAPClientError) as error:
        hint = "look at host, port, tls, user, password and folder"
        return Finding(what, False, f"{_told(error)}; {hint}")
    return Finding(what, True, f"{imap.folder} holds {opened.exists:,} mails")


def _smtp(smtp: SmtpOut, domain: str) -> Finding:
    what = f"smtp {smtp.user or 'without login'} at {smtp.host}:{smtp.port}"
    from maildesk.edge.smarthost import TROUBLE

    try:
        asyncio.run(_visit(smtp, domain))
    except (*TROUBLE, KeyError) as error:
        return Finding(what, False, f"{_told(error)}; look at host, port, tls, user and password")
    return Finding(what, True, "")


async def _visit(smtp: SmtpOut, domain: str) -> None:
    from maildesk.edge.smarthost import Sessions
    from maildesk.edge.ways import smarthost

    impatient = replace(smarthost(smtp, domain), connect_timeout=_CONNECT, reply_timeout=_ANSWER)
    sessions = Sessions(impatient)
    sessions.keep(await sessions.connect())
    await sessions.close()


def _told(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


# --- records -----------------------------------------------------------------------------------------------


def records(domain: str, servers: Sequence[tuple[str, int]]) -> Iterator[Finding]:
    """SPF (RFC 7208), DKIM (RFC 6376) and DMARC (RFC 9989) of the domain that the desk's mail comes from."""
    try:
        at, keys, policy = (dns.txt(name, servers) for name in (domain, f"_domainkey.{domain}", f"_dmarc.{domain}"))
    except dns.NoAnswer as error:
        yield Finding(f"dns of {domain}", None, str(error))
        return
    yield _one(f"spf of {domain}", at.texts, "v=spf1", "publish v=spf1 with the smarthost in it")
    # A selector cannot be guessed; but nothing exists below a name that does not exist (RFC 8020).
    advice = "sign at the smarthost and publish its key, or mail will be taken for forged"
    detail = "some key is published" if keys.exists else f"no key below _domainkey; {advice}"
    yield Finding(f"dkim of {domain}", keys.exists, detail)
    yield _one(f"dmarc of {domain}", policy.texts, "v=DMARC1", "publish v=DMARC1; p=none to begin with")


def _one(what: str, texts: Sequence[str], start: str, advice: str) -> Finding:
    found = [text for text in texts if text.lower().startswith(start.lower())]
    if len(found) > 1:
        return Finding(what, False, f"{len(found)} records where there may be one: receivers ignore them all")
    return Finding(what, bool(found), found[0] if found else f"no record; {advice}")
