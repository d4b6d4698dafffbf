"""Header blocks copied above a quoted mail (Outlook and its kin) and the dividers above them."""

from __future__ import annotations

import pytest

from maildesk.mail import trim

HEADERS = {
    "en": (
        "From: Jo Meyer <jo@acme.example>\n"
        "Sent: Tuesday, November 16, 2021 12:34 PM\n"
        "To: Al Roe <al@acme.example>\n"
        "Cc: x@acme.example\n"
        "Subject: RE: Your order"
    ),
    "en names only": ("From: Jo Meyer\nSent: Tuesday, November 16, 2021 12:34 PM\nTo: Al Roe\nSubject: RE: Your order"),
    "en no to": (
        "From: Jo Meyer <jo@acme.example>\nSent: Tuesday, November 16, 2021 12:34 PM\nSubject: RE: Your order"
    ),
    "en no sent": "From: Jo Meyer <jo@acme.example>\nTo: Al\nSubject: RE: Your order",
    "en date": (
        "From: Jo Meyer <jo@acme.example>\n"
        "Date: Tuesday, November 16, 2021 at 12:34 PM\n"
        "To: Al Roe <al@acme.example>\n"
        "Subject: Re: Your order"
    ),
    "bold": (
        "*From:* Jo Meyer <jo@acme.example>\n"
        "*Sent:* Tuesday, November 16, 2021 12:34 PM\n"
        "*To:* Al Roe <al@acme.example>\n"
        "*Subject:* RE: Your order"
    ),
    "bold2": (
        "**From:** Jo Meyer\n**Sent:** Tuesday, November 16, 2021 12:34 PM\n**To:** Al Roe\n**Subject:** RE: Your order"
    ),
    "bold3": (
        "*From: *Jo Meyer <jo@acme.example>\n"
        "*Sent: *Tuesday, November 16, 2021 12:34 PM\n"
        "*To: *Al Roe\n"
        "*Subject: *RE: Your order"
    ),
    "spaced": (
        "From: Jo Meyer <jo@acme.example>\n"
        "\n"
        "Sent: Tuesday, November 16, 2021 12:34 PM\n"
        "\n"
        "To: Al Roe\n"
        "\n"
        "Subject: RE: Your order"
    ),
    "de": (
        "Von: Jo Meyer <jo@acme.example>\n"
        "Gesendet: Dienstag, 16. November 2021 12:34\n"
        "An: Al Roe\n"
        "Betreff: AW: Ihre Bestellung"
    ),
    "de names": (
        "Von: Jo Meyer\nGesendet: Dienstag, 16. November 2021 12:34\nAn: Al Roe\nCc: Bo\nBetreff: AW: Ihre Bestellung"
    ),
    "de datum": (
        "Von: Jo Meyer <jo@acme.example>\n"
        "Datum: Dienstag, 16. November 2021 um 12:34\n"
        "An: Al Roe\n"
        "Betreff: AW: Ihre Bestellung"
    ),
    "fr": (
        "De : Jo Meyer <jo@acme.example>\nEnvoyé : mardi 16 novembre 2021 12:34\nÀ : Al Roe\nObjet : RE: Votre commande"
    ),
    "fr nbsp": (
        "De\xa0: Jo Meyer\nEnvoyé\xa0: mardi 16 novembre 2021 12:34\nÀ\xa0: Al Roe\nObjet\xa0: RE: Votre commande"
    ),
    "it": ("Da: Jo Meyer <jo@acme.example>\nInviato: martedì 16 novembre 2021 12:34\nA: Al Roe\nOggetto: R: Ordine"),
    "es": (
        "De: Jo Meyer <jo@acme.example>\n"
        "Enviado el: martes, 16 de noviembre de 2021 12:34\n"
        "Para: Al Roe\n"
        "Asunto: RE: Pedido"
    ),
    "es2": ("De: Jo Meyer\nEnviado: martes, 16 de noviembre de 2021 12:34 p. m.\nPara: Al Roe\nAsunto: RE: Pedido"),
    "pt": (
        "De: Jo Meyer <jo@acme.example>\n"
        "Enviada em: terça-feira, 16 de novembro de 2021 12:34\n"
        "Para: Al Roe\n"
        "Assunto: RES: Pedido"
    ),
    "pt2": ("De: Jo Meyer\nEnviado: 16 de novembro de 2021 12:34\nPara: Al Roe\nAssunto: Re: Encomenda"),
    "nl": (
        "Van: Jo Meyer <jo@acme.example>\n"
        "Verzonden: dinsdag 16 november 2021 12:34\n"
        "Aan: Al Roe\n"
        "Onderwerp: RE: Bestelling"
    ),
    "sv": ("Från: Jo Meyer <jo@acme.example>\nSkickat: den 16 november 2021 12:34\nTill: Al Roe\nÄmne: SV: Order"),
    "da": ("Fra: Jo Meyer <jo@acme.example>\nSendt: 16. november 2021 12:34\nTil: Al Roe\nEmne: SV: Ordre"),
    "no": ("Fra: Jo Meyer\nSendt: tirsdag 16. november 2021 12.34\nTil: Al Roe\nEmne: SV: Ordre"),
    "fi": (
        "Lähettäjä: Jo Meyer <jo@acme.example>\n"
        "Lähetetty: tiistai 16. marraskuuta 2021 12.34\n"
        "Vastaanottaja: Al Roe\n"
        "Aihe: VS: Tilaus"
    ),
    "pl": (
        "Od: Jo Meyer <jo@acme.example>\n"
        "Wysłano: wtorek, 16 listopada 2021 12:34\n"
        "Do: Al Roe\n"
        "DW: x\n"
        "Temat: Odp: Zamówienie"
    ),
    "cs": (
        "Od: Jo Meyer <jo@acme.example>\n"
        "Odesláno: úterý 16. listopadu 2021 12:34\n"
        "Komu: Al Roe\n"
        "Předmět: RE: Objednávka"
    ),
    "sk": ("Od: Jo Meyer\nOdoslané: utorok 16. novembra 2021 12:34\nKomu: Al Roe\nPredmet: RE: Objednávka"),
    "ro": (
        "De la: Jo Meyer <jo@acme.example>\nTrimis: marți, 16 noiembrie 2021 12:34\nCătre: Al Roe\nSubiect: RE: Comanda"
    ),
    "hu": (
        "Feladó: Jo Meyer <jo@acme.example>\n"
        "Elküldve: 2021. november 16., kedd 12:34\n"
        "Címzett: Al Roe\n"
        "Tárgy: RE: Rendelés"
    ),
    "ru": ("От: Jo Meyer <jo@acme.example>\nОтправлено: 16 ноября 2021 г. 12:34\nКому: Al Roe\nТема: RE: Заказ"),
    "uk": (
        "Від: Jo Meyer <jo@acme.example>\n"
        "Надіслано: вівторок, 16 листопада 2021 р. 12:34\n"
        "Кому: Al Roe\n"
        "Тема: RE: Замовлення"
    ),
    "tr": ("Kimden: Jo Meyer <jo@acme.example>\nGönderildi: 16 Kasım 2021 Salı 12:34\nKime: Al Roe\nKonu: RE: Sipariş"),
    "tr2": (
        "Gönderen: Jo Meyer <jo@acme.example>\nGönderildi: 16 Kasım 2021 Salı 12:34\nKime: Al Roe\nKonu: YNT: Sipariş"
    ),
    "el": (
        "Από: Jo Meyer <jo@acme.example>\nΣτάλθηκε: Τρίτη, 16 Νοεμβρίου 2021 12:34\nΠρος: Al Roe\nΘέμα: RE: Παραγγελία"
    ),
    "ja": "差出人: Jo Meyer <jo@acme.example>\n送信日時: 2021年11月16日 12:34\n宛先: Al Roe\n件名: RE: 注文",
    "zh": "发件人: Jo Meyer <jo@acme.example>\n发送时间: 2021年11月16日 12:34\n收件人: Al Roe\n主题: 答复: 订单",
    "zh wide": "发件人： Jo <jo@x.example>\n发送时间： 2021年11月16日 12:34\n收件人： Al Roe\n主题： 答复: 订单",
    "zh tw": (
        "寄件者: Jo Meyer <jo@acme.example>\n寄件日期: 2021年11月16日 下午 12:34\n收件者: Al Roe\n主旨: RE: 訂單"
    ),
    "ko": (
        "보낸 사람: Jo Meyer <jo@acme.example>\n"
        "보낸 날짜: 2021년 11월 16일 화요일 오후 12:34\n"
        "받는 사람: Al Roe\n"
        "제목: RE: 주문"
    ),
    "ar": ("من: Jo Meyer <jo@acme.example>\nتم الإرسال: 16/نوفمبر/2021 12:34\nإلى: Al Roe\nالموضوع: رد: طلب"),
    "he": ("מאת: Jo Meyer <jo@acme.example>\nנשלח: יום שלישי 16 נובמבר 2021 12:34\nאל: Al Roe\nנושא: RE: הזמנה"),
    "vi": ("Từ: Jo <jo@x.example>\nĐã gửi: 16 Tháng Mười Một 2021 12:34\nĐến: Al Roe\nChủ đề: RE: Đơn hàng"),
    "one line": (
        "From: Jo <jo@x.example> Sent: Tuesday, November 16, 2021 12:34 PM To: Al Roe Subject: RE: Your order"
    ),
    "android": (
        "-------- Original message --------\n"
        "From: Jo Meyer <jo@acme.example>\n"
        "Date: 16/11/2021 12:34 (GMT+01:00)\n"
        "To: al@acme.example\n"
        "Subject: Order"
    ),
    "android de": (
        "-------- Ursprüngliche Nachricht --------\n"
        "Von: Jo Meyer <jo@acme.example>\n"
        "Datum: 16.11.21 12:34 (GMT+01:00)\n"
        "An: al@acme.example\n"
        "Betreff: Bestellung"
    ),
    "em client": (
        "------ Original Message ------\n"
        'From: "Jo Meyer" <jo@acme.example>\n'
        'To: "Al" <al@acme.example>\n'
        "Sent: 16/11/2021 12:34:56\n"
        "Subject: Re: x"
    ),
    "qq": (
        "------------------ 原始邮件 ------------------\n"
        '发件人: "Jo" <jo@acme.example>;\n'
        "发送时间: 2021年11月16日(星期二) 中午12:34\n"
        '收件人: "al"<al@acme.example>;\n'
        "主题: x"
    ),
    "rule": (
        "________________________________\n"
        "From: Jo Meyer <jo@acme.example>\n"
        "Sent: Tuesday, November 16, 2021 12:34 PM\n"
        "To: Al Roe <al@acme.example>\n"
        "Subject: RE: Your order"
    ),
    "rule de": (
        "________________________________________\n"
        "**Von:** Jo Meyer <jo@acme.example>\n"
        "**Gesendet:** Dienstag, 16. November 2021 12:34:56\n"
        "**An:** Al Roe\n"
        "**Betreff:** AW: x"
    ),
    "wrapped to": (
        "From: Jo Meyer <jo@acme.example>\n"
        "Sent: Tuesday, November 16, 2021 12:34 PM\n"
        "To: Al Roe <al@acme.example>; Bo Wu <bo@acme.example>;\n"
        "    Cy Fox <cy@acme.example>; Di Lee <di@acme.example>;\n"
        "    Ed Poe <ed@acme.example>\n"
        "Subject: RE: Your order"
    ),
    "att": (
        "From: Jo Meyer\n"
        "Sent: Tuesday, November 16, 2021 12:34 PM\n"
        "To: Al Roe\n"
        "Subject: RE: Your order\n"
        "Importance: High\n"
        "Attachments: a.pdf"
    ),
    "bg": (
        "От: Jo Meyer <jo@acme.example>\nИзпратено: вторник, 16 ноември 2021 г. 12:34\nДо: Al Roe\nОтносно: RE: Поръчка"
    ),
    "bg abv": (
        "-------- Оригинално писмо --------\n"
        " От: Jo Meyer jo@acme.example\n"
        " Относно: x\n"
        " До: al@x.example\n"
        " Изпратено на: 16.11.2021 12:34"
    ),
    "ca": "De: Jo Meyer\nEnviat el: dimarts, 16 de novembre de 2021 12:34\nPer a: Al Roe\nAssumpte: RE: Comanda",
    "et": "Saatja: Jo Meyer\nSaadetud: teisipäev, 16. november 2021 12:34\nAdressaat: Al Roe\nTeema: RE: Tellimus",
    "fa": "از: Jo Meyer\nارسال شده: ۱۶ نوامبر ۲۰۲۱ ۱۲:۳۴\nبه: Al Roe\nموضوع: سفارش",
    "hr": "Šalje: Jo Meyer\nPoslano: 16. studenog 2021. 12:34\nPrima: Al Roe\nPredmet: RE: Narudžba",
    "id": "Dari: Jo Meyer\nDikirim: 16 November 2021 12:34\nKepada: Al Roe\nSubjek: RE: Pesanan",
    "is": "Frá: Jo Meyer\nSent: 16. nóvember 2021 12:34\nTil: Al Roe\nEfni: RE: Pöntun",
    "lt": "Nuo: Jo Meyer\nIšsiųsta: 2021 m. lapkričio 16 d., antradienis 12:34\nKam: Al Roe\nTema: RE: Užsakymas",
    "lv": "No: Jo Meyer\nNosūtīts: otrdiena, 2021. gada 16. novembris 12:34\nKam: Al Roe\nTēma: RE: Pasūtījums",
    "sl": "Od: Jo Meyer\nPoslano: torek, 16. november 2021 12:34\nZa: Al Roe\nZadeva: RE: Naročilo",
    "sr": "Од: Jo Meyer\nПослато: уторак, 16. новембар 2021. 12:34\nЗа: Al Roe\nТема: RE: Наруџбина",
    "th": "จาก: Jo Meyer\nส่ง: 16 พฤศจิกายน 2564 12:34\nถึง: Al Roe\nเรื่อง: RE: คำสั่งซื้อ",
    "gmx": (
        "Gesendet: Dienstag, 16. November 2021 um 12:34 Uhr\n"
        'Von: "Jo Meyer" <jo@acme.example>\n'
        "An: al@x.example\n"
        "Betreff: Re: Bestellung"
    ),
    "t-online": (
        "-----Original-Nachricht-----\n"
        "Betreff: Bestellung\n"
        "Datum: 2021-11-16T12:34:56+0100\n"
        'Von: "Jo" <jo@acme.example>\n'
        'An: "al@x.example" <al@x.example>'
    ),
    "notes de": (
        "Von:        Jo Meyer/ACME\n"
        "An:        Al Roe/ACME@ACME, \n"
        "Kopie:        Bo\n"
        "Datum:        16.11.2021 12:34\n"
        "Betreff:        Bestellung"
    ),
    "virgilio": (
        "----Messaggio originale----\nDa: jo@acme.example\nData: 16/11/2021 12.34\nA: <al@x.example>\nOgg: Ordine"
    ),
    "interia": 'Temat: Zamówienie\nData: 2021-11-16 12:34\nNadawca: "Jo" <jo@acme.example>\nAdresat: al@x.example;',
    "seznam": (
        "---------- Původní e-mail ----------\n"
        "Od: Jo <jo@acme.example>\n"
        "Komu: al@x.example\n"
        "Datum: 16. 11. 2021 12:34:56\n"
        "Předmět: Objednávka"
    ),
    "netease": (
        "---- Replied Message ----\n"
        "| From | Jo<jo@acme.example> |\n"
        "| Date | 11/16/2021 12:34 |\n"
        "| To | <al@x.example> |\n"
        "| Subject | Order |"
    ),
    "qq en": (
        "------------------ Original ------------------\n"
        'From:  "Jo";<jo@acme.example>;\n'
        "Date:  Tue, Nov 16, 2021 12:34 PM\n"
        'To:  "al"<al@x.example>;\n'
        "Subject:  Order"
    ),
    "naver": (
        "-----Original Message-----\n"
        'From: "Jo" <jo@acme.example> \n'
        "To: <al@x.example>; \n"
        "Cc: \n"
        "Sent: 2021-11-16 (화) 12:34:56 (GMT+09:00)\n"
        "Subject: 주문"
    ),
    "daum": (
        "--------- 원본 메일 ---------\n"
        "보낸사람: Jo <jo@acme.example>\n"
        "받는사람 : al@x.example\n"
        "날짜: 2021년 11월 16일 화요일, 12시 34분 56초 +0900\n"
        "제목: 주문"
    ),
    "hotmail 2010": (
        "CC: x@x.example\n"
        "Subject: Order\n"
        "From: jo@acme.example\n"
        "Date: Tue, 16 Nov 2010 12:34:56 +0100\n"
        "To: al@x.example"
    ),
    "fr message": (
        '====\n\nMessage du : 16/11/2021 12:34\nDe : "Jo" <jo@acme.example>\nA : al@acme.example\nCopie à :\nSujet : x'
    ),
}
DIVIDERS = [
    "-----Original Message-----",
    "-----Ursprüngliche Nachricht-----",
    "-----Mensaje original-----",
    "-----Message d'origine-----",
    "-----Messaggio originale-----",
    "-----Oorspronkelijk bericht-----",
    "-----Исходное сообщение-----",
    "-------- Исходное сообщение --------",
    "-----邮件原件-----",
    "-----元のメッセージ-----",
    "-----원본 메시지-----",
    "-----Wiadomość oryginalna-----",
    "-----Özgün İleti-----",
    "-----Oprindelig meddelelse-----",
    "-----Ursprungligt meddelande-----",
    "-----Eredeti üzenet-----",
    "-----Původní zpráva-----",
    "-----Mensagem original-----",
    "-----Alkuperäinen viesti-----",
    "-----Opprinnelig melding-----",
    "-----Αρχικό μήνυμα-----",
    "-----הודעה מקורית-----",
    "-----الرسالة الأصلية-----",
    "-----Mesaj original-----",
    "-----Вихідне повідомлення-----",
    "-----Thư gốc-----",
    "-----Pôvodná správa-----",
    "-----Izvorna poruka-----",
    "-----Оригинално съобщение-----",
    "-----Algne kiri-----",
    "-----Pesan Asli-----",
]

each_header = pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)


@each_header
def test_a_copied_header_ends_the_new_words(header: str) -> None:
    new = trim.reply(f"An answer.\nTwo lines.\n\n{header}\n\nWhat was asked\nand more.\n", None)
    assert (new.text, new.doubtful) == ("An answer.\nTwo lines.", "")


@each_header
def test_no_empty_line_is_needed_above_a_copied_header(header: str) -> None:
    assert trim.reply(f"An answer.\n{header}\nWhat was asked\n", None).text == "An answer."


@each_header
def test_a_mail_passed_on_without_a_word_is_kept_but_doubtful(header: str) -> None:
    text = f"{header}\n\nWhat was asked\nand more."
    new = trim.reply(text, None)
    assert new.text == text.strip()
    assert "nothing is typed above" in new.doubtful


@each_header
def test_a_footer_above_a_copied_header_is_no_word_typed(header: str) -> None:
    text = f"Get Outlook for iOS<https://aka.ms/o0ukef>\n{header}\n\nWhat was asked"
    assert trim.reply(text, None).text == text


@pytest.mark.parametrize("divider", DIVIDERS)
def test_a_divider_alone_ends_the_new_words(divider: str) -> None:
    new = trim.reply(f"An answer.\n\n{divider}\n\nWhat was asked\n", None)
    assert (new.text, new.doubtful) == ("An answer.", "")


@pytest.mark.parametrize(
    "text",
    [
        "From: the beginning it was broken.\n\nPlease help.",
        "My data:\n\nName: Jo\nFrom: Berlin\nPhone: 030 123456\n\nThanks",
        "Subject: is my invoice\n\nHi",
        "To: whom it may concern\n\nHi",
        "Date: 12.12.2023\nPlace: Ulm\n\nHi",
        "Re: my order 1234\n\nwhere is it?",
        "Error log:\nFrom: line 5\nTo: line 9\ndone",
        "We are waiting.\n\nOriginal message\n\nwas lost.",
        "Von: Anfang an war es kaputt.\n\nBitte helfen.",
    ],
)
def test_lines_that_look_like_a_header_stay(text: str) -> None:
    new = trim.reply(f"Hello,\n\n{text}", None)
    assert (new.text, new.doubtful) == (f"Hello,\n\n{text}", "")


def test_a_booking_that_reads_like_a_header_stays_and_is_doubtful() -> None:
    text = "Please book:\n\nFrom: Berlin\nTo: Paris\nDate: 1 May, 10:00\n\nThanks"
    new = trim.reply(text, None)
    assert new.text == text
    assert "header" in new.doubtful
