"""Attribution lines ("On Monday, Jo wrote:") as mail clients write them, in each place where they stand."""

from __future__ import annotations

import pytest

from maildesk.mail import trim

ATTRIBUTIONS = {
    "gmail en": "On Tue, Nov 16, 2021 at 12:34 PM Jo Meyer <jo@acme.example> wrote:",
    "gmail en old": "On Tue, Nov 16, 2021 at 12:34 PM, Jo Meyer <jo@acme.example> wrote:",
    "gmail en gb": "On Tue, 16 Nov 2021 at 12:34, Jo Meyer <jo@acme.example> wrote:",
    "gmail de": "Am Di., 16. Nov. 2021 um 12:34 Uhr schrieb Jo Meyer <jo@acme.example>:",
    "gmail de name first": "Jo Meyer <jo@acme.example> schrieb am Di., 16. Nov. 2021, 12:34:",
    "gmail fr": "Le mar. 16 nov. 2021 à 12:34, Jo Meyer <jo@acme.example> a écrit :",
    "gmail it": "Il giorno mar 16 nov 2021 alle ore 12:34 Jo Meyer <jo@acme.example> ha scritto:",
    "gmail es": "El mar, 16 nov 2021 a las 12:34, Jo Meyer (<jo@acme.example>) escribió:",
    "gmail pt": "Em ter., 16 de nov. de 2021 às 12:34, Jo Meyer <jo@acme.example> escreveu:",
    "gmail pt pt": "Jo Meyer <jo@acme.example> escreveu no dia terça, 16/11/2021 à(s) 12:34:",
    "gmail nl": "Op di 16 nov. 2021 om 12:34 schreef Jo Meyer <jo@acme.example>:",
    "gmail sv": "Den tis 16 nov. 2021 kl 12:34 skrev Jo Meyer <jo@acme.example>:",
    "gmail da": "Den tir. 16. nov. 2021 kl. 12.34 skrev Jo Meyer <jo@acme.example>:",
    "gmail no": "tir. 16. nov. 2021 kl. 12:34 skrev Jo Meyer <jo@acme.example>:",
    "gmail fi": "ti 16. marrask. 2021 klo 12.34 Jo Meyer (jo@acme.example) kirjoitti:",
    "gmail pl": "wt., 16 lis 2021 o 12:34 Jo Meyer <jo@acme.example> napisał(a):",
    "gmail cs": "út 16. 11. 2021 v 12:34 odesílatel Jo Meyer <jo@acme.example> napsal:",
    "gmail sk": "ut 16. 11. 2021 o 12:34 Jo Meyer <jo@acme.example> napísal(a):",
    "gmail ro": "În mar., 16 nov. 2021 la 12:34, Jo Meyer <jo@acme.example> a scris:",
    "gmail hu": "Jo Meyer <jo@acme.example> ezt írta (időpont: 2021. nov. 16., K, 12:34):",
    "gmail ru": "вт, 16 нояб. 2021 г. в 12:34, Jo Meyer <jo@acme.example>:",
    "gmail ru old": "16 ноября 2021 г., 12:34 пользователь Jo Meyer <jo@acme.example> написал:",
    "gmail uk": "вт, 16 лист. 2021 р. о 12:34 Jo Meyer <jo@acme.example> пише:",
    "gmail tr": "Jo Meyer <jo@acme.example>, 16 Kas 2021 Sal, 12:34 tarihinde şunu yazdı:",
    "gmail el": "Στις Τρί, 16 Νοε 2021 στις 12:34 μ.μ., ο/η Jo Meyer <jo@acme.example> έγραψε:",
    "gmail ja": "2021年11月16日(火) 12:34 Jo Meyer <jo@acme.example>:",
    "gmail zh": "Jo Meyer <jo@acme.example> 于2021年11月16日周二 下午12:34写道：",
    "gmail zh tw": "Jo Meyer <jo@acme.example> 於 2021年11月16日 週二 下午12:34寫道：",
    "gmail ko": "2021년 11월 16일 (화) 오후 12:34, Jo Meyer <jo@acme.example>님이 작성:",
    "gmail ar": "في الثلاثاء، ١٦ نوفمبر ٢٠٢١ في ١٢:٣٤ م تمت كتابة ما يلي بواسطة \u202aJo\u202c <jo@x.example>\u200f:",
    "gmail he": "\u202bבתאריך יום ג׳, 16 בנוב׳ 2021 ב-12:34 מאת \u202aJo\u202c\u200f <jo@x.example>:\u202c",
    "gmail vi": "Vào Th 3, 16 thg 11, 2021 vào lúc 12:34 Jo Meyer <jo@acme.example> đã viết:",
    "gmail ca": "Missatge de Jo Meyer <jo@acme.example> del dia dt., 16 de nov. 2021 a les 12:34:",
    "gmail hr": "uto, 16. stu 2021. u 12:34 Jo Meyer <jo@acme.example> napisao je:",
    "gmail bg": "На вт, 16.11.2021 г. в 12:34 Jo Meyer <jo@acme.example> написа:",
    "gmail th": "ในวันที่ อ. 16 พ.ย. 2021 เวลา 12:34 Jo Meyer <jo@acme.example> เขียนว่า:",
    "gmail id": "Pada tanggal Sel, 16 Nov 2021 pukul 12.34 Jo Meyer <jo@acme.example> menulis:",
    "apple en": "On 16 Nov 2021, at 12:34, Jo Meyer <jo@acme.example> wrote:",
    "apple en us": "On Nov 16, 2021, at 12:34 PM, Jo Meyer <jo@acme.example> wrote:",
    "apple de": "Am 16.11.2021 um 12:34 schrieb Jo Meyer <jo@acme.example>:",
    "apple fr": "Le 16 nov. 2021 à 12:34, Jo Meyer <jo@acme.example> a écrit :",
    "apple it": "Il giorno 16 nov 2021, alle ore 12:34, Jo Meyer <jo@acme.example> ha scritto:",
    "apple es": "El 16 nov 2021, a las 12:34, Jo Meyer <jo@acme.example> escribió:",
    "apple pt": "No dia 16/11/2021, às 12:34, Jo Meyer <jo@acme.example> escreveu:",
    "apple pt br": "Em 16 de nov. de 2021, à(s) 12:34, Jo Meyer <jo@acme.example> escreveu:",
    "apple nl": "Op 16 nov. 2021, om 12:34 heeft Jo Meyer <jo@acme.example> het volgende geschreven:",
    "apple sv": "16 nov. 2021 kl. 12:34 skrev Jo Meyer <jo@acme.example>:",
    "apple da": "Den 16. nov. 2021 kl. 12.34 skrev Jo Meyer <jo@acme.example>:",
    "apple no": "16. nov. 2021 kl. 12:34 skrev Jo Meyer <jo@acme.example>:",
    "apple fi": "Jo Meyer <jo@acme.example> kirjoitti 16.11.2021 kello 12.34:",
    "apple pl": "Wiadomość napisana przez Jo Meyer <jo@acme.example> w dniu 16.11.2021, o godz. 12:34:",
    "apple cs": "16. 11. 2021 v 12:34, Jo Meyer <jo@acme.example>:",
    "apple ru": "16 нояб. 2021 г., в 12:34, Jo Meyer <jo@acme.example> написал(а):",
    "apple tr": "Jo Meyer <jo@acme.example> şunları yazdı (16 Kas 2021 12:34):",
    "apple ja": "2021/11/16 12:34、Jo Meyer <jo@acme.example>のメール:",
    "apple zh": "在 2021年11月16日，下午12:34，Jo Meyer <jo@acme.example> 写道：",
    "apple zh tw": "Jo Meyer <jo@acme.example> 於 2021年11月16日 下午12:34 寫道：",
    "apple ko": "2021. 11. 16. 오후 12:34, Jo Meyer <jo@acme.example> 작성:",
    "apple hu": "2021. nov. 16. dátummal, 12:34 időpontban Jo Meyer <jo@acme.example> írta:",
    "apple ro": "Pe 16 nov. 2021, la 12:34, Jo Meyer <jo@acme.example> a scris:",
    "apple uk": "16 лист. 2021 р. о 12:34 Jo Meyer <jo@acme.example> пише:",
    "apple el": "Στις 16 Νοε 2021, 12:34, ο/η Jo Meyer <jo@acme.example> έγραψε:",
    "apple he": "ב-16 בנוב׳ 2021, בשעה 12:34, Jo Meyer <jo@acme.example> כתב/ה:",
    "apple vi": "Vào 12:34, 16 thg 11, 2021, Jo Meyer <jo@acme.example> đã viết:",
    "thunderbird en": "On 11/16/21 12:34 PM, Jo Meyer wrote:",
    "thunderbird en iso": "On 2021-11-16 12:34, Jo Meyer wrote:",
    "thunderbird de": "Am 16.11.21 um 12:34 schrieb Jo Meyer:",
    "thunderbird fr": "Le 16/11/2021 à 12:34, Jo Meyer a écrit :",
    "thunderbird it": "Il 16/11/21 12:34, Jo Meyer ha scritto:",
    "thunderbird es": "El 16/11/21 a las 12:34, Jo Meyer escribió:",
    "thunderbird pt": "Em 16/11/2021 12:34, Jo Meyer escreveu:",
    "thunderbird nl": "Op 16-11-2021 om 12:34 schreef Jo Meyer:",
    "thunderbird sv": "Den 2021-11-16 kl. 12:34, skrev Jo Meyer:",
    "thunderbird da": "Den 16-11-2021 kl. 12:34 skrev Jo Meyer:",
    "thunderbird no": "Den 16.11.2021 12:34, skrev Jo Meyer:",
    "thunderbird fi": "Jo Meyer kirjoitti 16.11.2021 klo 12.34:",
    "thunderbird pl": "W dniu 16.11.2021 o 12:34, Jo Meyer pisze:",
    "thunderbird cs": "Dne 16. 11. 21 v 12:34 Jo Meyer napsal(a):",
    "thunderbird sk": "Dňa 16. 11. 2021 o 12:34 Jo Meyer napísal(a):",
    "thunderbird ro": "La 16.11.2021 12:34, Jo Meyer a scris:",
    "thunderbird hu": "2021. 11. 16. 12:34 keltezéssel, Jo Meyer írta:",
    "thunderbird ru": "16.11.2021 12:34, Jo Meyer пишет:",
    "thunderbird uk": "16.11.21 12:34, Jo Meyer пише:",
    "thunderbird tr": "16.11.2021 12:34 tarihinde Jo Meyer yazdı:",
    "thunderbird el": "Στις 16/11/2021 12:34 μ.μ., ο/η Jo Meyer έγραψε:",
    "thunderbird ja": "On 2021/11/16 12:34, Jo Meyer wrote:",
    "thunderbird zh": "在 2021/11/16 12:34, Jo Meyer 写道:",
    "thunderbird ko": "2021-11-16 오후 12:34에 Jo Meyer 이(가) 쓴 글:",
    "thunderbird he": "בתאריך 16/11/2021 12:34, Jo Meyer כתב:",
    "thunderbird ar": "في 16/11/2021 12:34 م، كتب Jo Meyer:",
    "thunderbird vi": "Vào 16/11/2021 12:34, Jo Meyer viết:",
    "thunderbird bg": "На 16.11.2021 г. в 12:34, Jo Meyer написа:",
    "thunderbird ca": "El 16/11/21 a les 12:34, Jo Meyer ha escrit:",
    "thunderbird et": "16.11.2021 12:34 Jo Meyer kirjutas:",
    "thunderbird hr": "Dana 16.11.2021. u 12:34 Jo Meyer piše:",
    "thunderbird id": "Pada 16/11/2021 12.34, Jo Meyer menulis:",
    "thunderbird is": "Þann 16.11.2021 12:34, skrifaði Jo Meyer:",
    "thunderbird lt": "2021-11-16 12:34, Jo Meyer rašė:",
    "thunderbird lv": "16.11.2021 12:34, Jo Meyer rakstīja:",
    "thunderbird sl": "Dne 16. 11. 2021 ob 12:34 je Jo Meyer napisal(a):",
    "thunderbird sr": "Дана 16.11.2021. у 12:34, Jo Meyer је написао/ла:",
    "gmail et": "Kuupäev T, 16. november 2021 kell 12:34 kirjutas Jo Meyer <jo@acme.example>:",
    "gmail lt": "2021-11-16, an, 12:34 Jo Meyer <jo@acme.example> rašė:",
    "gmail lv": "otrd., 2021. g. 16. nov., plkst. 12:34 — lietotājs Jo Meyer (<jo@acme.example>) rakstīja:",
    "gmail sl": "V V tor., 16. nov. 2021 ob 12:34 je oseba Jo Meyer <jo@acme.example> napisala:",
    "gmail sr": "уто, 16. нов 2021. у 12:34 Jo Meyer <jo@acme.example> је написао/ла:",
    "gmail eu": "Jo Meyer <jo@acme.example> igorleak hau idatzi zuen (2021 aza. 16, ar. (12:34)):",
    "gmail gl": "O mar, 16 nov 2021 ás 12:34, Jo Meyer (<jo@acme.example>) escribiu:",
    "gmail fa": "در تاریخ سه‌شنبه ۱۶ نوامبر ۲۰۲۱،‏ ۱۲:۳۴ Jo Meyer <jo@x.example> نوشت:",
    "gmail hi": "मंगल, 16 नव॰ 2021 को 12:34 pm बजे को Jo Meyer <jo@acme.example> ने लिखा:",
    "gmail fil": "Noong Mar, Nob 16, 2021 nang 12:34 PM, sinulat ni Jo Meyer <jo@acme.example> ang:",
    "yahoo en": "On Tuesday, November 16, 2021, 12:34:56 PM GMT+1, Jo Meyer <jo@acme.example> wrote:",
    "yahoo es": "El martes, 16 de noviembre de 2021 12:34:56 CET, Jo Meyer <jo@acme.example> escribió:",
    "yahoo fr": "Le mardi 16 novembre 2021 à 12:34:56 UTC+1, Jo Meyer <jo@acme.example> a écrit :",
    "yahoo de": "Am Dienstag, 16. November 2021, 12:34:56 MEZ hat Jo Meyer <jo@acme.example> Folgendes geschrieben:",
    "yahoo it": "Il martedì 16 novembre 2021, 12:34:56 CET, Jo Meyer <jo@acme.example> ha scritto:",
    "proton en": "On Tuesday, November 16th, 2021 at 12:34 PM, Jo Meyer <jo@acme.example> wrote:",
    "k9 de": "Am 16. November 2021 12:34:56 MEZ schrieb Jo Meyer <jo@acme.example>:",
    "k9 en": "On November 16, 2021 12:34:56 PM GMT+01:00, Jo Meyer <jo@acme.example> wrote:",
    "aol": "In a message dated 11/16/2021 12:34:56 PM Eastern Standard Time, jo@acme.example writes:",
    "zoho": "---- On Tue, 16 Nov 2021 12:34:56 +0100 Jo Meyer <jo@acme.example> wrote ----",
    "zoho new": " ---- On Tue, 16 Nov 2021 12:34:56 +0100 Jo Meyer <jo@acme.example> wrote ---",
    "163": 'At 2021-11-16 12:34:56, "Jo Meyer" <jo@acme.example> wrote:',
    "163 zh": '在 2021-11-16 12:34:56，"Jo Meyer" <jo@acme.example> 写道：',
    "horde": "Quoting Jo Meyer <jo@acme.example>:",
    "horde de": "Zitat von Jo Meyer <jo@acme.example>:",
    "mutt": "On Tue, Nov 16, 2021 at 12:34:56PM +0100, Jo Meyer wrote:",
    "gnus": "Jo Meyer <jo@acme.example> writes:",
    "notes": "Jo Meyer <jo@acme.example> wrote on 16/11/2021 12:34:56:",
    "mailru": "Вторник, 16 ноября 2021, 12:34 +03:00 от Jo Meyer <jo@acme.example>:",
    "yandex": '16.11.2021, 12:34, "Jo Meyer" <jo@acme.example>:',
    "roundcube de": "Am 2021-11-16 12:34, schrieb Jo Meyer:",
    "outlook mac": 'On 11/16/21, 12:34 PM, "Jo Meyer" <jo@acme.example> wrote:',
    "outlook ios": 'On Tue, Nov 16, 2021 at 12:34 PM +0100, "Jo" <jo@x.example<mailto:jo@x.example>> wrote:',
    "android": "On Nov 16, 2021 12:34, Jo Meyer <jo@acme.example> wrote:",
    "name and address alone": "Jo Meyer <jo@acme.example> wrote:",
    "tablet": 'On Nov 16, 2021 12:34 PM, "Jo Meyer" <jo@acme.example> wrote:',
    "tobit": "Jo Meyer (jo@acme.example) schrieb am 16.11.2021 12:34:",
    "wrapped en": (
        "On Tue, Nov 16, 2021 at 12:34 PM Jo Meyer via The Long Support Desk Of Acme\n"
        "<jo-with-a-very-long-local-part@acme.example> wrote:"
    ),
    "wrapped over three lines": (
        "On Tue, Nov 16, 2021 at 12:34 PM Jo Meyer via The Long Support <\n"
        "jo-with-a-very-long-local-part@acme.example>\n"
        "wrote:"
    ),
    "wrapped over four lines": (
        "On Tue, Nov 16, 2021 at 12:34 PM\n"
        "Jo Meyer via The Long Support <\n"
        "jo-with-a-very-long-local-part@acme.example>\n"
        "wrote:"
    ),
    "wrapped de": ("Jo Meyer von der langen Abteilung <jo@acme.example> schrieb am Di., 16. Nov.\n2021, 12:34:"),
    "wrapped de 2": (
        "Am Dienstag, den 16. November 2021 um 12:34 Uhr schrieb Jo Meyer von der\nlangen Abteilung <jo@acme.example>:"
    ),
    "wrapped fr": "Le mar. 16 nov. 2021 à 12:34, Jo Meyer du service <jo@acme.example> a\nécrit :",
    "wrapped es": ("El mar, 16 nov 2021 a las 12:34, Jo Meyer de la oficina (<jo@acme.example>)\nescribió:"),
    "wrapped pl": ("wt., 16 lis 2021 o 12:34 Jo Meyer z działu obsługi <jo@acme.example>\nnapisał(a):"),
    "wrapped nl": ("Op di 16 nov. 2021 om 12:34 schreef Jo Meyer van de lange afdeling <\njo@acme.example>:"),
    "wrapped hu": "Jo Meyer <jo@acme.example> ezt írta (időpont: 2021. nov. 16.,\nK, 12:34):",
    "wrapped ja": "2021年11月16日(火) 12:34 Jo Meyer\n<jo@acme.example>:",
    "wrapped it": "Il giorno mar 16 nov 2021 alle ore 12:34 Jo Meyer <jo@acme.example> ha\nscritto:",
    "entities": "Am Di., 16. Nov. 2021 um 12:34 Uhr schrieb Jo Meyer &lt;jo@acme.example&gt;:",
    "bold": "*On Tue, Nov 16, 2021 at 12:34 PM Jo Meyer <jo@acme.example> wrote:*",
    "de hat geschrieben": "Jo Meyer <jo@acme.example> hat am 16.11.2021 12:34 geschrieben:",
    "open-xchange en": "On 16/11/2021 12:34 CET Jo Meyer <jo@acme.example> wrote:",
    "open-xchange fr": "Le 16/11/2021 12:34 CET, Jo Meyer <jo@acme.example> a écrit :",
    "evolution": "On Tue, 2021-11-16 at 12:34 +0100, Jo Meyer wrote:",
    "evolution de": "Am Dienstag, dem 16.11.2021 um 12:34 +0100 schrieb Jo Meyer:",
    "kmail": "On Dienstag, 16. November 2021 12:34:56 CET Jo Meyer wrote:",
    "kmail de": "Am Dienstag, 16. November 2021, 12:34:56 CET schrieb Jo Meyer:",
    "sup": "Excerpts from Jo Meyer's message of Tue Nov 16 12:34:56 +0100 2021:",
    "pt antigo": "Em 16 de novembro de 2021 12:34, Jo Meyer <jo@acme.example> escreveu:",
    "es antiguo": "El 16 de noviembre de 2021, 12:34, Jo Meyer <jo@acme.example> escribió:",
    "spark": "On Nov 16, 2021, 12:34 PM +0100, Jo Meyer <jo@acme.example>, wrote:",
    "superhuman": "On Tue, Nov 16, 2021 at 12:34 PM, Jo Meyer < jo@acme.example > wrote:",
    "front": "On November 16, 2021, 12:34 PM GMT+1 jo@acme.example wrote:",
    "hey": "On November 16, 2021, Jo Meyer <jo@acme.example> wrote:",
    "tutanota": "16 Nov 2021, 12:34 by jo@acme.example:",
    "claws": "On Tue, 16 Nov 2021 12:34:56 +0100\nJo Meyer <jo@acme.example> wrote:",
    "zimbra": "----- On Nov 16, 2021, at 12:34 PM, Jo Meyer jo@acme.example wrote:",
    "zimbra fr": "----- Le 16 Nov 21, à 12:34, Jo Meyer jo@acme.example a écrit :",
    "terra": 'On Ter 16/11/21 12:34 , "Jo" jo@acme.example sent:',
    "onet": "W dniu 2021-11-16 12:34:56 użytkownik Jo Meyer <jo@acme.example> napisał:",
    "the bat ru": "16 ноября 2021 г., 12:34:56, Вы писали:",
    "eudora": "At 12:34 PM 11/16/2021, Jo Meyer wrote:",
    "yahoo 2010": "--- On Tue, 11/16/10, Jo Meyer <jo@acme.example> wrote:",
    "yahoo 2010 fr": "--- En date de : Mar 16.11.10, Jo Meyer <jo@acme.example> a écrit :",
    "gmail 2014": "2014-11-16 12:34 GMT+01:00 Jo Meyer <jo@acme.example>:",
}
QUOTE = "> What was asked\n> and more.\n"

each_client = pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)


@each_client
def test_a_quote_below_the_answer_goes_with_its_attribution(attribution: str) -> None:
    new = trim.reply(f"An answer.\nTwo lines.\n\n{attribution}\n\n{QUOTE}", None)
    assert (new.text, new.doubtful) == ("An answer.\nTwo lines.", "")


@each_client
def test_no_empty_line_is_needed_around_an_attribution(attribution: str) -> None:
    assert trim.reply(f"An answer.\n{attribution}\n{QUOTE}", None).text == "An answer."


@each_client
def test_an_attribution_ends_the_new_words_without_any_quote_sign(attribution: str) -> None:
    new = trim.reply(f"An answer.\n\n{attribution}\n\nWhat was asked\nand more.\n\nJo\n", None)
    assert (new.text, new.doubtful) == ("An answer.", "")


@each_client
def test_an_answer_below_the_quote_is_found(attribution: str) -> None:
    assert trim.reply(f"{attribution}\n{QUOTE}\nAn answer.\n", None).text == "An answer."


@each_client
def test_an_attribution_inside_the_quote_goes_with_it(attribution: str) -> None:
    quoted = "\n".join(f"> {line}" for line in attribution.split("\n"))
    assert trim.reply(f"An answer.\n\n{quoted}\n>\n{QUOTE}", None).text == "An answer."
    assert trim.reply(f"{quoted}\n>\n{QUOTE}\nAn answer.", None).text == "An answer."


@pytest.mark.parametrize(
    "text",
    [
        "Hello,\nOn Monday we wrote:\nplease pay.\nWe did.",
        "Hello,\n\nOn Monday we wrote:\n\nplease pay.\n\nWe did.",
        "On 12 March at 10:30 I wrote:\n\nplease pay.\n\nWe did.",
        "Am 12. März um 10:30 schrieb ich Ihnen:\n\nbitte zahlen.",
        "Please write to bob@x.example about these items:\n\n- one\n- two",
        "Meeting on 12.12.2023 at 10:30 with jo:\n\nagenda follows",
        "I quote the manual, it says:\n\nPress the button on 3 May at 10:15.",
        "Thanks:\n| a | b |\n| 1 | 2 |\nthat is the table",
    ],
)
def test_a_sentence_that_looks_like_an_attribution_stays(text: str) -> None:
    new = trim.reply(text, None)
    assert (new.text, new.doubtful) == (text, "")


@pytest.mark.parametrize(
    "above",
    ["I paid on 12.11.2021.", "Mail me at al@x.example", "It is 12:34 now.", "Thanks!"],
)
def test_the_line_above_an_attribution_is_not_taken_for_its_first(above: str) -> None:
    for attribution in ("On 04/19/2011 07:10 AM, Roman Roe wrote:", "Jo Meyer <jo@x.example> wrote:"):
        if "@" not in above or "On" in attribution:
            assert trim.reply(f"{above}\n{attribution}\n{QUOTE}", None).text == above


def test_words_before_an_attribution_on_its_own_line_are_not_lost() -> None:
    new = trim.reply(f"Thanks! On Tue, Nov 16, 2021 at 12:34 PM Al <al@x.example> wrote:\n{QUOTE}", None)
    assert new.text.startswith("Thanks!")
    assert "What was asked" not in new.text


def test_an_attribution_that_runs_into_the_quoted_words_ends_the_new_ones() -> None:
    text = "Done.\n\nOn Tue, Nov 16, 2021 at 12:34 PM Al <al@x.example> wrote: Hello you\n\nmore"
    assert trim.reply(text, None).text == "Done."


def test_other_quote_signs_count_below_an_attribution() -> None:
    gmail = "2013/7/20 Jo via The Forum <info@forum.example>\n\n| asked\n|\n| more\n"
    the_bat = "Tuesday, November 16, 2021, 12:34:56 PM, you wrote:\n\nJM> asked\nJM> more\n"
    assert trim.reply(f"Done.\n\n{gmail}", None).text == "Done."
    assert trim.reply(f"Done.\n\n{the_bat}", None).text == "Done."


def test_an_attribution_above_unquoted_words_alone_is_doubtful() -> None:
    text = "On Tue, Nov 16, 2021 at 12:34 PM Al <al@x.example> wrote:\n\nwhose words\nare these?"
    new = trim.reply(text, None)
    assert new.text == "whose words\nare these?"
    assert "attribution" in new.doubtful
