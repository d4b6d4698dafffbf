"""Octets to text, whatever charset they are in and whatever was declared.

The declared charset first, unless the octets are UTF-8 beyond chance; then UTF-8; then the evidence of the
octets themselves (:mod:`maildesk.mail.evidence`). Labels mean what mail clients mean by them (WHATWG Encoding:
"iso-8859-1" is windows-1252, "gb2312" is GB 18030). Refuses codecs that are no charset (rot13, zlib). Never
raises, never gives lone surrogates.
"""

from __future__ import annotations

import codecs
import re
from encodings.aliases import aliases
from functools import lru_cache

from maildesk.mail import evidence

_NO_CHARSET = {"base64_codec", "bz2_codec", "hex_codec", "mbcs", "oem", "quopri_codec", "rot_13", "tactis"}
_NO_CHARSET |= {"uu_codec", "zlib_codec", "idna", "punycode", "unicode_escape", "raw_unicode_escape"}
_CODECS = frozenset(codecs.lookup(name).name for name in set(aliases.values()) - _NO_CHARSET) | {
    "cp720", "cp737", "cp856", "cp874", "cp875", "cp1006", "koi8-u", "koi8-t", "utf-8-sig", "mac-greek",
}  # fmt: skip

# What clients mean by a label (with "-" for "_") that Python takes at its word or does not know.
_MEANT = {
    "us-ascii": "ascii", "ansi-x3.4-1968": "ascii", "646": "ascii", "7bit": "ascii",
    "iso8859-1": "cp1252", "iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "l1": "cp1252",
    "ansi-x3.110-1983": "cp1252", "8859-1": "cp1252", "iso-8859-1-windows-3.1-latin-1": "cp1252",
    "cp-1252": "cp1252", "win-1252": "cp1252", "x-cp1252": "cp1252", "ansi": "cp1252",
    "iso-8859-9": "cp1254", "latin5": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874",
    "iso-8859-8-i": "iso8859-8", "iso-8859-8-e": "iso8859-8", "iso-8859-6-i": "iso8859-6",
    "gb2312": "gb18030", "gb-2312-80": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030",
    "hz-gb-2312": "hz", "x-euc-cn": "gb18030", "euc-cn": "gb18030", "chinesebig5": "big5hkscs",
    "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "cn-big5": "big5hkscs", "x-x-big5": "big5hkscs",
    "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "ms-kanji": "cp932",
    "windows-31j": "cp932", "euc-kr": "cp949", "ks-c-5601-1987": "cp949", "ks-c-5601": "cp949",
    "ksc-5601": "cp949", "windows-949": "cp949", "iso-2022-jp": "iso2022_jp_ext", "cp50220": "iso2022_jp_ext",
    "iso-2022-jp-ms": "iso2022_jp_ext", "x-euc-jp": "euc_jp", "unicode-1-1-utf-8": "utf-8", "utf8": "utf-8",
    "utf-8mb4": "utf-8", "utf8mb4": "utf-8", "unicode-1-1-utf-7": "utf-7", "unicode": "utf-16",
    "koi8": "koi8-r", "koi": "koi8-r", "koi8-ru": "koi8-u", "cp-866": "cp866", "x-cp1251": "cp1251",
    "cp-1251": "cp1251", "win-1251": "cp1251", "cp-850": "cp850", "macintosh": "mac-roman",
    "x-mac-roman": "mac-roman", "x-mac-cyrillic": "mac-cyrillic", "visual": "iso8859-8", "dos-862": "cp862",
    "dos-720": "cp720", "x-windows-874": "cp874",
}  # fmt: skip

_HIGH = re.compile(rb"[\x80-\xff]+")
_MULTIBYTE = ("gb18030", "big5hkscs", "cp932", "cp949", "euc_jp", "euc_jis_2004", "johab")
_STATEFUL = ("iso2022", "utf-7", "hz", "utf-16", "utf-32")  # may have no octet above 127
_WESTERN = ("cp1252", "iso8859-1", "iso8859-15")
# Windows' own charset of the same letters: it has signs where ISO 8859 has controls that nobody sends.
_ON_WINDOWS = {"iso8859-15": "cp1252", "iso8859-2": "cp1250", "iso8859-7": "cp1253", "iso8859-8": "cp1255"}
_ON_WINDOWS |= {"iso8859-13": "cp1257", "iso8859-4": "cp1257", "iso8859-16": "cp1250"}
_CONTROLS = re.compile(rb"[\x80-\x9f]")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_META = re.compile(rb"<meta\b[^>]{0,200}?charset\s*=\s*[\"']?([\w:.-]{2,40})", re.IGNORECASE)
_SURROGATE = re.compile("[\ud800-\udfff]")
# windows-1252 has holes; what stands there is a control of ISO 8859-1.
_CP1252 = "".join(bytes([octet]).decode("cp1252", "ignore") or chr(octet) for octet in range(256))


def decode(data: bytes, declared: str = "") -> str:
    """``data`` as text; ``declared`` is the label in the mail, "" when there is none."""
    codec = codec_of(declared) if declared else ""
    if data.isascii() and b"\x1b" not in data and not codec.startswith(_STATEFUL):
        return data.decode("ascii")
    return _decode(data, codec)


def of_html(data: bytes, declared: str) -> str:
    """The label of an HTML text: what its part declares, else what its <meta> does."""
    if declared and codec_of(declared) not in ("", "ascii"):
        return declared
    meta = _META.search(data, 0, 4096)
    label = meta[1].decode("ascii") if meta else ""
    return declared if codec_of(label).startswith(("utf-16", "utf-32")) else label or declared


@lru_cache(maxsize=256)
def codec_of(label: str) -> str:
    """Python's name of the codec that a label means; "" when nobody knows it."""
    name = label.strip("\"' \t;_").lower().replace("_", "-")
    name = _MEANT.get(name) or name.replace("windows-", "cp")
    if name != "cp1252" and not re.fullmatch(r"[a-z0-9_.:-]{2,40}", name):
        return ""
    try:
        known = codecs.lookup(name).name
    except LookupError:
        return ""
    return known if known in _CODECS else ""


def _decode(data: bytes, codec: str) -> str:
    if b"\x1b" in data and b"\x1b$" in data and data.isascii() and not codec.startswith(_STATEFUL):
        codec = evidence.codec(data)  # ISO 2022, whose escapes no other charset has
    if codec and codec not in ("utf-8", "ascii") and not _is_utf8_beyond_chance(data, codec):
        text = _as_declared(data, codec)
        if text is not None:
            return text
    text = _strictly(data, "utf-8")
    if text is not None and (b"\x1b" not in data or b"\x1b$" not in data):  # one octet is found 20 times as fast
        return text
    for likely in dict.fromkeys((codec, "utf-8")):
        text = _with_damage(data, likely)
        if text is not None:
            return text
    return _strictly(data, evidence.codec(data)) or codecs.charmap_decode(data, "replace", _CP1252)[0]


def _as_declared(data: bytes, codec: str) -> str | None:
    """The text in the charset that was declared, or in the one that was meant; None where it is in neither."""
    if codec in _WESTERN and (likely := evidence.against_western(data)):
        text = _strictly(data, likely)
        if text is not None:
            return text
    codec = _ON_WINDOWS.get(codec, codec) if _CONTROLS.search(data) else codec
    text = _strictly(data, codec)
    if text and codec == "gb18030" and len(_PRIVATE.findall(text)) * 10 > sum(char > "\x7f" for char in text):
        return _strictly(data, "big5hkscs") or text
    return text


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        if codec == "cp1252":
            return codecs.charmap_decode(data, "strict", _CP1252)[0]
        text = data.decode(codec)
        # UTF-8 has none; to look for them takes longer than all else that is done here.
        return text if codec == "utf-8" else _SURROGATE.sub("\ufffd", text)
    except (UnicodeError, LookupError):
        return _japanese(data) if codec.startswith("iso2022_jp") else None


def _is_utf8_beyond_chance(data: bytes, codec: str) -> bool:
    """Whether it is UTF-8 for all that was declared: other text hardly ever is by chance.

    Servers that rewrite a charset label, and web forms, send it so.
    """
    if codec.startswith(_STATEFUL):
        return False
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    sequences = len(_HIGH.findall(data[:65536]))
    if codec in _MULTIBYTE:
        return sequences >= 2 and sum(char > "\x7f" for char in text[:1000]) >= 4
    return sequences > 0


def _with_damage(data: bytes, codec: str) -> str | None:
    """The text when all but a few octets are in this charset: cut off, or a foreign footer below."""
    if not codec or codec == "ascii" or codec == "cp1252" or (b"\x1b$" in data and codec == "utf-8"):
        return None
    text = _SURROGATE.sub("\ufffd", data.decode(codec, "replace"))
    damaged = text.count("\ufffd")
    intact = sum(char > "\x7f" for char in text) - damaged
    return text if damaged <= max(1, intact // 10) and intact >= damaged else None


_SHIFTED = re.compile(rb"\x1b\$[@B]([^\x1b\n]*)|\x1b\([BJI]|\x1b\$")


def _japanese(data: bytes) -> str | None:
    """ISO-2022-JP as Windows writes it: the NEC characters of windows-31j shifted into seven bits."""

    def shift(found: re.Match[bytes]) -> bytes:
        pairs = found[1] or b""
        return b"".join(_shift_jis(pairs[at], pairs[at + 1]) for at in range(0, len(pairs) - 1, 2))

    try:
        return _SHIFTED.sub(shift, data).decode("cp932")
    except UnicodeDecodeError:
        return None


def _shift_jis(row: int, cell: int) -> bytes:
    """One character of JIS X 0208 in Shift JIS."""
    lead = (row + 1) // 2 + (0x70 if row < 0x5F else 0xB0)
    trail = cell + (0x1F if cell < 0x60 else 0x20) if row % 2 else cell + 0x7E
    return bytes((lead & 0xFF, trail & 0xFF))
