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
    "en names only": (
        "From: Jo Meyer\n"
        "Sent: Tuesday, November 16, 2021 12:34 PM\n"
        "To: Al Roe\n"
        "Subject: RE: Your order"
    ),
    "en no to": (
        "From: Jo Meyer <jo@acme.example>\n"
        "Sent: Tuesday, November 16, 2021 12:34 PM\n"
        "Subject: RE: Your order"
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
        "**From:** Jo Meyer\n"
        "**Sent:** Tuesday, November 16, 2021 12:34 PM\n"
        "**To:** Al Roe\n"
        "**Subject:** RE: Your order"
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
        "Von: Jo Meyer\n"
        "Gesendet: Dienstag, 16. November 2021 12:34\n"
        "An: Al Roe\n"
        "Cc: Bo\n"
        "Betreff: AW: Ihre Bestellung"
    ),
    "de datum": (
        "Von: Jo Meyer <jo@acme.example>\n"
        "Datum: Dienstag, 16. November 2021 um 12:34\n"
        "An: Al Roe\n"
        "Betreff: AW: Ihre Bestellung"
    ),
    "divider fr": "-----Message d'origine-----",
    "fr nbsp": (
        "De\xa0: Jo Meyer\n"
        "Envoyé\xa0: mardi 16 novembre 2021 12:34\n"
        "À\xa0: Al Roe\n"
        "Objet\xa0: RE: Votre commande"
    ),
    "divider it": "-----Messaggio originale-----",
    "es": (
        "De: Jo Meyer <jo@acme.example>\n"
        "Enviado el: martes, 16 de noviembre de 2021 12:34\n"
        "Para: Al Roe\n"
        "Asunto: RE: Pedido"
    ),
    "es2": (
        "De: Jo Meyer\n"
        "Enviado: martes, 16 de noviembre de 2021 12:34 p. m.\n"
        "Para: Al Roe\n"
        "Asunto: RE: Pedido"
    ),
    "pt": "-----Mensagem original-----",
    "pt2": (
        "De: Jo Meyer\n"
        "Enviado: 16 de novembro de 2021 12:34\n"
        "Para: Al Roe\n"
        "Assunto: Re: Encomenda"
    ),
    "nl": "-----Oorspronkelijk bericht-----",
    "sv": "-----Ursprungligt meddelande-----",
    "da": "-----Oprindelig meddelelse-----",
    "no": "-----Opprinnelig melding-----",
    "fi": "-----Alkuperäinen viesti-----",
    "pl": "-----Wiadomość oryginalna-----",
    "cs": "-----Původní zpráva-----",
    "sk": "-----Pôvodná správa-----",
    "ro": "-----Mesaj original-----",
    "hu": "-----Eredeti üzenet-----",
    "ru": "-----Исходное сообщение-----",
    "uk": "-----Вихідне повідомлення-----",
    "tr": "-----Özgün İleti-----",
    "tr2": (
        "Gönderen: Jo Meyer <jo@acme.example>\n"
        "Gönderildi: 16 Kasım 2021 Salı 12:34\n"
        "Kime: Al Roe\n"
        "Konu: YNT: Sipariş"
    ),
    "el": "-----Αρχικό μήνυμα-----",
    "ja": "-----元のメッセージ-----",
    "zh": "-----邮件原件-----",
    "zh wide": "发件人： Jo Meyer <jo@acme.example>\n发送时间： 2021年11月16日 12:34\n收件人： Al Roe\n主题： 答复: 订单",
    "zh tw": (
        "寄件者: Jo Meyer <jo@acme.example>\n"
        "寄件日期: 2021年11月16日 下午 12:34\n"
        "收件者: Al Roe\n"
        "主旨: RE: 訂單"
    ),
    "ko": "-----원본 메시지-----",
    "ar": "-----الرسالة الأصلية-----",
    "he": "-----הודעה מקורית-----",
    "vi": "-----Thư gốc-----",
    "one line": "From: Jo Meyer <jo@acme.example> Sent: Tuesday, November 16, 2021 12:34 PM To: Al Roe Subject: RE: Your order",
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
        "From: \"Jo Meyer\" <jo@acme.example>\n"
        "To: \"Al\" <al@acme.example>\n"
        "Sent: 16/11/2021 12:34:56\n"
        "Subject: Re: x"
    ),
    "qq": (
        "------------------ 原始邮件 ------------------\n"
        "发件人: \"Jo\" <jo@acme.example>;\n"
        "发送时间: 2021年11月16日(星期二) 中午12:34\n"
        "收件人: \"al\"<al@acme.example>;\n"
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
    "fr message": (
        "====\n"
        "\n"
        "Message du : 16/11/2021 12:34\n"
        "De : \"Jo\" <jo@acme.example>\n"
        "A : al@acme.example\n"
        "Copie à :\n"
        "Sujet : x"
    ),
    "only divider en": "-----Original Message-----",
    "only divider de": "-----Ursprüngliche Nachricht-----",
    "only divider es": "-----Mensaje original-----",
    "ru2": "-------- Исходное сообщение --------",
