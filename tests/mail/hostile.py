"""Mails of 1 MB that were made to cost time or memory, and what each costs: ``python -m tests.mail.hostile [NAME]...``.

Each is read in a process of its own, all that there is to read: as the fuzzer reads. Prints a line for each: its name,
seconds of the processor, MB at the peak, and how the process ended (0 when nothing was raised).
"""

from __future__ import annotations

import base64
import os
import random
import sys
from collections.abc import Callable, Iterable
from functools import partial

from tests.mail.fuzz import read

_SIZE = 1_000_000
_FIELD = 245_000  # of a header, 256 KB are read
_HEAD = b"From: Ann <ann@example.org>\nTo: desk@example.com\nSubject: odd\nMessage-ID: <odd@example.org>\n"
_BOUNCE = b"From: MAILER-DAEMON@example.net\nSubject: failure notice\n"
_TNEF = b"Content-Type: application/ms-tnef\n\n\x78\x9f\x3e\x22\0\0"


def _fill(piece: bytes) -> bytes:
    return piece * (_SIZE // len(piece))


def _of(piece: bytes, *fields: bytes) -> bytes:
    """A mail that is this over and over, below these header fields."""
    return _HEAD + b"".join(field + b"\n" for field in fields) + b"\n" + _fill(piece)


def _page(piece: bytes) -> bytes:
    return _of(piece, b"Content-Type: text/html; charset=utf-8")


def _page_beside(words: bytes, piece: bytes) -> bytes:
    parts = (b"text/plain\n\n" + words, b"text/html; charset=utf-8\n\n" + _fill(piece))
    body = b"".join(b"--b\nContent-Type: " + part + b"\n" for part in parts)
    return _HEAD + b"Content-Type: multipart/alternative; boundary=b\n\n" + body + b"--b--"


def _text(piece: bytes) -> bytes:
    return _of(piece)


def _parts(part: bytes) -> bytes:
    return _of(b"--b\n" + part + b"\n", b"Content-Type: multipart/mixed; boundary=b")


def _base64(content: bytes) -> bytes:
    return _HEAD + b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(content[: _SIZE * 3 // 4])


def _field(name: bytes, piece: bytes) -> bytes:
    """In as much of one field as is read, and much of a part's (its header is read anew)."""
    value = name + b": " + piece * (_FIELD // len(piece)) + b"\n"
    head = b"X: y\n" + value + b"Content-Type: multipart/mixed; boundary=b\nDate: x\n\n"
    return head + (b"--b\n" + value + b"\nhi\n") * 3 + b"--b--\n"


def _header(line: bytes) -> bytes:
    return _fill(line + b"\n") + b"\nhi\n"


def _nested(level: bytes) -> bytes:
    return _HEAD + _fill(level) + b"Content-Type: text/plain\n\ndeep\n"


def _messages_in_base64() -> bytes:
    inner = b"Subject: deep\n\ndeep\n"
    while len(inner) < _SIZE * 7 // 10:
        written = base64.encodebytes(inner)
        inner = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + written
    return inner


def _tags_at_random() -> bytes:
    dice = random.Random(1)
    names = (b"a", b"b", b"p", b"table", b"td", b"tr", b"div", b"font", b"li", b"ul", b"svg", b"select", b"i", b"nobr")
    return _page(b"".join([b"<%s%s>" % (dice.choice((b"", b"/")), dice.choice(names)) for _ in range(170_000)]))


def _attributes(count: int) -> bytes:
    return b"<p " + b" ".join([b"a%d=b" % number for number in range(count)]) + b">"


def _winmail_of_one_file() -> bytes:
    return _HEAD + _TNEF + b"\x02\x0f\x80\x06\0" + (900_000).to_bytes(4, "little") + b"x" * 900_000 + b"\0\0"


def _report() -> bytes:
    head = b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
    part = b"--b\nContent-Type: message/delivery-status\n\n"
    return _BOUNCE + head + part + _fill(b"Final-Recipient: rfc822; x@y.test\n\n")


def _family(name: str, make: Callable[[bytes], bytes], pieces: Iterable[str]) -> dict[str, Callable[[], bytes]]:
    return {f"{name} {piece!r}": partial(make, piece.encode()) for piece in pieces}


_PAGES = (
    *("<", "&", "&#", "&amp;", "&nbsp;", "</", "<!--", "<p>x", "<div>", "<hr>", "<li>", "<ul><li>", "<table><tr><td>"),
    *(
        "<table><a>",
        "<a><b><i><p>",
        "<blockquote>x",
        "<svg>",
        "<select>",
        "<style>",
        "<p a=b c=d>",
        '="<',
        "\xa0",
        '&\xa0"',
        "\xa0~",
        "³x",
    ),
    *('<a href="http://x.test/">x</a>', "<div class=gmail_quote>x</div>", '<div style="display:none">x</div>'),
)
_TEXTS = (
    *("x", "a ", " ", "\n", "\r", ">", "> > > x\n", "> x\nanswer\n", "From: a@b.c\n", "-- \n", "--- \n", "a@", "1:1 "),
    *("On Mon, 2 Mar 2026, Ann <a@x.test> wrote:\n", "On Mon, 2 Mar 2026, Ann <a@x.test> wrote: ", "begin 644 a\n"),
    *("-----Original Message-----\n", "Sent from my iPhone\n", "begin 644 a\n#86)C\nend\n", "\u200b", "e\u0301"),
)
_FIELDS = {
    "From": ("a@b.c, ", "(", '"', "<", ":@", "@:"),
    "To": ("Doe, John <j@x.y>, ", "g: ", "1http://@"),
    "Subject": ("=?", "=?utf-8?B?w6k=?= ", "x\n "),
    "References": ("<a@b> ",),
    "Content-Type": ("; a*0*=utf-8''x", ";", "; ", "a", "a=", "=", '"', "\\\\"),
    "Content-Disposition": ("; filename*1=x", ";;a", " "),
    "Received": ("\r", "("),
    "X-Any": (" \t",),
}
_PARTS = {
    "empty": b"",
    "texts": b"Content-Type: text/plain\n\nx",
    "pages": b"Content-Type: text/html\n\n<p>x",
    "images": b"Content-Type: image/png\n\nx",
    "messages": b"Content-Type: message/rfc822\n\nSubject: x\n\nhi",
    "multiparts": b"Content-Type: multipart/alternative; boundary=c\n\n--c\n\nhi\n--c--",
    "headers alone": b"Content-Type: text/plain\nX-Junk",
}

MAILS: dict[str, Callable[[], bytes]] = {
    **_family("a page of", _page, _PAGES),
    "a page of tags at random": _tags_at_random,
    "a page of tags with 250 attributes": lambda: _page(_attributes(250)),
    "a page of one tag with 100,000 attributes": lambda: _page(_attributes(100_000)),
    "a page with one class of 1 MB": lambda: _page(b'<p class="' + b"a " * 400_000 + b'">x'),
    "a page that the text excuses": lambda: _page_beside(b"please view this in html", b"<p>word</p>"),
    "a page of signatures": lambda: _page_beside(b"hello: 1", b"<div id=Signature>x</div>"),
    "a page of quotes in quotes": lambda: _page_beside(b"hello: 1\n> y", b"<div class=gmail_quote>"),
    **_family("a text of", _text, _TEXTS),
    "a text flowed from deep quotes": lambda: _of(b">" * 900 + b" x \n", b"Content-Type: text/plain; format=flowed"),
    "a text in no charset": lambda: _of(b"\x81\xff"),
    "a text of shifts": lambda: _of(b"\x1b$Bab\x1b(B", b"Content-Type: text/plain; charset=iso-2022-jp"),
    "a text in UTF-7": lambda: _of(b"+AGE-", b"Content-Type: text/plain; charset=utf-7"),
    "quoted-printable of signs alone": lambda: _of(b"= ", b"Content-Transfer-Encoding: quoted-printable"),
    "base64 of padding alone": lambda: _of(b"A=", b"Content-Transfer-Encoding: base64"),
    "base64 of CRs": lambda: _base64(b"\r" * _SIZE),
    "base64 of noise": lambda: _base64(random.Random(1).randbytes(_SIZE)),
    **{
        name: make
        for field, pieces in _FIELDS.items()
        for name, make in _family(f"a {field} of", partial(_field, field.encode()), pieces).items()
    },
    **_family("a header of lines", _header, ("X: y", "junk", " folded", "X: y\r\r", "\r", "From x", "To: a@b.c")),
    "a header of CRs": lambda: b"X: y\n" + _fill(b"\r") + b"\nhi",
    "nested multiparts": lambda: _nested(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n"),
    "nested messages": lambda: _nested(b"Content-Type: message/rfc822\n\n"),
    "nested messages around a page": lambda: b"Content-Type: message/rfc822\n\n" * 48 + _page(b"<p>hello there\n"),
    "nested messages in base64": _messages_in_base64,
    **{f"parts that are {kind}": partial(_parts, part) for kind, part in _PARTS.items()},
    "boundaries that are longer": lambda: _of(b"--bb\n", b"Content-Type: multipart/mixed; boundary=b"),
    "boundaries undeclared": lambda: _of(b"--x\r\ncontent-", b"Content-Type: multipart/mixed; boundary=z"),
    "a winmail.dat of files": lambda: _HEAD + _TNEF + _fill(b"\x02\x02\x90\0\0\0\0\0\0\0\0"),
    "a winmail.dat of one file": _winmail_of_one_file,
    "a signature of sequences": lambda: _of(b"\x30\x80", b"Content-Type: application/pkcs7-mime"),
    "a calendar of events": lambda: _of(
        b"BEGIN:VEVENT\nSUMMARY:x\nRRULE:FREQ=SECONDLY\n", b"Content-Type: text/calendar"
    ),
    **_family(
        "a notice of",
        lambda piece: _BOUNCE + b"\n" + _fill(piece),
        ("a@b.c\n", "550 5.1.1 x\n\n", "x\n\n", "--- below this line is a copy\n", "message-id: <x\n"),
    ),
    "a report of recipients": _report,
}


def cost(make: Callable[[], bytes]) -> tuple[float, int, int]:
    """Seconds, MB at the peak, and the exit status of a process that makes this mail and reads it."""
    child = os.fork()
    if child == 0:
        read(make())
        os._exit(0)
    _, status, used = os.wait4(child, 0)
    return used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, os.waitstatus_to_exitcode(status)


def main() -> None:
    for name in sys.argv[1:] or MAILS:
        seconds, size, status = cost(MAILS[name])
        print(name, f"{seconds:.2f}", size, status, sep="\t", flush=True)


if __name__ == "__main__":
    main()
