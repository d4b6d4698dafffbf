"""Mails for benchmarks: made here with a fixed seed, so that figures of two days can be compared.

Seven in ten are short plain texts, the others have an HTML alternative of 4 to 60 KB; four in ten answer an earlier one
and quote it as Gmail, Outlook or Thunderbird do. Languages, transfer encodings and header fields are as mixed as at a
real desk.
"""

from __future__ import annotations

import base64
import quopri
import random
import textwrap
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.header import Header
from email.utils import format_datetime
from html import escape

SEED = 3

_WORDS = {
    "en": "the printer does not work since yesterday please could you check whether our invoice was paid and send it",
    "de": "der Drucker geht seit gestern nicht mehr bitte prüfen Sie ob unsere Rechnung bezahlt ist und für wen größer",
    "fr": "depuis hier notre imprimante ne marche plus pourriez vous vérifier si la facture déjà payée est arrivée",
    "it": "da ieri la stampante non funziona più potete controllare se la nostra fattura è già stata pagata e perché",
    "ja": "プリンターが 昨日から 動きません 請求書の 確認を お願いします 注文は まだ 届いていません よろしく",
}
_LANGUAGES = ["en"] * 6 + ["de", "fr", "it", "ja"]
_NAMES = ("Ann Lee", "Jörg Müller", "Chloé Dubois", "Bob Stone", "Inés García", "Otto Kern")
_WROTE = {
    "en": "On {date}, {name} <{email}> wrote:",
    "de": "Am {date} schrieb {name} <{email}>:",
    "fr": "Le {date}, {name} <{email}> a écrit :",
    "it": "Il giorno {date} {name} <{email}> ha scritto:",
    "ja": "{date} {name} <{email}>:",
}
_BEGAN = datetime(2026, 3, 2, 8, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Written:
    """What an answer needs to know of the mail that it answers."""

    message_id: str
    references: tuple[str, ...]
    who: int
    name: str
    email: str
    date: datetime
    language: str
    text: str


def make(count: int = 400, *, html: float = 0.3, loyal: float = 0.0) -> list[bytes]:
    """``count`` mails with LF line ends, always the same ones.

    ``html`` is the share of those with an HTML alternative, ``loyal`` that of the answers whose author wrote what they
    answer, too: these go on with a conversation, where others join it.
    """
    dice = random.Random(SEED)
    written: list[_Written] = []
    mails = []
    for number in range(count):
        answered = dice.choice(written[-60:]) if written and dice.random() < 0.4 else None
        same = answered is not None and loyal > 0 and dice.random() < loyal
        one, head = _letter(dice, number, answered, answered.who if same and answered else dice.randrange(80))
        written.append(one)
        mails.append(_mail(dice, one, head, with_html=dice.random() < html))
    return mails


def _letter(dice: random.Random, number: int, answered: _Written | None, who: int) -> tuple[_Written, list[str]]:
    name, email = _NAMES[who % len(_NAMES)], f"user{who}@customer{who % 30}.example"
    language = answered.language if answered else _LANGUAGES[who % len(_LANGUAGES)]
    text = "\n\n".join(_paragraph(dice, language) for _ in range(dice.randint(1, 4))) + f"\n\n{name}"
    if answered:
        text += _quoted(dice, answered)
    references = (*answered.references, answered.message_id)[-12:] if answered else ()
    date = _BEGAN + timedelta(minutes=number)
    one = _Written(
        f"<{number}.{dice.getrandbits(64):x}@customer.example>", references, who, name, email, date, language, text
    )
    subject = ("Re: " if answered else "") + _sentence(dice, language)[:60]
    return one, [
        f"Return-Path: <{email}>",
        f"Received: from mx.customer.example (mx.customer.example [192.0.2.{who}])\n\tby mx.desk.example with ESMTPS"
        f" id {dice.getrandbits(48):x};\n\t{format_datetime(date)}",
        "Authentication-Results: mx.desk.example; spf=pass smtp.mailfrom=customer.example;\n\tdmarc=pass",
        "DKIM-Signature: v=1; a=rsa-sha256; d=customer.example; s=s1;\n\t"
        f"b={base64.b64encode(dice.randbytes(64)).decode()}",
        f"From: {_encoded(name)} <{email}>",
        "To: Support <support@desk.example>",
        f"Subject: {_encoded(subject)}",
        f"Date: {format_datetime(date)}",
        f"Message-ID: {one.message_id}",
        f"X-Mailer: {dice.choice(('Microsoft Outlook 16.0', 'Apple Mail (2.3774)', 'Mozilla Thunderbird'))}",
        *([f"In-Reply-To: {references[-1]}", "References: " + "\n ".join(references)] if references else []),
        "MIME-Version: 1.0",
    ]


def _sentence(dice: random.Random, language: str) -> str:
    words = _WORDS[language].split()
    said = ("" if language == "ja" else " ").join(dice.choice(words) for _ in range(dice.randint(6, 18)))
    return said[:1].upper() + said[1:] + ("。" if language == "ja" else ".")


def _paragraph(dice: random.Random, language: str) -> str:
    said = " ".join(_sentence(dice, language) for _ in range(dice.randint(1, 4)))
    return "\n".join(textwrap.wrap(said, 74))


def _quoted(dice: random.Random, mail: _Written) -> str:
    date = mail.date.strftime("%a, %b %d, %Y at %I:%M %p")
    if dice.random() < 0.4:
        head = f"From: {mail.name} <{mail.email}>\nSent: {date}\nTo: support@desk.example\nSubject: Help"
        return f"\n\n-----Original Message-----\n{head}\n\n{mail.text[:3000]}"
    said = _WROTE[mail.language].format(date=date, name=mail.name, email=mail.email)
    return f"\n\n{said}\n" + "\n".join(f"> {line}" for line in mail.text[:3000].split("\n"))


def _mail(dice: random.Random, one: _Written, head: list[str], *, with_html: bool) -> bytes:
    plain = _part(dice, "plain", one.text)
    if not with_html:
        return "\n".join(head).encode() + b"\n" + plain
    page = _part(dice, "html", _page(dice, one))
    boundary = f"=_{dice.getrandbits(60):x}"
    head.append(f'Content-Type: multipart/alternative; boundary="{boundary}"')
    mark = f"--{boundary}".encode()
    return b"\n".join(("\n".join(head).encode(), b"", mark, plain, mark, page, mark + b"--", b""))


def _part(dice: random.Random, subtype: str, text: str) -> bytes:
    raw = text.encode()
    if text.isascii() and subtype == "plain":
        encoding, written = "7bit", raw
    elif dice.random() < 0.6:
        encoding, written = "quoted-printable", quopri.encodestring(raw)
    else:
        encoding, written = "base64", base64.encodebytes(raw)
    head = f'Content-Type: text/{subtype}; charset="utf-8"\nContent-Transfer-Encoding: {encoding}\n\n'
    return head.encode() + written + b"\n"


def _page(dice: random.Random, one: _Written) -> str:
    style = "".join(f".c{n}{{margin:{n}px;font:12px/1.5 Arial,sans-serif;color:#{n:06x}}}\n" for n in range(30))
    words = "".join(f'<p class="c1">{escape(said)}</p>\n'.replace("\n", "<br>\n") for said in one.text.split("\n\n"))
    rows, size = [], dice.randint(4_000, 60_000)
    while size > 0:
        link = f"https://shop.example/{dice.getrandbits(48):x}?utm={dice.getrandbits(64):x}"
        cell = f'<td bgcolor="#fefefe"><a href="{link}"><span>{escape(_sentence(dice, one.language))}</span></a></td>'
        rows.append(f'<table width="600" cellpadding="0"><tr>{cell * 3}</tr></table>\n')
        size -= len(rows[-1])
    return f"<!DOCTYPE html><html><head><style>{style}</style></head><body>{words}{''.join(rows)}</body></html>\n"


def _encoded(text: str) -> str:
    return text if text.isascii() else Header(text, "utf-8").encode()
