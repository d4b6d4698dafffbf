"""What devices and products put below a mail, what stands below a signature's delimiter, and what only looks so."""

from __future__ import annotations

import pytest

from maildesk.mail import trim

FOOTERS = [
    "Sent from my iPhone",
    "Sent from my iPad",
    "Sent from my BlackBerry",
    "Sent from my BlackBerry® smartphone from T-Mobile",
    "Sent from my Samsung Galaxy smartphone.",
    "Sent from my Verizon, Samsung Galaxy smartphone",
    "Sent from my T-Mobile 4G LTE Device",
    "Sent from my Verizon Wireless 4G LTE smartphone",
    "Sent via the Samsung Galaxy S8, an AT&T 4G LTE smartphone",
    "Sent from my Fairphone",
    "Sent from my mobile phone",
    "Sent from my Windows Phone",
    "Sent from my Huawei Mobile",
    "Sent from my Android phone with K-9 Mail. Please excuse my brevity.",
    "Sent from Mail for Windows 10",
    "Sent from Mail for Windows",
    "Sent from Yahoo Mail on Android",
    "Sent from Yahoo Mail for iPhone",
    "Sent from Outlook for iOS",
    "Sent from Outlook",
    "Get Outlook for iOS",
    "Get Outlook for Android<https://aka.ms/ghei36>",
    "Get Outlook for iOS<https://aka.ms/o0ukef>",
    "Get Outlook for iOS (https://aka.ms/o0ukef)",
    "Get [Outlook for iOS](https://aka.ms/o0ukef)",
    "Sent from [Mail](https://go.microsoft.com/fwlink/?LinkId=550986) for Windows",
    "Sent from Proton Mail mobile",
    "Sent with Proton Mail secure email.",
    "Sent with ProtonMail Secure Email.",
    "Sent from AOL Mobile Mail",
    "Sent from my Galaxy",
    "Sent from Samsung tablet",
    "Sent from Gmail Mobile",
    "Sent from my smartphone",
    "Sent from my phone",
    "Sent from my mobile device",
    "Sent from my Sony Xperia™ smartphone",
    "Von meinem iPhone gesendet",
    "Gesendet von meinem iPhone",
    "Von meinem iPad gesendet",
    "Von meinem Samsung Galaxy Smartphone gesendet.",
    "Gesendet von Mail für Windows 10",
    "Gesendet von Outlook für Android",
    "Holen Sie sich Outlook für iOS",
    "Outlook für Android beziehen",
    "Gesendet mit der GMX Mail App",
    "Gesendet mit der WEB.DE Mail App",
    "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
    "Diese Nachricht wurde von meinem Android-Mobiltelefon mit GMX Mail gesendet.",
    "Gesendet von Yahoo Mail auf Android",
    "Von meinem Huawei-Mobiltelefon gesendet",
    "Envoyé de mon iPhone",
    "Envoyé depuis mon iPhone",
    "Envoyé depuis mon smartphone Samsung Galaxy.",
    "Envoyé à partir d’Outlook pour iOS",
    "Obtenez Outlook pour iOS",
    "Télécharger Outlook pour Android",
    "Envoyé à partir de Courrier pour Windows 10",
    "Envoyé de mon mobile",
    "Provenance : Courrier pour Windows 10",
    "Envoyé depuis l'application Mail Orange",
    "Envoyé avec la messagerie sécurisée Proton Mail.",
    "Inviato da iPhone",
    "Inviato da iPad",
    "Inviato dal mio iPhone",
    "Inviato da Posta per Windows 10",
    "Scarica Outlook per iOS",
    "Ottieni Outlook per Android",
    "Inviato dal mio smartphone Samsung Galaxy.",
    "Inviato da Libero Mail",
    "Enviado desde mi iPhone",
    "Enviado desde mi iPad",
    "Enviado desde mi smartphone Samsung Galaxy.",
    "Obtener Outlook para iOS",
    "Enviado desde Correo para Windows 10",
    "Enviado desde Yahoo Mail para Android",
    "Enviado desde Outlook",
    "Enviado do meu iPhone",
    "Enviado do meu smartphone Samsung Galaxy.",
    "Obter o Outlook para iOS",
    "Enviado do Yahoo Mail no Android",
    "Enviado do Email para Windows 10",
    "Enviado a partir do meu iPhone",
    "Verstuurd vanaf mijn iPhone",
    "Verzonden vanaf mijn Galaxy",
    "Verzonden vanuit Mail voor Windows 10",
    "Outlook voor iOS downloaden",
    "Verstuurd vanaf mijn Samsung Galaxy-smartphone.",
    "Download Outlook voor Android",
    "Skickat från min iPhone",
    "Skickat från min Samsung Galaxy smartphone.",
    "Hämta Outlook för iOS",
    "Skickat från Outlook för Android",
    "Skickat från E-post för Windows 10",
    "Sendt fra min iPhone",
    "Hent Outlook til iOS",
    "Sendt fra min Samsung Galaxy smartphone.",
    "Sendt fra Mail til Windows 10",
    "Skaff deg Outlook for iOS",
    "Få Outlook for Android",
    "Lähetetty iPhonesta",
    "Lähetetty Samsung Galaxy -älypuhelimesta.",
    "Hanki Outlook for iOS",
    "Lähetetty Windows 10:n sähköpostista",
    "Wysłane z iPhone'a",
    "Wysłano z iPhone'a",
    "Wysłane z mojego iPhone'a",
    "Pobierz program Outlook dla systemu iOS",
    "Wysłane z telefonu Samsung Galaxy.",
    "Wysłane z aplikacji Poczta dla Windows",
    "Odesláno z iPhonu",
    "Odesláno z mého iPhonu",
    "Získat Outlook pro iOS",
    "Odesláno z mobilního telefonu Samsung Galaxy.",
    "Odesláno z aplikace Seznam.cz",
    "Odoslané z iPhonu",
    "Získať Outlook pre Android",
    "Trimis de pe iPhone-ul meu",
    "Trimis de pe iPhone",
    "Obțineți Outlook pentru iOS",
    "Az iPhone-omról küldve",
    "Elküldve az iPhone-omról",
    "Elküldve iPhone-omról",
    "Az Outlook beszerzése Android-készülékre",
    "Az Outlook letöltése iOS-re",
    "Отправлено с iPhone",
    "Отправлено с моего iPhone",
    "Отправлено из мобильной Яндекс.Почты",
    "Отправлено из Mail.ru для Android",
    "Скачать Outlook для iOS",
    "Получите Outlook для Android",
    "Отправлено из Почты для Windows 10",
    "Отправлено со смартфона Samsung Galaxy.",
    "Надіслано з iPhone",
    "Надіслано з мого iPhone",
    "Отримати Outlook для iOS",
    "iPhone'umdan gönderildi",
    "iPhone’umdan gönderildi",
    "iOS için Outlook'u edinin",
    "Android için Outlook’u edinin",
    "Samsung Galaxy akıllı telefonumdan gönderildi.",
    "Windows için Mail ile gönderildi",
    "Στάλθηκε από το iPhone μου",
    "Λήψη του Outlook για iOS",
    "Αποκτήστε το Outlook για Android",
    "iPhoneから送信",
    "iPadから送信",
    "Outlook for iOS を入手",
    "iOS版のOutlookを入手",
    "Windows 版のメールから送信",
    "发自我的 iPhone",
    "发自我的iPhone",
    "從我的 iPhone 傳送",
    "获取 Outlook for iOS",
    "取得 iOS 版 Outlook",
    "发自我的华为手机",
    "来自 Outlook for Android",
    "发送自 Windows 10 版邮件应用",
    "나의 iPhone에서 보냄",
    "내 iPhone에서 보냄",
    "iOS용 Outlook 다운로드",
    "Windows용 메일에서 보냄",
    "أُرسلت من الـ iPhone",
    "أرسلت من iPhone الخاص بي",
    "الحصول على Outlook لـ iOS",
    "נשלח מה-iPhone שלי",
    "קבל את Outlook עבור iOS",
    "Đã gửi từ iPhone của tôi",
    "Gửi từ iPhone của tôi",
    "Tải Outlook cho iOS",
    "Изпратено от моя iPhone",
    "Enviat des del meu iPhone",
    "Saadetud minu iPhone'ist",
    "ارسال‌شده از iPhone من",
    "Poslano s mog iPhonea",
    "Dikirim dari iPhone saya",
    "Dapatkan Outlook untuk Android",
    "Sent úr iPhone símanum mínum",
    "Išsiųsta iš mano „iPhone“",
    "Nosūtīts no mana iPhone",
    "Poslano iz mojega iPhona",
    "Poslato sa iPhone-a",
    "Послато са iPhone-а",
    "ส่งจาก iPhone ของฉัน",
    "Sent from my BlackBerry — the most secure mobile device — via the Bell Network",
    "Sent from my U.S. Cellular© Smartphone",
    "Sent from the all-new AOL app for iOS",
    "Sent from Spike",
    "Sent from myMail for iOS",
    "Von unterwegs gesendet",
    "Diese Nachricht wurde mit BlueMail gesendet",
    "Yahoo Mail, Android'den gönderildi",
    "Android版Outlookから送信",
    "寄自 Outlook for Android",
    "내 Galaxy에서 보낸 메일입니다.",
    "Sent from my iPhone.",
    "*Sent from my iPhone*",
    "Virus-free.www.avast.com",
    "Virenfrei.www.avast.com",
    "Get Outlook for iOS<https://aka.ms/o0ukef>\n________________________________",
    "Sent from my iPhone\n\nGet Outlook for iOS",
]


@pytest.mark.parametrize("footer", FOOTERS)
def test_a_product_footer_is_cut(footer: str) -> None:
    assert trim.reply(f"An answer.\n\n{footer}\n", None).text == "An answer."


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my desk, is much easier than my mobile phone.",
        "Sent from my mobile phone I cannot open the page.",
        "Sent via DHL",
        "Sent by Jo",
        "Sent with love",
        "Sent from the warehouse yesterday",
        "I sent it from my iPhone",
        "Gesendet von Hamburg aus.",
        "Verzonden met PostNL",
        "Wysłane przez InPost",
        "Enviado por correo",
        "Envoyé par la poste",
        "Poslano poštom",
        "Dikirim dari gudang kemarin.",
    ],
)
def test_a_last_line_that_begins_like_a_footer_stays(line: str) -> None:
    assert trim.reply(f"An answer.\n\n{line}\n", None).text == f"An answer.\n\n{line}"


def test_a_footer_with_words_below_it_stays() -> None:
    text = "Sent from my iPhone\n\nAnd here is what I wrote below it."
    assert trim.reply(text, None).text == text


def test_a_footer_above_the_quote_is_cut() -> None:
    text = "Done.\n\nSent from my iPhone\n\n> On Nov 16, 2021, at 12:34 PM, Al <al@x.example> wrote:\n> \n> q\n"
    assert trim.reply(text, None).text == "Done."


def test_a_mail_of_nothing_but_a_footer_says_nothing() -> None:
    assert trim.reply("Sent from my iPhone", None).text == ""


@pytest.mark.parametrize("delimiter", ["-- ", "--", "--\xa0", "__", "\u2014"])
def test_a_signature_below_its_delimiter_is_cut(delimiter: str) -> None:
    assert trim.reply(f"Done.\n{delimiter}\nJo Meyer\nAcme\n", None).text == "Done."


def test_a_signature_between_answer_and_quote_is_cut() -> None:
    text = "Done.\n\n-- \nJo\n\nOn Tue, Nov 16, 2021 at 12:34 PM Al <al@x.example> wrote:\n> q\n"
    assert trim.reply(text, None).text == "Done."


def test_a_signature_right_below_the_quote_is_cut() -> None:
    text = "Done.\n\nAl <al@x.example> schrieb am Di., 16. Aug. 2016\num 12:52 Uhr:\n\n> q\n>\n--\nViele Grüße\nJo\n"
    assert trim.reply(text, None).text == "Done."


def test_a_drawn_line_begins_a_signature_only_above_an_address() -> None:
    assert trim.reply("Done.\n\n____________\nJo Meyer\nPhone: +44 20 1234 5678\n", None).text == "Done."
    markdown = "# Heading\n\ntext\n\n---\n\nmore text"
    assert trim.reply(markdown, None).text == markdown


def test_a_mailing_lists_foot_is_cut() -> None:
    foot = "_____________\nusers mailing list\nusers@lists.example\nhttps://lists.example/users\n"
    quote = "On Tue, Nov 16, 2021 at 12:34 PM Al <al@x.example> wrote:\n> q\n"
    assert trim.reply(f"Done.\n\n{quote}\n\n{foot}", None).text == "Done."
    assert trim.reply(f"Done.\n\n-Jo Meyer\n\n\n{foot}", None).text == "Done."


def test_a_name_with_a_dash_is_a_signature_but_a_list_is_not() -> None:
    assert trim.reply("Done.\n\n-Jo\n", None).text == "Done."
    assert trim.reply("Hej då.\n\n/Åsa", None).text == "Hej då."
    assert trim.reply("Please send:\n-Milk\n-Eggs", None).text == "Please send:\n-Milk\n-Eggs"


def test_a_closing_is_the_authors_own_and_stays() -> None:
    text = "Done.\n\nBest regards,\nJo Meyer\nAcme Ltd\n+44 20 1234 5678"
    assert trim.reply(text, None).text == text


def test_two_dashes_below_commands_alone_end_them_and_begin_no_signature() -> None:
    text = "#close\n#tag +paid\n--\nHello customer,\nwe are done.\n\nJo"
    new = trim.reply(text, None)
    assert (new.text, new.doubtful) == (text, "")


def test_a_delimiter_with_its_space_begins_a_signature_even_below_commands() -> None:
    assert trim.reply("#close\n\n-- \nJo Meyer\nAcme\n", None).text == "#close"
