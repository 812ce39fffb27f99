"""What a sentence suggests that a machine could do: a timer, a step for escalation. Proposed, never done."""

import re

from warroom.core.declaring import dataclass

_UNITS = (
    ("s", r"sec(?:ond)?s?|s|sekunden?|secondes?|segundos?|secondi|秒(?:钟|間)?|초|секунд\w*"),
    ("m", r"min(?:ute)?s?|m|minuten?|minutos?|minuti|分(?:钟|間|鐘)?|분|минут\w*"),
    ("h", r"h(?:ou)?rs?|h|stunden?|heures?|horas?|ore|小时|時間|시간|час\w*"),
)
_NUMBERS = {
    word: number
    for number, words in enumerate(
        ("one a an eine einer un une una uno", "two zwei deux dos due", "three drei trois tres tre", "four vier quatre cuatro",
         "five fünf cinq cinco cinque", "six sechs seis sei", "seven", "eight", "nine", "ten zehn dix diez dez dieci"), start=1)
    for word in words.split()
} | {"fifteen": 15, "quinze": 15, "fünfzehn": 15, "twenty": 20, "zwanzig": 20, "thirty": 30, "sixty": 60}  # fmt: skip
_COUNT = r"(?P<count>\d{1,4}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + r")"
_TO_COUNT = r"(?:\s*(?:-|–|to|or|bis|à|a|e|oder|~|〜|から)\s*(?P<upto>\d{1,4}))?"
_LENGTH = _COUNT + _TO_COUNT + r"[\s -]*(?P<unit>" + "|".join(unit for _, unit in _UNITS) + r")(?![a-zäöüß])"
_WAIT = re.compile(
    r"\b(?:wait(?:ing)?|allow|pause|sleep|hold off|give (?:it|them|the \w+)|let (?:it|them|the \w+) (?:\w+ )?for|warten?|abwarten|"
    r"attend(?:re|ez)|patient(?:er|ez)|esper(?:e|ar|a)|aguard(?:e|ar)|attend(?:ere|i)|aspetta(?:re)?|подожд\w+|ждать)"
    r"(?:\s+\S+){0,5}?\s+[~≈]?" + _LENGTH + r"|" + _LENGTH.replace("count", "count2").replace("upto", "upto2").replace("unit", "unit2")
    + r"\s*(?:warten|abwarten|待つ|待ち|待って|待機|等待|기다)|等待\s*" + _LENGTH.replace("count", "count3").replace("upto", "upto3").replace("unit", "unit3"),
    re.IGNORECASE,
)  # fmt: skip
_ESCALATE = re.compile(
    r"\bescalat(?:e|ion to)\b|\b(?:contact|engage|reach out to|get in touch with|notify|inform|alert|involve)\s+(?:with )?"
    r"(?:the|your|our|an?|any|@|<|\w+ (?:team|support|sre|engineer))|"
    r"(?:^|[.,;:]\s+|\b(?:then|please|and|or|to|immediately|should|must) )(?:page|call)\s+(?:the|your|our|an?|on-?call|in|@|\+?\d|<|\[)|"
    r"\b(?:open|raise|file|create|submit|log)\s+(?:an?|the)\s+(?:\w+[ -]){0,4}?(?:case|ticket|support request)\b|"
    r"\beskalier\w*|\beskalation an\b|\b(?:kontaktier|benachrichtig|informier|verständig)\w*\b|\bruf\w*\b[^.\n]{2,60}\ban\b|\bticket (?:eröffnen|öffnen|erstellen)\b|"
    r"\bescalad\w+|\b(?:contact|prévenir|prévenez|appel|avert)(?:er|ez|ir|issez)\b|\bouvr(?:ir|ez) un (?:ticket|cas)\b|"
    r"\bescal(?:ar|e|a) (?:al?|con|para|o|ao)\b|\b(?:contact|llam|avis|contat|notifi|lig)(?:ar|e|a|que|car|ue)\s+(?:a|al|con|o|a la|para|com)\b|"
    r"\babr(?:ir|a|e) un (?:caso|ticket|chamado)\b|\b(?:contattare|contatta|avvisare|chiamare)\b|"
    r"эскал\w+|свяж\w+ с|сообщ\w+|エスカレ|に連絡|へ連絡|に報告|を呼び出|起票|升级(?:给|到|至)|上报|联系|聯繫|通知|에스컬레이션|연락",
    re.IGNORECASE | re.MULTILINE,
)
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+|\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)")


@dataclass(frozen=True, slots=True)
class Proposal:
    """`kind` is `timer` or `escalation`; `says` the words that suggest it; `length` as runbooks write it, such as `10m`."""

    kind: str
    says: str
    length: str = ""


def found_in(text: str) -> tuple[Proposal, ...]:
    """What a text suggests, at most one of each kind."""
    proposals = list[Proposal]()
    for sentence in _SENTENCE.split(text):
        words = " ".join(sentence.split())
        kinds = {each.kind for each in proposals}
        if "timer" not in kinds and (length := _wait(words)):
            proposals.append(Proposal("timer", words, length))
        if "escalation" not in kinds and _ESCALATE.search(words):
            proposals.append(Proposal("escalation", words))
    return tuple(proposals)


def _wait(sentence: str) -> str:
    """The length of time that a sentence says to wait: the longer of two. Empty when it says none."""
    found = _WAIT.search(sentence)
    if not found:
        return ""
    given = found.groupdict()
    which = next(each for each in ("", "2", "3") if given[f"count{each}"])
    count, upto, unit = (given[f"{name}{which}"] for name in ("count", "upto", "unit"))
    number = int(upto or (count if count.isdigit() else _NUMBERS[count.lower()]))
    letter = next((letter for letter, pattern in _UNITS if re.fullmatch(pattern, unit, re.IGNORECASE)), "")
    return f"{number}{letter}" if letter and number else ""
