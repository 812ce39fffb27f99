"""Slack over HTTP: the same bot, told by signed requests instead of over a socket."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import select

from tests.content import shipped_library
from tests.examples import many
from tests.ports import free_port
from tests.postgres import postgresql_server, postgresql_url
from warroom.core import commands as c
from warroom.core import events as e
from warroom.core.effects import WAR_ROOM
from warroom.main import Bot
from warroom.runtime.clock import SystemClock
from warroom.settings import load
from warroom.slack.http import Requests, Signatures
from warroom.slack.manifest import manifest
from warroom.store import inbox, rooms
from warroom.store.tables import inbox as inbox_table
from warroom.workspace import InstalledApp, Person, PersonAt, Seed, Workspace
from warroom.workspace.requesturls import signature
from warroom.workspace.timing import Timing

__all__ = ["postgresql_server", "postgresql_url"]
PEOPLE = ("harriet", "ana", "ben")
SEED = Seed(people=tuple(Person(name=name) for name in PEOPLE), channels=("general", "operations"))
TABLES = Path(__file__).parents[1] / "workspace" / "reference"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
Doc = dict[str, Any]


class Town:
    def __init__(self, workspace: Workspace, app: InstalledApp, bot: Bot, people: Mapping[str, PersonAt]) -> None:
        self.workspace, self.app, self.bot, self.people = workspace, app, bot, people

    async def settled(self) -> None:
        async with asyncio.timeout(30):
            await self.workspace.settled()
            await self.bot.settled()

    async def game(self) -> int:
        here = self.workspace.channel("operations")
        await self.people["harriet"].say(here, "/warroom start october-21 @ana @ben")
        await self.settled()
        (row,) = await self.bot.db.read(rooms.listing, None, mode="drill")
        return row.id

    async def events(self, room: int, *kinds: type[Any]) -> list[Any]:
        found = [each.event for each in await self.bot.db.read(rooms.entries, room)]
        return [each for each in found if isinstance(each, kinds)]

    async def channel(self, room: int) -> str:
        return (await self.bot.runtime.room(room)).channels[WAR_ROOM].id

    def sent(self) -> list[tuple[str, str]]:
        """Everything that Slack has sent so far: body and kind."""
        found = [(json.dumps(each.request), JSON) for each in self.workspace.wire.payloads("event")]
        for each in self.workspace.wire.payloads("ask"):
            form = each.request if each.method == "slash_commands" else {"payload": json.dumps(each.request)}
            found += [(urlencode(form), FORM)] if each.method != "url_verification" else []
        return found

    async def post(self, body: str, kind: str = "application/json", at: int | None = None) -> tuple[int, str]:
        signed = signature(self.app.signing_secret, at or int(self.bot.runtime.wall.now().timestamp()), body)
        return await self.send(body, {"Content-Type": kind, **signed})

    async def send(self, body: str, headers: Mapping[str, str]) -> tuple[int, str]:
        address = f"{self.bot.web_address}/slack/events"
        async with aiohttp.ClientSession() as http, http.post(address, data=body.encode(), headers=headers) as answer:
            return answer.status, await answer.text()

    async def timelines(self) -> list[Any]:
        rows = await self.bot.db.read(rooms.listing, None, mode="all")
        return [await self.bot.db.read(rooms.entries, row.id) for row in rows]


async def open_town(folder: Path, database: str, stack: AsyncExitStack) -> Town:
    port = free_port()
    workspace = await stack.enter_async_context(Workspace(seed=SEED, timing=Timing(retries=(0.0, 0.2, 0.2))))
    app = await workspace.install(manifest(f"http://127.0.0.1:{port}/slack/events"))
    people = {name: await stack.enter_async_context(PersonAt(workspace.url, workspace.person(name))) for name in PEOPLE}
    bot = Bot(
        load(
            {},
            database=database,
            slack_bot_token=app.bot_token,
            slack_signing_secret=f"a-secret-that-is-replaced-just-now,{app.signing_secret}",
            slack_api=f"{workspace.url}/api/",
            slack_pace=0.0,
            web_port=port,
            state=str(folder / "state"),
        ),
        library=shipped_library(),
    )
    stack.push_async_callback(bot.stop)
    await bot.start()
    return Town(workspace, app, bot, people)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        yield await open_town(tmp_path, f"sqlite:///{tmp_path / 'warroom.db'}", stack)


@pytest.fixture(params=["sqlite", "postgresql"])
async def either(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        file = f"sqlite:///{tmp_path / 'warroom.db'}"
        url = file if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
        yield await open_town(tmp_path, url, stack)


async def test_a_game_is_played_over_http(either: Town) -> None:
    """A command opens it, a press acts in it, a form and a message reach it; no socket is ever opened."""
    town = either
    room = await town.game()
    war = await town.channel(room)
    await town.people["ana"].say(war, "It is dark here, @ben")
    opening = next(each for each in await town.people["ana"].messages(war) if "How we play" in str(each))
    await town.people["ana"].press(opening, "I agree to that")
    await town.people["harriet"].say(town.workspace.channel("operations"), "/warroom declare")
    view = await town.people["harriet"].wait_for_view("view_opened")
    assert await town.people["harriet"].submit(view, {"title": "The lift is stuck"}) == {}
    await town.settled()
    assert [each.text for each in await town.events(room, e.MessageHeard)] == ["It is dark here, @ben"]
    assert len(await town.events(room, e.ConsentGiven)) == 1
    keys = {row.key for row in await town.bot.db.read(rooms.listing, None, mode="all")}
    assert keys == {"GD-1", "INC-1"}
    assert town.workspace.connections(town.app) == 0
    assert (await town.bot._health()).slack


async def test_a_replayed_request_changes_nothing(town: Town) -> None:
    """Whatever Slack has sent, sent again as it was: acknowledged, and no timeline has one entry more."""
    room = await town.game()
    war = await town.channel(room)
    await town.people["ana"].say(war, "It is dark here")
    await town.people["ana"].say(war, "/warroom command")
    await town.people["ana"].say(war, "/warroom ack")  # refused: nothing is there to be acknowledged, yet
    opening = next(each for each in await town.people["ana"].messages(war) if "How we play" in str(each))
    await town.people["ana"].press(opening, "I agree to that")
    await town.settled()
    before = await town.timelines()
    sent = town.sent()
    assert len(sent) > 5
    at = int(town.bot.runtime.wall.now().timestamp())
    for body, kind in [*sent, *sent]:
        assert (await town.post(body, kind, at))[0] == 200, body
    await town.settled()
    assert await town.timelines() == before


async def test_what_was_refused_is_not_carried_out_when_it_is_replayed(town: Town) -> None:
    """A command that was refused would be allowed now; the very same request, replayed, is not asked again."""
    room = await town.game()
    by = town.people["harriet"].user_id
    asked = {"user_id": town.people["ana"].user_id, "channel_id": await town.channel(room), "text": "command"}
    asked |= {"command": "/warroom", "team_id": town.bot.identity.workspace, "trigger_id": "1.2.3"}  # type: ignore[union-attr]
    at = int(town.bot.runtime.wall.now().timestamp())
    await town.bot.runtime.handle(room, c.PauseGame(by=by, reason="lunch"))
    status, refused = await town.post(urlencode(asked), FORM, at)
    assert (status, "paused" in refused) == (200, True)
    await town.bot.runtime.handle(room, c.ResumeGame(by=by))
    assert (await town.post(urlencode(asked), FORM, at))[0] == 200
    assert await town.events(room, e.RoleTaken) == []
    assert (await town.post(urlencode(asked | {"trigger_id": "1.2.4"}), FORM, at))[0] == 200
    assert len(await town.events(room, e.RoleTaken)) == 1


async def test_an_event_that_is_delivered_twice_counts_once(town: Town) -> None:
    """Slack delivers twice what it was not sure of."""
    room = await town.game()
    town.workspace.faults.duplicate_events(2)
    for text in ("one", "two"):
        await town.people["ana"].say(await town.channel(room), text)
    await town.settled()
    assert sorted(each.text for each in await town.events(room, e.MessageHeard)) == ["one", "two"]


async def test_what_cannot_be_kept_is_not_acknowledged(town: Town) -> None:
    """Without a database every request of Slack's is answered with 503, so that Slack comes again."""
    await town.bot.stop()
    event = {"type": "message", "channel": "C1", "user": "U1", "ts": "1.1", "event_ts": "1.1", "text": "x"}
    kept = {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": event}
    asked = Requests(town.bot.app, town.bot.db, town.bot.runtime.wall, town.bot._backfill)  # type: ignore[arg-type]
    for body in (kept, {"type": "app_rate_limited", "minute_rate_limited": 1}, COMMAND):
        with pytest.raises(RuntimeError):
            await asked.take(body, "v0=1")


async def test_events_that_slack_would_not_tell_are_read(town: Town) -> None:
    """`app_rate_limited` says that events were dropped since a minute: that is noted before it is acknowledged."""
    await town.game()
    minute = int(town.bot.runtime.wall.now().timestamp()) // 60 * 60
    limited = {"type": "app_rate_limited", "team_id": "T1", "minute_rate_limited": minute, "api_app_id": "A1"}
    assert await town.post(json.dumps(limited)) == (200, "")
    query = select(inbox_table.c.payload).where(inbox_table.c.key.like("gap:%"), inbox_table.c.state == "kept")
    (payload,) = await town.bot.db.read(lambda conn: conn.execute(query).scalars().all())
    assert datetime.fromisoformat(json.loads(payload)["since"]).timestamp() == minute


async def test_the_address_proves_that_it_is_ours(town: Town) -> None:
    """`url_verification` is answered with its challenge."""
    asked = {
        "type": "url_verification",
        "token": "x",
        "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P",
    }
    assert await town.post(json.dumps(asked)) == (200, asked["challenge"])


COMMAND = {
    "command": "/warroom",
    "team_id": "T1",
    "user_id": "U1",
    "channel_id": "C1",
    "trigger_id": "1.2.3",
    "text": "",
}


@pytest.mark.parametrize("body", [
    {"type": "event_callback"},
    {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": "x"},
    {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": {}},
    {"type": "event_callback", "team_id": "T1", "event_id": 5, "event": {"type": "message"}},
    {"type": "url_verification"},
    {"type": "app_rate_limited"},
    {"type": "app_rate_limited", "minute_rate_limited": 10**40},
    {"type": "block_actions"},
    {"type": "block_actions", "user": {"id": "U1"}, "team": {"id": "T1"}, "actions": []},
    {"type": "view_submission", "user": {"id": "U1"}, "team": {"id": "T1"}, "view": {"callback_id": "warroom:x"}},
    {"type": "nothing", "user": {"id": "U1"}, "team": {"id": "T1"}},
    {"type": 5},
    COMMAND | {"command": "/other"},
    {name: each for name, each in COMMAND.items() if name != "trigger_id"},
])  # fmt: skip
async def test_what_is_signed_and_nothing_that_slack_sends(town: Town, body: Doc) -> None:
    """Parts that are missing, or are something else: 400, and nothing is kept."""
    assert (await town.post(json.dumps(body)))[0] == 400
    assert await town.bot.db.read(inbox.unfinished, town.bot.runtime.wall.now()) == []


PLAIN = st.none() | st.integers(-5, 5) | st.text(max_size=8)
NAMES = st.sampled_from(
    ["type", "event", "event_id", "team_id", "user", "team", "id", "channel", "actions", "view", "ts", "text", "command",
     "subtype", "message", "challenge", "minute_rate_limited", "trigger_id", "authorizations", "enterprise", "files"]
)  # fmt: skip
TYPES = st.sampled_from(["event_callback", "block_actions", "view_submission", "shortcut", "message_action", "message",
                         "message_changed", "app_mention", "block_suggestion", "url_verification"])  # fmt: skip
VALUES = st.recursive(
    PLAIN | TYPES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=10
)
BODIES = st.dictionaries(NAMES, VALUES, max_size=6)


@settings(max_examples=many(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(body=BODIES, type_=TYPES)
async def test_nothing_that_is_signed_makes_it_fail(town: Town, body: Doc, type_: str) -> None:
    """Whatever is signed, however odd: 200 or 400, never 500 and never 503."""
    for doc in (body, {**body, "type": type_}):
        for text, kind in (
            (json.dumps(doc), "application/json"),
            (urlencode({"payload": json.dumps(doc)}), "application/x-www-form-urlencoded"),
        ):
            status, _ = await town.post(text, kind)
            assert status in {200, 400}, doc


def test_the_manifest_for_http_passes_slacks_own_schema() -> None:
    """Slack's schema accepts it; it names the address wherever Slack sends something, and no socket."""
    address = "https://war.example.org/slack/events"
    schema = json.loads((TABLES / "schemas" / "manifest.schema.2.0.0.json").read_text(encoding="utf-8"))
    problems = list(jsonschema.validators.validator_for(schema)(schema).iter_errors(manifest(address)))
    assert [each.message for each in problems] == []
    assert json.dumps(manifest(address)).count(address) == 3
    assert manifest(address)["settings"]["socket_mode_enabled"] is False


@pytest.mark.parametrize("set_by", [600, 0, -600])
def test_a_clock_that_is_set_makes_nobody_deaf(set_by: float) -> None:
    """Somebody sets the machine's clock, which ours does not follow: what Slack signs now is taken; what is old is not."""
    before = time.time() - set_by  # what the machine said when the process began
    said = iter((before,))
    ours = SystemClock(wall=lambda: next(said, time.time()), passed=lambda: 0.0)
    assert abs(ours.now().timestamp() - before) < 1
    secret = "s" * 32
    known = Signatures([SecretStr(secret)], ours)
    for at, fresh in ((time.time(), True), (min(time.time(), before) - 400, False)):
        signed = signature(secret, int(at), "{}")
        asked = ("{}", signed["X-Slack-Request-Timestamp"], signed["X-Slack-Signature"])
        assert known.signed(*asked) is fresh
