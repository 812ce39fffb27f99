"""A runbook's Markdown as Slack's markup: what people wrote to be read keeps its links, lists and emphasis.

For texts of definitions. What people type in the chat, and what alerts say, is never read as Markdown.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from warroom.slack.mrkdwn import bold, code, code_block, escape, escape_line, labelled_link

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_BULLETS = ("•", "◦", "▪")
_INDENT = "    "
_SHOWN = ("inline", "fence", "code_block", "hr", "table_open")


@lru_cache(maxsize=1)
def _parser() -> "MarkdownIt":
    """CommonMark without HTML: `<pod>` is a value to fill in and no tag. Tables are seen, and shown as they are."""
    from markdown_it import MarkdownIt  # with the first text that is shown: a start needs none

    return MarkdownIt("commonmark", {"html": False}).enable("table")


@lru_cache(maxsize=512)
def mrkdwn_of(text: str) -> str:
    """The same text in mrkdwn, escaped. Never raises: what Slack has no markup for is shown as it was written."""
    lines = text.split("\n")
    return "\n".join(_blocks(_parser().parse(text), lines)).strip("\n")


def filled(text: str, values: Sequence[str]) -> str:
    """Rendered text with its values in the places that were kept for them: as text in text, encoded in an address."""
    text = _MARK.sub(lambda found: _value(values, found[1]), text)
    return _MARK_IN_ADDRESS.sub(lambda found: quote(_raw(values, found[1]), safe=""), text)


def _value(values: Sequence[str], place: str) -> str:
    return escape_line(_raw(values, place)).replace("`", "ˋ").replace("*", "∗").replace("~", "∼")


def _raw(values: Sequence[str], place: str) -> str:
    return values[int(place)] if int(place) < len(values) else ""


_MARK = re.compile("\ue000(\\d{1,4})\ue001")
_MARK_IN_ADDRESS = re.compile("%EE%80%80(\\d{1,4})%EE%80%81")


def _blocks(tokens: "Sequence[Token]", source: Sequence[str]) -> Iterator[str]:
    """Line by line. A blank line stands where one stood between blocks of the text."""
    lists: list[int | None] = []  # the number of the next item of each list we are in; None in one of bullets
    begins = False  # whether the next line begins an item
    quoted = shown = 0
    within_table = False
    for token in tokens:
        first, last = token.map or (shown, shown)
        if token.type in _SHOWN and shown and not begins and not within_table and _blank(source, shown, first):
            yield ""
        match token.type:
            case "bullet_list_open":
                lists.append(None)
            case "ordered_list_open":
                lists.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                begins = True
            case "blockquote_open":
                quoted += 1
            case "blockquote_close":
                quoted -= 1
            case "table_open":
                within_table = True
                yield code_block("\n".join(source[first:last]), alone=False)
                shown = last
            case "table_close":
                within_table = False
            case "fence" | "code_block":
                yield code_block(token.content.rstrip("\n"), alone=False)
                begins, shown = False, last
            case "hr":
                yield "───"
                shown = last
            case "inline" if not within_table:
                said = _inline(token.children or [], heading=token.level > 0 and _is_heading(tokens, token))
                mark = _mark(lists) if begins else _INDENT * len(lists)
                before = "> " if quoted else ""
                for place, line in enumerate(said.split("\n")):
                    yield f"{before}{mark if place == 0 else _INDENT * len(lists)}{line}"
                begins, shown = False, last


def _blank(source: Sequence[str], since: int, until: int) -> bool:
    return any(not line.strip() for line in source[since:until])


def _is_heading(tokens: "Sequence[Token]", inline: "Token") -> bool:
    place = next(at for at, each in enumerate(tokens) if each is inline)
    return tokens[place - 1].type == "heading_open"


def _mark(lists: list[int | None]) -> str:
    number, indent = lists[-1], _INDENT * (len(lists) - 1)
    if number is None:
        return f"{indent}{_BULLETS[min(len(lists), len(_BULLETS)) - 1]} "
    lists[-1] = number + 1
    return f"{indent}{number}. "


def _inline(tokens: "Sequence[Token]", *, heading: bool = False) -> str:
    if heading:
        return bold("".join(each.content for each in tokens))
    said, link = list[str](), ""
    label = list[str]()
    for token in tokens:
        here = label if link else said
        match token.type:
            case "text":
                here.append(escape(token.content))
            case "softbreak" | "hardbreak":
                here.append("\n")
            case "code_inline":
                here.append(code(token.content))
            case "strong_open" | "strong_close":
                here.append("*")
            case "em_open" | "em_close":
                here.append("_")
            case "link_open":
                link = str(token.attrGet("href") or "")
            case "link_close":
                said.append(labelled_link(link, "".join(label)))
                link, label = "", []
            case "image":
                said.append(labelled_link(str(token.attrGet("src") or ""), escape(token.content) or "picture"))
            case _:
                here.append(escape(token.content))
    return "".join(said)
