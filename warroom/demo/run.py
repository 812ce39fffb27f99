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
from pathlib import Path

from rich.console import Console

from warroom.core.declaring import dataclass
from warroom.demo.cast import DUNGEON_MASTER, HOOK_TOKEN, OPERATIONS
from warroom.demo.company import Company
from warroom.errors import SettingsError
from warroom.main import until_told_to_stop
from warroom.runtime.clock import Clock, SystemClock
from warroom.testing.clock import ManualClock

log = logging.getLogger(__name__)


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
        console.print("  Starting …", style="dim")
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
