"""WHEN, as people write it in a command: "3d", "tomorrow 9am", "Freitag 17 Uhr", "24.12. 10:00".

    WHEN     = DURATION / DAY [CLOCK] / CLOCK [DAY]
    DURATION = [in] 1*(number unit)      ; days and weeks keep the time on the wall, hours are exact (RFC 5545 §3.3.6)
    DAY      = today / weekday / date    ; without CLOCK: 09:00
    CLOCK    = 17:00 / 9am / 17h30 / klo 17

A weekday is the next one, today if the time is still to come; "next monday" is never today. A date without a
year is the next one; a CLOCK alone is today's or tomorrow's. "17h" is a clock after a day or "at", and alone for who
writes a language that says so (fr, es, it, ro, de) from 13h to 23h; else a DURATION. A time that the spring skips is
moved on by the gap, of two in the autumn it is the first (RFC 5545 §3.3.5). It refuses the past, what lies over
five years ahead, and what has two meanings (3/4/2027, 9.12).

Words are looked up in the agent's languages first, in their order, then in all others; accents may be left out.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo

MORNING = time(9)
"""The time of a day that is named without one."""
FURTHEST = timedelta(days=1826)
"""Five years."""

_LONGEST = 80  # characters
_HOW = "write it like 20s, 3d, 2h30m, tomorrow 9am, fri 17:00, 2026-12-24 or 24.12. 10:00"
_SAYS_HOURS = frozenset({"fr", "es", "it", "ro", "de"})

# D: days from today; W: a weekday, Monday is 0; N: the next one; @: an hour follows; H: after an hour; _: nothing.
_WORDS = {
    "en": """D0 today; D1 tomorrow tmrw; D2 day_after_tomorrow overmorrow; N next coming; @ at; _ on by the this;
        H o'clock oclock hours hrs; W0 monday mon; W1 tuesday tue tues; W2 wednesday wed; W3 thursday thu thur thurs;
        W4 friday fri; W5 saturday sat; W6 sunday sun; 12:00 noon midday""",
    "it": """D0 oggi; D1 domani; D2 dopodomani dopo_domani; N prossimo prossima; @ alle ore; _ il del per;
        W0 lunedi lun; W1 martedi mar; W2 mercoledi mer; W3 giovedi gio; W4 venerdi ven; W5 sabato sab; W6 domenica dom;
        12:00 mezzogiorno""",
    "ro": """D0 azi astazi; D1 maine; D2 poimaine; N viitor viitoare urmator urmatoare urmatorul urmatoarea;
        @ la ora orele; _ pe; W0 luni lunea lun; W1 marti martea mar; W2 miercuri miercurea mie; W3 joi joia;
        W4 vineri vinerea vin; W5 sambata sam; W6 duminica dum; 12:00 amiaza pranz""",
    "fr": """D0 aujourd'hui aujourdhui; D1 demain; D2 apres-demain apres_demain; N prochain prochaine; @ a; _ le;
        H heure heures; W0 lundi lun; W1 mardi mar; W2 mercredi mer; W3 jeudi jeu; W4 vendredi ven;
        W5 samedi sam; W6 dimanche dim; 12:00 midi""",
    "fi": """D0 tanaan; D1 huomenna huomiseksi; D2 ylihuomenna; N ensi seuraava seuraavana; @ klo kello;
        W0 maanantai maanantaina maanantaiksi maanantaihin ma; W1 tiistai tiistaina tiistaiksi tiistaihin ti;
        W2 keskiviikko keskiviikkona keskiviikoksi keskiviikkoon ke; W3 torstai torstaina torstaiksi torstaihin to;
        W4 perjantai perjantaina perjantaiksi perjantaihin pe; W5 lauantai lauantaina lauantaiksi lauantaihin la;
        W6 sunnuntai sunnuntaina sunnuntaiksi sunnuntaihin su; 12:00 keskipaivalla""",
    "de": """D0 heute; D1 morgen; D2 ubermorgen uebermorgen; @ um gegen; _ am den der bis;
        N nachsten nachster nachste naechsten naechster naechste kommenden; H uhr; W0 montag mo; W1 dienstag di;
        W2 mittwoch mi; W3 donnerstag do; W4 freitag fr; W5 samstag sonnabend sa; W6 sonntag so;
        12:00 mittag mittags""",
    "es": """D0 hoy; D1 manana; D2 pasado_manana; N proximo proxima que_viene; @ a_las a_la las; _ el para;
        H hora horas hs; W0 lunes lun; W1 martes mar; W2 miercoles mie; W3 jueves jue; W4 viernes vie; W5 sabado sab;
        W6 domingo dom; 12:00 mediodia""",
}
_UNITS = {
    "s": """s sec secs second seconds secondo secondi secunda secunde seconde secondes segundo segundos sek sekunde
        sekunden sekunti sekuntia sekunnin""",
    "m": """m min mins minute minutes minuto minuti minut minuta minuten minutos minuutti minuuttia minuutin""",
    "h": """h hr hrs hour hours ora ore heure heures hora horas std stunde stunden t tunti tuntia tunnin""",
    "d": """d day days g gg giorno giorni zi zile j jour jours dia dias tag tage tagen pv paiva paivaa paivan""",
    "w": """w wk week weeks settimana settimane sapt saptamana saptamani sem semaine semaines semana semanas
        woche wochen vk viikko viikkoa viikon""",
}  # fmt: skip
_IN = {"in", "tra", "fra", "peste", "intr", "dans", "en", "dentro", "de", "kuluttua", "paasta"}
_ONE = {"a", "an", "one", "un", "una", "uno", "une", "ein", "eine", "einen", "einer", "einem", "o", "yhden"}
_SPANS = {
    "s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}  # fmt: skip
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words.split()}

_PAIR = re.compile(r"(\d{1,6}(?:[.,]\d{1,3})?)?\s*([^\W\d_]+)\s*")
_HOUR = re.compile(r"(\d\d) ?(?:h|ore|heures|horas)")
_HALF = re.compile(r"(?<=\d) ?([ap])\.?m\b\.?")  # 9am, 9 p.m.
_GLUED = re.compile(r"(?<=\d)(?=[^\W\d_]{2})")  # 17Uhr
_TOKEN = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d[^\s,;]*|[^\s,;.]")
_DATE = re.compile(
    r"(?<!\S)(?:(?P<y0>\d{4})[-/](?P<m0>\d\d?)[-/](?P<d0>\d\d?)(?:t(?=\d)|(?!\S))"
    r"|(?P<d1>\d\d?)\. ?(?P<m1>\d\d?)\.(?P<y1> ?\d{4}|\d\d)?(?!\S)"
    r"|(?<!@ )(?P<d2>\d\d?)\.(?P<m2>\d\d?)(?= [@\d])"
    r"|(?P<d4>2[4-9]|3[01])\.(?P<m4>\d\d?)(?!\S)"
    r"|(?P<d3>\d\d?)/(?P<m3>\d\d?)(?:/(?P<y3>\d{4}|\d\d))?(?!\S))"
)
_NAMED = re.compile(r"D(?P<ahead>\d)|(?P<next>N )?W(?P<weekday>\d)(?P<later> N)?")
_CLOCK = re.compile(r"(?P<at>(?:@ )+)?(?P<h>\d\d?)(?:(?P<by> ?[hH] ?|[:.])(?P<m>\d\d)(?::00)?)? ?(?P<mark>[hHap])?")


def parse(words: Sequence[str], now: datetime, zone: ZoneInfo, languages: Sequence[str]) -> datetime:
    """The moment that ``words`` mean for somebody in ``zone``, in UTC.

    Raises ValueError, in a person's words: what was not understood and how to write it, or that it has passed.
    """
    said = " ".join(" ".join(words).split())
    text = _folded(said)
    if not text or len(said) > _LONGEST:
        raise ValueError(f"no time is named; {_HOW}" if not text else f"that is too long for a time; {_HOW}")
    now = now.astimezone(UTC)
    span = _span(text, languages)
    if span:
        return _checked(span.after(now, zone), now, zone, said)
    moment = now
    for local in _candidates(text, now.astimezone(zone).replace(tzinfo=None), tuple(languages)):
        moment = local.replace(tzinfo=zone).astimezone(UTC)
        if moment > now:
            break
    return _checked(moment, now, zone, said)


def say(when: datetime, zone: ZoneInfo) -> str:
    """How a moment is told to somebody in ``zone``: "2026-12-24 17:00 CET"."""
    return when.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")


def _checked(moment: datetime, now: datetime, zone: ZoneInfo, said: str) -> datetime:
    if moment <= now:
        raise ValueError(f"“{said}” is {say(moment, zone)}, which lies in the past: it is {say(now, zone)} now")
    if moment > now + FURTHEST:
        raise ValueError(f"“{said}” lies more than five years ahead")
    return moment


# --- durations -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Span:
    days: int  # of the calendar
    exact: timedelta

    def after(self, now: datetime, zone: ZoneInfo) -> datetime:
        local = now.astimezone(zone)
        wall = local.replace(tzinfo=None) + timedelta(days=self.days)
        return (wall.replace(tzinfo=zone).astimezone(UTC) if self.days else now) + self.exact


def _span(text: str, languages: Sequence[str]) -> _Span | None:
    """The length of time that ``text`` is, if it is one."""
    words = re.split("[ '-]", text)
    kept = [word for word in words if word not in _IN]
    told = len(kept) < len(words)  # "in 17h" and "17 tunnin kuluttua" are no clock
    text = " ".join("1" if told and word in _ONE else word for word in kept)
    hour = _HOUR.fullmatch(text)
    if hour and not told and 13 <= int(hour[1]) <= 23 and _SAYS_HOURS & set(languages):
        return None
    at, span = 0, _Span(0, timedelta(0))
    while pair := _PAIR.match(text, at):
        unit = _UNIT_OF.get(pair[2])
        if unit is None or not (pair[1] or told):
            return None
        span = _longer(span, float((pair[1] or "1").replace(",", ".")), unit)
        at = pair.end()
    return span if at and at == len(text) else None


def _longer(span: _Span, count: float, unit: str) -> _Span:
    length = min(count * _SPANS[unit], 2 * FURTHEST)  # which is refused later, and overflows nothing
    if unit in "dw":
        return _Span(span.days + length.days, span.exact + length % _SPANS["d"])
    return replace(span, exact=span.exact + length)


# --- days and clocks -------------------------------------------------------------------------------


def _candidates(text: str, now: datetime, languages: tuple[str, ...]) -> Iterator[datetime]:
    """What ``text`` may mean on the wall, the earliest first; the caller takes the first that is still to come."""
    signs = _signs(text, _lexicon(languages))
    dated = _DATE.search(signs)
    rest = _without(signs, dated)
    named = _NAMED.search(rest)
    rest = _without(rest, named).removesuffix(" @")
    clock = MORNING if (dated or named) and rest in ("", "@") else _clock(rest, text)
    days = _named_days(named, now.date()) if named else [now.date(), now.date() + timedelta(days=1)]
    if dated:
        day = _date(dated, now.date())
        if named and day not in days and (named["ahead"] or day.weekday() != days[0].weekday()):
            raise ValueError(f"{dated[0]} is a {day:%A}, {day}")
        days = [day]
    return (datetime.combine(day, clock) for day in days)


def _folded(text: str) -> str:
    """``text`` in small letters without accents."""
    letters = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


@lru_cache(maxsize=64)
def _lexicon(languages: tuple[str, ...]) -> Mapping[str, str]:
    signs = {"h": "H"}
    for language in (*languages, *_WORDS):
        for row in _WORDS.get(language, "").split(";"):
            sign, *words = row.split() or [""]
            for word in words:
                signs.setdefault(word.replace("_", " "), sign)
    return signs


def _signs(text: str, lexicon: Mapping[str, str]) -> str:
    """``text`` with signs for its words, one space between any two."""
    tokens = _TOKEN.findall(_GLUED.sub(" ", _HALF.sub(r"\1", text)))
    signs: list[str] = []
    while tokens:
        size = next((size for size in (3, 2, 1) if " ".join(tokens[:size]) in lexicon), 0)
        if not size and not tokens[0][0].isdigit():
            close = get_close_matches(tokens[0], lexicon, 1, 0.75) if len(tokens[0]) > 3 else []
            meant = f"; did you mean {close[0]}?" if close else f"; {_HOW}"
            raise ValueError(f"“{tokens[0]}” is not understood{meant}")
        signs.append(lexicon[" ".join(tokens[:size])] if size else tokens[0])
        del tokens[: size or 1]
    return " ".join(sign for sign in signs if sign != "_")


def _without(text: str, found: re.Match[str] | None) -> str:
    return " ".join(f"{text[: found.start()]} {text[found.end() :]}".split()) if found else text


def _named_days(found: re.Match[str], today: date) -> list[date]:
    if found["ahead"]:
        return [today + timedelta(days=int(found["ahead"]))]
    ahead = (int(found["weekday"]) - today.weekday()) % 7
    if found["next"] or found["later"]:
        return [today + timedelta(days=ahead or 7)]
    return [today + timedelta(days=ahead), today + timedelta(days=ahead + 7)]


def _date(found: re.Match[str], today: date) -> date:
    """The date of the calendar; without a year it is the next one."""
    groups = {name[0]: int(value) for name, value in found.groupdict().items() if value}
    day, month, year = groups["d"], groups["m"], groups.get("y")
    if found["d3"] and day != month and max(day, month) <= 12:
        raise ValueError(f"{found[0]} has two meanings; write {day}.{month}. or {month}.{day}. with the day first")
    if found["d3"] and month > 12:
        day, month = month, day
    if year is not None:
        years = range(year + 2000 * (year < 100), year + 2000 * (year < 100) + 1)
    else:
        years = range(today.year, today.year + 5)
    for each in years:
        if not today.year <= each <= today.year + 5:
            raise ValueError(f"{found[0]} lies in the past or more than five years ahead")
        if 1 <= month <= 12 and 1 <= day <= monthrange(each, month)[1] and (year or date(each, month, day) >= today):
            return date(each, month, day)
    raise ValueError(f"there is no {found[0]}")


def _clock(signs: str, text: str) -> time:
    found = _CLOCK.fullmatch(signs)
    if signs.isdigit() and int(signs) <= 23:
        raise ValueError(f"“{signs}” may be an hour or a day; write {signs}:00 or {signs}.12.")
    if not found:
        raise ValueError(f"“{text}” is not understood; {_HOW}")
    hour, minute, half = int(found["h"]), int(found["m"] or 0), (found["mark"] or "").strip("hH")
    if found["by"] == "." and minute <= 12 and not (found["at"] or found["mark"]):
        raise ValueError(f"“{signs}” has two meanings; write {hour}:{minute:02} for the time or {signs}. for the date")
    if minute > 59 or hour > 23 or (half and not 1 <= hour <= 12):
        raise ValueError(f"there is no such time as “{text}”; {_HOW}")
    return time(hour % 12 + 12 * (half == "p") if half else hour, minute)
