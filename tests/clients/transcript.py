"""What happened in a playing of the scene, in words that are the same in every playing of it.

Ids and timestamps are numbered by their first appearance; secrets and times of day are blotted out. Order is kept where
Slack keeps it - within what one person sees, within the calls of one bot - and not among deliveries, which Slack promises
to nobody.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from warroom.workspace import PersonAt, Workspace

from .bots import Bot

Doc = dict[str, Any]

_NAMED = re.compile(
    r"(?P<url>http://127\.0\.0\.1:\d+)"
    r"|(?P<key>(?<=/)F[A-Z0-9]{8,}-\w+)"
    r"|\b(?P<id>[ABCDEFGSTUVW][A-Z0-9]{8,})\b"
    r"|(?<![\d.])(?P<ts>\d{10}\.\d{6})\b"
    r"|\bp(?P<pts>\d{16})\b"
)
_GIVEN_BLOCK_ID = re.compile(r"[\w-]{5}")
_BLOTTED = frozenset(
    [
        "avatar_hash",
        "client_msg_id",
        "cursor",
        "event_context",
        "event_id",
        "hash",
        "next_cursor",
        "response_url",
        "token",
        "trigger_id",
        "upload_url",
    ]
)
_TIMES = frozenset(
    ["created", "date_create", "date_update", "event_time", "last_set", "pinned_ts", "timestamp", "updated"]
)


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """`seen` is by person. Everything else is the bot's: what was sent to it, what reached it, what it asked and was told."""

    seen: dict[str, list[Doc]]
    calls: list[Doc]
    replies: list[Doc]
    heard: list[Doc]
    answered: list[Doc]
    asked: list[Doc]
    acknowledged: list[Doc]
    events: list[Doc]
    got: list[Doc]


@dataclass
class _Names:
    """Numbers ids and timestamps by their first appearance."""

    known: dict[str, str] = field(default_factory=dict)

    def plain(self, value: Any, key: str = "") -> Any:
        if key in _BLOTTED and isinstance(value, str) and value:
            return f"<{key}>"
        if key in _TIMES and isinstance(value, int) and value > 10**9:
            return "<time>"
        if key == "block_id" and isinstance(value, str) and _GIVEN_BLOCK_ID.fullmatch(value):
            return self.known.setdefault(value, f"<block{len(self.known)}>")
        if isinstance(value, dict):
            return {self.plain(name): self.plain(each, name) for name, each in value.items()}
        if isinstance(value, list):
            return [self.plain(each) for each in value]
        return _NAMED.sub(self._name, value) if isinstance(value, str) else value

    def _name(self, found: re.Match[str]) -> str:
        kind = found.lastgroup or ""
        if kind == "url":
            return "<workspace>"
        word = found[0]
        if kind == "pts":
            kind, word = "ts", f"{found['pts'][:10]}.{found['pts'][10:]}"
        label = word[0] if kind == "id" else kind
        return self.known.setdefault(word, f"<{label}{len(self.known)}>")


def transcribe(workspace: Workspace, bot: Bot, people: Iterable[tuple[str, PersonAt]]) -> Transcript:
    """Writes the transcript of a scene that has ended."""
    names, wire = _Names(), workspace.wire
    calls = [exchange for exchange in wire.calls() if exchange.method not in _OWN_AFFAIRS]
    asks = [exchange for exchange in wire.payloads("ask") if exchange.method not in _OWN_AFFAIRS]
    acks = [exchange for exchange in wire.payloads("ack") if exchange.method not in _OWN_AFFAIRS]
    return Transcript(
        calls=[names.plain({"method": c.method, "arguments": _arguments(c.request)}) for c in calls],
        replies=[names.plain({"method": c.method, "status": c.status, "reply": c.response}) for c in calls],
        answered=[names.plain({"body": e.request, "answer": e.response}) for e in wire.payloads("response_url")],
        asked=[names.plain(e.request) for e in asks],
        events=[names.plain(e.request) for e in wire.payloads("event")],
        acknowledged=[names.plain(answer) for e in acks if (answer := _payload(e.response))],
        seen={name: [names.plain(event) for event in person.heard()] for name, person in people},
        heard=[names.plain({"method": entry["call"], "reply": entry["reply"]}) for entry in bot.of("call")],
        got=sorted((names.plain(entry["got"]) for entry in bot.of("got")), key=_text),
    )


_OWN_AFFAIRS = ("apps.connections.open", "auth.test", "url_verification")
"""How and when a client connects and looks itself up is its own affair; it is not part of the scene."""


def _text(doc: Doc) -> str:
    return json.dumps(doc, sort_keys=True)


def _payload(answer: Any) -> Any:
    """An acknowledgement's payload: an object, be it sent as one or as text; None if it says nothing."""
    if isinstance(answer, str):
        try:
            answer = json.loads(answer)
        except ValueError:
            return answer
    return answer or None


def _arguments(given: Doc) -> Doc:
    """A call's arguments, whatever they were encoded as."""
    return {name: _decoded(value) for name, value in given.items() if value is not None}


def _decoded(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str) and value[:1] in ("{", "["):
        return json.loads(value)
    return value


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One place where two transcripts differ; None stands for nothing."""

    part: str
    path: tuple[str, ...]
    one: Any
    other: Any

    def __str__(self) -> str:
        return f"{self.part}/{'/'.join(self.path)}: {self.one!r} is not {self.other!r}"


def differences(one: Transcript, other: Transcript) -> list[Difference]:
    """Every place where they differ; none if they are equal."""
    return [
        difference for part, value in vars(one).items() for difference in _compare(part, (), value, vars(other)[part])
    ]


def _compare(part: str, path: tuple[str, ...], one: Any, other: Any) -> Iterator[Difference]:
    if isinstance(one, list) and isinstance(other, list):
        one, other = ({str(n): each for n, each in enumerate(listed)} for listed in (one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        for name in dict.fromkeys((*one, *other)):
            yield from _compare(part, (*path, name), one.get(name), other.get(name))
    elif one != other:
        yield Difference(part=part, path=path, one=one, other=other)
