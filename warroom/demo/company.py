"""The demo's company: a local workspace, the bot in it, and a stand-in for the system that the company runs."""

import contextlib
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from pathlib import Path

from warroom.checks import Guard
from warroom.core.allowed import Allowed
from warroom.core.scenario import Scenario
from warroom.definitions.library import Library, load_library, shipped
from warroom.demo.cast import DUNGEON_MASTER, HOOK_TOKEN, OPERATIONS, RESPONDERS, SEED
from warroom.demo.standin import StandIn
from warroom.faults.pretend import Pretend
from warroom.main import Bot
from warroom.runtime.clock import Clock, SystemClock
from warroom.settings import load
from warroom.slack.manifest import manifest
from warroom.workspace import InstalledApp, Workspace

PACE = 0.2  # seconds between two messages in a channel; the local workspace allows more than Slack does


class Company:
    """The demo's company: its workspace, its bot and the system it runs."""

    def __init__(
        self, workspace: Workspace, app: InstalledApp, bot: Bot, stand_in: StandIn, library: Library, clock: Clock
    ) -> None:
        self.workspace, self.app, self.bot = workspace, app, bot
        self.stand_in, self.library, self.clock = stand_in, library, clock

    @classmethod
    @contextlib.asynccontextmanager
    async def open(
        cls,
        folder: Path,
        clock: Clock,
        *,
        port: int = 0,
        in_haste: bool = False,
        library: Library | None = None,
        allowed: Callable[[dict[str, str]], Allowed] | None = None,
        addresses: frozenset[str] = frozenset(),
    ) -> AsyncIterator["Company"]:
        """Everything runs when this is entered, and has stopped when it is left. The shipped library is the usual one.

        `allowed` makes the operator's list from the people's ids, by their names; `addresses` may be looked at beside the
        stand-in system's.
        """
        library = library or load_library([shipped()])
        workspace = Workspace(seed=SEED, state=folder / "workspace.db")
        stand_in = StandIn(state=folder / "stand-in.json")
        async with contextlib.AsyncExitStack() as stack:
            await _start_at(workspace, port)
            stack.push_async_callback(workspace.stop)
            await stand_in.start()
            stack.push_async_callback(stand_in.stop)
            app = await workspace.install(manifest())
            bot = _bot(
                folder,
                workspace,
                app,
                stand_in,
                library,
                clock,
                in_haste=in_haste,
                allowed=allowed,
                addresses=addresses,
            )
            stack.push_async_callback(bot.stop)
            await bot.start()
            yield cls(workspace, app, bot, stand_in, library, clock)

    @property
    def scenario(self) -> Scenario:
        return self.library.scenarios["october-21"]


class _Both:
    """What is in the one, which may grow, or in the other."""

    def __init__(self, one: Collection[str], other: Collection[str]) -> None:
        self._one, self._other = one, other

    def __contains__(self, address: object) -> bool:
        return address in self._one or address in self._other

    def __iter__(self) -> Iterator[str]:
        yield from self._one
        yield from self._other

    def __len__(self) -> int:
        return len(self._one) + len(self._other)


async def _start_at(workspace: Workspace, port: int) -> None:
    try:
        await workspace.start("127.0.0.1", port)
    except OSError:
        if not port:
            raise
        await workspace.start("127.0.0.1", 0)


def _bot(
    folder: Path,
    workspace: Workspace,
    app: InstalledApp,
    stand_in: StandIn,
    library: Library,
    clock: Clock,
    *,
    in_haste: bool,
    allowed: Callable[[dict[str, str]], Allowed] | None,
    addresses: frozenset[str],
) -> Bot:
    people = {person.name: workspace.person(person.name) for person in SEED.people}
    settings = load(
        {},
        database=f"sqlite:///{folder / 'warroom.db'}",
        slack_bot_token=app.bot_token,
        slack_app_token=app.app_token,
        slack_api=f"{workspace.url}/api/",
        slack_pace=0.0 if in_haste else PACE,
        web_port=0,
        webhook_tokens=(HOOK_TOKEN,),
        state=str(folder / "state"),
        operations_channel=workspace.channel(OPERATIONS),
        responders=tuple(people[name] for name in (DUNGEON_MASTER, *RESPONDERS)),
    )

    def resolve(target: str) -> str | None:
        address = library.catalogue.endpoint(target)
        return stand_in.resolve(address) or address if address else None

    return Bot(
        settings,
        library=library,
        clock=clock,
        wall=SystemClock(),
        resolve=resolve,
        guard=Guard(allow=_Both(stand_in.addresses, addresses)),
        drivers={"pretend": Pretend(stand_in.control)},
        allowed=allowed(people) if allowed else None,
    )
