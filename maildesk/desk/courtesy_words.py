"""What people say when they only say thank you, per language: data, not rules. A speaker adds a language by a row.

``thanks`` are the thanks themselves; ``with_them`` is what may stand beside them and says nothing more: greetings,
endings, praise, that it works now. Phrases are in small letters, accents as they are written (they may be left out);
`[a|b]` is a choice, and a word followed by `?` may be missing. What could also ask, object or announce something has
no place here ("in advance", "but", "soon", "will let you know").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gratitude:
    thanks: str  # phrases, a comma between them
    with_them: str


WORDS: Mapping[str, Gratitude] = {
    "en": Gratitude(
        """thank you, thanks, thankyou, thx, thnx, tks, ty, tysm, cheers, many thanks, [much| really] appreciated, i
        [really| very much]? appreciate [it| that| your help| this], thank u, a? big thank you""",
        """hi, hello, hey, dear, good [morning| afternoon| evening| day], so? very? much, so much, a lot, a million,
        a bunch, again, indeed, for [all| everything| that| this| it], for [your| the| all your]? [great| kind|
        quick| fast| prompt| swift]? [help| support| assistance| reply| response| answer| service| work| fix|
        time| patience| understanding| information| info], very? [great| perfect| excellent| awesome| wonderful|
        amazing| fantastic| brilliant| super| lovely| good| nice| cool], great [job| work| service| support], well
        done, ok, okay, yes, all [good| fine| set| clear| is well| is good], [it| that| everything| this| all]
        [works| worked| is working| is fine| is clear| is perfect] [now| perfectly| great| fine]?, works [now|
        perfectly| great| fine| like a charm]?, that [helped| solved it| did it| was it| fixed it], [problem|
        issue] [solved| resolved| fixed], [it| this| that] is [solved| resolved| fixed] now?, you are [great| the
        best| awesome| amazing| a star| very kind], have a [nice| great| good| lovely] [day| weekend| evening|
        week], [best| kind| kindest| warm| many]? [regards| wishes], best, sincerely, yours? sincerely, yours,
        bye, take care, everyone, everybody, all, both, team, sir, madam, and, from [me| us], we are happy, i am
        happy""",
    ),
    "it": Gratitude(
        """grazie, grazie mille, mille grazie, molte grazie, tante grazie, vi ringrazio, ti ringrazio, la ringrazio,
        ringrazio, ringraziamo, vi ringraziamo, la ringraziamo, grazie [infinite| tante| ancora| di cuore|
        davvero]""",
        """ciao, salve, buongiorno, buonasera, buon giorno, buona sera, gentile, gentili, gentilissimi, gentilissimo,
        cara, caro, cari, spettabile, signor, signora, [per| del| per il| per la| per il vostro| per la vostra|
        per il tuo| per la tua| della| dell] [aiuto| supporto| assistenza| risposta| disponibilità| tutto|
        informazione| collaborazione| pazienza| servizio| lavoro| cortesia], per l aiuto, per l assistenza, dell
        aiuto, di tutto, di cuore, per tutto, per la [rapida| pronta| veloce| cortese] risposta, perfetto, ottimo,
        benissimo, molto bene, bene, tutto bene, tutto ok, tutto a posto, tutto chiaro, tutto risolto, ok, va
        bene, fantastico, eccellente, gentilissimi, siete stati gentilissimi, siete gentilissimi, [siete| sei]
        [grandi| grande| fantastici| bravissimi], ora? funziona [tutto| perfettamente| ora| adesso]?, adesso
        funziona, [problema| questione] [risolto| risolta], risolto, sì, si, molto, tanto, davvero, ancora,
        sempre, buona giornata, buona serata, buon lavoro, buon weekend, buon fine settimana, buona domenica,
        [cordiali| distinti| cari| tanti] saluti, cordialmente, un saluto, saluti, a tutti, tutti, team, e,
        arrivederci""",
    ),
    "ro": Gratitude(
        """mulțumesc, mulţumesc, mulțumim, mulţumim, mersi, merci, mii de mulțumiri, multe mulțumiri, vă mulțumesc,
        vă mulțumim, îți mulțumesc, îți mulțumim, va multumesc, iti multumesc""",
        """bună, bună ziua, bună seara, bună dimineața, salut, salutare, stimată doamnă, stimate domn, [mult| frumos|
        tare| din suflet| încă o dată| foarte mult], de? asemenea, pentru [ajutor| tot| răspuns| suport| sprijin|
        asistență| promptitudine| informații| răbdare| tot ajutorul| răspunsul prompt| ajutorul acordat|
        înțelegere], perfect, excelent, super, foarte bine, bine, minunat, grozav, ok, da, e ok, este ok, totul e
        bine, totul este bine, totul e în regulă, [acum]? [merge| funcționează] [acum| perfect| bine]?, s a
        rezolvat, problema [s a rezolvat| este rezolvată| e rezolvată], rezolvat, am rezolvat, sunteți [grozavi|
        minunați| cei mai buni], o zi [bună| frumoasă| plăcută], o seară [bună| frumoasă| plăcută], un weekend
        plăcut, zi bună, o, cu [stimă| respect| drag], toate cele bune, numai bine, la revedere, tuturor, echipa,
        echipei, și""",
    ),
    "fr": Gratitude(
        """merci, merci beaucoup, mille mercis, mille merci, un grand merci, grand merci, merci bien, merci
        infiniment, merci encore, je vous remercie, je te remercie, nous vous remercions, remerciements, avec mes
        remerciements, avec tous mes remerciements, mes remerciements""",
        """bonjour, bonsoir, salut, cher, chère, chers, madame, monsieur, messieurs, mesdames, beaucoup, infiniment,
        encore, vraiment, sincèrement, [pour| de] [votre| ton| cette| la| l| vos| ta| le] [aide| réponse| retour|
        soutien| assistance| rapidité| réactivité| réponse rapide| aide précieuse| patience| intervention|
        travail| service| gentillesse| compréhension], pour tout, de tout, de tout coeur, de tout cœur, pour cette
        réponse rapide, pour votre réponse rapide, pour votre retour rapide, parfait, super, génial, excellent,
        très bien, c est parfait, c est super, c est bon, impeccable, top, nickel, ok, oui, d accord, tout est
        bon, tout est clair, bien reçu, ça [marche| fonctionne] [maintenant| parfaitement| bien| très bien]?, cela
        fonctionne [maintenant| parfaitement| bien]?, tout [marche| fonctionne] [maintenant| parfaitement| bien]?,
        problème résolu, c est résolu, le problème est résolu, vous êtes [super| géniaux| formidables| au top],
        bonne [journée| soirée| semaine| fin de journée| continuation], bon week end, bon weekend, bien à vous,
        bien cordialement, cordialement, très cordialement, cdlt, bien, [meilleures| cordiales| sincères]
        salutations, salutations, sincères salutations, à tous, tous, toute l équipe, à toute l équipe, équipe,
        et, au revoir""",
    ),
    "fi": Gratitude(
        """kiitos, kiitoksia, kiitti, kiits, kiitän, kiitämme, suuri kiitos, suuret kiitokset, paljon kiitoksia, iso
        kiitos, isot kiitokset, kiitokset, monet kiitokset, tuhannet kiitokset, suurkiitos, kiitos paljon""",
        """hei, moi, moikka, terve, hyvää päivää, hyvää huomenta, huomenta, päivää, iltaa, paljon, oikein paljon,
        vielä, kovasti, todella, erittäin paljon, [teille| sinulle| kaikille| kaikesta| avusta| avustasi|
        avustanne| vastauksesta| nopeasta vastauksesta| pikaisesta vastauksesta| nopeasta avusta| nopeasta
        palvelusta| palvelusta| hyvästä palvelusta| tiedosta| tuesta| ajasta| kärsivällisyydestä], nopeasta
        [toiminnasta| reagoinnista], [loistavaa| mahtavaa| hienoa| hyvä| hyvin| mainiota| erinomaista|
        täydellistä| mahtava| loistava juttu| hieno homma| upeaa| selvä| ok| joo| kyllä| jees], nyt? [toimii| se
        toimii| kaikki toimii] [nyt| hyvin| taas]?, ongelma [ratkesi| on ratkaistu| ratkaistu], asia [on]?
        [kunnossa| selvä], kaikki [on]? [kunnossa| hyvin| ok], olette [parhaita| ihania| mahtavia], olet [paras|
        ihana| mahtava], hyvää [päivänjatkoa| viikonloppua| iltaa| jatkoa| kesää| viikkoa], mukavaa [päivää|
        viikonloppua| iltaa| viikkoa], päivänjatkoa, [ystävällisin| parhain| lämpimin]? terveisin, terveisin,
        terv, t, terveisiä, ja, kaikki, tiimi""",
    ),
    "de": Gratitude(
        """danke, danke schön, dankeschön, vielen dank, besten dank, herzlichen dank, tausend dank, danke sehr, danke
        vielmals, lieben dank, danke euch, danke ihnen, danke dir, ich danke ihnen, ich danke euch, wir danken
        ihnen, ich bedanke mich, wir bedanken uns, merci, vielen lieben dank, recht herzlichen dank""",
        """hallo, hi, guten [tag| morgen| abend], moin, servus, liebe, lieber, liebes, sehr geehrte, sehr geehrter,
        frau, herr, damen und herren, sehr, vielmals, nochmals, nochmal, noch einmal, herzlich, für [die| ihre|
        eure| deine| das| alles| den] [schnelle| rasche| prompte| gute| tolle| nette| freundliche| super]? [hilfe|
        antwort| unterstützung| rückmeldung| bearbeitung| mühe| geduld| info| information| service| support|
        lösung| arbeit| auskunft], für alles, [super| perfekt| prima| klasse| toll| wunderbar| ausgezeichnet| top|
        spitze| hervorragend| sehr gut| gut| ok| okay| ja| genial| fein], [jetzt| nun]? [funktioniert| klappt|
        geht| läuft] [es| alles| jetzt| wieder| nun| super| einwandfrei| prima]? [jetzt| wieder| super|
        einwandfrei| prima]?, [es| alles] [funktioniert| klappt| geht| läuft] [jetzt| wieder| nun| super|
        einwandfrei| prima]?, hat [geklappt| funktioniert| geholfen], das hat [geklappt| funktioniert| geholfen],
        problem [gelöst| ist gelöst| behoben], alles [gut| klar| bestens| in ordnung| erledigt], ihr seid [super|
        toll| die besten| spitze], sie sind [super| toll| die besten], einen? [schönen| guten] [tag| abend|
        feierabend] [noch| ihnen| euch]?, schönes wochenende, schöne [woche| feiertage], ein schönes wochenende,
        mit? [freundlichen| freundlichem| besten| herzlichen| lieben| vielen] [grüßen| grüssen| gruß| gruss],
        [freundliche| beste| herzliche| liebe| viele| schöne] [grüße| grüsse], gruß, grüße, mfg, lg, vg, auf
        wiedersehen, tschüss, alle, zusammen, an alle, das ganze team, team, und""",
    ),
    "es": Gratitude(
        """gracias, muchas gracias, mil gracias, muchísimas gracias, muchas muchas gracias, se lo agradezco, te lo
        agradezco, les agradezco, le agradezco, os agradezco, agradecido, agradecida, muy agradecido, muy
        agradecida, agradecidos, gracias de nuevo, de nuevo gracias""",
        """hola, buenos días, buenas tardes, buenas noches, buen día, buenas, estimado, estimada, estimados, señor,
        señora, por [todo| la ayuda| su ayuda| tu ayuda| vuestra ayuda| la respuesta| su respuesta| tu respuesta|
        la rapidez| el soporte| su tiempo| su atención| la información| la pronta respuesta| su pronta respuesta|
        la rápida respuesta| su rápida respuesta| su apoyo| la gestión], por [contestar| responder] tan rápido, de
        verdad, de corazón, otra vez, de nuevo, nuevamente, [perfecto| genial| excelente| estupendo| fantástico|
        muy bien| bien| buenísimo| vale| ok| sí| todo bien| todo ok| todo claro| todo correcto| entendido], [ya|
        ahora]? funciona [todo| perfectamente| bien| ya| ahora]?, todo funciona [perfectamente| bien| ya| ahora]?,
        problema [resuelto| solucionado], resuelto, solucionado, ya está [resuelto| solucionado], sois [geniales|
        los mejores], son [geniales| los mejores], que [tenga| tengas| tengan] un? buen [día| fin de semana], buen
        fin de semana, [un]? [cordial| atento| fuerte]? saludo, saludos, [saludos| un saludo] [cordiales]?,
        atentamente, cordialmente, un abrazo, abrazo, adiós, hasta luego, a todos, todos, equipo, a todo el
        equipo, y""",
    ),
    "pt": Gratitude(
        """obrigado, obrigada, muito obrigado, muito obrigada, obrigadão, agradeço, agradecemos, agradecido,
        agradecida, grato, grata, muito grato, muito grata, mil obrigados, valeu""",
        """olá, oi, bom dia, boa tarde, boa noite, caro, cara, caros, prezado, prezada, prezados, senhor, senhora,
        pela [ajuda| resposta| atenção| rapidez| disponibilidade| sua ajuda| vossa ajuda| rápida resposta|
        resposta rápida| informação| assistência| paciência], pelo [apoio| suporte| retorno| atendimento|
        esclarecimento], por tudo, mesmo, de novo, novamente, mais uma vez, [perfeito| ótimo| óptimo| excelente|
        maravilha| fantástico| muito bem| bem| ok| sim| tudo bem| tudo certo| tudo ok| tudo claro], [já| agora]?
        [funciona| está a funcionar| está funcionando] [tudo| perfeitamente| bem| agora| já]?, problema resolvido,
        resolvido, [já]? está resolvido, vocês são [ótimos| demais| os melhores], [um]? bom fim de semana, [um]?
        [bom| ótimo] dia, [com os]? [melhores| cordiais| meus]? cumprimentos, cumprimentos, atenciosamente, att,
        abraço, abraços, um abraço, até logo, a todos, todos, equipa, equipe, e""",
    ),
    "nl": Gratitude(
        """bedankt, dank, dank je, dank u, dank je wel, dank u wel, dankjewel, dankuwel, hartelijk dank, hartelijk
        bedankt, veel dank, heel erg bedankt, heel hartelijk dank, erg bedankt, super bedankt, thx, merci, mijn
        dank""",
        """hoi, hallo, hey, beste, geachte, goedemorgen, goedemiddag, goedenavond, goedendag, goeiedag, heer,
        mevrouw, heel, erg, veel, nogmaals, zeer, hartelijk, voor [de| je| uw| jullie| het| alle| alles] [snelle|
        goede| fijne| prompte]? [hulp| reactie| antwoord| service| ondersteuning| moeite| info| informatie|
        geduld| tijd], voor alles, [super| perfect| prima| geweldig| fijn| mooi| top| uitstekend| fantastisch|
        goed| ok| oké| ja| helemaal goed| heel fijn| alles goed| helder| duidelijk], het [werkt| werkt nu| is
        gelukt| is opgelost| werkt weer| doet het weer] [nu| weer| perfect| prima]?, [nu]? werkt [het| alles] [nu|
        weer| perfect| prima]?, alles werkt [nu| weer| perfect| prima]?, probleem [opgelost| is opgelost],
        opgelost, gelukt, jullie zijn [top| geweldig| super], [een]? fijne [dag| avond| week| dag nog], fijn
        weekend, prettig weekend, [met]? [vriendelijke| hartelijke| beste| lieve] [groet| groeten], groet,
        groeten, groetjes, mvg, gr, tot ziens, allemaal, iedereen, team, en""",
    ),
}  # fmt: skip
