"""Mails that nobody writes by hand, each named by what is odd about it. Built when asked for: some are large."""

from __future__ import annotations

import base64
import io
import zipfile
import zlib
from collections.abc import Callable

_HEAD = b"From: Ann <ann@customer.test>\r\nTo: support@acme.test\r\nSubject: odd\r\nMIME-Version: 1.0\r\n"


def text(content: bytes, *headers: bytes) -> bytes:
    """A plain mail with further header lines."""
    return _HEAD + b"".join(header + b"\r\n" for header in headers) + b"\r\n" + content + b"\r\n"


def mixed(*parts: bytes) -> bytes:
    """A multipart mail; each part with its own header."""
    body = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts)
    return text(body + b"--b--", b'Content-Type: multipart/mixed; boundary="b"')


def attached(name: str, media_type: str, content: bytes) -> bytes:
    head = f'Content-Type: {media_type}; name="{name}"\r\nContent-Disposition: attachment; filename="{name}"\r\n'
    return (
        head.encode()
        + b"Content-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(content).replace(b"\n", b"\r\n")
    )


def _nested_multiparts() -> bytes:
    opening = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level) for level in range(2000)
    )
    return _HEAD + opening + b"Content-Type: text/plain\r\n\r\ndeep\r\n"


def _nested_messages() -> bytes:
    return _HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 2000 + b"Subject: deep\r\n\r\ndeep\r\n"


def _zip_bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for number in range(10):
            file.writestr(f"{number}", bytes(10_000_000))
    return mixed(b"\r\nsee the file", attached("bomb.zip", "application/zip", packed.getvalue()))


def _gzip_bomb() -> bytes:
    return mixed(
        b"\r\nsee the file", attached("bomb.gz", "application/gzip", zlib.compress(bytes(100_000_000), wbits=31))
    )


def _html(content: bytes) -> bytes:
    return text(content, b"Content-Type: text/html; charset=utf-8")


def _base64_html(content: bytes) -> bytes:
    folded = base64.encodebytes(content).replace(b"\n", b"\r\n")
    return text(folded, b"Content-Type: text/html; charset=utf-8", b"Content-Transfer-Encoding: base64")


_MIB = 2**20
_WORD = b" =?utf-8?B?w6lhYmM=?="

MAILS: dict[str, Callable[[], bytes]] = {
    # hardly a mail
    "of no octets": lambda: b"",
    "of one line end": lambda: b"\r\n",
    "of line ends alone": lambda: b"\r\n" * 1000,
    "of header fields alone": lambda: _HEAD,
    "of header fields without a line end": lambda: _HEAD.rstrip(),
    "without a header": lambda: b"\r\nI have no header.\r\n",
    "of words alone": lambda: b"I have no header, nor an empty line\r\n",
    "of random octets": lambda: zlib.compress(bytes(range(256)) * 4000).replace(b"\r", b"").replace(b"\n", b""),
    # senders
    "without From": lambda: b"To: support@acme.test\r\nSubject: hello\r\n\r\nhello\r\n",
    "whose From has no address": lambda: b"From: Ann Bianchi\r\nSubject: hello\r\n\r\nhello\r\n",
    "whose From is empty": lambda: b"From:\r\nSubject: hello\r\n\r\nhello\r\n",
    "whose From holds line ends": lambda: (
        b"From: =?utf-8?q?x=0D=0ABcc:_eve@evil.test?= <ann@customer.test>\r\n\r\nhi\r\n"
    ),
    "from 5,000 people": lambda: b"From: " + b",\r\n ".join(b"p%d@x.test" % n for n in range(5000)) + b"\r\n\r\nhi\r\n",
    # charsets and octets
    "in an unknown charset": lambda: text(b"hello \xe9", b"Content-Type: text/plain; charset=klingon-1"),
    "in a charset that is no text": lambda: text(b"hello", b"Content-Type: text/plain; charset=base64"),
    "in utf-7": lambda: text(b"+ADw-script+AD4-", b"Content-Type: text/plain; charset=utf-7"),
    "in utf-16 cut in half": lambda: text(b"h\0e\0l", b"Content-Type: text/plain; charset=utf-16"),
    "with lone surrogates": lambda: text(b"\xed\xa0\x80 \xed\xbf\xbf", b"Content-Type: text/plain; charset=utf-8"),
    "with NULs": lambda: b"From: a\0nn@customer.test\r\nSubject: n\0l\0\r\n\r\n\0\0hello\0\r\n",
    "of a million NULs": lambda: text(bytes(_MIB)),
    "with 8-bit header fields": lambda: "From: Ánn <ann@customer.test>\r\nSubject: Füße\r\n\r\nhi\r\n".encode(
        "latin-1"
    ),
    "with every octet in its subject": lambda: b"Subject: " + bytes(set(range(256)) - {10, 13}) + b"\r\n\r\nhi\r\n",
    # structure
    "of 2,000 nested multiparts": _nested_multiparts,
    "of 2,000 nested messages": _nested_messages,
    "of 10,000 parts": lambda: mixed(*[b"Content-Type: text/plain\r\n\r\nx"] * 10_000),
    "of 10,000 parts in HTML": lambda: mixed(*[b"Content-Type: text/html\r\n\r\n<p>x"] * 10_000),
    "of 10,000 empty parts": lambda: mixed(*[b""] * 10_000),
    "whose boundary is on each line": lambda: text(b"--b\r\n" * 200_000, b"Content-Type: multipart/mixed; boundary=b"),
    "of nearly boundaries": lambda: text(b"--bb\r\n" * 200_000, b"Content-Type: multipart/mixed; boundary=b"),
    "with an empty boundary": lambda: text(b"--\r\n\r\nhi\r\n----", b'Content-Type: multipart/mixed; boundary=""'),
    "in base64 that is none": lambda: text(b"!" * _MIB, b"Content-Transfer-Encoding: base64"),
    "in broken quoted-printable": lambda: text(b"=" * _MIB, b"Content-Transfer-Encoding: quoted-printable"),
    # header fields
    "with a header field of 1 MB": lambda: text(b"hi", b"X-Long: " + b"x" * _MIB),
    "with a subject of 1 MB": lambda: (
        b"From: ann@customer.test\r\nSubject: " + b"long " * (_MIB // 5) + b"\r\n\r\nhi\r\n"
    ),
    "with 100,000 header fields": lambda: text(b"hi", *[b"X-Many: x"] * 100_000),
    "with a header field folded 100,000 times": lambda: text(b"hi", b"X-Long: x" + b"\r\n x" * 100_000),
    "with 5,000 ( in To": lambda: b"From: ann@customer.test\r\nTo: " + b"(" * 5000 + b"\r\n\r\nhi\r\n",
    "with 100,000 ( in From": lambda: b"From: ann@customer.test " + b"(" * 100_000 + b"\r\n\r\nhi\r\n",
    'with 100,000 " in From': lambda: b"From: " + b'"' * 100_001 + b" <ann@customer.test>\r\n\r\nhi\r\n",
    "with 100,000 < in To": lambda: b"From: ann@customer.test\r\nTo: " + b"<" * 100_000 + b"\r\n\r\nhi\r\n",
    "with 20,000 encoded words": lambda: b"From: ann@customer.test\r\nSubject:" + _WORD * 20_000 + b"\r\n\r\nhi\r\n",
    "with 100,000 =? in its subject": lambda: (
        b"From: ann@customer.test\r\nSubject: " + b"=?" * 100_000 + b"\r\n\r\nhi\r\n"
    ),
    "with 50,000 parameters": lambda: text(b"hi", b"Content-Type: text/plain" + b"; a*0*=utf-8''x" * 50_000),
    "with 50,000 references": lambda: text(
        b"hi", b"References:" + b"".join(b"\r\n <%d@x.test>" % n for n in range(9999))
    ),
    "that names itself as its parent": lambda: text(
        b"hi", b"Message-ID: <self@x.test>", b"In-Reply-To: <self@x.test>", b"References: <self@x.test> <self@x.test>"
    ),
    "with 500 addresses in Cc": lambda: text(b"hi", b"Cc: " + b",\r\n ".join(b"c%d@x.test" % n for n in range(500))),
    "of the year 99999": lambda: text(b"hi", b"Date: Mon, 99 Feb 99999 99:99:99 +9999"),
    # bodies
    "of 1 MB that looks like a URL": lambda: text(b"http://x.test/" + b"a" * _MIB),
    "of 1 MB of URLs": lambda: text(b"http://x.test/a?b=c " * (_MIB // 20)),
    "of 1 MB that looks like addresses": lambda: text(b"a@" * (_MIB // 2)),
    "of one line of 1 MB": lambda: text(b"a " * (_MIB // 2)),
    "of 1 MB of spaces": lambda: text(b" " * _MIB),
    "of 500,000 line ends": lambda: text(b"\r\n" * 500_000),
    "of a million CRs in an encoding": lambda: text(
        base64.encodebytes(b"\r" * _MIB).replace(b"\n", b"\r\n"), b"Content-Transfer-Encoding: base64"
    ),
    "of 1 MB of quotes": lambda: text(b">" * _MIB),
    "of 100,000 quoted lines": lambda: text(b"> > > x\r\n" * 100_000),
    "of 50,000 lines that introduce a quote": lambda: text(b"On Mon, 2 Mar 2026, Ann <a@x.test> wrote:\r\n" * 25_000),
    "of 100,000 lines of dashes": lambda: text(b"-- \r\n" * 100_000),
    "of 100,000 commands": lambda: text(b"#close #assign bob\r\n" * 50_000),
    "of 1 MB of Markdown": lambda: text(b"[![*_`" * (_MIB // 6)),
    "of 1 MB of template code": lambda: text(b"{{ 7*7 }}{% for x in y %}" * 40_000),
    "of 100,000 nested tags": lambda: _html(b"<div>" * 100_000),
    "of 100,000 nested quotes in HTML": lambda: _html(b"<blockquote>" * 100_000 + b"hi"),
    "of 20,000 tables in tables": lambda: _html(b"<table><tr><td>" * 20_000 + b"hi"),
    "of 1 MB of <": lambda: _html(b"<" * _MIB),
    "of 1 MB of &": lambda: _html(b"&" * _MIB),
    "of 100,000 attributes": lambda: _html(b"<p " + b"".join(b"a%d=b " % n for n in range(100_000)) + b">hi"),
    "of 100,000 comments": lambda: _html(b"<!--" * 100_000 + b"hi"),
    "of one style of 1 MB": lambda: _html(b'<p style="' + b"color:red;" * 100_000 + b'">hi'),
    "of 2 MB of HTML": lambda: _base64_html(b"<p>hello <b>there</b>, <a href='http://x.test/'>look</a></p>\n" * 32_000),
    "of 10 MB of text": lambda: text(b"hello there, this is a line like any other one\r\n" * 220_000),
    # attachments
    "with a zip bomb": _zip_bomb,
    "with a gzip bomb": _gzip_bomb,
    "with a broken winmail.dat": lambda: mixed(
        b"\r\nhi", attached("winmail.dat", "application/ms-tnef", b"\x78\x9f\x3e\x22" + bytes(range(256)) * 1000)
    ),
    "with a calendar of 1 MB": lambda: text(
        b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\nSUMMARY:x\r\nRRULE:FREQ=SECONDLY\r\n" * 20_000,
        b"Content-Type: text/calendar; method=REQUEST",
    ),
    "with the name of a file of 100 KB": lambda: mixed(b"\r\nhi", attached("x" * 100_000, "image/png", b"x")),
    "of 24 MB": lambda: mixed(b"\r\nsee the file", attached("film.bin", "video/mp4", bytes(17 * _MIB))),
    # who speaks to whom
    "that says it bounced": lambda: text(
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\n" + b"Final-Recipient: rfc822; x@y.test\r\n\r\n" * 20_000,
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b",
    ),
    "with 1,000 authentication results": lambda: (
        b"Authentication-Results: x.test; dmarc=pass (((((\r\n" * 1000 + text(b"hi")
    ),
    "with 10,000 Received": lambda: (
        b"Received: from x (x [1.2.3.4]) by y; Mon, 2 Mar 2026 10:00:00 +0100\r\n" * 3000 + text(b"hi")
    ),
}
"""Every one becomes a ticket, or is ignored for a reason; none may need over 2 s or 200 MB."""

BARE = {
    "a lone LF": text(b"one\ntwo"),
    "a lone CR": text(b"one\rtwo"),
    "LF.LF": text(b"one\n.\nMAIL FROM:<eve@evil.test>"),
    "LF.CRLF": text(b"one\n.\r\nMAIL FROM:<eve@evil.test>"),
    "CR.CR": text(b"one\r.\rMAIL FROM:<eve@evil.test>"),
    "a lone LF in the header": b"From: ann@customer.test\nBcc: eve@evil.test\r\n\r\nhi\r\n",
}
"""Mails that smuggle: refused with 550."""
