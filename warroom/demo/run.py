"""`warroom demo`: a whole company on one machine. The local workspace, the bot, and a stand-in for what they run.

Everything is real but the company: the bot speaks Slack's own protocol to the workspace, keeps its timeline in SQLite,
and its checks look at servers that answer. Stop it at any point, start it again, and it goes on where it was.
"""

import asyncio
import contextlib
import logging
import os
import shutil
import sys
import tempfile
import webbrowser
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from warroom.checks import Guard
from warroom.core.scenario import Scenario
from warroom.definitions.library import Library, load_library, shipped
from warroom.demo.cast import DUNGEON_MASTER, HOOK_TOKEN, OPERATIONS, RESPONDERS, SEED
from warroom.demo.standin import StandIn
from warroom.errors import SettingsError
from warroom.faults.pretend import Pretend
from warroom.main import Bot, until_told_to_stop
from warroom.runtime.clock import Clock, SystemClock
from warroom.settings import load
from warroom.slack.manifest import manifest
from warroom.testing.clock import ManualClock
from warroom.workspace import InstalledApp, Workspace

log = logging.getLogger(__name__)

PACE = 0.2  # seconds between two messages in a channel; the local workspace allows more than Slack does


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    autoplay: bool = False
    speed: str = "1"
    out: Path | None = None
    state: Path | None = None
    fresh: bool = False
    port: int = 0
    browser: bool = True


def run(options: Options) -> None:
    """Run the demo until it is stopped, or until the scripted game is over."""
    logging.basicConfig(
        level=os.environ.get("WARROOM_LOG_LEVEL", "WARNING"), format="%(levelname)s %(name)s %(message)s"
    )
    asyncio.run(_run(options))


async def _run(options: Options) -> None:
    console = Console(stderr=True, highlight=False)
    with _folder(options) as folder:
        clock = _clock(options.speed) if options.autoplay else SystemClock()
        async with Company.open(folder, clock, port=options.port, in_haste=options.speed == "max") as company:
            if options.autoplay:
                await _autoplay(company, options, console)
            else:
                await _welcome(company, options, console)


def _clock(speed: str) -> Clock:
    if speed == "max":
        return ManualClock(SystemClock().now())
    try:
        factor = float(speed)
    except ValueError:
        factor = 0.0
    if not 0 < factor <= 1000:
        raise SettingsError(f"--speed: {speed!r} is neither a number up to 1000 nor `max`.")
    return SystemClock(factor)


@contextlib.contextmanager
def _folder(options: Options):  # type: ignore[no-untyped-def]  # the decorator says it: an iterator of one Path
    """Where the databases live: a place that stays for people, one that goes for a scripted game."""
    if options.autoplay and options.state is None:
        with tempfile.TemporaryDirectory(prefix="warroom-demo-") as name:
            yield Path(name)
        return
    folder = options.state or default_folder()
    if options.fresh and folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    yield folder


def default_folder() -> Path:
    home = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(home) / "warroom" / "demo"


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
        cls, folder: Path, clock: Clock, *, port: int = 0, in_haste: bool = False
    ) -> AsyncIterator["Company"]:
        """Everything runs when this is entered, and has stopped when it is left."""
        library = load_library([shipped()])
        workspace = Workspace(seed=SEED, state=folder / "workspace.db")
        stand_in = StandIn(state=folder / "stand-in.json")
        async with contextlib.AsyncExitStack() as stack:
            await _start_at(workspace, port)
            stack.push_async_callback(workspace.stop)
            await stand_in.start()
            stack.push_async_callback(stand_in.stop)
            app = await workspace.install(manifest())
            bot = _bot(folder, workspace, app, stand_in, library, clock, in_haste=in_haste)
            stack.push_async_callback(bot.stop)
            await bot.start()
            yield cls(workspace, app, bot, stand_in, library, clock)

    @property
    def scenario(self) -> Scenario:
        return self.library.scenarios["october-21"]


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
        guard=Guard(allow=stand_in.addresses),
        drivers={"pretend": Pretend(stand_in.control)},
    )


async def _welcome(company: Company, options: Options, console: Console) -> None:
    from warroom.demo.alert import payload

    master = company.workspace.person(DUNGEON_MASTER)
    address = f"{company.workspace.url}/?as={master}"
    (default_folder() if options.state is None else options.state).mkdir(parents=True, exist_ok=True)
    sample = (options.state or default_folder()) / "alert.json"
    sample.write_bytes(payload(SystemClock().now()))
    console.print(f"\n  Open [bold]{address}[/bold]\n", soft_wrap=True)
    console.print(
        "  You are Harriet, the dungeon master.\n"
        "  The switch at the side makes you anybody else.\n\n"
        f"  Begin in #{OPERATIONS} with\n"
        "      /warroom start october-21 @ana @ben @chiara\n"
        "  or say “start” to the bot, or use its Home tab.\n\n"
        "  A real alert while you play:\n"
    )
    print(
        f"  curl -H 'Authorization: Bearer {HOOK_TOKEN}' -H 'Content-Type: application/json' "
        f"--data @{sample} {company.bot.web_address}/hooks/alertmanager\n"
    )
    console.print("  Ctrl-C stops it. Started again, it goes on where it was\n  (--fresh forgets).")
    if options.browser and sys.stdout.isatty():
        await asyncio.to_thread(webbrowser.open, address)
    await until_told_to_stop()


async def _autoplay(company: Company, options: Options, console: Console) -> None:
    from warroom.demo.story import play

    files = await play(company, options.out or Path("warroom-demo"), lambda line: console.print(line, soft_wrap=True))
    for path in files:
        print(path)
    console.print("Read the .md; `warroom verify` checks the .json.", style="dim")
