"""Two lines of a mail are enough to tell its language, or nothing is told."""

import pytest

from maildesk.mail.language import detect

MAILS = [
    ("en", "My printer does not work since yesterday.\nCould you please help me?"),
    ("en", "Thanks, that solved it!"),
    ("en", "please close my account"),
    ("en", "Any update on this?"),
    ("it", "Buongiorno, non riesco ad accedere al mio account.\nPotete aiutarmi?"),
    ("it", "La stampante non funziona"),
    ("ro", "Bună ziua, nu pot să mă conectez la cont.\nMă puteți ajuta?"),
    ("ro", "Buna ziua, nu am primit factura.\nVa rog sa verificati."),
    ("ro", "Imprimanta nu merge de ieri"),
    ("fr", "Bonjour, je n’arrive pas à me connecter à mon compte.\nPouvez-vous m’aider ?"),
    ("fr", "Où est ma commande ?"),
    ("fi", "Hei, en pääse kirjautumaan tililleni.\nVoitteko auttaa?"),
    ("fi", "Haluaisin peruuttaa tilauksen"),
    ("de", "Guten Tag, ich kann mich nicht anmelden.\nKönnen Sie mir helfen?"),
    ("de", "Bitte um Rückruf"),
    ("es", "Hola, no puedo entrar en mi cuenta.\n¿Me pueden ayudar?"),
    ("es", "La impresora no funciona desde ayer"),
    ("nl", "Hallo, ik kan niet inloggen op mijn account.\nKunt u mij helpen?"),
    ("nl", "De printer doet het niet meer sinds gisteren"),
    ("pt", "Olá, não consigo entrar na minha conta.\nPodem ajudar-me?"),
    ("pt", "Onde está a minha encomenda?"),
    ("sv", "Hej, jag kan inte logga in på mitt konto.\nKan ni hjälpa mig?"),
    ("sv", "Skrivaren fungerar inte sedan igår"),
    ("pl", "Dzień dobry, nie mogę zalogować się na konto.\nCzy mogą Państwo pomóc?"),
    ("pl", "nie moge sie zalogowac na moje konto"),
    ("da", "Hej, jeg kan ikke logge ind på min konto.\nKan I hjælpe mig?"),
    ("nb", "Hei, jeg kan ikke logge inn på kontoen min.\nKan dere hjelpe meg?"),
    ("cs", "Dobrý den, nemohu se přihlásit ke svému účtu.\nMůžete mi pomoci?"),
    ("hu", "Jó napot! Nem tudok bejelentkezni a fiókomba.\nKérem, segítsenek."),
    ("tr", "Merhaba, hesabıma giriş yapamıyorum.\nLütfen yardım eder misiniz?"),
    ("ru", "Здравствуйте, не могу войти в аккаунт. Помогите, пожалуйста"),
    ("uk", "Доброго дня, не можу увійти в акаунт. Допоможіть, будь ласка"),
    ("bg", "Здравейте, не мога да вляза в профила си. Моля за помощ"),
    ("ja", "お世話になっております。"),
    ("zh", "我的订单没有收到"),
    ("ko", "안녕하세요"),
    ("el", "Καλημέρα, έχω πρόβλημα"),
    ("he", "שלום, יש לי בעיה"),
    ("ar", "السلام عليكم لدي مشكلة"),
    ("th", "สวัสดีครับ"),
]


@pytest.mark.parametrize(("language", "text"), MAILS)
def test_two_lines_tell_their_language(language: str, text: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    "text", ["", "ok", "Test", "123", "Foo", "Bar 4711", "John Smith", "printer", "#close", "https://the.of.and/to"]
)
def test_too_few_words_tell_nothing(text: str) -> None:
    assert detect(text) == ""


def test_an_address_or_a_link_does_not_outweigh_the_words() -> None:
    assert detect("Der Drucker geht nicht\nhttps://the.example/and-of-that the@and.of") == "de"
