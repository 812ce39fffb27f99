"""Makes texts that try to become markup, and blocks with such texts in every place that holds one. Seeded: a failure repeats."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

IDIOMS = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(2)>", "<svg/onload=alert(3)>", "<iframe src=javascript:alert(4)>",
    "<a href='javascript:alert(5)'>x</a>", "<b>bold</b>", "<!--", "-->", "]]>", "<![CDATA[", "<style>*{}</style>", "<base href=//evil>",
    "<javascript:alert(6)|press>", "<JaVaScRiPt:alert(7)|x>", "<java\tscript:alert(8)|x>", "<data:text/html,<script>|x>",
    "<vbscript:msgbox|x>", "<file:///etc/passwd|x>", "<//evil.example|x>", "</\\evil.example|x>", "<https://ok.example|<b>b</b>>",
    "<https://ok.example/?a=\"onclick=alert(9)|t>", "<mailto:a@b.example|mail>", "<https://ok.example|a|b>", "<https://ok.example|>",
    "<|>", "<>", "<@U1>", "<@U2|name>", "<@U999|<i>>", "<#C1>", "<#C9|x>", "<#C1|\"><img>", "<!here>", "<!channel|x>", "<!subteam^S1|@g>",
    "<!subteam^S9>", "<!date^1795000000^{date_short}|day>", "<!date^1795000000^{time}^javascript:alert(1)|t>",
    "<!date^x^{date}|<b>>", "<!date^1795000000^\"><img>|f>", "<!evil^x|y>", "&lt;script&gt;", "&amp;lt;b&amp;gt;", "&#60;b&#62;", "&#x3c;img&#x3e;",
    "&quot;", "&nbsp;", "[m](javascript:alert(10))", "[m](<javascript:alert(11)>)", "![i](data:text/html,x)", "[a](https://ok.example \"t\")",
    "[a](java&#115;cript:alert(12))", "<https://ok.example>", "https://ok.example/<b>", "http://a.example\"onmouseover=\"x", "javascript:alert(13)",
    "*b*", "_i_", "~s~", "`c`", "```p```", "```js\nx\n```", "**b**", "__b__", "~~s~~", "# h", "- l", "1. o", "> q", "&gt; q", ">>> all", "&gt;&gt;&gt;",
    "| a | b |", "|---|---|", "---", ":fire:", ":wave::skin-tone-3:", ":constructor:", ":__proto__:", ":no_such_thing:", "<`", "`<", "*<", ">*",
    "\u202e", "\u2066", "\u2069", "\u200f", "\u200b", "\ufeff", "\x00", "\x1b[31m", "\ud83d\udd25", "e\u0301", "𝒳", "ﷺ", "\"'", "' onclick=alert(14) '",
    "\" style=\"x", "{{7*7}}", "${7*7}", "\\", "\\*", "\n", "\r\n", "\t", "\u2028", " ", "word", "1", "é", "語",
)  # fmt: skip


def text(rng: random.Random, most: int = 9) -> str:
    """A text of up to `most` idioms, sometimes cut in the middle of one."""
    made = "".join(rng.choice(IDIOMS) + rng.choice(("", "", " ", "\n")) for _ in range(rng.randint(1, most)))
    return made[: rng.randint(1, len(made))] if rng.random() < 0.25 and made else made


def of_alphabet(rng: random.Random, alphabet: Sequence[str], most: int = 40) -> str:
    """A text of letters of this alphabet."""
    return "".join(rng.choice(alphabet) for _ in range(rng.randint(0, most)))


KEPT = frozenset({"type", "style", "level", "status", "width", "range", "block_id", "source", "trigger_actions_on"})


def poisoned(rng: random.Random, given: Any, key: str = "", *, mistyped: float = 0.01) -> Any:
    """The same structure with a hostile text in place of every text a person or an app chooses.

    `mistyped` is how often something that is no text stands where one belongs, from 0 to 1.
    """
    if isinstance(given, dict):
        return {name: poisoned(rng, value, name, mistyped=mistyped) for name, value in given.items()}
    if isinstance(given, list):
        return [poisoned(rng, value, key, mistyped=mistyped) for value in given]
    if isinstance(given, str) and (key not in KEPT or rng.random() < 0.03):
        return rng.choice((None, 7, [], {})) if rng.random() < mistyped else text(rng, 4)
    return given


_STYLES: tuple[dict[str, bool], ...] = ({}, {}, {"bold": True}, {"italic": True, "strike": True}, {"code": True})


def rich_text(rng: random.Random, depth: int = 0) -> dict[str, Any]:
    """A rich_text block of random parts, some of no known type."""
    parts = [_part(rng, depth) for _ in range(rng.randint(0, 5))]
    return {"type": "rich_text", "elements": parts}


def _part(rng: random.Random, depth: int) -> dict[str, Any]:
    kind = rng.choice(
        ("rich_text_section", "rich_text_quote", "rich_text_preformatted", "rich_text_list", text(rng, 2))
    )
    if kind != "rich_text_list" or depth > 2:
        return {"type": kind, "language": text(rng, 1), "elements": [_leaf(rng) for _ in range(rng.randint(0, 4))]}
    items = [{"type": "rich_text_section", "elements": [_leaf(rng)]} for _ in range(rng.randint(0, 3))]
    extra = {"indent": rng.choice((0, 1, 9, -1, "x", None)), "offset": rng.choice((0, 3, "x"))}
    return {"type": kind, "style": rng.choice(("bullet", "ordered", text(rng, 1))), "elements": items, **extra}


def _leaf(rng: random.Random) -> dict[str, Any]:
    kind = rng.choice(
        ("text", "link", "user", "channel", "usergroup", "broadcast", "emoji", "date", "color", "team", text(rng, 1))
    )
    fields = (
        "text",
        "url",
        "user_id",
        "channel_id",
        "usergroup_id",
        "range",
        "name",
        "value",
        "team_id",
        "fallback",
        "format",
    )
    leaf: dict[str, Any] = {name: text(rng, 3) for name in fields}
    return {**leaf, "type": kind, "timestamp": rng.choice((1_795_000_000, "x", -1, 1e20)), "style": rng.choice(_STYLES)}
