"""The links that a mail shows, and the mails that a client makes of them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.office import ANN, PROVEN, Letter, Office

LINK = re.compile(r'href="(mailto:[^"]+)"[^>]*>([^<]+)<')


def links(letter: Letter) -> dict[str, str]:
    """By their labels."""
    return {unescape(label): unescape(link) for link, label in LINK.findall(letter.html)}


def click(office: Office, link: str, sender: str = ANN, more: str = "", *headers: Any, **rest: Any) -> None:
    """The mail that a client makes of such a link, and its sender sends."""
    parts = urlsplit(link)
    asked = parse_qs(parts.query)
    to = parts.path.replace("%2B", "+")
    office.mail(sender, asked["subject"][0], asked["body"][0] + more, to, *(headers or (PROVEN,)), **rest)
