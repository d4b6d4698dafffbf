"""Which charset octets are in, when nothing was declared or what was declared cannot be.

Each charset that mail is still written in reads the octets; the one whose reading looks most like a language
wins: by its commonest letters, pairs of letters and characters. Made for a subject of three words as much as
for a page, where statistics trained on pages (charset-normalizer) read KOI8-R as Shift JIS. Refuses to look at
more than 4 KB. Pure and table-driven: a charset more is a row.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

SAMPLE = 4096  # octets looked at

_CHINESE = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然"
    "家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日者意无力它与长把机"
    "十第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应头文体相见被利什二等产或新己制身果加月话合回特"
    "代内信表化老给世位次度门任常先通教原东声提立及比员解水名真论处走义各入几口认条平系气题活更别打变四总何电数安少"
    "报才结反受目太量再感建务做接必场件计管期市直资命金指许统区保至形社便空决展科司五基书非则听达放强即难且权思完设"
    "式色路记品住告类求据程北边张该交规万取望术领共确传师观清今切院让识候带导运您请谢邮客服订单帮助感登录密码账号"
    "寄送货款付退换查询收费联测试标题附网站址效载复询尊敬祝商价格议注册"
)
_TRADITIONAL = frozenset(
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然"
    "家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日者意無力它與長把機"
    "十第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應頭文體相見被利什二等產或新己制身果加月話合回特"
    "代內信表化老給世位次度門任常先通教原東聲提立及比員解水名真論處走義各入幾口認條平系氣題活更別打變四總何電數安少"
    "報才結反受目太量再感建務做接必場件計管期市直資命金指許統區保至形社便空決展科司五基書非則聽達放強即難且權思完設"
    "式色路記品住告類求據程北邊張該交規萬取望術領共確傳師觀清今切院讓識候帶導運您請謝郵客服訂單幫助登錄密碼帳號"
    "寄送貨款付退換查詢收費聯測試標題附網站址效載複尊敬祝商價格議註冊"
)
_JAPANESE = frozenset(map(chr, range(0x3041, 0x3094))) | frozenset(map(chr, range(0x30A1, 0x30FD)))
_JAPANESE |= frozenset(
    "、。「」日本人年大会社月国中出時行事者見分生自前後間上東京方何今高手学部度内合場新語用同気言思名書意味確認"
    "お願致申訳有様方件返信送注文商品電話番号担当連絡問合下問題設定画面入力方法添付資料本文無料登録変更利用御株式"
)
_KOREAN = frozenset(
    "이다는의에가을고하지로사도기한인나어자리서시그아스해일대를수정은만들보부전있게라주원구여상요면오동장신제우공과"
    "적성모비유선마거국무실조관문화안세회물진생미연경위용간장업소바것드래트러안녕습니까감합세요문의드립메일제목테스답변확"
)
_RUSSIAN = (
    "ст но то на ен ов ни ра во ко пр ос ал ли от ер ре ка та не ро по ел ет ес ор ит ом ол ле ло ва ин де ть "
    "об ог ан ла ме ве те за ри ак ам го да ив ль ма ми нн ны ой пе пи ск см со сь ся тр ти ты ча чт ше эт ую "
    "ые ый ая ее ие ия же ки мо ду бы ру му уд ас ат ед из их вс вы ад св сп ши лю юд ди до зд др уж бу"
)
_GREEK = (
    "αι ου το τη ση ει να τα αν στ ερ ες κα ια ον ας ρα με τι πο ρο τε εν σα απ μα λο πρ ος ικ ην τω ων νο αρ "
    "οι οσ μο σε αλ λη θα γι ετ ολ ρι λι κο ντ"
)
_HEBREW = "ים ות של לה הו ני את לא על הי וא שה הת לי מה יו תי ית הא ור בי לו אל מי וי נו רו בר הם כם "
_HEBREW += (
    "תו וד דה רב בה אי יש שי הב הע ול לך אב לב רי רה וב דע עו עם מו מר סי פר ער רת דו די שו שר אר חו המ הח הנ מס מת נה"
)
_ARABIC = "ال ية لا من لم في ان ها ما لى عل ات ين ون وا لت لع را بي يا لل لي مر حم كم نا ام"
_THAI = "การ ที่ และ ได้ ไม่ ให้ มี ใน ของ ค่ะ ครับ เป็น ว่า จะ ข้อ ติด ต่อ สวั"
_WESTERN = frozenset("éèêëàâäáãåæçíìîïñóòôöõøúùûüßœÉÈÀÂÄÁÅÆÇÍÎÑÓÔÖÕØÚÜ«»“”„‘’–—…€°£§©®·¿¡ªº")
_ICELANDIC = frozenset("áéíóúýþæöðÁÉÍÓÚÝÞÆÖÐ„“")
_TURKISH = frozenset("çğıöşüâîûÇĞİÖŞÜÂÎÛ“”‘’…")
_BALTIC = frozenset("ąčęėįšųūžĄČĘĖĮŠŲŪŽāēģīķļņĀĒĢĪĶĻŅõäöüÕÄÖÜ„“”–…")
_CENTRAL = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňřšťúůýžÁČÉĚÍŘŠÚÝŽőűöüŐŰÖÜăâîţşôäľĺŕđ„”–“’…€")


@dataclass(frozen=True, slots=True)
class _Writing:
    """A charset and what text in it is made of: its common characters, and pairs of letters."""

    codec: str
    common: frozenset[str]
    pairs: frozenset[str] = frozenset()
    latin: bool = False  # its letters stand among ASCII letters


def _by_pairs(codec: str, first: str, last: str, pairs: str) -> _Writing:
    letters = frozenset(map(chr, range(ord(first), ord(last) + 1)))
    return _Writing(codec, letters, frozenset(pairs.split()))


_WRITINGS = (
    _Writing("cp1252", _WESTERN, latin=True),
    _Writing("cp1252", _ICELANDIC, latin=True),
    _Writing("cp1254", _TURKISH, latin=True),
    _by_pairs("cp1251", "а", "я", _RUSSIAN),
    _by_pairs("koi8-u", "а", "я", _RUSSIAN),
    _by_pairs("cp866", "а", "я", _RUSSIAN),
    _by_pairs("iso8859-5", "а", "я", _RUSSIAN),
    _Writing("cp932", _JAPANESE),
    _Writing("euc_jp", _JAPANESE),
    _Writing("gb18030", _CHINESE),
    _Writing("big5hkscs", _TRADITIONAL),
    _Writing("cp949", _KOREAN),
    _Writing("cp1257", _BALTIC, latin=True),
    _Writing("cp1250", _CENTRAL, latin=True),
    _Writing("iso8859-2", _CENTRAL, latin=True),
    _by_pairs("cp1253", "α", "ώ", _GREEK),
    _by_pairs("cp1255", "א", "ת", _HEBREW),
    _by_pairs("cp1256", "ء", "ي", _ARABIC),
    _by_pairs("cp874", "ก", "์", _THAI),
)

_ASCII = bytes(range(128))
_DISTINCT = 4  # octets above 127; "......" in one charset is a word in another
_OF_OLD = frozenset({"cp866", "iso8859-5"})  # declared by whoever writes them still
# What Western text seldom has: four such octets on end, and signs or Icelandic letters at the end or inside of words.
_TELLING = re.compile(rb"[\x80-\xff]{4}|[A-Za-z][\xa1\xa3\xa6\xac\xaf\xb1\xb3\xb6\xb9\xba\xbc\xbe\xbf\xf0\xfd\xfe]")
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
# "dzia³a" is "działa"; "¿Qué" and "10 m²" are what they are.
_SIGNS_IN_WORDS = re.compile(r"(?<=[^\W\d_])(?<!\b[cdk]m)(?<!\bm)[³±¹¼½¾¦¶¬¯·£¥§¿¡]|[³±¹¼¾¦¶¬¯£](?=[A-Za-z])")
_LETTERS_ELSEWHERE = frozenset("±µ²³¹½¼¾×¦¶¬¯")
_MIXED_CASE = re.compile(r"[а-яё][А-ЯЁ]")
_IN_WORDS = re.compile(r"(?<=[A-Za-z])[^\x00-\x7f]|[^\x00-\x7f](?=[A-Za-z])")


def codec(data: bytes) -> str:
    """Python's name of the likeliest charset of ``data``; "cp1252" when nothing speaks for another."""
    if b"\x1b$)C" in data:
        return "iso2022_kr"
    if b"\x1b$" in data:
        return "iso2022_jp_ext"
    best, best_score = "cp1252", 0.0
    for found, score in _scores(_sample(data)):
        if score > best_score + 0.01:
            best, best_score = found, score
    return best


def against_western(data: bytes) -> str:
    """The charset of octets that were declared Western and look like a language in it alone.

    "" where that is not sure. A web form or an old program declares iso-8859-1, whatever it was given.
    """
    if _TELLING.search(data) is None:
        return ""
    sample = _sample(data)
    if len(set(sample.translate(None, _ASCII))) < _DISTINCT:
        return ""
    (_, western), (_, icelandic), *scores = _scores(sample)
    best, found = max((score, found) for found, score in scores if found not in _OF_OLD)
    return found if best > 0.45 and best > western + 0.3 and best > icelandic + 0.1 else ""


def _sample(data: bytes) -> bytes:
    """Octets from the first line on that has one above 127."""
    first = next((at for at, octet in enumerate(data[: 64 * SAMPLE]) if octet > 127), 0)
    start = data.rfind(b"\n", 0, first) + 1
    return data[start if first - start < 1000 else first :][:SAMPLE]


def _scores(sample: bytes) -> Iterator[tuple[str, float]]:
    return ((writing.codec, _score(sample, writing)) for writing in _WRITINGS)


def _score(sample: bytes, writing: _Writing) -> float:
    """How much of the sample, read in this charset, looks like its language: at most 1."""
    try:
        text = codecs.getincrementaldecoder(writing.codec)("strict").decode(sample)
    except UnicodeDecodeError:
        return -1.0
    runs = _FOREIGN.findall(text)
    foreign = "".join(runs)
    if not foreign:
        return -1.0
    if writing.latin:
        return _latin_score(text, foreign, writing)
    if writing.pairs:
        return _letters_score(runs, foreign, writing) - 2 * len(_IN_WORDS.findall(text)) / len(foreign)
    common = sum(char in writing.common for char in foreign)
    odd = sum("\ue000" <= char <= "\uf8ff" or "\uff61" <= char <= "\uff9f" or char < "\u3000" for char in foreign)
    return 0.1 + 0.9 * (common - odd) / len(foreign)


def _latin_score(text: str, foreign: str, writing: _Writing) -> float:
    """Accented letters touch ASCII letters and seldom each other; signs such as "³" stand outside words."""
    inside = _SIGNS_IN_WORDS.findall(text)
    lone_signs = sum(char in _LETTERS_ELSEWHERE for char in foreign) - sum(
        char in _LETTERS_ELSEWHERE for char in inside
    )
    common = sum(char in writing.common for char in foreign) + max(lone_signs, 0)
    signs = len(inside)
    lone = sum(len(run) for run in _FOREIGN.findall(text) if len(run) <= 2)
    return 0.9 * (common - 2 * signs) / len(foreign) - 0.6 * (1 - lone / len(foreign))


def _letters_score(runs: list[str], foreign: str, writing: _Writing) -> float:
    """An alphabet of its own: nearly all are its letters, and most pairs are common ones."""
    small = foreign.lower()
    letters = sum(char in writing.common or char == "ё" for char in small)
    joined = "  ".join(run.lower() for run in runs)
    pairs = [joined[at : at + 2] for at in range(len(joined) - 1)]
    inside = [pair for pair in pairs if " " not in pair]
    known = sum(pair in writing.pairs for pair in inside)
    mixed = sum(len(_MIXED_CASE.findall(run)) for run in runs)
    rate = known / len(inside) if inside else 0.3
    shouted = 0.1 if sum(map(str.isupper, foreign)) * 2 > len(foreign) else 0.0  # less likely, other things being equal
    return (
        0.5 * letters / len(foreign)
        + 0.6 * rate
        - mixed / len(foreign)
        - (len(foreign) - letters) / len(foreign)
        - shouted
    )
