"""Mails of the corpus, sent to the office: they are written to acme.example, where the office is acme.test."""

from __future__ import annotations

from email import message_from_bytes
from email.utils import getaddresses, parseaddr
from pathlib import Path
from typing import Any

from tests.office import Office

CORPUS = Path(__file__).parent.parent / "corpus"


def corpus(name: str, *headers: str, **words: str) -> bytes:
    """The mail with ``headers`` above it, and with ``words`` in the place of their names (TOKEN, OTHER)."""
    raw = (CORPUS / f"{name}.eml").read_text("utf-8").replace("acme.example", "acme.test")
    for word, value in words.items():
        raw = raw.replace(word, value)
    return "".join(f"{line}\n" for line in (*headers, raw)).replace("\n", "\r\n").encode()


def send(office: Office, name: str, *headers: str, **words: str) -> int:
    """The mail comes in by the relay, to the addresses in its To; the inbox id."""
    raw = corpus(name, *headers, **words)
    return deliver(office, raw)


def deliver(office: Office, raw: bytes, **more: Any) -> int:
    message = message_from_bytes(raw)
    to = next(address for _, address in getaddresses([message["To"] or ""]))
    return office.receive(raw, parseaddr(message["From"])[1], to, **more)
