"""Mail that is really from somebody else: contact forms, chats, voicemail and fax gateways, by the admins' rules.

`read` gives the mail as it is meant: From is the person, Sender is whoever sent it (RFC 5322 §3.6.2), the words are
theirs. A form proves nothing: whoever fills it in may name anybody. So such a mail opens a ticket, and joins none;
it acts for nobody; and whether its person is answered is up to the same rules as for any sender that is not proven.
What cannot be read is an ordinary mail of the gateway. An agent's forwarded mail is found here, and believed elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from maildesk.config import Config
from maildesk.config import Origin as Rule
from maildesk.desk import routing
from maildesk.desk.addresses import Recipient, classify
from maildesk.desk.routing import Incoming
from maildesk.mail import addresses, form, forward, language
from maildesk.mail.compose import one_line, sendable
from maildesk.mail.forward import Original
from maildesk.model import Address, Authentication, Mail, Proof, Reason, Reply

FIELDS = 30  # of one ticket
_VALUE = 8_000  # characters
_LOOKED_AT = 20_000  # characters of a body that a pattern is run on
_SUBJECT = 300
_EMAIL, _NAME, _TOPIC, _WORDS = range(4)
_OWN = ("email", "name", "subject", "words")


@dataclass(frozen=True, slots=True)
class Origin:
    """Who is behind a mail that came from somebody else's address; ``person`` is None where nobody can be answered."""

    rule: str
    via: Address
    person: Address | None
    fields: tuple[tuple[str, str], ...] = ()
    forwarded: bool = False

    @property
    def understood(self) -> bool:
        """Whether anything was read of what its rule promised; if not, it is the gateway's own mail."""
        return self.person is not None or bool(self.fields)

    @property
    def reason(self) -> Reason:
        if self.person is not None:
            return Reason("origin", f"{self.rule}: {self.via.email} sent it for {self.person.email}")
        if self.fields:
            return Reason("origin", f"{self.rule}: {self.via.email} sent it for somebody who gave no e-mail address")
        return Reason("origin", f"{self.rule} matched, but no address of a person was found in it")


@dataclass(frozen=True, slots=True)
class Meant:
    """A mail as it is meant; ``received`` is the same as it came."""

    mail: Mail
    received: Mail
    origin: Origin | None = None
    forwarded: Original | None = None  # what an agent forwards in it: whether it is an agent is yet to be proven


def read(mail: Mail, recipients: tuple[Recipient, ...], config: Config) -> Meant:
    """Applies the first rule that matches. Reports and answers of machines are nobody's words (RFC 3834 §5)."""
    if mail.bounce is not None or "auto-replied" in mail.automatic.casefold():
        return Meant(mail, mail)
    incoming = Incoming(mail, tuple(recipient.address for recipient in recipients), mail.automatic)
    for number, rule in enumerate(config.origins, 1):
        if routing.matches(incoming, rule.when) is not None:
            return _by_rule(mail, rule, rule.name or f"origin {number}", config)
    forwards = config.agent_by_email(mail.author.email) is not None and not mail.automatic
    return Meant(mail, mail, forwarded=forward.read(mail) if forwards else None)


def weigh(found: Authentication, origin: Origin | None) -> Authentication:
    """Who a form's mail is from is as sure as before; who filled it in is not."""
    if origin is None or not origin.understood or found.proof is Proof.FAILED:
        return found
    return replace(found, proof=Proof.UNPROVEN, reason=f"{origin.rule} proves nobody's address")


# --- by a rule -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Said:
    """What a rule found in a mail: the person's own things, and the rest."""

    own: Mapping[str, str]
    fields: Mapping[str, str] = field(default_factory=dict)


def _by_rule(mail: Mail, rule: Rule, name: str, config: Config) -> Meant:
    said = _said(mail, rule)
    person = _person(mail, rule, said, config)
    fields = tuple((one_line(k, 80), v[:_VALUE]) for k, v in said.fields.items() if v)[:FIELDS]
    origin = Origin(name, mail.author, person, fields)
    if not origin.understood:
        return Meant(mail, mail, origin)
    words = said.own["words"].strip() or mail.reply.text
    meant = replace(
        mail,
        subject=one_line(said.own["subject"], _SUBJECT) or mail.subject,
        reply=Reply(words),
        language=language.detect(words),
    )
    if person is not None:  # a robot's address is no sign any more: a person wrote by its hand
        meant = replace(meant, from_=(person,), sender=mail.from_, reply_to=(), automatic="")
    return Meant(meant, mail, origin)


def _said(mail: Mail, rule: Rule) -> _Said:
    """Values by label, and where there are none by the pattern."""
    labels = rule.labels
    wanted = (labels.email, labels.name, labels.subject, labels.words, *rule.fields)
    read = form.read(mail.text, mail.html, wanted, short=_WORDS)
    matched = _matched(mail, rule)
    own = {name: read.values[index] or matched.pop(name, "") for index, name in enumerate(_OWN)}
    if read.loose and read.values[_WORDS]:
        own["words"] += f"\n\n{read.loose}"
    found = {spellings[0]: value for spellings, value in zip(rule.fields, read.values[len(_OWN) :], strict=True)}
    return _Said(own, found | {name.replace("_", " "): v for name, v in matched.items() if name not in _OWN})


def _matched(mail: Mail, rule: Rule) -> dict[str, str]:
    """The groups of the rule's pattern: in the subject, else in the body."""
    for text in (mail.subject, mail.text[:_LOOKED_AT]) if rule.find else ():
        if found := re.search(rule.find or "", text, re.IGNORECASE):
            return {name: value.strip() for name, value in found.groupdict("").items()}
    return {}


def _person(mail: Mail, rule: Rule, said: _Said, config: Config) -> Address | None:
    """The first usable address; never the gateway's own nor the desk's, which would talk to themselves."""
    named = one_line(said.own["name"], 200)
    for address in _candidates(mail, rule, said):
        strange = address.key() not in {author.key() for author in mail.from_}
        if strange and sendable(address.email) and classify(address.email, config.desk) is None:
            return Address(named or address.name, address.email)
    return None


def _candidates(mail: Mail, rule: Rule, said: _Said) -> Iterator[Address]:
    yield from (mail.reply_to if rule.person == "reply_to" else addresses.parse(said.own["email"][:1000]))[:3]
