"""A moment as people say it in their language: "Monday 7 December at 09:00 (CET)", as it stands after "again on"."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from maildesk.desk.when import say

# Weekdays from Monday, months, and how these are put together. The Finnish days mean "on Monday".
_LANGUAGES = {
    "en": (
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        "January February March April May June July August September October November December",
        "{weekday} {day} {month} at {time.hour:02}:{time.minute:02}",
    ),
    "it": (
        "lunedì martedì mercoledì giovedì venerdì sabato domenica",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "{weekday} {day} {month} alle {time.hour:02}:{time.minute:02}",
    ),
    "ro": (
        "luni marți miercuri joi vineri sâmbătă duminică",
        "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
        "{weekday}, {day} {month}, la ora {time.hour:02}:{time.minute:02}",
    ),
    "fr": (
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "{weekday} {day} {month} à {time.hour:02}:{time.minute:02}",
    ),
    "fi": (
        "maanantaina tiistaina keskiviikkona torstaina perjantaina lauantaina sunnuntaina",
        "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta"
        " marraskuuta joulukuuta",
        "{weekday} {day}. {month} klo {time.hour:02}.{time.minute:02}",
    ),
    "de": (
        "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "{weekday}, {day}. {month}, {time.hour:02}:{time.minute:02} Uhr",
    ),
    "es": (
        "lunes martes miércoles jueves viernes sábado domingo",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "{weekday} {day} de {month} a las {time.hour:02}:{time.minute:02}",
    ),
}


def spoken(when: datetime, zone: ZoneInfo, language: str) -> str:
    """With the zone's name, for customers live in others; in a language that is not known here, as agents read it."""
    known = _LANGUAGES.get(language.partition("-")[0])
    if known is None:
        return say(when, zone)
    local = when.astimezone(zone)
    weekdays, months, form = known
    words = {"weekday": weekdays.split()[local.weekday()], "month": months.split()[local.month - 1]}
    return f"{form.format(day=local.day, time=local, **words)} ({local.tzname()})"
