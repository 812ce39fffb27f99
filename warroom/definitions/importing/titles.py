"""A step's title: its first words, without Markdown, short enough for a button."""

import re

from warroom.definitions.importing.words import bare

LONGEST = 75
_END = re.compile(r"(?<=[.!?;])(?=\s)|(?<=[。！？；])|(?<=[:])(?=\s|$)|(?<=：)|\s[–—]\s")
_NO_END = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|approx|no|nr|z\.B|d\.h|ca|bzw|p\.ex|ej|al|fig|[A-Za-z])\.|^\W*\d+\.)$", re.IGNORECASE
)

_ONLY_NUMBER = re.compile(r"(?:step|phase|schritt|étape|paso|passo|шаг|手順|步骤)\s*\d+(?:\.\d+)*\W*", re.IGNORECASE)

_BOLD = re.compile(r"(\*\*|__)[^*_\n]{3,100}\1[:：]?\s*")


def plain(text: str) -> str:
    """The text on one line, without Markdown's marks; placeholders stay."""
    text = re.sub(r"!\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"\[([^\[\]]+)\](?:\([^)\s]*(?:\s+\"[^\"]*\")?\)|\[[^\]]*\])", r"\1", text)
    text = re.sub(
        r"</?(?:br|b|i|em|strong|code|kbd|p|span|div|u|sup|sub|a)(?:\s[^<>]*)?/?>", " ", text, flags=re.IGNORECASE
    )
    text = re.sub(r"<(https?://[^<>\s]+)>", r"\1", text)
    text = re.sub(r"(`+)(.+?)\1", r"\2", text, flags=re.DOTALL)
    text = re.sub(r"(\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1", r"\2", text, flags=re.DOTALL)
    text = re.sub(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])", r"\1", text)
    text = re.sub(r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])", r"\1", text)
    text = re.sub(r"^\s*(?:>\s?|[-*+] (?:\[[ xX]\] )?|\d+[.)] |#+ )", "", text)
    text = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)
    return " ".join(text.split())


def title_of(text: str, otherwise: str) -> str:
    """The first sentence, or as much of it as fits; `otherwise` when there are no words."""
    first, _, rest = text.strip().partition("\n")
    words = _uncovered(plain(first if rest and _BOLD.fullmatch(first.strip()) else text))
    for found in _END.finditer(words):
        head = words[: found.start()].strip()
        if len(head) >= 4 and not _NO_END.search(head) and not _ONLY_NUMBER.fullmatch(head):
            words = head
            break
    words = words.rstrip(" .:;,。：；、")
    if not re.search(r"\w", words):
        words = plain(otherwise).rstrip(" .:;,。：；、") or "Read this"
    return shortened(words)


def _uncovered(words: str) -> str:
    """Without signs before the first word, unless they are part of it."""
    found = bare(words)
    return found or words


def shortened(words: str, longest: int = LONGEST) -> str:
    """Cut between words, with a mark that it was cut."""
    if len(words) <= longest:
        return words
    cut = words[: longest - 1]
    if " " in cut[longest // 2 :]:
        cut = cut.rsplit(" ", 1)[0]
    return cut.rstrip(" .:;,(–-") + "…"
