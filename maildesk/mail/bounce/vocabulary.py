"""What delivery failures say, in the words of the mail systems that say it: tables, and nothing else.

All of it is casefolded, and is compared with casefolded text whose white space is single spaces.
"""

from __future__ import annotations


def phrases(text: str) -> tuple[str, ...]:
    """The phrases of ``text``: separated by bars, or by the ends of lines."""
    return tuple(phrase.strip() for line in text.strip().splitlines() for phrase in line.split("|"))


# A subject that starts so may be a failure's (after list tags such as "[languse]").
SUBJECTS = phrases("""
undeliver|un-deliver|not deliver|nondeliver|non-deliver|non deliver|ndn:|ndr:|delivery fail|delivery status
delivery notification|delivery report|delivery problem|delivery error|delivery has failed|delivery delay
delivery to|delivery incomplete|delivery unsuccessful|delivery reject|delivery attempt|delivery warning
delivery expired|delivery final|delivery temporarily|delivery impossible|delivery confirmation|mail deliver
message deliver|email deliver|e-mail deliver|mail fail|email fail|e-mail fail|message fail|mail status
message status|failed mail|failed email|failed deliver|failed message|failed to deliver|failed to send
failed recipient|failure deliver|failure notice|failure notif|failure to deliver|failure report|returned mail
returned message|returned to sender|returned email|returned e-mail|returned:|return mail|return to sender
mail return|message return|email return|returning|unable to deliver|unable to send|could not deliver
could not send|couldn't deliver|cannot deliver|can't deliver|cannot send|your message could not
your message cannot|your message was not|your message wasn't|your mail could not|your email could not
your e-mail could not|your mail was not|your email was not|mail could not|message could not|email could not
mail not deliver|message not deliver|email not deliver|message undeliver|mail undeliver|email undeliver
mail system error|mail error|mail problem|mail routing|mail transport|mail reject|mail refused|mail blocked
mail bounce|message reject|message refused|message blocked|message bounce|message not sent
message not accepted|message delayed|mail delayed|message you sent blocked|email reject|email blocked
email bounce|email delayed|email delivery|rejected|reject:|refused|bounced|bounce:|bounce notif|bounce message
bounce from|[bounce]|not member article|blocked mail|blocked message|warning: could not send|warning: message
warning: mail|warning: e-mail|warning: delayed|warning - delayed|warning from|warning, message|delayed mail
delayed message|delayed delivery|postmaster notify|postmaster copy|postmaster notif|postmaster warn
there was an error|error sending|error deliver|error in deliver|error while|error returned|error mail
error processing|smtp error|smtp deliver|smtp fail|transport error|transient deliver|temporary failure
permanent failure|permanent deliver|unknown user|user unknown|no such user|user not found|invalid recipient
invalid address|invalid user|unknown recipient|recipient unknown|recipient not found|unknown address
address unknown|address not found|unknown local|bad address|mailbox full|mailbox quota|mailbox unavailable
mailbox does not|over quota|quota exceeded|host unknown|host not found|unknown host|message too large
message size|oversize|nicht zustellbar|nicht zugestellt|unzustellbar|unzustellbarkeit|zustellung|zustellfehler
zustellbericht|nachricht nicht|ihre nachricht konnte|ihre e-mail konnte|fehler bei der zustellung
e-mail nicht zustellbar|mail nicht zustellbar|rücksendung|unzustellbare|non remis|non délivr|non distribu
message non|courrier non|échec de|echec de|impossible de|avis de non|notification d'échec|erreur de|retour de
rapport de non|message retourné|no se puede entregar|no se pudo entregar|no se ha podido|no entregado
no entregable|error de entrega|fallo en la entrega|fallo de entrega|correo devuelto|mensaje devuelto
correo no entregado|mensaje no entregado|aviso de error|notificación de error|non recapitabile
mancato recapito|mancata consegna|messaggio non|impossibile|errore di|notifica di mancat|mail non recapit
não entregue|não foi possível|não é possível|falha na entrega|falha no envio|falha de entrega|mensagem não
mensagem devolvida|devolvido|e-mail não|onbestelbaar|niet bestelbaar|niet bezorgd|bezorging|uw bericht kon
afleverfout|kan inte levereras|ej levererbart|olevererbart|ej levererat|meddelandet kunde|misslyckad leverans
det går inte att leverera|gick inte att leverera
leveransfel|kan ikke leveres|ikke leveret|ikke levert|kunne ikke lever|leveringsfeil|leveringsfejl
ei voi toimittaa|toimittamaton|toimitusvirhe|viestin toimitus|viestiä ei|niedostarcz|nie można dostarczyć
nie dostarczono|zwrot|nedoruč|nelze doručit|vrácen|kézbesíthetetlen|sikertelen kézbesítés|nelivrat
nu se poate livra|mesaj nelivrat|недостав|не достав|не удалось достав|не удается достав|невозможно достав
возврат|ошибка достав|отчет о недостав|уведомление о недостав|недоставлен|не доставлен|teslim edilemedi
teslim edilemeyen|teslim edilemez|teslim edilemiyor|iletilemedi|iletilemeyen|αδύνατη παράδοση|δεν παραδόθηκε
αποτυχία παράδοσης|δεν είναι δυνατή η παράδοση|μη παραδοτέο|ανεπίδοτ|לא ניתן למסירה|לא נמסר|غير قابل للتسليم
تعذر التسليم|تعذر تسليم|لم يتم تسليم|غیر قابل تحویل|nelivrabil|imposibil de livrat|не вдалося достав
неможливо достав|не може бути достав|nije moguće isporučiti|neisporuč|nije isporučen|ni mogoče dostaviti
nedostavljiv|неиспоруч|није испоручен|kättetoimetamat|ei saa edastada|edastamatu|nepiegād|nevar piegādāt
nepristat|nepavyko pristatyti|no s'ha pogut lliurar|ไม่สามารถส่ง|ส่งไม่สำเร็จ|không thể gửi|không gửi được
tidak dapat dikirim|tidak terkirim|pengiriman gagal|gagal mengirim
配信不能|配信失敗|配信エラー|配信できません|配送エラー|配信状況|送信エラー|送信失敗|送信できません|送達不能
未配信|メール配信|メール送信エラー|メールを送信できません|未送達|不達|メールが送信|无法投递|无法送达|投递失败
退信|系统退信|邮件退回|邮件被退回|未传递|未送达|发送失败|無法傳遞|無法投遞|無法送達|郵件無法|傳遞失敗|退回郵件
배달되지|배달 불가|배달 실패|전송 실패|메일 전송 실패|메일 발송 실패|반송
""")

# Anywhere in a subject, these are nobody's but a mail system's.
SUBJECT_MARKS = phrases("""
returned to sender|returning message to sender|delivery status notification|failure notice|undeliverable mail
undelivered mail|mail delivery fail|mail delivery system|non-delivery report|delivery has failed|returned mail
could not be delivered|mail system error|(failure)|(delay)|returned by
""")

# The notice itself, where it can be about mail and nothing else.
MAIL_PHRASES = phrases("""
delivery of the mail|delivery of the email|delivery of the message|delivery of your
message could not be delivered|message cannot be delivered|message can not be delivered
message can't be delivered|message couldn't be delivered|message wasn't delivered|message was not delivered
message has not been delivered|message not delivered|message undeliverable|message is undeliverable
message was undeliverable|message you sent|message that you sent|message that you have sent|mail you sent
email you sent|e-mail you sent|mail could not be delivered|mail cannot be delivered|mail couldn't be delivered
mail was not delivered|mail not delivered|mail wasn't delivered|mail that you sent|email below could not
e-mail below could not|message below could not|your message did not|deliver your message
delivering your message|deliver your mail|delivering your mail|deliver your email|deliver message to
deliver the message|deliver this message|deliver mail to|deliver the mail|sending your mail
sending your message|undeliverable mail|undelivered mail|undeliverable message|returned mail|returned message
mail delivery failed|mail delivery system|mail delivery software|mail delivery error|mail delivery failure
mail system at host|non-delivery report|nondelivery|delivery status notification|delivery failure notification
this is the postfix|this is a delivery|qmail-send|transcript of session|session transcript
did not reach the following recipient|following recipient|following address|failed recipient|following user
recipient could not|recipients could not|recipient's mail|recipient's server|recipient mail server
recipient server|remote mail server|destination mail server|permanent fatal error|transient non-fatal
address(es) failed|addresses failed|address failed|addresses had|delivery to the follow|you are not a member
you are not member|user unknown|unknown user|no such user|recipient unknown|unknown recipient
recipient rejected|recipient address|invalid recipient|no such recipient|recipient not found|user not found
mailbox unavailable|mailbox is full|mailbox full|mailbox not found|no such mailbox|mailbox does not exist
mailbox disabled|unknown local-part|unknown local part|unrouteable|unroutable|over quota|quota exceeded
quota violation|exceeded quota|exceeded its quota|exceeded storage|not listed in domino
not listed in public name|host unknown|host not found|unknown host|rcpt to|smtp error|smtp server|mail loop
too many hops|doesn't have a|account is disabled|account has been disabled|returned to you|is returned to
being returned|retry timeout exceeded|delivery attempts|attempts to deliver|delivery attempt|delivery failed
delivery has failed|delivery fail|delivery failure|failed delivery|failed to deliver|nachricht konnte
nachricht wurde nicht|nachricht kann nicht|nachricht an folgende|nachricht hat|mail konnte nicht
mail kann nicht|mail wurde nicht|empfänger nicht|folgenden empfänger|folgende empfänger|folgende adresse
empfänger unbekannt|empfänger konnte|message n'a pas|message n’a pas|message ne peut|message n'est pas
pu être remis|pu être distribu|pu être délivr|pu être livré|pu être acheminé
pu etre remis|pu etre delivr|destinataires suivants|destinataire suivant|destinataire inconnu|adresse inconnue
mensaje no|mensaje a|no se ha podido entregar|no se pudo entregar|no pudo ser entregado
no ha podido ser entregado|no puede ser entregado|siguientes destinatarios|siguiente destinatario
destinatario desconocido|usuario desconocido|messaggio non|messaggio inviato|non è stato recapitato
non è stato possibile|non può essere recapitat|non recapitabile|seguenti destinatari|seguente destinatario
destinatario sconosciuto|utente sconosciuto|mensagem não|não pôde ser entregue|não pode ser entregue
não foi entregue|não foi possível entregar|seguintes destinatários|seguinte destinatário
destinatário desconhecido|bericht kon niet|bericht is niet|bericht kan niet|niet worden bezorgd|niet bezorgd
niet afgeleverd|volgende geadresseerde|volgende ontvanger|meddelande kunde inte|meddelandet kunde inte
kunde inte levereras|kan inte levereras|nådde inte|följande mottagare|kunne ikke leveres|kan ikke leveres
blev ikke leveret|ble ikke levert|følgende modtager|følgende mottaker|ei voitu toimittaa|ei voi toimittaa
toimitus epäonnistui|seuraaville vastaanottajille|seuraavalle vastaanottajalle|nie mogła zostać dostarczona
nie może zostać dostarczona|nie została dostarczona|nie dostarczono|nie można dostarczyć
następujących adresatów|następujący adres|nebyla doručena|nelze doručit|nemohla být doručena
nepodařilo se doručit|následujícím příjemc|kézbesíthető|nem sikerült kézbesíteni|nem lehetett kézbesíteni
nu a putut fi livrat|nu s-a putut livra|не может быть доставлено|не было доставлено|не доставлено
не удалось доставить|недоставлен|не может быть доставлен|невозможно доставить|не удается доставить
следующим получателям|не вдалося доставити|не може бути доставлен|teslim edilemedi|teslim edilemiyor
iletilemedi|δεν ήταν δυνατή η παράδοση|δεν παραδόθηκε|δεν μπορεί να παραδοθεί|לא ניתן היה למסור|לא נמסרה
לא ניתן למסור|تعذر تسليم|لم يتم تسليم|لم يتم التسليم|配信できません|配信できなかった|配信されません
配信されなかった|配送できません|配送できなかった|お届けできません|届けることができません|送信できません
送信できなかった|送信されませんでした|配信不能|届きません|届きませんでした|宛先不明|存在しないアドレス
メールアドレスが見つかりません|无法投递|无法送达|未能送达|没有送达|投递失败|发送失败|退回|无法发送|被退信
用户不存在|收件人不存在|無法傳遞|無法投遞|無法送達|傳送失敗|未能送達|배달할 수 없|배달하지 못|배달되지
전달할 수 없|전송되지|전송하지 못|수신자를 찾을 수 없|không thể gửi|không gửi được|tidak dapat dikirim
tidak dapat disampaikan|ไม่สามารถส่ง
""")

# The same, where parcels, calls and pensions may be meant: enough when a mail system is the sender.
PHRASES = phrases("""
delayed|weitergeleitet|unbekannt|empfänger|empfaenger|not be delivered|not delivered|n't be delivered
n't delivered|undeliver|not deliverable|unable to deliver|unable to relay|unable to send
wasn't able to deliver|not able to deliver|not deliver|n't deliver|trouble delivering|problem delivering
problems delivering|error delivering|problems with delivering|delivery error|delivery problem|delivery report
delivery to|fatal error|permanent error|temporary error|permanent failure|temporary failure|has been delayed
is delayed|been delayed|not yet been delivered|not been delivered|bounce|returned|rejected|refused
does not exist|doesn't exist|not exist|no longer valid|not valid|is not known|unknown address|invalid address
invalid user|address unknown|error message|error(s)|reason:|failed|failure|blocked|denied|is full
over its quota|not accepted|could not be sent|cannot be sent|timed out|time out|expired|too large|exceed
unknown|disabled|suspended|inactive|unavailable|unreachable|not reachable|not found|unsolicited|spam|virus
restricted|not allowed|not permitted|fehler|unzustellbar|zugestellt werden|zustellung|zustellen|échec|erreur
impossible|error de|errore|fallo|falha|erro|fout|fel|feil|fejl|virhe|błąd|chyba|hiba|eroare|ошибк|помилк
σφάλμα|hata|エラー|错误|錯誤|오류
""")

# Below one of these stands what was sent. (Case as always folded; the earliest counts.)
COPIES = phrases("""
this is a copy of the message|this is a copy of your message|--- below this line is a copy
below this line is a copy|below the next line is a copy|a copy of the original message
copy of the message follows|copy of your message follows|original message follows|original mail follows
----- original message|-----original message|------original message|---- original message|--- original message
original message headers|original message header|original message text|original message:|original mail:
message headers follow|message header follows|message follows|headers follow|header follows
headers of the original|headers of your message|headers from your message|----- message header
--- message header|---- message header|--- returned message|-- returned message|returned message is
returned message follows|returned mail follows|----- unsent message|unsent message below
unsent message follows|--- unsent|--- the message follows|text of message follows|message text follows
start of message|beginning of message|start of original|begin original|received message follows
first 100 lines|first part of|the first part of your message|the header of your message
message contents follow|below is your message|here is your returned mail|--- message from
-------- forwarded message|===== original|* original message|**** original|--attached message
attached message:|included message|included is a copy|ursprüngliche nachricht|originalnachricht
kopie der nachricht|nachricht im original|ihre nachricht lautete|message d'origine|message original
copie du message|mensaje original|copia del mensaje|messaggio originale|copia del messaggio|mensagem original
oorspronkelijk bericht|ursprungligt meddelande|alkuperäinen viesti|oryginalna wiadomość|původní zpráva
исходное сообщение|оригинальное сообщение|копия сообщения|元のメール|元のメッセージ|オリジナルメッセージ|原文
原始邮件|原始郵件|以下は送信|送信されたメール|원본 메시지|원본 메일
""")

# What a machine asks for that is no failure: a challenge, a moderator's queue.
CHALLENGES = phrases("""
confirm your|please confirm|please verify|verify your|verification required|sender verification
sender validation|awaiting your|awaits moderator|awaiting moderation|held for moderation|held for approval
requires approval|spam arrest|spamarrest|boxbe|bluebottle|tmda
""")

# What else mail systems send, by its subject: digests, statistics, receipts.
OTHER_SUBJECTS = phrases("""
quarantine|digest|spam report|spam summary|summary report|daily report|log summary|statistics|logwatch
aggregate report|report domain:|read:|read receipt|return receipt|disposition notification|gelesen:|lu :
leído:|letto:|not read:|ungelesen|successful delivery|relayed:|expanded:|welcome to
""")
