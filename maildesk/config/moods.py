"""How customers say what they feel, as long as nobody configures other words: the first spelling is shown."""

from __future__ import annotations

from collections.abc import Mapping

URGENT = "urgent"
"""No mood, but said in the same way."""

_TABLE = """
en | happy     | happy; very happy; pleased; glad
en | confused  | confused; puzzled
en | worried   | worried; very worried; anxious; concerned
en | angry     | angry; very angry; furious; annoyed
en | urgent    | urgent; very urgent; it is urgent; it's urgent; this is urgent
it | happy     | felice; contento; contenta; contento/a; soddisfatto; soddisfatta
it | confused  | confuso/a; confuso; confusa; perplesso; perplessa
it | worried   | preoccupato/a; preoccupato; preoccupata
it | angry     | arrabbiato/a; arrabbiato; arrabbiata
it | urgent    | urgente; è urgente; molto urgente; urgentissimo
ro | happy     | mulțumit(ă); mulțumit; mulțumită; fericit; fericită; bucuros; bucuroasă
ro | confused  | nedumerit(ă); nedumerit; nedumerită; confuz; confuză
ro | worried   | îngrijorat(ă); îngrijorat; îngrijorată
ro | angry     | supărat(ă); supărat; supărată; furios; furioasă
ro | urgent    | urgent; este urgent; e urgent; foarte urgent
fr | happy     | content(e); content; contente; heureux; heureuse; satisfait; satisfaite
fr | confused  | perplexe; confus; confuse
fr | worried   | inquiet/inquiète; inquiet; inquiète
fr | angry     | en colère; fâché; fâchée; furieux; furieuse
fr | urgent    | urgent; c'est urgent; très urgent
fi | happy     | iloinen; tyytyväinen
fi | confused  | hämmentynyt; ymmällään
fi | worried   | huolissani; huolestunut
fi | angry     | vihainen; suuttunut
fi | urgent    | kiireellinen; kiire; erittäin kiireellinen; tämä on kiireellinen
de | happy     | zufrieden; sehr zufrieden; glücklich
de | confused  | verwirrt; ratlos
de | worried   | besorgt; beunruhigt
de | angry     | verärgert; wütend; sauer
de | urgent    | dringend; sehr dringend; es ist dringend; eilig
es | happy     | contento/a; contento; contenta; feliz; satisfecho; satisfecha
es | confused  | confundido/a; confundido; confundida; confuso; confusa
es | worried   | preocupado/a; preocupado; preocupada
es | angry     | enfadado/a; enfadado; enfadada; enojado; enojada
es | urgent    | urgente; es urgente; muy urgente
"""


def _read(table: str) -> dict[str, dict[str, tuple[str, ...]]]:
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in table.strip().splitlines():
        language, mood, words = (cell.strip() for cell in row.split("|"))
        found.setdefault(mood, {})[language] = tuple(word.strip() for word in words.split(";"))
    return found


WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = _read(_TABLE)
"""By mood, in the order in which they are offered, and language."""
MOODS = tuple(mood for mood in WORDS if mood != URGENT)
