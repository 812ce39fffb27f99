"""A local workspace with the bot in it, in this process, so that what it does can be counted."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from bench.cost.places import Place
from warroom.main import Bot
from warroom.settings import load
from warroom.slack.manifest import manifest
from warroom.store.db import Database
from warroom.workspace import InstalledApp, Person, PersonAt, Seed, Workspace

PEOPLE = ("harriet", "ana", "ben", "carl")
SEED = Seed(people=tuple(Person(name=name) for name in PEOPLE), channels=("general", "operations"))


class Stage:
    def __init__(self, workspace: Workspace, app: InstalledApp, bot: Bot, people: dict[str, PersonAt]) -> None:
        self.workspace, self.app, self.bot, self.people = workspace, app, bot, people
        self.channel = workspace.channel("general")

    async def settled(self) -> None:
        """Returns when nothing is under way, and nobody is still being looked up."""
        await self.bot.settled()

    async def war_room(self, who: str, part: str = "inc-") -> str:
        await self.settled()
        found = [each["id"] for each in await self.people[who].channels() if part in (each.get("name") or "")]
        return str(found[-1])


@asynccontextmanager
async def opened(
    place: Place, name: str, *, db: Database | None = None, runbooks: Path | None = None
) -> AsyncIterator[Stage]:
    """The bot says what it has to say at once, and lives in a database of its own."""
    async with AsyncExitStack() as stack:
        workspace = await stack.enter_async_context(Workspace(seed=SEED))
        app = await workspace.install(manifest())
        settings = load(
            {},
            database=place.sqlite(name) if db is None else db.url.render_as_string(hide_password=False),
            slack_bot_token=app.bot_token,
            slack_app_token=app.app_token,
            slack_api=f"{workspace.url}/api/",
            slack_pace=0.0,
            slack_connections=1,
            web_port=0,
            webhook_tokens=("a-token-for-the-benchmarks-0001",),
            state=str(place.folder / "state"),
            operations_channel=workspace.channel("operations"),
            responders=(workspace.person("ana"),),
            **({"runbooks": (str(runbooks),)} if runbooks else {}),
        )
        bot = Bot(settings, db=db)
        stack.push_async_callback(bot.stop)
        await bot.start()
        people = {
            each.name: await stack.enter_async_context(PersonAt(workspace.url, workspace.person(each.name)))
            for each in SEED.people
        }
        yield Stage(workspace, app, bot, people)


async def with_button(person: PersonAt, channel: str, label: str) -> dict[str, Any]:
    """The newest message in which there is this button."""
    for message in reversed(await person.messages(channel)):
        if any(label == each for each in labels(message)):
            return message | {"channel": channel}
    raise LookupError(f"There is no button “{label}”.")


def labels(message: dict[str, Any]) -> list[str]:
    elements = (
        element
        for block in message.get("blocks") or ()
        for element in (*block.get("elements", ()), block.get("accessory") or {})
    )
    return [each["text"]["text"] for each in elements if each.get("type") == "button"]
