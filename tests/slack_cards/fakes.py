"""Views filled with anything: hostile texts in every field, sizes from none to far too many."""

import types
import typing
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.examples import many

# No deadline and no health check: the machine may be busy, and texts are long on purpose.
MANY = settings(deadline=None, suppress_health_check=list(HealthCheck))
FEW = settings(MANY, max_examples=many(40))

TRICKS = (
    "<!channel>",
    "<!here|x>",
    "<!subteam^S1>",
    "<@U0EVIL>",
    "<#C0EVIL|general>",
    "<https://evil.example|Remediate>",
    "<mailto:a@evil.example>",
    "<!date^1^{date}^https://evil.example|now>",
    "&lt;!channel&gt;",
    "&amp;lt;!everyone&amp;gt;",
    "@channel @here @everyone",
    "<" * 20,
    "&&&&",
    "```",
    "`*_~",
    "*",
    "|",
    "\n> quoted\n",
    "\u202e\u200b\u2066",
    "<\u200b!channel>",
    "\ud800",
    "\x00\x1b[31m",
    "\u2028",
    "\U000e0041",
    "🧑‍🚒👩🏽‍🚒",
    "ŷ́́",
    "🔴 REAL INCIDENT · INC-1",
    '{"r":1}',
    " ",
)
LONG = st.builds(
    lambda piece, times: piece * times, st.sampled_from((*TRICKS, "word ", "x", "🟥")), st.integers(50, 1500)
)
HOSTILE = st.one_of(
    st.sampled_from(TRICKS),
    st.lists(st.one_of(st.sampled_from(TRICKS), st.text(max_size=8)), max_size=6).map("".join),
    st.text(max_size=30),
)
DO = st.sampled_from(("answer", "play", "skip-inject", "speak", "note"))


def anything(
    kind: Any, name: str = "", text: st.SearchStrategy[str] = HOSTILE, most: int = 4
) -> st.SearchStrategy[Any]:
    """Values of this type. Read from the type itself, so that a new field is tried without a word here."""
    if name == "do":
        return DO
    made = _SIMPLE.get(kind)
    if made is not None:
        return text if kind is str else made()
    if get_origin(kind) is Literal:
        return st.sampled_from(get_args(kind))
    if get_origin(kind) in (Union, types.UnionType):
        return st.one_of(*(anything(each, name, text, most) for each in get_args(kind)))
    if get_origin(kind) is tuple:
        return _tuple(get_args(kind), text, most)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return st.builds(
            typing.cast(Callable[..., Any], kind),
            **{each.name: anything(hints[each.name], each.name, text, most) for each in fields(kind)},
        )
    return st.sampled_from(tuple(kind))  # an enumeration


def _tuple(inner: tuple[Any, ...], text: st.SearchStrategy[str], most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    if len(inner) == 2 and inner[1] is Ellipsis:
        return st.lists(anything(inner[0], "", text, most), max_size=most).map(tuple)
    return st.tuples(*(anything(each, "", text, most) for each in inner))


_SIMPLE: dict[Any, Callable[[], st.SearchStrategy[Any]]] = {
    str: st.nothing,
    bool: st.booleans,
    int: lambda: st.integers(0, 60),
    type(None): st.none,
    datetime: lambda: st.integers(10**9, 3 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    timedelta: lambda: st.timedeltas(timedelta(0), timedelta(days=9)),
}
