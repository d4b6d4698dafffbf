"""What mail clients write around somebody else's words, per language: data, not rules.

Each language is one file, ``mail/phrases/<ISO 639-1 code>.toml``; a speaker adds a language by
adding its file. Case does not matter in any phrase. The keys, all of them lists:

- ``wrote``: the verb of an attribution line ("On Monday, Jo wrote:"), or what else marks one;
- ``prose``: uses of that verb in running text that are no attribution ("I wrote:");
- ``original``: what stands between dashes above a quoted mail ("-----Original Message-----");
- ``forwarded``: the same above a forwarded mail, which is content;
- ``above``: how help desks ask for an answer above a line; all below such a line is theirs;
- ``footers``: what a device or product puts below a mail. ``{product}`` stands for the name of a
  product known to this module, ``{device}`` for that or for any name ("Sent from my Fairphone"),
  ``*`` for a few more words;
- ``[fields]``: names of header fields as clients copy them above a quoted mail: ``from``,
  ``sent``, ``to``, ``cc``, ``subject``, and ``other`` ones that may stand among them.

The files are read once, at import, and never written.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from importlib.resources import files

LISTS = frozenset({"wrote", "prose", "original", "forwarded", "above", "footers"})
ABOVE_START = 6  # characters: by these a line is known not to be a marker
FIELDS = frozenset({"from", "sent", "to", "cc", "subject", "other"})

_PRODUCTS = """
    iphone ipad ipod ios macbook mac apple blackberry android samsung galaxy huawei honor xiaomi redmi oppo
    oneplus pixel nexus google gmail inbox outlook windows mail mailmaster yahoo aol hotmail live.com verizon
    at&t t-mobile sprint vodafone telekom orange sfr bouygues proton protonmail tutanota tuta spark airmail
    superhuman mailbird newton edison canary k-9 fairemail thunderbird postbox bluemail typeapp mymail
    mail.ru yandex яндекс яндекс.почты gmx web.de t-online freenet posteo mailbox.org zimbra zoho lotus notes
    sony xperia nokia lumia htc lg motorola moto zte alcatel fairphone palm treo pda kindle surface roundcube
    squirrelmail horde owa office workspace mailspring polymail boomer boomerang mailtrack fastmail
    libero tiscali virgilio onet interia wp.pl seznam email.cz centrum naver daum hanmail qq foxmail netease
    网易邮箱 qq邮箱 網易郵箱 手机 手機 iphonesta ipadista iphonu ipadu iphone'a iphonom
    mobile phone smartphone cellphone cell tablet handheld wireless handy mobil mobiltelefon telefon telephone
    téléphone portable móvil celular teléfono telemóvel cellulare telefono telefoon мобильного телефона смартфона
    телефону смартфону мобильной почты avast avg norton mcafee kaspersky eset avira
"""
_PRODUCT = "(?:" + "|".join(sorted(map(re.escape, _PRODUCTS.split()), key=len, reverse=True)) + ")"
_PRODUCT += r"(?:['’.-]\w+|\d+|[®™©])*[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]*(?!\w)"
# A product is named within the first four words: what comes later belongs to a sentence.
_PRODUCT_WORDS = re.compile(
    rf"(?:[^\s,.;!?]+[ ,]+){{0,3}}[^\s,.;!?\w]*{_PRODUCT}(?:[^.!?]{{0,60}}[ -]{_PRODUCT})?(?:[ ,]+[^\s,.!?]+){{0,3}}",
    re.I,
)
_DEVICE_WORDS = re.compile(
    r"(?:[\w'’&+®™©-]*[A-Z0-9][\w'’&+®™©.-]*)(?: [\w'’&+®™©(][\w'’&+®™©().-]*){0,3}|[\u3400-\u9fff]{1,8}"
)
_FEW_WORDS = re.compile(r"[^\s.!?,;]*(?:[\s.]+[^\s.!?,;]+){0,4}")
_WILDCARD = re.compile(r"\{product\}|\{device\}|\*")
_NO_WORD_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class Rule(Enum):
    """What a line that stands between dashes announces."""

    ORIGINAL = "original"
    FORWARDED = "forwarded"


@dataclass(frozen=True, slots=True)
class Footer:
    """A footer: folded text before and after its wildcard ("" when it has none)."""

    before: str
    wildcard: str
    after: str

    def matches(self, line: str, folded: str) -> bool:
        """Whether the line is this footer and nothing else; ``folded`` is it folded."""
        if not (folded.startswith(self.before) and folded.endswith(self.after)):
            return False
        if len(folded) < len(self.before) + len(self.after):
            return False
        middle = line[len(self.before) : len(line) - len(self.after)].strip()
        match self.wildcard:
            case "{product}":
                return _PRODUCT_WORDS.fullmatch(middle) is not None
            case "{device}":
                device = _DEVICE_WORDS.fullmatch(middle) is not None
                return device or _PRODUCT_WORDS.fullmatch(middle) is not None
            case "*":
                return _FEW_WORDS.fullmatch(middle) is not None
        return not middle.strip(" .!")


@dataclass(frozen=True, slots=True)
class Verbs:
    """Phrases that are looked for anywhere in a folded line.

    ``words`` are those of languages with spaces, by their first letter: six times as fast as one long list, or
    as one pattern together with the ``dense`` ones.
    """

    words: re.Pattern[str]
    dense: re.Pattern[str]

    def stand_in(self, folded: str) -> bool:
        """Whether one of them does: as whole words where the language has spaces."""
        if self.words.search(folded) is not None:
            return True
        return not folded.isascii() and self.dense.search(folded) is not None

    def begin(self, folded: str) -> bool:
        """Whether one of them stands at the start."""
        return self.words.match(folded) is not None or self.dense.match(folded) is not None


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of all languages, in the forms they are looked up by."""

    wrote: Verbs
    prose: Verbs
    rules: Mapping[str, Rule]
    above: tuple[str, ...]
    above_starts: str  # a pattern of their first ``ABOVE_START`` characters, in any case
    footers: Mapping[str, tuple[Footer, ...]]  # by their first character; "" if they begin with a wildcard
    footer_starts: Mapping[str, tuple[str, ...]]  # how those begin, by the same
    footer_ends: tuple[str, ...]  # how those footers end that begin with a wildcard
    fields: Mapping[str, str]


def fold(text: str) -> str:
    """``text`` for comparison: as casefold(), but all of Turkish "İiIı" become a plain "i"."""
    folded = text.casefold()
    return folded if folded.isascii() else folded.replace("\u0307", "").replace("ı", "i")


def _verbs(phrases: Iterable[str]) -> Verbs:
    ordered = sorted({fold(phrase) for phrase in phrases}, key=len, reverse=True)
    dense = [re.escape(p) for p in ordered if _NO_WORD_SPACES.search(p)]
    by_letter: dict[str, list[str]] = {}
    for phrase in ordered:
        if not _NO_WORD_SPACES.search(phrase):
            by_letter.setdefault(phrase[0], []).append(re.escape(phrase[1:]).replace(r"\ ", r"\s+"))
    words = "|".join(f"{re.escape(letter)}(?:{'|'.join(rests)})" for letter, rests in by_letter.items())
    return Verbs(re.compile(rf"(?<!\w)(?:{words})(?!\w)"), re.compile("|".join(dense) or r"(?!)"))


def _starts(folded: set[str]) -> str:
    """A pattern of these, by their first letter as in :func:`_verbs`; it spells out the cases: that is twice as fast.

    Letters beyond ASCII count as one: it is fewer to try, and who finds something looks at the whole line.
    """
    by_letter: dict[str, list[str]] = {}
    for start in sorted(folded):
        by_letter.setdefault(start[0] if start[0].isascii() else "", []).append(start)
    return "|".join(
        f"[{''.join({case for start in starts for case in _cases(start[0])})}]"
        f"(?:{'|'.join(''.join(f'[{_cases(sign)}]' for sign in start[1:]) for start in starts)})"
        for starts in by_letter.values()
    )


def _cases(sign: str) -> str:
    """What casefold() or fold() makes this sign."""
    return "".join({sign, sign.upper()[0], *{"i": "İı", "k": "\u212a", "s": "ſ", "σ": "ς"}.get(sign, "")})


def _footer(phrase: str) -> Footer:
    wildcard = _WILDCARD.search(phrase)
    if wildcard is None:
        return Footer(fold(phrase), "", "")
    before, after = phrase[: wildcard.start()], phrase[wildcard.end() :]
    return Footer(fold(before), wildcard[0], fold(after))


def _by_start(footers: Iterable[Footer]) -> dict[str, tuple[Footer, ...]]:
    found: dict[str, tuple[Footer, ...]] = {}
    for footer in footers:
        start = footer.before[:1]
        found[start] = (*found.get(start, ()), footer)
    return found


def gather(tables: Iterable[Mapping[str, object]]) -> Phrases:
    """All languages' tables as one. Raises ValueError on a key that means nothing here."""
    lists: dict[str, list[str]] = {key: [] for key in LISTS}
    fields: dict[str, str] = {}
    for table in tables:
        names = table.get("fields")
        if not isinstance(names, dict) or set(table) != LISTS | {"fields"} or set(names) != FIELDS:
            raise ValueError(f"a table of phrases has the keys {', '.join(sorted(LISTS))} and [fields]")
        for key in LISTS:
            phrases = table[key]
            assert isinstance(phrases, list)
            lists[key] += phrases
        for kind in ("other", "cc", "to", "sent", "subject", "from"):
            # One word may be two fields in two languages: the one that says more is kept.
            fields.update((fold(name), kind) for name in names[kind])
    footers = [_footer(phrase) for phrase in dict.fromkeys(lists["footers"])]
    by_start = _by_start(footers)
    rules = dict.fromkeys(map(fold, lists["original"]), Rule.ORIGINAL)
    return Phrases(
        wrote=_verbs(lists["wrote"]),
        prose=_verbs(lists["prose"]),
        rules=rules | dict.fromkeys(map(fold, lists["forwarded"]), Rule.FORWARDED),
        above=tuple(dict.fromkeys(map(fold, lists["above"]))),
        above_starts=_starts({fold(phrase)[:ABOVE_START] for phrase in [*lists["above"], "please"]}),
        footers=by_start,
        footer_starts={start: tuple(footer.before for footer in found) for start, found in by_start.items() if start},
        footer_ends=tuple(footer.after for footer in footers if not footer.before),
        fields=fields,
    )


def read() -> Phrases:
    """Every language that the package ships."""
    folder = files("maildesk.mail").joinpath("phrases")
    tables = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda e: e.name)
    return gather(tomllib.loads(table.read_text("utf-8")) for table in tables)


PHRASES = read()
