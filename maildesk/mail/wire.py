"""The bytes of a mail that we make: encoded words, folding, quoted-printable, base64, boundaries.

For `mail.compose` alone. All content is 7-bit with CRLF line ends, and nothing is random: the
boundaries come from the Message-ID. RFC 2045-2047, RFC 2231, RFC 5322 §2.2.3 (folding), RFC 6532.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from email.utils import encode_rfc2231, formataddr

_WIDTH = 76
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/")  # in any field, RFC 2047 §5
_LETTER = {32: "_"} | {octet: chr(octet) if octet in _PLAIN else f"={octet:02X}" for octet in range(256) if octet != 32}
_QUOTED = {chr(octet): _LETTER[octet] for octet in range(128)}  # what most characters are
_UNQUOTED = bytes((32, *_PLAIN))  # of one octet's length
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")


def header(fields: Iterable[tuple[str, str]]) -> bytes:
    """Field lines; the values are encoded and folded already."""
    return "".join(f"{name}: {value}\r\n" for name, value in fields).encode()


def unstructured(name: str, value: str) -> str:
    """A subject: folded at its spaces, or as encoded words where it is not ASCII (RFC 2047)."""
    if value.isascii() and "=?" not in value:
        return _folded(value, len(name) + 2)
    return _encoded_words(value, len(name) + 2)


def _folded(value: str, taken: int) -> str:
    """Never before the first word: an empty first line is lawful, and Outlook loses what follows it."""
    lines, room = "", _WIDTH - taken
    for word in value.split(" "):
        if lines and len(word) + 1 > room:
            lines, room = f"{lines}\r\n {word}", _WIDTH - 1 - len(word)
        else:
            lines, room = f"{lines} {word}" if lines else word, room - len(word) - 1
    return lines


def _encoded_words(value: str, taken: int) -> str:
    """RFC 2047: words of UTF-8 that each fill a line and split no character (§5); in Q or B, whichever is shorter."""
    octets = value.encode("utf-8", "replace")
    letters = len(octets) - len(octets.translate(None, _UNQUOTED))
    first, further = (room - len("=?utf-8?q??=") for room in (_WIDTH - taken, _WIDTH - 1))
    if 3 * len(octets) - 2 * letters <= (len(octets) + 2) // 3 * 4:
        quoted = [_QUOTED.get(character) or _quoted_letter(character) for character in value]
        lines = _filled(map(len, quoted), first, further)
        return "\r\n ".join([f"=?utf-8?q?{''.join(quoted[line])}?=" for line in lines])
    costs = (len(character.encode("utf-8", "replace")) for character in value)
    pieces = [value[line].encode("utf-8", "replace") for line in _filled(costs, first // 4 * 3, further // 4 * 3)]
    return "\r\n ".join([f"=?utf-8?b?{base64.b64encode(piece).decode()}?=" for piece in pieces])


def _filled(costs: Iterable[int], room: int, further: int) -> Iterator[slice]:
    """Which characters, each of its cost, go into each line."""
    begin = size = 0
    for at, cost in enumerate(costs):
        if size + cost > room and at > begin:
            yield slice(begin, at)
            begin, size, room = at, 0, further
        size += cost
    yield slice(begin, None)


def _quoted_letter(character: str) -> str:
    return "".join([_LETTER[octet] for octet in character.encode("utf-8", "replace")])


def mailbox(name: str, address: str, plain: bool) -> str:
    """`"Alice Rossi (Acme)" <support@acme.example>`; UTF-8 as it is where an address needs it (RFC 6532)."""
    if not name:
        return address
    if plain and name.isascii() and "=?" not in name:
        return f"{name} <{address}>" if _ATOMS.fullmatch(name) else formataddr((name, address))
    if plain:
        return f"{_encoded_words(name, len('From: '))} <{address}>"
    return '"' + re.sub(r'(["\\])', r"\\\1", name) + f'" <{address}>'


class Boundaries:
    """Boundaries of one mail, each used once; nothing that we encode holds a line that begins like them."""

    def __init__(self, message_id: str) -> None:
        self._seed = hashlib.sha256(message_id.encode()).hexdigest()[:24]
        self._count = 0

    def next(self) -> str:
        self._count += 1
        return f"=_{self._seed}_{self._count}"


def text(subtype: str, words: str) -> bytes:
    """A text part: quoted-printable, or base64 where that is shorter: mostly not Latin."""
    octets = words.replace("\n", "\r\n").encode()
    foreign = len(octets) - len(words) > len(words) // 3
    body = _base64(octets) if foreign else _quoted(octets)
    encoding = "base64" if foreign else "quoted-printable"
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + body


def multipart(subtype: str, parts: Sequence[bytes], boundaries: Boundaries) -> bytes:
    boundary = boundaries.next()
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'.encode()
    line = f"--{boundary}\r\n".encode()
    return head + b"".join(line + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()


def attachment(media_type: str, name: str, content: bytes, content_id: str) -> bytes:
    """A file in base64; with a Content-ID when the HTML shows it (RFC 2392)."""
    disposition = "inline" if content_id else "attachment"
    if media_type.startswith("text/") and _is_utf8(content):
        media_type += "; charset=utf-8"
    head = (
        f"Content-Type: {media_type}\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: {disposition};\r\n {_file_name(name)}\r\n"
    )
    if content_id:
        head += f"Content-ID: <{re.sub(r'[^!-;=?-~]', '', content_id)}>\r\n"
    return head.encode() + b"\r\n" + _base64(content)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _file_name(name: str) -> str:
    """RFC 2231 where it needs to be; encoders that split it over lines confuse Outlook, so we do not."""
    if name.isascii() and not re.search(r'["\\]', name):
        return f'filename="{name}"'
    return f"filename*={encode_rfc2231(name, 'utf-8')}"


def _quoted(octets: bytes) -> bytes:
    """Quoted-printable. `From ` and a lone dot at a line's start are encoded too: mbox and SMTP servers spoil them."""
    body = binascii.b2a_qp(octets, istext=True)
    if b"\n." in body or b"\nFrom " in body or body.startswith((b".", b"From ")):  # a look, before the pattern looks
        body = re.sub(rb"(?m)^(?:F(?=rom )|\.(?=\r?$))", lambda m: b"=%02X" % m[0][0], body)
    return body


def _base64(octets: bytes) -> bytes:
    return base64.encodebytes(octets).replace(b"\n", b"\r\n")
