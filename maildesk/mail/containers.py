"""What lies in a part in a form that is not MIME: uuencoded files, winmail.dat, opaque S/MIME.

Each kind is one function from octets to files; :func:`unpack` chooses. Refuses containers inside containers, and
more than 200 files. Never raises.
"""

from __future__ import annotations

import re
from dataclasses import replace

from maildesk.mail import charset, cms, mime, tnef, transfer, words
from maildesk.mail.disposition import Disposition, is_body
from maildesk.mail.mime import Part
from maildesk.mail.tnef import File

LIMIT = 200  # files of one container

UUENCODED = re.compile(r"^begin +[0-7]{3,4} +[^\n]{1,255}\n.*?^end[ \t]*$\n?", re.MULTILINE | re.DOTALL)
SIGNED = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_TNEF = ("application/ms-tnef", "application/vnd.ms-tnef", "application/x-tnef")


def unpack(raw: bytes, part: Part) -> tuple[File, ...]:
    """The files in a leaf, in their order; none when it is no container."""
    if is_tnef(part):
        files = tnef.read(mime.content(raw, part)).files[:LIMIT]
        return tuple(replace(file, media_type=file.media_type or "application/octet-stream") for file in files)
    if part.media_type in SIGNED:
        return _attached(signed(raw, part))
    return uuencoded(mime.content(raw, part)) if part.media_type.startswith("text/") else ()


def is_tnef(part: Part) -> bool:
    """Whether it is Outlook's wrapping, by its type or its name."""
    return part.media_type in _TNEF or part.parameters.get("name", "").lower() == "winmail.dat"


def signed(raw: bytes, part: Part) -> bytes:
    """The MIME entity inside opaque-signed S/MIME (RFC 8551 §3.5.2); b"" when it is encrypted."""
    return cms.content(mime.content(raw, part)) if part.media_type in SIGNED else b""


def uuencoded(data: bytes) -> tuple[File, ...]:
    """The files that stand in a text by uuencode."""
    if b"begin " not in data:
        return ()
    return tuple(
        File(words.tidy(charset.decode(found.name)), "application/octet-stream", found.data)
        for found in transfer.uuencoded(data, LIMIT)
    )


def _attached(entity: bytes) -> tuple[File, ...]:
    """The attachments inside a signed entity: its leaves that have a name or are no text."""
    found = []
    for leaf in mime.split(entity)[0].walk():
        disposition = Disposition.of(leaf)
        if not leaf.children and not is_body(leaf, disposition):
            found.append(File(disposition.name, leaf.media_type, mime.content(entity, leaf)))
    return tuple(found[:LIMIT])
