"""Attachments as a mail shows them, and their octets again by number.

Names are only ever shown: nothing is made safe as a file name here, for no file is made of it. Refuses to decode
what it only measures. Never raises on what is in a mail.
"""

from __future__ import annotations

from maildesk.mail import containers, mime, words
from maildesk.mail.disposition import NAME_LIMIT, Disposition
from maildesk.mail.mime import Part
from maildesk.mail.tnef import File
from maildesk.model import Attachment


def describe(raw: bytes, part: Part, disposition: Disposition) -> Attachment:
    """A part as an attachment."""
    identity = words.tidy(part.fields.raw("content-id")).strip("<> ")
    return Attachment(
        part=part.number,
        name=disposition.name,
        media_type=part.media_type,
        size=mime.size(raw, part),
        inline=disposition.kind == "inline" or (bool(identity) and disposition.kind != "attachment"),
        content_id=identity,
    )


def of_files(number: str, files: tuple[File, ...]) -> tuple[Attachment, ...]:
    """The files of a container as attachments: "2#1", "2#2"."""
    return tuple(
        Attachment(f"{number}#{index}", file.name[:NAME_LIMIT], file.media_type, len(file.data), False, file.content_id)
        for index, file in enumerate(files, 1)
    )


def octets(raw: bytes, root: Part, number: str) -> bytes:
    """What the attachment ``number`` holds, decoded; raises KeyError when there is no such one."""
    wanted, _, inside = number.partition("#")
    for part in root.walk():
        if part.number == wanted and not part.media_type.startswith("multipart/"):
            if not inside:
                return mime.content(raw, part)
            files = containers.unpack(raw, part)
            if inside.isdecimal() and 0 < int(inside) <= len(files):
                return files[int(inside) - 1].data
            break
    raise KeyError(number)
