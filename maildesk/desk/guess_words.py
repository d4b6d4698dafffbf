"""What customers write who are worried, angry, confused, happy or in a hurry, per language: data, not rules.

Whole phrases, in small letters, accents as they are written. Only what hardly ever means something else: a guess that
is wrong is worse than none. A speaker adds a language by a few rows.
"""

from __future__ import annotations

WORDS = """
en | angry    | angry; furious; outraged; outrageous; unacceptable; disgusted; disgusting; ridiculous; appalling
en | angry    | worst service; waste of time; waste of money; fed up; had enough; my lawyer; legal action; scam; scandal
en | worried  | worried; anxious; afraid; i fear; concerned about; in panic; panicking; desperate; scared; very nervous
en | confused | confused; confusing; do not understand; don't understand; cannot understand; can't understand; at a loss
en | confused | no idea how; no idea why; makes no sense; unclear to me
en | happy    | very happy; so happy; love it; love your; delighted; fantastic; excellent service; great service
en | urgent   | urgent; urgently; asap; emergency; today at the latest
it | angry    | arrabbiato; arrabbiata; furioso; furiosa; inaccettabile; vergogna; vergognoso; scandaloso; ridicolo
it | angry    | indignato; indignata; pessimo servizio; stufo; stufa; il mio avvocato; vie legali; truffa; presa in giro
it | worried  | preoccupato; preoccupata; preoccupati; in ansia; ho paura; temo che; disperato; disperata; in panico
it | confused | confuso; confusa; non capisco; non ho capito; non mi è chiaro; non riesco a capire; nessuna idea
it | happy    | molto felice; felicissimo; felicissima; contentissimo; contentissima; entusiasta; ottimo servizio
it | urgent   | urgente; urgenza; urgentemente; emergenza; entro oggi
ro | angry    | supărat; supărată; furios; furioasă; revoltat; revoltată; inacceptabil; rușine; scandalos; bătaie de joc
ro | angry    | avocatul meu; în instanță; escrocherie; înșelătorie; m-am săturat; servicii proaste
ro | worried  | îngrijorat; îngrijorată; îngrijorați; mă tem; mi-e teamă; îmi este teamă; disperat; disperată
ro | confused | nedumerit; nedumerită; confuz; confuză; nu înțeleg; nu am înțeles; nu-mi este clar; nu îmi este clar
ro | happy    | foarte mulțumit; foarte mulțumită; încântat; încântată; servicii excelente; foarte fericit
ro | urgent   | urgent; urgență; de urgență; cât mai repede; până azi
fr | angry    | furieux; furieuse; en colère; fâché; fâchée; inacceptable; inadmissible; scandaleux; honteux; ridicule
fr | angry    | mon avocat; voie judiciaire; arnaque; ras le bol; service déplorable; se moquer de; vous moquez
fr | worried  | inquiet; inquiète; inquiets; angoissé; angoissée; j'ai peur; je crains; désespéré; désespérée; paniqué
fr | confused | perplexe; ne comprends pas; ne comprends plus; pas compris; pas clair; aucune idée
fr | happy    | ravi; ravie; enchanté; enchantée; très content; très contente; excellent service; très heureux
fr | urgent   | urgent; urgente; urgence; d'urgence; au plus vite; aujourd'hui même
fi | angry    | vihainen; raivoissani; törkeää; ala-arvoista; häpeällistä; täysin kelvoton; asianajajani; huijaus
fi | angry    | olen saanut tarpeekseni; mitta on täysi; en hyväksy
fi | worried  | huolissani; huolestunut; pelkään; hädissäni; epätoivoinen; paniikissa
fi | confused | en ymmärrä; en tajua; hämmentynyt; ymmälläni; epäselvää; ei aavistustakaan
fi | happy    | erittäin tyytyväinen; todella iloinen; mahtavaa; loistava palvelu; ihastunut
fi | urgent   | kiireellinen; kiireellisesti; kiire; pikaisesti; viimeistään tänään
de | angry    | wütend; empört; verärgert; unverschämt; inakzeptabel; unzumutbar; frechheit; mein anwalt; betrug
de | worried  | besorgt; mache mir sorgen; befürchte; verzweifelt; angst
de | confused | verwirrt; verstehe nicht; verstehe das nicht; unklar; ratlos; keine ahnung
de | happy    | sehr zufrieden; begeistert; hervorragender service
de | urgent   | dringend; dringende; eilig; eilt; schnellstmöglich; notfall; noch heute
es | angry    | furioso; furiosa; enfadado; enfadada; indignado; indignada; inaceptable; vergüenza; estafa; mi abogado
es | worried  | preocupado; preocupada; tengo miedo; me temo; desesperado; desesperada; angustiado; angustiada
es | confused | confundido; confundida; no entiendo; no comprendo; no me queda claro; ni idea
es | happy    | muy contento; muy contenta; encantado; encantada; excelente servicio
es | urgent   | urgente; urgencia; urgentemente; cuanto antes; hoy mismo
"""
NOT = """
    not no isn aren wasn don doesn never nothing without hardly anything non niente nessuna nessun senza nu nici fara
    pas sans aucune aucun rien ei en eivat ilman nicht kein keine keinen ohne sin nada
"""
"""A phrase that comes one or two words after one of these is the contrary."""
