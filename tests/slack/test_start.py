"""A start does not need Slack, once Slack has been met; and connections come back whatever becomes of them."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.content import shipped_library
from tests.postgres import postgresql_server, postgresql_url
from warroom import main
from warroom.demo.alert import payload
from warroom.errors import SettingsError, SlackUnusable
from warroom.main import Bot
from warroom.runtime.clock import Clock, SystemClock
from warroom.settings import Settings, load
from warroom.slack.manifest import manifest
from warroom.store import rooms
from warroom.workspace import InstalledApp, Person, PersonAt, Seed, Workspace
from warroom.workspace.timing import Timing

__all__ = ["postgresql_server", "postgresql_url"]
SEED = Seed(people=(Person(name="ana"), Person(name="ben")), channels=("general", "operations"))
HOOK_TOKEN = "a-token-for-the-tests-of-a-start-1"
ENOUGH = 40
HASTY = Timing(disconnect_warning=1.0)
LOOK = 0.02  # seconds between two looks


class Town:
    """A workspace that may be away, and the settings of a bot for it."""

    def __init__(self, workspace: Workspace, app: InstalledApp, settings: Settings, stack: AsyncExitStack) -> None:
        self.workspace, self.app, self.settings, self.stack = workspace, app, settings, stack
        self.port = int(workspace.url.rpartition(":")[2])

    def bot(self, *, wall: Clock | None = None, **more: Any) -> Bot:
        bot = Bot(self.settings.model_copy(update=more), library=shipped_library(), wall=wall)
        self.stack.push_async_callback(bot.stop)
        return bot

    async def away(self) -> None:
        await self.workspace.stop()

    async def back(self, folder: Path) -> None:
        self.workspace = Workspace(seed=SEED, state=folder / "workspace.db")
        await self.workspace.start(port=self.port)
        self.stack.push_async_callback(self.workspace.stop)


@asynccontextmanager
async def opened(tmp_path: Path, database: str = "") -> AsyncIterator[Town]:
    """A town whose bot keeps things here; in a file of its own if nothing else is said."""
    async with AsyncExitStack() as stack:
        workspace = Workspace(seed=SEED, state=tmp_path / "workspace.db", timing=HASTY)
        await workspace.start()
        stack.push_async_callback(workspace.stop)
        app = await workspace.install(manifest())
        settings = load(
            {},
            database=database or f"sqlite:///{tmp_path / 'warroom.db'}",
            slack_bot_token=app.bot_token,
            slack_app_token=app.app_token,
            slack_api=f"{workspace.url}/api/",
            slack_pace=0.0,
            slack_connections=2,
            web_port=0,
            webhook_tokens=(HOOK_TOKEN,),
            responders=(workspace.person("ana"),),
            operations_channel=workspace.channel("operations"),
            state=str(tmp_path / "state"),
        )
        yield Town(workspace, app, settings, stack)


@pytest.fixture(params=["sqlite", "postgresql"])
async def town(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Town]:
    database = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    async with opened(tmp_path, database) as town:
        yield town


async def alert(bot: Bot) -> int:
    headers = {"Authorization": f"Bearer {HOOK_TOKEN}", "Content-Type": "application/json"}
    address = f"{bot.web_address}/hooks/alertmanager"
    body = payload(SystemClock().now())
    async with aiohttp.ClientSession() as http, http.post(address, data=body, headers=headers) as answer:
        return answer.status


async def health(bot: Bot) -> tuple[int, Any]:
    async with aiohttp.ClientSession() as http, http.get(f"{bot.web_address}/readyz") as answer:
        return answer.status, await answer.json()


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(ENOUGH):
        while not await holds():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(LOOK)


async def test_a_start_does_not_need_slack(town: Town, tmp_path: Path) -> None:
    """Slack is away at the start: alerts are taken and kept, health says so; when Slack is back, what waits is said."""
    bot = town.bot()
    await bot.start()
    await bot.stop()
    await town.away()
    bot = town.bot()
    async with asyncio.timeout(ENOUGH):
        await bot.start()
    assert await alert(bot) == 200
    status, told = await health(bot)
    assert (status, told["slack"]) == (200, False)
    assert any("no connection to Slack" in each for each in told["troubles"])
    await town.back(tmp_path)

    async def connected() -> bool:
        return bool((await health(bot))[1]["slack"])

    await until(connected)
    async with asyncio.timeout(ENOUGH):
        await bot.settled()
    (row,) = await bot.db.read(rooms.listing, None, mode="real")
    assert set((await bot.runtime.room(row.id)).channels) == {"war-room"}


async def test_that_the_clock_was_set_is_told(town: Town) -> None:
    """Somebody sets the machine's clock two hours forwards while the bot runs: it stays ready, and health names it."""
    hours = 0

    def machine() -> float:
        return time.time() + 3600 * hours

    bot = town.bot(wall=SystemClock(wall=machine))
    await bot.start()
    hours = 2
    status, told = await health(bot)
    assert (status, told["clock_set_seconds"]) == (200, 7200)
    assert any("set forwards by 2 h" in each for each in told["troubles"])


async def test_a_bot_that_never_met_slack_waits_for_it(town: Town, tmp_path: Path) -> None:
    """Nobody knows whose rooms these are: alerts are sent away to come again, health says why; then it starts by itself."""
    await town.away()
    bot = town.bot()
    starting = asyncio.create_task(bot.start())

    async def listens() -> bool:
        return bool(bot.web_address) and bool(bot.meeting.away)

    await until(listens)
    assert await alert(bot) == 503
    status, told = await health(bot)
    assert status == 503
    assert any("Slack has been met" in each and "reachable" in each for each in told["troubles"])
    await town.back(tmp_path)
    async with asyncio.timeout(ENOUGH):
        await starting
    assert await alert(bot) == 200
    assert (await health(bot))[0] == 200


async def test_a_token_that_slack_refuses_ends_the_start(town: Town) -> None:
    """That is not Slack being away: whoever starts it is told what to do, even when it has been met before."""
    bot = town.bot()
    await bot.start()
    await bot.stop()
    await town.workspace.revoke(town.app)
    with pytest.raises(SlackUnusable, match="SLACK_BOT_TOKEN"):
        await town.bot().start()


async def test_another_token_is_somebody_else(town: Town) -> None:
    """Who the bot is, is remembered for its token alone: with another it has to ask."""
    bot = town.bot()
    await bot.start()
    await bot.stop()
    await town.away()
    other = load({}, slack_bot_token="xoxb-another", slack_app_token=town.app.app_token).slack_bot_token
    bot = town.bot(slack_bot_token=other)
    starting = asyncio.create_task(bot.start())

    async def listens() -> bool:
        return bool(bot.meeting.away)

    await until(listens)
    await asyncio.wait({starting}, timeout=0.5)
    assert not starting.done()
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)


@pytest.mark.parametrize(("given", "says"), [
    ({}, ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"]),
    ({"slack_bot_token": "xoxb-1"}, ["SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"]),
])  # fmt: skip
def test_one_way_to_be_told_is_needed(given: dict[str, str], says: list[str]) -> None:
    """Without an app token and a signing secret there is no way in; with either there is."""
    with pytest.raises(SettingsError) as error:
        main.must_have_tokens(load({}, **given))
    assert all(each in str(error.value) for each in says)
    main.must_have_tokens(load({"SLACK_SIGNING_SECRET": "x" * 32}, slack_bot_token="xoxb-1"))
    main.must_have_tokens(load({"SLACK_APP_TOKEN": "xapp-1"}, slack_bot_token="xoxb-1"))


def test_a_signing_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    """As every secret may; two while one is being replaced, and neither is ever shown."""
    (tmp_path / "secret").write_text("first-secret-of-32-characters-00,second-secret-of-32-characters-0\n")
    settings = load({"WARROOM_SLACK_SIGNING_SECRET_FILE": str(tmp_path / "secret")})
    assert len(settings.slack_signing_secret) == 2
    assert {"first-secret-of-32-characters-00", "second-secret-of-32-characters-0"} <= set(settings.secrets())
    assert "first-secret" not in repr(settings)


# --- connections


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[tuple[Town, PersonAt]]:
    """On one database: a connection does not know where things are kept."""
    async with opened(tmp_path) as town:
        await town.bot().start()
        ana = await town.stack.enter_async_context(PersonAt(town.workspace.url, town.workspace.person("ana")))
        yield town, ana


async def tickets(town: Town, count: int) -> bool:
    """Whether so many tickets have been asked for."""
    return len(town.workspace.wire.calls("apps.connections.open")) >= count


async def answers(town: Town, ana: PersonAt) -> None:
    """The bot hears and answers."""
    async with asyncio.timeout(ENOUGH):
        await ana.say(town.workspace.channel("general"), "/warroom rooms")
        await ana.wait_for_message(lambda each: "No room is open" in str(each["text"]))


@pytest.mark.parametrize("fault", ["cut", "tickets", "expired", "handshakes", "limited", "odd limit", "frozen",
                                   "link_disabled", "refresh_requested", "warning"])  # fmt: skip
async def test_connections_come_back(running: tuple[Town, PersonAt], fault: str) -> None:
    """Whatever becomes of them, both connections stand again within seconds, and the bot hears and answers."""
    town, ana = running
    await town.workspace.wait_for_connections(town.app, 2)
    faults = town.workspace.faults
    match fault:
        case "tickets":
            faults.refuse_tickets(2)
        case "expired":
            faults.expire_tickets(2)
        case "handshakes":
            faults.refuse_handshakes(2)
        case "limited":
            faults.rate_limit("apps.connections.open", times=2, retry_after=2)
        case "odd limit":
            faults.html("apps.connections.open", times=2, status=502)
    before = len(town.workspace.wire.calls("apps.connections.open"))
    if fault == "frozen":
        faults.freeze_sockets()
    elif fault in ("link_disabled", "refresh_requested", "warning"):
        faults.disconnect(fault)
    else:
        faults.close_sockets()
    async with asyncio.timeout(20):
        await until(lambda: tickets(town, before + 2))
        await town.workspace.wait_for_connections(town.app, 2)
    await answers(town, ana)
    if fault == "limited":
        calls = [each.at for each in town.workspace.wire.calls("apps.connections.open")][before:]
        assert len(calls) == 4
        assert min(calls[2:]) - max(calls[:2]) >= 2, "it waits as long as Slack says"
    assert len(town.workspace.wire.calls("apps.connections.open")) - before <= 6, "and does not hammer"
