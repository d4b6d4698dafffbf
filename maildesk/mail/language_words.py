"""The function words and letters by which :mod:`maildesk.mail.language` tells languages apart.

Written by hand: the words that any two lines of a mail hold (articles, pronouns, prepositions, auxiliaries) and
those of mails to a help desk (greetings, thanks, please, help). A language more is a row.
"""

from __future__ import annotations

WORDS = {
    "en": """the of and to in is that it was for on are with as i his they be at one have this from or had by
        but what some we can out other were all your when up use how said an each she which do their if will way
        about many then them would like so these her long make see him has more could go come did my no most who
        over know than call first people may down been now find any there our me you he not just get please
        thanks thank hi hello dear best regards help need want problem order issue working doesn't don't can't
        i'm i've it's won't isn't didn't hey yes still after before because since why where received sent tried
        try again anyone should cannot yesterday today tomorrow able let looking forward sorry kind cheers
        sincerely only also does am""",
    "it": """il lo la i gli le un uno una di del dello della dei degli delle da dal dalla in nel nella nei
        nelle con su sul sulla per tra fra e ed o ma se che chi cui non mi ti ci vi si sono è sei siamo siete ho
        hai ha abbiamo avete hanno era essere avere fare questo questa quello quella questi come quando dove
        perché perchè anche più molto tutto tutti già ancora solo dopo prima poi quindi grazie ciao salve
        buongiorno buonasera cordiali saluti gentile vorrei posso può potete potrebbe aiuto problema ordine
        fattura prego mio mia nostro vostro suo sua cosa qualcosa oggi ieri domani qui ne al allo alla ai alle
        sto stato stata funziona riesco distinti favore dell'ordine l'ordine ricevuto arrivato purtroppo attesa
        all' dell' un' c'è cos'è""",
    "ro": """și si în la de pe cu din pentru că ca este sunt nu un o am ai are avem aveți au mai care ce cum
        când unde sau dar dacă fi fost va vor voi vom să al a ale lui lor meu mea noastră dumneavoastră vă te mă
        ne îmi îți acest această acesta aceasta acum doar foarte bună ziua salut mulțumesc multumesc mulțumim
        rog ajutor problemă problema comanda comandă factura bine după până fără prin între sub iar deci astfel
        nici decât oricum stimată respect funcționează functioneaza pot poate puteți aș vreau vrea trebuie
        primit contul parola domnule doamnă ați sa dumneavoastra puteti primesc cont nostru unei unui ultima
        merge ieri astăzi mâine imprimanta iarăși încă trimis""",
    "fr": """le la les un une des du de d au aux en et ou mais donc car que qui quoi dont où ce cet cette ces
        mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs je tu il elle on nous vous ils elles me
        te se ne pas plus est sont suis êtes sommes était être avoir ai as a avons avez ont fait faire peut
        pouvez puis peux pour par sur sous dans avec sans chez entre vers après avant depuis pendant comme quand
        si très bien aussi encore toujours tout tous toute toutes bonjour bonsoir merci salut cordialement svp
        s'il plaît aide problème commande facture j'ai n'est c'est qu'il d'un d'une l'on n'ai n'a j'aimerais
        voudrais mot passe compte reçu madame monsieur jour pourriez ça cela celui jamais rien l'adresse
        aujourd'hui hier demain""",
    "fi": """ja on ei että se hän en et emme ette eivät oli ole olen olet olemme ovat olla mutta tai kun jos
        niin kuin myös mitä mikä missä miten miksi kuka joka jotka tämä tämän tätä tuo nyt vain vielä jo sitten
        koska minä sinä me te he minun sinun meidän teidän minulla minulle hei moi terve kiitos kiitän terveisin
        ystävällisin apua ongelma tilaus tilauksen lasku voi voitte voisitteko voisiko voinko saanut tullut
        kanssa mukaan jälkeen ennen asti sen siitä siihen siinä tässä täällä siellä kaikki hyvä hyvää päivää
        iltaa huomenta haluan haluaisin pitäisi toimi tarvitsen pyydän osoite salasana tiedän ollut olisi
        kuitenkin joten eikä enää eilen tänään pääse voitteko auttaa toimii pysty ääni onko kuinka jälleen
        tilille tililleni kirjautua kirjautumaan ongelmia huomenna miksei""",
    "de": """der die das den dem des ein eine einen einem einer eines und oder aber denn weil dass daß wenn als
        wie wo was wer warum ich du er sie es wir ihr mich dich sich uns euch mir dir ihm ihnen ihre ihren ihrem
        mein meine meinen meiner dein sein seine unser unsere ist sind bin bist war waren wird werden wurde
        worden hat habe haben hatte kann können könnten könnte muss müssen soll sollte will möchte nicht kein
        keine keinen nur auch noch schon sehr mehr von vom zu zum zur mit bei für auf aus an am im in nach vor
        über unter durch gegen ohne um seit bis hallo guten tag morgen liebe lieber geehrte grüße grüßen gruß
        freundlichen danke vielen dank bitte hilfe problem bestellung rechnung leider jedoch hier dort jetzt
        dann da mal ja nein beim diese dieser dieses heute gestern funktioniert erhalten bekommen ob alle""",
    "es": """el la los las un una unos unas de del al a en y e o u pero que qué quien quién cual cuál como cómo
        cuando cuándo donde dónde por para con sin sobre entre hasta desde hacia no sí si me te se nos os le les
        lo mi mis tu tus su sus nuestro nuestra vuestro este esta estos estas ese esa eso esto aquel es son soy
        eres somos está están estoy estaba ser estar ha he han hemos había hay tengo tiene tienen tenemos puedo
        puede pueden podría podrían hacer quiero quisiera muy más menos también ya todavía aún solo sólo porque
        hola buenos buenas días tardes gracias saludos cordial estimado estimados ayuda problema pedido factura
        favor usted ustedes yo él ella ahora después antes todo todos nada algo funciona cuenta contraseña
        recibido llegado hoy ayer mañana correo""",
    "nl": """de het een en van in is dat op te zijn met voor niet aan er om ook als dan maar bij nog naar uit
        door over ik je jij u uw hij zij ze we wij jullie mij me hem haar ons onze mijn jouw hun heb hebt heeft
        hebben had was waren ben bent wordt worden werd kan kunt kunnen kon moet moeten zal zullen wil willen
        graag wat wie waar hoe waarom wanneer deze dit die daar hier nu al wel geen meer veel zeer hallo hoi
        goedemorgen goedemiddag beste geachte groet groeten vriendelijke bedankt dank alvast hulp probleem
        bestelling factuur werkt helaas ontvangen gekregen alleen omdat want dus toch weer of tot sinds na tegen
        zonder vandaag gisteren morgen mag iets alles zou wachtwoord""",
    "pt": """o a os as um uma uns umas de do da dos das em no na nos nas ao aos à às por pelo pela para com sem
        sobre entre até desde e ou mas que quem qual como quando onde porque não sim se me te lhe eu ele ela nós
        eles elas você vocês meu minha meus minhas seu sua seus suas nosso nossa este esta esse essa isto isso
        aquele é são sou somos está estão estou estava ser estar tem tenho têm temos tinha há foi fui posso pode
        podem poderia podiam fazer quero gostaria muito mais menos também já ainda só depois antes tudo todos
        nada algo olá oi bom boa dia tarde noite obrigado obrigada atenciosamente cumprimentos prezado prezados
        ajuda problema pedido encomenda fatura favor aqui agora funciona conta senha recebi chegou hoje ontem
        amanhã consigo num numa""",
    "sv": """och i att det som en på är av för med till den har de inte om ett han men var jag sig från vi så
        kan man när år säger hon under också efter eller nu sin där vid mot ska skulle kommer ut får finns vara
        hade alla andra mycket än här då sedan över bara in blir upp även vad få två vill ha många hur mer går
        kunde allt göra du ni mig dig oss er min mitt mina din ditt vår vårt era ert hej hejsan tack hälsningar
        vänliga vänlig mvh hjälp problem beställning faktura fungerar varför fick fått gärna skicka tyvärr idag
        igår imorgon snälla god kväll ingen inget blev lösenord behöver detta denna dessa eftersom""",
    "pl": """i w na z do nie się że to jest o a jak po co ale tak od za przez przy dla czy już tylko też
        jeszcze być był była było są ma mam mamy może mogę można proszę dzień dobry witam cześć dziękuję
        dziękuje dzięki pozdrawiam pozdrowienia pomoc pomocy problem zamówienie zamówienia faktura faktury konto
        hasło mój moja moje moją mi mnie mu ich jego jej nas nam nasz państwa państwo pan pani ten ta te tego
        tej tym tych który która które gdzie kiedy dlaczego ponieważ gdy jeśli jeżeli oraz lub albo więc bardzo
        teraz dzisiaj wczoraj jutro nadal niestety otrzymałem otrzymałam działa chciałbym chciałabym mogą będzie
        będę ze we bo pod nad bez przed szanowni wiadomość""",
    "da": """og i at det er en til på som med for den de ikke af der har jeg et om var han men fra vi kan så
        hun ved skal sig eller nu over efter ud være blev havde hvad hvor hvordan hvorfor når også min mit mine
        din dit jeres vores os mig dig hej tak venlig hilsen venlige hjælp problem bestilling ordre faktura
        virker desværre gerne kære må kunne ville skulle fået nogen noget meget mere bare lige dette denne disse
        får går siden igen blive mvh hilsner adgangskode modtaget sendt dag""",
    "nb": """og i at det er en til på som med for den de ikke av der har jeg et om var han men fra vi kan så
        hun ved skal seg eller nå over etter ut være ble hadde hva hvor hvordan hvorfor når også min mitt mine
        din ditt deres vår våre oss meg deg hei takk vennlig hilsen vennlige hjelp problem bestilling ordre
        faktura virker fungerer dessverre gjerne kjære må kunne ville skulle fått noen noe mye mer bare dette
        denne disse får går siden igjen bli mvh passord mottatt sendt dere""",
    "cs": """a v na se je že to s z do o i ale jak po pro za by co tak od jsem jsme jste jsou byl byla bylo být
        mám máme máte má může můžete mohu nebo ani už jen ještě také když kde proč který která které tento tato
        toto můj moje mi mě nám nás vám vás jeho její ve ze při před bez nad pod prosím děkuji díky dobrý den
        ahoj zdravím pozdravem pomoc problém objednávka objednávku faktura fakturu heslo účet nefunguje bohužel
        chtěl chtěla bych dnes včera zítra""",
    "hu": """a az és hogy nem is egy ez ezt azt van volt vagy de ha meg már csak még mint akkor kell lehet
        nagyon most mert amit aki ami itt ott hol mikor miért hogyan én te ő mi ti ők nekem önök kérem köszönöm
        köszönettel szia üdv üdvözlettel tisztelt jó napot kívánok segítség segítséget probléma rendelés
        rendelésem számla jelszó működik tudok tud szeretnék szeretném kaptam sajnos után között""",
    "tr": """ve bir bu da de için ile çok ne gibi daha o ben sen biz siz onlar var yok mı mi mu mü değil ama
        ancak kadar sonra önce şu her hiç olarak olan olduğu benim bana beni bize size nasıl neden niçin nerede
        merhaba selam teşekkürler teşekkür ederim ederiz lütfen yardım sorun sipariş siparişim fatura şifre
        hesap çalışmıyor iyi günler saygılarımla rica bugün dün yarın henüz almadım""",
    "ru": """и в не на я что с он как это по но из у за то все от так его к для вы мы мне мой моя был была были
        быть есть нет же бы только если или когда уже еще ещё где почему какой который которые можно может могу
        меня вас нас вам нам здравствуйте привет добрый день спасибо пожалуйста помогите помощь проблема заказ
        заказа счёт счет пароль работает уважением подскажите получил хочу надо при до без после очень этот эта
        эти сегодня вчера вопрос""",
    "uk": """і й в не на я що з він як це по але із у за то все від так його до для ви ми мені мій моя був була
        були бути є немає ж би тільки якщо або коли вже ще де чому який яка які можна може можу мене вас нас вам
        нам доброго дня привіт добрий день дякую будь ласка допоможіть допомога проблема замовлення рахунок
        пароль працює повагою при без після дуже цей ця ці сьогодні вчора та""",
    "bg": """и в не на аз че с той как това по но от за то да до вие ние ми съм сте са е беше има няма или
        когато вече още къде защо кой която които може мога мен вас нас ви ни здравейте здравей добър ден
        благодаря моля помощ проблем поръчка фактура парола работи поздрави при без след много този тази тези
        днес вчера се си ще""",
}

# Letters that only these languages write, or write often.
LETTERS = {
    "ß": ("de",), "ñ": ("es",), "¿": ("es",), "¡": ("es",), "ã": ("pt",), "õ": ("pt",), "ț": ("ro",), "ș": ("ro",),
    "ţ": ("ro",), "ă": ("ro",), "ł": ("pl",), "ą": ("pl",), "ę": ("pl",), "ż": ("pl",), "ś": ("pl",), "ć": ("pl",),
    "ź": ("pl",), "ń": ("pl",), "œ": ("fr",), "ê": ("fr", "pt"), "ù": ("fr", "it"), "ì": ("it",), "ò": ("it",),
    "å": ("sv", "da", "nb"), "æ": ("da", "nb"), "ø": ("da", "nb"), "ě": ("cs",), "ř": ("cs",), "ů": ("cs",),
    "ő": ("hu",), "ű": ("hu",), "ğ": ("tr",), "ı": ("tr",), "ş": ("tr", "ro"), "і": ("uk",), "ї": ("uk",),
    "є": ("uk",), "ы": ("ru",), "э": ("ru",), "ъ": ("bg",),
}  # fmt: skip
