"""What Slack's message box makes of typed text beside the text itself: one rich_text block, as events carry it.

    composed("*down*: <@U1> :eyes:")  ->  bold text, text, user, emoji

It reads the text as a message carries it (escaped, mentions and links marked up). Lists and headings have no markup in Slack's
mrkdwn and stay text. The structure is that of docs.slack.dev (rich text block).
"""

import re
import secrets
from typing import Any

from warroom.workspace.model import Doc

_FENCE = re.compile(r"```\n?(.+?)\n?```", re.DOTALL)
_QUOTE = re.compile(r"&gt; ?(.*)")
_STYLES = {"*": "bold", "_": "italic", "~": "strike"}
_INLINE = re.compile(
    r"(?<![\w`])`(?P<code>[^`\n]+)`(?!\w)"
    r"|<(?P<reference>[^<>\n]+)>"
    r"|(?<!\w):(?P<emoji>(?=[^:]*[a-z])[a-z0-9_+'-]+|[+-]1)(?:::skin-tone-(?P<tone>[2-6]))?:(?!\w)"
    r"|(?<![\w*_~])(?P<mark>[*_~])(?P<marked>(?=\S)[^\n]*?\S)(?P=mark)(?![\w*_~])"
)


def composed(text: str) -> list[Doc]:
    """The blocks of a message that a person typed."""
    parts: list[Doc] = []
    at = 0
    for fence in _FENCE.finditer(text):
        parts += _lines(text[at : fence.start()].strip("\n"))
        parts.append({"type": "rich_text_preformatted", "elements": [_text(fence[1])], "border": 0})
        at = fence.end()
    parts += _lines(text[at:].lstrip("\n") if at else text)
    return [{"type": "rich_text", "block_id": secrets.token_urlsafe(4)[:5], "elements": parts}]


def _lines(text: str) -> list[Doc]:
    """Sections and quotes; lines of one kind that follow one another are one part."""
    if not text:
        return []
    groups: list[tuple[str, list[str]]] = []
    for line in text.split("\n"):
        quote = _QUOTE.fullmatch(line)
        kind = "rich_text_quote" if quote else "rich_text_section"
        if not groups or groups[-1][0] != kind:
            groups.append((kind, []))
        groups[-1][1].append(quote[1] if quote else line)
    return [{"type": kind, "elements": _inline("\n".join(lines), {})} for kind, lines in groups]


def _inline(text: str, style: dict[str, bool]) -> list[Doc]:
    elements: list[Doc] = []
    at = 0
    for found in _INLINE.finditer(text):
        if found.start() > at:
            elements.append(_text(text[at : found.start()], style))
        elements += _marked(found, style)
        at = found.end()
    if at < len(text):
        elements.append(_text(text[at:], style))
    return elements


def _marked(found: re.Match[str], style: dict[str, bool]) -> list[Doc]:
    if found["code"]:
        return [_text(found["code"], style | {"code": True})]
    if found["emoji"]:
        tone = {"skin_tone": int(found["tone"])} if found["tone"] else {}
        return [{"type": "emoji", "name": found["emoji"]} | tone]
    if found["mark"]:
        return _inline(found["marked"], style | {_STYLES[found["mark"]]: True})
    return [_reference(found["reference"], style)]


def _reference(inside: str, style: dict[str, bool]) -> Doc:
    target, _, label = inside.partition("|")
    styled: dict[str, Any] = {"style": style} if style else {}
    match target[:1], target[1:]:
        case "@", id_:
            return {"type": "user", "user_id": id_} | styled
        case "#", id_:
            return {"type": "channel", "channel_id": id_} | styled
        case "!", word if word in ("here", "channel", "everyone"):
            return {"type": "broadcast", "range": word} | styled
        case "!", word if word.startswith("subteam^"):
            return {"type": "usergroup", "usergroup_id": word.removeprefix("subteam^")} | styled
        case "!", _:
            return _text(label or target, style)
    return {"type": "link", "url": _unescaped(target)} | ({"text": _unescaped(label)} if label else {}) | styled


def _text(text: str, style: dict[str, bool] | None = None) -> Doc:
    return {"type": "text", "text": _unescaped(text)} | ({"style": style} if style else {})


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
