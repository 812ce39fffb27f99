"""One scene, two bots that differ in nothing but Slack's official client, two ways of delivery: what happens is the same."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest

from warroom.workspace import PersonAt, Workspace

from .bots import UNHURRIED, running
from .scene import SEED, manifest, play
from .transcript import Difference, Transcript, differences, transcribe

_HERE = Path(__file__).parent
_PYTHON = (sys.executable, str(_HERE / "bot_python.py"))
_NODE = ("node", str(_HERE / "bot_node" / "app.js"))

Mode = Literal["socket", "http"]
Play = Callable[[tuple[str, ...], Mode], Transcript]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Play:
    """The transcript of a bot's scene, which is played when it is first asked for."""

    @cache
    def play(command: tuple[str, ...], mode: Mode) -> Transcript:
        return asyncio.run(_played(command, mode, tmp_path_factory.mktemp(mode)))

    return play


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """A difference between the clients that the workspace has no part in, and the reason."""

    reason: str
    fits: Callable[[Difference], bool]


_SCOPES = {"scopes", "acceptedScopes"}


def _only_scopes(difference: Difference) -> bool:
    """All that is more in the Node client's reply are scopes."""
    if difference.one is not None:
        return False
    return set(difference.other) <= _SCOPES if len(difference.path) == 3 else difference.path[3] in _SCOPES


BETWEEN_CLIENTS = (
    Allowed(
        reason="slack_sdk writes true as 1 in a query, @slack/web-api as true in a form",
        fits=lambda d: d.part == "calls" and (d.one, d.other) == ("1", "true"),
    ),
    Allowed(
        reason="@slack/web-api puts the scopes of the reply's headers into the reply; slack_sdk leaves them in the headers",
        fits=lambda d: d.part == "heard" and d.path[1:3] == ("reply", "response_metadata") and _only_scopes(d),
    ),
    Allowed(
        reason="slack_bolt's respond() sends an empty text where there is none, @slack/bolt's leaves it out",
        fits=lambda d: d.part == "answered" and d.path[1:] == ("body", "text") and (d.one, d.other) == ("", None),
    ),
)


def test_both_clients_live_through_the_same(node_client: Path, played: Play) -> None:
    """Over Socket Mode the Python and the Node client make people see the same and are told the same, to the last field."""
    _same(played(_PYTHON, "socket"), played(_NODE, "socket"), BETWEEN_CLIENTS)


def test_over_http_it_is_the_same(node_client: Path, played: Play) -> None:
    """Signed requests to the app's URL carry what Socket Mode carries, for either client."""
    _same(played(_PYTHON, "socket"), played(_PYTHON, "http"), ())
    _same(played(_PYTHON, "http"), played(_NODE, "http"), BETWEEN_CLIENTS)


def test_the_scene_shows_something(played: Play) -> None:
    """The comparison is not of empty things: all people saw, every method answered, and a bystander saw only what is public."""
    scene = played(_PYTHON, "socket")
    refused = [entry["reply"]["error"] for entry in scene.replies if not entry["reply"]["ok"]]
    assert refused == [
        "hash_conflict",
        "channel_not_found",
        "invalid_blocks",
        "message_not_found",
        "name_taken",
        "invalid_name_specials",
        "invalid_trigger_id",
        "message_not_found",
        "user_not_found",
        "missing_scope",
        "is_archived",
    ]
    assert len({entry["method"] for entry in scene.calls}) >= 28
    shown = {name: " / ".join(_shown(events)) for name, events in scene.seen.items()}
    assert ["Only you" in shown[name] for name in ("ana", "ben", "mira")] == [False, True, False]
    assert ["You said some &amp; &lt;thing&gt;" in shown[name] for name in ("ana", "ben", "mira")] == [
        True,
        False,
        False,
    ]
    assert all("Found it." in text for text in shown.values())
    assert [ack.get("response_action") for ack in scene.acknowledged] == [None, None, None, "errors", "update"]
    assert {event["event"]["type"] for event in scene.events} >= {"app_mention", "app_home_opened", "channel_archive"}


@pytest.mark.parametrize("mode", ["socket", "http"])
def test_what_is_sent_is_what_arrives(mode: Mode, played: Play) -> None:
    """Every event and payload that the workspace says it sent reached the bot, each once and unchanged."""
    scene = played(_PYTHON, mode)
    sent = sorted(map(_without_token, (*scene.asked, *scene.events)), key=repr)
    assert sorted(map(_without_token, scene.got), key=repr) == sent


def test_a_difference_is_found() -> None:
    """A transcript that differs in one field, or lacks an entry, is told apart from the other."""
    one = _only(calls=[{"method": "auth.test", "arguments": {"a": "1"}}])
    assert differences(one, _only(calls=[{"method": "auth.test", "arguments": {"a": "1"}}])) == []
    assert [str(d) for d in differences(one, _only(calls=[{"method": "auth.test", "arguments": {"a": "2"}}]))] == [
        "calls/0/arguments/a: '1' is not '2'"
    ]
    assert len(differences(one, _only(calls=[]))) == 1


def _only(calls: list[dict[str, object]]) -> Transcript:
    none = {part: [] for part in ("replies", "heard", "answered", "asked", "acknowledged", "events", "got")}
    return Transcript(seen={}, calls=calls, **none)


def _shown(events: list[dict[str, Any]]) -> list[str]:
    return [event["message"]["text"] for event in events if event["type"] == "message"]


def _without_token(payload: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in payload.items() if name != "token"}


def _same(one: Transcript, other: Transcript, allowed: Sequence[Allowed]) -> None:
    """They differ in what is allowed and in nothing else, and each allowance is needed."""
    found = differences(one, other)
    assert [str(d) for d in found if not any(a.fits(d) for a in allowed)] == []
    assert [a.reason for a in allowed if not any(a.fits(d) for d in found)] == []


async def _played(command: Sequence[str], mode: Mode, folder: Path) -> Transcript:
    """Plays the scene in a workspace of its own, until all that was sent has arrived."""
    async with AsyncExitStack() as stack:
        workspace = await stack.enter_async_context(Workspace(seed=SEED, timing=UNHURRIED))
        app = await workspace.install(manifest())
        bot = await stack.enter_async_context(running(command, workspace, app, folder / "bot.log", mode))
        if mode == "http":
            await workspace.install(manifest(f"http://127.0.0.1:{bot.of('ready')[0]['port']}/slack/events"))
        people = [
            (name, await stack.enter_async_context(PersonAt(workspace.url, workspace.person(name))))
            for name in ("ana", "ben", "mira")
        ]
        await play(workspace, app, bot, people[0][1], people[1][1])
        await bot.until(lambda: len(bot.of("got")) >= _sent(workspace), "everything sent")
        return transcribe(workspace, bot, people)


def _sent(workspace: Workspace) -> int:
    asks = [ask for ask in workspace.wire.payloads("ask") if ask.method != "url_verification"]
    return len(asks) + len(workspace.wire.payloads("event"))
