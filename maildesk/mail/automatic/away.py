"""The subjects of out-of-office replies, in the languages that mail systems speak.

A weak sign, for responders that give no other: refuses everything but their well-known forms at the very
start of a subject, so that "Re: Automatic reply: ..." and "Out of office hours?" stay a person's.
"""

from __future__ import annotations

import re
import unicodedata

_READ = 200  # characters of a subject that are looked at


def subject(text: str) -> bool:
    """Whether ``text``, a decoded subject, starts as those of responders do."""
    begins = _plain(text[:12])
    if begins[:3] not in _STARTS and begins[:1] not in _OPENINGS:
        return False  # nearly all subjects, without trying 250 marks on each
    plain = _plain(text[:_READ])
    return bool(_MARK.match(plain) or _SENTENCE.match(plain))


def _plain(text: str) -> str:
    """Without case and accents, which half of the responders lose."""
    text = text.casefold()
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


# What responders put before the subject, in the languages that Exchange, Gmail, iCloud, Zimbra, Notes
# and GroupWise speak. It counts only alone or with a colon or the like after it: people ask for "Out of
# office hours", or write of an "Automatic reply that never came".
_MARKS = """
automatic reply|automatic response|automated reply|automated response|auto reply|auto-reply|autoreply
auto response|auto-response|autoresponse|auto-respond|autorespond|autoresponder|auto responder
automatic email reply|automatic e-mail reply|automated email reply|automated e-mail reply
automatically generated reply|auto generated reply|auto-generated reply|yahoo! auto response|out of office
out-of-office|out of the office|out of office autoreply|out of office auto-reply|out of office auto reply
out of office reply|out of office response|out of office message|out of office notification
out of office notice|ooo|oof|on vacation|on leave|on holiday|currently out of office
currently out of the office|currently away|vacation reply|vacation response|vacation message|vacation notice
vacation autoreply|vacation auto-reply|vacation alert|away from my mail|away from office|away from the office
away message|absence notice|on annual leave|thank you for your email|thank you for your e-mail
automatische antwort|automatische rückantwort|automatische abwesenheitsnotiz|auto-antwort|autoantwort
abwesenheitsnotiz|abwesenheitsmeldung|abwesenheitsbenachrichtigung|abwesenheitsnachricht|abwesenheitsassistent
abwesenheitsagent|abwesenheit|abwesend|außer haus|nicht im büro|réponse automatique|réponse d'absence
message d'absence|message d’absence|avis d'absence|notification d'absence|absence du bureau|absent du bureau
absente du bureau|respuesta automática|contestación automática|fuera de la oficina|fuera de oficina
resposta automática|resposta automàtica|fora do escritório|ausência temporária|ausente do escritório
fora de l'oficina|risposta automatica|fuori sede|fuori ufficio|automatisch antwoord|automatische beantwoording
automatisch bericht|afwezigheidsmelding|afwezigheidsbericht|autosvar|automatisk svar|automatiskt svar
frånvaromeddelande|fraværsbesked|fraværsmelding|ikke på kontoret|ute av kontoret|automaattinen vastaus
automaattivastaus|poissaoloilmoitus|poissaolo|poissa toimistosta|sjálfvirkt svar|automaatvastus
automaatne vastus|automātiska atbilde|automātiskā atbilde|automatinis atsakymas|automatyczna odpowiedź
odpowiedź automatyczna|autoodpowiedź|poza biurem|automatická odpověď|automatická odpoveď|mimo kancelář
automatikus válasz|házon kívül|răspuns automat|în afara biroului|automatski odgovor|samodejni odgovor
аутоматски одговор|автоматичен отговор|автоматический ответ|автоответ|автоответчик|вне офиса
автоматична відповідь|автовідповідь|αυτόματη απάντηση|εκτός γραφείου|otomatik yanıt|otomatik cevap
ofis dışında|ofis dışı|תשובה אוטומטית|מענה אוטומטי|رد تلقائي|الرد التلقائي|پاسخ خودکار|स्वचालित उत्तर
स्वतः उत्तर|ตอบกลับอัตโนมัติ|การตอบกลับอัตโนมัติ|trả lời tự động|thư trả lời tự động|balasan otomatis
jawaban otomatis|balasan automatik|erantzun automatikoa|自动回复|自动答复|自动回覆|自動回覆|自動回復|自動答覆
自動応答|自動返信|自動回答|不在通知|不在応答|不在のお知らせ|자동 회신|자동 응답|자동회신|자동응답
부재중 자동 회신|부재 중|부재중 자동응답|부재중 자동 응답|tự động trả lời|外出自动回复|休假自动回复|خارج المكتب|afwezig
afwezigheid|niet op kantoor|frånvarande|ej på kontoret|på semester|fraværende|fravær|poissa|poissa toimistolta|lomalla
nieobecność|nieobecny|nieobecna|na urlopie|nepřítomnost|nepřítomen|neprítomnosť|ausente de la oficina|ausente
ausência do escritório|ausente do serviço|assente|assenza dall'ufficio|нет на месте|не на месте|в отпуске
відсутній|у відпустці|automatic email response|automatic e-mail response|absent|absente
"""
_PLAIN_MARKS = re.split(r"[|\n]", _plain(_MARKS.strip()))
_MARK = re.compile(
    r"(?:\[[^\]]{1,40}\]\s*){0,2}[\[(*<\"'«„【]{0,3}(?:"
    + "|".join(sorted(map(re.escape, _PLAIN_MARKS), key=len, reverse=True))
    + r")[\])*>\"'»“】]{0,3}\s*(?:[:：\-–—(（|!.]|(?<=[\])】])|$|(?=re:|until\b|till\b|jusqu'|bis\b|fino\b))"
)
# As _plain() has it: without accents.
_SENTENCE = re.compile(
    r"(?:i am|i'm|i’m|i will be)(?: currently| now)? (?:out of (?:the )?office|"
    r"away from (?:the |my )?(?:office|desk|mail)|"
    r"on (?:vacation|leave|holiday|annual leave|maternity leave)|away until)\b|"
    # HCL Notes: "AUTO: Kim Lee is out of the office (returning 12/12/2026)"
    r"auto: [^()]{1,80}(?:out of the office|ausser haus|abwesend|absente?|fuori ufficio|"
    r"\((?:returning|back|ruckkehr|zuruck|retour|rientro|regreso|retorno|terug)\b)|"
    r"auto-? ?(?:reply|response) from |auto: [^:]{1,60} is out of office\b|"
    r"(?:ich bin )?(?:nicht im buro|im urlaub) (?:bis|vom) |"
    r"(?:ich )?bin (?:derzeit |zurzeit |zur zeit |momentan |aktuell )?"
    r"(?:im urlaub|nicht im buro|abwesend|ausser haus)\b|"
    r"je suis (?:actuellement )?(?:absente?|en conges?|en vacances)\b|absente? jusqu|"
    r"(?:estoy|me encuentro) (?:fuera de la oficina|de vacaciones|ausente)\b|"
    r"estou (?:ausente|de ferias|fora do escritorio)\b|sono (?:assente|in ferie|fuori ufficio)\b|"
    r"ik ben (?:momenteel )?(?:afwezig|met vakantie|op vakantie|niet op kantoor)\b|"
    r"jag ar (?:pa semester|franvarande|bortrest)\b|jeg er (?:pa ferie|ikke pa kontoret|bortreist)\b|"
    r"jestem (?:na urlopie|poza biurem|nieobecn[ya])\b|jsem (?:na dovolene|mimo kancelar)\b|"
    r"(?:я )?(?:сеичас )?(?:в отпуске|нахожусь в отпуске|отсутствую на рабочем месте)\b"
)
_STARTS = frozenset(mark[:3] for mark in _PLAIN_MARKS) | {
    *("i a", "i'm", "i’m", "i w", "aut", "ich", "nic", "im ", "bin", "je ", "abs", "est", "me ", "son", "ik ", "jag"),
    *("jeg", "jes", "jse", "я в", "я н", "я о", "я с", "сеи", "в о", "нах", "отс"),
}
_OPENINGS = frozenset("[(*<\"'«„【") | {""}
