"""What a part's sender wants done with it (RFC 2183), and whether it is words to read or a file.

A text part is the body unless its sender named it or asked for it to be saved. Never raises.
"""

from __future__ import annotations

from dataclasses import dataclass

from maildesk.mail import parameters
from maildesk.mail.mime import Part

NAME_LIMIT = 255  # characters of a name that are kept

_SHOWN = ("text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown")


@dataclass(frozen=True, slots=True)
class Disposition:
    """What a part's sender wants done with it: "inline", "attachment" or nothing said; and its name."""

    kind: str
    name: str

    @classmethod
    def of(cls, part: Part) -> Disposition:
        if "content-disposition" not in part.fields and "name" not in part.parameters:
            return _UNSAID
        kind, given = parameters.parse(part.fields.raw("content-disposition"))
        name = given.get("filename") or part.parameters.get("name") or given.get("name") or ""
        return cls(kind, name[:NAME_LIMIT])


_UNSAID = Disposition("", "")


def is_body(part: Part, disposition: Disposition) -> bool:
    """Whether a leaf is words to read in place."""
    return part.media_type in _SHOWN and disposition.kind != "attachment" and not disposition.name
