"""What a failure means: its status (RFC 3463) and whether it is for good, from codes or from wording.

Prefers what a server wrote as a code; then an SMTP reply code (RFC 5321 §4.2); then the words. Refuses to
guess beyond that: an unknown failure has no status.
"""

from __future__ import annotations

import re

from maildesk.mail.bounce.vocabulary import phrases

_ENHANCED = re.compile(r"(?<![\d.])([245])\.([0-7])\.(\d{1,3})(?![\d]|\.\d)")
_REPLY = re.compile(
    r"(?:^|[:;(\[<\"'>]|\b(?:code|error|said|smtp|status|response|reply|returned|with|was)\b)[\s:;\"'<(\[#]{0,5}"
    r"([45])[0-5]\d(?=[\s\-:,;)\]]|$)",
    re.IGNORECASE | re.MULTILINE,
)


def status(text: str, given: str = "") -> str:
    """The status that ``text`` tells; ``given`` is a report's own, kept unless ``text`` is more exact."""
    own = _ENHANCED.search(given)
    codes = [match for match in _ENHANCED.finditer(text) if match[1] != "2"]
    if own and (own[1] == "2" or own[2] != "0"):
        return own[0]
    for code in codes:
        if code[2] != "0" and (not own or own[1] == code[1]):
            return code[0]
    return _from_words(text, own[0] if own else codes[0][0] if codes else "")


def has_code(text: str) -> bool:
    """Whether a server's code of failure stands in ``text``."""
    return bool(_REPLY.search(text)) or any(match[1] != "2" for match in _ENHANCED.finditer(text))


def is_delay(text: str) -> bool:
    """Whether the notice says that delivery is still being tried."""
    folded = text.casefold()
    return any(phrase in folded for phrase in _DELAYS)


def _from_words(text: str, general: str) -> str:
    """The status that wording tells, of the class that ``general`` or an SMTP reply code has."""
    folded = " ".join(text.casefold().split())
    told = next((code for code, words in _REASONS if any(word in folded for word in words)), "")
    reply = _REPLY.search(text)
    severity = general[:1] or (reply[1] if reply else "")
    if severity and (told and not told.endswith("0.0")):
        return severity + told[1:]
    return general or (f"{severity}.0.0" if severity else told)


# Wording to enhanced status (RFC 3463), the most telling first. A "4" first: the address may be good.
_REASONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "4.2.2",
        phrases("""
mailbox full|mailbox is full|mail box is full|box full|inbox is full|over quota|overquota|over its quota
quota exceeded|exceeded quota|exceeded its quota|exceeded storage|exceeded the quota|quota violation
disk quota|storage limit|mailbox quota|mailbox size|out of storage|storage space|exceeds allocation
postfach ist voll|postfach voll|speicherplatz|boîte pleine|boite pleine|buzón lleno|casella piena|caixa cheia
容量|满|満杯
"""),
    ),
    (
        "5.2.1",
        phrases("""
account disabled|account is disabled|account has been disabled|mailbox disabled|mailbox is disabled
user disabled|account suspended|suspended|deactivated|discontinued|account is inactive|mailbox is inactive
inactive user|inactive mailbox|account inactive|has been closed|account expired|not receiving mail
mailbox locked|no longer on server|is restricted|has restricted
"""),
    ),
    (
        "5.3.4",
        phrases("""
message too large|message too big|too large|message size exceeds|exceeds size|size limit|maximum size
maximum message size|message length exceeds|exceeds the maximum|exceeds fixed|message is larger|zu groß
taille maximale|サイズ
"""),
    ),
    (
        "5.1.2",
        phrases("""
host unknown|unknown host|host not found|domain not found|no such domain|unknown domain|invalid domain
domain does not exist|domain is not|unrouteable mail domain|unrouteable domain|name service error|no such host
couldn't find any host|cannot find any host|hostname unknown|host or domain name not found|nxdomain
no mail server|dns error|dns lookup|bad destination host|illegal host|domain name not found|domain isn't
domain couldn't be found|no mx
"""),
    ),
    (
        "5.1.1",
        phrases("""
> unknown|user unknown|unknown user|no such user|no such recipient|recipient unknown|unknown recipient
invalid recipient|user not found|recipient not found|mailbox not found|no such mailbox|no mailbox
unknown mailbox|invalid mailbox|mailbox does not exist|mailbox unavailable|does not exist|doesn't exist
not exist|doesn't have a|does not have a|no such address|unknown local-part|unknown local part
unrouteable address|unroutable address|unknown address|address unknown|address rejected|bad address
invalid address|invalid user|not listed in|not a valid|not a known user|not our customer|not known at
no account|unknown account|no such account|not a user|unknown to|not found in|isn't in|no longer valid
no longer available|no valid recipient|couldn't be found|could not be found|wasn't found|was not found
can't be found|email address not found|unbekannt|existiert nicht|nicht gefunden|inconnu|desconocid|sconosciut
desconhecid|onbekend|okänd|ukendt|ukjent|tuntematon|nieznan|neznám|ismeretlen|неизвест|не существует|не найден
存在しない|見つかりません|不明|不存在|找不到|존재하지 않|찾을 수 없
"""),
    ),
    (
        "5.4.6",
        phrases("""
mail loop|loops back|looping|loop detected|routing loop|too many hops|hop count exceeded|mail forwarding loop
"""),
    ),
    (
        "4.4.7",
        phrases("""
retry timeout exceeded|retry time|message expired|delivery expired|has expired|expired|delivery time|too long
gave up|giving up|could not be delivered for|could not send message for|in the queue|in queue|several attempts
failed 10 attempts|tried for|last 5 days|not been delivered after|undeliverable for|delayed|zu lange
zeitüberschreitung
"""),
    ),
    (
        "4.4.1",
        phrases("""
connection refused|connection timed out|connect timed out|operation timed out|no route to host
network is unreachable|host is down|timed out|couldn't connect|cannot connect|could not connect
unable to connect|not responding|no answer from host|no response|lost connection|connection dropped
conversation with|network error
"""),
    ),
    (
        "5.7.1",
        phrases("""
spam|unsolicited|blacklist|blocklist|blocked|block list|policy|relay|denied|not authorized|not authorised
not allowed|not permitted|unauthenticated|authentication|virus|infected|banned|forbidden|prohibited
content reject|rejected by|was rejected|reputation|dmarc|administrative|restrict|permission|not a member
only members|access|refused|rejected
"""),
    ),
    (
        "4.3.0",
        phrases("""
temporary|temporarily|try again|insufficient system|system resources|overloaded
"""),
    ),
    ("5.0.0", phrases("permanent|fatal")),
)

_DELAYS = phrases("""
will be retried|will retry|still being retried|will keep trying|will continue to try|continue trying
still trying|being retried|do not need to resend|don't need to resend|do not resend|not yet been delivered
no action is required|warning message only|only a warning|this is a warning|has been delayed|was delayed
is delayed|been delayed|delayed mail|delivery delayed|message delayed|delivery status notification (delay)
(delay)|transient non-fatal|wird verzögert|verzögert|retardé|retrasad|ritardo|atrasad|vertraagd|försena
forsink|viiväst|opóźni|zpožd|késlel|отложен|задерж|遅延|延迟|延遲|지연
""")
