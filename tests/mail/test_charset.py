"""Text comes out right whatever charset was declared, or none."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.mail import charset, parse

CORPUS = Path(__file__).parents[1] / "corpus"

WORDS = {
    "koi8-r-undeclared": "Не могу войти, пожалуйста, помогите.",
    "windows-1251-declared-us-ascii": "Не могу войти, пожалуйста, помогите.",
    "utf8-declared-latin-1": "Die Größe fehlt.",
    "windows-1252-declared-latin-1": "Costs 5 € – “now”",
    "windows-1252-declared-utf8": "Die Größe fehlt für Müller.",
    "windows-1251-declared-latin-1": "Не могу войти, пожалуйста, помогите.",
    "koi8-r-declared-latin-1": "Не могу войти, пожалуйста, помогите.",
    "windows-1253-declared-latin-1": "Καλημέρα, έχω ένα πρόβλημα.",
    "iso-8859-2-declared-latin-1": "Drukarka nie działa, proszę o pomoc, może dziś.",
    "windows-1254-declared-latin-1": "Yazıcım dünden beri çalışmıyor, lütfen yardım eder misiniz?",
    "windows-1250-declared-latin-2": "Tiskárna už tiskne – „děkuji“, šéfe.",
    "shift-jis-declared-latin-1": "プリンターが動きません。",
    "big5-declared-gb2312": "我的訂單沒有收到，請幫助。",
    "iso-2022-jp-declared-shift-jis": "プリンターが動きません。",
    "unknown-label": "Die Größe fehlt.",
    "codec-that-is-none": "The words.",
    "shift-jis-undeclared": "プリンターが動きません。",
    "gb2312-undeclared": "我的订单没有收到，请帮助。",
    "big5-undeclared": "我的訂單沒有收到，請幫助。",
    "euc-kr-undeclared": "주문 확인 부탁드립니다.",
    "iso-2022-jp-with-windows-characters": "①② 確認",
    "in-html-meta": "Не могу войти, пожалуйста, помогите.",
}

SHORT = [
    ("cp1251", "Привет"),
    ("koi8-r", "Заказ номер 42"),
    ("koi8-u", "потрібна допомога з рахунком"),
    ("cp866", "Иван Петров"),
    ("iso8859-5", "Re: вопрос по заказу"),
    ("cp1252", "Müller"),
    ("cp1252", "ÀÉÎ À BIENTÔT"),
    ("cp1252", "It’s “quoted” – ok"),
    ("cp1250", "Zażółć gęślą jaźń"),
    ("iso8859-2", "Příliš žluťoučký kůň"),
    ("cp932", "ご注文の確認"),
    ("euc_jp", "請求書について"),
    ("iso2022_jp", "ご注文の確認"),
    ("gb18030", "发票问题"),
    ("big5", "發票問題"),
    ("cp949", "안녕하세요"),
    ("cp1254", "Merhaba, yazıcım çalışmıyor"),
    ("cp1257", "Ačiū už pagalbą, spausdintuvas veikia"),
    ("cp1252", "Þökk, ég er með prentara á Íslandi"),
    ("cp1252", "¡Hola! ¿Qué tal? 10 m³ por año"),
    ("cp1253", "Καλημέρα, έχω ένα πρόβλημα"),
    ("cp1255", "שלום, יש לי בעיה עם החשבון שלי"),
    ("cp1256", "السلام عليكم لدي مشكلة في الحساب"),
    ("cp874", "สวัสดีครับ ติดต่อสอบถามเรื่องการสั่งซื้อ"),
]


@pytest.mark.parametrize("name", WORDS)
def test_a_body_is_read_whatever_its_label(name: str) -> None:
    assert parse.read((CORPUS / f"charset-{name}.eml").read_bytes()).text == WORDS[name]


WESTERN = [
    "¡Hola! ¿Qué tal? Años señor, 10 m³",
    "Ação, coração: ÇÃO NÃO É ISSO",
    "ÄÖÜß",
    "………… ———— «»«»",
    "Perché più già così? È però là.",
    "Þórður á Íslandi, ég er með prentara sem virkar ekki",
    "ÉTÉ À LA PLAGE, où êtes-vous ? Ça, c’est sûr…",
    "Blåbærgrød på Ærø, æøå ÆØÅ",
    "±5 % µm² ½ ¼ °C ±",
    "Größenänderungsanträge über 5 £ – „ja“",
]


@pytest.mark.parametrize("text", WESTERN)
def test_western_words_that_were_declared_western_stay_so(text: str) -> None:
    assert charset.decode(text.encode("cp1252"), "iso-8859-1") == text


@pytest.mark.parametrize(("codec", "text"), SHORT)
def test_a_few_undeclared_words_are_enough(codec: str, text: str) -> None:
    assert charset.decode(text.encode(codec)) == text


@pytest.mark.parametrize(("codec", "text"), SHORT)
def test_a_declared_charset_is_believed(codec: str, text: str) -> None:
    assert charset.decode(text.encode(codec), codec) == text


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("ISO-8859-1", "cp1252"),
        ('"utf8"', "utf-8"),
        ("gb2312", "gb18030"),
        ("ks_c_5601-1987", "cp949"),
        ("Windows-1251", "cp1251"),
        ("x-sjis", "cp932"),
        ("cp-850", "cp850"),
        ("rot13", ""),
        ("zlib", ""),
        ("base64", ""),
        ("unicode_escape", ""),
        ("idna", ""),
        ("no such", ""),
        ("\0", ""),
    ],
)
def test_labels_mean_what_clients_mean_by_them(label: str, codec: str) -> None:
    assert charset.codec_of(label) == codec


def test_a_character_cut_off_at_the_end_spoils_no_other() -> None:
    assert charset.decode("Größe für alle Ämter".encode()[:-1] + b"\xc3", "utf-8").startswith("Größe für alle Ämte")


@given(st.binary(max_size=300), st.sampled_from(["", "utf-7", "utf-16", "hz", "iso-2022-jp", "gb2312", "big5", "x"]))
def test_any_octets_become_text_that_can_be_written(data: bytes, label: str) -> None:
    charset.decode(data, label).encode("utf-8")
